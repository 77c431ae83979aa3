"""Phases 5 and 6 of a market week: buyers order, sellers allocate what they have."""

from __future__ import annotations

from ..operations.ops.quota import apply_quotas, count_quotas
from .arrays import Floats, Ints
from .economics import landed_ratio, power, power_by_log, wanted_order
from .general_licences import general_share, order_licensed
from .layout_types import Layout
from .prices import lane_cost_ratio

DEAR_GAP = 0.05  # of ln prices, from which sellers serve singled-out buyers in full before others (assumption)
RUSH_STEP = 0.5  # of what a link carries: most by which the week's orders rise in a rush


def claim(L: Layout, F: Floats, I: Ints, day: int) -> None:
    """Every holder's order of the week: expected use plus (cover paid^-phi - stock)/tau_s, between 0 and the most it orders.

    Dear goods are held less willingly (at the price paid, which moves slowly, without the model's own error): with phi = 1
    buyers would keep the money they have in stock the same, with 0 the tonnes. Without it buyers order up to their normal
    cover for ever in a lasting shortage, and makers never see that supply and demand have met.
    """
    for d in range(L.n_desks):
        node = I[L.desk_node + d]
        response = -F[L.stock_response + I[L.node_product + node]]
        F[L.desk_willing + d] = power_by_log(F[L.node_paid_clean + node], F[L.node_log_clean + node], response)
    for d in range(L.n_desks):
        k = I[L.node_product + I[L.desk_node + d]]
        rate = F[L.order_rate + k]
        cap = F[L.order_cap + k]
        factor = F[L.desk_willing + d]
        remembered = F[L.desk_remembered + d]
        first = I[L.desk_holder_first + d]
        for h in range(first, first + I[L.desk_holder_count + d]):
            expected = F[L.holder_expected + h]
            gap = (
                expected * ((F[L.holder_cover + h] + remembered) * factor + F[L.holder_extra + h])
                - F[L.holder_stock + h]
            )
            F[L.holder_claim + h] = wanted_order(expected, gap, rate, cap)
        sum_holders(L, F, I, d)
        F[L.desk_fill_claim + d] = 0.0
        F[L.desk_state_claim + d] = 0.0


def sum_holders(L: Layout, F: Floats, I: Ints, d: int) -> None:
    """A desk's totals of its holders' orders and expected use."""
    total = 0.0
    use = 0.0
    first = I[L.desk_holder_first + d]
    for h in range(first, first + I[L.desk_holder_count + d]):
        use += F[L.holder_expected + h]
        total += F[L.holder_claim + h]
    F[L.desk_claim + d] = total
    F[L.desk_expected + d] = use


def claim_for_stockpiles(L: Layout, F: Floats, I: Ints) -> None:
    """Public stocks below their aim order through the node's main desk, at most at their filling rate."""
    for d in range(L.n_desks):
        if I[L.desk_main + d] == 1:
            n = I[L.desk_node + d]
            gap = F[L.stockpile_target + n] * F[L.node_need + n] - F[L.stockpile + n]
            most = F[L.stockpile_fill + n] * F[L.node_need + n]
            if gap > 0.0 and most > 0.0:
                F[L.desk_fill_claim + d] = gap if gap < most else most
            if I[L.state_trades] == 1:
                F[L.desk_state_claim + d] = F[L.state_buy + n]
                F[L.desk_fill_claim + d] += F[L.state_buy + n]


