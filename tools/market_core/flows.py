"""Tonnes of a week: what makers and mines produce, users use, zones order from each other, the state buys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from beliefs import Beliefs
from state import Believed, Rows, State, Week
from world import Site

MOST_USED = 0.5  # of a stock, by makers and users in a week
MOST_SENT = 0.7  # of a stock, to other zones in a week
MOST_BOUGHT = 0.3  # of a stock, by the state in a week
LEAST_MARGIN = 0.02
WHATEVER_PASSES = 1e9
PAYING_GAP = np.log(1.3)  # ln of prices, outside to home, from which a leak grows
ARRIVAL_WEEKS = 4.0
NOTHING = 1e-12


@dataclass
class Made:
    """Of one week: output by cell, makers' intake by cell, and what they wanted to take in."""

    output: np.ndarray
    intake: np.ndarray
    wanted_intake: np.ndarray


@dataclass
class Used:
    """Of one week, by user: use, use that went unserved, use wanted."""

    use: np.ndarray
    unserved: np.ndarray
    wanted: np.ndarray


def plan_of(state: State, beliefs: Beliefs, site: Site, capacity: Rows) -> np.ndarray:
    """Output that a site plans, multiple of normal.

    Mines: min(P^eta clip((P - lo)/(hi - lo), 0, 1), capacity). Makers: min((W + rush) M^eta, capacity), with the margin
    M = P - sum of alpha (paid - 1) >= 0.02 in money, 1 at rest, and rush = min(need/w, (m - 1) E0)/Q0 while one is active.
    """
    k, z = site.k, site.z
    price = np.exp(state.spot[k, z])
    if site.kind == "mine":
        low, high = site.cash
        return np.minimum(price**site.eta * np.clip((price - low) / (high - low), 0, 1), capacity)
    margin = price - sum((alpha * (state.paid[j, z] - 1) for j, alpha, _ in site.needs), state.zero)
    rush = state.zero
    for rule in beliefs.rules:
        if rule.product == k and rule.origin == z:
            weekly = rule.rush / np.maximum(rule.wait, 1)
            rush = rush + np.minimum(weekly, (rule.multiple - 1) * rule.normal) / state.world.out0[k, z]
    answer = np.maximum(margin, LEAST_MARGIN) ** state.p.margin_response
    return np.minimum((beliefs.sales[k, z] + rush) * answer, capacity)


def produce(state: State, beliefs: Beliefs) -> Made:
    """Plans follow, capacity grows abroad, output takes the scarcest input, at most half of each stock.

    q <- q + (plan - q)/(up or down); q is not cut by an outage or a missing input: when the mine is back it runs at once.
    Entry, in zones other than the first: capacity grows by entry min(max(P - 1.3, 0), 1) of world output a week.
    """
    w, p = state.world, state.p
    output, by_site = np.zeros_like(state.stock), np.zeros((len(w.sites), state.rows))
    intake, wanted = np.zeros_like(state.stock), np.zeros_like(state.stock)
    recipes = []
    for i, site in enumerate(w.sites):
        k, z = site.k, site.z
        capacity = site.cap * state.grown[i]
        aim = plan_of(state, beliefs, site, capacity) * site.q0
        up, down = (p.mine_up_weeks, p.mine_down_weeks) if site.kind == "mine" else (state.up, state.down)
        step = (aim - state.plan[i]) / np.where(aim > state.plan[i], up, down)
        state.plan[i] = np.minimum(state.plan[i] + step, capacity * site.q0)
        by_site[i] = np.minimum(state.plan[i], capacity * beliefs.left[i] * site.q0)
        if z != 0 and w.out0[k, z] > 0:
            high = np.minimum(np.maximum(np.exp(state.spot[k, z]) - 1.3, 0), 1.0)
            state.grown[i] = state.grown[i] + p.entry * high * (w.out0[k].sum() * site.q0 / w.out0[k, z] / site.q0)
        recipe = {j: per * np.exp(-w.eps_in[j] * np.log(state.paid[j, z])) for j, _, per in site.needs}
        for j, per in recipe.items():
            wanted[j, z] += per * by_site[i]
        recipes.append(recipe)
    served = np.ones_like(state.stock)
    for k, z in np.argwhere(w.maker_need0 > 0):
        served[k, z] = np.minimum(1.0, MOST_USED * state.stock[k, z] / np.maximum(wanted[k, z], NOTHING))
    for i, site in enumerate(w.sites):
        scarcest = state.one
        for j in recipes[i]:
            scarcest = np.minimum(scarcest, served[j, site.z])
        by_site[i] = by_site[i] * scarcest
        for j, per in recipes[i].items():
            intake[j, site.z] += per * by_site[i]
        output[site.k, site.z] += by_site[i]
    return Made(output, intake, wanted)


