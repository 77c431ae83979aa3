"""Gallery and world browser without a browser: copies, own scenarios, own numbers and tables."""

import os
from pathlib import Path

import pytest
from openpyxl import load_workbook
from supplyrisk.commands.world_export import export_world
from supplyrisk.errors import SupplyriskError
from supplyrisk.language.text import parse_text
from supplyrisk.shipped import scenario_names, study_names
from supplyrisk.spec.facts import HEADER
from supplyrisk.spec.load import load_scenario, read_scenario, read_world
from supplyrisk.spec.scenario import Horizon
from supplyrisk.spec.worldfile import shipped_worlds
from supplyrisk.workbench.atlas import (
    chain,
    first_world,
    own_numbers,
    rows,
    scenarios_of,
    shares,
    tiles,
    with_number,
    with_table,
    worlds_of,
    written_value,
)
from supplyrisk.workbench.documents import Documents, NotAllowed
from supplyrisk.workbench.ownscenario import Refused, Wish
from supplyrisk.workbench.reading import check_text, explain_text
from supplyrisk.workbench.shelf import cards, copy, fresh


@pytest.fixture
def document(tmp_path):
    documents = Documents(tmp_path)
    name = fresh(tmp_path, "Gallium: what if?", "gallium")
    return documents, documents.open(name)


def test_a_scenario_is_of_the_world_that_the_file_below_it_names_now(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    (tmp_path / "base.yaml").write_text("world: [oops\n")
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\ntitle: mine\n")
    assert worlds_of(documents, "mine.yaml") == ()
    for world in ("gallium", "antimony"):
        (tmp_path / "base.yaml").write_text(f"title: base\nworld: {world}\nhorizon: {{start: 2026-01-01, years: 1}}\n")
        assert worlds_of(documents, "mine.yaml") == (world,)


def test_every_shipped_scenario_has_a_card_that_says_what_it_is():
    found = cards()
    assert {card.name for card in found} == {*scenario_names(), *study_names()}
    assert all(card.title and card.question and (card.world or card.kind == "study") for card in found)
    assert all(0.0 <= begin <= end <= 1.0 for card in found for _, begin, end in card.bars)
    assert sum(bool(card.bars) for card in found if card.kind == "scenario") > len(scenario_names()) * 0.8
    assert [card.name for card in found if card.fits("gallium LICENCES")]


@pytest.mark.parametrize("name", ["gallium_licences_2023", "how_long_a_ban"])
def test_a_copy_is_whole_and_overwrites_nothing(tmp_path, name):
    first = copy(tmp_path, name)
    documents = Documents(tmp_path)
    text = documents.open(first).text
    assert check_text(documents, first, text).mistakes == ()
    (tmp_path / first).write_text("title: mine\n")
    assert copy(tmp_path, name) == f"{name}_2.yaml"
    assert (tmp_path / first).read_text() == "title: mine\n"


@pytest.mark.parametrize("world", shipped_worlds())
def test_an_own_scenario_is_fine_in_every_world(tmp_path, world):
    name = fresh(tmp_path, 'What if: "it" stops # all?', world)
    (scenario,) = load_scenario(tmp_path / name)
    assert scenario.title == 'What if: "it" stops # all?'
    assert len(scenario.arms) == 2


@pytest.mark.parametrize("product", ["all", "pure_gallium"])
def test_an_own_scenario_is_the_one_that_was_said(tmp_path, product):
    said = {"product": product, "country": "CN", "start": "2027-03-01", "duration": "9 months"}
    wish = Wish("Nine months", "gallium", **said)
    documents = Documents(tmp_path)
    name = fresh(tmp_path, "Nine months", "gallium", **said)
    sentences = " ".join(explain_text(documents, name, documents.open(name).text))
    goods = {"all": "all products", "pure_gallium": "high-purity gallium (6N and better)"}[product]
    assert f"From 1 March 2027 for 9 months, China stops exports of {goods}" in wish.says()
    assert f"From 1 March 2027 for 9 months, China stops exports of {goods}" in sentences
    assert years_of(tmp_path / name) == (2026, 2029)
    assert wish.says().endswith("computed from 2026 to 2029.")


def years_of(file):
    horizon = parse_text(file.read_text(), file.name).get("horizon")
    spec = Horizon.model_validate({key: horizon.get(key).value for key in ("start", "years")})
    return spec.start.year, spec.last.year


def test_a_stop_lies_whole_within_its_horizon(tmp_path):
    name = fresh(tmp_path, "Long", "gallium", start="2027-02-01", duration="12 years")
    assert years_of(tmp_path / name) == (2026, 2041)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("title", "???", "letter"),
        ("country", "US", "United States makes no crude gallium"),
        ("country", "XX", "XX makes no"),
        ("product", "tin", "must be a product of gallium (got tin)"),
        ("start", "", "from which day"),
        ("start", "2027-02-30", "not a day"),
        ("duration", "nine months", "write it like 9 months"),
        ("duration", "9", "write it like 9 months"),
        ("duration", "0 months", "between"),
        ("duration", "9 months # x", "9 months # x"),
        ("duration", "", "write it like 9 months"),
    ],
)
def test_what_cant_be_written_is_said_beside_its_answer(tmp_path, key, value, said):
    answers = {"title": "A stop", "world": "gallium", key: value}
    assert list(Wish(**answers).faults()) == [key]
    assert said in Wish(**answers).faults()[key]
    with pytest.raises(Refused):
        fresh(tmp_path, **answers)
    assert not list(tmp_path.iterdir())


