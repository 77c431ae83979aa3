"""Own numbers from workbooks: every fault with its cell, what an analyst may do to one, and the export."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.commands.world_export import export_world
from supplyrisk.errors import Position
from supplyrisk.spec.facts import HEADER
from supplyrisk.spec.load import read_world

from .own_tables import CELL, HEAD, JP, central, find, load, row, said, table, workbook
from .spec_files import put


# --- faults of workbooks ---------------------------------------------------------------------------
def set_cell(where: str, value: Any, number_format: str = "") -> Callable[[Any], None]:
    def change(book: Any) -> None:
        sheet, _, cell = where.partition("!")
        book[sheet][cell] = value
        if number_format:
            book[sheet][cell].number_format = number_format

    return change


def both(*changes: Callable[[Any], None]) -> Callable[[Any], None]:
    return lambda book: [change(book) for change in changes] and None


CELLS: dict[str, tuple[Callable[[Any], None], str]] = {
    "comma": (set_cell("trade!G3", "0,25"), "own.xlsx trade!G3: trade_share value: writes a number with a separator"),
    "per cent as text": (set_cell("trade!G3", "12 %"), "own.xlsx trade!G3: trade_share value: is in per cent"),
    "per cent shown": (
        both(set_cell("trade!G3", 0.25, "0 %"), set_cell("trade!H3", "%")),
        "own.xlsx trade!G3: value shows 25 % but holds 0.25, and the unit of the row is %: write 25 in a cell",
    ),
    "date": (set_cell("trade!G3", dt.datetime(2024, 4, 3)), "own.xlsx trade!G3: value is a date (got 2024-04-03"),
    "year as date": (set_cell("trade!M3", dt.datetime(2024, 1, 1)), "own.xlsx trade!M3: year is a date"),
    "logical": (set_cell("trade!G3", True), "own.xlsx trade!G3: value is a logical value (got TRUE)"),
    "formula": (set_cell("trade!G3", "=1/4"), "own.xlsx trade!G3: value is a formula without a value"),
    "error": (set_cell("trade!G3", "#REF!"), "own.xlsx trade!G3: value is an error of the spreadsheet (got #REF!)"),
    "column": (set_cell("trade!G1", "Value"), "own.xlsx trade!G1: unknown column (got Value); did you mean value"),
    "extra column": (set_cell("trade!Q1", "remark"), "own.xlsx trade!Q1: unknown column (got remark)"),
    "beside": (set_cell("trade!R4", "see mail"), "own.xlsx trade!R4: stands in a column without a name (got see mail)"),
    "line break": (set_cell("trade!N3", "a\nb"), "own.xlsx trade!N3: source holds a line break"),
    "unknown name": (set_cell("trade!D3", "XX"), "own.xlsx trade!D3: trade_share country: unknown country (got XX)"),
    "merged": (lambda book: book["trade"].merge_cells("A3:A5"), "own.xlsx trade!A3: cells A3:A5 are merged"),
    "notes": (
        lambda book: book.create_sheet("notes").append(["call Bob"]),
        "own.xlsx notes!A1: is no table: its first line",
    ),
    "title": (
        lambda book: book["trade"].insert_rows(1) or set_cell("trade!A1", "Our numbers")(book),
        "own.xlsx trade!A1: is no table",
    ),
}


@pytest.mark.parametrize("kind", CELLS)
def test_every_fault_of_a_cell_is_told_with_its_place(tmp_path: Path, kind: str) -> None:
    change, message = CELLS[kind]
    workbook(tmp_path, change)
    told = said(tmp_path, "tables: own.xlsx")
    assert any(line.startswith(message) for line in told), told


def test_faults_of_all_sheets_are_told_at_once(tmp_path: Path) -> None:
    workbook(tmp_path, both(CELLS["date"][0], set_cell("stocks!G2", "many"), set_cell("demand!N2", None)))
    told = said(tmp_path, "tables: own.xlsx")
    assert [line.split(":")[0] for line in told] == ["own.xlsx demand!N2", "own.xlsx stocks!G2", "own.xlsx trade!G3"]


def test_what_an_analyst_may_do_to_a_workbook(tmp_path: Path) -> None:
    """Other names of sheets, an order of columns of their own, blank rows, blanks at ends, notes on a sheet of their own."""

    def change(book: Any) -> None:
        sheet = book["stocks"]
        number = find(sheet, "cover_weeks", "part", "JP")
        sheet.cell(number, HEADER.index("value") + 1).value = 9.5
        sheet.cell(number, HEADER.index("country") + 1).value = " JP "
        sheet.insert_rows(number)
        sheet.title = "Bestaende"
        sheet.move_range(f"A1:A{sheet.max_row}", cols=len(HEADER))
        sheet.delete_cols(1)
        book.create_sheet("#notes").append(["call Bob"])
        book.create_sheet("Sheet1")
        del book["transit"]
        book["trade"].delete_rows(3, 4)

    workbook(tmp_path, change)
    loaded = load(tmp_path, "tables: own.xlsx")
    assert [item.fact.path for item in loaded.resolutions[0].world.laid] == ["cover_weeks.part.JP"]
    assert central(loaded, "cover_weeks", "part", "JP", "cars") == 9.5


def test_a_formula_counts_as_what_it_was_computed_to(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "own.xlsx")) as book:
        sheet = book.add_worksheet("mine")
        for column, name in enumerate(HEADER):
            sheet.write_string(0, column, name)
            sheet.write_string(1, column, row(CELL, "", "weeks", **JP).get(name, ""))
        sheet.write_formula(1, HEADER.index("value"), "=2*4.5", None, 9)
    assert central(load(tmp_path, "tables: own.xlsx"), CELL, "part", "JP", "cars") == 9.0


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" * 400)
    assert "is no .xlsx workbook (an older .xls, or one with a password?)" in said(tmp_path, "tables: own.xlsx")[0]
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.txt", "x")
    assert "is no .xlsx workbook" in said(tmp_path, "tables: own.xlsx")[0]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 100_000_001)
    assert "unpacks to 100 MB" in said(tmp_path, "tables: own.xlsx")[0]
    path.write_bytes(b"x" * 10_000_001)
    assert "is too large to be read (10.0 MB; at most 10 MB)" in said(tmp_path, "tables: own.xlsx")[0]
    from openpyxl import Workbook

    Workbook().save(path)
    assert "holds no table" in said(tmp_path, "tables: own.xlsx")[0]


# --- the command ------------------------------------------------------------------------------------
def test_the_command_ends_with_2_and_writes_nothing(tmp_path: Path) -> None:
    table(tmp_path / "own.csv", row(CELL, "x", "weeks", **JP))
    path = put(tmp_path, f"{HEAD}baseline: {{tables: own.csv}}\n")
    result = CliRunner().invoke(main, ["run", str(path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "own.csv:2:" in result.output
    assert not (tmp_path / "out").exists()


def test_an_export_never_writes_over_a_file(tmp_path: Path) -> None:
    target = tmp_path / "own.xlsx"
    assert CliRunner().invoke(main, ["world", "gallium", "--export", str(target)]).exit_code == 0
    before = target.read_bytes()
    for path in (target, tmp_path, tmp_path / "own.ods"):
        result = CliRunner().invoke(main, ["world", "gallium", "--export", str(path)])
        assert result.exit_code == 2, result.output
    assert target.read_bytes() == before
    assert CliRunner().invoke(main, ["world", "--export", str(target)]).exit_code == 2


def test_an_export_can_be_worked_with(tmp_path: Path) -> None:
    """Numbers are numbers, headers stay in view, rows can be filtered, names and parameters are explained."""
    from openpyxl import load_workbook

    path = tmp_path / "own.xlsx"
    world = read_world("gallium")
    export_world(world, path, "gallium")
    book = load_workbook(path)
    tables = {file.stem for file in world.files if file.suffix == ".csv" and file.parent == world.folder}
    assert book.sheetnames == ["read me", *sorted(tables), "names", "parameters"]
    for name in tables:
        sheet = book[name]
        assert tuple(cell.value for cell in sheet[1]) == HEADER
        assert all(
            isinstance(cells[HEADER.index("value")], (int, float)) for cells in sheet.iter_rows(2, values_only=True)
        )
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref
    told = "\n".join(str(cell.value or "") for cell in book["read me"]["A"])
    assert "tables: [own.xlsx]" in told
    listed = {cells[1] for cells in book["names"].iter_rows(2, values_only=True)}
    assert {*world.names.countries, *world.names.products, *world.names.end_uses} == listed
    assert {cells[0] for cells in book["parameters"].iter_rows(2, values_only=True)} > {"cover_weeks", "trade_share"}


def test_cells_are_named_as_spreadsheets_do() -> None:
    assert str(Position("a.xlsx trade", 12, 8, cell=True)) == "a.xlsx trade!H12"
    assert str(Position("a.xlsx t", 1, 28, cell=True)) == "a.xlsx t!AB1"
