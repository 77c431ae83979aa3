"""What holders believe: how long rules and cuts last, what they let through, what demand is normal, what makers will sell.

Nothing here looks at prices, but for thrift and for leaks, which are of the week before.
"""

from __future__ import annotations

from ..operations.ops.freeze import GENERAL_LICENCES_HOLD
from ..operations.ops.licence import applies_to
from ..operations.ops.quota import PERIOD_DAYS, quota_unit
from ..operations.rows import param
from ..operations.table import BELIEVED, code
from ..powers import exp, log
from .arrays import Floats, Ints
from .controls import effect_base, effect_end, effect_now, started
from .economics import clip, smooth, weeks_announced, weeks_believed
from .layout_types import Layout
from .memory import first_belief, known_base, remember_rules, rumoured
from .movement import needs_licence
from .states import NOT_FROZEN
from .substitutes import swap_demand

NO_RULE = -1.0
LEAST_COUNT = 1e-9  # share of normal trade with which a rule counts that stops nothing
CLOSE = code("close")
FREEZE = code("freeze")
QUOTA = code("quota")
CAPACITY_LOSS = code("capacity_loss")
SUSPEND = code("suspend")
GENERAL_LICENCE = code("general_licence")

FOREVER_DAYS = 1e9  # longer than any horizon


def believe(L: Layout, F: Floats, I: Ints, day: int) -> None:
    """All beliefs of the week, from what is known on its market day (`time_effects` comes first)."""
    believe_demand(L, F, I, day)
    if I[L.rules] == 1:
        learn_paces(L, F, I)
        if I[L.known] == 1 or I[L.known_before] == 1:
            believe_lanes(L, F, I, day)
            believe_pairs(L, F, I)
            believe_cuts(L, F, I)
        I[L.known_before] = I[L.known]
    sum_flows(L, F, I)
    for back in range(L.n_products):
        believe_sales(L, F, I, L.n_products - 1 - back)


# --- demand -----------------------------------------------------------------------------------------
def believe_demand(L: Layout, F: Floats, I: Ints, day: int) -> None:
    """Demand of every user, the part that counts as normal, and the mean believed for the coming half year.

    n <- n + (d - n)/memory, at once where it is known to last; mean = n + (d - n)(1 - exp(-26 kappa))/(26 kappa): a
    deviation is believed to pass at kappa. Plans on a far longer discounted mean went on after a boom and overshot. A
    trend in the outlook surprises no one, and everybody knows the seasons: neither is a deviation.
    """
    since = day - I[L.lead_days]
    for u in range(L.n_users):
        k = I[L.node_product + I[L.user_node + u]]
        remembered = smooth(F[L.user_remembered + u], F[L.user_demand + u], F[L.demand_memory_rate + k])
        F[L.user_remembered + u] = remembered
        grown = 1.0
        if F[L.demand_growth + u] != 0.0 and since > 0:
            grown = exp(log(1.0 + F[L.demand_growth + u]) * since / 365.25)
        lasting = 1.0 + F[L.user_lasting + u]
        now = (F[L.user_use + u] * (lasting + F[L.user_demand + u]) + F[L.user_added + u]) * grown
        normal = (F[L.user_use + u] * (lasting + remembered) + F[L.user_added + u]) * grown
        F[L.user_now + u] = now
        F[L.user_normal + u] = normal
        F[L.user_coming + u] = normal + (now - normal) * F[L.coming_weight + k]
    swap_demand(L, F, I)


def thrifted(L: Layout, F: Floats, I: Ints, u: int) -> float:
    """x: share of a user's demand that thrift, or a programme, has removed."""
    own = F[L.user_thrift + u]
    return F[L.user_programme + u] if F[L.user_programme + u] > own else own


