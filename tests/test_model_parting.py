"""Zones that rules part, by direct calls on a few zones."""

from __future__ import annotations

from typing import Any

import pytest
from supplyrisk.model import beliefs, parting
from supplyrisk.operations.table import code

from .tiny import Tiny, numbers


# --- which zones part ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("codes", "lead", "after"),
    [
        ([0, 0, 1, 1, 0], [0, 0, 0, 0, 0], [0, 0, 2, 2, 0]),  # members that are taken for the same stay together
        ([0, 3, 3, 1, 0], [0, 0, 0, 0, 0], [0, 1, 2, 3, 0]),  # those among whom trade is stopped part from each other
        ([1, 1, 2, 0, 0], [0, 0, 0, 3, 3], [0, 0, 2, 3, 3]),  # who has parted before is not joined again
        ([0, 0, 0, 0, 0], [0, 0, 0, 3, 3], [0, 0, 0, 3, 3]),
        ([3, 3, 0, 0, 0], [0, 0, 0, 0, 0], [0, 1, 2, 2, 2]),  # even from the one that leads
    ],
)
def test_zones_part_by_what_a_rule_takes_them_for(codes: list[int], lead: list[int], after: list[int]) -> None:
    t = Tiny({"zones": 5, "effects": 1, "codes": 5})
    t["zone_code"], t["zone_lead"] = codes, lead
    parting.part_by_rule(t.L, t.I, 0)
    assert t["zone_lead"] == after


# --- when -----------------------------------------------------------------------------------------------------
def rule(op: str, level: float, **more: Any) -> Tiny:
    sizes = {"effects": 1, "events": 1, "points": 1, "targets": 1, "lanes": 1, "products": 1}
    given = {"effect_op": code(op), "event_status": 1, "event_day": 70, "event_duration": 1e9, "point_level": level}
    once = {"effect_point_count": 1, "effect_target_count": 1, "link_multiple": 3.0, "lane_flow": 10.0}
    named = numbers(op, **({"period_days": 7.0} if op == "quota" else {}))
    return Tiny(sizes, **{**given, **once, **named, **more})


def test_a_rule_matters_once_it_is_known_and_holds_something_back() -> None:
    """A quota of 29 t a week on 10 t binds when links carry three times that; one of 31 t does not."""
    for op, level, expected in (("close", 0.5, 1), ("close", 0.0, 0), ("quota", 29.0, 1), ("quota", 31.0, 0)):
        assert rule(op, level).call(parting.matters, 0, 70) == expected
        assert rule(op, level, effect_wait=-1.0).call(parting.matters, 0, 70) == 0


def test_a_general_licence_matters_while_it_holds() -> None:
    assert [rule("general_licence", 0.4).call(parting.matters, 0, day) for day in (69, 70)] == [0, 1]
    assert rule("general_licence", 0.0).call(parting.matters, 0, 70) == 0


def test_a_known_rule_parts_once_and_the_new_zone_starts_where_prices_are() -> None:
    """Zone 1 is taken for a seller and 0 for none: from the first week in which the rule is known it is apart."""
    sizes = {"zones": 2, "cells": 2, "pairs": 4, "codes": 2, "products": 1}
    one = {"effects": 1, "events": 1, "points": 1}
    t = Tiny(
        {**sizes, **one}, effect_op=code("close"), effect_parts=1, zone_code=[0, 1], point_level=0.5, event_status=1
    )
    t["event_duration"], t["effect_point_count"], t["effect_wait"] = 1e9, 1, -1.0
    t["spot"], t["contract"] = [1.5, 7.0], [1.2, 7.0]
    t.call(parting.part_zones, 70)
    assert (t["zone_lead"], t["effect_parted"]) == ([0, 0], [0])
    t["effect_wait"] = 0.0
    t.call(parting.part_zones, 70)
    assert (t["zone_lead"], t["cell_lead"], t["effect_parted"]) == ([0, 1], [0, 1], [1])
    assert (t["spot"], t["contract"]) == ([1.5, 1.5], [1.2, 1.2])
    t["spot"] = [1.5, 2.0]
    t.call(parting.part_zones, 77)
    assert t["spot"] == [1.5, 2.0]


