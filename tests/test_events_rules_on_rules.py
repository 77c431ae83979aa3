"""A rule on top of a licence regime: which holds, what becomes of what waits, what comes back when the upper one ends.

A makes 100 t a week for B (and C), who want the same at any price; a week at sea. The regime begins on day 70.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supplyrisk.engines import get_engine
from supplyrisk.engines.simpy_engine import ReferenceRun
from supplyrisk.model.compile import compile_scenario
from supplyrisk.spec.load import load_scenario

from .small_worlds import RIGID, Outcome, World, chain, happenings, pair, run, scenario, written

EXACT = {"origins": "A", "products": "metal", "review_spread": "0", "grant_rate": "100 %", "expiry": "0 days"}
REVIEWS, LEAVES, LANE = "review done", "licensed goods leave", "metal:A>B"


def licences(world: World, start: int = 70, **fields: Any) -> Any:
    return written(world, "licence_regime", start=start, **{**EXACT, "name": "regime", "review": "7 days", **fields})


def rule(world: World, type_: str, start: int, **fields: Any) -> Any:
    return written(world, type_, start=start, **{"origins": "A", "products": "metal", **fields})


def two_buyers() -> World:
    return chain(users={("B", "cars"): 50.0, ("C", "cars"): 50.0}, values=RIGID)


def left(outcome: Outcome, first: int, last: int, lane: str = LANE) -> float:
    """Tonnes that left on days first to last - 1: what arrives a week later."""
    came = happenings(outcome, "arrival", lane)
    return sum(tonnes for day, tonnes in came.items() if first + 7 <= day < last + 7)


# --- a ban ----------------------------------------------------------------------------------------
def test_a_ban_makes_void_what_waits_for_a_licence() -> None:
    """Ten weeks nobody decides, so that 1000 t and more wait; then everybody does, on the day on which the ban begins."""
    world = pair(RIGID)
    regime = licences(world, officers={"start": "0", "10 weeks": "1000"}, lot="5 t")
    free = run(world, regime, years=1.0, trace=True)
    banned = run(world, regime, rule(world, "export_ban", 140, duration="10 weeks"), years=1.0, trace=True)
    assert free.column("licence_backlog_t")[19] == 900.0
    assert left(free, 140, 210) > 900.0
    assert left(banned, 140, 210) == 0.0
    assert banned.column("licence_backlog_t")[21:30].max() == 0.0
    assert banned.column("licence_granted_t")[20:30].sum() == 0.0
    # They lie at the maker's, and are applied for again once the ban is over: a market, a review, and they leave.
    assert min(day for day in happenings(banned, LEAVES, LANE) if day > 140) == 210 + 7
    assert banned.totals["balance_error"] < 1e-12


def test_a_licence_in_the_stamp_office_is_void_too() -> None:
    """Reviewed in a week, stamped for three: what was granted on days 77 to 91 would leave after the ban of day 95 begins."""
    world = pair(RIGID)
    regime = licences(world, officers=1000, processing="21 days")
    banned = run(world, regime, rule(world, "export_ban", 95, duration="10 weeks"), years=1.0, trace=True)
    assert left(banned, 95, 95 + 70) == 0.0
    assert banned.column("licence_granted_t")[14:23].sum() == 0.0  # nor is what was under review
    assert left(run(world, regime, years=1.0, trace=True), 95, 95 + 70) > 500.0


def test_ordinary_goods_at_customs_do_not_leave_under_a_ban() -> None:
    world = pair(RIGID)
    held = rule(world, "customs_slowdown", 70, extra_days="0 days", held="100 %", hold="30 days")
    banned = run(world, held, rule(world, "export_ban", 84, duration="10 weeks"), years=1.0, trace=True)
    assert left(banned, 84, 84 + 70) == 0.0
    assert banned.totals["balance_error"] < 1e-12


# --- a freeze -------------------------------------------------------------------------------------
def test_a_freeze_lets_nothing_through_and_what_waits_keeps_its_place() -> None:
    """Two officers, lots of 5 t, a week each: 10 t a week. Frozen on a Thursday, the two files open since Monday are not
    decided: their goods are applied for anew, behind all others. Eight weeks later the next two are opened, on a Thursday.
    """
    world = pair(RIGID)
    regime = licences(world, officers=2, lot="5 t")
    out = run(world, regime, rule(world, "licence_freeze", 143, duration="8 weeks"), years=1.0, trace=True)
    assert left(out, 140, 199 + 7) == 10.0  # those reviewed by Monday 140 alone
    assert [day for day in happenings(out, LEAVES, LANE) if 140 <= day <= 213] == [140, 206, 213]
    trace = out.trace
    reviewed = [int(n) for n, kind in zip(trace.counter, trace.kind, strict=True) if kind == 1]
    assert reviewed == list(range(len(reviewed)))  # first come, first served all along
    grown = np.diff(out.column("licence_backlog_t")[21:28])
    assert (grown >= 0.0).all()
    assert out.totals["balance_error"] < 1e-12


def test_a_freeze_for_one_buyer_serves_the_other_no_faster() -> None:
    """Half of normal exports are decided about: 25 t a week to each of two. With one frozen, 25 t to the other."""
    world = two_buyers()
    regime = licences(world, capacity="50 %")
    out = run(world, regime, rule(world, "licence_freeze", 140, destinations="B"), years=1.5, trace=True)
    assert left(out, 154, 154 + 280, "metal:A>C") / 40 == pytest.approx(25.0, rel=0.05)
    assert left(out, 154, 154 + 280) == 0.0


@pytest.mark.parametrize(("hold", "passes"), [("no", 0.0), ("yes", 30.0)])
def test_general_licences_within_a_freeze(hold: str, passes: float) -> None:
    world = pair(RIGID)
    regime = licences(world, officers=1000, general_licences="30 %")
    freeze = rule(world, "licence_freeze", 140, duration="6 weeks", general_licences_hold=hold)
    out = run(world, regime, freeze, years=0.5, trace=True)
    assert left(out, 147, 154) == pytest.approx(passes)


def test_old_files_lapse_in_a_freeze_too() -> None:
    world = pair(RIGID)
    regime = licences(world, officers=2, lot="5 t", expiry="4 weeks")
    out = run(world, regime, rule(world, "licence_freeze", 140), years=1.5)
    assert out.column("licence_wait_days")[30:].max() <= 29.0
    assert out.totals["balance_error"] < 1e-12


def test_a_longer_freeze_never_lessens_the_shortage_nor_does_a_ban_in_its_place() -> None:
    world = pair()
    regime = licences(world, capacity="60 %", review="14 days")
    lost = [run(world, regime, years=2.0).shortage]
    for weeks in (4, 12, 26):
        lost.append(
            run(world, regime, rule(world, "licence_freeze", 140, duration=f"{weeks} weeks"), years=2.0).shortage
        )
    assert lost == sorted(lost)
    assert lost[-1] > lost[0]


# --- another office -------------------------------------------------------------------------------
def test_when_the_upper_office_goes_its_files_go_to_the_one_that_stands() -> None:
    """Nobody decides from day 140 to 210, on top of an office that takes a week. What waits then is filed there with the market
    of day 217 and leaves on day 224; where no office is left it is just closed, and leaves on day 217.
    """
    world = pair(RIGID)
    upper = licences(world, 140, name="upper", officers=0, lot="5 t", duration="10 weeks")
    alone = run(world, upper, years=1.0, trace=True)
    assert left(alone, 217, 218) > 900.0
    out = run(world, licences(world, officers=1000), upper, years=1.0, trace=True)
    assert left(out, 147, 217) == 0.0
    assert left(out, 217, 224) == pytest.approx(100.0)  # the order of day 210
    assert left(out, 224, 225) > 900.0
    assert out.totals["balance_error"] < 1e-12


def office_seen(days: float, *events: Any) -> float:
    made = scenario(pair(RIGID), *events, years=days / 364.0)
    one = ReferenceRun(compile_scenario(made), 1, 0, 1, np.empty(0), False)
    one.finish()
    return one.F[one.L.office_seen]


@pytest.mark.parametrize("type_", ["export_ban", "licence_freeze"])
def test_a_rule_on_top_teaches_nothing_about_the_office(type_: str) -> None:
    """What the office lets through was learnt before; what a ban or a freeze stops is not its doing."""
    world = pair(RIGID)
    regime = licences(world, capacity="50 %")
    upper = rule(world, type_, 210)
    before, after = office_seen(210 - 7, regime, upper), office_seen(210 + 35, regime, upper)
    assert before == pytest.approx(0.5, abs=0.1)
    # What left in the week before is seen on the day on which the upper rule begins.
    assert after == pytest.approx(before, abs=0.02)


# --- listed firms ---------------------------------------------------------------------------------
def test_firms_come_on_a_list_and_off_it() -> None:
    """Tanks use 40 t a week; a quarter of them is listed, then half, then nobody."""
    world = chain(users={("B", "cars"): 60.0, ("B", "tanks"): 40.0}, values=RIGID)
    listed = {"start": "25 %", "30 weeks": "50 %", "60 weeks": "0 %"}
    out = run(
        world, rule(world, "end_user_screening", 70, destinations="B", end_uses="tanks", listed=listed), years=2.5
    )
    short = out.column("shortage_unserved_t", end_use="tanks")
    assert short[39] == pytest.approx(10.0)
    assert short[69] == pytest.approx(20.0)
    assert short[90:].max() == pytest.approx(0.0, abs=1e-9)
    assert out.column("shortage_unserved_t", end_use="cars").max() == 0.0


# --- the engines, and the market that exists ------------------------------------------------------
def test_both_engines_agree_on_all_of_it() -> None:
    world = two_buyers()
    events = (
        licences(
            world, capacity="40 %", review="20 days", review_spread="0.6", expiry="12 weeks", general_licences="10 %"
        ),
        licences(world, 100, name="upper", destinations="B", capacity="20 %", duration="30 weeks", review="30 days"),
        rule(world, "licence_freeze", 150, destinations="B", duration="17 weeks"),
        rule(world, "licence_freeze", 233, name="second", duration="40 days", general_licences_hold="yes"),
        rule(world, "export_ban", 300, destinations="C", duration="9 weeks"),
    )
    ours, other = (run(world, *events, years=2.0, engine=engine) for engine in (None, get_engine("batch")))
    assert ours.weekly.tobytes() == other.weekly.tobytes()
    assert ours.monthly.tobytes() == other.monthly.tobytes()
    assert ours.totals["balance_error"] < 1e-12


def test_japan_in_2026_starts_from_the_market_that_exists() -> None:
    """The regime of 2025 has stood for nine months on the first reported day: files wait, goods are dear, in every arm alike."""
    (made,) = load_scenario("scenarios/japan_dual_use_2026.yaml")
    model = compile_scenario(made)
    values = np.array([column.central for column in made.sampled])
    arms = [get_engine("batch").run(model, arm, 0, 1, values) for arm in (0, 1)]
    outcomes = [Outcome(model, one.weekly, one.monthly, one.totals, None) for one in arms]
    first = made.lead_weeks
    assert outcomes[0].weekly[:first].tobytes() == outcomes[1].weekly[:first].tobytes()
    assert outcomes[0].column("licence_backlog_t", "dytb_oxide")[first - 1] > 1.0
    assert outcomes[0].price("dytb_oxide", "exCN")[first] > 1.5
