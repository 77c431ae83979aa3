"""Events say what is wrong with them, and what they are, in plain words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from supplyrisk.events.base import Event
from supplyrisk.events.fields import Money, Profile, ProfileField, Span, SpanField
from supplyrisk.events.registry import EVENT_TYPES, common_rows, part_rows, reference_rows, type_name

from .events_examples import NAMES, START, context, example, shipped, shipped_context

PRICE = {"variable": "price_spot_index", "product": "magnet", "place": "exCN", "above": "3"}


def problems(type_: str, **more: Any) -> list[tuple[str, str]]:
    """(path, message) of everything wrong, as the language room reads it from an error."""
    with pytest.raises(ValidationError) as caught:
        example(type_, **more)
    found = []
    for error in caught.value.errors():
        path = tuple(error["loc"])
        places = (error.get("ctx") or {}).get("places") or [((), error["msg"])]
        found += [(".".join(map(str, (*path, *inner))), message) for inner, message in places]
    return found


# type, what is written, path and a fragment of the message it must give
BAD: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("export_ban", {"share": "180 %"}, "share", "between 0 and 1"),
    ("export_ban", {"share": "80"}, "share", "did you mean 80 %"),
    ("export_ban", {"origins": "China"}, "origins", "did you mean CN"),
    ("export_ban", {"products": "oxid"}, "products", "did you mean oxide"),
    ("export_ban", {"shear": "80 %"}, "shear", "Extra inputs"),
    ("export_ban", {"end": dt.date(2025, 3, 1)}, "end", "after the start"),
    ("export_ban", {"announced": dt.date(2025, 5, 1)}, "announced", "not be after the start"),
    ("export_ban", {"end": dt.date(2025, 5, 1), "duration": "1 month"}, "duration", "either end or duration"),
    ("export_ban", {"duration": "0 days"}, "duration", "must be between 1 day"),
    ("export_ban", {"duration": "6"}, "duration", "has no unit"),
    ("export_ban", {"probability": "1.2"}, "probability", "between 0 and 1"),
    ("export_ban", {"profile": "slowly"}, "profile", "ramp over 8 weeks"),
    ("export_ban", {"profile": "recovery over 6 weeks"}, "profile", "needs an end"),
    ("export_ban", {"profile": {"rampe": "6 weeks"}}, "profile.rampe", "did you mean ramp"),
    ("export_ban", {"fear": "6 weeks"}, "fear", "Extra inputs"),
    ("export_ban", {"end_announced": "yes"}, "end_announced", "give end or duration"),
    ("export_ban", {"end_announced": "maybe"}, "end_announced", "must be yes or no"),
    ("export_ban", {"in_force_since": "5.5"}, "in_force_since", "has no unit"),
    ("export_tax", {"in_force_since": "1 year"}, "in_force_since", "Extra inputs"),
    (
        "export_ban",
        {"in_force_since": "2 years", "rumoured": "2025-01-10", "probability": "40 %"},
        "rumoured",
        "in force already",
    ),
    ("capacity_outage", {"in_force_since": "1 year"}, "in_force_since", "Extra inputs"),
    (
        "export_ban",
        {"profile": "ramp over 6 weeks", "share": {"start": "50 %", "8 weeks": "100 %"}},
        "share",
        "already says how it comes into force",
    ),
    ("export_ban", {"end": dt.date(2025, 7, 1), "share": {dt.date(2025, 8, 1): 0.5}}, "share", "would never apply"),
    ("export_ban", {"trigger": {"after": "tariff"}, "start": START}, "start", "waits for its trigger"),
    ("export_ban", {"trigger": {}}, "trigger", "needs either after"),
    ("export_ban", {"trigger": {**PRICE, "after": "tariff"}}, "trigger", "needs either after"),
    ("export_ban", {"trigger": {"variable": "price_spot_index"}}, "trigger", "needs product, place and above"),
    ("export_ban", {"trigger": {**PRICE, "place": "Mars"}}, "trigger.place", "unknown price zone or country"),
    ("export_ban", {"trigger": {**PRICE, "above": {"uniform": [2, 3]}}}, "trigger.above", "can't be drawn"),
    ("export_ban", {"trigger": {"after": "tariff", "delay": "60-14 days"}}, "trigger.delay", "shorter delay first"),
    ("export_ban", {"trigger": {"after": "x"}, "share": {START: "50 %"}}, "share", "write a time after the start"),
    ("licence_regime", {"officers": "3"}, "officers", "either capacity or officers"),
    ("licence_regime", {"profile": "ramp over 6 weeks"}, "profile", "no half-way state"),
    ("licence_regime", {"review_shape": "gamma"}, "review_shape", "one of lognormal, exponential"),
    ("licence_regime", {"refuse": [{"end_use": "cars"}]}, "refuse.0.end_use", "Extra inputs"),
    ("content_rule", {"threshold": "0 %"}, "threshold", "above 0"),
    ("export_quota", {"tonnes": None}, "", "either tonnes or share_of_normal"),
    ("export_quota", {"share_of_normal": "50 %"}, "", "either tonnes or share_of_normal"),
    ("export_quota", {"period": "1 day"}, "period", "at least a week"),
    ("customs_slowdown", {"extra_days": None}, "", "slows nothing down"),
    ("transit_denial", {"lanes": [{"origin": "MM", "destination": "JP"}]}, "", "either lanes"),
    ("end_user_screening", {"listed": {"uniform": [0.1, 0.2]}}, "listed", "got a mapping"),
    ("capacity_project", {"product": "magnets"}, "product", "did you mean magnet"),
    ("project_delay", {"by": "0 days"}, "by", "delays nothing"),
    ("price_floor", {"floor": "110 EUR/kg"}, "floor", "USD/kg"),
    ("thrifting_programme", {"saving": "0 %"}, "saving", "saves nothing"),
    ("company_stock_obligation", {"cover": "0 weeks"}, "cover", "obliges to nothing"),
    ("suspension", {"events": "suspension"}, "events", "can't suspend itself"),
)


@pytest.mark.parametrize(("type_", "more", "path", "fragment"), BAD, ids=lambda v: v if isinstance(v, str) else "")
def test_bad_input_is_told_where_and_what(type_: str, more: dict[str, Any], path: str, fragment: str) -> None:
    assert any(where == path and fragment in message for where, message in problems(type_, **more)), problems(
        type_, **more
    )


def test_all_faults_of_an_event_are_told_at_once() -> None:
    found = problems("licence_regime", officers="3", end=dt.date(2025, 2, 1), profile="ramp over 6 weeks")
    assert {path for path, _ in found} == {"officers", "end", "profile"}


def test_an_event_needs_a_start_or_a_trigger() -> None:
    cls = next(cls for cls in EVENT_TYPES if type_name(cls) == "export_ban")
    with pytest.raises(ValidationError, match="needs start"):
        cls.model_validate({"type": "export_ban", "origins": "CN"})


# --- fields ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("step", Profile()),
        ("ramp over 8 weeks", Profile(ramp=56.0)),
        ("recovery over 6 weeks", Profile(recovery=42.0)),
        ("ramp over 8 weeks, recovery over 6 weeks", Profile(56.0, 42.0)),
        ({"ramp": "8 weeks"}, Profile(ramp=56.0)),
    ],
)
def test_profiles(text: Any, want: Profile) -> None:
    assert ProfileField().parse(text) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("14-60 days", Span(14, 60)),
        ("14 - 60 days", Span(14, 60)),
        ("14 to 60 days", Span(14, 60)),
        ("2 weeks - 60 days", Span(14, 60)),
        ("30 days", Span(30, 30)),
        ("2 weeks", Span(14, 14)),
    ],
)
def test_delays(text: str, want: Span) -> None:
    assert SpanField().parse(text) == want


@pytest.mark.parametrize("text", ["", "-", "14-60-90 days", "14-60", "days", "14-60 parsecs"])
def test_bad_delays(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        SpanField().parse(text)


def test_money_is_a_price_or_an_index() -> None:
    assert example("price_floor", floor="1.5").floor == Money(1.5, False)  # type: ignore[attr-defined]
    assert example("price_floor", floor="110000 USD/t").floor == Money(110.0, True)  # type: ignore[attr-defined]


# --- words ----------------------------------------------------------------------------------------
SENTENCES = (
    (
        ("export_ban", {"end": dt.date(2026, 4, 1), "announced": dt.date(2025, 3, 1), "destinations": "JP"}),
        "From 1 April 2025 to 1 April 2026 (announced 31 days before), China stops exports of oxide to Japan.",
    ),
    (
        ("export_ban", {"share": {"start": "50 %", "6 weeks": "100 %"}, "probability": "30 %", "duration": "1 year"}),
        (
            "With a probability of 30 %, from 1 April 2025 for 1 year, China stops a share (50 %, 100 % after 6 weeks) of exports of "
            "oxide."
        ),
    ),
    (
        ("export_ban", {"trigger": {"after": "tariff", "delay": "14-60 days"}}),
        "14 to 60 days after 'tariff' begins, China stops exports of oxide.",
    ),
    (
        ("strategic_stockpile", {"start": None, "trigger": {**PRICE, "lasting": "4 weeks"}, "initial": "60 days"}),
        (
            "As soon as the quoted price of magnets in exCN has stood above 3 times its baseline for 4 weeks, Japan keeps a "
            "reserve of 60 days of normal use of oxide, 60 days of it in store at the start, released when more than 1 % "
            "of demand is unserved or the price exceeds 2 times its baseline."
        ),
    ),
    (
        ("export_ban", {"end": dt.date(2026, 11, 27), "end_announced": "yes"}),
        (
            "From 1 April 2025 to 27 November 2026, China stops exports of oxide; buyers know that it ends on "
            "27 November 2026."
        ),
    ),
    (
        ("export_quota", {"in_force_since": "287 weeks", "duration": "183 days", "end_announced": "yes"}),
        (
            "From 1 April 2025 for 183 days, China limits exports of oxide together to 8,000 t per year, first come, first "
            "served; in force for 5.5 years before; buyers know that it ends on 1 October 2025."
        ),
    ),
    (
        ("end_use_refusal", {"trigger": {"after": "tariff"}, "duration": "26 weeks", "end_announced": "yes"}),
        (
            "As soon as 'tariff' begins and for 26 weeks, China refuses exports of magnets for defence; buyers know that "
            "it ends after 26 weeks."
        ),
    ),
    (
        ("suspension", {"start": dt.date(2025, 11, 10), "end": dt.date(2026, 11, 10), "end_announced": "yes"}),
        (
            "From 10 November 2025 to 10 November 2026, 'export_ban' is suspended; buyers know that it ends on "
            "10 November 2026."
        ),
    ),
    (
        ("demand_change", {"lasts": "yes"}),
        "From 1 April 2025, demand of cars in China for magnets changes by -20 % and is known to stay so.",
    ),
    (
        ("licence_regime", {"capacity": None}),
        (
            "From 1 April 2025, China licenses exports of magnets (an office whose pace nobody knows: drawn from what the "
            "offices of six past regimes let through and 97 % granted)."
        ),
    ),
    (
        ("licence_regime", {}),
        (
            "From 1 April 2025, China licenses exports of magnets (as recorded or assumed, capacity for 4 % of normal "
            "exports, reviews of about 9 weeks and 97 % granted)."
        ),
    ),
    (
        ("capacity_outage", {"countries": ["MM", "CN"], "duration": "10 weeks", "profile": "recovery over 8 weeks"}),
        (
            "From 1 April 2025 for 10 weeks, Myanmar and China lose 80 % of the capacity for clay, recovering over 8 weeks "
            "after its end."
        ),
    ),
    (
        ("capacity_project", {"slippage": {"uniform": ["0 days", "2 years"]}, "success_probability": "70 %"}),
        (
            "From 1 April 2025, a plant for 1,000 t/yr of oxide in the United States starts, at full capacity after 1 year "
            "(late by 1 year (uncertain: {uniform: [0 days, 2 years]}), built with a probability of 70 %)."
        ),
    ),
)


@pytest.mark.parametrize(("event", "want"), SENTENCES)
def test_sentences(event: tuple[str, dict[str, Any]], want: str) -> None:
    assert example(event[0], **event[1]).sentence(context()) == want


@pytest.mark.parametrize("cls", EVENT_TYPES, ids=type_name)
def test_every_type_says_its_example_in_one_sentence(cls: type[Event]) -> None:
    text = shipped(cls).sentence(shipped_context())
    assert text == cls.example.said()
    assert text[0].isupper()
    assert text.endswith(".")
    assert text.count("..") == 0
    assert "None" not in text
    for raw in ("inf", "Schedule(", "()", "  "):
        assert raw not in text


# --- schema and reference -------------------------------------------------------------------------
@pytest.mark.parametrize("cls", EVENT_TYPES, ids=type_name)
def test_schema_describes_every_key(cls: Any) -> None:
    schema = TypeAdapter(cls).json_schema()
    for key, entry in schema["properties"].items():
        assert len(entry.get("description", "")) > 3, key
    assert schema["additionalProperties"] is False


def test_reference_lists_every_type_and_key_with_a_meaning() -> None:
    rows = reference_rows()
    assert [row.type for row in rows] == [type_name(cls) for cls in EVENT_TYPES]
    keys = [field for row in (*rows, *part_rows()) for field in row.fields] + list(common_rows())
    assert all(field.meaning and field.kind for field in keys)
    assert all(row.meaning for row in (*rows, *part_rows()))
    assert {row.type for row in part_rows()} == {"trigger", "refuse", "ordinary_goods", "lanes", "detour"}
    office = {field.key: field for row in rows if row.type == "licence_regime" for field in row.fields}
    assert (office["review"].default, office["review"].unit) == ("63 days", "days")
    assert office["capacity"].over_time
    assert not office["grant_rate"].over_time
    assert office["origins"].required


def test_a_default_number_is_explained() -> None:
    """A default that matters is named in its description, with where it comes from."""
    for row in reference_rows():
        for field in row.fields:
            if field.default not in ("", "0 days", "100 %", "0 %", "0 times", "yes"):
                assert "Default" in field.meaning, f"{row.type}.{field.key}"


def test_names_unknown_to_the_world_are_refused_only_if_the_world_is_known() -> None:
    assert NAMES.countries.get("KZ") is None
    cls = next(cls for cls in EVENT_TYPES if type_name(cls) == "export_ban")
    cls.model_validate({"type": "export_ban", "origins": "KZ", "start": START})
    with pytest.raises(ValidationError):
        cls.model_validate({"type": "export_ban", "origins": "KZ", "start": START}, context={"names": NAMES})
