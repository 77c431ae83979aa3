"""Field kinds that only events have: how a control comes into force, delays, places.

Like the fields of the language room they parse text themselves, so that a message can say what was
meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from ..errors import did_you_mean
from ..language.fields import (
    DISTRIBUTION_SCHEMA,
    CertainDelay,
    Duration,
    JsonSchema,
    Quantity,
    TextField,
    UncertainNumber,
    parser_of,
    refuse_shape,
)
from ..language.names import Names
from ..language.quantity import LARGEST_BARE_MULTIPLE
from ..language.uncertain import SubProblems, Uncertain, field_error
from ..units import FACTOR, PRICE, UnitError

_duration = parser_of(Duration)
_delay = parser_of(CertainDelay)
_SCALAR: JsonSchema = {"type": ["number", "string"]}


def _parse_parts(value: Mapping[Any, Any], known: tuple[str, ...], names: Names | None) -> dict[str, UncertainNumber]:
    """Durations under known keys; every problem carries the key it is at."""
    parts: dict[str, UncertainNumber] = {}
    problems: SubProblems = []
    for key, item in value.items():
        if key not in known:
            problems.append(((key,), f"unknown key{did_you_mean(str(key), known)}"))
            continue
        try:
            parts[key] = _duration(item, names)
        except ValueError as error:
            places = (getattr(error, "context", None) or {}).get("places") or [((), str(error))]
            problems += [((key, *path), message) for path, message in places]
    if problems:
        raise field_error(problems)
    return parts


# --- profile --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Profile:
    """Days over which an event builds up after its start, and dies away after its end (0: at once)."""

    ramp: UncertainNumber = 0.0
    recovery: UncertainNumber = 0.0

    def uncertain_points(self) -> Iterator[tuple[str, Uncertain]]:
        """The uncertain numbers inside, with their key."""
        for key, item in (("ramp", self.ramp), ("recovery", self.recovery)):
            if isinstance(item, Uncertain):
                yield key, item

    def is_step(self) -> bool:
        return self.ramp == 0.0 and self.recovery == 0.0


@dataclass(frozen=True)
class ProfileField(TextField):
    """`step`, `ramp over 8 weeks`, `recovery over 6 weeks`, or both separated by a comma."""

    def parse(self, value: Any, names: Names | None = None) -> Profile:
        if isinstance(value, Profile):
            return value
        if isinstance(value, Mapping):
            return Profile(**_parse_parts(value, ("ramp", "recovery"), names))
        refuse_shape(value, "step, ramp over 8 weeks or recovery over 6 weeks")
        parts: dict[str, UncertainNumber] = {}
        for piece in str(value).split(","):
            words = " ".join(piece.split())
            if words == "step":
                continue
            match = re.fullmatch(r"(ramp|recovery) over (.+)", words)
            if match is None or match[1] in parts:
                raise field_error(
                    f"must be step, ramp over 8 weeks, recovery over 6 weeks, or the last two separated by a comma "
                    f"(got {value})"
                )
            parts[match[1]] = _duration(match[2], names)
        return Profile(**parts)

    def json_schema(self) -> JsonSchema:
        duration = {"anyOf": [_SCALAR, DISTRIBUTION_SCHEMA]}
        mapping: JsonSchema = {
            "type": "object",
            "properties": {"ramp": duration, "recovery": duration},
            "additionalProperties": False,
        }
        return {
            "anyOf": [{"type": "string"}, mapping],
            "examples": ["step", "ramp over 8 weeks", "recovery over 6 weeks"],
        }


# --- range of days --------------------------------------------------------------------------------
@dataclass(frozen=True)
class Span:
    """Every number of days between `low` and `high` is equally likely."""

    low: float = 0.0
    high: float = 0.0

    def __str__(self) -> str:
        return f"{self.low:g} days" if self.low == self.high else f"{self.low:g} to {self.high:g} days"


@dataclass(frozen=True)
class SpanField(TextField):
    """A duration, or a range of durations: `30 days`, `14-60 days`, `2 weeks - 2 months`."""

    def parse(self, value: Any, names: Names | None = None) -> Span:
        if isinstance(value, Span):
            return value
        refuse_shape(value, "a delay like 30 days or 14-60 days")
        pieces = re.split(r"\s*(?:-|–|\bto\b)\s*", str(value).strip())
        if len(pieces) not in (1, 2) or not all(pieces):
            raise field_error(f"must be a delay like 30 days or 14-60 days (got {value})")
        if len(pieces) == 2 and re.fullmatch(r"[0-9.]+", pieces[0]):
            pieces[0] += re.sub(r"^[0-9.]+", "", pieces[1])  # "14-60 days": the unit belongs to both
        low, high = (float(_delay(piece, names)) for piece in (pieces[0], pieces[-1]))
        if low > high:
            raise field_error(f"needs the shorter delay first (got {value})")
        return Span(low, high)

    def json_schema(self) -> JsonSchema:
        return {"type": "string", "examples": ["14-60 days"]}


# --- place of a trigger ---------------------------------------------------------------------------
@dataclass(frozen=True)
class PlaceField(TextField):
    """One price zone or one country."""

    def parse(self, value: Any, names: Names | None = None) -> str:
        refuse_shape(value, "one price zone or country")
        if names and value not in (*names.zones, *names.countries):
            raise field_error(f"unknown price zone or country (got {value}){_meant_place(str(value), names)}")
        return str(value)

    def json_schema(self) -> JsonSchema:
        return {"type": "string"}


def _meant_place(written: str, names: Names) -> str:
    """End of a message about a place that is no zone or country: the code of a country called so, or the nearest names."""
    code = next((code for code, name in names.countries.items() if name.lower() == written.lower()), "")
    if code:
        return f"; did you mean {code}"
    if names.groups.get(written):
        return f"; a group has several prices: name one of its countries, {', '.join(names.groups[written])}"
    known = (*names.zones, *names.countries)
    return did_you_mean(written, known) or f"; known are {', '.join(dict.fromkeys(known))}"


USD_PER_KG = Quantity("a price", PRICE, "110 USD/kg", "USD/kg", 0, 1e7)
TIMES_BASELINE = Quantity("a price", FACTOR, "110 USD/kg", "times the baseline price", 0, 100)


def _refuse_bare_price(value: Any) -> None:
    """A bare 110 is a price in USD/kg whose unit was forgotten, not 110 times the baseline price."""
    if isinstance(value, Mapping):
        for item in value.values():
            for part in item if isinstance(item, (list, tuple)) else item.items() if isinstance(item, Mapping) else ():
                _refuse_bare_price(part[1] if isinstance(part, tuple) and part[0] in ("p5", "p95") else part)
        return
    if isinstance(value, tuple):  # of a discrete distribution: value and chance
        value = value[0]
    try:
        number = float(value)
    except (TypeError, ValueError):
        return
    if number > LARGEST_BARE_MULTIPLE:
        raise UnitError(f"can be read in two ways (got {value}); write {value} USD/kg or {value} times")


@dataclass(frozen=True)
class MoneyField(TextField):
    """A price in USD/kg, or an index (baseline = 1)."""

    def parse(self, value: Any, names: Names | None = None) -> Money:
        if isinstance(value, Money):
            return value
        absolute = "kg" in str(value) or "/t" in str(value)
        if not absolute:
            _refuse_bare_price(value)
        return Money((USD_PER_KG if absolute else TIMES_BASELINE).parse(value, names), absolute)

    def json_schema(self) -> JsonSchema:
        return {"anyOf": [_SCALAR, DISTRIBUTION_SCHEMA], "examples": ["110 USD/kg", "1.5"]}


@dataclass(frozen=True)
class Money:
    """`amount` in USD/kg if `usd_per_kg`, else in units of the product's baseline price."""

    amount: UncertainNumber
    usd_per_kg: bool

    def uncertain_points(self) -> Iterator[tuple[str, Uncertain]]:
        """The uncertain number inside, if it is one."""
        if isinstance(self.amount, Uncertain):
            yield "amount", self.amount


class _AsTuple:
    """A list of mappings or names: a file gives a list, or the one item itself."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: tuple(value) if isinstance(value, (list, tuple)) else (value,), handler(source)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchema:
        several = handler(schema)
        return {"anyOf": [several.get("items", {}), several]}


AsTuple = _AsTuple()

ProfileOf = Annotated[Profile, ProfileField()]
Delay = Annotated[Span, SpanField()]
Place = Annotated[str, PlaceField()]
MoneyOf = Annotated[Money, MoneyField()]
