"""Phases 3 and 4 of a market week: makers start batches, end users use the product."""

from __future__ import annotations

from ..powers import exp, log
from .arrays import FIRMS_PER_USER, Floats, Ints
from .beliefs import thrifted
from .economics import (
    mines_running,
    power,
    power_by_log,
    running_share,
    smooth,
    thrift_step,
    used_at_price,
)
from .layout_types import Layout
from .substitutes import choose_substitutes
from .supply import answer

LEAST_MARGIN = 0.02  # of the price: makers with less all but stand still


def offered_price(L: Layout, F: Floats, I: Ints, s: int) -> float:
    """Price index a site earns: spot (without the model's own error), a guaranteed floor or an offtake price, plus any subsidy.

    Makers plan at the price that sets the demand for their inputs.
    """
    price = F[L.clean + I[L.site_cell + s]]
    if F[L.site_floor + s] > price:
        price = F[L.site_floor + s]
    if F[L.site_offtake + s] > price:
        price = F[L.site_offtake + s]
    return price + F[L.site_subsidy + s]


def input_cost_rise(L: Layout, F: Floats, I: Ints, s: int) -> float:
    """Rise of a site's input costs as an index of its product's price: sum of recipe (paid - 1) p_input / p_product."""
    rise = 0.0
    first = I[L.site_input_first + s]
    for q in range(first, first + I[L.site_input_count + s]):
        paid = F[L.node_paid_clean + I[L.input_node + q]] - 1.0
        if paid != 0.0:
            rise += F[L.recipe + q] * paid * F[L.price_usd_per_kg + I[L.input_product + q]]
    return rise / F[L.price_usd_per_kg + I[L.site_product + s]] if rise != 0.0 else 0.0


def margin_ratio(L: Layout, F: Floats, I: Ints, s: int, price: float) -> float:
    """M = P - sum of (recipe now x paid - recipe) p_input / p_product: 1 at rest, at least 0.02.

    The money margin relative to the price, not to the baseline's margin: where inputs are most of the cost (heavy oxide:
    71 %), a ratio of margins turns a third more for the input into standstill and a doubled price into fivefold
    incentive, and the response grows without bound as the margin gets thin.
    """
    paid = 0.0
    first = I[L.site_input_first + s]
    for q in range(first, first + I[L.site_input_count + s]):
        index = F[L.node_paid_clean + I[L.input_node + q]]
        paid += (F[L.recipe_now + q] * index - F[L.recipe + q]) * F[L.price_usd_per_kg + I[L.input_product + q]]
    ratio = price - paid / F[L.price_usd_per_kg + I[L.site_product + s]]
    return ratio if ratio > LEAST_MARGIN else LEAST_MARGIN


def set_recipes(L: Layout, F: Floats, I: Ints) -> None:
    """Tonnes of every input per tonne of output at the price paid for it (without the model's own error): recipe x paid^-elasticity.

    Makers stretch what is dear: the dysprosium in a magnet fell by grain-boundary diffusion and lower grades
    after 2011.
    """
    for q in range(L.n_inputs):
        n = I[L.input_node + q]
        elasticity = F[L.input_elasticity + I[L.site_product + I[L.input_site + q]]]
        F[L.recipe_now + q] = F[L.recipe + q] * power_by_log(
            F[L.node_paid_clean + n], F[L.node_log_clean + n], -elasticity
        )


def set_incentives(L: Layout, F: Floats, I: Ints) -> None:
    """Answer of every site's plan to money: makers' margin^eta, mines' price^eta times the share of mines that still run."""
    for s in range(L.n_sites):
        price = offered_price(L, F, I, s)
        F[L.site_incentive + s] = margin_ratio(L, F, I, s, price) if I[L.site_input_count + s] > 0 else price
    # In a loop of their own, as other powers of the market: so the compiler reckons several at once.
    for s in range(L.n_sites):
        F[L.site_answer + s] = power(F[L.site_incentive + s], F[L.margin_exponent + I[L.site_product + s]])
    for s in range(L.n_sites):
        if I[L.site_input_count + s] == 0:
            running = mines_running(F[L.site_incentive + s], F[L.closing_price_index + s], F[L.unit_cost + s])
            F[L.site_answer + s] = F[L.site_answer + s] * running


