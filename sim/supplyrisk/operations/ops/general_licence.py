"""Goods that need no single licence."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op

OP = Op(
    name="general_licence",
    target="lane",
    neutral=0.0,
    unit="share",
    meaning="share of the lane's goods that need no single licence any more",
    rules="general licences",
    way="larger",
    inside_week=True,
)


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for lane in range(L.n_lanes):
        F[L.lane_general + lane] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Of two the larger share holds."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        F[L.lane_general + lane] = max(F[L.lane_general + lane], level)
