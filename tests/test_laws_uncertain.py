"""A number that is uncertain behaves as the same number known.

Every parameter of a world and every key of an event that may be drawn is taken from its declaration, given once
as a constant and once as a distribution, and run: drawn at the constant's value the run is the same bit for bit,
and a range of a hair gives the constant's answer. A new parameter or key is covered by being declared.
"""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, TypeAdapter
from supplyrisk.engines.compiled.engine import BatchEngine
from supplyrisk.events.base import Event
from supplyrisk.events.fields import MoneyField, ProfileField
from supplyrisk.events.lanes import Control
from supplyrisk.events.registry import EVENT_TYPE_BY_NAME
from supplyrisk.language.context import LowerContext
from supplyrisk.language.fields import DayField, Duration, Quantity, TextField, text_field
from supplyrisk.language.numbers import Sampled
from supplyrisk.measures.reporter import Reporter
from supplyrisk.model.structure import lookup
from supplyrisk.spec.parameters import PARAMETERS, Parameter
from supplyrisk.spec.resolve import _event_column
from supplyrisk.spec.resolved import ResolvedEvent, SampledColumn, Scenario, World

from .every_event import EVERY, LICENCE, PLANT
from .small_worlds import START, names_of, scenario, three_stages, with_values
from .small_worlds import lowered as lowered_event
from .small_worlds import run as run_on

YEARS = 1.6
HAIR = 1e-9
PLACES = {"product": "part", "input": "metal", "country": "B", "partner": "A", "end_use": "cars"}
ENTERING = (
    *("entry_share_per_year", "entry_price_index", "entry_price_span", "entry_limit_share", "entry_lead_weeks"),
    *("expansion_share", "expansion_price_index", "expansion_lead_weeks"),
    *("unrecorded_share", "unrecorded_price_index", "unrecorded_weeks"),
)
DECIDED: dict[tuple[str, ...], Any] = {
    ("expansion_share", "", ""): 0.3,
    ("expansion_lead_weeks", "", ""): 4.0,
    ("decision_weeks", ""): 8.0,
}
# Cells of parameters that exist only elsewhere in the small world, or that it can do without.
CELLS: dict[str, tuple[str, ...]] = {
    "output_t_per_year": ("part", "C"),
    "input_cover_weeks": ("part", "metal", "C"),
    "trade_share": ("part", "C", "A"),
    "utilisation": ("part", "C"),
    "output_cover_weeks": ("metal", "A"),
    **dict.fromkeys(ENTERING, ("metal", "C")),
    "unit_cost_ratio": ("ore", "A"),
    "closing_price_index": ("ore", "A"),
    "deficit_weeks": ("metal",),
}
# Other numbers of the small world with which a parameter counts.
BESIDE: dict[str, dict[tuple[str, ...], Any]] = {
    "thrifting_speed_per_year": {("elasticity_long", "", ""): 0.3},
    "thrifting_return_per_year": {("elasticity_long", "", ""): 0.3},
    "restart_weeks": {("ready_spare_share", ""): 0.05},
    "rush_weeks": {("link_multiple", ""): 1.1},
    "leak_growth_per_week": {("leak_share", ""): 0.2},
    # What takes time, starts or closes within the run.
    **{name: {("entry_share_per_year", "", ""): 0.5} for name in ENTERING if name.startswith("entry_")},
    **{name: DECIDED for name in ("decision_weeks", *ENTERING) if name.startswith(("decision", "expansion"))},
    **{name: {("unrecorded_share", "", ""): 0.3} for name in ENTERING if name.startswith("unrecorded_")},
    "trader_price_index": {("trader_stock_weeks", "", ""): 3.0},
    "trader_price_span": {("trader_stock_weeks", "", ""): 3.0, ("trader_price_index", ""): 1.0},
    "closure_weeks": {("mothball_weeks", ""): 4.0},
    "dependent_share": {("value_added_usd_per_t", "", "", ""): 1000.0},
    "knock_on_ratio": {("value_added_usd_per_t", "", "", ""): 1000.0},
}


# These count where a rule singles out a buyer, which the small world has not: `test_laws_signs` holds what they move.
ELSEWHERE = (
    *("detour_share", "detour_growth_per_week", "detour_cost"),
    *("memory_of_rules", "stock_memory_weeks"),  # of a second squeeze
    *(
        "substitute_share",
        "substitute_cost",
        "substitute_speed_per_year",
        "substitute_t_per_t",
    ),  # of uses that buy two goods
)


@cache
def engine() -> BatchEngine:
    return BatchEngine()


def run(made: Scenario, values: Sequence[float] = ()) -> Any:
    """One run on the compiled engine (the engines are equal to the bit)."""
    return run_on(made, engine=engine(), values=values)


