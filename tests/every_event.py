"""One use of every event type in the three-stage world, for laws that must hold whatever happens."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import Any

from supplyrisk.events.example import WORLD
from supplyrisk.events.registry import EVENT_TYPE_BY_NAME
from supplyrisk.spec.load import load_scenario
from supplyrisk.spec.resolved import ResolvedEvent, Scenario, World

from .small_worlds import written

LICENCE = {"origins": "A", "products": "part", "capacity": "40 %", "review": "20 days", "grant_rate": "80 %"}
BAN: tuple[str, dict[str, Any]] = ("export_ban", {"origins": "A", "products": "part", "duration": "30 weeks"})
LEAK: tuple[str, dict[str, Any]] = (
    "transshipment",
    {"origins": "A", "destinations": "B", "hubs": "C", "products": "part", "cap": "50 %", "extra_cost": "5 %"},
)
PLANT: tuple[str, dict[str, Any]] = (
    "capacity_project",
    {"name": "plant", "product": "metal", "country": "B", "capacity": "800 t/yr", "unit_cost_ratio": 1.05},
)

# Each is a set of events; the last is the one it is named by, the others make it bite.
EVERY: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "export_ban": (BAN,),
    "raw_export_ban": (("raw_export_ban", {"origins": "A", "duration": "26 weeks"}),),
    "licence_regime": (("licence_regime", {**LICENCE, "duration": "52 weeks", "expiry": "8 weeks"}),),
    "licence_freeze": (
        ("licence_regime", LICENCE),
        ("licence_freeze", {"origins": "A", "products": "part", "start": 150, "duration": "20 weeks"}),
    ),
    "content_rule": (
        (
            "content_rule",
            {"content_origin": "A", "threshold": "1 %", "products": "part", "origins": "C", "capacity": "20 %"},
        ),
    ),
    "export_quota": (
        ("export_quota", {"origins": "A", "products": "part", "share_of_normal": "50 %", "period": "1 month"}),
    ),
    "export_tax": (("export_tax", {"origins": "A", "products": "metal", "rate": "30 %"}),),
    "customs_slowdown": (
        ("customs_slowdown", {"origins": "A", "products": "part", "extra_days": "20 days", "held": "50 %"}),
    ),
    "end_use_refusal": (("end_use_refusal", {"origins": "A", "products": "part", "end_uses": "tanks"}),),
    "end_user_screening": (
        (
            "end_user_screening",
            {"origins": "A", "products": "part", "destinations": "B", "end_uses": "tanks", "listed": "40 %"},
        ),
    ),
    "tariff": (("tariff", {"destinations": "B", "origins": "A", "products": "part", "rate": "40 %"}),),
    "transit_denial": (
        ("transit_denial", {"through": "C", "origins": "A", "destinations": "B", "products": "part", "share": "70 %"}),
    ),
    "transshipment": (BAN, LEAK),
    "enforcement": (
        BAN,
        LEAK,
        ("enforcement", {"origins": "A", "products": "part", "cut": "50 %", "seizure_probability": "50 %"}),
    ),
    "capacity_outage": (
        ("capacity_outage", {"countries": "A", "products": "metal", "share_lost": "70 %", "duration": "26 weeks"}),
    ),
    "mining_quota": (("mining_quota", {"countries": "A", "products": "ore", "cut": "30 %", "duration": "52 weeks"}),),
    "capacity_project": (BAN, PLANT),
    "project_delay": (PLANT, ("project_delay", {"start": 20, "project": "plant", "by": "26 weeks"})),
    "recycling": (("recycling", {"product": "metal", "country": "C", "capacity": "600 t/yr", "ramp": "0 days"}),),
    "demand_change": (("demand_change", {"countries": "B", "change": "40 %", "duration": "26 weeks"}),),
    "new_demand": (("new_demand", {"products": "part", "countries": "C", "end_uses": "tanks", "amount": "400 t/yr"}),),
    "strategic_stockpile": (
        BAN,
        (
            "strategic_stockpile",
            {"start": 0, "products": "part", "countries": "B", "target": "8 weeks", "initial": "4 weeks"},
        ),
    ),
    "state_purchase": (
        ("state_purchase", {"product": "part", "country": "A", "per_year": "900 t/yr", "duration": "26 weeks"}),
    ),
    "state_sale": (
        BAN,
        ("state_sale", {"product": "part", "country": "B", "per_year": "400 t/yr", "in_store": "200 t"}),
    ),
    "company_stock_obligation": (
        ("company_stock_obligation", {"products": "part", "countries": "B", "cover": "20 weeks"}),
    ),
    "general_licences": (
        ("licence_regime", LICENCE),
        ("general_licences", {"start": 140, "origins": "A", "products": "part", "share": "60 %"}),
    ),
    "diversified_sourcing": (
        ("diversified_sourcing", {"origins": "A", "destinations": "B", "products": "part", "preference": "0.5"}),
    ),
    "joint_purchasing": (BAN, ("joint_purchasing", {"countries": ["B", "C"], "products": "part"})),
    "price_floor": (PLANT, ("price_floor", {"products": "metal", "countries": "B", "floor": "1.5"})),
    "subsidy": (PLANT, ("subsidy", {"products": "metal", "countries": "B", "amount": "0.5"})),
    "offtake_contract": (
        BAN,
        ("offtake_contract", {"products": "part", "countries": "C", "price": "1.5", "buyers": "B"}),
    ),
    "thrifting_programme": (
        ("thrifting_programme", {"products": "part", "countries": "B", "saving": "20 %", "reached_after": "1 year"}),
    ),
    "substitution_programme": (
        (
            "substitution_programme",
            {"products": "part", "end_uses": "tanks", "saving": "90 %", "reached_after": "0 days"},
        ),
    ),
    "suspension": (BAN, ("suspension", {"start": 140, "events": "export_ban", "duration": "10 weeks"})),
}


def made(world: World, name: str) -> list[ResolvedEvent]:
    """The events of one entry of `EVERY`; in force from day 73, a Thursday, unless they say otherwise."""
    out = []
    for type_, fields in EVERY[name]:
        rest = {key: value for key, value in fields.items() if key != "start"}
        out.append(written(world, type_, start=fields.get("start", 73), **rest))
    return out


# Types without an entry above, and two with one, are tried on their own example in the shipped world it is about.
BY_EXAMPLE = sorted({"tariff", "general_licences"} | (set(EVENT_TYPE_BY_NAME) - set(EVERY)))


def by_example(name: str, folder: Path, years: float) -> Scenario:
    """The example of a type as a scenario, with the events it is about before it."""
    after = EVENT_TYPE_BY_NAME[name].example.after
    listed = [n for n in (after, name) if n]
    events = "".join(f"  - type: {n}\n{indent(EVENT_TYPE_BY_NAME[n].example.text(), '    ')}\n" for n in listed)
    text = f"""
title: {name}
world: {WORLD}
horizon: {{start: 2026-01-01, years: {years}}}
outlook: calm
monte_carlo: {{world_uncertainty: no}}
events:
{events}"""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    (scenario,) = load_scenario(path)
    return scenario
