"""What every price aims at: wanted cover plus what is believed to be lost, over stock; one market or several.

Where trade is free and links are not full there is one price. A gap has exactly these reasons, kept in `price_reason`
(docs/background/market-core.md has the derivation and what was tried instead).
"""

from __future__ import annotations

from typing import Any

from ..powers import exp
from .arrays import Floats, Ints
from .beliefs import thrifted
from .economics import believed_loss, log_ratio, near_balance, saturate, used_at_price
from .production import input_cost_rise

JOINT, RULE, FULL_LINK, RUSH, HELD_BACK, NO_TRADE = 0, 1, 2, 3, 4, 5  # reasons of a price of its own

SEEN = 0.5  # part of a passing deviation of demand that the short balance counts
LEAST_WANTED = 0.05  # of wanted cover: what releases and surpluses leave of it at least
OPEN_PRICE = 1e-9  # of ln price: less is no gap


def sum_cells(L: Any, F: Floats, I: Ints) -> None:
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


def sum_stocks(L: Any, F: Floats, I: Ints) -> None:
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
    for c in range(L.n_cells):
        F[L.cover_now + c] = F[L.stock_sum + c] / F[L.use_sum + c] if F[L.use_sum + c] > 0.0 else 0.0
    for lane in range(L.n_lanes):
        F[L.stock_sum + I[L.lane_to_cell + lane]] += F[L.lane_in_transit + lane]
    if I[L.in_force] == 1:
        for lane in range(L.n_lanes):
            F[L.wanted_sum + I[L.lane_to_cell + lane]] += F[L.lane_flow + lane] * F[L.lane_delay + lane] / 7.0
            if I[L.lane_office + lane] < 0:
                F[L.wanted_sum + I[L.lane_from_cell + lane]] += F[L.lane_held + lane]


def sum_users(L: Any, F: Floats, I: Ints) -> None:
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
            for h in range(I[L.user_holder + u], I[L.user_holder + u] + 5):
                F[L.wanted_sum + cell] += F[L.holder_expected + h] * F[L.holder_extra + h]


def sum_sites(L: Any, F: Floats, I: Ints) -> None:
    """Q, Qc, output, cuts and input costs of makers and mines."""
    for s in range(L.n_sites):
        cell = I[L.site_cell + s]
        plan = F[L.site_plan + s] + F[L.site_project + s]
        capacity = F[L.site_capacity_now + s]
        if plan > capacity:
            capacity = plan
        F[L.plan_sum + cell] += plan
        F[L.capacity_sum + cell] += capacity
        F[L.made_sum + cell] += F[L.site_start + s]
        lost = site_lost(L, F, I, s)
        idle = capacity * (1.0 - lost) - plan
        if idle > 0.0:
            F[L.idle_sum + cell] += idle
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


def site_lost(L: Any, F: Floats, I: Ints, s: int) -> float:
    """Share of a site's capacity that is lost to events and outages now."""
    left = 1.0 - F[L.site_loss + s]
    if I[L.site_down + s] == 1:
        left = left * (1.0 - F[L.site_random_loss + s])
    return 1.0 - left


def sum_makers_needs(L: Any, F: Floats, I: Ints) -> None:
    """Makers' needs at the plan they follow (slow), not at the week's margin, which would feed on itself; their cover in K."""
    for q in range(L.n_inputs):
        s = I[L.input_site + q]
        cell = I[L.node_cell + I[L.input_node + q]]
        recipe = F[L.recipe + q]
        plan = F[L.site_plan + s] + F[L.site_project + s]
        level = F[L.clean_log + cell]
        elasticity = F[L.input_elasticity + I[L.site_product + s]]
        stretched = recipe
        if level != 0.0 and elasticity != 0.0:
            stretched = recipe * exp(-elasticity * level)
        F[L.need_sum + cell] += plan * stretched
        cover = F[L.input_cover_weeks + q] + 1.0  # the week's own use included
        F[L.wanted_sum + cell] += cover * recipe * 0.5 * (F[L.site_output + s] + plan)


