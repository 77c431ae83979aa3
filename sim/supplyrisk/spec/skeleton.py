"""Writes the skeleton of a world: two stages, three countries, invented numbers marked as such."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import SupplyriskError
from .facts import HEADER

STRUCTURE = """\
# A world: who makes, trades and uses a mineral. This file holds names only; every number stands in one of
# the tables (*.csv) beside it, one row per fact, with unit, year, source and confidence.
# How the tables are split over files is up to you; the names of the files mean nothing.
title: {mineral} (skeleton, numbers invented)
base_year: 2024

countries:              # code: name; ISO codes where there are some
  CN: China
  KZ: Kazakhstan
  ROW: rest of the world
groups:                 # names for several countries, to be used wherever a country may stand
  importers: [KZ, ROW]
zones:                  # countries that share one price; exactly one zone lists `rest`
  CN: [CN]
  exCN: [rest]

products:               # upstream first; one product = one stage
  - id: ore
    name: {mineral} ore
    stage: mining
    mass_basis: t of contained {mineral}
  - id: metal
    name: {mineral} metal
    stage: refining
    mass_basis: t of metal
    inputs: [ore]       # each input needs a row recipe_t_per_t
end_uses:
  - {{id: industry, name: industry}}
  - {{id: defence, name: defence}}
notes: Every number is invented. Replace it and its source.
"""

SHARED = {"year": "2024", "source": "invented: replace this number and its source", "confidence": "assumption"}
Row = dict[str, Any]


def _row(parameter: str, value: float, unit: str, **more: Any) -> Row:
    return {"parameter": parameter, "value": value, "unit": unit, **more}


def _tables() -> dict[str, list[Row]]:
    """Rows of each table; the numbers close (what is bought is what is made)."""
    output = [
        ("ore", "CN", 7000),
        ("ore", "KZ", 2000),
        ("ore", "ROW", 2000),
        ("metal", "CN", 8000),
        ("metal", "ROW", 2000),
    ]
    use = [("CN", "industry", 5500), ("KZ", "industry", 200), ("ROW", "industry", 4000), ("ROW", "defence", 300)]
    lanes = [
        *[("ore", "CN", "CN", 0.8), ("ore", "KZ", "CN", 0.2)],
        *[("ore", "ROW", "ROW", 0.9), ("ore", "KZ", "ROW", 0.1)],
        *[("metal", "CN", "CN", 1.0), ("metal", "CN", "KZ", 1.0)],
        *[("metal", "CN", "ROW", 0.55), ("metal", "ROW", "ROW", 0.45)],
    ]
    days = [
        ("CN", "CN", 5),
        ("KZ", "CN", 15),
        ("ROW", "ROW", 15),
        ("KZ", "ROW", 40),
        ("CN", "KZ", 15),
        ("CN", "ROW", 35),
    ]
    return {
        "production": [
            *[_row("output_t_per_year", v, "t/yr", product=p, country=c) for p, c, v in output],
            _row("utilisation", 0.85, "share", low=0.75, high=0.95, shape="uniform"),
            _row("processing_time_days", 10, "days", product="ore"),
            _row("processing_time_days", 30, "days", product="metal"),
        ],
        "recipes": [_row("recipe_t_per_t", 1.1, "t/t", product="metal", input="ore", note="losses included")],
        "demand": [
            *[_row("use_t_per_year", v, "t/yr", product="metal", country=c, end_use=u) for c, u, v in use],
            _row("value_added_usd_per_t", 500000, "USD/t", product="metal", note="what a tonne's absence would stop"),
            _row("priority", 3, "class", end_use="defence", note="lower is served first; the default is 5"),
        ],
        "trade": [
            *[_row("trade_share", v, "share", product=p, partner=a, country=b) for p, a, b, v in lanes],
            *[_row("transit_days", v, "days", partner=a, country=b) for a, b, v in days],
            _row("leak_share", 0.15, "share", low=0.05, high=0.3, shape="uniform", note="leaks round any rule"),
            _row("entry_share_per_year", 0, "1/yr", country="CN", note="capacity there is planned; elsewhere 0.04"),
        ],
        "stocks": [
            _row("cover_weeks", 12, "weeks", product="metal", low=8, high=16, shape="triangular"),
            _row("input_cover_weeks", 6, "weeks", product="metal", input="ore"),
        ],
        "prices": [
            _row("price_usd_per_kg", 10, "USD/kg", product="ore"),
            _row("price_usd_per_kg", 30, "USD/kg", product="metal"),
            _row("contract_share", 0.5, "share", low=0.3, high=0.7, shape="uniform"),
            _row("error_level", 0.15, "ln", note="the model's own error, as in past squeezes of other minerals"),
            _row("error_weekly", 0.57, "ln", note="the part of it that wanders within a run"),
            _row("error_shift", 0.43, "ln", note="its median: past squeezes were dearer than the model says"),
        ],
    }


def write_skeleton(folder: Path, mineral: str) -> list[Path]:
    """Write the skeleton; the folder must not hold anything yet.

    Raises
    ------
    SupplyriskError
        If the folder exists and is not empty, or can't be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise SupplyriskError(f"{folder} exists already; choose another name")
        folder.mkdir(parents=True, exist_ok=True)
        files = [folder / "world.yaml"]
        files[0].write_text(
            STRUCTURE.format(mineral=re.sub(r"[^\w ,()-]", "", mineral).strip(" -") or "mineral"), encoding="utf-8"
        )
        for name, rows in _tables().items():
            files.append(folder / f"{name}.csv")
            _write_table(files[-1], rows)
    except OSError as error:
        raise SupplyriskError(f"{folder} can't be written: {error.strerror or error}") from None
    return files


def _write_table(path: Path, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, HEADER, restval="", lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow(SHARED | row)
