"""Goods that go round rules: a little round any rule, and more by way of neighbours whom the rule leaves free."""

from __future__ import annotations

from .arrays import Floats, Ints
from .layout_types import Layout

PAYING_GAP = 1.3  # ratio of prices from which goods find a way round a rule
SHORT = 0.01  # unserved share from which they do whatever the prices


def update_leaks(L: Layout, F: Floats, I: Ints) -> None:
    """Leaks round a control grow while they pay, up to a cap that enforcement lowers.

    They pay while the price gap exceeds their cost, or while the buyer's users stand still: a refusal of one
    end use leaves no gap between the zones' prices, but its users will pay. Without a transshipment event the world's own
    `leak_share` is the cap, and a gap of 30 % pays (a third to a half of China's rare earths were smuggled in 2008-11).
    A buyer whom the rule singles out gets goods by way of neighbours (`detour_room`), if that is more: they pay while he
    pays more than the neighbour by the cost. On the way through hubs nothing goes to buyers who pay less than these do.
    """
    if I[L.in_force] == 0 and I[L.leaking] == 0:
        return
    I[L.leaking] = 0
    for lane in range(L.n_lanes):
        k = I[L.lane_product + lane]
        cap = F[L.lane_leak_cap + lane]
        step = F[L.lane_leak_growth + lane]
        here = F[L.clean + I[L.lane_from_cell + lane]]
        least = here * (1.0 + F[L.lane_leak_cost + lane])
        neighbour = freest_neighbour(L, F, I, lane) if I[L.lane_class + lane] > 0 else -1
        if cap > 0.0:
            if neighbour >= 0 and F[L.clean + neighbour] > least:
                least = F[L.clean + neighbour]
        elif I[L.lane_pair + lane] >= 0:
            cap = F[L.leak_share + k]
            step = F[L.leak_growth + k]
            least = here * PAYING_GAP
            if neighbour >= 0:
                around = detour_room(L, F, I, lane, neighbour)
                if around > cap:
                    cap = around
                    step = F[L.detour_growth + k]
                    least = F[L.clean + neighbour] * (1.0 + F[L.detour_cost + k])
                    F[L.lane_leak_cost + lane] = F[L.detour_cost + k]
        cap = cap * (1.0 - F[L.lane_enforcement + lane])
        leak = F[L.lane_leak + lane]
        if cap <= 0.0 and leak <= 0.0:
            continue
        controlled = F[L.lane_close + lane] > 0.0 or I[L.lane_office + lane] >= 0 or I[L.lane_quota + lane] >= 0
        there = F[L.clean + I[L.lane_to_cell + lane]]
        short = F[L.node_unserved_share + I[L.desk_node + I[L.lane_desk + lane]]]
        if controlled and (there > least or short > SHORT):
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


def freest_neighbour(L: Layout, F: Floats, I: Ints, lane: int) -> int:
    """Cell, of those under other rules than the buyer's, that is let have most of what it normally buys where the lane begins; -1 none."""
    own = I[L.lane_pair + lane]
    if own < 0:
        return -1
    first = own - own % L.n_zones
    best = -1.0
    cell = -1
    for p in range(first, first + L.n_zones):
        if F[L.pair_normal + p] <= 0.0 or I[L.pair_class + p] == I[L.pair_class + own]:
            continue
        passes = F[L.pair_pace + p] if F[L.pair_wait + p] == 0.0 else 1.0
        if passes > best:
            best = passes
            cell = I[L.lane_product + lane] * L.n_zones + p - first
    return cell


def detour_room(L: Layout, F: Floats, I: Ints, lane: int, neighbour: int) -> float:
    """Most that can reach a singled-out buyer by way of neighbours, as a share of the lane's normal flow.

    detour_share x (what the freest neighbour is let have of its normal purchases - what the buyer is let have): neighbours
    resell, at their price and for a cost, what they may buy themselves. With nobody better off there is no such way.
    """
    p = I[L.lane_from_cell + lane] * L.n_zones + neighbour % L.n_zones
    passes = F[L.pair_pace + p] if F[L.pair_wait + p] == 0.0 else 1.0
    gained = passes - (F[L.lane_pace + lane] - F[L.lane_leak + lane])
    return F[L.detour_share + I[L.lane_product + lane]] * gained if gained > 0.0 else 0.0
