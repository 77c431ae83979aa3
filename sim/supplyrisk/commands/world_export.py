"""The tables of a world as an analyst edits them: one workbook, or a folder of CSV files.

What is written can be read back (`baseline: {tables: [FILE]}`): the rows stand there as in the world's own tables.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..bounded import MAX_TABLE_BYTES
from ..errors import SupplyriskError, as_typed
from ..language.text import decode
from ..spec.cells import known_in
from ..spec.facts import CONFIDENCES, HEADER, SHAPES
from ..spec.parameters import PARAMETERS
from ..spec.workbook_rows import HELP_SHEETS
from ..spec.worldfile import LoadedWorld, tables_of
from ..units import REGISTRY_UNITS

NUMBERS = ("value", "low", "high")
WIDTHS = {
    "parameter": 24,
    "product": 20,
    "input": 16,
    "end_use": 18,
    "source": 60,
    "note": 60,
    "unit": 10,
    "confidence": 12,
}
WIDTH = 9
ROWS_AHEAD = 500  # empty rows below a table in which choices are offered too
TITLES = ("What this is", "How to use your own numbers", "Good to know")
Row = Sequence[str | float]


def export_world(loaded: LoadedWorld, target: Path, name: str) -> list[Path]:
    """Write a world's tables.

    Parameters
    ----------
    target : Path
        An .xlsx file, or a folder for CSV files that is not there yet.
    name : str
        How the world is called in a scenario.

    Returns
    -------
    list of Path
        The files written.
    """
    if target.exists():
        raise SupplyriskError(f"{target} is there already; it may hold your numbers: name another, or delete it")
    if target.suffix.lower() not in ("", ".xlsx"):
        raise SupplyriskError(f"{target}: write a name that ends in .xlsx, or a folder for CSV files")
    target.parent.mkdir(parents=True, exist_ok=True)
    sheets = [(path.stem, list(_rows(path))) for path in tables_of(loaded.folder)]
    if target.suffix:
        _workbook(loaded, target, name, sheets)
        return [target]
    return _folder(loaded, target, name, sheets)


def _rows(path: Path) -> Iterator[list[str]]:
    """Rows of a table as they stand in it, in the order of the columns, its header left out."""
    for row in csv.DictReader(io.StringIO(decode(path, str(path), MAX_TABLE_BYTES), newline="")):
        if any(text and text.strip() for text in row.values()):
            yield [(row[name] or "").strip() for name in HEADER]


# --- what is told -----------------------------------------------------------------------------------
def read_me(loaded: LoadedWorld, target: Path, name: str) -> list[str]:
    """How to use the tables, in plain words."""
    is_book = bool(target.suffix)
    kind, file = ("sheet", target.name) if is_book else ("file", f"{target.name}/trade.csv")
    return [
        f"{loaded.world.title}: the numbers of the world {name}, base year {loaded.world.base_year}",
        "",
        TITLES[0],
        f"Each {kind} is a table of numbers, one row per number, with its unit, source and confidence.",
        f"The {kind} names lists what may stand in product, input, country, partner and end_use; the {kind} parameters says",
        "what each parameter means, its unit and the lowest and highest value it may have.",
        "",
        TITLES[1],
        "1. Change value, or low and high, where you know better. Write your source and how sure it is.",
        f"   confidence is one of {', '.join(CONFIDENCES)}.",
        "2. Save, and name the file in a scenario, with its path from the scenario file:",
        "      baseline:",
        f"        tables: [{file}]",
        f"3. Run: {as_typed('check', 'my_scenario.yaml')} tells what is wrong, with the {'cell' if is_book else 'line'};",
        f"   {as_typed('explain', 'my_scenario.yaml')} lists every number you changed, old and new.",
        "",
        TITLES[2],
        "Rows you leave alone, or delete, change nothing: the world's own numbers hold. A table of three rows is fine.",
        "A blank name means all: cover_weeks with a product and no country holds for every country that has no row of its own.",
        "In trade, country buys and partner sells; the shares of one buyer sum to 1. If you change some of them, the buyer's",
        "other suppliers make room in their proportions.",
        "low, high and shape say what is drawn in each run; clear all three (and group) for a number you are sure of.",
        f"shape is one of {', '.join(SHAPES)}; rows with the same group are drawn together.",
        "Numbers take a decimal point in CSV files; in a workbook they are numbers, as your spreadsheet shows them.",
        "Keep the names of the columns. " + ("Sheets whose name begins with # are passed over." if is_book else ""),
    ]


def names_rows(loaded: LoadedWorld) -> Iterator[Row]:
    """Everything that may be named in a row."""
    names = loaded.names
    yield "stands in", "write", "meaning"
    for product in loaded.world.products:
        yield "product, input", product.id, f"{product.name} ({product.mass_basis})"
    for code in known_in(names, "country"):
        yield "country, partner", code, names.countries[code]
    for use in known_in(names, "end_use"):
        yield "end_use", use, names.end_uses[use]


def parameter_rows() -> Iterator[Row]:
    """Every parameter with its unit and bounds."""
    yield "parameter", "goes by", "unit", "may be written in", "lowest", "highest", "if no row gives it", "meaning"
    for p in PARAMETERS:
        default: str | float = "must be given" if p.default is None else p.default
        units = ", ".join(unit for unit in REGISTRY_UNITS[p.unit][0] if unit)
        yield p.name, ", ".join(p.dims), p.unit, units, p.low, p.high, default, p.meaning


# --- CSV --------------------------------------------------------------------------------------------
def _folder(loaded: LoadedWorld, folder: Path, name: str, sheets: Sequence[tuple[str, list[list[str]]]]) -> list[Path]:
    folder.mkdir()
    tables: list[tuple[str, list[Row]]] = [(title, [HEADER, *rows]) for title, rows in sheets]
    tables += [("names", list(names_rows(loaded))), ("parameters", list(parameter_rows()))]
    written = []
    for title, rows in tables:
        path = folder / f"{title}.csv"
        # The mark at the beginning tells spreadsheets that the file is UTF-8.
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        written.append(path)
    told = folder / "read me.txt"
    told.write_text("\n".join(read_me(loaded, folder, name)) + "\n", encoding="utf-8")
    return [*written, told]


# --- workbook ---------------------------------------------------------------------------------------
def _workbook(loaded: LoadedWorld, target: Path, name: str, sheets: Sequence[tuple[str, list[list[str]]]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        sheet = book.add_worksheet(HELP_SHEETS[0])
        sheet.set_column(0, 0, 120)
        for number, line in enumerate(read_me(loaded, target, name)):
            sheet.write_string(number, 0, line, head if number == 0 or line in TITLES else None)
        for title, rows in sheets:
            _table(book.add_worksheet(title), [_typed(row) for row in rows], head)
        _plain(book.add_worksheet(HELP_SHEETS[1]), list(names_rows(loaded)), (18, 26, 70), head)
        _plain(book.add_worksheet(HELP_SHEETS[2]), list(parameter_rows()), (26, 30, 10, 40, 10, 14, 16, 90), head)


def _typed(row: Sequence[str]) -> Row:
    """A row with its numbers as numbers."""
    cells: list[str | float] = []
    for name, text in zip(HEADER, row, strict=True):
        is_number = name in NUMBERS and re.fullmatch(r"-?\d+(\.\d*)?([eE][-+]?\d+)?", text)
        is_year = name == "year" and re.fullmatch(r"\d{4}", text)
        cells.append(float(text) if is_number else int(text) if is_year else text)
    return cells


def _table(sheet: Any, rows: Sequence[Row], head: Any) -> None:
    """A table to be edited: header in view, filters, and choices where there are few."""
    _plain(sheet, [HEADER, *rows], [WIDTHS.get(name, WIDTH) for name in HEADER], head)
    last = len(rows) + ROWS_AHEAD
    for name, choices in (("confidence", CONFIDENCES), ("shape", SHAPES)):
        column = HEADER.index(name)
        sheet.data_validation(1, column, last, column, {"validate": "list", "source": list(choices)})


def _plain(sheet: Any, rows: Sequence[Row], widths: Sequence[float], head: Any) -> None:
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    sheet.write_string(number, column, value, head if number == 0 else None)
            else:
                sheet.write_number(number, column, value)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows) - 1, 1), len(rows[0]) - 1)
