"""Worlds small enough to work out by hand, built in code, and the few lines needed to run them.

Every world is a chain of products in countries A, B, C, ...: `chain` makes it, `scenario` puts events on
it, `run` gives an object whose columns are asked for by name. All numbers are round so that a test can
say in its own words what must come out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import TypeAdapter
from supplyrisk.engines.simpy_engine import ReferenceEngine
from supplyrisk.events.base import Event
from supplyrisk.events.effects import Effect, Point, Select
from supplyrisk.events.registry import EVENT_TYPE_BY_NAME
from supplyrisk.language.context import LowerContext
from supplyrisk.language.names import Names
from supplyrisk.model.compile import CompiledModel, compile_scenario
from supplyrisk.model.market import EVENT_NAMES
from supplyrisk.spec.resolved import Arm, EndUse, Outlook, Product, ResolvedEvent, Scenario, Trigger, World

INF = float("inf")
START = dt.date(2025, 1, 6)  # a Monday; day 0
WEEKS_PER_YEAR = 365.25 / 7.0
YEAR = 364  # 52 market weeks

# Per week 100 t are used in all, unless a test says otherwise.
PER_YEAR = 100.0 * WEEKS_PER_YEAR


def chain(
    stages: Sequence[str] = ("metal",),
    makers: Mapping[str, float] | None = None,
    users: Mapping[tuple[str, str], float] | None = None,
    zones: Mapping[str, Sequence[str]] | None = None,
    shares: Mapping[tuple[str, str], float] | None = None,
    values: Mapping[tuple[str, ...], Any] | None = None,
) -> World:
    """A chain of `stages` (upstream first), recipes 1:1, every country of `makers` making every stage.

    Parameters
    ----------
    makers : country -> share of the output of every stage
    users : (country, end use) -> t/week of the last product
    zones : zone -> countries; by default one zone `Z`
    shares : (seller, buyer) -> share of the buyer's purchases, for all products; by default as the makers' shares
    values : further or other numbers, keyed as in `World.values`
    """
    makers = makers or {"A": 1.0}
    users = users or {("B", "cars"): 100.0}
    countries = tuple(sorted({*makers, *(c for c, _ in users)}))
    zones = zones or {"Z": countries}
    products = tuple(
        Product(name, name, name, "t", (stages[i - 1],) if i else (), "origin") for i, name in enumerate(stages)
    )
    numbers: dict[tuple[str, ...], Any] = {
        ("processing_time_days", ""): 7.0,
        ("transit_days", "", ""): 7.0,
        ("utilisation", "", ""): 0.8,
        ("cover_weeks", "", "", ""): 10.0,
        ("cover_cv", "", "", ""): 0.0,
        ("elasticity_short", "", ""): 0.15,
        ("elasticity_long", "", ""): 0.0,
        ("ready_spare_share", ""): 10.0,
        # What only tests of it need: users who give up at high prices, firms that enter the market.
        ("elasticity_steepening", ""): 0.0,
        ("entry_share_per_year", "", ""): 0.0,
        ("contract_share", ""): 0.0,
    }
    for i, stage in enumerate(stages):
        numbers[("price_usd_per_kg", stage)] = 10.0 * 3.0**i
        if i:
            numbers[("recipe_t_per_t", stage, stages[i - 1])] = 1.0
        for country, share in makers.items():
            numbers[("output_t_per_year", stage, country)] = share * PER_YEAR
        buyers = {c for c, _ in users} if i == len(stages) - 1 else set(makers)
        for buyer in buyers:
            mine = {s: v for (s, b), v in (shares or {}).items() if b == buyer} or dict(makers)
            for seller, share in mine.items():
                numbers[("trade_share", stage, seller, buyer)] = share
    for (country, end_use), weekly in users.items():
        numbers[("use_t_per_year", stages[-1], country, end_use)] = weekly * WEEKS_PER_YEAR
    numbers.update(values or {})
    return World(
        name="small",
        title="Small",
        base_year=2024,
        countries=countries,
        country_names={c: c for c in countries},
        zones=tuple(zones),
        zone_of={c: z for z, members in zones.items() for c in members},
        products=products,
        end_uses=tuple(EndUse(u, u) for u in sorted({u for _, u in users})),
        values=numbers,
    )


def effect(
    op: str,
    level: float | Iterable[tuple[float, float]] = 1.0,
    products: str | Sequence[str] = (),
    origins: str | Sequence[str] = (),
    destinations: str | Sequence[str] = (),
    end_uses: str | Sequence[str] = (),
    *,
    domestic: bool = False,
    entities: float = 1.0,
    linear: bool = False,
    texts: dict[str, str] | None = None,
    **params: float,
) -> Effect:
    """One effect row; `level` is a number or (day, level) points."""
    points = ((0.0, level),) if isinstance(level, int | float) else tuple(level)
    select = Select(
        *(tuple(x.split()) if isinstance(x, str) else tuple(x) for x in (products, origins, destinations, end_uses)),
        entity_share=entities,
        include_domestic=domestic,
    )
    return Effect(op, select, tuple(Point(float(d), v) for d, v in points), linear, dict(params), dict(texts or {}))


def event(
    *effects: Effect,
    name: str = "event",
    start: float = 70.0,
    duration: float = INF,
    announced: float | None = None,
    probability: float = 1.0,
    trigger: Any = None,
    end_announced: bool = False,
    age_days: float = 0.0,
    **again: float,
) -> ResolvedEvent:
    """A dated event, known on the day it starts unless `announced` is given."""
    known = start if announced is None else announced
    return ResolvedEvent(
        name,
        "test",
        "",
        known,
        start,
        duration,
        probability,
        trigger,
        tuple(effects),
        end_announced=end_announced,
        age_days=age_days,
        **again,
    )


RIGID: dict[tuple[str, ...], Any] = {("elasticity_short", "", ""): 0.0}  # users who want the same at any price


def pair(values: Mapping[tuple[str, ...], Any] | None = None) -> World:
    """A makes the metal, B uses 100 t of it a week; a week at sea."""
    return chain(values=values)


def rivals(values: Mapping[tuple[str, ...], Any] | None = None) -> World:
    """A and C make 50 t each, B uses it all; one price."""
    return chain(makers={"A": 0.5, "C": 0.5}, users={("B", "cars"): 100.0}, values=values)


def metal_and_oxide(values: Mapping[tuple[str, ...], Any] | None = None) -> World:
    """A makes 100 t of metal a week, C 50 t of oxide; B uses both for cars. No leaks; A is a zone of its own."""
    one = chain(users={("B", "cars"): 100.0}, zones={"ZA": ("A",), "ZB": ("B",)}, values={("leak_share", ""): 0.0})
    numbers = {
        **one.values,
        ("price_usd_per_kg", "oxide"): 20.0,
        ("output_t_per_year", "oxide", "C"): 50.0 * WEEKS_PER_YEAR,
        ("trade_share", "oxide", "C", "B"): 1.0,
        ("use_t_per_year", "oxide", "B", "cars"): 50.0 * WEEKS_PER_YEAR,
        **(values or {}),
    }
    return replace(
        one,
        countries=("A", "B", "C"),
        country_names={c: c for c in "ABC"},
        zone_of={"A": "ZA", "B": "ZB", "C": "ZB"},
        products=(*one.products, Product("oxide", "oxide", "oxide", "t", (), "origin")),
        values=numbers,
    )


def three_stages() -> World:
    """A mines everything, refines and makes 80 %; C refines and makes the rest from A's ore; B only uses."""
    return chain(
        ("ore", "metal", "part"),
        makers={"A": 0.8, "C": 0.2},
        users={("A", "cars"): 50.0, ("B", "cars"): 20.0, ("B", "tanks"): 10.0, ("C", "cars"): 20.0},
        zones={"ZA": ("A",), "ZB": ("B", "C")},
        values={("output_t_per_year", "ore", "C"): 0.0, ("output_t_per_year", "ore", "A"): PER_YEAR},
    )


