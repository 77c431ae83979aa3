"""States that buy and sell, and traders' stocks, on numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supplyrisk.model import traders as eq

from .core_worlds import FIRST, ban, fast, seller_and_buyer
from .small_worlds import RIGID, WEEKS_PER_YEAR, Outcome, written
from .tiny import Tiny

TIGHT: dict[tuple[str, ...], Any] = {("margin_exponent", ""): 0.3}


def traded(type_: str, **fields: Any) -> Outcome:
    """A makes 100 t a week, of which B uses all; two years."""
    world = seller_and_buyer(TIGHT)
    return fast(world, written(world, type_, product="metal", country="B", **fields), years=2.0)


# --- states -------------------------------------------------------------------------------------------------
def test_a_state_that_buys_stores_what_it_asked_for() -> None:
    """10 t a week for 26 weeks: 260 t, of which the first arrive after a week at sea and a week on order."""
    out = traded("state_purchase", per_year=f"{10.0 * WEEKS_PER_YEAR} t/yr", duration="26 weeks")
    stored = out.column("stockpile_t", "metal", "B")
    assert stored[FIRST - 1] == 0.0
    assert stored[-1] == pytest.approx(250.0, abs=15.0)
    assert float(np.diff(stored).max()) == pytest.approx(10.0, rel=1e-9)
    assert out.totals["balance_error"] < 1e-9


def test_more_bought_by_a_state_is_dearer_for_all_and_more_sold_is_cheaper() -> None:
    bought = [
        traded("state_purchase", per_year=f"{x} t/yr", duration="1 year").price("metal", "ZB")[FIRST + 8]
        for x in (100, 400, 900)
    ]
    assert 1.0 < bought[0] < bought[1] < bought[2]
    sold = [
        traded("state_sale", per_year=f"{x} t/yr", in_store="1000 t", duration="1 year").price("metal", "ZB")[FIRST + 8]
        for x in (100, 400, 900)
    ]
    assert 1.0 > sold[0] > sold[1] > sold[2]


def test_a_state_sells_no_more_than_it_has() -> None:
    """5 t a week of 52 t in store: ten weeks, and 2 t in the eleventh."""
    out = traded("state_sale", per_year=f"{5.0 * WEEKS_PER_YEAR} t/yr", in_store="52 t", duration="1 year")
    stored = out.column("stockpile_t", "metal", "B")
    assert stored[FIRST : FIRST + 12] == pytest.approx([47, 42, 37, 32, 27, 22, 17, 12, 7, 2, 0, 0], abs=1e-9)


def test_what_a_state_buys_and_sells_in_one_week_is_recorded_in_full() -> None:
    """5 t a week from 520 t in store, and 8 t into it from the weeks on in which they arrive: 3 t more each week."""
    world = seller_and_buyer(TIGHT)
    sale = {"type_": "state_sale", "in_store": "520 t", "per_year": f"{5.0 * WEEKS_PER_YEAR} t/yr"}
    buys = {"type_": "state_purchase", "per_year": f"{8.0 * WEEKS_PER_YEAR} t/yr"}
    both = [written(world, product="metal", country="B", duration="26 weeks", **given) for given in (sale, buys)]
    out = fast(world, *both, years=1.0)
    bought, sold = (out.column(f"stockpile_{moved}_t", "metal", "B") for moved in ("bought", "sold"))
    assert sold[FIRST : FIRST + 26] == pytest.approx(np.full(26, 5.0), rel=1e-12)
    assert bought[FIRST + 4 : FIRST + 26] == pytest.approx(np.full(22, 8.0), rel=1e-9)
    stored = out.column("stockpile_t", "metal", "B")
    assert stored[FIRST] == pytest.approx(515.0 + bought[FIRST], rel=1e-12)
    assert np.diff(stored) == pytest.approx(
        (bought - sold)[1:] + 520.0 * (np.arange(1, len(stored)) == FIRST), abs=1e-9
    )


def test_a_state_sale_spares_users_in_a_ban() -> None:
    world = seller_and_buyer(RIGID)
    stop = ban("metal", origin="A", to="B", weeks=30)
    sale = written(world, "state_sale", product="metal", country="B", per_year="3000 t/yr", in_store="2000 t")
    assert fast(world, stop, sale, years=1.0).unserved < fast(world, stop, years=1.0).unserved - 1000.0


# --- traders --------------------------------------------------------------------------------------------------
def two_desks(price: float) -> Tiny:
    """Two nodes of one zone use 60 and 40 t; the first has traders with 90 t. The desks lack 30 and 10 t of their orders."""
    sizes = {"nodes": 2, "desks": 2, "cells": 1, "zones": 1, "products": 1}
    t = Tiny(
        sizes,
        node_need=[60.0, 40.0],
        trader_stock_weeks=[1.5, 0.0],
        trader_price_index=1.1,
        trader_price_span=1.0,
        clean=price,
        desk_node=[0, 1],
        desk_claim=[60.0, 40.0],
        desk_in=[30.0, 30.0],
    )
    t.call(eq.start_traders)
    return t


@pytest.mark.parametrize(
    ("price", "offered", "arrived", "left"),
    [
        (1.1, 0.0, [30.0, 30.0], 90.0),  # nobody sells
        (1.6, 45.0, [60.0, 40.0], 50.0),  # half is for sale, 40 t are asked for
        (1.3, 18.0, [43.5, 34.5], 72.0),  # a fifth: 18 of 40 t, 45 % of what each lacks
        (9.0, 90.0, [60.0, 40.0], 50.0),
    ],
)
def test_traders_sell_to_their_zone_as_the_price_rises(
    price: float, offered: float, arrived: list[float], left: float
) -> None:
    t = two_desks(price)
    assert t.call(eq.for_sale, 0) == pytest.approx(offered, abs=1e-12)
    t.call(eq.sell_traders)
    assert t["desk_in"] == pytest.approx(arrived, rel=1e-12)
    assert t["trader_stock"] == pytest.approx([left, 0.0], rel=1e-12)


def test_what_was_sold_is_not_for_sale_again() -> None:
    """40 of 90 t are sold at 1.6, at which half may go: 5 t are left for sale, and none at 1.5."""
    t = two_desks(1.6)
    t.call(eq.sell_traders)
    assert t.call(eq.for_sale, 0) == pytest.approx(5.0, rel=1e-12)
    t["clean"] = 1.5
    assert t.call(eq.for_sale, 0) == 0.0


def test_traders_stocks_soften_a_ban_and_move_nothing_at_rest() -> None:
    stop = ban("metal", origin="A", to="B", weeks=26)
    none, some = (
        fast(seller_and_buyer({**RIGID, ("trader_stock_weeks", "metal", "B"): weeks}), stop, years=2.0)
        for weeks in (0.0, 8.0)
    )
    assert some.unserved < none.unserved - 500.0
    assert some.totals["balance_error"] < 1e-9
    assert (some.weekly[: FIRST - 1] == none.weekly[: FIRST - 1]).all()
