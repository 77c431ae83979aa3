"""The columns that a run records, by week and by month, and the months it is cut into."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ..spec.resolved import Scenario
from .compile_effects import Effects
from .structure import Structure


@dataclass(frozen=True)
class Column:
    """One recorded column. `place` is a country or zone code; `partner` only for flows."""

    variable: str
    product: str
    place: str
    end_use: str
    unit: str
    partner: str = ""


def month_starts(scenario: Scenario) -> list[int]:
    """First day of every calendar month that is simulated, in days; the first is 0.

    The month in which the reported part starts is cut there, so that no month is half of one and half of the other.
    """
    first, days = scenario.first_day, scenario.simulated_days
    starts = {0, 7 * scenario.lead_weeks}
    year, month = first.year, first.month
    while True:
        month += 1
        if month == 13:
            year, month = year + 1, 1
        day = (dt.date(year, month, 1) - first).days
        if day >= days:
            return sorted(starts)
        starts.add(day)


def fob_products(s: Structure) -> list[str]:
    """Products whose free-on-board price the world wants told, in their order."""
    return [p.id for p in s.products if s.present(s.value("fob_rent_share", p.id))]


def weekly_columns(scenario: Scenario, s: Structure, effects: Effects) -> tuple[list[Column], dict[str, int]]:
    """Weekly columns and where each block starts."""
    columns: list[Column] = []
    firsts: dict[str, int] = {}
    cells = [(p.id, z) for p in s.products for z in s.zones]
    nodes = [(s.products[k].id, s.countries[c]) for k, c in s.nodes]

    happening = (*scenario.outlook.events, *scenario.events)
    used = {effect.op for event in happening for effect in event.effects}

    def block(name: str, variable: str, unit: str, pairs: list[tuple[str, str]], recorded: bool = True) -> None:
        firsts[name] = len(columns) if recorded else -1
        if recorded:
            columns.extend(Column(variable, product, place, "", unit) for product, place in pairs)

    block("weekly_first_spot", "price_spot_index", "index", cells)
    block("weekly_first_paid", "price_paid_index", "index", cells)
    block("weekly_first_contract", "price_contract_index", "index", cells)
    wanted = [(product, z) for product in fob_products(s) for z in s.zones]
    block("weekly_first_fob", "price_fob_index", "index", wanted, bool(wanted))
    block("weekly_first_cover", "stock_cover_weeks", "weeks", cells)
    block("weekly_first_firms", "firms_stock_t", "t", cells)
    block("weekly_first_reason", "price_gap_reason", "code", cells)
    block("weekly_first_paid_node", "price_paid_index", "index", [(p, f"{c}") for p, c in nodes])
    stored = bool(used & {"stockpile", "state_trade"})
    block("weekly_first_stockpile", "stockpile_t", "t", nodes, stored)
    block("weekly_first_bought", "stockpile_bought_t", "t", nodes, stored)
    block("weekly_first_sold", "stockpile_sold_t", "t", nodes, stored)
    block("weekly_first_leak", "leakage_t", "t", nodes, bool(used & {"leak", "close", "quota", "licence"}))
    sites = [(s.products[k].id, s.countries[c]) for k, c in s.sites]
    block("weekly_first_made", "production_t", "t", sites)
    for name, op in (("subsidy", "subsidy"), ("floor", "price_floor"), ("offtake", "offtake")):
        block(f"weekly_first_{name}", f"{op}_index", "index", sites, op in used)
    taxed = any(e.op == "tariff" and e.params.get("levied_by_seller") for event in happening for e in event.effects)
    block("weekly_first_tax", "export_tax_usd", "USD", sites, taxed)
    ruled = bool(used & {"close", "quota", "licence"})
    block("weekly_first_rent", "export_rent_earned_usd", "USD", sites, ruled)
    block("weekly_first_rent_paid", "export_rent_paid_usd", "USD", nodes, ruled)
    fed = [(s.products[k].id, s.countries[c]) for k, c in s.sites if s.products[k].inputs]
    block("weekly_first_called", "maker_called_t", "t", fed)
    block("weekly_first_lacking", "maker_lacking_t", "t", fed)
    if scenario.tracked_origin:
        block("weekly_first_exposure", "origin_exposure", "share", nodes)
    firsts["users"] = len(columns)
    seen: set[tuple[int, int, int]] = set()
    for u in s.users:
        if (u.product, u.country, u.end_use) not in seen:
            seen.add((u.product, u.country, u.end_use))
            where = (s.products[u.product].id, s.countries[u.country], s.end_uses[u.end_use])
            columns.extend(Column(v, *where, "t") for v in ("wanted_t", "shortage_unserved_t", "shortage_priced_out_t"))
    firsts["offices"] = len(columns)
    for office in effects.offices:
        product = s.products[office.product].id
        for variable, unit in (
            ("licence_backlog_t", "t"),
            ("licence_wait_days", "days"),
            ("licence_granted_t", "t"),
            ("licence_refused_t", "t"),
        ):
            columns.append(Column(variable, product, office.place, "", unit))
    return columns, firsts


def monthly_columns(s: Structure) -> tuple[list[Column], list[int]]:
    """Monthly export columns, and each lane's column (-1 inside a country)."""
    pairs: dict[tuple[int, int, int], int] = {}
    columns: list[Column] = []
    lane_month: list[int] = []
    for desk, site, _, _ in s.lanes:
        k, origin = s.sites[site]
        buyer = s.nodes[s.desks[desk][0]][1]
        if origin == buyer:
            lane_month.append(-1)
            continue
        if (k, origin, buyer) not in pairs:
            pairs[(k, origin, buyer)] = len(columns)
            columns.append(Column("export_t", s.products[k].id, s.countries[origin], "", "t", s.countries[buyer]))
        lane_month.append(pairs[(k, origin, buyer)])
    return columns, lane_month
