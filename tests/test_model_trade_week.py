"""Where orders go, leaks and quotas of a week, by direct calls on numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from supplyrisk.model import leaks, orders
from supplyrisk.operations.ops import quota as quotas

from .tiny import Tiny, numbers

LANES = {"desks": 1, "nodes": 1, "cells": 2, "zones": 2, "products": 1, "lanes": 2, "routes": 2, "sites": 2, "pairs": 4}


# --- which seller ---------------------------------------------------------------------------------------------------
def sellers(**more: Any) -> Tiny:
    """60 t from zone 0 and 40 from zone 1 to a desk of zone 1 that expects and asks 100; goods are two weeks on their way."""
    given = {
        "desk_lane_count": 2,
        "desk_expected": 100.0,
        "desk_claim": 100.0,
        "desk_on_order": 200.0,
        "lane_weight": [60.0, 40.0],
        "lane_flow": [60.0, 40.0],
        "lane_pipe_weeks": 2,
        "lane_route": [0, 1],
        "lane_from_cell": [0, 1],
        "lane_to_cell": 1,
        "lane_pair": [1, -1],
        "lane_wait": -1.0,
        "lane_office": -1,
        "lane_quota": -1,
        "lane_sourcing": 1.0,
        "route_cell": [0, 1],
        "clean": 1.0,
        "price_usd_per_kg": 10.0,
        "sourcing_elasticity": 2.0,
        "link_multiple": 3.0,
        "trend_level": 1.0,
        "order_cap": 2.5,
        "order_rate": 0.1,
    }
    return Tiny(LANES, **{**given, **more})


def ordered(t: Tiny) -> list[float]:
    t.call(orders.order)
    return t["lane_order"]


def test_dearer_sellers_are_asked_for_less() -> None:
    """At 1.25 times the price: 60 x 1.25^-2 = 38.4 against 40, of 100 t."""
    assert ordered(sellers()) == pytest.approx([60.0, 40.0], rel=1e-12)
    assert ordered(sellers(clean=[1.25, 1.0])) == pytest.approx([3840.0 / 78.4, 4000.0 / 78.4], rel=1e-12)
    assert ordered(sellers(clean=[1.25, 1.0], sourcing_elasticity=0.0)) == pytest.approx([60.0, 40.0], rel=1e-12)


def test_freight_makes_a_rise_of_the_price_smaller() -> None:
    """(12.5 + 15)/(10 + 15) = 1.1 on the way over a border: 60/1.21."""
    first = 60.0 / 1.21
    expected = [100.0 * first / (first + 40.0), 4000.0 / (first + 40.0)]
    assert ordered(sellers(clean=[1.25, 1.0], route_freight=[15.0, 0.0])) == pytest.approx(expected, rel=1e-12)


def test_a_duty_a_preference_and_a_closure_weigh_on_their_lane() -> None:
    """1.1/1 on the first lane: 60/1.21; a preference of 0.5: 30; half closed: 30 (none may leak)."""
    for rule, weight in (
        ({"lane_tariff": [0.1, 0.0]}, 60.0 / 1.21),
        ({"lane_sourcing": [0.5, 1.0]}, 30.0),
        ({"lane_close": [0.5, 0.0]}, 30.0),
        ({"lane_close": [0.5, 0.0], "lane_leak": [0.2, 0.0]}, 42.0),
        ({"lane_office": [0, -1], "lane_blocked": [0.75, 0.0]}, 15.0),
        ({"lane_close": [1.0, 0.0]}, 0.0),
    ):
        t = sellers(in_force=1, **rule)
        t.call(orders.weigh_lanes)
        assert t["lane_order"] == pytest.approx([weight, 40.0], rel=1e-12), rule


def test_leaks_cost_their_share_of_what_passes() -> None:
    """0.2 of 0.7 that passes costs half as much again: 1/7 more on the mean tonne: 42 (8/7)^-2."""
    t = sellers(in_force=1, lane_close=[0.5, 0.0], lane_leak=[0.2, 0.0], lane_leak_cost=[0.5, 0.0])
    t.call(orders.weigh_lanes)
    assert t["lane_order"] == pytest.approx([42.0 * 49.0 / 64.0, 40.0], rel=1e-12)


def test_what_lacks_on_the_way_is_ordered_on_top_within_the_most() -> None:
    """Two weeks of 100 t are wanted on their way and 180 are: 20 missing, a tenth of it a week. At most 2.5 x 100, at least none."""
    assert sum(ordered(sellers(desk_on_order=180.0))) == pytest.approx(102.0, rel=1e-12)
    assert sum(ordered(sellers(desk_claim=400.0))) == pytest.approx(250.0, rel=1e-12)
    assert sum(ordered(sellers(desk_claim=0.0, desk_on_order=900.0))) == 0.0
    assert sum(ordered(sellers(desk_claim=400.0, desk_fill_claim=30.0))) == pytest.approx(280.0, rel=1e-12)


def test_who_lacks_goods_asks_for_what_a_seller_of_the_zone_has_not_sold() -> None:
    """A rule stops all but 15 % of the first lane: of 250 t asked 9/49 go there, where 9 pass; 36.9 are short.

    The second seller, in the buyer's zone, makes 10 t a week and holds two weeks of that normally: beyond its 20 t it is asked for
    what is short, as far as it has it; 2.5 times the normal 40 t is no bound.
    """
    first, second = 250.0 * 9.0 / 49.0, 250.0 * 40.0 / 49.0
    for stock, more in ((20.0, 0.0), (30.0, 10.0), (500.0, first - 9.0)):
        t = sellers(
            desk_claim=400.0,
            known=1,
            in_force=1,
            lane_close=[0.85, 0.0],
            lane_wait=[0.0, -1.0],
            lane_pace=[0.15, 1.0],
            lane_site=[0, 1],
            site_output=10.0,
            output_cover_weeks=2.0,
            site_stock=[900.0, stock],
        )
        assert ordered(t) == pytest.approx([first, second + more], rel=1e-12)


def test_goods_that_wait_are_not_counted_on() -> None:
    """Of 200 t on order 50 wait for a licence: 50 t more are wanted on their way, a tenth a week."""
    assert sum(ordered(sellers(rules=1, lane_held=[50.0, 0.0]))) == pytest.approx(105.0, rel=1e-12)


def test_a_public_purchase_asks_for_what_lacks_at_its_rate() -> None:
    """Eight weeks of 50 t are aimed at: 400, of which 380 or 100 are there; half a week's need, 25 t, at most."""
    for there, expected in ((380.0, 20.0), (100.0, 25.0), (500.0, 0.0)):
        t = Tiny(
            {"desks": 1, "nodes": 1},
            desk_main=1,
            stockpile_target=8.0,
            stockpile_fill=0.5,
            node_need=50.0,
            stockpile=there,
        )
        t.call(orders.claim_for_stockpiles)
        assert t["desk_fill_claim"] == [expected]


