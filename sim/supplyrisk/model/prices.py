"""Phase 2 of a market week: spot prices by zone, what is quoted, contract prices, prices paid, landed costs."""

from __future__ import annotations

import math

from ..powers import exp
from ..streams import STREAM_ERROR_LEVEL, STREAM_ERROR_WEEK, normal_quantile, uniform
from .arrays import Floats, Ints
from .economics import landed_ratio, move_log_price, paid_price, smooth
from .layout_types import Layout

ERROR_WEEKS = 20.0  # e-fold of the part of the model's error that wanders
KEPT = math.exp(-1.0 / ERROR_WEEKS)  # of it, from week to week
FRESH = math.sqrt(1.0 - KEPT * KEPT)  # what every week adds
EPISODES = 8  # past squeezes from which the model's error was measured
TOUCHED = 2.0  # without a rule or a cut the error is whole once ln price aims half away from its baseline
SQUEEZED = 100.0  # with rules or cuts it is whole once they are believed to take 1 % of wanted stock
LEAST_STOPPED = 0.1  # of the trade it is on: what a rule counts for at least, as how open an office is may change
LEAST_SHARE = 1e-3  # of the error: less is none
ARRIVAL_RATE = 0.25  # 1/week: what arrives under contract is judged over four weeks


def draw_run_error(L: Layout, F: Floats, I: Ints, key: int) -> None:
    """b in units of tau: what the model gets wrong in a whole episode, from E = 8 of them.

    t with E - 1 degrees of freedom times sqrt(1 + 1/E), the predictive distribution of one more episode; drawn as a
    normal number over the root of a mean of E - 1 squares.
    """
    squares = 0.0
    for i in range(1, EPISODES):
        z = normal_quantile(uniform(key, STREAM_ERROR_LEVEL, 0, i))
        squares += z * z
    z = normal_quantile(uniform(key, STREAM_ERROR_LEVEL, 0, 0))
    F[L.run_error] = z / math.sqrt(squares / (EPISODES - 1)) * math.sqrt(1.0 + 1.0 / EPISODES)


def move_prices(L: Layout, F: Floats, I: Ints, key: int, week: int) -> None:
    """Spot prices go to their targets; quotes carry the model's own error; contracts follow quotes.

    l <- l + clip(s (target - l), -0.6, 0.6);  quoted l_q = l + the error that acts (`quote_with_error`);
    contract <- contract + (quoted - contract)/lag. Nobody in the model reckons with the error: holders, makers and whoever
    buys goods look at l; what users use this week, money, contracts and triggers go by the quote. At rest there is none, and
    a run without events has none.
    """
    for c in range(L.n_cells):
        k = I[L.cell_product + c]
        if F[L.target_log + c] != F[L.clean_log + c]:
            F[L.clean_log + c] = move_log_price(F[L.clean_log + c], F[L.target_log + c], F[L.price_adjustment + k])
            F[L.clean + c] = exp(F[L.clean_log + c])
        F[L.spot_log + c] = F[L.clean_log + c]
        F[L.spot + c] = F[L.clean + c]
    if I[L.rules] == 1:
        for k in range(L.n_products):
            if F[L.error_level + k] > 0.0 or F[L.error_weekly + k] > 0.0 or F[L.error_shift + k] != 0.0:
                quote_with_error(L, F, I, k, key, week)
    for c in range(L.n_cells):
        rate = F[L.contract_rate + I[L.cell_product + c]]
        F[L.contract + c] = smooth(F[L.contract + c], F[L.spot + c], rate)
        F[L.contract_clean + c] = smooth(F[L.contract_clean + c], F[L.clean + c], rate)


def quote_with_error(L: Layout, F: Floats, I: Ints, k: int, key: int, week: int) -> None:
    """Quoted prices of a product: l_q = l + h mu + g (b + f w).

    w is an AR(1) of sd sigma by zone, the same in all arms of a run; f^2 grows from 0 to 1 with the weeks in which the error
    acts, f^2 <- rho^2 f^2 + (1 - rho^2), as of a walk that sets out from the right price when the event begins: what the model
    gets wrong in week 50 is not known in week 1. mu is what past squeezes were dearer than the model, in the mean.
    """
    share_error(L, F, I, k)
    share = F[L.error_share + k]
    grown = KEPT * KEPT * F[L.error_grown + k]
    if share > 0.0:
        grown += FRESH * FRESH
    F[L.error_grown + k] = grown
    spread = math.sqrt(grown)
    drawn = share * F[L.error_level + k] * F[L.run_error]
    common = F[L.error_shift + k] * F[L.error_shift_share + k] + drawn
    single = 0
    for c in range(k * L.n_zones, (k + 1) * L.n_zones):
        single = max(single, I[L.cell_single + c])
    for c in range(k * L.n_zones, (k + 1) * L.n_zones):
        if single == 1:
            # Where rules single out buyers the others are in no squeeze: each is shifted as far as its own price has moved.
            own = min(F[L.error_shift_share + k], TOUCHED * abs(F[L.clean_log + c]))
            common = F[L.error_shift + k] * own + drawn
        z = F[L.error_weekly + k] * normal_quantile(uniform(key, STREAM_ERROR_WEEK, I[L.cell_key + c], week))
        F[L.error_now + c] = z if week == 0 else KEPT * F[L.error_now + c] + FRESH * z
        if share > 0.0:
            F[L.spot_log + c] = F[L.clean_log + c] + (common + share * spread * F[L.error_now + c])
            F[L.spot + c] = exp(F[L.spot_log + c])


