"""Blocks behind rules by direct calls, and prices before a rush, on numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model import blocks as eq
from supplyrisk.model.targets import JOINT, aim_prices

from .core_worlds import FIRST, ban, memory_at, seller_and_buyer
from .tiny import Tiny


def block(**more: Any) -> Tiny:
    """Zone 0 controls; zone 1 is behind its rules, uses 100 t and can make 30; zone 2 sells it 20 t freely (at most 2 x 20).

    Weeks are believed to be ten; nothing saturates.
    """
    given = {
        "cell_in": [0, 1, 0],
        "need_sum": [0.0, 100.0, 0.0],
        "need_start": [0.0, 100.0, 0.0],
        "capacity_sum": [0.0, 30.0, 0.0],
        "made_sum": [0.0, 30.0, 0.0],
        "pair_normal": [0.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 20.0, 0.0],
        "pair_flow": [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 20.0, 0.0],
        "pair_wait": [-1.0, 0.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0],
        "pair_pace": [1.0, 0.1, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 1.0],
        "block_pace": 5.0,
        "block_weeks": 10.0,
        "pair_block": -1,
        "link_multiple": 2.0,
        "trend_level": 1.0,
        "unequal_stocks": 1.0,
        "longest_cover_weeks": 1e9,
        "attention_rate": 0.01,
        "demand_return_rate": 0.03,
        "output_up_rate": 0.1,
        "restart_rate": 0.02,
        "surplus_weeks": 20.0,
    }
    return Tiny({"products": 1, "zones": 3, "cells": 3, "pairs": 9}, **{**given, **more})


@pytest.mark.parametrize(
    ("given", "loss"),
    [
        ({}, 250.0),  # 100 - 30 - 2 x 20 - 5 = 25 a week
        ({"idle_sum": [0.0, 10.0, 0.0]}, 300.0),  # 10 of the 30 must start: 10/(1/10 + 1/10) on top
        ({"dormant_sum": [0.0, 12.0, 0.0]}, 230.0),  # 12 more in the end, 12/(1/10 + 1/50) until then
        ({"passing_sum": [0.0, 8.0, 0.0]}, 270.0),  # 8 t pass at 0.03 a week: a fourth of them counts for all ten weeks
        ({"cut_sum": [0.0, 40.0, 0.0]}, 290.0),
        ({"pair_wait": [-1.0, 0.0, -1.0, -1.0, -1.0, -1.0, -1.0, 0.0, -1.0]}, 550.0),  # a rule of another: half of 20 t
        ({"trend_level": 1.1}, 210.0),  # links grow with demand: 44 t
        ({"pair_normal": [0.0, 50.0, 0.0, 0.0, 0.0, 6.0, 0.0, 20.0, 0.0]}, 310.0),  # 6 t go on to zone 2
    ],
)
def test_a_block_reckons_with_what_it_needs_makes_and_can_get(given: dict[str, Any], loss: float) -> None:
    assert block(**given).call(eq.believed_block_loss, 0, 0, 1) == pytest.approx(loss, rel=1e-6)


def test_a_blocks_surplus_under_way_counts_once_a_rule_is_in_force() -> None:
    """130 t are made and 20 come in for 100 t of use: 50 too much a week, for 20 weeks."""
    plenty = {"capacity_sum": [0.0, 130.0, 0.0], "made_sum": [0.0, 130.0, 0.0]}
    assert block(**plenty).call(eq.believed_block_loss, 0, 0, 1) == pytest.approx(-1000.0, rel=1e-12)
    assert block(block_wait=2.0, **plenty).call(eq.believed_block_loss, 0, 0, 1) == 0.0


def test_a_blocks_price_is_its_own_cover_loss_and_costs_over_its_own_stock() -> None:
    """200 t wanted and 250 believed lost (above), over 180 t: 2.5, and 0.1 for dearer inputs. With 0.95 x 200 t at least: 190."""
    sums = {"wanted_sum": [0.0, 200.0, 0.0], "stock_sum": [0.0, 180.0, 0.0], "output_start": [0.0, 30.0, 0.0]}
    bounds = {"price_floor": 0.2, "price_ceiling": 60.0, "least_stock_share": 0.15, "joint_cost": 0.4}
    # A little trade of zone 0 with zone 2 keeps the latter out of the block.
    trade = [0.0, 50.0, 1e-9, 0.0, 0.0, 0.0, 0.0, 20.0, 0.0]
    given = {**sums, **bounds, "cost_now": [0.0, 0.1, 0.0], "pair_weeks": 10.0, "pair_normal": trade}
    t = block(**given)
    t.call(eq.price_blocks, 0, 0)
    # Of 50 t that come over the ruled pair a tenth passes: 5 t.
    assert t["block_pace"][1] == pytest.approx(5.0)
    assert t["block_normal"][1] == 50.0
    assert t["block_weeks"][1] == pytest.approx(10.0, rel=1e-12)
    assert t["block_log"][1] == pytest.approx(math.log(450.0 / 180.0 + 0.1), rel=1e-6)
    t = block(**given)
    t["least_stock_share"] = 0.95
    t.call(eq.price_blocks, 0, 0)
    assert t["block_log"][1] == pytest.approx(math.log(450.0 / 190.0 + 0.1), rel=1e-6)
    t = block(**{**given, "output_start": 0.0})  # nobody makes it there: the costs of all
    t.call(eq.price_blocks, 0, 0)
    assert t["block_log"][1] == pytest.approx(math.log(450.0 / 180.0 + 0.4), rel=1e-6)


def test_singled_out_buyers_whom_others_can_serve_pay_for_what_they_lack_beyond_a_twentieth() -> None:
    """Zone 1 makes 60 t of 100 and can get 40 more freely: it fears nothing. It holds 180 of 200 t; inputs cost 0.1 more."""
    sums = {"wanted_sum": [0.0, 200.0, 0.0], "stock_sum": [0.0, 180.0, 0.0], "output_start": [0.0, 30.0, 0.0]}
    bounds = {"price_floor": 0.2, "price_ceiling": 60.0, "least_stock_share": 0.15, "pair_weeks": 10.0}
    makes = {"capacity_sum": [0.0, 60.0, 0.0], "made_sum": [0.0, 60.0, 0.0], "cost_now": [0.0, 0.1, 0.0]}
    trade = [0.0, 50.0, 1e-9, 0.0, 0.0, 0.0, 0.0, 20.0, 0.0]
    for code, less in ((0, 0.0), (2, 0.05)):
        t = block(**sums, **bounds, **makes, pair_normal=trade, pair_class=code)
        t.call(eq.price_blocks, 0, 0)
        assert t["block_loss"][1] == 0.0
        assert t["block_log"][1] == pytest.approx(math.log(200.0 / 180.0 + 0.1) - less, rel=1e-9)
        assert t["cell_single"] == [0, int(code > 0), 0]


def two_buyers(**more: Any) -> Tiny:
    """Zone 0 controls; zones 1 and 2 use 100 t each, buy nothing from each other and hold the 200 t they want; 1 gets a tenth."""
    given = {
        "cell_in": 0,
        "need_sum": [0.0, 100.0, 100.0],
        "need_start": [0.0, 100.0, 100.0],
        "capacity_sum": 0.0,
        "made_sum": 0.0,
        "wanted_sum": [0.0, 200.0, 200.0],
        "stock_sum": [0.0, 200.0, 200.0],
        "pair_normal": [0.0, 100.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        "pair_flow": 0.0,
        "pair_wait": [-1.0, 0.0, 0.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0],
        "pair_pace": [1.0, 0.1, 0.6, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        "pair_weeks": 10.0,
        "pair_class": [0, 1, 2, 0, 0, 0, 0, 0, 0],
        "price_floor": 0.2,
        "price_ceiling": 60.0,
    }
    return block(**{**given, **more})


def test_buyers_under_unlike_rules_are_blocks_of_their_own_the_dearest_first() -> None:
    """Together they lose (200 - 70) x 10 t: (400 + 1300)/400 = 4.25. Zone 1 alone loses 900: 5.5; then zone 2 loses 400: 3."""
    t = two_buyers()
    t.call(eq.price_blocks, 0, 0)
    assert t["pair_block"][:3] == [-1, 1, 2]
    assert t["block_on"] == [0, 1, 1, 0, 0, 0, 0, 0, 0]
    assert t["block_log"][1:3] == pytest.approx([math.log(5.5), math.log(3.0)], rel=1e-6)


def test_buyers_under_one_rule_are_one_block_and_so_are_unlike_ones_of_whom_none_is_dearer() -> None:
    for more in ({"pair_class": 1}, {"pair_pace": 0.35}):
        t = two_buyers(**more)
        t.call(eq.price_blocks, 0, 0)
        assert t["pair_block"][:3] == [-1, 1, 1]
    assert t["block_log"][1] == pytest.approx(math.log((400.0 + 1300.0) / 400.0), rel=1e-6)


def test_what_leaves_a_block_lowers_its_surplus() -> None:
    """130 t are made for 100 t of use, 20 come in and 15 leave: 35 too much a week, for 20 weeks."""
    plenty = {"capacity_sum": [0.0, 130.0, 0.0], "made_sum": [0.0, 130.0, 0.0]}
    flows = [0.0, 0.0, 0.0, 0.0, 0.0, 15.0, 0.0, 20.0, 0.0]
    assert block(pair_flow=flows, **plenty).call(eq.believed_block_loss, 0, 0, 1) == pytest.approx(-700.0, rel=1e-12)


def rush(**more: Any) -> Tiny:
    """Links carry 3 x 50 t, 100 beyond normal, of 700 t that sellers hold; the rule begins in four weeks."""
    given = {
        "block_wait": 4.0,
        "block_normal": 50.0,
        "link_multiple": 3.0,
        "trend_level": 1.0,
        "own_stock": 700.0,
        "rush_weeks": 6.0,
    }
    return Tiny({"products": 1, "zones": 1, "cells": 1, "pairs": 1}, **{**given, **more})


def test_a_rush_carries_what_links_can_and_takes_it_from_all() -> None:
    """Feared are 900 t, of which 400 can still come; 700 are there to be taken, less 15 t a week that are spare."""
    t = rush()
    assert t.call(eq.start_rush, 0, 0, 0, 900.0, 600.0, 15.0) == 500.0
    assert (t["block_rushing"], t["block_rush"], t["block_sales"]) == ([1], [600.0], [100.0])
    assert t["block_taken"] == [640.0]
    t = rush()
    assert t.call(eq.start_rush, 0, 0, 0, 300.0, 500.0, -20.0) == 0.0
    assert t["block_taken"] == [300.0]
    t = rush(block_wait=2.0)  # 150 t lack: 75 a week in two weeks
    t.call(eq.start_rush, 0, 0, 0, 900.0, 150.0, 0.0)
    assert t["block_rushing"] == [0]  # links carry them in one and a half
    t = rush(block_wait=2.0, link_multiple=2.0)
    t.call(eq.start_rush, 0, 0, 0, 900.0, 100.0, 0.0)
    assert t["block_sales"] == [50.0]
    t = rush(block_wait=0.5)
    t.call(eq.start_rush, 0, 0, 0, 900.0, 60.0, 0.0)
    assert t["block_sales"] == [60.0]  # within a week all at once


@pytest.mark.parametrize(
    ("given", "need", "on"),
    [
        ({}, 400.0, 1),  # four weeks' load
        ({}, 399.0, 0),  # less is carried in time
        ({"own_stock": 399.0}, 900.0, 0),  # no more can be had than there is
        ({"rush_weeks": 3.0}, 900.0, 0),
        ({"trend_level": 0.9}, 365.0, 1),  # 90 t a week: 4.06 weeks
        ({}, -5.0, 0),
    ],
)
def test_a_rush_begins_when_it_has_to(given: dict[str, float], need: float, on: int) -> None:
    t = rush(**given)
    t.call(eq.start_rush, 0, 0, 0, 900.0, need, 0.0)
    assert t["block_rushing"] == [on]


def test_until_a_rush_begins_one_price_holds_however_uneven_stocks_are() -> None:
    """B has lost half of its 1100 t, three weeks before a ban: 1300 t wanted over 750 in both zones."""
    memory = memory_at(seller_and_buyer(), ban("metal", notice=5.0, origin="A", to="B"), week=FIRST - 3)
    memory["lane_in_transit", 0], memory["site_stock", 0] = 0.0, 200.0
    for h in range(5):
        memory["holder_stock", h] = 110.0
    aim_prices(memory.L, memory.F, memory.I)
    cells = [memory.cell("metal", zone) for zone in ("ZA", "ZB")]
    assert memory["block_log", memory.pair("metal", "ZA", "ZB")] > memory["target_log", cells[1]]
    assert [memory["target_log", c] for c in cells] == pytest.approx([math.log(1300.0 / 750.0)] * 2, rel=1e-9)
    assert [memory["price_reason", c] for c in cells] == [JOINT, JOINT]
