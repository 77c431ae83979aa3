"""Cells and tables of the report, and how a spread over runs stands in a cell."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from .bands import band, holds
from .enough import FEWEST_RUNS
from .hedges import week_date, weeks_in
from .pick import Spread
from .rounding import MISSING, NOTHING, with_interval
from .run import Run
from .words import day


@dataclass(frozen=True)
class Typed:
    """The numbers of a cell: median, 10 % and 90 % quantile over runs, in `unit`.

    `share` is the share of runs in which the quantity exists at all (a first week of shortage, say). A date is
    None where it lies after the period.
    """

    middle: float | dt.date | None
    low: float | dt.date | None
    high: float | dt.date | None
    unit: str
    share: float = 1.0


@dataclass(frozen=True)
class Cell:
    """One cell: what is read (`text`), below it in smaller type (`note`, the interval), and the numbers."""

    text: str
    note: str = ""
    typed: Typed | None = None


@dataclass(frozen=True)
class ReportTable:
    """A small table with a title, what its intervals are, and rows of cells; the first column is names."""

    name: str
    title: str
    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def intervals_are(run: Run) -> str:
    """What the numbers in brackets are."""
    if run.n_ok == 1:
        return "One run."
    if run.n_ok < FEWEST_RUNS:
        return f"Median, and below it 10 % to 90 % quantile of only {run.n_ok} runs ({holds(run)})."
    return f"Median of {run.n_ok:,} runs, and below it the {band(run)}."


def cell_of(s: Spread | None, unit: str = "") -> Cell:
    if s is None or s.n == 0 or math.isnan(s.p50):
        return Cell(MISSING)
    unit = unit or s.unit
    text, between = with_interval(s.p50, s.p10, s.p90, unit)
    return Cell(text, between if s.n > 1 else "", _numbers(s, unit))


def _numbers(s: Spread, unit: str) -> Typed:
    """The numbers of a spread; what is only rounding of sums is 0."""
    middle, low, high = (0.0 if abs(x) < NOTHING else x for x in (s.p50, s.p10, s.p90))
    return Typed(middle, low, high, unit)


def bare_cell(s: Spread | None) -> Cell:
    """Numbers alone, the unit stands in the header."""
    if s is None or s.n == 0:
        return Cell(MISSING)
    return Cell(*with_interval(s.p50, s.p10, s.p90, ""), _numbers(s, s.unit))


def arm_note(run: Run) -> str:
    arm = "With the events, no policy. " if run.main_arm == "scenario" and run.scenario_events else ""
    return arm + intervals_are(run)


def date_cell(run: Run, s: Spread | None) -> Cell:
    if s is None or s.n == 0 or math.isnan(s.p50):
        return Cell("never")
    middle = day(week_date(run, s.p50))
    ends = [day(week_date(run, min(x, weeks_in(run)))) for x in (s.p10, s.p90)]
    days = [week_date(run, x) if x <= weeks_in(run) else None for x in (s.p50, s.p10, s.p90)]
    typed = Typed(days[0], days[1], days[2], "date", s.n / max(run.n_ok, 1))
    part = f"; {100 * s.n / max(run.n_ok, 1):.0f} % of runs" if s.n < run.n_ok else ""
    if ends[0] == ends[1]:
        return Cell(middle, part.removeprefix("; "), typed)
    return Cell(middle, f"{ends[0]} to {ends[1]}{part}", typed)
