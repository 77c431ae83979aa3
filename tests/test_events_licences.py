"""Licence offices, content rules and general licences on worlds where every lot can be counted."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from .small_worlds import PER_YEAR, RIGID, Outcome, World, chain, happenings, pair, run, with_values, written

EXACT = {"origins": "A", "products": "metal", "review_spread": "0", "grant_rate": "100 %", "expiry": "0 days"}


def licences(world: World, **fields: Any) -> Any:
    return written(world, "licence_regime", **{**EXACT, "review": "7 days", **fields})


def granted(world: World, *events: Any, years: float = 1.0) -> np.ndarray:
    return run(world, *events, years=years).column("licence_granted_t")


# --- capacity -------------------------------------------------------------------------------------
def test_one_officer_handles_one_lot_per_review():
    """Lots of 5 t, a week for each: an officer decides 5 t a week, in every week."""
    world = pair(RIGID)
    for officers in (1, 4):
        weekly = granted(world, licences(world, officers=officers, lot="5 t"))
        assert weekly[11:50] == pytest.approx([5.0 * officers] * 39)
        assert weekly[:11].sum() == 0.0


@pytest.mark.parametrize(("capacity", "review"), [(0.05, 7), (0.5, 7), (0.05, 14), (0.1, 63), (0.5, 63)])
def test_capacity_that_makes_whole_officers_is_exact(capacity: float, review: int):
    """40 lots a week x capacity x weeks of review = officers."""
    world = pair(RIGID)
    weekly = granted(world, licences(world, capacity=capacity, review=f"{review} days"), years=4)
    weeks = 4 * 52 - 11 - review // 7  # from the end of the first reviews on
    officers = 40.0 * capacity * review / 7.0
    assert weekly[-weeks:].sum() == pytest.approx(100.0 * capacity * weeks, abs=2.5 * (officers + 1.0))


@pytest.mark.parametrize("capacity", [0.04, 0.33, 0.68])
def test_other_capacities_hold_in_the_long_run(capacity: float):
    """Officers come in whole numbers, more in some weeks; who is busy when the number falls finishes first."""
    world = pair(RIGID)
    rule_ = licences(world, capacity=capacity, review="63 days", review_spread="0.6")
    weekly = granted(world, rule_, years=10)
    lots = 40.0 * capacity * 500
    assert weekly[20:].mean() == pytest.approx(100.0 * capacity, rel=0.02 + 4 * 0.6 / math.sqrt(lots))


def test_review_time_with_spread_does_not_change_the_capacity():
    world = pair(RIGID)
    weekly = granted(world, licences(world, capacity="50 %", review="21 days", review_spread="0.6"), years=6)
    # 2.5 t lots: about 6000 reviews of cv 0.6, so four standard errors are 3 %.
    assert weekly[20:].mean() == pytest.approx(50.0, rel=0.03)


def test_more_officers_leave_less_backlog_and_less_shortage():
    world = pair()
    outcomes = [run(world, licences(world, capacity=share), years=2.0) for share in (0.1, 0.3, 0.6, 0.9, 1.5)]
    backlogs = np.array([out.column("licence_backlog_t").mean() for out in outcomes])
    waits = np.array([out.column("licence_wait_days").max() for out in outcomes])
    shortages = np.array([out.shortage for out in outcomes])
    for falling in (backlogs, waits, shortages):
        assert (np.diff(falling) < 0.0).all(), falling


def test_capacity_may_fall_as_well_as_rise():
    world = pair(RIGID)
    officers = {"start": "8", "20 weeks": "2", "30 weeks": "12"}
    weekly = granted(world, licences(world, officers=officers, lot="5 t"), years=1.0)
    assert weekly[12:30] == pytest.approx([40.0] * 18)
    assert weekly[32:40] == pytest.approx([10.0] * 8)
    assert weekly[42:48] == pytest.approx([60.0] * 6)


def test_a_large_order_does_not_slip_through_as_one_form():
    world = with_values(pair(RIGID), {("order_adjustment_weeks", ""): 1.0})
    weekly = granted(world, licences(world, officers=2, lot="5 t"))
    assert weekly[11:50] == pytest.approx([10.0] * 39)


def test_when_the_rule_ends_files_in_hand_are_closed():
    world = pair(RIGID)
    out = run(world, licences(world, officers=1, lot="5 t", duration="20 weeks"), years=1.0, trace=True)
    backlog = out.column("licence_backlog_t")
    assert backlog[29] > 1000.0
    assert backlog[32:].max() == 0.0
    assert out.column("licence_refused_t").sum() == 0.0
    assert out.exports("metal", "A")[6:].max() > 3 * 100.0 * 31 / 7  # they all leave together


# --- decisions ------------------------------------------------------------------------------------
def test_goods_leave_when_the_review_and_the_stamp_are_done():
    world = pair()
    fields = {"officers": 1000, "review": "10 days", "processing": "5 days"}
    came = happenings(run(world, licences(world, **fields), years=1.0, trace=True), "arrival", "metal:A>B")
    assert [day for day in came if 63 < day < 100] == [70, 70 + 10 + 5 + 7, 77 + 10 + 5 + 7]
    assert came[92] == pytest.approx(100.0)


@pytest.mark.parametrize("rate", [0.5, 0.9])
def test_grants_come_at_the_rate_asked_for(rate: float):
    world = pair()
    fields = {"capacity": "100 %", "grant_rate": rate, "reapplication_wait": "1 day"}
    out = run(world, licences(world, **fields), years=8)
    yes, no = out.column("licence_granted_t").sum() / 2.5, out.column("licence_refused_t").sum() / 2.5
    assert yes + no > 3000
    assert yes / (yes + no) == pytest.approx(rate, abs=4 * math.sqrt(rate * (1 - rate) / (yes + no)))


def test_a_refused_buyer_waits_before_it_files_again():
    """All 40 lots of the first week are refused after a week; thirteen weeks later comes the next application."""
    world = pair()
    fields = {"officers": 1000, "grant_rate": "0 %", "reapplication_wait": "13 weeks"}
    refused = run(world, licences(world, **fields), years=1.0).column("licence_refused_t")
    # Filed on day 70, refused by the market of day 77 (week 11), free on day 168, refused again by week 25.
    assert np.nonzero(refused)[0].tolist() == [11, 25, 39]
    assert refused[11] == pytest.approx(100.0)


def test_refused_goods_go_back_to_the_seller():
    world = pair()
    out = run(world, licences(world, officers=1000, grant_rate="0 %"), years=1.0)
    assert out.exports("metal", "A")[3:].max() == 0.0
    assert out.column("licence_granted_t").sum() == 0.0
    assert out.totals["balance_error"] < 1e-12


def test_old_files_lapse():
    """Nobody works for eight weeks; then everybody does, and finds the files of the first four weeks too old."""
    world = pair(RIGID)
    officers = {"start": "0", "8 weeks": "1000"}
    kept, lapsed = (
        run(world, licences(world, officers=officers, expiry=f"{weeks} weeks"), years=1.0) for weeks in (0, 4)
    )
    difference = (kept.column("licence_granted_t") - lapsed.column("licence_granted_t"))[:20].sum()
    # The office opens on day 126; what was filed by day 91 is older than four weeks then.
    assert difference == pytest.approx(filed_by(kept, 91))
    assert difference > 300.0


def filed_by(out: Outcome, day: int) -> float:
    """Tonnes filed up to the market of `day` while nothing was decided; recorded at the next market."""
    return float(out.column("licence_backlog_t")[day // 7 + 1])


def test_buyers_refused_outright_get_nothing():
    world = chain(users={("B", "cars"): 60.0, ("B", "tanks"): 40.0}, values=RIGID)
    rule = licences(world, capacity="200 %", refuse=[{"end_uses": "tanks"}])
    out = run(world, rule, years=1.5)
    assert out.column("shortage_unserved_t", end_use="tanks")[-1] == pytest.approx(40.0)
    assert out.column("shortage_unserved_t", end_use="cars").max() == 0.0


def test_ordinary_goods_are_held_too():
    world = chain(("ore", "metal"), makers={"A": 0.5, "C": 0.5}, users={("B", "cars"): 100.0})
    goods = {"products": "ore", "share": "40 %", "hold": "21 days", "hold_spread": "0 days"}
    out = run(world, licences(world, capacity="100 %", ordinary_goods=goods), years=1.0, trace=True)
    came = happenings(out, "arrival", "ore:A>C")
    assert [came[day] for day in (77, 84)] == pytest.approx([15.0, 15.0], rel=0.05)
    assert came[70 + 21 + 7] > came[84]


# --- general licences -----------------------------------------------------------------------------
def test_a_general_licence_lets_its_share_leave_at_once():
    world = pair()
    closed = licences(world, officers=0)
    months = [
        run(world, closed, *more, years=1.0).exports("metal", "A")[2]
        for more in ((), (written(world, "general_licences", origins="A", products="metal", share="30 %"),))
    ]
    assert months[0] == pytest.approx(16 * 100.0 / 7.0)  # to 16 March
    assert months[1] - months[0] == pytest.approx(0.3 * 15 * 100.0 / 7.0, rel=0.02)


def test_general_licences_inside_a_regime_do_the_same():
    world = pair()
    apart = (
        licences(world, officers=0),
        written(world, "general_licences", origins="A", products="metal", share="30 %"),
    )
    inside = licences(world, officers=0, general_licences="30 %")
    one, two = run(world, *apart, years=1.0), run(world, inside, years=1.0)
    assert one.exports("metal", "A").tolist() == two.exports("metal", "A").tolist()


def test_more_general_licences_mean_a_smaller_shortage():
    world = pair()
    tonnes = [
        run(world, licences(world, capacity="10 %", general_licences=x), years=2.0).shortage for x in (0, 0.3, 0.6, 1.0)
    ]
    assert (np.diff(tonnes) < 0.0).all()
    assert tonnes[-1] == pytest.approx(0.0, abs=1e-6)


# --- content --------------------------------------------------------------------------------------
def mixed(**zones: tuple[str, ...]) -> World:
    """A makes parts from its own ore; 40 % of the ore of C's parts comes from A, 60 % from C."""
    ore = {("output_t_per_year", "ore", "A"): 0.7 * PER_YEAR, ("output_t_per_year", "ore", "C"): 0.3 * PER_YEAR}
    ways = {("trade_share", "ore", "A", "A"): 1.0, ("trade_share", "ore", "C", "A"): 0.0}
    ways |= {("trade_share", "ore", "A", "C"): 0.4, ("trade_share", "ore", "C", "C"): 0.6}
    return chain(
        ("ore", "part"), makers={"A": 0.5, "C": 0.5}, users={("B", "cars"): 100.0}, values={**ore, **ways}, zones=zones
    )


