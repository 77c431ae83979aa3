"""Own numbers from tables: export, edit, lay over the world; every fault with its line."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.commands.balanced import balance_notes
from supplyrisk.commands.world_export import export_world
from supplyrisk.language.numbers import Sampled
from supplyrisk.report.own_numbers import own_numbers
from supplyrisk.report.run import open_run
from supplyrisk.spec.explain import explain
from supplyrisk.spec.facts import HEADER
from supplyrisk.spec.load import read_scenario, read_world
from supplyrisk.spec.provenance import sources

from .own_tables import CELL, HEAD, JP, central, find, load, row, said, table, workbook
from .spec_files import TINY, put


# --- the round trip -----------------------------------------------------------------------------
def test_an_export_alone_changes_nothing(tmp_path: Path) -> None:
    workbook(tmp_path, lambda book: None)
    export_world(read_world(TINY), tmp_path / "csv", "tiny")
    tables = ", ".join(f"csv/{path.name}" for path in TINY.glob("*.csv"))
    plain = read_scenario(put(tmp_path, HEAD, "plain.yaml"))
    for listed in ("own.xlsx", f"[{tables}]", f"[own.xlsx, {tables}]"):
        loaded = load(tmp_path, f"tables: {listed}")
        assert not loaded.resolutions[0].world.laid
        assert loaded.scenarios[0].world == plain.scenarios[0].world
        assert loaded.scenarios[0].sampled == plain.scenarios[0].sampled


@pytest.mark.parametrize("name", ["gallium", "ndfeb"])
def test_shipped_worlds_make_the_round_trip(tmp_path: Path, name: str) -> None:
    world = read_world(name)
    export_world(world, tmp_path / "own.xlsx", name)
    head = HEAD.replace(TINY.as_posix(), name)
    assert not load(tmp_path, "tables: own.xlsx", head).resolutions[0].world.laid


def test_one_edited_number_is_run_with_its_source(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        sheet = book["stocks"]
        number = find(sheet, "cover_weeks", "part", "JP")
        sheet.cell(number, HEADER.index("value") + 1).value = 9
        sheet.cell(number, HEADER.index("source") + 1).value = "our survey"
        sheet.cell(number, HEADER.index("confidence") + 1).value = "high"

    workbook(tmp_path, edit)
    events = "events: [{type: export_ban, origins: CN, products: metal, start: 2025-04-04, duration: 20 weeks}]\n"
    put(tmp_path, f"{HEAD}baseline: {{tables: own.xlsx}}\n{events}")
    out = tmp_path / "out"
    call = ["run", str(tmp_path / "s.yaml"), "--runs", "2", "--out", str(out), "--engine", "reference", "--quiet"]
    result = CliRunner().invoke(main, [*call, "--no-report"])
    assert result.exit_code == 0, result.output
    with (out / "sources.csv").open(encoding="utf-8", newline="") as file:
        kept = [each for each in csv.DictReader(file) if each["stated_in"] == "table"]
    assert [
        (each["parameter"], each["country"], each["value"], each["source"], each["confidence"]) for each in kept
    ] == [("cover_weeks", "JP", "9.0", "our survey", "high")]
    assert "own.xlsx stocks!G" in kept[0]["note"]
    assert "14 in the world's table" in kept[0]["note"]
    (reported,) = own_numbers(open_run(out)).rows
    assert [cell.text for cell in reported[1:4]] == ["9 weeks", "high", "our survey (2024)"]
    told = explain(read_scenario(tmp_path / "s.yaml"))
    assert "cover_weeks.part.JP: 14 -> 9 weeks" in told
    assert "own.xlsx stocks!G" in told


def test_draws_keep_their_names_so_that_runs_can_be_paired(tmp_path: Path) -> None:
    plain = read_scenario(put(tmp_path, HEAD, "plain.yaml")).scenarios[0]
    drawn = row("cover_weeks", "10", "weeks", product="part", low="6", high="20", shape="pert")
    sure = row("cover_weeks", "9", "weeks", product="part", country="US")
    table(tmp_path / "own.csv", drawn, sure)
    mine = load(tmp_path, "tables: own.csv").scenarios[0]
    assert [column.name for column in mine.sampled] == [column.name for column in plain.sampled]
    changed = [a.name for a, b in zip(mine.sampled, plain.sampled, strict=True) if a != b]
    assert changed == ["cover_weeks.part"]
    assert isinstance(mine.world.values["cover_weeks", "part", "", ""], Sampled)
    assert mine.world.values["cover_weeks", "part", "US", ""] == 9.0


def test_another_source_for_the_same_number_is_carried(tmp_path: Path) -> None:
    table(tmp_path / "own.csv", row("cover_weeks", "14", "weeks", product="part", country="JP"))
    loaded = load(tmp_path, "tables: own.csv")
    (laid,) = loaded.resolutions[0].world.laid
    assert laid.is_same
    kept = {r.key: r for r in sources(loaded, loaded.resolutions[0])}["cover_weeks", "part", "JP", ""]
    assert (kept.source, kept.confidence, kept.year, kept.stated_in) == ("our survey", "medium", "2025", "table")
    assert "1 more give the world's number another source" in explain(loaded)


# --- what holds -----------------------------------------------------------------------------------
def test_what_the_file_itself_says_holds_over_a_table(tmp_path: Path) -> None:
    table(
        tmp_path / "own.csv",
        row("cover_weeks", "9", "weeks", product="part", country="JP"),
        row("use_t_per_year", "100", "t/yr", product="part", country="US", end_use="cars"),
    )
    own = "tables: own.csv"
    assert central(load(tmp_path, own), "cover_weeks", "part", "JP", "cars") == 9.0
    assert (
        central(load(tmp_path, f"{own}\n  cover_weeks: {{part: {{JP: 5 weeks}}}}"), "cover_weeks", "part", "JP", "cars")
        == 5.0
    )
    assert central(load(tmp_path, f"{own}\n  cover_weeks: 6 weeks"), "cover_weeks", "part", "JP", "cars") == 6.0
    scaled = load(tmp_path, f"{own}\n  use_t_per_year: {{scale: 1.5}}")
    assert central(scaled, "use_t_per_year", "part", "US", "cars") == pytest.approx(150.0)


def test_a_row_that_does_not_hold_is_told(tmp_path: Path) -> None:
    """What a file that is extended says holds over the tables of the one that extends it: never in silence."""
    table(
        tmp_path / "own.csv",
        row("cover_weeks", "9", "weeks", product="part", country="JP"),
        row("output_t_per_year", "600", "t/yr", product="metal", country="CN"),
    )
    put(
        tmp_path,
        f"{HEAD}baseline: {{cover_weeks: {{part: {{allies: 5 weeks}}}}, shares: {{metal: {{CN: 60 %}}}}}}\n",
        "base.yaml",
    )
    loaded = read_scenario(put(tmp_path, "extends: base.yaml\nbaseline: {tables: own.csv}\n"))
    assert central(loaded, "cover_weeks", "part", "JP", "cars") == 5.0
    assert [note.message for note in loaded.notes] == [
        "does not hold: the scenario itself gives cover_weeks.part.allies",
        "does not hold: the scenario itself gives shares.metal.CN",
    ]


def test_among_rows_the_one_that_names_more_holds(tmp_path: Path) -> None:
    table(tmp_path / "own.csv", row("cover_weeks", "9", "weeks", product="part"))
    loaded = load(tmp_path, "tables: own.csv")
    assert central(loaded, "cover_weeks", "part", "JP", "cars") == 14.0
    assert central(loaded, "cover_weeks", "part", "US", "cars") == 9.0
    assert [note.message for note in loaded.notes] == ["1 row of the world, which names more, still holds"]


def test_a_number_for_a_drawn_behaviour_is_drawn_no_more(tmp_path: Path) -> None:
    head = HEAD.replace(TINY.as_posix(), "gallium")
    assert "attention_weeks" in {c.name for c in read_scenario(put(tmp_path, head, "plain.yaml")).scenarios[0].sampled}
    table(tmp_path / "own.csv", row("attention_weeks", "60", "weeks"))
    scenario = load(tmp_path, "tables: own.csv", head).scenarios[0]
    assert scenario.world.values["attention_weeks", ""] == 60.0
    assert "attention_weeks" not in {column.name for column in scenario.sampled}


def test_a_stated_trade_share_stays_and_the_others_make_room(tmp_path: Path) -> None:
    table(tmp_path / "own.csv", row("trade_share", "0.5", "share", product="part", country="US", partner="CN"))
    loaded = load(tmp_path, "tables: own.csv")
    assert central(loaded, "trade_share", "part", "CN", "US") == pytest.approx(0.5)
    assert central(loaded, "trade_share", "part", "JP", "US") == pytest.approx(0.5)
    (note,) = loaded.notes
    assert str(note).endswith(
        "own.csv:2:26: trade_share.part.CN.US: the other suppliers of US make room: 83.0 % in the world, 50.0 % now"
    )


def test_shares_of_all_suppliers_are_rounded_off(tmp_path: Path) -> None:
    lanes = {"CN": "0.335", "JP": "0.66"}
    table(
        tmp_path / "own.csv",
        *(
            row("trade_share", share, "share", product="part", country="US", partner=code)
            for code, share in lanes.items()
        ),
    )
    loaded = load(tmp_path, "tables: own.csv")
    assert central(loaded, "trade_share", "part", "CN", "US") == pytest.approx(0.335 / 0.995)


def test_a_country_that_makes_nothing_any_more_sells_nothing(tmp_path: Path) -> None:
    table(tmp_path / "own.csv", row("output_t_per_year", "0", "t/yr", product="metal", country="US"))
    loaded = load(tmp_path, "tables: own.csv")
    lanes = [key for key in loaded.scenarios[0].world.values if key[:3] == ("trade_share", "metal", "US")]
    assert not lanes
    assert central(loaded, "trade_share", "metal", "CN", "JP") == pytest.approx(1.0)


def test_a_table_serves_the_worlds_that_know_its_names(tmp_path: Path) -> None:
    table(tmp_path / "own.csv", row("utilisation", "50", "%", product="pure_gallium", country="CN"))
    loaded = load(tmp_path, "tables: own.csv", HEAD.replace(TINY.as_posix(), "[gallium, germanium]"))
    assert [len(each.world.laid) for each in loaded.resolutions] == [1, 0]


def test_paths_count_from_the_file_they_stand_in(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    table(tmp_path / "below" / "own.csv", row("cover_weeks", "9", "weeks", product="part", country="JP"))
    put(tmp_path / "below", f"{HEAD}baseline: {{tables: own.csv}}\n", "base.yaml")
    loaded = read_scenario(put(tmp_path, "extends: below/base.yaml\n"))
    assert central(loaded, "cover_weeks", "part", "JP", "cars") == 9.0
    assert tmp_path / "below" / "own.csv" in loaded.files


def test_stated_lanes_that_can_not_be_kept_are_told_at_the_row(tmp_path: Path) -> None:
    table(tmp_path / "own.csv", row("trade_share", "1", "share", product="part", country="CN", partner="JP"))
    loaded = load(tmp_path, "tables: own.csv")
    told = [str(note) for note in balance_notes(loaded)]
    assert any(
        "own.csv:2:26: trade_share.part.JP.CN: CN is to buy 100.0 % of its part from JP" in note for note in told
    )
    assert any("country buys, partner sells: the other way round it is 30.0 % in the world" in note for note in told)


# --- faults -----------------------------------------------------------------------------------------
ROWS: tuple[tuple[dict[str, str], str], ...] = (
    (
        row("cover_week", "9", "weeks", **JP),
        "own.csv:2:1: cover_week parameter: unknown parameter (got cover_week); did you mean",
    ),
    (
        row(CELL, "9", "weeks", product="parts"),
        "own.csv:2:13: cover_weeks product: unknown product (got parts); did you mean part",
    ),
    (row(CELL, "1,5", "weeks", **JP), "did you mean 1.5"),
    (row(CELL, "9", "tonnes", **JP), "cover_weeks unit: cover_weeks is in weeks (got tonnes)"),
    (row(CELL, "900", "weeks", **JP), "cover_weeks value: "),
    (
        row("utilisation", "50 %", "share", **JP),
        "is in per cent, the unit of the row is share (got 50 %); write 50 and unit %",
    ),
    (row(CELL, "9", "weeks", source="", **JP), "every number needs a source"),
    (row(CELL, "9", "weeks", confidence="sure", **JP), "must be one of high, medium, low, assumption (got sure)"),
    (
        row(CELL, "9", "weeks", low="10", high="12", shape="pert", **JP),
        "move them with it, or clear low, high, shape and group",
    ),
    (row("trade_share", "1.2", "share", product="part", country="US", partner="CN"), "trade_share value: "),
    (row("trade_share", "0.5", "share", product="ore", country="CN", partner="JP"), "JP sells ore but makes none"),
)


@pytest.mark.parametrize(("given", "message"), ROWS, ids=[message[:40] for _, message in ROWS])
def test_every_fault_of_a_row_has_its_line(tmp_path: Path, given: dict[str, str], message: str) -> None:
    table(tmp_path / "own.csv", given)
    told = said(tmp_path, "tables: own.csv")
    assert len(told) == 1
    assert told[0].startswith("own.csv:2:")
    assert message in told[0]


def test_shares_above_one_are_refused(tmp_path: Path) -> None:
    lanes = [row("trade_share", "0.7", "share", product="part", country="US", partner=code) for code in ("CN", "JP")]
    table(tmp_path / "own.csv", *lanes)
    (told,) = said(tmp_path, "tables: own.csv")
    assert told.startswith("own.csv:3:")
    assert "the shares of US's suppliers sum to 1.4, more than 1" in told


def test_every_problem_at_once_over_all_files(tmp_path: Path) -> None:
    table(tmp_path / "a.csv", row(CELL, "x", "weeks", **JP), row(CELL, "9", "years ago", **JP))
    table(tmp_path / "b.csv", row(CELL, "9", "weeks", product="nothing"))
    told = said(tmp_path, "tables: [a.csv, b.csv, c.csv, d.ods]\n  cover_weeks: {part: {XX: 5 weeks}}")
    assert [line.split(":")[0] for line in told] == ["a.csv", "a.csv", "b.csv", "s.yaml", "s.yaml", "s.yaml"]


def test_rows_given_twice_are_refused(tmp_path: Path) -> None:
    table(tmp_path / "a.csv", row(CELL, "9", "weeks", **JP), row(CELL, "8", "weeks", **JP))
    table(tmp_path / "b.csv", row(CELL, "7", "weeks", **JP))
    table(tmp_path / "same.csv", row(CELL, "7", "weeks", **JP))
    table(tmp_path / "world.csv", row(CELL, "14", "weeks", **JP))
    assert "given twice (first at " in said(tmp_path, "tables: a.csv")[0]
    table(tmp_path / "a.csv", row(CELL, "9", "weeks", **JP))
    assert "given twice with different numbers (9 at " in said(tmp_path, "tables: [a.csv, b.csv]")[0]
    for listed in ("[b.csv, same.csv]", "[b.csv, world.csv]", "[world.csv, b.csv]"):
        assert central(load(tmp_path, f"tables: {listed}"), CELL, "part", "JP", "cars") == 7.0


FILES = {
    "missing.csv": "no such file (got missing.csv, looked for at",
    "folder": "is a folder; name the tables in it (got folder)",
    "own.ods": "must be a table as .csv or .xlsx (got own.ods)",
    "x" * 400 + ".csv": "no such file (got ",
    "[]": "names nothing; write the path of a table",
    "{a: b}": "the path of a table (.csv or .xlsx)",
    "[own.csv, ./own.csv]": "./own.csv stands there twice",
}


@pytest.mark.parametrize("written", FILES)
def test_every_fault_of_a_path_is_told_at_the_scenario(tmp_path: Path, written: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "own.ods").write_bytes(b"")
    table(tmp_path / "own.csv", row(CELL, "9", "weeks", **JP))
    told = said(tmp_path, f"tables: {written}")
    assert len(told) == 1
    assert told[0].startswith("s.yaml:5:")
    assert "baseline.tables" in told[0]
    assert FILES[written] in told[0]


def test_a_table_with_semicolons_or_without_a_column_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "own.csv", row(CELL, "9", "weeks", **JP))
    path.write_text(path.read_text().replace(",", ";"))
    assert "separated by semicolons" in said(tmp_path, "tables: own.csv")[0]
    table(path, header=[name for name in HEADER if name != "unit"] + ["units"])
    told = said(tmp_path, "tables: own.csv")
    assert any("unknown column (got units); did you mean unit" in line for line in told)
    assert any("column unit is missing" in line for line in told)
