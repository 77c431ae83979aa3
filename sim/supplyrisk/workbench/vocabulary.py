"""What may stand where in a scenario, and what it means: for completion, hover and form.

All of it is read off the declarations that `check`, the JSON Schema and the reference come from.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from ..errors import Problems
from ..events.fields import MoneyField
from ..events.registry import EVENT_TYPE_BY_NAME, EVENT_TYPES, FieldRow, field_of, field_rows, type_name
from ..events.trigger import Trigger
from ..language.fields import DayField, FlagField, NameList, OneOf, Quantity, TextField
from ..language.names import Names
from ..language.uncertain import KINDS
from ..spec.baseline import LEAF_KEYS, SHARES, TABLES
from ..spec.facts import CONFIDENCES
from ..spec.load import read_world
from ..spec.parameters import PARAMETERS
from ..spec.scenario import (
    MAX_YEARS,
    Focus,
    Horizon,
    MonteCarlo,
    OutlookSpec,
    PolicySpec,
    RandomOutage,
    ReportSpec,
    ScenarioSpec,
    Years,
)
from ..spec.worldfile import shipped_worlds
from ..units import PRICE, REGISTRY_UNITS, SHARE

__all__ = ["CONFIDENCES", "shipped_worlds"]

# Units offered, of those that are understood: one word for each.
OFFERED = (
    "days",
    "working days",
    "weeks",
    "months",
    "years",
    "%",
    "%/yr",
    "t",
    "kt",
    "kg",
    "t/yr",
    "kt/yr",
    "USD/kg",
    "USD/t",
    "times",
    "",
)
SECTIONS: dict[tuple[str, ...], type[BaseModel]] = {
    (): ScenarioSpec,
    ("horizon",): Horizon,
    ("outlook",): OutlookSpec,
    ("outlook", "outages"): RandomOutage,
    ("policies", "*"): PolicySpec,
    ("monte_carlo",): MonteCarlo,
    ("report",): ReportSpec,
    ("report", "focus"): Focus,
}
SHORTEST_YEARS = 28 / 365.25  # of a horizon, as `Horizon` has it
EVENTS = (("events",), ("outlook", "events"), ("policies", "*", "events"))
CARD_EVENT = ("exercise", "deck", "event")
ALL = "all"


def form_of(field: TextField | None) -> dict[str, Any]:
    """How a field is filled in: its kind, and of a number its units and bounds."""
    if isinstance(field, Quantity):
        return number_form(field)
    if isinstance(field, DayField):
        return {"kind": "date"}
    if isinstance(field, NameList):
        return {"kind": "names", "of": field.kind, "single": field.single}
    if isinstance(field, FlagField):
        return {"kind": "choice", "words": ["yes", "no"]}
    if isinstance(field, OneOf):
        return {"kind": "choice", "words": list(field.words)}
    if isinstance(field, Years):
        units = {"": 1.0, "months": 1 / 12}
        bounds = {"low": SHORTEST_YEARS, "high": MAX_YEARS}
        return {"kind": "number", "units": units, "bare": "years", "certain": True} | bounds
    if isinstance(field, MoneyField):
        units = {unit: factor for unit, factor in PRICE.items() if unit in OFFERED} | {"times": 1.0}
        return {"kind": "number", "units": units, "low": 0, "high": 1e7}
    return {"kind": "text"}


def number_form(field: Quantity) -> dict[str, Any]:
    """Units (with their factor to the first one's base) and bounds (in the base unit) of a number."""
    units = {unit: field.accepted[unit] for unit in OFFERED if unit in field.accepted}
    if "%" in units or "times" in units:
        units.pop("", None)
    found = {"kind": "number", "units": units, "low": field.low, "high": field.high}
    return found | {"certain": field.certain, "whole": field.whole}


def key_of(cls: type[BaseModel], row: FieldRow) -> dict[str, Any]:
    """One key: what it means and how it is filled in."""
    field = field_of(cls, row.key)
    info: dict[str, Any] = {"doc": _one_line(row.meaning), "what": row.kind, "example": row.example}
    info |= {"default": row.default, "required": row.required, "over": row.over_time} | form_of(field)
    words = typing.get_args(cls.model_fields[row.key].annotation)
    if field is None and words and all(isinstance(word, str) for word in words):
        info |= {"kind": "choice", "words": list(words)}
    if row.kind in ("a mapping", "a list of mappings"):
        info["kind"] = "mapping"
    return info


@lru_cache(maxsize=1)
def event_types() -> dict[str, dict[str, Any]]:
    """Every event type: meaning, group, keys, and a new one's first values."""
    return {
        type_name(cls): {
            "doc": _one_line(inspect.cleandoc(cls.__doc__ or "")),
            "group": cls.group,
            "keys": {row.key: key_of(cls, row) for row in field_rows(cls) if row.key != "type"},
            "example": cls.example.values(),
        }
        for cls in EVENT_TYPES
    }


@lru_cache(maxsize=1)
def parameters() -> dict[str, dict[str, Any]]:
    """Every number of a world that `baseline` may change."""
    found: dict[str, dict[str, Any]] = {}
    for item in PARAMETERS:
        accepted, example = REGISTRY_UNITS[item.unit]
        field = Quantity(item.name, accepted, example, item.unit, item.low, item.high)
        doc = f"{item.meaning} [{item.unit}]; by {', '.join(item.dims) or 'nothing'}"
        found[item.name] = {"doc": doc, "dims": list(item.dims), "example": example, "label": item.label}
        found[item.name] |= number_form(field)
    share = Quantity("a share", SHARE, "90 %", "share", 0, 1)
    doc = "shares of the output of a product, product: {country: share}; the others keep their proportions"
    found[SHARES] = {"doc": doc, "dims": ["product", "country"], "example": "90 %", "label": "share of output"}
    found[SHARES] |= number_form(share)
    return found


@lru_cache(maxsize=1)
def exercise_sections() -> dict[tuple[str, ...], dict[str, Any]]:
    """Keys of a table-top exercise, by the path of their section; the event of a card has those of its type, without its day."""
    from .exercise.rules import Card, ExerciseSpec, News, Role, Watch

    classes: dict[tuple[str, ...], type[BaseModel]] = {
        (): ExerciseSpec,
        ("watch",): Watch,
        ("roles",): Role,
        ("deck",): Card,
        ("news",): News,
    }
    return {path: {row.key: key_of(cls, row) for row in field_rows(cls)} for path, cls in classes.items()}


def card_event_keys(kind: str) -> dict[str, Any]:
    """Keys of the event of a card of an exercise."""
    from .exercise.rules import RESERVED

    return {key: info for key, info in event_keys(kind).items() if key not in RESERVED}


@lru_cache(maxsize=1)
def sections() -> dict[tuple[str, ...], dict[str, Any]]:
    """Keys of the sections that are no events, by the path of their section."""
    return {path: {row.key: key_of(cls, row) for row in field_rows(cls)} for path, cls in SECTIONS.items()}


@lru_cache(maxsize=16)
def names_of(*worlds: str) -> dict[str, dict[str, str]]:
    """Countries, products and end uses of shipped worlds, with what they mean; nothing of another one."""
    found: dict[str, dict[str, str]] = {"country": {}, "product": {}, "end use": {}}
    for world in worlds:
        for kind, names in _names(world).items():
            found[kind] = names | found[kind]
    return found


@lru_cache(maxsize=16)
def _names(world: str) -> dict[str, dict[str, str]]:
    if world not in shipped_worlds():
        return {"country": {}, "product": {}, "end use": {}}
    try:
        names = read_world(world).names
    except Problems:
        return {"country": {}, "product": {}, "end use": {}}
    return {
        "country": _known(names, names.countries, names.known_places(), "country"),
        "product": _known(names, names.products, names.known_products(), "stage"),
        "end use": _known(names, names.end_uses, names.known_end_uses(), "end use"),
    }


def _known(names: Names, said: Mapping[str, str], known: tuple[str, ...], kind: str) -> dict[str, str]:
    found = {name: said.get(name, "") for name in known}
    for name in found:
        if not found[name]:
            members = names.groups.get(name, ()) if kind == "country" else ()
            found[name] = ("group: " + ", ".join(members)) if members else "" if name != ALL else "every one"
    return found


def for_the_page() -> dict[str, Any]:
    """What the form needs in the browser."""
    return {
        "types": event_types(),
        "parameters": parameters(),
        "worlds": list(shipped_worlds()),
        "kinds": list(KINDS),
        "confidences": list(CONFIDENCES),
        "scenario": sections()[()],
        "horizon": sections()[("horizon",)],
        "monte_carlo": sections()[("monte_carlo",)],
    }


def baseline_keys() -> dict[str, str]:
    """Keys of the `baseline` section."""
    found = {name: info["doc"] for name, info in parameters().items()}
    return found | {TABLES: "tables of own numbers (.csv, .xlsx), laid over the world's rows"}


def leaf_keys() -> dict[str, str]:
    """Keys of a number with notes."""
    meaning = {
        "value": "the number, with its unit",
        "scale": "a factor on the world's number",
        "source": "where it comes from",
        "confidence": "high, medium, low or assumption",
        "note": "anything else worth saying",
    }
    return {key: meaning[key] for key in LEAF_KEYS}


def trigger_keys() -> dict[str, dict[str, Any]]:
    """Keys of a trigger."""
    return {row.key: key_of(Trigger, row) for row in field_rows(Trigger)}


def event_keys(kind: str) -> dict[str, dict[str, Any]]:
    """Keys of an event type; of one that is not known, those that every type has."""
    types = event_types()
    if kind in EVENT_TYPE_BY_NAME:
        return dict(types[kind]["keys"])
    shared = set.intersection(*(set(info["keys"]) for info in types.values()))
    first = next(iter(types.values()))["keys"]
    return {key: info for key, info in first.items() if key in shared}


def _one_line(text: str) -> str:
    return " ".join(text.split())