def rule(threshold: float, **fields: Any) -> Any:
    base = {**EXACT, "content_origin": "A", "products": "part", "threshold": threshold, "capacity": "50 %"}
    base |= {"review": "7 days", **fields}
    base.pop("origins")  # every seller but A
    return written(mixed(), "content_rule", **base)


def test_the_share_of_an_origin_mixes_by_mass():
    out = run(mixed(), rule(0.9), tracked="A", years=1.0)
    assert out.column("origin_exposure", "ore", "A") == pytest.approx(np.ones(52))
    assert out.column("origin_exposure", "ore", "C")[:11] == pytest.approx(np.full(11, 0.4))
    assert out.column("origin_exposure", "part", "B")[:11] == pytest.approx(np.full(11, 0.7))  # (1 + 0.4) / 2


@pytest.mark.parametrize(("threshold", "needed"), [(0.001, True), (0.399, True), (0.401, False), (0.9, False)])
def test_a_licence_is_needed_from_the_threshold_on(threshold: float, needed: bool):
    out = run(mixed(), rule(threshold), tracked="A", years=0.5)
    assert (out.column("licence_granted_t").sum() > 0.0) == needed
    assert out.exports("part", "A")[3] == pytest.approx(30 * 50.0 / 7.0, rel=0.25)  # the issuer's own are not meant


