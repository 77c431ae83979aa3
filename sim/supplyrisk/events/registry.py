"""All event and policy types, found rather than listed: every file of `types/`, and what other packages bring.

A type is a class of events that says its word (`type: Literal["export_ban"]`). A package of somebody else ships types by
an entry point of the group `supplyrisk.events`, which names a module that defines them.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import BaseModel

from ..errors import SupplyriskError
from ..language.fields import DayField, FlagField, FreeText, NameList, OneOf, Quantity, TextField
from ..language.schedule import Schedule
from . import types
from .base import GROUPS, Event
from .example import Example
from .fields import MoneyField, PlaceField, Profile, ProfileField, SpanField

ENTRY_POINTS = "supplyrisk.events"


def type_name(cls: type[Event]) -> str:
    """The word that stands under `type` in a file."""
    return str(typing.get_args(cls.model_fields["type"].annotation)[0])


def load_types() -> tuple[type[Event], ...]:
    """Every event type, in an order that depends on nothing but groups and names.

    Raises
    ------
    SupplyriskError
        If a package brings types that can't be loaded, or that are taken for another's.
    """
    for name in sorted(module.name for module in pkgutil.iter_modules(types.__path__)):
        importlib.import_module(f"{types.__name__}.{name}")
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: (entry.name, entry.value)):
        _load(entry)
    found = tuple(cls for cls in _subclasses(Event) if _says_its_type(cls))
    by_name: dict[str, type[Event]] = {}
    for cls in found:
        other = by_name.setdefault(type_name(cls), cls)
        if other is not cls:
            raise SupplyriskError(
                f"two event types are called {type_name(cls)}: {_place(other)} and {_place(cls)}; rename one"
            )
        _refuse_unfinished(cls)
    return tuple(sorted(found, key=lambda cls: (GROUPS.index(cls.group), type_name(cls))))


def _load(entry: EntryPoint) -> None:
    """Import what an entry point names."""
    try:
        entry.load()
    except Exception as error:
        package = entry.dist.name if entry.dist is not None else "?"
        raise SupplyriskError(
            f"the event types of package {package} ({entry.name} = {entry.value}) can't be loaded: "
            f"{type(error).__name__}: {error}; mend or uninstall the package"
        ) from error


def _subclasses(cls: type[Event]) -> Iterator[type[Event]]:
    """All classes below one, once each."""
    found: dict[type[Event], None] = {}
    waiting = list(cls.__subclasses__())
    for below in waiting:
        found[below] = None
        waiting.extend(below.__subclasses__())
    yield from found


def _says_its_type(cls: type[Event]) -> bool:
    """Whether a class is a type, and not something that several types have in common."""
    return typing.get_origin(cls.model_fields["type"].annotation) is typing.Literal


def _refuse_unfinished(cls: type[Event]) -> None:
    if not isinstance(vars(cls).get("example"), Example):
        raise SupplyriskError(f"{_place(cls)}: event type {type_name(cls)} has no example of its own")
    if getattr(cls, "group", None) not in GROUPS:
        raise SupplyriskError(
            f"{_place(cls)}: the group of event type {type_name(cls)} must be one of {', '.join(GROUPS)} "
            f"(got {getattr(cls, 'group', None)!r})"
        )


def _place(cls: type[Event]) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


EVENT_TYPES: tuple[type[Event], ...] = load_types()
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


@lru_cache(maxsize=1_000)
def field_of(cls: type[BaseModel], key: str) -> TextField | None:
    """How the value of a key is read; nothing if it is a mapping of its own."""
    hint = typing.get_type_hints(cls, include_extras=True)[key]
    return None if _part_of(hint) is not None else _text_field(hint)


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
