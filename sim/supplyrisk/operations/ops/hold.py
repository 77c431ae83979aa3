"""Shipments set aside by customs."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import param

OP = Op(
    name="hold",
    target="lane",
    neutral=0.0,
    unit="share",
    meaning="share of shipments that customs set aside for `hold_days` before they leave",
    rules="shipments set aside by customs",
    way="larger",
    more="with its own time",
    params=("hold_days", "hold_days_sd"),
    inside_week=True,
)
HOLD_DAYS = OP.slot("hold_days")
HOLD_DAYS_SD = OP.slot("hold_days_sd")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for lane in range(L.n_lanes):
        F[L.lane_hold + lane] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Of two the larger share is set aside, for its own time."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        if level > F[L.lane_hold + lane]:
            days = param(L, F, e, HOLD_DAYS)
            F[L.lane_hold + lane] = level
            F[L.lane_hold_days + lane] = days
            F[L.lane_hold_cv + lane] = param(L, F, e, HOLD_DAYS_SD) / days if days > 0.0 else 0.0
