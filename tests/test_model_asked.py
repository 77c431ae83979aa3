"""What buyers ask of lanes under rules, in a rush and of full links, by direct calls on numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from supplyrisk.model import orders as eq

from .test_model_trade_week import ordered, sellers

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
        ({"block_binds": [1, 0]}, 18.0),  # whatever passes: 0.3 x 60
        ({"block_binds": [1, 0], "lane_quota": [0, -1]}, 90.0),  # a quota: what the link carries
        ({"lane_office": [0, -1], "lane_held": [50.0, 0.0]}, 5.0),  # less a tenth of those that wait
        ({"block_binds": [1, 0], "lane_office": [0, -1], "lane_held": [50.0, 0.0]}, 55.0),  # normal, less those
        ({"lane_office": [0, -1], "lane_held": [500.0, 0.0]}, 0.0),
    ],
)
def test_under_a_rule_buyers_ask_for_what_passes(given: dict[str, Any], asked: float) -> None:
    t = sellers(lane_pace=[0.3, 1.0], **given)
    assert t.call(eq.order_under_rule, 0, 10.0, 90.0) == pytest.approx(asked, rel=1e-12)
    assert t.call(eq.order_under_rule, 0, 1e6, 90.0) <= 90.0


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
    t.call(eq.update_leaks)
    assert t["leaking"] == [0]