def set_uses(L: Layout, F: Floats, I: Ints) -> None:
    """Shares of normal use that users want: now at the price paid, at length at the price paid without the model's own error.

    Thrift takes years, and the quotes by which the error was measured had been answered by it: users who thrift because a
    quote is wrong would push the price down until the error was gone.
    """
    for u in range(L.n_users):
        node = I[L.user_node + u]
        paid = F[L.node_paid + node]
        level = F[L.node_log_paid + node]
        steepening = F[L.elasticity_steepening + I[L.node_product + node]]
        F[L.user_used_now + u] = used_at_price(paid, level, F[L.elasticity_short + u], steepening)
        F[L.user_used_at_length + u] = used_at_price(
            F[L.node_paid_clean + node], F[L.node_log_clean + node], F[L.elasticity_long + u], 0.0
        )


def produce(L: Layout, F: Floats, I: Ints, day: int) -> None:
    """Every site moves its plan, and starts the batch of the week: what it plans, can make and has inputs for.

    makers  aim = min((W q0 + rush) M^eta, ready)      mines  aim = min(q0 growth P^eta running, ready)
    q <- q + (aim - q)/(up or down). The plan is not cut by an outage or by missing inputs: when the mine is back it runs
    at once. A project runs as far as its own cost and its margin let it.
    """
    for n in range(L.n_nodes):
        # Makers, users and buyers take powers of the price paid; one logarithm serves them all.
        paid = F[L.node_paid + n]
        F[L.node_log_paid + n] = log(paid) if paid > 0.0 and paid != 1.0 else 0.0
        clean = F[L.node_paid_clean + n]
        F[L.node_log_clean + n] = F[L.node_log_paid + n]
        if clean != paid:
            F[L.node_log_clean + n] = log(clean) if clean > 0.0 and clean != 1.0 else 0.0
    set_recipes(L, F, I)
    set_incentives(L, F, I)
    grown = 1.0
    since = day - I[L.lead_days]
    if F[L.capacity_growth] != 0.0 and since > 0:
        grown = exp(log(1.0 + F[L.capacity_growth]) * since / 365.25)
    for k in range(L.n_products):
        F[L.trend_level + k] = F[L.trend_level + k] * F[L.growth_step + k]
    for s in range(L.n_sites):
        answer(L, F, I, s, day)
        plan_site(L, F, I, s, F[L.site_capacity + s] * grown + F[L.site_entry + s])


def plan_site(L: Layout, F: Floats, I: Ints, s: int, capacity: float) -> None:
    """Plan and batch of one site with `capacity` t/week of its own, projects not counted.

    What is laid up or closed is no capacity now; what nobody records is made on top, and no quota or outage cuts it.
    """
    laid = capacity * F[L.site_laid_up + s]
    kept = 1.0 - F[L.site_laid_up + s] - F[L.site_closed + s]
    capacity = capacity * (kept if kept > 0.0 else 0.0)
    k = I[L.site_product + s]
    cell = I[L.site_cell + s]
    answer = F[L.site_answer + s]
    output = F[L.site_output + s]
    if I[L.site_input_count + s] > 0:
        sales = F[L.sales + cell] * output
        if F[L.rush_sales + cell] > 0.0:
            sales += F[L.rush_sales + cell] * output / F[L.output_start + cell]
        aim = sales * answer
    else:
        aim = output * F[L.trend_level + k] * answer
    ready = restart(L, F, I, s, aim, capacity)
    if aim > ready:
        aim = ready
    plan = F[L.site_plan + s]
    plan += (aim - plan) * (F[L.output_up_rate + k] if aim > plan else F[L.output_down_rate + k])
    if plan > ready:
        plan = ready
    F[L.site_plan + s] = plan
    left = capacity_left(L, F, I, s)
    project = F[L.site_extra + s] * run_project(L, F, I, s, answer if answer < 1.0 else 1.0)
    F[L.site_project + s] = project
    F[L.site_capacity_now + s] = ready + F[L.site_extra + s]
    F[L.site_dormant + s] = capacity - ready + laid
    possible = ready * left
    want = (plan if plan < possible else possible) + project * left + F[L.site_unrecorded + s]
    free = project * left * F[L.site_extra_free + s]
    # Inputs are bought for what the site can make now, not for what it lacks inputs for.
    start_batch(L, F, I, s, want, free, want - free)