def order(L: Layout, F: Floats, I: Ints) -> None:
    """Split each desk's order over its open lanes by baseline share and landed cost.

    A lane's weight is its normal flow where it is open; dearer lanes weigh less. Nobody counts on goods that wait for a
    licence or at customs: they are ordered elsewhere as well as that goes.
    """
    for c in range(L.n_cells):
        F[L.asked_in + c] = 0.0
        I[L.cell_ruled + c] = 0
    if I[L.rules] == 1:
        for lane in range(L.n_lanes):
            F[L.lane_general_asked + lane] = 0.0
            F[L.lane_exempt + lane] = 0.0
    weigh_lanes(L, F, I)
    for d in range(L.n_desks):
        first = I[L.desk_lane_first + d]
        last = first + I[L.desk_lane_count + d]
        k = I[L.node_product + I[L.desk_node + d]]
        weights = 0.0
        pipe = 0.0
        waiting = 0.0
        for lane in range(first, last):
            weights += F[L.lane_order + lane]
            pipe += F[L.lane_order + lane] * I[L.lane_pipe_weeks + lane]
        if I[L.rules] == 1:
            for lane in range(first, last):
                waiting += F[L.lane_held + lane]
        if weights <= 0.0:
            continue
        expected = F[L.desk_expected + d]
        pipe_gap = expected * (pipe / weights) - (F[L.desk_on_order + d] - waiting)
        total = F[L.desk_claim + d] + pipe_gap * F[L.order_rate + k] + F[L.desk_fill_claim + d]
        most = F[L.order_cap + k] * expected + F[L.desk_fill_claim + d]
        if total > most:
            total = most
        if total < 0.0:
            total = 0.0
        each = total / weights
        for lane in range(first, last):
            F[L.lane_order + lane] = each * F[L.lane_order + lane]
        if I[L.known] == 1 or ask_calmly(L, F, I, k, first, last) == 1:
            ask_abroad(L, F, I, k, first, last, expected / total if total > expected else 1.0)
    mark_full_links(L, F, I)


def ask_calmly(L: Layout, F: Floats, I: Ints, k: int, first: int, last: int) -> int:
    """Where nobody knows of a rule orders stand as they are; 1 if one is more than its link carries."""
    multiple = F[L.link_multiple + k] * F[L.trend_level + k]
    over = 0
    for lane in range(first, last):
        if I[L.lane_pair + lane] >= 0 and F[L.lane_order + lane] > multiple * F[L.lane_weight + lane]:
            over = 1
    if over == 1:
        return 1
    for lane in range(first, last):
        F[L.lane_rush + lane] = 0.0
        if I[L.lane_pair + lane] >= 0:
            F[L.asked_in + I[L.lane_to_cell + lane]] += F[L.lane_order + lane]
    return 0


def ask_abroad(L: Layout, F: Floats, I: Ints, k: int, first: int, last: int, usual: float) -> None:
    """Keep the orders of a desk's lanes to what links carry and rules are believed to let through; the rest goes to open lanes.

    A link between zones carries at most m times its normal flow, which grows with demand. What closed origins can't send
    is asked of the open ones, by the room they have: what a lane carries, and within a zone what the seller has not sold.
    Where a rule binds buyers order whatever passes; before a rule, in a rush, at least need/w. `usual` is the share of the
    desk's order that is for its expected use, at most 1.
    """
    multiple = F[L.link_multiple + k] * F[L.trend_level + k]
    short = 0.0
    room = 0.0
    for lane in range(first, last):
        amount = F[L.lane_order + lane]
        F[L.lane_rush + lane] = 0.0
        most = F[L.order_cap + k] * F[L.lane_weight + lane]
        p = I[L.lane_pair + lane]
        if p >= 0:
            most = multiple * F[L.lane_weight + lane]
            c = I[L.lane_to_cell + lane]
            F[L.asked_in + c] += amount
            wait = F[L.lane_wait + lane]
            b = I[L.pair_block + p]
            if wait == 0.0 or (wait > 0.0 and b >= 0 and I[L.block_rushing + b] == 1):
                I[L.cell_ruled + c] = 1
        if F[L.lane_wait + lane] == 0.0:
            passes = F[L.lane_pace + lane] * F[L.lane_flow + lane]
            if amount > passes:
                short += amount - passes
            F[L.lane_room + lane] = 0.0
            F[L.lane_order + lane] = order_under_rule(L, F, I, lane, amount, most, usual * amount)
            continue
        if F[L.lane_wait + lane] > 0.0 and p >= 0:
            rushed = order_in_rush(L, F, I, lane, p, amount, most)
            rushed = rushed if rushed < most else most
            if rushed > amount:
                F[L.lane_rush + lane] = rushed - amount
                amount = rushed
        if p >= 0 and amount > most:
            short += amount - most
            amount = most
        F[L.lane_order + lane] = amount
        F[L.lane_room + lane] = 0.0
        if amount > 0.0:
            spare = most - amount if most > amount else 0.0
            F[L.lane_room + lane] = spare if p >= 0 else max(spare, unsold(L, F, I, I[L.lane_site + lane]))
        room += F[L.lane_room + lane]
    if short <= 0.0 or room <= 0.0:
        return
    part = short / room if short < room else 1.0
    for lane in range(first, last):
        F[L.lane_order + lane] += part * F[L.lane_room + lane]


