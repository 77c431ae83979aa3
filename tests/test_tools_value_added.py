"""Value added per tonne: the formula by hand, the shipped rows, and no industry counted beyond its size."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from .tool_modules import load_tool

ROOT = Path(__file__).parents[1]
WORLDS = sorted(p.parent for p in (ROOT / "sim" / "supplyrisk" / "worlds").glob("*/demand.csv"))


tool = load_tool("value_added")
data = tool.industries()


def rows_of(world: Path) -> list[dict[str, str]]:
    with (world / "demand.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_formula_by_hand() -> None:
    """A tenth of an industry of 1,000 m USD carries 50 t: 2 m USD a tonne; a country with a fifth of both has the same."""
    toy = {"X": {"WLD": 1000.0, "A": 200.0, "B": 2.0}}
    use = {"A": 10.0, "B": 10.0, "C": 30.0}
    assert tool.value_per_tonne({"X": 0.1}, use, "A", toy) == (pytest.approx(2e6), pytest.approx(20.0), False)
    # B has no more than a five-hundredth of the industry and a fifth of the use: held at a tenth of the mean
    assert tool.value_per_tonne({"X": 0.1}, use, "B", toy) == (pytest.approx(2e5), pytest.approx(2.0), True)
    # the table lacks C: the mean
    assert tool.value_per_tonne({"X": 0.1}, use, "C", toy) == (pytest.approx(2e6), pytest.approx(60.0), False)


def test_rest_of_the_world_is_what_remains() -> None:
    toy = {"WLD": 1000.0, "A": 200.0, "EU27": 300.0, "DE": 100.0}
    assert tool.of_country(toy, "REU", ["A", "REU", "ROW"]) == 200.0
    assert tool.of_country(toy, "ROW", ["A", "DE", "REU", "ROW"]) == 500.0


@pytest.mark.parametrize("world", WORLDS, ids=lambda p: p.name)
def test_shipped_rows_are_what_the_tool_writes(world: Path) -> None:
    rows = rows_of(world)
    assert [row for row in rows if row["parameter"] == tool.PARAMETER] == tool.rows_of(world.name, rows, data)


@pytest.mark.parametrize("world", WORLDS, ids=lambda p: p.name)
def test_no_industry_is_counted_beyond_its_size(world: Path) -> None:
    """What all uses of a country carry stays below the value added of the industries they name."""
    rows = rows_of(world)
    shares = tool.shares_of(world.name)
    use: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        if row["parameter"] == "use_t_per_year":
            use[row["end_use"]][row["country"]] += float(row["value"])
    carried: dict[tuple[str, str], float] = defaultdict(float)
    for end_use, by_country in use.items():
        parts = tool.parse(shares[end_use]["industries"])
        whole = sum(s * data[i]["WLD"] for i, s in parts.items())
        for country in by_country:
            _, musd, _ = tool.value_per_tonne(parts, dict(by_country), country, data)
            for industry, share in parts.items():
                carried[country, industry] += musd * share * data[industry]["WLD"] / whole
    countries = sorted({c for c, _ in carried})
    for (country, industry), musd in carried.items():
        there = tool.of_country(data[industry], country, countries)
        if there is not None:
            assert musd <= 1.05 * there, (country, industry, musd, there)


@pytest.mark.parametrize("world", WORLDS, ids=lambda p: p.name)
def test_row_without_its_industry_in_the_table_is_an_assumption_that_says_so(world: Path) -> None:
    rows = [row for row in rows_of(world) if row["parameter"] == tool.PARAMETER]
    shares = tool.shares_of(world.name)
    for row in rows:
        users = sorted(other["country"] for other in rows if other["end_use"] == row["end_use"])
        parts = tool.parse(shares[row["end_use"]]["industries"])
        lacking = any(tool.of_country(data[industry], row["country"], users) is None for industry in parts)
        assert (tool.UNKNOWN in row["note"]) == lacking, (row["country"], row["end_use"])
        assert row["confidence"] == ("assumption" if lacking else "low")
