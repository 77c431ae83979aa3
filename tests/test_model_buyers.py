"""Rules that single out buyers: a price of their own where goods can't be rerouted, one price where they can."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from supplyrisk.model.targets import HELD_BACK, JOINT, RULE
from supplyrisk.spec.resolved import ResolvedEvent, World
from supplyrisk.spec.zones import zoned

from .core_worlds import FIRST, Memory, memory_at
from .small_worlds import WEEKS_PER_YEAR, Outcome, chain, effect, event, run

C = 2808.0 / 131.0  # weeks believed of a rule in force for a week (tests of beliefs)


def world(from_e: float = 0.1, values: dict[tuple[str, ...], Any] | None = None) -> World:
    """A makes for itself (20 t a week), U (30) and E (50); E makes a fifth of its own use and `from_e` of U's."""
    made = 10.0 + 30.0 * from_e
    return chain(
        makers={"A": 0.9, "E": 0.1},
        users={("A", "cars"): 20.0, ("U", "cars"): 30.0, ("E", "cars"): 50.0},
        zones={"ZA": ("A",), "Z": ("U", "E")},
        shares={("A", "A"): 1.0, ("A", "U"): 1.0 - from_e, ("E", "U"): from_e, ("A", "E"): 0.8, ("E", "E"): 0.2},
        values={
            ("output_t_per_year", "metal", "A"): (100.0 - made) * WEEKS_PER_YEAR,
            ("output_t_per_year", "metal", "E"): made * WEEKS_PER_YEAR,
            ("error_level", ""): 0.0,
            ("error_weekly", ""): 0.0,
            **(values or {}),
        },
    )


def stop(to: str = "U", share: float = 1.0, name: str = "stop", op: str = "close") -> ResolvedEvent:
    return event(effect(op, share, "metal", "A", to), name=name, start=7.0 * FIRST)


def after(here: World, *events: ResolvedEvent, years: float = 1.0, **options: Any) -> Outcome:
    """A run in which zones part as the events ask; masses balance."""
    out = run(zoned(here, events), *events, years=years, **options)
    assert out.totals["balance_error"] < 1e-9
    return out


def memory(here: World, *events: ResolvedEvent, week: int = FIRST) -> Memory:
    return memory_at(zoned(here, events), *events, week=week)


def prices(out: Outcome, week: int) -> dict[str, float]:
    return {zone: float(out.price("metal", zone)[week]) for zone in out.model.structure.zones}


# --- one buyer ------------------------------------------------------------------------------------
def test_a_banned_buyer_pays_more_and_goes_short_where_others_do_not() -> None:
    out = after(world(), stop())
    price = prices(out, FIRST + 5)
    assert price["U"] > 2.0
    assert price["Z"] == price["ZA"] < 1.0  # who is free to trade shares one price; what U doesn't get is left there
    lost = {c: out.column("shortage_unserved_t", "metal", c).sum() for c in "AEU"}
    assert lost["U"] > 100.0
    assert lost["A"] == lost["E"] == 0.0
    reasons = {zone: out.column("price_gap_reason", "metal", zone)[FIRST + 5] for zone in price}
    assert reasons == {"U": RULE, "Z": HELD_BACK, "ZA": HELD_BACK}


def test_the_price_of_a_banned_buyer_by_hand() -> None:
    """U needs 30 t a week, E's link carries three times 3 t: y = (30 - 9) C; U holds 11 weeks, 330 t.

    N = 26 x 30 t: it aims at (330 + N (1 - exp(-1.5 y/N)))/330.
    """
    found = memory(world(), stop())
    loss = (found["need_sum", found.cell("metal", "U")] - 9.0) * C
    wanted = 780.0 * (1.0 - math.exp(-1.5 * loss / 780.0))
    cell = found.cell("metal", "U")
    assert found["stock_sum", cell] == pytest.approx(found["wanted_sum", cell], rel=0.1)
    assert found["target_log", cell] == pytest.approx(
        math.log((found["wanted_sum", cell] + wanted) / found["stock_sum", cell]), rel=1e-9
    )


def test_a_buyer_whom_others_can_serve_at_once_pays_what_they_pay() -> None:
    """Four fifths of what U buys comes from E, which has as much to spare: the rule binds nobody."""
    values = {("utilisation", "metal", "E"): 0.5, ("ready_spare_share", "metal"): 10.0}
    out = after(world(0.8, values), stop(), years=2.0)
    for week in range(FIRST, FIRST + 80):
        price = prices(out, week)
        assert price["U"] == pytest.approx(price["Z"], rel=0.08)
        assert 0.9 < price["U"] < 1.1
    assert prices(out, FIRST + 5)["U"] == prices(out, FIRST + 5)["Z"]


def test_the_fewer_ways_round_a_rule_the_dearer() -> None:
    price = [prices(after(world(part), stop()), FIRST + 5)["U"] for part in (0.0, 0.05, 0.1, 0.2, 0.33)]
    assert all(np.diff(price) < 0.0)


# --- neighbours who sell on -------------------------------------------------------------------------
def test_goods_come_by_way_of_neighbours_while_that_pays() -> None:
    ways = {("detour_share", ""): 0.4, ("detour_growth_per_week", ""): 0.02, ("detour_cost", ""): 0.5}
    closed, open_ = after(world(0.0), stop()), after(world(0.0, ways), stop())
    leaked = open_.column("leakage_t", "metal", "U")
    began = int(np.nonzero(leaked)[0][0])
    # The first week in which U pays half more than E; then 2 % of 30 t more each week, up to 40 %.
    gap = open_.price("metal", "U") / open_.price("metal", "Z")
    assert gap[began] > 1.5 >= gap[began - 1]
    assert leaked[began + 4] == pytest.approx(0.1 * 30.0)
    assert leaked.max() == pytest.approx(0.4 * 30.0)
    assert leaked[began + 18] < leaked.max() == leaked[began + 20]
    assert open_.unserved < 0.7 * closed.unserved
    assert open_.price("metal", "U")[40] < closed.price("metal", "U")[40]


