"""What must change nothing: idle countries, unused lanes, the order of files, other entities, other runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from supplyrisk.events.numbers import Sampled
from supplyrisk.spec.resolved import Arm, EndUse, Outlook, RandomOutages, ResolvedEvent, SampledColumn, Scenario, World

from .every_event import LICENCE, made
from .small_worlds import chain, effect, event, run, scenario, three_stages, with_values, written

OUTLOOK = Outlook({}, outages=(RandomOutages((), (), 150.0, 15.0, 0.4),))


def restless(world: World) -> list[ResolvedEvent]:
    """Events that draw from every stream: licences, holds, seizures, chance, triggers."""
    leaking = made(world, "transshipment")
    return [
        written(world, "licence_regime", start=73, **{**LICENCE, "destinations": "C"}),
        *leaking,
        written(world, "customs_slowdown", origins="A", products="metal", held="50 %"),
        written(world, "tariff", name="maybe", destinations="B", origins="C", rate="40 %", probability="50 %"),
        written(
            world,
            "tariff",
            name="late",
            destinations="C",
            origins="A",
            rate="10 %",
            trigger={
                "variable": "price_spot_index",
                "product": "part",
                "place": "ZB",
                "above": 1.1,
                "delay": "10-90 days",
            },
        ),
    ]


def columns(outcome: Any) -> dict[tuple[str, ...], np.ndarray]:
    """All series of a run by name."""
    model = outcome.model
    named = [(c, outcome.weekly[:, i]) for i, c in enumerate(model.weekly_columns)]
    named += [(c, outcome.monthly[:, i]) for i, c in enumerate(model.monthly_columns)]
    return {(c.variable, c.product, c.place, c.end_use, c.partner): x for c, x in named}


def assert_same(first: Any, second: Any) -> None:
    """Every column of the first run is there in the second, bit for bit."""
    one, two = columns(first), columns(second)
    different = [name for name, x in one.items() if x.tobytes() != two[name].tobytes()]
    assert not different


# --- idle things ----------------------------------------------------------------------------------
def with_country(world: World, code: str, zone: str = "ZB") -> World:
    """A further country that neither makes nor uses anything."""
    return replace(
        world,
        countries=(code, *world.countries),
        country_names={**world.country_names, code: code},
        zone_of={**world.zone_of, code: zone},
        zones=world.zones if zone in world.zones else (zone, *world.zones),
    )


def with_sampled_zero(world: World, key: tuple[str, ...]) -> World:
    """A number that may be positive in other draws and is zero in this one: its lane or site exists, unused."""
    return with_values(world, {key: Sampled("zero")})


ZERO = SampledColumn("zero", "", "uniform", (0.0, 1.0), 0.0)
IDLE: dict[str, Callable[[World], World]] = {
    "country": lambda w: with_country(w, "AA"),
    "country in a zone of its own": lambda w: with_country(w, "AA", "ZA0"),
    "country with a site that makes nothing": lambda w: with_sampled_zero(
        with_country(w, "AA"), ("output_t_per_year", "part", "AA")
    ),
    "lane": lambda w: with_sampled_zero(w, ("trade_share", "part", "C", "A")),
    "end use": lambda w: replace(w, end_uses=(EndUse("aircraft", "aircraft"), *w.end_uses)),
}


def plain() -> World:
    """The three-stage world without the lane that the tests add."""
    world = three_stages()
    gone = {("trade_share", "part", "C", "A"): 0.0, ("trade_share", "part", "A", "A"): 1.0}
    return with_values(world, gone)


@pytest.mark.parametrize("what", IDLE)
def test_what_is_idle_changes_no_bit(what: str):
    world = plain()
    more = IDLE[what](world)
    base = run(world, *restless(world), years=4, outlook=OUTLOOK)
    sampled = (ZERO,) if any(isinstance(v, Sampled) for v in more.values.values()) else ()
    other = run(more, *restless(world), years=4, outlook=OUTLOOK, sampled=sampled, values=[0.0] * len(sampled))
    if what == "lane":
        assert len(other.model.lane_names) == len(base.model.lane_names) + 1
    assert_same(base, other)


def test_an_event_of_another_arm_changes_no_bit():
    world = three_stages()
    events = restless(world)
    alone = run(scenario(world, *events, years=4, outlook=OUTLOOK))
    arms = (
        Arm("baseline", ()),
        Arm("scenario", tuple(range(len(events)))),
        Arm("policy:more", tuple(range(len(events) + 2))),
    )
    more = (written(world, "capacity_project", name="plant", product="metal", country="B", capacity="1 kt/yr"),)
    more += (written(world, "strategic_stockpile", products="part", countries="B", target="8 weeks"),)
    beside = run(scenario(world, *events, *more, years=4, outlook=OUTLOOK, arms=arms))
    assert_same(alone, beside)


def test_further_events_leave_the_draws_of_split_buyers_alone():
    """Users whom an event singles out have lanes of their own; their draws go by the event's name, not its number."""
    world = three_stages()
    narrow = written(world, "licence_regime", name="licences", **{**LICENCE, "end_uses": "tanks", "grant_rate": "50 %"})
    idle = written(world, "tariff", name="a tariff", start=1400, destinations="B", origins="C", rate="40 %")
    alone = run(scenario(world, narrow, years=3))
    beside = run(scenario(world, idle, narrow, years=3))
    assert sum("#licences" in name for name in alone.model.lane_names) > 0
    assert alone.model.lane_names == beside.model.lane_names
    assert alone.column("licence_refused_t").sum() > 0.0
    assert_same(alone, beside)


