"""No key of any event is dead: another value of it changes what the event lowers to."""

from __future__ import annotations

import typing
from typing import Any

import pytest
from pydantic import BaseModel
from supplyrisk.events.base import Event
from supplyrisk.events.fields import MoneyField, PlaceField, ProfileField, SpanField
from supplyrisk.events.registry import EVENT_TYPES, type_name
from supplyrisk.language.fields import DayField, FlagField, FreeText, NameList, OneOf, Quantity, TextField

from .declared import text_fields
from .events_examples import make, shipped_context, shipped_names, shipped_values

BY_TYPE = {type_name(cls): shipped_values(cls) for cls in EVENT_TYPES}
TRIGGER = {"variable": "price_spot_index", "product": "dytb_oxide", "place": "exCN", "above": "3"}
# What has to stand beside a key for it to mean anything, and what has to go.
BESIDE: dict[tuple[str, str], dict[str, Any]] = {
    ("customs_slowdown", "hold"): {"held": "20 %"},
    ("customs_slowdown", "hold_spread"): {"held": "20 %"},
    ("export_quota", "share_of_normal"): {"tonnes": None},
    ("licence_regime", "officers"): {"capacity": None},
    ("content_rule", "officers"): {"capacity": None},
    ("demand_change", "end"): {"lasts": None},
    ("demand_change", "duration"): {"lasts": None},
    ("transit_denial", "through"): {"origins": ["MM", "DE"]},
    ("transit_denial", "lanes"): {"origins": None, "destinations": None},
    ("", "end"): {"duration": None},
    ("", "end_announced"): {"duration": "1 year"},
    ("", "trigger"): {"start": None},
    ("", "rumour_probability"): {"rumoured": "2025-01-20", "in_force_since": "0 days"},
    ("", "rumoured"): {"probability": "40 %", "in_force_since": "0 days"},
    ("", "every"): {
        "duration": "2 weeks",
        "profile": "step",
        "lasts": "no",
        "end_announced": "no",
        "in_force_since": "0 days",
    },
    ("", "chance"): {
        "duration": "2 weeks",
        "profile": "step",
        "lasts": "no",
        "end_announced": "no",
        "in_force_since": "0 days",
    },
    ("", "until"): {
        "every": "1 year",
        "duration": "2 weeks",
        "profile": "step",
        "lasts": "no",
        "in_force_since": "0 days",
    },
    ("trigger", "after"): {"variable": None, "product": None, "place": None, "above": None},
}
PARTS: dict[str, dict[str, Any]] = {
    "trigger": TRIGGER,
    "detour": {"extra_days": "20 days"},
    "ordinary_goods": {"products": "standard_magnet", "share": "20 %"},
    "refuse": {"end_uses": "defence"},
    "lanes": {"origin": "MM", "destination": "JP"},
}
REFUSALS = ("nobody reacts", "has no half-way state", "can't come again")
CASES = [
    pytest.param(cls, key, id=f"{type_name(cls)}.{key}")
    for cls in EVENT_TYPES
    for key in cls.model_fields
    if key != "type"
]


def values_of(field: TextField, key: str) -> tuple[Any, Any]:
    """Two different values that a field takes."""
    match field:
        case Quantity():
            return tuple(f"{x} {_unit(field)}" for x in _two(field))  # type: ignore[return-value]
        case DayField():
            dates = {
                "announced": ("2025-02-01", "2025-02-10"),
                "not_before": ("2026-02-01", "2026-05-01"),
                "until": ("2027-12-01", "2028-05-01"),
                "end": ("2027-12-01", "2028-05-01"),
            }
            return dates.get(key, ("2025-03-01", "2025-04-01"))
        case NameList():
            names = {"country": ("MM", "DE"), "product": ("ndpr_oxide", "dytb_oxide"), "end use": ("wind", "defence")}
            return names[field.kind]
        case OneOf():
            return field.words[0], field.words[1]
        case FlagField():
            return "yes", "no"
        case ProfileField():
            return "ramp over 4 weeks", "ramp over 9 weeks"
        case SpanField():
            return "14-60 days", "20 days"
        case MoneyField():
            return "110 USD/kg", "1.5"
        case PlaceField():
            return "exCN", "JP"
        case FreeText():
            return "one", "another"
    raise AssertionError(f"no two values for {key}: {field}")