def capacity_left(L: Layout, F: Floats, I: Ints, s: int) -> float:
    """Share of a site's capacity that events and outages leave now."""
    left = 1.0 - F[L.site_loss + s]
    if I[L.site_down + s] == 1:
        left = left * (1.0 - F[L.site_random_loss + s])
    if I[L.site_capped + s] == 1 and F[L.site_allowed + s] < left:
        left = F[L.site_allowed + s]
    return left


def ready_at_rest(L: Layout, F: Floats, I: Ints, s: int) -> float:
    """Capacity of the plants that run at rest, t/week: output and `ready_spare_share` of it, at most all capacity."""
    ready = F[L.site_output + s] * (1.0 + F[L.ready_spare_share + I[L.site_product + s]])
    return ready if ready < F[L.site_capacity + s] else F[L.site_capacity + s]


def restart(L: Layout, F: Floats, I: Ints, s: int, aim: float, capacity: float) -> float:
    """Capacity of plants that run or could tomorrow, t/week, one week on.

    ready <- ready + ((1 + spare) aim - ready)/restart, never below that of rest nor above `capacity` t/week. Plants that
    stood idle for years need crews, permits and repairs: restarts took 6 to 18 months, while those that run can give a
    tenth more at once. Where entry or growth adds capacity it is ready.
    """
    k = I[L.site_product + s]
    least = ready_at_rest(L, F, I, s) + (capacity - F[L.site_capacity + s])
    wanted = aim * (1.0 + F[L.ready_spare_share + k])
    ready = F[L.site_ready + s]
    ready += (wanted - ready) * F[L.restart_rate + k]
    if ready < least:
        ready = least
    if ready > capacity:
        ready = capacity
    F[L.site_ready + s] = ready
    return ready


def run_project(L: Layout, F: Floats, I: Ints, s: int, answer: float) -> float:
    """Share of a site's project capacity that runs: as far as its cost and margin let it, in the time that output takes.

    Lines are started and stopped like any others: if they followed the week's price, output would jump with it, and
    the price with output. A new project opens with what the price of its first week lets run.
    """
    if F[L.site_extra + s] <= 0.0:
        F[L.site_running + s] = -1.0
        return 0.0
    aim = answer * running_share(offered_price(L, F, I, s), F[L.site_extra_cost + s])
    running = F[L.site_running + s]
    if running < 0.0:
        running = aim
    k = I[L.site_product + s]
    running += (aim - running) * (F[L.output_up_rate + k] if aim > running else F[L.output_down_rate + k])
    F[L.site_running + s] = running
    return running


def start_batch(L: Layout, F: Floats, I: Ints, s: int, want: float, free: float, plan: float) -> None:
    """Start up to `want` t, of which `free` t need no input; take the inputs from stock.

    As their inputs run low makers slow down, like users: below `input_minimum_weeks` of the plan.
    """
    fed = want - free
    first = I[L.site_input_first + s]
    last = first + I[L.site_input_count + s]
    for q in range(first, last):
        h = I[L.input_holder + q]
        F[L.holder_expected + h] = plan * F[L.recipe_now + q]
        if F[L.recipe + q] > 0.0:
            possible = F[L.holder_stock + h] / (F[L.recipe_now + q] * F[L.holder_minimum + h])
            if possible < fed:
                fed = possible
    for q in range(first, last):
        amount = fed * F[L.recipe_now + q]
        h = I[L.input_holder + q]
        F[L.holder_stock + h] -= amount
        if F[L.holder_stock + h] < 0.0:
            F[L.holder_stock + h] = 0.0
        F[L.balance_used_t + I[L.input_product + q]] += amount
    F[L.site_called + s] = want
    F[L.site_lacking + s] = want - (fed + free) if want > fed + free else 0.0
    F[L.site_start + s] = fed + free
    F[L.site_wip + s] += fed + free


