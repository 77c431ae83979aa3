"""Size of shipments of the worlds' goods, from how much months of Chinese exports differ while trade is calm.

    python tools/shipment_sizes.py

If shipments leave by chance, N a month, of sizes that are exponential with mean l, a month's exports have mean Q and variance
2 l Q. So l is the mean of (x - Q)² / (2 Q) over calm months, Q the mean of the 13 months around; as that mean contains x, times
13/12. Of goods with a few single months Q is their mean, and the factor n/(n - 1). All months lie before the rules of the
episodes: none of them is scored.

Goods for which no run of calm months was at hand get l by value: the five measured sizes are worth 0.1 to 1.5 million
USD, half a million in the geometric mean (an assumption, low confidence).

The same l has to hold for each destination, as a small buyer's month is fewer shipments and not smaller ones: printed for
natural graphite to four countries.
"""

from __future__ import annotations

import csv
import math
import statistics
from pathlib import Path

DATA = Path(__file__).parent / "data" / "export_months.csv"
AROUND = 6  # months either side of a trend
LONG = 60  # months that make a trend worth taking
# USD/kg where the table has no value: the worlds' prices.
PRICES = {"gallium": 260.0, "germanium": 1160.0, "rare-earth magnets": 50.0}


def size(months: list[float]) -> tuple[float, float]:
    """Mean month and mean size of a shipment, t."""
    if len(months) < LONG:
        q = statistics.fmean(months)
        return q, statistics.variance(months) / (2.0 * q)
    width = 2 * AROUND + 1
    found = []
    for i in range(AROUND, len(months) - AROUND):
        q = statistics.fmean(months[i - AROUND : i + AROUND + 1])
        found.append((months[i] - q) ** 2 / (2.0 * q) * width / (width - 1))
    return statistics.fmean(months), statistics.fmean(found)


def table() -> dict[tuple[str, str], tuple[float, float, float]]:
    """(goods, destination) -> mean month t, mean shipment t, its value in million USD."""
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            groups.setdefault((row["goods"], row["destination"]), []).append(row)
    found = {}
    for key, rows in groups.items():
        tonnes = [float(row["tonnes"]) for row in rows]
        usd = [float(row["usd"]) for row in rows if row["usd"]]
        q, mean = size(tonnes)
        price = sum(usd) / sum(tonnes) if usd else 1000.0 * PRICES[key[0]]
        found[key] = (q, mean, mean * price / 1e6)
    return found


def main() -> None:
    found = table()
    for (goods, place), (q, mean, worth) in found.items():
        spread = math.sqrt(2.0 * mean / q)
        print(
            f"{goods}{f' to {place}' if place else ''}: {q:,.1f} t a month, a shipment {mean:,.2f} t "
            f"({worth:.2f} million USD), a month's record swings by {100 * spread:.0f} % (1 sd)"
        )
    own = [worth for (goods, place), (_, _, worth) in found.items() if not place and "five other" not in goods]
    print(f"geometric mean of values: {statistics.geometric_mean(own):.2f} million USD")


if __name__ == "__main__":
    main()