def sum_public_stocks(L: Any, F: Floats, I: Ints) -> None:
    """Public purchases to come raise wanted stock, a release under way lowers it: by what it will give in h weeks at its pace.

    Taking off the whole public stock in weeks in which some of it is released made prices jump to and fro across the
    price of its release.
    """
    for n in range(L.n_nodes):
        cell = I[L.node_cell + n]
        gap = F[L.stockpile_target + n] * F[L.node_need + n] - F[L.stockpile + n]
        if gap > 0.0 and F[L.stockpile_fill + n] > 0.0:
            F[L.wanted_sum + cell] += gap
        elif F[L.stockpile_released + n] > 0.0:
            wanted = F[L.wanted_sum + cell]
            coming = F[L.stockpile_released + n] * F[L.deficit_weeks + I[L.node_product + n]]
            left = wanted - (coming if coming < F[L.stockpile + n] else F[L.stockpile + n])
            F[L.wanted_sum + cell] = left if left > LEAST_WANTED * wanted else LEAST_WANTED * wanted


# --- one market ---------------------------------------------------------------------------------------
def aim_prices(L: Any, F: Floats, I: Ints) -> None:
    """What the price of every product and zone aims at this week."""
    sum_cells(L, F, I)
    for k in range(L.n_products):
        mark_cells(L, I, k, 1)
        F[L.whole_loss + k] = believed_whole_loss(L, F, I, k)
        aim_product(L, F, I, k)


def believed_whole_loss(L: Any, F: Floats, I: Ints, k: int) -> float:
    """X_w: what cuts and excess demand are believed to take from the zones marked `cell_in`, less what their spare capacity makes, t.

    sat(cut + X_u/(r + kappa) + [D - Qc] Cm and what starting costs) with the believed loss of `economics`, Cm the longest C
    of a cut, or 1/(r + kappa) for demand alone. Nothing without a cut or a deviation of demand.
    """
    cut = 0.0
    passing = 0.0
    weeks = 0.0
    capacity = 0.0
    idle = 0.0
    dormant = 0.0
    need = 0.0
    start = 0.0
    for c in range(k * L.n_zones, (k + 1) * L.n_zones):
        if I[L.cell_in + c] == 0:
            continue
        cut += F[L.cut_sum + c]
        passing += F[L.passing_sum + c]
        if F[L.cut_weeks + c] > weeks:
            weeks = F[L.cut_weeks + c]
        capacity += F[L.capacity_sum + c]
        idle += F[L.idle_sum + c]
        dormant += F[L.dormant_sum + c]
        need += F[L.need_sum + c]
        start += F[L.need_start + c]
    if cut <= 0.0 and passing <= 0.0:
        return 0.0
    passes = F[L.attention_rate + k] + F[L.demand_return_rate + k]
    if cut <= 0.0:
        weeks = 1.0 / passes
    short = need - capacity - dormant + (cut + passing / passes) / weeks
    loss = believed_loss(short, idle, dormant, weeks, F[L.output_up_rate + k], F[L.restart_rate + k])
    return saturate(loss, F[L.unequal_stocks + k], start * F[L.longest_cover_weeks + k])


