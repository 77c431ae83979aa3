"""The last recorded prices held against the outlook of today: the rules in force, simulated from before they began.

    python tools/score_outlooks.py [--runs 200]

For every world with a record of prices: the last one by product and place, from July 2025 on, beside the 80 % band of the world's
outlook of today. Prints the table of docs/how-good-is-it.md.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "sim"))

from supplyrisk.backtest.episode import Episode  # noqa: E402
from supplyrisk.backtest.evaluate import Bench  # noqa: E402
from supplyrisk.backtest.measure import Meter  # noqa: E402
from supplyrisk.errors import RunFailed  # noqa: E402
from supplyrisk.language.table import parse_period  # noqa: E402
from supplyrisk.results.quantiles import quantiles  # noqa: E402
from supplyrisk.spec.load import text_scenario  # noqa: E402

WORLDS = ROOT / "sim" / "supplyrisk" / "worlds"
FROM = "2025-07"
SCENARIO = """
title: Today
question: What does the outlook of today say of the past year?
world: {world}
horizon: {{start: 2026-06-01, years: 0.5}}
outlook: today
monte_carlo: {{runs: {runs}, seed: 1, sampler: lhs}}
"""
BASELINE = 0


def last_prices(path: Path) -> list[dict[str, str]]:
    """The last quote of each product and place."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        found = [row for row in rows if row["variable"] == "price_spot_index" and row["period"] >= FROM]
    last: dict[tuple[str, str], dict[str, str]] = {}
    for row in sorted(found, key=lambda each: parse_period(each["period"])[0]):
        last[row["products"], row["place"]] = row
    return list(last.values())


def bands(world: str, rows: list[dict[str, str]], runs: int) -> np.ndarray:
    """10 %, 50 % and 90 % quantile of every row's price; shape (rows, 3)."""
    loaded = text_scenario(SCENARIO.format(world=world, runs=runs), Path(f"{world}_today.yaml"))
    bench = Bench(Episode(world, ROOT, "forecast", loaded, (), 0, ()))
    meter = Meter(bench.model, loaded.resolutions[0].world.names)
    readers = [meter.reader("price_spot_index", row["products"], row["place"]) for row in rows]
    spans = [[(day - bench.model.start).days for day in parse_period(row["period"])] for row in rows]
    values = bench.plain_design(runs, 1, "lhs")
    found = np.full((len(rows), runs), math.nan)
    for i in range(runs):
        try:
            result = bench.engine.run(bench.model, BASELINE, i, 1, values[i])
        except RunFailed:
            continue
        for j, (read, (first, after)) in enumerate(zip(readers, spans, strict=True)):
            found[j, i] = read(result).mean(first, max(after, first + 7))
    return quantiles(found, (0.1, 0.5, 0.9))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    runs = parser.parse_args().runs
    print("| price | when | recorded, of normal | outlook of today: median (80 % band) | inside |")
    print("|---|---|---|---|---|")
    for path in sorted(WORLDS.glob("*/recorded.csv")):
        rows = last_prices(path)
        if not rows:
            continue
        for row, (low, middle, high) in zip(rows, bands(path.parent.name, rows, runs), strict=True):
            seen = float(row["value"]) / float(row["reference"])
            inside = "yes" if low <= seen <= high else "no"
            print(
                f"| {row['products']}, {row['place']} | {row['period']} | {seen:.2f} | {middle:.2f} ({low:.2f} to {high:.2f}) | {inside} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
