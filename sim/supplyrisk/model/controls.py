"""Which rules are in force: effect rows turned into the state of lanes, sites, users and nodes.

Called before every market and on every day inside a week on which a rule changes. Rules are set from
scratch each time, in the order of the effect rows, so that the end of one never has to be undone.
"""

from __future__ import annotations

import math

from ..operations.dispatch import apply_rule, clear_rules
from ..operations.ops.licence import REVIEW_DAYS, UNIT_OFFICERS
from ..operations.ops.new_capacity import SLIP_DAYS
from ..operations.ops.suspend import apply as suspend
from ..operations.rows import param
from ..operations.table import INSIDE_WEEK, code
from .arrays import FIRMS_PER_USER, Floats, Ints
from .layout_types import Layout
from .recurrence import move_on
from .states import DATED, NOT_FROZEN, ONCE
from .weights import apply_weights

NEW_CAPACITY, SUSPEND = code("new_capacity"), code("suspend")

OPEN_OFFICE = 1000000  # officers of an office whose rule has ended: files in hand are just closed


def effect_base(L: Layout, F: Floats, I: Ints, e: int) -> int:
    """Day an effect row counts from, or -1 while its event has none (projects slip by `slip_days`)."""
    v = I[L.effect_event + e]
    if I[L.event_status + v] != DATED:
        return -1
    if I[L.effect_op + e] == NEW_CAPACITY:
        return I[L.event_day + v] + int(math.floor(param(L, F, e, SLIP_DAYS) + 0.5))
    return I[L.event_day + v]


def effect_end(L: Layout, F: Floats, I: Ints, e: int) -> float:
    """First day on which an effect row is over."""
    v = I[L.effect_event + e]
    return I[L.event_day + v] + F[L.event_duration + v]


def effect_now(L: Layout, F: Floats, I: Ints, e: int, offset: float) -> float:
    """Level of a schedule `offset` days after its base: steps, or straight lines between points."""
    first = I[L.effect_point_first + e]
    last = first + I[L.effect_point_count + e]
    at = first
    while at + 1 < last and F[L.point_day + at + 1] <= offset:
        at += 1
    level = F[L.point_level + at]
    if I[L.effect_linear + e] == 1 and at + 1 < last:
        gap = F[L.point_day + at + 1] - F[L.point_day + at]
        if gap > 0.0:
            part = (offset - F[L.point_day + at]) / gap
            level = level + (F[L.point_level + at + 1] - level) * part
    return level


def started(L: Layout, F: Floats, I: Ints, e: int, base: int, day: int) -> int:
    """1 while an effect row is in force on `day`."""
    if base < 0 or day < base or day < base + F[L.point_day + I[L.effect_point_first + e]]:
        return 0
    if I[L.event_suspended + I[L.effect_event + e]] == 1:
        return 0
    return 1 if day < effect_end(L, F, I, e) else 0


def set_rules(L: Layout, F: Floats, I: Ints, key: int, day: int) -> None:
    """Bring every rule to its level of the day."""
    move_on(L, F, I, key, day)
    set_suspensions(L, F, I, key, day)
    in_force = 0
    for e in range(L.n_effects):
        if started(L, F, I, e, effect_base(L, F, I, e), day) == 1:
            in_force = 1
    if in_force == 0 and I[L.in_force] == 0:
        return
    I[L.in_force] = in_force
    clear_rules(L, F, I)
    for e in range(L.n_effects):
        base = effect_base(L, F, I, e)
        if started(L, F, I, e, base, day) == 0:
            continue
        level = effect_now(L, F, I, e, float(day - base))
        F[L.effect_level + e] = level
        apply_rule(I[L.effect_op + e], L, F, I, key, e, level, day - base)
    set_obligations(L, F, I)
    apply_weights(L, F, I)


def set_suspensions(L: Layout, F: Floats, I: Ints, key: int, day: int) -> None:
    """Events suspended today by other events."""
    for v in range(L.n_events):
        I[L.event_suspended + v] = 0
    for e in range(L.n_effects):
        if I[L.effect_op + e] != SUSPEND:
            continue
        base = effect_base(L, F, I, e)
        if started(L, F, I, e, base, day) == 1:
            suspend(L, F, I, key, e, effect_now(L, F, I, e, float(day - base)), day - base)


