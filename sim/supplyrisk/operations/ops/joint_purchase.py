"""Countries that buy as one."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op

OP = Op(
    name="joint_purchase",
    target="desk",
    neutral=0.0,
    unit="switch",
    meaning="selected countries buy as one and share by need",
    rules="joint purchasing",
    way="all",
    more="all members buy as one",
)


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for n in range(L.n_nodes):
        F[L.node_joint + n] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """The countries of all rules buy as one."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        n = I[L.target_entity + t]
        F[L.node_joint + n] = level
