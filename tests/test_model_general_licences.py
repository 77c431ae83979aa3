"""Goods under general licences: what is ordered and leaves beside a queue, and that more of them never mean less."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supplyrisk.engines import get_engine
from supplyrisk.model import general_licences as eq
from supplyrisk.model import orders
from supplyrisk.model.compile import compile_scenario
from supplyrisk.model.states import FROZEN, FROZEN_BUT_GENERAL
from supplyrisk.spec.zones import zoned

from .small_worlds import Outcome, effect, event, scenario, written
from .test_model_buyers import FIRST, after, world
from .test_model_trade_week import ordered, sellers
from .tiny import Tiny


def lane(**more: Any) -> Tiny:
    """70 t a week under an office, a fourth of it under general licences; buyers close a gap in ten weeks."""
    given = {"lane_flow": 70.0, "lane_office": 0, "lane_general": 0.25, "order_rate": 0.1}
    return Tiny({"lanes": 1, "sites": 1, "products": 1, "offices": 1}, **{**given, **more})


# --- what is ordered ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "asked", "exempt"),
    [
        ({}, 100.0, 0.25),  # nothing waits
        ({"lane_held": 400.0}, 60.0, 20.0 / 60.0),  # 60 t are left, 80 are usual: a fourth of these
        ({"lane_held": 150.0}, 85.0, 0.25),  # more than usual is left: all buyers alike
        ({"lane_held": 900.0}, 20.0, 1.0),  # those who have to apply ask for nothing
        ({"lane_held": 9000.0}, 20.0, 1.0),
        ({"lane_held": 9000.0, "lane_general": 0.0}, 0.0, 0.0),
        ({"lane_held": 9000.0, "lane_freeze": FROZEN}, 0.0, 0.0),
        ({"lane_held": 9000.0, "lane_freeze": FROZEN_BUT_GENERAL}, 20.0, 1.0),
        ({"lane_general": 1.0}, 100.0, 1.0),
    ],
)
def test_a_queue_is_taken_off_the_orders_of_those_who_apply(given: dict[str, Any], asked: float, exempt: float) -> None:
    """100 t wanted, of which 80 for use."""
    t = lane(**given)
    assert t.call(eq.order_licensed, 0, 100.0, 210.0, 80.0) == pytest.approx(asked, rel=1e-12)
    assert t["lane_exempt"] == pytest.approx([exempt], rel=1e-12)


def test_a_link_carries_no_more_of_them_than_of_others() -> None:
    t = lane(lane_held=9000.0)
    assert t.call(eq.order_licensed, 0, 100.0, 15.0, 80.0) == 15.0


def test_who_need_not_apply_is_not_barred() -> None:
    """Half of the buyers may not reapply and 30 t are asked for instead of 60: 15 t, a fourth of 60, are half of them."""
    t = lane(lane_blocked=0.5)
    assert t.call(eq.order_licensed, 0, 30.0, 210.0, 30.0) == 30.0
    assert t["lane_exempt"] == pytest.approx([0.5], rel=1e-12)
    # Where the rule binds the order is normal flow all the same: a fourth of 70.
    assert t.call(eq.order_licensed, 0, 70.0, 210.0, 70.0) == 70.0
    assert t["lane_exempt"] == pytest.approx([0.25], rel=1e-12)
    for barred, asking in ((0.5, 0.5), (0.9, 0.25), (1.0, 0.25)):
        assert lane(lane_blocked=barred).call(orders.open_share, 0) == pytest.approx(asking, rel=1e-12)


def test_of_a_desks_order_what_is_for_use_is_usual() -> None:
    """150 t asked, 90 of the lane with an office; 60 of them are for use. 50 t less by the queue: 40, and 0.3 x 60 t = 18 of
    them under general licences. With 2000 t waiting these 18 alone."""
    for held, asked, exempt in ((500.0, 40.0, 0.45), (2000.0, 18.0, 1.0)):
        t = sellers(
            known=1,
            rules=1,
            desk_claim=150.0,
            desk_on_order=200.0 + held,
            lane_office=[0, -1],
            lane_wait=[0.0, -1.0],
            lane_general=[0.3, 0.0],
            lane_held=[held, 0.0],
            lane_pace=1.0,
        )
        assert ordered(t)[0] == pytest.approx(asked, rel=1e-12)
        assert t["lane_exempt"] == pytest.approx([exempt, 0.0], rel=1e-12)
        t["lane_wait"] = -1.0  # the rule is over: nothing of it is left
        t.call(orders.order)
        assert t["lane_exempt"] == t["lane_general_asked"] == [0.0, 0.0]


# --- what leaves ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("now", "freeze", "share"),
    [(0.2, 0, 0.5), (0.6, 0, 0.75), (0.1, 0, 0.25), (0.0, 0, 0.0), (0.2, FROZEN, 0.0), (0.2, FROZEN_BUT_GENERAL, 0.5)],
)
def test_licences_that_change_within_the_week_change_who_applies(now: float, freeze: int, share: float) -> None:
    """Half of the order was under general licences for a fifth of the trade. With 0.6 half of the others need none."""
    t = lane(lane_general=now, lane_freeze=freeze, lane_general_asked=0.2, lane_exempt=0.5)
    assert t.call(eq.exempt_share, 0) == pytest.approx(share, rel=1e-12)


def test_what_leaves_under_them_is_counted_where_a_licence_is_needed() -> None:
    t = lane(lane_general_asked=0.25, lane_exempt=0.5)
    assert (t.call(eq.take_exempt, 0, 30.0), t.call(eq.take_exempt, 0, 10.0)) == (15.0, 5.0)
    assert t["lane_general_left"] == [20.0]
    t = lane(lane_content_threshold=0.1, site_content=0.05)
    assert t.call(eq.take_exempt, 0, 30.0) == 0.0
    assert t["lane_general_left"] == [0.0]


# --- whole runs -----------------------------------------------------------------------------------------
WAYS = {("detour_share", ""): 0.7, ("detour_growth_per_week", ""): 0.03, ("detour_cost", ""): 0.1}


def squeezed(share: float, hold: bool, capacity: float, frozen: bool = True) -> tuple[Any, ...]:
    """A regime on U and E, general licences for U, and a freeze of two years for U."""
    here = world(0.1, WAYS)
    common = {"origins": "A", "products": "metal"}
    regime = {**common, "capacity": capacity, "review_spread": "0", "grant_rate": "100 %", "expiry": "0 days"}
    favour = event(effect("general_licence", share, "metal", "A", "U"), name="favour")
    events = [written(here, "licence_regime", name="regime", start=70, **regime), favour]
    if frozen:
        last = {"duration": "104 weeks", "general_licences_hold": "yes" if hold else "no"}
        events.append(
            written(here, "licence_freeze", name="freeze", start=7 * FIRST, destinations="U", **common, **last)
        )
    return here, *events


def lacks(out: Outcome) -> float:
    """Tonnes that users in U go without."""
    return sum(float(out.column(f"shortage_{why}_t", "metal", "U").sum()) for why in ("unserved", "priced_out"))


@pytest.mark.parametrize("capacity", [1.0, 0.3])
def test_a_freeze_that_keeps_general_licences_never_leaves_the_buyer_shorter(capacity: float) -> None:
    """Their share of the 27 t a week that A sells to U leaves however long the queue is, and neighbours sell on the less."""
    shares = (0.25, 0.5, 0.75)
    full, kept = ([after(*squeezed(share, hold, capacity), years=3.0) for share in shares] for hold in (False, True))
    lost = np.array([[lacks(out) for out in outs] for outs in (full, kept)])
    assert (lost[1] < lost[0]).all(), lost
    assert (np.diff(lost) < 0.0).all(), lost
    for share, one, two in zip(shares, full, kept, strict=True):
        leaks = [out.column("leakage_t", "metal", "U")[FIRST + 80] for out in (one, two)]
        assert leaks[1] <= leaks[0]
        assert two.column("licence_backlog_t")[FIRST + 80] > 30.0
        month = two.exports("metal", "A", "U")[24] * 7.0 / 31.0  # January of the third year
        assert month - leaks[1] == pytest.approx(share * 27.0, rel=0.03)


def test_more_general_licences_never_mean_less_trade() -> None:
    months = []
    for share in (0.0, 0.1, 0.3, 0.6, 1.0):
        here, *events = squeezed(share, False, 0.1, frozen=False)
        months.append(after(here, *events, years=2.0).exports("metal", "A").sum())
    assert (np.diff(months) > -1e-9).all(), months


def test_both_engines_ship_the_same_under_them() -> None:
    here, *events = squeezed(0.4, True, 0.3)
    model = compile_scenario(scenario(zoned(here, events), *events, years=2.0))
    one, two = (get_engine(name).run(model, 1, 0, 1, np.empty(0)) for name in ("reference", "batch"))
    assert one.weekly.tobytes() == two.weekly.tobytes()
    assert one.totals == two.totals
