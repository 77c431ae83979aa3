"""Phases 5 and 6 of a market week: buyers order, sellers allocate what they have."""

from __future__ import annotations

from typing import Any

from .arrays import Floats, Ints
from .economics import landed_ratio, power, power_by_log, wanted_order
from .lane_rules import apply_quotas, count_quotas
from .movement import needs_licence
from .prices import lane_cost_ratio

FASTEST_RUSH = 0.5  # of the usual time to close a gap in stocks (assumption)


def claim(L: Any, F: Floats, I: Ints, day: int) -> None:
    """Every holder's order of the week, and each desk's total with the pipeline correction.

    Before the first day of a control that was announced ahead, buyers close the gap in the weeks that are left
    (half the usual time at least) instead of the usual time: the stock they want has to leave before the rule. Exports of graphite
    trebled in the month before December 2023, those of antimony rose by half in the last two weeks before its.

    Fear and queues raise wanted cover only; the pipeline keeps its normal lead time. Dear goods are held less
    willingly (the storage curve read the other way, at the price paid, which moves slowly): without this buyers
    order up to their normal cover for ever in a lasting shortage, and makers never see that supply and
    demand have met.
    """
    for d in range(L.n_desks):
        node = I[L.desk_node + d]
        k = I[L.node_product + node]
        response = -F[L.stock_price_response + k] / F[L.storage_exponent + k]
        F[L.desk_willing + d] = power_by_log(F[L.node_paid + node], F[L.node_log_paid + node], response)
    for d in range(L.n_desks):
        k = I[L.node_product + I[L.desk_node + d]]
        rate = F[L.order_rate + k]
        hurry = rate
        left = float(I[L.desk_deadline + d] - day) / 7.0
        if left > 0.0 and left * rate < 1.0:
            hurry = 1.0 / left if left * rate > FASTEST_RUSH else rate / FASTEST_RUSH
        cap = F[L.order_cap + k]
        trend = F[L.trend + I[L.node_cell + I[L.desk_node + d]]]
        hoard = F[L.hoarding_response + k] * F[L.desk_wait + d]
        factor = F[L.desk_willing + d] * trend
        first = I[L.desk_holder_first + d]
        for h in range(first, first + I[L.desk_holder_count + d]):
            expected = F[L.holder_expected + h]
            cover = (F[L.holder_cover + h] + hoard) * factor + F[L.holder_extra + h]
            gap = expected * cover - F[L.holder_stock + h]
            F[L.holder_claim + h] = wanted_order(expected, gap, hurry if gap > 0.0 else rate, cap)
        sum_holders(L, F, I, d)
        F[L.desk_fill_claim + d] = 0.0


def sum_holders(L: Any, F: Floats, I: Ints, d: int) -> None:
    """A desk's totals of its holders' orders, expected use and normal stocks."""
    total = 0.0
    use = 0.0
    normal = 0.0
    first = I[L.desk_holder_first + d]
    for h in range(first, first + I[L.desk_holder_count + d]):
        expected = F[L.holder_expected + h]
        total += F[L.holder_claim + h]
        use += expected
        normal += expected * F[L.holder_cover + h]
    F[L.desk_claim + d] = total
    F[L.desk_expected + d] = use
    F[L.desk_normal + d] = normal


def claim_for_stockpiles(L: Any, F: Floats, I: Ints) -> None:
    """Public stocks below their aim order through the node's main desk, at most at their filling rate."""
    for d in range(L.n_desks):
        if I[L.desk_main + d] == 1:
            n = I[L.desk_node + d]
            gap = F[L.stockpile_target + n] * F[L.node_need + n] - F[L.stockpile + n]
            most = F[L.stockpile_fill + n] * F[L.node_need + n]
            if gap > 0.0 and most > 0.0:
                F[L.desk_fill_claim + d] = gap if gap < most else most


