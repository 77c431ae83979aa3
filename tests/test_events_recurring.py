"""Events that come again: every so often, or by chance; how often, when, in all arms alike, with everything else."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import nbinom
from supplyrisk.engines import get_engine
from supplyrisk.engines.simpy_engine import ReferenceRun
from supplyrisk.model.compile import CompiledModel, compile_scenario
from supplyrisk.model.recurrence import NO_DAY, move_on, over_day
from supplyrisk.model.start import start_run
from supplyrisk.model.structure import ordered_events
from supplyrisk.spec.resolved import Arm

from .engines_compared import difference
from .events_examples import context, example
from .small_worlds import START, happenings, pair, run, scenario, three_stages, written

YEAR = 365.25


def ban(start: int | None = 73, **fields: Any) -> Any:
    return written(pair(), "export_ban", start=start, **{"origins": "A", "products": "metal", **fields})


def model_of(*events: Any, years: float = 20.0, arms: Any = ()) -> CompiledModel:
    return compile_scenario(scenario(pair(), *events, years=years, arms=arms))


def starts(model: CompiledModel, number: int, arm: int = 1, event: int = 0) -> list[int]:
    """First days of all occurrences of an event in one run."""
    one = ReferenceRun(model, arm, number, 1, np.zeros(0), False)
    L, ints = one.L, one.I
    start_run(L, one.F, ints, one.key, one.arm_events)
    found = []
    while ints[L.event_day + event] < NO_DAY:
        found.append(ints[L.event_day + event])
        move_on(L, one.F, ints, one.key, over_day(L, one.F, ints, event))
    return found


# --- how often ------------------------------------------------------------------------------------
def expected(chance: float, lasting: int, days: int) -> tuple[float, float]:
    """Mean and variance of the number of occurrences that begin on days 0 .. days - 1.

    Waits are geometric; n of them add up to a negative binomial number of days without a start, and the nth
    occurrence begins after these and n - 1 occurrences of `lasting` days.
    """
    daily = 1.0 - (1.0 - chance) ** (1.0 / YEAR)
    at_least = [float(nbinom.cdf(days - 1 - (n - 1) * lasting, n, daily)) for n in range(1, days // lasting + 2)]
    mean = sum(at_least)
    second = sum((2 * n - 1) * p for n, p in enumerate(at_least, 1))
    return mean, second - mean**2


@pytest.mark.parametrize(("chance", "lasting"), [(0.2, 28), (0.9, 7), (0.6, 180)])
def test_what_comes_by_chance_comes_as_often_as_it_should(chance: float, lasting: int):
    model = model_of(ban(0, chance=chance, duration=f"{lasting} days"))
    runs = 400
    counts = [len(starts(model, number)) for number in range(runs)]
    mean, variance = expected(chance, lasting, model.layout.n_days)
    assert abs(float(np.mean(counts)) - mean) < 3.0 * (variance / runs) ** 0.5
    assert 0.8 < float(np.var(counts)) / variance < 1.25


def test_the_chance_is_that_of_a_year():
    model = model_of(ban(0, chance="30 % a year", duration="4 weeks"), years=2)
    runs = 600
    first = [found[0] if (found := starts(model, number)) else NO_DAY for number in range(runs)]
    began = sum(day < 365 for day in first)
    wanted = 1.0 - 0.7 ** (365 / YEAR)
    assert abs(began - runs * wanted) < 3.0 * (runs * wanted * (1.0 - wanted)) ** 0.5


def test_what_comes_every_year_comes_on_its_day():
    assert starts(model_of(ban(every="1 year", duration="4 weeks"), years=5), 0) == [73, 438, 804, 1169, 1534]


def test_each_time_is_drawn_anew():
    model = model_of(ban(every="26 weeks", duration="4 weeks", probability="40 %"))
    slots = range(73, model.layout.n_days, 182)
    runs = 200
    found = [starts(model, number) for number in range(runs)]
    assert {day for days in found for day in days} == set(slots)
    trials = runs * len(slots)
    assert abs(sum(map(len, found)) - 0.4 * trials) < 3.0 * (trials * 0.4 * 0.6) ** 0.5
    again = sum(a + 182 in days for days in found for a in days if a + 182 in slots)
    pairs = sum(a + 182 in slots for days in found for a in days)
    assert abs(again - 0.4 * pairs) < 3.0 * (pairs * 0.4 * 0.6) ** 0.5  # the last time says nothing of the next


def test_nothing_begins_from_the_last_date_on():
    until = START + dt.timedelta(days=1169)
    assert starts(model_of(ban(every="1 year", duration="4 weeks", until=until), years=9), 0) == [73, 438, 804]
    by_chance = model_of(ban(0, chance="90 %", duration="4 weeks", until=START + dt.timedelta(days=500)))
    assert max(day for number in range(50) for day in starts(by_chance, number)) in range(400, 500)


def test_it_does_not_come_while_it_is_there():
    found = starts(model_of(ban(chance="99 %", duration="20 weeks")), 0)
    assert all(b - a >= 140 for a, b in pairwise(found))
    assert len(found) > 20


def test_an_event_of_several_arms_comes_on_the_same_days_in_all():
    model = model_of(
        ban(chance="50 %", duration="4 weeks"),
        written(pair(), "tariff", start=100, destinations="B", rate="10 %"),
        arms=(Arm("baseline", ()), Arm("scenario", (0,)), Arm("policy:duty", (0, 1))),
    )
    for number in range(10):
        assert starts(model, number, 1) == starts(model, number, 2) != []
    assert starts(model, 0) != starts(model, 1)


# --- what it does ---------------------------------------------------------------------------------
def test_each_time_is_like_one_event_of_its_own():
    """A ban of twice four weeks is two bans of four weeks, to the bit; so is one that builds up and recovers."""
    for fields in (
        {},
        {"profile": "ramp over 2 weeks, recovery over 1 week"},
        {"share": {"start": "50 %", "2 weeks": 1}},
    ):
        twice = run(pair(), ban(every="26 weeks", duration="4 weeks", **fields), years=1.0)
        two = [ban(start, duration="4 weeks", **fields) for start in (73, 73 + 182)]
        assert np.array_equal(twice.weekly, run(pair(), *two, years=1.0).weekly)


def test_the_next_begins_inside_the_week_in_which_the_last_is_over():
    """Days on which goods are judged anew are found for the occurrence behind the one in force too."""
    again = run(pair(), ban(every="9 days", duration="7 days", until=START + dt.timedelta(days=85)), years=0.5)
    two = [ban(start, duration="7 days") for start in (73, 82)]
    assert np.array_equal(again.weekly, run(pair(), *two, years=0.5).weekly)


def test_a_quota_is_whole_again_each_time():
    fields = {
        "origins": "A",
        "products": "metal",
        "share_of_normal": "30 %",
        "period": "8 weeks",
        "duration": "8 weeks",
    }
    again = run(pair(), written(pair(), "export_quota", start=70, every="26 weeks", **fields), years=1.0)
    two = [written(pair(), "export_quota", start=start, **fields) for start in (70, 70 + 182)]
    assert np.array_equal(again.weekly, run(pair(), *two, years=1.0).weekly)


def test_it_lies_on_other_rules_and_is_suspended_with_them():
    half = written(pair(), "end_use_refusal", start=0, origins="A", products="metal", end_uses="cars", share="50 %")
    truce = written(pair(), "suspension", start=220, events="export_ban", duration="30 weeks")
    model = compile_scenario(scenario(pair(), half, ban(every="26 weeks", duration="6 weeks"), truce, years=1.5))
    assert difference(model, get_engine("batch")) == ""
    out = run(pair(), half, ban(every="26 weeks", duration="6 weeks"), truce, years=1.5, trace=True)
    (lane,) = out.model.lane_names
    came = happenings(out, "arrival", lane)
    first, second, third = (
        sum(came.get(day, 0.0) for day in range(7 * (start // 7 + 2), start + 42, 7)) for start in (73, 255, 437)
    )
    assert (first, third) == (0.0, 0.0)
    assert second > 0.0  # it comes a second time, in the truce, and does nothing


def test_a_trigger_sets_off_the_first_and_others_follow_the_first():
    duty = written(pair(), "tariff", start=40, destinations="B", rate="10 %")
    again = ban(None, trigger={"after": "tariff", "delay": "30 days"}, every="1 year", duration="4 weeks")
    after = written(pair(), "demand_change", None, trigger={"after": "export_ban"}, countries="B", change="10 %")
    made = scenario(pair(), duty, again, after, years=4)
    model = compile_scenario(made)
    one = ReferenceRun(model, 1, 0, 1, np.zeros(0), False)
    one.finish()
    L, ints = one.L, one.I
    names = [event.name for event, _ in ordered_events(made)]
    assert ints[L.event_begun + names.index("export_ban")] == 70  # 30 days after day 40
    assert ints[L.event_day + names.index("demand_change")] == 70  # after the first ban, not a later one
    assert ints[L.event_day + names.index("export_ban")] == NO_DAY  # the fourth was the last


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("export_ban", {"origins": "A", "products": "part", "chance": "95 %", "duration": "3 weeks"}),
        ("licence_regime", {"origins": "A", "products": "part", "capacity": "40 %", "every": "20 weeks", "duration": "9 weeks"}),
        ("licence_regime", {"origins": "A", "products": "part", "every": "20 weeks", "duration": "9 weeks", "probability": 0.5}),
        ("capacity_outage", {"countries": "A", "share_lost": "70 %", "chance": "90 %", "duration": "60 days"}),
        ("export_quota", {"origins": "A", "products": "part", "share_of_normal": 0.5, "every": "9 days", "duration": "8 days"}),
        ("transshipment", {"origins": "A", "destinations": "B", "hubs": "C", "cap": "50 %", "every": "20 weeks", "duration": "5 weeks"}),
        ("demand_change", {"countries": "B", "change": "40 %", "every": "13 weeks", "duration": "30 days", "profile": "ramp over 9 days"}),
    ],
)  # fmt: skip
def test_both_engines_agree(type_: str, fields: dict[str, Any]):
    world = three_stages()
    model = compile_scenario(scenario(world, written(world, type_, start=73, **fields), years=1.5, tracked="A"))
    for number in (0, 1):
        assert difference(model, get_engine("batch"), run=number) == ""


# --- what is said ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"every": "1 year", "duration": "4 weeks"},
            "From 1 April 2025 and again every year, each time for 4 weeks, China stops exports of oxide.",
        ),
        (
            {"every": "6 months", "duration": "4 weeks", "probability": "30 %", "until": "2026-06-01"},
            "Each time with a probability of 30 %, from 1 April 2025 and again every 6 months, but not from 1 June 2026 on, "
            "each time for 4 weeks, China stops exports of oxide.",
        ),
        (
            {"chance": "20 %/yr", "duration": "6 weeks"},
            "With a yearly chance of 20 %, from 1 April 2025 on, each time for 6 weeks, China stops exports of oxide.",
        ),
        (
            {"chance": "20 %/yr", "duration": "6 weeks", "trigger": {"after": "tariff"}, "start": None},
            "With a yearly chance of 20 %, as soon as 'tariff' begins and from then on, each time for 6 weeks, China stops "
            "exports of oxide.",
        ),
    ],
)
def test_the_sentence_says_how_often(fields: dict[str, Any], said: str):
    assert example("export_ban", **fields).sentence(context()) == said


@pytest.mark.parametrize(
    ("type_", "fields", "path", "said"),
    [
        ("export_ban", {"every": "1 year"}, "every", "needs a duration: how long it lasts each time"),
        ("export_ban", {"chance": "20 %"}, "chance", "needs a duration"),
        ("export_ban", {"every": "1 year", "end": "2026-01-01"}, "end", "write duration for each time, and until"),
        ("export_ban", {"every": "4 weeks", "duration": "5 weeks"}, "every", "must be longer than it lasts"),
        ("export_ban", {"every": "6 weeks", "duration": {"uniform": ["2 weeks", "7 weeks"]}}, "every", "(up to 49 days, got 42 days)"),
        ("export_ban", {"every": "3 days", "duration": "1 day"}, "every", "between 7 days"),
        ("export_ban", {"every": "1", "duration": "5 weeks"}, "every", "has no unit"),
        ("export_ban", {"every": "1 year", "chance": "9 %", "duration": "1 week"}, "chance", "keep either every or chance"),
        ("export_ban", {"chance": "9 %", "probability": "9 %", "duration": "1 week"}, "probability", "keep either chance"),
        ("export_ban", {"chance": "20", "duration": "1 week"}, "chance", "did you mean 20 %"),
        ("export_ban", {"chance": "100 %", "duration": "1 week"}, "chance", "must be between 0 and 0.999"),
        ("export_ban", {"chance": "9 %", "announced": "2025-03-01", "duration": "1 week"}, "announced", "can't be known ahead"),
        ("export_ban", {"until": "2026-01-01"}, "until", "is read only where the event comes again"),
        ("export_ban", {"every": "1 year", "duration": "1 week", "until": "2025-03-01"}, "until", "must be after the start"),
        ("export_ban", {"every": "1 year", "duration": "1 week", "in_force_since": "1 year"}, "in_force_since", "comes again"),
        ("export_ban", {"every": "1 year", "duration": "9 weeks", "share": {"2025-05-01": 0.5}}, "share", "a time after the start"),
        ("strategic_stockpile", {"every": "1 year", "duration": "1 week"}, "every", "a strategic_stockpile can't come again"),
        ("capacity_project", {"chance": "9 %", "duration": "1 week"}, "chance", "a capacity_project can't come again"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(type_: str, fields: dict[str, Any], path: str, said: str):
    with pytest.raises(ValidationError) as caught:
        example(type_, **fields)
    found = []
    for error in caught.value.errors():
        at = tuple(error["loc"])
        places = (error.get("ctx") or {}).get("places") or [((), error["msg"])]
        found += [(".".join(map(str, (*at, *inner))), message) for inner, message in places]
    assert any(where == path and said in message for where, message in found), found
