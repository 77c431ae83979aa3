"""The compiled engine's calendar: the same events as `reference`, kept in buckets by day.

Written in the plain Python that numba compiles (`batch` does), so that with the compiler switched off the
same code gives the same bits. Days are whole numbers, so a list per day, sorted when its day comes, does
the work of a heap at a fraction of its cost. Nodes (planned events, applications) live behind the
model's own arrays in the same two arenas: more arrays would cost more than the events themselves.
"""

from __future__ import annotations

from typing import Any

from ..model import draws, market, movement, production
from ..model.arrays import Floats, Ints
from ..model.controls import close_new_offices, set_rules
from ..model.start import mass_now, start_run

# A node's integers: next in its list, sort key, further number; and floats: t, content. The sort key holds all that
# orders events, and is the order: kind from bit 56, entity from bit 32, counter.
NODE_INTS = 3
NODE_FLOATS = 2
ENTITY_BITS = 0xFFFFFF
COUNTER_BITS = 0xFFFFFFFF
FILED = 99  # kind of a node that is an application in an office's queue

# Positions from L.calendar on: free list, used so far, overflow flag; then head and tail of every day, of every office.
FREE = 0
USED = 1
OVERFLOW = 2
EVENTS = 3
FIRST_DAY = 4


def new_node(
    L: Any, F: Floats, I: Ints, kind: int, entity: int, counter: int, extra: int, amount: float, content: float
) -> int:
    """Take a node from the free list, or a new one; -1 when memory is used up."""
    node = I[L.calendar + FREE]
    if node >= 0:
        I[L.calendar + FREE] = I[L.node_ints + node * NODE_INTS]
    else:
        node = I[L.calendar + USED]
        if node >= L.pool_size:
            I[L.calendar + OVERFLOW] = 1
            return -1
        I[L.calendar + USED] = node + 1
    at = L.node_ints + node * NODE_INTS
    I[at] = -1
    I[at + 1] = (kind << 56) + (entity << 32) + counter
    I[at + 2] = extra
    F[L.node_floats + node * NODE_FLOATS] = amount
    F[L.node_floats + node * NODE_FLOATS + 1] = content
    return node


def drop_node(L: Any, I: Ints, node: int) -> None:
    """Give a node back."""
    I[L.node_ints + node * NODE_INTS] = I[L.calendar + FREE]
    I[L.calendar + FREE] = node


def push_node(L: Any, I: Ints, queue: int, node: int) -> None:
    """Append a node to the list whose head is I[queue] and tail I[queue + 1]."""
    if I[queue] < 0:
        I[queue] = node
    else:
        I[L.node_ints + I[queue + 1] * NODE_INTS] = node
    I[queue + 1] = node


def plan(
    L: Any,
    F: Floats,
    I: Ints,
    day: int,
    kind: int,
    entity: int,
    counter: int,
    extra: int,
    amount: float,
    content: float,
) -> None:
    """Plan an event; what falls after the horizon is not planned."""
    if day < L.n_days:
        node = new_node(L, F, I, kind, entity, counter, extra, amount, content)
        if node >= 0:
            push_node(L, I, L.calendar + FIRST_DAY + 2 * day, node)


def note(L: Any, F: Floats, I: Ints, day: int, kind: int, entity: int, counter: int, amount: float) -> None:
    """Count an event and, if there is room for a trace, write it."""
    number = I[L.calendar + EVENTS]
    I[L.calendar + EVENTS] = number + 1
    if number < L.trace_room:
        at = L.trace_ints + 4 * number
        I[at] = day
        I[at + 1] = kind
        I[at + 2] = entity
        I[at + 3] = counter
        F[L.trace_floats + number] = amount


def office_queue(L: Any, office: int) -> int:
    """Position of an office's queue among the lists."""
    queue: int = L.calendar + FIRST_DAY + 2 * L.n_days + 2 * office
    return queue


def leave(L: Any, F: Floats, I: Ints, lane: int, amount: float, day: int, until: int, content: float) -> None:
    """Goods leave freely."""
    movement.depart(L, F, I, lane, amount, day, until)
    there = day + movement.transit_days(L, F, I, lane, 0)
    plan(L, F, I, there, market.ARRIVAL, lane, I[L.lane_sent + lane], 0, amount, content)


def dispatch(L: Any, F: Floats, I: Ints, key: int, lane: int, amount: float, day: int, until: int) -> None:
    """Send goods that leave from `day` to `until`: freely, through a hub, or into a queue."""
    part = (until - day) / 7.0
    back = movement.part_returned(L, F, I, lane, amount, part)
    if back > 0.0:
        movement.return_goods(L, F, I, lane, back)
    leaking = movement.part_leaking(L, F, I, lane, amount - back, part)
    rest = amount - back - leaking
    licensed = movement.part_licensed(L, F, I, lane, rest)
    free = rest - licensed
    held = free * F[L.lane_hold + lane]
    free -= held
    content = F[L.site_content + I[L.lane_site + lane]]
    if I[L.lane_office + lane] < 0 and F[L.lane_unfiled + lane] > 0.0:
        left_over = F[L.lane_unfiled + lane]
        F[L.lane_unfiled + lane] = 0.0
        movement.free_goods(L, F, I, lane, left_over)
        free += left_over
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
    if licensed > 0.0:
        prepare_files(L, F, I, key, lane, licensed, day, content)