def order(L: Any, F: Floats, I: Ints) -> None:
    """Split each desk's order over its open lanes by baseline share and landed cost.

    A lane's weight is its normal flow where it is open; dearer lanes weigh less.
    """
    for c in range(L.n_cells):
        F[L.outside_orders + c] = 0.0
    weigh_lanes(L, F, I)
    for d in range(L.n_desks):
        first = I[L.desk_lane_first + d]
        last = first + I[L.desk_lane_count + d]
        k = I[L.node_product + I[L.desk_node + d]]
        weights = 0.0
        pipe = 0.0
        for lane in range(first, last):
            weights += F[L.lane_order + lane]
            pipe += F[L.lane_order + lane] * I[L.lane_pipe_weeks + lane]
        if weights <= 0.0:
            continue
        expected = F[L.desk_expected + d]
        pipe_gap = expected * (pipe / weights) - F[L.desk_on_order + d]
        total = F[L.desk_claim + d] + pipe_gap * F[L.order_rate + k] + F[L.desk_fill_claim + d]
        most = F[L.order_cap + k] * expected + F[L.desk_fill_claim + d]
        if total > most:
            total = most
        if total < 0.0:
            total = 0.0
        share_orders(L, F, I, first, last, total, weights)
        if I[L.rules] == 1:
            look_elsewhere(L, F, I, d, total, most)
            order_round(L, F, I, first, last, F[L.desk_claim + d] - total)
    signal_orders(L, F, I)


def weigh_lanes(L: Any, F: Floats, I: Ints) -> None:
    """Weights of all lanes, in `lane_order` for now."""
    weigh_routes(L, F, I)
    if I[L.in_force] == 0:
        for lane in range(L.n_lanes):
            F[L.lane_order + lane] = F[L.lane_weight + lane] * F[L.landed_factor + I[L.lane_route + lane]]
        return
    for lane in range(L.n_lanes):
        weight = 0.0
        open_part = open_share(L, F, I, lane)
        if open_part > 0.0 and F[L.lane_weight + lane] > 0.0:
            weight = F[L.lane_weight + lane] * open_part * F[L.lane_sourcing + lane]
            weight = weight * cheapness(L, F, I, lane, leak_cost(L, F, I, lane, open_part))
        F[L.lane_order + lane] = weight


def weigh_routes(L: Any, F: Floats, I: Ints) -> None:
    """Landed cost relative to the baseline ** -sigma of all routes, without duties or costs that were not always there."""
    for r in range(L.n_routes):
        duty = F[L.route_duty + r]
        k = I[L.route_product + r]
        spot = F[L.spot + I[L.route_cell + r]]
        ratio = landed_ratio(spot, F[L.price_usd_per_kg + k], F[L.route_freight + r], duty, duty, 0.0)
        F[L.landed_factor + r] = power(ratio, -F[L.sourcing_elasticity + k])
        F[L.landed_duty + r] = duty
        F[L.landed_extra + r] = 0.0


def cheapness(L: Any, F: Floats, I: Ints, lane: int, extra: float) -> float:
    """Landed cost relative to the baseline ** -sigma. Most lanes of a route cost the same: the last is remembered."""
    route = I[L.lane_route + lane]
    duty = F[L.lane_tariff + lane]
    known = F[L.landed_factor + route]
    if F[L.landed_duty + route] == duty and F[L.landed_extra + route] == extra:
        return known
    factor = power(lane_cost_ratio(L, F, I, lane, extra), -F[L.sourcing_elasticity + I[L.lane_product + lane]])
    F[L.landed_factor + route] = factor
    F[L.landed_duty + route] = duty
    F[L.landed_extra + route] = extra
    return factor


