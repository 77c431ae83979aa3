"""What is known of how long goods are withheld: an end that was announced, a rule that is old already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ..language.context import LowerContext
from ..language.fields import Duration, Flag, UncertainNumber
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

    def _recurrence_faults(self) -> Iterator[Fault]:
        yield from super()._recurrence_faults()
        if self.recurs() and self.in_force_since != 0.0:
            yield ("in_force_since",), "can't be meant of what comes again; leave it out"

    def age_days(self, ctx: LowerContext) -> Num:
        return ctx.num(self.in_force_since)

    def beliefs(self, ctx: LowerContext) -> str:
        old = f"; in force for {_say_age(ctx, self.in_force_since)} before" if self.in_force_since != 0.0 else ""
        return old + super().beliefs(ctx)


def _say_age(ctx: LowerContext, days: UncertainNumber) -> str:
    """ "5.5 years": an age of years is given to a tenth."""
    years = ctx.central(days) / DAYS_PER_YEAR
    if isinstance(days, Uncertain) or years < 2:
        return ctx.say(days, "days")
    return f"{years:.1f}".removesuffix(".0") + " years"
