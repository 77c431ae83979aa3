"""The zones behind rules of a zone that controls its exports: what they believe to lose, and the price they set by themselves."""

from __future__ import annotations

from .arrays import Floats, Ints
from .beliefs import LEAST_COUNT
from .cells import LEAST_WANTED, SEEN, lasting_flow
from .economics import believed_loss, log_ratio, saturate
from .layout_types import Layout

EVERY = -1  # zone whose class of rules is meant: all that are in no block yet
OPEN_PRICE = 1e-9  # of ln price: less is no gap
LEAST_LACK = (
    0.05  # ln of wanted over held stock up to which singled-out buyers who fear no loss pay no more (assumption)
)


def price_blocks(L: Layout, F: Floats, I: Ints, k: int, c: int) -> None:
    """Blocks of zones behind rules on exports from cell c, with the prices that they set by themselves.

    All destinations are one block where all rules are on all. Those whom a rule singles out are a class: the class that is
    dearest alone leaves the block if it is dearer than all of it together, and the rest is reckoned again.
    """
    first = c * L.n_zones
    ruled = 0
    for d in range(L.n_zones):
        I[L.pair_block + first + d] = -1
        if F[L.pair_wait + first + d] >= 0.0:
            ruled += 1
    left = ruled
    while left > 0:
        block = mark_block(L, F, I, k, c, EVERY)
        whole = price_block(L, F, I, k, c, block)
        if left > 1 and has_classes(L, F, I, c) == 1:
            block = mark_block(L, F, I, k, c, dearest_class(L, F, I, k, c, whole))
            price_block(L, F, I, k, c, block)
        left = settle_block(L, F, I, k, c, block)


def has_classes(L: Layout, F: Floats, I: Ints, c: int) -> int:
    """1 if rules on exports from cell c single out some of the zones that are in no block yet."""
    found = -1
    for p in range(c * L.n_zones, (c + 1) * L.n_zones):
        if F[L.pair_wait + p] >= 0.0 and I[L.pair_block + p] < 0:
            if found >= 0 and I[L.pair_class + p] != found:
                return 1
            found = I[L.pair_class + p]
    return 0


def dearest_class(L: Layout, F: Floats, I: Ints, k: int, c: int, whole: float) -> int:
    """First zone of the class of rules that is dearest alone, if dearer than the block that it is in, `whole`; else EVERY."""
    first = c * L.n_zones
    dearest = EVERY
    for d in range(L.n_zones):
        if F[L.pair_wait + first + d] < 0.0 or I[L.pair_block + first + d] >= 0:
            continue
        if mark_block(L, F, I, k, c, d) != first + d:
            continue  # not the first of its class
        level = price_block(L, F, I, k, c, first + d)
        if stands_apart(L, F, I, first + d, whole) == 1:
            whole = level
            dearest = d
    return dearest


def stands_apart(L: Layout, F: Floats, I: Ints, block: int, joint: float) -> int:
    """1 if a block is dearer alone than the zones that it would share a price with, at `joint`.

    Until a rush begins trade is free, whatever else makes stocks uneven.
    """
    if F[L.block_wait + block] > 0.0 and I[L.block_rushing + block] == 0:
        return 0
    return 1 if F[L.block_log + block] > joint + OPEN_PRICE else 0


def settle_block(L: Layout, F: Floats, I: Ints, k: int, c: int, block: int) -> int:
    """The marked zones are a block; returns how many zones that rules mean are in none yet."""
    left = 0
    if F[L.block_lost + block] > 0.0:
        I[L.block_on + block] = 1
        F[L.rush_sales + c] += F[L.block_sales + block]
    for d in range(L.n_zones):
        p = c * L.n_zones + d
        if I[L.cell_in + k * L.n_zones + d] == 1:
            I[L.pair_block + p] = block
            if I[L.pair_class + p] > 0 and F[L.block_wait + block] <= 0.0:
                I[L.cell_single + k * L.n_zones + d] = 1
                I[L.singled_out] = 1
        elif F[L.pair_wait + p] >= 0.0 and I[L.pair_block + p] < 0:
            left += 1
    return left