def _unit(field: Quantity) -> str:
    if "%" in field.accepted:
        return "%"
    return "" if "" in field.accepted else next(iter(field.accepted))


def _two(field: Quantity) -> tuple[float, float]:
    if _unit(field) == "%":
        return (30, 40) if field.low < 1 else (300, 400)
    low = max(field.low / field.accepted[_unit(field)], 1)
    return (low + 21, low + 35)


def two_values(hint: Any, key: str) -> tuple[Any, Any]:
    """Two different values of a key: of its kind of field, or of a mapping."""
    if key in PARTS:
        part = _part(hint)
        inner = next(k for k in part.model_fields if k in PARTS[key] and k != "variable")
        first, second = two_values(typing.get_type_hints(part, include_extras=True)[inner], inner)
        pair = [PARTS[key] | {inner: first}, PARTS[key] | {inner: second}]
        return tuple([x] if key in ("refuse", "lanes") else x for x in pair)  # type: ignore[return-value]
    return values_of(next(iter(text_fields(hint))), key)


def _part(hint: Any) -> type[BaseModel]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return hint
    return next(found for inner in typing.get_args(hint) if (found := _part_or_none(inner)) is not None)


def _part_or_none(hint: Any) -> type[BaseModel] | None:
    try:
        return _part(hint)
    except StopIteration:
        return None


def lowered(fields: dict[str, Any]) -> Any:
    """Everything of an event that the model is given."""
    event = make({key: value for key, value in fields.items() if value is not None}, shipped_names())
    ctx = shipped_context()
    ctx.enter(event, "events.x")
    timing = event.timing(ctx)
    announced = timing.announced_day if event.is_noticed() else None  # nobody reads it else
    when = (
        announced,
        timing.start_day,
        timing.duration_days,
        event.end_is_known(),
        event.age_days(ctx),
        event.memories(ctx),
    )
    trigger = event.trigger.lower(ctx) if event.trigger is not None else None
    again = (event.every, event.chance is not None and ctx.num(event.chance), event.until)
    return event.label, event.lower(ctx), when, event.probability, trigger, again


def base_of(cls: type[Event], key: str) -> dict[str, Any]:
    name = type_name(cls)
    fields: dict[str, Any] = {"start": "2025-03-01"} | BY_TYPE[name]
    beside = BESIDE.get((name, key)) or BESIDE.get(("", key), {})
    return fields | {k: v for k, v in beside.items() if k in cls.model_fields}


@pytest.mark.parametrize(("cls", "key"), CASES)
def test_every_key_changes_what_the_event_lowers_to(cls: type[Event], key: str) -> None:
    hint = typing.get_type_hints(cls, include_extras=True)[key]
    base = base_of(cls, key)
    first, second = two_values(hint, key)
    refused = []
    results = []
    for value in (first, second):
        try:
            results.append(lowered(base | {key: value}))
        except ValueError as error:
            refused.append(str(error))
    if refused:  # a key that an event can't have is refused, never passed over
        assert len(refused) == 2
        assert all(any(why in text for why in REFUSALS) for text in refused), refused
        return
    assert results[0] != results[1]


INNER = [
    pytest.param(name, part, key, id=f"{part}.{key}")
    for name, part in (
        ("export_ban", "trigger"),
        ("transit_denial", "detour"),
        ("licence_regime", "ordinary_goods"),
        ("licence_regime", "refuse"),
        ("transit_denial", "lanes"),
    )
    for key in _part(
        typing.get_type_hints(next(c for c in EVENT_TYPES if type_name(c) == name), include_extras=True)[part]
    ).model_fields
]


