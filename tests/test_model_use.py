"""Plans, restarts, projects, batches and use, by direct calls on numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model import production as eq

from .tiny import Tiny

SIZES = {"sites": 1, "cells": 1, "zones": 1, "products": 2, "inputs": 1, "nodes": 1, "holders": 1, "desks": 1}


def site(**more: Any) -> Tiny:
    """100 t a week of a capacity of 150; a tenth more is ready at once, idle plants restart in 22 weeks."""
    given = {
        "site_product": 1,
        "site_output": 100.0,
        "site_capacity": 150.0,
        "site_plan": 100.0,
        "site_ready": 110.0,
        "site_running": -1.0,
        "site_answer": 1.0,
        "ready_spare_share": 0.1,
        "restart_rate": 1.0 / 22.0,
        "output_up_rate": 1.0 / 16.0,
        "output_down_rate": 1.0 / 6.0,
        "trend_level": 1.0,
        "output_start": 100.0,
        "sales": 1.0,
        "clean": 1.0,
    }
    return Tiny(SIZES, **{**given, **more})


# --- idle plants ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("aim", "ready", "capacity", "expected"),
    [
        (140.0, 110.0, 150.0, 112.0),  # 154 wanted, 44 more: 2 a week
        (50.0, 132.0, 150.0, 128.5),  # 55 wanted, 77 less
        (50.0, 110.0, 150.0, 110.0),  # never below what is ready at rest
        (50.0, 110.0, 160.0, 120.0),  # ten that have entered are ready
        (500.0, 149.0, 150.0, 150.0),  # and never above capacity
    ],
)
def test_idle_plants_are_restarted_slowly(aim: float, ready: float, capacity: float, expected: float) -> None:
    t = site(site_ready=ready)
    assert t.call(eq.restart, 0, aim, capacity) == pytest.approx(expected, rel=1e-12)
    assert t["site_ready"] == pytest.approx([expected], rel=1e-12)


def test_ready_at_rest_is_output_and_its_spare_within_capacity() -> None:
    assert site().call(eq.ready_at_rest, 0) == pytest.approx(110.0, rel=1e-15)
    assert site(site_capacity=105.0).call(eq.ready_at_rest, 0) == 105.0


def test_a_plan_rises_no_further_than_what_is_ready_and_tells_what_is_not() -> None:
    """Twice the sales: 220 wanted ready, 110 + 110/22 = 115 are; the plan goes a 16th of its way to 115. 35 t stay dormant."""
    t = site(sales=2.0, site_input_count=1, recipe=1.0, recipe_now=1.0, holder_stock=1e6, holder_minimum=1.0)
    t.call(eq.plan_site, 0, 150.0)
    assert t["site_ready"] == pytest.approx([115.0], rel=1e-12)
    assert t["site_plan"] == t["site_start"] == pytest.approx([100.0 + 15.0 / 16.0], rel=1e-12)
    assert t["site_capacity_now"] == pytest.approx([115.0], rel=1e-12)
    assert t["site_dormant"] == pytest.approx([35.0], rel=1e-12)


def test_a_plan_is_cut_to_what_is_ready() -> None:
    t = site(site_plan=130.0)
    t.call(eq.plan_site, 0, 150.0)
    assert t["site_plan"] == pytest.approx([110.0], rel=1e-12)


def test_mines_plan_on_the_trend_and_the_answer_to_the_price() -> None:
    """100 x 1.2 x 0.5 = 60: a sixth of the way down."""
    t = site(trend_level=1.2, site_answer=0.5)
    t.call(eq.plan_site, 0, 150.0)
    assert t["site_plan"] == pytest.approx([100.0 - 40.0 / 6.0], rel=1e-12)


def test_what_is_left_of_capacity_is_what_cuts_and_breakdowns_leave() -> None:
    t = site(site_loss=0.4, site_random_loss=0.5)
    assert t.call(eq.capacity_left, 0) == 0.6
    t["site_down"] = 1
    assert t.call(eq.capacity_left, 0) == pytest.approx(0.3, rel=1e-15)
    t.call(eq.plan_site, 0, 150.0)
    assert t["site_start"] == pytest.approx([33.0], rel=1e-12)  # of 110 t that are ready


# --- what a site earns -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "price"),
    [
        ({}, 0.8),
        ({"site_floor": 1.2}, 1.2),
        ({"site_floor": 0.5}, 0.8),
        ({"site_floor": 1.2, "site_offtake": 1.5}, 1.5),
        ({"site_floor": 1.2, "site_subsidy": 0.1}, 1.3),
        ({"site_subsidy": 0.1}, 0.9),
    ],
)
def test_a_site_earns_the_best_of_market_floor_and_offtake_and_a_subsidy(given: dict[str, float], price: float) -> None:
    assert site(clean=0.8, **given).call(eq.offered_price, 0) == pytest.approx(price, rel=1e-15)


def test_makers_answer_their_margin_and_mines_their_price() -> None:
    """Ore of 10 USD/kg, one t a tonne of metal of 40, at twice the price: margin 1.5 - 10/40 = 1.25, squared.

    A mine at 0.75 with the last site closing at 0.5 and all running from 1: 0.75^2 x 1/2.
    """
    given = {"recipe": 1.0, "recipe_now": 1.0, "price_usd_per_kg": [10.0, 40.0], "margin_exponent": 2.0}
    t = site(site_input_count=1, clean=1.5, node_paid_clean=2.0, **given)
    t.call(eq.set_incentives)
    assert t["site_answer"] == pytest.approx([1.5625], rel=1e-12)
    t = site(clean=0.75, closing_price_index=0.5, unit_cost=1.0, margin_exponent=2.0)
    t.call(eq.set_incentives)
    assert t["site_answer"] == pytest.approx([0.28125], rel=1e-12)


def test_stretching_an_input_saves_its_cost() -> None:
    """0.8 t of ore in place of 1 at twice the price: (1.6 - 1) x 10/40 = 0.15 less margin."""
    given = {"recipe": 1.0, "recipe_now": 0.8, "price_usd_per_kg": [10.0, 40.0], "node_paid_clean": 2.0}
    t = site(site_input_count=1, **given)
    assert t.call(eq.margin_ratio, 0, 1.0) == pytest.approx(0.85, rel=1e-12)
    assert t.call(eq.input_cost_rise, 0) == pytest.approx(0.25, rel=1e-12)  # of the recipe as it was


def test_recipes_are_stretched_by_the_price_paid() -> None:
    """2 t at four times the price with an elasticity of 1/2: 1 t."""
    t = site(recipe=2.0, node_paid_clean=4.0, node_log_clean=math.log(4.0), input_elasticity=0.5)
    t.call(eq.set_recipes)
    assert t["recipe_now"] == pytest.approx([1.0], rel=1e-12)


# --- projects ----------------------------------------------------------------------------------------------------
def test_a_project_opens_at_what_its_first_week_lets_run_and_moves_slowly() -> None:
    """Cost 2: at 1.9 half runs, of an answer of 0.8. Then a 16th of the way up to 0.8, a sixth of the way down to none."""
    t = site(site_extra=20.0, site_extra_cost=2.0, clean=1.9)
    assert t.call(eq.run_project, 0, 0.8) == pytest.approx(0.4, rel=1e-12)
    t["clean"] = 2.5
    assert t.call(eq.run_project, 0, 0.8) == pytest.approx(0.425, rel=1e-12)
    t["clean"] = 1.0
    assert t.call(eq.run_project, 0, 0.8) == pytest.approx(0.425 * 5.0 / 6.0, rel=1e-12)
    t["site_extra"] = 0.0
    assert t.call(eq.run_project, 0, 0.8) == 0.0
    assert t["site_running"] == [-1.0]


def test_a_project_adds_to_plan_capacity_and_batch() -> None:
    """20 t more at cost 1, all of it runs at price 1; a dear market makes it no larger."""
    for answer, share in ((1.0, 1.0), (0.5, 0.5), (3.0, 1.0)):
        t = site(site_extra=20.0, site_extra_cost=1.0, site_answer=answer, output_up_rate=0.0, output_down_rate=0.0)
        t["restart_rate"] = 0.0
        t.call(eq.plan_site, 0, 150.0)
        assert t["site_project"] == pytest.approx([20.0 * share], rel=1e-12)
        assert t["site_start"] == pytest.approx([100.0 + 20.0 * share], rel=1e-12)
        assert t["site_capacity_now"] == pytest.approx([130.0], rel=1e-12)


def test_what_of_a_project_needs_no_input_is_made_without() -> None:
    """20 t more, a fourth of them without input: 115 t of 120 are fed, at half a tonne each; a cut of 0.4 takes its part."""
    given = {"site_input_count": 1, "recipe": 0.5, "recipe_now": 0.5, "holder_stock": 1e6, "holder_minimum": 3.0}
    still = {"output_up_rate": 0.0, "output_down_rate": 0.0, "restart_rate": 0.0}
    t = site(site_extra=20.0, site_extra_free=0.25, site_extra_cost=1.0, **given, **still)
    t.call(eq.plan_site, 0, 150.0)
    assert (t["site_start"], t["holder_expected"]) == (pytest.approx([120.0]), pytest.approx([57.5]))
    assert t["balance_used_t"][0] == pytest.approx(57.5)
    t = site(site_extra=20.0, site_extra_free=0.25, site_extra_cost=1.0, site_loss=0.4, **given, **still)
    t.call(eq.plan_site, 0, 150.0)
    assert t["site_start"] == pytest.approx([0.6 * 110.0 + 12.0])
    assert t["balance_used_t"][0] == pytest.approx(0.5 * (66.0 + 9.0))


def test_a_rush_is_shared_by_output() -> None:
    """Makers of 300 t plan on 60 t of a rush: a maker of 100 on 20 of them."""
    t = site(site_input_count=1, recipe=1.0, recipe_now=1.0, holder_stock=1e6, holder_minimum=1.0, site_ready=150.0)
    t["rush_sales"], t["output_start"] = 60.0, 300.0
    t.call(eq.plan_site, 0, 150.0)
    assert t["site_plan"] == pytest.approx([100.0 + 20.0 / 16.0], rel=1e-12)


def test_capacity_and_trend_grow_from_the_start_and_prices_paid_have_logarithms() -> None:
    """Two years of 10 % on 150 t/week; the trend's step of the week; ln 4 of a price paid of 4."""
    t = site(capacity_growth=0.1, lead_days=100, trend_level=1.2, growth_step=1.01, restart_rate=0.0)
    t["node_paid"] = 4.0
    t.call(eq.produce, 100 + 731)
    grown = 150.0 * 1.1 ** (731.0 / 365.25)
    assert t["site_ready"][0] + t["site_dormant"][0] == pytest.approx(grown, rel=1e-12)
    assert t["trend_level"] == pytest.approx([1.212, 1.212], rel=1e-14)
    assert t["node_log_paid"] == pytest.approx([math.log(4.0)], rel=1e-14)
    t = site(capacity_growth=0.1, lead_days=100, restart_rate=0.0)
    t.call(eq.produce, 50)
    assert t["site_ready"][0] + t["site_dormant"][0] == pytest.approx(150.0, rel=1e-12)


