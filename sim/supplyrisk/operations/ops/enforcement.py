"""Policing of leaks."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import param

OP = Op(
    name="enforcement",
    target="lane",
    neutral=0.0,
    unit="share",
    meaning="share by which enforcement and traceability cut leaks on the selected lanes",
    rules="enforcement",
    way="compound",
    more="of additional chances of seizure the larger holds",
    params=("seizure_probability",),
)
SEIZURE_PROBABILITY = OP.slot("seizure_probability")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for lane in range(L.n_lanes):
        F[L.lane_enforcement + lane] = 0.0
        F[L.lane_enforcement_seizure + lane] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Each cuts its share of what the others leave; of chances of seizure the larger holds."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        left = (1.0 - F[L.lane_enforcement + lane]) * (1.0 - level)
        F[L.lane_enforcement + lane] = 1.0 - left
        seizure = F[L.lane_enforcement_seizure + lane]
        F[L.lane_enforcement_seizure + lane] = max(seizure, param(L, F, e, SEIZURE_PROBABILITY))
