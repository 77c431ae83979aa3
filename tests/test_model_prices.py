"""Quoted and paid prices, and the model's own error: nothing at rest, the same in every arm, of the sizes asked for."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from supplyrisk.model.prices import KEPT, LEAST_SHARE, TOUCHED, draw_run_error, quote_with_error
from supplyrisk.spec.resolved import Arm
from supplyrisk.streams import run_key

from .core_worlds import FIRST, Memory, ban, generic, memory_at, seller_and_buyer
from .small_worlds import run, scenario

ERRORS: dict[tuple[str, ...], Any] = {("error_level", ""): 0.3, ("error_weekly", ""): 0.54}


def stop(**options: Any) -> Any:
    return ban("metal", origin="A", to="B", **options)


def errors(memory: Memory) -> list[float]:
    """What quotes are off, ln, by cell."""
    return [memory["spot_log", c] - memory["clean_log", c] for c in range(memory.L.n_cells)]


# --- the model's own error ------------------------------------------------------------------------------
def test_a_runs_own_error_is_a_t_with_seven_degrees_of_freedom() -> None:
    """Of 8 episodes: variance 7/5 x (1 + 1/8) = 1.575, so sd 1.255; mean nought. Chance of more than 1.8946 x 1.0607: 0.05."""
    floats, layout = [0.0], SimpleNamespace(run_error=0)
    draws = []
    for run_number in range(8000):
        draw_run_error(layout, floats, [], run_key(1, run_number))
        draws.append(floats[0])
    found = np.array(draws)
    assert abs(found.mean()) < 4.0 * 1.255 / math.sqrt(8000)
    assert found.std() == pytest.approx(1.255, rel=0.06)
    beyond = 1.8946 * math.sqrt(1.125)
    for tail in (found > beyond, found < -beyond):
        assert tail.mean() == pytest.approx(0.05, abs=4.0 * math.sqrt(0.05 * 0.95 / 8000))


CELLS = ("target_log", "clean_log", "error_now", "spot_log", "spot", "cut_sum", "wanted_sum")
BLOCKS = ("block_wait", "block_pace", "block_normal", "block_weeks")
PRODUCTS = (
    "error_weekly", "error_level", "error_shift", "error_share", "error_shift_share", "error_grown", "price_usd_per_kg"
)  # fmt: skip


def memory_of(sigma: float, shift: float = 0.0) -> tuple[Any, list[float], list[int]]:
    """Two products, a metal and what 0.8 t of it make a tonne of, in two zones with wanted stocks of 60 and 40; nothing happens."""
    places = {name: 4 * i for i, name in enumerate(CELLS)}
    places |= {name: 28 + 8 * i for i, name in enumerate(BLOCKS)}
    places |= {name: 60 + 2 * i for i, name in enumerate(PRODUCTS)}
    layout = SimpleNamespace(
        n_zones=2, n_inputs=1, run_error=74, recipe=75, cell_key=0, block_on=4, block_rushing=12,
        input_site=20, input_product=21, site_product=22, cell_single=23, **places,
    )  # fmt: skip
    floats, ints = [0.0] * 76, [5, 9, 6, 10, *[0] * 16, 0, 0, 1, *[0] * 4]
    floats[layout.wanted_sum : layout.wanted_sum + 4] = [60.0, 40.0, 60.0, 40.0]
    floats[layout.error_weekly : layout.error_weekly + 2] = [sigma, sigma]
    floats[layout.error_shift : layout.error_shift + 2] = [shift, shift]
    floats[layout.price_usd_per_kg : layout.price_usd_per_kg + 2] = [10.0, 16.0]
    floats[layout.recipe] = 0.8
    return layout, floats, ints


def wandering(
    weeks: int,
    runs: int,
    sigma: float,
    target: float = 1.0,
    over: int = 1000,
    held: str = "",
    wait: float = 0.0,
    taken: float = 1.0,
) -> np.ndarray:
    """What quotes of two zones are off by in so many weeks of so many runs, without the part that a run keeps.

    Prices aim at `target` (ln) until week `over`, then at the baseline. `held`: a "rule" on exports that starts in `wait`
    weeks, a "rush" before one, or a "cut" of capacity, which take `taken` of a wanted stock of 100. What grows with the
    weeks is taken out: sqrt(1 - exp(-2 n / 20)) in the n-th week.
    """
    found = np.zeros((runs, weeks, 2))
    for number in range(runs):
        key = run_key(3, number)
        layout, floats, ints = memory_of(sigma)
        if held == "cut":
            floats[layout.cut_sum + 1] = taken
        elif held:
            ints[layout.block_on + 1], ints[layout.block_rushing + 1] = 1, int(held == "rush")
            floats[layout.block_wait + 1], floats[layout.block_weeks + 1] = wait, 10.0
            floats[layout.block_pace + 1], floats[layout.block_normal + 1] = 0.75 * taken / 2.5, taken / 2.5
        for week in range(weeks):
            floats[layout.target_log] = target if week < over else 0.0
            quote_with_error(layout, floats, ints, 0, key, week)
            grown = math.sqrt(1.0 - math.exp(-2.0 * (week + 1) / 20.0))
            found[number, week] = np.array(floats[layout.spot_log : layout.spot_log + 2]) / grown
            floats[layout.spot_log : layout.spot_log + 2] = [0.0, 0.0]
    return found


def test_the_weekly_part_is_an_ar1_of_the_sd_asked_for_by_zone() -> None:
    """In every week mean 0 and sd 0.54; a week apart correlated by exp(-1/20), 20 weeks by 1/e; the two zones not at all."""
    found = wandering(31, 1000, 0.54)
    for week in (0, 1, 15, 30):
        assert found[:, week].std() == pytest.approx(0.54, rel=0.08)
        assert abs(found[:, week].mean()) < 0.06
    for apart, expected in ((1, math.exp(-0.05)), (20, math.exp(-1.0))):
        pairs = np.corrcoef(found[:, 10, 0], found[:, 10 + apart, 0])[0, 1]
        assert pairs == pytest.approx(expected, abs=0.1)
    assert abs(np.corrcoef(found[:, 10, 0], found[:, 10, 1])[0, 1]) < 0.12


@pytest.mark.parametrize(("held", "wait"), [("rule", 0.0), ("rush", 3.0), ("cut", 0.0)])
def test_the_error_is_whole_where_it_was_measured(held: str, wait: float) -> None:
    """A rule in force, a rush or a cut that take a hundredth of wanted stock bring all of it, smaller ones a part."""
    whole = wandering(4, 3, 0.54, 9.0)
    assert wandering(4, 3, 0.54, 0.0, held=held, wait=wait) == pytest.approx(whole, rel=1e-12)
    assert wandering(4, 3, 0.54, 0.0, held=held, wait=wait, taken=0.1) == pytest.approx(0.1 * whole, rel=1e-12)


def test_a_rule_far_ahead_brings_no_error() -> None:
    assert (wandering(4, 3, 0.54, 0.0, held="rule", wait=30.0) == 0.0).all()


@pytest.mark.parametrize("part", [0.0, 0.05, -0.5, 1.0, -3.0])
def test_the_error_comes_in_with_the_price_and_is_whole_a_little_away(part: float) -> None:
    """As much of it as the target is of 1/TOUCHED from the baseline, up or down, at most all."""
    whole, some = (wandering(4, 3, 0.54, aim) for aim in (9.0, part / TOUCHED))
    assert some == pytest.approx(min(abs(part), 1.0) * whole, rel=1e-12)


def test_the_error_goes_as_slowly_as_it_wanders_and_is_gone_in_the_end() -> None:
    """From week 5 on prices aim at the baseline: a 20th less each week by the exponential, nothing below a thousandth."""
    whole, some = wandering(150, 2, 0.54), wandering(150, 2, 0.54, over=5)
    assert some[:, :5] == pytest.approx(whole[:, :5], rel=1e-12)
    for week in (5, 10, 60):
        assert some[:, week] == pytest.approx(math.exp(-(week - 4) / 20.0) * whole[:, week], rel=1e-9)
    gone = 4 + math.ceil(20.0 * math.log(1.0 / LEAST_SHARE))
    assert (some[:, gone - 1] != 0.0).all()
    assert (some[:, gone:] == 0.0).all()


def test_the_wandering_part_sets_out_from_nothing_when_the_error_begins() -> None:
    """Variance 1 - exp(-2 n / 20) of sigma^2 in the n-th week, and in none before; it stays when the weeks are many."""
    layout, floats, ints = memory_of(0.5)
    for week in range(40):
        floats[layout.target_log] = 1.0 if week >= 10 else 0.0
        floats[layout.spot_log] = 0.0
        quote_with_error(layout, floats, ints, 0, run_key(3, 1), week)
        grown = 1.0 - math.exp(-2.0 * max(week - 9, 0) / 20.0)
        assert floats[layout.spot_log] == pytest.approx(math.sqrt(grown) * floats[layout.error_now], abs=1e-12)
    assert floats[layout.error_grown] == pytest.approx(1.0 - math.exp(-3.0))


@pytest.mark.parametrize(
    ("cut", "moved", "expected"),
    [(5.0, 0.7, 0.4), (5.0, -0.2, 0.16), (0.5, 0.2, 0.08), (5.0, 0.0, 0.0), (0.0, 0.7, 0.0), (0.0, -0.7, 0.0)],
)
def test_the_shift_is_of_squeezes_in_which_prices_move(cut: float, moved: float, expected: float) -> None:
    """mu = 0.4. A cut of 5 of 100 t of wanted stock brings min(1, 2 |l|) of it, one of 0.5 t half; a boom or a glut none."""
    layout, floats, ints = memory_of(0.0, shift=0.4)
    floats[layout.cut_sum], floats[layout.clean_log], floats[layout.target_log] = cut, moved, moved
    quote_with_error(layout, floats, ints, 0, run_key(3, 1), 0)
    for c in (0, 1):
        assert floats[layout.spot_log + c] - floats[layout.clean_log + c] == pytest.approx(expected)
    if expected:
        floats[layout.cut_sum] = floats[layout.clean_log] = floats[layout.target_log] = 0.0
        quote_with_error(layout, floats, ints, 0, run_key(3, 1), 1)
        assert floats[layout.spot_log] == pytest.approx(KEPT * expected)


def test_where_a_rule_singles_out_buyers_only_their_price_is_shifted() -> None:
    """Zone 0 is singled out and at e^0.7, zone 1 at e^-0.05: all of mu = 0.4 for the one, 2 x 0.05 of it for the other."""
    layout, floats, ints = memory_of(0.0, shift=0.4)
    ints[layout.cell_single] = ints[layout.block_on + 1] = 1
    floats[layout.block_normal + 1], floats[layout.block_weeks + 1] = 10.0, 10.0
    floats[layout.clean_log : layout.clean_log + 2] = [0.7, -0.05]
    quote_with_error(layout, floats, ints, 0, run_key(3, 1), 0)
    assert [floats[layout.spot_log + c] for c in (0, 1)] == pytest.approx([0.7 + 0.4, -0.05 + 0.04])


def test_what_is_made_of_a_squeezed_product_has_its_error_by_the_cost_share() -> None:
    """0.8 t at 10 in a tonne sold at 16: half of the error and of the shift, though nothing happens to it by itself."""
    layout, floats, ints = memory_of(0.3, shift=0.4)
    floats[layout.cut_sum], floats[layout.clean_log] = 5.0, 0.7
    for k in (0, 1):
        quote_with_error(layout, floats, ints, k, run_key(3, 1), 0)
    spread = math.sqrt(1.0 - KEPT * KEPT)
    for k, share in ((0, 1.0), (1, 0.5)):
        off = floats[layout.spot_log + 2 * k] - floats[layout.clean_log + 2 * k]
        assert off == pytest.approx(share * (0.4 + spread * floats[layout.error_now + 2 * k]))
    floats[layout.recipe] = 0.0
    floats[layout.error_share + 1] = floats[layout.error_shift_share + 1] = 0.0
    quote_with_error(layout, floats, ints, 1, run_key(3, 1), 1)
    assert floats[layout.error_share + 1] == floats[layout.error_shift_share + 1] == 0.0


def test_there_is_no_error_at_rest_and_none_before_anything_happens() -> None:
    world = seller_and_buyer(ERRORS)
    calm = run(world, stop(), arm=0, years=2.0)
    assert np.array_equal(calm.price("metal", "ZB"), np.ones(104))
    out = run(world, stop(), years=1.0)
    assert np.array_equal(out.price("metal", "ZB")[:FIRST], np.ones(FIRST))
    assert out.price("metal", "ZB")[FIRST] != run(seller_and_buyer(), stop(), years=1.0).price("metal", "ZB")[FIRST]


def test_all_arms_of_a_run_have_the_same_error_and_other_runs_another() -> None:
    """Whatever happens in an arm: the error once the price has moved is that of the run, the zone and the week."""
    world = generic(ERRORS)
    first, second = ban(), ban("refined", 0.9)
    arms = (Arm("baseline", ()), Arm("one", (0,)), Arm("both", (0, 1)))
    made = scenario(world, first, replace(second, name="second"), arms=arms, years=2.0)
    one, both = (memory_at(made, week=30, arm=arm) for arm in (1, 2))
    cells = [one.cell("component", zone) for zone in ("ZH", "ZO")]
    assert one["clean_log", cells[1]] != both["clean_log", cells[1]]
    for c in cells:
        assert errors(one)[c] == pytest.approx(errors(both)[c], rel=1e-12)
        assert abs(errors(one)[c]) > 0.01
    assert errors(one)[cells[0]] != errors(one)[cells[1]]
    assert one["error_now", cells[0]] != both["error_now", both.cell("refined", "ZH")]


def test_makers_and_holders_do_not_reckon_with_the_error() -> None:
    """With an error the price that holders aim at is the same in the first week; what is paid is not."""
    plain, noisy = (memory_at(seller_and_buyer(values), stop(), week=FIRST) for values in (None, ERRORS))
    c = plain.cell("metal", "ZB")
    assert plain["target_log", c] == noisy["target_log", c]
    assert plain["clean", c] == noisy["clean", c] != noisy["spot", c]
    assert noisy["site_plan", 0] == plain["site_plan", 0]
    paid = [max(memory["node_paid", n] for n in range(memory.L.n_nodes)) for memory in (plain, noisy)]
    assert paid[0] != paid[1]


def test_of_all_that_people_do_only_what_they_use_now_follows_a_wrong_quote() -> None:
    """Two months on: stocks aimed at, thrift, recipes and the choice of lanes go by the price without the error, use by the quote."""
    dear = {("error_shift", ""): 0.5, ("input_elasticity", ""): 0.2}
    plain, noisy = (
        memory_at(generic({("input_elasticity", ""): 0.2, **values}), ban("component"), week=FIRST + 8)
        for values in ({}, dear)
    )
    user = max(range(plain.L.n_users), key=lambda u: plain["user_thrift", u])
    assert noisy["user_used_now", user] < 0.97 * plain["user_used_now", user]
    assert noisy["user_used_at_length", user] == pytest.approx(plain["user_used_at_length", user], rel=0.02)
    node = plain.arena("user_node")[plain.L.user_node + user]
    paid = plain["node_paid", node]
    assert plain["node_log_clean", node] == plain["node_log_paid", node] == pytest.approx(math.log(paid))
    assert noisy["node_log_clean", node] == pytest.approx(math.log(noisy["node_paid_clean", node]))
    assert noisy["node_paid", node] > 1.1 * noisy["node_paid_clean", node]
    assert noisy["recipe_now", 0] == pytest.approx(plain["recipe_now", 0], rel=0.01)
    for d in range(plain.L.n_desks):
        assert noisy["desk_willing", d] == pytest.approx(plain["desk_willing", d], rel=0.02)


# --- spot, contract, paid ---------------------------------------------------------------------------------
def test_spot_contract_and_paid_price_have_three_histories() -> None:
    """A full ban of week 10, contracts a fourth of what is bought, half a year behind; B's contracts follow A's price (origin).

    Week 10: what left in week 9 arrives, 100 t. Week 11 nothing does: judged over four weeks 75 t arrive. B pays
    0.75 x 0.25 at contract prices and the rest at spot.
    """
    values = {("contract_share", ""): 0.25, ("contract_lag_weeks", ""): 26.0, ("price_adjustment_per_week", ""): 0.5}
    memory = memory_at(seller_and_buyer(values), stop(), week=FIRST + 1)
    before = memory_at(seller_and_buyer(values), stop(), week=FIRST)
    a, b = memory.cell("metal", "ZA"), memory.cell("metal", "ZB")
    step = min(0.5 * before["target_log", b], 0.6)
    assert before["clean_log", b] == pytest.approx(step, rel=1e-12)
    assert before["contract", b] == pytest.approx(1.0 + (math.exp(step) - 1.0) / 26.0, rel=1e-12)
    node = next(n for n in range(memory.L.n_nodes) if memory["node_need", n] > 0.0)
    use = memory["desk_expected", 0]
    part = 0.25 * min(75.0 / before["desk_expected", 0], 1.0)
    assert use <= 100.0
    expected = part * memory["contract", a] + (1.0 - part) * memory["spot", b]
    assert memory["node_paid", node] == pytest.approx(expected, rel=1e-9)


def test_without_contracts_everybody_pays_spot() -> None:
    out = run(seller_and_buyer(), stop(), years=1.0)
    assert np.allclose(out.price("metal", "B", "paid"), out.price("metal", "ZB"), rtol=1e-12)
