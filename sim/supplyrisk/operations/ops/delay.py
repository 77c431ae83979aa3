"""Longer transit."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op

OP = Op(
    name="delay",
    target="lane",
    neutral=0.0,
    unit="days",
    meaning="extra days in transit of every shipment that leaves",
    rules="slow customs, the time of a detour",
    way="add",
)


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for lane in range(L.n_lanes):
        F[L.lane_delay + lane] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Delays add up."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        F[L.lane_delay + lane] += level
