"""The model's own error: fitted to what past episodes left over, each scored with that of the others."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from supplyrisk.backtest.episode import DAY_ONE, RECORDED
from supplyrisk.backtest.error import (
    ERROR_WEEKS,
    GRIDS,
    LEVEL,
    NONE,
    PRIORS,
    READING,
    WEEKLY,
    WIDEST,
    OwnError,
    Residual,
    error_sets,
    fit,
    from_others,
    ranges,
    read_residuals,
    with_error,
    write_residuals,
)


def left_over(episode: str, week: float, left: float, product: str = "metal", way: str = DAY_ONE) -> Residual:
    return Residual(way, episode, product, "abroad", week, 2.0 * math.exp(left), 2.0)


def simulated(tau: float, sigma: float, episodes: int, seed: int) -> list[Residual]:
    """Residuals of episodes of two products with eight quotes each."""
    rng = np.random.default_rng(seed)
    weeks = np.array([2.0, 4.0, 8.0, 13.0, 20.0, 26.0, 40.0, 52.0])
    near = np.exp(-np.abs(weeks[:, None] - weeks[None, :]) / ERROR_WEEKS)
    found = []
    for number in range(episodes):
        level = tau * rng.standard_normal()
        for product in ("ore", "metal"):
            wandering = sigma * rng.multivariate_normal(np.zeros(len(weeks)), near)
            found += [left_over(f"e{number}", w, level + x, product) for w, x in zip(weeks, wandering, strict=True)]
    return found


@pytest.mark.parametrize(("tau", "sigma"), [(0.4, 0.2), (0.1, 0.5)])
def test_a_known_error_is_found_again(tau: float, sigma: float) -> None:
    found = fit(simulated(tau, sigma, 120, 3))
    assert found.level == pytest.approx(tau, abs=0.06)
    assert found.weekly == pytest.approx(sigma, abs=0.04)
    assert found.events == 120


def test_without_episodes_the_priors_speak() -> None:
    found = fit([])
    for value, prior, grid in ((found.level, PRIORS[0], GRIDS[0]), (found.weekly, PRIORS[1], GRIDS[1])):
        weight = stats.halfnorm.pdf(grid, scale=prior)
        assert value == pytest.approx((weight * grid).sum() / weight.sum())


def test_two_residuals_by_hand() -> None:
    """Bayes' theorem on the grid, with the density of two correlated numbers written out."""
    a, b, weeks = 0.5, 0.3, 10.0
    total = level = 0.0
    for tau in GRIDS[0]:
        for sigma in GRIDS[1]:
            variance = tau**2 + sigma**2 + READING**2
            covariance = tau**2 + sigma**2 * math.exp(-weeks / ERROR_WEEKS)
            det = variance**2 - covariance**2
            square = (variance * (a * a + b * b) - 2.0 * covariance * a * b) / det
            prior = math.exp(-0.5 * (tau / PRIORS[0]) ** 2 - 0.5 * (sigma / PRIORS[1]) ** 2)
            weight = prior * math.exp(-0.5 * square) / math.sqrt(det)
            total += weight
            level += weight * tau
    assert fit([left_over("e", 3.0, a), left_over("e", 3.0 + weeks, b)]).level == pytest.approx(level / total)


def test_an_episode_says_nothing_of_its_own_error() -> None:
    calm = [left_over(name, week, 0.05) for name in ("a", "b", "c") for week in (4.0, 13.0)]
    off, far_off = ([*calm, left_over("d", 4.0, size)] for size in (0.5, 2.5))
    assert from_others(off, DAY_ONE, "d") == from_others(far_off, DAY_ONE, "d") == fit(calm)
    assert from_others(far_off, DAY_ONE, "a").level > from_others(off, DAY_ONE, "a").level
    assert from_others(far_off, DAY_ONE).events == 4
    assert from_others(far_off, RECORDED) == fit([])


def test_a_new_episode_is_off_by_students_t() -> None:
    """What the engine draws, t(7) sqrt(1 + 1/8), times the number has the 80 % band of tau t(E-1) sqrt(1 + 1/E)."""
    drawn = stats.t.ppf(0.9, 7) * math.sqrt(1.0 + 1.0 / 8.0)
    for events in (3, 7, 8, 20):
        wanted = 0.3 * math.sqrt(1.0 + 1.0 / events) * stats.t.ppf(0.9, events - 1)
        assert OwnError(0.3, 0.2, events).level_of_runs * drawn == pytest.approx(wanted)
    assert OwnError(0.3, 0.2, 8).level_of_runs == pytest.approx(0.3)
    assert OwnError(0.3, 0.2, 2).level_of_runs == pytest.approx(
        0.3 * math.sqrt(1.5) * stats.t.ppf(0.9, 2) / drawn
    )  # no fewer than two degrees of freedom
    assert OwnError(2.9, 0.2, 3).level_of_runs == WIDEST
    assert OwnError(0.3, 0.2, 0).level_of_runs == 0.3


def test_where_the_error_hardly_acts_a_miss_says_more() -> None:
    """Residuals of half the size where half of the error acts are the same evidence."""
    plain = simulated(0.4, 0.2, 40, 6)
    half = [replace(one, seen=one.median * math.exp(one.left / 2.0), touched=0.5) for one in plain]
    assert fit(half).level == pytest.approx(fit(plain).level, abs=0.01)
    assert fit(half).weekly == pytest.approx(fit(plain).weekly, abs=0.01)
    assert fit([replace(one, touched=0.5) for one in plain]).level > 1.5 * fit(plain).level


def test_the_error_is_put_into_its_columns_and_nowhere_else() -> None:
    values = np.arange(12.0).reshape(3, 4)
    columns = ["cover", WEEKLY, "stock", LEVEL]
    out = with_error(values, columns, OwnError(0.3, 0.2, 8))
    assert (out[:, [0, 2]] == values[:, [0, 2]]).all()
    assert (out[:, 1] == 0.2).all()
    assert out[:, 3] == pytest.approx([0.3] * 3)
    assert (with_error(values, columns, NONE)[:, [1, 3]] == 0.0).all()
    assert [text.split("=")[0] for text in error_sets()] == [f"baseline.{LEVEL}", f"baseline.{WEEKLY}"]


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "residuals.csv"
    assert read_residuals(path) == []
    write_residuals(path, simulated(0.3, 0.2, 3, 1))
    first = read_residuals(path)
    write_residuals(path, first)
    assert read_residuals(path) == first
    assert fit(first).level == pytest.approx(fit(simulated(0.3, 0.2, 3, 1)).level, abs=1e-3)


def test_what_the_episodes_say_narrows_the_prior() -> None:
    (low, high), _ = ranges([])
    weight = stats.halfnorm.pdf(GRIDS[0], scale=PRIORS[0])
    below = np.cumsum(weight) / weight.sum()
    assert (low, high) == tuple(GRIDS[0][np.argmax(below >= share)] for share in (0.1, 0.9))
    (told_low, told_high), _ = ranges(simulated(0.4, 0.2, 30, 1))
    assert low < told_low < 0.4 < told_high < high