def columns(outcome: Any) -> dict[tuple[str, ...], np.ndarray]:
    """Series and outcomes of a run by name."""
    model = outcome.model
    return {
        (c.variable, c.product, c.place, c.end_use, c.partner): table[:, i]
        for table, listed in ((outcome.weekly, model.weekly_columns), (outcome.monthly, model.monthly_columns))
        for i, c in enumerate(listed)
    }


def outcomes(outcome: Any, values: list[float]) -> np.ndarray:
    """What the run reports, money included."""
    reporter = Reporter(outcome.model)
    rows = reporter.rows(outcome.weekly, outcome.monthly)
    return np.asarray(reporter.compute(rows, reporter.money(np.asarray(values, dtype=float))))


def assert_equal(first: Any, second: Any, tolerance: float) -> None:
    """Every column of the first run is in the second, to `tolerance` of its largest value (0: bit for bit)."""
    one, two = columns(first), columns(second)
    for name, series in one.items():
        if tolerance == 0.0:
            assert series.tobytes() == two[name].tobytes(), name
        else:
            scale = max(1e-9, float(np.abs(series).max()))
            assert float(np.abs(series - two[name]).max()) <= tolerance * scale, name
    for name in two.keys() - one.keys():
        assert not two[name].any() or name[0].startswith(("price", "stock_cover")), f"{name} is there only when drawn"


def hair(value: float, low: float, high: float) -> tuple[float, float]:
    """The constant and next to nothing on both sides, within the bounds."""
    step = HAIR * abs(value)
    return max(low, value - step), min(high, value + step)


# --- parameters of a world ------------------------------------------------------------------------
def events(world: World) -> list[ResolvedEvent]:
    """Rules whose weights depend on the world's numbers, and what makes every number of behaviour count.

    New demand, a new plant, a listed firm, a reserve; a rule with a public end, a failing plant, a passing boom.
    """
    listed: tuple[tuple[str, dict[str, Any]], ...] = (
        ("licence_regime", {**LICENCE, "duration": "26 weeks", "end_announced": "yes", "announced": 40}),
        ("end_use_refusal", {"origins": "A", "products": "part", "end_uses": "tanks", "share": "50 %"}),
        ("new_demand", {"products": "part", "countries": ["B", "C"], "end_uses": "cars", "amount": "400 t/yr"}),
        PLANT,
        ("recycling", {"name": "scrap", "product": "part", "country": "B", "capacity": "300 t/yr", "ramp": "0 days"}),
        ("strategic_stockpile", {"products": "part", "countries": "B", "target": "8 weeks", "initial": "2 weeks"}),
        ("transshipment", {"origins": "A", "destinations": "B", "hubs": "C", "products": "part", "cap": "20 %"}),
        ("export_ban", {"origins": "A", "products": "metal", "start": 300, "announced": 200}),
        ("capacity_outage", {"countries": "C", "products": "metal", "share_lost": "60 %", "duration": "20 weeks"}),
        ("demand_change", {"countries": "C", "change": "30 %", "duration": "26 weeks"}),
    )
    return [lowered(world, type_, fields)[0] for type_, fields in listed]


def cell(parameter: Parameter) -> tuple[str, ...]:
    return (parameter.name, *CELLS.get(parameter.name, tuple(PLACES[dim] for dim in parameter.dims)))


def constant(parameter: Parameter) -> float:
    """A value inside the bounds that does something: the world's, else the default, else a tenth of the way up."""
    world = three_stages()
    value = float(typing.cast(float, lookup(world, parameter.name, cell(parameter)[1:])))
    if parameter.low < value < parameter.high:
        return value
    return parameter.low + 0.1 * min(10.0, parameter.high - parameter.low)


def known(parameter: Parameter, value: float) -> Scenario:
    world = with_values(three_stages(), {**BESIDE.get(parameter.name, {}), cell(parameter): value})
    return scenario(world, *events(world), years=YEARS)


def drawn(parameter: Parameter, low: float, high: float) -> Scenario:
    world = with_values(three_stages(), {**BESIDE.get(parameter.name, {}), cell(parameter): Sampled("x")})
    column = SampledColumn("x", "x", "uniform", (low, high), (low + high) / 2, parameter.low, parameter.high)
    return scenario(world, *events(world), years=YEARS, sampled=(column,))


NUMBERS = [parameter for parameter in PARAMETERS if not parameter.certain]


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda parameter: parameter.name)
def test_a_drawn_parameter_is_the_same_parameter_known(parameter: Parameter) -> None:
    value = constant(parameter)
    base = run(known(parameter, value))
    wide = run(drawn(parameter, 0.9 * value + 0.1 * parameter.low, value * 1.5), values=[value])
    assert_equal(base, wide, 0.0)
    assert outcomes(base, []).tobytes() == outcomes(wide, [value]).tobytes()
    for end in hair(value, parameter.low, parameter.high):
        near = run(drawn(parameter, *hair(value, parameter.low, parameter.high)), values=[end])
        assert_equal(base, near, 1e-6)


