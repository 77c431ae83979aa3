"""Words that the sentences of several event types share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from ..language.context import LowerContext
from ..language.schedule import Schedule
from ..language.uncertain import Uncertain


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
