"""The start of a run: a balanced baseline that is an exact fixed point of the weekly rules.

From the primary numbers of a run (outputs, uses, recipes, trade shares, covers) this works out what
every site makes, every desk buys and every lane carries, and fills stocks and pipelines to match.
"""

from __future__ import annotations

import math
from typing import Any

from ..operations.dispatch import clear_rules
from ..operations.ops.licence import LOT_T
from ..operations.rows import param
from ..powers import exp, log
from .arrays import FIRMS_PER_USER, Floats, Ints
from .draws import whole_days
from .economics import WEEKS_PER_YEAR
from .layout_types import Layout
from .offices import draw_offices
from .orders import sum_holders
from .parting import place_in_cells, sum_baseline
from .prices import ARRIVAL_RATE, draw_run_error
from .production import batch_content, ready_at_rest
from .recurrence import NO_DAY, begin_series, happens
from .states import NEVER, ONCE, WAITING
from .supply import start_supply
from .trade import balance
from .traders import start_traders
from .weights import apply_weights, start_weights

LOTS_PER_WEEK = 40.0  # default size of an application: a fortieth of an office's normal weekly exports

HALF_YEAR_WEEKS = 26.0  # that plans and wanted cover look ahead

FOREVER_DAYS = 1e9  # longer than any horizon: the end of what has none

# Five equally large classes of a lognormal: standard normal medians of the fifths.
CLASS_Z = (-1.2815515655446004, -0.5244005127080407, 0.0, 0.5244005127080407, 1.2815515655446004)


def start_desks(L: Layout, F: Floats, I: Ints) -> None:
    """What every desk buys, in t/week: its users' use and its makers' inputs."""
    for d in range(L.n_desks):
        F[L.desk_need + d] = 0.0
    for u in range(L.n_users):
        F[L.desk_need + I[L.user_desk + u]] += F[L.user_use + u]
    for q in range(L.n_inputs):
        amount = F[L.recipe + q] * F[L.site_output + I[L.input_site + q]]
        F[L.desk_need + I[L.holder_desk + I[L.input_holder + q]]] += amount


def start_stocks(L: Layout, F: Floats, I: Ints) -> None:
    """Fill stocks, expectations and price states of the baseline."""
    for d in range(L.n_desks):
        need = F[L.node_need + I[L.desk_node + d]]
        F[L.desk_share + d] = F[L.desk_need + d] / need if need > 0.0 else 0.0
        F[L.desk_on_order + d] = 0.0
        F[L.desk_alert + d] = 0.0
        F[L.desk_remembered + d] = 0.0
        F[L.desk_withheld + d] = 0.0
        F[L.desk_in + d] = 0.0
    for lane in range(L.n_lanes):
        link = I[L.lane_link + lane]
        flow = F[L.link_flow + link] * F[L.desk_share + I[L.lane_desk + lane]] if link >= 0 else 0.0
        F[L.lane_flow + lane] = flow
        F[L.lane_arrivals + lane] = flow
        F[L.lane_arrived + lane] = flow
        F[L.lane_left + lane] = flow
        F[L.lane_pace + lane] = 1.0
        F[L.lane_weeks + lane] = 0.0
        F[L.lane_wait + lane] = -1.0
        F[L.desk_on_order + I[L.lane_desk + lane]] += flow * I[L.lane_pipe_weeks + lane]
    for u in range(L.n_users):
        _start_user(L, F, I, u)
    for w in range(L.n_swaps):
        F[L.swap_moved + w] = 0.0
    for q in range(L.n_inputs):
        h = I[L.input_holder + q]
        expected = F[L.recipe + q] * F[L.site_output + I[L.input_site + q]]
        F[L.holder_expected + h] = expected
        F[L.holder_cover + h] = F[L.input_cover_weeks + q]
        # Cover is what is left after the week's use; the first market finds that week's use on top.
        F[L.holder_stock + h] = expected * (F[L.input_cover_weeks + q] + 1.0)
        F[L.holder_claim + h] = expected
        # Makers who hold little anyway start the week above their minimum.
        minimum = F[L.input_minimum_weeks + I[L.site_product + I[L.input_site + q]]]
        most = 0.95 * (F[L.input_cover_weeks + q] + 1.0)
        F[L.holder_minimum + h] = minimum if minimum < most else most
    for s in range(L.n_sites):
        output = F[L.site_output + s]
        F[L.site_plan + s] = output
        F[L.site_project + s] = 0.0
        F[L.site_running + s] = -1.0
        F[L.site_ready + s] = ready_at_rest(L, F, I, s)
        F[L.site_capacity_now + s] = F[L.site_ready + s]
        F[L.site_dormant + s] = F[L.site_capacity + s] - F[L.site_ready + s]
        F[L.site_start + s] = output
        F[L.site_cut_weeks + s] = 0.0
        F[L.site_made + s] = output
        F[L.site_stock + s] = output * F[L.output_cover_weeks + s]
        F[L.site_wip + s] = output * I[L.site_pipe_weeks + s]
    for h in range(L.n_holders):
        F[L.holder_pace + h] = 1.0 / F[L.holder_minimum + h]
    for d in range(L.n_desks):
        sum_holders(L, F, I, d)
    for n in range(L.n_nodes):
        F[L.stockpile + n] = F[L.stockpile_start_weeks + n] * F[L.node_need + n]
        F[L.node_paid + n] = 1.0
        F[L.node_paid_clean + n] = 1.0
        F[L.node_contract + n] = 1.0
        F[L.stockpile_released + n] = 0.0
        F[L.stockpile_bought + n] = 0.0
        F[L.stockpile_sold + n] = 0.0


