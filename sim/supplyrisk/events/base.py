"""What all events share: when they happen, and how they are said and lowered.

A class of its own for each type only adds its fields, one clause that says what happens, and the
effect rows. Nothing here knows an engine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from ..language.context import LowerContext
from ..language.fields import (
    Chance,
    Day,
    Lasting,
    Name,
    Period,
    Share,
    Strict,
    UncertainDay,
)
from ..language.numbers import Num, Sampled
from ..language.schedule import Schedule
from ..language.uncertain import Uncertain, field_error
from .effects import Effect, Point, Select
from .example import Example
from .fields import Profile, ProfileOf
from .selecting import TouchesNothing
from .trigger import Trigger
from .words import say_date, say_day

INF = float("inf")
Fault = tuple[tuple[str | int, ...], str]

# Kinds of types, in the order of the reference.
Group = Literal["controls of exports", "trade and routes", "supply", "demand", "answers", "other events"]
GROUPS: tuple[str, ...] = get_args(Group)


def constant(value: Any) -> Any:
    """Default of a field that may be a schedule: one value throughout."""
    return Field(default_factory=lambda: Schedule.of(value))


def add(first: Num, second: Num) -> Num:
    """Sum of two numbers of which at most one is uncertain."""
    if isinstance(first, Sampled):
        if isinstance(second, Sampled):
            raise ValueError("two uncertain times can't be added: make one of them certain")
        return first + second
    return second + first


@dataclass(frozen=True)
class Timing:
    """Days since the first day of the horizon; for a triggered event only the duration counts."""

    announced_day: Num
    start_day: Num
    duration_days: Num


class Event(Strict):
    """Something that happens: base of all types."""

    # Every type says where the reference shows it, and gives an example that the tests try.
    group: ClassVar[Group]
    example: ClassVar[Example]
    # Whether an event without `start` and `trigger` holds from the first day (policies that exist already).
    start_optional: ClassVar[bool] = False
    # Whether it can build up or die away gradually; not for levels that have no "half in force".
    profiled: ClassVar[bool] = True
    # Whether it can come again; not what is built, saved or stored once.
    repeatable: ClassVar[bool] = True
    # Whether anybody reacts to it before it starts, so that the day of its announcement is read.
    noticed: ClassVar[bool] = False

    type: str
    """Kind of event."""

    name: Name = ""
    """Name by which other events and the report refer to it. Default: its type."""

    announced: UncertainDay | None = None
    """Day on which it becomes known: from then on buyers know what is withheld, how much of it and from when, and rush
    before it starts. Only for events that withhold goods by rule. Default: the day it starts."""

    start: UncertainDay | None = None
    """First day in force. Left out if the event waits for a trigger; a policy without it holds from the first day."""

    end: UncertainDay | None = None
    """First day on which it is no longer in force. Default: it stays to the end of the horizon."""

    duration: Lasting | None = None
    """How long it is in force, instead of `end`."""

    probability: Share = 1.0
    """Chance that it happens at all (with a trigger: once the condition is met). Default: 100 %."""

    trigger: Trigger | None = None
    """Condition it waits for, instead of `start`."""

    every: Period | None = None
    """It comes again so long after its start, each time for its `duration` and, if `probability` is given, with a draw of its
    own: a monsoon every year. A year is 365.25 days, so that the day may shift by one. Default: it comes once."""

    chance: Chance | None = None
    """It comes by chance from its start on, again and again: probability that it begins within a year in which it is not in
    force, the same on every day. Each time it lasts for its `duration`. Default: it comes at its start."""

    until: Day | None = None
    """With `every` or `chance`: it does not begin on this day or later. Default: to the end of the horizon."""

    profile: ProfileOf = Profile()
    """How it comes into force and recovers: `step`, `ramp over 8 weeks` (from nothing to full, counted from the
    start), `recovery over 6 weeks` (back to nothing, counted from the end). Default: step."""

    # --- checks -------------------------------------------------------------------------------
    @model_validator(mode="after")
    def _report_faults(self) -> Event:
        faults = [*self._time_faults(), *self._recurrence_faults(), *self._schedule_faults(), *self.faults()]
        if faults:
            raise field_error(faults)
        return self

    def faults(self) -> Iterator[Fault]:
        """What is wrong beyond single fields: (path below the event, message)."""
        yield from ()

    def _time_faults(self) -> Iterator[Fault]:
        if self.trigger is not None:
            for key in ("start", "end", "announced"):
                if getattr(self, key) is not None:
                    yield (key,), f"{key} is a date, but the event waits for its trigger; leave it out or use duration"
        elif self.start is None and not self.start_optional:
            yield (), "needs start (a date) or trigger (a condition)"
        if self.announced is not None and not self.is_noticed():
            yield ("announced",), f"nobody reacts to the news of this {self.type} before it starts; leave it out"
        if self.end is not None and self.duration is not None:
            yield ("duration",), "says again how long it lasts; keep either end or duration"
        if isinstance(self.start, dt.date):
            if isinstance(self.end, dt.date) and self.end <= self.start:
                yield ("end",), f"must be after the start {self.start} (got {self.end})"
            if isinstance(self.announced, dt.date) and self.announced > self.start:
                yield ("announced",), f"must not be after the start {self.start} (got {self.announced})"
        if isinstance(self.start, Uncertain) and isinstance(self.end, Uncertain):
            yield ("end",), "start and end can't both be uncertain; write an uncertain duration instead of end"
        if not self.profile.is_step():
            yield from self._profile_faults()

    def recurs(self) -> bool:
        """Whether it may be in force several times."""
        return self.every is not None or self.chance is not None

    def is_dated(self) -> bool:
        """Whether it is in force once, from a day that the file says."""
        return self.trigger is None and not self.recurs()

    def _recurrence_faults(self) -> Iterator[Fault]:
        key = "every" if self.every is not None else "chance"
        if not self.recurs():
            if self.until is not None:
                yield ("until",), "is read only where the event comes again; give every or chance, or write end"
            return
        if not self.repeatable:
            yield (key,), f"a {self.type} can't come again; write a second one"
            return
        if self.every is not None and self.chance is not None:
            yield ("chance",), "says again when it comes; keep either every or chance"
        if self.end is not None:
            yield ("end",), "can't end what comes again; write duration for each time, and until for the last one"
        elif self.duration is None:
            yield (key,), "needs a duration: how long it lasts each time"
        elif self.every is not None and self.longest_days() > self.every:
            drawn = "up to " if self.longest_days() != self.central_days() else ""
            lasts = f"{drawn}{self.longest_days():.4g} days, got {self.every:g} days"
            yield ("every",), f"must be longer than it lasts, its recovery included ({lasts})"
        if key == "chance" and self.probability != 1.0:
            yield ("probability",), "says again how likely it is; keep either chance or probability"
        if key == "chance" and self.announced is not None:
            yield ("announced",), "can't be known ahead of what comes by chance; leave it out"
        if isinstance(self.start, dt.date) and self.until is not None and self.until <= self.start:
            yield ("until",), f"must be after the start {self.start} (got {self.until})"

    def central_days(self) -> float:
        """Days for which it lasts, its recovery included; of drawn numbers the central ones."""
        first, second = (
            part.central if isinstance(part, Uncertain) else part
            for part in (self.duration or 0.0, self.profile.recovery)
        )
        return first + second

    def longest_days(self) -> float:
        """The most days for which it may last, its recovery included; a longer one would swallow the next."""
        first, second = (
            part.support()[1] if isinstance(part, Uncertain) else part
            for part in (self.duration or 0.0, self.profile.recovery)
        )
        return first + second

    def _profile_faults(self) -> Iterator[Fault]:
        if not self.profiled:
            yield ("profile",), f"{self.type} has no half-way state; write its values over time instead"
        elif self.profile.recovery != 0.0:
            if self.end is None and self.duration is None:
                yield ("profile",), "a recovery needs an end or a duration to start from"
            elif isinstance(self.profile.recovery, Uncertain) and any(
                isinstance(x, Uncertain) for x in (self.start, self.end, self.duration)
            ):
                yield ("profile",), "recovery and the time before it can't both be uncertain"

    def _schedule_faults(self) -> Iterator[Fault]:
        for key, schedule in self.schedules():
            if not schedule.constant and self.profile.ramp != 0.0:
                yield (key,), "already says how it comes into force; leave out the profile's ramp"
            for when in schedule.dates():
                if self.recurs():
                    yield (key,), f"{when} is a date, but the event comes again; write a time after the start"
                elif self.trigger is not None:
                    yield (key,), f"{when} is a date, but the event starts by a trigger; write a time after the start"
                elif isinstance(self.end, dt.date) and when >= self.end:
                    yield (key,), f"{when} lies after the event's end {self.end} and would never apply"

    def schedules(self) -> Iterator[tuple[str, Schedule[Any]]]:
        """Every field that is a value over time."""
        for key in type(self).model_fields:
            value = getattr(self, key)
            if isinstance(value, Schedule):
                yield key, value

    # --- time ---------------------------------------------------------------------------------
    def timing(self, ctx: LowerContext) -> Timing:
        """When it is announced and starts, and how long its rows last (recovery included)."""
        start = ctx.day_num(self.start) if self.start is not None else 0.0
        announced = ctx.day_num(self.announced) if self.announced is not None else start
        lasting = self._lasting(ctx)
        if self.profile.recovery != 0.0:
            lasting = add(lasting, ctx.num(self.profile.recovery))
        return Timing(announced, start, lasting)

    def _lasting(self, ctx: LowerContext) -> Num:
        """Days in full force."""
        if self.duration is not None:
            return ctx.num(self.duration)
        if self.end is None:
            return INF
        start: Num = ctx.day_num(self.start) if self.start is not None else 0.0
        return add(ctx.day_num(self.end), -start)

    # --- lowering -----------------------------------------------------------------------------
    def lower(self, ctx: LowerContext) -> tuple[Effect, ...]:
        """Effect rows; none if the world has nothing of what the event names."""
        try:
            return tuple(self.rows(ctx))
        except TouchesNothing:
            return ()

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        """Effect rows, days counted from the start."""
        raise NotImplementedError

    def is_noticed(self) -> bool:
        """Whether anybody reacts to it before it starts, so that the day of its announcement is read."""
        return self.noticed

    def end_is_known(self) -> bool:
        """Whether those concerned know when it ends."""
        return False

    def age_days(self, ctx: LowerContext) -> Num:
        """How long it had been in force before its first day in the file."""
        return 0.0

    def memories(self, ctx: LowerContext) -> dict[str, Num]:
        """What is remembered of earlier ones, and rumoured of this one: arguments of `supplyrisk.spec.resolved.ResolvedEvent`."""
        return {}

    def effect(
        self,
        ctx: LowerContext,
        op: str,
        select: Select,
        level: Schedule[Any] | float | Uncertain,
        *,
        scale: float = 1.0,
        neutral: float = 0.0,
        params: Mapping[str, Num] | None = None,
        texts: dict[str, str] | None = None,
    ) -> Effect:
        """One row whose level follows `level` and the event's profile.

        Parameters
        ----------
        level : Schedule or number
            In the field's unit.
        scale : float
            From the field's unit to the operation's (1/7 from days to weeks).
        neutral : float
            Level at which the operation does nothing.
        """
        schedule = level if isinstance(level, Schedule) else Schedule.of(level)
        points = [Point(day, value) for day, value in ctx.points(schedule, self._anchor(ctx), scale)]
        linear = not self.profile.is_step() and self.profiled
        if linear:
            points = self._shaped(ctx, points, neutral)
        return Effect(op, select, tuple(points), linear, dict(params or {}), texts or {})

    def _anchor(self, ctx: LowerContext) -> Any:
        """What dates in schedules are measured from: the event itself, or the first day of the horizon."""
        return self if self.start is not None or self.trigger is not None else _FirstDay(ctx.start)

    def _shaped(self, ctx: LowerContext, steps: list[Point], neutral: float) -> list[Point]:
        """Straight lines for the profile; a step is two points on one day."""
        points: list[Point] = []
        if self.profile.ramp != 0.0:
            points = [Point(0.0, neutral), Point(ctx.num(self.profile.ramp), steps[0].level)]
        else:
            for step in steps:
                if points:
                    points.append(Point(step.day, points[-1].level))
                points.append(step)
        if self.profile.recovery != 0.0:
            end = self._lasting(ctx)
            points.append(Point(end, points[-1].level))
            points.append(Point(add(end, ctx.num(self.profile.recovery)), neutral))
        return points

    # --- names --------------------------------------------------------------------------------
    @property
    def label(self) -> str:
        """Name, or the type where it has none."""
        return self.name or self.type

    # --- words --------------------------------------------------------------------------------
    def what(self, ctx: LowerContext) -> str:
        """Clause that says what happens, subject first, in the present tense."""
        raise NotImplementedError

    def sentence(self, ctx: LowerContext) -> str:
        """The whole event in one plain sentence."""
        text = ", ".join(part for part in (self._chance(ctx), self._when(ctx), self.what(ctx)) if part)
        return text[:1].upper() + text[1:] + self._shape(ctx) + self.beliefs(ctx) + "."

    def beliefs(self, ctx: LowerContext) -> str:
        """What those concerned know of how long it lasts, as a clause of its own; nothing if they know nothing."""
        return ""

    def _chance(self, ctx: LowerContext) -> str:
        if self.chance is not None:
            return f"with a yearly chance of {ctx.say(self.chance, 'share')}"
        each = "each time " if self.every is not None else ""
        return "" if self.probability == 1.0 else f"{each}with a probability of {ctx.say(self.probability, 'share')}"

    def _when(self, ctx: LowerContext) -> str:
        if self.trigger is not None:
            lasting = f" and for {ctx.say(self.duration, 'days')}" if self.duration is not None else ""
            return self.trigger.clause(ctx) + (self._again(ctx) if self.recurs() else lasting)
        if self.start is None:
            begin = "from the first day on" if self.end is None and self.duration is None else "from the first day"
        else:
            begin = f"from {say_day(self.start)}"
        if self.recurs():
            return begin + self._again(ctx) + self._notice()
        until = ""
        if self.end is not None:
            until = f" to {say_day(self.end)}"
        elif self.duration is not None:
            until = f" for {ctx.say(self.duration, 'days')}"
        return begin + until + self._notice()

    def _again(self, ctx: LowerContext) -> str:
        """ " and again every year, each time for 4 weeks, but not from 1 January 2030 on"."""
        assert self.duration is not None
        on = " on" if self.trigger is None else " and from then on"
        again = on if self.every is None else f" and again every {ctx.say(self.every, 'days').removeprefix('1 ')}"
        last = f" but not from {say_date(self.until)} on," if self.until is not None else ""
        return f"{again},{last} each time for {ctx.say(self.duration, 'days')}"

    def _notice(self) -> str:
        if self.announced is None or self.start is None or self.announced == self.start:
            return ""
        if isinstance(self.announced, dt.date) and isinstance(self.start, dt.date):
            ahead = (self.start - self.announced).days
            return f" (announced {ahead} day{'' if ahead == 1 else 's'} before)"
        return f" (announced {say_day(self.announced)})"

    def _shape(self, ctx: LowerContext) -> str:
        parts = []
        if self.profile.ramp != 0.0:
            parts.append(f"building up over {ctx.say(self.profile.ramp, 'days')}")
        if self.profile.recovery != 0.0:
            parts.append(f"recovering over {ctx.say(self.profile.recovery, 'days')} after its end")
        return ", " + " and ".join(parts) if parts else ""


@dataclass(frozen=True)
class _FirstDay:
    start: dt.date
