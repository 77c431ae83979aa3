"""Compile a resolved scenario to arrays: what both engines run on.

Names become indices, every number a cell of the float arena, and every uncertain number a list of the
cells it sets. Per run only those cells are written; everything derived (balance, stocks, pipelines) is
worked out by `start.start_run`, so a run with other parameters needs no new compilation.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..events.numbers import Sampled
from ..operations.declare import MOST_NUMBERS
from ..spec.resolved import SampledColumn, Scenario
from ..streams import hash64
from .arena import Arena
from .arrays import DIMENSIONS, FIRMS_PER_USER
from .columns import Column, fob_products, month_starts, monthly_columns, weekly_columns
from .compile_effects import Effects, collect_effects, fill_effects
from .compile_swaps import fill_swaps, find_swaps
from .layout import make_layout
from .layout_types import Layout
from .opened import fill_balance, square_size
from .structure import Structure, build_structure, lookup

KEY_MASK = (1 << 63) - 1  # entity keys fit a signed 64-bit integer


@dataclass(frozen=True)
class CompiledModel:
    """A scenario as arrays.

    Attributes
    ----------
    layout : Layout
    floats, ints : ndarray
        Templates of the two arenas, copied for every run.
    cell, column : ndarray of int
        Cell `cell[i]` of the float arena is `offset[i] + scale[i] * values[column[i]]`.
    factor_cell, factor_column : ndarray of int
        Then cell `factor_cell[i]` is multiplied by `values[factor_column[i]]` (drawn factors of drawn numbers).
    arm_events : ndarray of int, shape (n_arms, n_events)
    n_weeks, n_days, month_starts
        Of all that is simulated, the lead-in included.
    start : date
        First day of what is reported; the simulation begins `lead_weeks` before.
    lead_weeks, lead_months : int
        Rows of the weekly and of the monthly record that come before it.
    """

    scenario: Scenario
    structure: Structure
    layout: Layout
    floats: NDArray[np.float64]
    ints: NDArray[np.int64]
    cell: NDArray[np.int64]
    column: NDArray[np.int64]
    scale: NDArray[np.float64]
    offset: NDArray[np.float64]
    factor_cell: NDArray[np.int64]
    factor_column: NDArray[np.int64]
    arm_events: NDArray[np.int64]
    weekly_columns: tuple[Column, ...]
    monthly_columns: tuple[Column, ...]
    month_starts: tuple[int, ...]
    n_weeks: int
    n_days: int
    start: dt.date
    lead_weeks: int
    lead_months: int
    arm_names: tuple[str, ...]
    sampled: tuple[SampledColumn, ...]
    lane_names: tuple[str, ...]
    site_names: tuple[str, ...]


def compile_scenario(scenario: Scenario) -> CompiledModel:
    """Compile a resolved scenario (see the class for what comes out).

    Raises
    ------
    ModelError
        If the world lacks a number.
    """
    try:
        s = build_structure(scenario)
        effects = collect_effects(scenario, s)
        swaps = find_swaps(s)
        months = month_starts(scenario)
        weekly, firsts = weekly_columns(scenario, s, effects)
        monthly, lane_month = monthly_columns(s)
        layout, n_floats, n_ints = make_layout(_sizes(scenario, s, effects, months, weekly, monthly, len(swaps)))
        n_season = 12 * len(s.end_uses) if scenario.outlook.season else 0
        arena = Arena(
            layout,
            np.zeros(n_floats + n_season),
            np.zeros(n_ints, dtype=np.int64),
            {c.name: i for i, c in enumerate(scenario.sampled)},
        )
        _fill_calendar(arena, scenario, months)
        _fill_season(arena, scenario, s, n_floats)
        _fill_products(arena, s)
        fill_balance(arena, s)
        _fill_places(arena, scenario, s)
        _fill_trade(arena, s, lane_month)
        _fill_users(arena, scenario, s, firsts)
        fill_swaps(arena, s, swaps)
        fill_effects(arena, scenario, s, effects, firsts)
        for name, first in firsts.items():
            if name.startswith("weekly_first"):
                arena.note(name, 0, first)
    except KeyError as error:
        raise ModelError(str(error.args[0])) from error
    return CompiledModel(
        scenario=scenario,
        structure=s,
        layout=layout,
        floats=arena.floats,
        ints=arena.ints,
        cell=np.array(arena.cell, dtype=np.int64),
        column=np.array(arena.column, dtype=np.int64),
        scale=np.array(arena.scale, dtype=np.float64),
        offset=np.array(arena.offset, dtype=np.float64),
        factor_cell=np.array(arena.factor_cell, dtype=np.int64),
        factor_column=np.array(arena.factor_column, dtype=np.int64),
        arm_events=effects.arm_events,
        weekly_columns=tuple(weekly),
        monthly_columns=tuple(monthly),
        month_starts=tuple(months),
        n_weeks=layout.n_weeks,
        n_days=layout.n_days,
        start=scenario.start,
        lead_weeks=scenario.lead_weeks,
        lead_months=months.index(7 * scenario.lead_weeks),
        arm_names=tuple(a.name for a in scenario.arms),
        sampled=scenario.sampled,
        lane_names=tuple(s.lane_name(i) for i in range(len(s.lanes))),
        site_names=tuple(f"{s.products[k].id}:{s.countries[c]}" for k, c in s.sites),
    )


def _sizes(
    scenario: Scenario,
    s: Structure,
    effects: Effects,
    months: list[int],
    weekly: list[Column],
    monthly: list[Column],
    swaps: int,
) -> dict[str, int]:
    n = {
        "products": len(s.products),
        "zones": len(s.zones),
        "cells": len(s.products) * len(s.zones),
        "pairs": len(s.products) * len(s.zones) ** 2,
        "routes": len(set(_routes(s))),
        "nodes": len(s.nodes),
        "sites": len(s.sites),
        "sales": len(s.sites) * len(s.zones),
        "links": len(s.links),
        "square": square_size(s),
        "desks": len(s.desks),
        "lanes": len(s.lanes),
        "users": len(s.users),
        "inputs": len(s.inputs),
        "holders": FIRMS_PER_USER * len(s.users) + len(s.inputs),
        "events": len(effects.events),
        "effects": len(effects.rows),
        "codes": len(effects.rows) * len(s.zones),
        "swaps": swaps,
        "kin": len(effects.rows) ** 2,
        "numbers": MOST_NUMBERS * len(effects.rows),
        "points": sum(len(r.effect.schedule) for r in effects.rows),
        "targets": sum(len(r.targets) for r in effects.rows),
        "offices": len(effects.offices),
        "weeks": max(1, scenario.simulated_days // 7),
        "days": scenario.simulated_days,
        "months": len(months),
        "arms": len(scenario.arms),
        "coming": len(s.sites) * max(1, scenario.simulated_days // 7) if _capacity_takes_time(s) else 0,
        "weekly": len(weekly),
        "monthly": len(monthly),
        "weekly_record": max(1, scenario.simulated_days // 7) * len(weekly),
        "monthly_record": len(months) * len(monthly),
    }
    assert set(n) == {name for name, _ in DIMENSIONS}
    return n


def _capacity_takes_time(s: Structure) -> bool:
    """Whether capacity may be decided in some run that starts a week or more later."""
    for k, c in s.sites:
        names = s.products[k].id, s.countries[c]
        for share, lead in (("entry_share_per_year", "entry_lead_weeks"), ("expansion_share", "expansion_lead_weeks")):
            if s.present(s.value(share, *names)) and s.bounds(s.value(lead, *names))[1] >= 0.5:
                return True
    return False


def _fill_calendar(a: Arena, scenario: Scenario, months: list[int]) -> None:
    for m, day in enumerate(months):
        a.note("month_start", m, day)
        date = scenario.first_day + dt.timedelta(days=day)
        a.put("season_month", m, float(date.month - 1))
    month = 0
    for day in range(scenario.simulated_days):
        if month + 1 < len(months) and day >= months[month + 1]:
            month += 1
        a.note("day_month", day, month)
    a.note("lead_days", 0, 7 * scenario.lead_weeks)
    a.put("capacity_growth", 0, scenario.outlook.capacity_growth_per_year)


def _fill_season(a: Arena, scenario: Scenario, s: Structure, first: int) -> None:
    season = scenario.outlook.season
    a.note("season_first", 0, first if season else -1)
    if season:
        for u, end_use in enumerate(s.end_uses):
            factors = season.get(end_use, season.get("", (1.0,) * 12))
            a.floats[first + 12 * u : first + 12 * u + 12] = factors


# array in the arena, parameter in the world
_PRODUCT_NUMBERS = (
    ("price_usd_per_kg", "price_usd_per_kg"),
    ("processing_days", "processing_time_days"),
    ("order_adjustment_weeks", "order_adjustment_weeks"),
    ("order_cap", "order_cap"),
    ("expectation_weeks", "expectation_weeks"),
    ("sourcing_elasticity", "sourcing_elasticity"),
    ("stock_response", "stock_response"),
    ("carrying_cost_per_year", "carrying_cost_per_year"),
    ("attention_weeks", "attention_weeks"),
    ("first_belief_weeks", "first_belief_weeks"),
    ("trust_in_end", "trust_in_end"),
    ("fob_rent_share", "fob_rent_share"),
    ("memory_of_rules", "memory_of_rules"),
    ("remembered_cover_weeks", "remembered_cover_weeks"),
    ("stock_memory_weeks", "stock_memory_weeks"),
    ("office_pace", "office_pace"),
    ("pace_learning_weeks", "pace_learning_weeks"),
    ("link_multiple", "link_multiple"),
    ("price_adjustment", "price_adjustment_per_week"),
    ("price_floor", "price_floor_index"),
    ("price_ceiling", "price_ceiling_index"),
    ("contract_share", "contract_share"),
    ("contract_lag_weeks", "contract_lag_weeks"),
    ("margin_exponent", "margin_exponent"),
    ("output_up_weeks", "output_up_weeks"),
    ("output_down_weeks", "output_down_weeks"),
    ("ready_spare_share", "ready_spare_share"),
    ("restart_weeks", "restart_weeks"),
    ("decision_weeks", "decision_weeks"),
    ("mothball_weeks", "mothball_weeks"),
    ("closure_weeks", "closure_weeks"),
    ("trader_price_index", "trader_price_index"),
    ("trader_price_span", "trader_price_span"),
    ("demand_memory_weeks", "demand_memory_weeks"),
    ("demand_return_weeks", "demand_return_weeks"),
    ("elasticity_steepening", "elasticity_steepening"),
    ("unequal_stocks", "unequal_stocks"),
    ("longest_cover_weeks", "longest_cover_weeks"),
    ("least_stock_share", "least_stock_share"),
    ("rush_weeks", "rush_weeks"),
    ("deficit_weeks", "deficit_weeks"),
    ("surplus_weeks", "surplus_weeks"),
    ("leak_share", "leak_share"),
    ("leak_growth", "leak_growth_per_week"),
    ("detour_share", "detour_share"),
    ("detour_growth", "detour_growth_per_week"),
    ("detour_cost", "detour_cost"),
    ("error_level", "error_level"),
    ("error_weekly", "error_weekly"),
    ("error_shift", "error_shift"),
    ("input_elasticity", "input_elasticity"),
    ("input_minimum_weeks", "input_minimum_weeks"),
    ("freight_usd_per_kg", "freight_usd_per_kg"),
)


_SITE_NUMBERS = (
    *("closing_price_index", "entry_share_per_year", "entry_price_index", "entry_price_span", "entry_limit_share"),
    *("entry_lead_weeks", "expansion_share", "expansion_price_index", "expansion_lead_weeks"),
    *("unrecorded_share", "unrecorded_price_index", "unrecorded_weeks"),
)


def _fill_products(a: Arena, s: Structure) -> None:
    for k, product in enumerate(s.products):
        a.note("product_contract_origin", k, 1 if product.contract_index == "origin" else 0)
        for array, parameter in _PRODUCT_NUMBERS:
            a.put(array, k, s.value(parameter, product.id))
        for z, zone in enumerate(s.zones):
            # What the model gets wrong in a zone it gets wrong in the parts of it: where trade is free quotes stay equal.
            whole = s.world.parted_from.get(zone, zone)
            a.note("cell_key", k * len(s.zones) + z, hash64(f"cell:{product.id}:{whole}") & KEY_MASK)
        told = fob_products(s)
        a.note("product_fob", k, len(s.zones) * told.index(product.id) if product.id in told else -1)
        mine = [u for u, user in enumerate(s.users) if user.product == k]
        a.note("product_user_first", k, mine[0] if mine else 0)
        a.note("product_user_count", k, len(mine))


def _fill_places(a: Arena, scenario: Scenario, s: Structure) -> None:
    """Sites, their inputs, nodes and desks."""
    for z, zone in enumerate(s.zones):
        a.note("zone_lead", z, s.zones.index(s.world.parted_from.get(zone, zone)))
    for i, (k, c) in enumerate(s.sites):
        product, country = s.products[k].id, s.countries[c]
        a.note("site_product", i, k)
        a.note("site_country", i, c)
        a.note("site_zone", i, s.country_zone(c))
        a.note("site_key", i, hash64(f"site:{product}:{country}") & KEY_MASK)
        a.put("unit_cost", i, s.value("unit_cost_ratio", product, country))
        for name in _SITE_NUMBERS:
            a.put(name, i, s.value(name, product, country))
        a.put("output_cover_weeks", i, s.value("output_cover_weeks", product, country))
        for row in scenario.outlook.outages:
            if (not row.products or product in row.products) and (not row.countries or country in row.countries):
                a.put("outage_mtbf_days", i, row.mtbf_days)
                a.put("outage_mttr_days", i, row.mttr_days)
                a.put("outage_share", i, row.share_lost)
    for j, (site, k) in enumerate(s.inputs):
        user, c = s.sites[site]
        a.note("input_site", j, site)
        a.note("input_product", j, k)
        maker, made_from = s.products[user].id, s.products[k].id
        a.put("input_cover_weeks", j, s.value("input_cover_weeks", maker, made_from, s.countries[c]))
    for n, (k, c) in enumerate(s.nodes):
        a.note("node_product", n, k)
        a.note("node_country", n, c)
        a.note("node_zone", n, s.country_zone(c))
        for array, parameter in (("stockpile_start_weeks", "stockpile_weeks"), ("trader_stock_weeks",) * 2):
            a.put(array, n, s.value(parameter, s.products[k].id, s.countries[c]))
    if scenario.tracked_origin:
        a.note("tracked", 0, 1)
        a.note("tracked_country", 0, s.countries.index(scenario.tracked_origin))


def _routes(s: Structure) -> list[int]:
    """Number of each lane's route: from the same zone, over a border or not, at the same duty."""
    found: dict[Any, int] = {}
    lanes = []
    for desk, site, *_ in s.lanes:
        (k, origin), buyer = s.sites[site], s.nodes[s.desks[desk][0]][1]
        names = (s.products[k].id, s.countries[origin], s.countries[buyer])
        duty = s.value("tariff", *names) if origin != buyer else 0.0
        lanes.append(found.setdefault((k, s.country_zone(origin), origin != buyer, duty), len(found)))
    return lanes