def share_orders(L: Any, F: Floats, I: Ints, first: int, last: int, total: float, weights: float) -> None:
    """Share a desk's order over its lanes by weight; what may not leave a partly closed lane goes to the others.

    Without the second part a ban of three quarters left buyers shorter than a total one: they went on asking
    the closed country for what it could not send, and nobody else for it.
    """
    again = 0
    if I[L.in_force] == 1:
        for lane in range(first, last):
            if F[L.lane_close + lane] > 0.0:
                again = 1
    each = total / weights
    if again == 0:
        for lane in range(first, last):
            F[L.lane_order + lane] = each * F[L.lane_order + lane]
        return
    left = total
    for lane in range(first, last):
        F[L.lane_out + lane] = -1.0
    while again == 1 and weights > 0.0:
        again = 0
        each = left / weights
        for lane in range(first, last):
            if F[L.lane_close + lane] > 0.0 and F[L.lane_out + lane] < 0.0:
                most = (1.0 - F[L.lane_close + lane] + F[L.lane_leak + lane]) * F[L.lane_flow + lane]
                if most >= 0.0 and each * F[L.lane_order + lane] > most:
                    F[L.lane_out + lane] = most
                    left -= most
                    weights -= F[L.lane_order + lane]
                    again = 1
        # A sum of which everything was taken away may be left with a trace of rounding.
        open_lanes = 0
        for lane in range(first, last):
            if F[L.lane_out + lane] < 0.0 and F[L.lane_order + lane] > 0.0:
                open_lanes = 1
        if open_lanes == 0:
            weights = 0.0
    for lane in range(first, last):
        if F[L.lane_out + lane] >= 0.0:
            F[L.lane_order + lane] = F[L.lane_out + lane]
        elif weights > 0.0:
            F[L.lane_order + lane] = left * F[L.lane_order + lane] / weights
        else:
            F[L.lane_order + lane] = 0.0


def look_elsewhere(L: Any, F: Floats, I: Ints, d: int, asked: float, most: float) -> None:
    """Buyers whose goods wait for a licence or at customs order as much again where goods move freely.

    Goods in a queue are bought but nobody counts on them. Without this a full queue counts as a full pipeline,
    and makers outside the control stand idle at several times the price. At most `order_cap` times a lane's
    weight, so that a small maker is not sent the orders of the whole market.
    """
    first = I[L.desk_lane_first + d]
    last = first + I[L.desk_lane_count + d]
    k = I[L.node_product + I[L.desk_node + d]]
    late = 0.0
    for lane in range(first, last):
        late += F[L.lane_held + lane]
    if late <= 0.0:
        return
    free = 0.0
    for lane in range(first, last):
        if I[L.lane_office + lane] < 0 and F[L.lane_held + lane] <= 0.0:
            free += F[L.lane_weight + lane] * (1.0 - F[L.lane_close + lane])
    if free <= 0.0:
        return
    extra = late * F[L.order_rate + k]
    if asked + extra > most:
        extra = most - asked
    if extra <= 0.0:
        return
    for lane in range(first, last):
        if I[L.lane_office + lane] < 0 and F[L.lane_held + lane] <= 0.0:
            weight = F[L.lane_weight + lane] * (1.0 - F[L.lane_close + lane])
            more = extra * weight / free
            cap = F[L.order_cap + k] * weight
            if F[L.lane_order + lane] + more > cap:
                more = cap - F[L.lane_order + lane]
            if more > 0.0:
                F[L.lane_order + lane] += more


def order_round(L: Any, F: Floats, I: Ints, first: int, last: int, room: float) -> None:
    """Buyers whose goods wait for a licence go on buying what leaks round it, within what the queue keeps them from.

    `room` is what the desk wants and does not order because it counts on its pipeline, t. Without this a full
    queue ends all orders on the lane, and the smuggled goods with them.
    """
    if I[L.in_force] == 0 or room <= 0.0:
        return
    for lane in range(first, last):
        if room > 0.0 and I[L.lane_office + lane] >= 0 and F[L.lane_held + lane] > 0.0:
            more = F[L.lane_leak + lane] * F[L.lane_flow + lane] - F[L.lane_order + lane]
            if more > room:
                more = room
            if more > 0.0:
                F[L.lane_order + lane] += more
                room -= more


def open_share(L: Any, F: Floats, I: Ints, lane: int) -> float:
    """Share of a lane's normal flow that may leave or leaks, and may be applied for where it needs a licence."""
    part = 1.0 - F[L.lane_close + lane]
    if part < 1.0:
        part += F[L.lane_leak + lane]
    if I[L.lane_office + lane] >= 0:
        part = part * (1.0 - F[L.lane_blocked + lane])
    return part


