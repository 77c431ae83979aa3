"""An episode folder: scenario.yaml, observed.csv and targets.csv, checked against the scenario's world."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Position, Problem, Problems, did_you_mean
from .measure import FLOWS as FLOW_NAMES
from .measure import VARIABLES, Meter, Unknown, month_number, parse_period
from .statistics import STATISTIC_BY_NAME, Period, Statistic, parse_statistic

OBSERVED = ("series", "period", "value", "unit", "source", "confidence")
OBSERVED_OPTIONAL = ("note", "variable", "product", "place", "reference")
TARGETS = ("id", "variable", "product", "place", "statistic", "from", "to", "reference_from", "reference_to")
TARGETS_TOO = ("low", "high", "unit", "basis")
FILES = ("scenario.yaml", "observed.csv", "targets.csv")
CONFIDENCES = ("high", "medium", "low", "assumption")
# unit -> (factor, kind); a series is compared in t, index, share or USD/kg
UNITS = {"t": 1.0, "kg": 1e-3, "kt": 1e3, "g": 1e-6, "%": 0.01, "CNY/t": 1e-3, "USD/t": 1e-3}
TARGET_UNITS = ("month", "months", "weeks", "ratio", "share", "%", "t", "kg", "index", "USD/kg", "")


@dataclass(frozen=True)
class Point:
    """One observation: days start .. stop-1 of the horizon, in the unit of comparison."""

    start: int
    stop: int
    value: float  # as recorded, basic unit
    level: float  # relative to normal where the series has a reference, else as `value`
    period: str
    source: str
    confidence: str


@dataclass(frozen=True)
class Series:
    """Observations of one quantity. `relative`: both sides are divided by their normal level."""

    name: str
    variable: str
    product: str
    place: str
    relative: bool
    reference: float
    unit: str
    points: tuple[Point, ...]
    position: Position


@dataclass(frozen=True)
class Target:
    """One target interval."""

    id: str
    variable: str
    product: str
    place: str
    statistic: Statistic
    argument: float
    written: str
    period: Period
    reference: Period | None
    low: float
    high: float
    unit: str
    basis: str
    position: Position


@dataclass(frozen=True)
class Episode:
    """Everything `backtest` needs to know of one folder."""

    name: str
    folder: Path
    loaded: Any  # spec.load.Loaded
    series: tuple[Series, ...]
    unmapped: int  # observed rows that are compared with nothing
    targets: tuple[Target, ...]

    @property
    def scenario(self) -> Any:
        return self.loaded.scenarios[0]

    @property
    def start_day(self) -> int:
        """First day on which the world could know of an event."""
        from .measure import central

        days = []
        for event in self.scenario.events:
            if event.trigger is None:
                days.append(central(event.announced_day, self.scenario.sampled))
        return int(max(0.0, min(days, default=0.0)))


def read_episode(folder: Path) -> Episode:
    """Read and check an episode.

    Raises
    ------
    Problems
        All faults of its three files at once.
    """
    from ..spec.load import read_scenario

    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        what = "is no folder" if not folder.is_dir() else f"is no episode: {', '.join(missing)} is missing"
        raise Problems([Problem(Position(str(folder)), "", f"{what}; an episode holds {', '.join(FILES)}")])
    problems: list[Problem] = []
    loaded: Any = None
    try:
        loaded = read_scenario(folder / "scenario.yaml")
    except Problems as error:
        problems += error.problems
    if loaded is not None and len(loaded.scenarios) != 1:
        problems.append(Problem(Position(str(folder / "scenario.yaml"), 1, 1), "world", "must be one world"))
        loaded = None
    reader = _Reader(folder, loaded, problems)
    series, unmapped = reader.observed()
    targets = reader.targets()
    if problems:
        raise Problems(sorted(problems))
    return Episode(folder.name, folder, loaded, series, unmapped, targets)


def episodes_in(folders: Sequence[Path]) -> list[Episode]:
    """The episodes of some folders; the problems of all of them at once."""
    found: list[Episode] = []
    problems: list[Problem] = []
    for folder in folders:
        try:
            found.append(read_episode(folder))
        except Problems as error:
            problems += error.problems
    if problems:
        raise Problems(problems)
    return found


@dataclass(frozen=True)
class _Row:
    """One row of a table and where its fields stand."""

    fields: dict[str, str]
    file: str
    line: int
    text: str

    def at(self, column: str) -> Position:
        value = self.fields.get(column, "")
        place = self.text.find(value) if value else -1
        return Position(self.file, self.line, place + 1 if place >= 0 else 1)


class _Reader:
    """Both tables of an episode; problems are collected."""

    def __init__(self, folder: Path, loaded: Any, problems: list[Problem]) -> None:
        self.folder = folder
        self.problems = problems
        self.meter: Meter | None = None
        if loaded is not None:
            from ..model.compile import compile_scenario

            self.scenario = loaded.scenarios[0]
            self.meter = Meter(compile_scenario(self.scenario), loaded.resolutions[0].world.names)

    def fault(self, row: _Row, column: str, message: str) -> None:
        self.problems.append(Problem(row.at(column), column, message))

    # --- tables ---------------------------------------------------------------------------------
    def rows(self, name: str, needed: Sequence[str], optional: Sequence[str]) -> Iterator[_Row]:
        from ..language.text import decode

        path = self.folder / name
        shown = str(path)
        try:
            text = decode(path, shown)
        except Problems as error:
            self.problems += error.problems
            return
        lines = text.splitlines()
        kept = [(n, line) for n, line in enumerate(lines, start=1) if line.strip() and not line.startswith("#")]
        if not kept:
            self.problems.append(Problem(Position(shown, 1, 1), "", f"is empty; its columns are {','.join(needed)}"))
            return
        try:
            table = list(csv.reader(io.StringIO("\n".join(line for _, line in kept)), strict=True))
        except csv.Error as error:
            self.problems.append(Problem(Position(shown, 1, 1), "", f"can't be read as CSV: {error}"))
            return
        header = [field.strip() for field in table[0]]
        wrong = False
        for column in header:
            if column not in (*needed, *optional):
                hint = did_you_mean(column, (*needed, *optional), 0)
                self.problems.append(Problem(Position(shown, kept[0][0], 1), "", f"unknown column {column}{hint}"))
                wrong = True
        for column in needed:
            if column not in header:
                message = f"column {column} is missing; the columns are {','.join(needed)}"
                self.problems.append(Problem(Position(shown, kept[0][0], 1), "", message))
                wrong = True
        if wrong or len(table) != len(kept):
            if not wrong:
                self.problems.append(Problem(Position(shown, 1, 1), "", "a field goes over several lines"))
            return
        for (number, line), fields in zip(kept[1:], table[1:], strict=True):
            row = _Row(dict(zip(header, (field.strip() for field in fields), strict=False)), shown, number, line)
            if len(fields) != len(header):
                message = f"has {len(fields)} fields, the header {len(header)}"
                self.problems.append(Problem(Position(shown, number, 1), "", message))
            else:
                yield row

    def number(self, row: _Row, column: str) -> float:
        text = row.fields.get(column, "")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.fault(row, column, f"must be a number (got {text or 'nothing'})")
        return value

    def days(self, row: _Row, column: str) -> tuple[dt.date, dt.date] | None:
        text = row.fields.get(column, "")
        try:
            return parse_period(text)
        except ValueError:
            self.fault(
                row, column, f"must be a period like 2025, 2025-Q2, 2025-04 or 2025-04-16 (got {text or 'nothing'})"
            )
            return None

    # --- observed -------------------------------------------------------------------------------
    def observed(self) -> tuple[tuple[Series, ...], int]:
        groups: dict[str, list[_Row]] = {}
        unmapped = 0
        for row in self.rows("observed.csv", OBSERVED, OBSERVED_OPTIONAL):
            if row.fields["confidence"] not in CONFIDENCES:
                hint = did_you_mean(row.fields["confidence"], CONFIDENCES)
                self.fault(row, "confidence", f"got {row.fields['confidence'] or 'nothing'}{hint}")
            if not row.fields["source"]:
                self.fault(row, "source", "every observation needs a source")
            if row.fields.get("variable"):
                groups.setdefault(row.fields["series"], []).append(row)
            else:
                unmapped += 1
        found = [self.series(name, rows) for name, rows in groups.items()]
        return tuple(one for one in found if one is not None), unmapped

    def series(self, name: str, rows: list[_Row]) -> Series | None:
        first = rows[0]
        keys = ("variable", "product", "place", "reference", "unit")
        for row in rows[1:]:
            for key in keys:
                if row.fields.get(key, "") != first.fields.get(key, ""):
                    self.fault(row, key, f"differs from the first row of series {name} (line {first.line})")
        variable, product, place = (first.fields.get(key, "") for key in keys[:3])
        self.known(first, variable, product, place)
        unit = first.fields["unit"]
        factor = UNITS.get(unit, 1.0)
        relative = bool(first.fields.get("reference"))
        reference = self.number(first, "reference") * factor if relative else 1.0
        if relative and not reference > 0:
            self.fault(first, "reference", "must be above 0: it is the normal level of the series in its own unit")
            reference = math.nan
        points = []
        for row in rows:
            span, value = self.days(row, "period"), self.number(row, "value") * factor
            if span is None or self.meter is None:
                continue
            start, stop = ((day - self.scenario.start).days for day in span)
            if variable in FLOW_NAMES:
                value *= 365.25 / 12.0 / (stop - start) if abs(stop - start - 30) > 3 else 1.0
            if start < 0 or stop > self.scenario.days:
                continue  # outside the horizon: shown to nobody, scored by nobody
            points.append(
                Point(
                    start,
                    stop,
                    value,
                    value / reference,
                    row.fields["period"],
                    row.fields["source"],
                    row.fields["confidence"],
                )
            )
        points.sort(key=lambda point: point.start)
        if not points:
            return None
        return Series(name, variable, product, place, relative, reference, unit, tuple(points), first.at("series"))

    def known(self, row: _Row, variable: str, product: str, place: str) -> None:
        if variable not in VARIABLES:
            self.fault(row, "variable", f"got {variable or 'nothing'}{did_you_mean(variable, VARIABLES, 0)}")
        elif self.meter is not None:
            try:
                self.meter.reader(variable, product, place)
            except Unknown as error:
                self.fault(row, "place" if "place" in str(error) else "product", str(error))

    # --- targets --------------------------------------------------------------------------------
    def targets(self) -> tuple[Target, ...]:
        found: list[Target] = []
        lines: dict[str, int] = {}
        for row in self.rows("targets.csv", (*TARGETS, *TARGETS_TOO), ()):
            name = row.fields["id"]
            if not name or name in lines:
                what = f"given twice (first in line {lines[name]})" if name else "every target needs an id"
                self.fault(row, "id", what)
            lines.setdefault(name, row.line)
            target = self.target(row)
            if target is not None:
                found.append(target)
        return tuple(found)

    def target(self, row: _Row) -> Target | None:
        before = len(self.problems)
        statistic, argument = self.statistic(row)
        if row.fields["unit"] not in TARGET_UNITS:
            self.fault(row, "unit", f"got {row.fields['unit']}{did_you_mean(row.fields['unit'], TARGET_UNITS, 12)}")
        self.known(row, *(row.fields[key] for key in ("variable", "product", "place")))
        period = self.period(row, "from", "to")
        has_reference = bool(row.fields["reference_from"] or row.fields["reference_to"])
        reference = self.period(row, "reference_from", "reference_to") if has_reference else None
        if statistic is not None and statistic.reference and not has_reference:
            self.fault(row, "statistic", f"{statistic.name} needs reference_from and reference_to")
        if statistic is not None and statistic.kind == "month":
            low, high = (self.month(row, key) for key in ("low", "high"))
        else:
            low, high = (self.number(row, key) for key in ("low", "high"))
        if low > high:
            self.fault(row, "low", f"is above high ({row.fields['low']} > {row.fields['high']})")
        if len(self.problems) > before or statistic is None or period is None:
            return None
        scale = 0.01 if row.fields["unit"] == "%" else UNITS.get(row.fields["unit"], 1.0)
        if statistic.kind == "month":
            scale = 1.0
        name, variable, product, place = (row.fields[key] for key in ("id", "variable", "product", "place"))
        return Target(
            name, variable, product, place, statistic, argument, row.fields["statistic"], period, reference, low * scale, high * scale,
            row.fields["unit"], row.fields["basis"], row.at("id"),
        )  # fmt: skip

    def statistic(self, row: _Row) -> tuple[Statistic | None, float]:
        written = row.fields["statistic"]
        try:
            return parse_statistic(written)
        except KeyError as error:
            name = str(error.args[0])
            self.fault(row, "statistic", f"no statistic is called {name}{did_you_mean(name, STATISTIC_BY_NAME, 0)}")
        except ValueError as error:
            self.fault(row, "statistic", str(error))
        return None, math.nan

    def month(self, row: _Row, column: str) -> float:
        span = self.days(row, column)
        return float(month_number(span[0])) if span else math.nan

    def period(self, row: _Row, first: str, last: str) -> Period | None:
        begin, end = self.days(row, first), self.days(row, last)
        if begin is None or end is None or self.meter is None:
            return None
        start, stop = (begin[0] - self.scenario.start).days, (end[1] - self.scenario.start).days
        if stop <= start:
            self.fault(row, last, f"lies before {first} ({row.fields[first]} to {row.fields[last]})")
            return None
        reference = first.startswith("reference")
        if stop <= 0 or start >= self.scenario.days or (not reference and (start < 0 or stop > self.scenario.days)):
            end_day = self.scenario.start + dt.timedelta(days=self.scenario.days - 1)
            self.fault(row, first, f"outside the scenario's horizon ({self.scenario.start} to {end_day})")
            return None
        return Period(max(start, 0), min(stop, self.scenario.days), self.scenario.start)