def _fill_trade(a: Arena, s: Structure, lane_month: list[int]) -> None:
    """Links, desks, lanes and who holds stock where."""
    for m, (site, node) in enumerate(s.links):
        a.note("link_site", m, site)
        a.note("link_node", m, node)
        a.note("link_open", m, int((site, node) in s.open_links))
    routes = _routes(s)
    for lane, (desk, site, link, spare) in enumerate(s.lanes):
        k, origin = s.sites[site]
        node = s.desks[desk][0]
        buyer = s.nodes[node][1]
        names = (s.products[k].id, s.countries[origin], s.countries[buyer])
        a.note("lane_site", lane, site)
        a.note("lane_desk", lane, desk)
        a.note("lane_product", lane, k)
        a.note("lane_link", lane, link)
        a.note("lane_border", lane, int(origin != buyer))
        a.note("lane_route", lane, routes[lane])
        a.note("lane_month_column", lane, lane_month[lane])
        a.note("lane_key", lane, hash64("lane:" + s.lane_name(lane)) & KEY_MASK)
        a.note("lane_office", lane, -1)
        a.note("lane_quota", lane, -1)
        a.note("lane_cut_day", lane, -1)
        a.put("lane_transit", lane, s.transit(*names[1:], guess=link >= 0))
        # A duty stated for all origins is on what crosses a border.
        a.put("tariff_start", lane, s.value("tariff", *names) if origin != buyer else 0.0)
        a.note("lane_spare", lane, int(spare))
        a.put("lane_sourcing", lane, 1.0)
    order = sorted(range(len(s.lanes)), key=lambda i: (s.lanes[i][1], i))
    for position, lane in enumerate(order):
        a.note("site_lanes", position, lane)
    for i in range(len(s.sites)):
        mine = [p for p, lane in enumerate(order) if s.lanes[lane][1] == i]
        a.note("site_lane_first", i, mine[0] if mine else 0)
        a.note("site_lane_count", i, len(mine))
    seen: set[int] = set()
    for d, (n, _) in enumerate(s.desks):
        a.note("desk_node", d, n)
        a.note("desk_main", d, int(n not in seen))
        seen.add(n)
        mine = [i for i, lane in enumerate(s.lanes) if lane[0] == d]
        a.note("desk_lane_first", d, mine[0] if mine else 0)
        a.note("desk_lane_count", d, len(mine))
    _fill_holders(a, s)


