"""Sums by product and zone from which prices are reckoned, on numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model import cells as eq
from supplyrisk.model.beliefs import thrifted

from .tiny import Tiny


# --- stocks ------------------------------------------------------------------------------------------------
def stocks(**more: Any) -> Tiny:
    """A (zone 0) holds 60 t and 5 that wait; B (zone 1) has holders of 30 and 10 t; 70 t are afloat, 100 t leave a week."""
    sizes = {"zones": 2, "cells": 2, "sites": 1, "nodes": 1, "desks": 1, "holders": 2, "lanes": 1, "products": 1}
    given = {
        "site_stock": 60.0,
        "site_held": 5.0,
        "node_cell": 1,
        "desk_holder_count": 2,
        "desk_expected": 80.0,
        "holder_stock": [30.0, 10.0],
        "lane_from_cell": 0,
        "lane_to_cell": 1,
        "lane_in_transit": 70.0,
        "lane_flow": 100.0,
        "lane_office": -1,
        "trade_out": [100.0, 0.0],
        "wanted_sum": [200.0, 1000.0],
    }
    return Tiny(sizes, **{**given, **more})


def test_stock_is_where_it_is_and_goods_afloat_are_the_buyers() -> None:
    """65 t at A; 40 t at B and 70 afloat. Cover is what is ashore over what leaves or is used: 65/100, 40/80."""
    t = stocks()
    t.call(eq.sum_stocks)
    assert t["stock_sum"] == [65.0, 110.0]
    assert t["cover_now"] == [0.65, 0.5]
    assert t["wanted_sum"] == [200.0, 1000.0]


def test_a_longer_way_and_what_customs_set_aside_are_wanted_on_top() -> None:
    """14 days of 100 t a week more on the way: 200 t at B; 8 t set aside at A. What waits for a licence may be sold."""
    t = stocks(in_force=1, lane_delay=14.0, lane_held=8.0)
    t.call(eq.sum_stocks)
    assert t["wanted_sum"] == [208.0, 1200.0]
    t = stocks(in_force=1, lane_held=8.0, lane_office=0)
    t.call(eq.sum_stocks)
    assert t["wanted_sum"] == [200.0, 1000.0]


# --- users -------------------------------------------------------------------------------------------------
def user(**more: Any) -> Tiny:
    """One user: 100 t normal, 120 now, 110 in the coming half year, 11 weeks of cover, a tenth saved."""
    given = {
        "user_normal": 100.0,
        "user_now": 120.0,
        "user_coming": 110.0,
        "user_cover_sum": 11.0,
        "user_thrift": 0.1,
        "elasticity_short": 0.15,
        "clean": 1.0,
    }
    sizes = {"users": 1, "nodes": 1, "cells": 1, "products": 1, "holders": 5}
    return Tiny(sizes, **{**given, **more})


def test_need_is_normal_use_at_the_price_and_what_passes_is_apart() -> None:
    """At twice the price 2^-0.15 = 0.90125 of 90 t; 18 t more that pass. Cover is wanted for the coming half year: 11 x 110 x 0.9."""
    t = user(clean=2.0, clean_log=math.log(2.0))
    t.call(eq.sum_users)
    assert t["need_sum"] == pytest.approx([90.0 * 0.9012504626], rel=1e-9)
    assert t["passing_sum"] == pytest.approx([18.0 * 0.9012504626], rel=1e-9)
    assert t["wanted_sum"] == pytest.approx([1089.0], rel=1e-12)
    t = user()
    t.call(eq.sum_users)
    assert t["need_sum"] == pytest.approx([90.0], rel=1e-15)


def test_steeper_use_at_high_prices_lowers_need() -> None:
    """exp(-0.15 ln 2 - 0.02 ln(2)^2) = 0.90125 x 0.99044."""
    t = user(clean=2.0, clean_log=math.log(2.0), elasticity_steepening=0.02)
    t.call(eq.sum_users)
    assert t["need_sum"] == pytest.approx([90.0 * 0.9012504626 * 0.9904369], rel=1e-7)


def test_of_savings_and_a_programme_the_larger_counts() -> None:
    for own, programme, expected in ((0.1, 0.3, 0.3), (0.4, 0.3, 0.4)):
        assert user(user_thrift=own, user_programme=programme).call(thrifted, 0) == expected


def test_stock_that_must_be_held_is_wanted_on_top() -> None:
    """Five classes of 20 t of use a week hold two weeks more than they want: 200 t."""
    t = user(obliged=1, holder_expected=20.0, holder_extra=2.0)
    t.call(eq.sum_users)
    assert t["wanted_sum"] == pytest.approx([1089.0 + 200.0], rel=1e-12)


# --- sites --------------------------------------------------------------------------------------------------
def site(**more: Any) -> Tiny:
    """Plan 80, project 10; 125 t/week can be made and 25 must be restarted."""
    given = {
        "site_plan": 80.0,
        "site_project": 10.0,
        "site_capacity_now": 125.0,
        "site_dormant": 25.0,
        "site_start": 70.0,
        "site_output": 100.0,
        "output_start": 100.0,
    }
    return Tiny({"sites": 1, "cells": 1, "zones": 1, "products": 1}, **{**given, **more})


def found(t: Tiny, *names: str) -> list[float]:
    t.call(eq.sum_sites)
    return [t[name][0] for name in names]


def test_what_is_planned_can_be_made_is_idle_and_is_made() -> None:
    names = ("plan_sum", "capacity_sum", "idle_sum", "dormant_sum", "made_sum", "cut_sum")
    assert found(site(), *names) == [90.0, 125.0, 35.0, 25.0, 70.0, 0.0]
    assert found(site(site_plan=130.0), *names[:3]) == [140.0, 140.0, 0.0]  # no more is idle than nothing


def test_a_cut_takes_its_share_of_all_and_counts_for_its_weeks() -> None:
    """A fifth of 125: 25 t/week for 10 weeks. Left to start are 100 - 90, left to restart 20."""
    t = site(site_loss=0.2, site_cut_weeks=10.0)
    names = ("idle_sum", "dormant_sum", "cut_sum", "cut_weeks", "capacity_sum")
    assert found(t, *names) == pytest.approx([10.0, 20.0, 250.0, 10.0, 125.0], rel=1e-12)


def test_a_breakdown_counts_until_its_repair_on_top_of_a_cut() -> None:
    """Half of the 0.8 left: 0.6 of 125 t/week are lost. 140 days are 20 weeks; a rule of 30 weeks lasts longer."""
    down = {"site_loss": 0.2, "site_down": 1, "site_random_loss": 0.5, "outage_mttr_days": 140.0}
    assert found(site(site_cut_weeks=10.0, **down), "cut_sum", "cut_weeks") == pytest.approx([1500.0, 20.0], rel=1e-12)
    assert found(site(site_cut_weeks=30.0, **down), "cut_sum", "cut_weeks") == pytest.approx([2250.0, 30.0], rel=1e-12)


def test_input_costs_are_means_by_output_over_a_zone_and_over_all() -> None:
    """Two t of ore of 10 USD/kg go into a metal of 40: half as dear again they add 2 x 0.5 x 10/40 = 0.25 of its price.

    Only the first of two zones, which make 60 and 40 t, pays that: 0.25 there, none in the other, 0.15 in all.
    """
    t = Tiny(
        {"products": 2, "zones": 2, "cells": 4, "sites": 2, "inputs": 1, "nodes": 1},
        site_product=1,
        site_cell=[2, 3],
        site_output=[60.0, 40.0],
        output_start=[0.0, 0.0, 60.0, 40.0],
        site_input_count=[1, 0],
        input_product=0,
        recipe=2.0,
        node_paid_clean=1.5,
        price_usd_per_kg=[10.0, 40.0],
    )
    t.call(eq.sum_sites)
    assert t["cost_now"] == pytest.approx([0.0, 0.0, 0.25, 0.0], rel=1e-12)
    assert t["joint_cost"] == pytest.approx([0.0, 0.15], rel=1e-12)


# --- makers' needs ---------------------------------------------------------------------------------------------
def maker(**more: Any) -> Tiny:
    """A site that made 100 t and plans 80 and 10; 2 t of input a tonne, of which it holds four weeks."""
    given = {
        "site_output": 100.0,
        "site_plan": 80.0,
        "site_project": 10.0,
        "recipe": 2.0,
        "input_cover_weeks": 4.0,
        "clean": 1.0,
    }
    return Tiny({"inputs": 1, "sites": 1, "nodes": 1, "cells": 1, "products": 1}, **{**given, **more})


def test_makers_need_inputs_for_their_plan_and_stock_for_the_mean_of_plan_and_normal() -> None:
    """2 x 90 t a week. Five weeks (the week's own counted) of 2 x (100 + 90)/2."""
    t = maker()
    t.call(eq.sum_makers_needs)
    assert (t["need_sum"], t["wanted_sum"]) == ([180.0], [950.0])


def test_dear_inputs_are_stretched() -> None:
    """At 1.5 times the price 1.5^-0.4 = 0.850283 of 180 t; stocks are wanted as before."""
    t = maker(clean=1.5, clean_log=math.log(1.5), input_elasticity=0.4)
    t.call(eq.sum_makers_needs)
    assert t["need_sum"] == pytest.approx([180.0 * 0.850283], rel=1e-6)
    assert t["wanted_sum"] == [950.0]


# --- public stocks ----------------------------------------------------------------------------------------------
def reserve(**more: Any) -> Tiny:
    given = {"node_need": 50.0, "stockpile": 100.0, "wanted_sum": 1000.0, "deficit_weeks": 13.0}
    return Tiny({"nodes": 1, "cells": 1, "products": 1}, **{**given, **more})


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"stockpile_target": 8.0, "stockpile_fill": 0.5}, 1300.0),  # 400 t aimed at, 100 there
        ({"stockpile_target": 8.0}, 1000.0),  # nobody buys
        ({"stockpile_target": 1.0, "stockpile_fill": 0.5}, 1000.0),  # it is full
        ({"stockpile_released": 2.0}, 974.0),  # two t a week for 13 weeks
        ({"stockpile_released": 20.0}, 900.0),  # but no more than there is
        ({"stockpile_released": 2000.0, "stockpile": 5000.0}, 50.0),  # a twentieth stays wanted
    ],
)
def test_purchases_to_come_and_releases_under_way_move_wanted_stock(given: dict[str, float], wanted: float) -> None:
    t = reserve(**given)
    t.call(eq.sum_public_stocks)
    assert t["wanted_sum"] == pytest.approx([wanted], rel=1e-12)


