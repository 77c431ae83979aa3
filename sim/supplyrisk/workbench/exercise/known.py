"""What is known by a day: the scenario without what is announced later, and measures that were chosen as policies.

Everything is done to the text's tree, before anything is computed: what is cut away here can't shine through anywhere.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...language.text import Node
from ...spec.variants import Base, Change
from ...units import TIME

if TYPE_CHECKING:
    from .rules import Card

# What makes it uncertain whether or when an event comes.
UNDATED = ("probability", "trigger", "every", "chance", "until")
UNTOLD = ("general_licences",)  # what is simply not there before its first step
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
LASTS = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?) ?([a-z]+(?: [a-z]+)?)\s*")


def dates_of(event: Node, key: str) -> dt.date | float | None:
    """A day, or a length in days, of an event as written; None if it is uncertain or not there."""
    node = event.get(key)
    if node is None or not isinstance(node.value, str):
        return None
    text = node.value.strip()
    if DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            return None
    found = LASTS.fullmatch(text)
    return float(found[1]) * TIME[found[2]] if found and found[2] in TIME else None


def known_by(base: Base, day: dt.date) -> Base:
    """The scenario with what was announced by a day, as if what is in force went on as it is."""
    events = base.root.get("events")
    if events is None or not isinstance(events.value, tuple):
        return base
    kept = tuple(_as_of(event, day) for event in events.value if announced(event) <= day)
    entries = dict(base.root.value) if isinstance(base.root.value, dict) else {}
    entries["events"] = Node(kept, events.position, {}, events.size)
    return replace(base, root=Node(entries, base.root.position, base.root.key_positions, base.root.size))


def announced(event: Node) -> dt.date:
    """The day an event is known: its announcement, or its start; one that has neither was always there."""
    days = [found for key in ("announced", "start") if isinstance(found := dates_of(event, key), dt.date)]
    return min(days, default=dt.date.min)


def ends(event: Node) -> dt.date | None:
    """The day an event ends, if it does."""
    end, start, length = (dates_of(event, key) for key in ("end", "start", "duration"))
    if isinstance(end, dt.date):
        return end
    if isinstance(start, dt.date) and isinstance(length, float):
        return start + dt.timedelta(days=round(length))
    return None


def _as_of(event: Node, day: dt.date) -> Node:
    """An event without its end, unless that is public or past, and without steps that come later."""
    public = event.get("end_announced")
    end = ends(event)
    hidden = end is not None and end > day and not (public is not None and public.value in ("yes", "true"))
    entries = {
        key: _steps(node, day, event, key) for key, node in event.items() if not (hidden and key in ("end", "duration"))
    }
    for key in UNTOLD:  # nobody knows that it will come
        if key in entries and _comes_later(entries[key], day, event):
            del entries[key]
    return Node(entries, event.position, event.key_positions, event.size)


def _steps(node: Node, day: dt.date, event: Node, named: str = "") -> Node:
    """A value without the steps of a schedule that come after a day."""
    if not isinstance(node.value, dict):
        return node
    days = {key: _step_day(key, event) for key in node.value}
    if not node.value or any(found is None for found in days.values()):
        entries = {key: _steps(child, day, event, key) for key, child in node.items()}
        return Node(entries, node.position, node.key_positions, node.size)
    first = min(days, key=lambda key: days[key] or dt.date.max)
    if named == "share" and _comes_later(node, day, event):
        # It holds from a day that nobody knows yet; until then nothing of it does.
        return Node({"start": Node("0 %", node.position)}, node.position, {"start": node.position}, node.size)
    entries = {key: child for key, child in node.items() if key == first or (days[key] or dt.date.max) <= day}
    return Node(entries, node.position, node.key_positions, node.size)


def _comes_later(node: Node, day: dt.date, event: Node) -> bool:
    """Whether a value over time has its first step after a day, and after the day on which the event begins."""
    if not isinstance(node.value, dict) or not node.value:
        return False
    start = dates_of(event, "start")
    days = [_step_day(key, event) for key in node.value]
    return all(found is not None and found > day for found in days) and not (
        isinstance(start, dt.date) and min(found for found in days if found is not None) <= start
    )


def _step_day(key: str, event: Node) -> dt.date | None:
    """The day of a step of a schedule: a date, `start`, or so long after the start; None if the key is none."""
    start = dates_of(event, "start")
    begin = start if isinstance(start, dt.date) else dt.date.min
    if key == "start":
        return begin
    if DATE.fullmatch(key):
        return dt.date.fromisoformat(key)
    found = LASTS.fullmatch(key)
    return begin + dt.timedelta(days=round(float(found[1]) * TIME[found[2]])) if found and found[2] in TIME else None


# --- measures -------------------------------------------------------------------------------------


def measure(name: str, played: Sequence[tuple[Card, Node, dt.date]]) -> Change:
    """A branch as a policy: the events of the cards that were played, each from its day and lead time on."""
    first = played[0][1]
    entries = []
    for card, event, day in played:
        start = day + dt.timedelta(days=round(card.lead_time))
        own = {**dict(event.items()), "name": Node(f"{card.name} {day}", event.position)}
        own["start"] = Node(start.isoformat(), event.position)
        keys = {**event.key_positions, "name": event.position, "start": event.position}
        entries.append(Node(own, event.position, keys, event.size + 2))
    size = sum(int(entry.size) for entry in entries)
    events = Node(tuple(entries), first.position, {}, size)
    return f"policies.{name}", Node({"events": events}, first.position, {"events": first.position}, size)
