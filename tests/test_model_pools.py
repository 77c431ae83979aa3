"""What zones that trade freely believe to lose and the price of their pool, by direct calls on numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model import targets as eq

from .tiny import Tiny

SIZES = {"products": 1, "zones": 2, "cells": 2, "pairs": 4}


# --- what all believe to lose ---------------------------------------------------------------------------------
def losing(**more: Any) -> Tiny:
    """A cut of 50 t believed to last ten weeks; 150 t are used, 140 can be made, of which 4 must start and 6 restart.

    Attention falls at 0.01 a week, demand returns at 0.03; nothing saturates.
    """
    given = {
        "cell_in": 1,
        "cut_sum": [50.0, 0.0],
        "cut_weeks": [10.0, 5.0],
        "need_sum": [100.0, 50.0],
        "capacity_sum": [80.0, 60.0],
        "idle_sum": [4.0, 0.0],
        "dormant_sum": [6.0, 0.0],
        "need_start": [100.0, 50.0],
        "attention_rate": 0.01,
        "demand_return_rate": 0.03,
        "output_up_rate": 0.1,
        "restart_rate": 0.02,
        "unequal_stocks": 1.0,
        "longest_cover_weeks": 1e9,
    }
    return Tiny(SIZES, **{**given, **more})


@pytest.mark.parametrize(
    ("given", "loss"),
    [
        ({}, 160.0),  # (150 - 140 - 6 + 5) x 10, 4/(1/10 + 1/10) and 6/(1/10 + 1/50)
        ({"passing_sum": [8.0, 0.0]}, 360.0),  # 8/0.04 t more
        ({"cell_in": [1, 0]}, 260.0),  # the first zone alone: (100 - 80 - 6 + 5) x 10
        ({"cut_sum": 0.0}, 0.0),
        # demand alone, for 1/0.04 weeks: (4 + 8) x 25, 4/(1/25 + 1/10), 6/(1/25 + 1/50)
        ({"cut_sum": 0.0, "passing_sum": [8.0, 0.0]}, 400.0 + 200.0 / 7.0),
    ],
)
def test_cuts_and_passing_demand_are_borne_less_what_spare_capacity_makes(given: dict[str, Any], loss: float) -> None:
    assert losing(**given).call(eq.believed_whole_loss, 0) == pytest.approx(loss, rel=1e-6)


def test_what_is_believed_lost_saturates_at_the_longest_cover() -> None:
    """Ten weeks of 150 t: 1500 (1 - exp(-1.5 x 160/1500))."""
    found = losing(longest_cover_weeks=10.0, unequal_stocks=1.5).call(eq.believed_whole_loss, 0)
    assert found == pytest.approx(1500.0 * (1.0 - math.exp(-0.16)), rel=1e-12)


# --- the price of a pool ------------------------------------------------------------------------------------------
def pool(**more: Any) -> Tiny:
    """Zone 0 wants 100 t and has 80, makes 40 for 50 of use and 8 that pass; 6 t leave for zone 1 and 2 t come.

    Both bear a loss of 40 t by what they want, 100 to 300. Inputs are dearer by 0.1 there and 0.3 in zone 1.
    """
    given = {
        "cell_in": [1, 0],
        "cell_linked": 1,
        "wanted_sum": [100.0, 300.0],
        "stock_sum": [80.0, 400.0],
        "need_sum": [50.0, 20.0],
        "passing_sum": [8.0, 0.0],
        "made_sum": [40.0, 20.0],
        "pair_flow": [0.0, 6.0, 2.0, 0.0],
        "pair_wait": -1.0,
        "whole_loss": 40.0,
        "cost_now": [0.1, 0.3],
        "plan_sum": [40.0, 20.0],
        "deficit_weeks": 2.0,
        "surplus_weeks": 3.0,
        "least_stock_share": 0.15,
        "price_floor": 0.2,
        "price_ceiling": 60.0,
    }
    return Tiny(SIZES, **{**given, **more})


@pytest.mark.parametrize(
    ("given", "loss", "all_costs", "ratio"),
    [
        ({}, 20.0, 1, 166.0 / 80.0 + 0.1),  # 100 + 20 + 10 and two weeks of 50 + 4 - 40 + 6 - 2
        ({"cell_split": [1, 0]}, 20.0, 0, 166.0 / 80.0 + 0.3),
        ({"cell_in": 1}, 0.0, 1, 468.0 / 480.0 + 10.0 / 60.0),  # both: trade between them is none: 2 x (70 + 4 - 60)
        ({"stock_sum": [1.0, 0.0]}, 0.0, 1, 146.0 / 15.0 + 0.1),  # at least 0.15 x 100 t are counted
        ({"cell_linked": 0}, 0.0, 1, 136.0 / 80.0 + 0.1),
        ({"cell_linked": [1, 0]}, 0.0, 1, 176.0 / 80.0 + 0.1),  # nobody else to bear it
    ],
)
def test_a_pool_has_one_price(given: dict[str, Any], loss: float, all_costs: int, ratio: float) -> None:
    found = pool(**given).call(eq.pooled_log, 0, loss, all_costs)
    assert found == pytest.approx(math.log(ratio), rel=1e-12)


def test_aims_begin_anew_every_week() -> None:
    """Nothing of last week's blocks is left where there are no rules, and both zones aim at the joint price."""
    stale: dict[str, float] = dict.fromkeys(
        ("cell_split", "price_reason", "block_on", "block_apart", "block_binds", "block_rushing"), 1
    )
    stale |= dict.fromkeys(("block_rush", "block_taken", "rush_sales"), 7.0)
    t = pool(**stale)
    t.call(eq.aim_product, 0)
    assert {name: t[name] for name in stale} == {name: [0] * len(t[name]) for name in stale}
    assert t["target_log"] == pytest.approx([math.log((428.0 + 40.0) / 480.0 + 10.0 / 60.0)] * 2, rel=1e-12)


