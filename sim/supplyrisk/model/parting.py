"""Zones that rules part: joined with the world's own until a rule that parts them is known in the run.

A scenario's memory has a zone for everybody whom a rule of any arm singles out (`spec.zones`). Until such a rule is known in
this arm and run, its zone is empty: its sites, buyers and lanes count in the zone that they share, sum by sum as if
nothing else were there. So no arm depends on the rules of another, and a rule that never comes changes nothing. From
the week in which the rule is announced the zone has prices of its own, which start where they were.
"""

from __future__ import annotations

from ..operations.table import code
from .arrays import Floats, Ints
from .beliefs import level_believed, quota_pace
from .controls import effect_base, effect_now, started
from .layout_types import Layout

CLOSE, GENERAL_LICENCE, QUOTA = code("close"), code("general_licence"), code("quota")

BOTH = 3  # code of a country that a rule takes for seller and buyer: it stops trade among those


def part_zones(L: Layout, F: Floats, I: Ints, day: int) -> None:
    """Part zones for the rules that have become known since last week."""
    parted = 0
    for e in range(L.n_effects):
        if I[L.effect_parts + e] == 1 and I[L.effect_parted + e] == 0 and matters(L, F, I, e, day) == 1:
            I[L.effect_parted + e] = 1
            part_by_rule(L, I, e)
            parted = 1
    if parted == 0:
        return
    for k in range(L.n_products):
        for z in range(L.n_zones):
            new = k * L.n_zones + I[L.zone_lead + z]
            old = I[L.cell_lead + k * L.n_zones + z]
            if new == k * L.n_zones + z and new != old:
                copy_prices(L, F, I, old, new)
    place_in_cells(L, F, I)
    sum_baseline(L, F, I)


def matters(L: Layout, F: Floats, I: Ints, e: int, day: int) -> int:
    """1 if a rule is known and holds anything back, or favours anybody: one of level zero is none."""
    op = I[L.effect_op + e]
    if op == GENERAL_LICENCE:
        base = effect_base(L, F, I, e)
        if started(L, F, I, e, base, day) == 0:
            return 0
        return 1 if effect_now(L, F, I, e, float(day - base)) > 0.0 else 0
    if F[L.effect_wait + e] < 0.0:
        return 0
    if op == CLOSE:
        return 1 if level_believed(L, F, I, e, day) > 0.0 else 0
    if op == QUOTA:
        k = I[L.lane_product + I[L.target_entity + I[L.effect_target_first + e]]]
        pace = quota_pace(L, F, I, e, level_believed(L, F, I, e, day))
        return 1 if pace < F[L.link_multiple + k] else 0
    return 1


def part_by_rule(L: Layout, I: Ints, e: int) -> None:
    """Part every zone by what a rule takes its members for; `zone_lead` is the first of those that stay together.

    The world's own zone leads whom rules take for nothing else than most of its members.
    """
    first = e * L.n_zones
    for z in range(L.n_zones):
        I[L.zone_before + z] = I[L.zone_lead + z]
    for z in range(L.n_zones):
        before = I[L.zone_before + z]
        code = I[L.zone_code + first + z]
        if z == before:
            continue
        if code != BOTH and code == I[L.zone_code + first + before]:
            continue
        I[L.zone_lead + z] = z
        if code == BOTH:
            continue
        for back in range(z):
            y = z - 1 - back
            if y != before and I[L.zone_before + y] == before and I[L.zone_code + first + y] == code:
                I[L.zone_lead + z] = y


def copy_prices(L: Layout, F: Floats, I: Ints, old: int, new: int) -> None:
    """Prices of a zone as they are in another: nothing jumps when zones part, and a joined zone's price is the joint one."""
    F[L.spot + new] = F[L.spot + old]
    F[L.spot_log + new] = F[L.spot_log + old]
    F[L.clean + new] = F[L.clean + old]
    F[L.clean_log + new] = F[L.clean_log + old]
    F[L.target_log + new] = F[L.target_log + old]
    F[L.error_now + new] = F[L.error_now + old]
    F[L.contract + new] = F[L.contract + old]
    F[L.contract_clean + new] = F[L.contract_clean + old]
    F[L.cell_paid + new] = F[L.cell_paid + old]
    I[L.price_reason + new] = I[L.price_reason + old]


def share_prices(L: Layout, F: Floats, I: Ints) -> None:
    """Zones that no rule has parted yet have the prices of the zone that they are joined with."""
    for c in range(L.n_cells):
        if I[L.cell_lead + c] != c:
            copy_prices(L, F, I, I[L.cell_lead + c], c)


def place_in_cells(L: Layout, F: Floats, I: Ints) -> None:
    """Cells of zones, sites, nodes, lanes and routes, and the pairs of zones between which lanes run."""
    n = L.n_zones
    for c in range(L.n_cells):
        k = c // n
        I[L.cell_product + c] = k
        I[L.cell_lead + c] = k * n + I[L.zone_lead + c - k * n]
    for s in range(L.n_sites):
        I[L.site_cell + s] = I[L.cell_lead + I[L.site_product + s] * n + I[L.site_zone + s]]
    for i in range(L.n_nodes):
        I[L.node_cell + i] = I[L.cell_lead + I[L.node_product + i] * n + I[L.node_zone + i]]
    for lane in range(L.n_lanes):
        here = I[L.site_cell + I[L.lane_site + lane]]
        there = I[L.node_cell + I[L.desk_node + I[L.lane_desk + lane]]]
        I[L.lane_from_cell + lane] = here
        I[L.lane_to_cell + lane] = there
        I[L.lane_pair + lane] = here * n + there % n if here != there else -1
        I[L.route_cell + I[L.lane_route + lane]] = here


def sum_baseline(L: Layout, F: Floats, I: Ints) -> None:
    """Normal purchases, output, stocks and trade of every product and zone, and of every pair of zones."""
    for c in range(L.n_cells):
        F[L.need_start + c] = 0.0
        F[L.output_start + c] = 0.0
        F[L.own_stock + c] = 0.0
        F[L.trade_out + c] = 0.0
        F[L.trade_in + c] = 0.0
        I[L.cell_linked + c] = 0
    for p in range(L.n_pairs):
        F[L.pair_normal + p] = 0.0
    for n in range(L.n_nodes):
        F[L.need_start + I[L.node_cell + n]] += F[L.node_need + n]
    for s in range(L.n_sites):
        F[L.output_start + I[L.site_cell + s]] += F[L.site_output + s]
        F[L.own_stock + I[L.site_cell + s]] += F[L.site_output + s] * F[L.output_cover_weeks + s]
    for c in range(L.n_cells):
        F[L.wanted_start + c] = F[L.own_stock + c]
    for lane in range(L.n_lanes):
        F[L.wanted_start + I[L.lane_to_cell + lane]] += F[L.lane_flow + lane] * I[L.lane_pipe_weeks + lane]
        p = I[L.lane_pair + lane]
        if p >= 0 and F[L.lane_flow + lane] > 0.0:
            F[L.pair_normal + p] += F[L.lane_flow + lane]
            F[L.trade_out + I[L.lane_from_cell + lane]] += F[L.lane_flow + lane]
            F[L.trade_in + I[L.lane_to_cell + lane]] += F[L.lane_flow + lane]
            I[L.cell_linked + I[L.lane_from_cell + lane]] = 1
            I[L.cell_linked + I[L.lane_to_cell + lane]] = 1
