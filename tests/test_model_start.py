"""The start of a run: rates, firm classes, stocks, zones, weights and offices, on numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model import start as eq
from supplyrisk.model import trade, weights
from supplyrisk.operations.table import code

from .small_worlds import WEEKS_PER_YEAR
from .tiny import Tiny, numbers


# --- rates and times ------------------------------------------------------------------------------------------
def test_times_become_weekly_rates() -> None:
    times = {
        "expectation_weeks": ("expectation_rate", 8.0),
        "attention_weeks": ("attention_rate", 104.0),
        "output_up_weeks": ("output_up_rate", 16.0),
        "output_down_weeks": ("output_down_rate", 6.0),
        "restart_weeks": ("restart_rate", 52.0),
        "demand_memory_weeks": ("demand_memory_rate", 100.0),
        "demand_return_weeks": ("demand_return_rate", 52.0),
        "contract_lag_weeks": ("contract_rate", 26.0),
        "order_adjustment_weeks": ("order_rate", 10.0),
    }
    given = {name: weeks for name, (_, weeks) in times.items()}
    t = Tiny({"products": 1, "zones": 1, "cells": 1, "users": 1}, carrying_cost_per_year=0.25, **given)
    t["thrifting_speed"], t["thrifting_return"] = 0.1, 0.04
    t.call(eq.start_rates)
    for rate, weeks in times.values():
        assert t[rate] == [1.0 / weeks], rate
    assert t["carrying_cost_per_week"] == pytest.approx([0.25 * 7.0 / 365.25], rel=1e-14)
    # Over half a year of 26 weeks an e-fold of 52: (1 - exp(-1/2))/(1/2).
    assert t["coming_weight"] == pytest.approx([2.0 * (1.0 - math.exp(-0.5))], rel=1e-14)
    assert t["thrift_up"] == pytest.approx([0.1 / WEEKS_PER_YEAR], rel=1e-14)
    assert t["thrift_down"] == pytest.approx([0.04 / WEEKS_PER_YEAR], rel=1e-14)


def test_routes_carry_freight_over_borders_and_the_duty_of_the_baseline() -> None:
    given = {"lane_route": [0, 1], "lane_border": [0, 1], "lane_from_cell": [0, 0], "tariff_start": [0.0, 0.2]}
    sizes = {"lanes": 2, "routes": 2, "products": 1, "cells": 1, "zones": 1}
    t = Tiny(sizes, freight_usd_per_kg=3.0, **given)
    for name in ("expectation", "attention", "output_up", "output_down", "restart", "demand_memory", "demand_return"):
        t[f"{name}_weeks"] = 1.0
    t["contract_lag_weeks"] = t["order_adjustment_weeks"] = 1.0
    t.call(eq.start_rates)
    assert (t["route_freight"], t["route_duty"]) == ([0.0, 3.0], [0.0, 0.2])
    assert t["lane_expectation_rate"] == [0.25, 0.25]  # what arrives is judged over four weeks


@pytest.mark.parametrize(
    ("given", "days", "weeks"), [(7.4, 7, 0), (7.6, 8, 1), (14.0, 14, 1), (0.2, 1, 0), (29.0, 29, 4)]
)
def test_whole_days_and_the_markets_that_find_goods_under_way(given: float, days: int, weeks: int) -> None:
    """What leaves at one market and is there by the next (7 days) is never seen under way; 14 days are seen once."""
    t = Tiny({"products": 1, "sites": 1, "lanes": 1}, processing_days=given, lane_transit=given, outage_share=0.3)
    t.call(eq.start_times)
    assert (t["site_days"], t["lane_days"]) == ([days], [days])
    assert (t["site_pipe_weeks"], t["lane_pipe_weeks"]) == ([weeks], [weeks])
    assert t["site_random_loss"] == [0.3]


# --- who holds what ----------------------------------------------------------------------------------------------
def users(**more: Any) -> Tiny:
    given = {"user_use": 100.0, "cover_weeks": 10.0, "working_minimum_weeks": 1.0}
    given |= {"user_cover_sum": 9.0, "user_remembered": 9.0, "user_thrift": 9.0}  # of the run before
    t = Tiny({"users": 1, "holders": 5}, **{**given, **more})
    t.call(eq._start_user, 0)
    return t


def test_equal_firms_hold_the_mean_and_the_weeks_own_use() -> None:
    """20 t a week each, for 10 weeks and the week that comes."""
    t = users(cover_cv=0.0)
    assert t["holder_cover"] == pytest.approx([10.0] * 5, rel=1e-15)
    assert t["holder_stock"] == pytest.approx([220.0] * 5, rel=1e-15)
    assert t["holder_expected"] == t["holder_claim"] == [20.0] * 5
    assert t["user_cover_sum"] == pytest.approx([11.0], rel=1e-15)
    assert t["user_remembered"] == t["user_thrift"] == [0.0]


def test_unequal_firms_are_the_medians_of_the_fifths_of_a_lognormal() -> None:
    """cv 1: sigma = sqrt(ln 2) = 0.83255. exp(sigma z) with z = -1.28155, -0.52440, 0, ... : 0.34405, 0.64623, 1, 1.54743, 2.90654.

    Their sum 6.44425 is scaled to five times ten weeks.
    """
    shape = [0.34405, 0.64623, 1.0, 1.54743, 2.90654]
    t = users(cover_cv=1.0)
    assert t["holder_cover"] == pytest.approx([50.0 * one / 6.44425 for one in shape], rel=2e-4)
    assert sum(t["holder_cover"]) == pytest.approx(50.0, rel=1e-14)
    assert t["user_cover_sum"] == pytest.approx([11.0], rel=1e-14)


def test_nobody_starts_below_its_working_minimum() -> None:
    """The first two would hold 2.67 and 5.01 weeks; with a minimum of 6 both have 6.3."""
    t = users(cover_cv=1.0, working_minimum_weeks=6.0)
    assert t["holder_cover"][:2] == pytest.approx([6.3, 6.3], rel=1e-15)
    assert t["holder_minimum"] == [6.0] * 5
    assert t["user_cover_sum"][0] > 11.0


def test_stocks_and_pipelines_of_the_baseline() -> None:
    """A site of 80 t a week with three weeks of its output in stock, two in process; its input: 1.5 t a tonne, four weeks.

    A user's desk takes half of what a lane of 60 t brings; goods are two weeks under way.
    """
    sizes = {"sites": 1, "products": 1, "inputs": 1, "holders": 1, "desks": 1, "nodes": 1, "lanes": 1, "links": 1}
    t = Tiny(
        sizes,
        site_output=80.0,
        site_capacity=100.0,
        ready_spare_share=0.1,
        output_cover_weeks=3.0,
        site_pipe_weeks=2,
        recipe=1.5,
        input_cover_weeks=4.0,
        input_minimum_weeks=3.0,
        node_need=240.0,
        desk_need=120.0,
        link_flow=60.0,
        lane_pipe_weeks=2,
        stockpile_start_weeks=2.0,
    )
    t.call(eq.start_stocks)
    assert (t["site_stock"], t["site_wip"], t["site_plan"], t["site_made"]) == ([240.0], [160.0], [80.0], [80.0])
    assert t["site_ready"] == pytest.approx([88.0])
    assert t["site_dormant"] == pytest.approx([12.0])
    assert (t["holder_expected"], t["holder_stock"], t["holder_minimum"]) == ([120.0], [600.0], [3.0])
    assert t["desk_share"] == [0.5]
    assert (t["lane_flow"], t["lane_arrivals"], t["desk_on_order"]) == ([30.0], [30.0], [60.0])
    assert t["stockpile"] == [480.0]
    t["input_cover_weeks"] = 1.0  # who holds little starts above the minimum: 0.95 x 2
    t.call(eq.start_stocks)
    assert t["holder_minimum"] == pytest.approx([1.9])
    assert t["holder_pace"] == pytest.approx([1.0 / 1.9])


def test_zones_know_what_they_make_buy_and_trade() -> None:
    """Zone 0 makes 100 t and holds two weeks of it; 70 t cross to zone 1 and are three weeks under way, 30 t stay."""
    sizes = {"zones": 2, "cells": 2, "pairs": 4, "products": 1, "sites": 1, "nodes": 2, "lanes": 2}
    t = Tiny(
        sizes,
        site_output=100.0,
        output_cover_weeks=2.0,
        entry_share_per_year=0.04,
        node_need=[30.0, 70.0],
        node_cell=[0, 1],
        lane_flow=[30.0, 70.0],
        lane_pipe_weeks=[1, 3],
        lane_from_cell=0,
        lane_to_cell=[0, 1],
        lane_pair=[-1, 1],
    )
    t.call(eq.start_zones)
    assert (t["output_start"], t["need_start"], t["own_stock"]) == ([100.0, 0.0], [30.0, 70.0], [200.0, 0.0])
    assert t["wanted_start"] == [230.0, 210.0]
    assert t["pair_normal"] == [0.0, 70.0, 0.0, 0.0]
    assert (t["trade_out"], t["trade_in"], t["cell_linked"]) == ([70.0, 0.0], [0.0, 70.0], [1, 1])
    assert (t["product_output"], t["entry_base"]) == ([100.0], [100.0])
    assert t["spot"] == t["clean"] == t["contract"] == t["sales"] == [1.0, 1.0]


def test_growth_is_the_mean_of_those_who_buy() -> None:
    """Users of 75 t grow by 10 % a year and of 25 t not at all: the week's step is their mean, and that of the ore as well."""
    step = 1.1 ** (1.0 / WEEKS_PER_YEAR)
    sizes = {"products": 2, "users": 2, "holders": 11, "inputs": 1, "sites": 1, "nodes": 2}
    given = {"node_product": [1, 0], "user_use": [75.0, 25.0], "demand_growth": [0.1, 0.0], "user_holder": [0, 5]}
    t = Tiny(sizes, input_holder=10, input_product=0, site_product=1, holder_expected=9.0, **given)
    t.call(eq.start_growth, 0)
    assert t["growth_step"] == pytest.approx([(0.75 * step + 0.25)] * 2, rel=1e-14)
    assert t["holder_growth"][:5] == pytest.approx([step] * 5, rel=1e-14)
    assert t["holder_growth"][5:10] == [1.0] * 5
    t["lead_days"] = 70
    t.call(eq.start_growth, 0)
    assert t["growth_step"] == [1.0, 1.0]  # nothing grows in a lead-in


