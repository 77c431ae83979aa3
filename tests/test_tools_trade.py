"""Import shares from bilateral statistics, on flows worked out by hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).parents[1] / "tools"


def load(name: str) -> Any:
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


load("transit_days")
tool = load("trade_shares")
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
