"""What is known of how long goods are withheld: an end that was announced, a rule that is old already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ..language.context import LowerContext
from ..language.fields import Duration, Flag, Share, UncertainDay, UncertainNumber
from ..language.numbers import Num
from ..language.uncertain import Uncertain
from .base import Event, Fault
from .words import say_day

DAYS_PER_YEAR = 365.25


class EndKnown(Event):
    """An event whose end may have been public."""

    end_announced: Flag = False
    """Whether its end is public (`yes`): those who hold and buy then reckon with the `end` or `duration` given, with
    the weight `trust_in_end` of the world. Default: no, they go by how long it has lasted: "what has lasted will
    last"."""

    def _time_faults(self) -> Iterator[Fault]:
        yield from super()._time_faults()
        if self.end_announced and self.end is None and self.duration is None:
            yield ("end_announced",), "says that its end is public, but it has none; give end or duration"

    def end_is_known(self) -> bool:
        return self.end_announced

    def beliefs(self, ctx: LowerContext) -> str:
        return f"; buyers know that it ends {self._known_end(ctx)}" if self.end_announced else ""

    def _known_end(self, ctx: LowerContext) -> str:
        """ "on 27 November 2026", or "after 26 weeks" where its start is not known."""
        if self.end is not None:
            return f"on {say_day(self.end)}"
        assert self.duration is not None
        if isinstance(self.start, dt.date) and not isinstance(self.duration, Uncertain):
            return f"on {say_day(self.start + dt.timedelta(days=round(self.duration)))}"
        return f"after {ctx.say(self.duration, 'days')}"


class Withheld(EndKnown):
    """A rule that withholds goods: buyers believe in a loss by its share, its start and how long it will last."""

    in_force_since: Duration = 0.0
    """How long the policy had been in force before its first day in the file: an old policy is believed to last longer
    than a new one (5.5 years for China's export quota of July 2010). Default: 0, it is new."""

    last_time: Duration = 0.0
    """How long the last such policy of the same seller on the same goods was in force, if that was over before what is
    simulated: with the weight `memory_of_rules` of the world the next is believed to last as long. Rules that end within
    the simulated time are remembered by themselves. Default: 0, there was none."""

    rumoured: UncertainDay | None = None
    """Day from which on it is rumoured. Until it is announced, buyers reckon with it by its chance, but only in the last weeks
    before its date, in which they would rush. In runs in which it does not happen (`probability`) the rumour proves false on the
    day of the announcement, and nothing has happened but what was bought in the meantime. Default: there is no rumour."""

    rumour_probability: Share | None = None
    """Probability that buyers give it while it is rumoured. Default: its `probability`."""

    def _recurrence_faults(self) -> Iterator[Fault]:
        yield from super()._recurrence_faults()
        if self.recurs() and self.in_force_since != 0.0:
            yield ("in_force_since",), "can't be meant of what comes again; leave it out"

    def _time_faults(self) -> Iterator[Fault]:
        yield from super()._time_faults()
        if self.rumoured is None:
            if self.rumour_probability is not None:
                yield ("rumour_probability",), "is read only where the event is rumoured; give rumoured (a date)"
            return
        if self.in_force_since != 0.0:
            yield (
                ("rumoured",),
                "can't be meant of a rule that is in force already (in_force_since); leave one of them out",
            )
        if not self.is_dated():
            yield ("rumoured",), "needs an event with a start of its own, once: nobody can know when it would come"
        if not self.is_noticed():
            yield ("rumoured",), f"nobody reacts to the news of this {self.type} before it starts; leave it out"
        if self.rumour_probability is None and self.probability == 1.0:
            said = "is a rumour of what is certain; give probability or rumour_probability, or write announced"
            yield ("rumoured",), said
        known = self.announced if self.announced is not None else self.start
        if isinstance(self.rumoured, dt.date) and isinstance(known, dt.date) and self.rumoured >= known:
            yield ("rumoured",), f"must be before the day on which it is announced, {known} (got {self.rumoured})"

    def memories(self, ctx: LowerContext) -> dict[str, Num]:
        found = {"last_days": ctx.num(self.last_time)}
        if self.rumoured is not None:
            believed = self.probability if self.rumour_probability is None else self.rumour_probability
            found |= {"rumoured_day": ctx.day_num(self.rumoured), "rumour_probability": ctx.num(believed)}
        return found

    def age_days(self, ctx: LowerContext) -> Num:
        return ctx.num(self.in_force_since)

    def beliefs(self, ctx: LowerContext) -> str:
        old = f"; in force for {_say_age(ctx, self.in_force_since)} before" if self.in_force_since != 0.0 else ""
        return old + self._earlier(ctx) + super().beliefs(ctx) + self._rumour(ctx)

    def _earlier(self, ctx: LowerContext) -> str:
        if self.last_time == 0.0:
            return ""
        return f"; the last such policy was in force for {ctx.say(self.last_time, 'days')}"

    def _rumour(self, ctx: LowerContext) -> str:
        if self.rumoured is None:
            return ""
        believed = self.probability if self.rumour_probability is None else self.rumour_probability
        return f"; rumoured from {say_day(self.rumoured)} on, with a probability of {ctx.say(believed, 'share')} for buyers"


def _say_age(ctx: LowerContext, days: UncertainNumber) -> str:
    """ "5.5 years": an age of years is given to a tenth."""
    years = ctx.central(days) / DAYS_PER_YEAR
    if isinstance(days, Uncertain) or years < 2:
        return ctx.say(days, "days")
    return f"{years:.1f}".removesuffix(".0") + " years"
