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
    LEVEL_RMS,
    NO_SHIFT,
    NONE,
    PRIORS,
    READING,
    SHIFT,
    SHIFT_PRIOR,
    WEEKLY,
    WIDEST,
    OwnError,
    Residual,
    error_sets,
    fit,
    from_others,
    left_out_density,
    posterior,
    ranges,
    read_residuals,
    with_error,
    write_residuals,
)


def left_over(episode: str, week: float, left: float, product: str = "metal", way: str = DAY_ONE) -> Residual:
    return Residual(way, episode, product, "abroad", week, 2.0 * math.exp(left), 2.0)


def simulated(tau: float, sigma: float, episodes: int, seed: int, mu: float = 0.0) -> list[Residual]:
    """Residuals of episodes of two products with eight quotes each."""
    rng = np.random.default_rng(seed)
    weeks = np.array([2.0, 4.0, 8.0, 13.0, 20.0, 26.0, 40.0, 52.0])
    near = np.exp(-np.abs(weeks[:, None] - weeks[None, :]) / ERROR_WEEKS)
    found = []
    for number in range(episodes):
        level = mu + tau * rng.standard_normal()
        for product in ("ore", "metal"):
            wandering = sigma * rng.multivariate_normal(np.zeros(len(weeks)), near)
            found += [left_over(f"e{number}", w, level + x, product) for w, x in zip(weeks, wandering, strict=True)]
    return found


@pytest.mark.parametrize(("tau", "sigma", "mu"), [(0.4, 0.2, 0.0), (0.1, 0.5, 0.3), (0.2, 0.2, -0.4)])
def test_a_known_error_is_found_again(tau: float, sigma: float, mu: float) -> None:
    found = fit(simulated(tau, sigma, 120, 3, mu))
    assert found.shift == pytest.approx(mu, abs=0.08)
    assert found.level == pytest.approx(tau, abs=0.06)
    assert found.weekly == pytest.approx(sigma, abs=0.04)
    assert found.events == 120


def test_without_episodes_the_priors_speak() -> None:
    found = fit([])
    for value, prior, grid in ((found.level, PRIORS[0], GRIDS[0]), (found.weekly, PRIORS[1], GRIDS[1])):
        weight = stats.halfnorm.pdf(grid, scale=prior)
        assert value == pytest.approx((weight * grid).sum() / weight.sum())
    assert found.shift == 0.0
    assert posterior([]).sd == pytest.approx(np.full((30, 20), SHIFT_PRIOR))
    assert ranges([])[SHIFT] == pytest.approx((-1.2816 * SHIFT_PRIOR, 1.2816 * SHIFT_PRIOR), abs=0.011)


def test_two_residuals_by_hand() -> None:
    """Bayes' theorem on a grid of all three, with the density of two correlated numbers written out.

    Of mu a half acts on the first residual and all on the second, of b all and 0.8, of w 0.3 and 0.9.
    """
    a, b, weeks = 0.5, 0.3, 10.0
    total = level = shift = 0.0
    for mu in np.arange(-2.0, 2.001, 0.01):
        for tau in GRIDS[0][::1]:
            sigmas = GRIDS[1]
            one = tau**2 + 0.09 * sigmas**2 + READING**2
            two = 0.64 * tau**2 + 0.81 * sigmas**2 + READING**2
            both = 0.8 * tau**2 + 0.27 * sigmas**2 * math.exp(-weeks / ERROR_WEEKS)
            det = one * two - both**2
            x, y = a - 0.5 * mu, b - mu
            square = (two * x * x - 2.0 * both * x * y + one * y * y) / det
            prior = -0.5 * ((tau / PRIORS[0]) ** 2 + (sigmas / PRIORS[1]) ** 2 + (mu / SHIFT_PRIOR) ** 2)
            weight = (np.exp(prior - 0.5 * square) / np.sqrt(det)).sum()
            total += weight
            level += weight * tau
            shift += weight * mu
    found = fit(
        [
            replace(left_over("e", 3.0, a), shift_acts=0.5, level_acts=1.0, weekly_acts=0.3),
            replace(left_over("e", 3.0 + weeks, b), shift_acts=1.0, level_acts=0.8, weekly_acts=0.9),
        ]
    )
    assert found.level == pytest.approx(level / total, rel=1e-5)
    assert found.shift == pytest.approx(shift / total, rel=1e-5)