def unsold(L: Layout, F: Floats, I: Ints, s: int) -> float:
    """What a seller holds beyond its normal stock, t: within a zone buyers who lack goods find it, whatever they bought there before.

    Otherwise what new firms make piled up with those who had few customers, while the buyers that a rule had cut off stood still.
    """
    more = F[L.site_stock + s] - F[L.site_output + s] * F[L.output_cover_weeks + s]
    return more if more > 0.0 else 0.0


def order_under_rule(L: Layout, F: Floats, I: Ints, lane: int, amount: float, most: float, usual: float) -> float:
    """What is asked of a lane under a rule in force, t. `usual` is the part of `amount` that is for expected use.

    Where the rule binds, whatever passes (a closed lane's allowance; under a quota up to what the link carries). Applications
    for licences: no more than keeps the queue at what the buyer misses, as those who wait go on waiting.
    """
    p = I[L.lane_pair + lane]
    binds = 0
    if p >= 0 and I[L.pair_block + p] >= 0:
        binds = I[L.block_binds + I[L.pair_block + p]]
    if I[L.lane_office + lane] >= 0:
        normal = F[L.lane_flow + lane]
        if binds == 1:
            amount = amount if amount > normal else normal
            usual = usual if usual > normal else normal
        return order_licensed(L, F, I, lane, amount, most, usual)
    if binds == 1:
        amount = most if I[L.lane_quota + lane] >= 0 else max(amount, F[L.lane_pace + lane] * F[L.lane_flow + lane])
    if amount > most:
        amount = most
    return amount if amount > 0.0 else 0.0


def order_in_rush(L: Layout, F: Floats, I: Ints, lane: int, p: int, amount: float, most: float) -> float:
    """At least normal flow and the lane's part of need/w a week before a rule, rising by half of what the link carries a week."""
    b = I[L.pair_block + p]
    if b < 0 or I[L.block_rushing + b] == 0:
        return amount
    wait = F[L.block_wait + b]
    flow = F[L.lane_flow + lane]
    rush = flow + F[L.block_rush + b] / (wait if wait > 1.0 else 1.0) * flow / F[L.block_normal + b]
    if amount > rush:
        rush = amount
    rising = F[L.pair_flow + p] * (flow / F[L.pair_normal + p]) + RUSH_STEP * most
    return rush if rush < rising else rising


def mark_full_links(L: Layout, F: Floats, I: Ints) -> None:
    """Zones whose buyers wanted more from other zones than links carry, where no rule holds and no rush is on.

    Not those that sell more than they buy: they can keep what they sell.
    """
    for c in range(L.n_cells):
        k = I[L.cell_product + c]
        most = F[L.link_multiple + k] * F[L.trend_level + k] * F[L.trade_in + c] * (1.0 + 1e-9)
        buys = I[L.cell_ruled + c] == 0 and F[L.trade_in + c] > F[L.trade_out + c]
        I[L.cell_full + c] = 1 if buys and F[L.asked_in + c] > most else 0


def weigh_lanes(L: Layout, F: Floats, I: Ints) -> None:
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


def weigh_routes(L: Layout, F: Floats, I: Ints) -> None:
    """Landed cost relative to the baseline ** -sigma of all routes, without duties or costs that were not always there."""
    for r in range(L.n_routes):
        duty = F[L.route_duty + r]
        k = I[L.route_product + r]
        spot = F[L.clean + I[L.route_cell + r]]
        ratio = landed_ratio(spot, F[L.price_usd_per_kg + k], F[L.route_freight + r], duty, duty, 0.0)
        F[L.landed_factor + r] = power(ratio, -F[L.sourcing_elasticity + k])
        F[L.landed_duty + r] = duty
        F[L.landed_extra + r] = 0.0


def cheapness(L: Layout, F: Floats, I: Ints, lane: int, extra: float) -> float:
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


