"""Hypothesis strategies for whole scenarios: few sites, any operation, ties, zeros, edges of the horizon."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from supplyrisk.operations.declare import Op
from supplyrisk.operations.table import OPS
from supplyrisk.spec.resolved import Arm, Outlook, RandomOutages, ResolvedEvent, Scenario, Trigger, World

from .small_worlds import INF, PER_YEAR, chain, effect, event, scenario

DAYS = 182
# Round days, market days, days that tie, halves, before the start, on the last day and after it.
# Ways to come again, whatever the duration.
AGAIN: tuple[dict[str, float | bool], ...] = (
    {},
    {},
    {},
    {"every_days": 30.0},
    {"every_days": 9.0, "until_day": 80.0},
    {"by_chance": True, "chance_per_year": 0.99},
)
STARTS = (7.0, 10.5, 14.0, 28.0, 30.0, 31.0, 35.0, 0.0, -30.0, float(DAYS - 1), float(DAYS), 400.0)
LENGTHS = (INF, 63.0, 21.0, 6.5, 1.0, 0.0)
LEVELS: dict[str, tuple[float, ...]] = {
    "quota": (0.0, 0.5, 60.0, 400.0),
    "delay": (0.0, 3.0, 20.5),
    "licence": (0.6, 1.0, 1.0, 3.0, 0.3, 0.0),
    "sourcing": (0.0, 0.5, 3.0),
    "new_capacity": (0.0, 500.0, PER_YEAR),
    "price_floor": (0.0, 1.2, 40.0),
    "subsidy": (0.0, 0.3),
    "offtake": (0.0, 1.1, 3.0),
    "project_delay": (0.0, 14.0, 300.0),
    "demand": (-1.0, -0.4, 0.0, 0.7),
    "new_demand": (0.0, 800.0),
    "cover_obligation": (0.0, 6.0, 30.0),
    "stockpile": (0.0, 4.0, 12.0),
    "state_trade": (0.0, 600.0, PER_YEAR),
}
PARAMS: dict[str, tuple[float, ...]] = {
    "period_days": (7.0, 30.0),
    "pro_rata": (0.0, 1.0),
    "share_of_normal": (0.0, 1.0),
    "hold_days": (1.0, 20.0),
    "hold_days_sd": (0.0, 10.0),
    "unit_officers": (0.0, 1.0),
    "review_days": (1.0, 6.0),
    "review_days_spread": (-1.0, 0.0, 0.8),
    "processing_days": (0.0, 5.0),
    "grant_rate": (0.0, 0.6, 1.0),
    "reapply_weeks": (0.0, 3.0),
    "expiry_weeks": (0.0, 2.0),
    "lot_t": (0.0, 0.0, 3.0, 1000.0),
    "content_threshold": (0.0, 0.0, 0.0, 0.3),
    "growth_per_week": (0.0, 0.1, 1.0),
    "extra_days": (0.0, 9.0),
    "extra_cost": (0.0, 0.1),
    "seizure_probability": (0.0, 0.3, 1.0),
    "usd_per_kg": (0.0, 1.0),
    "lasts": (0.0, 1.0),
    "general_licences_hold": (0.0, 1.0),
    "unknown_pace": (0.0, 0.0, 1.0),
    "unit_cost_ratio": (0.0, 0.9, 2.0),
    "needs_input": (0.0, 0.4, 1.0),
    "success_probability": (0.0, 0.5, 1.0),
    "slip_days": (0.0, 10.4),
    "initial_weeks": (0.0, 5.0),
    "selling": (0.0, 1.0),
    "of_output": (0.0, 1.0),
    "levied_by_seller": (0.0, 1.0),
    "in_store_t": (0.0, 80.0),
    "fill_weeks_per_week": (0.0, 0.5),
    "release_weeks_per_week": (0.0, 0.5, 3.0),
    "release_unserved": (0.0, 0.05),
    "release_price_index": (1.01, 2.0),
}
COUNTRIES = "ABC"
STAGES = ("ore", "metal", "part")


@st.composite
def worlds(draw: Any) -> World:
    """One to three stages in up to three countries; some make nothing, use nothing, hold hardly anything."""
    stages = STAGES[: draw(st.integers(1, 3))]
    sizes = draw(st.lists(st.sampled_from((0.0, 1.0, 1.0, 3.0)), min_size=3, max_size=3))
    total = sum(sizes)
    makers = {c: size / total for c, size in zip(COUNTRIES, sizes)} if total else {"A": 1.0}
    places = st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(("cars", "tanks")))
    users = {
        place: draw(st.sampled_from((1.0, 20.0, 100.0))) for place in draw(st.sets(places, min_size=1, max_size=4))
    }
    zones = draw(st.sampled_from(({"Z": "ABC"}, {"X": "A", "Y": "BC"}, {"X": "A", "Y": "B", "Z": "C"})))
    there = {*makers, *(c for c, _ in users)}
    values = {
        ("transit_days", "", ""): draw(st.sampled_from((0.0, 1.0, 7.0, 7.4, 13.0, 45.0))),
        ("transit_days", "A", "B"): draw(st.sampled_from((2.0, 21.0))),
        ("processing_time_days", ""): draw(st.sampled_from((0.0, 7.0, 24.0))),
        ("utilisation", "", ""): draw(st.sampled_from((0.5, 1.0))),
        ("cover_weeks", "", "", ""): draw(st.sampled_from((0.5, 4.0, 12.0))),
        ("cover_cv", "", "", ""): draw(st.sampled_from((0.0, 0.7))),
        ("elasticity_short", "", ""): draw(st.sampled_from((0.0, 0.15))),
        ("elasticity_long", "", ""): draw(st.sampled_from((0.0, 0.4))),
        ("leak_share", ""): draw(st.sampled_from((0.0, 0.15))),
        ("contract_share", ""): draw(st.sampled_from((0.0, 0.7))),
        ("link_multiple", ""): draw(st.sampled_from((1.2, 3.0))),
        ("error_weekly", ""): draw(st.sampled_from((0.0, 0.5))),
        ("ready_spare_share", ""): draw(st.sampled_from((0.0, 0.1, 10.0))),
        ("entry_share_per_year", "", ""): draw(st.sampled_from((0.0, 0.04))),
        ("entry_lead_weeks", "", ""): draw(st.sampled_from((0.0, 3.0, 500.0))),
        ("decision_weeks", ""): draw(st.sampled_from((0.0, 8.0))),
        ("expansion_share", "", ""): draw(st.sampled_from((0.0, 0.5))),
        ("expansion_lead_weeks", "", ""): draw(st.sampled_from((0.0, 5.0))),
        ("unrecorded_share", "", ""): draw(st.sampled_from((0.0, 0.3))),
        ("trader_stock_weeks", "", ""): draw(st.sampled_from((0.0, 2.0))),
        ("mothball_weeks", ""): draw(st.sampled_from((0.0, 4.0))),
        ("closure_weeks", ""): draw(st.sampled_from((0.0, 20.0))),
        ("elasticity_steepening", ""): draw(st.sampled_from((0.0, 0.05))),
        ("memory_of_rules", ""): draw(st.sampled_from((0.0, 0.6))),
        ("remembered_cover_weeks", ""): draw(st.sampled_from((0.0, 5.0))),
        ("fob_rent_share", ""): draw(st.sampled_from((0.0, 0.7))),
        ("stockpile_weeks", "", "B"): draw(st.sampled_from((0.0, 3.0))),
    }
    return chain(stages, makers, users, {z: [c for c in cs if c in there] for z, cs in zones.items()}, values=values)


@st.composite
def effects(draw: Any, world: World, ops: tuple[Op, ...] = OPS, broad: bool = False) -> Any:
    """One effect row with one of the operations; a broad one is on all goods of all countries."""
    op = draw(st.sampled_from(ops))
    countries = world.countries
    products = tuple(p.id for p in world.products)
    some = st.sampled_from(((), (), countries, *((c,) for c in countries)))
    product = draw(st.sampled_from(((), (), *((p,) for p in products))))
    origins, destinations, uses, share = draw(some), draw(some), (), 1.0
    if broad:
        product, origins, destinations = (), (), ()
    points = ((0.0, draw(st.sampled_from(LEVELS.get(op.name, (0.0, 0.4, 1.0))))),)
    if draw(st.booleans()):
        points += ((draw(st.sampled_from((3.0, 14.0, 40.5))), draw(st.sampled_from(LEVELS.get(op.name, (0.0, 1.0))))),)
    texts: dict[str, str] = {}
    if op.target == "lane" and not broad and draw(st.sampled_from((False, False, True))):
        uses, share = ("tanks",), draw(st.sampled_from((0.4, 1.0)))
    if op.name in ("new_demand", "new_capacity"):
        end = world.products[-1].id if op.name == "new_demand" else draw(st.sampled_from(products))
        product, origins, destinations = (
            (end,),
            (draw(st.sampled_from(countries)),),
            (draw(st.sampled_from(countries)),),
        )
        uses = (draw(st.sampled_from([e.id for e in world.end_uses])),) if op.name == "new_demand" else ()
        texts = {"project": "plant", "offtake_to": draw(st.sampled_from(("", *countries)))}
    if op.name == "suspend":
        texts = {"event": "e0"}
    if op.name == "project_delay":
        texts = {"project": draw(st.sampled_from(("", "plant")))}
    if op.name == "offtake":
        texts = {"buyer": draw(st.sampled_from(("", *countries)))}
    numbers = {name: draw(st.sampled_from(PARAMS[name])) for name in op.params}
    if op.name == "quota" and numbers["share_of_normal"] == 1.0:
        points = tuple((day, min(level, 2.0)) for day, level in points)
    return effect(
        op.name,
        points,
        product,
        origins,
        destinations,
        uses,
        domestic=broad or draw(st.booleans()),
        entities=share,
        linear=draw(st.booleans()),
        texts=texts,
        **numbers,
    )


@st.composite
def triggers(draw: Any, world: World, number: int) -> Trigger | None:
    """Mostly none; else what can be watched, or the event before."""
    kind = draw(st.sampled_from(("", "", "", "after", "price_spot_index", "price_paid_index")))
    delays = {"delay_days_low": 0.0, "delay_days_high": draw(st.sampled_from((0.0, 20.0)))}
    if kind == "after" and number:
        return Trigger(after_event=f"e{number - 1}", **delays)
    if kind in ("", "after"):
        return None
    return Trigger(
        kind,
        world.products[0].id,
        draw(st.sampled_from(world.zones)),
        threshold=draw(st.sampled_from((0.5, 1.02))),
        weeks=draw(st.integers(1, 3)),
        not_before_day=draw(st.sampled_from((0, 40))),
        **delays,
    )


@st.composite
def scenarios(draw: Any, first: Op | None = None) -> Scenario:
    """A world with up to four events of up to three rows each, and an outlook.

    With `first`, one more event of that operation on everything, for most of the horizon.
    """
    world = draw(worlds())
    events: list[ResolvedEvent] = []
    if first is not None:
        row = draw(effects(world, (first,), broad=True))
        events.append(event(row, name="e0", start=draw(st.sampled_from((28.0, 30.0, 31.5))), duration=120.0))
    for number in range(len(events), draw(st.integers(0, 4))):
        start = draw(st.sampled_from(STARTS))
        again = draw(st.sampled_from(AGAIN))
        trigger = draw(triggers(world, number))
        rumours: dict[str, float] = {"last_days": draw(st.sampled_from((0.0, 90.0)))}
        if not again and trigger is None and draw(st.booleans()):
            rumours |= {"rumoured_day": max(0.0, start - 60.0), "rumour_probability": draw(st.sampled_from((0.3, 1.0)))}
        events.append(
            event(
                *draw(st.lists(effects(world), min_size=1, max_size=3)),
                name=f"e{number}",
                start=start,
                announced=start - draw(st.sampled_from((0.0, 3.0, 50.0))),
                duration=draw(st.sampled_from(LENGTHS[1:] if again else LENGTHS)),
                end_announced=draw(st.booleans()),
                age_days=draw(st.sampled_from((0.0, 0.0, 400.0))),
                probability=draw(st.sampled_from((1.0, 1.0, 0.5))),
                trigger=trigger,
                **again,
                **rumours,
            )
        )
    outages = RandomOutages((), (), draw(st.sampled_from((15.0, 90.0))), 6.0, draw(st.sampled_from((0.3, 1.0))))
    outlook = Outlook(
        {"": draw(st.sampled_from((0.0, 0.05)))},
        draw(st.sampled_from((0.0, 0.05))),
        draw(st.sampled_from((None, {"": tuple(1.0 + 0.1 * (-1) ** m for m in range(12))}))),
        (outages,) if draw(st.booleans()) else (),
    )
    arms = (Arm("baseline", ()), Arm("scenario", tuple(range(len(events)))))
    made = scenario(
        world, *events, arms=arms, outlook=outlook, tracked=draw(st.sampled_from(("", *world.countries[:2])))
    )
    return replace(made, days=draw(st.sampled_from((DAYS, DAYS, DAYS, 30, 7))))


def usual(count: int) -> settings:
    """The same cases every time: a failing suite must fail again."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=slow, database=None)
