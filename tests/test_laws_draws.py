"""The laws of the market core for chains and parameters drawn from their ranges: twelve here, many more among the slow tests.

Parameters come from the priors that shipped worlds give them. Where a law has a condition the reason is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from supplyrisk.events.numbers import Sampled
from supplyrisk.experiment.designs import Design
from supplyrisk.spec.load import read_world
from supplyrisk.spec.resolved import World

from .core_worlds import generic
from .law_battery import falls, small
from .small_worlds import with_values

RULED = ("refined", "component")
NONE = np.zeros(0)
# Laws are not about the error; the other is drawn below.
LEFT_OUT = ("error_level", "error_weekly", "error_shift", "elasticity_short")


@cache
def drawn(count: int) -> tuple[World, ...]:
    """So many chains."""
    world = read_world("gallium")
    names = {
        key: value.column
        for key, value in world.world.values.items()
        if not any(key[1:]) and isinstance(value, Sampled) and key[0] not in LEFT_OUT
    }
    columns = tuple(world.columns[name] for name in sorted(set(names.values())))
    place = {name: i for i, name in enumerate(sorted(set(names.values())))}
    values = Design(columns, (), "random", 7, count).values(0, count)
    g = np.random.default_rng(5)
    return tuple(one(g, {key: float(row[place[name]]) for key, name in names.items()}) for row in values)


def one(g: np.random.Generator, numbers: dict[tuple[str, ...], float]) -> World:
    """A chain with its own shares, prices, covers, elasticities and capacities."""
    u = g.uniform
    home = u(0.4, 0.8)
    component = 1.0 - (1.0 - home) * u(0.15, 0.6)
    refined = 1.0 - (1.0 - component) * u(0.15, 0.6)
    prices = [10.0, 10.0 / u(0.2, 0.7)]
    own = {
        ("margin_exponent", "ore"): u(0.1, 0.6),
        ("output_up_weeks", "ore"): u(8.0, 26.0),
        ("output_down_weeks", "ore"): u(8.0, 26.0),
        ("elasticity_short", "", ""): u(0.05, 0.3),
        ("utilisation", "ore", ""): 1.0 / u(1.08, 1.25),
        ("utilisation", "refined", ""): 1.0 / u(1.1, 1.4),
        ("utilisation", "component", ""): 1.0 / u(1.1, 1.4),
        ("cover_weeks", "component", "H", "cars"): u(4.0, 8.0) + u(2.0, 5.0),
        ("cover_weeks", "component", "O", "cars"): u(8.0, 14.0) + u(2.0, 5.0),
        ("input_cover_weeks", "refined", "ore", ""): u(5.0, 12.0),
        ("input_cover_weeks", "component", "refined", "H"): u(5.0, 10.0),
        ("input_cover_weeks", "component", "refined", "O"): u(8.0, 16.0),
    }
    return generic({**numbers, **own}, (u(0.3, 0.95), refined, component), home, (*prices, prices[1] / u(0.1, 0.5)))


def broken(world: World, product: str) -> Iterator[str]:
    """The laws that a chain breaks if the product is controlled."""
    battery = small(world, product, "H", "ZO")
    yield from battery.rest(3.0, NONE)
    dependence = battery.dependence(NONE)
    found = battery.prices(NONE)
    if not (np.diff(found["share"]) > 0.0).all() or found["share"][0] >= 1.5:
        yield f"share {found['share']}"
    # Where others' spare capacity makes much of it a total stop is no more than a large one.
    if dependence >= 0.7 and found["share"][-1] < 1.8 * found["share"][0]:
        yield f"a full stop is {found['share'][-1] / found['share'][0]:.2f} times a tenth, dependence {dependence:.2f}"
    # Where they make most of it, the dearer start of a longer stop has done its work by week 5: the start counts.
    rises = dependence < 0.4 or (np.diff(found["length"]) > 0.0).all()
    if not rises or falls(found["highest"], 0.02):
        yield f"announced length {found['length']}, {found['highest']}, dependence {dependence:.2f}"
    lost = battery.losses(NONE)
    for name in ("length of all", "length of 30 %", "share"):
        if falls(lost[name]):
            yield f"loss by {name}: {lost[name]}"
    # Without leaks: notice narrows the gap of prices, and less leaks. A rush moves prices for those it does not help too.
    quiet = small(with_values(world, {("leak_share", ""): 0.0}), product, "H", "ZO").losses(NONE)
    for name in ("notice of all", "notice of half"):
        if quiet[name].max() > 1.07 * quiet[name][0]:
            yield f"loss by {name}: {quiet[name]}"
    yield from battery.returns(NONE, lambda name, of: most(world, name, of))


def most(world: World, name: str, product: str) -> tuple[int, float]:
    """Weeks to be back and height of a second rise: the law's, and more behind mines that hardly answer or are tight.

    Ore whose output goes with price^0.25 or less, or that has less than 9 % to spare, is long in making good what a year
    of other demand, a purchase or a ban has left in stocks or taken from them.
    """
    slow = world.values["margin_exponent", "ore"] < 0.25 or world.values["utilisation", "ore", ""] > 1.0 / 1.09
    if slow and product != "component":
        return 170, 2.0
    return 108 if "mine" in name and product == "ore" else 78, 1.5


@pytest.mark.parametrize("product", RULED)
@pytest.mark.parametrize("number", range(12))
def test_drawn_chains_keep_the_laws(number: int, product: str) -> None:
    assert list(broken(drawn(12)[number], product)) == []


@pytest.mark.slow
@pytest.mark.parametrize("product", RULED)
def test_many_drawn_chains_keep_the_laws(product: str) -> None:
    found = {i: list(broken(world, product)) for i, world in enumerate(drawn(60))}
    assert {i: laws for i, laws in found.items() if laws} == {}