def open_share(L: Layout, F: Floats, I: Ints, lane: int) -> float:
    """Share of a lane's normal flow that may leave or leaks, and needs no licence or may be applied for."""
    part = 1.0 - F[L.lane_close + lane]
    if part < 1.0:
        part += F[L.lane_leak + lane]
    if I[L.lane_office + lane] >= 0:
        part = part * max(1.0 - F[L.lane_blocked + lane], general_share(L, F, I, lane))
    return part


def leak_cost(L: Layout, F: Floats, I: Ints, lane: int, open_part: float) -> float:
    """Extra cost of a lane's average tonne, as a share of its price: that of leaks round a closure."""
    if F[L.lane_leak + lane] > 0.0 and F[L.lane_close + lane] > 0.0:
        return F[L.lane_leak_cost + lane] * F[L.lane_leak + lane] / open_part
    return 0.0


def apply_limits(L: Layout, F: Floats, I: Ints) -> None:
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


def allocate(L: Layout, F: Floats, I: Ints, day: int) -> None:
    """Sellers ship what is ordered, or ration it in proportion to orders, offtakers first."""
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


def ration_lanes(L: Layout, F: Floats, I: Ints, first: int, last: int, stock: float) -> None:
    """Divide `stock` t among a site's lanes: those served first in full, the rest in proportion to orders.

    What a rush asks on top comes after what everybody asks as usual. Buyers whom another seller's rule singles out and who
    pay more come before the others (`serve_dear`).
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
    rush = 0.0
    for j in range(first, last):
        lane = I[L.site_lanes + j]
        if F[L.lane_out + lane] < 0.0:
            # rules may have taken off more than the usual part of an order
            F[L.lane_rush + lane] = min(F[L.lane_rush + lane], F[L.lane_order + lane])
            rush += F[L.lane_rush + lane]
    usual = usual_orders(L, F, I, first, last)
    if I[L.singled_out] == 1 and usual > left and usual > 0.0:
        left -= serve_dear(L, F, I, first, last, left, usual)
        usual = usual_orders(L, F, I, first, last)
    share = left / usual if usual > left and usual > 0.0 else 1.0
    left -= share * usual
    rush_share = 0.0
    if left > 0.0 and rush > 0.0:
        rush_share = left / rush if rush > left else 1.0
    for j in range(first, last):
        lane = I[L.site_lanes + j]
        if F[L.lane_out + lane] < 0.0:
            extra = F[L.lane_rush + lane]
            F[L.lane_out + lane] = share * (F[L.lane_order + lane] - extra) + rush_share * extra


def usual_orders(L: Layout, F: Floats, I: Ints, first: int, last: int) -> float:
    """What is asked as usual of lanes that have been given nothing yet, t."""
    usual = 0.0
    for j in range(first, last):
        lane = I[L.site_lanes + j]
        if F[L.lane_out + lane] < 0.0:
            usual += F[L.lane_order + lane] - F[L.lane_rush + lane]
    return usual


def serve_dear(L: Layout, F: Floats, I: Ints, first: int, last: int, stock: float, usual: float) -> float:
    """Ship to buyers whom another seller's rule singles out and who pay more than where the site is; returns the t shipped.

    Who is free to sell sells where it pays: from the common share of what is asked at equal prices up to all of it at a gap
    of 5 % (assumption: it pays for finding and shipping to other buyers).
    """
    share = stock / usual
    served = 0.0
    for j in range(first, last):
        lane = I[L.site_lanes + j]
        to = I[L.lane_to_cell + lane]
        if F[L.lane_out + lane] >= 0.0 or I[L.cell_single + to] == 0 or F[L.lane_wait + lane] == 0.0:
            continue
        gap = (F[L.clean_log + to] - F[L.clean_log + I[L.lane_from_cell + lane]]) / DEAR_GAP
        if gap <= 0.0:
            continue
        asked = F[L.lane_order + lane] - F[L.lane_rush + lane]
        got = asked * (share + (1.0 - share) * (gap if gap < 1.0 else 1.0))
        if got > stock - served:
            got = stock - served
        F[L.lane_out + lane] = got
        served += got
    return served


def split_late(L: Layout, F: Floats, I: Ints, day: int) -> None:
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
