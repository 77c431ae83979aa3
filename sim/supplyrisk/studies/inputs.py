"""The uncertain numbers of a scenario as inputs of a study: what they are called, and by kind."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from ..language.fields import Name, Strict
from ..language.numbers import Sampled
from ..language.textfield import JsonSchema, TextField, refuse_shape
from ..language.uncertain import field_error
from ..model.compile_effects import KEY_MASK
from ..report.rounding import quantity, share
from ..report.words import short_name, small
from ..spec.parameters import PARAMETER_BY_NAME
from ..spec.resolved import SampledColumn, Scenario, World
from ..streams import STREAM_EVENT_HAPPENS, hash64, run_key, uniform
from .axis import number_of, unit_of
from .units import Floats, Matrix

# Kinds, with the parameters that belong to each; what stands nowhere is "how prices and orders form".
KINDS: Mapping[str, tuple[str, ...]] = {
    "stocks that firms hold": (
        "cover_*",
        "*_cover_weeks",
        "working_minimum_weeks",
        "stockpile_weeks",
        "trader_*",
        "input_minimum*",
    ),
    "who makes how much": ("output_t_per_year", "utilisation", "recipe_t_per_t"),
    "how fast and at what price plants follow": (
        *("unit_cost_ratio", "processing_time_days", "output_*_weeks", "ready_spare_share", "restart_weeks"),
        *("closing_price_index", "entry_*", "expansion_*", "unrecorded_*", "decision_weeks", "mothball_weeks"),
        *("closure_weeks", "margin_exponent", "input_elasticity"),
    ),
    "who uses how much": ("use_t_per_year",),
    "value added that hangs on it": ("value_added_usd_per_t", "dependent_share", "knock_on_ratio"),
    "how users answer to prices": ("elasticity_*", "thrifting_*", "demand_*"),
    "trade, routes and freight": ("trade_share", "transit_days", "tariff", "freight*", "sourcing_elasticity", "link_*"),
    "contracts and prices before": ("contract_*", "price_usd_per_kg"),
    "licence offices and leaks": ("office_pace", "pace_learning_weeks", "leak_*"),
}
REST = "how prices and orders form"
GIVEN = {"events": "the events", "policies": "the measures", "outlook": "the outlook"}


@dataclass(frozen=True)
class Patterns(TextField):
    """Names of uncertain numbers, one or a list; `*` stands for any letters."""

    def parse(self, value: Any, names: Any = None) -> tuple[str, ...]:
        items = value if isinstance(value, (list, tuple)) else (value,)
        if not items:
            raise field_error("names no number; write one like cover_weeks* or events.NAME.*")
        for item in items:
            refuse_shape(item, "the name of an uncertain number like cover_weeks*")
        return tuple(str(item) for item in items)

    def json_schema(self) -> JsonSchema:
        one: JsonSchema = {"type": "string", "examples": ["cover_weeks*"]}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


class InputGroup(Strict):
    """Uncertain numbers that are looked at as one."""

    name: Name
    """What tables and figures call them."""

    inputs: Annotated[tuple[str, ...], Patterns()]
    """Their names as in `sources.csv` of a run (parameter, then what it is for), `*` for any letters: `cover_weeks*`,
    `events.ban.*`."""


@dataclass(frozen=True)
class Input:
    """Uncertain numbers that are drawn together: one dimension of the design.

    Attributes
    ----------
    name : str
        Name of the dimension.
    columns : tuple of SampledColumn
        The numbers, which share their quantile.
    """

    name: str
    columns: tuple[SampledColumn, ...]
    label: str
    kind: str

    def fits(self, patterns: Sequence[str]) -> bool:
        """Whether one of its names is meant by a pattern."""
        names = (self.name, *(column.name for column in self.columns))
        return any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in patterns)


def inputs_of(scenario: Scenario) -> list[Input]:
    """Every dimension in which runs of a scenario differ, in the order of the alphabet."""
    members: dict[str, list[SampledColumn]] = {}
    for column in scenario.sampled:
        if column.kind != "fixed":
            members.setdefault(column.group or column.name, []).append(column)
    found = [
        Input(name, tuple(columns), label_of(scenario.world, name, columns), kind_of(columns[0].name))
        for name, columns in sorted(members.items())
    ]
    seen: dict[str, int] = {}
    for each in found:
        seen[each.label] = seen.get(each.label, 0) + 1
    return [
        each if seen[each.label] == 1 else Input(each.name, each.columns, f"{each.label} ({each.name})", each.kind)
        for each in found
    ]


def kind_of(name: str) -> str:
    """Kind of a number by its name."""
    head = name.split(".")[0]
    if head in GIVEN:
        return GIVEN[head]
    return next((kind for kind, pats in KINDS.items() if any(fnmatch.fnmatchcase(head, p) for p in pats)), REST)


_DAY = re.compile(r"(\d+)d")


def label_of(world: World, name: str, columns: Sequence[SampledColumn]) -> str:
    """ "users' stocks, high-temperature magnets" for `cover_weeks.ht_magnet`; "ban: share" for `events.ban.share`."""
    head, *rest = columns[0].name.split(".")
    if head in GIVEN:
        parts = [part.replace("_", " ") for part in rest if part not in ("events", "")]
        told = [f"from day {m[1]}" if (m := _DAY.fullmatch(part)) else part for part in parts]
        return f"{told[0]}: {', '.join(told[1:])}" if len(told) > 1 else told[0] if told else name
    what = PARAMETER_BY_NAME[head].label if head in PARAMETER_BY_NAME else head.replace("_", " ")
    if len(columns) > 1:
        extra = [word for word in name.split("_") if word and word.lower() not in head.split("_")]
        whole = "_".join(extra)
        which = _said(world, whole) if whole in _names(world) else " ".join(_said(world, word) for word in extra)
        return f"{what}{', ' + which if which else ''} ({len(columns)} numbers together)"
    return ", ".join([what, *(_said(world, part) for part in rest if part != "all")])


def _said(world: World, part: str) -> str:
    if part in world.country_names:
        return world.country_names[part]
    names = _names(world)
    return small(short_name(names[part])) if part in names else part.replace("_", " ")


def _names(world: World) -> dict[str, str]:
    return {each.id: each.name for each in world.products} | {each.id: each.name for each in world.end_uses}


# --- events that may happen -------------------------------------------------------------------------


def happenings(scenario: Scenario, seed: int, drawn: Matrix) -> list[tuple[Input, Floats]]:
    """Events that happen with some probability, and whether each does in every run: 1 or 0.

    It is chance, and no number of the design; but a pure function of seed, run and name, so that it is known afterwards.
    An event that waits for a trigger happens if it would once triggered. Events that come again are left out.
    """
    found = []
    for event in (*scenario.outlook.events, *scenario.events):
        if event.probability == 1.0 or event.every_days or event.by_chance:
            continue
        entity = hash64(f"event:{event.name}") & KEY_MASK
        lucky = np.asarray(
            [uniform(run_key(seed, run), STREAM_EVENT_HAPPENS, entity, 0) for run in range(len(drawn.values))]
        )
        chance: Any = event.probability
        if isinstance(chance, Sampled):
            chance = np.asarray([chance.at(dict(zip(drawn.names, row))) for row in drawn.values])
        column = SampledColumn(f"events.{event.name}.happens", "", "discrete", (0.0, 0.5, 1.0, 0.5), 1.0)
        label = f"{event.name.replace('_', ' ')} happens"
        found.append((Input(column.name, (column,), label, GIVEN["events"]), (lucky <= chance).astype(np.float64)))
    return found


# --- values -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """How a number is written: as in the file if it stands there (25 %, 6 months), else in the parameter's unit."""

    factor: float
    unit: str
    kind: str  # `text`: written as in a file, `unit`: a unit of the model, `event`: whether one happens

    def said(self, value: float) -> str:
        """The value in words."""
        if self.kind == "event":
            return {0.0: "no", 1.0: "yes"}.get(value, "")
        if self.kind == "unit":
            return share(value) if self.unit == "share" else quantity(value, self.unit, 3)
        text = f"{value * self.factor:.3g}"
        return f"{text} {self.unit}".strip()


