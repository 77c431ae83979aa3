"""The workbook of a report: numbers as numbers, each with a format, medians and bounds in columns of their own.

Sheets: the answer and what the workbook holds, one sheet per table of the report, courses over time with
charts made of them, the uncertain numbers and what was drawn for each run, the sources of the world's
numbers, statistics of every outcome, and the outcomes run by run, whole or with a note of what is left out.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cells import Cell, ReportTable
from .literal import is_formula
from .workbook_data import MOST_ROWS, Course, courses, draws, outcome_rows, settled, statistics

if TYPE_CHECKING:
    import pandas as pd

    from .build import Part

ROWS_AT_ONCE = 10_000

FORMATS = {
    "index": '0.00"×"',
    "ratio": '0.00"×"',
    "times": '0.00"×"',
    "%": '0.0" %"',
    "points": '0.0" points"',
    "share": "0.0%",
    "weeks": '0.0" weeks"',
    "week": "0",
    "days": '0" days"',
    "t": '#,##0.0" t"',
    "USD": '"USD "#,##0',
    "USD/kg": '#,##0.00" USD/kg"',
    "date": "yyyy-mm-dd",
}


@dataclass
class _Book:
    """A workbook under construction, and the list of its sheets for the reader."""

    book: Any
    formats: dict[str, Any] = field(default_factory=dict)
    contents: list[tuple[str, int, str, str]] = field(default_factory=list)  # sheet, rows, what, what is left out

    def style(self, key: str, **properties: Any) -> Any:
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def number(self, unit: str) -> Any:
        """The format of a unit; None for those that need none."""
        shown = FORMATS.get(unit)
        return self.style(f"number {unit}", num_format=shown) if shown else None

    @property
    def head(self) -> Any:
        return self.style("head", bold=True, bottom=1, text_wrap=True, valign="top")

    @property
    def wrap(self) -> Any:
        return self.style("wrap", text_wrap=True, valign="top")

    def sheet(self, name: str, rows: int, what: str, left_out: str = "") -> Any:
        self.contents.append((name, rows, what, left_out or "nothing"))
        return self.book.add_worksheet(name)

    def text(self, sheet: Any, row: int, column: int, text: str, shown: Any = None) -> None:
        """Text that stays text, also when the cell is edited or copied."""
        if is_formula(text):
            shown = self.style("quoted", quote_prefix=True)
        sheet.write_string(row, column, text, shown)

    def write(self, sheet: Any, row: int, column: int, value: Any, unit: str = "") -> None:
        """A value as what it is: number, date or text; nothing for what is missing."""
        if value is None:
            return
        if isinstance(value, dt.date):
            moment = dt.datetime(value.year, value.month, value.day)
            sheet.write_datetime(row, column, moment, self.number("date"))
        elif isinstance(value, str):
            self.text(sheet, row, column, value)
        elif math.isfinite(float(value)):
            sheet.write_number(row, column, float(value), self.number(unit))
        elif math.isinf(float(value)):
            sheet.write_string(row, column, "without limit")

    def table(self, sheet: Any, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A plain table: header, then rows; the header stays in view and filters."""
        for column, name in enumerate(header):
            self.text(sheet, 0, column, name, self.head)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self.write(sheet, last, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(last, 1), max(len(header) - 1, 0))


