"""Every number an analyst may write, found in the declarations: for tests that no field may escape."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from supplyrisk.events.base import Event
from supplyrisk.events.fields import TIMES_BASELINE, USD_PER_KG, MoneyField, ProfileField, SpanField
from supplyrisk.events.registry import EVENT_TYPES
from supplyrisk.language.fields import Quantity, TextField
from supplyrisk.spec import scenario
from supplyrisk.spec.baseline import RHO, SCALE_QUANTITY, SHARE_QUANTITY
from supplyrisk.spec.parameters import PARAMETERS
from supplyrisk.spec.worldmodel import WorldSpec
from supplyrisk.units import REGISTRY_UNITS

SECTIONS = (scenario.ScenarioSpec, WorldSpec)


@dataclass(frozen=True)
class Declared:
    """One number: where it is declared, and its field."""

    where: str
    field: Quantity


def models(kind: Any, seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """A model and every model inside it."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind not in seen:
            seen.add(kind)
            yield kind
            for hint in typing.get_type_hints(kind, include_extras=True).values():
                yield from models(hint, seen)
        return
    for inner in (*typing.get_args(kind), *getattr(kind, "__metadata__", ())):
        yield from models(inner, seen)


def every_model() -> list[type[BaseModel]]:
    """Scenario, world and event classes with the mappings inside them."""
    seen: set[type[BaseModel]] = set()
    return [found for kind in (*SECTIONS, Event, *EVENT_TYPES) for found in models(kind, seen)]


def text_fields(hint: Any) -> Iterator[TextField]:
    """Every field kind inside a type."""
    for extra in getattr(hint, "__metadata__", ()):
        if isinstance(extra, TextField):
            yield extra
    for inner in typing.get_args(hint):
        yield from text_fields(inner)


def every_quantity() -> list[Declared]:
    """Every declared number of events, sections, worlds, and the kinds of field that hold several."""
    found = []
    for model in every_model():
        hints = typing.get_type_hints(model, include_extras=True)
        for key in model.model_fields:
            for field in text_fields(hints[key]):
                found += [Declared(f"{model.__name__}.{key}", q) for q in quantities(field)]
    for parameter in PARAMETERS:
        accepted, example = REGISTRY_UNITS[parameter.unit]
        field = Quantity(parameter.name, accepted, example, parameter.unit, parameter.low, parameter.high)
        found.append(Declared(f"baseline.{parameter.name}", field))
    for name, field in (("shares", SHARE_QUANTITY), ("scale", SCALE_QUANTITY), ("rank_correlations", RHO)):
        found.append(Declared(f"baseline.{name}", field))
    return found


def quantities(field: TextField) -> tuple[Quantity, ...]:
    """The numbers a field takes."""
    from supplyrisk.language.fields import CertainDelay, Duration, Growth, text_field

    match field:
        case Quantity():
            return (field,)
        case MoneyField():
            return (USD_PER_KG, TIMES_BASELINE)
        case ProfileField():
            return (_of(text_field(Duration)),)
        case SpanField():
            return (_of(text_field(CertainDelay)),)
        case scenario.ByEndUse():
            return (_of(text_field(Growth)),)
    return ()


def _of(field: TextField) -> Quantity:
    assert isinstance(field, Quantity)
    return field