def result(made: Scenario) -> bytes:
    """Everything a run gives."""
    outcome = run(made)
    return b"".join(table.tobytes() for table in (outcome.weekly, outcome.monthly, outcomes(outcome, [])))


@pytest.mark.parametrize(
    "parameter", [p for p in NUMBERS if p.name not in ELSEWHERE], ids=lambda parameter: parameter.name
)
def test_every_parameter_counts(parameter: Parameter) -> None:
    """A number that moves nothing would hold the laws above and mean nothing to those who edit it."""
    value = constant(parameter)
    base = result(known(parameter, value))
    low, high = parameter.low, parameter.high
    assert any(result(known(parameter, x)) != base for x in ((low + value) / 2, (value + high) / 2, low, high))


# (Goods without a price have no index, and no money margin.)
MAY_BE_ZERO = [parameter for parameter in NUMBERS if parameter.low == 0.0 and parameter.name != "price_usd_per_kg"]


@pytest.mark.parametrize("parameter", MAY_BE_ZERO, ids=lambda parameter: parameter.name)
def test_a_parameter_drawn_as_zero_is_zero(parameter: Parameter) -> None:
    base = run(known(parameter, 0.0))
    zero = run(drawn(parameter, 0.0, min(parameter.high, max(1.0, constant(parameter)))), values=[0.0])
    assert_equal(base, zero, 1e-9)


# --- keys of events -------------------------------------------------------------------------------
START_DAY = 73
# Keys that are given in another's place, and mappings that only some events have.
INSTEAD_OF = {"officers": "capacity", "tonnes": "share_of_normal", "end": "duration", "detour": "share"}
PARTS: dict[str, Any] = {
    "refuse": {"destinations": "B", "share": "60 %"},
    "ordinary_goods": {"products": "metal", "share": "40 %"},
    "detour": {"extra_days": "30 days", "extra_cost": "5 %"},
}
WRITTEN: dict[str, Any] = {
    "announced": START + dt.timedelta(days=START_DAY - 31),
    "start": START + dt.timedelta(days=START_DAY),
    "rumoured": START + dt.timedelta(days=START_DAY - 50),
    "rumour_probability": "40 %",
    "end": START + dt.timedelta(days=START_DAY + 182),
    "duration": "26 weeks",
    "probability": "60 %",
    "officers": "3",
    "tonnes": "100 t",
    "lot": "30 t",
    "traceability": "30 %",
    "general_licences": "37.3137 %",  # (at 30 % the small world's lots are full to the last gram, or just not)
    "slippage": "20 days",
    "success_probability": "70 %",
    "hold_spread": "9 days",
    "processing": "9 days",
    "ramp": "20 weeks",
    "reached_after": "40 weeks",
}
RUMOURS = {"rumoured": "rumour_probability", "rumour_probability": "rumoured"}  # each needs the other
COMMON = set(Event.model_fields) | set(RUMOURS)
COMMON_ON = ("export_ban", "tariff", "licence_regime", "capacity_outage", "strategic_stockpile")


def lowered(world: World, type_: str, fields: Mapping[str, Any]) -> tuple[ResolvedEvent, tuple[SampledColumn, ...]]:
    """An event as a file has it, and the columns of its uncertain numbers."""
    values: dict[str, Any] = {"type": type_, "start": START_DAY, **fields}
    for key in ("start", "announced"):
        if isinstance(values.get(key), int):
            values[key] = START + dt.timedelta(days=values[key])
    names = names_of(world)
    adapter: TypeAdapter[Event] = TypeAdapter(EVENT_TYPE_BY_NAME[type_])
    made = adapter.validate_python(values, context={"names": names})
    ctx = LowerContext(names, START, 3650)
    resolved = lowered_event(made, ctx)
    return resolved, tuple(_event_column(name, value) for name, value in sorted(ctx.columns.items()))


def inside(hint: Any, kind: type) -> Any:
    """The first thing of a kind inside a type hint."""
    if (isinstance(hint, type) and issubclass(hint, BaseModel) and kind is BaseModel) or isinstance(hint, kind):
        return hint
    metadata = getattr(hint, "__metadata__", ())
    return next((found for part in (*metadata, *typing.get_args(hint)) if (found := inside(part, kind))), None)


@cache
def hints(cls: type[BaseModel]) -> dict[str, Any]:
    return typing.get_type_hints(cls, include_extras=True)


def drawable(field: TextField | None) -> bool:
    """Whether a field accepts a distribution."""
    if isinstance(field, Quantity):
        return not field.certain
    return isinstance(field, MoneyField | ProfileField) or (isinstance(field, DayField) and field.uncertain)