def batch_content(L: Layout, F: Floats, I: Ints, s: int) -> float:
    """Share of the tracked origin in a batch started now.

    All of it for a site in that country; else the recipe-weighted content of its inputs.
    """
    if I[L.site_country + s] == I[L.tracked_country]:
        return 1.0
    first = I[L.site_input_first + s]
    amount = 0.0
    carried = 0.0
    for q in range(first, first + I[L.site_input_count + s]):
        amount += F[L.recipe + q]
        carried += F[L.recipe + q] * F[L.desk_content + I[L.holder_desk + I[L.input_holder + q]]]
    return carried / amount if amount > 0.0 else 0.0


def use(L: Layout, F: Floats, I: Ints, day: int, week: int) -> None:
    """End users want, use and lack the product; fills the users' weekly columns.

    A firm class runs in full while its stock is above its working minimum and slows down below it, so
    that the first to stop are those who held least.
    """
    month = I[L.day_month + day]
    row = L.weekly_record + week * L.n_weekly
    for n in range(L.n_nodes):
        F[L.node_unserved_share + n] = 0.0
    set_uses(L, F, I)
    choose_substitutes(L, F, I)
    for u in range(L.n_users):
        node = I[L.user_node + u]
        normal = F[L.user_now + u]
        if I[L.season_first] >= 0:
            which = 12 * I[L.user_end_use + u] + int(F[L.season_month + month])
            normal = normal * F[I[L.season_first] + which]
        F[L.user_thrift + u] = thrift_step(
            F[L.user_thrift + u], F[L.user_used_at_length + u], F[L.thrift_up + u], F[L.thrift_down + u]
        )
        wanted = normal * (F[L.user_used_now + u] * (1.0 - thrifted(L, F, I, u)))
        got = use_by_firms(L, F, I, u, wanted)
        F[L.balance_used_t + I[L.node_product + node]] += got
        column = row + I[L.user_column + u]
        unserved = wanted - got if wanted > got else 0.0
        # What a programme has made unnecessary is neither wanted nor missing; what users save because
        # the price drives them to it is. Use above normal in a cheap market is not a negative shortage.
        needed = normal * (1.0 - F[L.user_programme + u])
        F[column] += needed
        F[column + 1] += unserved
        if needed > wanted:
            F[column + 2] += needed - wanted
        F[L.node_unserved_share + node] += unserved
    for n in range(L.n_nodes):
        if F[L.node_unserved_share + n] > 0.0:
            need = F[L.node_need + n]
            # Where only new demand buys there is no baseline to measure by.
            F[L.node_unserved_share + n] = F[L.node_unserved_share + n] / need if need > 0.0 else 1.0


def use_by_firms(L: Layout, F: Floats, I: Ints, u: int, wanted: float) -> float:
    """What the firm classes of a user use of the `wanted` t; they update their expectations."""
    each = 0.2 * wanted
    k = I[L.node_product + I[L.user_node + u]]
    rate = F[L.expectation_rate + k]
    total = 0.0
    first = I[L.user_holder + u]
    for h in range(first, first + FIRMS_PER_USER):
        possible = F[L.holder_stock + h] * F[L.holder_pace + h]
        used = each if each <= possible else possible
        if used > F[L.holder_stock + h]:
            used = F[L.holder_stock + h]
        F[L.holder_stock + h] -= used
        F[L.holder_expected + h] = smooth(F[L.holder_expected + h], each, rate) * F[L.holder_growth + h]
        total += used
    return total
