"""Weights that depend on a run's own numbers: who gets new demand and new supply.

Which lanes, users and nodes a rule touches is settled once, when the scenario is compiled; how much each
of them counts follows from outputs, uses, recipes and trade, which may be drawn. So the weights are worked
out here, at the start of every run, from the balanced baseline: a number that is uncertain weighs as much
as the same number known.
"""

from __future__ import annotations

from ..operations.table import code
from .arrays import Floats, Ints
from .economics import WEEKS_PER_YEAR
from .layout_types import Layout

NEW_DEMAND = code("new_demand")

SMALLEST_NEED = 1e-6 / WEEKS_PER_YEAR  # t/week: a desk that buys nothing yet is still offered new supply


def start_weights(L: Layout, F: Floats, I: Ints) -> None:
    """All weights of a run, from the balanced needs and flows."""
    for lane in range(L.n_lanes):
        node = I[L.desk_node + I[L.lane_desk + lane]]
        # Without purchases in the baseline there are no flows to choose suppliers by.
        F[L.lane_seed + lane] = 1.0 if I[L.lane_spare + lane] == 1 and F[L.node_need + node] <= 0.0 else 0.0
    for t in range(L.n_targets):
        F[L.target_value + t] = F[L.target_share + t]
    for e in range(L.n_effects):
        if I[L.effect_op + e] == NEW_DEMAND:
            share_demand(L, F, I, e)
    for s in range(L.n_sites):
        share_projects(L, F, I, s)


def share_demand(L: Layout, F: Floats, I: Ints, e: int) -> None:
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


def share_projects(L: Layout, F: Floats, I: Ints, s: int) -> None:
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


def apply_weights(L: Layout, F: Floats, I: Ints) -> None:
    """Weights of lanes in sourcing: the normal flow, plus what new capacity offers on the lane."""
    for lane in range(L.n_lanes):
        weight = F[L.lane_flow + lane]
        if F[L.lane_seed + lane] > 0.0:
            weight += F[L.site_output + I[L.lane_site + lane]]
        F[L.lane_weight + lane] = weight
    for s in range(L.n_sites):
        if F[L.site_extra + s] > 0.0:
            offer_project(L, F, I, s)


def offer_project(L: Layout, F: Floats, I: Ints, s: int) -> None:
    """Spread what a site's new capacity offers over its lanes, by use.

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
        total += F[L.lane_project_share + lane]
    if total <= 0.0:
        return
    for j in range(first, last):
        lane = I[L.site_lanes + j]
        F[L.lane_weight + lane] += shown * F[L.lane_project_share + lane] / total