def test_a_lot_is_a_fortieth_of_a_weeks_exports() -> None:
    sizes = {"offices": 1, "effects": 1, "lanes": 3, "targets": 3, "products": 1}
    given = {"target_entity": [0, 1, 2], "target_value": [0.0, 0.0, 1.0], "lane_flow": [50.0, 30.0, 9.0]}
    t = Tiny(sizes, effect_target_count=3, office_pace=0.15, **given)
    t.call(eq.start_offices)
    assert (t["office_normal"], t["office_lot"], t["office_seen"]) == ([80.0], [2.0], [0.15])
    t["effect_numbers"] = numbers("licence", lot_t=5.0)["effect_numbers"]
    t.call(eq.start_offices)
    assert t["office_lot"] == [5.0]


def test_the_mass_of_a_product_is_all_that_is_anywhere() -> None:
    sizes = {"products": 2, "lanes": 1, "sites": 1, "desks": 1, "nodes": 1, "holders": 1}
    t = Tiny(sizes, lane_in_transit=1.0, site_stock=2.0, site_held=4.0, desk_in=8.0, holder_stock=16.0, stockpile=32.0)
    assert t.call(eq.mass_now, 0) == 63.0
    assert t.call(eq.mass_now, 1) == 0.0


def test_the_origin_of_stocks_mixes_downstream_by_mass() -> None:
    """The first of two mines lies in the country tracked; a desk buys 30 t of it and 10 of the other."""
    sizes = {"products": 1, "sites": 2, "desks": 1, "nodes": 1, "lanes": 2}
    t = Tiny(sizes, site_country=[1, 0], tracked_country=1, lane_site=[0, 1], lane_flow=[30.0, 10.0])
    t["desk_lane_count"] = 2
    t.call(eq.start_content)
    assert t["site_content"] == [1.0, 0.0]
    assert t["desk_content"] == [0.75]


