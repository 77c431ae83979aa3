"""A longer or a harsher ban, with the same draws and announced on the day, never lessens the shortage it targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from supplyrisk.spec.resolved import World

from .small_worlds import chain, run, three_stages, with_values, written

# Buyers with contracts who can save: whatever the world's behaviour, the law holds.
LIVELY: dict[tuple[str, ...], Any] = {
    ("contract_share", ""): 0.5,
    ("elasticity_long", "", ""): 0.3,
}


def one_stage() -> World:
    """A makes 80 %, C 20 %; the others' prices are one."""
    users = {("A", "cars"): 50.0, ("B", "cars"): 30.0, ("C", "cars"): 20.0}
    zones = {"ZA": ("A",), "ZB": ("B", "C")}
    return chain(makers={"A": 0.8, "C": 0.2}, users=users, zones=zones)


def shortages(world: World, product: str, bans: Sequence[dict[str, Any]]) -> np.ndarray:
    """Tonnes that users outside A lack in three and a half years, for every ban of A's exports."""
    found = []
    for ban in bans:
        out = run(world, written(world, "export_ban", origins="A", products=product, **ban), years=3.5)
        found.append(
            sum(
                out.column(variable, place=place).sum()
                for variable in ("shortage_unserved_t", "shortage_priced_out_t")
                for place in ("B", "C")
            )
        )
    return np.array(found)


WORLDS = {
    "one stage": (one_stage(), "metal"),
    "one stage, lively": (with_values(one_stage(), LIVELY), "metal"),
    "three stages, parts": (three_stages(), "part"),
    "three stages, parts, lively": (with_values(three_stages(), LIVELY), "part"),
    "three stages, ore": (three_stages(), "ore"),
}


@pytest.mark.parametrize("name", WORLDS)
def test_a_longer_ban_never_lessens_the_shortage(name: str):
    world, product = WORLDS[name]
    tonnes = shortages(world, product, [{"duration": f"{weeks} weeks"} for weeks in (4, 9, 17, 30, 52)])
    assert (np.diff(tonnes) >= 0.0).all(), tonnes
    assert tonnes[-1] > 2.0 * tonnes[0]


@pytest.mark.parametrize("name", WORLDS)
def test_a_harsher_ban_never_lessens_the_shortage(name: str):
    """Where others can deliver, buyers must ask them for what a partly closed country may not send."""
    world, product = WORLDS[name]
    tonnes = shortages(world, product, [{"duration": "26 weeks", "share": s} for s in (0.2, 0.4, 0.6, 0.8, 1.0)])
    assert (np.diff(tonnes) >= 0.0).all(), tonnes
    assert tonnes[-1] > 2.0 * tonnes[0]


def test_a_ban_on_more_products_never_lessens_the_shortage():
    world = three_stages()
    all_, part = (
        shortages(world, products, [{"duration": "30 weeks"}])[0] for products in (["part", "metal", "ore"], "part")
    )
    assert all_ > part


def test_a_ban_announced_ahead_lets_buyers_stock_up_and_lessens_the_shortage():
    """Each week of notice helps up to the time in which what sellers have can leave; sooner nobody rushes yet."""
    world = with_values(one_stage(), {**LIVELY, ("elasticity_short", "", ""): 0.05, ("elasticity_long", "", ""): 0.0})
    tonnes, before = [], []
    for days in (0, 7, 14, 28, 42):
        ban = {"start": 112, "announced": 112 - days, "duration": "26 weeks"}
        tonnes += list(shortages(world, "metal", [ban]))
        out = run(world, written(world, "export_ban", origins="A", products="metal", **ban), years=1.0)
        before.append(out.exports("metal", "A")[:4].sum())  # January to April; the ban starts on 28 April
    assert (np.diff(tonnes) <= 0.0).all(), tonnes
    assert (np.diff(before) >= 0.0).all(), before
    assert (np.diff(tonnes)[:2] < -0.1 * tonnes[0]).all(), tonnes
    assert (np.diff(before)[:2] > 0.0).all(), before


@pytest.mark.parametrize("carried", [3.0, 1.05], ids=["wide links", "full links"])
def test_a_ban_far_ahead_changes_nothing_whatever_else_happens(carried: float):
    """Until the rush begins trade is as it was: an outage outside A splits the market only where links are full."""
    world = with_values(one_stage(), {("link_multiple", ""): carried})
    outage = written(world, "capacity_outage", countries="C", share_lost=0.9, duration="26 weeks")
    ban = written(world, "export_ban", origins="A", start=420, announced=0, duration="26 weeks")
    alone = run(world, outage, years=1.0).price("metal", "ZB")
    both = run(world, outage, ban, years=1.0).price("metal", "ZB")
    assert alone.max() > 1.05
    assert np.array_equal(both, alone)