def test_public_purchases_count_in_an_arm_with_events() -> None:
    for rules, wanted in ((0, 1000.0), (1, 1300.0)):
        t = reserve(stockpile_target=8.0, stockpile_fill=0.5, wanted_start=1000.0, rules=rules)
        t.L = t.L._replace(n_products=0)  # no costs to sum
        t.call(eq.sum_cells)
        assert t["wanted_sum"] == [wanted]


# --- what goes on ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "flow"),
    [
        ({"pair_wait": -1.0}, 150.0),  # no rule: as last week
        ({"pair_wait": 0.0, "pair_pace": 0.3}, 30.0),  # a rule in force: what it lets through of 100 t
        ({"pair_wait": 0.0, "pair_pace": 0.3, "pair_office": 1}, 150.0),  # an office lets through what it does
        ({"pair_wait": 3.0}, 150.0),  # a rule far ahead
        ({"pair_wait": 3.0, "block_rushing": 1}, 110.0),  # in a rush: normal, grown by a tenth
    ],
)
def test_a_rush_does_not_last_and_a_rule_does(given: dict[str, float], flow: float) -> None:
    sizes = {"zones": 1, "cells": 1, "pairs": 1, "products": 1}
    t = Tiny(sizes, **{"pair_flow": 150.0, "pair_normal": 100.0, "trend_level": 1.1, **given})
    assert t.call(eq.lasting_flow, 0, 0) == pytest.approx(flow, rel=1e-12)


def test_sums_begin_anew_from_what_is_always_wanted() -> None:
    """Output stocks and goods afloat of the baseline (40 t) are part of wanted stock, whatever was summed before."""
    t = Tiny(
        {"cells": 1, "zones": 1, "products": 1},
        wanted_start=40.0,
        wanted_sum=7.0,
        stock_sum=7.0,
        need_sum=7.0,
        passing_sum=7.0,
        plan_sum=7.0,
        capacity_sum=7.0,
        idle_sum=7.0,
        dormant_sum=7.0,
        made_sum=7.0,
        cut_sum=7.0,
        cut_weeks=7.0,
        cost_now=7.0,
    )
    t.call(eq.sum_cells)
    assert t["wanted_sum"] == [40.0]
    names = ("stock", "need", "passing", "plan", "capacity", "idle", "dormant", "made", "cut")
    assert [t[f"{name}_sum"] for name in names] == [[0.0]] * 9
    assert t["cut_weeks"] == t["cost_now"] == [0.0]
