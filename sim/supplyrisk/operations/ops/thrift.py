"""Demand made unnecessary."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op

OP = Op(
    name="thrift",
    target="user",
    neutral=0.0,
    unit="share",
    meaning="demand that a programme has made unnecessary",
    rules="programmes that save or substitute",
    way="larger",
)


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for u in range(L.n_users):
        F[L.user_programme + u] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Of two programmes the larger saving holds."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        u = I[L.target_entity + t]
        F[L.user_programme + u] = max(F[L.user_programme + u], level)
