"""What every price aims at: wanted cover plus what is believed to be lost, over stock; one market or several.

Where trade is free and links are not full there is one price. A gap has exactly these reasons, kept in `price_reason`
(docs/background/market-core.md has the derivation and what was tried instead).
"""

from __future__ import annotations

from .arrays import Floats, Ints
from .blocks import OPEN_PRICE, price_blocks, stands_apart
from .cells import SEEN, lasting_flow, sum_cells
from .economics import believed_loss, log_ratio, near_balance, saturate
from .layout_types import Layout

JOINT, RULE, FULL_LINK, RUSH, HELD_BACK, NO_TRADE = 0, 1, 2, 3, 4, 5  # reasons of a price of its own


def aim_prices(L: Layout, F: Floats, I: Ints) -> None:
    """What the price of every product and zone aims at this week."""
    sum_cells(L, F, I)
    I[L.singled_out] = 0
    for k in range(L.n_products):
        mark_cells(L, I, k, 1)
        F[L.whole_loss + k] = believed_whole_loss(L, F, I, k)
        aim_product(L, F, I, k)


def believed_whole_loss(L: Layout, F: Floats, I: Ints, k: int) -> float:
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


def pooled_log(L: Layout, F: Floats, I: Ints, k: int, loss: float, all_costs: int) -> float:
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


def mark_cells(L: Layout, I: Ints, k: int, whole: int) -> None:
    """Mark the linked zones that are priced together: all (1) or those without a price of their own (0)."""
    for c in range(k * L.n_zones, (k + 1) * L.n_zones):
        I[L.cell_in + c] = I[L.cell_linked + c]
        if whole == 0 and I[L.cell_split + c] == 1:
            I[L.cell_in + c] = 0


def aim_product(L: Layout, F: Floats, I: Ints, k: int) -> None:
    """One price where trade is free, two where a rule or a full link stops it.

    A block has its own price where that is above the joint one, and so has a zone whose free links were full last week;
    the rest is pooled once more. The zone that controls a rule in force gets a floor: goods are held against reopening,
    at the price that all stocks together would have at the input cost of the zones that are left, less the carrying
    cost c (w + C) of the wait.
    """
    first = k * L.n_zones
    taken = 0.0
    if I[L.rules] == 1:
        for c in range(first, first + L.n_zones):
            I[L.cell_single + c] = 0
    for c in range(first, first + L.n_zones):
        I[L.cell_split + c] = 0
        I[L.price_reason + c] = JOINT
        F[L.rush_sales + c] = 0.0
        for b in range(c * L.n_zones, (c + 1) * L.n_zones):
            I[L.block_on + b] = 0
            I[L.block_apart + b] = 0
            I[L.block_binds + b] = 0
            I[L.block_rushing + b] = 0
            F[L.block_rush + b] = 0.0
            F[L.block_taken + b] = 0.0
        if I[L.rules] == 1:
            price_blocks(L, F, I, k, c)
            for b in range(c * L.n_zones, (c + 1) * L.n_zones):
                if I[L.block_on + b] == 1:
                    taken += F[L.block_taken + b]
    price_unlinked(L, F, I, k)
    mark_cells(L, I, k, 1)
    joint = pooled_log(L, F, I, k, taken, 1)
    split = split_blocks(L, F, I, k, joint)
    split = split_full(L, F, I, k, joint, split)
    rest = joint
    if split == 1:
        taken = 0.0
        for b in range(first * L.n_zones, (first + L.n_zones) * L.n_zones):
            if I[L.block_on + b] == 1 and I[L.block_apart + b] == 0:
                taken += F[L.block_taken + b]
        rest = rest_log(L, F, I, k, taken)
    for c in range(first, first + L.n_zones):
        if I[L.cell_linked + c] == 1:
            F[L.target_log + c] = rest
            if I[L.price_reason + c] == FULL_LINK:
                F[L.target_log + c] = max(F[L.alone_log + c], rest)
    if split == 1:
        raise_blocks(L, F, I, k, rest)
    price_empty(L, F, I, k, rest)


def rest_log(L: Layout, F: Floats, I: Ints, k: int, taken: float) -> float:
    """ln price of the zones that have none of their own; where rules cut off every zone, the lowest of their prices."""
    mark_cells(L, I, k, 0)
    for c in range(k * L.n_zones, (k + 1) * L.n_zones):
        if I[L.cell_in + c] == 1:
            return pooled_log(L, F, I, k, taken, 1)
    lowest = 0.0
    found = 0
    for b in range(k * L.n_zones * L.n_zones, (k + 1) * L.n_zones * L.n_zones):
        if I[L.block_apart + b] == 1 and (found == 0 or F[L.block_log + b] < lowest):
            lowest = F[L.block_log + b]
            found = 1
    return lowest


