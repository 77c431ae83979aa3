"""Numbers with a unit: how they are read, between which bounds, and when one can be read in two ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .. import units
from .names import Names
from .textfield import JsonSchema, TextField, refuse_shape
from .uncertain import Uncertain, parse_distribution


@dataclass(frozen=True)
class Quantity(TextField):
    """A number with units and bounds, or (unless `certain`) a distribution of it.

    `low` and `high` are in `unit` and always given: there is no number of this language that may be anything.
    """

    what: str
    accepted: Mapping[str, float] = field(hash=False)
    example: str
    unit: str
    low: float
    high: float
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
        if isinstance(value, str) and self.two_readings and abs(number) >= 1 and not _is_percent(value):
            raise units.UnitError(self._which(value, number))
        if isinstance(value, str) and self.multiple and number > LARGEST_BARE_MULTIPLE and _is_bare(value):
            raise units.UnitError(self._which_multiple(value, number))
        if not self.low <= number <= self.high:
            raise units.UnitError(self._out_of_bounds(value, number))
        if self.whole and number != int(number):
            raise units.UnitError(f"must be a whole number (got {value})")
        return int(number) if self.whole else number

    @property
    def two_readings(self) -> bool:
        """Whether a bare 10 could mean 10 % as well as 1000 %.

        So in every share, rate or change that may exceed 100 %: there a number of 1 or more needs its sign. In a
        share between 0 and 1 a bare 1 is all of it, and more than that is out of bounds anyhow.
        """
        return self.unit in SHARE_UNITS and "%" in self.accepted and (self.high > 1 or self.low < -1)

    @property
    def multiple(self) -> bool:
        """Whether a bare 110 could mean 110 % as well as 110 times: in factors and indices that reach that far."""
        return self.unit not in SHARE_UNITS and "%" in self.accepted and self.high > LARGEST_BARE_MULTIPLE

    def _which_multiple(self, value: Any, number: float) -> str:
        readings = ((number / 100, f"{number:.12g} %"), (number, f"{number:.12g} times"))
        meant = [written for times, written in readings if self.low <= times <= self.high]
        if len(meant) == 2:
            return f"can be read in two ways (got {value}); write {' or '.join(meant)}"
        said = f"needs its sign (got {value})" if number <= self.high else self.outside(value, number)
        return f"{said}; did you mean {meant[0]}" if meant else said

    def _which(self, value: Any, number: float) -> str:
        meant = [f"{percent:.12g} %" for percent in (number, 100 * number) if self.low <= percent / 100 <= self.high]
        if len(meant) < 2:
            return self._out_of_bounds(value, number)
        return f"can be read in two ways (got {value}); write {' or '.join(meant)}"

    def _out_of_bounds(self, value: Any, number: float) -> str:
        inside = self.low <= number / 100 <= self.high
        forgotten = self.unit in SHARE_UNITS and "%" in self.accepted and abs(number) >= 1 and inside
        hint = f"; did you mean {number:.12g} %" if forgotten and not _is_percent(value) else ""
        return self.outside(value, number) + hint

    def outside(self, value: Any, number: float) -> str:
        """What is wrong with a number out of bounds, written as `value`."""
        if number < 0 <= self.low:
            return f"must not be negative (got {value})"
        return f"must be between {self._bounds()} (got {value})"

    def _bounds(self) -> str:
        if self.two_readings:
            return f"{_digits(100 * self.low)} % and {_digits(100 * self.high)} %"
        low = (
            "0"
            if self.low == 0
            else "1 day"
            if (self.low, self.unit) == (1, "days")
            else f"{_digits(self.low)} {self.unit}"
        )
        if self.unit == "days" and self.high >= 2 * units.DAYS_PER_YEAR:
            return f"{low} and {_digits(self.high / units.DAYS_PER_YEAR)} years"
        unit = "" if self.unit in ("share", "1", "index", "class") else self.unit
        return f"{_digits(self.low)} and {_digits(self.high)} {unit}".rstrip()

    def _bounded(self, uncertain: Uncertain) -> Uncertain:
        low, high = uncertain.support()
        if uncertain.kind in ("normal", "lognormal"):
            # Draws are kept inside the bounds; only a distribution that is mostly outside is a fault.
            low = high = uncertain.central
        for bound in (low, high):
            self.number(bound)
        return replace(uncertain, low=self.low, high=self.high)

    def json_schema(self) -> JsonSchema:
        scalar = self.scalar_schema()
        if self.certain:
            return scalar
        return {"anyOf": [scalar, DISTRIBUTION_SCHEMA], "examples": [self.example]}

    def scalar_schema(self) -> JsonSchema:
        """One value: text with a unit, or a plain number within the bounds where one may stand."""
        if "" not in self.accepted:
            return {"type": "string", "examples": [self.example]}
        bounds: JsonSchema = {"minimum": self.low, "maximum": self.high}
        if self.multiple:
            bounds["maximum"] = LARGEST_BARE_MULTIPLE
        if self.two_readings:
            bounds = {"exclusiveMinimum": max(self.low, -1), "exclusiveMaximum": min(self.high, 1)}
        return {"type": ["integer" if self.whole else "number", "string"], **bounds, "examples": [self.example]}


# A plain multiple above this needs its sign: a tenfold price is written 10, an elevenfold one `11 times`.
LARGEST_BARE_MULTIPLE = 10.0
# Units in which a plain number is a part of one.
SHARE_UNITS = ("share", "1/yr", "1/week")


def _digits(number: float) -> str:
    """A bound in plain digits; thousands are separated where there are five digits and more."""
    return f"{number:,.12g}" if abs(number) >= 10_000 else f"{number:.10g}"


def _is_percent(value: Any) -> bool:
    return "%" in str(value) or "percent" in str(value)


def _is_bare(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


_NUMBERS: JsonSchema = {"type": "array", "items": {"type": ["number", "string"]}}
_P5_P95: JsonSchema = {
    "type": "object",
    "properties": {"p5": {"type": ["number", "string"]}, "p95": {"type": ["number", "string"]}},
    "required": ["p5", "p95"],
    "additionalProperties": False,
}
# `supplyrisk.spec.schema` replaces every copy of this by a reference to one definition.
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
