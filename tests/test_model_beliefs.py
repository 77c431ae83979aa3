"""What buyers and makers believe, on two countries worked out by hand.

A makes 80 t a week and uses 40, B makes 20 and uses 60: 40 t a week go from A to B. Events begin in week 10; the first
market after counts one week in force, so that C = 1/(1/27 + 1/104) = 2808/131 = 21.435 discounted weeks.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from .core_worlds import FIRST, Memory, ban, generic, memory_at
from .small_worlds import World, chain, effect, event, written

C = 2808.0 / 131.0


def two(**more: Any) -> World:
    """The two countries, each a zone of its own, without leaks."""
    return chain(
        makers={"A": 0.8, "B": 0.2},
        users={("A", "cars"): 40.0, ("B", "cars"): 60.0},
        zones={"ZA": ("A",), "ZB": ("B",)},
        shares={("A", "A"): 1.0, ("A", "B"): 2.0 / 3.0, ("B", "B"): 1.0 / 3.0},
        values={("leak_share", ""): 0.0, **more.get("values", {})},
    )


def pace(memory: Memory) -> tuple[float, float, float]:
    """What rules on A's exports let through, C, and the weeks to their start."""
    p = memory.pair("metal", "ZA", "ZB")
    return memory["pair_pace", p], memory["pair_weeks", p], memory["pair_wait", p]


def stop(share: float = 1.0, **options: Any) -> Any:
    return ban("metal", share, origin="A", to="B", **options)


# --- how much, how long -----------------------------------------------------------------------------------
def test_without_rules_there_is_nothing_to_believe() -> None:
    memory = memory_at(two(), stop(), week=FIRST - 1)
    assert pace(memory) == (1.0, 0.0, -1.0)
    assert memory["pair_normal", memory.pair("metal", "ZA", "ZB")] == pytest.approx(40.0, rel=1e-12)
    assert memory["pair_flow", memory.pair("metal", "ZA", "ZB")] == pytest.approx(40.0, rel=1e-12)


def test_a_ban_lets_through_what_it_does_not_stop() -> None:
    """0.3 of 40 t stopped: pace 0.7. A week later it has held for two: 1/(1/28 + 1/104)."""
    assert pace(memory_at(two(), stop(0.3), week=FIRST)) == pytest.approx((0.7, C, 0.0), rel=1e-12)
    later = pace(memory_at(two(), stop(0.3), week=FIRST + 1))
    assert later == pytest.approx((0.7, 1.0 / (1.0 / 28.0 + 1.0 / 104.0), 0.0), rel=1e-12)


def test_a_ban_announced_ahead_is_believed_from_then_on_for_less() -> None:
    """Three weeks before its start nothing has held yet: exp(-3/104) 20.8."""
    memory = memory_at(two(), stop(notice=3.0), week=FIRST - 3)
    assert pace(memory) == pytest.approx((0.0, math.exp(-3.0 / 104.0) * 20.8, 3.0), rel=1e-12)
    assert pace(memory_at(two(), stop(notice=3.0), week=FIRST - 4)) == (1.0, 0.0, -1.0)


def test_a_ban_that_builds_up_is_believed_to_come_to_its_full_level() -> None:
    """Over 8 weeks to 0.6, announced 3 weeks ahead: a pace of 0.4 at once, on the way and in full; none while it ends."""
    world = two()
    gradual = "ramp over 8 weeks, recovery over 4 weeks"
    rule = written(world, "export_ban", announced=49, origins="A", share="60 %", profile=gradual, duration="20 weeks")
    assert pace(memory_at(world, rule, week=FIRST - 4))[0] == 1.0
    for week in (FIRST - 3, FIRST, FIRST + 4, FIRST + 8, FIRST + 19):
        assert pace(memory_at(world, rule, week=week))[0] == pytest.approx(0.4, rel=1e-12)
    assert pace(memory_at(world, rule, week=FIRST + 22))[0] == pytest.approx(0.7, rel=1e-12)  # half of it is lifted


def test_a_step_that_lies_ahead_is_not_reckoned_with() -> None:
    world = two()
    steps = {"start": "20 %", "4 weeks": "60 %"}
    rule = written(world, "export_ban", origins="A", share=steps, profile="recovery over 4 weeks", duration="20 weeks")
    found = [pace(memory_at(world, rule, week=FIRST + i))[0] for i in (0, 3, 4)]
    assert found == pytest.approx([0.8, 0.8, 0.4], rel=1e-12)


