"""Which rules are in force: effect rows turned into the state of lanes, sites, users and nodes.

Called before every market and on every day inside a week on which a rule changes. Rules are set from
scratch each time, in the order of the effect rows, so that the end of one never has to be undone.
"""

from __future__ import annotations

import math
from typing import Any

from ..streams import STREAM_PROJECT_SUCCESS, STREAM_TRIGGER_DELAY, uniform
from .arrays import Floats, Ints
from .economics import WEEKS_PER_YEAR
from .lane_rules import clear_quotas, set_lanes
from .opcodes import (
    CAPACITY_LOSS,
    COVER_OBLIGATION,
    DELAY,
    DEMAND,
    GENERAL_LICENCE,
    JOINT_PURCHASE,
    NEW_CAPACITY,
    NEW_DEMAND,
    OFFTAKE,
    PRICE_FLOOR,
    PROJECT_DELAY,
    SOURCING,
    STOCKPILE,
    SUBSIDY,
    SUSPEND,
    TARIFF,
    THRIFT,
)
from .recurrence import DATED, NEVER, ONCE, WAITING, begin_series, first_begun, move_on
from .weights import apply_weights

OPEN_OFFICE = 1000000  # officers of an office whose rule has ended: files in hand are just closed


def watch_triggers(L: Any, F: Floats, I: Ints, key: int, day: int) -> None:
    """Start the events whose condition has held long enough (market days only)."""
    for v in range(L.n_events):
        if I[L.event_status + v] != WAITING or day < I[L.event_first + v]:
            continue
        kind = I[L.event_trigger + v]
        which = I[L.event_trigger_index + v]
        if kind == 4:
            if I[L.event_status + which] == NEVER:
                I[L.event_status + v] = NEVER
            elif I[L.event_status + which] == DATED and first_begun(L, I, which) <= day:
                fix_start(L, F, I, key, v, first_begun(L, I, which), day)
            continue
        if day < I[L.event_not_before + v]:
            continue
        level = 0.0
        if kind == 1:
            level = F[L.spot + which]
        elif kind == 2:
            level = F[L.cell_paid + which]
        elif kind == 5:
            level = F[L.node_paid + which]
        elif kind == 3:
            level = F[L.node_unserved_share + which]
        if level > F[L.event_threshold + v]:
            I[L.event_trigger_run + v] += 1
        else:
            I[L.event_trigger_run + v] = 0
        if I[L.event_trigger_run + v] >= I[L.event_trigger_weeks + v]:
            fix_start(L, F, I, key, v, day, day)


def fix_start(L: Any, F: Floats, I: Ints, key: int, v: int, met: int, day: int) -> None:
    """Date a triggered event: the day its condition was met plus a uniform delay, today at the earliest."""
    low = F[L.event_delay_low + v]
    high = F[L.event_delay_high + v]
    delay = low + (high - low) * uniform(key, STREAM_TRIGGER_DELAY, I[L.event_key + v], 0)
    start = met + int(math.floor(delay + 0.5))
    if start < I[L.event_not_before + v]:
        start = I[L.event_not_before + v]
    begin_series(L, F, I, key, v, start if start > day else day, day)


def effect_base(L: Any, F: Floats, I: Ints, e: int) -> int:
    """Day an effect row counts from, or -1 while its event has none (projects slip by `slip_days`)."""
    v = I[L.effect_event + e]
    if I[L.event_status + v] != DATED:
        return -1
    if I[L.effect_op + e] == NEW_CAPACITY:
        return I[L.event_day + v] + int(math.floor(F[L.effect_d + e] + 0.5))
    return I[L.event_day + v]


def effect_end(L: Any, F: Floats, I: Ints, e: int) -> float:
    """First day on which an effect row is over."""
    v = I[L.effect_event + e]
    return I[L.event_day + v] + F[L.event_duration + v]


def effect_now(L: Any, F: Floats, I: Ints, e: int, offset: float) -> float:
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


