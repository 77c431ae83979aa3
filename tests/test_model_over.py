"""When rules are over nothing of them is left, and triggered events are dated as they should be."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model import beliefs, controls, triggers
from supplyrisk.operations import dispatch
from supplyrisk.operations.table import code
from supplyrisk.streams import STREAM_TRIGGER_DELAY, uniform

from .core_worlds import FIRST, Memory, memory_at, seller_and_buyer
from .small_worlds import effect, event, written
from .tiny import Tiny

# What an array holds where no rule is in force.
NEUTRAL: dict[str, float] = {
    "lane_close": 0.0,
    "lane_tariff": 0.0,
    "lane_delay": 0.0,
    "lane_hold": 0.0,
    "lane_general": 0.0,
    "lane_content_threshold": 0.0,
    "lane_sourcing": 1.0,
    "lane_leak_cap": 0.0,
    "lane_enforcement": 0.0,
    "lane_enforcement_seizure": 0.0,
    "lane_office": -1,
    "lane_quota": -1,
    "lane_first": 0,
    "site_loss": 0.0,
    "site_extra": 0.0,
    "site_extra_free": 0.0,
    "site_extra_cost": 0.0,
    "site_floor": 0.0,
    "site_subsidy": 0.0,
    "site_offtake": 0.0,
    "user_demand": 0.0,
    "user_lasting": 0.0,
    "user_added": 0.0,
    "user_programme": 0.0,
    "user_obligation": 0.0,
    "stockpile_release_unserved": math.inf,
    "stockpile_release_price": math.inf,
    "stockpile_target": 0.0,
    "stockpile_fill": 0.0,
    "stockpile_release": 0.0,
    "node_joint": 0.0,
    "office_level": -1.0,
    "office_lost": 0.0,
}


def test_all_rules_are_taken_off_before_they_are_set_again() -> None:
    t = Tiny({"lanes": 1, "sites": 1, "users": 1, "nodes": 1, "offices": 1}, **dict.fromkeys(NEUTRAL, 7.0))
    t["tariff_start"] = 0.25
    t.call(dispatch.clear_rules)
    assert {name: t[name][0] for name in NEUTRAL} == {**NEUTRAL, "lane_tariff": 0.25}


def every_rule(days: float) -> Any:
    """Rules of all kinds on a metal that A sells to B."""
    store = {"initial_weeks": 0.0, "fill_weeks_per_week": 0.5, "release_weeks_per_week": 0.5}
    plant = {"unit_cost_ratio": 1.0, "needs_input": 1.0, "success_probability": 1.0, "slip_days": 0.0}
    to_b: Any = {"destinations": "B"}
    rows = (
        effect("close", 0.4, "metal", "A"),
        effect("tariff", 0.2, "metal", "A"),
        effect("delay", 5.0, "metal", "A"),
        effect("hold", 0.3, "metal", "A", hold_days=9.0, hold_days_sd=4.0),
        effect("leak", 0.3, "metal", "A", growth_per_week=0.1, extra_days=3.0, extra_cost=0.1, seizure_probability=0.0),
        effect("enforcement", 0.3, "metal", "A", seizure_probability=0.2),
        effect("sourcing", 0.5, "metal", "A"),
        effect("general_licence", 0.5, "metal", "A"),
        effect("capacity_loss", 0.3, "metal", "A"),
        effect("new_capacity", 500.0, "metal", "A", **plant),
        effect("price_floor", 1.2, "metal", "A", usd_per_kg=0.0),
        effect("subsidy", 0.2, "metal", "A", usd_per_kg=0.0),
        effect("offtake", 1.5, "metal", "A", usd_per_kg=0.0, **to_b),
        effect("demand", 0.3, "metal", lasts=0.0, **to_b),
        effect("thrift", 0.1, "metal", **to_b),
        effect("cover_obligation", 20.0, "metal", **to_b),
        effect("stockpile", 8.0, "metal", release_unserved=0.02, release_price_index=1.5, **store, **to_b),
        effect("joint_purchase", 1.0, "metal", **to_b),
    )
    return event(*rows, name="all", start=70.0, duration=days)


def changed(memory: Memory) -> set[str]:
    """Arrays of rules that do not hold what they hold without any."""
    return {name for name, value in NEUTRAL.items() if memory[name, 0] != value}


def test_rules_are_in_force_until_they_are_over() -> None:
    world = seller_and_buyer()
    quota = written(world, "export_quota", origins="A", share_of_normal="40 %", period="7 days", duration="4 weeks")
    during = memory_at(world, every_rule(28.0), quota, week=FIRST + 1)
    after = memory_at(world, every_rule(28.0), quota, week=FIRST + 5)
    offices = {"office_level", "office_lost", "lane_office", "lane_content_threshold", "user_lasting", "user_added"}
    assert changed(during) - offices == set(NEUTRAL) - offices - {"site_extra_free", "lane_first"}
    assert changed(after) - offices == set()
    assert during["obliged", 0] == during["in_force", 0] == 1
    assert after["obliged", 0] == after["in_force", 0] == 0
    assert after["holder_extra", 0] == 0.0


def test_a_rule_that_is_over_is_believed_no_more() -> None:
    world = seller_and_buyer()
    short = event(effect("close", 1.0, "metal", "A", "B"), start=70.0, duration=28.0)
    cut = event(effect("capacity_loss", 0.3, "metal", "A"), name="cut", start=70.0, duration=28.0)
    during, after = (memory_at(world, short, cut, week=week) for week in (FIRST + 1, FIRST + 8))
    pair = during.pair("metal", "ZA", "ZB")
    names = ("effect_wait", "effect_weeks", "lane_pace", "lane_weeks", "lane_wait", "site_cut_weeks", "known")
    assert [after[name, 0] for name in names] == [-1.0, 0.0, 1.0, 0.0, -1.0, 0.0, 0]
    assert [after[name, pair] for name in ("pair_pace", "pair_weeks", "pair_wait")] == [1.0, 0.0, -1.0]
    assert during["pair_wait", pair] == 0.0
    assert during["known", 0] == during["known_before", 0] == 1


def test_only_rules_that_withhold_something_are_timed() -> None:
    sizes = {"effects": 2, "events": 1, "points": 1, "targets": 1, "lanes": 1, "products": 1}
    t = Tiny(
        sizes,
        effect_op=[code("close"), code("demand")],
        effect_wait=9.0,
        effect_weeks=9.0,
        event_status=1,
        event_day=70,
    )
    t["effect_point_count"] = t["effect_target_count"] = 1
    t["event_duration"], t["attention_rate"], t["first_belief_weeks"], t["event_notice_day"] = 1e9, 0.01, 26.0, 70
    t.call(beliefs.time_effects, 69)
    assert (t["effect_wait"], t["effect_weeks"], t["known"]) == ([-1.0, -1.0], [0.0, 0.0], [0])
    t.call(beliefs.time_effects, 84)
    assert t["effect_wait"] == [0.0, -1.0]
    assert t["effect_weeks"][0] == pytest.approx(1.0 / (1.0 / 29.0 + 0.01), rel=1e-14)  # in force for three weeks


# --- triggered events ------------------------------------------------------------------------------------------
def test_a_triggered_event_starts_after_a_drawn_delay_and_never_in_the_past() -> None:
    """Between 10 and 30 days after its condition was met; not before its first day, and today at the earliest."""
    for key in range(5):
        t = Tiny({"events": 1}, event_delay_low=10.0, event_delay_high=30.0, event_key=7)
        t.call(triggers.fix_start, key, 0, 100, 101)
        drawn = 10.0 + 20.0 * uniform(key, STREAM_TRIGGER_DELAY, 7, 0)
        assert t["event_day"] == [100 + math.floor(drawn + 0.5)]
        assert (t["event_status"], t["event_notice_day"]) == ([1], [101])
    t = Tiny({"events": 1}, event_not_before=150)
    t.call(triggers.fix_start, 1, 0, 100, 101)
    assert t["event_day"] == [150]
    t = Tiny({"events": 1})
    t.call(triggers.fix_start, 1, 0, 100, 140)
    assert t["event_day"] == [140]


@pytest.mark.parametrize(
    ("kind", "array"), [(1, "spot"), (2, "cell_paid"), (5, "node_paid"), (3, "node_unserved_share")]
)
def test_a_trigger_fires_once_its_level_has_held_long_enough(kind: int, array: str) -> None:
    """Two weeks above 1.5; a week below begins anew."""
    sizes = {"events": 1, "cells": 2, "nodes": 2}
    t = Tiny(sizes, event_trigger=kind, event_trigger_index=1, event_threshold=1.5, event_trigger_weeks=2)
    runs = []
    for week, level in enumerate((1.6, 1.5, 1.6, 1.7)):
        t[array] = [9.0, level]
        t.call(triggers.watch_triggers, 1, 7 * week)
        runs.append((t["event_trigger_run"][0], t["event_status"][0]))
    assert runs == [(1, 0), (0, 0), (1, 0), (2, 1)]
    assert t["event_day"] == [21]


def test_retaliation_follows_what_it_answers_or_never_comes() -> None:
    for status, day, expected in ((1, 60, 1), (1, 90, 0), (2, 0, 2), (0, 0, 0)):
        t = Tiny(
            {"events": 2}, event_trigger=[0, 4], event_status=[status, 0], event_day=[day, 0], event_trigger_weeks=1
        )
        t.call(triggers.watch_triggers, 1, 70)
        assert t["event_status"][1] == expected
        assert status != 1 or expected != 1 or t["event_day"][1] == 70


def test_a_delay_puts_off_once_what_has_not_started() -> None:
    """By 30.4 days, rounded: 30. What starts no later than the delay itself is under way."""
    for day, expected in ((200, 230), (100, 100)):
        t = Tiny({"events": 2, "effects": 1, "targets": 1}, event_status=1, event_day=[100, day])
        t["effect_target_count"], t["target_entity"] = 1, 1
        for _ in range(2):
            t.rule("project_delay", 30.4)
        assert t["event_day"][1] == expected


def test_suspended_events_are_those_of_a_truce_in_force() -> None:
    sizes = {"events": 2, "effects": 1, "points": 1, "targets": 1}
    given = {
        "effect_op": code("suspend"),
        "effect_event": 1,
        "effect_point_count": 1,
        "effect_target_count": 1,
        "target_entity": 0,
    }
    t = Tiny(sizes, event_status=1, event_day=70, event_duration=28.0, point_level=1.0, event_suspended=1, **given)
    found = []
    for day in (69, 70, 97, 98):
        t.call(controls.set_suspensions, 1, day)
        found.append(t["event_suspended"][0])
    assert found == [0, 1, 1, 0]
    assert t.call(beliefs.resumption, 0) == 1e9  # nobody has said when it ends
    t["event_end_told"] = [0, 1]
    assert t.call(beliefs.resumption, 0) == 98.0
