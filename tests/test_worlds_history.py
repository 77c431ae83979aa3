"""History of output: what was published beside what a world has, and the tool that writes it."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.errors import Problems
from supplyrisk.spec.load import read_world
from supplyrisk.spec.worldfile import shipped_worlds
from supplyrisk.spec.worldhistory import COLUMNS, history_table, read_history, totals

from .spec_files import TINY

ROOT = Path(__file__).parents[1]
# Statistics of one quantity differ by more than this only if they count other things (assumption; the widest is
# antimony, where USGS counts Russian by-product ore that is not shipped).
TOLERANCE = 0.2


def load(name: str) -> Any:
    """A tool, by the name it has for the other tools."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


load("transit_days")
load("trade_shares")
tool = load("output_history")


@pytest.mark.parametrize("name", shipped_worlds())
def test_a_world_makes_what_statistics_say_of_its_first_stage(name: str) -> None:
    world = read_world(name)
    rows = read_history(world.folder, name, world.names)
    products = {row.product for row in rows}
    assert products, f"{name} has no history: tools/output_history.py"
    for product in products:
        made = totals(rows, product)
        own = sum(fact.value for fact in world.facts if fact.key[:2] == ("output_t_per_year", product))
        year = world.world.base_year if world.world.base_year in made else max(made)
        assert own == pytest.approx(made[year], rel=TOLERANCE), (product, year)
        assert own == pytest.approx(made[max(made)], rel=TOLERANCE), (product, max(made))


@pytest.mark.parametrize("name", shipped_worlds())
def test_the_shipped_histories_are_what_the_tool_writes(name: str) -> None:
    folder = ROOT / "sim" / "supplyrisk" / "worlds" / name
    with (folder / "history.csv").open(encoding="utf-8", newline="") as file:
        shipped = [tuple(row) for row in csv.reader(file)]
    assert shipped[0] == COLUMNS
    assert shipped[1:] == tool.history(folder)


def test_the_tool_takes_each_year_from_the_first_that_has_it() -> None:
    made = tool.statistics("antimony, mine", ["USGS", "World Mining Data"], {"CN", "ROW", "REU"}, {})
    assert {year: source[:4] for (year, code), (_, source, _) in made.items() if code == "CN"} == {
        2021: "Worl",
        2022: "Worl",
        2023: "Worl",
        2024: "USGS",
        2025: "USGS",
    }
    part = tool.statistics("antimony, mine", ["USGS"], {"CN", "ROW"}, {"CN": 0.5, "": 0.0})
    assert set(part) == {(2024, "CN"), (2025, "CN")}
    assert part[2025, "CN"][0] == 0.5 * made[2025, "CN"][0]
    assert part[2025, "CN"][2] == "low"


def test_the_table_holds_years_shares_and_sources() -> None:
    told = history_table(read_world("gallium"))
    assert "crude gallium" in told
    row = next(line.split() for line in told.splitlines() if line.strip().startswith("CN China"))
    shares = [float(part) for part in row if part.replace(".", "").isdigit()]
    assert len(shares) == 6  # 2021 to 2025, and the world's own
    assert all(95.0 < share <= 100.0 for share in shares)
    assert "2024-2025: USGS Mineral Commodity Summaries 2026" in told
    assert "No statistics by country are published for high-purity gallium" in told


def test_the_command_shows_it_or_says_that_there_is_none() -> None:
    shown = CliRunner().invoke(main, ["world", "antimony", "--history"])
    assert shown.exit_code == 0
    assert "The world differs from 2025 by more than 5 points in CN, MM, RU" in " ".join(shown.output.split())
    without = CliRunner().invoke(main, ["world", str(TINY), "--history"])
    assert without.exit_code == 2
    assert "has no history.csv" in without.output


FAULTS = {
    "2024,ore,CN,5,t/yr,a book": "has 6 fields, the header has 7",
    "24,ore,CN,5,t/yr,a book,high": "year must be a year like 2024 (got 24)",
    "2024,ores,CN,5,t/yr,a book,high": "unknown product (got ores); did you mean ore",
    "2024,ore,XX,5,t/yr,a book,high": "unknown country (got XX)",
    "2024,ore,CN,5,kt,a book,high": "unit must be t/yr (got kt)",
    "2024,ore,CN,-5,t/yr,a book,high": "value must be a number from 0 (got -5)",
    "2024,ore,CN,nan,t/yr,a book,high": "value must be a number from 0 (got nan)",
    "2024,ore,CN,5,t/yr,,high": "needs a source",
    "2024,ore,US,6,t/yr,a book,high": "ore in US in 2024 is given twice",
}


def test_every_fault_of_a_history_has_its_line(tmp_path: Path) -> None:
    world = read_world(TINY)
    rows = [",".join(COLUMNS), "2024,ore,US,5,t/yr,a book,high", *FAULTS]
    (tmp_path / "history.csv").write_text("\n".join(rows) + "\n")
    with pytest.raises(Problems) as caught:
        read_history(tmp_path, "w", world.names)
    told = [str(problem) for problem in caught.value.problems]
    assert [line.split(" ")[0] for line in told] == [f"w/history.csv:{n}:1:" for n in range(3, len(FAULTS) + 3)]
    for line, message in zip(told, FAULTS.values(), strict=True):
        assert message in line
    (tmp_path / "history.csv").write_text("year,value\n")
    with pytest.raises(Problems, match="the columns must be year,product"):
        read_history(tmp_path, "w", world.names)
