"""Goods outside a rule that take over, on two goods worked out by hand.

A makes 100 t of metal a week, C 50 t of oxide; B uses both for cars, and nobody else does. Metal of A stops in week 10.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from supplyrisk.engines import get_engine
from supplyrisk.errors import Problems
from supplyrisk.model.substitutes import choose_substitutes, going_over, swap_demand
from supplyrisk.spec.load import load_scenario

from .small_worlds import WEEKS_PER_YEAR, Outcome, World, metal_and_oxide, run, written
from .tiny import Tiny


def two_goods(**numbers: float) -> World:
    """`numbers` are of the pair metal, oxide."""
    return metal_and_oxide({(name, "metal", "oxide"): value for name, value in numbers.items()})


def squeezed(world: World, years: float = 3.0, engine: Any = None, **fields: Any) -> Outcome:
    stop = written(world, "export_ban", origins="A", products="metal", **{"duration": "2 years", **fields})
    return run(world, stop, years=years, engine=engine)


@pytest.mark.parametrize(
    ("gap", "share"), [(-0.5, 0.0), (0.0, 0.0), (0.2, 0.0), (0.3, 0.15), (0.4, 0.3), (0.6, 0.6), (9.0, 0.6)]
)
def test_users_go_over_as_the_gap_passes_their_cost(gap: float, share: float) -> None:
    """60 % can, at a cost spread evenly between 20 % and 60 % of the price."""
    assert going_over(gap, 0.6, 0.4) == pytest.approx(share)


def pair(**more: Any) -> Tiny:
    """Two users at two nodes; the second buys what the first can go over to."""
    given: dict[str, Any] = {
        "user_node": [0, 1],
        "swap_user": 0,
        "swap_to": 1,
        "swap_weight": 0.5,
        "swap_most": 0.6,
        "swap_cost": 0.4,
        "swap_speed": 1.0,
        "swap_ratio": 0.25,
        "node_paid_clean": [1.0, 1.0],
        "user_now": [100.0, 50.0],
        "user_normal": [110.0, 40.0],
        "user_coming": [105.0, 45.0],
    }
    return Tiny({"users": 2, "nodes": 2, "swaps": 1}, **{**given, **more})


def test_what_has_gone_over_is_moved_in_each_of_the_three_demands() -> None:
    """A fifth has gone over, half of it to this user: a tenth of 100, 110, 105 t; a quarter of a tonne does for one."""
    t = pair(swap_moved=0.2)
    t.call(swap_demand)
    assert t["user_now"] == pytest.approx([90.0, 52.5])
    assert t["user_normal"] == pytest.approx([99.0, 42.75])
    assert t["user_coming"] == pytest.approx([94.5, 47.625])


@pytest.mark.parametrize(
    ("paid", "before", "after"),
    [
        ((1.5, 1.2), 0.0, 1.0 / WEEKS_PER_YEAR),  # a gap of a quarter pays for some: a week's step
        ((1.5, 1.2), 0.07, 0.075),  # 0.6 (0.25 - 0.2)/0.4
        ((1.5, 1.2), 0.5, 0.5 - 1.0 / WEEKS_PER_YEAR),
        ((1.0, 1.2), 0.01, 0.0),
    ],
)
def test_the_share_moves_towards_what_pays(paid: tuple[float, float], before: float, after: float) -> None:
    t = pair(node_paid_clean=list(paid), swap_moved=before)
    t.call(choose_substitutes)
    assert t["swap_moved"] == pytest.approx([after])


def test_a_good_that_costs_nothing_draws_nobody() -> None:
    t = pair(node_paid_clean=[1.5, 0.0])
    t.call(choose_substitutes)
    assert t["swap_moved"] == [0.0]


def test_use_goes_over_at_the_speed_given_and_in_tonnes_of_the_other() -> None:
    """26 % a year: half a per cent a week. 1 t of oxide does for 2 t of metal."""
    world = two_goods(substitute_share=0.5, substitute_cost=0.1, substitute_speed_per_year=0.26, substitute_t_per_t=0.5)
    out = squeezed(world)
    metal, oxide = (out.column("wanted_t", product) for product in ("metal", "oxide"))
    step = 0.26 / WEEKS_PER_YEAR
    for weeks in (5, 20, 60):
        # Dear from week 11 on; the share of one week is in the demand of the next.
        first = int(np.nonzero(metal < 100.0 - 1e-9)[0][0])
        assert metal[first + weeks - 1] == pytest.approx(100.0 * (1.0 - weeks * step))
        assert oxide[first + weeks - 1] == pytest.approx(50.0 + 0.5 * 100.0 * weeks * step)
    assert 11 <= first <= 13
    assert metal.min() >= 50.0 - 1e-9
    # When metal is cheap again they go back, as slowly.
    assert metal[-1] > metal.min()
    assert out.totals["balance_error"] < 1e-12


def test_what_has_gone_over_is_no_loss_and_the_other_good_becomes_dearer() -> None:
    lost, prices = [], []
    for share in (0.0, 0.3, 0.6):
        out = squeezed(two_goods(substitute_share=share, substitute_speed_per_year=1.0), share="60 %")
        lost.append(
            out.column("shortage_unserved_t", "metal").sum() + out.column("shortage_priced_out_t", "metal").sum()
        )
        prices.append((out.price("metal", "ZB")[40], out.price("oxide", "ZB")[40]))
    assert lost[0] > lost[1] > lost[2]
    assert prices[0][0] > prices[1][0] > prices[2][0]
    assert prices[0][1] == pytest.approx(1.0, abs=1e-9)
    assert prices[0][1] < prices[1][1] < prices[2][1]


def test_a_rule_may_widen_to_what_has_taken_over() -> None:
    """A year later the oxide stops as well: those who have gone over lack it."""
    world = two_goods(substitute_share=0.1, substitute_speed_per_year=1.0)
    metal = written(world, "export_ban", name="metal", origins="A", products="metal")
    oxide = written(world, "export_ban", name="oxide", start=434, origins="C", products="oxide")
    narrow, wide, plain = (
        run(made, *events, years=3.0)
        for made, events in ((world, (metal,)), (world, (metal, oxide)), (two_goods(), (metal, oxide)))
    )
    # C can make 62.5 t of oxide a week, and 60 t are used.
    lost = [out.column("shortage_unserved_t", "oxide").sum() for out in (narrow, plain, wide)]
    assert lost[0] < 1.0
    assert lost[2] > 1.05 * lost[1]


def test_without_a_gap_nobody_goes_over_and_none_costs_nothing() -> None:
    calm = run(two_goods(substitute_share=0.6), years=2.0, arm=0)
    assert np.abs(calm.column("price_spot_index") - calm.column("price_spot_index")[0]).max() == 0.0
    assert calm.column("wanted_t", "oxide") == pytest.approx(50.0)
    off = squeezed(two_goods(substitute_share=0.0, substitute_cost=0.2, substitute_speed_per_year=3.0))
    assert off.weekly.tobytes() == squeezed(two_goods()).weekly.tobytes()


def test_both_engines_agree_on_users_in_parts() -> None:
    world = two_goods(substitute_share=0.5, substitute_cost=0.2, substitute_speed_per_year=0.8)
    listed = written(
        world, "end_user_screening", start=100, origins="C", destinations="B", products="oxide", listed="30 %"
    )
    stop = written(world, "export_ban", origins="A", products="metal", duration="1 year")
    ours, other = (run(world, stop, listed, years=2.0, engine=engine) for engine in (None, get_engine("batch")))
    assert ours.weekly.tobytes() == other.weekly.tobytes()
    assert ours.column("wanted_t", "oxide").max() > 60.0


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (
            "{flake_graphite: {natural_anode: 20 %}}",
            "no end use of any country buys both flake_graphite and natural_anode",
        )
    ],
)
def test_a_substitute_that_nobody_can_use_is_refused(tmp_path: Any, pair: str, said: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "title: x\nquestion: x?\nworld: graphite\nhorizon: {start: 2025-01-01, years: 1}\n"
        f"baseline: {{substitute_share: {pair}}}\n"
    )
    with pytest.raises(Problems, match=said):
        load_scenario(str(path))
