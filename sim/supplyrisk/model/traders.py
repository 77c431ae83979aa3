"""Stocks of traders and surplus stocks: on hand, wanted by no user, and for sale as the price rises.

Of such a stock T (T0 at the start, weeks of normal use) the part for sale at a price P is max(0, T - T0 (1 - R(P))) with the ladder R
from `trader_price_index` over `trader_price_span`: who bought to sell asks more than the normal price, one more than another. What is not
for sale is in no price: it is as if it weren't there. What is sold is gone: nobody buys a glut back (assumption).
"""

from __future__ import annotations

from .arrays import Floats, Ints
from .economics import ladder
from .layout_types import Layout


def start_traders(L: Layout, F: Floats, I: Ints) -> None:
    """Fill traders' stocks."""
    I[L.traders] = 0
    for n in range(L.n_nodes):
        F[L.trader_start + n] = F[L.trader_stock_weeks + n] * F[L.node_need + n]
        F[L.trader_stock + n] = F[L.trader_start + n]
        if F[L.trader_start + n] > 0.0:
            I[L.traders] = 1


def for_sale(L: Layout, F: Floats, I: Ints, n: int) -> float:
    """What traders of a node would sell at last week's price, t."""
    k = I[L.node_product + n]
    part = ladder(F[L.clean + I[L.node_cell + n]], F[L.trader_price_index + k], F[L.trader_price_span + k])
    if part <= 0.0:
        return 0.0
    offered = F[L.trader_stock + n] - F[L.trader_start + n] * (1.0 - part)
    return offered if offered > 0.0 else 0.0


def sum_traders(L: Layout, F: Floats, I: Ints) -> None:
    """Stock of a product and zone: what traders would sell is to be had."""
    for n in range(L.n_nodes):
        F[L.stock_sum + I[L.node_cell + n]] += for_sale(L, F, I, n)


def sell_traders(L: Layout, F: Floats, I: Ints) -> None:
    """Traders of a zone sell what its desks lack of their orders, by what each has for sale; the way inside a zone takes no time."""
    for c in range(L.n_cells):
        F[L.cell_offered + c] = 0.0
        F[L.cell_lacking + c] = 0.0
    for n in range(L.n_nodes):
        F[L.node_offered + n] = for_sale(L, F, I, n)
        F[L.cell_offered + I[L.node_cell + n]] += F[L.node_offered + n]
    for d in range(L.n_desks):
        gap = F[L.desk_claim + d] - F[L.desk_in + d]
        if gap > 0.0:
            F[L.cell_lacking + I[L.node_cell + I[L.desk_node + d]]] += gap
    for d in range(L.n_desks):
        c = I[L.node_cell + I[L.desk_node + d]]
        gap = F[L.desk_claim + d] - F[L.desk_in + d]
        if gap > 0.0 and F[L.cell_offered + c] > 0.0:
            served = F[L.cell_offered + c] / F[L.cell_lacking + c]
            F[L.desk_in + d] += gap * (served if served < 1.0 else 1.0)
    for n in range(L.n_nodes):
        c = I[L.node_cell + n]
        if F[L.node_offered + n] > 0.0 and F[L.cell_lacking + c] > 0.0:
            sold = F[L.cell_lacking + c] / F[L.cell_offered + c]
            F[L.trader_stock + n] -= F[L.node_offered + n] * (sold if sold < 1.0 else 1.0)
            if F[L.trader_stock + n] < 0.0:
                F[L.trader_stock + n] = 0.0