def _start_user(L: Layout, F: Floats, I: Ints, u: int) -> None:
    """Five equally large firm classes with lognormal cover of the given mean and spread."""
    sigma = math.sqrt(log(1.0 + F[L.cover_cv + u] * F[L.cover_cv + u]))
    total = 0.0
    for j in range(FIRMS_PER_USER):
        total += exp(sigma * CLASS_Z[j])
    expected = F[L.user_use + u] / FIRMS_PER_USER
    minimum = F[L.working_minimum_weeks + u]
    F[L.user_cover_sum + u] = 0.0
    F[L.user_remembered + u] = 0.0
    F[L.user_thrift + u] = 0.0
    for j in range(FIRMS_PER_USER):
        h = I[L.user_holder + u] + j
        cover = F[L.cover_weeks + u] * FIRMS_PER_USER * exp(sigma * CLASS_Z[j]) / total
        # A firm below its working minimum would be short before anything happens.
        if cover < 1.05 * minimum:
            cover = 1.05 * minimum
        F[L.holder_expected + h] = expected
        F[L.holder_cover + h] = cover
        F[L.holder_minimum + h] = minimum
        F[L.holder_stock + h] = expected * (cover + 1.0)
        F[L.user_cover_sum + u] += (cover + 1.0) / FIRMS_PER_USER
        F[L.holder_claim + h] = expected


def start_zones(L: Layout, F: Floats, I: Ints) -> None:
    """Normal purchases, output and trade of every product and zone, and prices at rest; no zone has parted yet."""
    for k in range(L.n_products):
        F[L.product_output + k] = 0.0
        F[L.entry_base + k] = 0.0
        F[L.trend_level + k] = 1.0
        F[L.error_share + k] = 0.0
        F[L.error_shift_share + k] = 0.0
        F[L.error_grown + k] = 0.0
    for c in range(L.n_cells):
        F[L.spot + c] = 1.0
        F[L.spot_log + c] = 0.0
        F[L.clean + c] = 1.0
        F[L.clean_log + c] = 0.0
        F[L.target_log + c] = 0.0
        F[L.error_now + c] = 0.0
        F[L.contract + c] = 1.0
        F[L.contract_clean + c] = 1.0
        F[L.sales + c] = 1.0
        I[L.cell_full + c] = 0
        I[L.cell_ruled + c] = 0
    for p in range(L.n_pairs):
        F[L.pair_wait + p] = -1.0
        F[L.pair_pace + p] = 1.0
        F[L.pair_weeks + p] = 0.0
        I[L.pair_office + p] = 0
        I[L.pair_class + p] = 0
        I[L.pair_block + p] = -1
    for s in range(L.n_sites):
        k = I[L.site_product + s]
        F[L.product_output + k] += F[L.site_output + s]
        if F[L.entry_share_per_year + s] > 0.0:
            F[L.entry_base + k] += F[L.site_output + s]
    sum_baseline(L, F, I)


