"""An episode folder: one past event, what was known of it on its first day, and what was recorded later.

`scenario.yaml` holds what was known on the day, `recorded.yaml` (which extends it) what came to be known: what an office
let out, what was announced later. So each episode is run in two ways. `observed.csv` and `targets.csv` are what both
are held against.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Position, Problem, Problems, did_you_mean
from ..language.names import Names
from ..language.table import Row, parse_number, parse_period, rows
from ..results.shipments import SHIPPED, shipment_of
from ..spec.observed import BY_SHIPMENT, UNITS, read_observed
from ..spec.resolved import Recorded
from .measure import FLOWS as FLOW_NAMES
from .measure import VARIABLES, Meter, Unknown, central, month_number
from .statistics import STATISTIC_BY_NAME, Period, Statistic, parse_statistic

TARGETS = ("id", "variable", "product", "place", "statistic", "from", "to", "reference_from", "reference_to")
TARGETS_TOO = ("low", "high", "unit", "basis")
FILES = ("scenario.yaml", "observed.csv", "targets.csv")
DAY_ONE, RECORDED = "day one", "recorded"
WAYS = {DAY_ONE: "scenario.yaml", RECORDED: "recorded.yaml"}
CONTROLS = ("close", "freeze", "quota", "licence")  # operations that hold goods back at a border
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
    """Observations of one quantity. `relative`: both sides are divided by their normal level.

    `shipment` is the mean size of a shipment in the unit of comparison, by which records of a month swing about the runs'
    even flows; 0 for all that is no flow over borders.
    """

    name: str
    variable: str
    product: str
    place: str
    relative: bool
    reference: float
    unit: str
    points: tuple[Point, ...]
    position: Position
    shipment: float = 0.0


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
    """Everything `backtest` needs to know of one folder, in one way of running it (`WAYS`)."""

    name: str
    folder: Path
    way: str
    loaded: Any  # spec.load.Loaded
    series: tuple[Series, ...]
    unmapped: int  # observed rows that are compared with nothing
    targets: tuple[Target, ...]

    @property
    def scenario(self) -> Any:
        return self.loaded.scenarios[0]

    @property
    def start_day(self) -> int:
        """Day one: the first control is announced; without controls, the first loss of capacity; else the first event."""
        for ops in (CONTROLS, ("capacity_loss",)):
            days = self._announced(ops)
            if days:
                return int(max(0.0, min(days)))
        return self.rest_days

    @property
    def rest_days(self) -> int:
        """Days before the world could know of any event: the model is at rest."""
        return int(max(0.0, min(self._announced(()), default=0.0)))

    @property
    def home(self) -> frozenset[str]:
        """Countries whose goods are held back or whose plants stand still: their price is not what buyers abroad pay."""
        return frozenset(
            place
            for _, effect in self._effects()
            if effect.op in (*CONTROLS, "capacity_loss")
            for place in effect.select.origins
        )

    def _effects(self) -> Iterator[tuple[Any, Any]]:
        for event in self.scenario.events:
            if event.trigger is None:
                for effect in event.effects:
                    yield event, effect

    def _announced(self, ops: Sequence[str]) -> list[float]:
        from .measure import central

        found = [event for event, effect in self._effects() if not ops or effect.op in ops]
        return [central(event.announced_day, self.scenario.sampled) for event in found]


def read_episode(folder: Path, way: str = DAY_ONE, own_error: bool = True) -> Episode:
    """Read and check an episode.

    Parameters
    ----------
    folder : Path
    way : str
        One of `WAYS`.
    own_error : bool
        Whether the model's own error is to be set run by run (see `error`); without it the scenario is as it stands.

    Raises
    ------
    Problems
        All faults of its three files at once.
    """
    from ..spec.load import read_scenario
    from .error import error_sets

    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        what = "is no folder" if not folder.is_dir() else f"is no episode: {', '.join(missing)} is missing"
        raise Problems([Problem(Position(str(folder)), "", f"{what}; an episode holds {', '.join(FILES)}")])
    problems: list[Problem] = []
    loaded: Any = None
    try:
        loaded = read_scenario(folder / WAYS[way], error_sets() if own_error else ())
    except Problems as error:
        problems += error.problems
    if loaded is not None and len(loaded.scenarios) != 1:
        problems.append(Problem(Position(str(folder / WAYS[way]), 1, 1), "world", "must be one world"))
        loaded = None
    reader = _Reader(folder, loaded, problems)
    series, unmapped = reader.observed()
    targets = reader.targets()
    if problems:
        raise Problems(sorted(problems))
    return Episode(folder.name, folder, way, loaded, series, unmapped, targets)


def observed_series(path: Path, loaded: Any, problems: list[Problem]) -> tuple[Series, ...]:
    """Series of a file that can be laid beside a scenario's runs; faults are added to `problems`.

    Parameters
    ----------
    loaded : spec.load.Loaded
        A scenario of one world.
    """
    return _Reader(path.parent, loaded, problems).observed(path.name)[0]


def ways_of(folder: Path) -> tuple[str, ...]:
    """Ways in which an episode can be run: on day one, and as recorded where it has such a file."""
    return tuple(way for way, name in WAYS.items() if way == DAY_ONE or (folder / name).is_file())


def episodes_in(folders: Sequence[Path]) -> list[Episode]:
    """The episodes of some folders in all their ways; the problems of all of them at once."""
    found: list[Episode] = []
    problems: list[Problem] = []
    for folder in folders:
        for way in ways_of(folder):
            try:
                found.append(read_episode(folder, way))
            except Problems as error:
                problems += error.problems
    if problems:
        raise Problems(list(dict.fromkeys(problems)))
    return found


class _Reader:
    """Both tables of an episode; problems are collected."""

    def __init__(self, folder: Path, loaded: Any, problems: list[Problem]) -> None:
        self.folder = folder
        self.problems = problems
        self.meter: Meter | None = None
        self.names: Names | None = None
        if loaded is not None:
            from ..model.compile import compile_scenario

            self.scenario = loaded.scenarios[0]
            self.names = loaded.resolutions[0].world.names
            self.meter = Meter(compile_scenario(self.scenario), self.names)

    def fault(self, row: Row, column: str, message: str) -> None:
        self.problems.append(Problem(row.at(column), column, message))

    # --- fields ---------------------------------------------------------------------------------
    def number(self, row: Row, column: str) -> float:
        try:
            return parse_number(row.fields.get(column, ""))
        except ValueError as error:
            self.fault(row, column, str(error))
            return math.nan

    def days(self, row: Row, column: str) -> tuple[dt.date, dt.date] | None:
        try:
            return parse_period(row.fields.get(column, ""))
        except ValueError as error:
            self.fault(row, column, str(error))
            return None

    # --- observed -------------------------------------------------------------------------------
    def observed(self, name: str = "observed.csv") -> tuple[tuple[Series, ...], int]:
        path = self.folder / name
        groups: dict[str, list[tuple[Recorded, Row]]] = {}
        unmapped = 0
        for one, row in read_observed(path, str(path), self.names, self.problems):
            if one.variable:
                groups.setdefault(one.series, []).append((one, row))
            else:
                unmapped += 1
        found = [self.series(name, rows) for name, rows in groups.items()]
        return tuple(one for one in found if one is not None), unmapped

    def series(self, name: str, found: list[tuple[Recorded, Row]]) -> Series | None:
        first, at = found[0]
        self.known(at, first.variable, first.product, first.place)
        if self.meter is None:
            return None
        points = []
        for one, _ in found:
            start, stop = (one.first - self.scenario.start).days, (one.after - self.scenario.start).days
            if start < 0 or stop > self.scenario.days:
                continue  # outside the horizon: shown to nobody, scored by nobody
            value = one.value
            if one.variable in FLOW_NAMES:
                value *= 365.25 / 12.0 / (stop - start) if abs(stop - start - 30) > 3 else 1.0
            level = value / (one.reference or 1.0)
            points.append(Point(start, stop, value, level, one.period, one.source, one.confidence))
        points.sort(key=lambda point: point.start)
        if not points:
            return None
        return Series(
            name, first.variable, first.product, first.place, first.reference > 0, first.reference or 1.0, first.unit,
            tuple(points), at.at("series"), self.shipment(first) / (first.reference or 1.0),
        )  # fmt: skip

    def shipment(self, one: Recorded) -> float:
        """Size of a shipment of what is recorded, t; 0 if it is nothing that crosses a border."""
        if self.meter is None or one.variable not in BY_SHIPMENT:
            return 0.0
        values = self.scenario.world.values
        found = {key: central(value, self.scenario.sampled) for key, value in values.items() if key[0] in SHIPPED}
        return shipment_of(found, self.meter.products(one.product))

    def known(self, row: Row, variable: str, product: str, place: str) -> None:
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
        path = self.folder / "targets.csv"
        for row in rows(path, str(path), (*TARGETS, *TARGETS_TOO), (), self.problems):
            name = row.fields["id"]
            if not name or name in lines:
                what = f"given twice (first in line {lines[name]})" if name else "every target needs an id"
                self.fault(row, "id", what)
            lines.setdefault(name, row.line)
            target = self.target(row)
            if target is not None:
                found.append(target)
        return tuple(found)

    def target(self, row: Row) -> Target | None:
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

    def statistic(self, row: Row) -> tuple[Statistic | None, float]:
        written = row.fields["statistic"]
        try:
            return parse_statistic(written)
        except KeyError as error:
            name = str(error.args[0])
            self.fault(row, "statistic", f"no statistic is called {name}{did_you_mean(name, STATISTIC_BY_NAME, 0)}")
        except ValueError as error:
            self.fault(row, "statistic", str(error))
        return None, math.nan

    def month(self, row: Row, column: str) -> float:
        span = self.days(row, column)
        return float(month_number(span[0])) if span else math.nan

    def period(self, row: Row, first: str, last: str) -> Period | None:
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
