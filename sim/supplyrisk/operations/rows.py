"""What the effects of operations read of their row."""

from __future__ import annotations

from ..model.arrays import Floats, Ints
from ..model.layout_types import Layout
from .declare import MOST_NUMBERS


def param(L: Layout, F: Floats, e: int, slot: int) -> float:
    """A further number of effect row `e` (`Op.slot`)."""
    return F[L.effect_numbers + MOST_NUMBERS * e + slot]


def price_index(L: Layout, F: Floats, I: Ints, e: int, slot: int, site: int, level: float) -> float:
    """A level given as an index (baseline = 1), or in USD/kg where the number at `slot` says so, as an index."""
    if param(L, F, e, slot) > 0.0:
        return level / F[L.price_usd_per_kg + I[L.site_product + site]]
    return level
