"""The register of forecasts: what was asked, what the model said and when, what came, and the grades.

Three tables in one folder, beside the scenarios they name. `questions.csv` is written by people, `records.csv` by the program
alone (a record is never changed), `observations.csv` by whoever knows what came.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import Position, Problem, Problems, did_you_mean
from ..language.table import Row, parse_number, parse_period, rows
from ..results.shipments import records, shipment_of
from ..spec.observed import BY_SHIPMENT

if TYPE_CHECKING:
    from ..backtest.measure import Meter

Floats = NDArray[np.float64]
QUESTIONS, RECORDS, OBSERVATIONS = "questions.csv", "records.csv", "observations.csv"
ASKED = ("id", "made", "scenario", "question", "variable", "product", "place", "period", "settled_by")
ASKED_TOO = ("over", "above", "holds_if")
SEEN = ("id", "value", "seen", "source")
LEVELS = tuple(round(0.05 * k, 2) for k in range(1, 20))
KEPT = (
    "id",
    "recorded",
    "runs",
    "seed",
    "version",
    "code_hash",
    "scenario_hash",
    *(f"p{round(100 * q)}" for q in LEVELS),
    "p_above",
)


@dataclass(frozen=True)
class Question:
    """What is asked of a scenario: the mean of a series over `period`, divided by that over `over` where given."""

    id: str
    made: dt.date
    scenario: str
    question: str
    variable: str
    product: str
    place: str
    period: tuple[dt.date, dt.date]
    over: tuple[dt.date, dt.date] | None
    above: float | None  # the event whose probability is told: a value above this
    holds_if: str  # what has to hold for the question to count; "" for none
    settled_by: str
    row: Row

    @property
    def due(self) -> dt.date:
        """First day on which it can be settled."""
        return self.period[1]


@dataclass(frozen=True)
class Record:
    """What the model said, with what repeats it."""

    id: str
    recorded: dt.date
    runs: int
    seed: int
    version: str
    code_hash: str
    scenario_hash: str
    quantiles: tuple[float, ...]  # at LEVELS
    p_above: float | None


@dataclass(frozen=True)
class Observed:
    """What came."""

    id: str
    value: float
    seen: dt.date
    source: str


@dataclass(frozen=True)
class Grade:
    """One forecast with what came of it."""

    question: Question
    record: Record | None
    observed: Observed | None

    @property
    def in_80(self) -> bool | None:
        """Whether what came lies in the 80 % band."""
        if self.record is None or self.observed is None:
            return None
        low, high = (self.record.quantiles[LEVELS.index(q)] for q in (0.1, 0.9))
        return low <= self.observed.value <= high

    @property
    def crps(self) -> float:
        """Continuous ranked probability score, in the forecast's unit; NaN while open."""
        if self.record is None or self.observed is None:
            return math.nan
        return crps_of_quantiles(self.record.quantiles, self.observed.value)

    @property
    def brier(self) -> float:
        """(probability - what came)²; NaN where no event was asked for, or while open."""
        if self.record is None or self.observed is None or self.record.p_above is None or self.question.above is None:
            return math.nan
        return (self.record.p_above - float(self.observed.value > self.question.above)) ** 2


def crps_of_quantiles(quantiles: Sequence[float], seen: float) -> float:
    """CRPS from quantiles at `LEVELS`: twice the mean of their pinball losses (Gneiting and Ranjan 2011, with a flat weight)."""
    losses = [(q - float(seen < x)) * (seen - x) for q, x in zip(LEVELS, quantiles, strict=True)]
    return 2.0 * math.fsum(losses) / len(losses)


