"""Phases 3 and 4 of a market week: makers start batches, end users use the product."""

from __future__ import annotations

from typing import Any

from ..powers import exp, log
from .arrays import Floats, Ints
from .economics import power, power_by_log, running_share, smooth, thrift_step, used_at_price, wanted_output


def offered_price(L: Any, F: Floats, I: Ints, s: int) -> float:
    """Price index a site earns: spot, a guaranteed floor or an offtake price, plus any subsidy."""
    price = F[L.spot + I[L.site_cell + s]]
    if F[L.site_floor + s] > price:
        price = F[L.site_floor + s]
    if F[L.site_offtake + s] > price:
        price = F[L.site_offtake + s]
    return price + F[L.site_subsidy + s]


def earned_price(L: Any, F: Floats, I: Ints, s: int) -> float:
    """Average price index a site earns: contract tonnes at the lagged contract price, the rest at spot.

    The counterpart of what makers pay for inputs. With output valued at spot and inputs at contract every
    swing of spot moved the margin twice, and a three-stage chain swung for ever after a ban.
    """
    c = I[L.site_cell + s]
    share = F[L.contract_share + I[L.site_product + s]]
    price = share * F[L.contract + c] + (1.0 - share) * F[L.spot + c]
    if F[L.site_floor + s] > price:
        price = F[L.site_floor + s]
    if F[L.site_offtake + s] > price:
        price = F[L.site_offtake + s]
    return price + F[L.site_subsidy + s]


def margin_ratio(L: Any, F: Floats, I: Ints, s: int, price: float) -> float:
    """1 + (money margin per kg - the baseline's) / baseline price, at least 0.

    Relative to the price, not to the baseline's margin: where inputs are most of the cost (heavy oxide: 71 %),
    a ratio of margins turns a third more for the input into standstill and a doubled price into fivefold
    incentive, and the response grows without bound as the margin gets thin.
    """
    paid = 0.0
    first = I[L.site_input_first + s]
    for q in range(first, first + I[L.site_input_count + s]):
        index = F[L.node_paid + I[L.input_node + q]]
        paid += (F[L.recipe_now + q] * index - F[L.recipe + q]) * F[L.price_usd_per_kg + I[L.input_product + q]]
    ratio = price - paid / F[L.price_usd_per_kg + I[L.site_product + s]]
    return ratio if ratio > 0.0 else 0.0


def set_recipes(L: Any, F: Floats, I: Ints) -> None:
    """Tonnes of every input per tonne of output at the price paid for it: recipe x paid^-elasticity.

    Makers stretch what is dear: the dysprosium in a magnet fell by grain-boundary diffusion and lower grades
    after 2011.
    """
    for q in range(L.n_inputs):
        n = I[L.input_node + q]
        elasticity = F[L.input_elasticity + I[L.site_product + I[L.input_site + q]]]
        F[L.recipe_now + q] = F[L.recipe + q] * power_by_log(F[L.node_paid + n], F[L.node_log_paid + n], -elasticity)


def set_incentives(L: Any, F: Floats, I: Ints) -> None:
    """Factor of every site's wanted output, margin^eta."""
    for s in range(L.n_sites):
        F[L.site_incentive + s] = margin_ratio(L, F, I, s, earned_price(L, F, I, s))
    # In a loop of their own, as other powers of the market: so the compiler reckons several at once.
    for s in range(L.n_sites):
        F[L.site_incentive + s] = power(F[L.site_incentive + s], F[L.margin_exponent + I[L.site_product + s]])


def set_uses(L: Any, F: Floats, I: Ints) -> None:
    """Shares of normal use that users want at the price paid, now and at length."""
    for u in range(L.n_users):
        node = I[L.user_node + u]
        paid = F[L.node_paid + node]
        level = F[L.node_log_paid + node]
        F[L.user_used_now + u] = used_at_price(paid, level, F[L.elasticity_short + u])
        F[L.user_used_at_length + u] = used_at_price(paid, level, F[L.elasticity_long + u])


