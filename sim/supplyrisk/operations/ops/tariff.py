"""Duties and export taxes."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import param

OP = Op(
    name="tariff",
    target="lane",
    neutral=0.0,
    unit="share",
    meaning="duty or export tax on the value shipped, paid by the buyer",
    rules="duties, export taxes, the cost of a detour",
    way="add",
    more="to the duty of the baseline too",
    params=("levied_by_seller",),
)
LEVIED_BY_SELLER = OP.slot("levied_by_seller")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for lane in range(L.n_lanes):
        F[L.lane_tariff + lane] = F[L.tariff_start + lane]
        F[L.lane_export_tax + lane] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Duties add up."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        F[L.lane_tariff + lane] += level
        if param(L, F, e, LEVIED_BY_SELLER) > 0.0:
            F[L.lane_export_tax + lane] += level