def started(L: Any, F: Floats, I: Ints, e: int, base: int, day: int) -> int:
    """1 while an effect row is in force on `day`."""
    if base < 0 or day < base or day < base + F[L.point_day + I[L.effect_point_first + e]]:
        return 0
    if I[L.event_suspended + I[L.effect_event + e]] == 1:
        return 0
    return 1 if day < effect_end(L, F, I, e) else 0


def clear_rules(L: Any, F: Floats, I: Ints) -> None:
    """No rule in force."""
    for lane in range(L.n_lanes):
        F[L.lane_close + lane] = 0.0
        F[L.lane_tariff + lane] = F[L.tariff_start + lane]
        F[L.lane_delay + lane] = 0.0
        F[L.lane_hold + lane] = 0.0
        F[L.lane_general + lane] = 0.0
        F[L.lane_content_threshold + lane] = 0.0
        F[L.lane_sourcing + lane] = 1.0
        F[L.lane_leak_cap + lane] = 0.0
        F[L.lane_enforcement + lane] = 0.0
        F[L.lane_enforcement_seizure + lane] = 0.0
        I[L.lane_office + lane] = -1
        I[L.lane_quota + lane] = -1
        I[L.lane_first + lane] = 0
    for s in range(L.n_sites):
        F[L.site_loss + s] = 0.0
        F[L.site_extra + s] = 0.0
        F[L.site_extra_free + s] = 0.0
        F[L.site_extra_cost + s] = 0.0
        F[L.site_floor + s] = 0.0
        F[L.site_subsidy + s] = 0.0
        F[L.site_offtake + s] = 0.0
    for u in range(L.n_users):
        F[L.user_demand + u] = 0.0
        F[L.user_lasting + u] = 0.0
        F[L.user_added + u] = 0.0
        F[L.user_programme + u] = 0.0
        F[L.user_obligation + u] = 0.0
    for n in range(L.n_nodes):
        F[L.stockpile_release_unserved + n] = math.inf
        F[L.stockpile_release_price + n] = math.inf
        F[L.stockpile_target + n] = 0.0
        F[L.stockpile_fill + n] = 0.0
        F[L.stockpile_release + n] = 0.0
        F[L.node_joint + n] = 0.0
    for o in range(L.n_offices):
        F[L.office_level + o] = -1.0
        F[L.office_lost + o] = 0.0


def set_rules(L: Any, F: Floats, I: Ints, key: int, day: int) -> None:
    """Bring every rule to its level of the day."""
    move_on(L, F, I, key, day)
    set_suspensions(L, F, I, day)
    in_force = 0
    for e in range(L.n_effects):
        if started(L, F, I, e, effect_base(L, F, I, e), day) == 1:
            in_force = 1
    if in_force == 0 and I[L.in_force] == 0:
        return
    I[L.in_force] = in_force
    clear_rules(L, F, I)
    clear_quotas(L, I)
    for e in range(L.n_effects):
        base = effect_base(L, F, I, e)
        if started(L, F, I, e, base, day) == 0:
            continue
        level = effect_now(L, F, I, e, float(day - base))
        F[L.effect_level + e] = level
        op = I[L.effect_op + e]
        if op <= SOURCING:
            set_lanes(L, F, I, key, e, op, level, day - base)
        elif op <= OFFTAKE:
            set_sites(L, F, I, key, e, op, level)
        elif op == PROJECT_DELAY:
            delay_project(L, F, I, e, level)
        elif op <= COVER_OBLIGATION:
            set_users(L, F, I, e, op, level)
        elif op <= JOINT_PURCHASE:
            set_nodes(L, F, I, e, op, level)
    set_obligations(L, F, I)
    apply_weights(L, F, I)


def set_suspensions(L: Any, F: Floats, I: Ints, day: int) -> None:
    """Events suspended today by other events."""
    for v in range(L.n_events):
        I[L.event_suspended + v] = 0
    for e in range(L.n_effects):
        if I[L.effect_op + e] != SUSPEND:
            continue
        base = effect_base(L, F, I, e)
        if started(L, F, I, e, base, day) == 1 and effect_now(L, F, I, e, float(day - base)) > 0.0:
            first = I[L.effect_target_first + e]
            for t in range(first, first + I[L.effect_target_count + e]):
                I[L.event_suspended + I[L.target_entity + t]] = 1


