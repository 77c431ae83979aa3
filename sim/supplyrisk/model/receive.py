"""Phase 1 of a market week: what arrived is shared out among the holders of stock.

Within a desk goods go by rationing class, and inside a class by min(order, theta x expected use) with
theta clearing. Never in proportion to orders: that rewards the largest hoarder and breaks the closed
form for a permanent loss.
"""

from __future__ import annotations

from .arrays import Floats, Ints
from .economics import smooth
from .layout_types import Layout
from .traders import sell_traders

RELEASE_RATE = 0.25  # 1/week: pace of a release, seen over four weeks


def release_stockpiles(L: Layout, F: Floats, I: Ints) -> None:
    """Public stocks release into the desks' arrivals, where and as fast as their rules allow."""
    for n in range(L.n_nodes):
        F[L.stockpile_released + n] = F[L.stockpile_released + n] * (1.0 - RELEASE_RATE)
        if F[L.stockpile + n] <= 0.0 or F[L.stockpile_release + n] <= 0.0:
            continue
        short = F[L.node_unserved_share + n] > F[L.stockpile_release_unserved + n]
        dear = F[L.spot + I[L.node_cell + n]] > F[L.stockpile_release_price + n]
        if not (short or dear):
            continue
        left = F[L.stockpile_release + n] * F[L.node_need + n]
        if left > F[L.stockpile + n]:
            left = F[L.stockpile + n]
        for d in range(L.n_desks):
            if I[L.desk_node + d] == n:
                gap = F[L.desk_claim + d] - F[L.desk_in + d]
                amount = gap if gap < left else left
                if amount > 0.0:
                    F[L.desk_in + d] += amount
                    F[L.stockpile + n] -= amount
                    F[L.stockpile_sold + n] += amount
                    F[L.stockpile_released + n] += amount * RELEASE_RATE
                    left -= amount


def pool_joint_purchases(L: Layout, F: Floats, I: Ints) -> None:
    """Desks that buy jointly share the week's arrivals by need, not by who ordered first or most.

    Need of a holder is its expected use plus what its stock lacks of normal cover.
    """
    for k in range(L.n_products):
        pooled = 0.0
        total = 0.0
        for d in range(L.n_desks):
            n = I[L.desk_node + d]
            if F[L.node_joint + n] > 0.0 and I[L.node_product + n] == k:
                pooled += F[L.desk_in + d]
                total += desk_need_now(L, F, I, d)
        if pooled <= 0.0 or total <= 0.0:
            continue
        for d in range(L.n_desks):
            n = I[L.desk_node + d]
            if F[L.node_joint + n] > 0.0 and I[L.node_product + n] == k:
                F[L.desk_in + d] = pooled * desk_need_now(L, F, I, d) / total


def desk_need_now(L: Layout, F: Floats, I: Ints, d: int) -> float:
    """Expected use plus missing normal cover of a desk's holders, t."""
    need = 0.0
    first = I[L.desk_holder_first + d]
    for h in range(first, first + I[L.desk_holder_count + d]):
        expected = F[L.holder_expected + h]
        gap = expected * F[L.holder_cover + h] - F[L.holder_stock + h]
        need += expected
        if gap > 0.0:
            need += gap
    return need


def receive(L: Layout, F: Floats, I: Ints) -> None:
    """Share out the arrivals of the week and update what buyers think arrives."""
    joint = 0
    stocked = 0
    for n in range(L.n_nodes):
        if F[L.node_joint + n] > 0.0:
            joint = 1
        if F[L.stockpile + n] > 0.0:
            stocked = 1
    if stocked == 1 and I[L.state_trades] == 1:
        sell_stores(L, F, I)
    if stocked == 1:
        release_stockpiles(L, F, I)
    if I[L.traders] == 1:
        sell_traders(L, F, I)
    if joint == 1:
        pool_joint_purchases(L, F, I)
    for lane in range(L.n_lanes):
        F[L.lane_arrivals + lane] = smooth(
            F[L.lane_arrivals + lane], F[L.lane_arrived + lane], F[L.lane_expectation_rate + lane]
        )
        F[L.lane_arrived + lane] = 0.0
    for d in range(L.n_desks):
        amount = F[L.desk_in + d]
        if amount > 0.0:
            if I[L.tracked] == 1:
                mix_desk_content(L, F, I, d, amount)
            if F[L.desk_state_claim + d] > 0.0:
                amount = store(L, F, I, d, amount)
            share_out(L, F, I, d, amount)
        F[L.desk_in + d] = 0.0
        F[L.desk_in_content + d] = 0.0


