"""Events that wait: for a price or a shortage that lasts, or for another event."""

from __future__ import annotations

import math

from ..streams import STREAM_TRIGGER_DELAY, uniform
from .arrays import Floats, Ints
from .layout_types import Layout
from .recurrence import begin_series, first_begun
from .states import (
    AFTER_EVENT,
    DATED,
    NEVER,
    PAID_IN_COUNTRY,
    PAID_IN_ZONE,
    QUOTED_PRICE,
    UNSERVED_SHARE,
    WAITING,
)


def watch_triggers(L: Layout, F: Floats, I: Ints, key: int, day: int) -> None:
    """Start the events whose condition has held long enough (market days only)."""
    for v in range(L.n_events):
        if I[L.event_status + v] != WAITING or day < I[L.event_first + v]:
            continue
        kind = I[L.event_trigger + v]
        which = I[L.event_trigger_index + v]
        if kind == AFTER_EVENT:
            if I[L.event_status + which] == NEVER:
                I[L.event_status + v] = NEVER
            elif I[L.event_status + which] == DATED and first_begun(L, I, which) <= day:
                fix_start(L, F, I, key, v, first_begun(L, I, which), day)
            continue
        if day < I[L.event_not_before + v]:
            continue
        level = 0.0
        if kind == QUOTED_PRICE:
            level = F[L.spot + which]
        elif kind == PAID_IN_ZONE:
            level = F[L.cell_paid + which]
        elif kind == PAID_IN_COUNTRY:
            level = F[L.node_paid + which]
        elif kind == UNSERVED_SHARE:
            level = F[L.node_unserved_share + which]
        if level > F[L.event_threshold + v]:
            I[L.event_trigger_run + v] += 1
        else:
            I[L.event_trigger_run + v] = 0
        if I[L.event_trigger_run + v] >= I[L.event_trigger_weeks + v]:
            fix_start(L, F, I, key, v, day, day)


def fix_start(L: Layout, F: Floats, I: Ints, key: int, v: int, met: int, day: int) -> None:
    """Date a triggered event: the day its condition was met plus a uniform delay, today at the earliest."""
    low = F[L.event_delay_low + v]
    high = F[L.event_delay_high + v]
    delay = low + (high - low) * uniform(key, STREAM_TRIGGER_DELAY, I[L.event_key + v], 0)
    start = met + int(math.floor(delay + 0.5))
    if start < I[L.event_not_before + v]:
        start = I[L.event_not_before + v]
    begin_series(L, F, I, key, v, start if start > day else day, day)