def scale_of(column: SampledColumn, root: Any) -> Scale:
    """Scale of a number; `root` is the scenario's text."""
    head = column.name.split(".")[0]
    if column.name.endswith(".happens"):
        return Scale(1.0, "", "event")
    written = _written(root, column.name.split("."))
    if written is not None and column.kind in ("uniform", "triangular", "pert"):
        units = {unit_of(text) for text in written}
        ends = [number_of(text) for text in (written[0], written[-1])]
        unit = next(iter(units)) if len(units) == 1 else None
        span = column.args[-1] - column.args[0]
        if unit not in (None, "date") and span > 0 and abs(column.args[-1]) > 0:
            return Scale(ends[1] / column.args[-1], str(unit), "text")
    if head in PARAMETER_BY_NAME:
        unit = PARAMETER_BY_NAME[head].unit
        return Scale(1.0, "share" if unit == "share" else unit if unit not in ("1", "class") else "", "unit")
    return Scale(1.0, "", "text")


def _written(root: Any, path: Sequence[str]) -> list[str] | None:
    """The ends of a distribution as they stand in a scenario, under its path or in the section `uncertain`."""
    node = root.get("uncertain")
    node = node.get(".".join(path)) if node is not None and isinstance(node.value, dict) else None
    if node is None:
        node = _found(root, path)
    if node is None or not isinstance(node.value, dict) or len(node.value) != 1:
        return None
    body = next(iter(node.value.values()))
    if not isinstance(body.value, tuple) or not all(isinstance(item.value, str) for item in body.value):
        return None
    return [item.value for item in body.value]


def _found(node: Any, path: Sequence[str]) -> Any:
    for part in path:
        if node is None:
            return None
        if isinstance(node.value, tuple):
            node = next((item for item in node.value if _is(item, part)), None)
        else:
            node = node.get(part) if isinstance(node.value, dict) else None
    return node


def _is(item: Any, name: str) -> bool:
    return isinstance(item.value, dict) and any(
        (each := item.get(key)) is not None and each.value == name for key in ("name", "type")
    )