# --- rules ------------------------------------------------------------------------------------------
def time_effects(L: Layout, F: Floats, I: Ints, day: int) -> None:
    """When every rule or cut starts, as far as it is known, and the weeks C for which it is believed to hold."""
    I[L.known] = 0
    if I[L.remembers] == 1:
        remember_rules(L, F, I, day)
    for e in range(L.n_effects):
        F[L.effect_wait + e] = NO_RULE
        F[L.effect_weeks + e] = 0.0
        if BELIEVED[I[L.effect_op + e]] == 0:
            continue
        v = I[L.effect_event + e]
        base = effect_base(L, F, I, e)
        chance = 1.0
        if base < 0 or day < I[L.event_notice_day + v]:
            chance = rumoured(L, F, I, v, day)
            if chance <= 0.0:
                continue
            base = I[L.event_day + v]
        end = effect_end(L, F, I, e)
        start = base + F[L.point_day + I[L.effect_point_first + e]]
        if I[L.event_suspended + v] == 1:
            start = resumption(L, F, I, v)
        if day >= end or start >= end:
            continue
        wait = (start - day) / 7.0 if start > day else 0.0
        age = F[L.event_age + v] / 7.0 + ((day - start) / 7.0 + 1.0 if start <= day else 0.0)
        k = effect_product(L, I, e)
        if k < 0:
            continue
        if I[L.event_suspended + v] == 1:
            # A rule that is to come back is believed to last, as far as it is remembered, for having held before.
            age += F[L.memory_of_rules + k] * F[L.effect_held + e]
        rate = F[L.attention_rate + k]
        weeks = weeks_believed(age, wait, first_belief(L, F, e, k), rate)
        if I[L.event_end_told + v] == 1 and end < FOREVER_DAYS:
            told = weeks_announced((end - day) / 7.0, wait, rate)
            weeks = F[L.trust_in_end + k] * told + (1.0 - F[L.trust_in_end + k]) * weeks
        F[L.effect_wait + e] = wait
        # What may come counts by its chance: the weeks of withheld goods that are expected.
        F[L.effect_weeks + e] = weeks if chance == 1.0 else chance * weeks
        I[L.known] = 1


def resumption(L: Layout, F: Floats, I: Ints, v: int) -> float:
    """Day on which a suspended event is known to come back; endless where no end of its suspension has been announced."""
    day = FOREVER_DAYS
    for e in range(L.n_effects):
        if I[L.effect_op + e] != SUSPEND or I[L.event_end_told + I[L.effect_event + e]] == 0:
            continue
        first = I[L.effect_target_first + e]
        for t in range(first, first + I[L.effect_target_count + e]):
            if I[L.target_entity + t] == v and effect_base(L, F, I, e) >= 0:
                day = effect_end(L, F, I, e)
    return day


def effect_product(L: Layout, I: Ints, e: int) -> int:
    """Product of the first entity that a rule on lanes or sites touches, -1 if it touches none.

    Its numbers of belief stand for all that the rule touches: a rule has one length.
    """
    if I[L.effect_target_count + e] == 0:
        return -1
    entity = I[L.target_entity + I[L.effect_target_first + e]]
    if I[L.effect_op + e] == CAPACITY_LOSS:
        return I[L.site_product + entity]
    return I[L.lane_product + entity]


