"""The workbook of a study: numbers as numbers, the answer's tables with native charts, the medians of all cells."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..report.workbook import FORMATS, _Book
from .answer import Answer, Table
from .found import STATISTICS, Found
from .tables import key_names

if TYPE_CHECKING:
    from .load import LoadedStudy

MOST_ROWS = 20_000  # of the sheet `cells`; cells.parquet has all
_BAD = set("[]:*?/\\")


def write_workbook(study: LoadedStudy, found: Found, answer: Answer, path: Path) -> None:
    """Write `study.xlsx`."""
    import xlsxwriter

    options = {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": study.spec.title, "created": dt.datetime(2020, 1, 1)})
        made = _Book(book)
        _answer(made, book.add_worksheet("answer"), study, answer)
        for table in answer.tables:
            _table(made, table)
        _cells(made, found)


def _answer(made: _Book, sheet: Any, study: LoadedStudy, answer: Answer) -> None:
    sheet.set_column(0, 0, 110)
    lines = [study.spec.title, study.spec.question, answer.headline, *answer.sentences, *answer.notes]
    for row, text in enumerate(line for line in lines if line):
        made.text(sheet, row, 0, text, made.head if row == 0 else made.wrap)


def _table(made: _Book, table: Table) -> None:
    """A table of the answer with its note, and a chart of it if it has one."""
    name = "".join("_" if letter in _BAD else letter for letter in table.name)[:31]
    sheet = made.book.add_worksheet(name)
    columns = list(table.frame.columns)
    for place, head in enumerate(columns):
        made.text(sheet, 0, place, str(head), made.head)
        sheet.set_column(place, place, 30 if place == 0 else 18)
    for row, values in enumerate(table.frame.itertuples(index=False), start=1):
        for place, value in enumerate(values):
            made.write(sheet, row, place, _plain(value), table.units.get(str(columns[place]), ""))
    sheet.freeze_panes(1, 1)
    last = len(table.frame)
    if last:
        sheet.autofilter(0, 0, last, len(columns) - 1)
    if table.note:
        made.text(sheet, last + 2, 0, table.note)
    if table.chart and last:
        _chart(made, sheet, name, table, columns, last)


def _chart(made: _Book, sheet: Any, name: str, table: Table, columns: list[Any], last: int) -> None:
    assert table.chart
    kind, category, series = table.chart
    rows = min(last, 30) if kind == "bar" else last
    options = {"type": kind} | ({"subtype": "straight_with_markers"} if kind == "scatter" else {})
    chart = made.book.add_chart(options)
    at = columns.index(category)
    for head in series:
        place = columns.index(head)
        chart.add_series(
            {
                "name": [name, 0, place],
                "categories": [name, 1, at, rows, at],
                "values": [name, 1, place, rows, place],
            }
        )
    unit = table.units.get(series[0], "")
    axis = {"num_format": FORMATS.get(unit, "General"), "major_gridlines": {"visible": True}}
    chart.set_title({"name": table.title, "name_font": {"size": 11}})
    if kind == "bar":  # the first row on top, its numbers below
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis(axis)
    else:
        chart.set_x_axis({"name": category})
        chart.set_y_axis(axis)
    chart.set_legend({"position": "bottom"} if len(series) > 1 else {"none": True})
    chart.set_size({"width": 760, "height": 360 if kind != "bar" else 200 + 16 * rows})
    sheet.insert_chart(1, len(columns) + 1, chart)


def _plain(value: Any) -> Any:
    """A cell as text, number or nothing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str) or hasattr(value, "year"):
        return value
    return float(value)


def _cells(made: _Book, found: Found) -> None:
    """Medians of every cell, arm and outcome, as far as a sheet can hold them."""
    texts, numbers = key_names(found)
    header = ["cell", *texts, *numbers, "world", "arm", "outcome", "product", "place", "end_use", "unit"]
    header += ["median", "10 %", "90 %", "mean", "share of runs above zero", "runs"]
    total = sum(len(names) for _, _, _, names, _ in found.stats())
    sheet = made.book.add_worksheet("cells")
    for place, head in enumerate(header):
        made.text(sheet, 0, place, head, made.head)
    for row, values in enumerate(_rows(found, texts, numbers), start=1):
        if row > MOST_ROWS:
            note = f"The first {MOST_ROWS:,} of {total:,} rows; cells.parquet and cells.csv hold all."
            made.text(sheet, row + 1, 0, note)
            break
        for place, value in enumerate(values):
            made.write(sheet, row, place, value)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(min(total, MOST_ROWS), 1), len(header) - 1)


def _rows(found: Found, texts: list[str], numbers: list[str]) -> Iterator[list[Any]]:
    median, mean, share = (STATISTICS.index(name) for name in ("median", "mean", "share_above_zero"))
    for number, placed, arm, names, stats in found.stats():
        head: list[Any] = [number, *(placed.cell.keys.get(key, "") for key in texts)]
        head += [placed.cell.numbers.get(key) for key in numbers]
        head += [placed.world.name, arm]
        for at, name in enumerate(names):
            shown = [stats.value[median, at], stats.low[median, at], stats.high[median, at]]
            shown += [stats.value[mean, at], stats.value[share, at], stats.n[at]]
            yield [*head, *name, *(_plain(float(value)) for value in shown)]