def pooled_log(L: Any, F: Floats, I: Ints, k: int, loss: float, all_costs: int) -> float:
    """ln price of the zones marked `cell_in`, which trade freely with each other, from all their cover, stock and loss.

    ln[(K + X_w share + loss + near)/S + cost]; near counts h weeks of last week's deficit (need + half of what passes -
    output + outflow - inflow), h_n of a surplus. The cost is theirs or, with `all_costs` = 0, of zones not `cell_split`.
    """
    first = k * L.n_zones
    wanted = 0.0
    sharing = 0.0
    everybody = 0.0
    stock = 0.0
    gap = 0.0
    cost = 0.0
    plan = 0.0
    for c in range(first, first + L.n_zones):
        everybody += F[L.wanted_sum + c] * I[L.cell_linked + c]
        counted = I[L.cell_in + c] if all_costs == 1 else 1 - I[L.cell_split + c]
        if counted == 1:
            cost += F[L.cost_now + c] * F[L.plan_sum + c]
            plan += F[L.plan_sum + c]
        if I[L.cell_in + c] == 0:
            continue
        wanted += F[L.wanted_sum + c]
        sharing += F[L.wanted_sum + c] * I[L.cell_linked + c]
        stock += F[L.stock_sum + c]
        gap += F[L.need_sum + c] + SEEN * F[L.passing_sum + c] - F[L.made_sum + c]
        for d in range(L.n_zones):
            if I[L.cell_in + first + d] == 0:
                gap += lasting_flow(L, F, I, k, c * L.n_zones + d)
                gap -= lasting_flow(L, F, I, k, (first + d) * L.n_zones + (c - first))
    near = near_balance(gap, wanted, F[L.deficit_weeks + k], F[L.surplus_weeks + k])
    claim = wanted + loss + near
    if everybody > 0.0:
        claim += F[L.whole_loss + k] * (sharing / everybody)
    return log_ratio(
        claim,
        stock,
        F[L.least_stock_share + k] * wanted,
        cost / plan if plan > 0.0 else 0.0,
        F[L.price_floor + k],
        F[L.price_ceiling + k],
    )


