"""Sums by product and zone (a cell): stocks, wanted stocks, needs, plans, capacities, cuts and input costs.

Prices are reckoned from these sums alone (`targets`, `blocks`).
"""

from __future__ import annotations

from ..powers import exp
from .arrays import FIRMS_PER_USER, Floats, Ints
from .beliefs import thrifted
from .economics import used_at_price
from .layout_types import Layout
from .production import capacity_left, input_cost_rise
from .traders import sum_traders

SEEN = 0.5  # part of a passing deviation of demand that the short balance counts
LEAST_WANTED = 0.05  # of wanted cover: what releases and surpluses leave of it at least


def sum_cells(L: Layout, F: Floats, I: Ints) -> None:
    """Stocks, wanted stocks, needs, plans and costs of every product and zone, at last week's prices."""
    for c in range(L.n_cells):
        F[L.stock_sum + c] = 0.0
        F[L.wanted_sum + c] = F[L.wanted_start + c]
        F[L.need_sum + c] = 0.0
        F[L.passing_sum + c] = 0.0
        F[L.plan_sum + c] = 0.0
        F[L.capacity_sum + c] = 0.0
        F[L.idle_sum + c] = 0.0
        F[L.dormant_sum + c] = 0.0
        F[L.made_sum + c] = 0.0
        F[L.cut_sum + c] = 0.0
        F[L.cut_weeks + c] = 0.0
        F[L.cost_now + c] = 0.0
    sum_stocks(L, F, I)
    sum_users(L, F, I)
    sum_sites(L, F, I)
    sum_makers_needs(L, F, I)
    if I[L.rules] == 1:
        sum_public_stocks(L, F, I)


def sum_stocks(L: Layout, F: Floats, I: Ints) -> None:
    """S: output stocks (goods that wait for a licence included), stocks of users and makers, goods afloat; part of K.

    Goods that wait for a licence are where they are: in the exporter's zone. What customs set aside is no one's to sell,
    and a longer way ties up more: both are wanted on top.
    """
    for s in range(L.n_sites):
        F[L.stock_sum + I[L.site_cell + s]] += F[L.site_stock + s] + F[L.site_held + s]
    for c in range(L.n_cells):
        F[L.use_sum + c] = F[L.trade_out + c]
    for d in range(L.n_desks):
        cell = I[L.node_cell + I[L.desk_node + d]]
        first = I[L.desk_holder_first + d]
        stock = 0.0
        for h in range(first, first + I[L.desk_holder_count + d]):
            stock += F[L.holder_stock + h]
        F[L.stock_sum + cell] += stock
        F[L.use_sum + cell] += F[L.desk_expected + d]
        if I[L.remembers] == 1:
            F[L.wanted_sum + cell] += F[L.desk_expected + d] * F[L.desk_remembered + d]
    for c in range(L.n_cells):
        F[L.cover_now + c] = F[L.stock_sum + c] / F[L.use_sum + c] if F[L.use_sum + c] > 0.0 else 0.0
    for lane in range(L.n_lanes):
        F[L.stock_sum + I[L.lane_to_cell + lane]] += F[L.lane_in_transit + lane]
    if I[L.traders] == 1:
        sum_traders(L, F, I)
    if I[L.in_force] == 1:
        for lane in range(L.n_lanes):
            F[L.wanted_sum + I[L.lane_to_cell + lane]] += F[L.lane_flow + lane] * F[L.lane_delay + lane] / 7.0
            if I[L.lane_office + lane] < 0:
                F[L.wanted_sum + I[L.lane_from_cell + lane]] += F[L.lane_held + lane]


def sum_users(L: Layout, F: Floats, I: Ints) -> None:
    """D_u = n exp(-eps l - eps2 max(l, 0)^2)(1 - x), X_u the same of d - n, and users' cover in K."""
    for u in range(L.n_users):
        node = I[L.user_node + u]
        cell = I[L.node_cell + node]
        k = I[L.node_product + node]
        level = F[L.clean_log + cell]
        left = 1.0 - thrifted(L, F, I, u)
        curve = left
        if level != 0.0:
            curve = left * used_at_price(
                F[L.clean + cell], level, F[L.elasticity_short + u], F[L.elasticity_steepening + k]
            )
        F[L.need_sum + cell] += F[L.user_normal + u] * curve
        F[L.passing_sum + cell] += (F[L.user_now + u] - F[L.user_normal + u]) * curve
        F[L.wanted_sum + cell] += F[L.user_cover_sum + u] * F[L.user_coming + u] * left
        if I[L.obliged] == 1:
            for h in range(I[L.user_holder + u], I[L.user_holder + u] + FIRMS_PER_USER):
                F[L.wanted_sum + cell] += F[L.holder_expected + h] * F[L.holder_extra + h]


