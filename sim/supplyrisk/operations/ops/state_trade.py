"""States that buy and sell tonnes."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.economics import WEEKS_PER_YEAR
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import param

OP = Op(
    name="state_trade",
    target="desk",
    neutral=0.0,
    unit="t/yr",
    meaning=(
        "bought by the state for its store before users get theirs, or sold from it to users (`selling` = 1); "
        "`in_store_t` is there at the start, on top of the world's stocks"
    ),
    rules="purchases and sales by a state",
    way="add",
    more="purchases and sales apart; what is in store adds up, too",
    params=("selling", "in_store_t"),
)
SELLING = OP.slot("selling")
IN_STORE_T = OP.slot("in_store_t")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    I[L.state_trades] = 0
    for n in range(L.n_nodes):
        F[L.state_buy + n] = 0.0
        F[L.state_sell + n] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Paces add up; what is in store at the start is added once. Where nobody buys the product there is no market for it."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        n = I[L.target_entity + t]
        if F[L.node_need + n] <= 0.0:
            continue
        I[L.state_trades] = 1
        if I[L.effect_done + e] == 0:
            F[L.stockpile + n] += param(L, F, e, IN_STORE_T)
            F[L.balance_start_t + I[L.node_product + n]] += param(L, F, e, IN_STORE_T)
        if param(L, F, e, SELLING) > 0.0:
            F[L.state_sell + n] += level / WEEKS_PER_YEAR
        else:
            F[L.state_buy + n] += level / WEEKS_PER_YEAR
    I[L.effect_done + e] = 1
