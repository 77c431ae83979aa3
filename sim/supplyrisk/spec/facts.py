"""Reads a world's tables: one row, one fact, with unit, year, source and confidence."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..bounded import MAX_TABLE_BYTES
from ..errors import Position, Problem, Problems, did_you_mean
from ..language.names import Names
from ..language.quantity import Quantity
from ..language.text import FORBIDDEN, ODD_SPACES, decode
from ..language.uncertain import Uncertain, make_uncertain
from ..units import REGISTRY_UNITS, UnitError, parse_registry
from .cells import full_key, known_in, path_of
from .parameters import PARAMETER_BY_NAME, Parameter
from .resolved import Key

DIMS = ("product", "input", "country", "partner", "end_use")
HEADER = (
    *("parameter", *DIMS, "value", "unit", "low", "high", "shape", "group"),
    *("year", "source", "confidence", "note"),
)
CONFIDENCES = ("high", "medium", "low", "assumption")
SHAPES = ("uniform", "triangular", "pert", "lognormal", "normal")
GROUP = re.compile(r"[A-Za-z0-9_.-]{1,80}")
OWN_UNIT = re.compile(r"[-+\d.,]+ ?%")
SPLIT = re.compile(r"-?\d+,\d+")  # a number that its decimal comma has split over two columns


@dataclass(frozen=True)
class Fact:
    """One number of a world, in the registry's unit, and where it comes from."""

    key: Key
    value: float
    unit: str
    uncertain: Uncertain | None
    group: str
    year: str
    source: str
    confidence: str
    note: str
    position: Position

    @property
    def path(self) -> str:
        return path_of(self.key)

    def row(self) -> tuple[str | float, ...]:
        """Parameter, its dimensions in the order of `DIMS`, value, unit, bounds, year, source, confidence, note."""
        dims = dict(zip(PARAMETER_BY_NAME[self.key[0]].dims, self.key[1:], strict=True))
        low, high = self.uncertain.support() if self.uncertain else (math.nan, math.nan)
        head: tuple[str | float, ...] = (self.key[0], *(dims.get(dim, "") for dim in DIMS), self.value, self.unit)
        return (*head, low, high, self.year, self.source, self.confidence, self.note)


def read_table(path: Path, shown: str, names: Names, problems: list[Problem]) -> list[Fact]:
    """Facts of one file; faults are added to `problems`."""
    try:
        text = decode(path, shown, MAX_TABLE_BYTES)
    except Problems as error:
        problems += error.problems
        return []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        for match in FORBIDDEN.finditer(line):
            problems.append(Problem(Position(shown, number, match.start() + 1), "", "control character; delete it"))
            return []
    try:
        rows = list(_rows(text))
    except csv.Error as error:
        problems.append(Problem(Position(shown, 1, 1), "", f"can't be read as CSV: {error}"))
        return []
    if not rows:
        problems.append(Problem(Position(shown, 1, 1), "", f"is empty; its first line must be {','.join(HEADER)}"))
        return []
    header = rows[0][1]
    if not header_is_right(header, lambda _: Position(shown, 1, 1), problems):
        return []
    facts = []
    for at, row in rows[1:]:
        line = lines[at - 1] if at <= len(lines) else ""
        fact = row_fact(header, row, partial(_begin, shown, at, line), names, problems)
        if fact is not None:
            facts.append(fact)
    return facts


def row_fact(
    header: Sequence[str],
    row: Sequence[str],
    place: Callable[[int], Position],
    names: Names,
    problems: list[Problem],
) -> Fact | None:
    """The fact of one row, or nothing and what is wrong with it.

    Parameters
    ----------
    header, row : sequence of str
        Names of the columns, and what stands in them.
    place : callable
        Where the field of a column (counted from 0) stands.
    """
    return _Row(dict(zip(header, row, strict=False)), header, place, names, problems).fact(len(row))