@pytest.mark.parametrize(("name", "part", "key"), INNER)
def test_every_key_of_a_mapping_inside_an_event_counts(name: str, part: str, key: str) -> None:
    cls = next(c for c in EVENT_TYPES if type_name(c) == name)
    model = _part(typing.get_type_hints(cls, include_extras=True)[part])
    first, second = two_values(typing.get_type_hints(model, include_extras=True)[key], key)
    outer = base_of(cls, part)
    inner = PARTS[part] | BESIDE.get((part, key), {})
    if key == "above":
        first, second = "3", "4"
    results = []
    for value in (first, second):
        filled = {k: v for k, v in (inner | {key: value}).items() if v is not None}
        results.append(lowered(outer | {part: [filled] if part in ("refuse", "lanes") else filled}))
    assert results[0] != results[1]


@pytest.mark.parametrize(
    ("type_", "fields", "said"),
    [
        ("export_ban", {"start": None, "trigger": {"after": "x", "lasting": "2 weeks"}}, "lasting: is not read"),
        ("export_ban", {"start": None, "trigger": {"after": "x", "place": "exCN"}}, "place: is not read"),
        ("customs_slowdown", {"hold": "20 days"}, "hold: is not read without held"),
        ("licence_regime", {"review_shape": "exponential", "review_spread": "0.3"}, "review_spread: is not read"),
        (
            "transit_denial",
            {"share": "20 %", "detour": {"extra_days": "9 days"}},
            "share: is not read where there is a",
        ),
        (
            "demand_change",
            {"lasts": "yes", "duration": "1 year"},
            "lasts: says that it is known to last, but duration ends it",
        ),
        ("demand_change", {"announced": "2025-02-01"}, "announced: nobody reacts to the news of this demand_change"),
        ("tariff", {"announced": "2025-02-01"}, "announced: nobody reacts to the news of this tariff"),
        (
            "export_ban",
            {"end_announced": "yes", "duration": None},
            "end_announced: says that its end is public, but it has none",
        ),
        (
            "suspension",
            {"end_announced": "yes", "duration": None},
            "end_announced: says that its end is public, but it has none",
        ),
        ("export_ban", {"in_force_since": "70 years"}, "must be between 0 and 60 years"),
        (
            "transit_denial",
            {"in_force_since": "1 year", "detour": {"extra_days": "9 days"}},
            "in_force_since: is not read where there is a detour",
        ),
        (
            "transit_denial",
            {"announced": "2025-02-01", "detour": {"extra_days": "9 days"}},
            "announced: nobody reacts to the news of this transit_denial",
        ),
        (
            "capacity_outage",
            {"announced": "2025-02-01"},
            "announced: nobody reacts to the news of this capacity_outage",
        ),
        ("strategic_stockpile", {"duration": "2 hours"}, "wrong unit"),
        ("strategic_stockpile", {"duration": "0.1 days"}, "must be between 1 day and 60 years"),
        ("strategic_stockpile", {"target": "1e15 days"}, "must be between 0 and 10 years"),
        ("capacity_project", {"ramp": "2000000 years"}, "must be between 0 and 60 years"),
        ("capacity_project", {"capacity": "1e15 t/yr"}, "must be between 0 and 10,000,000,000 t/yr"),
        ("export_ban", {"profile": "ramp over 2000000 years"}, "must be between 0 and 60 years"),
        ("export_ban", {"start": "0001-01-01"}, "must be a day of the years 1900 to 2200"),
    ],
)
def test_what_is_said_about_keys_that_mean_nothing(type_: str, fields: dict[str, Any], said: str) -> None:
    whole = {"start": "2025-03-01"} | BY_TYPE[type_] | fields
    with pytest.raises(ValueError, match="validation error") as caught:
        make({key: value for key, value in whole.items() if value is not None}, shipped_names())
    errors = caught.value.errors()  # type: ignore[attr-defined]
    places = [(".".join(map(str, path)), text) for e in errors for path, text in e["ctx"]["places"]]
    lines = [f"{path}: {text}" for path, text in places]
    assert any(said in line for line in lines), lines
