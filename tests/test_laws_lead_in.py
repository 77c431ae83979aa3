"""A lead-in: weeks before the reported start, the same in every arm and counted nowhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from supplyrisk.engines import get_engine
from supplyrisk.events.numbers import Sampled
from supplyrisk.measures.reporter import Reporter
from supplyrisk.model.compile import compile_scenario
from supplyrisk.results.fans import Fans
from supplyrisk.spec.resolved import Arm, Outlook, ResolvedEvent, SampledColumn, Scenario, Trigger

from .small_worlds import INF, World, chain, effect, event, run, scenario

LEAD = 20  # weeks


def world() -> World:
    """A makes 70 t a week, C 30 t; B uses 100 t a week and holds 10 weeks, more before a loss."""
    return chain(
        makers={"A": 0.7, "C": 0.3},
        users={("B", "cars"): 100.0},
        zones={"A": ["A"], "Z": ["B", "C"]},
    )


def stop(day: float, name: str = "stop", lasting: float = INF, share: float = 1.0) -> ResolvedEvent:
    return event(effect("close", share, origins="A"), name=name, start=day, duration=lasting)


def licences(day: float) -> ResolvedEvent:
    rules = {"grant_rate": 0.9, "review_days": 30.0, "review_cv": 0.6, "reapply_weeks": 13.0, "expiry_weeks": 26.0}
    return event(effect("licence", 0.5, origins="A", **rules), name="licences", start=day)


def led(*events: ResolvedEvent, standing: tuple[ResolvedEvent, ...], lead: int = LEAD, **more: Any) -> Scenario:
    """A scenario of a year with rules that stand and a lead-in."""
    made = scenario(world(), *events, years=1.0, outlook=Outlook({}, events=standing), **more)
    return replace(made, lead_weeks=lead)


def moved(made: Scenario) -> Scenario:
    """The same weeks without a lead-in: the scenario starts where the simulation began, its events as much later."""
    days = float(7 * made.lead_weeks)

    def later(one: ResolvedEvent) -> ResolvedEvent:
        return replace(one, start_day=one.start_day + days, announced_day=one.announced_day + days)

    outlook = replace(made.outlook, events=tuple(later(one) for one in made.outlook.events))
    events = tuple(later(one) for one in made.events)
    return replace(made, start=made.first_day, days=made.simulated_days, outlook=outlook, events=events, lead_weeks=0)


@pytest.mark.parametrize("lead", [1, LEAD])
def test_weeks_are_those_of_a_run_that_starts_earlier(lead: int) -> None:
    made = led(stop(70.0, "more", 90.0, 0.5), standing=(licences(-7.0 * lead + 3.0),), lead=lead)
    for arm in (0, 1):
        ours, plain = run(made, arm=arm), run(moved(made), arm=arm)
        assert ours.weekly.tobytes() == plain.weekly.tobytes()
        # The month of the start is cut in two: no month is half counted.
        assert np.allclose(ours.monthly.sum(axis=0), plain.monthly.sum(axis=0), rtol=1e-12)
    assert ours.model.month_starts[ours.model.lead_months] == 7 * lead


def test_both_engines_agree_on_it() -> None:
    made = led(stop(70.0, "more", 90.0, 0.5), standing=(licences(-100.0), stop(-60.0, "standing", 200.0, 0.3)))
    for arm in (0, 1):
        ours, other = run(made, arm=arm), run(made, arm=arm, engine=get_engine("batch"))
        assert ours.weekly.tobytes() == other.weekly.tobytes()
        assert ours.monthly.tobytes() == other.monthly.tobytes()


def outcomes(made: Scenario, arm: int = 1) -> dict[tuple[str, ...], float]:
    outcome = run(made, arm=arm)
    reporter = Reporter(outcome.model)
    found = reporter.compute(reporter.rows(outcome.weekly, outcome.monthly), reporter.money(np.zeros(0)))
    return {tuple(o[:4]): float(v) for o, v in zip(reporter.outcomes, found)}


def test_what_is_reported_is_counted_from_the_start() -> None:
    """Worked by hand: 70 of 100 t a week stop, and 10 weeks' stock stands against it.

    Without a reaction of prices (elasticity nearly nil) and of the other maker (no spare capacity), B loses 70 t of stock
    a week from the week in which nothing arrives any more. It runs short as many weeks before the reported start less as
    the stop stands before it: the same week of the calendar, whoever counts.
    """
    stiff = {("elasticity_short", "", ""): 0.001, ("utilisation", "", ""): 0.999}
    base = chain(
        makers={"A": 0.7, "C": 0.3}, users={("B", "cars"): 100.0}, zones={"A": ["A"], "Z": ["B", "C"]}, values=stiff
    )
    calm = scenario(base, stop(0.0), years=2.0)
    first = outcomes(calm)["first_week_short", "metal", "B", "all"]
    # 10 weeks and the week's own delivery, less what has to stay: between 10 and 16 weeks of 70 t.
    assert 10 <= first <= 17
    for weeks in (4, 8):
        standing = Outlook({}, events=(stop(-7.0 * weeks),))
        made = replace(scenario(base, years=1.0, outlook=standing), lead_weeks=weeks)
        assert outcomes(made, arm=0)["first_week_short", "metal", "B", "all"] == first - weeks
    # A stop that has been there for long enough: short from the first reported week on, and only reported weeks count.
    standing = Outlook({}, events=(stop(-7.0 * 40),))
    made = replace(scenario(base, years=1.0, outlook=standing), lead_weeks=40)
    found = outcomes(made, arm=0)
    assert found["first_week_short", "metal", "B", "all"] == 1
    assert found["weeks_short", "metal", "B", "all"] == 52
    outcome = run(made, arm=0)
    unserved = outcome.column("shortage_unserved_t", "metal", "B")
    assert found["shortage_unserved_t", "metal", "B", "all"] == pytest.approx(unserved[40:].sum())
    assert unserved[:40].sum() > 100.0


def test_arms_are_the_same_until_the_start() -> None:
    """Whatever an arm holds: an event drawn to start early, news from before, triggers on what the lead-in has done."""
    early = replace(stop(0.0, "early", share=0.9), start_day=Sampled("early"), announced_day=Sampled("early"))
    news = replace(stop(30.0, "news", share=0.5), announced_day=-40.0)
    dear = replace(
        stop(0.0, "dear", share=0.95),
        trigger=Trigger("price_spot_index", "metal", "Z", threshold=1.01, weeks=2),
    )
    after = replace(stop(0.0, "after", share=0.8), trigger=Trigger(after_event="standing"))
    fresh = replace(news, name="fresh", announced_day=10.0)
    arms = (Arm("baseline", ()), *(Arm(f"policy:{i}", (i,)) for i in range(5)), Arm("scenario", (0, 1, 2, 3)))
    column = SampledColumn("early", "early", "uniform", (-90.0, 10.0), -30.0)
    made = led(
        early, news, dear, after, fresh, standing=(stop(-120.0, "standing", share=0.6),), arms=arms, sampled=(column,)
    )
    weekly = [run(made, arm=arm, values=[-50.0]).weekly for arm in range(len(arms))]
    for other in weekly[1:]:
        assert other[:LEAD].tobytes() == weekly[0][:LEAD].tobytes()
    assert all(not np.array_equal(other[LEAD:], weekly[0][LEAD:]) for other in weekly[1:])
    # Drawn to start before the start, it starts with it.
    on_time = led(stop(0.0, "early", share=0.9), standing=(stop(-120.0, "standing", share=0.6),))
    assert run(on_time).weekly[:, :20].tobytes() == weekly[1][:, :20].tobytes()


def test_growth_counts_from_the_start() -> None:
    grown = Outlook({"cars": 0.1}, capacity_growth_per_year=0.1)
    plain = scenario(world(), years=1.0, outlook=grown)
    ours, calm = run(replace(plain, lead_weeks=LEAD), arm=0), run(plain, arm=0)
    wanted = ours.column("wanted_t", "metal", "B")
    assert np.allclose(wanted[: LEAD + 1], 100.0)
    assert wanted[LEAD:].tolist() == calm.column("wanted_t", "metal", "B").tolist()
    assert np.allclose(ours.weekly[LEAD:], calm.weekly, rtol=1e-9, atol=1e-9)


def test_series_carry_the_lead_in_with_its_dates() -> None:
    made = led(standing=(stop(-60.0, share=0.5),), start=dt.date(2025, 3, 12))
    model = compile_scenario(made)
    for runs, step in ((10, 1), (1000, 1)):
        reporter = Reporter(model)
        fans = Fans(model, reporter, runs)
        outcome = run(made, arm=0)
        vector = fans.vector(reporter.rows(outcome.weekly, outcome.monthly))
        prices = [s for s in fans.series if s.variable == "price_spot_index" and s.label.place == "Z"]
        after, before = prices
        assert str(fans.dates(after)[0])[:10] == "2025-03-12"
        assert str(fans.dates(before)[0])[:10] == str(made.first_day)
        assert len(fans.dates(before)) == LEAD // step
        spot = outcome.price("metal", "Z").astype(np.float32)
        assert vector[before.first : before.first + before.dates].tolist() == spot[:LEAD].tolist()
        assert vector[after.first : after.first + after.dates].tolist() == spot[LEAD:].tolist()
        exports = [s for s in fans.series if s.variable == "export_t" and s.label.place == "A"]
        tonnes = [vector[s.first : s.first + s.dates].sum() for s in exports]
        assert sum(tonnes) == pytest.approx(outcome.exports("metal", "A").sum(), rel=1e-5)
        assert {str(d)[:10] for d in fans.dates(exports[1])} >= {str(made.first_day), "2025-03-01"}
        assert "2025-03-12" in {str(d)[:10] for d in fans.dates(exports[0])}
