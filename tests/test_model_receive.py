"""Sharing out what arrived, releases and joint purchases, on numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest
from supplyrisk.model import receive as eq

from .tiny import Tiny


def desk(expected: list[float], claims: list[float], **more: Any) -> Tiny:
    """One desk with as many holders, whose stocks are empty."""
    sizes = {"desks": 1, "nodes": 1, "holders": len(claims), "products": 1}
    given = {"desk_holder_count": len(claims), "holder_expected": expected, "holder_claim": claims, "holder_class": 5}
    sums = {"desk_claim": sum(claims), "desk_expected": sum(expected)}
    return Tiny(sizes, **{**given, **sums, **more})


# --- sharing out ------------------------------------------------------------------------------------------
def test_everybody_gets_what_it_ordered_if_there_is_enough() -> None:
    t = desk([10.0, 10.0], [10.0, 20.0], holder_stock=[1.0, 2.0])
    t.call(eq.share_out, 0, 30.0)
    assert t["holder_stock"] == [11.0, 22.0]


def test_a_surplus_fills_the_reserve_first_and_then_stocks_by_use() -> None:
    """39 t for orders of 30: 5 for the reserve, and 4 left, one to three."""
    t = desk([5.0, 15.0], [10.0, 20.0], desk_fill_claim=5.0)
    t.call(eq.share_out, 0, 39.0)
    assert t["stockpile"] == [5.0]
    assert t["holder_stock"] == pytest.approx([11.0, 23.0], rel=1e-15)


def test_a_surplus_of_those_who_expect_no_use_goes_to_the_first() -> None:
    t = desk([0.0, 0.0], [0.0, 0.0])
    t.call(eq.share_out, 0, 7.0)
    assert t["holder_stock"] == [7.0, 0.0]


def test_goods_of_a_desk_without_holders_go_to_the_reserve() -> None:
    t = Tiny({"desks": 1, "nodes": 1}, stockpile=3.0)
    t.call(eq.share_out, 0, 7.0)
    assert t["stockpile"] == [10.0]


def test_arrivals_of_the_origin_mix_before_they_are_shared_out() -> None:
    """None in 30 t of stock, all of 10 t: a fourth."""
    t = desk([10.0], [10.0], holder_stock=30.0, desk_in=10.0, desk_in_content=10.0, tracked=1)
    t.call(eq.receive)
    assert t["desk_content"] == [0.25]


def test_what_lacks_is_shared_by_use_and_not_by_order() -> None:
    """20 t for orders of 2, 9 and 30 at 10 t of use each.

    20/30 of use is 6.7: the first has its 2. 18/20 is 9: the second has its 9. The third has the last 9, whatever it asks.
    """
    t = desk([10.0] * 3, [2.0, 9.0, 30.0])
    t.call(eq.share_out, 0, 20.0)
    assert t["holder_stock"] == pytest.approx([2.0, 9.0, 9.0], rel=1e-15)


def test_a_class_served_first_has_all_before_the_next_has_any() -> None:
    """Class 1 orders 10 of 15 t; class 5 shares 5 t by use, one to four."""
    t = desk([10.0, 4.0, 16.0], [10.0, 20.0, 20.0], holder_class=[1, 5, 5])
    t.call(eq.share_out, 0, 15.0)
    assert t["holder_stock"] == pytest.approx([10.0, 1.0, 4.0], rel=1e-15)


def test_a_class_served_first_shares_what_does_not_do_for_it() -> None:
    t = desk([10.0, 30.0, 16.0], [20.0, 40.0, 20.0], holder_class=[1, 1, 5])
    t.call(eq.share_out, 0, 20.0)
    assert t["holder_stock"] == pytest.approx([5.0, 15.0, 0.0], rel=1e-15)


def test_expected_arrivals_follow_arrivals_at_their_rate_and_the_count_begins_again() -> None:
    """40 t were expected and 80 came: a fourth of the way."""
    t = Tiny({"lanes": 1}, lane_arrivals=40.0, lane_arrived=80.0, lane_expectation_rate=0.25)
    t.call(eq.receive)
    assert t["lane_arrivals"] == [50.0]
    assert t["lane_arrived"] == [0.0]


def test_a_desk_is_empty_after_it_has_shared_out() -> None:
    t = desk([10.0], [8.0], desk_in=6.0, desk_in_content=3.0)
    t.call(eq.receive)
    assert t["holder_stock"] == [6.0]
    assert t["desk_in"] == t["desk_in_content"] == [0.0]


def test_arrivals_mix_into_stocks_by_mass() -> None:
    """30 t, half of them of the origin, and 10 t all of it: 25 of 40."""
    t = desk([10.0, 10.0], [0.0, 0.0], holder_stock=[10.0, 20.0], desk_content=0.5, desk_in_content=10.0)
    t.call(eq.mix_desk_content, 0, 10.0)
    assert t["desk_content"] == [0.625]


# --- public stocks ----------------------------------------------------------------------------------------
def reserve(**more: Any) -> Tiny:
    """100 t of a country that needs 50 t a week; released by 0.4 weeks' need (20 t) a week. Two desks lack 12 and 30 t."""
    given = {
        "stockpile": 100.0,
        "node_need": 50.0,
        "stockpile_release": 0.4,
        "stockpile_released": 4.0,
        "stockpile_release_unserved": 0.01,
        "stockpile_release_price": 1.5,
        "spot": 1.0,
        "desk_claim": [15.0, 30.0],
        "desk_in": [3.0, 0.0],
    }
    return Tiny({"nodes": 1, "cells": 1, "desks": 2}, **{**given, **more})


