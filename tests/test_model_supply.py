"""Supply that answers, on numbers worked out by hand, and what follows from it."""

from __future__ import annotations

from typing import Any

import pytest
from supplyrisk.model import supply as eq
from supplyrisk.model.production import plan_site

from .core_worlds import FIRST, fast, passing
from .sign_cases import lost, one_zone
from .small_worlds import WEEKS_PER_YEAR
from .tiny import Tiny

WEEKS = 8
SIZES = {"sites": 1, "cells": 1, "zones": 1, "products": 1, "weeks": WEEKS, "coming": WEEKS}


def site(**more: Any) -> Tiny:
    """A mine of 100 t a week, all that the world makes; the ladder is from 1.3, for what it adds itself from 1.1, to 1.0 above."""
    given = {
        "site_output": 100.0,
        "product_output": 100.0,
        "entry_base": 100.0,
        "entry_price_index": 1.3,
        "entry_price_span": 1.0,
        "entry_limit_share": 1000.0,
        "expansion_price_index": 1.1,
        "unrecorded_price_index": 1.3,
        "unrecorded_weeks": 4.0,
        "closing_price_index": 0.5,
        "unit_cost": 1.0,
        "restart_rate": 0.25,
        "site_incentive": 1.0,
        "price_usd_per_kg": 10.0,
        "clean": 1.0,
    }
    t = Tiny(SIZES, **{**given, **more})
    t.call(eq.start_supply)
    return t


def weeks(t: Tiny, prices: list[float], name: str) -> list[float]:
    """What an array of the site holds, week after week, at such prices."""
    found = []
    for week, price in enumerate(prices):
        t["clean"] = t["site_incentive"] = price
        t.call(eq.answer, 0, 7 * week)
        found.append(t[name][0])
    return found


# --- what comes -----------------------------------------------------------------------------------------------
def test_new_capacity_starts_when_its_lead_time_is_over() -> None:
    """At 1.8 half of the ladder pays: 0.52 x 0.5 x 100/52.18 t a week, decided in two weeks, come three weeks later."""
    t = site(entry_share_per_year=0.52, entry_lead_weeks=3.2)
    step = 0.52 / WEEKS_PER_YEAR * 0.5 * 100.0
    entered = weeks(t, [1.8, 1.8, 1.0, 1.0, 1.0, 1.0], "site_entry")
    assert entered == pytest.approx([0.0, 0.0, 0.0, step, 2.0 * step, 2.0 * step], rel=1e-12)
    assert t["site_entered"] == pytest.approx([2.0 * step], rel=1e-12)


def test_there_is_no_more_new_capacity_than_the_ladder_holds() -> None:
    """1 % of the world's output on the whole ladder, of which half pays at 1.8: half a tonne, and all of it at 2.3."""
    t = site(entry_share_per_year=0.52, entry_limit_share=0.01)
    assert weeks(t, [1.8] * 4 + [2.3] * 2, "site_entry") == pytest.approx([0.49828, 0.5, 0.5, 0.5, 1.0, 1.0], rel=1e-4)


def test_what_starts_after_the_horizon_is_decided_and_not_seen() -> None:
    t = site(entry_share_per_year=0.52, entry_lead_weeks=400.0)
    assert weeks(t, [2.3] * WEEKS, "site_entry") == [0.0] * WEEKS
    assert t["site_entered"][0] == pytest.approx(WEEKS * 0.52 / WEEKS_PER_YEAR * 100.0, rel=1e-12)


def test_what_pays_is_decided_once() -> None:
    """20 t on the whole ladder from 1.1 to 2.1. At 1.6 half of it, which comes two weeks later; at 2.1 the other half."""
    t = site(expansion_share=0.2, expansion_lead_weeks=2.0)
    found = weeks(t, [1.6, 1.6, 1.2, 2.1, 2.1, 1.0], "site_entry")
    assert found == pytest.approx([0.0, 0.0, 10.0, 10.0, 10.0, 20.0], rel=1e-12)


def test_a_price_must_last_before_anything_is_decided() -> None:
    """ln 4 is believed in by a quarter of the gap a week: a price of 4^(1/4) = 1.41 has lasted, then 4^(7/16) = 1.83."""
    t = site(expansion_share=0.2, expansion_lead_weeks=0.0, decision_weeks=4.0)
    found = weeks(t, [4.0, 4.0, 1.0, 4.0], "site_entry")
    first, second = 20.0 * (4.0**0.25 - 1.1), 20.0 * (4.0**0.4375 - 1.1)
    assert found == pytest.approx([first, second, second, second], rel=1e-9)