# --- batches --------------------------------------------------------------------------------------------------------
def fed(stock: float, **more: Any) -> Tiny:
    """Half a tonne of input a tonne, held in one stock; makers slow down below three weeks of it."""
    return site(site_input_count=1, recipe=0.5, recipe_now=0.5, holder_stock=stock, holder_minimum=3.0, **more)


def test_a_batch_is_what_inputs_allow_and_what_needs_none() -> None:
    """100 wanted, 20 of it without input: 60 t of input allow 60/(0.5 x 3) = 40 of the other 80."""
    t = fed(60.0)
    t.call(eq.start_batch, 0, 100.0, 20.0, 80.0)
    assert t["site_start"] == t["site_wip"] == [60.0]
    assert t["holder_stock"] == t["holder_expected"] == [40.0]
    assert t["balance_used_t"] == [20.0, 0.0]
    assert (t["site_called"], t["site_lacking"]) == ([100.0], [40.0])


def test_with_enough_input_all_is_made_and_nothing_lacks() -> None:
    t = fed(500.0, site_wip=7.0)
    t.call(eq.start_batch, 0, 100.0, 20.0, 80.0)
    assert (t["site_start"], t["site_wip"], t["site_lacking"]) == ([100.0], [107.0], [0.0])
    assert t["holder_stock"] == [460.0]