@pytest.mark.parametrize("why", [{"node_unserved_share": 0.02}, {"spot": 1.6}])
def test_a_reserve_is_released_when_goods_lack_or_are_dear(why: dict[str, float]) -> None:
    """12 t for the first, the other 8 of 20 for the second; the pace seen is 4 x 3/4 + 20/4 = 8."""
    t = reserve(**why)
    t.call(eq.release_stockpiles)
    assert t["desk_in"] == pytest.approx([15.0, 8.0], rel=1e-15)
    assert t["stockpile"] == pytest.approx([80.0], rel=1e-15)
    assert t["stockpile_released"] == pytest.approx([8.0], rel=1e-15)


def test_a_reserve_is_kept_in_quiet_times_and_its_pace_is_forgotten() -> None:
    t = reserve(node_unserved_share=0.01, spot=1.5)
    t.call(eq.release_stockpiles)
    assert (t["desk_in"], t["stockpile"], t["stockpile_released"]) == ([3.0, 0.0], [100.0], [3.0])


def test_no_more_is_released_than_there_is() -> None:
    t = reserve(spot=2.0, stockpile=5.0)
    t.call(eq.release_stockpiles)
    assert t["desk_in"] == [8.0, 0.0]
    assert t["stockpile"] == [0.0]


def test_releases_and_joint_purchases_come_before_sharing_out() -> None:
    """The first desk lacks 12 t, which the reserve gives it; bought jointly, 23 t go half and half to who need the same."""
    t = reserve(spot=2.0)
    t.call(eq.receive)
    assert t["stockpile"] == pytest.approx([80.0], rel=1e-15)
    sizes = {"nodes": 2, "desks": 2, "holders": 2, "products": 1}
    given = {"desk_node": [0, 1], "desk_holder_first": [0, 1], "desk_holder_count": 1, "desk_claim": 20.0}
    t = Tiny(sizes, node_joint=1.0, desk_in=[23.0, 0.0], holder_expected=10.0, holder_claim=20.0, **given)
    t["desk_expected"] = 10.0
    t.call(eq.receive)
    assert t["holder_stock"] == pytest.approx([11.5, 11.5], rel=1e-15)


# --- joint purchases ----------------------------------------------------------------------------------------
def test_who_buys_jointly_shares_by_need() -> None:
    """10 t of use each and cover of two weeks: the first has 5 t, needs 10 + 15; the second has 40, needs 10. Of 35 t: 25 and 10."""
    holders = {"holder_expected": 10.0, "holder_cover": 2.0, "holder_stock": [5.0, 40.0]}
    t = Tiny(
        {"nodes": 2, "desks": 2, "holders": 2, "products": 1},
        node_joint=1.0,
        desk_node=[0, 1],
        desk_in=[0.0, 35.0],
        desk_holder_first=[0, 1],
        desk_holder_count=1,
        **holders,
    )
    t.call(eq.pool_joint_purchases)
    assert t["desk_in"] == pytest.approx([25.0, 10.0], rel=1e-15)


def test_who_does_not_take_part_keeps_what_arrived() -> None:
    t = Tiny(
        {"nodes": 2, "desks": 2, "holders": 2, "products": 1},
        node_joint=[1.0, 0.0],
        desk_node=[0, 1],
        desk_in=[20.0, 35.0],
        desk_holder_first=[0, 1],
        desk_holder_count=1,
        holder_expected=10.0,
    )
    t.call(eq.pool_joint_purchases)
    assert t["desk_in"] == [20.0, 35.0]


def test_what_a_state_buys_and_sells_goes_through_its_store_and_is_counted() -> None:
    """Two desks of 60 and 40 %. From 6 t in store 5 are sold, then the last t; of 10 t that arrive 4 are bought, of 3 t all."""
    sizes = {"nodes": 1, "desks": 2, "products": 1}
    t = Tiny(sizes, stockpile=6.0, state_sell=5.0, desk_main=[1, 0], desk_share=[0.6, 0.4], desk_state_claim=[4.0, 0.0])
    t.call(eq.sell_stores)
    assert (t["stockpile"], t["stockpile_sold"], t["desk_in"]) == ([1.0], [5.0], [3.0, 2.0])
    t.call(eq.sell_stores)
    assert t["stockpile_sold"] == [6.0]
    assert (t["stockpile"], t["desk_in"]) == ([0.0], pytest.approx([3.6, 2.4]))
    assert [t.call(eq.store, 0, arrived) for arrived in (10.0, 3.0)] == [6.0, 0.0]
    assert (t["stockpile"], t["stockpile_bought"]) == ([7.0], [7.0])
