"""The numbers a scenario took from its own tables, with their sources: what a reader has to know before the results."""

from __future__ import annotations

from .cells import Cell, ReportTable
from .rounding import plain
from .run import Run

TABLE = "table"  # in the column stated_in of sources.csv
DIMS = ("product", "input", "partner", "country", "end_use")


def own_numbers(run: Run) -> ReportTable:
    """One row per number of the scenario's tables; none where it has no tables."""
    rows = []
    for row in run.sources:
        if row.get("stated_in") != TABLE:
            continue
        named = [run.label(row[dim]) for dim in DIMS if row.get(dim)]
        number = ", ".join([row.get("what") or row["parameter"], *named])
        value = f"{plain(float(row['value']), 3)} {row['unit'] if row['unit'] != '1' else ''}".strip()
        drawn = f"{plain(float(row['low']), 3)} to {plain(float(row['high']), 3)}" if row["low"] and row["high"] else ""
        source = f"{row['source']} ({row['year']})" if row["year"] else row["source"]
        rows.append((Cell(number), Cell(value, drawn), Cell(row["confidence"]), Cell(source), Cell(row["note"])))
    note = "Numbers from the scenario's own tables; they stand in place of the world's."
    return ReportTable(
        "own_numbers", "Own numbers", note, ("number", "value", "confidence", "source", "where"), tuple(rows)
    )
