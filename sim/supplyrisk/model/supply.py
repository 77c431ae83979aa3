"""Supply that answers: what a lasting price brings, what a lasting loss closes, and what nobody records.

Of a site, a week. Capacity is decided at a price that has lasted, along a ladder (so much comes from such a price on), and starts
when the time that its stage needs is over. What does not earn its cost for long is laid up, from where it can be started
again, and closed in the end. Mines and plants that nobody records answer within months, and are gone as soon.
"""

from __future__ import annotations

import math

from ..powers import exp, log
from .arrays import Floats, Ints
from .economics import (
    WEEKS_PER_YEAR,
    earning_share,
    ladder,
    laid_up,
    lasting_price,
    mines_running,
    smooth,
)
from .layout_types import Layout

NO_LIMIT = 1000.0  # of world output: the default of `entry_limit_share`


def start_supply(L: Layout, F: Floats, I: Ints) -> None:
    """Nothing decided, laid up or unrecorded; whether anything of it can be in this run."""
    I[L.supply_answers] = 0
    for s in range(L.n_sites):
        k = I[L.site_product + s]
        if (
            F[L.decision_weeks + k] > 0.0
            or F[L.mothball_weeks + k] > 0.0
            or F[L.expansion_share + s] > 0.0
            or F[L.unrecorded_share + s] > 0.0
        ):
            I[L.supply_answers] = 1
        F[L.site_lasting_log + s] = 0.0
        F[L.site_entered + s] = 0.0
        F[L.site_expanded + s] = 0.0
        F[L.site_entry + s] = 0.0
        F[L.site_unrecorded + s] = 0.0
        F[L.site_earned + s] = 1.0
        F[L.site_laid_up + s] = 0.0
        F[L.site_closed + s] = 0.0
        F[L.site_value_share + s] = value_share(L, F, I, s)


def value_share(L: Layout, F: Floats, I: Ints, s: int) -> float:
    """v = 1 - sum of recipe p_input / p_product: the part of a price at rest that does not go to inputs."""
    cost = 0.0
    first = I[L.site_input_first + s]
    for q in range(first, first + I[L.site_input_count + s]):
        cost += F[L.recipe + q] * F[L.price_usd_per_kg + I[L.input_product + q]]
    price = F[L.price_usd_per_kg + I[L.site_product + s]]
    return 1.0 - cost / price if price > 0.0 else 1.0


def answer(L: Layout, F: Floats, I: Ints, s: int, day: int) -> None:
    """What a site adds, starts, lays up and closes in a week, and how much nobody records."""
    price = F[L.clean + I[L.site_cell + s]]
    lasting = price
    if I[L.supply_answers] == 1:
        come_and_go(L, F, s, price)
        lay_up(L, F, I, s)
        weeks = F[L.decision_weeks + I[L.site_product + s]]
        if weeks > 1.0:
            level = log(price) if price > 0.0 and price != 1.0 else 0.0
            F[L.site_lasting_log + s] = lasting_price(F[L.site_lasting_log + s], level, 1.0 / weeks)
            lasting = exp(F[L.site_lasting_log + s])
    week = day // 7
    if L.n_coming > 0:
        F[L.site_entry + s] += F[L.coming + s * L.n_weeks + week]
    if F[L.site_output + s] > 0.0:
        # What is under way already comes with the price of the week; what takes time is decided at one that has lasted.
        enter(L, F, I, s, week, lasting if F[L.entry_lead_weeks + s] >= 0.5 else price)
        if F[L.expansion_share + s] > 0.0:
            expand(L, F, s, week, lasting)