def produce(L: Any, F: Floats, I: Ints, day: int) -> None:
    """Every site starts the batch of the week: what it wants, can make and has inputs for."""
    for n in range(L.n_nodes):
        # Makers, users and buyers take powers of the price paid; one logarithm serves them all.
        paid = F[L.node_paid + n]
        F[L.node_log_paid + n] = log(paid) if paid > 0.0 and paid != 1.0 else 0.0
    set_recipes(L, F, I)
    set_incentives(L, F, I)
    grown = 1.0
    since = day - I[L.lead_days]
    if F[L.capacity_growth] != 0.0 and since > 0:
        grown = exp(log(1.0 + F[L.capacity_growth]) * since / 365.25)
    for s in range(L.n_sites):
        k = I[L.site_product + s]
        F[L.site_expected + s] = (
            smooth(F[L.site_expected + s], F[L.site_signal + s], F[L.expectation_rate + k]) * F[L.growth_step + k]
        )
        F[L.site_signal + s] = 0.0
        expected = F[L.site_expected + s]
        price = offered_price(L, F, I, s)
        ready = F[L.site_stock + s] + F[L.held_credit + k] * F[L.site_held + s]
        want = wanted_output(
            expected,
            expected * F[L.output_cover_weeks + s] - ready,
            expected * I[L.site_pipe_weeks + s] - F[L.site_wip + s],
            F[L.production_adjustment_weeks + k],
            F[L.site_incentive + s],
        )
        left = 1.0 - F[L.site_loss + s]
        if I[L.site_down + s] == 1:
            left = left * (1.0 - F[L.site_random_loss + s])
        project = F[L.site_extra + s] * running_share(price, F[L.site_extra_cost + s]) * left
        capacity = F[L.site_capacity + s] * grown * running_share(price, F[L.unit_cost + s]) * left + project
        if want > capacity:
            want = capacity
        free = project * F[L.site_extra_free + s]
        if free > want:
            free = want
        # Inputs are ordered for the orders expected, not for the week's corrected plan: passing every
        # correction on to suppliers multiplies it from stage to stage.
        plan = expected if expected < capacity else capacity
        start_batch(L, F, I, s, want, free, plan - free if plan > free else 0.0)


def start_batch(L: Any, F: Floats, I: Ints, s: int, want: float, free: float, plan: float) -> None:
    """Start up to `want` t, of which `free` t need no input; take the inputs from stock.

    As their inputs run low makers slow down, like users: below `input_minimum_weeks` of the plan.
    """
    fed = want - free
    first = I[L.site_input_first + s]
    last = first + I[L.site_input_count + s]
    for q in range(first, last):
        h = I[L.input_holder + q]
        k = I[L.input_product + q]
        F[L.holder_expected + h] = (
            smooth(F[L.holder_expected + h], plan * F[L.recipe_now + q], F[L.expectation_rate + k])
            * F[L.holder_growth + h]
        )
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
    # What stops for want of inputs is measured by the orders expected: of a batch that is to refill a run-down
    # output stock, which may be larger, lacking inputs delay a part and stop nothing.
    called = plan + free if plan + free < want else want
    F[L.site_called + s] = called
    F[L.site_lacking + s] = called - (fed + free) if called > fed + free else 0.0
    F[L.site_start + s] = fed + free
    F[L.site_wip + s] += fed + free


def batch_content(L: Any, F: Floats, I: Ints, s: int) -> float:
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


def use(L: Any, F: Floats, I: Ints, day: int, week: int) -> None:
    """End users want, use and lack the product; fills the users' weekly columns.

    A firm class runs in full while its stock is above its working minimum and slows down below it, so
    that the first to stop are those who held least.
    """
    month = I[L.day_month + day]
    since = day - I[L.lead_days]
    row = L.weekly_record + week * L.n_weekly
    for n in range(L.n_nodes):
        F[L.node_unserved_share + n] = 0.0
    set_uses(L, F, I)
    for u in range(L.n_users):
        node = I[L.user_node + u]
        normal = F[L.user_use + u] * (1.0 + F[L.user_demand + u]) + F[L.user_added + u]
        if F[L.demand_growth + u] != 0.0 and since > 0:
            normal = normal * exp(log(1.0 + F[L.demand_growth + u]) * since / 365.25)
        if I[L.season_first] >= 0:
            which = 12 * I[L.user_end_use + u] + int(F[L.season_month + month])
            normal = normal * F[I[L.season_first] + which]
        F[L.user_thrift + u] = thrift_step(
            F[L.user_thrift + u], F[L.user_used_at_length + u], F[L.thrift_up + u], F[L.thrift_down + u]
        )
        thrifted = F[L.user_thrift + u]
        if F[L.user_programme + u] > thrifted:
            thrifted = F[L.user_programme + u]
        wanted = normal * (F[L.user_used_now + u] * (1.0 - thrifted))
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


def use_by_firms(L: Any, F: Floats, I: Ints, u: int, wanted: float) -> float:
    """What the firm classes of a user use of the `wanted` t; they update their expectations."""
    each = 0.2 * wanted
    k = I[L.node_product + I[L.user_node + u]]
    rate = F[L.expectation_rate + k]
    total = 0.0
    first = I[L.user_holder + u]
    for h in range(first, first + 5):
        possible = F[L.holder_stock + h] * F[L.holder_pace + h]
        used = each if each <= possible else possible
        if used > F[L.holder_stock + h]:
            used = F[L.holder_stock + h]
        F[L.holder_stock + h] -= used
        F[L.holder_expected + h] = smooth(F[L.holder_expected + h], each, rate) * F[L.holder_growth + h]
        total += used
    return total