def test_an_unnamed_scenario_is_called_by_what_happens(tmp_path):
    name = fresh(tmp_path, "", "gallium")
    assert name == "china_stops_exports_of_crude_gallium_4n.yaml"


def test_all_numbers_of_a_world_are_shown_and_can_be_written_again():
    found = rows("gallium")
    assert len(found) == len(read_world("gallium").facts)
    assert all(row.source and row.confidence and row.label for row in found)
    assert written_value("cover_weeks", 7.0, "weeks") == "7 weeks"
    assert written_value("trade_share", 0.25, "share") == "25 %"
    assert abs(sum(shares("gallium")["crude gallium (4N)"].values()) - 1) < 1e-9
    assert [stage["stage"] for stage in chain("gallium")] == ["primary recovery", "refining", "wafer making"]
    drawn = {tile["code"]: tile["share"] for tile in tiles("gallium", {"CN": 0.9, "REU": 0.1})}
    assert (drawn["CN"], drawn["FR"], drawn["US"]) == (0.9, 0.1, 0.0)


def test_an_own_number_becomes_a_row_of_the_baseline_with_its_source(document):
    documents, doc = document
    row = next(row for row in rows("gallium") if row.parameter == "output_t_per_year")
    text = with_number(documents, doc, row.path, "650 t/yr", "our visit: October 2026", "low", "a note")
    doc.change(text)
    doc.save()
    loaded = read_scenario(doc.path)
    (override,) = loaded.spec.baseline.overrides
    assert (override.path, override.value, override.source) == (row.path, 650.0, "our visit: October 2026")
    assert (override.confidence, override.note) == ("low", "a note")
    shown = own_numbers(documents, doc, "gallium")
    assert shown[row.path] == 650.0
    assert "trade_share.crude_gallium.CN.JP" not in shown
    assert own_numbers(documents, doc, "antimony") == {}
    doc.change(text + "\n  oops: [")
    assert own_numbers(documents, doc, "gallium") == {}
    assert "# what is seen is what the events do" in text.replace("stand: what", "# what")


@pytest.mark.parametrize(
    ("path", "value", "source", "confidence", "said"),
    [
        ("price_usd_per_kg.crude_gallium", "650", "", "low", "where the number comes from"),
        ("price_usd_per_kg.crude_gallium", "650 t", "x", "low", "unit"),
        ("price_usd_per_kg.crude_gallium", "-3 USD/kg", "x", "low", "negative"),
        ("price_usd_per_kg.crude_gallium", "650 USD/kg", "x", "sure", "confidence"),
        ("price_usd_per_kg.crude_gallium", "650,5 USD/kg", "x", "low", "did you mean 650.5"),
        ("price_usd_per_kg.crude_gallium", "65 %", "x", "low", "unit"),
        ("trade_share.crude_gallium.CN.JP", "60", "x", "low", "60 %|between 0 and 1"),
        ("price_usd_per_kg.nothing", "650 USD/kg", "x", "low", "unknown product"),
        ("nothing.crude_gallium", "1", "x", "low", "no number called"),
    ],
)
def test_a_number_that_is_none_changes_nothing(document, path, value, source, confidence, said):
    documents, doc = document
    before = doc.text
    with pytest.raises(SupplyriskError, match=said):
        with_number(documents, doc, path, value, source, confidence)
    assert doc.text == before


