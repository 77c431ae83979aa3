"""How well the model did on past episodes of this mineral and of this kind of event.

A record over all minerals would flatter some and wrong others: what is told first is what happened when
the model was held against this one. The record is packaged (`data/backtest_summary.json`, written by
`backtest --update-summary`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .run import Run

BACKTEST = Path(__file__).parent / "data" / "backtest_summary.json"

# What a hit of a past episode is worth.
IN_VIEW = " The model's form was chosen with past episodes in view, so that this is no test."

# Operations of events (sim/supplyrisk/events/effects.py) -> what a reader calls that kind of event.
KINDS = {
    "licence": "export licences",
    "quota": "export quotas",
    "close": "stops of exports",
    "freeze": "freezes of licences",
    "tariff": "duties",
    "capacity_loss": "lost output",
}


@dataclass(frozen=True)
class History:
    """What a page says of the past: sentences, the episodes that count most, and the others."""

    sentences: tuple[str, ...]
    near: tuple[Mapping[str, Any], ...]
    others: tuple[Mapping[str, Any], ...]


def kinds_of(ops: Iterable[str]) -> list[str]:
    """Kinds of event among operations, in the order of `KINDS`."""
    found = set(ops)
    return [kind for kind in KINDS if kind in found]


def read_record() -> dict[str, Any] | None:
    """The packaged record; None if there is none that can be read."""
    if not BACKTEST.exists():
        return None
    try:
        found = json.loads(BACKTEST.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("episodes") else None


def history(runs: Sequence[Run]) -> History | None:
    """The record as it bears on some runs (one, or one per world of a scenario)."""
    record = read_record()
    if record is None:
        return None
    episodes: list[Mapping[str, Any]] = list(record["episodes"])
    sentences: list[str] = []
    near: list[Mapping[str, Any]] = []
    for run in runs:
        told, mine = _of_run(run, episodes, name=len(runs) > 1)
        sentences.append(told)
        near += [episode for episode in mine if episode not in near]
    others = [episode for episode in episodes if episode not in near]
    if others:
        sentences.append(
            f"On {_count(len(others), 'episode')} of other minerals, or of other kinds of event, the median run hit "
            f"{_hits(others)} target intervals; that says little about this one."
            if near
            else f"On {_count(len(others), 'episode')} of other minerals the median run hit {_hits(others)} target intervals."
        )
    if record.get("note"):
        sentences.append(str(record["note"]))
    return History(tuple(sentences), tuple(near), tuple(others))


def _of_run(run: Run, episodes: Sequence[Mapping[str, Any]], name: bool) -> tuple[str, list[Mapping[str, Any]]]:
    """What is said of one run, and the episodes it is about."""
    kinds = kinds_of(op for event in run.scenario_events for op in event.ops)
    words = " and ".join(KINDS[kind] for kind in kinds)
    mineral = [e for e in episodes if set(e.get("products", ())) & set(run.products)]
    alike = [e for e in mineral if set(e.get("kinds", ())) & set(kinds)]
    head = f"{run.world.title or run.world.name}: " if name else ""
    if not mineral:
        text = "no past episode of this mineral was held against the model, so how well it does here is not known."
        return _start(head, text), []
    if alike:
        text = (
            f"for this mineral and this kind of event ({words}) the median run hit {_hits(alike)} target intervals, in "
            f"{_count(len(alike), 'past episode')}."
        )
        return _start(head, text + IN_VIEW), alike
    other = "these events" if not words else f"this kind of event ({words})"
    text = (
        f"no past episode of this mineral and {other} was held against the model. On other events of this mineral the "
        f"median run hit {_hits(mineral)} target intervals, in {_count(len(mineral), 'past episode')}."
    )
    return _start(head, text + IN_VIEW), mineral


def _start(head: str, text: str) -> str:
    return head + (text if head else text[:1].upper() + text[1:])


def _hits(episodes: Sequence[Mapping[str, Any]]) -> str:
    return f"{sum(int(e['hits']) for e in episodes)} of {sum(int(e['targets']) for e in episodes)}"


def _count(number: int, noun: str) -> str:
    return f"one {noun}" if number == 1 else f"{number} {noun}s"
