"""Reads a world's tables out of an Excel workbook: one sheet, one table, with the same columns as the CSV files.

What a spreadsheet does to numbers by itself is refused with its cell: dates made of decimals, errors, formulas that have
never been computed, merged cells, per cent shown but not held.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..bounded import Unreadable, read_bytes
from ..errors import Position, Problem, Problems
from ..language.names import Names
from ..language.text import FORBIDDEN
from .facts import HEADER, Fact, header_is_right, row_fact

MAX_BYTES = 10_000_000  # of the file
MAX_UNPACKED = 100_000_000  # of what is packed in it: a small file may unpack to gigabytes
MAX_ROWS = 100_000
# Sheets of an export that hold no rows; and any whose name begins with #.
HELP_SHEETS = ("read me", "names", "parameters")
PASSED_OVER = "#"
LIKE_A_TABLE = 3  # columns of a table in the first line, from which a sheet is meant as one
NOT_A_WORKBOOK = "is no .xlsx workbook (an older .xls, or one with a password?); save it as Excel workbook (.xlsx)"


def read_workbook(path: Path, shown: str, names: Names, problems: list[Problem]) -> list[Fact]:
    """Facts of all tables of a workbook; faults are added to `problems`.

    Parameters
    ----------
    path : Path
        The file.
    shown : str
        How messages name it.
    """
    try:
        content = _content(path, shown)
        book = _open(content, shown, computed=False)
    except Problems as error:
        problems += error.problems
        return []
    facts: list[Fact] = []
    read = 0
    computed: Any = None
    for sheet in book.worksheets:
        if sheet.title in HELP_SHEETS or sheet.title.startswith(PASSED_OVER):
            continue
        if sheet.max_row > MAX_ROWS:
            problems.append(
                Problem(
                    Position(f"{shown} {sheet.title}"),
                    "",
                    f"has more than {MAX_ROWS:,} rows; delete the empty ones below the table",
                )
            )
            continue
        rows = [list(row) for row in sheet.iter_rows()]
        if not any(cell.value is not None for row in rows for cell in row):
            continue
        if any(cell.data_type == "f" for row in rows for cell in row):
            computed = computed or _open(content, shown, computed=True)
        values = computed[sheet.title] if computed is not None else None
        facts += _Sheet(shown, sheet, values, names, problems).facts(rows)
        read += 1
    if not read:
        problems.append(Problem(Position(shown), "", "holds no table"))
    return facts


def _content(path: Path, shown: str) -> bytes:
    """The file, if it is a workbook and what is packed in it would not fill the memory."""

    def refuse(message: str) -> Problems:
        return Problems([Problem(Position(shown), "", message)])

    try:
        content = read_bytes(path, MAX_BYTES)
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(int(part.file_size) for part in packed.infolist())
    except Unreadable as error:
        raise refuse(str(error)) from None
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        raise refuse(NOT_A_WORKBOOK) from None
    if unpacked > MAX_UNPACKED:
        much = f"unpacks to {unpacked / 1e6:.0f} MB (at most {MAX_UNPACKED / 1e6:.0f} MB)"
        raise refuse(f"{much}; delete empty rows and formats")
    return content


def _open(content: bytes, shown: str, computed: bool) -> Any:
    """The workbook with its formulas, or with what they were computed to when it was saved."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that openpyxl passes over (validations, themes)
            return load_workbook(io.BytesIO(content), data_only=computed)
    except Exception:  # a broken file fails in whatever part of it is broken
        raise Problems([Problem(Position(shown), "", NOT_A_WORKBOOK)]) from None