def price_unlinked(L: Layout, F: Floats, I: Ints, k: int) -> None:
    """A zone that trades with no other has a price of its own, and bears its own cuts alone."""
    first = k * L.n_zones
    for c in range(first, first + L.n_zones):
        if I[L.cell_linked + c] == 1 or F[L.wanted_sum + c] <= 0.0:
            continue
        for d in range(first, first + L.n_zones):
            I[L.cell_in + d] = 1 if d == c else 0
        loss = believed_whole_loss(L, F, I, k)
        F[L.target_log + c] = pooled_log(L, F, I, k, loss, 1)
        I[L.price_reason + c] = NO_TRADE


def price_empty(L: Layout, F: Floats, I: Ints, k: int, rest: float) -> None:
    """Where nobody makes, buys or stocks a product its price is what is asked elsewhere: of zones that trade, else of the first."""
    first = k * L.n_zones
    linked = 0
    only = 0.0
    for back in range(L.n_zones):
        c = first + L.n_zones - 1 - back
        linked = max(linked, I[L.cell_linked + c])
        if F[L.wanted_sum + c] > 0.0:
            only = F[L.target_log + c]
    for c in range(first, first + L.n_zones):
        if I[L.cell_linked + c] == 0 and F[L.wanted_sum + c] <= 0.0:
            F[L.target_log + c] = rest if linked == 1 else only


def split_blocks(L: Layout, F: Floats, I: Ints, k: int, joint: float) -> int:
    """Give blocks whose own price is above the joint one that price; 1 if there are any."""
    first = k * L.n_zones
    any_split = 0
    if I[L.rules] == 0:
        return any_split
    for b in range(first * L.n_zones, (first + L.n_zones) * L.n_zones):
        if I[L.block_on + b] == 0 or stands_apart(L, F, I, b, joint) == 0:
            continue
        any_split = 1
        I[L.block_apart + b] = 1
        if F[L.block_wait + b] <= 0.0:
            I[L.block_binds + b] = 1
        c = b // L.n_zones
        for d in range(L.n_zones):
            if I[L.pair_block + c * L.n_zones + d] == b:
                I[L.cell_split + first + d] = 1
    return any_split


def split_full(L: Layout, F: Floats, I: Ints, k: int, joint: float, split: int) -> int:
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


def raise_blocks(L: Layout, F: Floats, I: Ints, k: int, rest: float) -> None:
    """Prices behind rules, and the floor of the zones that control them."""
    first = k * L.n_zones
    mark_cells(L, I, k, 0)
    some_left = 0
    for c in range(first, first + L.n_zones):
        some_left = max(some_left, I[L.cell_in + c])
    mark_cells(L, I, k, 1)
    held = pooled_log(L, F, I, k, 0.0, 1 - some_left)
    for b in range(first * L.n_zones, (first + L.n_zones) * L.n_zones):
        if I[L.block_apart + b] == 0:
            continue
        level = max(F[L.block_log + b], rest)
        c = b // L.n_zones
        for d in range(L.n_zones):
            if I[L.pair_block + c * L.n_zones + d] == b and level >= F[L.target_log + first + d]:
                F[L.target_log + first + d] = level
                if level > rest:
                    I[L.price_reason + first + d] = RULE if F[L.block_wait + b] <= 0.0 else RUSH
    for b in range(first * L.n_zones, (first + L.n_zones) * L.n_zones):
        if I[L.block_binds + b] == 1:
            floor = held - F[L.carrying_cost_per_week + k] * (F[L.block_wait + b] + F[L.block_weeks + b])
            hold_back(L, F, I, k, b // L.n_zones, floor)


def hold_back(L: Layout, F: Floats, I: Ints, k: int, c: int, floor: float) -> None:
    """Raise the price of a zone that holds goods against reopening to its floor, and of those that trade freely with it.

    Who may still buy there pays what its holders ask: two prices without a rule or a full link between them would be a gap without
    a reason.
    """
    first = k * L.n_zones
    for z in range(first, first + L.n_zones):
        I[L.cell_in + z] = 1 if z == c else 0
    changed = 1
    while changed == 1:
        changed = 0
        for z in range(first, first + L.n_zones):
            if I[L.cell_in + z] == 1 or I[L.cell_linked + z] == 0 or I[L.cell_split + z] == 1:
                continue
            for y in range(first, first + L.n_zones):
                if I[L.cell_in + y] == 0 or I[L.cell_in + z] == 1 or I[L.cell_split + y] == 1:
                    continue
                there = y * L.n_zones + z - first
                back = z * L.n_zones + y - first
                if (F[L.pair_normal + there] > 0.0 and F[L.pair_wait + there] != 0.0) or (
                    F[L.pair_normal + back] > 0.0 and F[L.pair_wait + back] != 0.0
                ):
                    I[L.cell_in + z] = 1
                    changed = 1
    for z in range(first, first + L.n_zones):
        if I[L.cell_in + z] == 1 and floor > F[L.target_log + z]:
            F[L.target_log + z] = floor
            I[L.price_reason + z] = HELD_BACK