def test_the_level_as_it_is_probed_has_the_spread_of_what_the_engine_draws() -> None:
    drawn = stats.t.std(7) * math.sqrt(1.0 + 1.0 / 8.0)
    assert drawn == pytest.approx(LEVEL_RMS)


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
    half = [
        replace(one, seen=one.median * math.exp(one.left / 2.0), level_acts=0.5, weekly_acts=0.5, shift_acts=0.5)
        for one in plain
    ]
    assert fit(half).level == pytest.approx(fit(plain).level, abs=0.01)
    assert fit(half).weekly == pytest.approx(fit(plain).weekly, abs=0.01)
    assert fit([replace(one, level_acts=0.5, weekly_acts=0.5) for one in plain]).level > 1.5 * fit(plain).level


def test_the_error_is_put_into_its_columns_and_nowhere_else() -> None:
    values = np.arange(15.0).reshape(3, 5)
    columns = ["cover", WEEKLY, "stock", LEVEL, SHIFT]
    out = with_error(values, columns, OwnError(0.3, 0.2, 8, -0.1))
    assert (out[:, [0, 2]] == values[:, [0, 2]]).all()
    assert (out[:, 1] == 0.2).all()
    assert out[:, 3] == pytest.approx([0.3] * 3)
    assert (out[:, 4] == -0.1).all()
    assert (with_error(values, columns, NONE)[:, [1, 3, 4]] == 0.0).all()
    assert [text.split("=")[0] for text in error_sets()] == [f"baseline.{name}" for name in (LEVEL, WEEKLY, SHIFT)]


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "residuals.csv"
    assert read_residuals(path) == []
    write_residuals(path, simulated(0.3, 0.2, 3, 1))
    first = read_residuals(path)
    write_residuals(path, first)
    assert read_residuals(path) == first
    assert fit(first).level == pytest.approx(fit(simulated(0.3, 0.2, 3, 1)).level, abs=1e-3)


def test_what_the_episodes_say_narrows_the_prior() -> None:
    low, high = ranges([])[LEVEL]
    weight = stats.halfnorm.pdf(GRIDS[0], scale=PRIORS[0])
    below = np.cumsum(weight) / weight.sum()
    assert (low, high) == tuple(GRIDS[0][np.argmax(below >= share)] for share in (0.1, 0.9))
    told_low, told_high = ranges(simulated(0.4, 0.2, 30, 1))[LEVEL]
    assert low < told_low < 0.4 < told_high < high


def test_the_density_of_what_is_left_out_by_hand() -> None:
    """Two episodes of one residual each: the posterior of the one, by the density of the other, summed over a grid of all three."""
    values = {"a": 0.5, "b": 0.2}
    mus = np.arange(-2.0, 2.001, 0.01)
    tau, sigma, mu = (x.ravel() for x in np.meshgrid(GRIDS[0], GRIDS[1], mus, indexing="ij"))
    prior = np.exp(-0.5 * ((tau / PRIORS[0]) ** 2 + (sigma / PRIORS[1]) ** 2 + (mu / SHIFT_PRIOR) ** 2))
    density = {
        name: stats.norm.pdf(value, mu, np.sqrt(tau**2 + sigma**2 + READING**2)) for name, value in values.items()
    }
    both = float((prior * density["a"] * density["b"]).sum())
    expected = sum(math.log(both / float((prior * density[name]).sum())) for name in values)
    residuals = [left_over(name, 4.0, value) for name, value in values.items()]
    assert left_out_density(residuals) == pytest.approx(expected, rel=1e-4)


def test_a_shift_that_all_episodes_share_is_worth_having_and_one_they_do_not_is_not() -> None:
    for mu, is_better in ((0.5, True), (0.0, False)):
        found = simulated(0.1, 0.2, 5, 4, mu)
        gain = left_out_density(found) - left_out_density(found, NO_SHIFT)
        assert gain > 2.0 if is_better else gain < 0.5
