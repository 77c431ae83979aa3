"""Scores say what they are meant to: worked out by hand on small numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from supplyrisk.backtest.episode import Episode, read_episode
from supplyrisk.backtest.error import PROBE
from supplyrisk.backtest.evaluate import hit
from supplyrisk.backtest.measure import Meter, Unknown
from supplyrisk.backtest.scores import (
    FLOW,
    JUMP,
    LEVELS,
    PRICE,
    Observation,
    PointScore,
    crps,
    elasticity_jump,
    gate,
    is_headline,
    log_score,
    naive_levels,
    observations,
    overall,
    pit,
    residuals,
    score_points,
    sums,
)
from supplyrisk.model.compile import compile_scenario
from supplyrisk.results.quantiles import quantiles

EPISODES = Path(__file__).parents[1] / "scenarios" / "episodes"
GALLIUM = EPISODES / "gallium_licences_2023"


@pytest.fixture(scope="module")
def episode() -> Episode:
    return read_episode(GALLIUM)


def blocks_of(episode: Episode, runs: int = 30) -> list[np.ndarray]:
    """Runs that say exactly what happened."""
    return [np.tile([point.level for point in series.points], (runs, 1)) for series in episode.series]


# --- one number -------------------------------------------------------------------------------------
def test_crps_by_hand() -> None:
    sample = np.array([3.0, 0.0, 1.0])
    # mean distance from 2: (1 + 2 + 1) / 3; of two members: 2 (1 + 3 + 2) / 9
    assert crps(sample, 2.0) == pytest.approx(4.0 / 3.0 - 0.5 * 12.0 / 9.0)
    assert crps(np.full(9, 2.0), 5.0) == pytest.approx(3.0)


def test_crps_by_its_definition() -> None:
    sample = np.random.default_rng(2).normal(size=57)
    by_hand = np.abs(sample - 0.7).mean() - np.abs(sample[:, None] - sample[None, :]).mean() / 2.0
    assert crps(sample, 0.7) == pytest.approx(by_hand)


def test_crps_rewards_a_narrow_forecast_that_is_right() -> None:
    wide, narrow = np.linspace(0.0, 4.0, 41), np.linspace(1.9, 2.1, 41)
    assert crps(narrow, 2.0) < crps(wide, 2.0) < crps(narrow + 3.0, 2.0)


def test_pit_by_hand() -> None:
    sample = np.array([1.0, 2.0, 3.0, 4.0])
    assert [pit(sample, x) for x in (0.0, 2.5, 3.0, 9.0)] == [0.0, 0.5, 0.625, 1.0]


def test_pits_of_right_forecasts_are_even() -> None:
    rng = np.random.default_rng(3)
    found = [pit(rng.normal(size=200), rng.normal()) for _ in range(4000)]
    assert np.histogram(found, bins=5, range=(0.0, 1.0))[0] / 4000 == pytest.approx(np.full(5, 0.2), abs=0.02)


def test_log_score_by_hand() -> None:
    sample = np.array([-1.0, 1.0])  # mean 0, standard deviation 1
    assert log_score(sample, 0.0) == pytest.approx(0.5 * math.log(2.0 * math.pi))
    assert log_score(sample, 3.0) - log_score(sample, 0.0) == pytest.approx(4.5)
    assert log_score(2.0 * sample, 0.0) - log_score(sample, 0.0) == pytest.approx(math.log(2.0))


# --- observations -----------------------------------------------------------------------------------
def test_points_before_day_one_are_not_scored(episode: Episode) -> None:
    points = [point for series in episode.series for point in series.points]
    assert any(point.start < episode.start_day for point in points), "or this test says nothing"
    assert all(one.week > 0 for one in observations(episode))
    weeks = {episode.series[i].points[j].start for one in observations(episode) for i, j in one.parts}
    assert min(weeks) >= episode.start_day


def test_the_normal_level_itself_is_not_scored() -> None:
    """Germanium's quote of the day of the announcement is what all later ones are divided by."""
    germanium = read_episode(EPISODES / "germanium_licences_2023")
    first = min(p.start for s in germanium.series if s.variable == "price_spot_index" for p in s.points)
    assert first == germanium.start_day
    assert min(one.week for one in observations(germanium) if one.kind == PRICE) > 20.0


