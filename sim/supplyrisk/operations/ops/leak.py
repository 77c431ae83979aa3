"""Leaks through hubs."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import param

OP = Op(
    name="leak",
    target="lane",
    neutral=0.0,
    unit="share",
    meaning=(
        "most that can reach the buyer through a hub, as share of the lane's normal flow; the leak grows by "
        "`growth_per_week` while the price gap exceeds the extra cost"
    ),
    rules="transshipment",
    way="larger",
    more="the larger cap, with its own growth, time, cost and risk",
    params=("growth_per_week", "extra_days", "extra_cost", "seizure_probability"),
    texts=("hub",),
)
GROWTH_PER_WEEK = OP.slot("growth_per_week")
EXTRA_DAYS = OP.slot("extra_days")
EXTRA_COST = OP.slot("extra_cost")
SEIZURE_PROBABILITY = OP.slot("seizure_probability")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for lane in range(L.n_lanes):
        F[L.lane_leak_cap + lane] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Of two the larger cap holds, with all its own numbers."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        if level > F[L.lane_leak_cap + lane]:
            F[L.lane_leak_cap + lane] = level
            F[L.lane_leak_growth + lane] = param(L, F, e, GROWTH_PER_WEEK)
            F[L.lane_leak_days + lane] = param(L, F, e, EXTRA_DAYS)
            F[L.lane_leak_cost + lane] = param(L, F, e, EXTRA_COST)
            F[L.lane_leak_seizure + lane] = param(L, F, e, SEIZURE_PROBABILITY)