def share_error(L: Layout, F: Floats, I: Ints, k: int) -> None:
    """g and h of a product: the shares of the model's own error, and of its median shift, that act this week.

    g is the larger of 100 times what rules in force (or in a rush before them) and cuts are believed to take, as a share of
    wanted stock, and of 2 max over zones of |target|, at most 1. It follows upwards at once, and downwards with the memory of
    w: when the model says that all is over, it may be wrong for as long as before. It is whole where it was measured, under
    rules and cuts, however little the model says that prices move. Elsewhere g grows slowly with the target: users answer
    the quote, and what they do moves the target by some tenth or fifth of the error, so that with 20 in place of 2 the error
    would feed itself for ever.

    h is the part of g that rules and cuts bring, times 2 max over zones of |l|, at most 1: the shift is of squeezes, in which
    prices move, and a rule that moves no price is given none.

    Of a product made from a squeezed one both are at least the input's times its share in the product's price.
    """
    wanted = 0.0
    for c in range(k * L.n_zones, (k + 1) * L.n_zones):
        wanted += F[L.wanted_sum + c]
    aimed = 0.0
    moved = 0.0
    held = 0.0
    for c in range(k * L.n_zones, (k + 1) * L.n_zones):
        part = SQUEEZED * F[L.wanted_sum + c] / wanted if wanted > 0.0 else 1.0
        part = part if part < 1.0 else 1.0
        aimed = max(aimed, TOUCHED * abs(F[L.target_log + c]) * part)
        moved = max(moved, TOUCHED * abs(F[L.clean_log + c]) * part)
        held += F[L.cut_sum + c]
    for b in range(k * L.n_zones * L.n_zones, (k + 1) * L.n_zones * L.n_zones):
        if I[L.block_on + b] == 1 and (F[L.block_wait + b] <= 0.0 or I[L.block_rushing + b] == 1):
            stopped = F[L.block_normal + b] - F[L.block_pace + b]
            if stopped < LEAST_STOPPED * F[L.block_normal + b]:
                stopped = LEAST_STOPPED * F[L.block_normal + b]
            held += stopped * F[L.block_weeks + b]
    squeezed = 0.0
    if held > 0.0 and wanted > 0.0:
        squeezed = min(1.0, SQUEEZED * held / wanted)
    share = max(max(min(1.0, aimed), squeezed), KEPT * F[L.error_share + k])
    shift = max(squeezed * min(1.0, moved), KEPT * F[L.error_shift_share + k])
    for q in range(L.n_inputs):
        if I[L.site_product + I[L.input_site + q]] == k:
            made_of = I[L.input_product + q]
            worth = F[L.recipe + q] * F[L.price_usd_per_kg + made_of] / F[L.price_usd_per_kg + k]
            worth = worth if worth < 1.0 else 1.0
            share = max(share, worth * F[L.error_share + made_of])
            shift = max(shift, worth * F[L.error_shift_share + made_of])
    F[L.error_share + k] = share if share > LEAST_SHARE else 0.0
    F[L.error_shift_share + k] = shift if shift > LEAST_SHARE else 0.0


