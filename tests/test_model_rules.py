"""Rules of the day, offices, and what is believed of both, by direct calls on numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model import beliefs, controls, lane_rules
from supplyrisk.model.opcodes import (
    CAPACITY_LOSS,
    CLOSE,
    COVER_OBLIGATION,
    DEMAND,
    LICENCE,
    NEW_CAPACITY,
    NEW_DEMAND,
    OFFTAKE,
    PRICE_FLOOR,
    QUOTA,
    STOCKPILE,
    SUBSIDY,
    TARIFF,
    THRIFT,
)

from .small_worlds import WEEKS_PER_YEAR
from .tiny import Tiny


# --- levels ---------------------------------------------------------------------------------------------------------
def schedule(linear: int) -> Tiny:
    """0.2 on day 0, 0.6 from day 10, 0.4 from day 30."""
    sizes = {"effects": 1, "points": 3, "events": 1}
    t = Tiny(sizes, effect_point_count=3, point_day=[0.0, 10.0, 30.0], point_level=[0.2, 0.6, 0.4], event_status=1)
    t["effect_linear"] = linear
    return t


@pytest.mark.parametrize(
    ("day", "step", "line"), [(0, 0.2, 0.2), (5, 0.2, 0.4), (10, 0.6, 0.6), (25, 0.6, 0.45), (99, 0.4, 0.4)]
)
def test_levels_are_steps_or_straight_lines(day: int, step: float, line: float) -> None:
    assert schedule(0).call(controls.effect_now, 0, float(day)) == step
    assert schedule(1).call(controls.effect_now, 0, float(day)) == pytest.approx(line, rel=1e-15)


def test_a_rule_holds_from_its_day_to_its_end_and_not_while_suspended() -> None:
    t = schedule(0)
    t["point_day"] = [3.0, 10.0, 30.0]
    t["event_day"], t["event_duration"] = 100, 40.0
    held = [t.call(controls.started, 0, 100, day) for day in (99, 102, 103, 139, 140)]
    assert held == [0, 0, 1, 1, 0]
    t["event_suspended"] = 1
    assert t.call(controls.started, 0, 100, 120) == 0
    assert t.call(controls.started, 0, -1, 120) == 0


def test_a_project_counts_from_the_day_to_which_it_slips() -> None:
    t = Tiny({"effects": 1, "events": 1}, effect_op=NEW_CAPACITY, event_status=1, event_day=100, effect_d=20.6)
    assert t.call(controls.effect_base, 0) == 121
    t["effect_op"] = CLOSE
    assert t.call(controls.effect_base, 0) == 100
    t["event_status"] = 0
    assert t.call(controls.effect_base, 0) == -1


# --- what rules do to sites, users and nodes -------------------------------------------------------------------------
def one(**more: Any) -> Tiny:
    """One effect on one entity of every kind."""
    sizes = {"effects": 1, "targets": 1, "sites": 1, "users": 1, "nodes": 1, "products": 1, "cells": 1, "lanes": 1}
    return Tiny({**sizes, "desks": 1, "holders": 5}, **{"effect_target_count": 1, **more})


def test_rules_on_sites() -> None:
    """Losses compound: 1 - 0.7 x 0.5. A floor of 60 USD/kg on a price of 40 is 1.5. Subsidies add up, the best floor counts."""
    t = one(site_loss=0.3, price_usd_per_kg=40.0, site_floor=1.2, site_subsidy=0.25, site_offtake=2.0)
    t.call(controls.set_sites, 1, 0, CAPACITY_LOSS, 0.5)
    assert t["site_loss"] == pytest.approx([0.65], rel=1e-15)
    t["effect_a"] = 1.0
    t.call(controls.set_sites, 1, 0, PRICE_FLOOR, 60.0)
    t.call(controls.set_sites, 1, 0, PRICE_FLOOR, 20.0)
    assert t["site_floor"] == [1.5]
    t.call(controls.set_sites, 1, 0, SUBSIDY, 10.0)
    assert t["site_subsidy"] == [0.5]
    t["effect_a"] = 0.0
    t.call(controls.set_sites, 1, 0, OFFTAKE, 1.1)
    assert t["site_offtake"] == [2.0]
    t.call(controls.set_sites, 1, 0, OFFTAKE, 2.5)
    assert t["site_offtake"] == [2.5]


def test_a_project_adds_its_capacity_at_the_mean_cost() -> None:
    """30 t/week at cost 1 that need input, 10 at 3 of which half needs none: 1.5 and an eighth."""
    t = one()
    controls.add_project(t.F, t.L, 0, 30.0, 1.0, 1.0)
    controls.add_project(t.F, t.L, 0, 10.0, 3.0, 0.5)
    assert t["site_extra"] == [40.0]
    assert t["site_extra_cost"] == pytest.approx([1.5], rel=1e-15)
    assert t["site_extra_free"] == pytest.approx([0.125], rel=1e-15)


def test_a_project_that_succeeds_adds_a_year_s_tonnes_by_week() -> None:
    t = one(effect_success=-1, effect_c=1.0, target_value=0.5, effect_a=2.0, effect_b=1.0)
    t.call(controls.set_sites, 1, 0, NEW_CAPACITY, 100.0 * WEEKS_PER_YEAR)
    assert t["site_extra"] == pytest.approx([50.0], rel=1e-14)
    t = one(effect_success=-1, effect_c=0.0, target_value=0.5)
    t.call(controls.set_sites, 1, 0, NEW_CAPACITY, 100.0)
    assert (t["effect_success"], t["site_extra"]) == ([0], [0.0])


def test_rules_on_users() -> None:
    t = one(target_value=0.5, user_programme=0.2, user_obligation=9.0)
    for level in (0.3, 0.1):
        t.call(controls.set_users, 0, DEMAND, level)
        t.call(controls.set_users, 0, NEW_DEMAND, level * 20.0 * WEEKS_PER_YEAR)
        t.call(controls.set_users, 0, THRIFT, level)
        t.call(controls.set_users, 0, COVER_OBLIGATION, 100.0 * level)
    assert t["user_demand"] == pytest.approx([0.4])
    assert t["user_added"] == pytest.approx([4.0])
    assert (t["user_programme"], t["user_obligation"]) == ([0.3], [30.0])
    t["effect_a"] = 1.0  # known to last
    t.call(controls.set_users, 0, DEMAND, 0.3)
    assert t["user_lasting"] == [0.3]


def test_an_obligation_adds_what_lacks_of_it() -> None:
    """20 weeks where 5 to 25 are held."""
    t = one(user_obligation=20.0, holder_cover=[5.0, 10.0, 15.0, 20.0, 25.0])
    t.call(controls.set_obligations)
    assert t["holder_extra"] == [15.0, 10.0, 5.0, 0.0, 0.0]
    t["user_obligation"] = 0.0
    t.call(controls.set_obligations)
    assert t["holder_extra"] == [0.0] * 5
    assert t["obliged"] == [0]


def test_a_reserve_is_endowed_once_and_released_by_its_mildest_rule() -> None:
    """Four weeks of 50 t when it begins; targets and rates: the largest; thresholds: the lowest."""
    given = {"effect_a": 4.0, "effect_b": 0.5, "effect_c": 0.4, "effect_d": 0.02, "effect_e": 1.5}
    t = one(node_need=50.0, stockpile_release_unserved=math.inf, stockpile_release_price=1.2, **given)
    for _ in range(2):
        t.call(controls.set_nodes, 0, STOCKPILE, 8.0)
    assert t["stockpile"] == t["balance_start_t"] == [200.0]
    assert (t["stockpile_target"], t["stockpile_fill"], t["stockpile_release"]) == ([8.0], [0.5], [0.4])
    assert (t["stockpile_release_unserved"], t["stockpile_release_price"]) == ([0.02], [1.2])


def test_changes_inside_a_week_are_found_with_their_lanes() -> None:
    """A rule from day 73 to 90: on day 70 the third day ahead, on day 84 the sixth; duties are not judged inside a week."""
    sizes = {"effects": 1, "events": 1, "points": 1, "targets": 1, "lanes": 1}
    t = Tiny(sizes, effect_op=CLOSE, event_status=1, event_day=73, event_duration=17.0)
    t["effect_point_count"] = t["effect_target_count"] = 1
    assert [t.call(controls.find_cuts, day) for day in (63, 70, 77, 84, 91)] == [0, 1 << 3, 0, 1 << 6, 0]
    t.call(controls.find_cuts, 70)
    assert t["lane_cut_day"] == [73]
    t["effect_op"] = TARIFF
    assert t.call(controls.find_cuts, 70) == 0


# --- offices -----------------------------------------------------------------------------------------------------------
def office(**more: Any) -> Tiny:
    """Half of 70 t a week in lots of 7 t: five lots a week; a review takes ten days."""
    given = {"office_level": 0.5, "office_normal": 70.0, "office_lot": 7.0, "effect_b": 10.0, "office_reviewed": 0.5}
    sizes = {"offices": 2, "effects": 1, "lanes": 1, "sites": 1, "targets": 1, "products": 1}
    return Tiny(sizes, **{**given, **more})


def test_a_capacity_becomes_officers_and_the_rest_is_carried_over() -> None:
    """5 lots x 10/7 weeks = 7.142857 officers: seven, and eight in the week in which the seventh parts and the half add up to one."""
    t = office()
    found = []
    for week in range(8):
        t.call(controls.set_officers, week)
        found.append(t["office_officers"][0])
    assert found == [7, 7, 7, 8, 7, 7, 7, 7]
    t = office(office_lost=35.0)  # half of its exports are another's business
    t.call(controls.set_officers, 0)
    assert t["office_officers"] == [4, 4]  # 3.57 and the half in hand


def test_officers_may_be_given_and_an_office_that_is_over_asks_nobody() -> None:
    t = office(office_level=[3.4, -1.0], effect_a=1.0)
    t.call(controls.set_officers, 0)
    assert t["office_officers"] == [3, controls.OPEN_OFFICE]
    t["office_level"] = [3.4, 2.0]
    t.call(controls.close_new_offices)
    assert t["office_officers"] == [3, 0]


def test_what_an_office_grants_decides_which_is_stricter() -> None:
    """Half of exports, of which 0.8 are granted: 0.4. Ten officers of ten days: 7 lots of 7 t, 49 of 70 t, x 0.8 = 0.56."""
    assert office(effect_e=0.8).call(lane_rules.granted_share, 0) == pytest.approx(0.4, rel=1e-15)
    found = office(effect_e=0.8, effect_a=1.0, office_level=10.0).call(lane_rules.granted_share, 0)
    assert found == pytest.approx(0.56, rel=1e-15)
    assert office(effect_e=1.0, office_level=[0.3, 0.5]).call(lane_rules.is_stricter, 0, 0, 1) == 1
    assert office(effect_e=1.0, office_level=[0.6, 0.5]).call(lane_rules.is_stricter, 0, 0, 1) == 0
    # The same share: fewer exports to decide about, then the first.
    assert office(effect_e=1.0, office_normal=[70.0, 60.0]).call(lane_rules.is_stricter, 0, 0, 1) == 0
    assert office(effect_e=1.0).call(lane_rules.is_stricter, 0, 0, 1) == 1


def test_the_milder_office_loses_the_lane() -> None:
    t = office(effect_e=1.0, office_level=[0.6, 0.5], lane_office=0, lane_flow=20.0)
    t.call(lane_rules.license_lane, 0, 1)
    assert (t["lane_office"], t["office_lost"]) == ([1], [20.0, 0.0])
    t = office(effect_e=1.0, office_level=[0.4, 0.5], lane_office=0, lane_flow=20.0)
    t.call(lane_rules.license_lane, 0, 1)
    assert (t["lane_office"], t["office_lost"]) == ([0], [0.0, 20.0])


# --- what is believed of them ----------------------------------------------------------------------------------------
def learning(**more: Any) -> Tiny:
    """Of 70 t a week 14 left last week; 0.35 was believed, six weeks to learn."""
    given = {
        "effect_op": LICENCE,
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
    """From 0.35 to 14/70 = 0.2 by a sixth: 0.325. A general licence is no work of the office: of both sums alike."""
    t = learning()
    t.call(beliefs.learn_paces)
    assert t["office_seen"] == pytest.approx([0.325], rel=1e-14)
    t = learning(lane_general=0.5)
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
    t = Tiny(sizes, effect_op=QUOTA, effect_a=28.0, effect_target_count=1, lane_flow=70.0)
    assert t.call(beliefs.quota_pace, 0, 100.0) == pytest.approx(25.0 / 70.0, rel=1e-14)
    assert t.call(beliefs.quota_pace, 0, 560.0) == pytest.approx(2.0, rel=1e-14)
    t["effect_c"] = 1.0
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
    given = {"effect_op": CAPACITY_LOSS, "effect_target_count": 1, "effect_target_first": [0, 1, 2]}
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
