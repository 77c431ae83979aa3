"""A bare 10 is not 1000 %, and no number may be anything: both for every number that is declared anywhere."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from supplyrisk.errors import Problems
from supplyrisk.language.fields import Quantity
from supplyrisk.units import UnitError

from .declared import Declared, every_quantity
from .spec_files import GOOD, faults, load

EVERY = every_quantity()
# Units in which ten means ten times something, which nobody writes for a tenth.
MULTIPLES = ("times", "times the baseline price", "", "ratio", "index")


def said(field: Quantity, value: Any) -> str:
    """What is said about a value; nothing if it is taken."""
    try:
        field.parse(value)
    except ValueError as error:
        places = (getattr(error, "context", None) or {}).get("places") or [((), str(error))]
        return "; ".join(message for _, message in places)
    return ""


@pytest.mark.parametrize("declared", EVERY, ids=lambda d: d.where)
def test_a_number_that_could_be_read_in_two_ways_is_refused(declared: Declared) -> None:
    """Whatever takes both 10 % and ten of something: either ten times is what anybody means, or 10 is refused."""
    field = declared.field
    if "%" not in field.accepted or field.unit in MULTIPLES:
        return
    for bare in ("1.5", "2", "10", "-10", "-2", "100"):
        assert said(field, bare) or (field.high <= 1 and abs(float(bare)) < 1), (declared.where, bare)
        if not field.certain:
            assert said(field, {"uniform": ("0.1", bare)} if bare[0] != "-" else {"uniform": (bare, "0.1")})
            assert said(field, {"discrete": {bare: "1"}})
    if field.high >= 0.1 and field.low <= 0.1:
        assert said(field, "10 %") == ""
        assert field.parse("10 %") == field.parse("0.1") == pytest.approx(0.1)
    if field.low <= 0.5 and field.high >= 1:
        # All of it may be written 1 only where more than all of it is impossible.
        assert (said(field, "1") == "") == (field.high == 1)
    if field.high >= 10:
        assert said(field, "10") == "can be read in two ways (got 10); write 10 % or 1000 %"


@pytest.mark.parametrize("declared", EVERY, ids=lambda d: d.where)
def test_every_number_has_both_bounds_and_they_are_said_with_their_unit(declared: Declared) -> None:
    field = declared.field
    assert -1e13 < field.low < field.high < 1e16
    unit = next(iter(field.accepted)) if "" not in field.accepted else ""
    beyond = field.high / field.accepted[unit] * 2 + 1
    with pytest.raises(UnitError, match=r"must be between|too large|two ways") as caught:
        field.number(f"{beyond:.17g} {unit}")
    dimension = {"days": "days|years", "t": "t", "t/yr": "t/yr", "USD/kg": "USD/kg", "weeks": "weeks", "USD/t": "USD/t"}
    words = str(caught.value).split("(got")[0]
    assert any(word in words for word in dimension.get(field.unit, "").split("|")), words
    assert math.isfinite(field.number(field.low))
    assert math.isfinite(field.number(field.high))


BARE = [
    ("cars: 3 %/yr", "cars: 2", "outlook.demand_growth.cars: can be read in two ways (got 2); write 2 % or 200 %"),
    ("{cars: 3 %/yr}", "{cars: {uniform: [0.5, 1.5]}}", "demand_growth.cars.uniform[1]: can be read in two ways"),
    ("{cars: 3 %/yr}", "{cars: 300}", "demand_growth.cars: must be between -90 % and 200 % (got 300)"),
    ("{cars: 3 %/yr}", "{cars: 5}", "demand_growth.cars: must be between -90 % and 200 % (got 5); did you mean 5 %"),
    ("shares: {metal: {CN: 90 %}}", "tariff: {metal: {CN: {JP: 5}}}", "JP: can be read in two ways (got 5)"),
    (
        "elasticity_short: {pert: [0.05, 0.12, 0.3]}",
        "tariff.metal.CN.JP: {uniform: [5, 10]}",
        "uncertain.tariff.metal.CN.JP.uniform[0]: can be read in two ways (got 5); write 5 % or 500 %",
    ),
    (
        "duration: 26 weeks",
        "duration: 26 weeks\n  - {type: tariff, name: duty, destinations: JP, products: metal, start: 2025-05-01, rate: 10}",
        "events[1].rate: can be read in two ways (got 10); write 10 % or 1000 %",
    ),
    (
        "        start: 2025-02-01",
        "        start: 2025-02-01\n      - {type: demand_change, change: -20, start: 2025-05-01}",
        "change: must be between -100 % and 1000 % (got -20); did you mean -20 %",
    ),
    (
        "    duration: 26 weeks",
        "    trigger: {variable: unserved_share, product: metal, place: JP, above: 5}\n    duration: 26 weeks",
        "events[0].trigger.above: must be between 0 and 1, it is a share (got 5); did you mean 5 %",
    ),
    (
        "    duration: 26 weeks",
        "    trigger: {variable: price_spot_index, product: metal, place: CN, above: 50 %}\n    duration: 26 weeks",
        "events[0].trigger.above: must be at least 1, the baseline price, else it is exceeded from the first day",
    ),
    (
        "        start: 2025-02-01",
        "        start: 2025-02-01\n      - {type: price_floor, products: metal, countries: CN, floor: 110}",
        "floor: can be read in two ways (got 110); write 110 USD/kg or 110 times",
    ),
    (
        "        start: 2025-02-01",
        "        start: 2025-02-01\n      - {type: subsidy, products: metal, countries: CN, amount: {uniform: [0.5, 20]}}",
        "amount: can be read in two ways (got 20); write 20 USD/kg or 20 times",
    ),
    (
        "elasticity_short: {pert: [0.05, 0.12, 0.3]}",
        "use_t_per_year.part.JP.cars: {scale: {uniform: [90, 110]}}",
        "scale.uniform[0]: can be read in two ways (got 90); write 90 % or 90 times",
    ),
    (
        "shares: {metal: {CN: 90 %}}",
        "use_t_per_year: {scale: 110}",
        "use_t_per_year.scale: can be read in two ways (got 110); write 110 % or 110 times",
    ),
    (
        "        start: 2025-02-01",
        "        start: 2025-02-01\n      - {type: diversified_sourcing, origins: CN, preference: 50, start: 2025-05-01}",
        "preference: can be read in two ways (got 50); write 50 % or 50 times",
    ),
    (
        "    duration: 26 weeks",
        "    trigger: {variable: price_spot_index, product: metal, place: CN, above: 300}\n    duration: 26 weeks",
        "above: can be read in two ways (got 300); write 300 % or 300 times",
    ),
    (
        "        start: 2025-02-01",
        "        start: 2025-02-01\n"
        "      - {type: strategic_stockpile, products: metal, countries: JP, target: 8 weeks, release_price_index: 50}",
        "release_price_index: needs its sign (got 50); did you mean 50 times",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), BARE)
def test_what_is_said_in_a_scenario(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    found = faults(tmp_path, text)
    assert any(message in line for line in found), found


def test_percent_and_number_are_the_same(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="two ways"):
        load(tmp_path, GOOD, ("outlook.capacity_growth=1",))
    first = load(tmp_path, GOOD, ("outlook.capacity_growth=0.5",)).scenarios[0]
    other = load(tmp_path, GOOD, ("outlook.capacity_growth=50 %",)).scenarios[0]
    assert first.outlook.capacity_growth_per_year == other.outlook.capacity_growth_per_year == 0.5