# --- events ----------------------------------------------------------------------------------------------------------
def test_events_start_on_whole_days_and_not_in_the_lead_in() -> None:
    sizes = {"events": 3}
    t = Tiny(sizes, event_probability=1.0, event_start=[10.5, 30.0, 60.0], event_notice=[10.5, 5.0, 60.0])
    t["event_first"] = [20, 20, 0]
    t.call(eq.start_events, 1, [1, 1, 0])
    assert t["event_status"] == [1, 1, 2]  # the third belongs to another arm
    assert t["event_day"][:2] == [20, 30]
    assert t["event_notice_day"][:2] == [20, -1]  # an announcement before the start is old news


def test_without_events_there_are_no_rules() -> None:
    t = Tiny({"events": 1}, event_probability=1.0, rules=1)
    t.call(eq.start_events, 1, [0])
    assert t["rules"] == [0]
    t.call(eq.start_events, 1, [1])
    assert t["rules"] == [1]


def test_desks_buy_for_users_and_makers() -> None:
    """60 t of use, and half a tonne for each of 80 t made; what was there of the run before is gone."""
    sizes = {"desks": 1, "users": 1, "inputs": 1, "sites": 1, "holders": 1}
    t = Tiny(sizes, user_use=60.0, recipe=0.5, site_output=80.0, desk_need=9.0)
    t.call(eq.start_desks)
    assert t["desk_need"] == [100.0]


def test_durations_last_a_day_at_least() -> None:
    t = Tiny({"events": 3, "points": 2}, event_duration=[0.2, 9.6, 1e12], point_day=[2.4, 2.5])
    t.call(eq.start_days)
    assert t["event_duration"] == [1.0, 10.0, 1e12]
    assert t["point_day"] == [2.0, 3.0]


