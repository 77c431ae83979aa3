"""New plants and recycling."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.economics import WEEKS_PER_YEAR
from ...model.layout_types import Layout
from ...streams import STREAM_PROJECT_SUCCESS, uniform
from ..declare import Op
from ..rows import param

OP = Op(
    name="new_capacity",
    target="site",
    neutral=0.0,
    unit="t/yr",
    meaning="new capacity at a site (made if the country has none); feed 0: needs no input (recycling)",
    rules="new plants and recycling at one site",
    way="add",
    more="cost and need of inputs are averaged",
    params=("unit_cost_ratio", "needs_input", "success_probability", "slip_days"),
    texts=("project", "offtake_to"),
)
UNIT_COST_RATIO = OP.slot("unit_cost_ratio")
NEEDS_INPUT = OP.slot("needs_input")
SUCCESS_PROBABILITY = OP.slot("success_probability")
SLIP_DAYS = OP.slot("slip_days")

NOT_DRAWN, FAILED, GOES_AHEAD = -1, 0, 1  # `effect_success`


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for s in range(L.n_sites):
        F[L.site_extra + s] = 0.0
        F[L.site_extra_free + s] = 0.0
        F[L.site_extra_cost + s] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Add a project that goes ahead; whether it does is drawn once a run."""
    if I[L.effect_success + e] == NOT_DRAWN:
        lucky = uniform(key, STREAM_PROJECT_SUCCESS, I[L.effect_key + e], 0)
        I[L.effect_success + e] = GOES_AHEAD if lucky <= param(L, F, e, SUCCESS_PROBABILITY) else FAILED
    if I[L.effect_success + e] == FAILED:
        return
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        s = I[L.target_entity + t]
        add_project(
            L,
            F,
            s,
            level * F[L.target_value + t] / WEEKS_PER_YEAR,
            param(L, F, e, UNIT_COST_RATIO),
            param(L, F, e, NEEDS_INPUT),
        )


def add_project(L: Layout, F: Floats, s: int, capacity: float, unit_cost: float, needs_input: float) -> None:
    """Add `capacity` t/week to a site's projects; cost and need of input are capacity-weighted means."""
    before = F[L.site_extra + s]
    total = before + capacity
    if total <= 0.0:
        return
    F[L.site_extra_cost + s] = (F[L.site_extra_cost + s] * before + unit_cost * capacity) / total
    F[L.site_extra_free + s] = (F[L.site_extra_free + s] * before + (1.0 - needs_input) * capacity) / total
    F[L.site_extra + s] = total
