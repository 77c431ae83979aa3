"""Inspections of mines that nobody records."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op

OP = Op(
    name="inspection",
    target="site",
    neutral=0.0,
    unit="share",
    meaning="share of unrecorded output (`unrecorded_share`) that inspections keep from coming, or drive out in time",
    rules="inspections",
    way="compound",
)


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for s in range(L.n_sites):
        F[L.site_inspected + s] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Each takes its share of what the others leave."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        s = I[L.target_entity + t]
        F[L.site_inspected + s] = 1.0 - (1.0 - F[L.site_inspected + s]) * (1.0 - level)