def test_a_spreadsheet_is_laid_over_the_world_or_refused_whole(document, tmp_path_factory):
    documents, doc = document
    file = tmp_path_factory.mktemp("elsewhere") / "ours.xlsx"
    export_world(read_world("gallium"), file, "gallium")
    book = load_workbook(file)
    sheet = book["production"]
    column = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, column["value"]).value = 123
    for name in ("low", "high", "shape", "group"):
        sheet.cell(2, column[name]).value = None
    sheet.cell(2, column["source"]).value = "ours"
    book.save(file)
    text = with_table(documents, doc, "ours.xlsx", file.read_bytes())
    assert "tables: tables/ours.xlsx" in text
    assert (documents.folder / "tables" / "ours.xlsx").exists()
    before = doc.text
    doc.change(text)
    assert 123.0 in own_numbers(documents, doc, "gallium").values()
    doc.change(before)
    sheet.cell(2, column["value"]).value = "many"
    book.save(file)
    with pytest.raises(SupplyriskError, match="production!"):
        with_table(documents, doc, "theirs.xlsx", file.read_bytes())
    assert not (documents.folder / "tables" / "theirs.xlsx").exists()
    for name in ("../x.xlsx", "x.exe", "/etc/x.csv"):
        with pytest.raises(NotAllowed):
            with_table(documents, doc, name, b"")


HEAD = ",".join(HEADER)
ROW = "output_t_per_year,crude_gallium,,CN,,,{},{},,,,,2024,ours,low,"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (HEAD.replace(",", ";"), "x.csv:1:1: the columns are separated by semicolons"),
        ("parameter,product,country,value", "x.csv:1:1: columns input, partner, .* are missing"),
        (HEAD, "x.csv: holds no row below its first line"),
        (f"{HEAD}\n{ROW.format('600,5', 't/yr')}", "x.csv:2:1: .*did you mean 600.5"),
        (f"{HEAD}\n" + ROW.format('"600,5"', "t/yr"), "x.csv:2:39: .*did you mean 600.5"),
        (f"{HEAD}\n{ROW.format(600, 't/yr')}\n{ROW.format(600, 'kg')}", "x.csv:3:43: .*is in t/yr"),
        (f"{HEAD}\ntrade_share,crude_gallium,,CN,JP,,60 %,share,,,,,2024,ours,low,", "write 60 and unit %"),
        (f"{HEAD}\n" + "\n".join([ROW.format("x", "t/yr")] * 120), "and 20 more mistakes"),
    ],
)
def test_a_table_with_mistakes_is_told_where_and_leaves_nothing_behind(document, lines, said):
    documents, doc = document
    with pytest.raises(SupplyriskError, match=said):
        with_table(documents, doc, "x.csv", lines.encode())
    assert [path.name for path in documents.folder.iterdir()] == [doc.name]


def test_a_disk_that_fills_up_leaves_no_half_table(document, monkeypatch):
    documents, doc = document

    def half(path, content):
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="No space"):
        with_table(documents, doc, "x.csv", f"{HEAD}\n{ROW.format(600, 't/yr')}".encode())
    assert [path.name for path in documents.folder.iterdir()] == [doc.name]


def test_own_numbers_go_only_into_scenarios_of_the_world_that_is_shown(document):
    documents, doc = document
    other = fresh(documents.folder, "Magnets", "ndfeb")
    (documents.folder / "variant.yaml").write_text(f"extends: {doc.name}\ntitle: A variant\n")
    (documents.folder / "broken.yaml").write_text("world: gallium\ntitle: [\n")
    (documents.folder / "away.yaml").write_text("extends: ../../etc/passwd\ntitle: x\nworld: gallium\n")
    assert worlds_of(documents, "variant.yaml") == ("gallium",)
    assert scenarios_of(documents, "gallium") == sorted([doc.name, "variant.yaml"])
    assert scenarios_of(documents, "ndfeb") == [other]


def test_world_opens_on_that_of_the_last_scenario(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    known = shipped_worlds()
    assert first_world(documents, "", known) == known[0]
    older, newer = (fresh(tmp_path, world, world) for world in ("ndfeb", "gallium"))
    (tmp_path / "study.yaml").write_text("study: sweep\n")
    for seconds, name in enumerate((older, newer, "study.yaml")):
        os.utime(tmp_path / name, (seconds, seconds))
    assert first_world(documents, older, known) == "ndfeb"
    for name in ("", "gone.yaml", "study.yaml"):  # none that says a world: the one that was changed last
        assert first_world(documents, name, known) == "gallium"
