"""The report's series as yearly values in the format of the IAMC."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from .literal import write_csv
from .run import Run
from .stored import Fan

if TYPE_CHECKING:
    import numpy as np

MODEL = "supplyrisk"
# Of weekly (exports: monthly) values, averaged over the year: a year's own percentiles would need every run's series.
QUANTILES = ((0.05, "5th Percentile"), (0.5, "Median"), (0.95, "95th Percentile"))
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

    Each variable comes with its 5th percentile, median and 95th percentile over runs, of weekly (exports: monthly)
    values, averaged over the days of the year that were simulated; tonnes are a yearly rate. The row `Days Covered`
    of each scenario says how many days these were: fewer than 365 mark a year in part.
    """
    import pandas as pd

    rows = []
    years: list[int] = []
    for arm in run.arms:
        scenario = f"{run.name} {arm}"
        covered: dict[int, float] = {}
        for variable, (name, unit, what) in VARIABLES.items():
            period = "Monthly" if what == MONTH else "Weekly"
            for (product, place, end_use), fan in run.fans(variable, arm).items():
                if end_use or ">" in place or not len(fan.dates):
                    continue
                of_years, covered = yearly(fan, what, run.start, run.end)
                years = sorted(set(years) | set(of_years))
                for number, (_, word) in enumerate(QUANTILES):
                    label = f"{name.format(product=run.label(product))}|{period} {word}"
                    values = {year: float(v[number]) for year, v in of_years.items()}
                    rows.append((MODEL, scenario, region(run, place), label, unit, values))
        if covered:
            rows.append((MODEL, scenario, "World", "Days Covered", "days/yr", covered))
    columns = ["Model", "Scenario", "Region", "Variable", "Unit"]
    data = [[*row[:5], *(row[5].get(year, "") for year in years)] for row in rows]
    table = pd.DataFrame(data, columns=[*columns, *(str(y) for y in years)])
    write_csv(table, path, "%.8g")


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

    dates = np.asarray(fan.dates, dtype="datetime64[D]")
    lengths, years, shared = _calendar(dates.astype(np.int64).tobytes(), start, end)
    values = np.stack([np.asarray(fan.at(quantile), dtype=np.float64) for quantile, _ in QUANTILES], axis=1)
    if what == WEEK:
        values = values / 7.0 * DAYS_PER_YEAR
    elif what == MONTH:
        values = values / lengths[:, None] * DAYS_PER_YEAR
    # Added up as differences to the first period, of which the smallest are only rounding: what is flat stays flat.
    away = values - values[0]
    away[np.abs(away) <= RESOLUTION * np.abs(values[0])] = 0.0
    days = shared.sum(axis=1)
    of_years = values[0] + np.stack([(part[:, None] * away).sum(axis=0) for part in shared]) / days[:, None]
    return dict(zip(years, of_years)), dict(zip(years, days.tolist()))


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
