"""Rules of the day, offices, and what is believed of both, by direct calls on numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model import controls
from supplyrisk.operations.ops import licence, new_capacity
from supplyrisk.operations.table import code

from .small_worlds import WEEKS_PER_YEAR
from .tiny import Tiny, numbers


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
    given = {"effect_op": code("new_capacity"), "event_status": 1, "event_day": 100}
    t = Tiny({"effects": 1, "events": 1}, **given, **numbers("new_capacity", slip_days=20.6))
    assert t.call(controls.effect_base, 0) == 121
    t["effect_op"] = code("close")
    assert t.call(controls.effect_base, 0) == 100
    t["event_status"] = 0
    assert t.call(controls.effect_base, 0) == -1


# --- what rules do to lanes --------------------------------------------------------------------------------------------
def on_lane(op: str, *levels: float, **more: Any) -> Tiny:
    """One lane of 70 t a week after rules of one kind and several levels."""
    sizes = {"effects": 1, "targets": 1, "lanes": 1, "sites": 1, "offices": 1, "products": 1}
    t = Tiny(sizes, **{"effect_target_count": 1, "lane_flow": 70.0, "lane_office": -1, "lane_quota": -1, **more})
    for level in levels:
        t.rule(op, level)
    return t


def test_of_closures_holds_and_leaks_the_larger_counts_with_its_own_numbers() -> None:
    assert on_lane("close", 0.6, 0.4)["lane_close"] == [0.6]
    t = on_lane("hold", 0.3, 0.2, **numbers("hold", hold_days=14.0, hold_days_sd=7.0))
    assert (t["lane_hold"], t["lane_hold_days"], t["lane_hold_cv"]) == ([0.3], [14.0], [0.5])
    assert on_lane("hold", 0.3, **numbers("hold", hold_days_sd=7.0))["lane_hold_cv"] == [0.0]
    given = {"growth_per_week": 0.02, "extra_days": 9.0, "extra_cost": 0.4, "seizure_probability": 0.1}
    t = on_lane("leak", 0.3, **numbers("leak", **given))
    names = ("cap", "growth", "days", "cost", "seizure")
    assert [t[f"lane_leak_{name}"][0] for name in names] == [0.3, 0.02, 9.0, 0.4, 0.1]
    t["effect_numbers"] = 0.9
    t.rule("leak", 0.2)
    assert t["lane_leak_growth"] == [0.02]
    assert on_lane("general_licence", 0.6, 0.4)["lane_general"] == [0.6]


def test_duties_and_delays_add_up_and_preferences_multiply() -> None:
    assert on_lane("tariff", 0.1, 0.25)["lane_tariff"] == pytest.approx([0.35], rel=1e-15)
    assert on_lane("delay", 5.0, 9.0)["lane_delay"] == [14.0]
    assert on_lane("sourcing", 0.5, 0.4, lane_sourcing=1.0)["lane_sourcing"] == pytest.approx([0.2], rel=1e-15)


def test_enforcement_compounds_and_the_best_police_seizes() -> None:
    t = on_lane("enforcement", 0.5, 0.2, **numbers("enforcement", seizure_probability=0.3))
    assert t["lane_enforcement"] == pytest.approx([0.6], rel=1e-15)
    assert t["lane_enforcement_seizure"] == [0.3]


def test_a_quota_opens_anew_every_period() -> None:
    """30 days each: 10 units, of which 4 t are used; the next period has 10 again."""
    t = on_lane("quota", 10.0, effect_period=-1, **numbers("quota", period_days=30.0))
    assert (t["effect_left"], t["effect_period"], t["lane_quota"]) == ([10.0], [0], [0])
    t["effect_left"] = 6.0
    t.rule("quota", 10.0, 29)
    assert t["effect_left"] == [6.0]
    t.rule("quota", 10.0, 30)
    assert (t["effect_left"], t["effect_period"]) == ([10.0], [1])
    # Half of what 70 t a week are in 30 days.
    given = numbers("quota", period_days=30.0, share_of_normal=1.0)
    assert on_lane("quota", 0.5, effect_period=-1, **given)["effect_left"] == [150.0]


def test_a_licence_puts_the_lane_under_its_office_with_its_level() -> None:
    t = on_lane("licence", 0.4, **numbers("licence", content_threshold=0.1))
    assert (t["lane_office"], t["office_level"], t["lane_content_threshold"]) == ([0], [0.4], [0.1])


def test_an_office_nobody_knows_decides_more_than_leaves() -> None:
    """A pace drawn of 0.3 of which 0.75 are granted: 0.4 are decided; of no grants a twentieth is reckoned with."""
    for granted, expected in ((0.75, 0.4), (0.0, 6.0)):
        given = numbers("licence", unknown_pace=1.0, grant_rate=granted)
        t = on_lane("licence", 1.0, office_drawn=0.3, office_month=1, **given)
        assert t["office_level"] == pytest.approx([expected], rel=1e-14)


# --- what rules do to sites, users and nodes -------------------------------------------------------------------------
def one(**more: Any) -> Tiny:
    """One effect on one entity of every kind."""
    sizes = {"effects": 1, "targets": 1, "sites": 1, "users": 1, "nodes": 1, "products": 1, "cells": 1, "lanes": 1}
    return Tiny({**sizes, "desks": 1, "holders": 5}, **{"effect_target_count": 1, **more})


def test_rules_on_sites() -> None:
    """Losses compound: 1 - 0.7 x 0.5. A floor of 60 USD/kg on a price of 40 is 1.5. Subsidies add up, the best floor counts."""
    t = one(site_loss=0.3, price_usd_per_kg=40.0, site_floor=1.2, site_subsidy=0.25, site_offtake=2.0)
    t.rule("capacity_loss", 0.5)
    assert t["site_loss"] == pytest.approx([0.65], rel=1e-15)
    t["effect_numbers"] = 1.0  # in USD/kg
    t.rule("price_floor", 60.0)
    t.rule("price_floor", 20.0)
    assert t["site_floor"] == [1.5]
    t.rule("subsidy", 10.0)
    assert t["site_subsidy"] == [0.5]
    t["effect_numbers"] = 0.0
    t.rule("offtake", 1.1)
    assert t["site_offtake"] == [2.0]
    t.rule("offtake", 2.5)
    assert t["site_offtake"] == [2.5]


def test_a_project_adds_its_capacity_at_the_mean_cost() -> None:
    """30 t/week at cost 1.2 of which a fifth needs no input, 10 at 3 of which half needs none: 66/40 and 11/40."""
    t = one()
    new_capacity.add_project(t.L, t.F, 0, 30.0, 1.2, 0.8)
    new_capacity.add_project(t.L, t.F, 0, 10.0, 3.0, 0.5)
    assert t["site_extra"] == [40.0]
    assert t["site_extra_cost"] == pytest.approx([1.65], rel=1e-14)
    assert t["site_extra_free"] == pytest.approx([0.275], rel=1e-14)


def test_a_project_that_succeeds_adds_a_year_s_tonnes_by_week() -> None:
    given = {"success_probability": 1.0, "unit_cost_ratio": 2.0, "needs_input": 1.0}
    t = one(effect_success=-1, target_value=0.5, **numbers("new_capacity", **given))
    t.rule("new_capacity", 100.0 * WEEKS_PER_YEAR)
    assert t["site_extra"] == pytest.approx([50.0], rel=1e-14)
    t = one(effect_success=-1, target_value=0.5)
    t.rule("new_capacity", 100.0)
    assert (t["effect_success"], t["site_extra"]) == ([0], [0.0])


def test_rules_on_users() -> None:
    t = one(target_value=0.5, user_programme=0.2, user_obligation=9.0)
    for level in (0.3, 0.1):
        t.rule("demand", level)
        t.rule("new_demand", level * 20.0 * WEEKS_PER_YEAR)
        t.rule("thrift", level)
        t.rule("cover_obligation", 100.0 * level)
    assert t["user_demand"] == pytest.approx([0.4])
    assert t["user_added"] == pytest.approx([4.0])
    assert (t["user_programme"], t["user_obligation"]) == ([0.3], [30.0])
    t["effect_numbers"] = numbers("demand", lasts=1.0)["effect_numbers"]
    t.rule("demand", 0.3)
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
    given = numbers(
        "stockpile",
        initial_weeks=4.0,
        fill_weeks_per_week=0.5,
        release_weeks_per_week=0.4,
        release_unserved=0.02,
        release_price_index=1.5,
    )
    t = one(node_need=50.0, stockpile_release_unserved=math.inf, stockpile_release_price=1.2, **given)
    for _ in range(2):
        t.rule("stockpile", 8.0)
    assert t["stockpile"] == t["balance_start_t"] == [200.0]
    assert (t["stockpile_target"], t["stockpile_fill"], t["stockpile_release"]) == ([8.0], [0.5], [0.4])
    assert (t["stockpile_release_unserved"], t["stockpile_release_price"]) == ([0.02], [1.2])


def test_changes_inside_a_week_are_found_with_their_lanes() -> None:
    """A rule from day 73 to 90: on day 70 the third day ahead, on day 84 the sixth; duties are not judged inside a week."""
    sizes = {"effects": 1, "events": 1, "points": 1, "targets": 1, "lanes": 1}
    t = Tiny(sizes, effect_op=code("close"), event_status=1, event_day=73, event_duration=17.0)
    t["effect_point_count"] = t["effect_target_count"] = 1
    assert [t.call(controls.find_cuts, day) for day in (63, 70, 77, 84, 91)] == [0, 1 << 3, 0, 1 << 6, 0]
    t.call(controls.find_cuts, 70)
    assert t["lane_cut_day"] == [73]
    t["effect_op"] = code("tariff")
    assert t.call(controls.find_cuts, 70) == 0


# --- offices -----------------------------------------------------------------------------------------------------------
def office(**more: Any) -> Tiny:
    """Half of 70 t a week in lots of 7 t: five lots a week; a review takes ten days."""
    given = {"office_level": 0.5, "office_normal": 70.0, "office_lot": 7.0, "office_reviewed": 0.5}
    named = {name: more.pop(name) for name in ("unit_officers", "grant_rate") if name in more}
    given |= numbers("licence", review_days=10.0, **named)
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
    t = office(office_level=[3.4, -1.0], unit_officers=1.0)
    t.call(controls.set_officers, 0)
    assert t["office_officers"] == [3, controls.OPEN_OFFICE]
    t["office_level"] = [3.4, 2.0]
    t.call(controls.close_new_offices)
    assert t["office_officers"] == [3, 0]


def test_what_an_office_grants_decides_which_is_stricter() -> None:
    """Half of exports, of which 0.8 are granted: 0.4. Ten officers of ten days: 7 lots of 7 t, 49 of 70 t, x 0.8 = 0.56."""
    assert office(grant_rate=0.8).call(licence.granted_share, 0) == pytest.approx(0.4, rel=1e-15)
    found = office(grant_rate=0.8, unit_officers=1.0, office_level=10.0).call(licence.granted_share, 0)
    assert found == pytest.approx(0.56, rel=1e-15)
    assert office(grant_rate=1.0, office_level=[0.3, 0.5]).call(licence.is_stricter, 0, 0, 1) == 1
    assert office(grant_rate=1.0, office_level=[0.6, 0.5]).call(licence.is_stricter, 0, 0, 1) == 0
    # The same share: fewer exports to decide about, then the first.
    assert office(grant_rate=1.0, office_normal=[70.0, 60.0]).call(licence.is_stricter, 0, 0, 1) == 0
    assert office(grant_rate=1.0).call(licence.is_stricter, 0, 0, 1) == 1


def test_the_milder_office_loses_the_lane() -> None:
    t = office(grant_rate=1.0, office_level=[0.6, 0.5], lane_office=0, lane_flow=20.0)
    t.call(licence.license_lane, 0, 1)
    assert (t["lane_office"], t["office_lost"]) == ([1], [20.0, 0.0])
    t = office(grant_rate=1.0, office_level=[0.4, 0.5], lane_office=0, lane_flow=20.0)
    t.call(licence.license_lane, 0, 1)
    assert (t["lane_office"], t["office_lost"]) == ([0], [0.0, 20.0])