def consume(state: State, beliefs: Beliefs, made: Made, t: int) -> Used:
    """Users order, are served alike, use; makers' output and intake go through the stocks.

    wanted = use d exp(-eps ln paid - eps2 max(ln paid, 0)^2)(1 - x), x thrift following 1 - paid^-eps_long; five firms each
    order use + (cover use paid^-phi - stock)/tau_s, between 0 and 3 times use; all orders together get at most half of stock
    and output.
    """
    w, p = state.world, state.p
    shape = (len(w.users), state.rows)
    use, unserved, wanted = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    taken, ordered, orders = np.zeros_like(state.stock), np.zeros_like(state.stock), []
    for i, user in enumerate(w.users):
        k, z = user.k, user.z
        paid = np.log(state.paid[k, z])
        saved = np.maximum(1 - np.exp(-user.eps_long * state.scale_eps * paid), 0)
        state.thrift[i] = state.thrift[i] + np.clip(saved - state.thrift[i], -p.thrift_down, p.thrift_up)
        curve = np.exp(-user.eps * state.scale_eps * paid - p.steepening * np.maximum(paid, 0) ** 2)
        wanted[i] = user.use * beliefs.demand[i] * curve * (1 - state.thrift[i])
        each = wanted[i] / 5
        response = np.exp(-p.stock_response * paid)
        stock = user.firms[:, None] * user.cover * state.scale_cover * each * response
        orders.append(np.clip(each + (stock - state.firms[i]) / p.stock_weeks, 0, 3 * each))
        ordered[k, z] += orders[i].sum(0)
    share = np.minimum(1.0, MOST_USED * (state.stock + made.output) / np.maximum(ordered, NOTHING))
    for i, user in enumerate(w.users):
        got = share[user.k, user.z] * orders[i]
        held = state.firms[i] + got
        each = np.minimum(wanted[i] / 5, held)
        state.firms[i] = held - each
        use[i] = each.sum(0)
        unserved[i] = wanted[i] - use[i]
        taken[user.k, user.z] += got.sum(0)
        short = np.isinf(state.first_short[i]) & (unserved[i] > 0.01 * wanted[i])
        state.first_short[i] = np.where(short, t, state.first_short[i])
    state.stock = state.stock + made.output - taken - made.intake
    return Used(use, unserved, wanted)


def land(state: State) -> np.ndarray:
    """Goods afloat that arrive this week, by cell."""
    landed = np.zeros_like(state.stock)
    for (k, _, d), goods in state.afloat.items():
        if goods:
            flow = goods.pop(0)
            state.stock[k, d] += flow
            landed[k, d] += flow
    return landed


def trade(state: State, rules: list[Believed], made: Made, used: Used, landed: np.ndarray) -> dict:
    """Flows of a week by link; sellers send at most 0.7 of their stock, pro rata.

    order_d = E0_in + (need - output) - (the same at rest) + (share of the pooled stock - stock)/tau_s, over links by normal
    flow; before a rule, while a rush is active, at least need/w; under a rule that binds whatever passes; never more than
    m times normal, nor than the rule and its leak. What closed origins cannot send is asked of the open ones.
    """
    w = state.world
    sent: dict[tuple[int, int, int], np.ndarray] = {}
    for k in range(w.number_of_products):
        if w.trade[k].sum() <= 0:
            continue
        orders = zone_orders(state, k, made, used)
        multiple = state.multiple(k)
        for d, order in orders.items():
            inflow0 = w.trade[k][:, d]
            ruled = np.zeros(state.rows, bool)
            for rule in rules:
                if rule.product == k and d in rule.destinations:
                    ruled |= rule.on
            state.link_full[k, d] = (order > multiple * inflow0.sum() * (1 + 1e-9)) & ~ruled
            links = [o for o in range(w.number_of_zones) if inflow0[o] > 0]
            most = {}
            for o in links:
                asked, most[o] = link_order(state, rules, (k, o, d), order * inflow0[o] / inflow0.sum(), multiple)
                sent[k, o, d] = np.minimum(np.maximum(asked, 0), most[o])
            refused = (np.maximum(order * inflow0[o] / inflow0.sum() - most[o], 0) for o in links)
            short = sum(refused, state.zero)
            room = {o: np.maximum(most[o] - sent[k, o, d], 0) for o in links}
            all_room = sum(room.values(), state.zero)
            for o in links:
                more = np.minimum(short, all_room) * room[o] / np.maximum(all_room, NOTHING)
                sent[k, o, d] = sent[k, o, d] + more
        ship(state, k, sent, landed)
    return sent


