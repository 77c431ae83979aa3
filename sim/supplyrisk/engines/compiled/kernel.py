"""The compiled engine: the same events as `reference`, on the calendar of `calendar`.

Written in the plain Python that numba compiles (`batch` does), so that with the compiler switched off the
same code gives the same bits.
"""

from __future__ import annotations

from typing import Any

from ...model import applications, draws, general_licences, market, movement, production
from ...model.arrays import Floats, Ints
from ...model.controls import close_new_offices, set_rules
from ...model.layout_types import Layout
from ...model.start import mass_now, start_run
from .calendar import (
    COUNTER_BITS,
    ENTITY_BITS,
    EVENTS,
    FILED,
    FIRST_DAY,
    NODE_FLOATS,
    NODE_INTS,
    OVERFLOW,
    clear_calendar,
    drop_node,
    empty_slot,
    fill_slot,
    lay_slots,
    new_node,
    note,
    office_queue,
    plan,
    push_node,
    slot_rank,
    take_node,
)


def leave(L: Layout, F: Floats, I: Ints, lane: int, amount: float, day: int, until: int, content: float) -> None:
    """Goods leave freely."""
    movement.depart(L, F, I, lane, amount, day, until)
    there = day + movement.transit_days(L, F, I, lane, 0)
    plan(L, F, I, there, market.ARRIVAL, lane, I[L.lane_sent + lane], 0, amount, content)


def dispatch(L: Layout, F: Floats, I: Ints, key: int, lane: int, amount: float, day: int, until: int) -> None:
    """Send goods that leave from `day` to `until`: freely, through a hub, or into a queue."""
    part = (until - day) / 7.0
    back = movement.part_returned(L, F, I, lane, amount, part)
    if back > 0.0:
        movement.return_goods(L, F, I, lane, back)
    exempt = general_licences.take_exempt(L, F, I, lane, amount - back)
    leaking = movement.part_leaking(L, F, I, lane, amount - back - exempt, part)
    rest = amount - back - exempt - leaking
    licensed = movement.part_licensed(L, F, I, lane, rest)
    free = exempt + (rest - licensed)
    held = free * F[L.lane_hold + lane]
    free -= held
    content = F[L.site_content + I[L.lane_site + lane]]
    if F[L.lane_unfiled + lane] > 0.0:
        free += applications.settle_unfiled(L, F, I, lane)
    if free > 0.0:
        leave(L, F, I, lane, free, day, until, content)
    if leaking > 0.0:
        leak(L, F, I, key, lane, leaking, day, until, content)
    if held > 0.0:
        number = I[L.lane_holds + lane]
        I[L.lane_holds + lane] += 1
        movement.hold_goods(L, F, I, lane, held)
        days = draws.hold_days(L, F, I, key, lane, number)
        plan(L, F, I, day + days, market.CUSTOMS, lane, number, 0, held, content)
    if licensed > 0.0 or applications.is_due(L, F, I, lane):
        prepare_files(L, F, I, lane, licensed, day, content)


