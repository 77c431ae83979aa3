"""Recorded targets that a chain of two zones can answer, offices as recorded, central numbers.

    python tools/market_core/targets.py         # ten seconds

Bounds and their basis are in `data/targets.csv`.
"""

from __future__ import annotations

import datetime

import numpy as np
from events import Event, all_events, table
from state import Record

Date = datetime.date


class Reader:
    """Reads one run (one row) of an event by date."""

    def __init__(self, event: Event, record: Record) -> None:
        self.event, self.record, self.begin = event, record, event.rest

    def index(self, *date: int) -> int:
        """Week of the run in which a date falls."""
        return self.begin + round(self.event.week(Date(*date)))

    def price(self, k: int, z: int) -> np.ndarray:
        """Quoted price by week."""
        return self.record.price[:, k, z, 0]

    def exports(self, products: list[int], begin: int, end: int) -> float:
        """Flow from zone 0 to zone 1, mean of weeks over normal, of several products together."""
        normal = [self.event.world.trade[k, 0, 1] for k in products]
        flows = [mean(self.record.flow[k, 0, 1][:, 0], begin, end) for k in products]
        return sum(flow * each for flow, each in zip(flows, normal)) / sum(normal)

    def unserved(self, weeks: int, before: bool) -> float:
        """Share of the outside user's need that is not served in the first weeks (with the weeks of rest, or without)."""
        span = slice(None if before else self.begin, self.begin + weeks)
        return float(self.record.unserved[span, 1].sum() / self.record.wanted[span, 1].sum())


def mean(values: np.ndarray, begin: int, end: int) -> float:
    """Of weeks begin to end - 1."""
    return float(np.mean(values[max(begin, 0) : end]))


def neodymium(r: Reader) -> dict[str, float]:
    """2010, neodymium."""
    p, begin = r.price(1, 1), r.begin
    week, peak = max(((j, mean(p, j, j + 13)) for j in range(begin, len(p) - 13)), key=lambda pair: pair[1])
    middle = r.event.known + datetime.timedelta(weeks=week - begin + 6)
    return {
        "peak quarter / 2009": peak,
        "peak month, as a year": middle.year + (middle.month - 1) / 12,
        "end of 2012 / 2009": p[r.index(2012, 12, 28)],
    }


def dysprosium(r: Reader) -> dict[str, float]:
    """2010, dysprosium."""
    p, home = r.price(1, 1), r.price(1, 0)
    march = r.index(2012, 3, 1), r.index(2012, 4, 1)
    peak = max(mean(p, j, j + 13) for j in range(r.begin, r.begin + 110))
    return {"peak quarter / 2009": peak, "outside / China March 2012": mean(p, *march) / mean(home, *march)}


def magnesium(r: Reader) -> dict[str, float]:
    """2021."""
    p, home, begin = r.price(0, 1), r.price(0, 0), r.begin
    october, november, december = r.index(2021, 10, 1), r.index(2021, 11, 1), r.index(2021, 12, 1)
    return {
        "two days": p[begin],
        "peak of five weeks": p[begin : begin + 6].max(),
        "31 December": p[r.index(2021, 12, 31)],
        "China 28 October / 22 September": home[r.index(2021, 10, 28)] / home[begin],
        "exports November / October": r.exports([0], november, december) / r.exports([0], october, november),
        "unserved outside": r.unserved(22, before=True),
    }


def gallium(r: Reader) -> dict[str, float]:
    """2023."""
    p, home, february = r.price(1, 1), r.price(1, 0), r.index(2024, 2, 5)
    return {
        "exports July": r.exports([1, 2], r.index(2023, 7, 3), r.index(2023, 8, 1)),
        "outside after six months": p[r.index(2024, 1, 5)],
        "outside / China after seven months": p[february] / home[february],
        "China after three months": home[r.index(2023, 10, 5)],
    }


def germanium(r: Reader) -> dict[str, float]:
    """2023."""
    p, home = r.price(1, 1), r.price(1, 0)
    return {
        "end of 2023": p[r.index(2023, 12, 28)],
        "September 2024": p[r.index(2024, 9, 5)],
        "September 2025": p[r.index(2025, 9, 10)],
        "China July 2024": home[r.index(2024, 7, 10)],
        "exports 2024 / 2022": r.exports([1], r.index(2024, 1, 1), r.index(2025, 1, 1)),
    }


def graphite(r: Reader) -> dict[str, float]:
    """2023, flake or sphere."""
    products = [1] if "flake" in r.event.name else [1, 2]
    november, december, january = r.index(2023, 11, 1), r.index(2023, 12, 1), r.index(2024, 1, 1)
    return {
        "exports November": r.exports(products, november, december),
        "exports December": r.exports(products, december, january),
        "peak of six months": r.price(1, 1)[r.begin : r.begin + 27].max(),
        "unserved outside": r.unserved(26, before=False),
    }


def antimony(r: Reader) -> dict[str, float]:
    """2024."""
    p, home, start = r.price(1, 1), r.price(1, 0), r.index(2024, 9, 15)
    return {
        "exports 15 August to 15 September": r.exports([1, 2], r.begin, start),
        "31 December / September": p[r.index(2024, 12, 31)] / p[start],
        "June / September": p[r.index(2025, 6, 15)] / p[start],
        "China January 2025 / September": home[r.index(2025, 1, 15)] / home[start],
    }


def bismuth(r: Reader) -> dict[str, float]:
    """2025."""
    p, home, oxide, six = r.price(0, 1), r.price(0, 0), r.price(1, 1), r.begin + 6
    return {
        "after 2.5 weeks": p[r.begin + 2 : r.begin + 4].mean(),
        "after six weeks": p[six],
        "China mid March": home[six],
        "Europe / China 21 March": p[six] / home[six],
        "oxide / metal 21 March": 0.9 * oxide[six] / p[six],
    }


def heavy(r: Reader) -> dict[str, float]:
    """2025."""
    p, home = r.price(1, 1), r.price(1, 0)
    return {
        "oxide within six weeks": p[r.begin : r.begin + 7].max(),
        "oxide November": mean(p, r.index(2025, 11, 1), r.index(2025, 12, 1)),
        "China May to July": mean(home, r.index(2025, 5, 1), r.index(2025, 8, 1)),
        "first stoppage outside, week": r.record.first_short[1, 0] - r.begin,
        "magnet exports August to December": r.exports([2], r.index(2025, 8, 1), r.index(2026, 1, 1)),
    }


READ = {
    "2010 nd": neodymium,
    "2010 dy": dysprosium,
    "magnesium 2021": magnesium,
    "gallium 2023": gallium,
    "germanium 2023": germanium,
    "graphite flake": graphite,
    "graphite sphere": graphite,
    "antimony 2024": antimony,
    "bismuth 2025": bismuth,
    "heavy REE 2025": heavy,
}


def main() -> tuple[int, int]:
    """Print every target; return hits and their number."""
    found = {event.name: READ[event.name](Reader(event, event.simulate(1, False))) for event in all_events()}
    hits, rows = 0, table("targets.csv")
    for row in rows:
        value = found[row["event"]][row["target"]]
        hit = float(row["low"]) <= value <= float(row["high"])
        hits += hit
        miss = "" if hit else "MISS"
        print(f"{row['event']:<16} {row['target']:<36} {value:8.2f}  [{row['low']}, {row['high']}] {miss}")
    print(hits, "of", len(rows))
    return hits, len(rows)


if __name__ == "__main__":
    main()
