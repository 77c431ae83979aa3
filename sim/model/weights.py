"""Weights that depend on a run's own numbers: who hears of a control, who gets new demand and new supply.

Which lanes, users and nodes a rule touches is settled once, when the scenario is compiled; how much each
of them counts follows from outputs, uses, recipes and trade, which may be drawn. So the weights are worked
out here, at the start of every run, from the balanced baseline: a number that is uncertain weighs as much
as the same number known.
"""

from __future__ import annotations

from typing import Any

from .arrays import Floats, Ints
from .economics import WEEKS_PER_YEAR, power
from .opcodes import FEAR, NEW_DEMAND

FEARED_SHARE = 0.5  # buyers who take half of their purchases from an origin fear for all they need (assumption)
SMALLEST_NEED = 1e-6 / WEEKS_PER_YEAR  # t/week: a desk that buys nothing yet is still offered new supply


def start_weights(L: Any, F: Floats, I: Ints) -> None:
    """All weights of a run, from the balanced needs and flows."""
    for lane in range(L.n_lanes):
        node = I[L.desk_node + I[L.lane_desk + lane]]
        # Without purchases in the baseline there are no flows to choose suppliers by.
        F[L.lane_seed + lane] = 1.0 if I[L.lane_spare + lane] == 1 and F[L.node_need + node] <= 0.0 else 0.0
    for t in range(L.n_targets):
        F[L.target_value + t] = F[L.target_share + t]
    for e in range(L.n_effects):
        if I[L.effect_op + e] == FEAR:
            first = I[L.effect_target_first + e]
            for t in range(first, first + I[L.effect_target_count + e]):
                F[L.target_value + t] = fear_weight(L, F, I, t)
        elif I[L.effect_op + e] == NEW_DEMAND:
            share_demand(L, F, I, e)
    for s in range(L.n_sites):
        share_projects(L, F, I, s)


def fear_weight(L: Any, F: Floats, I: Ints, t: int) -> float:
    """How much a node's buyers fear for their supply when they hear of a control, from 0 to 1.

    ``w = min(1, (b / n) / f) * (u / U)`` with b the baseline purchases (t/week) from the origins controlled, n
    all purchases, f = `FEARED_SHARE`; u the use by the selected users and U all final use (t/week). Whole fear
    where the controlled origins supply half of the purchases or more, in proportion below (assumption); a node
    that buys nothing yet fears in full.
    """
    weight = 1.0
    need = F[L.node_need + I[L.target_entity + t]]
    if I[L.target_threat_count + t] >= 0 and need > 0.0:
        bought = 0.0
        first = I[L.target_threat_first + t]
        for m in range(first, first + I[L.target_threat_count + t]):
            bought += F[L.link_flow + I[L.threat_link + m]]
        weight = min(1.0, bought / need / FEARED_SHARE)
    use = 0.0
    chosen = 0.0
    first = I[L.target_listener_first + t]
    for m in range(first, first + I[L.target_listener_count + t]):
        u = I[L.listener_user + m]
        use += F[L.user_use + u]
        chosen += F[L.user_use + u] * F[L.listener_share + m]
    if use > 0.0:
        weight = weight * (chosen / use)
    return weight


def share_demand(L: Any, F: Floats, I: Ints, e: int) -> None:
    """New demand goes to the users selected in proportion to their baseline use.

    Where none of them uses anything yet, in proportion to the number of them (a user split by a list of
    firms counts by its share).
    """
    first = I[L.effect_target_first + e]
    last = first + I[L.effect_target_count + e]
    total = 0.0
    count = 0.0
    for t in range(first, last):
        total += F[L.user_use + I[L.target_entity + t]]
        count += F[L.target_share + t]
    for t in range(first, last):
        if total > 0.0:
            F[L.target_value + t] = F[L.user_use + I[L.target_entity + t]] / total
        elif count > 0.0:
            F[L.target_value + t] = F[L.target_share + t] / count


def share_projects(L: Any, F: Floats, I: Ints, s: int) -> None:
    """A new plant's output is offered to the buyers meant (its offtaker's, else all) by what they buy."""
    first = I[L.site_lane_first + s]
    last = first + I[L.site_lane_count + s]
    total = 0.0
    for j in range(first, last):
        lane = I[L.site_lanes + j]
        F[L.lane_project_share + lane] = 0.0
        if I[L.lane_project + lane] == 1:
            need = F[L.desk_need + I[L.lane_desk + lane]]
            F[L.lane_project_share + lane] = need if need > SMALLEST_NEED else SMALLEST_NEED
            total += F[L.lane_project_share + lane]
    if total > 0.0:
        for j in range(first, last):
            lane = I[L.site_lanes + j]
            F[L.lane_project_share + lane] = F[L.lane_project_share + lane] / total


def apply_weights(L: Any, F: Floats, I: Ints) -> None:
    """Weights of lanes in sourcing: the normal flow, plus what new capacity offers on the lane."""
    for lane in range(L.n_lanes):
        weight = F[L.lane_flow + lane]
        if F[L.lane_seed + lane] > 0.0:
            weight += F[L.site_output + I[L.lane_site + lane]]
        F[L.lane_weight + lane] = weight
    for s in range(L.n_sites):
        if F[L.site_extra + s] > 0.0:
            offer_project(L, F, I, s)


def offer_project(L: Any, F: Floats, I: Ints, s: int) -> None:
    """Spread what a site's new capacity offers over its lanes: by use, and more to where the price is higher.

    Buyers count on what the plant has shown it can make beyond its normal output, and on a fifth of its
    capacity at least, so that a plant without inputs or orders is tried but not relied on.
    """
    extra = F[L.site_extra + s]
    shown = F[L.site_start + s] - F[L.site_output + s]
    if shown < 0.2 * extra:
        shown = 0.2 * extra
    if shown > extra:
        shown = extra
    first = I[L.site_lane_first + s]
    last = first + I[L.site_lane_count + s]
    total = 0.0
    for j in range(first, last):
        lane = I[L.site_lanes + j]
        cell = I[L.node_cell + I[L.desk_node + I[L.lane_desk + lane]]]
        total += F[L.lane_project_share + lane] * power(
            F[L.spot + cell], F[L.allocation_exponent + I[L.site_product + s]]
        )
    if total <= 0.0:
        return
    for j in range(first, last):
        lane = I[L.site_lanes + j]
        cell = I[L.node_cell + I[L.desk_node + I[L.lane_desk + lane]]]
        part = F[L.lane_project_share + lane] * power(
            F[L.spot + cell], F[L.allocation_exponent + I[L.site_product + s]]
        )
        F[L.lane_weight + lane] += shown * part / total