def start_growth(L: Layout, F: Floats, I: Ints, day: int) -> None:
    """Weekly growth factors of expectations, so that a trend in the outlook surprises no one.

    Nothing grows in a lead-in (`day` before `lead_days`): the world's numbers are those of the reported start.
    """
    growing = day >= I[L.lead_days]
    for k in range(L.n_products):
        F[L.growth_step + k] = 1.0
    for back in range(L.n_products):
        k = L.n_products - 1 - back
        use = 0.0
        grown = 0.0
        for u in range(L.n_users):
            if I[L.node_product + I[L.user_node + u]] == k:
                step = exp(log(1.0 + F[L.demand_growth + u]) / WEEKS_PER_YEAR) if growing else 1.0
                for j in range(FIRMS_PER_USER):
                    F[L.holder_growth + I[L.user_holder + u] + j] = step
                use += F[L.user_use + u]
                grown += F[L.user_use + u] * step
        for q in range(L.n_inputs):
            if I[L.input_product + q] == k:
                step = F[L.growth_step + I[L.site_product + I[L.input_site + q]]]
                h = I[L.input_holder + q]
                F[L.holder_growth + h] = step
                use += F[L.holder_expected + h]
                grown += F[L.holder_expected + h] * step
        if use > 0.0:
            F[L.growth_step + k] = grown / use


def start_events(L: Layout, F: Floats, I: Ints, key: int, arm_events: Any) -> None:
    """Draw which dated events of the arm happen, and set their first days.

    `arm_events[v]` is 1 where event `v` belongs to the arm. The draw depends on the event's name only, so
    an event shared by several arms happens in all of them or in none.
    """
    I[L.rules] = 0
    for v in range(L.n_events):
        I[L.event_status + v] = NEVER
        I[L.event_rumour_day + v] = NO_DAY
        if arm_events[v] == 1 and F[L.event_rumoured + v] < FOREVER_DAYS:
            start_rumour(L, F, I, v)
        # What comes again is drawn each time.
        if arm_events[v] == 1 and (I[L.event_repeat + v] != ONCE or happens(L, F, I, key, v, 0) == 1):
            I[L.rules] = 1
            if I[L.event_trigger + v] == 0:
                I[L.event_day + v] = int(math.floor(F[L.event_start + v] + 0.5))
                I[L.event_notice_day + v] = int(math.floor(F[L.event_notice + v] + 0.5))
                start_in_time(L, I, v)
                begin_series(L, F, I, key, v, I[L.event_day + v], I[L.event_notice_day + v])
            else:
                I[L.event_status + v] = WAITING


def start_rumour(L: Layout, F: Floats, I: Ints, v: int) -> None:
    """Days of an event that is rumoured: also in the runs in which it never comes."""
    I[L.rules] = 1
    I[L.event_rumour_day + v] = int(math.floor(F[L.event_rumoured + v] + 0.5))
    if I[L.event_rumour_day + v] < I[L.event_first + v]:
        I[L.event_rumour_day + v] = I[L.event_first + v]
    I[L.event_day + v] = int(math.floor(F[L.event_start + v] + 0.5))
    I[L.event_notice_day + v] = int(math.floor(F[L.event_notice + v] + 0.5))
    start_in_time(L, I, v)


def start_in_time(L: Layout, I: Ints, v: int) -> None:
    """Keep an event that is not the outlook's out of the lead-in, which is the same in every arm.

    One drawn to start earlier starts on the first reported day; an announcement before it is old news.
    """
    first = I[L.event_first + v]
    if first == 0:
        return
    if I[L.event_notice_day + v] < first:
        I[L.event_notice_day + v] = first if I[L.event_notice_day + v] == I[L.event_day + v] else -1
    if I[L.event_day + v] < first:
        I[L.event_day + v] = first