def _begin(shown: str, number: int, line: str, column: int) -> Position:
    """Where a field of a line begins (fields before it may be quoted)."""
    col, field, quoted = 1, 0, False
    for index, char in enumerate(line):
        if field == column:
            break
        if char == '"':
            quoted = not quoted
        elif char == "," and not quoted:
            field += 1
            col = index + 2
    return Position(shown, number, col if field == column else 1)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(first line, fields) of every row that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    for row in reader:
        if any(field.strip() for field in row):
            yield before + 1, [field.strip() for field in row]
        before = reader.line_num


def header_is_right(header: Sequence[str], place: Callable[[int], Position], problems: list[Problem]) -> bool:
    """Whether a table has the columns of a world's table, in any order."""
    at = place(0)
    for mark, words in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and header[0].startswith(f"{HEADER[0]}{mark}"):
            message = (
                f"the columns are separated by {words}; save the table as CSV with commas, and decimals with points"
            )
            problems.append(Problem(at, "", message))
            return False
    for number, name in enumerate(header):
        if name not in HEADER:
            problems.append(Problem(place(number), "", f"unknown column (got {name}){did_you_mean(name, HEADER, 0)}"))
    absent = [name for name in HEADER if name not in header]
    for name in [name for name in HEADER if header.count(name) > 1]:
        problems.append(Problem(at, "", f"column {name} stands there twice; the columns are {','.join(HEADER)}"))
    if absent:
        which = f"column {absent[0]} is" if len(absent) == 1 else f"columns {', '.join(absent)} are"
        problems.append(Problem(at, "", f"{which} missing; the columns are {','.join(HEADER)}"))
    return set(header) == set(HEADER) and len(header) == len(HEADER)


