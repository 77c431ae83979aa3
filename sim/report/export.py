"""The report's numbers for other programs: a workbook, and a CSV in the format of the IAMC."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .literal import write_csv
from .run import Run
from .stored import Fan

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from .build import Part

MODEL = "supplyrisk"
# Of weekly (exports: monthly) values, averaged or added up: a year's own percentiles would need every run's series.
IAMC_QUANTILES = ((0.05, "5th Percentile"), (0.5, "Median"), (0.95, "95th Percentile"))


# --- workbook -------------------------------------------------------------------------------------


def workbook_missing() -> str:
    """ "" or, if xlsxwriter is not installed, the line that says so."""
    from importlib.util import find_spec

    if find_spec("xlsxwriter") is None:
        return "report.xlsx was left out: it needs xlsxwriter (the extra `excel`)"
    return ""


def write_workbook(part: Part, path: Path) -> None:
    """Write the tables of a report into an .xlsx file; nothing if xlsxwriter is not installed."""
    if workbook_missing():
        return
    import xlsxwriter

    options = {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": part.run.report_title, "created": dt.datetime(2020, 1, 1)})
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("answer")
        sheet.set_column(0, 0, 110)
        lines = [part.run.report_title, part.run.question, *part.answer.cautions, *part.answer.sentences]
        for row, text in enumerate(line for line in lines if line):
            sheet.write_string(row, 0, text, bold if row == 0 else wrap)
        for table in part.tables:
            sheet = book.add_worksheet(table.name[:31])
            sheet.set_column(0, 0, 44)
            sheet.set_column(1, 2 * len(table.header), 20)
            header = [table.header[0]]
            for name in table.header[1:]:
                header += [name, f"{name}, interval" if name else ""]
            rows = [[r[0].text, *(x for c in r[1:] for x in (c.text, c.note))] for r in table.rows]
            _fill(sheet, header, rows, bold)
            sheet.write_string(len(rows) + 2, 0, table.note, wrap)
        sheet = book.add_worksheet("uncertain numbers")
        sheet.set_column(0, 4, 34)
        inputs = [[a.name, a.spread, a.central, a.unit, a.confidence, a.source] for a in part.inputs]
        _fill(sheet, ["number", "distribution", "central", "unit", "confidence", "source"], inputs, bold)
        _sheet(book, "summary", part.run.summary, bold)


def _sheet(book: Any, name: str, table: pd.DataFrame, bold: Any) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(table.columns), 16)
    _fill(sheet, [str(c) for c in table.columns], table.head(200_000).to_numpy(dtype=object).tolist(), bold)


def _fill(sheet: Any, header: list[str], rows: Iterable[list[Any]], bold: Any) -> None:
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if value is None or (isinstance(value, float) and not math.isfinite(value)):
                continue
            if isinstance(value, (bool, str)) or not hasattr(value, "__float__"):
                sheet.write_string(number, column, str(value))
            else:
                sheet.write_number(number, column, float(value))


# --- IAMC -----------------------------------------------------------------------------------------

# series -> (variable, unit per year, how weeks or months become a year)
IAMC_VARIABLES: dict[str, tuple[str, str, str]] = {
    "price_spot_index": ("Price|{product}|Spot", "Index (baseline = 1)", "mean"),
    "price_paid_index": ("Price|{product}|Paid", "Index (baseline = 1)", "mean"),
    "shortage_t": ("Shortage|{product}", "t/yr", "weeks"),
    "shortage_unserved_t": ("Shortage|{product}|Unserved", "t/yr", "weeks"),
    "wanted_t": ("Demand|{product}", "t/yr", "weeks"),
    "production_t": ("Production|{product}", "t/yr", "weeks"),
    "export_t": ("Exports|{product}", "t/yr", "months"),
    "stock_cover_weeks": ("Stock Cover|{product}", "weeks", "mean"),
}


def write_iamc(run: Run, path: Path) -> None:
    """Yearly values in the columns of the IAMC: Model, Scenario, Region, Variable, Unit, one per year.

    Each variable comes with its 5th percentile, median and 95th percentile over runs: of weekly values,
    averaged or added up over the year. Years that the horizon covers in part hold that part.
    """
    import pandas as pd

    rows = []
    years: list[int] = []
    for arm in run.arms:
        for variable, (name, unit, how) in IAMC_VARIABLES.items():
            for (product, place, end_use), fan in run.fans(variable, arm).items():
                if end_use or ">" in place:
                    continue
                values = _yearly(run, fan, how)
                years = sorted(set(years) | set(values))
                for number, (_, word) in enumerate(IAMC_QUANTILES):
                    period = "Monthly" if how == "months" else "Weekly"
                    label = f"{name.format(product=run.label(product))}|{period} {word}"
                    of_years = {year: float(v[number]) for year, v in values.items()}
                    rows.append((MODEL, f"{run.name} {arm}", region(run, place), label, unit, of_years))
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


def _yearly(run: Run, fan: Fan, how: str) -> dict[int, np.ndarray]:
    """Per year, one value for each of `IAMC_QUANTILES`."""
    import numpy as np

    years = np.asarray(fan.dates, dtype="datetime64[Y]").astype(int) + 1970
    values = np.stack([fan.at(quantile) for quantile, _ in IAMC_QUANTILES], axis=1)
    first = np.flatnonzero(np.diff(years, prepend=years[:1] - 1))
    step = int(run.manifest.get("series_step_weeks") or 1) if how == "weeks" else 1
    sums = np.add.reduceat(values, first) if len(first) else values
    if how == "mean":
        sums = sums / np.diff(first, append=len(years))[:, None]
    return {int(year): total * (1 if how == "mean" else step) for year, total in zip(years[first], sums, strict=True)}