def leak(
    L: Layout, F: Floats, I: Ints, key: int, lane: int, amount: float, day: int, until: int, content: float
) -> None:
    """Goods leave through a hub; they may be seized."""
    seized = draws.is_seized(L, F, I, key, lane, I[L.lane_leaked + lane])
    movement.record_leak(L, F, I, lane, amount, day // 7)
    movement.depart(L, F, I, lane, amount, day, until)
    there = day + movement.transit_days(L, F, I, lane, 1)
    kind = market.SEIZURE if seized == 1 else market.ARRIVAL
    plan(L, F, I, there, kind, lane, I[L.lane_sent + lane], 0, amount, content)


def prepare_files(L: Layout, F: Floats, I: Ints, lane: int, amount: float, day: int, content: float) -> None:
    """Goods wait for a licence; every full lot is an application."""
    office = I[L.lane_office + lane]
    movement.hold_goods(L, F, I, lane, amount)
    F[L.lane_unfiled + lane] += amount
    lot = F[L.office_lot + office]
    while F[L.lane_unfiled + lane] >= lot:
        F[L.lane_unfiled + lane] -= lot
        number = I[L.lane_filed + lane]
        I[L.lane_filed + lane] += 1
        movement.file_application(L, F, I, office, lot, day)
        node = new_node(L, F, I, FILED, lane, number, day, lot, content)
        if node >= 0:
            push_node(L, I, office_queue(L, office), node)


def open_all_files(L: Layout, F: Floats, I: Ints, key: int, day: int) -> None:
    """Free officers of all offices open the oldest applications.

    Office by office, one file each officer; then those whose file had expired take another. Goods of expired files go
    back to stock in this order, in the reference engine too, so that sums are rounded alike.
    """
    for office in range(L.n_offices):
        I[L.office_turns + office] = I[L.office_officers + office] - I[L.office_busy + office]
    again = 1
    while again == 1:
        again = 0
        for office in range(L.n_offices):
            expired = open_files(L, F, I, key, office, day, I[L.office_turns + office])
            I[L.office_turns + office] = expired
            if expired > 0:
                again = 1


def open_office(L: Layout, F: Floats, I: Ints, key: int, office: int, day: int) -> None:
    """The same in one office."""
    turns = I[L.office_officers + office] - I[L.office_busy + office]
    while turns > 0:
        turns = open_files(L, F, I, key, office, day, turns)


def open_files(L: Layout, F: Floats, I: Ints, key: int, office: int, day: int, most: int) -> int:
    """Open the oldest applications that may be opened, so many at most; returns how many of them needed no review."""
    queue = office_queue(L, office)
    opened = 0
    expired = 0
    before = -1
    node = I[queue]
    while node >= 0 and opened < most:
        at = L.node_ints + node * NODE_INTS
        following = I[at]
        lane = (I[at + 1] >> 32) & ENTITY_BITS
        number = I[at + 1] & COUNTER_BITS
        filed = I[at + 2]
        if I[L.frozen] == 1 and applications.must_wait(L, F, I, office, lane, filed, day) == 1:
            before = node
            node = following
            continue
        take_node(L, I, queue, before, node)
        opened += 1
        lot = F[L.node_floats + node * NODE_FLOATS]
        if applications.struck_out(L, F, I, office, lane, filed, lot, day) == 1:
            drop_node(L, I, node)
            expired += 1
            node = following
            continue
        I[L.office_busy + office] += 1
        done = day + draws.review_days(L, F, I, key, office, lane, number)
        content = F[L.node_floats + node * NODE_FLOATS + 1]
        drop_node(L, I, node)
        # The office travels with the file: a lane may answer to another office by then.
        plan(L, F, I, done, market.REVIEW, lane, number, office * 1048576 + filed, lot, content)
        node = following
    return expired


def finish_review(
    L: Layout, F: Floats, I: Ints, key: int, lane: int, number: int, extra: int, lot: float, content: float, day: int
) -> None:
    """Decide an application, and open the next file."""
    office = extra // 1048576
    filed = extra % 1048576
    movement.close_application(L, F, I, office, lot, filed)
    decided = applications.verdict(L, F, I, key, office, lane, number)
    if decided == applications.VOID:
        applications.give_back(L, F, I, lane, lot)
    elif decided == applications.ANEW:
        F[L.lane_unfiled + lane] += lot
    elif decided == applications.GRANTED:
        movement.grant(L, F, office, lot)
        leaves = day + draws.processing_days(L, F, I, office)
        plan(L, F, I, leaves, market.RELEASE, lane, number, 0, lot, content)
    else:
        movement.free_goods(L, F, I, lane, lot)
        share = movement.refuse(L, F, I, office, lane, lot)
        back = day + draws.reapply_days(L, F, I, office)
        barred = I[L.lane_barred + lane]
        I[L.lane_barred + lane] += 1
        plan(L, F, I, back, market.READMIT, lane, barred, 0, share, 0.0)
    I[L.office_busy + office] -= 1
    open_office(L, F, I, key, office, day)


def start_weekly_batch(L: Layout, F: Floats, I: Ints, site: int, amount: float) -> None:
    """A batch that ends after the site's processing time; none at 0 t."""
    number = I[L.site_batches + site]
    content = 0.0
    if amount > 0.0:
        I[L.site_batches + site] += 1
        if I[L.tracked] == 1:
            content = production.batch_content(L, F, I, site)
    fill_slot(L, F, I, L.n_lanes + site, number, amount, content)


def fill_pipelines(L: Layout, F: Floats, I: Ints, key: int) -> None:
    """Shipments and batches under way on the first day, and the first random outages."""
    for lane in range(L.n_lanes):
        amount = F[L.lane_flow + lane]
        content = F[L.site_content + I[L.lane_site + lane]]
        # The slot of this week's shipment comes first: nothing lies in it yet.
        fill_slot(L, F, I, lane, 0, 0.0, 0.0)
        for _ in range(I[L.lane_pipe_weeks + lane]):
            fill_slot(L, F, I, lane, I[L.lane_sent + lane], amount, content)
            if amount > 0.0:
                I[L.lane_sent + lane] += 1
    for site in range(L.n_sites):
        fill_slot(L, F, I, L.n_lanes + site, 0, 0.0, 0.0)
        for _ in range(I[L.site_pipe_weeks + site]):
            start_weekly_batch(L, F, I, site, F[L.site_output + site])
        if F[L.outage_mtbf_days + site] > 0.0:
            day = draws.days_to_outage(L, F, I, key, site, 0)
            plan(L, F, I, day, market.BREAKDOWN, site, 0, 0, 0.0, 0.0)


def is_unruled(L: Layout, F: Floats, I: Ints, lane: int) -> int:
    """1 if nothing keeps a lane's goods from leaving or slows them down: `dispatch` would come to `leave`."""
    if F[L.lane_delay + lane] >= 0.5:
        return 0
    if F[L.lane_close + lane] > 0.0 or F[L.lane_hold + lane] > 0.0 or F[L.lane_late + lane] > 0.0:
        return 0
    return 1 if I[L.lane_office + lane] < 0 and F[L.lane_unfiled + lane] <= 0.0 and I[L.lane_quota + lane] < 0 else 0


def after_market(L: Layout, F: Floats, I: Ints, key: int, day: int) -> None:
    """Send the week's goods, start the week's batches and open the offices."""
    if I[L.cuts_ahead] != 0:
        for offset in range(1, 7):
            if (I[L.cuts_ahead] >> offset) & 1 == 1:
                plan(L, F, I, day + offset, market.SWITCH, 0, 0, 0, 0.0, 0.0)
    ruled = I[L.in_force] == 1 or I[L.cuts_ahead] != 0
    for lane in range(L.n_lanes):
        amount = F[L.lane_out + lane]
        if (is_unruled(L, F, I, lane) == 1) if ruled else (F[L.lane_unfiled + lane] <= 0.0):
            if amount > 0.0:
                movement.depart(L, F, I, lane, amount, day, day + 7)
            fill_slot(L, F, I, lane, I[L.lane_sent + lane], amount, F[L.site_content + I[L.lane_site + lane]])
            continue
        fill_slot(L, F, I, lane, 0, 0.0, 0.0)
        late = F[L.lane_late + lane]
        cut = I[L.lane_cut_day + lane]
        if amount > 0.0 or F[L.lane_unfiled + lane] > 0.0:
            dispatch(L, F, I, key, lane, amount, day, cut if late > 0.0 else day + 7)
        if late > 0.0:
            plan(L, F, I, cut, market.PIECE, lane, 0, day + 7, late, 0.0)
    for site in range(L.n_sites):
        start_weekly_batch(L, F, I, site, F[L.site_start + site])
    if L.n_offices > 0:
        open_all_files(L, F, I, key, day)


def handle(L: Layout, F: Floats, I: Ints, key: int, day: int, node: int) -> None:
    """Let one planned event happen."""
    at = L.node_ints + node * NODE_INTS
    rank = I[at + 1]
    kind = rank >> 56
    entity = (rank >> 32) & ENTITY_BITS
    counter = rank & COUNTER_BITS
    extra = I[at + 2]
    amount = F[L.node_floats + node * NODE_FLOATS]
    content = F[L.node_floats + node * NODE_FLOATS + 1]
    drop_node(L, I, node)
    if kind == market.ARRIVAL:
        note(L, F, I, day, kind, entity, counter, amount)
        movement.arrive(L, F, I, entity, amount, content)
    elif kind == market.REVIEW:
        note(L, F, I, day, kind, entity, counter, amount)
        finish_review(L, F, I, key, entity, counter, extra, amount, content, day)
    elif kind == market.RELEASE or kind == market.CUSTOMS:
        note(L, F, I, day, kind, entity, counter, amount)
        if kind == market.RELEASE:
            kept = applications.keep_back(L, F, I, entity, amount)
        else:
            kept = applications.keep_back_ordinary(L, F, I, entity, amount)
        if kept == 0:
            movement.free_goods(L, F, I, entity, amount)
            leave(L, F, I, entity, amount, day, day + 1, content)
    elif kind == market.SWITCH:
        note(L, F, I, day, kind, entity, counter, 0.0)
        set_rules(L, F, I, key, day)
        close_new_offices(L, F, I)
        if L.n_offices > 0:
            open_all_files(L, F, I, key, day)
    elif kind == market.PIECE:
        note(L, F, I, day, kind, entity, counter, amount)
        dispatch(L, F, I, key, entity, amount, day, extra)
        if I[L.lane_office + entity] >= 0:
            open_office(L, F, I, key, I[L.lane_office + entity], day)
    elif kind == market.SEIZURE:
        note(L, F, I, day, kind, entity, counter, amount)
        movement.seize(L, F, I, entity, amount)
    elif kind == market.READMIT:
        note(L, F, I, day, kind, entity, counter, amount)
        left = F[L.lane_blocked + entity] - amount
        F[L.lane_blocked + entity] = left if left > 0.0 else 0.0
    elif kind == market.BREAKDOWN:
        number = I[L.site_outages + entity]
        note(L, F, I, day, kind, entity, number, F[L.site_random_loss + entity])
        I[L.site_down + entity] = 1
        back = day + draws.outage_days(L, F, I, key, entity, number)
        plan(L, F, I, back, market.REPAIR, entity, number, 0, 0.0, 0.0)
    elif kind == market.REPAIR:
        note(L, F, I, day, kind, entity, I[L.site_outages + entity], 0.0)
        I[L.site_down + entity] = 0
        I[L.site_outages + entity] += 1
        number = I[L.site_outages + entity]
        again = day + draws.days_to_outage(L, F, I, key, entity, number)
        plan(L, F, I, again, market.BREAKDOWN, entity, number, 0, 0.0, 0.0)


def run_day(L: Layout, F: Floats, I: Ints, key: int, day: int) -> None:
    """All events of a day in the order of their keys."""
    due = I[L.weekday_first + day % 7]
    last = I[L.weekday_first + day % 7 + 1]
    if I[L.calendar + FIRST_DAY + 2 * day] >= 0:
        run_mixed_day(L, F, I, key, day, due, last)
        return
    for j in range(due, last):
        empty_slot(L, F, I, day, I[L.weekday_carriers + j])


def run_mixed_day(L: Layout, F: Floats, I: Ints, key: int, day: int, due: int, last: int) -> None:
    """A day with planned events: these and the weekly ones together; what they plan for the same day joins in."""
    queue = L.calendar + FIRST_DAY + 2 * day
    count = 0
    first = L.day_nodes  # of the pairs (key, node) not yet handled
    while True:
        while I[queue] >= 0:
            node = I[queue]
            I[queue] = I[L.node_ints + node * NODE_INTS]
            rank = I[L.node_ints + node * NODE_INTS + 1]
            place = L.day_nodes + 2 * count
            while place > first and I[place - 2] > rank:
                I[place] = I[place - 2]
                I[place + 1] = I[place - 1]
                place -= 2
            I[place] = rank
            I[place + 1] = node
            count += 1
            if count >= L.pool_size:
                I[L.calendar + OVERFLOW] = 1
                return
        waiting = first < L.day_nodes + 2 * count
        if due < last:
            carrier = I[L.weekday_carriers + due]
            rank = slot_rank(L, F, I, carrier)
            if rank < 0 or not waiting or rank < I[first]:
                empty_slot(L, F, I, day, carrier)
                due += 1
                continue
        if not waiting:
            return
        node = I[first + 1]
        first += 2
        handle(L, F, I, key, day, node)


def sum_row(L: Layout, F: Floats, week: int) -> float:
    """Sum of a week's record, finite if all its numbers are."""
    first = L.weekly_record + week * L.n_weekly
    total = 0.0
    for i in range(first, first + L.n_weekly):
        total += F[i]
    return total


def run_one(L: Layout, F: Floats, I: Ints, arm_events: Any, key: int, out: Any) -> None:
    """One run of one arm.

    Parameters
    ----------
    L, F, I : layout, float and integer arenas, filled for the run; records zeroed, calendar room behind
    arm_events : 1 for each event of the arm
    key : from `streams.run_key`, as a signed 64-bit integer
    out : floats: events, balance error, misfit, overflow flag, sum of the weekly record
    """
    clear_calendar(L, I)
    out[2] = start_run(L, F, I, key, arm_events)
    for office in range(L.n_offices):
        I[L.office_officers + office] = 0
    lay_slots(L, I)
    if I[L.calendar + OVERFLOW] == 0:
        fill_pipelines(L, F, I, key)
    out[4] = 0.0
    for day in range(L.n_days):
        if I[L.calendar + OVERFLOW] == 1:
            break
        run_day(L, F, I, key, day)
        if day % 7 == 0 and day // 7 < L.n_weeks:
            if day > 0:
                out[4] += sum_row(L, F, day // 7 - 1)
            note(L, F, I, day, market.MARKET, 0, day // 7, 0.0)
            row = L.weekly_record + day // 7 * L.n_weekly
            for column in range(L.n_weekly):
                F[row + column] = 0.0
            market.market_week(L, F, I, key, day, day // 7)
            after_market(L, F, I, key, day)
        elif day % 7 == 0:
            for carrier in range(L.n_lanes + L.n_sites):
                fill_slot(L, F, I, carrier, 0, 0.0, 0.0)
    out[4] += sum_row(L, F, L.n_weeks - 1)
    worst = 0.0
    for k in range(L.n_products):
        start = F[L.balance_start_t + k]
        made = F[L.balance_made_t + k]
        used = F[L.balance_used_t + k]
        lost = F[L.balance_lost_t + k]
        error = abs(start + made - used - lost - mass_now(L, F, I, k))
        if start + made > 0.0:
            error = error / (start + made)
        if not error <= worst:
            worst = error
    out[0] = float(I[L.calendar + EVENTS])
    out[1] = worst
    out[3] = float(I[L.calendar + OVERFLOW])