def _fill_holders(a: Arena, s: Structure) -> None:
    desk_of = {(s.nodes[n], sign): d for d, (n, sign) in enumerate(s.desks)}
    rows: list[tuple[int, int, int]] = []  # desk, class, number by user and input
    for u, user in enumerate(s.users):
        desk = desk_of[((user.product, user.country), user.signature)]
        rank = s.value("priority", s.end_uses[user.end_use])
        assert not isinstance(rank, Sampled)  # refused where it is written
        rows.extend((desk, int(rank), FIRMS_PER_USER * u + j) for j in range(FIRMS_PER_USER))
    for j, (site, k) in enumerate(s.inputs):
        desk = desk_of[((k, s.sites[site][1]), ())]
        rows.append((desk, FIRMS_PER_USER, FIRMS_PER_USER * len(s.users) + j))
    rows.sort()
    # Holders are numbered by desk and class: what a desk serves lies side by side in memory.
    for holder, (desk, rank, number) in enumerate(rows):
        a.note("holder_desk", holder, desk)
        a.note("holder_class", holder, rank)
        if number >= FIRMS_PER_USER * len(s.users):
            a.note("input_holder", number - FIRMS_PER_USER * len(s.users), holder)
        elif number % FIRMS_PER_USER == 0:
            a.note("user_holder", number // FIRMS_PER_USER, holder)
    for d in range(len(s.desks)):
        mine = [p for p, row in enumerate(rows) if row[0] == d]
        a.note("desk_holder_first", d, mine[0] if mine else 0)
        a.note("desk_holder_count", d, len(mine))


_USER_NUMBERS = (
    ("elasticity_short", "elasticity_short"),
    ("elasticity_long", "elasticity_long"),
    ("thrifting_speed", "thrifting_speed_per_year"),
    ("thrifting_return", "thrifting_return_per_year"),
    ("working_minimum_weeks", "working_minimum_weeks"),
)


def _fill_users(a: Arena, scenario: Scenario, s: Structure, firsts: dict[str, int]) -> None:
    desk_of = {(s.nodes[n], sign): d for d, (n, sign) in enumerate(s.desks)}
    column: dict[tuple[int, int, int], int] = {}
    growth = scenario.outlook.demand_growth_per_year
    for u, user in enumerate(s.users):
        product, country, end_use = s.products[user.product].id, s.countries[user.country], s.end_uses[user.end_use]
        row = (user.product, user.country, user.end_use)
        column.setdefault(row, firsts["users"] + 3 * len(column))
        a.note("user_desk", u, desk_of[(row[:2], user.signature)])
        a.note("user_end_use", u, user.end_use)
        a.note("user_column", u, column[row])
        for array, parameter in _USER_NUMBERS:
            a.put(array, u, s.value(parameter, product, end_use))
        a.put("cover_weeks", u, s.value("cover_weeks", product, country, end_use))
        a.put("cover_cv", u, s.value("cover_cv", product, country, end_use))
        a.put("demand_growth", u, growth.get(end_use, growth.get("", 0.0)))


__all__ = ["Column", "CompiledModel", "compile_scenario", "lookup"]
