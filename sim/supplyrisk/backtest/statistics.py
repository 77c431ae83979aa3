"""The vocabulary of targets: one number out of a simulated path.

Every statistic gets the path, the days of the period, and the reference level (1 where the target names no
reference period), and returns a number; months count as `month_number`, a thing that never happens is
infinite.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .measure import MONTH_DAYS, Path, month_number

Floats = NDArray[np.float64]
WRITTEN = re.compile(r"(?P<name>[a-z_]+)(?:\((?P<number>[0-9.]+)(?P<percent> ?%)?\))?$")


@dataclass(frozen=True)
class Period:
    """Days start .. stop-1 of the horizon, whose first day is `first`."""

    start: int
    stop: int
    first: dt.date

    def months(self) -> list[tuple[int, int, int]]:
        """(month number, first day, day after the last) of every calendar month that begins in the period."""
        found = []
        day = self.first + dt.timedelta(days=self.start)
        if day.day != 1:
            day = _next_month(day)
        while (day - self.first).days < self.stop:
            after = _next_month(day)
            found.append((month_number(day), (day - self.first).days, (after - self.first).days))
            day = after
        return found


def _next_month(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


Compute = Callable[[Sequence[Path], Period, float, float], float]


@dataclass(frozen=True)
class Statistic:
    """One word of the vocabulary.

    `kind` says what the result and the target's `low` and `high` are: number, month (`2025-07`), weeks or
    months (counted from the period's first day). `argument` is the default of the number in brackets, NaN if
    there is none. `reference` says that a reference period must be given.
    """

    name: str
    meaning: str
    compute: Compute
    kind: str = "number"
    argument: float = math.nan
    reference: bool = False
    by_country: bool = False


def _steps(path: Path, period: Period) -> NDArray[np.bool_]:
    return (path.first >= period.start) & (path.first < period.stop)


def _mean(paths: Sequence[Path], period: Period, reference: float, _: float) -> float:
    return paths[0].mean(period.start, period.stop) / reference


def _total(paths: Sequence[Path], period: Period, reference: float, _: float) -> float:
    return paths[0].mean(period.start, period.stop) * (period.stop - period.start) / MONTH_DAYS / reference


def _values(path: Path, period: Period) -> Floats:
    """Every step's level; of flows every step's quantity as a monthly rate."""
    here = _steps(path, period)
    return path.value[here] / path.days[here] * MONTH_DAYS if path.flow else path.value[here]


def _extreme(pick: Callable[[Floats], float]) -> Compute:
    def compute(paths: Sequence[Path], period: Period, reference: float, weeks: float) -> float:
        """Extreme of means over `weeks` weeks (monthly paths: over months)."""
        values = _values(paths[0], period)
        width = max(1, round(weeks)) if paths[0].days[0] < 10 else 1
        if width > 1 and len(values) >= width:
            values = np.convolve(values, np.full(width, 1.0 / width), "valid")
        return float(pick(values)) / reference if len(values) else math.nan

    return compute


def _monthly(path: Path, period: Period) -> tuple[list[int], list[float]]:
    months = period.months()
    return [number for number, _, _ in months], [path.mean(start, stop) for _, start, stop in months]


def _month_of(pick: Callable[[list[float]], int]) -> Compute:
    def compute(paths: Sequence[Path], period: Period, _reference: float, _: float) -> float:
        numbers, values = _monthly(paths[0], period)
        return float(numbers[pick(values)]) if values else math.nan

    return compute


def _first_month(above: bool, counted: bool) -> Compute:
    def compute(paths: Sequence[Path], period: Period, reference: float, threshold: float) -> float:
        begin = period.first + dt.timedelta(days=period.start)
        for number, value in zip(*_monthly(paths[0], period), strict=True):
            if (value >= threshold * reference) if above else (value <= threshold * reference):
                return float(number - month_number(begin)) if counted else float(number)
        return math.inf

    return compute


def _count_months(paths: Sequence[Path], period: Period, reference: float, threshold: float) -> float:
    return float(sum(value < threshold * reference for value in _monthly(paths[0], period)[1]))


def _loss(paths: Sequence[Path], period: Period, reference: float, _: float) -> float:
    return 1.0 - paths[0].mean(period.start, period.stop) / reference


def _weeks_until(paths: Sequence[Path], period: Period, _reference: float, threshold: float) -> float:
    """Weeks from the period's first day to the first step above the threshold, in whichever path comes first."""
    found = math.inf
    for path in paths:
        hit = _steps(path, period) & (path.value > threshold)
        if hit.any():
            found = min(found, (float(path.first[hit][0]) - period.start) / 7.0)
    return found


def _weeks_above(paths: Sequence[Path], period: Period, reference: float, threshold: float) -> float:
    here = _steps(paths[0], period)
    return float((paths[0].value[here] > threshold * reference).sum() * paths[0].days[0]) / 7.0


STATISTICS: tuple[Statistic, ...] = (
    Statistic(
        "mean", "mean over the period, of flows per month; with a reference period: its ratio to that mean", _mean
    ),
    Statistic("value_at", "the same as mean, for short periods (a day, a week, a month)", _mean),
    Statistic("total", "sum of a flow over the period, t; with a reference period in months' normal flow", _total),
    Statistic("min", "lowest mean over N weeks (monthly variables: month)", _extreme(np.min), argument=1.0),
    Statistic("max", "highest mean over N weeks (monthly variables: month)", _extreme(np.max), argument=1.0),
    Statistic("ratio_to_reference", "mean over the period / mean over the reference period", _mean, reference=True),
    Statistic("ratio_between_places", "the same as mean, for a place written A/B", _mean),
    Statistic("month_of_min", "month with the lowest mean", _month_of(lambda v: int(np.argmin(v))), "month"),
    Statistic("month_of_max", "month with the highest mean", _month_of(lambda v: int(np.argmax(v))), "month"),
    Statistic(
        "first_month_above",
        "first month whose mean is at least N times the reference mean",
        _first_month(True, False),
        "month",
        1.0,
        True,
    ),
    Statistic(
        "first_month_below",
        "first month whose mean is at most N times the reference mean",
        _first_month(False, False),
        "month",
        1.0,
        True,
    ),
    Statistic(
        "months_until_at_least",
        "months from the month of `from` (which is 0) to the first one with at least N times the reference mean",
        _first_month(True, True),
        "months",
        1.0,
        True,
    ),
    Statistic(
        "zero_months",
        "number of months below N of the reference mean (default 1 %)",
        _count_months,
        "months",
        0.01,
        True,
    ),
    Statistic(
        "cumulative_loss_share",
        "1 - mean over the period / mean over the reference period: the share of normal flow that was lost",
        _loss,
        reference=True,
    ),
    Statistic(
        "first_stoppage_week",
        "weeks from `from` to the first week in which physically unserved use of a country exceeds N of what is "
        "wanted there (default 1 %); the earliest of the place's countries",
        _weeks_until,
        "weeks",
        0.01,
        by_country=True,
    ),
    Statistic("weeks_until_above", "weeks from `from` to the first step above N", _weeks_until, "weeks", 1.0),
    Statistic(
        "weeks_above", "weeks above N (times the reference mean, if a reference is given)", _weeks_above, "weeks", 1.0
    ),
    Statistic("share_of_quota_used", "mean of quota_used_share over the period", _mean),
)
STATISTIC_BY_NAME = {statistic.name: statistic for statistic in STATISTICS}


def parse_statistic(text: str) -> tuple[Statistic, float]:
    """`first_month_above(0.7)` -> the statistic and its number.

    Raises
    ------
    KeyError
        If there is no such word; ValueError if a number stands where none belongs.
    """
    found = WRITTEN.match(text.strip())
    if found is None or found["name"] not in STATISTIC_BY_NAME:
        raise KeyError(found["name"] if found else text)
    statistic = STATISTIC_BY_NAME[found["name"]]
    if found["number"] is None:
        return statistic, statistic.argument
    if math.isnan(statistic.argument):
        raise ValueError(f"{statistic.name} takes no number")
    return statistic, float(found["number"]) / (100.0 if found["percent"] else 1.0)
