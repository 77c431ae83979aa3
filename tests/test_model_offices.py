"""The prior of an office that nobody knows: its months against a simulation of its own, its relapses, both engines alike."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from supplyrisk.model import offices
from supplyrisk.model.compile import compile_scenario
from supplyrisk.streams import STREAM_OFFICE, normal_quantile, run_key, uniform

from .core_worlds import seller_and_buyer
from .engines_compared import difference
from .small_worlds import Outcome, run, scenario, written

RUNS, MONTHS = 3000, 24
LAYOUT = SimpleNamespace(
    n_offices=1,
    office_between=0,
    office_end=1,
    office_relapse=2,
    office_drawn=3,
    office_key=0,
    office_month=1,
)


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    """Shares by run and month, as the model draws them."""
    found = np.zeros((RUNS, MONTHS))
    for number in range(RUNS):
        floats, ints, key = [0.0] * 4, [77, 0], run_key(5, number)
        offices.draw_offices(LAYOUT, floats, ints, key)
        for month in range(MONTHS):
            day = math.ceil(month * offices.DAYS_PER_MONTH)
            found[number, month] = offices.unknown_pace(LAYOUT, floats, ints, key, 0, day)
    return found


@pytest.fixture(scope="module")
def simulated() -> np.ndarray:
    """The same by the words of the prior, with NumPy: a hundred times as many regimes."""
    g = np.random.default_rng(1)
    runs = 60000
    between = 0.6 * g.standard_t(5, runs) * math.sqrt(3.0 / 5.0)
    end = math.log(0.45) + 0.8 * g.standard_normal(runs)
    relapse = np.zeros(runs, dtype=int)
    found = np.zeros((runs, MONTHS))
    for month in range(MONTHS):
        mean = np.minimum(-2.3 + 1.05 * math.log(1.0 + month) + between, end)
        share = np.exp(mean + (0.8 if month < 12 else 0.48) * g.standard_normal(runs)) - 0.02
        share = np.clip(share, 0.0, 1.5)
        again = (relapse == 0) & (share > 0.5) & (g.random(runs) < 0.08)
        share = np.where(relapse > 0, 0.25 * g.random(runs), share)
        relapse = np.where(again, g.integers(1, 4, runs), np.maximum(relapse - 1, 0))
        found[:, month] = share
    return found


@pytest.mark.parametrize("month", [0, 3, 12])
@pytest.mark.parametrize("q", [0.1, 0.5, 0.9])
def test_quantiles_of_a_month_are_those_of_the_prior(drawn: np.ndarray, simulated: np.ndarray, month: int, q: float):
    """The share below the prior's quantile is q, within four standard errors of 3000 draws."""
    level = float(np.quantile(simulated[:, month], q))
    assert (drawn[:, month] <= level).mean() == pytest.approx(q, abs=4.0 * math.sqrt(q * (1.0 - q) / RUNS) + 0.003)


def test_the_first_months_median_is_a_tenth(drawn: np.ndarray) -> None:
    """u and e are symmetric round nought, and only one regime in 40 ends below exp(-2.3) = 0.1: a tenth less the offset of 0.02."""
    assert np.median(drawn[:, 0]) == pytest.approx(math.exp(-2.3) - 0.02, abs=0.008)


@pytest.mark.parametrize(
    ("month", "between", "end", "mean", "spread"),
    [
        (3, 0.1, 9.0, -2.2 + 1.05 * math.log(4.0), 0.8),
        (3, 0.1, -1.2, -1.2, 0.8),
        (14, -0.5, 9.0, -2.8 + 1.05 * math.log(15.0), 0.48),
        (0, 0.0, 9.0, -2.3, 0.8),
    ],
)
def test_a_month_is_the_regimes_mean_up_to_its_end_and_a_draw(
    month: int, between: float, end: float, mean: float, spread: float
) -> None:
    """min(-2.3 + 1.05 ln(1 + month) + u, ln L) + e, less 0.02; e has sd 0.8 and later 0.48. Between 0 and 1.5."""
    for number in range(20):
        key = run_key(8, number)
        floats, ints = [between, end, 0.0, 0.0], [77, 0]
        offices.draw_month(LAYOUT, floats, ints, key, 0, month)
        z = normal_quantile(uniform(key, STREAM_OFFICE, 77, 16 + 4 * month))
        expected = math.exp(mean + spread * z) - 0.02
        assert floats[LAYOUT.office_drawn] == pytest.approx(min(max(expected, 0.0), 1.5), rel=1e-12)


def test_what_sets_a_regime_apart_is_drawn_once_a_run() -> None:
    """u: 0.6 times a t number of five degrees of freedom scaled to variance one; ln L: 0.45 and a spread of 0.8."""
    for number in range(5):
        key = run_key(8, number)
        floats, ints = [9.0, 9.0, 2.0, 0.7], [77, 5]
        offices.draw_offices(LAYOUT, floats, ints, key)
        z = [normal_quantile(uniform(key, STREAM_OFFICE, 77, i)) for i in range(7)]
        t = z[0] / math.sqrt(sum(one * one for one in z[1:6]) / 5.0)
        assert floats[LAYOUT.office_between] == pytest.approx(0.6 * math.sqrt(3.0 / 5.0) * t, rel=1e-12)
        assert floats[LAYOUT.office_end] == pytest.approx(math.log(0.45) + 0.8 * z[6], rel=1e-12)
        assert floats[2:] == [0.0, 0.0]
        assert ints == [77, 0]


