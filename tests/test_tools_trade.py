"""Import shares from bilateral statistics, on flows worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from .tool_modules import load_tool

TOOLS = Path(__file__).parents[1] / "tools"


load_tool("transit_days")
tool = load_tool("trade_shares")
MEMBERS = ["CN", "JP", "DE", "REU", "ROW"]
FLOWS = [
    ("1", "2023", "CN", "JP", 10.0, 300.0),
    ("1", "2023", "FR", "JP", 5.0, 100.0),
    ("1", "2023", "TH", "JP", 5.0, 200.0),
    ("1", "2023", "IT", "FR", 9.0, 900.0),
    ("1", "2024", "CN", "JP", 10.0, 600.0),
]


def test_shares_are_of_makers_and_trade_inside_a_group_is_left_out() -> None:
    shares = tool.import_shares(FLOWS[:4], MEMBERS, {"CN", "REU"}, {}, "value")
    assert shares == {"JP": {"CN": pytest.approx(0.75), "REU": pytest.approx(0.25)}}


def test_what_is_sold_on_counts_for_its_maker() -> None:
    """Thailand, in the rest of the world, passes on what the rest of the world mines."""
    shares = tool.import_shares(FLOWS[:4], MEMBERS, {"CN", "REU", "ROW"}, {}, "tonnes")
    assert shares["JP"] == {"CN": pytest.approx(0.5), "REU": pytest.approx(0.25), "ROW": pytest.approx(0.25)}
    moved = tool.import_shares(FLOWS[:4], MEMBERS, {"CN"}, {"ROW": "CN"}, "tonnes")
    assert moved["JP"] == {"CN": pytest.approx(1.0)}


def test_a_range_spans_years_and_measures() -> None:
    spread = tool.ranges(FLOWS, MEMBERS, {"CN", "REU", "ROW"}, {})
    assert spread["JP", "CN"] == (pytest.approx(0.5), pytest.approx(1.0))
    assert spread["JP", "REU"] == (pytest.approx(0.0), pytest.approx(0.25))


def row(country: str, partner: str, value: float) -> dict[str, str]:
    blank = dict.fromkeys(("parameter", "product", "country", "partner", "value", "unit", "low", "high", "shape"), "")
    rest = dict.fromkeys(("year", "source", "confidence", "note"), "")
    return blank | rest | {"product": "x", "country": country, "partner": partner, "value": str(value)}


def test_home_supply_stays_and_small_buyers_keep_their_rows() -> None:
    code = {
        "product": "x",
        "codes": "1",
        "measure": "value",
        "years": "2023",
        "skip_buyers": "",
        "through": "",
        "hubs": "",
        "reason": "invented",
    }
    rows = [row("JP", "JP", 0.6), row("JP", "CN", 0.4), row("DE", "CN", 1.0)]
    made = tool.new_rows(code, rows, MEMBERS, {"CN", "REU", "JP"}, FLOWS[:4])
    assert [(r["country"], r["partner"], r["value"]) for r in made] == [
        ("JP", "JP", "0.6000"),
        ("JP", "CN", "0.3000"),
        ("JP", "REU", "0.1000"),
        ("DE", "CN", "1.0"),
    ]
    assert {r["confidence"] for r in made[1:3]} == {"medium"}


def test_what_a_hub_sells_counts_for_those_it_buys_from() -> None:
    """The Philippines, in the rest of the world, finish magnets of Japan (three quarters) and China; no maker themselves."""
    flows = [
        ("1", "2023", "JP", "PH", 30.0, 300.0),
        ("1", "2023", "CN", "PH", 10.0, 100.0),
        ("1", "2023", "PH", "JP", 40.0, 400.0),
        ("1", "2023", "PH", "DE", 8.0, 80.0),
        ("1", "2023", "CN", "JP", 10.0, 300.0),
        ("1", "2023", "CN", "TW", 20.0, 200.0),
    ]
    makers = {"CN", "JP"}
    seen = tool.without_hubs(flows, MEMBERS, makers, {}, ["PH"])
    shares = tool.import_shares(seen, MEMBERS, makers, {}, "value")
    assert shares["JP"] == {"CN": pytest.approx(1.0)}  # 300 at first hand, 100 through the Philippines, 300 its own
    assert shares["DE"] == {"JP": pytest.approx(0.75), "CN": pytest.approx(0.25)}
    assert shares["ROW"] == {"CN": pytest.approx(1.0)}  # purchases of the Philippines are left out
    assert sum(f[5] for f in seen if f[3] == "JP") == pytest.approx(700.0)


def test_a_hub_that_is_a_country_of_the_world_keeps_its_purchases() -> None:
    seen = tool.without_hubs(FLOWS[:3], MEMBERS, {"CN", "REU"}, {}, ["JP"])
    assert seen == FLOWS[:3]
    sold = [*FLOWS[:3], ("1", "2023", "JP", "DE", 4.0, 40.0)]
    shares = tool.import_shares(
        tool.without_hubs(sold, MEMBERS, {"CN", "REU"}, {}, ["JP"]), MEMBERS, {"CN", "REU"}, {}, "value"
    )
    assert shares["DE"] == shares["JP"] == {"CN": pytest.approx(0.75), "REU": pytest.approx(0.25)}


def test_a_known_flow_goes_before_the_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """80 of 200 t bought abroad come from China by customs; the others share the rest as the codes have it."""
    point = {
        "world": "w",
        "codes": "1",
        "buyer": "JP",
        "seller": "CN",
        "tonnes": "80",
        "low": "60",
        "high": "100",
        "source": "customs",
        "confidence": "high",
        "note": "a year",
    }
    monkeypatch.setattr(tool, "table", lambda name: [point] if name == "trade_points.csv" else [])
    points = tool.points_of("w", "1", {"JP": 200.0})
    code = {
        "product": "x",
        "codes": "1",
        "measure": "value",
        "years": "2023",
        "skip_buyers": "",
        "through": "",
        "hubs": "",
        "reason": "invented",
    }
    rows = [row("JP", "JP", 0.5), row("JP", "CN", 0.5)]
    made = tool.new_rows(code, rows, MEMBERS, {"CN", "REU", "ROW", "JP"}, FLOWS[:3], points)
    # codes: CN 300, REU 100, ROW (Thailand) 200
    assert {r["partner"]: r["value"] for r in made} == {
        "JP": "0.5000",
        "CN": "0.2000",
        "ROW": "0.2000",
        "REU": "0.1000",
    }
    china = next(r for r in made if r["partner"] == "CN")
    assert (china["low"], china["high"], china["source"], china["confidence"]) == (
        "0.1500",
        "0.2500",
        "customs",
        "high",
    )
    assert tool.points_of("w", "2", {"JP": 200.0}) == {}


def test_purchases_abroad_are_use_less_home_supply() -> None:
    folder = TOOLS.parent / "sim" / "supplyrisk" / "worlds" / "ndfeb"
    trade = [
        {"parameter": "trade_share", "product": "ht_magnet", "country": "JP", "partner": "JP", "value": "0.75"},
        {"parameter": "trade_share", "product": "ht_magnet", "country": "JP", "partner": "CN", "value": "0.25"},
    ]
    abroad = tool.bought_abroad(folder, trade, {"ht_magnet"})
    whole = tool.bought_abroad(folder, [], {"ht_magnet"})
    assert abroad["JP"] == pytest.approx(0.25 * whole["JP"])
    assert abroad["DE"] == whole["DE"]


def test_known_flows_name_what_the_codes_name() -> None:
    """Each row of the shipped file has codes, buyers and sellers that exist, and a range around its value."""
    codes = {(c["world"], c["codes"]) for c in tool.table("trade_codes.csv")}
    for point in tool.table("trade_points.csv"):
        assert (point["world"], point["codes"]) in codes
        members = tool.countries_of(TOOLS.parent / "sim" / "supplyrisk" / "worlds" / point["world"])
        assert {point["buyer"], point["seller"]} <= set(members)
        assert float(point["low"]) <= float(point["tonnes"]) <= float(point["high"])
