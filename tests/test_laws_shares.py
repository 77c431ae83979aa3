"""Every share of outputs, every use and every trade that can be written has a baseline, as near to it as can be."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from supplyrisk.experiment.designs import Design
from supplyrisk.language.numbers import Sampled
from supplyrisk.model.arena import Arena
from supplyrisk.model.compile import compile_scenario
from supplyrisk.model.opened import balance_arena
from supplyrisk.model.structure import Structure, build_structure
from supplyrisk.model.trade import STRETCH, balance
from supplyrisk.spec.load import LoadedWorld, read_world, text_scenario
from supplyrisk.spec.resolved import SampledColumn, World

from .generated_worlds import usual, worlds
from .small_worlds import PER_YEAR, chain, run, scenario
from .test_laws_balance import unrest

WORLDS = ("antimony", "gallium", "germanium", "graphite", "ndfeb", "tungsten")
SHARES = (0.01, 0.1, 0.25, 0.4, 0.6, 0.75, 0.85, 0.9, 0.96, 0.99)
loaded = lru_cache(read_world)


def solved(world: World, columns: tuple[SampledColumn, ...] = (), values: Any = ()) -> tuple[Structure, Arena, float]:
    """A world's balance with the lanes it has in a run, at its central values or a draw of them."""
    s = build_structure(scenario(world, sampled=columns))
    arena = balance_arena(s, columns)
    for m, pair in enumerate(s.links):
        arena.note("link_open", m, int(pair in s.open_links))
    drawn = [float(value) for value in values] or [column.central for column in columns]
    arena.draw(drawn.__getitem__)
    return s, arena, balance(arena.layout, arena.floats, arena.ints)


def check(s: Structure, arena: Arena, misfit: float, tolerance: float = 1e-12) -> None:
    """Outputs are as stated, everybody is supplied, makers buy what they need, and nothing else is traded."""
    L, F = arena.layout, arena.floats
    assert misfit < tolerance
    need = [0.0] * L.n_nodes
    for u in range(L.n_users):
        need[arena.ints[L.user_node + u]] += F[L.user_use + u]
    for j, (site, _) in enumerate(s.inputs):
        need[arena.ints[L.input_node + j]] += F[L.recipe + j] * F[L.site_output + site]
    sold, bought = [0.0] * L.n_sites, [0.0] * L.n_nodes
    for m, (site, node) in enumerate(s.links):
        assert F[L.link_flow + m] >= 0.0
        sold[site] += F[L.link_flow + m]
        bought[node] += F[L.link_flow + m]
    assert bought == pytest.approx(need, rel=1e-12, abs=0.0)
    assert sold == pytest.approx(F[L.site_output : L.site_output + L.n_sites], rel=1e-12, abs=0.0)


def main_makers(world: LoadedWorld) -> Iterator[tuple[str, str]]:
    """The largest makers of every product."""
    for product in world.names.products:
        rows = {f.key[2]: f.value for f in world.facts if f.key[:2] == ("output_t_per_year", product)}
        yield from ((product, country) for country in sorted(rows, key=lambda c: -rows[c])[:2] if len(rows) > 1)


def with_share(world: LoadedWorld, product: str, country: str, share: float) -> World:
    """All numbers certain; a country has a share of the output, the others keep their proportions."""
    values = {key: central(world, value) for key, value in world.world.values.items()}
    keys = [key for key in values if key[:2] == ("output_t_per_year", product)]
    total = sum(values[key] for key in keys)
    rest = total - values["output_t_per_year", product, country]
    for key in keys:
        values[key] = total * share if key[2] == country else values[key] * total * (1.0 - share) / rest
    return replace(world.world, values=values)


def central(world: LoadedWorld, value: Any) -> float:
    if isinstance(value, Sampled):
        return value.offset + value.scale * world.columns[value.column].central
    return float(value)


@pytest.mark.parametrize("name", WORLDS)
def test_every_share_of_every_main_maker_has_a_baseline(name: str) -> None:
    world, tried = loaded(name), 0
    for i, (product, country) in enumerate(main_makers(world)):
        for share in SHARES[i % 2 :: 2]:
            s, arena, misfit = solved(with_share(world, product, country, share))
            check(s, arena, misfit)
            site = s.sites.index(([p.id for p in s.products].index(product), s.countries.index(country)))
            L = arena.layout
            made = sum(arena.floats[L.site_output + i] for i, (k, _) in enumerate(s.sites) if k == s.sites[site][0])
            assert arena.floats[L.site_output + site] / made == pytest.approx(share, rel=1e-9)
            tried += 1
    assert tried >= 15