def price_block(L: Layout, F: Floats, I: Ints, k: int, c: int, block: int) -> float:
    """ln price by themselves of the marked zones, behind rules on exports from cell c, and the rush before their start.

    Nobody pays to carry a stock for longer than it takes to build it: until then notice moves nothing (`start_rush`).
    Buyers whom a rule singles out and whose free suppliers can send what it stops fear no loss: they pay more than these ask
    only by what they lack beyond a twentieth of their stock, which is on the way.
    """
    first = k * L.n_zones
    normal = 0.0
    passing = 0.0
    weeks = 0.0
    lost = 0.0
    wait = -1.0
    for d in range(L.n_zones):
        p = c * L.n_zones + d
        if I[L.cell_in + first + d] == 0 or F[L.pair_wait + p] < 0.0:
            continue
        normal += F[L.pair_normal + p]
        passing += F[L.pair_pace + p] * F[L.pair_normal + p]
        stopped = (1.0 - F[L.pair_pace + p] + LEAST_COUNT) * F[L.pair_normal + p]
        weeks += stopped * F[L.pair_weeks + p]
        lost += stopped
        if wait < 0.0 or F[L.pair_wait + p] < wait:
            wait = F[L.pair_wait + p]
    F[L.block_lost + block] = lost
    I[L.block_rushing + block] = 0
    F[L.block_rush + block] = 0.0
    F[L.block_taken + block] = 0.0
    F[L.block_sales + block] = 0.0
    F[L.block_log + block] = 0.0
    if lost <= 0.0:
        return 0.0
    F[L.block_normal + block] = normal
    F[L.block_pace + block] = passing
    F[L.block_weeks + block] = weeks / lost
    F[L.block_wait + block] = wait
    loss = believed_block_loss(L, F, I, k, c, block)
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
        gap = start_rush(L, F, I, k, c, block, loss, wanted + loss - stock, spare)
    claim = wanted + gap
    F[L.block_log + block] = log_ratio(
        claim if claim > LEAST_WANTED * wanted else LEAST_WANTED * wanted,
        stock,
        F[L.least_stock_share + k] * wanted,
        cost / made if made > 0.0 else F[L.joint_cost + k],
        F[L.price_floor + k],
        F[L.price_ceiling + k],
    )
    if I[L.pair_class + block] > 0 and F[L.block_loss + block] <= 0.0:
        F[L.block_log + block] -= LEAST_LACK
    return F[L.block_log + block]


def mark_block(L: Layout, F: Floats, I: Ints, k: int, c: int, alone: int) -> int:
    """Mark in `cell_in` zones behind rules on exports from cell c: all that are in no block yet, or with `alone` those under
    the same rules as this zone; and who trades freely with these and can't be reached from c. Returns the block's number.

    A mine in a third country sells at the price that buyers behind the rule bid. Counted with what is left, the stock that
    the rule keeps in pushed its price down, though no tonne of that could come. One that sells to several blocks gets the
    price of the cheapest, to which it can sell all.
    """
    first = k * L.n_zones
    block = -1
    changed = 0
    for z in range(L.n_zones):
        p = c * L.n_zones + z
        meant = F[L.pair_wait + p] >= 0.0 and I[L.pair_block + p] < 0
        if meant and alone != EVERY and I[L.pair_class + p] != I[L.pair_class + c * L.n_zones + alone]:
            meant = False
        I[L.cell_in + first + z] = 1 if meant else 0
        if meant:
            changed += 1
            if block < 0:
                block = p
    while changed > 0:
        changed = 0
        for z in range(L.n_zones):
            p = c * L.n_zones + z
            if (
                first + z == c
                or I[L.cell_in + first + z] == 1
                or F[L.pair_normal + p] > 0.0
                or I[L.pair_block + p] >= 0
            ):
                continue
            joins = 0
            for y in range(L.n_zones):
                there = (first + z) * L.n_zones + y
                back = (first + y) * L.n_zones + z
                if F[L.pair_wait + there] >= 0.0:
                    joins = -1  # controls what it sells itself
                    break
                if F[L.pair_normal + there] <= 0.0 and (F[L.pair_normal + back] <= 0.0 or F[L.pair_wait + back] >= 0.0):
                    continue
                if first + y != c and I[L.cell_in + first + y] == 0 and I[L.pair_block + c * L.n_zones + y] < 0:
                    joins = -1  # trades with somebody who is not behind the rules
                    break
                if first + y != c and I[L.cell_in + first + y] == 1:
                    joins = 1
            if joins == 1:
                I[L.cell_in + first + z] = 1
                changed = 1
    return block