@dataclass
class _Sheet:
    """One sheet being read."""

    shown: str
    sheet: Any
    computed: Any
    names: Names
    problems: list[Problem]
    header: list[str] = field(default_factory=list)

    def at(self, row: int, column: int) -> Position:
        """Place of a cell; both count from 1."""
        return Position(f"{self.shown} {self.sheet.title}", row, column, cell=True)

    def fail(self, cell: Any, message: str) -> None:
        self.problems.append(Problem(self.at(cell.row, cell.column), "", message))

    def facts(self, rows: Sequence[Sequence[Any]]) -> list[Fact]:
        merged = self.merged()
        if 1 in merged or not self.head(rows[0]):
            return []
        found = []
        for row in rows[1:]:
            fact = self.fact(row) if row[0].row not in merged else None
            if fact is not None:
                found.append(fact)
        return found

    def merged(self) -> set[int]:
        """Rows with merged cells, which are refused: those below the first would be without their names."""
        ranges = sorted(self.sheet.merged_cells.ranges, key=lambda each: (each.min_row, each.min_col))
        for each in ranges:
            message = f"cells {each.coord} are merged; unmerge them and write what they say into each row"
            self.problems.append(Problem(self.at(each.min_row, each.min_col), "", message))
        return {row for each in ranges for row in range(each.min_row, each.max_row + 1)}

    def head(self, row: Sequence[Any]) -> bool:
        header = [str(cell.value).strip() if cell.value is not None else "" for cell in row]
        while header and not header[-1]:
            header.pop()
        if len(set(header) & set(HEADER)) < LIKE_A_TABLE:
            message = (
                f"is no table: its first line must be {','.join(HEADER)}; delete the sheet, or let its name begin "
                f"with {PASSED_OVER} to have it passed over"
            )
            self.problems.append(Problem(self.at(1, 1), "", message))
            return False
        self.header = header
        return header_is_right(header, lambda column: self.at(1, column + 1), self.problems)

    def fact(self, row: Sequence[Any]) -> Fact | None:
        """The fact of a row; nothing for a blank or faulty one."""
        if all(cell.value is None or not str(cell.value).strip() for cell in row):
            return None
        before = len(self.problems)
        cells = row[: len(self.header)]
        written = [self.text(cell, name) for cell, name in zip(cells, self.header, strict=False)]
        for cell in row[len(self.header) :]:
            if cell.value is not None and str(cell.value).strip():
                self.fail(cell, f"stands in a column without a name (got {cell.value}); delete it")
        unit = written[self.header.index("unit")]
        for cell, name in zip(cells, self.header, strict=False):
            self.refuse_shown_percent(cell, name, unit)
        if len(self.problems) > before:
            return None
        number = row[0].row
        return row_fact(self.header, written, lambda column: self.at(number, column + 1), self.names, self.problems)

    def text(self, cell: Any, name: str) -> str:
        """What a cell says, as the text a CSV file would have."""
        value, kind = cell.value, cell.data_type
        if kind == "f":
            computed = self.computed[cell.coordinate]
            value, kind = computed.value, computed.data_type
            if value is None:
                self.fail(
                    cell, f"{name} is a formula without a value; save the file in a spreadsheet, or write the number"
                )
                return ""
        if value is None:
            return ""
        if kind == "e":
            self.fail(cell, f"{name} is an error of the spreadsheet (got {value}); write the value")
            return ""
        if isinstance(value, bool):
            self.fail(cell, f"{name} is a logical value (got {str(value).upper()}); write a number or a name")
            return ""
        if isinstance(value, (dt.date, dt.time, dt.timedelta)):
            what = "the year alone, like 2024" if name == "year" else "the number again, in a cell formatted as number"
            self.fail(
                cell, f"{name} is a date (got {value}): the spreadsheet has made it of what was typed; write {what}"
            )
            return ""
        if isinstance(value, (int, float)):
            return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
        text = str(value).strip()
        if FORBIDDEN.search(text) or "\n" in text:
            self.fail(cell, f"{name} holds a line break or control character; delete it")
        return text

    def refuse_shown_percent(self, cell: Any, name: str, unit: str) -> None:
        """A cell formatted as per cent holds a hundredth of what it shows."""
        is_percent = isinstance(cell.value, (int, float)) and re.search(r"(?<!\\)%", str(cell.number_format))
        if name in ("value", "low", "high") and is_percent and unit == "%":
            shown = f"{100 * cell.value:.12g} %"
            self.fail(
                cell,
                f"{name} shows {shown} but holds {cell.value:.12g}, and the unit of the row is %: write {100 * cell.value:.12g} "
                "in a cell formatted as number, or share as unit",
            )
