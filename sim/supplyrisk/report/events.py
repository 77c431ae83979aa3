"""Events of a scenario as the report tells them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from ..language.numbers import Num, Sampled, central
from .words import plain_uncertainty

if TYPE_CHECKING:
    from ..spec.resolved import ResolvedEvent, Scenario


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
    recurs: bool = False  # may come several times
    again: tuple[
        dt.date, ...
    ] = ()  # days on which it begins or may begin; of what comes by chance the first possible one
    by_chance: bool = False
    sure: bool = True  # begins on each of these days
    suspends: tuple[str, ...] = ()  # names of the events that stand still while this one is in force

    @property
    def called(self) -> str:
        """The event within a sentence: "the export ban", with its own name if it has one."""
        kind, name = self.type.replace("_", " "), self.name.replace("_", " ")
        return f"the {kind}" if name in ("", kind) else f"the {kind} “{name}”"


def read_events(scenario: Scenario) -> tuple[Event, ...]:
    """The events of the scenario and of its policies, in order of their start."""
    members = {
        number: tuple(arm.name for arm in scenario.arms if number in arm.events)
        for number in range(len(scenario.events))
    }
    found = [_event(event, members[number], scenario) for number, event in enumerate(scenario.events)]
    return tuple(sorted(found, key=lambda event: (event.start or dt.date.max, event.name)))


def standing_events(scenario: Scenario) -> tuple[Event, ...]:
    """What the outlook lays on every arm, in order of its start."""
    found = [_event(event, (), scenario) for event in scenario.outlook.events]
    return tuple(sorted(found, key=lambda event: (event.start or dt.date.max, event.name)))


def _event(event: ResolvedEvent, arms: tuple[str, ...], scenario: Scenario) -> Event:
    # What waits for a trigger or comes again has no one day; its sentence says when.
    undated = bool(event.trigger or event.every_days or event.by_chance)
    selected = [effect.select for effect in event.effects]
    first, announced = (_day(day, scenario) for day in (event.start_day, event.announced_day))
    length = _central(event.duration_days, scenario)
    end = None
    if first is not None and math.isfinite(length):
        end = first + dt.timedelta(days=round(length))
    return Event(
        name=event.name,
        type=event.type,
        sentence=plain_uncertainty(event.sentence),
        announced=None if undated else announced,
        start=None if undated else first,
        end=None if undated else end,
        ops=tuple(dict.fromkeys(effect.op for effect in event.effects)),
        products=_each(select.products for select in selected),
        origins=_each(select.origins for select in selected),
        destinations=_each(select.destinations for select in selected),
        end_uses=_each(select.end_uses for select in selected),
        arms=arms,
        uncertain_date=isinstance(event.start_day, Sampled),
        uncertain_end=any(isinstance(days, Sampled) for days in (event.start_day, event.duration_days)),
        recurs=bool(event.every_days or event.by_chance),
        again=_again(event, first, scenario),
        by_chance=event.by_chance,
        sure=event.probability == 1.0,
        suspends=tuple(effect.texts["event"] for effect in event.effects if effect.op == "suspend"),
    )


def _again(event: ResolvedEvent, first: dt.date | None, scenario: Scenario) -> tuple[dt.date, ...]:
    """Days on which an event that comes again begins or may begin (see `model.recurrence`); none where a trigger decides."""
    if event.trigger is not None or first is None or not (event.every_days or event.by_chance):
        return ()
    if event.by_chance:
        return (first,)
    last = min(float(scenario.days), event.until_day)
    turns = range(math.ceil(last / event.every_days) + 1)
    days = [(first - scenario.start).days + math.floor(turn * event.every_days + 0.5) for turn in turns]
    return tuple(scenario.start + dt.timedelta(days=day) for day in days if day < last)


def _each(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Every name once, in order."""
    return tuple(dict.fromkeys(chain.from_iterable(names)))


def _central(number: Num, scenario: Scenario) -> float:
    return central(number, {column.name: column.central for column in scenario.sampled})


def _day(number: Num, scenario: Scenario) -> dt.date | None:
    day = _central(number, scenario)
    return scenario.start + dt.timedelta(days=round(day)) if math.isfinite(day) else None
