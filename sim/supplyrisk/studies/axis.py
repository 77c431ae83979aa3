"""One thing that is varied: a path of the scenario file and the values it takes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import model_validator

from ..errors import Position
from ..language.fields import ISO_DATE, Name, Quantity, Strict, Text, TextField
from ..language.layers import PathError, split_path
from ..language.names import Names
from ..language.problems import find, place
from ..language.text import Node
from ..language.textfield import JsonSchema, refuse_shape
from ..language.uncertain import field_error
from ..spec.variants import Change
from ..units import PLAIN

MOST_VALUES = 1000
NOT_VARIED = ("monte_carlo", "title", "question", "report", "world", "extends")  # sections in which nothing is varied
PLURALS = ("days", "weeks", "months", "years", "working days")
_NUMBER = re.compile(r"([-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)\s*(.*)")


@dataclass(frozen=True)
class Paths(TextField):
    """A path of the scenario file, or several that get the same value."""

    def parse(self, value: Any, names: Names | None = None) -> tuple[str, ...]:
        items = value if isinstance(value, (list, tuple)) else (value,)
        if not items:
            raise field_error("names no path; write one like events.NAME.duration")
        for item in items:
            refuse_shape(item, "a path of the scenario like events.NAME.duration")
            try:
                first = split_path(str(item))[0]
            except PathError as error:
                raise field_error(str(error)) from None
            if first in NOT_VARIED:
                raise field_error(f"is not varied by a study (got {item}); its own keys are for that")
        return tuple(str(item) for item in items)

    def json_schema(self) -> JsonSchema:
        one: JsonSchema = {"type": "string", "examples": ["events.ban.duration"]}
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True)
class Values(TextField):
    """A list of values as they would stand in the scenario."""

    def parse(self, value: Any, names: Names | None = None) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise field_error("must be a list of values, like [3 months, 6 months, 12 months]")
        if not 1 <= len(value) <= MOST_VALUES:
            raise field_error(f"must hold 1 to {MOST_VALUES} values (got {len(value)})")
        for index, item in enumerate(value):
            if item is None:
                raise field_error([((index,), "has no value; write one as it would stand in the scenario")])
        return tuple(value)

    def json_schema(self) -> JsonSchema:
        return {"type": "array", "minItems": 1, "maxItems": MOST_VALUES, "examples": [["3 months", "6 months"]]}


@dataclass(frozen=True)
class End(TextField):
    """One end of a range: a number with its unit, or a date."""

    def parse(self, value: Any, names: Names | None = None) -> str:
        refuse_shape(value, "a number with its unit, or a date")
        text = str(value).strip()
        if not _NUMBER.fullmatch(text) and not ISO_DATE.fullmatch(text):
            raise field_error(f"must be a number with its unit, or a date like 2026-07-01 (got {text})")
        return text

    def json_schema(self) -> JsonSchema:
        return {"type": ["string", "number"], "examples": ["3 months", "2026-07-01", "20 %"]}


Steps = Annotated[int, Quantity("a number of values", PLAIN, "9", "", 2, MOST_VALUES, certain=True, whole=True)]


class Range(Strict):
    """Values evenly spread between two ends."""

    low: Annotated[str, End()]
    """First value: a number with its unit, or a date."""

    high: Annotated[str, End()]
    """Last value, in the same unit."""

    steps: Steps = 9
    """How many values, both ends included. Default: 9."""

    @model_validator(mode="after")
    def _alike(self) -> Range:
        if unit_of(self.low) != unit_of(self.high):
            what = f"must be in the same unit as low (got {self.low} and {self.high})"
            raise field_error([(("high",), what)])
        if not number_of(self.low) < number_of(self.high):
            raise field_error([(("high",), f"must be more than low (got {self.low} and {self.high})")])
        return self


class Axis(Strict):
    """One thing that is varied."""

    path: Annotated[tuple[str, ...], Paths()]
    """Path of the value in the scenario file (`events.NAME.share`, `baseline.shares.ndpr_oxide.CN`), or a list of paths
    that all get the value."""

    values: Annotated[tuple[Any, ...], Values()] = ()
    """The values, each as it would stand in the scenario."""

    range: Range | None = None
    """Evenly spread values between two ends, instead of `values`."""

    name: Name = ""
    """What tables and figures call it. Default: the path."""

    note: Text = ""
    """Why these values; shown on the page."""

    @model_validator(mode="after")
    def _one_way(self) -> Axis:
        if bool(self.values) == (self.range is not None):
            raise field_error("needs either values (a list) or range (low, high, steps)")
        return self

    @property
    def label(self) -> str:
        return self.name or self.path[0]

    @property
    def size(self) -> int:
        return len(self.values) if self.range is None else self.range.steps

    def points(self, root: Node, at: tuple[str | int, ...]) -> list[Point]:
        """Values of the axis that stands at a path of the study file."""
        if self.range is not None:
            here = place(root, (*at, "range"))
            made = spread(self.range.low, self.range.high, self.range.steps)
            return [Point(text, Node(text, here), number_of(text)) for text in made]
        found = []
        for index in range(len(self.values)):
            node = find(root, (*at, "values", index))
            assert node is not None
            text = shown(node)
            found.append(Point(text, node, number_of(text)))
        return found

    def at(self, share: float, position: Position) -> Point:
        """The value at a share of the range (0 its low, 1 its high end); of a list, the one that lies there."""
        if self.range is not None:
            text = between(self.range.low, self.range.high, share)
            return Point(text, Node(text, position), number_of(text))
        value = self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        return Point(str(value), Node(value, position), number_of(str(value)))

    def changes(self, point: Point) -> tuple[Change, ...]:
        """What sets the axis to a value."""
        return tuple((path, point.node) for path in self.path)

    def unit(self, points: Sequence[Point]) -> str | None:
        """The unit all values share, by which they can stand on a scale; None if they can't."""
        units = {unit_of(point.text) for point in points}
        return next(iter(units)) if len(units) == 1 and None not in units else None

    def key(self, points: Sequence[Point]) -> str:
        """Name of the axis as a number in the tables; "" if its values are no numbers."""
        unit = self.unit(points)
        return "" if unit is None else f"{self.label} ({unit})" if unit else f"{self.label} (number)"