def test_with_a_fast_and_free_way_round_there_is_one_price_again() -> None:
    ways = {("detour_share", ""): 1.0, ("detour_growth_per_week", ""): 1.0, ("detour_cost", ""): 0.0}
    out = after(world(0.0, ways), stop(), years=2.0)
    price = prices(out, FIRST + 52)
    assert price["U"] == pytest.approx(price["Z"], rel=0.05)
    assert out.unserved == 0.0


@pytest.mark.parametrize(
    ("rows", "share"),
    [
        ([("close", 1.0, "U")], 0.4),  # E may buy all it wants
        ([("close", 1.0, "U"), ("close", 0.5, "U E")], 0.2),  # E is let have half of it
        ([("close", 0.5, "U")], 0.2),  # U lacks half
        ([("close", 1.0, "U E")], 0.0),  # nobody is better off
    ],
)
def test_neighbours_sell_on_no_more_than_they_are_let_have(rows: list[Any], share: float) -> None:
    ways = {("detour_share", ""): 0.4, ("detour_growth_per_week", ""): 1.0, ("detour_cost", ""): 0.0}
    events = [stop(to, level, f"{op} {i}", op) for i, (op, level, to) in enumerate(rows)]
    out = after(world(0.0, ways), *events)
    assert out.column("leakage_t", "metal", "U").max() == pytest.approx(share * 30.0, abs=1e-9)


# --- several rules ----------------------------------------------------------------------------------
def test_two_buyers_under_unlike_rules_have_prices_of_their_own() -> None:
    """Half of everything is held back, and all that goes to U."""
    out = after(world(), stop("U E", 0.5, "half"), stop())
    one = prices(out, FIRST + 5)
    assert one["U"] > one["Z"] > 1.3 > 1.0 > one["ZA"]
    alone = prices(after(world(), stop("U E", 0.5, "half")), FIRST + 5)
    assert alone["Z"] < one["U"]


def test_a_milder_rule_for_one_buyer_makes_it_no_dearer_and_the_others_no_cheaper() -> None:
    """General licences for U let half of its goods pass beside an office that lets a tenth through."""
    office = event(
        effect("licence", 0.1, "metal", "A", grant_rate=1.0, review_days=7.0, reapply_weeks=13.0), name="office"
    )
    favour = event(effect("general_licence", 0.5, "metal", "A", "U"), name="favour")
    plain, favoured = after(world(), office), after(world(), office, favour)
    for week in (FIRST + 5, FIRST + 13, FIRST + 26):
        price = prices(favoured, week)
        assert price["U"] <= price["Z"]
        assert price["U"] <= prices(plain, week)["Z"] * 1.001


RULES: tuple[Iterable[ResolvedEvent], ...] = (
    (stop("U E"),),
    (event(effect("close", 0.6, "metal", "A"), name="stop", start=7.0 * FIRST),),
)


@pytest.mark.parametrize("events", RULES)
def test_a_rule_on_everybody_makes_no_zone(events: Iterable[ResolvedEvent]) -> None:
    assert zoned(world(), events) == world()


@pytest.mark.parametrize("op", ["close", "general_licence"])
def test_singling_out_with_nothing_is_none(op: str) -> None:
    rule = event(effect("close", 0.6, "metal", "A"), name="rule", start=7.0 * FIRST)
    nothing = stop("U", 0.0, "nothing", op)
    one, none = after(world(), rule, nothing), after(world(), rule)
    for zone in ("Z", "ZA"):
        assert np.array_equal(one.price("metal", zone), none.price("metal", zone))
    assert np.array_equal(one.price("metal", "U"), none.price("metal", "Z"))
    assert np.array_equal(one.monthly, none.monthly)


def test_harsher_for_one_buyer_is_dearer_for_it() -> None:
    price = [prices(after(world(), stop(share=share)), FIRST + 5)["U"] for share in (0.2, 0.4, 0.6, 0.8, 1.0)]
    assert all(np.diff(price) >= 0.0)
    assert price[-1] > 1.8 * price[1]


def test_it_passes() -> None:
    """A ban of half a year on one buyer is over two years later, and prices are one."""
    short = event(effect("close", 1.0, "metal", "A", "U"), name="stop", start=7.0 * FIRST, duration=182.0)
    out = after(world(), short, years=4.0)
    for zone in ("U", "Z", "ZA"):
        assert out.price("metal", zone)[FIRST + 26 + 104] == pytest.approx(1.0, abs=0.1)
    assert out.column("price_gap_reason", "metal", "U")[-1] == JOINT


def test_no_gap_without_a_reason() -> None:
    """Zones that aim at different prices have reasons that differ, or a rule between them."""
    out = after(world(0.2), stop("U E", 0.4, "half"), stop("U", 0.8, "most"), years=2.0)
    for week in range(out.weekly.shape[0]):
        codes = {zone: out.column("price_gap_reason", "metal", zone)[week] for zone in out.model.structure.zones}
        free = {prices(out, week)[zone] for zone, code in codes.items() if code == JOINT}
        assert len(free) <= 1 or week > 0