# --- weights ----------------------------------------------------------------------------------------------------------
def test_new_demand_goes_to_users_by_use_or_by_number() -> None:
    sizes = {"users": 2, "effects": 1, "targets": 2}
    t = Tiny(sizes, user_use=[60.0, 20.0], effect_target_count=2, target_entity=[0, 1], target_share=[1.0, 0.25])
    t.call(weights.share_demand, 0)
    assert t["target_value"] == [0.75, 0.25]
    t["user_use"] = 0.0
    t.call(weights.share_demand, 0)
    assert t["target_value"] == [0.8, 0.2]


def plant(**more: Any) -> Tiny:
    sizes = {"sites": 1, "lanes": 2, "desks": 2}
    given = {
        "site_lane_count": 2,
        "lane_desk": [0, 1],
        "site_lanes": [0, 1],
        "lane_project": 1,
        "desk_need": [30.0, 10.0],
    }
    return Tiny(sizes, **{**given, **more})


def test_a_new_plant_is_offered_by_what_buyers_buy() -> None:
    t = plant()
    t.call(weights.share_projects, 0)
    assert t["lane_project_share"] == [0.75, 0.25]
    t = plant(lane_project=[0, 1], lane_project_share=9.0)
    t.call(weights.share_projects, 0)
    assert t["lane_project_share"] == [0.0, 1.0]


def test_all_weights_are_set_at_the_start() -> None:
    """New demand of two users of 60 and 20 t, and a plant that two buyers of 30 and 10 t are meant to use."""
    sizes = {"sites": 1, "lanes": 2, "desks": 2, "nodes": 1, "users": 2, "effects": 1, "targets": 2}
    given = {
        "site_lane_count": 2,
        "lane_desk": [0, 1],
        "site_lanes": [0, 1],
        "lane_project": 1,
        "desk_need": [30.0, 10.0],
    }
    demand = {
        "effect_op": code("new_demand"),
        "effect_target_count": 2,
        "target_entity": [0, 1],
        "user_use": [60.0, 20.0],
    }
    t = Tiny(sizes, target_share=1.0, **given, **demand)
    t.call(weights.start_weights)
    assert t["target_value"] == t["lane_project_share"] == [0.75, 0.25]
    t["effect_op"] = 0
    t.call(weights.start_weights)
    assert t["target_value"] == [1.0, 1.0]


@pytest.mark.parametrize(("made", "counted"), [(100.0, 8.0), (103.0, 8.0), (130.0, 30.0), (160.0, 40.0)])
def test_buyers_count_on_what_a_plant_has_shown_and_on_a_fifth_at_least(made: float, counted: float) -> None:
    """100 t of old output and 40 t of new capacity."""
    t = plant(
        site_extra=40.0, site_output=100.0, site_start=made, lane_project_share=[1.5, 0.5], lane_flow=[50.0, 50.0]
    )
    t.call(weights.apply_weights)
    assert t["lane_weight"] == pytest.approx([50.0 + 0.75 * counted, 50.0 + 0.25 * counted], rel=1e-14)


def test_who_bought_nothing_is_offered_lanes_by_output() -> None:
    t = Tiny({"lanes": 1, "desks": 1, "nodes": 1, "sites": 1}, lane_spare=1, site_output=70.0)
    t.call(weights.start_weights)
    t.call(weights.apply_weights)
    assert t["lane_weight"] == [70.0]
    t["node_need"] = 5.0
    t.call(weights.start_weights)
    t.call(weights.apply_weights)
    assert t["lane_weight"] == [0.0]


# --- trade --------------------------------------------------------------------------------------------------------------
def test_flows_keep_the_odds_that_are_stated_where_sums_do_not_fit() -> None:
    """Two sellers of 60 and 40 to two buyers of 50 each, stated half and half: proportional fitting gives 30 and 20 to each.

    With the first buyer's share stated 80 : 20 the odds ratio is 4: f (f - 10) = 4 (60 - f)(50 - f), so 3 f^2 - 430 f + 12000 = 0 and
    f = (430 - sqrt(430^2 - 12 x 12000))/6 = 37.96.
    """
    sizes = {"products": 1, "sites": 2, "nodes": 2, "links": 4, "square": 4}
    given = {"site_wanted": [60.0, 40.0], "node_need": 50.0, "link_open": 1, "link_stretch": 10.0}
    t = Tiny(sizes, product_site_count=2, product_node_count=2, trade_share=[0.5, 0.5, 0.5, 0.5], **given)
    t.call(trade.fit_flows, 0)
    assert t["link_flow"] == pytest.approx([30.0, 30.0, 20.0, 20.0], rel=1e-9)
    t["trade_share"] = [0.8, 0.5, 0.2, 0.5]
    t.call(trade.fit_flows, 0)
    first = (430.0 - math.sqrt(430.0**2 - 12.0 * 12000.0)) / 6.0
    assert t["link_flow"] == pytest.approx([first, 60.0 - first, 50.0 - first, first - 10.0], rel=1e-9)