def believe_lanes(L: Layout, F: Floats, I: Ints, day: int) -> None:
    """What the rules on every lane are believed to let through, and for how long: of several the one that costs most.

    A rule in force counts before one that is to come; one to come on top of it counts as if in force, with its own C.
    """
    for lane in range(L.n_lanes):
        F[L.lane_pace + lane] = 1.0
        F[L.lane_weeks + lane] = 0.0
        F[L.lane_wait + lane] = NO_RULE
        I[L.lane_class + lane] = 0
    for e in range(L.n_effects):
        if I[L.effect_class + e] > 0 and I[L.effect_op + e] == GENERAL_LICENCE:
            favour_lanes(L, F, I, e, day)
        if F[L.effect_wait + e] < 0.0 or I[L.effect_op + e] == CAPACITY_LOSS:
            continue
        level = level_believed(L, F, I, e, day)
        op = I[L.effect_op + e]
        first = I[L.effect_target_first + e]
        last = first + I[L.effect_target_count + e]
        if op == QUOTA:
            level = quota_pace(L, F, I, e, level)
        for t in range(first, last):
            lane = I[L.target_entity + t]
            if op == CLOSE:
                if level <= 0.0:
                    continue
                pace = 1.0 - level + F[L.lane_leak + lane]
            elif op == FREEZE:
                if level <= 0.0 or needs_licence(L, F, I, lane) == 0:
                    continue
                held = param(L, F, e, GENERAL_LICENCES_HOLD) > 0.0
                pace = (F[L.lane_general + lane] if held else 0.0) + F[L.lane_leak + lane]
            elif op == QUOTA:
                if level >= F[L.link_multiple + I[L.lane_product + lane]]:
                    continue
                pace = level + F[L.lane_leak + lane]
            else:
                office = int(F[L.target_value + t])
                general = F[L.lane_general + lane]
                if applies_to(L, F, I, lane, office) == 0 or general >= 1.0:
                    continue
                pace = general + (1.0 - general) * F[L.office_seen + office]
            put_rule_on_lane(L, F, lane, pace, F[L.effect_weeks + e], F[L.effect_wait + e])
            I[L.lane_class + lane] |= I[L.effect_class + e]


def favour_lanes(L: Layout, F: Floats, I: Ints, e: int, day: int) -> None:
    """Mark the lanes that a general licence for some buyers favours."""
    base = effect_base(L, F, I, e)
    if started(L, F, I, e, base, day) == 0 or effect_now(L, F, I, e, float(day - base)) <= 0.0:
        return
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        I[L.lane_class + I[L.target_entity + t]] |= I[L.effect_class + e]


def put_rule_on_lane(L: Layout, F: Floats, lane: int, pace: float, weeks: float, wait: float) -> None:
    """Let a rule count for a lane if it costs more than what counts so far.

    One that lets through what is normal, leaks included, is a rule still: nobody can make up for what is lost by more.
    """
    pace = clip(pace, 0.0, 1.0)
    before = F[L.lane_wait + lane]
    if before < 0.0 or (1.0 - pace) * weeks > (1.0 - F[L.lane_pace + lane]) * F[L.lane_weeks + lane]:
        F[L.lane_pace + lane] = pace
        F[L.lane_weeks + lane] = weeks
    F[L.lane_wait + lane] = wait if before < 0.0 or wait < before else before


def level_believed(L: Layout, F: Floats, I: Ints, e: int, day: int) -> float:
    """Level of a rule today, or on its first day if that is to come; while it builds up, the level it builds up to.

    Who announces a rule that comes into force by and by says what it comes to: buyers reckon with that. Steps of a
    schedule that lie ahead are not reckoned with, nor is a rule that is being lifted taken for lifted.
    """
    base = known_base(L, F, I, e)
    offset = float(day - base)
    first = F[L.point_day + I[L.effect_point_first + e]]
    if offset < first:
        offset = first
    level = effect_now(L, F, I, e, offset)
    if I[L.effect_linear + e] == 0:
        return level
    end = effect_now(L, F, I, e, line_end(L, F, I, e, offset))
    harsher = end > level if I[L.effect_op + e] == CLOSE else end < level
    return end if harsher else level


def line_end(L: Layout, F: Floats, I: Ints, e: int, offset: float) -> float:
    """Days after a rule's base at which the straight line it is on ends; of the first of two points on one day."""
    first = I[L.effect_point_first + e]
    last = first + I[L.effect_point_count + e]
    at = first
    while at + 1 < last and F[L.point_day + at] <= offset:
        at += 1
    day = F[L.point_day + at]
    if at + 1 < last and F[L.point_day + at + 1] == day:
        return offset
    return day if day > offset else offset