def set_paid_prices(L: Layout, F: Floats, I: Ints) -> None:
    """Price paid at every node, and of what arrives under contract: contract tonnes that arrive, spot for what is missing, and duties.

    Once as quoted, for users and what is told, and once without the model's own error, for makers: they sell and buy at prices of
    one kind, or an error in one of them would stand for a margin.
    """
    for n in range(L.n_nodes):
        F[L.node_paid + n] = 0.0
        F[L.node_paid_clean + n] = 0.0
        F[L.node_contract + n] = 0.0
    for d in range(L.n_desks):
        node = I[L.desk_node + d]
        k = I[L.node_product + node]
        own = I[L.node_cell + node]
        spot = F[L.spot + own]
        arrivals = 0.0
        value = 0.0
        clean = 0.0
        duty = 0.0
        first = I[L.desk_lane_first + d]
        for lane in range(first, first + I[L.desk_lane_count + d]):
            flow = F[L.lane_arrivals + lane]
            if flow <= 0.0:
                continue
            follows = I[L.lane_from_cell + lane] if I[L.product_contract_origin + k] == 1 else own
            arrivals += flow
            value += flow * F[L.contract + follows]
            clean += flow * F[L.contract_clean + follows]
            now = F[L.lane_tariff + lane]
            start = F[L.tariff_start + lane]
            duty += flow if now == start else flow * (1.0 + now) / (1.0 + start)
        use = F[L.desk_expected + d]
        part = 0.0
        worth = 0.0
        worth_clean = 0.0
        factor = 1.0
        if arrivals > 0.0 and use > 0.0:
            part = arrivals / use
            if part > 1.0:
                part = 1.0
            part = part * F[L.contract_share + k]
            worth = part * value / arrivals
            worth_clean = part * clean / arrivals
            factor = duty / arrivals
        # A node that buys nothing in the baseline (new demand) has one desk, which speaks for it.
        share = F[L.desk_share + d] if F[L.node_need + node] > 0.0 else float(I[L.desk_main + d])
        F[L.node_paid + node] += share * paid_price(spot, worth, part) * factor
        F[L.node_paid_clean + node] += share * paid_price(F[L.clean + own], worth_clean, part) * factor
        F[L.node_contract + node] += share * (value / arrivals if arrivals > 0.0 else spot)


def price_exports(L: Layout, F: Floats, I: Ints) -> None:
    """Free-on-board price of what left each zone last week, at that week's prices, where the world wants it told.

    P_fob = sum of left (k contract + (1 - k)(P_home + rho max(P_abroad - P_home, 0))) / sum of left, over the lanes that leave the
    zone; left in t, k = `contract_share`, rho = `fob_rent_share` (share), prices as indices. Who has a licence, or a part of a quota,
    sells at what those behind the rule bid and keeps rho of the gap; the importer who has one keeps the rest. It is what a price
    agency calls "FOB" and, with contracts in it, near the unit value of customs. Freight and duties are no part of it. In a
    week in which nothing leaves it is asked for what would normally leave. Told only: nothing in the model reads it.
    """
    if I[L.weekly_first_fob] < 0:
        return
    for c in range(L.n_cells):
        F[L.fob_value + c] = 0.0
        F[L.fob_left + c] = 0.0
        F[L.fob_asked + c] = 0.0
    for lane in range(L.n_lanes):
        k = I[L.lane_product + lane]
        if I[L.lane_pair + lane] < 0 or I[L.product_fob + k] < 0:
            continue
        c = I[L.lane_from_cell + lane]
        d = I[L.lane_to_cell + lane]
        gap = F[L.spot + d] - F[L.spot + c]
        free = F[L.spot + c] + (F[L.fob_rent_share + k] * gap if gap > 0.0 else 0.0)
        follows = c if I[L.product_contract_origin + k] == 1 else d
        part = F[L.contract_share + k]
        price = part * F[L.contract + follows] + (1.0 - part) * free
        F[L.fob_value + c] += F[L.lane_left + lane] * price
        F[L.fob_left + c] += F[L.lane_left + lane]
        F[L.fob_asked + c] += F[L.lane_flow + lane] * price
    for c in range(L.n_cells):
        F[L.fob + c] = F[L.spot + c]
        if F[L.fob_left + c] > 0.0:
            F[L.fob + c] = F[L.fob_value + c] / F[L.fob_left + c]
        elif F[L.trade_out + c] > 0.0:
            F[L.fob + c] = F[L.fob_asked + c] / F[L.trade_out + c]


def office_age_weeks(L: Layout, F: Floats, I: Ints, office: int, day: int) -> float:
    """Mean age of the applications an office has not decided, weeks."""
    pending = I[L.office_pending + office]
    if pending <= 0:
        return 0.0
    return (float(day) * pending - I[L.office_pending_days + office]) / pending / 7.0


def lane_cost_ratio(L: Layout, F: Floats, I: Ints, lane: int, extra: float) -> float:
    """Landed cost of a lane relative to the baseline (see `economics.landed_ratio`)."""
    k = I[L.lane_product + lane]
    freight = F[L.freight_usd_per_kg + k] if I[L.lane_border + lane] == 1 else 0.0
    return landed_ratio(
        F[L.clean + I[L.lane_from_cell + lane]],
        F[L.price_usd_per_kg + k],
        freight,
        F[L.lane_tariff + lane],
        F[L.tariff_start + lane],
        extra,
    )