def test_the_origin_of_a_batch_is_that_of_its_inputs_by_mass() -> None:
    """1 t all of the origin and 3 t with a fifth of it: 1.6 of 4."""
    sizes = {**SIZES, "inputs": 2, "holders": 2, "desks": 2}
    mixed = {"input_holder": [0, 1], "holder_desk": [0, 1], "desk_content": [1.0, 0.2], "recipe": [1.0, 3.0]}
    t = Tiny(sizes, site_input_count=2, tracked_country=1, **mixed)
    assert t.call(eq.batch_content, 0) == pytest.approx(0.4, rel=1e-15)
    t["site_country"] = 1
    assert t.call(eq.batch_content, 0) == 1.0


# --- use ----------------------------------------------------------------------------------------------------------
def user(stocks: list[float], **more: Any) -> Tiny:
    """One user of 100 t with five classes of firms that slow down below two weeks; twelve months of seasons may follow."""
    given = {
        "user_now": 100.0,
        "node_paid": 1.0,
        "node_need": 100.0,
        "expectation_rate": 0.125,
        "holder_stock": stocks,
        "holder_expected": 16.0,
        "holder_pace": 0.5,
        "holder_growth": 1.01,
        "season_first": -1,
        "thrift_up": 0.002,
        "thrift_down": 0.0008,
    }
    sizes = {"users": 1, "nodes": 1, "cells": 1, "products": 1, "holders": 5, "weekly": 3, "weekly_record": 3}
    return Tiny({**sizes, "days": 7, "months": 1}, **{**given, **more})