def start_mass(L: Layout, F: Floats, I: Ints) -> None:
    """Tonnes of each product that exist at the start, for the balance of masses."""
    for lane in range(L.n_lanes):
        F[L.lane_in_transit + lane] = F[L.lane_flow + lane] * I[L.lane_pipe_weeks + lane]
    for k in range(L.n_products):
        F[L.balance_start_t + k] = mass_now(L, F, I, k)
        F[L.balance_made_t + k] = 0.0
        F[L.balance_used_t + k] = 0.0
        F[L.balance_lost_t + k] = 0.0


def mass_now(L: Layout, F: Floats, I: Ints, k: int) -> float:
    """Tonnes of product `k` in stocks, at customs and under way."""
    total = 0.0
    for lane in range(L.n_lanes):
        if I[L.lane_product + lane] == k:
            total += F[L.lane_in_transit + lane]
    for s in range(L.n_sites):
        if I[L.site_product + s] == k:
            total += F[L.site_stock + s] + F[L.site_held + s]
    for d in range(L.n_desks):
        if I[L.node_product + I[L.desk_node + d]] == k:
            total += F[L.desk_in + d]
    for h in range(L.n_holders):
        if I[L.node_product + I[L.desk_node + I[L.holder_desk + h]]] == k:
            total += F[L.holder_stock + h]
    for n in range(L.n_nodes):
        if I[L.node_product + n] == k:
            total += F[L.stockpile + n] + F[L.trader_stock + n]
    return total


def start_rates(L: Layout, F: Floats, I: Ints) -> None:
    """Weekly rates of what is given as times: the market multiplies by them instead of dividing."""
    I[L.remembers] = 0
    for k in range(L.n_products):
        if F[L.memory_of_rules + k] > 0.0 or F[L.remembered_cover_weeks + k] > 0.0:
            I[L.remembers] = 1
        F[L.expectation_rate + k] = 1.0 / F[L.expectation_weeks + k]
        F[L.carrying_cost_per_week + k] = F[L.carrying_cost_per_year + k] / WEEKS_PER_YEAR
        F[L.attention_rate + k] = 1.0 / F[L.attention_weeks + k]
        F[L.output_up_rate + k] = 1.0 / F[L.output_up_weeks + k]
        F[L.output_down_rate + k] = 1.0 / F[L.output_down_weeks + k]
        F[L.restart_rate + k] = 1.0 / F[L.restart_weeks + k]
        F[L.demand_memory_rate + k] = 1.0 / F[L.demand_memory_weeks + k]
        F[L.demand_return_rate + k] = 1.0 / F[L.demand_return_weeks + k]
        passing = HALF_YEAR_WEEKS * F[L.demand_return_rate + k]
        F[L.coming_weight + k] = (1.0 - exp(-passing)) / passing
        F[L.contract_rate + k] = 1.0 / F[L.contract_lag_weeks + k]
        F[L.order_rate + k] = 1.0 / F[L.order_adjustment_weeks + k]
    for lane in range(L.n_lanes):
        F[L.lane_expectation_rate + lane] = ARRIVAL_RATE
    place_in_cells(L, F, I)
    for lane in range(L.n_lanes):
        route = I[L.lane_route + lane]
        k = I[L.lane_product + lane]
        I[L.route_product + route] = k
        F[L.route_duty + route] = F[L.tariff_start + lane]
        F[L.route_freight + route] = F[L.freight_usd_per_kg + k] if I[L.lane_border + lane] == 1 else 0.0
    for u in range(L.n_users):
        F[L.thrift_up + u] = F[L.thrifting_speed + u] / WEEKS_PER_YEAR
        F[L.thrift_down + u] = F[L.thrifting_return + u] / WEEKS_PER_YEAR