def quota_pace(L: Layout, F: Floats, I: Ints, e: int, level: float) -> float:
    """Normal trade that a quota lets through: its tonnes a week over what its lanes normally ship; above 1 if it is more."""
    normal = 0.0
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        normal += F[L.lane_flow + I[L.target_entity + t]]
    if normal <= 0.0:
        return 1.0
    allowed = level * quota_unit(L, F, I, e) * 7.0 / param(L, F, e, PERIOD_DAYS)
    return allowed / normal


def learn_paces(L: Layout, F: Floats, I: Ints) -> None:
    """Paces of offices: a <- a + (what left / normal - a)/tau_b while in force; `office_pace` until then."""
    for o in range(L.n_offices):
        e = I[L.office_effect + o]
        k = I[L.office_product + o]
        if F[L.effect_wait + e] != 0.0 or F[L.office_level + o] < 0.0:
            F[L.office_seen + o] = F[L.office_pace + k]
            continue
        left = 0.0
        normal = 0.0
        first = I[L.effect_target_first + e]
        for t in range(first, first + I[L.effect_target_count + e]):
            lane = I[L.target_entity + t]
            if int(F[L.target_value + t]) == o and I[L.lane_office + lane] == o:
                # What a general licence lets out, or a ban or a freeze stops, is no work of the office.
                free = 1.0 - F[L.lane_close + lane]
                if free <= 0.0 or I[L.lane_freeze + lane] != NOT_FROZEN:
                    continue
                single = 1.0 - F[L.lane_general + lane]
                left += max(F[L.lane_left + lane] - F[L.lane_general_left + lane], 0.0)
                normal += F[L.lane_flow + lane] * single * free
        if normal > 0.0 and I[L.office_weeks + o] > 0:
            F[L.office_seen + o] = smooth(F[L.office_seen + o], left / normal, 1.0 / F[L.pace_learning_weeks + k])
            F[L.office_seen + o] = F[L.office_seen + o] if F[L.office_seen + o] < 1.0 else 1.0
        I[L.office_weeks + o] += 1


def believe_cuts(L: Layout, F: Floats, I: Ints) -> None:
    """Weeks for which the cut of every site's capacity is believed to last: of several cuts the longest."""
    for s in range(L.n_sites):
        F[L.site_cut_weeks + s] = 0.0
    for e in range(L.n_effects):
        if I[L.effect_op + e] != CAPACITY_LOSS or F[L.effect_wait + e] != 0.0:
            continue
        first = I[L.effect_target_first + e]
        for t in range(first, first + I[L.effect_target_count + e]):
            s = I[L.target_entity + t]
            F[L.site_cut_weeks + s] = max(F[L.site_cut_weeks + s], F[L.effect_weeks + e])


def believe_pairs(L: Layout, F: Floats, I: Ints) -> None:
    """Rules by pair of zones: what they let through, and for how long.

    Lanes without a rule beside ruled ones can carry m times their normal flow: goods that one buyer may not have go to
    others, who leave theirs to the first.
    """
    for p in range(L.n_pairs):
        F[L.pair_open + p] = 0.0
        F[L.pair_lost + p] = 0.0
        F[L.pair_weeks + p] = 0.0
        F[L.pair_wait + p] = NO_RULE
        F[L.pair_pace + p] = 1.0
        I[L.pair_office + p] = 0
        I[L.pair_class + p] = 0
    for lane in range(L.n_lanes):
        p = I[L.lane_pair + lane]
        flow = F[L.lane_flow + lane]
        if p < 0 or flow <= 0.0:
            continue
        wait = F[L.lane_wait + lane]
        I[L.pair_class + p] |= I[L.lane_class + lane]
        if wait < 0.0:
            F[L.pair_open + p] += F[L.link_multiple + I[L.lane_product + lane]] * flow
            continue
        lost = (1.0 - F[L.lane_pace + lane]) * flow
        F[L.pair_open + p] += flow - lost
        counts = lost + LEAST_COUNT * flow
        F[L.pair_lost + p] += counts
        F[L.pair_weeks + p] += counts * F[L.lane_weeks + lane]
        if F[L.pair_wait + p] < 0.0 or wait < F[L.pair_wait + p]:
            F[L.pair_wait + p] = wait
        if I[L.lane_office + lane] >= 0:
            I[L.pair_office + p] = 1
    for p in range(L.n_pairs):
        if F[L.pair_wait + p] < 0.0:
            continue
        pace = F[L.pair_open + p] / F[L.pair_normal + p]
        F[L.pair_pace + p] = pace if pace < 1.0 else 1.0
        F[L.pair_weeks + p] = F[L.pair_weeks + p] / F[L.pair_lost + p]
        # Lanes without a rule can carry what the others may not.
        if pace > 1.0 + LEAST_COUNT:
            F[L.pair_wait + p] = NO_RULE


