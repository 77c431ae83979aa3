"""Preferences for suppliers."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op

OP = Op(
    name="sourcing",
    target="lane",
    neutral=1.0,
    unit="factor",
    meaning="preference for the lane relative to its baseline share",
    rules="preferences for suppliers",
    way="multiply",
)


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for lane in range(L.n_lanes):
        F[L.lane_sourcing + lane] = 1.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Preferences multiply."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        F[L.lane_sourcing + lane] *= level