@dataclass(frozen=True)
class Point:
    """One value of an axis: its text, the node that is put into the scenario, and its number in its own unit."""

    text: str
    node: Node
    number: float  # NaN if it is none; of a date its ordinal day


def shown(node: Node) -> str:
    """A value as text: a distribution or a list in short."""
    if isinstance(node.value, tuple):
        return "[" + ", ".join(shown(item) for item in node.value) + "]"
    if isinstance(node.value, dict):
        return "{" + ", ".join(f"{key}: {shown(item)}" for key, item in node.value.items()) + "}"
    return node.value or ""


def unit_of(text: str) -> str | None:
    """The unit of a number ("" if it has none), `date` of a date, None of anything else.

    Examples
    --------
    >>> [unit_of(text) for text in ("3 months", "1 month", "20 %", "0.5", "2026-07-01", "today")]
    ['months', 'months', '%', '', 'date', None]
    """
    text = text.strip()
    if ISO_DATE.fullmatch(text):
        return "date"
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    unit = match[2].strip()
    return f"{unit}s" if f"{unit}s" in PLURALS else unit


def number_of(text: str) -> float:
    """The number of a value in its own unit; of a date its ordinal day; NaN if it is none."""
    text = text.strip()
    if ISO_DATE.fullmatch(text):
        try:
            return float(dt.date.fromisoformat(text).toordinal())
        except ValueError:
            return float("nan")
    match = _NUMBER.fullmatch(text)
    return float(match[1]) if match else float("nan")


def between(low: str, high: str, share: float) -> str:
    """The value at a share of the way between two values of one unit.

    Examples
    --------
    >>> between("1 month", "24 months", 0.5), between("2026-01-01", "2026-01-11", 0.5), between("0 %", "50 %", 0.1)
    ('12.5 months', '2026-01-06', '5 %')
    """
    number = number_of(low) + share * (number_of(high) - number_of(low))
    return value_text(number, low, high)


def value_text(number: float, low: str, high: str) -> str:
    """A number as a value like `low` and `high`."""
    unit = unit_of(low) or ""
    if unit == "date":
        return dt.date.fromordinal(round(number)).isoformat()
    if number == 1 and unit in PLURALS:
        unit = unit.removesuffix("s")
    return f"{number:.10g} {unit}".strip()


def spread(low: str, high: str, steps: int) -> list[str]:
    """Values evenly spread between two ends."""
    return [between(low, high, step / (steps - 1)) for step in range(steps)]


def product(sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """All combinations of places on axes of these sizes, the last running fastest."""
    import itertools

    yield from itertools.product(*(range(size) for size in sizes))