def leak(L: Any, F: Floats, I: Ints, key: int, lane: int, amount: float, day: int, until: int, content: float) -> None:
    """Goods leave through a hub; they may be seized."""
    seized = draws.is_seized(L, F, I, key, lane, I[L.lane_leaked + lane])
    movement.record_leak(L, F, I, lane, amount, day // 7)
    movement.depart(L, F, I, lane, amount, day, until)
    there = day + movement.transit_days(L, F, I, lane, 1)
    kind = market.SEIZURE if seized == 1 else market.ARRIVAL
    plan(L, F, I, there, kind, lane, I[L.lane_sent + lane], 0, amount, content)


def prepare_files(L: Any, F: Floats, I: Ints, key: int, lane: int, amount: float, day: int, content: float) -> None:
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
    open_files(L, F, I, key, office, day)


def open_files(L: Any, F: Floats, I: Ints, key: int, office: int, day: int) -> None:
    """Free officers open the oldest applications."""
    queue = office_queue(L, office)
    while I[queue] >= 0 and I[L.office_busy + office] < I[L.office_officers + office]:
        node = I[queue]
        at = L.node_ints + node * NODE_INTS
        I[queue] = I[at]
        lane = (I[at + 1] >> 32) & ENTITY_BITS
        number = I[at + 1] & COUNTER_BITS
        filed = I[at + 2]
        lot = F[L.node_floats + node * NODE_FLOATS]
        if draws.has_expired(L, F, I, office, filed, day) == 1:
            movement.close_application(L, F, I, office, lot, filed)
            movement.free_goods(L, F, I, lane, lot)
            movement.return_goods(L, F, I, lane, lot)
            drop_node(L, I, node)
            continue
        I[L.office_busy + office] += 1
        done = day + draws.review_days(L, F, I, key, office, lane, number)
        content = F[L.node_floats + node * NODE_FLOATS + 1]
        drop_node(L, I, node)
        # The office travels with the file: a lane may answer to another office by then.
        plan(L, F, I, done, market.REVIEW, lane, number, office * 1048576 + filed, lot, content)


def finish_review(
    L: Any, F: Floats, I: Ints, key: int, lane: int, number: int, extra: int, lot: float, content: float, day: int
) -> None:
    """Decide an application, and open the next file."""
    office = extra // 1048576
    filed = extra % 1048576
    movement.close_application(L, F, I, office, lot, filed)
    if draws.is_granted(L, F, I, key, office, lane, number) == 1:
        movement.grant(L, F, I, office, lane, lot)
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
    open_files(L, F, I, key, office, day)


def start_batch_end(L: Any, F: Floats, I: Ints, site: int, amount: float, day: int) -> None:
    """Plan the end of a batch."""
    number = I[L.site_batches + site]
    I[L.site_batches + site] += 1
    content = 0.0
    if I[L.tracked] == 1:
        content = production.batch_content(L, F, I, site)
    plan(L, F, I, day, market.COMPLETION, site, number, 0, amount, content)


def fill_pipelines(L: Any, F: Floats, I: Ints, key: int) -> None:
    """Shipments and batches under way on the first day, and the first random outages."""
    for lane in range(L.n_lanes):
        amount = F[L.lane_flow + lane]
        if amount > 0.0:
            content = F[L.site_content + I[L.lane_site + lane]]
            for back in range(I[L.lane_pipe_weeks + lane]):
                week = I[L.lane_pipe_weeks + lane] - back
                day = I[L.lane_days + lane] - 7 * week
                plan(L, F, I, day, market.ARRIVAL, lane, I[L.lane_sent + lane], 0, amount, content)
                I[L.lane_sent + lane] += 1
    for site in range(L.n_sites):
        if F[L.site_output + site] > 0.0:
            for back in range(I[L.site_pipe_weeks + site]):
                week = I[L.site_pipe_weeks + site] - back
                start_batch_end(L, F, I, site, F[L.site_output + site], I[L.site_days + site] - 7 * week)
        if F[L.outage_mtbf_days + site] > 0.0:
            day = draws.days_to_outage(L, F, I, key, site, 0)
            plan(L, F, I, day, market.BREAKDOWN, site, 0, 0, 0.0, 0.0)


def is_unruled(L: Any, F: Floats, I: Ints, lane: int) -> int:
    """1 if nothing keeps a lane's goods from leaving: `dispatch` would come to `leave`."""
    if F[L.lane_close + lane] > 0.0 or F[L.lane_hold + lane] > 0.0 or F[L.lane_late + lane] > 0.0:
        return 0
    return 1 if I[L.lane_office + lane] < 0 and F[L.lane_unfiled + lane] <= 0.0 and I[L.lane_quota + lane] < 0 else 0


def after_market(L: Any, F: Floats, I: Ints, key: int, day: int) -> None:
    """Open the offices, send the week's goods and start the week's batches."""
    for office in range(L.n_offices):
        open_files(L, F, I, key, office, day)
    if I[L.cuts_ahead] != 0:
        for offset in range(1, 7):
            if (I[L.cuts_ahead] >> offset) & 1 == 1:
                plan(L, F, I, day + offset, market.SWITCH, 0, 0, 0, 0.0, 0.0)
    for lane in range(L.n_lanes):
        amount = F[L.lane_out + lane]
        if is_unruled(L, F, I, lane) == 1:
            if amount > 0.0:
                leave(L, F, I, lane, amount, day, day + 7, F[L.site_content + I[L.lane_site + lane]])
            continue
        late = F[L.lane_late + lane]
        cut = I[L.lane_cut_day + lane]
        if amount > 0.0 or F[L.lane_unfiled + lane] > 0.0:
            dispatch(L, F, I, key, lane, amount, day, cut if late > 0.0 else day + 7)
        if late > 0.0:
            plan(L, F, I, cut, market.PIECE, lane, 0, day + 7, late, 0.0)
    for site in range(L.n_sites):
        if F[L.site_start + site] > 0.0:
            start_batch_end(L, F, I, site, F[L.site_start + site], day + I[L.site_days + site])


def handle(L: Any, F: Floats, I: Ints, key: int, day: int, node: int) -> None:
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
    elif kind == market.COMPLETION:
        note(L, F, I, day, kind, entity, counter, amount)
        movement.complete(L, F, I, entity, amount, content)
    else:
        handle_rare(L, F, I, key, day, kind, entity, counter, extra, amount, content)


def handle_rare(
    L: Any,
    F: Floats,
    I: Ints,
    key: int,
    day: int,
    kind: int,
    entity: int,
    counter: int,
    extra: int,
    amount: float,
    content: float,
) -> None:
    """The events of which there are few. Apart from the others, which so need no memory for what these need."""
    if kind == market.REVIEW:
        note(L, F, I, day, kind, entity, counter, amount)
        finish_review(L, F, I, key, entity, counter, extra, amount, content, day)
    elif kind == market.RELEASE or kind == market.CUSTOMS:
        note(L, F, I, day, kind, entity, counter, amount)
        movement.free_goods(L, F, I, entity, amount)
        leave(L, F, I, entity, amount, day, day + 1, content)
    elif kind == market.SWITCH:
        note(L, F, I, day, kind, entity, counter, 0.0)
        set_rules(L, F, I, key, day)
        close_new_offices(L, F, I)
    elif kind == market.PIECE:
        note(L, F, I, day, kind, entity, counter, amount)
        dispatch(L, F, I, key, entity, amount, day, extra)
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


def run_day(L: Any, F: Floats, I: Ints, key: int, day: int) -> None:
    """All events of a day in the order of their keys; what they plan for the same day joins in."""
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
        if first == L.day_nodes + 2 * count:
            return
        node = I[first + 1]
        first += 2
        handle(L, F, I, key, day, node)


def run_one(L: Any, F: Floats, I: Ints, arm_events: Any, key: int, out: Any) -> None:
    """One run of one arm.

    Parameters
    ----------
    L, F, I : layout, float and integer arenas, filled for the run; records zeroed, calendar room behind
    arm_events : 1 for each event of the arm
    key : from `streams.run_key`, as a signed 64-bit integer
    out : floats: events, balance error, misfit, overflow flag
    """
    I[L.calendar + FREE] = -1
    I[L.calendar + USED] = 0
    I[L.calendar + OVERFLOW] = 0
    I[L.calendar + EVENTS] = 0
    for i in range(FIRST_DAY, FIRST_DAY + 2 * L.n_days + 2 * L.n_offices):
        I[L.calendar + i] = -1
    out[2] = start_run(L, F, I, key, arm_events)
    for office in range(L.n_offices):
        I[L.office_officers + office] = 0
    fill_pipelines(L, F, I, key)
    for day in range(L.n_days):
        run_day(L, F, I, key, day)
        if day % 7 == 0 and day // 7 < L.n_weeks:
            note(L, F, I, day, market.MARKET, 0, day // 7, 0.0)
            market.market_week(L, F, I, key, day, day // 7)
            after_market(L, F, I, key, day)
        if I[L.calendar + OVERFLOW] == 1:
            break
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
