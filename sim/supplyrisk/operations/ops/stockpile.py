"""Public reserves."""

from __future__ import annotations

import math

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import param

OP = Op(
    name="stockpile",
    target="desk",
    neutral=0.0,
    unit="weeks",
    meaning=(
        "public stock aimed at, in weeks of the country's normal use of the product; bought at most at "
        "`fill_weeks_per_week`; released while users' unserved share exceeds `release_unserved` or spot exceeds "
        "`release_price_index`, at most `release_weeks_per_week`; starts with `initial_weeks`"
    ),
    rules="public reserves",
    way="larger",
    more="of targets, filling and release; of the thresholds of release the lower; initial stocks add up",
    params=(
        "initial_weeks",
        "fill_weeks_per_week",
        "release_weeks_per_week",
        "release_unserved",
        "release_price_index",
    ),
)
INITIAL_WEEKS = OP.slot("initial_weeks")
FILL_WEEKS_PER_WEEK = OP.slot("fill_weeks_per_week")
RELEASE_WEEKS_PER_WEEK = OP.slot("release_weeks_per_week")
RELEASE_UNSERVED = OP.slot("release_unserved")
RELEASE_PRICE_INDEX = OP.slot("release_price_index")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for n in range(L.n_nodes):
        F[L.stockpile_release_unserved + n] = math.inf
        F[L.stockpile_release_price + n] = math.inf
        F[L.stockpile_target + n] = 0.0
        F[L.stockpile_fill + n] = 0.0
        F[L.stockpile_release + n] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """The larger target and speeds and the lower thresholds hold; what is in store at the start is added once."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        n = I[L.target_entity + t]
        if I[L.effect_done + e] == 0:
            amount = param(L, F, e, INITIAL_WEEKS) * F[L.node_need + n]
            F[L.stockpile + n] += amount
            F[L.balance_start_t + I[L.node_product + n]] += amount
        F[L.stockpile_target + n] = max(F[L.stockpile_target + n], level)
        F[L.stockpile_fill + n] = max(F[L.stockpile_fill + n], param(L, F, e, FILL_WEEKS_PER_WEEK))
        F[L.stockpile_release + n] = max(F[L.stockpile_release + n], param(L, F, e, RELEASE_WEEKS_PER_WEEK))
        unserved, price = param(L, F, e, RELEASE_UNSERVED), param(L, F, e, RELEASE_PRICE_INDEX)
        F[L.stockpile_release_unserved + n] = min(F[L.stockpile_release_unserved + n], unserved)
        F[L.stockpile_release_price + n] = min(F[L.stockpile_release_price + n], price)
    I[L.effect_done + e] = 1