def test_a_higher_threshold_asks_for_fewer_licences():
    """After a ban of A's ore C's stock thins out: under a higher threshold it is free sooner."""
    stop = written(mixed(), "export_ban", start=70, origins="A", products="ore", destinations="C")
    filed = []
    for threshold in (0.02, 0.1, 0.2, 0.39):
        out = run(mixed(), stop, rule(threshold, capacity="100 %"), tracked="A", years=2.0)
        filed.append(out.column("licence_granted_t").sum())
    assert (np.diff(filed) < 0.0).all(), filed
    assert filed[-1] > 0.0


def test_makers_below_the_threshold_go_on_as_if_there_were_no_rule():
    """C is free once its ore is its own, and makes what that ore allows: its mine's 30 / 0.8 t a week."""
    world = mixed(ZA=("A",), ZB=("B", "C"))
    stop = written(world, "export_ban", start=70, origins="A", products=["ore", "part"])
    free = run(world, stop, tracked="A", years=4.0)
    ruled = run(world, stop, rule(0.9), tracked="A", years=4.0)
    assert free.weekly.tobytes() == ruled.weekly[:, : free.weekly.shape[1]].tobytes()
    assert ruled.column("production_t", "part", "C")[-1] == pytest.approx(37.5, rel=1e-3)
    exposure = ruled.column("origin_exposure", "part", "B")
    assert (np.diff(exposure) <= 1e-12).all()
    assert exposure[-1] < 1e-6
