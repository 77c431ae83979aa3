"""Zones part for those whom rules treat apart, in the runs in which such a rule is known, and in no others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from supplyrisk.errors import Problems
from supplyrisk.spec.load import text_scenario
from supplyrisk.spec.resolved import Arm, ResolvedEvent, Trigger, World
from supplyrisk.spec.zones import zoned

from .small_worlds import Outcome, chain, effect, event, run, scenario

SELLERS = {"A": 0.5, "C": 0.3, "D": 0.2}


def world() -> World:
    """A, C and D sell to B; A and D share a zone with B, C has its own."""
    return chain(makers=SELLERS, users={("B", "cars"): 100.0}, zones={"ZC": ("C",), "Z": ("A", "B", "D")})


def wide() -> World:
    """The same with buyers in D and E, and an error of the model's own, which is drawn by zone."""
    return chain(
        makers=SELLERS,
        users={("B", "cars"): 70.0, ("D", "cars"): 20.0, ("E", "cars"): 10.0},
        zones={"ZC": ("C",), "Z": ("A", "B", "D", "E")},
        values={("error_level", ""): 0.3, ("error_weekly", ""): 0.2},
    )


@pytest.mark.parametrize("op", ["close", "quota", "licence"])
def test_a_country_with_a_rule_on_exports_leaves_its_zone(op: str) -> None:
    made = zoned(world(), [event(effect(op, 0.5, "metal", "A"))])
    assert made.zones == ("ZC", "Z", "A")
    assert made.zone_of == {"A": "A", "B": "Z", "C": "ZC", "D": "Z"}
    assert made.parted_from == {"A": "Z"}


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        ([effect("close", 1.0, "metal", "C", "B")], {"B": "Z"}),
        ([effect("close", 1.0, "metal", "C", "B D")], {"B+D": "Z"}),
        ([effect("licence", 0.5, "metal", "C"), effect("general_licence", 0.5, "metal", "C", "D")], {"D": "Z"}),
        # rules of two events that overlap: B is under both, D and E under one each
        (
            [effect("close", 1.0, "metal", "C", "B D"), effect("quota", 1.0, "metal", "C", "B E")],
            {"B": "Z", "D": "Z", "E": "Z"},
        ),
        # each keeps its goods from the others
        ([effect("close", 1.0, "metal", "A D")], {"A": "Z", "D": "Z"}),
        ([effect("close", 1.0, "metal", "A B D")], {"A": "Z", "B": "Z", "D": "Z"}),
        # almost everybody's: a rule of those who make the goods
        ([effect("close", 1.0, "metal", "A B D E")], {"A": "Z", "D": "Z"}),
        # of everybody's exports to one buyer: nobody is singled out as a seller
        ([effect("close", 1.0, "metal", (), "B")], {"B": "Z"}),
        # most of the zone is named: the others part
        ([effect("close", 1.0, "metal", "C", "A B D")], {"E": "Z"}),
        ([effect("close", 1.0, "metal", "C", "A B D E")], {}),
    ],
)
def test_zones_part_for_those_whom_rules_treat_apart(rows: list[Any], parts: dict[str, str]) -> None:
    made = zoned(wide(), [event(row, name=str(i)) for i, row in enumerate(rows)])
    assert dict(made.parted_from) == parts
    assert {country: made.whole_zone(country) for country in made.countries} == dict(wide().zone_of)


@pytest.mark.parametrize(
    "row",
    [
        effect("close", 1.0, "metal", "C"),  # alone already
        effect("tariff", 1.0, "metal", "A"),  # a duty keeps nobody's goods back
        effect("close", 1.0, "metal", "A", end_uses="cars"),  # some end uses only
        effect("close", 1.0, "metal", "A", entities=0.2),  # listed firms only
        effect("licence", 1.0, "metal", "A", texts={"content_origin": "C"}),  # another country's content
        effect("general_licence", 0.5, "metal", "A"),  # nobody's goods are held back
        effect("capacity_loss", 1.0, "metal", "A"),  # no rule on exports
    ],
)
def test_other_rules_leave_zones_alone(row: object) -> None:
    before = world()
    assert zoned(before, [event(row)]) == before


@pytest.mark.parametrize("number", range(1, 8))
def test_any_number_of_countries_can_control_their_exports(number: int) -> None:
    """Seven countries make the same for B: the more of them stop exports, the dearer it is, and none changes sign."""
    makers = {f"M{i}": 1.0 / 7.0 for i in range(7)}
    here = chain(makers=makers, users={("B", "cars"): 100.0}, zones={"Z": ("B", *makers)})
    price = []
    for n in (number - 1, number):
        ban = event(effect("close", 1.0, "metal", tuple(makers)[:n]))
        price.append(run(zoned(here, [ban] if n else []), *([ban] if n else []), years=1.0).price("metal", "Z"))
    assert price[1][20] > price[0][20] - 1e-12
    assert price[1][20] > 1.3 or number < 4


OTHERS: dict[str, ResolvedEvent] = {
    "controls": event(effect("quota", 0.5, "metal", "D", share_of_normal=1.0, period_days=91.0), name="b", start=140.0),
    "singles out": event(effect("close", 1.0, "metal", "A C", "B"), name="b", start=140.0),
    "all control": event(effect("close", 1.0, "metal", "A B D E"), name="b", start=7.0),
    "before": event(effect("licence", 0.5, "metal", "C", "B E", unit_officers=0.0), name="a", start=14.0),
}