# --- what a zone starts with ------------------------------------------------------------------------------------
def test_a_zone_starts_with_the_prices_that_it_shared() -> None:
    names = (
        "spot",
        "spot_log",
        "clean",
        "clean_log",
        "target_log",
        "error_now",
        "contract",
        "contract_clean",
        "cell_paid",
    )
    t = Tiny({"cells": 3}, cell_lead=[0, 0, 2], price_reason=[4, 0, 5], **{name: [1.5, 0.0, 9.0] for name in names})
    t.call(parting.share_prices)
    assert {name: t[name] for name in names} == {name: [1.5, 1.5, 9.0] for name in names}
    assert t["price_reason"] == [4, 4, 5]


def test_sites_buyers_and_lanes_count_where_their_zone_is_joined() -> None:
    """Zone 1 is joined with zone 0: what crosses between them is no trade; zone 2 is apart."""
    sizes = {
        "zones": 3,
        "cells": 3,
        "pairs": 9,
        "products": 1,
        "sites": 2,
        "nodes": 2,
        "desks": 2,
        "lanes": 2,
        "routes": 2,
    }
    places = {"site_zone": [1, 2], "node_zone": [0, 2], "zone_lead": [0, 0, 2], "desk_node": [0, 1]}
    t = Tiny(sizes, lane_site=[0, 0], lane_desk=[0, 1], lane_route=[0, 1], cell_product=9, route_cell=9, **places)
    t.call(parting.place_in_cells)
    assert (t["cell_product"], t["route_cell"]) == ([0, 0, 0], [0, 0])
    assert (t["cell_lead"], t["site_cell"], t["node_cell"]) == ([0, 0, 2], [0, 2], [0, 2])
    assert (t["lane_from_cell"], t["lane_to_cell"]) == ([0, 0], [0, 2])
    assert t["lane_pair"] == [-1, 2]
    t["lane_flow"], t["site_output"], t["node_need"] = [30.0, 70.0], [100.0, 0.0], [30.0, 70.0]
    t.call(parting.sum_baseline)
    assert (t["output_start"], t["need_start"]) == ([100.0, 0.0, 0.0], [30.0, 0.0, 70.0])
    assert t["pair_normal"][2] == 70.0
    assert (t["trade_out"], t["trade_in"]) == ([70.0, 0.0, 0.0], [0.0, 0.0, 70.0])


# --- rules that build up -------------------------------------------------------------------------------------------
def ramp(levels: list[float], linear: int = 1) -> Tiny:
    """Levels on days 0, 28 and 56 after day 70."""
    sizes = {"effects": 1, "events": 1, "points": 3}
    given = {
        "effect_op": code("close"),
        "event_status": 1,
        "event_day": 70,
        "event_duration": 1e9,
        "effect_point_count": 3,
    }
    return Tiny(sizes, point_day=[0.0, 28.0, 56.0], point_level=levels, effect_linear=linear, **given)


@pytest.mark.parametrize(
    ("levels", "linear", "day", "believed"),
    [
        ([0.0, 0.8, 0.8], 1, 63, 0.8),  # not yet begun: what it comes to
        ([0.0, 0.8, 0.8], 1, 77, 0.8),
        ([0.2, 0.8, 0.4], 1, 112, 0.6),  # half of the way down from 0.8: a rule that is being lifted is what it is
        ([0.2, 0.8, 0.4], 0, 77, 0.2),  # steps that lie ahead are not reckoned with
        ([0.2, 0.8, 0.4], 0, 98, 0.8),
    ],
)
def test_a_rule_that_builds_up_is_believed_at_what_it_comes_to(
    levels: list[float], linear: int, day: int, believed: float
) -> None:
    assert ramp(levels, linear).call(beliefs.level_believed, 0, day) == pytest.approx(believed, rel=1e-14)
