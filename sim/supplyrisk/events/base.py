"""What all events share: when they happen, and how they are said and lowered.

A class of its own for each type only adds its fields, one clause that says what happens, and the
effect rows. Nothing here knows an engine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, model_validator

from ..language.context import LowerContext
from ..language.fields import CertainDuration, Day, Index, Lasting, Name, OneOf, Product, Share, Strict, UncertainDay
from ..language.numbers import Num, Sampled
from ..language.schedule import Schedule
from ..language.uncertain import Uncertain, field_error
from .effects import Effect, Point, Select
from .example import Example
from .fields import Delay, Place, Profile, ProfileOf, Span

INF = float("inf")
Fault = tuple[tuple[str | int, ...], str]

# Kinds of types, in the order of the reference.
Group = Literal["controls of exports", "trade and routes", "supply", "demand", "answers", "other events"]
GROUPS: tuple[str, ...] = get_args(Group)


class TouchesNothing(Exception):
    """None of the names an event gives exists in this world (a scenario may run in several worlds)."""


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


class Trigger(Strict):
    """What an event waits for instead of a date: another event, or a price or shortage that lasts."""

    after: Name = ""
    """Name of the event whose start (in the same run) sets this one off. If that one does not happen, neither does
    this."""

    variable: Annotated[str, OneOf(("price_spot_index", "price_paid_index", "unserved_share"))] = ""
    """What is watched: `price_spot_index` or `price_paid_index` (baseline = 1) of a product in a price zone or country, or
    `unserved_share`, the physically unserved share of what a country's users of the product want."""

    product: Product = ""
    """Product whose price or shortage is watched."""

    place: Place = ""
    """Country, or for prices a price zone too. The quoted price of a country is that of the zone in which it is: its own
    from the day on which a rule singles it out."""

    above: Index | None = None
    """Threshold that has to be exceeded: an index (3 = three times the baseline) or a share (5 %)."""

    lasting: CertainDuration = 7.0
    """How long it has to stay above the threshold without a break (market weeks). Default: 1 week."""

    delay: Delay = Span()
    """Time between the condition and the event's start; a range is drawn evenly, once per run. Default: none."""

    not_before: Day | None = None
    """The condition is not looked at before this date. Default: from the first day on."""

    @model_validator(mode="after")
    def _one_condition(self) -> Trigger:
        if bool(self.after) == bool(self.variable):
            raise field_error("needs either after (another event's name) or variable (a price or shortage to watch)")
        if self.after:
            unread = [key for key in ("product", "place", "above", "lasting") if key in self.model_fields_set]
            if unread:
                raise field_error([((key,), "is not read where the trigger waits for an event") for key in unread])
        if self.variable and not (self.product and self.place and self.above is not None):
            raise field_error(f"needs product, place and above to watch {self.variable}")
        if isinstance(self.above, Uncertain):
            raise field_error([(("above",), "must be one number: a threshold can't be drawn")])
        if self.above is not None:
            self._threshold_makes_sense(self.above)
        return self

    def _threshold_makes_sense(self, above: float) -> None:
        """A share ends at 1; a price stands at 1 on the first day, so that a lower threshold waits for nothing."""
        if self.variable == "unserved_share" and above > 1:
            meant = f"; did you mean {above:g} %" if above <= 100 else ""
            raise field_error([(("above",), f"must be between 0 and 1, it is a share (got {above:g}){meant}")])
        if self.variable == "unserved_share" and above == 1:
            raise field_error([(("above",), "must be below 100 %: no more than all of the use can go unserved")])
        if self.variable != "unserved_share" and above < 1:
            said = f"must be at least 1, the baseline price, else it is exceeded from the first day on (got {above:g})"
            raise field_error([(("above",), f"{said}; did you mean {1 + above:g}")])

    def lower(self, ctx: LowerContext) -> dict[str, Any]:
        """Arguments of `supplyrisk.spec.resolved.Trigger`."""
        return {
            "variable": self.variable,
            "product": self.product,
            "place": self.place,
            "threshold": ctx.central(self.above) if self.above is not None else 0.0,
            "weeks": max(1, -int(-self.lasting // 7)),
            "after_event": self.after,
            "delay_days_low": self.delay.low,
            "delay_days_high": self.delay.high,
            "not_before_day": max(-ctx.lead_days, ctx.day(self.not_before)) if self.not_before else 0,
        }

    def clause(self, ctx: LowerContext) -> str:
        """ "14 to 60 days after us_tariff begins"."""
        later = "as soon as" if self.delay.high == 0 else f"{self.delay} after"
        since = f" (watched from {say_date(self.not_before)})" if self.not_before else ""
        if self.after:
            return f"{later} {self.after!r} begins{since}"
        unit = "share" if self.variable == "unserved_share" else ""
        level = ctx.say(self.above if self.above is not None else 0.0, unit)
        where = ctx.say_countries((self.place,))
        what = {
            "price_spot_index": f"the quoted price of {ctx.say_products((self.product,))} in {where}",
            "price_paid_index": f"the average price paid for {ctx.say_products((self.product,))} in {where}",
            "unserved_share": f"the unserved share of {ctx.say_products((self.product,))} in {where}",
        }[self.variable]
        times = level if unit else f"{level} times its baseline"
        return f"{later} {what} has stood above {times} for {ctx.say(self.lasting, 'days')}{since}"


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

    profile: ProfileOf = Profile()
    """How it comes into force and recovers: `step`, `ramp over 8 weeks` (from nothing to full, counted from the
    start), `recovery over 6 weeks` (back to nothing, counted from the end). Default: step."""

    # --- checks -------------------------------------------------------------------------------
    @model_validator(mode="after")
    def _report_faults(self) -> Event:
        faults = [*self._time_faults(), *self._schedule_faults(), *self.faults()]
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
                if self.trigger is not None:
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
        return "" if self.probability == 1.0 else f"with a probability of {ctx.say(self.probability, 'share')}"

    def _when(self, ctx: LowerContext) -> str:
        if self.trigger is not None:
            lasting = f" and for {ctx.say(self.duration, 'days')}" if self.duration is not None else ""
            return self.trigger.clause(ctx) + lasting
        if self.start is None:
            begin = "from the first day on" if self.end is None and self.duration is None else "from the first day"
        else:
            begin = f"from {say_day(self.start)}"
        until = ""
        if self.end is not None:
            until = f" to {say_day(self.end)}"
        elif self.duration is not None:
            until = f" for {ctx.say(self.duration, 'days')}"
        return begin + until + self._notice()

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


# --- words shared by the types --------------------------------------------------------------------
def say_date(date: dt.date) -> str:
    """ "4 April 2025"."""
    return f"{date.day} {date:%B %Y}"


def say_day(day: dt.date | Uncertain) -> str:
    """A date, or what an uncertain one is drawn from."""
    if isinstance(day, Uncertain):
        return f"{say_date(dt.date.fromordinal(round(day.central)))} (uncertain: {day.text})"
    return say_date(day)


def say_schedule(ctx: LowerContext, schedule: Schedule[Any], unit: str = "") -> str:
    """ "4 %, 33 % from 16 June 2025"."""
    parts = []
    for when, value in schedule.points:
        since = (
            ""
            if when == 0.0
            else f" from {say_date(when)}"
            if isinstance(when, dt.date)
            else (f" after {ctx.say(when, 'days')}")
        )
        parts.append(ctx.say(value, unit) + since)
    return ", ".join(parts)


def say_part(ctx: LowerContext, share: Schedule[Any]) -> str:
    """ "30 % of ", or nothing if all of it is meant."""
    if share.constant:
        return "" if share.first() == 1.0 else f"{ctx.say(share.first(), 'share')} of "
    return f"a share ({say_schedule(ctx, share, 'share')}) of "


def verb(written: Iterable[str], one: str, many: str = "") -> str:
    """Verb that fits the countries named: "stops" for one or for "every country", "stop" for several."""
    return one if len(tuple(written)) < 2 else many or one.removesuffix("s")


# --- selecting ------------------------------------------------------------------------------------
def countries(ctx: LowerContext, written: Iterable[str]) -> tuple[str, ...]:
    """Single countries; () stays "all", names that this world lacks are dropped."""
    return _found(tuple(written), ctx.expand(written))


def products(ctx: LowerContext, written: Iterable[str]) -> tuple[str, ...]:
    """Single products; as `countries`."""
    return _found(tuple(written), ctx.products(written))


def end_uses(ctx: LowerContext, written: Iterable[str]) -> tuple[str, ...]:
    """Single end uses; as `countries`."""
    return _found(tuple(written), ctx.end_uses(written))


def _found(written: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
    # An empty selection means "all", so one that has lost its last name must not be passed on.
    if written and not found:
        raise TouchesNothing(", ".join(written))
    return found
