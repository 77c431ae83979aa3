"""What holders believe: how long a rule or a cut lasts, what it lets through, what demand is normal, what makers will sell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from parameters import Numbers
from state import Believed, Rows, Rule, State, Week, full

HALF_YEAR = 26.0  # weeks that plans and wanted cover look ahead


def believed_weeks(numbers: Numbers, age: Rows, wait: Rows, ends: Rows) -> np.ndarray:
    r"""C: discounted weeks under a rule or cut.

        C   = exp(-r w) / (h + r)                                what has lasted b weeks will last another b0 + b
        C_T = (exp(-r w) - exp(-r max(T, w))) / r                to an announced end
        C  <- chi C_T + (1 - chi) C                              where an end is announced

    h = 1/(b0 + age) hazard of ending (1/week), r = 1/Hr discount of attention (1/week), w weeks to the start, T weeks to the
    announced end, chi trust in it. A discount and no horizon: a longer announced end always counts for more.
    """
    r = 1.0 / numbers.attention_weeks
    hazard = 1.0 / (numbers.first_belief_weeks + age)
    weeks = np.exp(-r * wait) / (hazard + r)
    told = (np.exp(-r * wait) - np.exp(-r * np.maximum(np.nan_to_num(ends), wait))) / r
    return np.where(np.isnan(ends), weeks, numbers.trust_in_end * told + (1 - numbers.trust_in_end) * weeks)


@dataclass
class Beliefs:
    """Of one week: demand and its half-year mean by user, capacity left and weeks of its cut by site, rules, sales by cell."""

    demand: np.ndarray
    coming_demand: np.ndarray
    left: np.ndarray
    cut_weeks: np.ndarray
    rules: list[Believed]
    sales: np.ndarray


def believe(state: State, week: Week) -> Beliefs:
    """Update normal demand, ages and paces; return what is believed this week."""
    demand, coming = believe_demand(state, week)
    left, cut_weeks = believe_cuts(state, week)
    rules = [believe_rule(state, rule) for rule in week.rules]
    return Beliefs(demand, coming, left, cut_weeks, rules, believe_sales(state, coming, rules))


def believe_demand(state: State, week: Week) -> tuple[np.ndarray, np.ndarray]:
    """Demand d of each user, and the mean believed for the coming half year.

    n <- n + (d - n)/memory, at once where it is known to last; mean = n + (d - n)(1 - exp(-26 kappa))/(26 kappa): a
    deviation is believed to pass at kappa. Plans on the far longer discounted mean went on after a boom and overshot.
    """
    p, rows = state.p, state.rows
    count = len(state.world.users)
    demand = full(week.demand, count, rows, 1.0)
    lasts = full(week.lasts, count, rows, False).astype(bool)
    normal = state.normal_demand
    state.normal_demand = normal = np.where(lasts, demand, normal + (demand - normal) / p.memory_weeks)
    weight = (1 - np.exp(-HALF_YEAR * p.demand_return)) / (HALF_YEAR * p.demand_return)
    return demand, normal + (demand - normal) * weight


def believe_cuts(state: State, week: Week) -> tuple[np.ndarray, np.ndarray]:
    """Share of capacity left by site, and the weeks that its cut is believed to last."""
    count, rows = len(state.world.sites), state.rows
    left = full(week.left, count, rows, 1.0)
    known = full(week.left_age, count, rows, 0.0)
    state.cut_age = np.where(left < 1, np.maximum(state.cut_age + 1, known), 0.0)
    return left, believed_weeks(state.p, state.cut_age, 0.0, full(week.left_ends, count, rows, np.nan))


def believe_rule(state: State, rule: Rule) -> Believed:
    """How long a rule is believed to last and how much to let through.

    Its age grows only while it is in force. Pace a: the number of a ban or quota plus the leak; of a licence office what
    holders have seen it let through (`office_pace` on its first day).
    """
    p, key = state.p, rule.key
    on = np.broadcast_to(rule.on, (state.rows,))
    wait = np.maximum(np.broadcast_to(rule.wait, (state.rows,)).astype(float), 0)
    if key not in state.pace:
        state.pace[key] = p.office_pace * state.one
        state.leak[key], state.rule_age[key] = state.zero.copy(), state.zero.copy()
    age = np.where(on, np.maximum(state.rule_age[key] + (wait <= 0), rule.age), 0.0)
    state.rule_age[key] = age
    state.pace[key] = np.where(on, state.pace[key], p.office_pace)
    leak = state.leak[key] if rule.leak is None else np.broadcast_to(rule.leak, (state.rows,))
    passes = np.broadcast_to(rule.limit, (state.rows,)) + leak
    pace = np.where(on, state.pace[key] if rule.office else passes, 1.0)
    ends = np.broadcast_to(rule.ends, (state.rows,)).astype(float)
    weeks = np.where(on, believed_weeks(p, age, wait, ends), 0.0)
    destinations = list(rule.destinations)
    pace = np.minimum(pace, 1.0)
    return Believed(rule.product, rule.origin, destinations, key, rule.office, on, wait, pace, passes, weeks)


def believe_sales(state: State, coming: np.ndarray, rules: list[Believed]) -> np.ndarray:
    """W: sales that makers plan on, share of the baseline, by cell; no prices in it. From users' products to mines.

        D_kz = sum over users of mean demand (1 - thrift) use + sum over makers of j of recipe q0 W_jz
        W_kz = [own part D_kz/D0_kz + sum over d of E0_zd D_kd/D0_kd (1 - (1 - a) r C  while a rule on z -> d is in force)] / Q0_kz

    r C is the discounted share of time under the rule. During notice nothing is taken off: makers produce for the rush.
    """
    w, r = state.world, state.discount
    zones = w.number_of_zones
    sales = np.ones((w.number_of_products, zones, state.rows))
    for k in reversed(range(w.number_of_products)):
        demand = np.zeros((zones, state.rows))
        for i, user in enumerate(w.users):
            if user.k == k:
                demand[user.z] += user.use * coming[i] * (1 - state.thrift[i])
        for site in w.sites:
            for j, _, per in site.needs:
                if j == k:
                    demand[site.z] += per * site.q0 * sales[site.k, site.z]
        need0 = w.need0[k][:, None]
        share = np.where(need0 > 0, demand / np.maximum(need0, 1e-12), 1.0)
        for z in range(zones):
            if w.out0[k, z] <= 0:
                continue
            total = (w.out0[k, z] - w.trade[k, z].sum()) * share[z]
            for d in range(zones):
                if w.trade[k, z, d] <= 0:
                    continue
                flow = w.trade[k, z, d] * share[d]
                for rule in rules:
                    if rule.covers(k, z, d):
                        flow = flow * (1 - (1 - rule.pace) * r * rule.weeks * (rule.wait <= 0))
                total = total + flow
            sales[k, z] = total / w.out0[k, z]
    return sales
