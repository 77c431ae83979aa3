"""Scores say what they are meant to: worked out by hand on small numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sim.backtest.calibrate import FARTHEST, distance
from sim.backtest.episode import Episode, read_episode
from sim.backtest.evaluate import hit, median, quantile
from sim.backtest.measure import Meter, Unknown
from sim.backtest.scores import crps, naive_forecasts, score_series
from sim.backtest.statistics import STATISTIC_BY_NAME
from sim.model.compile import compile_scenario

SCENARIOS = Path(__file__).parents[1] / "scenarios"
GALLIUM = SCENARIOS / "episodes" / "gallium_licences_2023"
CANDIDATES = sorted(path.parent for path in (SCENARIOS / "candidates").glob("*/targets.csv"))


@pytest.fixture(scope="module")
def episode() -> Episode:
    return read_episode(GALLIUM)


@pytest.mark.parametrize("folder", CANDIDATES, ids=lambda folder: folder.name)
def test_candidates_can_be_scored(folder: Path) -> None:
    found = read_episode(folder)
    first = min(target.period.start for target in found.targets)
    assert found.start_day - 90 < first, "a target asks about the time before anything was known"
    assert any(p.start >= found.start_day for series in found.series for p in series.points)


def test_a_product_over_a_product_is_their_ratio() -> None:
    found = read_episode(SCENARIOS / "candidates" / "bismuth_licences_2025")
    model = compile_scenario(found.scenario)
    meter = Meter(model, found.loaded.resolutions[0].world.names)
    run = SimpleNamespace(weekly=np.ones((model.n_weeks, len(model.weekly_columns))))
    ratio = meter.reader("price_spot_usd_per_kg", "bismuth_oxide/bismuth_metal", "exCN")(run)
    price = {p: meter._price(p) for p in ("bismuth_oxide", "bismuth_metal")}
    assert price["bismuth_oxide"] != price["bismuth_metal"]
    assert ratio.value == pytest.approx(price["bismuth_oxide"] / price["bismuth_metal"])
    with pytest.raises(Unknown, match="bismuth_oxid"):
        meter.reader("price_spot_usd_per_kg", "bismuth_metal/bismuth_oxid", "exCN")


def test_crps_of_a_certain_forecast_is_its_error() -> None:
    assert crps(np.full(9, 2.0), 5.0) == pytest.approx(3.0)


def test_crps_by_its_definition() -> None:
    sample = np.array([0.3, 1.0, 4.0, 4.5])
    by_hand = np.abs(sample - 2.0).mean() - np.abs(sample[:, None] - sample[None, :]).mean() / 2.0
    assert crps(sample, 2.0) == pytest.approx(by_hand)


def test_crps_rewards_a_narrow_forecast_that_is_right() -> None:
    wide, narrow = np.linspace(0.0, 4.0, 41), np.linspace(1.9, 2.1, 41)
    assert crps(narrow, 2.0) < crps(wide, 2.0) < crps(narrow + 3.0, 2.0)


def test_points_before_the_announcement_are_not_scored(episode: Episode) -> None:
    series = episode.series[0]
    before = [p for p in series.points if p.start < episode.start_day]
    assert before, "the episode has points before the event, or this test says nothing"
    sample = np.ones((20, len(series.points)))
    score = score_series(episode, series, sample)
    assert score is not None
    assert score.points == len(series.points) - len(before)
    assert score_series(episode, replace(series, points=tuple(before)), sample[:, : len(before)]) is None


def test_an_ensemble_of_what_happened_scores_nothing_and_covers_all(episode: Episode) -> None:
    series = episode.series[0]
    sample = np.tile([p.level for p in series.points], (30, 1))
    score = score_series(episode, series, sample)
    assert score is not None
    assert score.crps == pytest.approx(0.0)
    assert score.inside_50 == score.inside_90 == score.points
    assert all(value is None or value == pytest.approx(0.0) for value in score.timing.values())
    assert min(score.naive) > 0.0


def test_a_month_late_is_about_four_weeks(episode: Episode) -> None:
    series = episode.series[0]
    monthly = [p for p in series.points if p.start >= episode.start_day and p.stop - p.start < 32]
    seen = replace(series, points=tuple(replace(p, level=1.0) for p in monthly))
    low = [p if k != 2 else replace(p, level=0.1) for k, p in enumerate(seen.points)]
    sample = np.ones((10, len(monthly)))
    sample[:, 3] = 0.1
    score = score_series(episode, replace(seen, points=tuple(low)), sample)
    assert score is not None
    weeks = (monthly[3].start + monthly[3].stop - monthly[2].start - monthly[2].stop) / 14.0
    assert score.timing["trough"] == pytest.approx(weeks)


def test_naive_forecasts(episode: Episode) -> None:
    series = episode.series[0]
    points = [p for p in series.points if p.start >= episode.start_day]
    seen = np.array([p.level for p in points])
    flat, back, jump = naive_forecasts(episode, series, points, seen)
    assert (flat == 1.0).all()
    assert back[0] == pytest.approx(seen[0])
    assert back[-1] == pytest.approx(1.0)  # more than half a year later
    assert 0.0 <= jump.min() < 0.05  # the office decides next to nothing at first
    assert jump[-1] > 0.9


def test_distance_is_nothing_inside_and_grows_outside(episode: Episode) -> None:
    target = replace(episode.targets[0], statistic=STATISTIC_BY_NAME["mean"], low=1.0, high=4.0)
    assert distance(target, 2.0) == distance(target, 4.0) == 0.0
    assert distance(target, 8.0) == pytest.approx(1.0)  # as far again as the interval's half-width, in logarithms
    assert distance(target, 0.5) == pytest.approx(1.0)
    assert distance(target, 1e9) == distance(target, float("nan")) == FARTHEST


def test_medians_cope_with_what_never_happens(episode: Episode) -> None:
    values = np.array([3.0, np.inf, 5.0, np.inf, np.inf, np.nan])
    assert median(values) == np.inf
    assert quantile(values, 0.05) == 3.0
    assert not hit(episode.targets[0], np.inf)
