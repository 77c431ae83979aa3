"""What buyers order: up to what links carry, what closed lanes can't send from others, and the rush before a rule."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model.orders import claim

from .core_worlds import FIRST, Memory, ban, memory_at, seller_and_buyer
from .small_worlds import INF, RIGID, World, chain, effect, event, run, written


def rivals(multiple: float) -> World:
    """A and C make 50 t a week each and B uses it all; three zones, links of `multiple`, nobody looks at prices."""
    return chain(
        makers={"A": 0.5, "C": 0.5},
        zones={"ZA": ("A",), "ZB": ("B",), "ZC": ("C",)},
        values={
            **RIGID,
            ("link_multiple", ""): multiple,
            ("sourcing_elasticity", ""): 0.0,
            ("stock_response", ""): 0.0,
            ("leak_share", ""): 0.0,
            ("output_cover_weeks", "", ""): 4.0,
        },
    )


def left(memory: Memory) -> dict[str, float]:
    """What leaves in the week, by lane."""
    return {name: memory["lane_out", i] for i, name in enumerate(memory.model.lane_names)}


def stop(**options: Any) -> Any:
    return ban("metal", origin="A", to="B", **options)


# --- links and closed lanes -------------------------------------------------------------------------------
@pytest.mark.parametrize(("multiple", "from_rival"), [(1.2, 60.0), (1.5, 75.0), (3.0, 75.0)])
def test_what_half_a_closed_lane_cannot_send_is_asked_of_the_other_up_to_its_link(multiple: float, from_rival: float):
    """Half of A's 50 t are stopped: B, which needs 100 t, orders 25 of A and the other 75 of C, if C's link carries them."""
    memory = memory_at(rivals(multiple), stop(share=0.5), week=FIRST)
    assert left(memory) == pytest.approx({"metal:A>B": 25.0, "metal:C>B": from_rival}, rel=1e-9)


@pytest.mark.parametrize(("multiple", "from_rival"), [(1.2, 60.0), (3.0, 100.0)])
def test_what_a_closed_lane_cannot_send_is_asked_of_the_other(multiple: float, from_rival: float) -> None:
    memory = memory_at(rivals(multiple), stop(), week=FIRST)
    assert left(memory) == pytest.approx({"metal:A>B": 0.0, "metal:C>B": from_rival}, rel=1e-9, abs=1e-12)


def test_a_link_carries_no_more_than_its_multiple_whatever_is_asked() -> None:
    """Demand doubles for good: B orders 200 t and more; links carry 1.2 x 100."""
    out = run(rivals(1.2), event(effect("demand", 1.0, lasts=1.0), start=70.0), years=1.0)
    memory = memory_at(rivals(1.2), event(effect("demand", 1.0, lasts=1.0), start=70.0), week=FIRST + 3)
    assert left(memory) == pytest.approx({"metal:A>B": 60.0, "metal:C>B": 60.0}, rel=1e-9)
    assert memory["cell_full", memory.cell("metal", "ZB")] == 1
    assert out.exports("metal").max() <= 120.0 * 31.0 / 7.0 + 1e-6


def test_a_quota_is_used_up_to_what_passes_and_the_rest_comes_from_others() -> None:
    world = rivals(3.0)
    quota = written(world, "export_quota", origins="A", share_of_normal="40 %", allocation="pro_rata", period="7 days")
    memory = memory_at(world, quota, week=FIRST)
    assert left(memory) == pytest.approx({"metal:A>B": 20.0, "metal:C>B": 80.0}, rel=1e-6)


def test_without_a_rule_orders_are_what_is_used() -> None:
    assert left(memory_at(rivals(3.0), week=FIRST, arm=0)) == pytest.approx({"metal:A>B": 50.0, "metal:C>B": 50.0})


# --- cover and price ----------------------------------------------------------------------------------------
def test_buyers_close_a_tenth_of_their_gap_and_hold_less_of_what_is_dear() -> None:
    """Half of 1000 t at twice the price paid: use 100 x 2^-0.15, cover x 2^-0.6, and a tenth of what is missing."""
    memory = memory_at(seller_and_buyer(), week=3, arm=0)
    node = next(n for n in range(memory.L.n_nodes) if memory["node_need", n] > 0.0)
    memory["node_paid_clean", node], memory["node_log_clean", node] = 2.0, math.log(2.0)
    for h in range(5):
        memory["holder_stock", h] = 100.0
    claim(memory.L, memory.F, memory.I, 21)
    each = 20.0 + (20.0 * 10.0 * 2.0**-0.6 - 100.0) / 10.0
    assert memory["desk_claim", 0] == pytest.approx(5.0 * each, rel=1e-12)


# --- the rush -----------------------------------------------------------------------------------------------
def test_in_a_rush_sellers_stocks_leave_and_not_more_than_there_is() -> None:
    """A week before the ban A has 200 t: 100 as usual, 100 of what the rush asks. In the weeks before, and with no notice: 100."""
    for notice, expected in ((0.0, 100.0), (5.0, 200.0)):
        memory = memory_at(seller_and_buyer(), stop(notice=notice), week=FIRST - 1)
        assert left(memory) == pytest.approx({"metal:A>B": expected}, rel=1e-9)
    assert left(memory_at(seller_and_buyer(), stop(notice=5.0), week=FIRST - 2)) == pytest.approx({"metal:A>B": 100.0})


def test_a_rush_asks_for_need_over_the_weeks_left_rising_by_half_a_links_load() -> None:
    """Much at A (2000 t): need/w beyond normal flow, at most 150 t more each week than left the week before, at most 300."""
    values = {("output_cover_weeks", "", ""): 20.0, ("rush_weeks", ""): 6.0}
    out = [
        left(memory_at(seller_and_buyer(values), stop(notice=9.0), week=FIRST - w))["metal:A>B"]
        for w in range(8, 0, -1)
    ]
    assert out[:2] == pytest.approx([100.0, 100.0])  # nobody rushes yet
    assert out[2] == pytest.approx(250.0, rel=1e-9)  # 100 + 0.5 x 300
    assert max(out) <= 300.0 + 1e-9
    memory = memory_at(seller_and_buyer(values), stop(notice=9.0), week=FIRST - 6)
    assert memory["block_rush", memory.pair("metal", "ZA", "ZB")] / 6.0 > 150.0  # the rise was what held it back


def test_usual_orders_are_served_before_the_rush() -> None:
    """A has 200 t; its home users get their 40 though abroad asks for 60 + 120 (half of what the link carries)."""
    world = chain(
        makers={"A": 1.0},
        users={("A", "cars"): 40.0, ("B", "cars"): 60.0},
        zones={"ZA": ("A",), "ZB": ("B",)},
        values={("output_cover_weeks", "", ""): 2.0, ("leak_share", ""): 0.0, ("link_multiple", ""): 4.0},
    )
    memory = memory_at(world, stop(notice=5.0), week=FIRST - 1)
    assert sum(memory["lane_order", i] for i in range(memory.L.n_lanes)) == pytest.approx(220.0, rel=1e-3)
    found = left(memory)
    assert found["metal:A>A"] == pytest.approx(40.0, rel=1e-3)
    assert found["metal:A>B"] == pytest.approx(160.0, rel=1e-3)


def test_the_rush_takes_nothing_from_those_who_are_not_stopped() -> None:
    assert run(seller_and_buyer(), stop(notice=5.0, weeks=INF), years=0.25).unserved == 0.0
