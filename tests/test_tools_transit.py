"""Days from door to door: the formula on numbers worked out by hand, and the shipped tables made by it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from .tool_modules import load_tool

ROOT = Path(__file__).parents[1]
WORLDS = sorted(p.parent for p in (ROOT / "sim" / "supplyrisk" / "worlds").glob("*/transit.csv"))


tool = load_tool("transit_days")
transit = tool.Transit()


def test_sea_days_by_hand() -> None:
    """Shanghai-Yokohama, 1,005 nm: 2 days to the port, half a week's wait, 1005 / 336 at sea, 3 days inland."""
    low, mid, high = transit.lane("CN", "JP").days
    assert mid == pytest.approx(2 + 3.5 + 1005 / (24 * 14) + 3)
    assert low == pytest.approx(2 + 1005 / (24 * 18) + 3)
    assert high == pytest.approx(2 + 14 + 1005 / (24 * 12) + 3)


def test_asia_to_europe_goes_round_the_cape_and_its_low_value_through_suez() -> None:
    lane = transit.lane("CN", "DE")
    assert lane.kind == "suez"
    assert lane.days[1] - lane.days[0] > 15


def test_rail_days_by_hand() -> None:
    """Inner China to Kazakhstan: 2 days to the station, 4,000 / 700, a change of gauge, the median 3 days inland."""
    assert transit.lane("CN", "KZ").days[1] == pytest.approx(2 + 4000 / 700 + 2 + 3)


def test_a_landlocked_seller_reaches_the_sea_by_rail() -> None:
    lane = transit.lane("KZ", "JP")
    assert "rail" in lane.note
    assert lane.days[1] > transit.lane("CN", "JP").days[1] + 4300 / 700


def test_published_days_of_a_lane_count_instead_of_the_formula() -> None:
    """Kolwezi to China takes 90 days from door to door: published, most of it before the ship leaves."""
    lane = transit.lane("CD", "CN")
    assert lane.days[1] == pytest.approx(90, abs=1)
    assert "90 days door to door" in lane.note
    assert lane.days[1] > transit.lane("ZA", "CN").days[1] + 40


def test_unknown_country_is_refused() -> None:
    with pytest.raises(KeyError, match="XX"):
        transit.lane("XX", "JP")


@pytest.mark.parametrize("world", WORLDS, ids=lambda p: p.name)
def test_shipped_tables_are_what_the_tool_writes(world: Path) -> None:
    with (world / "transit.csv").open(encoding="utf-8", newline="") as file:
        shipped = list(csv.DictReader(file))
    assert shipped == tool.rows_of(tool.countries_of(world), transit)