def names_of(world: World) -> Names:
    """The names a scenario file could use in a world."""
    return Names(
        world=world.name,
        countries=world.country_names,
        zones={z: tuple(c for c in world.countries if world.zone_of[c] == z) for z in world.zones},
        products={p.id: p.name for p in world.products},
        stages={p.stage: (p.id,) for p in world.products},
        end_uses={e.id: e.name for e in world.end_uses},
    )


def written(world: World, type_: str, start: int | None = 70, announced: int | None = None, **fields: Any) -> Any:
    """An event as a scenario file would have it, checked and lowered by its own class.

    Parameters
    ----------
    start, announced : int
        Days; None leaves them out (a trigger, or in force from the first day).
    fields : object
        As in a file; dates may be given as days.
    """
    values = {"type": type_, **fields}
    for key, day in (("start", start), ("announced", announced)):
        if day is not None and "trigger" not in fields:
            values[key] = START + dt.timedelta(days=day)
    names = names_of(world)
    adapter: TypeAdapter[Event] = TypeAdapter(EVENT_TYPE_BY_NAME[type_])
    made = adapter.validate_python(values, context={"names": names})
    return lowered(made, LowerContext(names, START, 3650))


def lowered(made: Event, ctx: LowerContext) -> ResolvedEvent:
    """An event as the program lowers it; `ctx` keeps the columns of its uncertain numbers."""
    ctx.enter(made, "event")
    timing = made.timing(ctx)
    return ResolvedEvent(
        name=made.label,
        type=made.type,
        sentence=made.sentence(ctx),
        announced_day=timing.announced_day,
        start_day=timing.start_day,
        duration_days=timing.duration_days,
        probability=ctx.num(made.probability),
        trigger=None if made.trigger is None else Trigger(**made.trigger.lower(ctx)),
        effects=made.lower(ctx),
        end_announced=made.end_is_known(),
        every_days=made.every or 0.0,
        by_chance=made.chance is not None,
        chance_per_year=0.0 if made.chance is None else ctx.num(made.chance),
        until_day=INF if made.until is None else float(ctx.day(made.until)),
        age_days=made.age_days(ctx),
        **made.memories(ctx),
    )


