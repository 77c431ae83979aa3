"""What leaves, waits, arrives or goes back, on numbers worked out by hand: lanes of 70 t a week."""

from __future__ import annotations

from typing import Any

import pytest
from supplyrisk.model import movement as eq

from .tiny import Tiny


def lane(**more: Any) -> Tiny:
    """One lane without rules, from one site to one desk, 70 t a week."""
    given = {"lane_flow": 70.0, "lane_office": -1, "lane_quota": -1, "lane_month_column": -1}
    sizes = {"lanes": 1, "sites": 1, "desks": 1, "nodes": 1, "products": 1, "offices": 1}
    return Tiny(sizes, **{**given, **more})


# --- what a rule sends back -----------------------------------------------------------------------------
@pytest.mark.parametrize(("amount", "back"), [(8.0, 3.0), (5.0, 0.0), (2.0, 0.0)])
def test_more_than_a_days_allowance_goes_back(amount: float, back: float) -> None:
    """60 % closed and 10 % leak: half of 70 t, 5 t a day."""
    t = lane(lane_close=0.6, lane_leak=0.1)
    assert t.call(eq.part_returned, 0, amount, 1.0 / 7.0) == pytest.approx(back, abs=1e-12)
    assert lane(lane_leak=0.1).call(eq.part_returned, 0, amount, 1.0 / 7.0) == 0.0


@pytest.mark.parametrize(("amount", "leaks"), [(20.0, 0.0), (30.0, 2.0), (50.0, 7.0)])
def test_what_goes_round_a_partial_ban_is_what_may_not_leave(amount: float, leaks: float) -> None:
    """40 % of 70 t may leave, 28 t; what is above, up to 10 % of 70 t, goes round."""
    t = lane(lane_close=0.6, lane_leak=0.1)
    assert t.call(eq.part_leaking, 0, amount, 1.0) == pytest.approx(leaks, rel=1e-12)


def test_what_goes_round_an_office_or_a_quota_is_the_leak_as_far_as_there_are_goods() -> None:
    for rule in ({"lane_office": 0}, {"lane_quota": 0}):
        t = lane(lane_leak=0.1, **rule)
        assert t.call(eq.part_leaking, 0, 50.0, 1.0) == pytest.approx(7.0, rel=1e-12)
        assert t.call(eq.part_leaking, 0, 3.0, 1.0) == 3.0
    assert lane(lane_leak=0.1).call(eq.part_leaking, 0, 50.0, 1.0) == 0.0  # nothing to go round
    assert lane(lane_close=1.0).call(eq.part_leaking, 0, 50.0, 1.0) == 0.0


def test_half_a_week_has_half_the_allowance() -> None:
    """3.5 of 7 days: 14 of 28 t may leave and at most 3.5 go round."""
    t = lane(lane_close=0.6, lane_leak=0.1)
    assert t.call(eq.part_leaking, 0, 30.0, 0.5) == pytest.approx(3.5, rel=1e-12)
    assert t.call(eq.part_leaking, 0, 15.0, 0.5) == pytest.approx(1.0, rel=1e-12)


# --- licences --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "threshold", "waits"),
    [(0.05, 0.1, 0.0), (0.1, 0.1, 75.0), (0.0, 0.0, 75.0)],
)
def test_what_needs_a_licence_waits(content: float, threshold: float, waits: float) -> None:
    """Goods below the threshold of content need none."""
    t = lane(lane_office=0, lane_content_threshold=threshold, site_content=content)
    assert t.call(eq.part_licensed, 0, 75.0) == waits
    assert lane().call(eq.part_licensed, 0, 75.0) == 0.0


def test_a_refused_lot_goes_back_and_bars_its_buyer() -> None:
    """21 of 70 t: 0.3 of the buyers; of 0.8 barred already only 0.2 can follow."""
    t = lane(site_stock=5.0, desk_on_order=30.0)
    assert t.call(eq.refuse, 0, 0, 21.0) == pytest.approx(0.3, rel=1e-15)
    assert (t["site_stock"], t["desk_on_order"], t["office_refused"]) == ([26.0], [9.0], [21.0])
    assert t["lane_blocked"] == pytest.approx([0.3])
    t["lane_blocked"] = 0.8
    assert t.call(eq.refuse, 0, 0, 21.0) == pytest.approx(0.2, rel=1e-12)
    assert t["lane_blocked"] == [1.0]


