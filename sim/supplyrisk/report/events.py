"""Events of a scenario as the report tells them, read from the manifest."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .words import plain_uncertainty

Sampled = Sequence[Mapping[str, Any]]  # descriptions of the uncertain numbers


@dataclass(frozen=True)
class Event:
    """One event of a scenario as the report tells it. Dates are None where a trigger decides them, or there are several."""

    name: str
    type: str
    sentence: str
    announced: dt.date | None
    start: dt.date | None
    end: dt.date | None
    ops: tuple[str, ...]
    products: tuple[str, ...]
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    end_uses: tuple[str, ...]
    arms: tuple[str, ...] = ()
    uncertain_date: bool = False
    uncertain_end: bool = False
    suspends: tuple[str, ...] = ()  # names of the events that stand still while this one is in force

    @property
    def called(self) -> str:
        """The event within a sentence: "the export ban", with its own name if it has one."""
        kind, name = self.type.replace("_", " "), self.name.replace("_", " ")
        return f"the {kind}" if name in ("", kind) else f"the {kind} “{name}”"


def read_events(scenario: Mapping[str, Any], start: dt.date, sampled: Sampled) -> tuple[Event, ...]:
    """The events of the scenario and of its policies, in order of their start."""
    arms = [a for a in scenario.get("arms", ()) if isinstance(a, Mapping)]
    found = []
    for index, raw in enumerate(scenario.get("events", ())):
        members = tuple(str(a["name"]) for a in arms if index in tuple(a.get("events", ())))
        found.append(_event(raw, members, start, sampled))
    return tuple(sorted(found, key=lambda e: (e.start or dt.date.max, e.name)))


def _event(raw: Mapping[str, Any], arms: tuple[str, ...], start: dt.date, sampled: Sampled) -> Event:
    # What waits for a trigger or comes again has no one day; its sentence says when.
    undated = bool(raw.get("trigger") or raw.get("every_days") or raw.get("chance_per_year"))
    effects = list(raw.get("effects", ()))
    picked: dict[str, list[str]] = {k: [] for k in ("products", "origins", "destinations", "end_uses")}
    for effect in effects:
        for key, into in picked.items():
            into += [str(x) for x in effect.get("select", {}).get(key, ()) if str(x) not in into]
    first, announced = (_day(raw.get(key), start, sampled) for key in ("start_day", "announced_day"))
    length = central(raw.get("duration_days"), sampled)
    end = None
    if first is not None and length is not None and math.isfinite(length):
        end = first + dt.timedelta(days=round(length))
    return Event(
        name=str(raw.get("name", "")),
        type=str(raw.get("type", "")),
        sentence=plain_uncertainty(str(raw.get("sentence", ""))),
        announced=None if undated else announced,
        start=None if undated else first,
        end=None if undated else end,
        ops=tuple(dict.fromkeys(str(e.get("op", "")) for e in effects)),
        products=tuple(picked["products"]),
        origins=tuple(picked["origins"]),
        destinations=tuple(picked["destinations"]),
        end_uses=tuple(picked["end_uses"]),
        arms=arms,
        uncertain_date=isinstance(raw.get("start_day"), Mapping),
        uncertain_end=any(isinstance(raw.get(key), Mapping) for key in ("start_day", "duration_days")),
        suspends=tuple(str(e["texts"]["event"]) for e in effects if e.get("op") == "suspend"),
    )


def central(number: Any, sampled: Sampled) -> float | None:
    """The central value of a number that may be uncertain."""
    if number is None:
        return None
    if isinstance(number, Mapping):
        columns = {str(c["name"]): float(c["central"]) for c in sampled}
        bases = [columns.get(str(name)) for name in (number.get("column"), *number.get("times", ()))]
        known = [base for base in bases if base is not None]
        if len(known) < len(bases):
            return None
        return float(number.get("offset", 0.0)) + float(number.get("scale", 1.0)) * math.prod(known)
    if isinstance(number, str):
        return math.inf if "inf" in number.lower() else float(number)
    return float(number)


def _day(number: Any, start: dt.date, sampled: Sampled) -> dt.date | None:
    day = central(number, sampled)
    if day is None or not math.isfinite(day):
        return None
    return start + dt.timedelta(days=round(day))