@pytest.mark.parametrize("name", WORLDS)
def test_every_draw_of_a_shipped_world_has_a_baseline_without_new_lanes(name: str) -> None:
    world = loaded(name)
    columns = tuple(world.columns[column] for column in sorted(world.columns))
    s, arena, _ = solved(world.world, columns)
    L, F = arena.layout, arena.floats
    stated = [F[L.trade_share + m] > 0.0 for m in range(L.n_links)]
    for values in Design(columns, (), "random", 40, 5).values(0, 40):
        arena.draw([float(value) for value in values].__getitem__)
        check(s, arena, balance(L, F, arena.ints))
        assert not any(F[L.link_flow + m] for m in range(L.n_links) if not stated[m])


@given(worlds())
@usual(60)
def test_random_worlds_have_a_baseline(world: World) -> None:
    check(*solved(world))


@given(worlds())
@usual(8)
def test_random_worlds_are_flat(world: World) -> None:
    out = run(world, years=1.0)
    assert unrest(out.model, out) < 1e-12


@pytest.mark.parametrize("share", [0.01, 0.4, 0.85])
def test_a_world_with_another_share_is_flat(share: float) -> None:
    out = run(with_share(loaded("germanium"), *next(main_makers(loaded("germanium"))), share), years=2.0)
    assert unrest(out.model, out) < 1e-12
    assert out.totals["misfit"] < 1e-12


def haphazard(seed: int) -> World:
    """One product; outputs and uses over many orders of magnitude, some zero; stated shares sparse, tiny, zero or none."""
    rng = random.Random(seed)
    countries = [f"C{number:02d}" for number in range(rng.randint(1, 12))]
    spread, dense = rng.choice((0.1, 1.0, 4.0, 9.0)), rng.choice((0.0, 0.1, 0.3, 1.0))

    def size(first: bool) -> float:
        return 0.0 if rng.random() < 0.1 and not first else math.exp(rng.gauss(0.0, spread))

    world = chain(
        makers={c: size(c == "C00") for c in countries if c == "C00" or rng.random() < 0.7},
        users={(c, "cars"): size(c == "C00") for c in countries if c == "C00" or rng.random() < 0.7},
    )
    values: dict[Any, Any] = {key: value for key, value in world.values.items() if key[0] != "trade_share"}
    for buyer in world.countries:
        weights = {seller: math.exp(rng.gauss(0.0, 3.0)) for seller in world.countries if rng.random() < dense}
        for seller, weight in weights.items():
            share = 0.0 if rng.random() < 0.1 else weight / math.fsum(weights.values())
            values["trade_share", "metal", seller, buyer] = share
    return replace(world, values=values)


@pytest.mark.parametrize("part", range(4))
def test_whatever_is_stated_there_is_a_baseline(part: int) -> None:
    for seed in range(40 * part, 40 * part + 40):
        check(*solved(haphazard(seed)))


# --- by hand --------------------------------------------------------------------------------------
def two_by_two(a: float, **shares: float) -> World:
    """A makes `a` of 100 t a week and C the rest; A and C use 50 t each; `AC=0.2`: C buys 20 % from A."""
    return chain(
        makers={"A": a / 100.0, "C": 1.0 - a / 100.0},
        users={("A", "cars"): 50.0, ("C", "cars"): 50.0},
        shares={(pair[0], pair[1]): share for pair, share in shares.items()},
    )


def flows(world: World) -> dict[str, float]:
    s, arena, misfit = solved(world)
    check(s, arena, misfit)
    names = [s.countries[s.sites[i][1]] + s.countries[s.nodes[n][1]] for i, n in s.links]
    return {name: arena.floats[arena.layout.link_flow + m] for m, name in enumerate(names)}


def test_stated_lanes_keep_their_odds_ratio() -> None:
    # AA CC / (AC CA) is 0.8 x 0.8 / (0.2 x 0.2) = 16 as stated. With f t from A to A, A has 60 - f left for C, A buys 50 - f
    # from C, and C keeps f - 10: f (f - 10) = 16 (60 - f) (50 - f).
    found = flows(two_by_two(60.0, AA=0.8, CA=0.2, AC=0.2, CC=0.8))
    odds = found["AA"] * found["CC"] / (found["AC"] * found["CA"])
    assert odds == pytest.approx(16.0, rel=1e-9)
    f = found["AA"]
    assert f * (f - 10.0) == pytest.approx(16.0 * (60.0 - f) * (50.0 - f), rel=1e-9)


def test_shares_that_fit_are_kept_to_the_last_digit() -> None:
    found = flows(two_by_two(50.0, AA=0.8, CA=0.2, AC=0.2, CC=0.8))
    assert found == pytest.approx({"AA": 40.0, "AC": 10.0, "CA": 10.0, "CC": 40.0}, rel=1e-15)