def start_rush(
    L: Layout, F: Floats, I: Ints, k: int, c: int, block: int, loss: float, need: float, spare: float
) -> float:
    """Begin or go on with the rush before rules on exports from cell c start; returns what is still feared, t.

    It is on from w = min(min(need, makers' stock)/((m - 1) E0), rush_w) weeks before: what can be had at all, at what
    links carry on top of normal. While it is on the block's loss is X - (m - 1) E0 w, as that much can still come, and
    everybody bears what is taken less the world's spare capacity times w.
    """
    wait = F[L.block_wait + block]
    carried = (F[L.link_multiple + k] - 1.0) * F[L.block_normal + block] * F[L.trend_level + k]
    if need <= 0.0 or carried <= 0.0:
        return 0.0
    had = F[L.own_stock + c]
    longest = (need if need < had else had) / carried
    if longest > F[L.rush_weeks + k]:
        longest = F[L.rush_weeks + k]
    if wait > longest:
        return 0.0
    I[L.block_rushing + block] = 1
    F[L.block_rush + block] = need
    taken = (loss if loss < had else had) - (spare if spare > 0.0 else 0.0) * wait
    F[L.block_taken + block] = taken if taken > 0.0 else 0.0
    weekly = need / (wait if wait > 1.0 else 1.0)
    F[L.block_sales + block] = weekly if weekly < carried else carried
    left = loss - carried * wait
    return left if left > 0.0 else 0.0


def believed_block_loss(L: Layout, F: Floats, I: Ints, k: int, c: int, block: int) -> float:
    """X_b of the zones marked `cell_in`, behind rules on exports from cell c, t.

    y = [D + X_u r/(r + kappa) + outflow0 - Qc - free inflow0 - a E0] C and what starting costs (`economics.believed_loss`) + cut;
    X = sat(y), and once in force the surplus that is under way. Free inflow can rise to m times its normal where no rule is on it.
    """
    first = k * L.n_zones
    rate = F[L.attention_rate + k]
    weeks = F[L.block_weeks + block]
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
            crossing -= lasting_flow(L, F, I, k, into)
            if o != c:
                # Other rules that hold on the way in let through what they do.
                multiple = F[L.link_multiple + k] if F[L.pair_wait + into] != 0.0 else F[L.pair_pace + into]
                free += multiple * F[L.pair_normal + into] * F[L.trend_level + k]
    passes = rate / (rate + F[L.demand_return_rate + k])
    short = need + passing * passes + outflow - capacity - dormant - free - F[L.block_pace + block]
    loss = believed_loss(short, idle, dormant, weeks, F[L.output_up_rate + k], F[L.restart_rate + k])
    believed = saturate(loss + cut, F[L.unequal_stocks + k], start * F[L.longest_cover_weeks + k])
    F[L.block_loss + block] = believed
    if F[L.block_wait + block] <= 0.0:
        near = need + SEEN * passing - made + crossing
        if near < 0.0:
            believed += near * F[L.surplus_weeks + k]
    return believed
