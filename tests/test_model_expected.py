"""What is believed of offices, quotas, cuts, demand and sales, by direct calls on numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from supplyrisk.model import beliefs
from supplyrisk.operations.table import code

from .tiny import Tiny, numbers


# --- what is believed of them ----------------------------------------------------------------------------------------
def learning(**more: Any) -> Tiny:
    """Of 70 t a week 14 left last week; 0.35 was believed, six weeks to learn."""
    given = {
        "effect_op": code("licence"),
        "effect_target_count": 1,
        "office_level": 0.5,
        "office_seen": 0.35,
        "office_pace": 0.15,
        "office_weeks": 1,
        "lane_flow": 70.0,
        "lane_left": 14.0,
        "pace_learning_weeks": 6.0,
    }
    sizes = {"offices": 1, "effects": 1, "lanes": 1, "targets": 1, "products": 1}
    return Tiny(sizes, **{**given, **more})


def test_an_offices_pace_is_learnt_a_sixth_a_week() -> None:
    """From 0.35 to 14/70 = 0.2 by a sixth: 0.325. What leaves under a general licence is no work of the office: 7 of 35 t."""
    t = learning()
    t.call(beliefs.learn_paces)
    assert t["office_seen"] == pytest.approx([0.325], rel=1e-14)
    t = learning(lane_general=0.5, lane_general_left=7.0)
    t.call(beliefs.learn_paces)
    assert t["office_seen"] == pytest.approx([0.325], rel=1e-14)
    t = learning(office_seen=0.95, lane_left=140.0)
    t.call(beliefs.learn_paces)
    assert t["office_seen"] == [1.0]


def test_before_an_office_has_worked_a_week_it_is_what_is_said_of_offices() -> None:
    for given in ({"effect_wait": 3.0}, {"effect_wait": -1.0}, {"office_level": -1.0}):
        t = learning(**given)
        t.call(beliefs.learn_paces)
        assert t["office_seen"] == [0.15]
    t = learning(office_weeks=0, office_seen=0.15)
    t.call(beliefs.learn_paces)
    assert (t["office_seen"], t["office_weeks"]) == ([0.15], [1])


def test_a_quotas_pace_is_its_tonnes_over_normal() -> None:
    """100 t in 28 days are 25 a week, of 70: above 1 it does not bind. As a share of normal it is that share."""
    sizes = {"effects": 1, "targets": 1, "lanes": 1}
    t = Tiny(
        sizes, effect_op=code("quota"), effect_target_count=1, lane_flow=70.0, **numbers("quota", period_days=28.0)
    )
    assert t.call(beliefs.quota_pace, 0, 100.0) == pytest.approx(25.0 / 70.0, rel=1e-14)
    assert t.call(beliefs.quota_pace, 0, 560.0) == pytest.approx(2.0, rel=1e-14)
    t["effect_numbers"] = numbers("quota", period_days=28.0, share_of_normal=1.0)["effect_numbers"]
    assert t.call(beliefs.quota_pace, 0, 0.4) == pytest.approx(0.4, rel=1e-14)
    t["lane_flow"] = 0.0
    assert t.call(beliefs.quota_pace, 0, 0.4) == 1.0


def test_of_several_rules_on_a_lane_the_one_that_costs_most_counts() -> None:
    """0.5 stopped for 10 weeks costs 5; 0.2 for 20 weeks 4, 0.2 for 30 weeks 6. The first to begin tells the wait."""
    t = Tiny({"lanes": 1}, lane_pace=1.0, lane_wait=-1.0)
    beliefs.put_rule_on_lane(t.L, t.F, 0, 0.5, 10.0, 8.0)
    beliefs.put_rule_on_lane(t.L, t.F, 0, 0.8, 20.0, 3.0)
    assert (t["lane_pace"], t["lane_weeks"], t["lane_wait"]) == ([0.5], [10.0], [3.0])
    beliefs.put_rule_on_lane(t.L, t.F, 0, 0.8, 30.0, 5.0)
    assert (t["lane_pace"], t["lane_weeks"], t["lane_wait"]) == ([0.8], [30.0], [3.0])


def test_of_several_cuts_the_longest_counts() -> None:
    sizes = {"effects": 3, "targets": 3, "sites": 1}
    given = {"effect_op": code("capacity_loss"), "effect_target_count": 1, "effect_target_first": [0, 1, 2]}
    t = Tiny(sizes, effect_weeks=[10.0, 20.0, 99.0], effect_wait=[0.0, 0.0, 4.0], **given)
    t.call(beliefs.believe_cuts)
    assert t["site_cut_weeks"] == [20.0]  # the third is still to come


def test_rules_by_pair_are_means_of_what_lanes_lose() -> None:
    """60 t lose 0.5 for 10 weeks, 40 t lose all for 20: 30 of 100 t pass, for (30 x 10 + 40 x 20)/70 weeks, to begin in 2."""
    sizes = {"lanes": 2, "pairs": 1, "products": 1}
    given = {"lane_flow": [60.0, 40.0], "lane_pace": [0.5, 0.0], "lane_weeks": [10.0, 20.0], "lane_wait": [5.0, 2.0]}
    t = Tiny(sizes, pair_normal=100.0, link_multiple=3.0, lane_office=-1, **given)
    t.call(beliefs.believe_pairs)
    assert t["pair_pace"] == pytest.approx([0.3], rel=1e-12)
    assert t["pair_weeks"] == pytest.approx([1100.0 / 70.0], rel=1e-6)
    assert t["pair_wait"] == [2.0]
    assert t["pair_office"] == [0]
    # The second lane free again: it can carry three times 40 t, all that the first may not.
    t["lane_wait"] = [5.0, -1.0]
    t.call(beliefs.believe_pairs)
    assert (t["pair_pace"], t["pair_wait"]) == ([1.0], [-1.0])


def test_pairs_are_under_an_office_where_a_lane_of_theirs_is() -> None:
    sizes = {"lanes": 1, "pairs": 1, "products": 1}
    for office, expected in ((0, 1), (-1, 0)):
        t = Tiny(
            sizes, lane_flow=60.0, lane_pace=0.5, pair_normal=60.0, lane_office=office, pair_office=1, pair_pace=0.0
        )
        t["pair_open"] = t["pair_lost"] = t["pair_weeks"] = 9.0
        t.call(beliefs.believe_pairs)
        assert t["pair_office"] == [expected]
        assert t["pair_pace"] == pytest.approx([0.5], rel=1e-12)


def test_what_left_is_counted_by_pair_and_the_count_begins_again() -> None:
    t = Tiny({"lanes": 3, "pairs": 1}, lane_left=[30.0, 40.0, 9.0], lane_pair=[0, 0, -1], pair_flow=7.0)
    t.call(beliefs.sum_flows)
    assert t["pair_flow"] == [70.0]
    assert t["lane_left"] == [0.0, 0.0, 0.0]


# What a lane's rules are believed to let through: half closed and a tenth leaks; 30 of 70 t of quota and a tenth leaks; an
# office seen to let 0.2 through of what needs it, 0.4 of goods on general licences: 0.4 + 0.6 x 0.2.
@pytest.mark.parametrize(
    ("op", "level", "more", "pace"),
    [
        ("close", 0.5, {"lane_leak": 0.1}, 0.6),
        ("close", 0.0, {"lane_leak": 0.1}, 1.0),
        ("quota", 30.0, {"lane_leak": 0.1}, 3.7 / 7.0),
        ("quota", 300.0, {}, 1.0),
        ("licence", 0.5, {"lane_general": 0.4, "office_seen": 0.2}, 0.52),
        ("licence", 0.5, {"office_seen": 0.2}, 0.2),
        ("licence", 0.5, {"lane_general": 1.0, "office_seen": 0.2}, 1.0),
        (
            "licence",
            0.5,
            {"office_seen": 0.2, **numbers("licence", content_threshold=0.1)},
            1.0,
        ),  # its goods have too little of the origin
    ],
)
def test_a_lanes_rule_lets_through_what_it_does(op: str, level: float, more: dict[str, Any], pace: float) -> None:
    sizes = {"effects": 1, "events": 1, "points": 1, "targets": 1, "lanes": 1, "products": 1, "offices": 1, "sites": 1}
    given = {"effect_op": code(op), "event_status": 1, "event_day": 70, "point_level": level}
    given |= numbers(op, **({"period_days": 7.0} if op == "quota" else {}))
    once = {
        "effect_point_count": 1,
        "effect_target_count": 1,
        "lane_flow": 70.0,
        "link_multiple": 3.0,
        "effect_weeks": 9.0,
    }
    t = Tiny(sizes, lane_pace=0.9, lane_weeks=99.0, lane_wait=5.0, **{**given, **once, **more})
    t.call(beliefs.believe_lanes, 70)
    assert t["lane_pace"] == pytest.approx([pace], rel=1e-14)
    assert (t["lane_wait"], t["lane_weeks"]) == (([0.0], [9.0]) if pace < 1.0 else ([-1.0], [0.0]))


# --- demand and sales -------------------------------------------------------------------------------------------------
def test_a_changed_demand_comes_to_count_as_normal() -> None:
    """100 t and 40 % more: a hundredth of it a week; half of what deviates is believed in the coming half year."""
    given = {"user_use": 100.0, "user_demand": 0.4, "demand_memory_rate": 0.01, "coming_weight": 0.5}
    sizes = {"users": 1, "nodes": 1, "products": 1}
    t = Tiny(sizes, user_remembered=0.2, **given)
    t.call(beliefs.believe_demand, 7)
    assert t["user_remembered"] == pytest.approx([0.202], rel=1e-14)
    assert t["user_now"] == pytest.approx([140.0], rel=1e-14)
    assert t["user_normal"] == pytest.approx([120.2], rel=1e-14)
    assert t["user_coming"] == pytest.approx([130.1], rel=1e-14)
    t = Tiny(sizes, user_lasting=0.3, user_added=7.0, **{**given, "user_demand": 0.0})
    t.call(beliefs.believe_demand, 7)
    assert t["user_now"] == t["user_normal"] == pytest.approx([137.0], rel=1e-14)


def test_demand_grows_by_the_year_from_the_start() -> None:
    """Two years of 10 %: 1.21, counted from the end of the lead-in."""
    sizes = {"users": 1, "nodes": 1, "products": 1}
    t = Tiny(sizes, user_use=100.0, demand_growth=0.1, lead_days=100)
    t["demand_memory_rate"] = 0.01
    t.call(beliefs.believe_demand, 100 + 731)
    assert t["user_now"] == pytest.approx([100.0 * 1.1 ** (731.0 / 365.25)], rel=1e-13)
    t.call(beliefs.believe_demand, 50)
    assert t["user_now"] == [100.0]


def selling(**more: Any) -> Tiny:
    """Zone 0 makes 100 t, sells 60 to zone 1 and 40 at home; demand has risen by a half at home and fallen by a fifth abroad."""
    given = {
        "user_coming": [60.0, 48.0],
        "user_node": [0, 1],
        "node_cell": [0, 1],
        "need_start": [40.0, 60.0],
        "output_start": [100.0, 0.0],
        "trade_out": [60.0, 0.0],
        "pair_normal": [0.0, 60.0, 0.0, 0.0],
        "pair_wait": -1.0,
        "pair_pace": 0.25,
        "pair_weeks": 20.0,
        "attention_rate": 0.01,
        "product_user_count": 2,
        "rules": 1,
    }
    sizes = {"users": 2, "nodes": 2, "cells": 2, "zones": 2, "pairs": 4, "products": 1}
    return Tiny(sizes, **{**given, **more})


@pytest.mark.parametrize(
    ("given", "sales"),
    [
        ({}, 1.08),  # 40 x 1.5 + 60 x 0.8
        ({"pair_wait": 0.0}, 0.6 + 0.48 * 0.85),  # three fourths are lost for a fifth of the time
        ({"pair_wait": 0.0, "pair_weeks": 500.0}, 0.6),  # no more than all
        ({"pair_wait": 5.0}, 1.08),  # until a rule begins nothing is taken off
        ({"user_thrift": [0.1, 0.0]}, 1.02),
    ],
)
def test_makers_plan_on_what_zones_will_buy(given: dict[str, Any], sales: float) -> None:
    t = selling(**given)
    t.call(beliefs.believe_sales, 0)
    assert t["sales"] == pytest.approx([sales, 1.0], rel=1e-14)


def test_makers_of_inputs_plan_on_the_plans_of_those_who_use_them() -> None:
    """Half a tonne of ore a tonne of metal; makers of 100 t believe to sell 0.9: 45 t of 50."""
    sizes = {"inputs": 1, "sites": 1, "nodes": 1, "cells": 2, "zones": 1, "pairs": 2, "products": 2}
    given = {"input_product": 0, "site_cell": 1, "recipe": 0.5, "site_output": 100.0, "sales": [1.0, 0.9]}
    t = Tiny(sizes, need_start=[50.0, 100.0], output_start=[50.0, 100.0], **given)
    t.call(beliefs.believe_sales, 0)
    assert t["sales"][0] == pytest.approx(0.9, rel=1e-14)