def leak_cost(L: Any, F: Floats, I: Ints, lane: int, open_part: float) -> float:
    """Extra cost of a lane's average tonne, as a share of its price: that of leaks round a closure."""
    if F[L.lane_leak + lane] > 0.0 and F[L.lane_close + lane] > 0.0:
        return F[L.lane_leak_cost + lane] * F[L.lane_leak + lane] / open_part
    return 0.0


def signal_orders(L: Any, F: Floats, I: Ints) -> None:
    """What orders tell makers and the market of the seller's zone.

    Of lanes under licence makers count what is granted, or if more a part (`held_order_weight`) of the
    normal flow while its buyers wait: a licence is a delay, not the end of a customer. The market counts
    waiting buyers in full. Without both the exporter's prices would collapse, which they did not in 2025.
    """
    for lane in range(L.n_lanes):
        amount = F[L.lane_order + lane]
        site = I[L.lane_site + lane]
        waiting = amount
        if L.n_offices == 0:
            F[L.site_signal + site] += amount
            if I[L.lane_abroad + lane] == 1:
                F[L.outside_orders + I[L.lane_from_cell + lane]] += amount
            continue
        if needs_licence(L, F, I, lane) == 1:
            F[L.site_signal + site] += amount * F[L.lane_general + lane]
            held = F[L.lane_held + lane]
            normal = F[L.lane_flow + lane]
            if held > normal:
                held = normal
            if held > waiting:
                waiting = held
            planned = held * F[L.held_order_weight + I[L.lane_product + lane]]
            granted = F[L.lane_granted + lane]
            F[L.site_signal + site] += granted if granted > planned else planned
        else:
            F[L.site_signal + site] += amount + F[L.lane_granted + lane]
        F[L.lane_granted + lane] = 0.0
        if I[L.lane_abroad + lane] == 1:
            F[L.outside_orders + I[L.lane_from_cell + lane]] += waiting


def update_leaks(L: Any, F: Floats, I: Ints) -> None:
    """Leaks round a control grow while they pay, up to a cap that enforcement lowers.

    They pay while the price gap exceeds their cost, or while the buyer's users stand still: a refusal of one
    end use leaves no gap between the zones' prices, but its users will pay.
    """
    if I[L.in_force] == 0 and I[L.leaking] == 0:
        return
    I[L.leaking] = 0
    for lane in range(L.n_lanes):
        cap = F[L.lane_leak_cap + lane] * (1.0 - F[L.lane_enforcement + lane])
        leak = F[L.lane_leak + lane]
        if cap <= 0.0 and leak <= 0.0:
            continue
        controlled = F[L.lane_close + lane] > 0.0 or I[L.lane_office + lane] >= 0 or I[L.lane_quota + lane] >= 0
        here = F[L.spot + I[L.lane_from_cell + lane]]
        there = F[L.spot + I[L.lane_to_cell + lane]]
        step = F[L.lane_leak_growth + lane]
        short = F[L.node_unserved_share + I[L.desk_node + I[L.lane_desk + lane]]]
        if controlled and (there / here - 1.0 > F[L.lane_leak_cost + lane] or short > 0.01):
            leak += step
        else:
            leak -= step if step > 0.0 else leak
        if leak > cap:
            leak = cap
        if leak < 0.0:
            leak = 0.0
        F[L.lane_leak + lane] = leak
        if leak > 0.0:
            I[L.leaking] = 1


def apply_limits(L: Any, F: Floats, I: Ints) -> None:
    """Cut orders to what rules let leave this week: partial bans, leaks, quotas."""
    if I[L.in_force] == 0:
        return
    quotas = 0
    for lane in range(L.n_lanes):
        if I[L.lane_quota + lane] >= 0:
            quotas = 1
        close = F[L.lane_close + lane]
        if close > 0.0:
            most = (1.0 - close + F[L.lane_leak + lane]) * F[L.lane_flow + lane]
            if F[L.lane_order + lane] > most:
                F[L.lane_order + lane] = most if most > 0.0 else 0.0
    if quotas == 1:
        apply_quotas(L, F, I)