# --- reading ----------------------------------------------------------------------------------------
def read_register(folder: Path) -> list[Grade]:
    """All forecasts of a folder, in the order asked.

    Raises
    ------
    Problems
        Everything that is wrong with its tables, all at once.
    """
    problems: list[Problem] = []
    if not (folder / QUESTIONS).is_file():
        raise Problems([Problem(Position(str(folder)), "", f"is no register of forecasts: {QUESTIONS} is missing")])
    asked = [q for row in _rows(folder, QUESTIONS, ASKED, ASKED_TOO, problems) if (q := _question(row, problems))]
    records = [r for row in _rows(folder, RECORDS, KEPT, (), problems) if (r := _record(row, problems))]
    seen = [o for row in _rows(folder, OBSERVATIONS, SEEN, (), problems) if (o := _observed(row, problems))]
    names = [q.id for q in asked]
    ids = {QUESTIONS: names, RECORDS: [r.id for r in records], OBSERVATIONS: [o.id for o in seen]}
    for file, found in ids.items():
        at = Position(str(folder / file))
        problems += [
            Problem(at, "id", f"{name} stands there twice") for name in sorted({n for n in found if found.count(n) > 1})
        ]
        problems += [Problem(at, "id", f"no question {n}{did_you_mean(n, names)}") for n in found if n not in names]
    for one in asked:
        if not (folder / one.scenario).is_file():
            problems.append(Problem(one.row.at("scenario"), "scenario", f"no such file (got {one.scenario})"))
    if problems:
        raise Problems(sorted(problems))
    by_id, came = {r.id: r for r in records}, {o.id: o for o in seen}
    return [Grade(q, by_id.get(q.id), came.get(q.id)) for q in asked]


def _rows(
    folder: Path, name: str, needed: Sequence[str], optional: Sequence[str], problems: list[Problem]
) -> list[Row]:
    path = folder / name
    return list(rows(path, str(path), needed, optional, problems)) if path.is_file() else []


class _Fields:
    """Fields of a row, each fault told at its place."""

    def __init__(self, row: Row, problems: list[Problem]) -> None:
        self.row, self.problems, self.fine = row, problems, True

    def fault(self, column: str, message: str) -> None:
        self.problems.append(Problem(self.row.at(column), column, message))
        self.fine = False

    def text(self, column: str, needed: bool = True) -> str:
        found = self.row.fields.get(column, "")
        if needed and not found:
            self.fault(column, "must not be empty")
        return found

    def number(self, column: str) -> float:
        try:
            return parse_number(self.text(column, False))
        except ValueError as error:
            self.fault(column, str(error))
            return math.nan

    def optional(self, column: str) -> float | None:
        return self.number(column) if self.text(column, False) else None

    def period(self, column: str) -> tuple[dt.date, dt.date]:
        try:
            return parse_period(self.text(column, False))
        except ValueError as error:
            self.fault(column, str(error))
            return dt.date.min, dt.date.max

    def day(self, column: str) -> dt.date:
        first, after = self.period(column)
        if self.fine and (after - first).days != 1:
            self.fault(column, f"must be a day like 2026-11-26 (got {self.text(column, False)})")
        return first


def _question(row: Row, problems: list[Problem]) -> Question | None:
    f = _Fields(row, problems)
    found = Question(
        f.text("id"), f.day("made"), f.text("scenario"), f.text("question"), f.text("variable"), f.text("product"), f.text("place"),
        f.period("period"), f.period("over") if f.text("over", False) else None, f.optional("above"), f.text("holds_if", False),
        f.text("settled_by"), row,
    )  # fmt: skip
    if f.fine and found.due <= found.made:
        f.fault("period", "has ended before the forecast is made")
    return found if f.fine else None


def _record(row: Row, problems: list[Problem]) -> Record | None:
    f = _Fields(row, problems)
    quantiles = tuple(f.number(f"p{round(100 * q)}") for q in LEVELS)
    found = Record(
        f.text("id"), f.day("recorded"), int(f.optional("runs") or 0), int(f.optional("seed") or 0), f.text("version"),
        f.text("code_hash"), f.text("scenario_hash"), quantiles, f.optional("p_above"),
    )  # fmt: skip
    return found if f.fine else None


def _observed(row: Row, problems: list[Problem]) -> Observed | None:
    f = _Fields(row, problems)
    found = Observed(f.text("id"), f.number("value"), f.day("seen"), f.text("source"))
    return found if f.fine else None


# --- recording --------------------------------------------------------------------------------------
def record_missing(folder: Path, runs: int, today: dt.date) -> list[Record]:
    """Run the scenarios of all questions that have no record yet, and add what the model says to `records.csv`.

    Raises
    ------
    Problems
        If a question names a series that its scenario's world does not have; nothing was recorded then.
    """
    open_ = [one.question for one in read_register(folder) if one.record is None]
    made: list[Record] = []
    for scenario in dict.fromkeys(question.scenario for question in open_):
        made += _ask(folder / scenario, [q for q in open_ if q.scenario == scenario], runs, today)
    if made:
        _append(folder / RECORDS, made)
    return made