def keys(cls: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of every key of an event type, inside its mappings too, that may be drawn."""
    for key in cls.model_fields:
        part = inside(hints(cls)[key], BaseModel)
        if part is not None and key != "trigger":
            yield from keys(part, (*path, key))
        elif drawable(inside(hints(cls)[key], TextField)):
            yield (*path, key)


def every_key() -> list[tuple[str, tuple[str, ...]]]:
    """(event type, path of a key); what all events have is tried on a few types."""
    return [
        (name, path)
        for name, cls in EVENT_TYPE_BY_NAME.items()
        if name in EVERY
        for path in keys(cls)
        if path[0] not in COMMON or (name in COMMON_ON and reads(cls, path[0]))
    ]


def reads(cls: type[Event], key: str) -> bool:
    """Whether a type reads a key that all have: levels without a half-way state have no profile, and only of what
    withholds goods is the news heard."""
    meant = {"profile": cls.profiled, "announced": issubclass(cls, Control), "chance": cls.repeatable}
    meant |= dict.fromkeys(RUMOURS, issubclass(cls, Control))
    return meant.get(key, True)


def written_value(field: TextField, key: str, given: Any) -> Any:
    """What a file has at a key: what is listed above, else what the example gives, else the field's own example."""
    value = WRITTEN.get(key, given)
    if isinstance(field, ProfileField):
        return "ramp over 50 days"
    return field.json_schema()["examples"][0] if value is None else value


def ranges(field: TextField, value: Any) -> tuple[Any, Any, Any, list[float]]:
    """A key's constant, a wide range, a range of a hair, and values to draw: the constant and the hair's ends."""
    if isinstance(field, DayField):
        day = float(value.toordinal())
        wide = {"uniform": [value - dt.timedelta(days=20), value + dt.timedelta(days=20)]}
        return value, wide, wide, [day, day - 1e-3, day + 1e-3]
    if isinstance(field, ProfileField):
        first, last = hair(50.0, 0.0, 1e9)
        return value, {"ramp": {"uniform": [20, 90]}}, {"ramp": {"uniform": [first, last]}}, [50.0, first, last]
    if isinstance(field, MoneyField):
        number, low, high = float(value), 0.0, 1e9
    else:
        quantity = field if isinstance(field, Quantity) else text_field(Duration)
        assert isinstance(quantity, Quantity)
        number, low, high = float(quantity.number(value)), quantity.low, quantity.high
    first, last = hair(number, low, high)
    wide = {"uniform": [max(low, 0.8 * number), min(high, 1.3 * number)]}
    return number, wide, {"uniform": [first, last]}, [number, first, last]


def with_key(fields: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """An event's fields with one key set, in the mapping it stands in."""
    made = {key: item for key, item in fields.items() if key not in {INSTEAD_OF.get(step) for step in path}}
    if path[0] in RUMOURS:
        made[RUMOURS[path[0]]] = WRITTEN[RUMOURS[path[0]]]
        made["start"] = WRITTEN["start"]
    elif path[0] in COMMON:
        made.pop("start", None)
    if path[0] == "chance":
        made.setdefault("duration", "10 weeks")
    if len(path) == 1:
        return {**made, path[0]: value}
    return {**made, path[0]: {**PARTS[path[0]], path[1]: value}}


def build(name: str, path: tuple[str, ...], value: Any) -> Scenario:
    """The small world with an event of a type, one key of it as given, among the events that make it bite."""
    world = three_stages()
    *before, (type_, fields) = EVERY[name]
    made = [lowered(world, other, given)[0] for other, given in before]
    event, sampled = lowered(world, type_, with_key(fields, path, value))
    return scenario(world, *made, event, years=YEARS, sampled=sampled, tracked="A")


@pytest.mark.parametrize(
    ("name", "path"), every_key(), ids=lambda part: part if isinstance(part, str) else ".".join(part)
)
def test_a_drawn_key_of_an_event_is_the_same_key_known(name: str, path: tuple[str, ...]) -> None:
    cls: Any = EVENT_TYPE_BY_NAME[name]
    given = EVERY[name][-1][1]
    if len(path) > 1:
        given, cls = PARTS[path[0]], inside(hints(cls)[path[0]], BaseModel)
    field = inside(hints(cls)[path[-1]], TextField)
    value = written_value(field, path[-1], given.get(path[-1]))
    number, wide, narrow, (middle, *ends) = ranges(field, value)
    base = run(build(name, path, number))
    assert_equal(base, run(build(name, path, wide), values=[middle]), 0.0)
    for end in ends:
        assert_equal(base, run(build(name, path, narrow), values=[end]), 1e-6)
