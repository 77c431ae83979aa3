"""What is known by a day: the scenario without what is announced later, and measures that were chosen as policies.

Everything is done to the text's tree, before anything is computed: what is cut away here can't shine through anywhere.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...language.text import Node
from ...spec.variants import Base, Change
from ...units import TIME

if TYPE_CHECKING:
    from .rules import Card

# What makes it uncertain whether or when an event comes.
UNDATED = ("probability", "trigger", "every", "chance", "until")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
LASTS = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?) ?([a-z]+(?: [a-z]+)?)\s*")


@dataclass(frozen=True)
class Told:
    """Something that becomes known on a day."""

    day: dt.date
    text: str


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
        key: _steps(node, day, event) for key, node in event.items() if not (hidden and key in ("end", "duration"))
    }
    return Node(entries, event.position, event.key_positions, event.size)


def _steps(node: Node, day: dt.date, event: Node) -> Node:
    """A value without the steps of a schedule that come after a day."""
    if not isinstance(node.value, dict):
        return node
    days = {key: _step_day(key, event) for key in node.value}
    if not node.value or any(found is None for found in days.values()):
        entries = {key: _steps(child, day, event) for key, child in node.items()}
        return Node(entries, node.position, node.key_positions, node.size)
    first = min(days, key=lambda key: days[key] or dt.date.max)
    entries = {key: child for key, child in node.items() if key == first or (days[key] or dt.date.max) <= day}
    return Node(entries, node.position, node.key_positions, node.size)


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


def news(base: Base, day: dt.date, labels: Any) -> list[Told]:
    """What the events of the scenario have told by a day: that they were announced, began, changed and ended."""
    found = []
    events = base.root.get("events")
    for event in events.value if events is not None and isinstance(events.value, tuple) else ():
        what, start, end = _called(event, labels), dates_of(event, "start"), ends(event)
        known = announced(event)
        if known <= day and known > dt.date.min:
            later = isinstance(start, dt.date) and start != known
            found.append(
                Told(known, f"{what} is announced, in force from {start}." if later else f"{what} is in force.")
            )
        for change in sorted(set(_changes(event))):
            if isinstance(start, dt.date) and start < change <= day:
                found.append(Told(change, f"The terms of this change: {what[:1].lower()}{what[1:]}."))
        if end is not None and end <= day:
            found.append(Told(end, f"{what} is no longer in force."))
    return sorted(found, key=lambda told: told.day)


def _changes(node: Node, event: Node | None = None) -> Iterator[dt.date]:
    """Days on which a value of an event changes."""
    event = event or node
    for key, child in node.items():
        found = _step_day(key, event) if node is not event else None
        if found is not None and found > dt.date.min:
            yield found
        yield from _changes(child, event)


def _called(event: Node, labels: Any) -> str:
    """An event by its type, its products and who it is about, and no more: how strict it is shows in what follows."""
    kind = event.get("type")
    text = str(kind.value).replace("_", " ") if kind is not None else "event"
    products, origins = (_names(event.get(key) or event.get(key[:-1])) for key in ("products", "origins"))
    text = f"{text[:1].upper()}{text[1:]}"
    if products:
        text += f" on {', '.join(labels(name) for name in products)}"
    return f"{text} ({', '.join(labels(name) for name in origins)})" if origins else text


def _names(node: Node | None) -> list[str]:
    if node is None or node.value is None or isinstance(node.value, dict):
        return []
    return [str(item.value) for item in node.value] if isinstance(node.value, tuple) else [node.value]


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
