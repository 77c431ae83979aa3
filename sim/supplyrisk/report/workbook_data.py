"""What goes into a workbook: courses over time, draws, statistics and outcomes, as far as a spreadsheet can hold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..results.arm_series import ALL
from ..results.fan import DIMENSIONS, Fan
from ..results.finish import CSV_HEADLINES
from ..results.stored import SHAPE_RUNS
from . import style
from .case import METRIC
from .pick import headline_price, moved_products, of_wanted, short_products
from .run import Run
from .words import small

if TYPE_CHECKING:
    import pandas as pd

RESIDUE = 1e-9  # of a quantity's largest number: what is smaller is rounding of sums and stands as 0
MOST_CELLS = 300_000  # of one sheet: opens at once, and is written in seconds
MOST_SUMMARY_CELLS = 1_500_000  # the table most readers come for: whole for some 25 policies of a large world
MOST_ROWS = 1_000_000  # a spreadsheet has 1,048,576
MOST_COLUMNS = 16_000  # of 16,384
STATISTICS = ("mean", "sd", "p10", "p25", "p50", "p75", "p90", "standard_error")
MOST_PRODUCTS = 3


@dataclass(frozen=True)
class Course:
    """One line over time: a quantity of a product in a place, with its interval and its course without the events."""

    title: str
    name: str
    unit: str
    colour: str
    dates: list[dt.date]
    fan: Fan
    baseline: Fan | None

    @property
    def scale(self) -> float:
        import numpy as np

        return float(np.nanmax(np.abs(self.fan.values), initial=0.0))

    def columns(self) -> Iterator[tuple[str, Sequence[float]]]:
        """Names and values of its columns on the sheet."""
        for name, level in (("median", 0.5), ("10 %", 0.10), ("90 %", 0.90)):
            yield name, self.fan.at(level).tolist()
        if self.baseline is not None:
            yield "without the events", self.baseline.at(0.5).tolist()


def settled(values: Sequence[float], scale: float) -> list[float]:
    """Numbers with what is only rounding of sums put to 0.

    Examples
    --------
    >>> settled([1.0, -3e-13, 2e-8], 10.0)
    [1.0, 0.0, 2e-08]
    """
    return [0.0 if abs(x) < RESIDUE * scale else x for x in values]


def courses(run: Run) -> list[Course]:
    """The courses the figures tell: quoted prices by zone, and what is physically missing."""
    first = [product for product, _ in [headline_price(run)] if product]
    found = []
    for product in list(dict.fromkeys([*first, *moved_products(run)]))[:MOST_PRODUCTS]:
        for zone in run.zones:
            fan = run.fan("price_spot_index", run.main_arm, product=product, place=zone)
            base = run.fan("price_spot_index", "baseline", product=product, place=zone)
            title = f"Quoted price of {small(run.label(product))}"
            found.append(_course(run, title, zone, fan, base, "index", run.price_label(zone)))
    for product in short_products(run)[:2]:
        for zone in run.zones:
            fan = of_wanted(run, "shortage_unserved_t", run.main_arm, product, zone)
            title = f"Physically missing {small(run.label(product))}"
            found.append(_course(run, title, zone, fan, None, "%", run.label(zone)))
    return [course for course in found if course is not None]


def _course(run: Run, title: str, zone: str, fan: Fan | None, base: Fan | None, unit: str, label: str) -> Course | None:
    if fan is None or not len(fan.values):
        return None
    if base is not None and (run.main_arm == "baseline" or base.values.shape[0] != fan.values.shape[0]):
        base = None
    dates = [date.astype("datetime64[D]").item() for date in fan.dates]
    return Course(title, label, unit, style.zone_colour(zone, run.zones), dates, fan, base)


def draws(run: Run) -> tuple[list[str], list[list[Any]], str]:
    """What was drawn: header, a row per run, and what is left out."""
    table = run.runs
    names = [str(c) for c in table.columns]
    kept = names[:MOST_COLUMNS]
    rows = min(len(table), max(1, MOST_CELLS // max(1, len(kept))))
    left = []
    if rows < len(table):
        left.append(f"runs after the first {rows:,} of {len(table):,}")
    if len(kept) < len(names):
        left.append(f"{len(names) - len(kept):,} of {len(names):,} columns")
    return kept, table[kept].head(rows).to_numpy(dtype=object).tolist(), _left_out(left, "runs.parquet")


def statistics(run: Run) -> tuple[pd.DataFrame, str]:
    """The summary with its residues put to 0, and what is left out: the lesser rows where all would be too many."""
    table = run.summary
    numbers = [c for c in STATISTICS if c in table.columns]
    rows, most = len(table), max(1, MOST_SUMMARY_CELLS // max(1, len(table.columns)))
    left = []
    shown = table
    if rows > most:
        shown = table[_is_main(table, run, (*CSV_HEADLINES, *METRIC.values()))]
        left.append(f"{rows - len(shown):,} of {rows:,} rows: countries not asked about, end uses and lesser metrics")
    if len(shown) > most:
        left.append(f"of the others those after the first {most:,}")
    shown = shown.head(most).copy()
    if len(shown):
        largest = table[numbers].abs().max(axis=1).groupby(table["metric"], observed=True).max()
        scale = shown["metric"].astype(object).map(largest).astype(float)
        for column in numbers:
            shown.loc[shown[column].abs() < RESIDUE * scale, column] = 0.0
    for column in DIMENSIONS:
        if column in shown:
            shown[column] = shown[column].astype(object).replace("", ALL)
    return shown, _left_out(left, "summary.csv")


def _is_main(table: pd.DataFrame, run: Run, metrics: Sequence[str]) -> pd.Series[bool]:
    """Which rows hold main metrics of zones, the world and the places asked about, all end uses together."""
    places = [*run.zones, "world", "", *run.asked_places]
    return table["metric"].isin(metrics) & table["place"].isin(places) & (table["end_use"].astype(str) == "")


def outcome_rows(run: Run) -> tuple[list[str], list[list[Any]], str]:
    """Outcomes as rows of arm and quantity with a column per run; the main ones where all would be too many."""
    rows = len(run.summary)
    runs = run.n_ok
    if not rows or not runs or not (run.path / "outcomes.parquet").exists():
        return ["arm", "metric", *DIMENSIONS, "unit"], [], ""
    left, keep = [], None
    if rows * runs > MOST_CELLS:
        places = [*run.zones, "world"]
        keep = _main_rows(places)
        table = run.summary
        chosen = (
            table["metric"].isin(CSV_HEADLINES) & table["place"].isin(places) & (table["end_use"].astype(str) == "")
        )
        left.append(f"{rows - int(chosen.sum()):,} of {rows:,} rows: countries, end uses and lesser metrics")
        rows = max(1, int(chosen.sum()))
    most = min(runs, max(1, MOST_CELLS // rows), MOST_COLUMNS - 6, SHAPE_RUNS)
    if most < runs:
        left.append(f"runs after the first {most:,} of {runs:,}")
    header, cells = _wide(run, keep, most)
    return header, cells, _left_out(left, "outcomes.parquet")


def _main_rows(places: Sequence[str]) -> Any:
    import pyarrow.dataset as ds

    return (
        ds.field("metric").isin(list(CSV_HEADLINES))
        & ds.field("place").isin(list(places))
        & (ds.field("end_use") == ALL)
    )


def _wide(run: Run, keep: Any, most: int) -> tuple[list[str], list[list[Any]]]:
    """Rows of `outcomes.parquet` turned: one per arm and quantity, the first `most` finished runs as columns."""
    import numpy as np
    import pandas as pd

    finished = run.finished["run"].sort_values().to_numpy()[:most]
    table = run.stored_outcomes(keep, most)
    names = ["arm", "metric", *DIMENSIONS, "unit"]
    keys = table.groupby(names, observed=True, sort=False, dropna=False).ngroup().to_numpy()
    place = np.searchsorted(finished, table["run"].to_numpy())
    grid = np.full((int(keys.max()) + 1 if len(keys) else 0, len(finished)), np.nan)
    grid[keys, place] = table["value"].to_numpy(dtype=float)
    labels = table[names].iloc[np.unique(keys, return_index=True)[1]].astype(object)
    metrics = labels["metric"].to_numpy()
    largest = pd.Series(np.nanmax(np.abs(grid), axis=1, initial=0.0)).groupby(metrics).transform("max").to_numpy()
    grid[np.abs(grid) < RESIDUE * largest[:, None]] = 0.0
    rows: list[list[Any]] = [[*label, *values] for label, values in zip(labels.to_numpy().tolist(), grid.tolist())]
    return [*names, *(f"run {number}" for number in finished)], rows


def _left_out(parts: list[str], whole: str) -> str:
    return f"{'; '.join(parts)}; {whole} holds everything" if parts else ""
