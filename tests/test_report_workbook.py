"""The workbook holds numbers as numbers, text as text, and says what it leaves out."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from supplyrisk.report import workbook_data
from supplyrisk.report.build import Part, make_part
from supplyrisk.report.render import without_residues
from supplyrisk.report.run import open_run
from supplyrisk.report.squeeze import Shared
from supplyrisk.report.workbook import write_workbook

from tests.report_runs import make_run_folder
from tests.test_report_build import only

ARMS = ("baseline", "scenario", "policy:stockpile_60_days")


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Part:
    path = make_run_folder(tmp_path_factory.mktemp("book") / "run", runs=36, days=400, arms=ARMS)
    only(path, "price_fan")
    file = path / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["title"] = "=1+1"
    file.write_text(json.dumps(manifest), encoding="utf-8")
    return make_part(open_run(path), Shared())


@pytest.fixture(scope="module")
def book(part: Part) -> Iterator[Any]:
    from openpyxl import load_workbook

    file = part.run.path / "report.xlsx"
    write_workbook(part, file)
    book = load_workbook(file)
    yield book
    book.close()


def rows(book: Any, sheet: str) -> list[dict[str, Any]]:
    found = list(book[sheet].iter_rows(values_only=True))
    return [dict(zip(found[0], row, strict=True)) for row in found[1:]]


def test_every_table_of_the_report_holds_its_numbers(book: Any, part: Part) -> None:
    for table in part.tables:
        sheet = book[table.name]
        head = [cell.value for cell in sheet[1]]
        for number, row in enumerate(table.rows, start=2):
            typed = [cell.typed for cell in row if cell.typed is not None]
            wanted = [v for t in typed for v in (t.middle, t.low, t.high) if v is not None]
            cells = [cell for cell in sheet[number] if isinstance(cell.value, (int, float, dt.datetime))]
            shares = [i for i, name in enumerate(head) if name and name.endswith("share of runs in which it happens")]
            cells = [cell for cell in cells if cell.column - 1 not in shares]
            assert len(cells) == len(wanted)
            for cell, value in zip(cells, wanted, strict=True):
                if isinstance(value, dt.date):
                    assert cell.value.date() == value
                else:
                    assert cell.value == pytest.approx(value, rel=1e-12, abs=1e-12)
            texts = [c.value for c in sheet[number][1:] if isinstance(c.value, str)]
            assert not [t for t in texts if t.rstrip("×% ").replace(".", "").isdigit()]  # no number as text


def test_numbers_have_the_format_of_their_unit(book: Any) -> None:
    sheet = book["key_numbers"]
    assert sheet["A2"].value.startswith("Peak of the median quoted price")
    assert sheet["B2"].number_format == '0.00"×"'
    formats = {cell.number_format for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None}
    assert {'0.0" weeks"', '"USD "#,##0'} <= formats


def test_charts_are_native_and_drawn_from_the_sheet_over_time(book: Any, part: Part) -> None:
    charts = book["charts"]._charts
    assert len(charts) >= 2
    series = [s for chart in charts for s in chart.series]
    assert all(s.val.numRef.f.startswith("'over time'!") for s in series)
    columns = list(book["over time"].iter_cols(values_only=True))
    assert isinstance(columns[0][1], dt.datetime)
    fan = part.run.fan("price_spot_index", "scenario", product="dytb_oxide", place="exCN")
    assert fan is not None
    column = next(c for c in columns if c[0] == "Quoted price of Dy/Tb oxide, outside China, median")
    assert [v for v in column[1:] if v is not None] == pytest.approx(fan.at(0.5).tolist(), abs=1e-8)


def test_the_summary_is_whole_and_its_residues_are_zero(book: Any, part: Part) -> None:
    found = rows(book, "summary")
    table = pd.read_csv(part.run.path / "summary.csv")
    assert len(found) == len(table)
    assert found[0]["mean"] == pytest.approx(table["mean"].iloc[0])
    for metric in set(table["metric"]):
        numbers = [
            abs(r[c]) for r in found if r["metric"] == metric for c in ("mean", "p10", "p90") if r[c] is not None
        ]
        assert not [x for x in numbers if 0 < x < 1e-9 * max(numbers)]


def test_draws_are_a_table(book: Any, part: Part) -> None:
    found = rows(book, "draws")
    assert len(found) == len(part.run.runs)
    for name in [column.name for column in part.run.sampled]:
        assert [r[name] for r in found] == pytest.approx(part.run.runs[name].tolist())


def test_outcomes_are_whole_or_the_workbook_says_what_is_left_out(
    book: Any, part: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openpyxl import load_workbook

    contents = {r["sheet"]: r for r in rows(book, "contents")}
    assert contents["outcomes"]["what it leaves out"] == "nothing"
    table = pd.read_parquet(part.run.path / "outcomes.parquet")
    found = rows(book, "outcomes")
    names = ["arm", "metric", "product", "place", "end_use"]
    assert len(found) == len(table.drop_duplicates(names))
    whole = {tuple(r[n] for n in names): r for r in found}
    for row in table.sample(200, random_state=1).to_dict("records"):
        value = whole[tuple(row[n] for n in names)][f"run {row['run']}"]
        assert (value is None and np.isnan(row["value"])) or value == pytest.approx(row["value"], rel=1e-9, abs=1e-6)
    monkeypatch.setattr(workbook_data, "MOST_CELLS", 100)
    write_workbook(part, tmp_path / "few.xlsx")
    few = load_workbook(tmp_path / "few.xlsx")
    said = {r["sheet"]: r["what it leaves out"] for r in rows(few, "contents")}
    assert "outcomes" not in few.sheetnames
    assert "outcomes.parquet holds everything" in said["outcomes (part)"]
    assert "runs after the first" in said["draws"]
    assert len(rows(few, "draws")) < len(part.run.runs)
    few.close()


def test_titles_are_text_and_never_computed(book: Any) -> None:
    cell = book["answer"]["A1"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_the_workbook_is_part_of_the_ordinary_install() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert any(line.startswith("xlsxwriter") for line in project["dependencies"])
    assert "excel" not in project["optional-dependencies"]


def test_tables_of_figures_hold_no_residues() -> None:
    table = pd.DataFrame({"value": [1e4, 2e-9, -3e-14, 0.5, float("nan")], "unit": ["t", "t", "%", "%", "%"]})
    assert without_residues(table)["value"].tolist()[:4] == [1e4, 0.0, 0.0, 0.5]
    assert np.isnan(without_residues(table)["value"].iloc[4])


def test_a_summary_too_long_for_a_sheet_holds_the_main_rows(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, nothing = workbook_data.statistics(part.run)
    assert not nothing
    monkeypatch.setattr(workbook_data, "MOST_SUMMARY_CELLS", (len(whole) - 1) * len(whole.columns))
    main, left_out = workbook_data.statistics(part.run)
    assert f"{len(whole) - len(main):,} of {len(whole):,} rows" in left_out
    assert "summary.csv holds everything" in left_out
    assert set(main["end_use"]) == {"all"}
    assert {"shortage_unserved_weeks", "price_spot_peak_index"} <= set(main["metric"])
    names = ["arm", "metric", "product", "place", "end_use"]
    same = whole.merge(main[names], on=names)
    pd.testing.assert_frame_equal(same, main.reset_index(drop=True), check_dtype=False, check_categorical=False)
    monkeypatch.setattr(workbook_data, "MOST_SUMMARY_CELLS", 7 * len(whole.columns))
    few, left_out = workbook_data.statistics(part.run)
    assert len(few) == 7
    assert "after the first 7" in left_out