def lasting_flow(L: Any, F: Floats, I: Ints, k: int, p: int) -> float:
    """Last week's flow between two zones as far as it can go on, t/week.

    No more than a rule in force lets through, and in the rush before one no more than normal: it passes. Counted as a
    deficit of weeks to come it made the price at home jump in the week in which exports were stopped.
    """
    flow = F[L.pair_flow + p]
    wait = F[L.pair_wait + p]
    most = F[L.pair_normal + p]
    if wait == 0.0 and I[L.pair_office + p] == 0:
        most = most * F[L.pair_pace + p]
    elif wait > 0.0 and I[L.block_rushing + p // L.n_zones] == 1:
        most = most * F[L.trend_level + k]
    else:
        return flow
    return flow if flow < most else most


def mark_cells(L: Any, I: Ints, k: int, whole: int) -> None:
    """Mark the linked zones that are priced together: all (1) or those without a price of their own (0)."""
    for c in range(k * L.n_zones, (k + 1) * L.n_zones):
        I[L.cell_in + c] = I[L.cell_linked + c]
        if whole == 0 and I[L.cell_split + c] == 1:
            I[L.cell_in + c] = 0


def aim_product(L: Any, F: Floats, I: Ints, k: int) -> None:
    """One price where trade is free, two where a rule or a full link stops it.

    A block has its own price where that is above the joint one, and so has a zone whose free links were full last week;
    the rest is pooled once more. The zone that controls a rule in force gets a floor: goods are held against reopening,
    at the price that all stocks together would have at the input cost of the zones that are left, less the carrying
    cost c (w + C) of the wait.
    """
    first = k * L.n_zones
    taken = 0.0
    for c in range(first, first + L.n_zones):
        I[L.cell_split + c] = 0
        I[L.price_reason + c] = JOINT
        I[L.block_on + c] = 0
        I[L.block_apart + c] = 0
        I[L.block_binds + c] = 0
        I[L.block_rushing + c] = 0
        F[L.block_rush + c] = 0.0
        F[L.block_taken + c] = 0.0
        F[L.rush_sales + c] = 0.0
        if I[L.rules] == 1:
            price_block(L, F, I, k, c)
            taken += F[L.block_taken + c]
    price_unlinked(L, F, I, k)
    mark_cells(L, I, k, 1)
    joint = pooled_log(L, F, I, k, taken, 1)
    split = split_blocks(L, F, I, k, joint)
    split = split_full(L, F, I, k, joint, split)
    rest = joint
    if split == 1:
        taken = 0.0
        for c in range(first, first + L.n_zones):
            if I[L.block_apart + c] == 0:
                taken += F[L.block_taken + c]
        rest = rest_log(L, F, I, k, taken)
    for c in range(first, first + L.n_zones):
        if I[L.cell_linked + c] == 1:
            F[L.target_log + c] = rest
            if I[L.price_reason + c] == FULL_LINK:
                F[L.target_log + c] = max(F[L.alone_log + c], rest)
    if split == 1:
        raise_blocks(L, F, I, k, rest)


def rest_log(L: Any, F: Floats, I: Ints, k: int, taken: float) -> float:
    """ln price of the zones that have none of their own; where rules cut off every zone, the lowest of their prices."""
    mark_cells(L, I, k, 0)
    lowest = 0.0
    found = 0
    for c in range(k * L.n_zones, (k + 1) * L.n_zones):
        if I[L.cell_in + c] == 1:
            return pooled_log(L, F, I, k, taken, 1)
        if I[L.block_apart + c] == 1 and (found == 0 or F[L.block_log + c] < lowest):
            lowest = F[L.block_log + c]
            found = 1
    return lowest


def price_unlinked(L: Any, F: Floats, I: Ints, k: int) -> None:
    """A zone that trades with no other has a price of its own, and bears its own cuts alone."""
    first = k * L.n_zones
    for c in range(first, first + L.n_zones):
        if I[L.cell_linked + c] == 1:
            continue
        for d in range(first, first + L.n_zones):
            I[L.cell_in + d] = 1 if d == c else 0
        loss = believed_whole_loss(L, F, I, k)
        F[L.target_log + c] = pooled_log(L, F, I, k, loss, 1) if F[L.wanted_sum + c] > 0.0 else 0.0
        I[L.price_reason + c] = NO_TRADE


def split_blocks(L: Any, F: Floats, I: Ints, k: int, joint: float) -> int:
    """Give blocks whose own price is above the joint one that price; 1 if there are any."""
    first = k * L.n_zones
    any_split = 0
    for c in range(first, first + L.n_zones):
        if I[L.block_on + c] == 0:
            continue
        if F[L.block_log + c] <= joint + OPEN_PRICE:
            continue
        if F[L.block_wait + c] > 0.0 and I[L.block_rushing + c] == 0:
            continue  # until a rush begins trade is free, whatever else makes stocks uneven
        any_split = 1
        I[L.block_apart + c] = 1
        if F[L.block_wait + c] <= 0.0:
            I[L.block_binds + c] = 1
        for d in range(L.n_zones):
            if F[L.pair_wait + c * L.n_zones + d] >= 0.0:
                I[L.cell_split + first + d] = 1
    return any_split


def split_full(L: Any, F: Floats, I: Ints, k: int, joint: float, split: int) -> int:
    """Give zones whose free links were full last week a price of their own where that is higher; 1 if any zone has one."""
    for c in range(k * L.n_zones, (k + 1) * L.n_zones):
        if I[L.cell_full + c] == 0 or I[L.cell_split + c] == 1:
            continue
        cost = F[L.cost_now + c] if F[L.output_start + c] > 0.0 else F[L.joint_cost + k]
        F[L.alone_log + c] = log_ratio(
            F[L.wanted_sum + c],
            F[L.stock_sum + c],
            F[L.least_stock_share + k] * F[L.wanted_sum + c],
            cost,
            F[L.price_floor + k],
            F[L.price_ceiling + k],
        )
        if F[L.alone_log + c] > joint + OPEN_PRICE:
            I[L.cell_split + c] = 1
            I[L.price_reason + c] = FULL_LINK
            split = 1
    return split


def raise_blocks(L: Any, F: Floats, I: Ints, k: int, rest: float) -> None:
    """Prices behind rules, and the floor of the zones that control them."""
    first = k * L.n_zones
    mark_cells(L, I, k, 0)
    some_left = 0
    for c in range(first, first + L.n_zones):
        some_left = max(some_left, I[L.cell_in + c])
    mark_cells(L, I, k, 1)
    held = pooled_log(L, F, I, k, 0.0, 1 - some_left)
    for c in range(first, first + L.n_zones):
        if I[L.block_apart + c] == 0:
            continue
        level = max(F[L.block_log + c], rest)
        for d in range(L.n_zones):
            if F[L.pair_wait + c * L.n_zones + d] >= 0.0 and level >= F[L.target_log + first + d]:
                F[L.target_log + first + d] = level
                if level > rest:
                    I[L.price_reason + first + d] = RULE if F[L.block_wait + c] <= 0.0 else RUSH
    for c in range(first, first + L.n_zones):
        if I[L.block_binds + c] == 1:
            floor = held - F[L.carrying_cost_per_week + k] * (F[L.block_wait + c] + F[L.block_weeks + c])
            if floor > F[L.target_log + c]:
                F[L.target_log + c] = floor
                I[L.price_reason + c] = HELD_BACK


# --- blocks -------------------------------------------------------------------------------------------
def price_block(L: Any, F: Floats, I: Ints, k: int, c: int) -> None:
    """ln price by themselves of the zones that rules on exports from cell c mean, and the rush before their start.

    Nobody pays to carry a stock for longer than it takes to build it: until then notice moves nothing (`start_rush`).
    """
    first = k * L.n_zones
    normal = 0.0
    passing = 0.0
    weeks = 0.0
    lost = 0.0
    wait = -1.0
    for d in range(L.n_zones):
        p = c * L.n_zones + d
        I[L.cell_in + first + d] = 0
        if F[L.pair_wait + p] < 0.0:
            continue
        I[L.cell_in + first + d] = 1
        normal += F[L.pair_normal + p]
        passing += F[L.pair_pace + p] * F[L.pair_normal + p]
        stopped = (1.0 - F[L.pair_pace + p]) * F[L.pair_normal + p]
        weeks += stopped * F[L.pair_weeks + p]
        lost += stopped
        if wait < 0.0 or F[L.pair_wait + p] < wait:
            wait = F[L.pair_wait + p]
    if lost <= 0.0:
        return
    I[L.block_on + c] = 1
    F[L.block_normal + c] = normal
    F[L.block_pace + c] = passing
    F[L.block_weeks + c] = weeks / lost
    F[L.block_wait + c] = wait
    loss = believed_block_loss(L, F, I, k, c)
    wanted = 0.0
    stock = 0.0
    made = 0.0
    cost = 0.0
    spare = 0.0
    for z in range(L.n_zones):
        d = first + z
        spare += F[L.capacity_sum + d] - F[L.need_sum + d]
        if I[L.cell_in + d] == 1:
            wanted += F[L.wanted_sum + d]
            stock += F[L.stock_sum + d]
            made += F[L.output_start + d]
            cost += F[L.cost_now + d] * F[L.output_start + d]
    gap = loss
    if wait > 0.0:
        gap = start_rush(L, F, I, k, c, loss, wanted + loss - stock, spare)
    claim = wanted + gap
    F[L.block_log + c] = log_ratio(
        claim if claim > LEAST_WANTED * wanted else LEAST_WANTED * wanted,
        stock,
        F[L.least_stock_share + k] * wanted,
        cost / made if made > 0.0 else F[L.joint_cost + k],
        F[L.price_floor + k],
        F[L.price_ceiling + k],
    )


def start_rush(L: Any, F: Floats, I: Ints, k: int, c: int, loss: float, need: float, spare: float) -> float:
    """Begin or go on with the rush before rules on exports from cell c start; returns what is still feared, t.

    It is on from w = min(min(need, makers' stock)/((m - 1) E0), rush_w) weeks before: what can be had at all, at what
    links carry on top of normal. While it is on the block's loss is X - (m - 1) E0 w, as that much can still come, and
    everybody bears what is taken less the world's spare capacity times w.
    """
    wait = F[L.block_wait + c]
    carried = (F[L.link_multiple + k] - 1.0) * F[L.block_normal + c] * F[L.trend_level + k]
    if need <= 0.0 or carried <= 0.0:
        return 0.0
    had = F[L.own_stock + c]
    longest = (need if need < had else had) / carried
    if longest > F[L.rush_weeks + k]:
        longest = F[L.rush_weeks + k]
    if wait > longest:
        return 0.0
    I[L.block_rushing + c] = 1
    F[L.block_rush + c] = need
    taken = (loss if loss < had else had) - (spare if spare > 0.0 else 0.0) * wait
    F[L.block_taken + c] = taken if taken > 0.0 else 0.0
    weekly = need / (wait if wait > 1.0 else 1.0)
    F[L.rush_sales + c] = weekly if weekly < carried else carried
    left = loss - carried * wait
    return left if left > 0.0 else 0.0


def believed_block_loss(L: Any, F: Floats, I: Ints, k: int, c: int) -> float:
    """X_b of the zones marked `cell_in`, behind rules on exports from cell c, t.

    y = [D + X_u r/(r + kappa) + outflow0 - Qc - free inflow0 - a E0] C and what starting costs (`economics.believed_loss`) + cut;
    X = sat(y), and once in force the surplus that is under way. Free inflow can rise to m times its normal where no rule is on it.
    """
    first = k * L.n_zones
    rate = F[L.attention_rate + k]
    weeks = F[L.block_weeks + c]
    need = 0.0
    passing = 0.0
    idle = 0.0
    dormant = 0.0
    capacity = 0.0
    cut = 0.0
    free = 0.0
    outflow = 0.0
    start = 0.0
    made = 0.0
    crossing = 0.0
    for z in range(L.n_zones):
        d = first + z
        if I[L.cell_in + d] == 0:
            continue
        need += F[L.need_sum + d]
        passing += F[L.passing_sum + d]
        idle += F[L.idle_sum + d]
        dormant += F[L.dormant_sum + d]
        capacity += F[L.capacity_sum + d]
        cut += F[L.cut_sum + d]
        start += F[L.need_start + d]
        made += F[L.made_sum + d]
        for y in range(L.n_zones):
            o = first + y
            if I[L.cell_in + o] == 1:
                continue
            back = d * L.n_zones + y
            into = o * L.n_zones + z
            outflow += F[L.pair_normal + back] * F[L.trend_level + k]
            crossing += F[L.pair_flow + back]
            came = F[L.pair_flow + into]
            if F[L.pair_wait + into] == 0.0 and I[L.pair_office + into] == 0:
                most = F[L.pair_pace + into] * F[L.pair_normal + into]
                came = came if came < most else most
            crossing -= came
            if o != c:
                # Other rules that hold on the way in let through what they do.
                multiple = F[L.link_multiple + k] if F[L.pair_wait + into] != 0.0 else F[L.pair_pace + into]
                free += multiple * F[L.pair_normal + into] * F[L.trend_level + k]
    passes = rate / (rate + F[L.demand_return_rate + k])
    short = need + passing * passes + outflow - capacity - dormant - free - F[L.block_pace + c]
    loss = believed_loss(short, idle, dormant, weeks, F[L.output_up_rate + k], F[L.restart_rate + k])
    believed = saturate(loss + cut, F[L.unequal_stocks + k], start * F[L.longest_cover_weeks + k])
    if F[L.block_wait + c] <= 0.0:
        near = need + SEEN * passing - made + crossing
        if near < 0.0:
            believed += near * F[L.surplus_weeks + k]
    return believed