# --- leaks --------------------------------------------------------------------------------------------------------
def leaky(**more: Any) -> Tiny:
    """A closed lane between zones with prices of 1 and 1.31; the world lets 0.15 leak, 0.01 more a week from 1.3 on."""
    given = {
        "in_force": 1,
        "lane_close": 1.0,
        "lane_pair": 1,
        "lane_office": -1,
        "lane_quota": -1,
        "lane_to_cell": 1,
        "clean": [1.0, 1.31],
        "leak_share": 0.15,
        "leak_growth": 0.01,
    }
    sizes = {**LANES, "lanes": 1}
    return Tiny(sizes, **{**given, **more})


@pytest.mark.parametrize(
    ("given", "leak"),
    [
        ({}, 0.06),
        ({"clean": [1.0, 1.29]}, 0.04),  # it does not pay
        ({"clean": [1.0, 1.0], "node_unserved_share": 0.02}, 0.06),  # but users stand still
        ({"lane_close": 0.0}, 0.04),  # nothing to go round
        ({"lane_close": 0.0, "lane_office": 0}, 0.06),
        ({"lane_close": 0.0, "lane_quota": 0}, 0.06),
        ({"lane_leak": 0.145}, 0.15),  # the cap
        ({"lane_enforcement": 0.8}, 0.03),  # which enforcement lowers to a fifth
        ({"lane_leak": 0.005, "clean": 1.0}, 0.0),
        ({"lane_pair": -1}, 0.0),  # no leak of the world's inside a zone: it stops at once
        ({"lane_leak_cap": 0.4, "lane_leak_growth": 0.1, "lane_leak_cost": 0.2}, 0.15),
        ({"lane_leak_cap": 0.4, "lane_leak_growth": 0.1, "lane_leak_cost": 0.4}, 0.0),  # an event's own cost counts
    ],
)
def test_a_leak_grows_while_it_pays_up_to_its_cap(given: dict[str, Any], leak: float) -> None:
    t = leaky(**{"lane_leak": 0.05, **given})
    t.call(leaks.update_leaks)
    assert t["lane_leak"] == pytest.approx([leak], abs=1e-12)
    assert t["leaking"] == [int(leak > 0.0)]