def scenario(
    world: World,
    *events: ResolvedEvent,
    years: float = 3.0,
    arms: Sequence[Arm] = (),
    outlook: Outlook | None = None,
    sampled: Sequence[Any] = (),
    start: dt.date = START,
    tracked: str = "",
) -> Scenario:
    """Arms `baseline` and `scenario` (all events), unless others are given."""
    return Scenario(
        name="small",
        title="",
        question="",
        world=world,
        start=start,
        days=round(years * 52) * 7,
        outlook=outlook or Outlook({}),
        events=events,
        arms=tuple(arms) or (Arm("baseline", ()), Arm("scenario", tuple(range(len(events))))),
        sampled=tuple(sampled),
        rank_correlations=(),
        runs=1,
        seed=1,
        sampler="random",
        tracked_origin=tracked,
    )


def happenings(outcome: Outcome, kind: str, entity: str) -> dict[int, float]:
    """Tonnes by day of the traced events of one kind (a name of `market.EVENT_NAMES`) at one lane or site."""
    found: dict[int, float] = {}
    trace, model = outcome.trace, outcome.model
    names = model.lane_names if ">" in entity else model.site_names
    for day, code, who, tonnes in zip(trace.day, trace.kind, trace.entity, trace.amount_t, strict=True):
        if EVENT_NAMES[code] == kind and names[who] == entity:
            found[int(day)] = found.get(int(day), 0.0) + float(tonnes)
    return found


@dataclass(frozen=True)
class Outcome:
    """One run; `column` sums the weekly columns that match."""

    model: CompiledModel
    weekly: np.ndarray
    monthly: np.ndarray
    totals: dict[str, float]
    trace: Any

    def column(self, variable: str, product: str = "", place: str = "", end_use: str = "") -> np.ndarray:
        """Weekly series; entries left blank are summed over."""
        chosen = [
            i
            for i, c in enumerate(self.model.weekly_columns)
            if c.variable == variable
            and (not product or c.product == product)
            and (not place or c.place == place)
            and (not end_use or c.end_use == end_use)
        ]
        if not chosen:
            raise KeyError(f"no column {variable} {product} {place} {end_use}")
        return np.asarray(self.weekly[:, chosen].sum(axis=1))

    def price(self, product: str, zone: str, kind: str = "spot") -> np.ndarray:
        """Price index of one zone or country."""
        return self.column(f"price_{kind}_index", product, zone)

    def exports(self, product: str = "", origin: str = "", destination: str = "") -> np.ndarray:
        """Tonnes per month."""
        chosen = [
            i
            for i, c in enumerate(self.model.monthly_columns)
            if (not product or c.product == product)
            and (not origin or c.place == origin)
            and (not destination or c.partner == destination)
        ]
        if not chosen:
            raise KeyError(f"no lane {product} {origin}>{destination}")
        return np.asarray(self.monthly[:, chosen].sum(axis=1))

    @cached_property
    def unserved(self) -> float:
        """Tonnes physically missing over the horizon."""
        return float(self.column("shortage_unserved_t").sum())

    @cached_property
    def shortage(self) -> float:
        """Tonnes of use lost over the horizon, priced out included."""
        return float(self.unserved + self.column("shortage_priced_out_t").sum())


def run(
    world: World | Scenario,
    *events: ResolvedEvent,
    arm: int = 1,
    number: int = 0,
    seed: int = 1,
    trace: bool = False,
    engine: Any = None,
    values: Sequence[float] = (),
    **options: Any,
) -> Outcome:
    """Run one arm (the second: `scenario`) of a world with events, on the reference engine."""
    made = scenario(world, *events, **options) if isinstance(world, World) else world
    model = compile_scenario(made)
    series = (engine or ReferenceEngine()).run(model, arm, number, seed, np.asarray(values, dtype=np.float64), trace)
    return Outcome(model, series.weekly, series.monthly, series.totals, series.trace)


def with_values(world: World, values: Mapping[tuple[str, ...], Any]) -> World:
    """The same world with some numbers changed."""
    return replace(world, values={**world.values, **values})
