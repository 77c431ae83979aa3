"""All event and policy types: a tuple you can read. A new type is one class, one entry here, one test."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ..language.fields import DayField, FlagField, FreeText, NameList, OneOf, Quantity, TextField
from ..language.schedule import Schedule
from .base import Event
from .controls import CustomsSlowdown, EndUseRefusal, ExportBan, ExportQuota, RawExportBan
from .demand import DemandChange, NewDemand, SubstitutionProgramme, ThriftingProgramme
from .fields import MoneyField, PlaceField, Profile, ProfileField, SpanField
from .licences import ContentRule, GeneralLicences, LicenceRegime
from .screening import EndUserScreening
from .stocks import CompanyStockObligation, StrategicStockpile
from .supply import CapacityOutage, CapacityProject, ProjectDelay, Recycling
from .support import OfftakeContract, PriceFloor, Subsidy
from .trade import (
    DiversifiedSourcing,
    Enforcement,
    ExportTax,
    JointPurchasing,
    Tariff,
    TransitDenial,
    Transshipment,
)
from .truce import Suspension

EVENT_TYPES: tuple[type[Event], ...] = (
    # controls of exports
    ExportBan,
    RawExportBan,
    LicenceRegime,
    ContentRule,
    ExportQuota,
    ExportTax,
    CustomsSlowdown,
    EndUseRefusal,
    EndUserScreening,
    # trade and routes
    Tariff,
    TransitDenial,
    Transshipment,
    Enforcement,
    # supply and demand
    CapacityOutage,
    CapacityProject,
    ProjectDelay,
    Recycling,
    DemandChange,
    NewDemand,
    # answers
    StrategicStockpile,
    CompanyStockObligation,
    GeneralLicences,
    DiversifiedSourcing,
    JointPurchasing,
    PriceFloor,
    Subsidy,
    OfftakeContract,
    ThriftingProgramme,
    SubstitutionProgramme,
    # other events
    Suspension,
)


def type_name(cls: type[Event]) -> str:
    """The word that stands under `type` in a file."""
    return str(typing.get_args(cls.model_fields["type"].annotation)[0])


EVENT_TYPE_BY_NAME: dict[str, type[Event]] = {type_name(cls): cls for cls in EVENT_TYPES}


@dataclass(frozen=True)
class FieldRow:
    """One key of an event, for the reference."""

    key: str
    kind: str  # what is written: "a share", "a date", "countries"
    unit: str  # what a plain number means; "" where there is none
    example: str
    required: bool
    default: str
    over_time: bool  # may be a mapping from when to value
    meaning: str


@dataclass(frozen=True)
class TypeRow:
    """One event type, for the reference. `fields` are its own; `common` those of every event."""

    type: str
    meaning: str
    fields: tuple[FieldRow, ...]


def reference_rows() -> tuple[TypeRow, ...]:
    """Every event type with its own keys, in the order of `EVENT_TYPES`."""
    common = set(Event.model_fields)
    return tuple(
        TypeRow(
            type_name(cls),
            inspect.cleandoc(cls.__doc__ or ""),
            tuple(row for row in field_rows(cls) if row.key not in common),
        )
        for cls in EVENT_TYPES
    )


def common_rows() -> tuple[FieldRow, ...]:
    """The keys that every event has."""
    return tuple(field_rows(Event))


def part_rows() -> tuple[TypeRow, ...]:
    """The mappings inside events (`trigger`, `ordinary_goods`, ...) with their keys."""
    parts: dict[str, type[BaseModel]] = {}
    classes: tuple[type[Event], ...] = (Event, *EVENT_TYPES)
    for cls in classes:
        for key, hint in typing.get_type_hints(cls, include_extras=True).items():
            part = _part_of(hint)
            if part is not None and key in cls.model_fields:
                parts.setdefault(key, part)
    return tuple(
        TypeRow(key, inspect.cleandoc(part.__doc__ or ""), tuple(field_rows(part))) for key, part in parts.items()
    )


def field_rows(cls: type[BaseModel]) -> Iterator[FieldRow]:
    """The keys of one class, in the order in which they are declared."""
    hints = typing.get_type_hints(cls, include_extras=True)
    for key, info in cls.model_fields.items():
        field = _text_field(hints[key])
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        yield FieldRow(
            key=key,
            kind=_kind(field, hints[key]),
            unit=field.unit if isinstance(field, Quantity) else "",
            example=_example(field),
            required=info.is_required(),
            default="" if info.is_required() else _say_default(default, field),
            over_time=_is_schedule(hints[key]),
            meaning=inspect.cleandoc(info.description or ""),
        )


def _parts(hint: Any) -> Iterator[Any]:
    """The hint and everything inside it."""
    yield hint
    for inner in typing.get_args(hint):
        yield from _parts(inner)


def _text_field(hint: Any) -> TextField | None:
    return next((part for part in _parts(hint) if isinstance(part, TextField)), None)


def _part_of(hint: Any) -> type[BaseModel] | None:
    return next((part for part in _parts(hint) if inspect.isclass(part) and issubclass(part, BaseModel)), None)


def _is_schedule(hint: Any) -> bool:
    return any(typing.get_origin(part) is Schedule for part in _parts(hint))


def _kind(field: TextField | None, hint: Any) -> str:
    """What is written there, in words."""
    if _part_of(hint) is not None:
        return "a list of mappings" if typing.get_origin(hint) is tuple else "a mapping"
    match field:
        case Quantity():
            return field.what
        case DayField():
            return "a date"
        case NameList():
            return f"a {field.kind}" if field.single else {"country": "countries"}.get(field.kind, field.kind + "s")
        case OneOf():
            return " or ".join(field.words)
        case FlagField():
            return "yes or no"
        case ProfileField():
            return "a profile"
        case SpanField():
            return "a delay or a range of delays"
        case MoneyField():
            return "a price or an index"
        case PlaceField():
            return "a price zone or a country"
        case FreeText():
            return "text"
    return "text"


def _example(field: TextField | None) -> str:
    if isinstance(field, Quantity):
        return field.example
    examples = field.json_schema().get("examples", []) if field is not None else []
    return str(examples[0]) if examples else ""


def _say_default(default: Any, field: TextField | None) -> str:
    """A default as it would be written in a file; "" where the meaning says what happens without."""
    if isinstance(default, Schedule):
        default = default.first()
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, float) and isinstance(field, Quantity):
        if field.unit == "share":
            return f"{default * 100:g} %"
        return f"{default:g} {field.unit}".strip()
    if isinstance(default, Profile):
        return "step"
    return default if isinstance(default, str) else ""