def test_files_are_counted_with_their_days() -> None:
    t = lane()
    t.call(eq.file_application, 0, 4.0, 30)
    t.call(eq.file_application, 0, 6.0, 40)
    assert (t["office_pending"], t["office_pending_days"], t["office_backlog"]) == ([2], [70], [10.0])
    t.call(eq.close_application, 0, 4.0, 30)
    assert (t["office_pending"], t["office_pending_days"], t["office_backlog"]) == ([1], [40], [6.0])
    t.call(eq.close_application, 0, 5.9, 40)
    assert t["office_backlog"] == [0.0]  # nobody waits: rounding is nothing
    eq.grant(t.L, t.F, 0, 3.0)
    eq.grant(t.L, t.F, 0, 2.0)
    assert t["office_granted"] == [5.0]


# --- on the way ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("delay", "extra", "days"), [(0.0, 0.0, 10), (2.5, 0.0, 13), (2.4, 0.0, 12), (2.5, 4.4, 17)])
def test_transit_is_the_lanes_slowdowns_and_detours_in_whole_days(delay: float, extra: float, days: int) -> None:
    t = lane(lane_days=10, lane_delay=delay, lane_leak_days=extra)
    assert t.call(eq.transit_days, 0, int(extra > 0.0)) == days
    assert t.call(eq.transit_days, 0, 0) == 10 + int(delay + 0.5)
    assert lane(lane_days=0).call(eq.transit_days, 0, 0) == 1


def test_goods_that_wait_are_the_sellers_until_they_leave() -> None:
    t = lane()
    t.call(eq.hold_goods, 0, 8.0)
    assert t["lane_held"] == t["site_held"] == [8.0]
    t.call(eq.free_goods, 0, 3.0)
    assert t["lane_held"] == t["site_held"] == [5.0]
    t.call(eq.free_goods, 0, 5.0 + 1e-13)
    assert t["lane_held"] == t["site_held"] == [0.0]


def test_a_week_over_the_turn_of_a_month_is_split_by_days() -> None:
    """From the 29th of a month of 31 days: 3 of 7 days, 30 of 70 t; the rest in the next month."""
    t = Tiny(
        {"lanes": 1, "monthly": 1, "monthly_record": 3, "days": 60, "months": 4},
        lane_month_column=0,
        day_month=[0] * 31 + [1] * 29,
        month_start=[0, 31, 60, 91],
    )
    t.call(eq.depart, 0, 70.0, 28, 35)
    assert t["monthly_record"] == pytest.approx([30.0, 40.0, 0.0], rel=1e-15)
    t.call(eq.depart, 0, 7.0, 35, 42)
    assert t["monthly_record"] == pytest.approx([30.0, 47.0, 0.0], rel=1e-15)
    assert t["lane_in_transit"] == t["lane_left"] == [77.0]
    assert t["lane_sent"] == [2]


def test_what_arrives_is_on_order_and_under_way_no_more() -> None:
    t = lane(desk_on_order=50.0, lane_in_transit=40.0, tracked=1)
    t.call(eq.arrive, 0, 30.0, 0.4)
    assert (t["desk_in"], t["desk_on_order"], t["lane_in_transit"], t["lane_arrived"]) == (
        [30.0],
        [20.0],
        [10.0],
        [30.0],
    )
    assert t["desk_in_content"] == [12.0]
    t.call(eq.seize, 0, 10.0)
    assert (t["desk_in"], t["desk_on_order"], t["lane_in_transit"]) == ([30.0], [10.0], [0.0])
    assert t["balance_lost_t"] == [10.0]


def test_a_finished_batch_joins_the_stock_and_mixes_by_mass() -> None:
    """30 t with 0.5 and 10 t with 0.9: 24 of 40."""
    t = lane(site_stock=30.0, site_wip=15.0, site_content=0.5, tracked=1)
    t.call(eq.complete, 0, 10.0, 0.9)
    assert (t["site_stock"], t["site_wip"], t["site_made"], t["balance_made_t"]) == ([40.0], [5.0], [10.0], [10.0])
    assert t["site_content"] == pytest.approx([0.6], rel=1e-15)


def test_leaks_are_recorded_at_the_buyer_in_their_week() -> None:
    t = Tiny(
        {"lanes": 1, "desks": 2, "nodes": 2, "weekly": 3, "weekly_record": 6},
        lane_desk=1,
        desk_node=[0, 1],
        weekly_first_leak=1,
    )
    t.call(eq.record_leak, 0, 4.0, 1)
    assert t["weekly_record"] == [0.0, 0.0, 0.0, 0.0, 0.0, 4.0]
    assert t["lane_leaked"] == [1]
