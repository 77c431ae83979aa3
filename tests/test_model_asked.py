"""What buyers ask of lanes under rules, in a rush and of full links, by direct calls on numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from supplyrisk.model import leaks
from supplyrisk.model import orders as eq
from supplyrisk.operations.ops import quota

from .test_model_trade_week import ordered, sellers
from .tiny import Tiny

# `sellers`: 60 t come over a link from zone 0 and 40 t from zone 1, where the desk is; it expects and asks for 100.


# --- links -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("known", [0, 1])
@pytest.mark.parametrize(("trend", "carried"), [(1.0, 72.0), (1.1, 79.2), (1.5, 108.0)])
def test_a_link_carries_its_multiple_which_grows_and_the_rest_is_asked_at_home(
    known: int, trend: float, carried: float
):
    """200 t asked: 120 over a link of 1.2 x 60, and 80 of home, which is asked for the rest up to 2.5 x 40."""
    t = sellers(desk_claim=200.0, known=known, link_multiple=1.2, trend_level=trend)
    assert ordered(t) == pytest.approx([carried, min(200.0 - carried, 100.0)], rel=1e-12)
    assert t["asked_in"] == pytest.approx([0.0, 120.0], rel=1e-12)


def test_calm_orders_stand_as_they_are_and_what_was_said_of_last_week_is_gone() -> None:
    t = sellers(lane_rush=9.0, cell_ruled=1, desk_fill_claim=0.0)
    assert ordered(t) == pytest.approx([60.0, 40.0], rel=1e-12)
    assert t["lane_rush"][0] == 0.0
    assert t["cell_ruled"] == [0, 0]
    t = sellers(lane_rush=9.0, known=1)
    assert ordered(t) == pytest.approx([60.0, 40.0], rel=1e-12)
    assert t["lane_rush"] == [0.0, 0.0]


def test_what_a_rule_stops_is_asked_of_others() -> None:
    """A rule in force lets 0.3 x 60 t through: 42 of 60 t are missed and asked of home, which has room for 60."""
    t = sellers(known=1, lane_wait=[0.0, -1.0], lane_pace=[0.3, 1.0])
    assert ordered(t) == pytest.approx([60.0, 82.0], rel=1e-12)  # where the rule does not bind all is applied for
    assert t["cell_ruled"] == [0, 1]
    t = sellers(known=1, lane_wait=[0.0, -1.0], lane_pace=[0.3, 1.0], order_cap=1.5)
    assert ordered(t)[1] == pytest.approx(60.0, rel=1e-12)  # of 1.5 x 40 t


# --- under a rule -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, 10.0),  # the rule does not bind: what is wanted
        ({"block_binds": 1}, 18.0),  # whatever passes: 0.3 x 60
        ({"block_binds": 1, "lane_quota": [0, -1]}, 90.0),  # a quota: what the link carries
        ({"lane_office": [0, -1], "lane_held": [50.0, 0.0]}, 5.0),  # less a tenth of those that wait
        ({"block_binds": 1, "lane_office": [0, -1], "lane_held": [50.0, 0.0]}, 55.0),  # normal, less those
        ({"lane_office": [0, -1], "lane_held": [500.0, 0.0]}, 0.0),
    ],
)
def test_under_a_rule_buyers_ask_for_what_passes(given: dict[str, Any], asked: float) -> None:
    t = sellers(lane_pace=[0.3, 1.0], **given)
    assert t.call(eq.order_under_rule, 0, 10.0, 90.0, 10.0) == pytest.approx(asked, rel=1e-12)
    assert t.call(eq.order_under_rule, 0, 1e6, 90.0, 1e6) <= 90.0


# --- in a rush ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "amount", "asked"),
    [
        ({}, 60.0, 140.0),  # 60 + 400/4 = 160, but 50 left last week and half of 180 is the most by which that rises
        ({"pair_flow": [0.0, 90.0, 0.0, 0.0]}, 60.0, 160.0),
        ({"block_normal": 120.0, "pair_normal": [0.0, 120.0, 0.0, 0.0]}, 60.0, 110.0),  # half of the trade: half of it
        ({"block_wait": 0.5, "pair_flow": [0.0, 900.0, 0.0, 0.0]}, 60.0, 460.0),  # within a week all at once
        ({"pair_flow": [0.0, 900.0, 0.0, 0.0]}, 200.0, 200.0),  # who wants more already does
        ({"block_rushing": 0}, 60.0, 60.0),
    ],
)
def test_a_rush_asks_for_its_part_and_rises_step_by_step(given: dict[str, Any], amount: float, asked: float) -> None:
    rush = {"block_rushing": 1, "block_wait": 4.0, "block_rush": 400.0, "block_normal": 60.0}
    pairs = {"pair_flow": [0.0, 50.0, 0.0, 0.0], "pair_normal": [0.0, 60.0, 0.0, 0.0]}
    t = sellers(**{**rush, **pairs, **given})
    assert t.call(eq.order_in_rush, 0, 1, amount, 180.0) == pytest.approx(asked, rel=1e-12)


def test_what_a_rush_asks_on_top_is_told_apart() -> None:
    """140 t of 180 that the link carries: 80 t on top of 60. A link of 2 x 60 t rises by 60 a week from 50: 110."""
    rush = {"block_rushing": 1, "block_wait": 4.0, "block_rush": 400.0, "block_normal": 60.0}
    pairs = {"pair_flow": [0.0, 50.0, 0.0, 0.0], "pair_normal": [0.0, 60.0, 0.0, 0.0]}
    for multiple, extra in ((3.0, 80.0), (2.0, 50.0)):
        t = sellers(known=1, lane_wait=[4.0, -1.0], link_multiple=multiple, **rush, **pairs)
        t.call(eq.order)
        assert t["lane_order"][0] == pytest.approx(60.0 + extra, rel=1e-12)
        assert t["lane_rush"][0] == pytest.approx(extra, rel=1e-12)


def test_lanes_of_a_route_share_one_cost_until_one_differs() -> None:
    """The second lane pays a duty of a tenth, the third none again: 1, 1.1^-2, 1."""
    t = sellers(lane_route=[0, 0], lane_tariff=[0.0, 0.1])
    t.call(eq.weigh_routes)
    found = [t.call(eq.cheapness, lane, extra) for lane, extra in ((0, 0.0), (1, 0.0), (1, 0.0), (0, 0.0), (0, 0.1))]
    assert found == pytest.approx([1.0, 1.0 / 1.21, 1.0 / 1.21, 1.0, 1.0 / 1.21], rel=1e-12)


def test_no_leak_is_left_where_no_rule_is() -> None:
    t = sellers(leaking=1)
    t.call(leaks.update_leaks)
    assert t["leaking"] == [0]


# --- what leaves -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("stock", "sent"), [(8.0, [6.0, 2.0]), (4.0, [4.0, 0.0])])
def test_who_has_contracted_the_output_is_served_first(stock: float, sent: list[float]) -> None:
    t = Tiny({"sites": 1, "lanes": 2}, lane_order=[6.0, 6.0], lane_first=[1, 0], site_lanes=[0, 1])
    t.call(eq.ration_lanes, 0, 2, stock)
    assert t["lane_out"] == pytest.approx(sent, rel=1e-12, abs=1e-12)


def test_what_is_sent_counts_against_quotas_where_rules_are_in_force() -> None:
    """50 t leave of 80 that the quota has left."""
    sizes = {"sites": 1, "lanes": 1, "desks": 1, "effects": 1, "targets": 1}
    t = Tiny(sizes, site_stock=100.0, lane_order=50.0, lane_flow=50.0, site_lane_count=1, effect_turn=quota.APPLIED)
    t["effect_left"], t["effect_target_count"] = 80.0, 1
    for in_force, left in ((0, 80.0), (1, 30.0)):
        t["in_force"], t["site_stock"] = in_force, 100.0
        t.call(eq.allocate, 0)
        assert t["effect_left"] == [left]


def test_what_waits_inside_a_week_is_of_that_week() -> None:
    t = Tiny({"lanes": 1}, lane_late=9.0, lane_out=70.0)
    t.call(eq.split_late, 14)
    assert (t["lane_late"], t["lane_out"]) == ([0.0], [70.0])


def test_a_binding_rule_changes_what_is_ordered_and_refused_buyers_may_not_apply() -> None:
    """Nothing is wanted, 0.3 x 60 t pass and are asked for. Of a half-closed lane under an office a fourth may apply: 0.125."""
    rule = {"known": 1, "lane_wait": [0.0, -1.0], "lane_pace": [0.3, 1.0], "block_binds": 1}
    assert ordered(sellers(desk_claim=0.0, **rule)) == pytest.approx([18.0, 0.0], abs=1e-12)
    t = sellers(lane_close=[0.5, 0.0], lane_office=[0, -1], lane_blocked=[0.75, 0.0])
    assert t.call(eq.open_share, 0) == pytest.approx(0.125, rel=1e-14)


def test_a_leak_pays_by_the_ratio_of_prices() -> None:
    """1.5 at home and 1.8 abroad: a gap of a fifth pays for no leak; 2.0 abroad pays."""
    for there, leak in ((1.8, 0.0), (2.0, 0.01)):
        t = sellers(in_force=1, lane_close=[1.0, 0.0], clean=[1.5, there], leak_share=0.15, leak_growth=0.01)
        t.call(leaks.update_leaks)
        assert t["lane_leak"] == pytest.approx([leak, 0.0], abs=1e-12)


def test_a_reserve_that_has_bought_asks_no_more() -> None:
    t = sellers(desk_fill_claim=30.0)
    t.call(eq.claim, 0)
    assert t["desk_fill_claim"] == [0.0]
