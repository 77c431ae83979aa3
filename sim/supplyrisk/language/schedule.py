"""Values that change over time: a plain value, or a mapping from when to value.

`grant_rate: 0.9` or `grant_rate: {start: 0.2, 2025-06-15: 0.6, 26 weeks: 0.9}`. A key is a date, a
duration after the event's start, or `start`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Generic, TypeVar, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from .. import units
from .fields import ISO_DATE, JsonSchema, TextField, names_in, parse_date, text_field
from .names import Names
from .uncertain import SubProblems, Uncertain, field_error, is_distribution

X = TypeVar("X")
When = dt.date | float


class Schedule(Generic[X]):  # not a dataclass: pydantic would then take over its validation
    """Steps of a value: `points` are (date, or days after the event's start; value), in order."""

    def __init__(self, points: tuple[tuple[When, X], ...], constant: bool = True) -> None:
        self.points = points
        self.constant = constant

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schedule) and self.points == other.points

    def __hash__(self) -> int:
        return hash(self.points)

    def __repr__(self) -> str:
        return f"Schedule({self.points!r})"

    @staticmethod
    def of(value: Any) -> Schedule[Any]:
        """The schedule that has one value throughout."""
        return Schedule(((0.0, value),))

    def first(self) -> X:
        """Value from the event's start on (of the earliest point)."""
        return self.points[0][1]

    def dates(self) -> tuple[dt.date, ...]:
        return tuple(when for when, _ in self.points if isinstance(when, dt.date))

    def uncertain_points(self) -> Iterator[tuple[str, Uncertain]]:
        for when, value in self.points:
            if isinstance(value, Uncertain):
                yield "" if self.constant else _when_text(when), value

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = text_field(get_args(source)[0])

        def validate(value: Any, info: core_schema.ValidationInfo) -> Any:
            if isinstance(value, Schedule):
                return value
            try:
                return parse_schedule(value, inner, names_in(info.context))
            except units.UnitError as error:
                raise field_error(str(error)) from None

        # The inner field is known here only, so the schema's JSON form travels in the metadata.
        metadata = {"pydantic_js_functions": [lambda schema, handler: schedule_schema(inner)]}
        return core_schema.with_info_plain_validator_function(validate, metadata=metadata)


def schedule_schema(inner: TextField) -> JsonSchema:
    """JSON Schema: the value itself, or a mapping of dates or durations to values."""
    value = inner.json_schema()
    by_date: JsonSchema = {
        "type": "object",
        "description": "from when: value (a date, a duration after the start, or start)",
        "patternProperties": {r"^(start|\d{4}-\d{2}-\d{2}|[0-9.]+ *[a-z ]+)$": value},
        "additionalProperties": False,
    }
    return {"anyOf": [value, by_date], "examples": value.get("examples", [])}


def parse_when(key: Any) -> When:
    """Read a schedule's key: a date, a duration after the start, or `start`."""
    if isinstance(key, dt.date):
        return parse_date(key)
    if isinstance(key, (int, float)):
        return float(key)
    text = str(key).strip()
    if text == "start":
        return 0.0
    if ISO_DATE.fullmatch(text):
        return parse_date(text)
    try:
        days = units.convert(text, units.TIME, "6 weeks")
    except units.UnitError:
        raise units.UnitError(
            f"must be a date like 2025-04-04, a time after the start like 6 weeks, or start (got {text})"
        ) from None
    if days < 0:
        raise units.UnitError(f"must not lie before the start (got {text})")
    return days


def parse_schedule(value: Any, inner: TextField, names: Names | None) -> Schedule[Any]:
    """Read a schedule; problems carry the path of the entry they are in."""
    if not isinstance(value, Mapping) or is_distribution(value) or _looks_like_distribution(value):
        return Schedule.of(inner.parse(value, names))
    if not value:
        raise field_error("has no value (got an empty mapping)")
    points: list[tuple[When, Any]] = []
    problems: SubProblems = []
    for key, item in value.items():
        when = _attempt(problems, key, partial(parse_when, key))
        level = _attempt(problems, key, partial(inner.parse, item, names))
        points.append((when, level))
    if not problems and len({isinstance(when, dt.date) for when, _ in points if when != 0.0}) > 1:
        problems.append(((), "mixes dates with times after the start; use one of them"))
    if not problems and len({when for when, _ in points}) < len(points):
        problems.append(((), "names the same time twice"))
    if problems:
        raise field_error(problems)
    points.sort(key=lambda point: (isinstance(point[0], dt.date), point[0]))
    return Schedule(tuple(points), constant=False)


def _attempt(problems: SubProblems, key: Any, parse: Callable[[], Any]) -> Any:
    try:
        return parse()
    except ValueError as error:
        places = (getattr(error, "context", None) or {}).get("places") or [((), str(error))]
        problems += [((key, *path), message) for path, message in places]
        return None


def _looks_like_distribution(value: Mapping[Any, Any]) -> bool:
    """One key that is a word rather than a time: most likely a misspelt distribution."""
    return len(value) == 1 and str(next(iter(value))).isalpha() and next(iter(value)) != "start"


def _when_text(when: When) -> str:
    return when.isoformat() if isinstance(when, dt.date) else f"{when:g}d"