def sum_flows(L: Layout, F: Floats, I: Ints) -> None:
    """What left last week between zones; the count of the coming week begins."""
    for p in range(L.n_pairs):
        F[L.pair_flow + p] = 0.0
    for lane in range(L.n_lanes):
        p = I[L.lane_pair + lane]
        if p >= 0:
            F[L.pair_flow + p] += F[L.lane_left + lane]
        F[L.lane_left + lane] = 0.0
        F[L.lane_general_left + lane] = 0.0


# --- sales ------------------------------------------------------------------------------------------
def believe_sales(L: Layout, F: Floats, I: Ints, k: int) -> None:
    """W: sales that makers of product k plan on, by zone, of the baseline's; no prices in it.

        D_z = sum over users of mean demand (1 - thrift) + sum over makers of j of recipe q0_j W_j
        W_z = [own part D_z/D0_z + sum over d of E0_zd D_d/D0_d (1 - (1 - a) r C  while a rule on z -> d is in force)] / Q0_z

    r C is the discounted share of time under the rule. During notice nothing is taken off: makers produce for the
    rush. Called from the last product to the first, as makers of an input plan on the plans of those who use it.
    """
    first = k * L.n_zones
    for c in range(first, first + L.n_zones):
        F[L.demand_sum + c] = 0.0
    for u in range(I[L.product_user_first + k], I[L.product_user_first + k] + I[L.product_user_count + k]):
        cell = I[L.node_cell + I[L.user_node + u]]
        F[L.demand_sum + cell] += F[L.user_coming + u] * (1.0 - thrifted(L, F, I, u))
    for q in range(L.n_inputs):
        if I[L.input_product + q] == k:
            s = I[L.input_site + q]
            sales = F[L.sales + I[L.site_cell + s]]
            F[L.demand_sum + I[L.node_cell + I[L.input_node + q]]] += F[L.recipe + q] * F[L.site_output + s] * sales
    rate = F[L.attention_rate + k]
    for z in range(L.n_zones):
        c = first + z
        F[L.sales + c] = 1.0
        output = F[L.output_start + c]
        if output <= 0.0:
            continue
        own = output - F[L.trade_out + c]
        total = own * demand_ratio(L, F, c)
        for d in range(L.n_zones):
            p = c * L.n_zones + d
            if F[L.pair_normal + p] > 0.0:
                flow = F[L.pair_normal + p] * demand_ratio(L, F, first + d)
                if I[L.rules] == 1 and F[L.pair_wait + p] == 0.0:
                    lost = (1.0 - F[L.pair_pace + p]) * rate * F[L.pair_weeks + p]
                    flow = flow * (1.0 - (lost if lost < 1.0 else 1.0))
                total += flow
        F[L.sales + c] = total / output


def demand_ratio(L: Layout, F: Floats, c: int) -> float:
    """Believed purchases of a zone over those of the baseline."""
    return F[L.demand_sum + c] / F[L.need_start + c] if F[L.need_start + c] > 0.0 else 1.0
