"""Goods under general licences: who holds one orders and ships as usual, whoever else waits for a single licence."""

from __future__ import annotations

from .arrays import Floats, Ints
from .layout_types import Layout
from .movement import needs_licence
from .states import FROZEN


def general_share(L: Layout, F: Floats, I: Ints, lane: int) -> float:
    """Share g of a lane's trade that is under general licences: none while a freeze stops these too."""
    return 0.0 if I[L.lane_freeze + lane] == FROZEN else F[L.lane_general + lane]


def order_licensed(L: Layout, F: Floats, I: Ints, lane: int, amount: float, most: float, usual: float) -> float:
    """Order of a lane that needs licences, t a week: buyers who wait order less, those with a general licence as usual.

    left    = amount - held/tau
    normal  = max(left, min(usual, amount))
    general = min(s normal, g max(normal, E)),   s = g/max(1 - barred, g)
    order   = max(left, general), at most `most`

    g is the share of trade under general licences, `barred` that of buyers who may not reapply (their orders are off `amount`
    already, unless the rule binds and E is asked for in any case; nobody bars who need not apply), held what waits, t, tau the
    weeks in which buyers close a gap, usual what is ordered for expected use and E the baseline flow, both t a week. What waits
    is what those who need a single licence miss: the part of an order that makes up for it is theirs, and the queue is
    taken off their orders alone. With the queue off everybody's, a long one left general licences without orders.
    Assumption: who holds one does not buy for those who do not.
    """
    left = amount - F[L.lane_held + lane] * F[L.order_rate + I[L.lane_product + lane]]
    general = 0.0
    covered = general_share(L, F, I, lane)
    if covered > 0.0:
        normal = usual if usual < amount else amount
        normal = left if left > normal else normal
        asking = 1.0 - F[L.lane_blocked + lane]
        general = normal * (covered / asking if asking > covered else 1.0)
        highest = covered * max(normal, F[L.lane_flow + lane])
        general = highest if general > highest else general
    order = left if left > general else general
    if order > most:
        order = most
    if order <= 0.0:
        return 0.0
    F[L.lane_general_asked + lane] = covered
    F[L.lane_exempt + lane] = general / order if general < order else 1.0
    return order


def exempt_share(L: Layout, F: Floats, I: Ints, lane: int) -> float:
    """Share of the goods of the week's order that need no single licence today.

    A share x of the order was under general licences when they covered a share a of the trade (`order_licensed`; x = a without
    a queue). Today they cover g: of those who had to apply then (g - a)/(1 - a) need not now, or of those who had
    one g/a still have it.
    """
    share = general_share(L, F, I, lane)
    asked = F[L.lane_general_asked + lane]
    exempt = F[L.lane_exempt + lane]
    if share > asked:
        return exempt + (1.0 - exempt) * (share - asked) / (1.0 - asked)
    return exempt * share / asked if share < asked else exempt


def take_exempt(L: Layout, F: Floats, I: Ints, lane: int, amount: float) -> float:
    """Part of `amount` t that leaves under general licences, t; it is counted as no work of the office.

    It comes before what goes round the rule: who has a licence need not.
    """
    if needs_licence(L, F, I, lane) == 0:
        return 0.0
    exempt = amount * exempt_share(L, F, I, lane)
    F[L.lane_general_left + lane] += exempt
    return exempt
