"""World folders: what is refused, and where it is said to be."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from supplyrisk.errors import Problems
from supplyrisk.spec.facts import HEADER
from supplyrisk.spec.load import read_world
from supplyrisk.spec.skeleton import write_skeleton
from supplyrisk.spec.worldfile import load_world_folder

from .spec_files import TINY


@pytest.fixture
def world(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    return folder


def said(folder: Path) -> list[str]:
    try:
        load_world_folder(folder, "tiny")
    except Problems as problems:
        return [str(problem) for problem in problems.problems]
    return []


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# file, what is changed, into what, what must be said
TABLE_SLIPS = [
    (
        "stocks.csv",
        "cover_weeks,part,,,,,10",
        "cover_week,part,,,,,10",
        "stocks.csv:2:1: cover_week parameter: unknown parameter",
    ),
    (
        "stocks.csv",
        "cover_weeks,part,,,,,10",
        "cover_weeks,prt,,,,,10",
        "stocks.csv:2:13: cover_weeks product: unknown product (got prt); did you mean part",
    ),
    (
        "stocks.csv",
        "cover_weeks,part,,JP",
        "cover_weeks,part,,JPN",
        "stocks.csv:3:19: cover_weeks country: unknown country (got JPN); did you mean JP",
    ),
    (
        "stocks.csv",
        "cover_weeks,part,,,,,10",
        "cover_weeks,part,ore,,,,10",
        "stocks.csv:2:18: cover_weeks input: cover_weeks has no dimension input",
    ),
    ("stocks.csv", "10,weeks", "ten,weeks", "stocks.csv:2:22: cover_weeks value: is not a number"),
    ("stocks.csv", "10,weeks", "200,weeks", "cover_weeks value: must be between 0.5 and 104 weeks (got 200)"),
    ("stocks.csv", "10,weeks", "10,wks", "stocks.csv:2:25: cover_weeks unit: cover_weeks is in weeks (got wks)"),
    ("stocks.csv", "10,weeks", "10,", "cover_weeks unit: cover_weeks is in weeks (got no unit)"),
    (
        "stocks.csv",
        "8,12,triangular",
        "12,8,triangular",
        "cover_weeks value: must lie between low and high (got 10, not in 12 to 8)",
    ),
    (
        "stocks.csv",
        "8,12,triangular",
        "8,,triangular",
        "cover_weeks high: low, high and shape go together; this one is missing",
    ),
    (
        "stocks.csv",
        "8,12,triangular",
        "8,12,triangle",
        "cover_weeks shape: must be one of uniform, triangular, pert, lognormal, normal (got triangle)",
    ),
    (
        "stocks.csv",
        "2024,invented for the tests,assumption",
        "2024,,assumption",
        "stocks.csv:2:53: cover_weeks source: every number needs a source",
    ),
    (
        "stocks.csv",
        "2024,invented for the tests,assumption",
        "2024,invented,sure",
        "cover_weeks confidence: must be one of high, medium, low, assumption (got sure)",
    ),
    (
        "stocks.csv",
        "2024,invented for the tests,assumption",
        "soon,invented,high",
        "cover_weeks year: must be a year like 2024 (got soon)",
    ),
    (
        "stocks.csv",
        "2024,invented for the tests,assumption,",
        "2024,invented, for the tests,assumption,",
        "has 17 fields, the header has 16",
    ),
    ("stocks.csv", ",value,", ",val,", "stocks.csv:1:1: unknown column (got val); did you mean value"),
    ("stocks.csv", ",note", "", "stocks.csv:1:1: column note is missing"),
    ("stocks.csv", "cover_cv,,", 'cover_cv,"', "stocks.csv:1:1: can't be read as CSV"),
    (
        "stocks.csv",
        "cover_weeks,part,,,,,10",
        "cover_weeks,part,,JP,,,10",
        "stocks.csv:3:24: cover_weeks.part.JP: given twice (first at tiny/stocks.csv:2:24)",
    ),
    (
        "prices.csv",
        "price_usd_per_kg,part,,,,,120",
        "price_usd_per_kg,part,,,,,50",
        "prices.csv:4:27: price_usd_per_kg.part: its inputs cost as much",
    ),
    (
        "production.csv",
        "processing_time_days,ore",
        "unit_cost_ratio,metal,,,,,0.8,ratio,,,,,2024,invented,high,\nprocessing_time_days,ore",
        "unit_cost_ratio.metal: is not read: metal is made from inputs",
    ),
    (
        "production.csv",
        "processing_time_days,ore",
        "unit_cost_ratio,ore,,CN,,,0.4,ratio,,,,,2024,invented,high,\nprocessing_time_days,ore",
        "closing_price_index.ore.CN: must not be above unit_cost_ratio, from which all run (got 0.5 and 0.4)",
    ),
    (
        "prices.csv",
        "contract_share,,,,,,0.5",
        "contract_share,,,,,,50",
        "contract_share value: must be between 0 and 1 (got 50); did you mean 0.5",
    ),
    (
        "recipes.csv",
        "recipe_t_per_t,part,metal,,,,1.5",
        "recipe_t_per_t,part,ore,,,,1.5",
        "recipe_t_per_t.part.metal: is missing: how many t of the input",
    ),
    (
        "recipes.csv",
        "recipe_t_per_t,part,metal,,,,1.5",
        "recipe_t_per_t,part,ore,,,,1.5",
        "recipe_t_per_t.part.ore: ore is not among the inputs of part",
    ),
    (
        "trade.csv",
        "trade_share,part,,JP,CN,,0.3",
        "trade_share,part,,JP,CN,,0.6",
        "the shares of JP's suppliers must sum to 1 (got 1.3)",
    ),
    ("trade.csv", "trade_share,part,,JP,CN,,0.3", "trade_share,part,,JP,US,,0.3", "US sells part but makes none"),
    (
        "trade.csv",
        "trade_share,ore,,US,US,,1",
        "trade_share,ore,,US,US,,0",
        "US buys ore but no trade_share says from whom",
    ),
    (
        "trade.csv",
        "trade_share,ore,,US,US,,1",
        "trade_share,ore,,US,,,1",
        "trade_share partner: trade_share makes a lane and must name its partner",
    ),
    (
        "transit.csv",
        "transit_days,,,US,JP,,25,days",
        "tariff,part,,US,JP,,0.25,share",
        "transit_days.JP.US: is missing: days from door to door",
    ),
    (
        "demand.csv",
        "use_t_per_year,part,,CN,,grid",
        "use_t_per_year,part,,CN,,gird",
        "unknown end use (got gird); did you mean grid",
    ),
    (
        "production.csv",
        "output_t_per_year,part,,JP,,,300",
        "output_t_per_year,part,,JP,,,0",
        "JP sells part but makes none",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), TABLE_SLIPS)
def test_faulty_tables(world: Path, file: str, old: str, new: str, message: str) -> None:
    change(world / file, old, new)
    found = said(world)
    assert any(message in line for line in found), found


def test_a_missing_number_is_named(world: Path) -> None:
    path = world / "production.csv"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("processing_time_days,ore")]
    path.write_text("\n".join(lines) + "\n")
    assert said(world) == ["tiny/world.yaml:1:1: processing_time_days.ore: is missing"]


STRUCTURE_SLIPS = [
    ("title: Tiny", "titel: Tiny", "world.yaml:3:1: titel: unknown key (got titel); did you mean title"),
    ("allies: [JP, US]", "allies: [JP, USA]", "groups.allies[1]: unknown country (got USA); did you mean US"),
    ("allies: [JP, US]", "CN: [JP, US]", "groups.CN: CN is already the name of a country"),
    ("exCN: [rest]", "exCN: [JP]", "zones: exactly one zone must list rest (got 0)"),
    ("CN: [CN]", "CN: [CN, JP]\n  JP: [JP]", "zones.JP: JP is already in zone CN"),
    ("inputs: [ore]", "inputs: [part]", "inputs[0]: unknown input (got part); an input must be listed before"),
    ("inputs: [ore]", "inputs: [orr]", "unknown input (got orr); did you mean ore"),
    ("id: metal", "id: ore", "products[1].id: a second ore"),
    ("id: metal", "id: metal.one", "products[1].id: must be up to 40 letters, digits and _"),
    ("{id: grid, name: power grids}", "{id: grid}", "end_uses[1]: has no key name, which is needed"),
    ("inputs: [ore]", "inputs: [ore, ore]", "products[1].inputs[1]: stands there twice (got ore)"),
    ("allies: [JP, US]", "allies: []", "groups.allies: names nothing; write a country code or a list of them"),
    ("allies: [JP, US]", "allies: [JP, JP]", "groups.allies[1]: stands there twice (got JP)"),
    (
        "allies: [JP, US]",
        "all: [JP, US]",
        "groups.all: a name must be up to 40 letters, digits, _ and -, not all or rest",
    ),
    ("allies: [JP, US]", "exCN: [JP, US]", "groups.exCN: exCN is already the name of a price zone"),
    ("CN: [CN]", "CN: []", "zones.CN: names nothing; write a country code or a list of them"),
    ("CN: [CN]", "CN: [CN, JP, US]", "zones.exCN: has no country left: every one is in another zone"),
    ("base_year: 2024", "base_year: 0", "base_year: must be between 1950 and 2100 (got 0)"),
    ("title: Tiny", "title: " + "x" * 400, "title: must be at most 300 letters long (got 4"),
    ("name: power grids", "name: cars", "end_uses[1].name: a second one called cars"),
    ("base_year: 2024", "base_year: recent", "base_year: is not a number (got 'recent')"),
]


@pytest.mark.parametrize(("old", "new", "message"), STRUCTURE_SLIPS)
def test_faulty_structure(world: Path, old: str, new: str, message: str) -> None:
    change(world / "world.yaml", old, new)
    found = said(world)
    assert any(message in line for line in found), found


def test_all_faults_of_all_tables_are_listed_at_once(world: Path) -> None:
    change(world / "stocks.csv", "cover_weeks,part,,,,,10", "cover_weeks,prt,,,,,10")
    change(world / "prices.csv", "40,USD/kg", "40,EUR/kg")
    assert len(said(world)) == 2


def test_quoted_fields_before_a_fault_do_not_shift_its_place(world: Path) -> None:
    change(world / "stocks.csv", "2024,invented for the tests,assumption,", '2024,"a, b, c",asumption,')
    (line,) = said(world)
    assert line.startswith("tiny/stocks.csv:2:63: cover_weeks confidence")


def test_units_are_converted(world: Path) -> None:
    change(world / "production.csv", "1500,t/yr", "1.5,kt/yr")
    change(world / "prices.csv", "40,USD/kg", "40000,USD/t")
    facts = {fact.path: fact.value for fact in load_world_folder(world).facts}
    assert facts["output_t_per_year.ore.CN"] == 1500
    assert facts["price_usd_per_kg.metal"] == 40


def test_trade_shares_are_normalised(world: Path) -> None:
    change(world / "trade.csv", "trade_share,part,,US,CN,,0.17", "trade_share,part,,US,CN,,0.18")
    values = load_world_folder(world).world.values
    shares = [values["trade_share", "part", seller, "US"] for seller in ("CN", "JP")]
    assert shares == pytest.approx([0.18 / 1.01, 0.83 / 1.01])


def test_how_tables_are_split_over_files_means_nothing(world: Path, tmp_path: Path) -> None:
    """Rows in any order, in any file: the same world."""
    expected = load_world_folder(world)
    rows = []
    for path in sorted(world.glob("*.csv")):
        with path.open(newline="") as file:
            rows += list(csv.DictReader(file))
        path.unlink()
    with (world / "all.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, HEADER, lineterminator="\n")
        table.writeheader()
        table.writerows(reversed(rows))
    again = load_world_folder(world)
    assert dict(again.world.values) == dict(expected.world.values)
    assert set(again.columns) == set(expected.columns)


def test_the_skeleton_loads_and_is_not_written_over(tmp_path: Path) -> None:
    write_skeleton(tmp_path / "zircon", "zircon: {x}")
    loaded = load_world_folder(tmp_path / "zircon")
    assert {product.id for product in loaded.world.products} == {"ore", "metal"}
    assert {fact.confidence for fact in loaded.facts} == {"assumption"}
    with pytest.raises(Exception, match="exists already"):
        write_skeleton(tmp_path / "zircon", "zircon")


def test_a_changed_world_is_read_again(world: Path) -> None:
    assert read_world(world).world.title == "Tiny world (invented)"
    change(world / "world.yaml", "Tiny world", "Tiny changed world")
    assert read_world(world).world.title == "Tiny changed world (invented)"
