"""Bans, quotas, duties, customs, refusals, routes: what leaves and arrives, worked out by hand.

In the world of a pair A makes 100 t a week for B; the year begins on Monday 6 January, and a week's goods leave
evenly over its days. Nobody is afraid unless a test says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supplyrisk.model.market import EVENT_NAMES

from .small_worlds import (
    RIGID,
    chain,
    happenings,
    pair,
    rivals,
    run,
    written,
)

DAILY = 100.0 / 7.0
LANE = "metal:A>B"


def arrivals(world: Any, *events: Any, lane: str = LANE, years: float = 1.0) -> dict[int, float]:
    """Tonnes arriving by day."""
    return happenings(run(world, *events, years=years, trace=True), "arrival", lane)


def ban(world: Any, start: int = 70, **fields: Any) -> Any:
    return written(world, "export_ban", start=start, **{"origins": "A", "products": "metal", **fields})


# --- bans -----------------------------------------------------------------------------------------
def test_without_events_every_day_ships_a_seventh():
    months = run(pair(), years=1.0, arm=0).exports("metal", "A", "B")
    assert months[:4] == pytest.approx([26 * DAILY, 28 * DAILY, 31 * DAILY, 30 * DAILY])


def test_a_ban_that_starts_on_a_thursday_stops_what_leaves_from_that_day():
    months = run(pair(), ban(pair(), start=73), years=1.0).exports("metal", "A", "B")  # 20 March
    assert months[1:5] == pytest.approx([28 * DAILY, 19 * DAILY, 0.0, 0.0])


def test_a_partial_ban_lets_the_rest_of_the_normal_flow_through():
    months = run(pair(), ban(pair(), start=73, share="60 %"), years=1.0).exports("metal", "A", "B")
    assert months[2] == pytest.approx((19 + 12 * 0.4) * DAILY)
    assert months[3:6] == pytest.approx([30 * 0.4 * DAILY, 31 * 0.4 * DAILY, 30 * 0.4 * DAILY])


def test_a_ban_that_ends_lets_goods_leave_from_the_next_market():
    came = arrivals(pair(), ban(pair(), duration="9 weeks"))
    assert [day for day in came if 77 <= day < 154] == [140, 147]  # the last before left on day 63 and came on 70
    assert came[70] == pytest.approx(100.0)
    assert came[140] > 100.0  # buyers fill up


def test_a_ban_that_changes_over_time_follows_its_schedule():
    share = {"start": "100 %", "4 weeks": "50 %", "8 weeks": "0 %"}
    came = arrivals(pair(RIGID), ban(pair(), share=share))
    assert [came.get(day, 0.0) for day in range(77, 133, 7)] == pytest.approx([0.0] * 4 + [50.0] * 4)
    assert came[133] > 100.0


def test_a_raw_export_ban_stops_the_first_stage_alone():
    world = chain(("ore", "metal"), makers={"A": 0.5, "C": 0.5}, users={("B", "cars"): 100.0})
    out = run(world, written(world, "raw_export_ban", origins="A"), years=1.0)
    assert out.exports("ore", "A")[3:6].max() == 0.0
    assert out.exports("ore", "C")[3:6].min() > 0.0
    assert out.exports("metal", "A")[3:6].min() > 0.0


def test_a_ban_to_one_buyer_leaves_the_other_alone():
    world = chain(users={("B", "cars"): 50.0, ("C", "cars"): 50.0}, values=RIGID)
    out = run(world, ban(world, destinations="B"), years=1.0)
    assert out.exports("metal", "A", "B")[3:].max() == 0.0
    assert out.column("shortage_unserved_t", place="B")[-1] == pytest.approx(50.0)
    assert out.column("shortage_unserved_t", place="C").max() == 0.0


# --- quotas ---------------------------------------------------------------------------------------
def quota(**fields: Any) -> Any:
    return written(pair(), "export_quota", origins="A", products="metal", period="4 weeks", **fields)


def by_period(came: dict[int, float], first: int = 77) -> np.ndarray:
    """Arrivals of the weeks of each four-week period, from goods that left on day 70 on."""
    weeks = [came.get(day, 0.0) for day in range(first, first + 4 * 28, 7)]
    return np.array(weeks).reshape(4, 4)


def test_a_quota_binds_to_the_tonne_in_every_period():
    first_come = by_period(arrivals(pair(RIGID), quota(tonnes="200 t")))
    assert first_come.sum(axis=1) == pytest.approx([200.0] * 4)
    assert first_come[0] == pytest.approx([100.0, 100.0, 0.0, 0.0])  # then the period's quota is used up
    assert first_come[1, 0] > 110.0  # hungry buyers take more of the new one at once


def test_a_quota_shared_out_pro_rata_gives_every_week_the_same():
    pro_rata = by_period(arrivals(pair(RIGID), quota(tonnes="200 t", allocation="pro_rata")))
    assert pro_rata == pytest.approx(np.full((4, 4), 50.0))


def test_a_quota_as_a_share_of_normal_counts_all_lanes_together():
    world = chain(users={("B", "cars"): 75.0, ("C", "cars"): 25.0}, values=RIGID)
    share = {"share_of_normal": "50 %", "period": "1 week", "allocation": "pro_rata"}
    out = run(world, written(world, "export_quota", origins="A", products="metal", **share), years=0.5, trace=True)
    b, c = (happenings(out, "arrival", f"metal:A>{buyer}") for buyer in "BC")
    assert [b[day] for day in (77, 84, 91)] == pytest.approx([37.5] * 3)
    assert [c[day] for day in (77, 84, 91)] == pytest.approx([12.5] * 3)


def test_a_quota_above_need_does_nothing():
    wide = run(pair(), quota(tonnes="100 kt"), years=1.0)
    assert np.abs(wide.price("metal", "Z") - 1.0).max() < 1e-12


def test_a_smaller_quota_leaves_a_larger_shortage():
    tonnes = [run(pair(), quota(tonnes=f"{t} t"), years=2.0).shortage for t in (400, 300, 200, 100)]
    assert tonnes[0] == pytest.approx(0.0, abs=1e-6)
    assert (np.diff(tonnes) > 0.0).all()


# --- duties ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("type_", ["tariff", "export_tax"])
@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_a_duty_shifts_orders_by_landed_cost_to_the_power_of_minus_sigma(type_: str, rate: float):
    world = rivals()  # sigma = 2, no freight
    who = {"destinations": "B"} if type_ == "tariff" else {}
    out = run(world, written(world, type_, origins="A", products="metal", rate=rate, **who), years=0.5, trace=True)
    a, c = (happenings(out, "arrival", f"metal:{seller}>B") for seller in "AC")
    for day in (77, 84, 91):
        assert a[day] / c[day] == pytest.approx((1.0 + rate) ** -2.0)
    assert out.price("metal", "B", "paid")[10] == pytest.approx(1.0 + 0.5 * rate)  # half of what arrived pays it


def test_a_duty_on_the_only_supplier_is_paid_in_full():
    out = run(
        pair(), written(pair(), "tariff", destinations="B", origins="A", products="metal", rate="40 %"), years=1.0
    )
    paid, spot = out.price("metal", "B", "paid")[10:], out.price("metal", "Z")[10:]
    assert paid == pytest.approx(1.4 * spot)
    # Users want 1.4^-0.15 of normal in the first week.
    assert out.column("shortage_priced_out_t")[10] == pytest.approx(100.0 * (1.0 - 1.4**-0.15))


# --- customs --------------------------------------------------------------------------------------
def slow(**fields: Any) -> Any:
    return written(pair(), "customs_slowdown", origins="A", products="metal", **fields)


def test_extra_days_put_every_arrival_off_by_as_much():
    calm = {("stock_response", ""): 0.0}  # users who hold and use the same, dear as the goods get
    came = arrivals(pair(RIGID | calm), slow(extra_days="20 days"))
    assert [day for day in came if 63 < day < 105] == [70, 97, 104]
    assert came[97] == pytest.approx(100.0)


def test_goods_set_aside_leave_when_their_time_is_up():
    came = arrivals(pair(), slow(held="30 %", hold="14 days", hold_spread="0 days"))
    assert came[77] == pytest.approx(70.0)
    whole = run(pair(), slow(held="100 %", hold="14 days", hold_spread="0 days"), years=1.0)
    # 17 and 24 March are set aside and leave on 31 March and 7 April.
    assert whole.exports("metal", "A")[2] == pytest.approx(16 * DAILY + 100.0)


def test_goods_are_held_for_the_mean_time_asked_for():
    buyers = "BCDEFGHIJKLMNOPQRSTUVWXY"
    world = chain(users={(c, "cars"): 4.0 for c in buyers})
    fields = {"origins": "A", "products": "metal", "held": "50 %", "hold": "40 days", "hold_spread": "20 days"}
    out = run(world, written(world, "customs_slowdown", **fields), years=1.0, trace=True)
    released = EVENT_NAMES.index("customs let goods go")
    rows = zip(out.trace.day, out.trace.kind, out.trace.counter, strict=True)
    # Week n's goods are set aside on day 70 + 7 n; those of the last months may still be there at the end.
    waits = np.array([day - (70 + 7 * number) for day, kind, number in rows if kind == released and number < 20])
    assert len(waits) == 20 * len(buyers)
    assert waits.min() >= 1
    assert waits.mean() == pytest.approx(40.0, abs=4 * 20.0 / np.sqrt(len(waits)))
    assert waits.std() == pytest.approx(20.0, rel=0.15)


def test_slower_customs_mean_a_dearer_market():
    peaks = [run(pair(), slow(extra_days=f"{days} days"), years=2.0).price("metal", "Z").max() for days in (7, 21, 49)]
    assert 1.0 < peaks[0] < peaks[1] < peaks[2]


# --- who is refused -------------------------------------------------------------------------------
def two_uses() -> Any:
    return chain(users={("B", "cars"): 60.0, ("B", "tanks"): 40.0}, values=RIGID)


def test_a_refused_end_use_goes_short_and_the_other_does_not():
    world = two_uses()
    out = run(world, written(world, "end_use_refusal", origins="A", products="metal", end_uses="tanks"), years=1.0)
    assert out.column("shortage_unserved_t", end_use="tanks")[-1] == pytest.approx(40.0)
    assert out.column("shortage_unserved_t", end_use="cars").max() == 0.0
    assert out.exports("metal", "A")[6] == pytest.approx(31 * 0.6 * DAILY, rel=0.1)  # cars run down a little


def test_listed_firms_lack_exactly_their_share():
    world = two_uses()
    for listed, share in (("25 %", 0.25), ("50 %", 0.5)):
        fields = {"origins": "A", "products": "metal", "destinations": "B", "end_uses": "tanks", "listed": listed}
        out = run(world, written(world, "end_user_screening", **fields), years=1.0)
        assert out.column("shortage_unserved_t", end_use="tanks")[-1] == pytest.approx(40.0 * share)
        assert out.column("shortage_unserved_t", end_use="cars").max() == 0.0
    half = run(world, written(world, "end_user_screening", **fields, refused="50 %"), years=1.5)
    assert half.column("shortage_unserved_t", end_use="tanks")[-1] == pytest.approx(10.0)


# --- routes and choice ----------------------------------------------------------------------------
def passage(**fields: Any) -> Any:
    world = rivals()
    return world, written(
        world, "transit_denial", through="C", origins="A", destinations="B", products="metal", **fields
    )


def test_a_country_on_the_way_can_stop_what_passes_and_sells_on_itself():
    world, denial = passage(share="70 %")
    came = arrivals(world, denial)
    assert [came[day] for day in (77, 84, 91)] == pytest.approx([15.0] * 3)  # 30 % of 50 t
    assert arrivals(world, denial, lane="metal:C>B")[77] == pytest.approx(85.0)


def test_a_detour_takes_longer_and_costs_more():
    world, denial = passage(detour={"extra_days": "12 days", "extra_cost": "50 %"})
    a, c = (arrivals(world, denial, lane=f"metal:{seller}>B") for seller in "AC")
    assert 77 not in a
    assert a[70 + 7 + 12] / c[77] == pytest.approx(1.5**-2.0)


@pytest.mark.parametrize("preference", [0.5, 2.0])
def test_a_preference_multiplies_the_share_of_a_supplier(preference: float):
    world = rivals()
    fields = {"origins": "A", "destinations": "B", "products": "metal", "preference": str(preference)}
    event = written(world, "diversified_sourcing", **fields)
    a, c = (arrivals(world, event, lane=f"metal:{seller}>B") for seller in "AC")
    assert a[77] / c[77] == pytest.approx(preference)
    assert a[77] + c[77] == pytest.approx(100.0)
