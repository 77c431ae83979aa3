"""Fields: what text means, and what is said about text that means nothing."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from supplyrisk.language import fields
from supplyrisk.language.names import Names, merged
from supplyrisk.language.schedule import Schedule
from supplyrisk.language.uncertain import Z95, Uncertain
from supplyrisk.units import REGISTRY_UNITS, UnitError, parse_registry

NAMES = Names(
    countries={"CN": "China", "NO": "Norway", "DE": "Germany", "FR": "France"},
    groups={"EU": ("DE", "FR")},
    zones={"CN": ("CN",), "exCN": ("NO", "DE", "FR")},
    products={"ore": "ore", "metal": "metal"},
    stages={"mining": ("ore",), "refining": ("metal",)},
    end_uses={"cars": "cars"},
)


def parse(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value, context={"names": NAMES})


def message(kind: Any, value: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        parse(kind, value)
    return str(caught.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (fields.Share, "80 %", 0.8),
        (fields.Share, "0.8", 0.8),
        (fields.Share, "0%", 0.0),
        (fields.Percent, "145 %", 1.45),
        (fields.Change, "-10 %", -0.1),
        (fields.Growth, "3 %/yr", 0.03),
        (fields.Duration, "45 working days", 63.0),
        (fields.Duration, "6 weeks", 42.0),
        (fields.Duration, "1 year", 365.25),
        (fields.Duration, "18 months", 1.5 * 365.25),
        (fields.Duration, "90  days", 90.0),
        (fields.Mass, "20 kt", 20_000.0),
        (fields.Mass, "5e2 kg", 0.5),
        (fields.Rate, "20 kt/yr", 20_000.0),
        (fields.Rate, "1 t/month", 12.0),
        (fields.Day, "2025-04-04", dt.date(2025, 4, 4)),
        (fields.Countries, "NO", ("NO",)),
        (fields.Countries, ("EU", "NO", "EU"), ("EU", "NO")),
        (fields.Countries, "all", ()),
        (fields.Products, "mining", ("mining",)),
        (fields.Flag, "no", False),
    ],
)
def test_text_means(kind: Any, text: Any, value: Any) -> None:
    assert parse(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (fields.Share, "80", "must be between 0 and 1 (got 80); did you mean 80 %"),
        (fields.Share, "0,8", "did you mean 0.8"),
        (fields.Share, "180 %", "must be between 0 and 1 (got 180 %)"),
        (fields.Share, "-0.1", "must not be negative (got -0.1)"),
        (fields.Share, "nan", "is not a number (got 'nan')"),
        (fields.Share, "inf", "is not a number"),
        (fields.Share, "\u221210 %", "did you mean -10 %"),
        (fields.Share, "1e999", "is too large a number"),
        (fields.Share, None, "has no value; write a share like 80 %"),
        (fields.Share, ("1",), "must be a share like 80 % (got a list of 1)"),
        (fields.Share, "80 prozent", "has a wrong unit (got '80 prozent'); did you mean percent"),
        (fields.Duration, "26", "has no unit (got '26'); write it like 6 weeks"),
        (fields.Duration, "26 weks", "did you mean weeks"),
        (fields.Duration, "26 Weeks", "did you mean 26 weeks"),
        (fields.Duration, "-2 weeks", "must not be negative"),
        (fields.Mass, "1,200 t", "writes a number with a separator (got '1,200 t'); did you mean 1.200 or 1200"),
        (fields.Rate, "20 kt", "has a wrong unit (got '20 kt'); did you mean 20 kt/yr"),
        (fields.Year, "2024.5", "must be a whole number"),
        (fields.Year, "2024 t", "takes a plain number without unit (got '2024 t'); did you mean 2024"),
        (fields.Day, "4 April 2025", "did you mean 2025-04-04"),
        (fields.Day, "04.04.2025", "did you mean 2025-04-04"),
        (fields.Day, "2025-4-4", "did you mean 2025-04-04"),
        (fields.Day, "2025-02-30", "is not a day of the calendar"),
        (fields.Day, "2025", "did you mean 2025-01-01"),
        (fields.Day, "soon", "must be a date like 2025-04-04 (got 'soon')"),
        (fields.Countries, "china", "unknown country (got china); did you mean CN"),
        (fields.Countries, "Norwey", "unknown country (got Norwey)"),
        (fields.Countries, (), "names no country"),
        (fields.Country, "EU", "must be one country, and EU is a group; name one of its members (DE, FR)"),
        (fields.Products, "oer", "unknown product (got oer); did you mean ore"),
        (fields.EndUses, "car", "unknown end use (got car); did you mean cars"),
        (fields.Flag, "NO WAY", "must be yes or no"),
    ],
)
def test_what_is_said_about_faults(kind: Any, text: Any, said: str) -> None:
    assert said in message(kind, text)


def test_distributions_in_base_units() -> None:
    uniform = parse(fields.Duration, {"uniform": ("2 weeks", "4 weeks")})
    assert (uniform.kind, uniform.args, uniform.central) == ("uniform", (14.0, 28.0), 21.0)
    pert = parse(fields.Share, {"pert": ("10 %", "20 %", "0.5")})
    assert (pert.args, pert.central, pert.low, pert.high) == ((0.1, 0.2, 0.5), 0.2, 0, 1)
    discrete = parse(fields.Count, {"discrete": {"1": "0.25", "4": "75 %"}})
    assert (discrete.args, discrete.central) == ((1.0, 0.25, 4.0, 0.75), 4.0)


@given(st.floats(0.001, 1e3), st.floats(1.01, 50))
def test_lognormal_has_the_stated_percentiles(low: float, factor: float) -> None:
    value = parse(fields.Mass, {"lognormal": {"p5": low, "p95": low * factor}})
    mu, sigma = value.args
    assert math.exp(mu - Z95 * sigma) == pytest.approx(low)
    assert math.exp(mu + Z95 * sigma) == pytest.approx(low * factor)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"uniform": ("0.5", "0.2")}, "uniform needs its lower number first (got [0.5, 0.2])"),
        ({"uniform": ("0.5",)}, "uniform is written [low, high]"),
        ({"triangular": ("0.1", "0.5", "0.2")}, "triangular needs [lowest, most likely, highest] in that order"),
        ({"pert": ("0.1", "0.1", "0.1")}, "in that order"),
        ({"normal": ("0.1", "0.2")}, "normal is written {p5: low, p95: high}"),
        ({"normal": {"p5": "0.1", "p59": "0.2"}}, "normal is written {p5: low, p95: high}"),
        ({"lognormal": {"p5": "0", "p95": "0.2"}}, "lognormal needs numbers above zero"),
        ({"discrete": {"0.1": "0.5", "0.2": "0.4"}}, "discrete probabilities must sum to 1 (got 0.9)"),
        ({"discrete": {"0.1": "1.5", "0.2": "-0.5"}}, "a probability must be between 0 and 1"),
        ({"unifrom": ("0.1", "0.2")}, "did you mean uniform"),
        ({"uniform": ("10", "20")}, "did you mean 10 %"),
        ({"normal": {"p5": "4", "p95": "6"}}, "must be between 0 and 1"),
        ({}, "is neither a number nor a distribution"),
    ],
)
def test_faulty_distributions(value: Any, said: str) -> None:
    assert said in message(fields.Share, value)


def test_two_equal_distributions_are_two_draws() -> None:
    first, second = (parse(fields.Share, {"uniform": ("0", "1")}) for _ in range(2))
    assert first != second


def test_schedules_sort_and_keep_their_keys() -> None:
    schedule = parse(Schedule[fields.Share], {"2025-06-15": "60 %", "start": "4 %", "2025-05-01": "0.2"})
    assert schedule.points == ((0.0, 0.04), (dt.date(2025, 5, 1), 0.2), (dt.date(2025, 6, 15), 0.6))
    assert parse(Schedule[fields.Share], "5 %").first() == 0.05
    offsets = parse(Schedule[fields.Share], {"26 weeks": "1", "start": "0.5"})
    assert offsets.points == ((0.0, 0.5), (182.0, 1.0))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"2025-13-01": "0.1"}, "is not a day of the calendar"),
        ({"begin": "0.1", "6 weeks": "0.2"}, "must be a date like 2025-04-04, a time after the start"),
        ({"start": "10", "6 weeks": "0.2"}, "did you mean 10 %"),
        ({"6 weeks": "0.1", "2025-04-04": "0.2"}, "mixes dates with times after the start"),
        ({"7 days": "0.1", "1 week": "0.2"}, "names the same time twice"),
        ({"-1 week": "0.1", "start": "0.2"}, "must not lie before the start"),
        ({}, "has no value"),
    ],
)
def test_faulty_schedules(value: Any, said: str) -> None:
    assert said in message(Schedule[fields.Share], value)


def test_every_uncertain_number_is_found_with_its_path() -> None:
    class Model(fields.Strict):
        a: fields.Share
        b: Schedule[fields.Share]
        c: Schedule[fields.Share]

    draw = {"uniform": ("0", "1")}
    model = Model.model_validate({"a": draw, "b": draw, "c": {"start": "0.1", "2025-04-04": draw}})
    assert [path for path, _ in fields.uncertain_numbers(model)] == ["a", "b", "c.2025-04-04"]
    assert all(isinstance(value, Uncertain) for _, value in fields.uncertain_numbers(model))


def test_names_expand_in_the_worlds_order() -> None:
    assert NAMES.expand_countries(["FR", "CN", "EU"]) == ("CN", "DE", "FR")
    assert NAMES.expand_countries(["exCN"]) == ("NO", "DE", "FR")
    assert NAMES.expand_countries(["all"]) == ("CN", "NO", "DE", "FR")
    assert NAMES.expand_products(["refining", "ore"]) == ("ore", "metal")
    other = Names(countries={"JP": "Japan"}, groups={"EU": ("DE",)}, products={"chip": "chip"})
    assert set(merged([NAMES, other]).countries) == {"CN", "NO", "DE", "FR", "JP"}
    assert merged([NAMES, other]).groups["EU"] == ("DE", "FR")


@pytest.mark.parametrize("unit", REGISTRY_UNITS)
def test_registry_units_read_their_example_and_a_plain_number(unit: str) -> None:
    assert parse_registry(REGISTRY_UNITS[unit][1], unit) > 0
    assert parse_registry("2", unit) == 2.0
    with pytest.raises(UnitError, match="got '2 parsecs'"):
        parse_registry("2 parsecs", unit)