def set_sites(L: Any, F: Floats, I: Ints, key: int, e: int, op: int, level: float) -> None:
    """Rules on sites. Losses of capacity compound; projects add up."""
    if op == NEW_CAPACITY and I[L.effect_success + e] < 0:
        lucky = uniform(key, STREAM_PROJECT_SUCCESS, I[L.effect_key + e], 0)
        I[L.effect_success + e] = 1 if lucky <= F[L.effect_c + e] else 0
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        s = I[L.target_entity + t]
        index = level
        if op >= PRICE_FLOOR and F[L.effect_a + e] > 0.0:
            index = level / F[L.price_usd_per_kg + I[L.site_product + s]]
        if op == CAPACITY_LOSS:
            F[L.site_loss + s] = 1.0 - (1.0 - F[L.site_loss + s]) * (1.0 - level)
        elif op == NEW_CAPACITY and I[L.effect_success + e] == 1:
            add_project(F, L, s, level * F[L.target_value + t] / WEEKS_PER_YEAR, F[L.effect_a + e], F[L.effect_b + e])
        elif op == PRICE_FLOOR:
            F[L.site_floor + s] = max(F[L.site_floor + s], index)
        elif op == SUBSIDY:
            F[L.site_subsidy + s] += index
        elif op == OFFTAKE:
            F[L.site_offtake + s] = max(F[L.site_offtake + s], index)
            site_first = I[L.site_lane_first + s]
            buyer = int(F[L.target_value + t])
            for j in range(site_first, site_first + I[L.site_lane_count + s]):
                lane = I[L.site_lanes + j]
                country = I[L.node_country + I[L.desk_node + I[L.lane_desk + lane]]]
                if buyer >= 0 and country == buyer:
                    I[L.lane_first + lane] = 1


def add_project(F: Floats, L: Any, s: int, capacity: float, unit_cost: float, needs_input: float) -> None:
    """Add `capacity` t/week to a site's projects; cost and need of input are capacity-weighted means."""
    before = F[L.site_extra + s]
    total = before + capacity
    if total <= 0.0:
        return
    F[L.site_extra_cost + s] = (F[L.site_extra_cost + s] * before + unit_cost * capacity) / total
    F[L.site_extra_free + s] = (F[L.site_extra_free + s] * before + (1.0 - needs_input) * capacity) / total
    F[L.site_extra + s] = total