def test_an_announced_end_counts_with_the_trust_in_it() -> None:
    """26 weeks: 0.7 x 104 (1 - exp(-1/4)) + 0.3 x 21.435."""
    expected = 0.7 * 104.0 * (1.0 - math.exp(-0.25)) + 0.3 * C
    assert pace(memory_at(two(), stop(weeks=26.0, told=True), week=FIRST))[1] == pytest.approx(expected, rel=1e-12)
    assert pace(memory_at(two(), stop(weeks=26.0), week=FIRST))[1] == pytest.approx(C, rel=1e-12)


def test_an_old_policy_is_believed_to_last() -> None:
    """In force for 100 weeks before its first day in the file: 1/(1/127 + 1/104)."""
    world = two()
    rule = written(world, "export_ban", origins="A", products="metal", in_force_since="100 weeks")
    expected = 1.0 / (1.0 / 127.0 + 1.0 / 104.0)
    assert pace(memory_at(world, rule, week=FIRST))[1] == pytest.approx(expected, rel=1e-12)


def test_a_quota_lets_through_its_tonnes_a_week() -> None:
    """Half of the 40 t that the lane ships; 1000 t a year are 1000 x 7/365.25 a week."""
    world = two()
    half = written(world, "export_quota", origins="A", share_of_normal="50 %")
    assert pace(memory_at(world, half, week=FIRST))[0] == pytest.approx(0.5, rel=1e-12)
    tonnes = written(world, "export_quota", origins="A", tonnes="1000 t", period="365.25 days")
    assert pace(memory_at(world, tonnes, week=FIRST))[0] == pytest.approx(1000.0 * 7.0 / 365.25 / 40.0, rel=1e-9)


def test_an_office_is_taken_for_slow_until_its_pace_is_seen() -> None:
    """0.15 on the first day; then what left, each week a sixth of the way: nothing in week 10, 0.15 x 5/6 in week 11."""
    world = two()
    closed = {"origins": "A", "review": "400 days", "capacity": "1 %"}
    office = written(world, "licence_regime", **closed)
    found = [pace(memory_at(world, office, week=FIRST + i))[0] for i in range(4)]
    assert found[0] == pytest.approx(0.15, rel=1e-12)
    assert found == pytest.approx([0.15 * (5.0 / 6.0) ** i for i in range(4)], rel=1e-9)


def test_what_a_general_licence_covers_passes_the_office() -> None:
    """0.4 need no single licence, of the rest the office is believed to pass 0.15: 0.4 + 0.6 x 0.15 = 0.49."""
    world = two()
    office = written(world, "licence_regime", origins="A", general_licences="40 %")
    assert pace(memory_at(world, office, week=FIRST))[0] == pytest.approx(0.49, rel=1e-12)


def test_of_two_rules_the_one_that_costs_more_is_believed() -> None:
    """A ban of 0.2 by a policy of 100 weeks costs 0.2 x 57.19 = 11.4 weeks, a new one of 0.6 costs 0.6 x 21.4 = 12.9.

    Of 0.5 it costs 10.7 and the old one counts.
    """
    old = written(two(), "export_ban", origins="A", share="20 %", in_force_since="100 weeks")
    for share, expected in ((0.6, (0.4, C)), (0.5, (0.8, 1.0 / (1.0 / 127.0 + 1.0 / 104.0)))):
        assert pace(memory_at(two(), old, stop(share), week=FIRST))[:2] == pytest.approx(expected, rel=1e-12)


def test_a_leak_passes_besides() -> None:
    """The gap pays from the first week on: it grows by 0.01 of normal flow a week, up to 0.15."""
    world = two(values={("leak_share", ""): 0.15})
    leaks = [pace(memory_at(world, stop(), week=FIRST + i))[0] for i in (0, 1, 2, 40)]
    assert leaks == pytest.approx([0.0, 0.01, 0.02, 0.15], abs=1e-12)