# --- order of files -------------------------------------------------------------------------------
def shuffled(made: Scenario, seed: int) -> Scenario:
    """The same scenario as another analyst would have written it down."""
    rng = np.random.default_rng(seed)

    def mix(items: Any) -> tuple[Any, ...]:
        listed = list(items)
        return tuple(listed[i] for i in rng.permutation(len(listed)))

    world = replace(
        made.world,
        countries=mix(made.world.countries),
        zones=mix(made.world.zones),
        zone_of=dict(mix(made.world.zone_of.items())),
        products=mix(made.world.products),
        end_uses=mix(made.world.end_uses),
        values=dict(mix(made.world.values.items())),
    )
    order = mix(range(len(made.events)))
    place = {old: new for new, old in enumerate(order)}
    arms = tuple(replace(arm, events=mix(place[v] for v in arm.events)) for arm in made.arms)
    return replace(made, world=world, events=tuple(made.events[i] for i in order), arms=arms)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_countries_products_keys_and_events_changes_no_bit(seed: int):
    world = three_stages()
    base = scenario(world, *restless(world), years=4, outlook=OUTLOOK)
    assert_same(run(base), run(shuffled(base, seed)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_events_on_the_same_lanes_changes_no_bit(seed: int):
    world = three_stages()
    lanes = {"origins": "A", "destinations": "B", "products": "part"}
    events = [
        *(written(world, "tariff", name=f"duty {i}", **lanes, rate=rate) for i, rate in enumerate((0.1, 0.2, 0.3))),
        *(
            written(world, "demand_change", name=f"more {i}", change=change)
            for i, change in enumerate((0.1, 0.2, -0.15))
        ),
        *(
            written(world, "capacity_outage", name=f"fire {i}", countries="A", share_lost=x)
            for i, x in enumerate((0.1, 0.3))
        ),
        written(world, "licence_regime", name="slow", **{**LICENCE, "review": "50 days"}),
        written(world, "licence_regime", name="fast", **{**LICENCE, "review": "10 days"}),
        written(world, "customs_slowdown", name="one", **lanes, held="30 %", hold="10 days"),
        written(world, "customs_slowdown", name="two", **lanes, held="30 %", hold="50 days"),
        written(world, "transshipment", name="via C", **lanes, hubs="C", cap="40 %", extra_days="10 days"),
        written(world, "transshipment", name="via A", **lanes, hubs="A", cap="40 %", extra_days="80 days"),
    ]
    base = scenario(world, *events, years=4)
    assert_same(run(base), run(shuffled(base, seed)))


# --- runs and draws -------------------------------------------------------------------------------
def test_a_run_repeated_alone_gives_the_same_bits():
    world = three_stages()
    made_up = scenario(world, *restless(world), years=3, outlook=OUTLOOK)
    first = [run(made_up, number=i, seed=0) for i in range(4)]
    again = run(made_up, number=2, seed=0)
    assert_same(first[2], again)
    assert first[2].totals == again.totals
    fingerprints = {out.weekly.tobytes() for out in first}
    assert len(fingerprints) == 4


def test_a_trace_changes_no_bit():
    world = three_stages()
    made_up = scenario(world, *restless(world), years=3, outlook=OUTLOOK)
    assert_same(run(made_up), run(made_up, trace=True))


def test_seed_0_is_a_seed_like_any_other():
    world = three_stages()
    made_up = scenario(world, *restless(world), years=3, outlook=OUTLOOK)
    zero, one = run(made_up, seed=0), run(made_up, seed=1)
    assert zero.weekly.tobytes() != one.weekly.tobytes()
    assert zero.weekly.tobytes() == run(made_up, seed=0).weekly.tobytes()


def happenings(outcome: Any, kinds: tuple[str, ...]) -> dict[str, list[tuple[int, str]]]:
    """Days of the traced events of each kind, by entity."""
    from supplyrisk.model.market import EVENT_NAMES

    trace, found = outcome.trace, {}
    for day, kind, entity in zip(trace.day, trace.kind, trace.entity, strict=True):
        if EVENT_NAMES[kind] in kinds:
            found.setdefault(outcome.model.site_names[entity], []).append((int(day), EVENT_NAMES[kind]))
    return found


def test_a_world_with_one_more_country_leaves_the_draws_of_all_others_alone():
    """Breakdowns depend on nothing but their site's own stream, so their days can be compared across worlds."""
    small = chain(("ore", "metal"), makers={"B": 0.5, "C": 0.5}, users={("D", "cars"): 100.0})
    large = chain(
        ("ore", "metal"), makers={"A": 0.2, "B": 0.4, "C": 0.4}, users={("D", "cars"): 90.0, ("A", "cars"): 10.0}
    )
    kinds = ("breakdown", "repair")
    first, second = (happenings(run(w, outlook=OUTLOOK, years=6, trace=True, arm=0), kinds) for w in (small, large))
    assert set(second) - set(first) == {"ore:A", "metal:A"}
    for site, days in first.items():
        assert len(days) > 10
        assert second[site] == days
    assert len({tuple(days) for days in second.values()}) == len(second)  # and no two sites share a stream


def test_arms_share_the_draws_of_what_they_share():
    """An event of probability one half happens in all arms of a run or in none, whatever else they do."""
    world = three_stages()
    maybe = written(world, "tariff", name="maybe", destinations="B", origins="C", rate="40 %", probability="50 %")
    other = event(effect("demand", 0.2, "part"), name="other")
    arms = (Arm("baseline", ()), Arm("scenario", (0,)), Arm("policy:p", (1, 0)), Arm("policy:q", (1,)))
    made_up = scenario(world, maybe, other, years=0.5, arms=arms)
    happened = 0
    for number in range(16):
        plain_, duty, both, alone = (run(made_up, arm=a, number=number).weekly.tobytes() for a in range(4))
        assert (plain_ != duty) == (alone != both)
        happened += plain_ != duty
    assert 2 <= happened <= 14  # within three standard deviations of 8
