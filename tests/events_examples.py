"""Events for the tests of the room `events`: every type's own example, and a small world for variants written by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import TypeAdapter
from supplyrisk.events.base import Event
from supplyrisk.events.example import WORLD
from supplyrisk.events.registry import EVENT_TYPE_BY_NAME, type_name
from supplyrisk.language.context import LowerContext
from supplyrisk.language.names import Names
from supplyrisk.spec.load import read_world

NAMES = Names(
    world="small",
    countries={"CN": "China", "JP": "Japan", "US": "United States", "DE": "Germany", "MM": "Myanmar"},
    groups={"west": ("US", "DE")},
    zones={"CN": ("CN",), "exCN": ("JP", "US", "DE", "MM")},
    products={"ore": "ore", "clay": "clay", "oxide": "oxide", "magnet": "magnets", "plain_magnet": "plain magnets"},
    stages={"mining": ("ore", "clay"), "refining": ("oxide",), "magnet_making": ("magnet", "plain_magnet")},
    end_uses={"cars": "cars", "defence": "defence"},
)
START = dt.date(2025, 1, 1)

# What the variants start from; not every type has one.
BASES: tuple[dict[str, Any], ...] = (
    {"type": "export_ban", "origins": "CN", "products": "oxide"},
    {"type": "raw_export_ban", "origins": "MM"},
    {"type": "licence_regime", "origins": "CN", "products": "magnet", "capacity": "4 %"},
    {"type": "content_rule", "content_origin": "CN", "threshold": "0.1 %", "products": "magnet", "capacity": "20 %"},
    {"type": "export_quota", "origins": "CN", "products": "oxide", "tonnes": "8 kt"},
    {"type": "export_tax", "origins": "CN", "products": "oxide", "rate": "15 %"},
    {"type": "customs_slowdown", "origins": "CN", "destinations": "JP", "products": "magnet", "extra_days": "30 days"},
    {"type": "licence_freeze", "origins": "CN", "products": "magnet"},
    {"type": "end_use_refusal", "origins": "CN", "products": "magnet", "end_uses": "defence"},
    {
        "type": "end_user_screening",
        "origins": "CN",
        "products": "magnet",
        "destinations": "US",
        "end_uses": "defence",
        "listed": "15 %",
    },
    {"type": "tariff", "destinations": "US", "origins": "CN", "products": "magnet", "rate": "25 %"},
    {"type": "transit_denial", "through": "CN", "origins": "MM", "destinations": "JP", "products": "ore"},
    {
        "type": "transshipment",
        "origins": "CN",
        "destinations": "US",
        "hubs": ["JP", "DE"],
        "products": "oxide",
        "cap": "50 %",
    },
    {"type": "enforcement", "origins": "CN", "products": "oxide", "cut": "60 %"},
    {"type": "capacity_outage", "countries": "MM", "products": "clay", "share_lost": "80 %"},
    {"type": "capacity_project", "name": "plant", "product": "oxide", "country": "US", "capacity": "1 kt/yr"},
    {"type": "project_delay", "project": "plant", "by": "1 year"},
    {"type": "demand_change", "products": "magnet", "countries": "CN", "end_uses": "cars", "change": "-20 %"},
    {"type": "strategic_stockpile", "products": "oxide", "countries": "JP", "target": "60 days"},
    {"type": "company_stock_obligation", "products": "magnet", "countries": "west", "cover": "26 weeks"},
    {"type": "diversified_sourcing", "origins": "CN", "destinations": "JP", "products": "oxide", "preference": "0.5"},
    {"type": "price_floor", "products": "oxide", "countries": "US", "floor": "110 USD/kg"},
    {
        "type": "thrifting_programme",
        "products": "magnet",
        "countries": "west",
        "saving": "20 %",
        "reached_after": "2 years",
    },
    {"type": "suspension", "events": "export_ban"},
)


def context() -> LowerContext:
    """A context of the small world, two years from 1 January 2025."""
    return LowerContext(NAMES, START, 730)


def make(values: dict[str, Any], names: Names = NAMES, **more: Any) -> Event:
    """Validate an event as a file would have it; without a start it gets 1 April 2025 (day 90)."""
    values = {**values, **more}
    if "start" not in values and "trigger" not in values:
        values["start"] = dt.date(2025, 4, 1)
    values = {key: value for key, value in values.items() if value is not None}
    adapter: TypeAdapter[Event] = TypeAdapter(EVENT_TYPE_BY_NAME[values["type"]])
    return adapter.validate_python(values, context={"names": names})


def example(type_name: str, **more: Any) -> Event:
    """The base of a type, with some keys changed."""
    return make(next(base for base in BASES if base["type"] == type_name), **more)


# --- the examples of the classes ------------------------------------------------------------------


def shipped_names() -> Names:
    """Names of the world that the examples of the classes are about."""
    return read_world(WORLD).names


def shipped_context() -> LowerContext:
    """A context of that world, four years from 1 January 2026."""
    return LowerContext(shipped_names(), dt.date(2026, 1, 1), 1461)


def shipped_values(cls: type[Event]) -> dict[str, Any]:
    """A type's own example as a mapping."""
    return {"type": type_name(cls), **cls.example.values()}


def shipped(cls: type[Event]) -> Event:
    """A type's own example."""
    return make(shipped_values(cls), shipped_names())