def enter(L: Layout, F: Floats, I: Ints, s: int, week: int, price: float) -> None:
    """What was under way: share / 52 x R(P) x world output a week, in all no more than limit x R(P) x world output.

    R is the ladder: the part of all new capacity that pays at the price P. Spread by baseline output over the sites that new
    firms may join (`entry_share_per_year` above 0).
    """
    share = F[L.entry_share_per_year + s]
    if share <= 0.0:
        return
    rung = ladder(price, F[L.entry_price_index + s], F[L.entry_price_span + s])
    if rung <= 0.0:
        return
    world = F[L.product_output + I[L.site_product + s]]
    part = F[L.site_output + s] / F[L.entry_base + I[L.site_product + s]]
    step = share / WEEKS_PER_YEAR * rung * world * part
    limit = F[L.entry_limit_share + s]
    if limit < NO_LIMIT:
        room = limit * rung * world * part - F[L.site_entered + s]
        if step > room:
            step = room
    if step > 0.0:
        F[L.site_entered + s] += step
        begin(L, F, s, week, step, F[L.entry_lead_weeks + s])


def expand(L: Layout, F: Floats, s: int, week: int, price: float) -> None:
    """Capacity decided anew: up to share x R(P) x the output of its country at rest, less what was decided before."""
    rung = ladder(price, F[L.expansion_price_index + s], F[L.entry_price_span + s])
    room = F[L.expansion_share + s] * rung * F[L.site_output + s] - F[L.site_expanded + s]
    if room > 0.0:
        F[L.site_expanded + s] += room
        begin(L, F, s, week, room, F[L.expansion_lead_weeks + s])


def begin(L: Layout, F: Floats, s: int, week: int, amount: float, lead: float) -> None:
    """Capacity decided now starts after its lead time (whole weeks); what starts after the horizon is not seen."""
    weeks = int(math.floor(lead + 0.5))
    if weeks < 1:
        F[L.site_entry + s] += amount
    elif week + weeks < L.n_weeks:
        F[L.coming + s * L.n_weeks + week + weeks] += amount


def come_and_go(L: Layout, F: Floats, s: int, price: float) -> None:
    """Output that nobody records: U moves to share x R(P) x output at rest x (1 - inspected) in `unrecorded_weeks`."""
    if F[L.unrecorded_share + s] <= 0.0:
        return
    aim = F[L.unrecorded_share + s] * F[L.site_output + s]
    aim = (
        aim
        * ladder(price, F[L.unrecorded_price_index + s], F[L.entry_price_span + s])
        * (1.0 - F[L.site_inspected + s])
    )
    F[L.site_unrecorded + s] = smooth(F[L.site_unrecorded + s], aim, 1.0 / F[L.unrecorded_weeks + s])


def lay_up(L: Layout, F: Floats, I: Ints, s: int) -> None:
    """Capacity that has not earned its cost for long is laid up, and closes for good in time.

    E <- E + (share that earns its cost this week - E)/mothball; 1 - E is laid up, and what earns again is started in
    `restart_weeks`. Makers earn in proportion to what is left of their value added, mines by their cost curve. The mean is of
    the share and not of the margin: where inputs are most of the cost, a few weeks far below it would close a whole stage.
    """
    k = I[L.site_product + s]
    weeks = F[L.mothball_weeks + k]
    if weeks <= 0.0:
        return
    if I[L.site_input_count + s] > 0:
        earns = earning_share(F[L.site_incentive + s], F[L.site_value_share + s])
    else:
        earns = mines_running(F[L.site_incentive + s], F[L.closing_price_index + s], F[L.unit_cost + s])
    F[L.site_earned + s] = smooth(F[L.site_earned + s], earns, 1.0 / weeks if weeks > 1.0 else 1.0)
    idle = 1.0 - F[L.site_earned + s] - F[L.site_closed + s]
    F[L.site_laid_up + s] = laid_up(F[L.site_laid_up + s], idle, F[L.restart_rate + k])
    if F[L.closure_weeks + k] > 0.0:
        step = F[L.site_laid_up + s] / F[L.closure_weeks + k] if F[L.closure_weeks + k] > 1.0 else F[L.site_laid_up + s]
        F[L.site_laid_up + s] -= step
        F[L.site_closed + s] += step
