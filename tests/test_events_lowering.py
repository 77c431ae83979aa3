"""Every event type lowers to exactly the rows worked out by hand, and to nothing the operations don't know."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from supplyrisk.events.base import Event
from supplyrisk.events.effects import Effect, Point, Select
from supplyrisk.events.numbers import Sampled
from supplyrisk.events.registry import EVENT_TYPE_BY_NAME, EVENT_TYPES, type_name
from supplyrisk.language.uncertain import make_uncertain
from supplyrisk.operations.table import OP_BY_NAME

from .events_examples import context, example, shipped, shipped_context


def flat(op: str, select: Select, level: float, **more: Any) -> Effect:
    return Effect(op, select, (Point(0.0, level),), **more)


# Types of which buyers, who know of them ahead, believe in a loss.
NOTICED = {
    "export_ban",
    "raw_export_ban",
    "licence_regime",
    "content_rule",
    "export_quota",
    "end_use_refusal",
    "end_user_screening",
    "transit_denial",
}


def rounded(effect: Effect) -> Effect:
    """Levels without the last bits of the unit conversion."""
    points = tuple(Point(point.day, round(float(point.level), 12)) for point in effect.schedule)  # type: ignore[arg-type]
    params = {key: round(float(value), 12) for key, value in effect.params.items()}  # type: ignore[arg-type]
    return Effect(effect.op, effect.select, points, effect.linear, params, effect.texts)


@pytest.mark.parametrize("cls", EVENT_TYPES, ids=type_name)
def test_the_example_lowers_to_the_rows_worked_out_by_hand(cls: type[Event]) -> None:
    got = tuple(rounded(effect) for effect in shipped(cls).lower(shipped_context()))
    assert got == tuple(rounded(effect) for effect in cls.example.rows)
    assert got


@pytest.mark.parametrize("cls", EVENT_TYPES, ids=type_name)
def test_rows_use_declared_operations_with_all_their_params(cls: type[Event]) -> None:
    for effect in shipped(cls).lower(shipped_context()):
        op = OP_BY_NAME[effect.op]
        assert set(effect.params) == set(op.params), effect.op
        assert set(effect.texts) == set(op.texts), effect.op
        assert effect.schedule


def test_fully_written_events_use_declared_params_too() -> None:
    """The optional rows: general licences, ordinary goods, refusals, traceability, detours, held goods."""
    events = [
        example(
            "licence_regime",
            general_licences={"26 weeks": "10 %"},
            ordinary_goods={"products": "plain_magnet", "share": "20 %"},
            refuse=[{"end_uses": "defence"}],
        ),
        example("content_rule", general_licences="5 %", refuse=[{"destinations": "US"}]),
        example("enforcement", traceability={"1 year": "50 %"}),
        example("transit_denial", detour={"extra_days": "20 days", "extra_cost": "10 %"}),
        example("customs_slowdown", held="30 %"),
    ]
    for event in events:
        rows = event.lower(context())
        assert len(rows) > 1
        for effect in rows:
            assert set(effect.params) == set(OP_BY_NAME[effect.op].params)
            assert set(effect.texts) == set(OP_BY_NAME[effect.op].texts)


@pytest.mark.parametrize("cls", EVENT_TYPES, ids=type_name)
def test_buyers_react_ahead_only_to_what_withholds_goods(cls: type[Event]) -> None:
    event = shipped(cls)
    withholds = {effect.op for effect in event.lower(shipped_context())} & {"close", "freeze", "quota", "licence"}
    assert event.is_noticed() <= bool(withholds)


@pytest.mark.parametrize("type_", sorted(NOTICED))
def test_buyers_react_ahead_to_rules(type_: str) -> None:
    event = example(type_)
    assert event.is_noticed()
    assert (event.end_is_known(), event.age_days(context())) == (False, 0.0)


@pytest.mark.parametrize("type_", sorted(NOTICED))
def test_a_rule_may_be_old_and_its_end_public(type_: str) -> None:
    event = example(type_, in_force_since="287 weeks", end=dt.date(2026, 11, 10), end_announced="yes")
    assert (event.end_is_known(), event.age_days(context())) == (True, 2009.0)


@pytest.mark.parametrize("type_", ["capacity_outage", "suspension"])
def test_the_end_of_an_outage_or_a_truce_may_be_public(type_: str) -> None:
    assert example(type_, duration="26 weeks", end_announced="yes").end_is_known()


def test_nothing_is_withheld_by_a_detour() -> None:
    assert not example("transit_denial", detour={"extra_days": "20 days"}).is_noticed()


def test_a_change_of_demand_may_be_known_to_last() -> None:
    (row,) = example("demand_change", lasts="yes").lower(context())
    assert row.params == {"lasts": 1.0}


@pytest.mark.parametrize("type_", ["licence_regime", "content_rule"])
def test_the_pace_of_an_office_of_which_nothing_is_known_is_drawn(type_: str) -> None:
    (row,) = example(type_, capacity=None).lower(context())
    assert row.schedule == (Point(0.0, 1.0),)
    assert (row.params["unknown_pace"], row.params["unit_officers"]) == (1.0, 0.0)
    (row,) = example(type_, capacity=None, officers="5").lower(context())
    assert (row.schedule, row.params["unknown_pace"]) == ((Point(0.0, 5.0),), 0.0)


def test_a_licence_regime_holds_ordinary_goods_and_refuses_buyers() -> None:
    event = example(
        "licence_regime",
        general_licences={dt.date(2025, 12, 2): "10 %"},
        ordinary_goods={
            "products": "plain_magnet",
            "share": {dt.date(2025, 4, 1): "20 %", dt.date(2025, 4, 22): "60 %"},
            "hold": "60 days",
        },
        refuse=[{"destinations": "JP", "end_uses": "defence", "share": "50 %"}],
    )
    licence, general, refused, held = event.lower(context())
    assert licence.op == "licence"
    assert (general.op, general.schedule) == ("general_licence", (Point(245.0, 0.1),))
    assert refused == flat("close", Select(("magnet",), ("CN",), ("JP",), ("defence",)), 0.5)
    assert held.select == Select(("plain_magnet",), ("CN",))
    assert held.schedule == (Point(0.0, 0.2), Point(21.0, 0.6))
    assert held.params == {"hold_days": 60.0, "hold_days_sd": 15.0}


def test_every_licensing_country_runs_its_own_office() -> None:
    rows = example("licence_regime", name="rule", origins=["CN", "MM"], officers="3", capacity=None).lower(context())
    assert [(row.select.origins, row.texts["office"], row.params["unit_officers"]) for row in rows] == [
        (("CN",), "rule:CN", 1.0),
        (("MM",), "rule:MM", 1.0),
    ]


def test_exponential_reviews_are_marked_by_a_spread_of_minus_one() -> None:
    (row,) = example("licence_regime", review_shape="exponential", review="2 weeks").lower(context())
    assert (row.params["review_days"], row.params["review_days_spread"]) == (14.0, -1.0)


def test_transit_denial_lists_routes_and_spares_the_closing_country() -> None:
    lanes = [{"origin": "MM", "destination": "west"}, {"origin": ["MM", "CN"], "destination": "all"}]
    rows = example("transit_denial", origins=None, destinations=None, lanes=lanes).lower(context())
    assert [(row.select.origins, row.select.destinations) for row in rows] == [
        (("MM",), ("US", "DE")),
        (("MM",), ("JP", "US", "DE", "MM")),
    ]


def test_a_hub_is_neither_seller_nor_buyer() -> None:
    (row,) = example("transshipment", hubs="all").lower(context())
    assert row.texts["hub"] == "JP DE MM"


# --- time -----------------------------------------------------------------------------------------
def test_dates_become_days_since_the_first_day_and_since_the_start() -> None:
    event = example(
        "export_ban",
        announced=dt.date(2025, 3, 1),
        end=dt.date(2025, 7, 1),
        share={dt.date(2025, 4, 1): "100 %", dt.date(2025, 5, 1): "50 %"},
    )
    timing = event.timing(context())
    assert (timing.announced_day, timing.start_day, timing.duration_days) == (59.0, 90.0, 91.0)
    assert event.lower(context())[0].schedule == (Point(0.0, 1.0), Point(30.0, 0.5))


def test_without_end_an_event_lasts_for_ever_and_is_announced_when_it_starts() -> None:
    timing = example("export_ban").timing(context())
    assert (timing.announced_day, timing.duration_days) == (90.0, math.inf)


def test_a_policy_without_start_holds_from_the_first_day() -> None:
    values = {"type": "strategic_stockpile", "products": "oxide", "countries": "JP"}
    event = EVENT_TYPE_BY_NAME["strategic_stockpile"].model_validate(
        values | {"target": {dt.date(2025, 1, 1): "60 days", dt.date(2026, 1, 1): "0 days"}}
    )
    assert event.timing(context()).start_day == 0.0
    assert [point.day for point in event.lower(context())[0].schedule] == [0.0, 365.0]


def test_profile_builds_up_and_dies_away_in_straight_lines() -> None:
    event = example("export_ban", duration="100 days", profile="ramp over 20 days, recovery over 30 days")
    (row,) = event.lower(context())
    assert row.linear
    assert row.schedule == (Point(0.0, 0.0), Point(20.0, 1.0), Point(100.0, 1.0), Point(130.0, 0.0))
    assert event.timing(context()).duration_days == 130.0


def test_steps_before_a_recovery_stay_steps() -> None:
    event = example(
        "capacity_outage",
        share_lost={"start": "80 %", "30 days": "40 %"},
        duration="60 days",
        profile="recovery over 10 days",
    )
    assert event.lower(context())[0].schedule == (
        Point(0.0, 0.8),
        Point(30.0, 0.8),
        Point(30.0, 0.4),
        Point(60.0, 0.4),
        Point(70.0, 0.0),
    )


def test_a_preference_recovers_to_one_not_to_nothing() -> None:
    event = example("diversified_sourcing", duration="50 days", profile="ramp over 10 days, recovery over 10 days")
    levels = [point.level for point in event.lower(context())[0].schedule]
    assert levels == [1.0, 0.5, 0.5, 1.0]


def test_uncertain_numbers_become_sampled_columns() -> None:
    event = example(
        "export_ban",
        start=make_uncertain("uniform", [dt.date(2025, 4, 1).toordinal(), dt.date(2025, 6, 1).toordinal()]),
        duration={"uniform": ["6 months", "24 months"]},
        share={"uniform": ["50 %", "90 %"]},
        in_force_since={"lognormal": {"p5": "4 weeks", "p95": "30 weeks"}},
        probability={"uniform": [0.2, 0.4]},
    )
    ctx = context()
    ctx.enter(event, "events[0]")
    timing = event.timing(ctx)
    assert timing.start_day == Sampled("events[0].start", 1.0, -float(dt.date(2025, 1, 1).toordinal()))
    assert timing.duration_days == Sampled("events[0].duration")
    assert event.lower(ctx)[0].schedule == (Point(0.0, Sampled("events[0].share")),)
    assert event.age_days(ctx) == Sampled("events[0].in_force_since")
    assert set(ctx.columns) >= {"events[0].start", "events[0].duration"}


def test_an_event_that_names_nothing_of_this_world_touches_nothing() -> None:
    """A scenario may run in several worlds; a name that one lacks must not turn into "all"."""
    event = EVENT_TYPE_BY_NAME["export_ban"].model_validate(
        {"type": "export_ban", "origins": "KZ", "products": "oxide", "start": dt.date(2025, 4, 1)}
    )
    assert event.lower(context()) == ()


# --- triggers -------------------------------------------------------------------------------------
def test_a_trigger_after_another_event() -> None:
    event = example("export_ban", trigger={"after": "tariff", "delay": "14-60 days"}, probability="30 %")
    assert event.trigger is not None
    lowered = event.trigger.lower(context())
    assert (lowered["after_event"], lowered["delay_days_low"], lowered["delay_days_high"]) == ("tariff", 14.0, 60.0)
    assert event.probability == 0.3


def test_a_trigger_on_a_price_that_lasts() -> None:
    trigger = {
        "variable": "price_spot_index",
        "product": "magnet",
        "place": "exCN",
        "above": "3",
        "lasting": "4 weeks",
        "not_before": dt.date(2025, 6, 1),
    }
    event = example("export_ban", trigger=trigger, share={"start": "50 %", "6 weeks": "100 %"})
    assert event.trigger is not None
    assert event.trigger.lower(context()) == {
        "variable": "price_spot_index",
        "product": "magnet",
        "place": "exCN",
        "threshold": 3.0,
        "weeks": 4,
        "after_event": "",
        "delay_days_low": 0.0,
        "delay_days_high": 0.0,
        "not_before_day": 151,
    }
    assert event.lower(context())[0].schedule == (Point(0.0, 0.5), Point(42.0, 1.0))


def test_trigger_arguments_fit_the_resolved_scenario() -> None:
    from supplyrisk.spec.resolved import Trigger

    event = example("export_ban", trigger={"after": "tariff"})
    assert event.trigger is not None
    assert Trigger(**event.trigger.lower(context())).after_event == "tariff"