def _ask(path: Path, asked: Sequence[Question], runs: int, today: dt.date) -> list[Record]:
    """Answers of one scenario's runs."""
    import hashlib

    from .. import __version__
    from ..backtest.episode import Episode
    from ..backtest.evaluate import SCENARIO_ARM, Bench
    from ..backtest.measure import Meter, Unknown, central
    from ..errors import RunFailed
    from ..experiment.versions import code_hash
    from ..spec.load import read_scenario

    loaded = read_scenario(path)
    bench = Bench(Episode(path.stem, path.parent, "forecast", loaded, (), 0, ()))
    meter = Meter(bench.model, loaded.resolutions[0].world.names)
    problems, readers = [], []
    for one in asked:
        try:
            readers.append(meter.reader(one.variable, one.product, one.place))
        except Unknown as error:
            problems.append(Problem(one.row.at("product"), "product", str(error)))
        for column, span in (("period", one.period), ("over", one.over)):
            if (
                span
                and not 0
                <= (span[0] - bench.model.start).days
                < (span[1] - bench.model.start).days
                <= bench.model.scenario.days
            ):
                problems.append(Problem(one.row.at(column), column, f"lies outside the horizon of {one.scenario}"))
    if problems:
        raise Problems(sorted(problems))
    seed = bench.episode.scenario.seed
    values = bench.plain_design(runs, seed, bench.episode.scenario.sampler)
    found = np.full((runs, len(asked)), math.nan)
    for row in range(runs):
        try:
            result = bench.engine.run(bench.model, SCENARIO_ARM, row, seed, values[row])
        except RunFailed:
            continue
        for j, (one, read) in enumerate(zip(asked, readers, strict=True)):
            path_ = read(result)
            below = path_.mean(*_days(one.over, bench.model.start)) if one.over else 1.0
            found[row, j] = path_.mean(*_days(one.period, bench.model.start)) / below
    world = {key: central(value, bench.model.sampled) for key, value in bench.episode.scenario.world.values.items()}
    samples = [_recorded(found[:, j], one, world, meter) for j, one in enumerate(asked)]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return [
        Record(
            one.id,
            today,
            runs,
            seed,
            __version__,
            code_hash(),
            digest,
            _quantiles(samples[j]),
            _above(samples[j], one.above),
        )
        for j, one in enumerate(asked)
    ]


def _recorded(values: Floats, one: Question, world: dict[tuple[str, ...], float], meter: Meter) -> Floats:
    """What may be recorded of the runs: exports in tonnes leave in shipments. Of a ratio of exports the runs alone."""
    if one.variable not in BY_SHIPMENT or one.over is not None:
        return values
    from ..backtest.measure import MONTH_DAYS

    months = (one.period[1] - one.period[0]).days / MONTH_DAYS
    return records(values, shipment_of(world, meter.products(one.product)) / months).ravel()


def _days(span: tuple[dt.date, dt.date], start: dt.date) -> tuple[int, int]:
    return (span[0] - start).days, (span[1] - start).days


def _quantiles(values: Floats) -> tuple[float, ...]:
    from ..results.quantiles import quantiles

    return tuple(float(f"{x:.6g}") for x in quantiles(values, LEVELS))


def _above(values: Floats, level: float | None) -> float | None:
    return None if level is None else float(np.mean(values[~np.isnan(values)] > level))


def _append(path: Path, made: Sequence[Record]) -> None:
    """Add rows to the table of records, or leave it as it was."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ",".join(KEPT) + "\n"
    new = io.StringIO()
    table = csv.writer(new, lineterminator="\n")
    for one in made:
        p = "" if one.p_above is None else f"{one.p_above:.4g}"
        head = (one.id, one.recorded.isoformat(), one.runs, one.seed, one.version, one.code_hash, one.scenario_hash)
        table.writerow((*head, *(f"{x:.6g}" for x in one.quantiles), p))
    fresh = path.with_suffix(".csv.new")
    fresh.write_text(text + new.getvalue(), encoding="utf-8")
    fresh.replace(path)
