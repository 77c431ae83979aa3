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
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel

from .. import units
from ..errors import did_you_mean
from .names import ALL, Names
from .quantity import DISTRIBUTION_SCHEMA, SHARE_UNITS, Quantity
from .textfield import JsonSchema, Strict, TextField, names_in, refuse_shape
from .uncertain import SubProblems, Uncertain, field_error, parse_distribution

__all__ = [
    "DISTRIBUTION_SCHEMA",
    "SHARE_UNITS",
    "JsonSchema",
    "Quantity",
    "Strict",
    "TextField",
    "names_in",
    "refuse_shape",
]

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
FIRST_YEAR, LAST_YEAR = 1900, 2200


def parse_date(value: Any) -> dt.date:
    """Read an ISO date; the message for other forms says how to write it."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    refuse_shape(value, "a date like 2025-04-04")
    text = str(value).strip()
    if ISO_DATE.fullmatch(text):
        try:
            date = dt.date.fromisoformat(text)
        except ValueError:
            raise units.UnitError(f"is not a day of the calendar (got {text})") from None
        if not FIRST_YEAR <= date.year <= LAST_YEAR:
            raise units.UnitError(f"must be a day of the years {FIRST_YEAR} to {LAST_YEAR} (got {text})")
        return date
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
    except (ValueError, OverflowError):
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
        if ALL in items and len(items) > 1:
            problems.append(((), f"{ALL} means every {self.kind} already; leave out the others"))
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
        members = names.groups.get(item, names.zones.get(item, ())) if self.single and self.kind == "country" else ()
        if members:
            some = ", ".join(members[:4]) + (" or another" if len(members) > 4 else "")
            return f"must be one country, and {item} is a group; name one of its members ({some})"
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
    """Text for people, or a name."""

    longest: int = 10_000

    def parse(self, value: Any, names: Names | None = None) -> Any:
        refuse_shape(value, "a text")
        text = " ".join(str(value).split())
        if not text:
            raise field_error("is empty; write a text or leave the key out")
        if len(text) > self.longest:
            raise field_error(f"must be at most {self.longest} letters long (got {len(text)}: {text[:20]}...)")
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


def _time(what: str, example: str, high: float, low: float = 0, certain: bool = False) -> Quantity:
    return Quantity(what, units.TIME, example, "days", low, high, certain)


# Bounds are wide: they refuse what can't be meant, not what is unlikely. No run is longer than 60 years, no stock
# has been held for more than ten, no office or customs has kept a file for more than five; the largest flow of any
# mineral is a few billion tonnes of ore a year, the dearest element costs a few hundred thousand USD a kg.
YEARS = units.TIME["years"]
Duration = Annotated[UncertainNumber, _time("a duration", "6 weeks", 60 * YEARS)]
Lasting = Annotated[UncertainNumber, _time("a duration", "6 weeks", 60 * YEARS, low=1)]
BetweenFailures = Annotated[UncertainNumber, _time("a mean time", "5 years", 1000 * YEARS, low=1)]
ToRepair = Annotated[UncertainNumber, _time("a mean time", "6 weeks", 10 * YEARS, low=1)]
StockTime = Annotated[UncertainNumber, _time("a stock as time of use", "60 days", 10 * YEARS)]
Wait = Annotated[UncertainNumber, _time("a wait", "45 working days", 5 * YEARS)]
CertainDuration = Annotated[float, _time("a duration", "4 weeks", 5 * YEARS, certain=True)]
CertainDelay = Annotated[float, _time("a delay", "14-60 days", 10 * YEARS, certain=True)]
Share = Annotated[UncertainNumber, Quantity("a share", units.SHARE, "80 %", "share", 0, 1)]
CertainShare = Annotated[float, Quantity("a share", units.SHARE, "15 %", "share", 0, 1, certain=True)]
# A duty can exceed 100 % and a change can be negative.
Percent = Annotated[UncertainNumber, Quantity("a percentage", units.SHARE, "25 %", "share", 0, 10)]
Change = Annotated[UncertainNumber, Quantity("a change", units.SHARE, "-10 %", "share", -1, 10)]
Growth = Annotated[UncertainNumber, Quantity("a yearly growth", units.SHARE_PER_YEAR, "3 %/yr", "share", -0.9, 2)]
Chance = Annotated[UncertainNumber, Quantity("a yearly chance", units.SHARE_PER_YEAR, "20 % a year", "share", 0, 0.999)]
Period = Annotated[float, _time("a period", "1 year", 60 * YEARS, low=7, certain=True)]
Mass = Annotated[UncertainNumber, Quantity("a mass", units.MASS, "20 kt", "t", 0, 1e10)]
Lot = Annotated[UncertainNumber, Quantity("a mass", units.MASS, "500 kg", "t", 0.001, 1e10)]
Rate = Annotated[UncertainNumber, Quantity("a rate", units.RATE, "20 kt/yr", "t/yr", 0, 1e10)]
Factor = Annotated[UncertainNumber, Quantity("a factor", units.FACTOR, "1.5", "times", 0, 100)]
Spread = Annotated[UncertainNumber, Quantity("a coefficient of variation", units.FACTOR, "0.6", "times", 0, 5)]
Index = Annotated[UncertainNumber, Quantity("an index (baseline = 1)", units.FACTOR, "3", "", 0, 10_000)]
HighIndex = Annotated[UncertainNumber, Quantity("an index (baseline = 1)", units.FACTOR, "2", "", 1, 10_000)]
Count = Annotated[UncertainNumber, Quantity("a count", units.PLAIN, "3", "", 0, 100_000)]
Year = Annotated[int, Quantity("a year", units.PLAIN, "2024", "", 1950, 2100, certain=True, whole=True)]

Countries = Annotated[tuple[str, ...], NameList("country")]
Products = Annotated[tuple[str, ...], NameList("product")]
EndUses = Annotated[tuple[str, ...], NameList("end use")]
Country = Annotated[str, NameList("country", single=True)]
Product = Annotated[str, NameList("product", single=True)]
EndUse = Annotated[str, NameList("end use", single=True)]
Flag = Annotated[bool, FlagField()]
Text = Annotated[str, FreeText()]
Title = Annotated[str, FreeText(300)]
Name = Annotated[str, FreeText(80)]


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