# --- cuts ---------------------------------------------------------------------------------------------------
def test_a_cut_of_capacity_is_believed_to_last_like_a_rule() -> None:
    """The longest of several; an outage at home is none of the other site's."""
    cut = event(effect("capacity_loss", 0.3, "metal", "A"), start=70.0)
    old = event(effect("capacity_loss", 0.1, "metal", "A"), name="old", start=14.0)
    memory = memory_at(two(), cut, week=FIRST)
    assert memory["site_cut_weeks", memory.site("metal", "A")] == pytest.approx(C, rel=1e-12)
    assert memory["site_cut_weeks", memory.site("metal", "B")] == 0.0
    both = memory_at(two(), cut, old, week=FIRST)
    assert both["site_cut_weeks", both.site("metal", "A")] == pytest.approx(1 / (1 / 35 + 1 / 104), rel=1e-12)


# --- demand -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("change", [0.2, -0.2])
def test_a_change_of_demand_is_taken_for_passing_and_got_used_to(change: float) -> None:
    """Of 60 t: n = 60 (1 + d/104) after a week; the coming half year n + (d - n)(1 - exp(-1/2))/(1/2)."""
    memory = memory_at(two(), event(effect("demand", change, destinations="B"), start=70.0), week=FIRST)
    user = 1  # of B
    normal = 60.0 * (1.0 + change / 104.0)
    now = 60.0 * (1.0 + change)
    assert memory["user_now", user] == pytest.approx(now, rel=1e-12)
    assert memory["user_normal", user] == pytest.approx(normal, rel=1e-12)
    weight = (1.0 - math.exp(-0.5)) / 0.5
    assert memory["user_coming", user] == pytest.approx(normal + (now - normal) * weight, rel=1e-12)
    assert memory["user_now", 0] == memory["user_normal", 0] == memory["user_coming", 0] == pytest.approx(40.0)


def test_a_change_of_demand_known_to_last_is_normal_at_once() -> None:
    memory = memory_at(two(), event(effect("demand", 0.2, destinations="B", lasts=1.0), start=70.0), week=FIRST)
    assert memory["user_now", 1] == memory["user_normal", 1] == memory["user_coming", 1] == pytest.approx(72.0)


# --- sales --------------------------------------------------------------------------------------------------
def test_makers_take_off_their_plans_the_share_of_time_that_exports_stop() -> None:
    """A: (40 at home + 40 (1 - C/104))/80; with 0.3 stopped 40 (1 - 0.3 C/104). B, which exports nothing: 1."""
    for share in (1.0, 0.3):
        memory = memory_at(two(), stop(share), week=FIRST)
        expected = (40.0 + 40.0 * (1.0 - share * C / 104.0)) / 80.0
        assert memory["sales", memory.cell("metal", "ZA")] == pytest.approx(expected, rel=1e-12)
        assert memory["sales", memory.cell("metal", "ZB")] == pytest.approx(1.0, rel=1e-12)


def test_during_notice_makers_take_nothing_off() -> None:
    memory = memory_at(two(), stop(notice=6.0), week=FIRST - 1)
    assert memory["sales", memory.cell("metal", "ZA")] == pytest.approx(1.0, rel=1e-12)


def test_makers_of_inputs_plan_on_the_plans_of_those_who_use_them() -> None:
    """H makes 90 components, of which 30 go out: W = (60 + 30 (1 - C/104))/90 = 0.9313.

    Refined goods of H, 95 t, serve these 90 and 5 t abroad: (90 W + 5)/95; ore, 90 t, all serve refining at home.
    """
    memory = memory_at(generic(), ban(), week=FIRST)
    part = (60.0 + 30.0 * (1.0 - C / 104.0)) / 90.0
    assert memory["sales", memory.cell("component", "ZH")] == pytest.approx(part, rel=1e-12)
    refined = (90.0 * part + 5.0) / 95.0
    assert memory["sales", memory.cell("refined", "ZH")] == pytest.approx(refined, rel=1e-12)
    assert memory["sales", memory.cell("ore", "ZH")] == pytest.approx(refined, rel=1e-12)


def test_makers_plan_on_the_demand_that_is_coming() -> None:
    """Demand of B up by 0.2: the mean of the coming half year over the baseline's, for what B buys of A and of itself."""
    memory = memory_at(two(), event(effect("demand", 0.2, destinations="B"), start=70.0), week=FIRST)
    coming = memory["user_coming", 1] / 60.0
    assert memory["sales", memory.cell("metal", "ZB")] == pytest.approx(coming, rel=1e-12)
    assert memory["sales", memory.cell("metal", "ZA")] == pytest.approx((40.0 + 40.0 * coming) / 80.0, rel=1e-12)