def mix_desk_content(L: Layout, F: Floats, I: Ints, d: int, amount: float) -> None:
    """Content of the tracked origin in a desk's stocks after `amount` t of arrivals mix in."""
    stock = 0.0
    first = I[L.desk_holder_first + d]
    for h in range(first, first + I[L.desk_holder_count + d]):
        stock += F[L.holder_stock + h]
    carried = F[L.desk_in_content + d]
    F[L.desk_content + d] = (F[L.desk_content + d] * stock + carried) / (stock + amount)


def store(L: Layout, F: Floats, I: Ints, d: int, amount: float) -> float:
    """What a state buys goes into its store before users get theirs; returns what is left of the arrivals, t."""
    taken = F[L.desk_state_claim + d]
    if taken > amount:
        taken = amount
    put(L, F, I, d, taken)
    return amount - taken


def put(L: Layout, F: Floats, I: Ints, d: int, amount: float) -> None:
    """What comes into the public store of the country of desk `d`, t."""
    F[L.stockpile + I[L.desk_node + d]] += amount
    F[L.stockpile_bought + I[L.desk_node + d]] += amount


def sell_stores(L: Layout, F: Floats, I: Ints) -> None:
    """What states sell from their stores comes to the country's desks like other arrivals, by their normal purchases."""
    for d in range(L.n_desks):
        n = I[L.desk_node + d]
        if F[L.state_sell + n] <= 0.0:
            continue
        if I[L.desk_main + d] == 1:
            F[L.node_sold + n] = F[L.state_sell + n] if F[L.state_sell + n] < F[L.stockpile + n] else F[L.stockpile + n]
            F[L.stockpile + n] -= F[L.node_sold + n]
            F[L.stockpile_sold + n] += F[L.node_sold + n]
        F[L.desk_in + d] += F[L.node_sold + n] * F[L.desk_share + d]


def share_out(L: Layout, F: Floats, I: Ints, d: int, amount: float) -> None:
    """Share `amount` t among the holders of desk `d`; a surplus fills the stockpile, then all stocks."""
    first = I[L.desk_holder_first + d]
    last = first + I[L.desk_holder_count + d]
    left = amount
    start = first
    if F[L.desk_claim + d] <= left:
        # Enough for all, whatever their class.
        for h in range(first, last):
            F[L.holder_stock + h] += F[L.holder_claim + h]
        left -= F[L.desk_claim + d]
        start = last
    elif I[L.holder_class + first] == I[L.holder_class + last - 1]:
        ration(L, F, I, first, last, left, F[L.desk_expected + d])
        return
    while start < last:
        rank = I[L.holder_class + start]
        end = start
        claims = 0.0
        weights = 0.0
        while end < last and I[L.holder_class + end] == rank:
            claims += F[L.holder_claim + end]
            weights += F[L.holder_expected + end]
            end += 1
        if claims <= left:
            for h in range(start, end):
                F[L.holder_stock + h] += F[L.holder_claim + h]
            left -= claims
        else:
            ration(L, F, I, start, end, left, weights)
            left = 0.0
        start = end
    if left <= 0.0:
        return
    fill = F[L.desk_fill_claim + d] - F[L.desk_state_claim + d]
    if fill > 0.0:
        if fill > left:
            fill = left
        put(L, F, I, d, fill)
        left -= fill
    expected = F[L.desk_expected + d]
    if expected > 0.0:
        each = left / expected
        for h in range(first, last):
            F[L.holder_stock + h] += each * F[L.holder_expected + h]
    elif last > first:
        F[L.holder_stock + first] += left
    else:
        put(L, F, I, d, left)


def ration(L: Layout, F: Floats, I: Ints, start: int, end: int, amount: float, weights: float) -> None:
    """Give min(order, theta x expected use) to holders start..end-1, theta such that `amount` is used.

    `weights` is the sum of their expected uses.
    """
    left = amount
    again = 0
    theta = left / weights if weights > 0.0 else 0.0
    for h in range(start, end):
        got = -1.0
        if F[L.holder_claim + h] <= theta * F[L.holder_expected + h]:
            got = F[L.holder_claim + h]
            left -= got
            weights -= F[L.holder_expected + h]
            again = 1
        F[L.holder_got + h] = got
    if left < 0.0:
        left = 0.0
    while again == 1 and weights > 0.0:
        again = 0
        theta = left / weights
        for h in range(start, end):
            if F[L.holder_got + h] < 0.0 and F[L.holder_claim + h] <= theta * F[L.holder_expected + h]:
                F[L.holder_got + h] = F[L.holder_claim + h]
                left -= F[L.holder_claim + h]
                weights -= F[L.holder_expected + h]
                again = 1
        if left < 0.0:
            left = 0.0
    theta = left / weights if weights > 0.0 else 0.0
    for h in range(start, end):
        got = F[L.holder_got + h]
        F[L.holder_stock + h] += theta * F[L.holder_expected + h] if got < 0.0 else got
