"""Yearly rates from weeks and months: what is flat is flat in every year, whatever the calendar does."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from supplyrisk.report.build import build_report
from supplyrisk.report.iamc import LEVEL, MONTH, QUANTILES, VARIABLES, WEEK, region, write_iamc, yearly
from supplyrisk.report.run import open_run
from supplyrisk.results.fan import Fan

from .report_runs import make_run_folder

LEVELS = (0.10, 0.5, 0.90)


def fan(dates: np.ndarray, values: np.ndarray) -> Fan:
    """A fan whose quantiles are half, once and twice the values, as single precision stores them."""
    stored = np.stack([values / 2, values, values * 2], axis=1).astype(np.float32)
    return Fan(dates, LEVELS, stored, "t")


def weeks(start: dt.date, days: int, step: int = 1) -> np.ndarray:
    return np.datetime64(start) + 7 * step * np.arange(-(-(days // 7) // step))


def months(start: dt.date, days: int) -> tuple[np.ndarray, np.ndarray]:
    """First days of the months, the first as the horizon begins, and their lengths within it."""
    end = np.datetime64(start) + days // 7 * 7
    later = np.arange(np.datetime64(start, "M") + 1, end.astype("datetime64[M]") + 1).astype("datetime64[D]")
    first = np.concatenate([[np.datetime64(start)], later[later < end]])
    return first, np.diff(np.append(first, end)).astype(float)


@pytest.mark.parametrize(("start", "days"), [("2026-01-01", 2922), ("2025-04-17", 1000), ("2027-12-30", 20)])
@pytest.mark.parametrize("step", [1, 4])
def test_what_is_flat_is_flat_in_every_year(start: str, days: int, step: int) -> None:
    begin = dt.date.fromisoformat(start)
    end = begin + dt.timedelta(days)
    years = list(range(begin.year, (end - dt.timedelta(1)).year + 1))
    dates = weeks(begin, days, step)
    of_week, covered = yearly(fan(dates, np.full(len(dates), 12.3)), WEEK, begin, end)
    assert sum(covered.values()) == days // 7 * 7
    assert list(of_week) == [y for y in years if y in covered]
    level, _ = yearly(fan(dates, np.full(len(dates), 0.7)), LEVEL, begin, end)
    first, lengths = months(begin, days)
    of_month, same = yearly(fan(first, 0.3422313 * lengths), MONTH, begin, end)
    assert same == covered
    for found, rate in ((of_week, 12.3 / 7 * 365.25), (level, 0.7), (of_month, 0.3422313 * 365.25)):
        for value in found.values():
            assert value == pytest.approx(found[years[0]], rel=1e-12)
            assert value == pytest.approx([rate / 2, rate, rate * 2], rel=1e-6)


def test_a_week_in_two_years_is_shared_out_by_days() -> None:
    start = dt.date(2025, 12, 25)  # weeks of 25 December and 1 January
    found, covered = yearly(fan(weeks(start, 14), np.array([70.0, 7.0])), WEEK, start, dt.date(2026, 1, 8))
    assert covered == {2025: 7.0, 2026: 7.0}
    assert [found[y][1] for y in (2025, 2026)] == pytest.approx([3652.5, 365.25])
    start = dt.date(2025, 12, 29)  # three days in the old year, four in the new one
    found, covered = yearly(fan(weeks(start, 14), np.array([70.0, 7.0])), WEEK, start, dt.date(2026, 1, 12))
    assert covered == {2025: 3.0, 2026: 11.0}
    assert found[2025][1] == pytest.approx(3652.5)
    assert found[2026][1] == pytest.approx((4 * 10.0 + 7 * 1.0) / 11 * 365.25)


def test_the_last_of_four_weeks_may_be_fewer() -> None:
    start = dt.date(2026, 1, 5)
    found, covered = yearly(fan(weeks(start, 45, 4), np.array([7.0, 14.0])), WEEK, start, start + dt.timedelta(45))
    assert covered == {2026: 42.0}  # six weeks of six and a half
    assert found[2026][1] == pytest.approx((28 * 1.0 + 14 * 2.0) / 42 * 365.25)


def test_days_covered_mark_a_year_in_part(tmp_path: Path) -> None:
    folder = make_run_folder(tmp_path, runs=3, days=500, arms=("baseline", "scenario"))
    build_report(folder, excel=False)
    table = pd.read_csv(folder / "iamc.csv")
    years = [c for c in table.columns if c.isdigit()]
    rows = table[table["Variable"] == "Days Covered"]
    assert set(rows["Scenario"].str.split().str[-1]) == {"baseline", "scenario"}
    assert (rows[years].sum(axis=1) == 500 // 7 * 7).all()
    assert (table["Unit"] == "t/yr").any()


@pytest.mark.parametrize("shuffled", [False, True])
def test_every_row_is_that_of_its_fan(tmp_path: Path, shuffled: bool) -> None:
    folder = make_run_folder(tmp_path, runs=5, days=500, arms=("baseline", "scenario"), keep_runs=True)
    run = open_run(folder)
    expected: dict[tuple[str, str, str], list[str]] = {}
    for arm in run.arms:
        for variable, (name, _, what) in VARIABLES.items():
            for (product, place, end_use), found in run.fans(variable, arm).items():
                if end_use or ">" in place:
                    continue
                values, _ = yearly(found, what, run.start, run.end)
                label = name.format(product=run.label(product)) + ("|Monthly" if what == MONTH else "|Weekly")
                for number, (_, word) in enumerate(QUANTILES):
                    key = (f"{run.name} {arm}", region(run, place), f"{label} {word}")
                    expected[key] = [f"{v[number]:.8g}" for v in values.values()]
    if shuffled:
        file = folder / "series.parquet"
        table = pq.read_table(file)
        order = np.random.default_rng(3).permutation(len(table))
        pq.write_table(table.take(order), file, row_group_size=len(table) // 3)
    write_iamc(open_run(folder), tmp_path / "iamc.csv")
    with (tmp_path / "iamc.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in list(csv.reader(stream))[1:] if row[3] != "Days Covered"]
    assert len(rows) == len(expected) > 50
    assert {(row[1], row[2], row[3]): row[5:] for row in rows} == expected