def sum_sites(L: Layout, F: Floats, I: Ints) -> None:
    """Q, Qc, output, cuts and input costs of makers and mines."""
    for s in range(L.n_sites):
        cell = I[L.site_cell + s]
        plan = F[L.site_plan + s] + F[L.site_project + s] + F[L.site_unrecorded + s]
        capacity = F[L.site_capacity_now + s] + F[L.site_unrecorded + s]
        if plan > capacity:
            capacity = plan
        F[L.plan_sum + cell] += plan
        F[L.capacity_sum + cell] += capacity
        F[L.made_sum + cell] += F[L.site_start + s]
        lost = 1.0 - capacity_left(L, F, I, s)
        idle = capacity * (1.0 - lost) - plan
        if idle > 0.0:
            F[L.idle_sum + cell] += idle
        if I[L.site_capped + s] == 0:  # what a quota forbids to make need not be restarted
            F[L.dormant_sum + cell] += F[L.site_dormant + s] * (1.0 - lost)
        if lost > 0.0:
            weeks = F[L.site_cut_weeks + s]
            if I[L.site_down + s] == 1 and F[L.outage_mttr_days + s] > 7.0 * weeks:
                weeks = F[L.outage_mttr_days + s] / 7.0
            F[L.cut_sum + cell] += capacity * lost * weeks
            if weeks > F[L.cut_weeks + cell]:
                F[L.cut_weeks + cell] = weeks
        F[L.cost_now + cell] += F[L.site_output + s] * input_cost_rise(L, F, I, s)
    for k in range(L.n_products):
        total = 0.0
        output = 0.0
        for cell in range(k * L.n_zones, (k + 1) * L.n_zones):
            total += F[L.cost_now + cell]
            output += F[L.output_start + cell]
            if F[L.output_start + cell] > 0.0:
                F[L.cost_now + cell] = F[L.cost_now + cell] / F[L.output_start + cell]
        F[L.joint_cost + k] = total / output if output > 0.0 else 0.0


def sum_makers_needs(L: Layout, F: Floats, I: Ints) -> None:
    """Makers' needs at the plan they follow (slow), not at the week's margin, which would feed on itself; their cover in K."""
    for q in range(L.n_inputs):
        s = I[L.input_site + q]
        cell = I[L.node_cell + I[L.input_node + q]]
        recipe = F[L.recipe + q]
        plan = F[L.site_plan + s] + F[L.site_project + s] + F[L.site_unrecorded + s]
        level = F[L.clean_log + cell]
        elasticity = F[L.input_elasticity + I[L.site_product + s]]
        stretched = recipe
        if level != 0.0 and elasticity != 0.0:
            stretched = recipe * exp(-elasticity * level)
        F[L.need_sum + cell] += plan * stretched
        cover = F[L.input_cover_weeks + q] + 1.0  # the week's own use included
        F[L.wanted_sum + cell] += cover * recipe * 0.5 * (F[L.site_output + s] + plan)


def sum_public_stocks(L: Layout, F: Floats, I: Ints) -> None:
    """Public purchases to come raise wanted stock, a release under way lowers it: by what it will give in h weeks at its pace.

    Taking off the whole public stock in weeks in which some of it is released made prices jump to and fro across the
    price of its release.
    """
    for n in range(L.n_nodes):
        cell = I[L.node_cell + n]
        if I[L.state_trades] == 1:
            see_state(L, F, I, n)
        gap = F[L.stockpile_target + n] * F[L.node_need + n] - F[L.stockpile + n]
        if gap > 0.0 and F[L.stockpile_fill + n] > 0.0:
            F[L.wanted_sum + cell] += gap
        elif F[L.stockpile_released + n] > 0.0:
            wanted = F[L.wanted_sum + cell]
            coming = F[L.stockpile_released + n] * F[L.deficit_weeks + I[L.node_product + n]]
            left = wanted - (coming if coming < F[L.stockpile + n] else F[L.stockpile + n])
            F[L.wanted_sum + cell] = left if left > LEAST_WANTED * wanted else LEAST_WANTED * wanted


def see_state(L: Layout, F: Floats, I: Ints, n: int) -> None:
    """What a state will buy or sell in the weeks for which prices see ahead: a deficit of its pace, or a surplus.

    Nobody knows how long such a programme lasts: unlike the published aim of a reserve it is no stock that must be reached.
    """
    cell = I[L.node_cell + n]
    weeks = F[L.deficit_weeks + I[L.node_product + n]]
    F[L.wanted_sum + cell] += F[L.state_buy + n] * weeks
    if F[L.state_sell + n] > 0.0:
        wanted = F[L.wanted_sum + cell]
        coming = F[L.state_sell + n] * weeks
        left = wanted - (coming if coming < F[L.stockpile + n] else F[L.stockpile + n])
        F[L.wanted_sum + cell] = left if left > LEAST_WANTED * wanted else LEAST_WANTED * wanted


def lasting_flow(L: Layout, F: Floats, I: Ints, k: int, p: int) -> float:
    """Last week's flow between two zones as far as it can go on, t/week.

    No more than a rule in force lets through, and in the rush before one no more than normal: it passes. Counted as a
    deficit of weeks to come it made the price at home jump in the week in which exports were stopped.
    """
    flow = F[L.pair_flow + p]
    wait = F[L.pair_wait + p]
    most = F[L.pair_normal + p]
    if wait == 0.0 and I[L.pair_office + p] == 0:
        most = most * F[L.pair_pace + p]
    elif wait > 0.0 and I[L.pair_block + p] >= 0 and I[L.block_rushing + I[L.pair_block + p]] == 1:
        most = most * F[L.trend_level + k]
    else:
        return flow
    return flow if flow < most else most
