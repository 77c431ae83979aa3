"""Which series are kept of every run, and how a run's rows become one vector of numbers.

Weekly series are stored week by week, or as means of four weeks in long and large batches; monthly ones
by calendar month. The vector's layout depends on the model and on the number of runs asked for, never
on chunks or workers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..model.aggregate import ALL, WORLD, Floats, Index, Label, Sums, sums
from ..model.reporter import Reporter, Rows

EXACT_RUNS = 500  # up to here every run's series is kept until the end and quantiles are exact
LONG_WEEKS = 208  # larger batches of longer horizons keep means of four weeks


@dataclass(frozen=True)
class Variable:
    """One recorded series."""

    name: str
    unit: str
    by: str
    meaning: str
    background: bool = False  # large batches keep it as means of four weeks


VARIABLES: tuple[Variable, ...] = (
    Variable("price_spot_index", "index", "product, zone", "spot price, baseline = 1"),
    Variable("price_paid_index", "index", "product, zone", "average price paid, contracts and spot, baseline = 1"),
    Variable("wanted_t", "t/week", "product by country, zone, world, end use", "use at baseline prices"),
    Variable("shortage_t", "t/week", "product by country, zone, world, end use", "use lost: unserved and priced out"),
    Variable("shortage_unserved_t", "t/week", "product by country, zone, world, end use", "wanted and not to be had"),
    Variable(
        "shortage_priced_out_t", "t/week", "product by country, zone, world, end use", "given up because of price"
    ),
    Variable(
        "shortage_unserved_percent",
        "%",
        "country and end use, by month; product all",
        "physically missing, of what would be used at baseline prices",
    ),
    Variable("stock_cover_weeks", "weeks", "product, zone", "stocks in weeks of use", True),
    Variable("production_t", "t/week", "product by country and world", "output", True),
    Variable(
        "export_t", "t/month", "product by origin and by lane ORIGIN>DESTINATION, by month", "cross-border exports"
    ),
    Variable("licence_backlog_t", "t", "product, country of the office", "goods waiting for a licence"),
    Variable("licence_wait_days", "days", "product, country of the office", "mean age of the queue"),
    Variable("licence_granted_t", "t/week", "product, country of the office", "tonnes granted"),
    Variable("licence_refused_t", "t/week", "product, country of the office", "tonnes refused"),
    Variable("leakage_t", "t/week", "product, buying country", "goods that came round a control", True),
    Variable("stockpile_t", "t", "product, country", "public stocks", True),
    Variable("origin_exposure", "share", "product, country", "content of the tracked origin in stocks", True),
)
VARIABLE_BY_NAME = {variable.name: variable for variable in VARIABLES}


@dataclass(frozen=True)
class Series:
    """One series of the vector: its cells are `first` .. `first + dates` - 1."""

    variable: str
    label: Label
    unit: str
    step: int  # weeks per date; 0: calendar months
    first: int
    dates: int


def step_weeks(n_weeks: int, runs: int, background: bool = False) -> int:
    """Weeks per date of a weekly series."""
    return 4 if runs > EXACT_RUNS and (background or n_weeks > LONG_WEEKS) else 1


class Fans:
    """The series of a model and the vector of one run."""

    def __init__(self, model: Any, reporter: Reporter, runs: int) -> None:
        self.reporter = reporter
        self.exact = runs <= EXACT_RUNS
        n_weeks = reporter.columns.n_weeks
        self.step = step_weeks(n_weeks, runs)
        self._background_step = step_weeks(n_weeks, runs, background=True)
        self._n_weeks = n_weeks
        start: dt.date = model.start
        self._dates = {step: _dates(start, list(range(0, 7 * n_weeks, 7 * step))) for step in (1, 4)}
        self._dates[0] = _dates(start, [int(d) for d in model.month_starts])
        days = np.arange(n_weeks) * 7
        # A week belongs to the month of its first day; every whole month has four or five.
        self._months: Index = np.searchsorted(np.asarray(model.month_starts), days, side="right") - 1
        self.series: list[Series] = []
        self._blocks: list[Callable[[Rows], Floats]] = []
        self._cells = 0
        self._declare(model)
        self.n_cells = self._cells

    def dates(self, series: Series) -> NDArray[np.datetime64]:
        """First days of the periods of a series."""
        return self._dates[series.step]

    # --- layout -----------------------------------------------------------------------------------

    def _add(self, variable: str, labels: tuple[Label, ...], monthly: bool, rows: Callable[[Rows], Floats]) -> None:
        declared = VARIABLE_BY_NAME[variable]
        step = 0 if monthly else self._background_step if declared.background else self.step
        dates = len(self._dates[step])
        for label in labels:
            self.series.append(Series(variable, label, declared.unit, step, self._cells, dates))
            self._cells += dates
        if labels:
            self._blocks.append(rows if step < 2 else lambda r: _by_step(rows(r), step))

    def _declare(self, model: Any) -> None:
        columns, n_fine = self.reporter.columns, self.reporter.n_fine
        for variable in ("price_spot_index", "price_paid_index"):
            zones, _ = columns.split(variable)
            self._rows(variable, zones)
        sums_only = self.reporter.levels[n_fine:]
        self._add("wanted_t", sums_only, False, lambda r: r.wanted[n_fine:])
        self._add("shortage_t", sums_only, False, lambda r: r.unserved[n_fine:] + r.priced_out[n_fine:])
        self._add("shortage_unserved_t", sums_only, False, lambda r: r.unserved[n_fine:])
        self._add("shortage_priced_out_t", sums_only, False, lambda r: r.priced_out[n_fine:])
        self._declare_percent(n_fine)
        self._rows("stock_cover_weeks")
        self._with_world("production_t")
        self._declare_exports()
        for variable in ("licence_backlog_t", "licence_wait_days", "licence_granted_t", "licence_refused_t"):
            self._rows(variable)
        ops = {effect.op for event in model.scenario.events for effect in event.effects}
        if "leak" in ops:
            self._rows("leakage_t")
        if "stockpile" in ops:
            self._rows("stockpile_t")
        self._rows("origin_exposure")

    def _rows(self, variable: str, labels: tuple[Label, ...] | None = None) -> None:
        table = self.reporter.columns.weekly.get(variable, {})
        chosen = tuple(table) if labels is None else labels
        rows = np.asarray([table[label][0] for label in chosen], dtype=np.intp)
        self._add(variable, chosen, False, lambda r: r.weekly[rows])

    def _with_world(self, variable: str) -> None:
        labels, rows = self.reporter.columns.rows(variable)
        members: dict[Label, list[int]] = {}
        for rank, label in enumerate(labels):
            members.setdefault(Label(label.product, WORLD, ALL), []).append(rank)
        world = sums(members)
        self._add(variable, labels, False, lambda r: r.weekly[rows])
        self._add(variable, world.labels, False, lambda r: world.of(r.weekly[rows]))

    def _declare_exports(self) -> None:
        lanes = self.reporter.columns.monthly.get("export_t", {})
        rows = np.asarray([numbers[0] for numbers in lanes.values()], dtype=np.intp)
        members: dict[Label, list[int]] = {}
        for rank, label in enumerate(lanes):
            members.setdefault(Label(label.product, label.place.split(">")[0], ALL), []).append(rank)
        origins = sums(members)
        self._add("export_t", origins.labels, True, lambda r: origins.of(r.monthly[rows]))
        self._add("export_t", tuple(lanes), True, lambda r: r.monthly[rows])

    def _declare_percent(self, n_fine: int) -> None:
        members: dict[Label, list[int]] = {}
        for rank, label in enumerate(self.reporter.levels[:n_fine]):
            members.setdefault(Label(ALL, label.place, label.end_use), []).append(rank)
        users: Sums = sums(members)
        n_months = len(self._dates[0])
        weeks = [np.flatnonzero(self._months == month) for month in range(n_months)]
        # The k-th week of every month that has so many, as in `Sums`: a few additions over whole blocks.
        rounds = [
            (
                np.asarray([m for m in range(n_months) if len(weeks[m]) > k]),
                np.asarray([w[k] for w in weeks if len(w) > k]),
            )
            for k in range(max(map(len, weeks), default=0))
        ]

        def by_month(table: Floats) -> Floats:
            total = np.zeros((len(table), n_months))
            for months, here in rounds:
                total[:, months] += table[:, here]
            return total

        def percent(rows: Rows) -> Floats:
            wanted, missing = by_month(users.of(rows.wanted)), by_month(users.of(rows.unserved))
            return 100.0 * np.divide(missing, wanted, out=np.zeros_like(missing), where=wanted > 0.0)

        self._add("shortage_unserved_percent", users.labels, True, percent)

    def split(self, most: int) -> list[tuple[int, int]]:
        """Ranges of series, of at most `most` cells each, that are stored and joined together."""
        blocks, first, cells = [], 0, 0
        for number, series in enumerate(self.series):
            if cells and cells + series.dates > most:
                blocks.append((first, number))
                first, cells = number, 0
            cells += series.dates
        if self.series:
            blocks.append((first, len(self.series)))
        return blocks

    def cells(self, block: tuple[int, int]) -> tuple[int, int]:
        """First cell and end of a block of series."""
        last = self.series[block[1] - 1]
        return self.series[block[0]].first, last.first + last.dates

    # --- one run ----------------------------------------------------------------------------------

    def vector(self, rows: Rows) -> NDArray[np.float32]:
        """All series of one run, one after the other, in single precision."""
        out = np.empty(self.n_cells, dtype=np.float32)
        first = 0
        for block in self._blocks:
            part = block(rows).reshape(-1)
            out[first : first + part.size] = part
            first += part.size
        return out


def _dates(start: dt.date, days: list[int]) -> NDArray[np.datetime64]:
    return np.datetime64(start, "ms") + np.asarray(days, dtype="timedelta64[D]").astype("timedelta64[ms]")


def _by_step(table: Floats, step: int) -> Floats:
    """Means of `step` weeks; the last may be of fewer."""
    weeks = table.shape[1]
    out = np.zeros((len(table), -(-weeks // step)))
    count = np.zeros(out.shape[1])
    for week in range(step):  # strided additions: ten times faster than reduceat along the row
        part = table[:, week::step]
        out[:, : part.shape[1]] += part
        count[: part.shape[1]] += 1.0
    return np.asarray(out / count)