def zone_orders(state: State, k: int, made: Made, used: Used) -> dict[int, np.ndarray]:
    """What each importing zone orders of product k from others, before rules."""
    w = state.world
    firms, use = np.zeros_like(state.stock[k]), np.zeros_like(state.stock[k])
    for i, user in enumerate(w.users):
        if user.k == k:
            firms[user.z] += state.firms[i].sum(0)
            use[user.z] += used.wanted[i]
    normal = (state.maker_stock0 + state.trader_stock0 + state.own_stock0)[k] + state.firm_stock0[k]
    held = state.stock[k] + firms
    share = held.sum(0) * normal / normal.sum(0)
    orders = {}
    for d in range(w.number_of_zones):
        inflow0 = w.trade[k][:, d].sum()
        if inflow0 > 0:
            now = use[d] + made.intake[k, d] - made.output[k, d]
            gap = (share[d] - held[d]) / state.p.stock_weeks
            orders[d] = np.maximum(inflow0 + now - (w.need0[k, d] - w.out0[k, d]) + gap, 0)
    return orders


def link_order(
    state: State, rules: list[Believed], link: tuple[int, int, int], order: np.ndarray, multiple: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What is asked of a link, and the most that it may carry."""
    normal = state.world.trade[link]
    most = multiple * normal
    for rule in rules:
        if not rule.covers(*link):
            continue
        share = normal / np.maximum(rule.normal, NOTHING)
        rush = rule.rush * share / np.maximum(rule.wait, 1) + normal * (rule.rush > 0)
        rising = state.last_flow[link] + 0.5 * multiple * normal
        order = np.where(rule.ahead, np.minimum(np.maximum(order, rush), rising), order)
        order = np.where(rule.binds, WHATEVER_PASSES, order)
        most = np.where(rule.in_force, np.minimum(most, rule.passes * normal), most)
    return order, most


def ship(state: State, k: int, sent: dict, landed: np.ndarray) -> None:
    """Send product k from stocks, into transit or straight into the stocks of the destination."""
    w = state.world
    zones = range(w.number_of_zones)
    for o in zones:
        total = sum((sent[k, o, d] for d in zones if (k, o, d) in sent), state.zero)
        share = np.minimum(1.0, MOST_SENT * np.maximum(state.stock[k, o], 0) / np.maximum(total, NOTHING))
        for d in zones:
            if (k, o, d) not in sent:
                continue
            sent[k, o, d] = sent[k, o, d] * share
            state.stock[k, o] = state.stock[k, o] - sent[k, o, d]
            if w.transit[k]:
                state.afloat[k, o, d].append(sent[k, o, d])
            else:
                state.stock[k, d] = state.stock[k, d] + sent[k, o, d]
                landed[k, d] += sent[k, o, d]


def learn(state: State, rules: list[Believed], made: Made, used: Used, landed: np.ndarray, sent: dict) -> None:
    """What the week leaves in minds: arrival ratios, leaks, the paces of offices.

    A <- A + (min((arrivals + own output kept)/wanted, 1) - A)/4, by what makers deliver and not by what traders' stocks still
    serve. Leak up by leak_up while prices outside are 1.3 times those at home, else down, 0..leak_cap.
    a <- a + (flow/E0 - a)/tau_b while an office is in force.
    """
    w, p = state.world, state.p
    zones = range(w.number_of_zones)
    for k in range(w.number_of_products):
        for z in zones:
            if w.need0[k, z] <= 0:
                continue
            own = (used.wanted[i] for i, user in enumerate(w.users) if user.k == k and user.z == z)
            wanted = made.wanted_intake[k, z] + sum(own, state.zero)
            gone = sum((sent[k, z, d] for d in zones if (k, z, d) in sent), state.zero)
            came = landed[k, z] + np.maximum(made.output[k, z] - gone, 0)
            ratio = np.minimum(came / np.maximum(wanted, 1e-9), 1.0)
            state.arrival[k, z] += (ratio - state.arrival[k, z]) / ARRIVAL_WEEKS
    for rule in rules:
        k, o = rule.product, rule.origin
        gap = np.mean([state.spot[k, d] for d in rule.destinations], 0) - state.spot[k, o]
        step = np.where(rule.in_force & (gap > PAYING_GAP), p.leak_step, -p.leak_step)
        leak = np.clip(state.leak[rule.key] + step, 0, p.leak_most)
        state.leak[rule.key] = np.where(rule.on, leak, 0)
        if rule.office:
            flow = sum((sent[k, o, d] for d in rule.destinations if (k, o, d) in sent), state.zero)
            flow = flow / np.maximum(rule.normal, NOTHING)
            seen = state.pace[rule.key] + (flow - state.pace[rule.key]) / p.pace_learning_weeks
            state.pace[rule.key] = np.where(rule.in_force, seen, state.pace[rule.key])


def public_stocks(state: State, week: Week) -> None:
    """The state buys with a budget (tonnes ~ 1/P), at most 0.3 of a stock a week, or releases."""
    for cell, (rate, _) in week.buy.items():
        bought = np.minimum(rate * np.minimum(1.0, np.exp(-state.quoted[cell])), MOST_BOUGHT * state.stock[cell])
        state.stock[cell] = state.stock[cell] - bought
        state.public = state.public - bought
    for cell, (rate, _) in week.give.items():
        state.stock[cell] = state.stock[cell] + rate
        state.public = state.public + rate