def allocate(L: Any, F: Floats, I: Ints, day: int) -> None:
    """Sellers ship what is ordered, or ration it by order x price^rho, offtakers first."""
    for s in range(L.n_sites):
        first = I[L.site_lane_first + s]
        last = first + I[L.site_lane_count + s]
        asked = 0.0
        for j in range(first, last):
            asked += F[L.lane_order + I[L.site_lanes + j]]
        if asked <= 0.0:
            for j in range(first, last):
                F[L.lane_out + I[L.site_lanes + j]] = 0.0
            continue
        stock = F[L.site_stock + s]
        if asked <= stock:
            for j in range(first, last):
                lane = I[L.site_lanes + j]
                F[L.lane_out + lane] = F[L.lane_order + lane]
        else:
            ration_lanes(L, F, I, first, last, stock)
        sent = 0.0
        for j in range(first, last):
            lane = I[L.site_lanes + j]
            sent += F[L.lane_out + lane]
            F[L.desk_on_order + I[L.lane_desk + lane]] += F[L.lane_out + lane]
        F[L.site_stock + s] = stock - sent if stock > sent else 0.0
    if I[L.in_force] == 1:
        count_quotas(L, F, I)


def ration_lanes(L: Any, F: Floats, I: Ints, first: int, last: int, stock: float) -> None:
    """Divide `stock` t among a site's lanes: those served first in full, the rest by order x price^rho.

    A lane never gets more than it ordered; what it leaves goes to the others.
    """
    left = stock
    for j in range(first, last):
        lane = I[L.site_lanes + j]
        F[L.lane_out + lane] = -1.0
        if I[L.lane_first + lane] == 1:
            got = F[L.lane_order + lane]
            if got > left:
                got = left
            F[L.lane_out + lane] = got
            left -= got
    again = 1
    while again == 1:
        again = 0
        weights = 0.0
        for j in range(first, last):
            lane = I[L.site_lanes + j]
            if F[L.lane_out + lane] < 0.0:
                weights += F[L.lane_order + lane] * destination_weight(L, F, I, lane)
        if weights <= 0.0:
            break
        share = left / weights
        for j in range(first, last):
            lane = I[L.site_lanes + j]
            if F[L.lane_out + lane] < 0.0 and share * destination_weight(L, F, I, lane) >= 1.0:
                F[L.lane_out + lane] = F[L.lane_order + lane]
                left -= F[L.lane_order + lane]
                again = 1
        if left < 0.0:
            left = 0.0
        if again == 0:
            for j in range(first, last):
                lane = I[L.site_lanes + j]
                if F[L.lane_out + lane] < 0.0:
                    F[L.lane_out + lane] = share * F[L.lane_order + lane] * destination_weight(L, F, I, lane)
    for j in range(first, last):
        lane = I[L.site_lanes + j]
        if F[L.lane_out + lane] < 0.0:
            F[L.lane_out + lane] = 0.0


def destination_weight(L: Any, F: Floats, I: Ints, lane: int) -> float:
    """price ** rho of the lane's destination zone."""
    return F[L.spot_weight + I[L.lane_to_cell + lane]]


def split_late(L: Any, F: Floats, I: Ints, day: int) -> None:
    """Goods that would leave after a rule changes inside the week wait for that day.

    A week's shipment leaves evenly over its seven days. Rules that start or end on a day act on what
    leaves that day: judging the whole week by its Monday turned the zero exports of gallium in August 2023
    into a fifth of normal.
    """
    for lane in range(L.n_lanes):
        F[L.lane_late + lane] = 0.0
    if I[L.cuts_ahead] == 0:
        return
    for lane in range(L.n_lanes):
        cut = I[L.lane_cut_day + lane]
        if cut > day and F[L.lane_out + lane] > 0.0:
            late = F[L.lane_out + lane] * (day + 7 - cut) / 7.0
            F[L.lane_late + lane] = late
            F[L.lane_out + lane] -= late