def start_times(L: Layout, F: Floats, I: Ints) -> None:
    """Whole days of processing and transit, and the market weeks goods are in the pipe."""
    for s in range(L.n_sites):
        days = int(math.floor(F[L.processing_days + I[L.site_product + s]] + 0.5))
        if days < 1:
            days = 1
        I[L.site_days + s] = days
        # A batch started at one market and finished by the next is never seen in process.
        I[L.site_pipe_weeks + s] = (days + 6) // 7 - 1
        F[L.site_random_loss + s] = F[L.outage_share + s]
    for lane in range(L.n_lanes):
        days = int(math.floor(F[L.lane_transit + lane] + 0.5))
        if days < 1:
            days = 1
        I[L.lane_days + lane] = days
        I[L.lane_pipe_weeks + lane] = (days + 6) // 7 - 1


def start_days(L: Layout, F: Floats, I: Ints) -> None:
    """Whole days of what events were given in months, or as draws: rules change at the turn of a day.

    A duration of any length lasts a day at least; one that is drawn to end before it starts is none.
    """
    for v in range(L.n_events):
        days = F[L.event_duration + v]
        if days > 0.0 and days < FOREVER_DAYS:
            F[L.event_duration + v] = float(whole_days(days))
    for e in range(L.n_effects):
        F[L.effect_held + e] = 0.0
        F[L.effect_past + e] = F[L.event_last + I[L.effect_event + e]] / 7.0
    for p in range(L.n_points):
        if F[L.point_day + p] < FOREVER_DAYS:
            F[L.point_day + p] = float(math.floor(F[L.point_day + p] + 0.5))


def start_offices(L: Layout, F: Floats, I: Ints) -> None:
    """Normal exports and lot size of every licence office."""
    for o in range(L.n_offices):
        e = I[L.office_effect + o]
        normal = 0.0
        first = I[L.effect_target_first + e]
        for t in range(first, first + I[L.effect_target_count + e]):
            if int(F[L.target_value + t]) == o:
                normal += F[L.lane_flow + I[L.target_entity + t]]
        lot = param(L, F, e, LOT_T)
        if lot <= 0.0:
            lot = normal / LOTS_PER_WEEK if normal > 0.0 else 1.0
        F[L.office_normal + o] = normal
        F[L.office_lot + o] = lot
        F[L.office_level + o] = -1.0
        F[L.office_seen + o] = F[L.office_pace + I[L.office_product + o]]
        I[L.office_weeks + o] = 0
        # Half an officer in hand, so that rounding down does not favour either side.
        F[L.office_reviewed + o] = 0.5


def start_content(L: Layout, F: Floats, I: Ints) -> None:
    """Content of the tracked origin in every stock of the baseline, from the mines downstream."""
    for k in range(L.n_products):
        for s in range(L.n_sites):
            if I[L.site_product + s] == k:
                F[L.site_content + s] = batch_content(L, F, I, s)
        for d in range(L.n_desks):
            if I[L.node_product + I[L.desk_node + d]] != k:
                continue
            total = 0.0
            carried = 0.0
            first = I[L.desk_lane_first + d]
            for lane in range(first, first + I[L.desk_lane_count + d]):
                total += F[L.lane_flow + lane]
                carried += F[L.lane_flow + lane] * F[L.site_content + I[L.lane_site + lane]]
            F[L.desk_content + d] = carried / total if total > 0.0 else 0.0


def start_run(L: Layout, F: Floats, I: Ints, key: int, arm_events: Any) -> float:
    """Everything above, in order. Returns the misfit of the trade balance (see `trade.balance`)."""
    start_rates(L, F, I)
    start_times(L, F, I)
    start_days(L, F, I)
    misfit = balance(L, F, I)
    start_desks(L, F, I)
    start_stocks(L, F, I)
    start_supply(L, F, I)
    start_traders(L, F, I)
    start_growth(L, F, I, 0)
    start_zones(L, F, I)
    start_mass(L, F, I)
    start_weights(L, F, I)
    start_offices(L, F, I)
    draw_offices(L, F, I, key)
    draw_run_error(L, F, I, key)
    if I[L.tracked] == 1:
        start_content(L, F, I)
    clear_rules(L, F, I)
    apply_weights(L, F, I)
    start_events(L, F, I, key, arm_events)
    return misfit