class _Row:
    """One row of a table being checked."""

    def __init__(
        self,
        row: dict[str, str],
        header: Sequence[str],
        place: Callable[[int], Position],
        names: Names,
        problems: list[Problem],
    ) -> None:
        self.row, self.header, self.place = row, header, place
        self.names, self.problems = names, problems
        self.failed = False

    def fact(self, fields: int) -> Fact | None:
        if fields != len(self.header):
            parts = f"{self.row.get('value', '')},{self.row.get('unit', '')}"
            hint = f"; did you mean {parts.replace(',', '.')} (decimals take a point)" if SPLIT.fullmatch(parts) else ""
            hint = hint or " (a comma too many or too few?)"
            self.fail("parameter", f"has {fields} fields, the header has {len(self.header)}{hint}")
            return None
        row = self.row
        for column, text in row.items():
            if column in ("source", "note"):
                continue
            odd = next((char for char in text if char in ODD_SPACES), "")
            if odd:
                self.fail(column, f"U+{ord(odd):04X} is no ordinary space; replace it")
                return None
        parameter = PARAMETER_BY_NAME.get(row["parameter"])
        if parameter is None:
            known = did_you_mean(row["parameter"], PARAMETER_BY_NAME, 0)
            self.fail("parameter", f"unknown parameter (got {row['parameter'] or 'nothing'}){known}")
            return None
        key = self.key(parameter)
        value = self.number(parameter, "value")
        uncertain = self.uncertainty(parameter, value)
        self.provenance()
        if self.failed or value is None:
            return None
        return Fact(
            key,
            value,
            parameter.unit,
            uncertain,
            row["group"],
            row["year"],
            row["source"],
            row["confidence"],
            row["note"],
            self.position("value"),
        )

    def key(self, parameter: Parameter) -> Key:
        parts = []
        for dim in DIMS:
            name = self.row[dim]
            if dim not in parameter.dims:
                if name:
                    self.fail(
                        dim,
                        f"{parameter.name} has no dimension {dim} (got {name}); its dimensions are {', '.join(parameter.dims)}",
                    )
                continue
            known = known_in(self.names, dim)
            if name and name not in known:
                self.fail(dim, f"unknown {dim.replace('_', ' ')} (got {name}){did_you_mean(name, known)}")
            if not name and parameter.creates:
                self.fail(
                    dim, f"{parameter.name} makes a {parameter.creates} and must name its {dim.replace('_', ' ')}"
                )
        for dim in parameter.dims:
            parts.append(self.row[dim])
        return full_key(parameter, tuple(parts))

    def number(self, parameter: Parameter, column: str) -> float | None:
        unit = self.row["unit"]
        accepted, example = REGISTRY_UNITS[parameter.unit]
        if column == "value" and (not unit or unit not in accepted):
            self.fail("unit", f"{parameter.name} is in {parameter.unit} (got {unit or 'no unit'})")
            return None
        if unit not in accepted:
            return None
        if OWN_UNIT.fullmatch(self.row[column]) and unit != "%":
            written = self.row[column]
            self.fail(
                column,
                f"is in per cent, the unit of the row is {unit} (got {written}); write {written[:-1].strip()} and unit %",
            )
            return None
        try:
            value = parse_registry(f"{self.row[column]} {unit}".replace("% %", "%"), parameter.unit)
        except UnitError as error:
            self.fail(column, str(error))
            return None
        quantity = Quantity(parameter.name, accepted, example, parameter.unit, parameter.low, parameter.high)
        written = self.row[column]
        if not parameter.low <= value <= parameter.high:
            meant = f"; did you mean {value / 100:g}" if parameter.unit == "share" and 1 < value <= 100 else ""
            self.fail(column, quantity.outside(written, value) + meant)
            return None
        if quantity.two_readings and abs(value) >= 1 and "%" not in unit:
            self.fail(
                column, f"can be read in two ways (got {written}); write {written} or {100 * value:.12g} with unit %"
            )
            return None
        return value

    def uncertainty(self, parameter: Parameter, value: float | None) -> Uncertain | None:
        low, high, shape = (self.row[name] for name in ("low", "high", "shape"))
        if not (low or high or shape):
            if self.row["group"]:
                self.fail("group", "a group needs low, high and shape")
            return None
        if parameter.certain:
            self.fail("low" if low else "shape", f"{parameter.name} can't be drawn; leave low, high and shape empty")
            return None
        for name, text in (("low", low), ("high", high), ("shape", shape)):
            if not text:
                self.fail(name, "low, high and shape go together; this one is missing")
        if shape and shape not in SHAPES:
            self.fail("shape", f"must be one of {', '.join(SHAPES)} (got {shape}){did_you_mean(shape, SHAPES, 0)}")
        first, last = (self.number(parameter, name) if self.row[name] else None for name in ("low", "high"))
        if self.failed or value is None or first is None or last is None:
            return None
        if not first <= value <= last:
            self.fail(
                "value",
                f"must lie between low and high (got {value:g}, not in {first:g} to {last:g}); "
                "move them with it, or clear low, high, shape and group",
            )
            return None
        numbers = (first, value, last) if shape in ("triangular", "pert") else (first, last)
        try:
            return make_uncertain(shape, numbers, f"{{{shape}: [{', '.join(f'{n:g}' for n in numbers)}]}}")
        except ValueError as error:
            self.fail("low", f"{error} (got {', '.join(f'{n:g}' for n in numbers)})")
            return None

    def provenance(self) -> None:
        if self.row["group"] and not GROUP.fullmatch(self.row["group"]):
            self.fail("group", f"must be up to 80 letters, digits, _, - and . (got {self.row['group']})")
        if not self.row["source"]:
            self.fail("source", "every number needs a source (for an assumption, its reason)")
        confidence = self.row["confidence"]
        if confidence not in CONFIDENCES:
            self.fail("confidence", f"must be one of {', '.join(CONFIDENCES)} (got {confidence or 'nothing'})")
        if not re.fullmatch(r"(19|20)\d{2}(-\d{2}|-(19|20)\d{2})?", self.row["year"]) and (
            self.row["year"] or confidence != "assumption"
        ):
            self.fail("year", f"must be a year like 2024 (got {self.row['year'] or 'nothing'})")

    def fail(self, column: str, message: str) -> None:
        self.failed = True
        path = self.row.get("parameter", "")
        self.problems.append(Problem(self.position(column), f"{path} {column}" if path else column, message))

    def position(self, column: str) -> Position:
        return self.place(self.header.index(column))
