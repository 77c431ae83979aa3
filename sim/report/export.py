"""The report's numbers as a workbook."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from .build import Part


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