def test_quotes_of_one_week_are_one() -> None:
    heavy = read_episode(EPISODES / "heavy_ree_licences_2025")
    first = min((one for one in observations(heavy) if is_headline(one)), key=lambda one: one.week)
    assert len(first.parts) == 2  # dysprosium and terbium
    assert first.seen == pytest.approx(math.sqrt(850.0 / 280.0 * 3000.0 / 965.0), rel=1e-6)
    blocks = blocks_of(heavy, 4)
    assert first.sample(blocks) == pytest.approx(np.full(4, math.log(first.seen)))


def test_prices_at_home_are_told_and_not_counted(episode: Episode) -> None:
    assert episode.home == {"CN"}
    found = observations(episode)
    assert {one.place for one in found if one.kind == PRICE} == {"CN", "exCN"}
    assert {one.place for one in found if is_headline(one)} == {"exCN"}


def observation(week: float, seen: float = 1.0, kind: str = PRICE, product: str = "metal") -> Observation:
    return Observation(kind, "price_spot_index", product, "exCN", False, week, seen, ((0, 0),))


def test_points_near_the_weeks_of_the_gate() -> None:
    found = [observation(week) for week in (0.6, 1.6, 13.4, 21.6, 23.6, 38.5, 97.5)]
    assert [found[i].week for i in sorted(gate(found))] == [13.4, 23.6, 38.5]
    other = [observation(4.0, product="ore"), observation(4.0, kind=FLOW, product="flow")]
    assert {found[i].product if i < len(found) else other[i - len(found)].product for i in gate([*found, *other])} == {
        "metal",
        "ore",
    }


# --- scores -----------------------------------------------------------------------------------------
def test_runs_of_what_happened_miss_nothing(episode: Episode) -> None:
    points = score_points(episode, blocks_of(episode))
    assert len(points) > 20
    for one in points:
        assert one.error == pytest.approx(0.0, abs=1e-9)
        # A record of a flow swings by the size of shipments, even where every run is right.
        assert one.crps == pytest.approx(0.0, abs=1e-9) or (one.at.shipment > 0.0 and one.is_in_80)
    price = [one for one in points if is_headline(one.at)]
    assert all(one.no_change == pytest.approx(abs(math.log(one.at.seen))) for one in price)
    assert all(one.quantiles == pytest.approx((one.at.seen,) * len(LEVELS)) for one in price)


def test_an_error_is_one_of_logarithms(episode: Episode) -> None:
    half = [block / 2.0 for block in blocks_of(episode)]
    price = [one for one in score_points(episode, half) if is_headline(one.at)]
    assert [one.error for one in price] == pytest.approx([math.log(2.0)] * len(price))
    assert not any(one.is_in_80 for one in price)
    assert {one.pit for one in price} == {1.0}


def test_bands_hold_what_they_promise(episode: Episode) -> None:
    """A spread of runs from a tenth below what was seen: 0.45 lies inside the middle half and not outside."""
    spread = np.linspace(-0.5, 0.5, 101)[:, None]
    for shift, in_50, in_80 in ((0.1, True, True), (0.3, False, True), (0.45, False, False)):
        blocks = [block * np.exp(spread + shift) for block in blocks_of(episode, 101)]
        found = [one for one in score_points(episode, blocks) if is_headline(one.at)]
        assert {(one.is_in_50, one.is_in_80) for one in found} == {(in_50, in_80)}


def test_a_run_that_failed_is_left_out(episode: Episode) -> None:
    blocks = blocks_of(episode)
    for block in blocks:
        block[3] = math.nan
    assert all(one.error == pytest.approx(0.0, abs=1e-9) for one in score_points(episode, blocks))


def test_residuals_are_those_of_prices_abroad(episode: Episode) -> None:
    twice = [block * 2.0 for block in blocks_of(episode)]

    def moved(share: float, size: float) -> tuple[list[np.ndarray], float]:
        return [block * np.exp(share * size * (-1.0) ** np.arange(len(block)))[:, None] for block in twice], size

    found = residuals(episode, twice, moved(0.2, PROBE), moved(0.4, 2.0 * PROBE), moved(1.7, PROBE))
    acts = np.array([(one.shift_acts, one.level_acts, one.weekly_acts) for one in found])
    assert acts == pytest.approx(np.tile((0.2, 0.4, 1.0), (len(found), 1)))
    assert len(found) == sum(is_headline(one) for one in observations(episode))
    assert [one.left for one in found] == pytest.approx([-math.log(2.0)] * len(found))
    assert {(one.way, one.episode) for one in found} == {("day one", "gallium_licences_2023")}