def write_workbook(part: Part, path: Path) -> None:
    """Write the workbook of a report."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "default_date_format": "yyyy-mm-dd",
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": part.run.report_title, "created": dt.datetime(2020, 1, 1)})
        made = _Book(book)
        first = book.add_worksheet("answer")
        contents = book.add_worksheet("contents")
        for table in part.tables:
            _report_table(made, table)
        if part.run.n_ok:
            _charts(made, part)
        _inputs(made, part)
        _draws(made, part)
        _sources(made, part)
        _summary(made, part)
        _outcomes(made, part)
        _answer(made, first, part)
        _contents(made, contents)


def _answer(made: _Book, sheet: Any, part: Part) -> None:
    sheet.set_column(0, 0, 110)
    said = part.answer
    lines = [part.run.report_title, part.run.question, *said.cautions, said.headline, *said.sentences, *said.notes]
    for row, text in enumerate(line for line in lines if line):
        made.text(sheet, row, 0, text, made.head if row == 0 else made.wrap)


def _contents(made: _Book, sheet: Any) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 3, 70, made.wrap)
    made.table(sheet, ("sheet", "rows", "what it holds", "what it leaves out"), made.contents)
    note = "The tables in full lie beside this file: outcomes.parquet, series.parquet, runs.parquet, summary.csv, sources.csv."
    made.text(sheet, len(made.contents) + 2, 0, note)


# --- tables of the report ---------------------------------------------------------------------------


def _report_table(made: _Book, table: ReportTable) -> None:
    """A table of the report: a column each for median, 10 % and 90 % quantile where a column holds numbers."""
    sheet = made.sheet(table.name[:31], len(table.rows), f"{table.title}. {table.note}")
    header: list[str] = []
    places = []
    for number, name in enumerate(table.header):
        cells = [row[number] for row in table.rows]
        places.append((len(header), *_kind(cells)))
        header += _headings(name, *_kind(cells))
    for column, name in enumerate(header):
        made.text(sheet, 0, column, name, made.head)
    for row, cells_of_row in enumerate(table.rows, start=1):
        for cell, (column, typed, noted, partly) in zip(cells_of_row, places, strict=True):
            _cell(made, sheet, row, column, cell, typed, noted, partly)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, max(len(header) - 1, 1), 17)
    made.text(sheet, len(table.rows) + 2, 0, table.note)


def _kind(cells: Sequence[Cell]) -> tuple[bool, bool, bool]:
    """Whether a column holds numbers, texts with notes, and numbers that exist in some runs only."""
    typed = any(cell.typed for cell in cells)
    noted = not typed and any(cell.note for cell in cells)
    return typed, noted, any(cell.typed is not None and cell.typed.share < 1.0 for cell in cells)


def _headings(name: str, typed: bool, noted: bool, partly: bool) -> list[str]:
    if typed:
        stem = f"{name}, " if name else ""
        extra = [f"{stem}share of runs in which it happens"] if partly else []
        return [f"{stem}median", f"{stem}10 %", f"{stem}90 %", *extra]
    return [name, f"{name}, note".removeprefix(", ")] if noted else [name]


def _cell(made: _Book, sheet: Any, row: int, column: int, cell: Cell, typed: bool, noted: bool, partly: bool) -> None:
    value = cell.typed
    if not typed or value is None:
        made.text(sheet, row, column, cell.text)
        if noted and cell.note:
            made.text(sheet, row, column + 1, cell.note)
        return
    for place, number in enumerate((value.middle, value.low, value.high)):
        made.write(sheet, row, column + place, number, value.unit)
    if partly:
        made.write(sheet, row, column + 3, value.share, "share")


# --- over time, with charts -------------------------------------------------------------------------


def _charts(made: _Book, part: Part) -> None:
    """Courses over time on one sheet, native charts of them on another."""
    found = courses(part.run)
    if not found:
        return
    what = (
        "Median, 10 % and 90 % of runs week by week; without the events for comparison. The charts are drawn from it."
    )
    sheet = made.sheet(
        "over time",
        max(len(course.dates) for course in found),
        what,
        "everything but the courses the figures tell; series.parquet has all",
    )
    sheet.set_column(0, 4 * len(found), 14)
    _courses(made, sheet, found)
    charts = made.sheet("charts", len({c.title for c in found}), "Charts of what stands on the sheet “over time”.")
    drawn: dict[str, Any] = {}
    for number, course in enumerate(found):
        chart = drawn.setdefault(course.title, made.book.add_chart({"type": "line"}))
        _lines(chart, course, 1 + 4 * number, len(course.dates))
    for place, (title, chart) in enumerate(drawn.items()):
        unit = next(course.unit for course in found if course.title == title)
        chart.set_title({"name": title, "name_font": {"size": 11}})
        chart.set_x_axis({"date_axis": True, "num_format": "mmm yyyy", "major_unit": 3, "major_unit_type": "months"})
        chart.set_y_axis({"num_format": FORMATS.get(unit, "General"), "major_gridlines": {"visible": True}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 760, "height": 340})
        charts.insert_chart(18 * (place // 2), 12 * (place % 2), chart)


def _courses(made: _Book, sheet: Any, found: Sequence[Course]) -> None:
    """Dates, then four columns for each course; row by row, as the workbook is written."""
    dates = max(found, key=lambda course: len(course.dates)).dates
    columns: list[tuple[int, str, str, Sequence[Any]]] = [(0, "date", "", dates)]
    for number, course in enumerate(found):
        for place, (name, values) in enumerate(course.columns(), start=1 + 4 * number):
            title = f"{course.title}, {course.name}, {name}"
            columns.append((place, title, course.unit, settled(values, course.scale)))
    for place, title, _, _ in columns:
        made.text(sheet, 0, place, title, made.head)
    for row in range(len(dates)):
        for place, _, unit, values in columns:
            if row < len(values):
                made.write(sheet, row + 1, place, values[row], unit)


def _lines(chart: Any, course: Course, column: int, rows: int) -> None:
    def line(place: int, name: str, **look: Any) -> None:
        chart.add_series(
            {
                "name": name,
                "categories": ["over time", 1, 0, rows, 0],
                "values": ["over time", 1, column + place, rows, column + place],
                "line": {"color": course.colour, **look},
            }
        )

    line(0, course.name, width=2.0)
    line(1, f"{course.name}, 10 %", width=0.75, dash_type="dash")
    line(2, f"{course.name}, 90 %", width=0.75, dash_type="dash")
    if course.baseline is not None:
        chart.add_series(
            {
                "name": f"{course.name}, without the events",
                "categories": ["over time", 1, 0, rows, 0],
                "values": ["over time", 1, column + 3, rows, column + 3],
                "line": {"color": "#8a8a8a", "width": 1.0},
            }
        )


# --- inputs -----------------------------------------------------------------------------------------


def _inputs(made: _Book, part: Part) -> None:
    inputs = part.inputs
    sheet = made.sheet("uncertain numbers", len(inputs), "What was drawn anew in every run, and from what.")
    sheet.set_column(0, 1, 40)
    sheet.set_column(2, 6, 16)
    rows = [[a.name, a.spread, a.number, a.unit, a.confidence, a.source] for a in inputs]
    made.table(sheet, ["number", "drawn from", "central", "unit", "confidence", "source"], rows)


def _draws(made: _Book, part: Part) -> None:
    header, rows, left_out = draws(part.run)
    sheet = made.sheet("draws", len(rows), "The value of every uncertain number in every run.", left_out)
    sheet.set_column(0, len(header), 14)
    made.table(sheet, header, rows)


def _sources(made: _Book, part: Part) -> None:
    rows = part.run.sources
    if not rows:
        return
    numbers = ("value", "low", "high")
    header = list(rows[0])
    sheet = made.sheet("sources", len(rows), "Every number of the world as it was run, with source and confidence.")
    sheet.set_column(0, len(header), 16)
    values = [[float(row[k]) if k in numbers and row[k] else row[k] for k in header] for row in rows]
    made.table(sheet, header, values[:MOST_ROWS])


# --- outcomes ---------------------------------------------------------------------------------------


def _summary(made: _Book, part: Part) -> None:
    table, left_out = statistics(part.run)
    sheet = made.sheet("summary", len(table), "Statistics over runs of every outcome.", left_out)
    sheet.set_column(0, len(table.columns), 16)
    made.table(sheet, [str(c) for c in table.columns], _rows_of(table))


def _rows_of(table: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Rows of a table, some at a time."""
    for first in range(0, len(table), ROWS_AT_ONCE):
        some = table.iloc[first : first + ROWS_AT_ONCE]
        yield from zip(*(some[name].astype(object).to_list() for name in some))


def _outcomes(made: _Book, part: Part) -> None:
    header, rows, left_out = outcome_rows(part.run)
    what = "Outcomes run by run: a row per arm and quantity, a column per run."
    sheet = made.sheet("outcomes (part)" if left_out else "outcomes", len(rows), what, left_out)
    sheet.set_column(0, 5, 18)
    made.table(sheet, header, rows)
