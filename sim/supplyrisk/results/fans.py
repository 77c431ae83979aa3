"""Which series are kept of every run, and how a run's rows become one vector of numbers.

Weekly series are stored week by week, or as means of four weeks in long and large batches; monthly ones
by calendar month. The vector's layout depends on the model and on the number of runs asked for, never
on chunks or workers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..measures.aggregate import ALL, Floats, Index, Label, sums
from ..measures.reporter import EXPORT_MONEY, Reporter
from ..measures.statistics import Rows

Singles = NDArray[np.float32]

EXACT_RUNS = 500  # up to here every run's series is kept until the end and quantiles are exact
LEAD_WEEKS, LEAD_MONTHS = -1, -2  # steps of series of a lead-in
# What is kept of a lead-in: what can be held against records, and the state in which the reported part begins.
LEAD_VARIABLES = (
    "price_spot_index",
    "price_paid_index",
    "stock_cover_weeks",
    "production_t",
    "licence_backlog_t",
    "licence_granted_t",
    "stockpile_t",
)
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
    Variable(
        "price_spot_index",
        "index",
        "product, zone",
        "quoted price, as price agencies report it, with the model's own error; baseline = 1",
    ),
    Variable(
        "price_paid_index",
        "index",
        "product, zone",
        "average price paid, contract and spot weighted by volume; baseline = 1",
    ),
    Variable(
        "price_fob_index",
        "index",
        "product, zone",
        "free-on-board price of what leaves the zone, of products whose fob_rent_share is above 0; baseline = 1",
    ),
    Variable(
        "price_gap_reason",
        "code",
        "product, zone",
        "why the price is not the joint one: 0 it is, 1 a rule in force that binds, 2 a full trade link, 3 a rush before a "
        "rule, 4 home price held up against reopening, 5 no trade with other zones; of four weeks the first one's",
    ),
    Variable("wanted_t", "t/week", "product by country, group, zone, world, end use", "use at baseline prices"),
    Variable(
        "shortage_t", "t/week", "product by country, group, zone, world, end use", "use lost: unserved and priced out"
    ),
    Variable(
        "shortage_unserved_t", "t/week", "product by country, group, zone, world, end use", "wanted and not to be had"
    ),
    Variable(
        "shortage_priced_out_t",
        "t/week",
        "product by country, group, zone, world, end use",
        "given up because of price",
    ),
    Variable(
        "shortage_unserved_percent",
        "%",
        "country and end use, by month; product all",
        "physically missing, of what would be used at baseline prices",
    ),
    Variable("stock_cover_weeks", "weeks", "product, zone", "stocks in weeks of use", True),
    Variable("production_t", "t/week", "product by country, group and world", "output", True),
    Variable(
        "export_t",
        "t/month",
        "product by origin (country, group) and lane ORIGIN>DESTINATION, by month",
        "cross-border exports",
    ),
    Variable("licence_backlog_t", "t", "product, country of the office", "goods waiting for a licence"),
    Variable("licence_wait_days", "days", "product, country of the office", "mean age of the queue"),
    Variable("licence_granted_t", "t/week", "product, country of the office", "tonnes granted"),
    Variable("licence_refused_t", "t/week", "product, country of the office", "tonnes refused"),
    Variable("leakage_t", "t/week", "product by buying country and group", "goods that came round a control", True),
    Variable("stockpile_t", "t", "product by country and group", "public stocks", True),
    Variable("export_tax_usd", "USD/week", "product by taxing country and group", "export taxes", True),
    Variable("export_rent_paid_usd", "USD/week", "product by buying country and group", "paid above home prices", True),
    Variable("export_rent_earned_usd", "USD/week", "product by selling country and group", "earned by exporters", True),
    Variable("origin_exposure", "share", "product, country", "content of the tracked origin in stocks", True),
)
VARIABLE_BY_NAME = {variable.name: variable for variable in VARIABLES}


@dataclass
class Stretch:
    """Series side by side in the vector and made in one go: cells `first` .. `last` - 1, `dates` for each."""

    first: int
    last: int
    dates: int
    step: int
    rows: slice  # of the weekly table; none if `make` is given
    more: slice | None  # rows to be added to these
    make: Callable[[Rows, Singles], None] | None


@dataclass(frozen=True)
class Series:
    """One series of the vector: its cells are `first` .. `first + dates` - 1."""

    variable: str
    label: Label
    unit: str
    step: int  # weeks per date; 0: calendar months; negative: of a lead-in
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
        months = np.asarray(model.month_starts) - 7 * model.lead_weeks
        reported = months[model.lead_months :]
        self._dates[0] = _dates(start, [int(d) for d in reported])
        self._dates[LEAD_WEEKS] = _dates(start, [7 * w for w in range(-model.lead_weeks, 0, self.step)])
        self._dates[LEAD_MONTHS] = _dates(start, [int(d) for d in months[: model.lead_months]])
        days = np.arange(n_weeks) * 7
        # A week belongs to the month of its first day; every whole month has four or five.
        self._months: Index = np.searchsorted(reported, days, side="right") - 1
        self.series: list[Series] = []
        self._stretches: list[Stretch] = []
        self._cells = 0
        self._declare()
        self._plan = self._prepare()
        self.n_cells = self._cells

    def dates(self, series: Series) -> NDArray[np.datetime64]:
        """First days of the periods of a series."""
        return self._dates[series.step]

    # --- layout -----------------------------------------------------------------------------------

    def _add(
        self,
        variable: str,
        labels: tuple[Label, ...],
        rows: slice = slice(0, 0),
        more: slice | None = None,
        make: Callable[[Rows, Singles], None] | None = None,
        monthly: bool = False,
        lead: bool = False,
    ) -> None:
        if not labels:
            return
        declared = VARIABLE_BY_NAME[variable]
        step = 0 if monthly else self._background_step if declared.background else self.step
        if lead:
            step = LEAD_MONTHS if monthly else LEAD_WEEKS
        dates = len(self._dates[step])
        first = self._cells
        for label in labels:
            self.series.append(Series(variable, label, declared.unit, step, self._cells, dates))
            self._cells += dates
        last = self._stretches[-1] if self._stretches else None
        alone = not make and not more and last and not last.make and not last.more
        if last and alone and (last.step, last.rows.stop) == (step, rows.start):
            last.rows, last.last = slice(last.rows.start, rows.stop), self._cells
        else:
            self._stretches.append(Stretch(first, self._cells, dates, step, rows, more, make))

    def _declare(self) -> None:
        first = self.reporter.first_series
        for variable in ("price_spot_index", "price_paid_index"):
            self._rows(variable)
        self._rows("price_fob_index")
        self._declare_reasons()
        sums_only = self.reporter.levels[first:]
        self._rows("wanted_t", first)
        unserved, priced_out = (
            self._after(self.reporter.places.rows(name)[1], first)
            for name in ("shortage_unserved_t", "shortage_priced_out_t")
        )
        self._add("shortage_t", sums_only, unserved, priced_out)
        self._rows("shortage_unserved_t", first)
        self._rows("shortage_priced_out_t", first)
        self._declare_percent(self.reporter.n_fine)
        self._rows("stock_cover_weeks")
        self._rows("production_t")
        labels, rows = self.reporter.places.rows("production_t world")
        self._add("production_t", labels, rows)
        exports = (*self.reporter.origins.labels, *self.reporter.lanes)
        self._add("export_t", exports, make=lambda r, out: np.copyto(out, r.monthly, casting="same_kind"), monthly=True)
        for variable in ("licence_backlog_t", "licence_wait_days", "licence_granted_t", "licence_refused_t"):
            self._rows(variable)
        for variable in ("leakage_t", "stockpile_t", "origin_exposure", *EXPORT_MONEY):
            self._rows(variable)
        if self.reporter.columns.lead_weeks:
            self._declare_lead()

    def _declare_reasons(self) -> None:
        """Codes, of which a mean says nothing: the first week of a period stands for it."""
        labels, rows = self.reporter.places.rows("price_gap_reason")
        step, weeks = self.step, slice(None, self._n_weeks)

        def codes(found: Rows, out: Singles) -> None:
            np.copyto(out, found.table[rows, weeks][:, ::step], casting="same_kind")

        self._add("price_gap_reason", labels, make=codes)

    def _declare_lead(self) -> None:
        """Series of the lead-in: the same variables and labels, at earlier dates."""
        for variable in LEAD_VARIABLES:
            at = self.reporter.columns.weekly.get(variable, {})
            labels = tuple(label for label in self.reporter.places.rows(variable)[0] if label in at)
            columns = np.asarray([at[label][0] for label in labels], dtype=np.intp)
            self._add(variable, labels, make=self._lead_weeks(columns), lead=True)
        origins, lanes = self.reporter.origins, np.asarray([n[0] for n in self.reporter.lanes.values()], dtype=np.intp)

        def exports(rows: Rows, out: Singles) -> None:
            assert rows.lead is not None
            by_lane = rows.lead[1].T[lanes]
            out[: len(origins.labels)] = origins.of(by_lane)
            out[len(origins.labels) :] = by_lane

        self._add("export_t", (*origins.labels, *self.reporter.lanes), make=exports, monthly=True, lead=True)

    def _lead_weeks(self, columns: Index) -> Callable[[Rows, Singles], None]:
        """What fills in weeks, or means of `step` weeks, of columns of the engine."""
        step = self.step

        def weeks(rows: Rows, out: Singles) -> None:
            assert rows.lead is not None
            table = rows.lead[0].T[columns]
            for date in range(out.shape[1]):
                some = table[:, date * step : (date + 1) * step]
                out[:, date] = some[:, 0] if step == 1 else some.mean(axis=1)

        return weeks

    def _rows(self, variable: str, first: int = 0) -> None:
        labels, rows = self.reporter.places.rows(variable)
        self._add(variable, labels[first:], self._after(rows, first))

    @staticmethod
    def _after(rows: slice, first: int) -> slice:
        return slice(rows.start + first, rows.stop)

    def _prepare(self) -> tuple[Index, ...]:
        """What `loops.means` has to know, see there."""
        found: list[tuple[int, int, int, int]] = []
        for each in self._stretches:
            if not each.make:
                for i in range(each.rows.stop - each.rows.start):
                    more = each.more.start + i if each.more else -1
                    found.append((each.rows.start + i, more, each.first + i * each.dates, each.step))
        return tuple(np.asarray(found, dtype=np.intp).reshape(-1, 4).T.copy())

    def _declare_percent(self, n_fine: int) -> None:
        members: dict[Label, list[int]] = {}
        for rank, label in enumerate(self.reporter.levels[:n_fine]):
            members.setdefault(Label(ALL, label.place, label.end_use), []).append(rank)
        n_months = len(self._dates[0])
        weeks = [np.flatnonzero(self._months == month) for month in range(n_months)]
        # The k-th week of every month that has so many, as in `Sums`: a few additions over whole blocks.
        most = max(map(len, weeks), default=0)
        # The k-th weeks of all months, one after the other; where a month has fewer, the zeros after the last week.
        self._weeks_of_months = np.asarray([w[k] if k < len(w) else self._n_weeks for k in range(most) for w in weeks])
        users = sums(members)
        starts = np.cumsum([0, *(len(group) for group in users.groups[:-1])])
        # The k-th user of each group, -1 where it has fewer.
        most = max(map(len, users.groups), default=0)
        turns = [np.asarray([[*group, *[-1] * most][k] for group in users.groups], dtype=np.intp) for k in range(most)]

        def percent(rows: Rows, out: Singles) -> None:
            # Nothing is missing in most runs, nor in most places: no share of it needs sums.
            lacking = np.asarray(rows.levels[1, :n_fine].any(axis=1))
            short = np.flatnonzero(np.logical_or.reduceat(lacking[users.rows], starts))
            out[...] = 0.0
            if len(short):
                wanted, missing = self._by_month(rows.levels[:2], [turn[short] for turn in turns])
                out[short] = 100.0 * np.divide(missing, wanted, out=np.zeros_like(missing), where=wanted > 0.0)

        self._add("shortage_unserved_percent", tuple(members), make=percent, monthly=True)

    def _by_month(self, levels: Floats, turns: Sequence[Index]) -> Floats:
        """Sums of groups of rows (in several tables) over the weeks of each month."""
        total = levels[:, turns[0]]
        for turn in turns[1:]:
            more = np.flatnonzero(turn >= 0)
            total[:, more] += levels[:, turn[more]]
        weeks = np.take(total, self._weeks_of_months, axis=2, mode="clip")
        months = weeks.reshape(*total.shape[:2], -1, len(self._dates[0])).sum(axis=2)
        months += 0.0  # no zero has a sign
        return np.asarray(months)

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

    def vector(self, rows: Rows) -> Singles:
        """All series of one run, one after the other, in single precision."""
        loops = rows.loops
        out = np.empty(self.n_cells, dtype=np.float32)
        if loops:
            loops.means(rows.table, *self._plan, self._n_weeks, out)
        for each in self._stretches:
            here = out[each.first : each.last].reshape(-1, each.dates)
            if each.make:
                each.make(rows, here)
            elif not loops:
                table = rows.table[each.rows]
                self._means(table + rows.table[each.more] if each.more else table, each.step, here)
        return out

    def _means(self, table: Floats, step: int, out: Singles) -> None:
        """Means of `step` weeks of rows that end in zeros; the last may be of fewer weeks."""
        if step == 1:
            out[...] = table[:, : self._n_weeks]
            return
        weeks = table.reshape(-1, step)  # whole rows, one after the other: one long strided addition
        total = weeks[:, 0] + weeks[:, 1]
        for week in range(2, step):
            total += weeks[:, week]
        total += 0.0  # no zero has a sign
        last = total.reshape(len(table), -1)[:, out.shape[1] - 1] / ((self._n_weeks - 1) % step + 1)
        total *= 1.0 / step  # exact: 4 is a power of two
        out[...] = total.reshape(len(table), -1)[:, : out.shape[1]]
        out[:, -1] = last


def _dates(start: dt.date, days: list[int]) -> NDArray[np.datetime64]:
    return np.datetime64(start, "ms") + np.asarray(days, dtype="timedelta64[D]").astype("timedelta64[ms]")