# --- naive forecasts --------------------------------------------------------------------------------
def test_naive_forecasts(episode: Episode) -> None:
    half_way = replace(observation(13.0), product="crude_gallium")
    assert naive_levels(episode, half_way) == pytest.approx([1.0, math.sqrt(3.0), JUMP])
    assert naive_levels(episode, replace(half_way, week=60.0))[1] == 1.0
    assert naive_levels(episode, replace(half_way, kind=FLOW)) == [1.0]
    assert naive_levels(episode, replace(half_way, is_home=True))[2] == 1.0


def test_the_jump_is_capped_and_grows_with_what_is_lost() -> None:
    magnesium = read_episode(EPISODES / "magnesium_power_2021")
    jump = elasticity_jump(magnesium, "magnesium")  # 43 % of nine tenths for 14 of 52 weeks
    assert 1.1 < jump < JUMP
    assert elasticity_jump(read_episode(GALLIUM), "crude_gallium") == JUMP
    bismuth = read_episode(EPISODES / "bismuth_licences_2025")
    assert elasticity_jump(bismuth, "bismuth_oxide") == 1.0  # not listed


# --- sums -------------------------------------------------------------------------------------------
def point(error: float, seen: float, is_in_80: bool = True, is_gate: bool = True, naive: float = 0.5) -> PointScore:
    at = observation(4.0, seen)
    return PointScore(
        at, (1.0,) * 5, error, abs(math.log(seen)), False, is_in_80, error / 2.0, (naive, 0.9, 0.9), 0.0, 0.1, is_gate
    )


def test_every_episode_weighs_alike() -> None:
    many = sums([point(0.1, math.e) for _ in range(9)])
    one = sums([point(0.9, math.e**2, is_in_80=False, naive=0.2)])
    assert many is not None
    assert one is not None
    total = overall([many, one])
    assert total is not None
    assert total.ratio == total.gate_ratio == pytest.approx((0.1 + 0.9) / (1.0 + 2.0))
    assert (total.points, total.in_80, total.least_80) == (10, 0.9, 0.0)
    assert (total.better_than_no_change, total.better_than_all) == (1, 1)
    assert total.crps == pytest.approx((0.05 + 0.45) / 2.0)
    assert total.pit_bins == pytest.approx((1.0, 0.0, 0.0, 0.0, 0.0))


def test_an_episode_without_points_at_the_gate_counts_elsewhere() -> None:
    near, far = sums([point(0.2, math.e)]), sums([point(0.4, math.e, is_gate=False)])
    assert near is not None
    assert far is not None
    total = overall([near, far])
    assert total is not None
    assert total.gate_ratio == pytest.approx(0.2)
    assert total.ratio == pytest.approx(0.3)
    assert sums([]) is None
    assert overall([]) is None


# --- targets ----------------------------------------------------------------------------------------
def test_medians_cope_with_what_never_happens(episode: Episode) -> None:
    values = np.array([3.0, np.inf, 5.0, np.inf, np.inf, np.nan])
    assert quantiles(values, (0.0, 0.1, 0.5)).tolist() == [3.0, pytest.approx(3.8), np.inf]
    assert not hit(episode.targets[0], np.inf)


def test_a_product_over_a_product_is_their_ratio() -> None:
    found = read_episode(EPISODES / "bismuth_licences_2025")
    model = compile_scenario(found.scenario)
    meter = Meter(model, found.loaded.resolutions[0].world.names)
    run = SimpleNamespace(weekly=np.ones((model.n_weeks, len(model.weekly_columns))))
    ratio = meter.reader("price_spot_usd_per_kg", "bismuth_oxide/bismuth_metal", "exCN")(run)
    price = {p: meter._price(p) for p in ("bismuth_oxide", "bismuth_metal")}
    assert price["bismuth_oxide"] != price["bismuth_metal"]
    assert ratio.value == pytest.approx(price["bismuth_oxide"] / price["bismuth_metal"])
    with pytest.raises(Unknown, match="bismuth_oxid"):
        meter.reader("price_spot_usd_per_kg", "bismuth_metal/bismuth_oxid", "exCN")


def test_what_came_another_way_over_what_was_lost() -> None:
    """In the second month half of the direct trade is lost, and a quarter of that leaks in."""
    meter = object.__new__(Meter)
    meter.month_first, meter.month_days = np.array([0.0, 28.0]), np.array([28.0, 28.0])
    month = np.repeat([0, 1], 4)
    run = SimpleNamespace(monthly=np.array([[100.0], [62.5]]), weekly=np.repeat([0.0, 3.125], 4)[:, None])
    path = meter._replaced([0], [0], month)(run)
    assert path.value == pytest.approx([0.0, 0.25])