def delay_project(L: Any, F: Floats, I: Ints, e: int, level: float) -> None:
    """Put the start of other events (projects) off, once, if they have not started."""
    if I[L.effect_done + e] == 1:
        return
    I[L.effect_done + e] = 1
    first = I[L.effect_target_first + e]
    own = I[L.effect_event + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        v = I[L.target_entity + t]
        if I[L.event_status + v] == DATED and I[L.event_day + v] > I[L.event_day + own]:
            I[L.event_day + v] += int(level + 0.5)


def set_users(L: Any, F: Floats, I: Ints, e: int, op: int, level: float) -> None:
    """Rules on users. Changes of demand add up; of two programmes or obligations the larger holds."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        u = I[L.target_entity + t]
        if op == DEMAND and F[L.effect_a + e] > 0.0:
            F[L.user_lasting + u] += level
        elif op == DEMAND:
            F[L.user_demand + u] += level
        elif op == NEW_DEMAND:
            F[L.user_added + u] += level * F[L.target_value + t] / WEEKS_PER_YEAR
        elif op == THRIFT:
            F[L.user_programme + u] = max(F[L.user_programme + u], level)
        elif op == COVER_OBLIGATION:
            F[L.user_obligation + u] = max(F[L.user_obligation + u], level)


def set_obligations(L: Any, F: Floats, I: Ints) -> None:
    """Extra cover of users who must hold more than they want; none once the obligation is over."""
    obliged = 0
    for u in range(L.n_users):
        if F[L.user_obligation + u] > 0.0:
            obliged = 1
    if obliged == 0 and I[L.obliged] == 0:
        return
    I[L.obliged] = obliged
    for u in range(L.n_users):
        for h in range(I[L.user_holder + u], I[L.user_holder + u] + 5):
            extra = F[L.user_obligation + u] - F[L.holder_cover + h]
            F[L.holder_extra + h] = extra if extra > 0.0 else 0.0


def set_nodes(L: Any, F: Floats, I: Ints, e: int, op: int, level: float) -> None:
    """Rules on purchasing nodes: public stocks and joint purchases."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        n = I[L.target_entity + t]
        if op == STOCKPILE:
            if I[L.effect_done + e] == 0:
                amount = F[L.effect_a + e] * F[L.node_need + n]
                F[L.stockpile + n] += amount
                F[L.balance_start_t + I[L.node_product + n]] += amount
            F[L.stockpile_target + n] = max(F[L.stockpile_target + n], level)
            F[L.stockpile_fill + n] = max(F[L.stockpile_fill + n], F[L.effect_b + e])
            F[L.stockpile_release + n] = max(F[L.stockpile_release + n], F[L.effect_c + e])
            F[L.stockpile_release_unserved + n] = min(F[L.stockpile_release_unserved + n], F[L.effect_d + e])
            F[L.stockpile_release_price + n] = min(F[L.stockpile_release_price + n], F[L.effect_e + e])
        elif op == JOINT_PURCHASE:
            F[L.node_joint + n] = level
    I[L.effect_done + e] = 1


def find_cuts(L: Any, F: Floats, I: Ints, day: int) -> int:
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
        op = I[L.effect_op + e]
        if base < 0 or op > GENERAL_LICENCE or op in (TARIFF, DELAY):
            continue
        bits |= cuts_of(L, F, I, e, base, day)
        v = I[L.effect_event + e]
        if I[L.event_repeat + v] != ONCE and I[L.event_next + v] < day + 7:
            bits |= cuts_of(L, F, I, e, I[L.event_next + v], day)
    return bits


def cuts_of(L: Any, F: Floats, I: Ints, e: int, base: int, day: int) -> int:
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


def mark_cut(L: Any, I: Ints, e: int, cut: int) -> None:
    """The goods of these lanes that leave from day `cut` on are judged that day."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        if I[L.lane_cut_day + lane] < 0 or cut < I[L.lane_cut_day + lane]:
            I[L.lane_cut_day + lane] = cut


def set_officers(L: Any, F: Floats, I: Ints, week: int) -> None:
    """Officers of every office this week.

    A capacity given as a share of normal exports is turned into officers so that, over the weeks, the lots
    they can review add up to it exactly: whole officers, the remainder carried over.
    """
    for o in range(L.n_offices):
        level = F[L.office_level + o]
        e = I[L.office_effect + o]
        if level < 0.0:
            I[L.office_officers + o] = OPEN_OFFICE
        elif F[L.effect_a + e] > 0.0:
            I[L.office_officers + o] = int(level + 0.5)
        else:
            # Lanes that a stricter office decides about are no business of this one.
            lots = level * (F[L.office_normal + o] - F[L.office_lost + o]) / F[L.office_lot + o]
            before = F[L.office_reviewed + o]
            F[L.office_reviewed + o] = before + lots * F[L.effect_b + e] / 7.0
            I[L.office_officers + o] = int(F[L.office_reviewed + o]) - int(before)


def close_new_offices(L: Any, F: Floats, I: Ints) -> None:
    """An office whose rule came into force inside the week opens no file before the next market.

    Until then nobody was needed and files were just closed (`OPEN_OFFICE`): left so, everything that
    leaves in the rest of the first week would be under review at once.
    """
    for o in range(L.n_offices):
        if F[L.office_level + o] >= 0.0 and I[L.office_officers + o] == OPEN_OFFICE:
            I[L.office_officers + o] = 0