def test_what_nobody_records_comes_and_goes_within_weeks_and_inspections_keep_it_out() -> None:
    """40 t at most, at 1.8 half of it: a fourth of the way to 20 t a week, and back."""
    t = site(unrecorded_share=0.4)
    assert weeks(t, [1.8, 1.8, 1.0], "site_unrecorded") == pytest.approx([5.0, 8.75, 6.5625], rel=1e-12)
    t = site(unrecorded_share=0.4, site_inspected=0.75)
    assert weeks(t, [1.8, 1.8], "site_unrecorded") == pytest.approx([1.25, 2.1875], rel=1e-12)


def test_no_outage_cuts_what_nobody_records() -> None:
    t = site(
        site_unrecorded=0.0, site_loss=1.0, site_capacity=120.0, site_ready=110.0, site_answer=1.0, trend_level=1.0
    )
    t["site_unrecorded"] = 7.0
    t.call(plan_site, 0, 120.0)
    assert t["site_start"] == [7.0]


# --- what goes ------------------------------------------------------------------------------------------------
def test_mines_that_lose_money_for_long_are_laid_up_started_again_and_closed() -> None:
    """At 0.75 half of the mines earn: the mean of two weeks falls to 0.75 and 0.625, and the rest is laid up.

    Then all earn: 0.1875 and 0.09375 should still lie idle, and a fourth of what could run starts a week.
    """
    t = site(mothball_weeks=2.0)
    found = weeks(t, [0.75, 0.75, 1.1, 1.1], "site_laid_up")
    assert found == pytest.approx([0.25, 0.375, 0.328125, 0.26953125], rel=1e-12)
    assert t["site_closed"] == [0.0]
    t = site(mothball_weeks=2.0, closure_weeks=10.0)
    assert weeks(t, [0.75], "site_closed") == pytest.approx([0.025], rel=1e-12)
    assert t["site_laid_up"] == pytest.approx([0.225], rel=1e-12)
    # What is closed does not come back; what is left of the rest of 0.375 - 0.025 is laid up, a tenth of it closes.
    assert weeks(t, [0.75], "site_closed") == pytest.approx([0.06], rel=1e-12)


def test_capacity_laid_up_has_to_be_restarted_and_capacity_closed_is_gone() -> None:
    """Of 120 t a fourth is laid up and a tenth closed: 78 t can run, 30 t would have to be restarted, 12 t are gone."""
    t = site(site_capacity=120.0, site_ready=110.0, ready_spare_share=0.1, site_answer=1.0, trend_level=1.0)
    t["site_laid_up"], t["site_closed"] = 0.25, 0.1
    t.call(plan_site, 0, 120.0)
    assert (t["site_capacity_now"], t["site_dormant"]) == ([pytest.approx(78.0)], [pytest.approx(30.0)])


def test_value_added_is_what_the_inputs_leave_of_the_price() -> None:
    """Half a tonne of 30 USD/kg goes into a product of 60: three quarters are left."""
    t = Tiny(
        {"sites": 1, "inputs": 1, "products": 2, "cells": 1},
        site_product=1,
        site_input_count=1,
        recipe=0.5,
        price_usd_per_kg=[30.0, 60.0],
    )
    assert t.call(eq.value_share, 0) == 0.75


# --- what follows ---------------------------------------------------------------------------------------------
def weeks_until_refilled(**numbers: float) -> int:
    """Three tenths of a mine, a tenth of which is spare, are lost for a year: weeks after it until the price is back."""
    tight: dict[tuple[str, ...], Any] = {
        ("utilisation", "", ""): 0.9,
        ("margin_exponent", ""): 0.3,
        ("elasticity_short", "", ""): 0.05,
    }
    values = {(name, "", ""): number for name, number in numbers.items()}
    out = fast(one_zone({**tight, **values}), lost(0.3, weeks=52), years=8.0)
    return passing(out.price("metal", "Z"), FIRST + 52).back


def test_stocks_are_filled_sooner_after_a_long_outage_where_supply_answers() -> None:
    """Mines that nobody records, and what was decided in the year, refill what a tenth of spare capacity fills in years."""
    alone = weeks_until_refilled()
    assert weeks_until_refilled(unrecorded_share=0.3) < 0.8 * alone
    assert weeks_until_refilled(expansion_share=0.3, expansion_lead_weeks=40.0) < 0.9 * alone
