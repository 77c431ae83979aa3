"""The compiled engine's calendar: planned events in buckets by day, weekly ones in slots.

Days are whole numbers, so a list per day, sorted when its day comes, does the work of a heap at a fraction of its cost. Nodes
(planned events, applications) live behind the model's own arrays in the same two arenas: more arrays would
cost more than the events themselves.

Nearly all events are what leaves every week on a lane that no rule touches, or starts at a site, and
arrives or is finished so many days later. These need neither list nor sorting: each lane and site (a carrier) has
as many slots as market weeks go by meanwhile, filled in turn, and each weekday the list of the carriers
that are due on it, in the order of events.
"""

from __future__ import annotations

from ...model import market, movement
from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout

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
    L: Layout, F: Floats, I: Ints, kind: int, entity: int, counter: int, extra: int, amount: float, content: float
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


def drop_node(L: Layout, I: Ints, node: int) -> None:
    """Give a node back."""
    I[L.node_ints + node * NODE_INTS] = I[L.calendar + FREE]
    I[L.calendar + FREE] = node


def push_node(L: Layout, I: Ints, queue: int, node: int) -> None:
    """Append a node to the list whose head is I[queue] and tail I[queue + 1]."""
    if I[queue] < 0:
        I[queue] = node
    else:
        I[L.node_ints + I[queue + 1] * NODE_INTS] = node
    I[queue + 1] = node


def take_node(L: Layout, I: Ints, queue: int, before: int, node: int) -> None:
    """Take a node out of the list at `queue`; `before` is the one it comes after, -1 if it is the head."""
    following = I[L.node_ints + node * NODE_INTS]
    if before < 0:
        I[queue] = following
    else:
        I[L.node_ints + before * NODE_INTS] = following
    if following < 0:
        I[queue + 1] = before


def plan(
    L: Layout,
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


def note(L: Layout, F: Floats, I: Ints, day: int, kind: int, entity: int, counter: int, amount: float) -> None:
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


def lay_slots(L: Layout, I: Ints) -> None:
    """Give every lane and site its slots, and every weekday the carriers due on it."""
    carriers = L.n_lanes + L.n_sites
    at = 0
    for carrier in range(carriers):
        I[L.carrier_first + carrier] = at
        I[L.carrier_next + carrier] = at
        at += (carrier_days(L, I, carrier) + 6) // 7
        I[L.carrier_end + carrier] = at
    if at > L.pool_size:
        I[L.calendar + OVERFLOW] = 1
    at = 0
    for weekday in range(7):
        I[L.weekday_first + weekday] = at
        for carrier in range(carriers):
            if carrier_days(L, I, carrier) % 7 == weekday:
                I[L.weekday_carriers + at] = carrier
                at += 1
    I[L.weekday_first + 7] = at


def carrier_days(L: Layout, I: Ints, carrier: int) -> int:
    """Days from leaving to arrival on a lane, or from start to end at a site."""
    days: int = I[L.lane_days + carrier] if carrier < L.n_lanes else I[L.site_days + carrier - L.n_lanes]
    return days


def fill_slot(L: Layout, F: Floats, I: Ints, carrier: int, counter: int, amount: float, content: float) -> None:
    """The week's shipment or batch of a carrier, 0 t for none. Every carrier, every week, once."""
    slot = I[L.carrier_next + carrier]
    F[L.slot_amount + slot] = amount
    I[L.slot_counter + slot] = counter
    if I[L.tracked] == 1:
        F[L.slot_content + slot] = content
    slot += 1
    I[L.carrier_next + carrier] = slot if slot < I[L.carrier_end + carrier] else I[L.carrier_first + carrier]


def empty_slot(L: Layout, F: Floats, I: Ints, day: int, carrier: int) -> None:
    """What left longest ago arrives: it lies in the slot that is filled next."""
    slot = I[L.carrier_next + carrier]
    amount = F[L.slot_amount + slot]
    if amount <= 0.0:
        return
    content = F[L.slot_content + slot] if I[L.tracked] == 1 else 0.0
    if carrier < L.n_lanes:
        note(L, F, I, day, market.ARRIVAL, carrier, I[L.slot_counter + slot], amount)
        movement.arrive(L, F, I, carrier, amount, content)
    else:
        site = carrier - L.n_lanes
        note(L, F, I, day, market.COMPLETION, site, I[L.slot_counter + slot], amount)
        movement.complete(L, F, I, site, amount, content)


def slot_rank(L: Layout, F: Floats, I: Ints, carrier: int) -> int:
    """Sort key of what `empty_slot` would let happen, -1 if nothing."""
    slot = I[L.carrier_next + carrier]
    if F[L.slot_amount + slot] <= 0.0:
        return -1
    if carrier < L.n_lanes:
        rank: int = (market.ARRIVAL << 56) + (carrier << 32) + I[L.slot_counter + slot]
    else:
        rank = (market.COMPLETION << 56) + (carrier - L.n_lanes << 32) + I[L.slot_counter + slot]
    return rank


def office_queue(L: Layout, office: int) -> int:
    """Position of an office's queue among the lists."""
    queue: int = L.calendar + FIRST_DAY + 2 * L.n_days + 2 * office
    return queue


def clear_calendar(L: Layout, I: Ints) -> None:
    """Nothing planned, no application filed."""
    I[L.calendar + FREE] = -1
    I[L.calendar + USED] = 0
    I[L.calendar + OVERFLOW] = 0
    I[L.calendar + EVENTS] = 0
    for i in range(FIRST_DAY, FIRST_DAY + 2 * L.n_days + 2 * L.n_offices):
        I[L.calendar + i] = -1
