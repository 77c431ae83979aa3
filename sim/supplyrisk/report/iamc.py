"""The report's series as yearly values in the format of the IAMC."""

from __future__ import annotations

import csv
import datetime as dt
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from ..results.fan import Fan
from .literal import cell
from .once import once_per_run
from .run import Run

if TYPE_CHECKING:
    import numpy as np

MODEL = "supplyrisk"
# Of weekly (exports: monthly) values, averaged over the year: a year's own percentiles would need every run's series.
QUANTILES = ((0.10, "10th Percentile"), (0.5, "Median"), (0.90, "90th Percentile"))
DAYS_PER_YEAR = 365.25  # as everywhere in the model: a rate is t in so many days
RESOLUTION = 2.0**-23  # of a stored value, relative: two that differ by less are the same number, rounded

WEEK, MONTH, LEVEL = "t/week", "t/month", "level"  # what a value of the series is
# series -> (variable, unit, what a value is)
VARIABLES: dict[str, tuple[str, str, str]] = {
    "price_spot_index": ("Price|{product}|Spot", "Index (baseline = 1)", LEVEL),
    "price_paid_index": ("Price|{product}|Paid", "Index (baseline = 1)", LEVEL),
    "shortage_t": ("Shortage|{product}", "t/yr", WEEK),
    "shortage_unserved_t": ("Shortage|{product}|Unserved", "t/yr", WEEK),
    "wanted_t": ("Demand|{product}", "t/yr", WEEK),
    "production_t": ("Production|{product}", "t/yr", WEEK),
    "export_t": ("Exports|{product}", "t/yr", MONTH),
    "stock_cover_weeks": ("Stock Cover|{product}", "weeks", LEVEL),
}


def write_iamc(run: Run, path: Path) -> None:
    """Yearly values in the columns of the IAMC: Model, Scenario, Region, Variable, Unit, one per year.

    Each variable comes with its 10th percentile, median and 90th percentile over runs, of weekly (exports: monthly)
    values, averaged over the days of the year that were simulated; tonnes are a yearly rate. The row `Days Covered`
    of each scenario says how many days these were: fewer than 365 mark a year in part.
    """
    rows = [row for arm in run.arms for row in _rows(run, arm)]
    years = sorted({year for _, values in rows for year in values})
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["Model", "Scenario", "Region", "Variable", "Unit", *map(str, years)])
        out.writerows([*names, *(_number(values.get(year)) for year in years)] for names, values in rows)


def _rows(run: Run, arm: str) -> list[tuple[list[str], dict[int, float]]]:
    """Names and values by year of one arm, in the order of `VARIABLES` and of the file."""
    scenario = cell(f"{run.name} {arm}")
    found: dict[str, list[tuple[int, list[tuple[list[str], dict[int, float]]]]]] = {name: [] for name in VARIABLES}
    covered: dict[int, float] = {}
    for part in run.series_of(arm, _told):
        name, unit, what = VARIABLES[part.variable]
        period = "Monthly" if what == MONTH else "Weekly"
        near = [int(abs(part.levels - quantile).argmin()) for quantile, _ in QUANTILES]
        values = part.values[:, near, :].reshape(len(part.dates), -1)
        years, of_years, days = _by_year(part.dates, values, what, run.start, run.end)
        covered = dict(zip(years, days.tolist()))
        by_series = of_years.reshape(len(years), len(QUANTILES), -1).transpose(2, 1, 0).tolist()
        for place, (product, where, _), numbers in zip(part.places.tolist(), part.names, by_series):
            label, here = f"{name.format(product=run.label(product))}|{period}", cell(region(run, where))
            rows = [
                ([MODEL, scenario, here, f"{label} {word}", unit], dict(zip(years, each)))
                for (_, word), each in zip(QUANTILES, numbers)
            ]
            found[part.variable].append((place, rows))
    told = [row for of_variable in found.values() for _, rows in sorted(of_variable, key=itemgetter(0)) for row in rows]
    if covered:
        told.append(([MODEL, scenario, "World", "Days Covered", "days/yr"], covered))
    return told


def _told(variable: str, product: str, place: str, end_use: str) -> bool:
    """Whether a series is told: all end uses together, no single lanes."""
    return variable in VARIABLES and not end_use and ">" not in place


def _number(value: float | None) -> str:
    """A value as text; nothing where there is none."""
    return "" if value is None or value != value else f"{value:.8g}"


@once_per_run
def region(run: Run, place: str) -> str:
    """Region name of a place: "World", "China", "Outside China"."""
    if place in ("world", ""):
        return "World"
    name = run.label(place)
    return name[:1].upper() + name[1:]


def yearly(fan: Fan, what: str, start: dt.date, end: dt.date) -> tuple[dict[int, np.ndarray], dict[int, float]]:
    """Per year one value for each of `QUANTILES`, and the days it stands for.

    A week or month that lies in two years is shared out by days. With n_i days of period i in the year and its value
    x_i (a level, or the tonnes a day of that period), the year's value is sum(n_i x_i) / sum(n_i); tonnes a day times
    365.25 days are the yearly rate. So a year of 52, 53 or 26 weeks has the rate of its weeks, and a steady flow is
    the same number in every year.

    Parameters
    ----------
    what : str
        WEEK (tonnes a week), MONTH (tonnes in the month) or LEVEL.
    start, end : date
        First day of the horizon, and the day after its last. What is simulated ends with the last whole week.
    """
    import numpy as np

    values = np.stack([np.asarray(fan.at(quantile), dtype=np.float64) for quantile, _ in QUANTILES], axis=1)
    years, of_years, days = _by_year(fan.dates, values, what, start, end)
    return dict(zip(years, of_years)), dict(zip(years, days.tolist()))


def _by_year(
    dates: np.ndarray, values: np.ndarray, what: str, start: dt.date, end: dt.date
) -> tuple[list[int], np.ndarray, np.ndarray]:
    """Years, their values (years, columns) from those of the periods (dates, columns), and the days they stand for."""
    import numpy as np

    first = np.asarray(dates, dtype="datetime64[D]")
    lengths, years, shared = _calendar(first.astype(np.int64).tobytes(), start, end)
    if what == WEEK:
        values = values / 7.0 * DAYS_PER_YEAR
    elif what == MONTH:
        values = values / lengths[:, None] * DAYS_PER_YEAR
    # Added up as differences to the first period, of which the smallest are only rounding: what is flat stays flat.
    away = values - values[0]
    away[np.abs(away) <= RESOLUTION * np.abs(values[0])] = 0.0
    days = shared.sum(axis=1)
    return years, values[0] + np.stack([(part[:, None] * away).sum(axis=0) for part in shared]) / days[:, None], days


@lru_cache(maxsize=16)
def _calendar(dates: bytes, start: dt.date, end: dt.date) -> tuple[np.ndarray, list[int], np.ndarray]:
    """Days of each period, the years that periods touch, and the days of each period in each year."""
    import numpy as np

    first = np.frombuffer(dates, dtype=np.int64).astype("datetime64[D]")
    ends = np.append(first[1:], np.datetime64(start + dt.timedelta((end - start).days // 7 * 7), "D"))
    years = range(start.year, (end - dt.timedelta(1)).year + 1)
    opens = np.array([f"{year}-01-01" for year in (*years, years.stop)], dtype="datetime64[D]")
    begun, over = np.maximum(first, opens[:-1, None]), np.minimum(ends, opens[1:, None])
    shared = np.clip((over - begun).astype(float), 0.0, None)
    some = shared.sum(axis=1) > 0.0
    return (ends - first).astype(float), [year for year, here in zip(years, some) if here], shared[some]