def same(one: Outcome, other: Outcome) -> list[tuple[str, ...]]:
    """Columns of one run that differ in the other."""
    index = {(c.variable, c.product, c.place, c.end_use): i for i, c in enumerate(other.model.weekly_columns)}
    keys = [(c.variable, c.product, c.place, c.end_use) for c in one.model.weekly_columns]
    return [key for i, key in enumerate(keys) if not np.array_equal(one.weekly[:, i], other.weekly[:, index[key]])]


@pytest.mark.parametrize("other", OTHERS)
def test_an_arm_does_not_depend_on_the_rules_of_another(other: str) -> None:
    ban = event(effect("close", 0.9, "metal", "A"), name="ban")
    arms = [Arm("baseline", ()), Arm("scenario", (0,)), Arm("policy:x", (0, 1))]
    alone = scenario(zoned(wide(), [ban]), ban, arms=arms[:2], years=2.0)
    both = scenario(zoned(wide(), [ban, OTHERS[other]]), ban, OTHERS[other], arms=arms, years=2.0)
    assert len(both.world.zones) > len(alone.world.zones)
    for arm in (0, 1):
        first, second = run(alone, arm=arm, number=3), run(both, arm=arm, number=3)
        assert same(first, second) == []
        assert np.array_equal(first.monthly, second.monthly)
    # and what it adds is there in its own arm
    assert same(run(alone, arm=1), run(both, arm=2)) != []


@pytest.mark.parametrize(
    "row", [effect("close", 0.0, "metal", "A C", "B"), effect("general_licence", 0.0, "metal", "A", "B")]
)
def test_a_rule_of_share_zero_is_none(row: Any) -> None:
    ban = event(effect("close", 0.9, "metal", "A"), name="ban")
    none = event(row, name="none", start=35.0)
    arms = [Arm("baseline", ()), Arm("scenario", (0,)), Arm("policy:x", (0, 1))]
    made = scenario(zoned(wide(), [ban, none]), ban, none, arms=arms, years=2.0)
    with_it, without = run(made, arm=2), run(made, arm=1)
    assert np.array_equal(with_it.weekly, without.weekly)
    assert np.array_equal(with_it.monthly, without.monthly)


def test_a_zone_has_the_joint_price_until_its_rule_is_announced_and_does_not_jump_then() -> None:
    ban = event(effect("close", 1.0, "metal", "A"), name="ban", start=70.0)
    late = event(effect("close", 1.0, "metal", "D"), name="late", start=210.0, announced=140.0)
    out = run(zoned(wide(), [ban, late]), ban, late, years=1.0)
    rest, own = out.price("metal", "Z"), out.price("metal", "D")
    assert np.array_equal(rest[:20], own[:20])
    assert rest[19] > 1.3
    assert abs(np.log(own[20] / rest[20])) < 0.65  # no more than a week's move
    assert own[45] < 0.8 * rest[45]


WATCHED = """
title: T
question: Q
world: cobalt
horizon: {start: 2026-01-01, years: 1}
outlook: calm
events:
  - {type: export_ban, origins: CD, start: 2026-06-01}
  - {name: late, type: export_ban, origins: ID, trigger: {variable: VARIABLE, product: cobalt_metal, place: PLACE, above: 1.5}}
"""


@pytest.mark.parametrize(
    ("variable", "place", "message"),
    [
        ("price_spot_index", "CD", ""),
        ("price_spot_index", "ID", ""),
        ("price_spot_index", "exCN", ""),
        ("price_paid_index", "JP", ""),
        ("price_spot_index", "Indonesia", "did you mean ID"),
        ("price_spot_index", "EU", "name one of its countries, FI, DE, REU"),
        ("price_spot_index", "Congo", "known are CN, exCN, CD, ID"),
        ("price_paid_index", "MG", "nobody in MG buys cobalt_metal"),
    ],
)
def test_a_trigger_may_watch_any_country(variable: str, place: str, message: str) -> None:
    text = WATCHED.replace("VARIABLE", variable).replace("PLACE", place)
    try:
        text_scenario(text, Path(__file__).with_suffix(".yaml"))
        told = ""
    except Problems as error:
        told = str(error)
    assert (message in told) if message else not told


def test_a_price_is_watched_where_the_country_is_in_the_run() -> None:
    """D's price rises above 4 with the others'; where D keeps its own goods it doesn't, and what waits for it never comes."""
    ban = event(effect("close", 1.0, "metal", "A"), name="ban")
    watch = Trigger("price_spot_index", "metal", "D", 4.0, weeks=3)
    then = event(effect("demand", 0.1), name="then", trigger=watch)
    late = event(effect("close", 1.0, "metal", "D"), name="late", start=70.0)
    plain = replace(wide(), values={**wide().values, ("error_level", ""): 0.0, ("error_weekly", ""): 0.0})
    started = []
    for others in ((), (late,)):
        events = (ban, then, *others)
        out = run(zoned(plain, events), *events, years=1.0)
        normal = run(zoned(plain, events), *events, years=1.0, arm=0)
        started.append(bool(out.column("wanted_t")[-1] > normal.column("wanted_t")[-1]))
    assert started == [True, False]


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


def test_a_zone_without_countries_is_parted_by_no_rule() -> None:
    rule = event(effect("close", 0.5, "metal", "A"))
    zones = {"Z": ("A", "B")}
    plain, more = (run(chain(zones=one), rule, years=0.5) for one in (zones, zones | {"empty": ()}))
    assert more.price("metal", "Z") == pytest.approx(plain.price("metal", "Z"))