def singled_out(**more: Any) -> Tiny:
    """Zone 0 sells 40 t each to zones 1 and 2; zone 1 is banned, in zone 2 the price is 1.2. The way round costs half more."""
    given = {
        "in_force": 1,
        "lane_close": 1.0,
        "lane_pair": 1,
        "lane_office": -1,
        "lane_quota": -1,
        "lane_from_cell": 0,
        "lane_to_cell": 1,
        "lane_class": 1,
        "lane_flow": 40.0,
        "lane_leak": 0.1,
        "lane_pace": 0.1,
        "clean": [0.9, 1.81, 1.2],
        "pair_normal": [0.0, 40.0, 40.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        "pair_wait": [-1.0, 0.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0],
        "pair_pace": [1.0, 0.1, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        "pair_class": [0, 1, 0, 0, 0, 0, 0, 0, 0],
        "leak_share": 0.15,
        "leak_growth": 0.01,
        "detour_share": 0.4,
        "detour_growth": 0.03,
        "detour_cost": 0.5,
    }
    sizes = {**LANES, "lanes": 1, "zones": 3, "cells": 3, "pairs": 9}
    return Tiny(sizes, **{**given, **more})


@pytest.mark.parametrize(
    ("given", "leak"),
    [
        ({}, 0.13),
        (
            {"clean": [0.9, 1.79, 1.2]},
            0.07,
        ),  # 1.2 and half of it is not paid: the neighbour's price counts, not the seller's
        ({"clean": [0.9, 1.0, 1.2], "node_unserved_share": 0.02}, 0.13),  # but users stand still
        ({"lane_leak": 0.39, "lane_pace": 0.39}, 0.4),
        (
            {"pair_pace": [1.0, 0.1, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], "lane_leak": 0.19, "lane_pace": 0.19},
            0.22,
        ),  # free
        # the neighbour is let have half of its normal purchases: 0.4 x 0.5
        (
            {
                "pair_pace": [1.0, 0.1, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
                "pair_wait": [-1.0, 0.0, 0.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0],
                "lane_leak": 0.19,
                "lane_pace": 0.19,
            },
            0.2,
        ),
        ({"pair_class": 1}, 0.11),  # nobody is under another rule: the leak of any rule
        ({"detour_share": 0.1}, 0.11),
        ({"lane_leak_cap": 0.9, "lane_leak_growth": 0.05, "lane_leak_cost": 0.2}, 0.15),  # hubs of an event
        ({"lane_leak_cap": 0.9, "lane_leak_growth": 0.05, "lane_leak_cost": 0.2, "clean": [0.9, 1.19, 1.2]}, 0.05),
    ],
)
def test_singled_out_buyers_get_goods_by_way_of_neighbours(given: dict[str, Any], leak: float) -> None:
    t = singled_out(**given)
    t.call(leaks.update_leaks)
    assert t["lane_leak"] == pytest.approx([leak], abs=1e-12)


# --- what may leave -------------------------------------------------------------------------------------------------
def test_orders_are_cut_to_what_a_closed_lane_lets_through() -> None:
    """70 % closed, 10 % leak: 0.4 of 60 t."""
    t = sellers(in_force=1, lane_close=[0.7, 0.0], lane_leak=[0.1, 0.0], lane_order=[50.0, 50.0])
    t.call(orders.apply_limits)
    assert t["lane_order"] == pytest.approx([24.0, 50.0], rel=1e-12)


def quota(**more: Any) -> Tiny:
    """A quota of 10 units with 30 t left in a period of 70 days, on two lanes of 60 and 40 t a week."""
    named = {name: more.pop(name) for name in ("pro_rata", "share_of_normal") if name in more}
    given = {
        **numbers("quota", period_days=70.0, **named),
        "lane_order": [40.0, 20.0],
        "lane_flow": [60.0, 40.0],
        "effect_left": 30.0,
        "effect_level": 10.0,
        "effect_target_count": 2,
        "target_entity": [0, 1],
        "effect_turn": quotas.TO_APPLY,
    }
    return Tiny({"lanes": 2, "effects": 1, "targets": 2}, **{**given, **more})


def test_what_a_quota_has_left_is_shared_by_orders_and_leaks_come_on_top() -> None:
    t = quota()
    t.call(quotas.apply_quotas)
    assert t["lane_order"] == pytest.approx([20.0, 10.0], rel=1e-12)
    assert t["effect_turn"] == [quotas.APPLIED]
    t = quota(lane_leak=[0.1, 0.0])
    t.call(quotas.apply_quotas)
    assert t["lane_order"] == pytest.approx([26.0, 10.0], rel=1e-12)
    t = quota(effect_left=60.0)
    t.call(quotas.apply_quotas)
    assert t["lane_order"] == [40.0, 20.0]


def test_a_quota_pro_rata_hands_out_a_weeks_part() -> None:
    """10 t in 70 days are 1 t a week; 10 % of normal are 0.1 x 100 t a week."""
    t = quota(pro_rata=1.0)
    t.call(quotas.apply_quotas)
    assert sum(t["lane_order"]) == pytest.approx(1.0, rel=1e-12)
    t = quota(pro_rata=1.0, share_of_normal=1.0, effect_level=0.1)
    assert t.call(quotas.quota_unit, 0) == pytest.approx(1000.0, rel=1e-12)  # what is normal in ten weeks
    t.call(quotas.apply_quotas)
    assert sum(t["lane_order"]) == pytest.approx(10.0, rel=1e-12)


def test_what_leaves_counts_against_the_quota_but_for_leaks() -> None:
    """20 and 10 t left, of which 6 t leaked: 30 - 14 - 10."""
    t = quota(lane_out=[20.0, 10.0], lane_leak=[0.1, 0.0])
    t.call(quotas.count_quotas)
    assert t["effect_left"] == pytest.approx([6.0], rel=1e-12)
    t = quota(lane_out=[20.0, 30.0])
    t.call(quotas.count_quotas)
    assert t["effect_left"] == [0.0]


def test_the_quota_on_fewest_lanes_is_applied_first() -> None:
    sizes = {"lanes": 2, "effects": 3, "targets": 5}
    t = Tiny(sizes, effect_turn=quotas.TO_APPLY, effect_target_count=[2, 1, 1])
    assert t.call_with_ints(quotas.next_quota) == 1
    t["effect_turn"] = [quotas.TO_APPLY, quotas.APPLIED, quotas.NOT_IN_FORCE]
    assert t.call_with_ints(quotas.next_quota) == 0


def test_goods_that_would_leave_after_a_rule_changes_wait_for_that_day() -> None:
    """The rule changes on the third day of the week: five sevenths of 70 t."""
    t = Tiny({"lanes": 2}, cuts_ahead=4, lane_cut_day=[16, -1], lane_out=[70.0, 70.0])
    t.call(orders.split_late, 14)
    assert t["lane_late"] == pytest.approx([50.0, 0.0], rel=1e-12)
    assert t["lane_out"] == pytest.approx([20.0, 70.0], rel=1e-12)


# --- what sellers send ---------------------------------------------------------------------------------------------
def test_sellers_send_what_is_ordered_or_what_they_have() -> None:
    for stock, sent, rest in ((100.0, [40.0, 20.0], 40.0), (30.0, [20.0, 10.0], 0.0)):
        t = Tiny({"sites": 1, "lanes": 2, "desks": 1}, site_stock=stock, lane_order=[40.0, 20.0], desk_on_order=5.0)
        t["site_lane_count"] = 2
        t["site_lanes"] = [0, 1]
        t.call(orders.allocate, 0)
        assert t["lane_out"] == pytest.approx(sent, rel=1e-12)
        assert t["site_stock"] == pytest.approx([rest], abs=1e-12)
        assert t["desk_on_order"] == pytest.approx([5.0 + sum(sent)], rel=1e-12)


def test_a_full_link_is_one_that_carries_less_than_is_asked_of_a_net_buyer() -> None:
    """Three times 40 t with a trend of 1.1: 132 t."""
    for asked, ruled, out, full in ((133.0, 0, 10.0, 1), (131.0, 0, 10.0, 0), (133.0, 1, 10.0, 0), (133.0, 0, 50.0, 0)):
        t = Tiny({"cells": 1, "products": 1}, asked_in=asked, cell_ruled=ruled, trade_in=40.0, trade_out=out)
        t["link_multiple"], t["trend_level"] = 3.0, 1.1
        t.call(orders.mark_full_links)
        assert t["cell_full"] == [full]


def test_the_price_paid_makes_holders_want_less_stock() -> None:
    """At four times the price with phi 1/2 half of the cover: 20 + (20 x 5 - 60)/10."""
    sizes = {"desks": 1, "nodes": 1, "products": 1, "holders": 1}
    t = Tiny(sizes, desk_holder_count=1, holder_expected=20.0, holder_cover=10.0, holder_stock=60.0, order_rate=0.1)
    t["node_paid_clean"], t["node_log_clean"], t["stock_response"], t["order_cap"] = 4.0, math.log(4.0), 0.5, 9.0
    t.call(orders.claim, 0)
    assert t["holder_claim"] == t["desk_claim"] == pytest.approx([24.0], rel=1e-12)
    t["holder_extra"] = 5.0  # an obligation does not shrink with the price
    t.call(orders.claim, 0)
    assert t["holder_claim"] == pytest.approx([34.0], rel=1e-12)
