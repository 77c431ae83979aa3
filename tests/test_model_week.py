"""The phases of a market week are all there, in small worlds run for a few weeks."""

from __future__ import annotations

from typing import Any

import pytest
from supplyrisk.spec.zones import zoned

from .core_worlds import FIRST, Memory, ban, memory_at, seller_and_buyer
from .small_worlds import Outcome, effect, event, pair, run, written

WORLD = seller_and_buyer()


def few(*events: Any, weeks: int = FIRST + 6) -> Outcome:
    return run(WORLD, *events, years=weeks / 52.0)


def left(*events: Any, week: int) -> float:
    """What leaves A in a week, t."""
    memory = memory_at(WORLD, *events, week=week)
    return memory["lane_out", 0]


def a_ban(start: int, **fields: Any) -> Any:
    return written(WORLD, "export_ban", start=start, origins="A", products="metal", **fields)


def test_rules_are_set_and_officers_sent_to_work() -> None:
    """A quota of half of 100 t a week; an office of ten officers, and lots of a fortieth of 100 t."""
    half = {"share_of_normal": "50 %", "allocation": "pro_rata", "period": "7 days"}
    quota = written(WORLD, "export_quota", origins="A", products="metal", **half)
    assert left(quota, week=FIRST) == pytest.approx(50.0, rel=1e-9)
    exact = {"review": "7 days", "review_spread": "0"}
    memory = memory_at(
        WORLD, written(WORLD, "licence_regime", origins="A", products="metal", officers=10, **exact), week=FIRST
    )
    assert memory["office_officers", 0] == 10
    assert memory["office_lot", 0] == pytest.approx(2.5)


def test_a_trigger_is_watched_at_every_market() -> None:
    """The ban answers a price of 1.05 and stops what leaves in the same week."""
    scare = event(effect("demand", 0.3), name="scare", start=21.0)
    trigger = {"variable": "price_spot_index", "product": "metal", "place": "ZB", "above": "1.05"}
    answer = written(WORLD, "export_ban", trigger=trigger, origins="A", products="metal")
    quiet = memory_at(WORLD, answer, week=8)
    met = memory_at(WORLD, scare, answer, week=8)
    assert quiet["event_status", 0] == 0
    assert met["event_status", 1] == 1
    assert met["lane_out", 0] == 0.0


def test_a_rule_that_begins_inside_a_week_stops_the_rest_of_it() -> None:
    """Three of seven days of 100 t have left when it begins on a Thursday."""
    ban_on_thursday = a_ban(7 * FIRST + 3)
    memory = memory_at(WORLD, ban_on_thursday, week=FIRST)
    assert memory["lane_late", 0] == pytest.approx(400.0 / 7.0, rel=1e-6)
    assert memory["lane_out", 0] == pytest.approx(300.0 / 7.0, rel=1e-6)


def test_a_zone_has_the_joint_price_until_its_rule_is_known() -> None:
    """B and A share a zone, and the error of its quotes; prices have risen for six weeks before A's ban parts them."""
    boom = event(effect("demand", 0.3), name="boom", start=21.0)
    world = zoned(pair({("error_weekly", ""): 0.2}), [a_ban(70)])
    before, after = (memory_at(world, boom, a_ban(70), week=week) for week in (FIRST - 1, FIRST))
    whole, part = (before.cell("metal", zone) for zone in ("Z", "A"))
    assert before["spot", part] == before["spot", whole] != before["clean", whole] > 1.01
    assert after["clean", part] < after["clean", whole]


def test_a_truce_lets_goods_go_while_it_holds() -> None:
    truce = written(WORLD, "suspension", start=84, events="ban", duration="2 weeks")
    stopped = a_ban(70, name="ban")
    assert [left(stopped, truce, week=week) > 0.0 for week in (11, 12, 13, 14)] == [False, True, True, False]


def test_leaks_start_in_the_week_in_which_they_pay() -> None:
    world = seller_and_buyer({("leak_share", ""): 0.15})
    memory = memory_at(world, ban("metal", origin="A", to="B"), week=FIRST + 1)
    assert memory["lane_leak", 0] > 0.0


def test_a_reserve_buys() -> None:
    """A target of eight weeks, filled by half a week's use, 50 t, a week, on top of what holders order."""
    rules = {
        "fill_weeks_per_week": 0.5,
        "release_weeks_per_week": 0.0,
        "release_unserved": 9.0,
        "release_price_index": 99.0,
    }
    buys = event(effect("stockpile", 8.0, "metal", destinations="B", initial_weeks=0.0, **rules))
    memory = memory_at(WORLD, buys, week=FIRST)
    assert memory["desk_fill_claim", 0] == pytest.approx(50.0, rel=1e-12)
    assert memory["lane_order", 0] == pytest.approx(memory["desk_claim", 0] + 50.0, rel=1e-12)


def test_orders_are_limited_before_they_are_shipped() -> None:
    """A rule that binds nobody's orders by itself: 40 % closed lets 60 of 100 t leave."""
    assert left(ban("metal", 0.4, origin="A", to="B"), week=FIRST) == pytest.approx(60.0, rel=1e-9)


def test_makers_and_users_go_on_every_week() -> None:
    out = few()
    assert out.column("production_t") == pytest.approx([100.0] * (FIRST + 6), rel=1e-12)
    assert out.column("wanted_t") == pytest.approx([100.0] * (FIRST + 6), rel=1e-12)


def test_prices_aim_move_and_are_paid_in_one_week() -> None:
    """B's price rises in the week of the ban by half of its way, 0.6 at most, and all of what B pays is spot."""
    memory: Memory = memory_at(WORLD, ban("metal", origin="A", to="B"), week=FIRST)
    b = memory.cell("metal", "ZB")
    step = min(0.5 * memory["target_log", b], 0.6)
    assert step > 0.1
    assert memory["clean_log", b] == pytest.approx(step, rel=1e-12)
    node = next(n for n in range(memory.L.n_nodes) if memory["node_need", n] > 0.0)
    assert memory["node_paid", node] == pytest.approx(memory["spot", b], rel=1e-12)