def test_a_pace_is_that_of_its_month() -> None:
    """Day 91 is the last of the third month, of 30.4 days each; day 92 the first of the fourth."""
    key = run_key(8, 1)
    found = []
    for day in (91, 92):
        floats, ints = [0.0] * 4, [77, 0]
        offices.draw_offices(LAYOUT, floats, ints, key)
        pace = offices.unknown_pace(LAYOUT, floats, ints, key, 0, day)
        found.append((ints[1], pace))
    assert [months for months, _ in found] == [3, 4]
    floats, ints = [0.0] * 4, [77, 0]
    offices.draw_offices(LAYOUT, floats, ints, key)
    for month in range(4):
        offices.draw_month(LAYOUT, floats, ints, key, 0, month)
        if month >= 2:
            assert floats[LAYOUT.office_drawn] == found[month - 2][1]


def test_a_wide_open_office_may_relapse_for_one_to_three_months() -> None:
    lengths = set()
    for number in range(400):
        key = run_key(9, number)
        floats, ints = [9.0, 0.4, 0.0, 0.0], [77, 0]
        offices.draw_month(LAYOUT, floats, ints, key, 0, 0)
        again = uniform(key, STREAM_OFFICE, 77, 17) < 0.08 and floats[LAYOUT.office_drawn] > 0.5
        length = 1 + int(3 * uniform(key, STREAM_OFFICE, 77, 18)) if again else 0
        assert floats[LAYOUT.office_relapse] == length
        lengths.add(length)
    assert lengths == {0, 1, 2, 3}


def test_a_month_of_a_relapse_is_at_most_a_fourth() -> None:
    for number in range(20):
        key = run_key(8, number)
        floats, ints = [9.0, 0.4, 2.0, 0.0], [77, 0]
        offices.draw_month(LAYOUT, floats, ints, key, 0, 5)
        drawn = uniform(key, STREAM_OFFICE, 77, 16 + 4 * 5 + 3)
        assert floats[LAYOUT.office_drawn] == pytest.approx(0.25 * drawn, rel=1e-14)
        assert floats[LAYOUT.office_relapse] == 1.0


def test_relapses_are_as_frequent_and_as_deep_as_said(drawn: np.ndarray) -> None:
    """Of months above half of normal, 8 % are followed by one at 0 to 0.25 that would hardly come by itself."""
    open_now = (drawn[:, :11] > 0.5) & (drawn[:, 1:12] >= 0.0)
    after = drawn[:, 1:12][open_now]
    low = after <= 0.25
    assert low.mean() > 0.08
    spells = np.zeros(4)
    floats, ints = [0.0] * 4, [77, 0]
    for number in range(400):
        offices.draw_offices(LAYOUT, floats, ints, run_key(6, number))
        floats[LAYOUT.office_between], floats[LAYOUT.office_end] = 9.0, 0.4  # a regime that is wide open: e^0.4 = 1.5
        length = 0
        for month in range(60):
            offices.draw_month(LAYOUT, floats, ints, run_key(6, number), 0, month)
            if floats[LAYOUT.office_drawn] <= 0.25:
                length += 1
            elif length:
                spells[min(length, 4) - 1] += 1
                length = 0
    # One to three months, alike.
    assert spells[:3] / spells.sum() == pytest.approx([1.0 / 3.0] * 3, abs=0.05)
    assert spells[3] / spells.sum() < 0.03
    # Of 400 x 60 months about 8 % of the open ones start one: 24000 / (1/0.08 + 2) = 1655.
    assert spells.sum() == pytest.approx(1655.0, rel=0.1)


def test_months_are_the_same_whenever_they_are_asked_for() -> None:
    paces = []
    for days in ([400.0], [0.0, 40.0, 41.0, 400.0]):
        floats, ints = [0.0] * 4, [77, 0]
        offices.draw_offices(LAYOUT, floats, ints, run_key(2, 2))
        paces.append([offices.unknown_pace(LAYOUT, floats, ints, run_key(2, 2), 0, day) for day in days][-1])
    assert paces[0] == paces[1]


def unknown(number: int = 0, **options: Any) -> Outcome:
    """A regime without a capacity on the two-zone world."""
    world = seller_and_buyer()
    return run(
        world, written(world, "licence_regime", origins="A", review="14 days"), number=number, years=3.0, **options
    )


def test_an_office_without_a_capacity_has_another_pace_in_every_run_and_no_run_is_calm() -> None:
    passed = [unknown(number).exports("metal", "A")[5:15].sum() for number in range(6)]
    assert len({round(tonnes, 6) for tonnes in passed}) == 6
    assert all(tonnes >= 0.0 for tonnes in passed)


def test_both_engines_draw_the_same_office() -> None:
    world = seller_and_buyer({("error_level", ""): 0.3, ("error_weekly", ""): 0.5})
    made = scenario(world, written(world, "licence_regime", origins="A", review="14 days"), years=1.5)
    model = compile_scenario(made)
    for number in (0, 3):
        assert difference(model, run=number) == ""
