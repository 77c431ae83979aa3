"""The zones behind rules of a zone that controls its exports: what they believe to lose, and the price they set by themselves."""

from __future__ import annotations

from .arrays import Floats, Ints
from .beliefs import LEAST_COUNT
from .cells import LEAST_WANTED, SEEN, lasting_flow
from .economics import believed_loss, log_ratio, saturate
from .layout_types import Layout


def price_block(L: Layout, F: Floats, I: Ints, k: int, c: int) -> None:
    """ln price by themselves of the zones that rules on exports from cell c mean, and the rush before their start.

    Nobody pays to carry a stock for longer than it takes to build it: until then notice moves nothing (`start_rush`).
    """
    first = k * L.n_zones
    normal = 0.0
    passing = 0.0
    weeks = 0.0
    lost = 0.0
    wait = -1.0
    ruled = 0
    for d in range(L.n_zones):
        if F[L.pair_wait + c * L.n_zones + d] >= 0.0:
            ruled = 1
    if ruled == 0:
        return
    mark_behind(L, F, I, k, c)
    for d in range(L.n_zones):
        p = c * L.n_zones + d
        I[L.cell_in + first + d] = I[L.pair_behind + p]
        if F[L.pair_wait + p] < 0.0:
            continue
        normal += F[L.pair_normal + p]
        passing += F[L.pair_pace + p] * F[L.pair_normal + p]
        stopped = (1.0 - F[L.pair_pace + p] + LEAST_COUNT) * F[L.pair_normal + p]
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


def mark_behind(L: Layout, F: Floats, I: Ints, k: int, c: int) -> None:
    """Mark in `pair_behind` the zones behind rules on exports from cell c: those that the rules mean, and who trades freely
    with these and can't be reached from c.

    A mine in a third country sells at the price that buyers behind the rule bid. Counted with what is left, the stock that
    the rule keeps in pushed its price down, though no tonne of that could come.
    """
    first = k * L.n_zones
    changed = 0
    for z in range(L.n_zones):
        p = c * L.n_zones + z
        I[L.pair_behind + p] = 1 if F[L.pair_wait + p] >= 0.0 else 0
        changed += I[L.pair_behind + p]
    while changed > 0:
        changed = 0
        for z in range(L.n_zones):
            p = c * L.n_zones + z
            if first + z == c or I[L.pair_behind + p] == 1 or F[L.pair_normal + p] > 0.0:
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
                if first + y != c and I[L.pair_behind + c * L.n_zones + y] == 0:
                    joins = -1  # trades with somebody who is not behind the rules
                    break
                if first + y != c:
                    joins = 1
            if joins == 1:
                I[L.pair_behind + p] = 1
                changed = 1


def start_rush(L: Layout, F: Floats, I: Ints, k: int, c: int, loss: float, need: float, spare: float) -> float:
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


def believed_block_loss(L: Layout, F: Floats, I: Ints, k: int, c: int) -> float:
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
            crossing -= lasting_flow(L, F, I, k, into)
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