def set_obligations(L: Layout, F: Floats, I: Ints) -> None:
    """Extra cover of users who must hold more than they want; none once the obligation is over."""
    obliged = 0
    for u in range(L.n_users):
        if F[L.user_obligation + u] > 0.0:
            obliged = 1
    if obliged == 0 and I[L.obliged] == 0:
        return
    I[L.obliged] = obliged
    for u in range(L.n_users):
        for h in range(I[L.user_holder + u], I[L.user_holder + u] + FIRMS_PER_USER):
            extra = F[L.user_obligation + u] - F[L.holder_cover + h]
            F[L.holder_extra + h] = extra if extra > 0.0 else 0.0


def find_cuts(L: Layout, F: Floats, I: Ints, day: int) -> int:
    """Mark the lanes whose rules change inside the coming week.

    Returns
    -------
    int
        Bit j set: rules change j days from today (1 to 6); the engine re-sets them on those days.
    """
    bits = 0
    for lane in range(L.n_lanes):
        I[L.lane_cut_day + lane] = -1
    for e in range(L.n_effects):
        base = effect_base(L, F, I, e)
        if base < 0 or INSIDE_WEEK[I[L.effect_op + e]] == 0:
            continue
        bits |= cuts_of(L, F, I, e, base, day)
        v = I[L.effect_event + e]
        if I[L.event_repeat + v] != ONCE and I[L.event_next + v] < day + 7:
            bits |= cuts_of(L, F, I, e, I[L.event_next + v], day)
    return bits


def cuts_of(L: Layout, F: Floats, I: Ints, e: int, base: int, day: int) -> int:
    """Mark the lanes of an effect row whose event starts on day `base`; days as in `find_cuts`."""
    bits = 0
    first = I[L.effect_point_first + e]
    for p in range(first, first + I[L.effect_point_count + e] + 1):
        if p == first + I[L.effect_point_count + e]:
            change = I[L.event_day + I[L.effect_event + e]] + F[L.event_duration + I[L.effect_event + e]]
        else:
            change = base + F[L.point_day + p]
        if change > day and change < day + 7:
            cut = int(math.ceil(change))
            if cut > day and cut < day + 7:
                bits |= 1 << (cut - day)
                mark_cut(L, I, e, cut)
    return bits


def mark_cut(L: Layout, I: Ints, e: int, cut: int) -> None:
    """The goods of these lanes that leave from day `cut` on are judged that day."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        if I[L.lane_cut_day + lane] < 0 or cut < I[L.lane_cut_day + lane]:
            I[L.lane_cut_day + lane] = cut


def set_officers(L: Layout, F: Floats, I: Ints, week: int) -> None:
    """Officers of every office this week.

    A capacity given as a share of normal exports is turned into officers so that, over the weeks, the lots
    they can review add up to it exactly: whole officers, the remainder carried over.
    """
    for o in range(L.n_offices):
        level = F[L.office_level + o]
        e = I[L.office_effect + o]
        if level < 0.0:
            I[L.office_officers + o] = OPEN_OFFICE
        elif param(L, F, e, UNIT_OFFICERS) > 0.0:
            I[L.office_officers + o] = int(level + 0.5)
        else:
            # Lanes that a stricter office decides about, or nobody, are no business of this one.
            left = F[L.office_normal + o] - F[L.office_lost + o] - frozen_flow(L, F, I, o)
            lots = level * left / F[L.office_lot + o]
            before = F[L.office_reviewed + o]
            F[L.office_reviewed + o] = before + lots * param(L, F, e, REVIEW_DAYS) / 7.0
            I[L.office_officers + o] = int(F[L.office_reviewed + o]) - int(before)


def frozen_flow(L: Layout, F: Floats, I: Ints, o: int) -> float:
    """Normal exports of an office's lanes about which a freeze lets nothing be decided, t/week: others are served no faster."""
    flow = 0.0
    if I[L.frozen] == 0:
        return flow
    e = I[L.office_effect + o]
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        if I[L.lane_office + lane] == o and int(F[L.target_value + t]) == o and I[L.lane_freeze + lane] != NOT_FROZEN:
            flow += F[L.lane_flow + lane]
    return flow


def close_new_offices(L: Layout, F: Floats, I: Ints) -> None:
    """An office whose rule came into force inside the week opens no file before the next market.

    Until then nobody was needed and files were just closed (`OPEN_OFFICE`): left so, everything that
    leaves in the rest of the first week would be under review at once.
    """
    for o in range(L.n_offices):
        if F[L.office_level + o] >= 0.0 and I[L.office_officers + o] == OPEN_OFFICE:
            I[L.office_officers + o] = 0