def test_firms_slow_down_one_by_one_and_expect_what_they_wanted() -> None:
    """20 t each; half of the stock at most: 20, 5, 2, 0, 20. They expect an eighth of the way from 16 to 20, times growth."""
    t = user([100.0, 10.0, 4.0, 0.0, 50.0])
    assert t.call(eq.use_by_firms, 0, 100.0) == 47.0
    assert t["holder_stock"] == [80.0, 5.0, 2.0, 0.0, 30.0]
    assert t["holder_expected"] == pytest.approx([16.5 * 1.01] * 5, rel=1e-15)
    t = user([8.0] * 5, holder_pace=2.0)
    assert t.call(eq.use_by_firms, 0, 100.0) == 40.0  # no more than there is


def test_what_is_needed_missing_and_given_up_adds_up() -> None:
    """At twice the price paid 2^-0.5 = 0.70711 of 100 t is wanted, less what has been saved; stocks give 50."""
    clean = {"node_paid_clean": 2.0, "node_log_clean": math.log(2.0), "elasticity_long": 0.3}
    t = user([20.0] * 5, node_paid=2.0, node_log_paid=math.log(2.0), elasticity_short=0.5, **clean)
    t.call(eq.use, 0, 0)
    saved = 0.002
    wanted = 100.0 * 0.70710678 * (1.0 - saved)
    assert t["user_thrift"] == [saved]
    assert t["weekly_record"] == pytest.approx([100.0, wanted - 50.0, 100.0 - wanted], rel=1e-7)
    assert t["node_unserved_share"] == pytest.approx([(wanted - 50.0) / 100.0], rel=1e-7)
    assert t["balance_used_t"] == pytest.approx([50.0], rel=1e-12)


def test_users_save_towards_what_the_price_is_worth_at_length() -> None:
    """1 - 2^-0.001 is 0.00069, less than a week's most: there at once."""
    t = user([500.0] * 5, node_paid_clean=2.0, node_log_clean=math.log(2.0), elasticity_long=0.001)
    t.call(eq.use, 0, 0)
    assert t["user_thrift"] == pytest.approx([1.0 - 2.0**-0.001], rel=1e-9)


def test_what_a_programme_saves_is_not_needed() -> None:
    t = user([500.0] * 5, user_programme=0.3)
    t.call(eq.use, 0, 0)
    assert t["weekly_record"] == pytest.approx([70.0, 0.0, 0.0], abs=1e-12)


def test_seasons_multiply_what_is_needed() -> None:
    """Month 0 of the run is March (2): the factor of March for the user's end use."""
    sizes = {"users": 1, "nodes": 1, "cells": 1, "products": 1, "holders": 5, "weekly": 3, "weekly_record": 3}
    t = Tiny({**sizes, "days": 7, "months": 1}, user_now=100.0, node_paid=1.0, holder_stock=500.0, holder_pace=0.5)
    t["season_month"] = 2.0
    t["season_first"] = len(t.F)
    t["user_end_use"] = 1
    t.F.extend([1.0] * 14 + [0.4] + [1.0] * 9)
    t.call(eq.use, 0, 0)
    assert t["weekly_record"] == pytest.approx([40.0, 0.0, 0.0], abs=1e-12)


def test_where_only_new_demand_buys_all_that_lacks_is_missing() -> None:
    t = user([0.0] * 5, node_need=0.0)
    t.call(eq.use, 0, 0)
    assert t["node_unserved_share"] == [1.0]
