"""Typed fields of the scenario language.

Every scalar of a file arrives as text and is parsed here, by the field that expects it, so that the
message can say what was meant. Python callers may also give numbers (in base units) and dates.

Names of countries, products and end uses are checked when the validation context holds
`{"names": Names}`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from .. import units
from ..errors import did_you_mean
from .names import ALL, Names
from .uncertain import SubProblems, Uncertain, field_error, parse_distribution

JsonSchema = dict[str, Any]


class Strict(BaseModel):
    """Base of everything an analyst writes: frozen, no unknown keys, docstrings become the schema's text."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
        defer_build=True,  # most event types are built once, inside the scenario, not a second time alone
    )


def names_in(context: Any) -> Names | None:
    """The names to check against, if the validation was given any."""
    return context.get("names") if isinstance(context, dict) else None


class TextField:
    """Base of the field kinds: `parse(value, names)` returns the typed value or raises ValueError."""

    def parse(self, value: Any, names: Names | None) -> Any:
        raise NotImplementedError

    def json_schema(self) -> JsonSchema:
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def validate(value: Any, info: core_schema.ValidationInfo) -> Any:
            try:
                return self.parse(value, names_in(info.context))
            except units.UnitError as error:
                raise field_error(str(error)) from None

        return core_schema.with_info_plain_validator_function(validate)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        return self.json_schema()


def refuse_shape(value: Any, wanted: str) -> None:
    """Raise if `value` is nothing, a list, a mapping or a truth value where one scalar is wanted."""
    if value is None:
        raise field_error(f"has no value; write {wanted}")
    if isinstance(value, Mapping):
        raise field_error(f"must be {wanted} (got a mapping with {', '.join(map(str, value)) or 'no keys'})")
    if isinstance(value, (list, tuple)):
        raise field_error(f"must be {wanted} (got a list of {len(value)})")
    if isinstance(value, bool):
        raise field_error(f"must be {wanted} (got {value})")


@dataclass(frozen=True)
class Quantity(TextField):
    """A number with units and bounds, or (unless `certain`) a distribution of it."""

    what: str
    accepted: Mapping[str, float] = field(hash=False)
    example: str
    unit: str
    low: float = -1e15
    high: float = 1e15
    certain: bool = False
    whole: bool = False

    def parse(self, value: Any, names: Names | None = None) -> Any:
        if isinstance(value, Uncertain):
            return value
        if isinstance(value, Mapping) and not self.certain:
            return self._bounded(parse_distribution(value, self.number))
        return self.number(value)

    def number(self, value: Any) -> float:
        refuse_shape(value, f"{self.what} like {self.example}")
        if isinstance(value, (int, float)):
            number = float(value)
        else:
            number = units.convert(str(value), dict(self.accepted), self.example)
        if number != number:
            raise units.UnitError(f"is not a number (got {value})")
        if not self.low <= number <= self.high:
            raise units.UnitError(self._out_of_bounds(value, number))
        if self.whole and number != int(number):
            raise units.UnitError(f"must be a whole number (got {value})")
        return int(number) if self.whole else number

    def _out_of_bounds(self, value: Any, number: float) -> str:
        if self.unit == "share" and self.high < number <= 100 and "%" not in str(value):
            return f"must be between {self._bounds()} (got {value}); did you mean {number:g} %"
        if number < 0 <= self.low:
            return f"must not be negative (got {value})"
        if self.low > -1e15 and self.high < 1e15:
            return f"must be between {self._bounds()} (got {value})"
        side, bound = ("at least", self.low) if number < self.low else ("at most", self.high)
        return f"must be {side} {bound:g} {self.unit} (got {value})".replace("  ", " ")

    def _bounds(self) -> str:
        return f"{self.low:,.10g} and {self.high:,.10g}"

    def _bounded(self, uncertain: Uncertain) -> Uncertain:
        low, high = uncertain.support()
        if uncertain.kind in ("normal", "lognormal"):
            # Draws are kept inside the bounds; only a distribution that is mostly outside is a fault.
            low = high = uncertain.central
        for bound in (low, high):
            self.number(bound)
        return replace(uncertain, low=self.low, high=self.high)

    def json_schema(self) -> JsonSchema:
        scalar: JsonSchema = {"type": ["number", "string"], "examples": [self.example]}
        if self.certain:
            return scalar
        return {"anyOf": [scalar, DISTRIBUTION_SCHEMA], "examples": [self.example]}


