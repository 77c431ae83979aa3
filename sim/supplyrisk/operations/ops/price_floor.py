"""Guaranteed prices."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import price_index

OP = Op(
    name="price_floor",
    target="site",
    neutral=0.0,
    unit="index",
    meaning="output price guaranteed to the site, baseline = 1, or in USD/kg where `usd_per_kg` = 1",
    rules="price floors",
    way="larger",
    params=("usd_per_kg",),
)
USD_PER_KG = OP.slot("usd_per_kg")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for s in range(L.n_sites):
        F[L.site_floor + s] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Of two floors the larger holds."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        s = I[L.target_entity + t]
        F[L.site_floor + s] = max(F[L.site_floor + s], price_index(L, F, I, e, USD_PER_KG, s, level))