def test_a_zone_where_nobody_is_has_the_price_of_the_others() -> None:
    """Of zones that trade, else of the first that has anybody."""
    sizes = {"products": 1, "zones": 3, "cells": 3}
    for linked, expected in (([1, 1, 0], 9.0), ([0, 0, 0], 0.3)):
        t = Tiny(sizes, wanted_sum=[5.0, 5.0, 0.0], target_log=[0.3, 0.4, 7.0], cell_linked=linked)
        t.call(eq.price_empty, 0, 9.0)
        assert t["target_log"] == [0.3, 0.4, expected]


def test_an_empty_zone_is_priced_with_the_others() -> None:
    """428 t wanted and 40 feared over 480, as above; in a third zone there is nobody."""
    two = pool()
    t = Tiny({"products": 1, "zones": 3, "cells": 3, "pairs": 9}, cell_linked=[1, 1, 0], target_log=5.0, pair_wait=-1.0)
    for name in ("wanted_sum", "stock_sum", "need_sum", "passing_sum", "made_sum", "cost_now", "plan_sum"):
        t[name] = [*two[name], 0.0]
    for name in ("whole_loss", "deficit_weeks", "surplus_weeks", "least_stock_share", "price_floor", "price_ceiling"):
        t[name] = two[name]
    t.call(eq.aim_product, 0)
    assert t["target_log"] == pytest.approx([math.log(468.0 / 480.0 + 10.0 / 60.0)] * 3, rel=1e-12)


def test_a_zone_behind_full_links_has_its_price_by_itself() -> None:
    """150 wanted over 100 and its own cost of 0.2; where nobody makes any, the cost of all. Half of 150 t at least."""
    sizes = {"products": 1, "zones": 2, "cells": 2}
    given = {"wanted_sum": 150.0, "stock_sum": 100.0, "price_floor": 0.2, "price_ceiling": 60.0, "joint_cost": 0.5}
    for more, ratio in (
        ({"output_start": 10.0}, 1.7),
        ({}, 2.0),
        ({"stock_sum": 10.0, "least_stock_share": 0.5}, 2.5),
    ):
        t = Tiny(sizes, cell_full=[1, 0], cost_now=0.2, **{**given, **more})
        assert t.call(eq.split_full, 0, 0.4, 0) == 1
        assert t["alone_log"][0] == pytest.approx(math.log(ratio), rel=1e-12)
        assert (t["cell_split"], t["price_reason"]) == ([1, 0], [eq.FULL_LINK, 0])
        t["cell_split"] = 0
        assert t.call(eq.split_full, 0, 1.5, 0) == 0
        assert t["cell_split"] == [0, 0]
