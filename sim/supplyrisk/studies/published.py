"""Published measures of criticality beside what the model loses: the EU's concentration of supply, USGS's import reliance.

`data/published_concentration.csv` holds, with a source per row, the leading supplier and its share of each material and
stage as the EU's study of critical raw materials lists them, and the US's net import reliance and leading import source.
These are not the lists' own scores (which weigh governance and substitution too) but the concentration they rest on.
"""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..report.rounding import quantity
from .answer import Table
from .words import place_said

if TYPE_CHECKING:
    from .found import Found
    from .stops import Hit

FILE = Path(__file__).parent / "data" / "published_concentration.csv"
AUTHORITIES = {"EU": "EU", "USGS": "US"}  # whose list -> the consumer it speaks of

KEPT = {
    "EU": "What is kept here of the EU's study are shares of suppliers and their concentration (HHI), worked out from them; its own scores "
    "of supply risk and economic importance, which weigh governance, substitution, recycling and value added too, are not.",
    "USGS": "What is kept here of the USGS are net import reliance and the leading source; its own probability-weighted losses, by "
    "which the US list is drawn up, are not.",
}


@cache
def published() -> tuple[dict[str, str], ...]:
    """Rows of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def published_tables(found: Found, hits: Sequence[Hit], places: Sequence[str]) -> tuple[list[Table], list[str]]:
    """Published concentration beside the worst stop of each world, for the consumers the lists are about."""
    tables, remarks = [], []
    worlds = list(dict.fromkeys(placed.world.name for placed in found.placed))
    for authority, place in AUTHORITIES.items():
        if place not in places:
            continue
        rows = [_row(authority, world, place, hits) for world in worlds]
        known = [row for row in rows if row is not None]
        if not known:
            continue
        tables.append(_table(authority, place, known))
        absent = [world for world, row in zip(worlds, rows, strict=True) if row is None]
        remarks.append(_remark(authority, known, absent, hits, place))
    return tables, remarks


def _row(authority: str, world: str, place: str, hits: Sequence[Hit]) -> dict[str, object] | None:
    """What is published of a world's materials, and its worst stop."""
    listed = [row for row in published() if row["authority"] == authority and row["world"] == world]
    mine = [hit for hit in hits if hit.placed.world.name == world and hit.place == place and math.isfinite(hit.risk[0])]
    if not listed or not mine:
        return None
    if authority == "EU":
        top = max(listed, key=lambda row: (row["scope"] == "world", float(row["hhi"] or 0)))
        measure = float(top["hhi"])
    else:
        top = max(listed, key=lambda row: _reliance(row["net_import_reliance_percent"]))
        measure = _reliance(top["net_import_reliance_percent"]) / 100.0
    worst = max(mine, key=lambda hit: hit.risk[0])
    return {
        "world": world,
        "material": top["material"],
        "stage": top["stage"],
        "leading supplier": top["leader"],
        "its share": float(top["leader_share_percent"]) / 100.0,
        "published": measure,
        "worst stop in the model": worst.stop,
        "output at risk": worst.risk[0],
        "source": top["source"],
    }


def _reliance(text: str) -> float:
    """Per cent; of "more than 50" the bound."""
    return float(text.removeprefix(">")) if text else 0.0


def _table(authority: str, place: str, rows: Sequence[dict[str, object]]) -> Table:
    import pandas as pd

    frame = pd.DataFrame(rows)
    name = "concentration (HHI)" if authority == "EU" else "net import reliance"
    frame["rank published"] = frame["published"].rank(ascending=False, method="min")
    frame["rank in the model"] = frame["output at risk"].rank(ascending=False, method="min")
    order = ["world", "material", "stage", "leading supplier", "its share", "published", "rank published"]
    order += ["worst stop in the model", "output at risk", "rank in the model", "source"]
    frame = frame[order].sort_values("rank in the model").rename(columns={"published": name})
    units = {"its share": "share", "output at risk": "USD"}
    if authority == "USGS":
        units[name] = "share"
    note = (
        "The EU's concentration is the sum of squared country shares at the most concentrated stage, 0 to 1."
        if authority == "EU"
        else "USGS's net import reliance is imports less exports, as a share of apparent consumption; '>50' counts as 50 %."
    )
    return Table(
        f"beside {authority}", f"Beside what the {authority} publishes", frame.reset_index(drop=True), note, units
    )


def concordant(pairs: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """How many pairs of rows stand in the same order by both numbers, and how many both tell apart (Kendall's counts)."""
    both = [
        (a[0] - b[0]) * (a[1] - b[1]) > 0 for a, b in itertools.combinations(pairs, 2) if a[0] != b[0] and a[1] != b[1]
    ]
    return sum(int(same) for same in both), len(both)


def _remark(
    authority: str, rows: Sequence[dict[str, object]], absent: Sequence[str], hits: Sequence[Hit], place: str
) -> str:
    """How the ranks differ, and why they may."""
    top = max(float(str(row["published"])) for row in rows)
    firsts = [row for row in rows if float(str(row["published"])) == top]
    by_model = max(rows, key=lambda row: float(str(row["output at risk"])))
    world = next(hit.placed.world for hit in hits if hit.place == place)
    what = "concentration of supply" if authority == "EU" else "import reliance"
    listed = " and ".join(f"{row['material']} ({row['world']})" for row in firsts)
    text = (
        f"By the {what} that the {authority} publishes, {listed} come{'s' if len(firsts) == 1 else ''} first; by what a stop costs "
        f"{place_said(world, place)} in the model, {by_model['world']} "
        f"({quantity(float(str(by_model['output at risk'])), 'USD')}). "
    )
    text += (
        "What the model puts first is among the first there. "
        if by_model["world"] in {row["world"] for row in firsts}
        else "They differ because a list measures how few sell, the model what is lost: that needs few sellers, thin stocks, no "
        "second source within the year, and uses whose value added is large. "
    )
    same, pairs = concordant([(float(str(row["published"])), float(str(row["output at risk"]))) for row in rows])
    if pairs:
        text += f"Of {pairs} pairs of worlds that both tell apart, {same} stand{'s' if same == 1 else ''} in the same order in both. "
    text += KEPT[authority]
    if absent:
        text += f" Not in the published table that is kept here: {', '.join(absent)}."
    return text.strip()
