"""A country that controls its exports has a price zone of its own, and no other rule makes one."""

from __future__ import annotations

import pytest
from supplyrisk.spec.zones import zoned

from .small_worlds import chain, effect, event, run

SELLERS = {"A": 0.5, "C": 0.3, "D": 0.2}


def world() -> object:
    """A, C and D sell to B; A and D share a zone with B, C has its own."""
    return chain(makers=SELLERS, users={("B", "cars"): 100.0}, zones={"ZC": ("C",), "Z": ("A", "B", "D")})


@pytest.mark.parametrize("op", ["close", "quota", "licence"])
def test_a_country_with_a_rule_on_exports_leaves_its_zone(op: str) -> None:
    made = zoned(world(), [event(effect(op, 0.5, "metal", "A"))])
    assert made.zones == ("ZC", "Z", "A")
    assert made.zone_of == {"A": "A", "B": "Z", "C": "ZC", "D": "Z"}


@pytest.mark.parametrize(
    "row",
    [
        effect("close", 1.0, "metal", "C"),  # alone already
        effect("tariff", 1.0, "metal", "A"),  # a duty keeps nobody's goods back
        effect("close", 1.0, "metal", "A", end_uses="cars"),  # some end uses only
        effect("close", 1.0, "metal", "A", entities=0.2),  # listed firms only
        effect("licence", 1.0, "metal", "A", texts={"content_origin": "C"}),  # another country's content
        effect("close", 1.0, "metal", "A B D"),  # all of a zone
        effect("capacity_loss", 1.0, "metal", "A"),  # no rule on exports
    ],
)
def test_other_rules_leave_zones_alone(row: object) -> None:
    before = world()
    assert zoned(before, [event(row)]) == before


def test_a_ban_by_a_country_that_shared_a_zone_makes_two_prices() -> None:
    ban = event(effect("close", 1.0, "metal", "A"))
    one = run(world(), ban, years=1.5)
    two = run(zoned(world(), [ban]), ban, years=1.5)
    # In one zone the goods that A may not sell would still count as stock of the market of B.
    assert one.price("metal", "Z")[20] < 1.05
    assert two.price("metal", "Z")[20] > 1.3
    # What A keeps is held against reopening, at what all stocks together would be worth, less the cost of waiting.
    assert 0.5 < two.price("metal", "A")[20] < two.price("metal", "Z")[20]


def test_a_third_country_sells_at_the_price_behind_the_rule() -> None:
    """C and D can't be reached from A: what A has to keep is nobody's there, and B bids for what they make."""
    apart = chain(makers=SELLERS, users={("B", "cars"): 100.0}, zones={"ZA": "A", "ZB": "B", "ZC": "C", "ZD": "D"})
    ban, other = (event(effect("close", 1.0, "metal", origin), name=origin) for origin in "AC")
    found = run(apart, ban, years=1.5)
    price = {zone: found.price("metal", zone)[20] for zone in apart.zones}
    assert price["ZB"] > 1.3
    assert price["ZC"] == price["ZD"] == price["ZB"]
    assert price["ZA"] < 1.0
    # C keeps its own goods, too: then it is not one of those whom B can ask.
    found = run(apart, ban, other, years=1.5)
    price = {zone: found.price("metal", zone)[20] for zone in apart.zones}
    assert price["ZD"] == price["ZB"] > 1.3
    assert max(price["ZA"], price["ZC"]) < 1.0
