"""When an event is in force: once, every so often, or again and again by chance.

An event that comes again has one occurrence at a time: `event_day` is the first day of the one in force or of the next
one, `event_next` that of the one behind it. All days follow from the run's key, the event's name and the number of the
occurrence, so that an event which several arms share comes on the same days in all of them.
"""

from __future__ import annotations

import math

from ..powers import log
from ..streams import STREAM_EVENT_AGAIN, STREAM_EVENT_HAPPENS, exponential_quantile, uniform
from .arrays import Floats, Ints
from .layout_types import Layout
from .states import DATED, EVERY, ONCE

NO_DAY = 1 << 30  # of what does not come again
DAYS_PER_YEAR = 365.25


def begin_series(L: Layout, F: Floats, I: Ints, key: int, v: int, first: int, notice: int) -> None:
    """Date an event that is free to happen from day `first` on, and was announced for it on day `notice`."""
    I[L.event_status + v] = DATED
    I[L.event_day + v] = first
    I[L.event_notice_day + v] = notice
    if I[L.event_repeat + v] == ONCE:
        return
    I[L.event_origin + v] = first
    I[L.event_ahead + v] = first - notice if notice >= 0 else 0
    I[L.event_turn + v] = -1
    I[L.event_begun + v] = -1
    day = next_day(L, F, I, key, v, first)
    date_occurrence(L, F, I, key, v, day)
    if day == first:
        I[L.event_notice_day + v] = notice


def date_occurrence(L: Layout, F: Floats, I: Ints, key: int, v: int, day: int) -> None:
    """Make `day` the first day of the occurrence to come, and find that of the one behind it."""
    I[L.event_day + v] = day
    I[L.event_notice_day + v] = day - I[L.event_ahead + v]
    I[L.event_next + v] = next_day(L, F, I, key, v, over_day(L, F, I, v))


def over_day(L: Layout, F: Floats, I: Ints, v: int) -> int:
    """First day after the occurrence that starts on `event_day`, its recovery included."""
    day = I[L.event_day + v]
    if day >= NO_DAY:
        return day
    after = day + int(F[L.event_duration + v])
    return after if after > day else day + 1


def next_day(L: Layout, F: Floats, I: Ints, key: int, v: int, after: int) -> int:
    """First day of the next occurrence, on `after` at the earliest; `NO_DAY` if there is none.

    `every`: day t_n = t_0 + n P of the first n = 1, 2, ... that has not been looked at, is not before `after` (one that
    would begin while the last is in force is left out) and happens, which is drawn anew for each n with the event's
    probability.

    `chance`: the wait is exponential with the constant rate lambda = -ln(1 - p) / 365.25 per day, in whole days rounded
    down, so that on every day on which it is not in force it begins with the same probability 1 - exp(-lambda), and
    within a year with probability p (Ross 2014, *Introduction to Probability Models*, section 5.2).
    """
    turn = I[L.event_turn + v]
    day = NO_DAY
    if I[L.event_repeat + v] == EVERY:
        while after < NO_DAY:
            turn += 1
            at = I[L.event_origin + v] + int(math.floor(turn * F[L.event_every + v] + 0.5))
            if at >= L.n_days or at >= F[L.event_until + v]:
                break
            if at >= after and happens(L, F, I, key, v, turn) == 1:
                day = at
                break
    elif F[L.event_chance + v] > 0.0 and after < NO_DAY:
        turn += 1
        mean = -DAYS_PER_YEAR / log(1.0 - F[L.event_chance + v])
        wait = exponential_quantile(uniform(key, STREAM_EVENT_AGAIN, I[L.event_key + v], turn), mean)
        if after + wait < L.n_days and after + wait < F[L.event_until + v]:
            day = after + int(math.floor(wait))
    I[L.event_turn + v] = turn
    return day


def happens(L: Layout, F: Floats, I: Ints, key: int, v: int, turn: int) -> int:
    """1 if the occurrence with this number happens."""
    return 1 if uniform(key, STREAM_EVENT_HAPPENS, I[L.event_key + v], turn) <= F[L.event_probability + v] else 0


def first_begun(L: Layout, I: Ints, v: int) -> int:
    """First day of an event's first occurrence."""
    if I[L.event_repeat + v] != ONCE and I[L.event_begun + v] >= 0:
        return I[L.event_begun + v]
    return I[L.event_day + v]


def move_on(L: Layout, F: Floats, I: Ints, key: int, day: int) -> None:
    """Go on to the next occurrence of every event whose last one is over on `day`."""
    for v in range(L.n_events):
        if I[L.event_repeat + v] == ONCE or I[L.event_status + v] != DATED:
            continue
        while over_day(L, F, I, v) <= day:
            if I[L.event_begun + v] < 0:
                I[L.event_begun + v] = I[L.event_day + v]
            date_occurrence(L, F, I, key, v, I[L.event_next + v])
            forget(L, I, v)


def forget(L: Layout, I: Ints, v: int) -> None:
    """What a rule keeps while it is in force begins anew: periods of quotas, months of a licence office."""
    for e in range(L.n_effects):
        if I[L.effect_event + e] == v:
            I[L.effect_period + e] = -1
    for o in range(L.n_offices):
        if I[L.effect_event + I[L.office_effect + o]] == v:
            I[L.office_month + o] = 0