_NUMBERS: JsonSchema = {"type": "array", "items": {"type": ["number", "string"]}}
_P5_P95: JsonSchema = {
    "type": "object",
    "properties": {"p5": {"type": ["number", "string"]}, "p95": {"type": ["number", "string"]}},
    "required": ["p5", "p95"],
    "additionalProperties": False,
}
# `sim.spec.schema` replaces every copy of this by a reference to one definition.
DISTRIBUTION_SCHEMA: JsonSchema = {
    "type": "object",
    "description": "A distribution: one value is drawn per run, the same in every arm.",
    "properties": {
        "uniform": _NUMBERS | {"description": "[low, high]", "minItems": 2, "maxItems": 2},
        "triangular": _NUMBERS | {"description": "[lowest, most likely, highest]", "minItems": 3, "maxItems": 3},
        "pert": _NUMBERS | {"description": "[lowest, most likely, highest], smooth", "minItems": 3, "maxItems": 3},
        "normal": _P5_P95 | {"description": "5th and 95th percentile"},
        "lognormal": _P5_P95 | {"description": "5th and 95th percentile"},
        "discrete": {
            "type": "object",
            "description": "value: probability",
            "additionalProperties": {"type": ["number", "string"]},
        },
    },
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_date(value: Any) -> dt.date:
    """Read an ISO date; the message for other forms says how to write it."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    refuse_shape(value, "a date like 2025-04-04")
    text = str(value).strip()
    if ISO_DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise units.UnitError(f"is not a day of the calendar (got {text})") from None
    meant = _guess_date(text)
    hint = f"; did you mean {meant}" if meant else ""
    raise units.UnitError(f"must be a date like 2025-04-04 (got {text!r}){hint}")


def _guess_date(text: str) -> str:
    numbers = [int(part) for part in re.findall(r"\d+", text)[:3]]
    try:
        if re.match(r"\d{4}\D\d", text) and len(numbers) > 1:
            return dt.date(*[*numbers, 1][:3]).isoformat()
        if re.fullmatch(r"\d{8}", text):
            return dt.datetime.strptime(text, "%Y%m%d").date().isoformat()
        if re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{4}", text):
            return dt.date(numbers[2], numbers[1], numbers[0]).isoformat()
        if re.fullmatch(r"\d{4}", text):
            return f"{text}-01-01"
    except ValueError:
        return ""
    for form in ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y"):
        try:
            return dt.datetime.strptime(text.replace(",", ""), form).date().isoformat()
        except ValueError:
            continue
    return ""


@dataclass(frozen=True)
class DayField(TextField):
    """A date; with `uncertain`, or a distribution of dates (held as ordinal days)."""

    uncertain: bool = False

    def parse(self, value: Any, names: Names | None = None) -> Any:
        if isinstance(value, Uncertain):
            return value
        if isinstance(value, Mapping) and self.uncertain:
            return parse_distribution(value, lambda item: float(parse_date(item).toordinal()))
        return parse_date(value)

    def json_schema(self) -> JsonSchema:
        date: JsonSchema = {"type": "string", "format": "date", "examples": ["2025-04-04"]}
        return {"anyOf": [date, DISTRIBUTION_SCHEMA]} if self.uncertain else date


@dataclass(frozen=True)
class NameList(TextField):
    """One name or a list of names of one kind; () means all. `single` wants exactly one."""

    kind: str  # country | product | end use
    single: bool = False

    def parse(self, value: Any, names: Names | None = None) -> Any:
        if self.single:
            refuse_shape(value, f"one {self.kind}")
            items: list[Any] = [value]
        elif isinstance(value, (list, tuple)):
            items = list(value)
            if not items:
                raise field_error(f"names no {self.kind} (got an empty list); leave the key out to mean all")
        else:
            refuse_shape(value, f"a {self.kind} or a list of them")
            items = [value]
        problems: SubProblems = []
        for index, item in enumerate(items):
            message = self._problem(item, names)
            if message:
                problems.append(((index,) if isinstance(value, (list, tuple)) else (), message))
        if problems:
            raise field_error(problems)
        if self.single:
            return str(value)
        written = tuple(dict.fromkeys(str(item) for item in items))
        return () if ALL in written else written

    def known(self, names: Names) -> tuple[str, ...]:
        """Every name that may stand in this field."""
        if self.kind == "country":
            return tuple(names.countries) if self.single else names.known_places()
        if self.kind == "product":
            return tuple(names.products) if self.single else names.known_products()
        return tuple(names.end_uses) if self.single else names.known_end_uses()

    def _problem(self, item: Any, names: Names | None) -> str:
        if not isinstance(item, str):
            return f"must be the name of a {self.kind}"
        if names is None or item in self.known(names):
            return ""
        by_name = (
            names.countries if self.kind == "country" else names.products if self.kind == "product" else names.end_uses
        )
        for code, name in by_name.items():
            if name.lower() == item.lower():
                return f"unknown {self.kind} (got {item}); did you mean {code}"
        hint = did_you_mean(item, self.known(names)) or f"; this world has {', '.join(self.known(names))}"
        return f"unknown {self.kind} (got {item}){hint}"

    def json_schema(self) -> JsonSchema:
        one: JsonSchema = {"type": "string"}
        return one if self.single else {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


@dataclass(frozen=True)
class FlagField(TextField):
    """yes or no (true and false too); nothing else, so that the country NO stays Norway."""

    def parse(self, value: Any, names: Names | None = None) -> Any:
        if isinstance(value, bool):
            return value
        refuse_shape(value, "yes or no")
        text = str(value).lower()
        if text in ("yes", "true", "on"):
            return True
        if text in ("no", "false", "off"):
            return False
        raise field_error(f"must be yes or no (got {value})")

    def json_schema(self) -> JsonSchema:
        return {"enum": ["yes", "no", True, False]}


@dataclass(frozen=True)
class FreeText(TextField):
    """Text for people."""

    def parse(self, value: Any, names: Names | None = None) -> Any:
        refuse_shape(value, "a text")
        text = " ".join(str(value).split())
        if not text:
            raise field_error("is empty; write a text or leave the key out")
        return text

    def json_schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}


@dataclass(frozen=True)
class OneOf(TextField):
    """One of a closed list of words."""

    words: tuple[str, ...]

    def parse(self, value: Any, names: Names | None = None) -> Any:
        refuse_shape(value, f"one of {', '.join(self.words)}")
        if value in self.words:
            return value
        raise field_error(
            f"must be one of {', '.join(self.words)} (got {value}){did_you_mean(str(value), self.words, 0)}"
        )

    def json_schema(self) -> JsonSchema:
        return {"enum": list(self.words)}


UncertainNumber = float | Uncertain

Day = Annotated[dt.date, DayField()]
UncertainDay = Annotated[dt.date | Uncertain, DayField(uncertain=True)]
Duration = Annotated[UncertainNumber, Quantity("a duration", units.TIME, "6 weeks", "days", 0)]
Share = Annotated[UncertainNumber, Quantity("a share", units.SHARE, "80 %", "share", 0, 1)]
# A duty can exceed 100 % and a change can be negative.
Percent = Annotated[UncertainNumber, Quantity("a percentage", units.SHARE, "25 %", "share", 0, 10)]
Change = Annotated[UncertainNumber, Quantity("a change", units.SHARE, "-10 %", "share", -1, 10)]
Growth = Annotated[UncertainNumber, Quantity("a yearly growth", units.SHARE_PER_YEAR, "3 %/yr", "share", -0.9, 2)]
Mass = Annotated[UncertainNumber, Quantity("a mass", units.MASS, "20 kt", "t", 0)]
Rate = Annotated[UncertainNumber, Quantity("a rate", units.RATE, "20 kt/yr", "t/yr", 0)]
Price = Annotated[UncertainNumber, Quantity("a price", units.PRICE, "110 USD/kg", "USD/kg", 0)]
Factor = Annotated[UncertainNumber, Quantity("a factor", units.FACTOR, "1.5", "times", 0)]
Index = Annotated[UncertainNumber, Quantity("an index (baseline = 1)", units.FACTOR, "3", "", 0)]
Number = Annotated[UncertainNumber, Quantity("a number", units.PLAIN, "0.5", "")]
Count = Annotated[UncertainNumber, Quantity("a count", units.PLAIN, "3", "", 0)]
Whole = Annotated[int, Quantity("a whole number", units.PLAIN, "3", "", 0, certain=True, whole=True)]

Countries = Annotated[tuple[str, ...], NameList("country")]
Products = Annotated[tuple[str, ...], NameList("product")]
EndUses = Annotated[tuple[str, ...], NameList("end use")]
Country = Annotated[str, NameList("country", single=True)]
Product = Annotated[str, NameList("product", single=True)]
EndUse = Annotated[str, NameList("end use", single=True)]
Flag = Annotated[bool, FlagField()]
Text = Annotated[str, FreeText()]


def uncertain_numbers(value: Any, path: str = "") -> Iterator[tuple[str, Uncertain]]:
    """Every uncertain number inside a typed value, with its path (`office.review_days`)."""
    if isinstance(value, Uncertain):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from uncertain_numbers(getattr(value, name), f"{path}.{name}" if path else name)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from uncertain_numbers(item, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from uncertain_numbers(item, f"{path}[{index}]")
    elif hasattr(value, "uncertain_points"):
        for key, item in value.uncertain_points():
            yield f"{path}.{key}" if key else path, item


def parser_of(annotation: Any) -> Callable[[Any, Names | None], Any]:
    """The parse function of an annotated field type."""
    return text_field(annotation).parse


def text_field(annotation: Any) -> TextField:
    """The field kind inside an annotated field type."""
    for extra in getattr(annotation, "__metadata__", ()):
        if isinstance(extra, TextField):
            return extra
    raise TypeError(f"{annotation} is not a field type of the scenario language")