def test_a_new_lane_carries_what_the_stated_ones_cannot() -> None:
    # A makes 60 and may sell to itself only, which uses 50: 10 t go to C on a lane that nobody states.
    found = flows(two_by_two(60.0, AA=1.0, CC=1.0))
    assert found == pytest.approx({"AA": 50.0, "AC": 10.0, "CA": 0.0, "CC": 40.0}, abs=1e-12)


def test_a_new_lane_opens_where_a_stated_one_would_be_stretched_tenfold() -> None:
    # C sells to A and C, A is stated to sell to C only, a tenth of what C buys. With the a t that A makes all going to
    # C the factors on stated trade are a / 5 for A -> C, 1 for C -> A and (50 - a) / 45 for C -> C, so a lane A -> A
    # would be stretched by (a / 5) x 1 / ((50 - a) / 45) = 9 a / (50 - a): tenfold at a = 26.3.
    for a, opens in ((26.0, False), (27.0, True)):
        s, arena, misfit = solved(two_by_two(a, CA=1.0, AC=0.1, CC=0.9))
        check(s, arena, misfit)
        assert (arena.floats[arena.layout.product_opened] > 0.0) is opens
    assert STRETCH == 10.0


def test_where_outputs_do_not_fit_uses_they_are_scaled() -> None:
    world = two_by_two(50.0, AA=1.0, CC=1.0)
    values = {
        **world.values,
        ("output_t_per_year", "metal", "A"): PER_YEAR,
        ("output_t_per_year", "metal", "C"): PER_YEAR,
    }
    s, arena, misfit = solved(replace(world, values=values))
    check(s, arena, misfit)
    assert arena.floats[arena.layout.product_scale] == pytest.approx(0.5)


def test_what_was_moved_is_told() -> None:
    _, arena, _ = solved(two_by_two(60.0, AA=1.0, CC=1.0))
    L = arena.layout
    # 10 of 100 t come from another seller than stated, on a lane that is not stated.
    assert arena.floats[L.product_moved] == pytest.approx(0.1)
    assert arena.floats[L.product_opened] == pytest.approx(0.1)


def test_a_buyer_of_whom_nothing_is_stated_buys_from_everybody() -> None:
    world = chain(makers={"A": 0.75, "C": 0.25}, users={("B", "cars"): 100.0}, shares={("A", "X"): 1.0})
    values = {key: value for key, value in world.values.items() if key[0] != "trade_share"}
    s, arena, misfit = solved(replace(world, values=values))
    check(s, arena, misfit)
    assert [arena.floats[arena.layout.link_flow + m] for m in range(2)] == pytest.approx([75.0, 25.0])


def test_a_product_that_nobody_makes_has_no_baseline() -> None:
    world = chain(values={("output_t_per_year", "metal", "A"): 0.0})
    assert math.isinf(solved(world)[2])


def test_a_draw_beyond_all_that_was_tried_moves_outputs_and_nothing_else() -> None:
    # A and C use what they make; lanes for more are not there, as if no trial had opened them.
    s, arena, _ = solved(two_by_two(60.0, AA=1.0, CC=1.0))
    for m, (site, node) in enumerate(s.links):
        arena.note("link_open", m, int(s.sites[site][1] == s.nodes[node][1]))
    misfit = balance(arena.layout, arena.floats, arena.ints)
    assert misfit == pytest.approx(0.25)  # C makes 50 t instead of 40
    check(s, arena, misfit, tolerance=0.3)


def test_an_uncertain_share_has_the_lanes_of_its_whole_range() -> None:
    column = SampledColumn("shares", "shares", "uniform", (0.02, 0.98), 0.5, 0.0, 1.0)
    world = two_by_two(50.0, AA=1.0, CC=1.0)
    values: dict[Any, Any] = dict(world.values)
    values["output_t_per_year", "metal", "A"] = Sampled("shares", PER_YEAR)
    values["output_t_per_year", "metal", "C"] = Sampled("shares", -PER_YEAR, PER_YEAR)
    world = replace(world, values=values)
    for share in np.linspace(0.02, 0.98, 9):
        check(*solved(world, (column,), [share]))
    model = compile_scenario(scenario(world, years=0.5, sampled=(column,)))
    assert model.layout.n_lanes == 4


def test_an_uncertain_share_of_a_shipped_world_has_all_the_lanes_its_draws_need() -> None:
    text = "title: x\nworld: ndfeb\nhorizon: {start: 2025-01-01, years: 1}\n"
    text += "uncertain: {shares.ndpr_oxide.CN: {uniform: [40 %, 95 %]}}\n"
    made = text_scenario(text, "s.yaml").scenarios[0]
    s, arena, _ = solved(made.world, made.sampled)
    for values in Design(made.sampled, (), "random", 60, 3).values(0, 60):
        arena.draw([float(value) for value in values].__getitem__)
        check(s, arena, balance(arena.layout, arena.floats, arena.ints))
