"""Part of a world's page: which rows matter most, and how much of that rests on assumptions.

What a row does to the outcomes is measured by `tools/row_effects.py` and kept in `effects.csv` beside the tables.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supplyrisk.bounded import MAX_TABLE_BYTES
from supplyrisk.language.text import decode
from supplyrisk.spec.facts import CONFIDENCES, Fact
from supplyrisk.spec.worldfile import LoadedWorld
from supplyrisk.sums import add_up

from .markdown import code, table

FILE = "effects.csv"
TOP = 10
AIM = 0.15
MUCH = 0.05
UNBOUNDED = 1e300
ASSUMPTION = CONFIDENCES[-1]


@dataclass(frozen=True)
class Effect:
    """What a draw does to the headline outcomes (see `tools/row_effects.py`), and the rows it draws."""

    draw: str
    size: float
    outcome: str
    rho: float
    facts: tuple[Fact, ...]

    @property
    def assumed(self) -> float:
        """Share of its rows that are assumptions."""
        return sum(fact.confidence == ASSUMPTION for fact in self.facts) / len(self.facts)


@dataclass(frozen=True)
class Effects:
    """All draws of a world that were measured, most effect first."""

    scenario: str
    runs: int
    draws: tuple[Effect, ...]

    @property
    def assumed(self) -> float:
        """Share of the effect of all draws that goes with assumptions."""
        total = add_up(effect.size for effect in self.draws)
        part = add_up(effect.size * effect.assumed for effect in self.draws)
        return min(max(part / total, 0.0), 1.0) if total > 0.0 else 0.0


def read_effects(loaded: LoadedWorld) -> Effects | None:
    """Effects of the draws that the world still has; nothing if none were measured."""
    path = loaded.folder / FILE
    if not path.is_file():
        return None
    rows = list(csv.DictReader(io.StringIO(decode(path, str(path), MAX_TABLE_BYTES), newline="")))
    together: dict[str, list[Fact]] = {}
    for fact in loaded.facts:
        if fact.uncertain is not None:
            together.setdefault(fact.group or fact.path, []).append(fact)
    found = []
    for row in rows:
        column = loaded.columns.get(row["draw"])
        if column is not None:
            facts = tuple(together[column.group])
            found.append(Effect(row["draw"], float(row["effect"]), row["outcome"], float(row["rho"]), facts))
    return Effects(rows[0]["scenario"], int(rows[0]["runs"]), tuple(found)) if found else None


def effects_section(loaded: LoadedWorld) -> list[str]:
    """How much rests on assumptions, and the rows that matter most."""
    rows = len(loaded.facts)
    assumed = sum(fact.confidence == ASSUMPTION for fact in loaded.facts)
    parts = [f"{assumed} of {rows} rows ({100 * assumed / rows:.0f} %) are assumptions."]
    effects = read_effects(loaded)
    if effects is None:
        return parts
    parts[0] += (
        f" Weighted by what each drawn number does to the headline outcomes, **{100 * effects.assumed:.0f} %** is. Measured over"
        f" {effects.runs} runs of `{effects.scenario}`: the effect is the share of the variance of the outcomes that"
        " goes with the number (rank correlation squared, less what chance gives, mean over peak price, use missing and"
        f" given up, output at risk). Another scenario weighs the rows otherwise. The aim is below {100 * AIM:.0f} %."
    )
    carrying = [e for e in effects.draws if e.assumed > 0.0 and e.rho**2 > MUCH]
    if carrying:
        listed = ", ".join(
            f"{code(e.draw)} ({100 * e.rho**2:.0f} % of {e.outcome[0].lower()}{e.outcome[1:]})" for e in carrying
        )
        parts.append(f"Assumptions that carry more than {100 * MUCH:.0f} % of the variance of an outcome: {listed}.")
    parts.append(f"The {TOP} with most effect:")
    parts.append(
        table(("number", "value", "effect", "goes most with", "confidence", "source"), map(_cells, effects.draws[:TOP]))
    )
    return parts


def _cells(effect: Effect) -> tuple[str, ...]:
    goes = f"{effect.outcome} ({effect.rho:+.2f})"
    size = f"{100 * max(effect.size, 0.0):.0f} %"
    first = next((fact for fact in effect.facts if fact.path == effect.draw), effect.facts[0])
    more = f" and {len(effect.facts) - 1} more drawn with it" if len(effect.facts) > 1 else ""
    counts = Counter(fact.confidence for fact in effect.facts)
    sure = first.confidence if len(counts) == 1 else ", ".join(f"{counts[c]} {c}" for c in CONFIDENCES if c in counts)
    low, high = first.uncertain.support() if first.uncertain is not None else (first.value, first.value)
    return code(first.path) + more, _value(first.value, first.unit, low, high), size, goes, sure, first.source


def _value(value: float, unit: str, low: float, high: float) -> str:
    """A number with the ends of its range."""
    ends = f" ({low:.4g} to {high:.4g})" if abs(low) < UNBOUNDED and abs(high) < UNBOUNDED else ""
    shown = f"{value:.4g}" if unit == "1" else f"{value:.4g} {unit}"
    return shown + ends


def vintage(facts: Sequence[Fact]) -> str:
    """How many numbers are of which year, newest first; an assumption may have none."""
    years: Mapping[str, int] = Counter(fact.year or "none" for fact in facts)
    rows = [(year, str(count)) for year, count in sorted(years.items(), key=lambda item: item[0], reverse=True)]
    return table(("year", "rows"), rows)
