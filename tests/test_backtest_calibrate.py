"""The shared behaviour: its table, its prior, and a calibration that can be repeated."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from sim.backtest.calibrate import any_behaviour, calibrate, score, with_columns
from sim.backtest.priors import HIGH, LOW, PRIORS, as_columns, own_values, read_ensemble, write_ensemble
from sim.backtest.rest import WORLDS, Stop
from sim.language.numbers import Sampled
from sim.spec.load import read_world
from sim.spec.parameters import PARAMETER_BY_NAME
from sim.spec.worldfile import ENSEMBLE, SHIPPED, shipped_worlds, using_ensemble


class Bowl:
    """Stands for the episodes: the closer to a point of the prior, the better."""

    def __init__(self) -> None:
        self.goal = LOW + 0.7 * (HIGH - LOW)
        self.asked: set[tuple[int, int]] = set()

    def distances(self, theta: np.ndarray, draws: int, seed: int) -> np.ndarray:
        self.asked.add((draws, seed))
        return np.maximum(0.0, np.abs(theta - self.goal) / (HIGH - LOW) - 0.05)

    def unrest(self, theta: np.ndarray, seed: int) -> np.ndarray:
        return np.zeros(len(theta))


def test_generations_approach_what_fits_and_stay_in_the_prior() -> None:
    bowl = Bowl()
    found = calibrate(bowl, 60, 60, 5, 3)  # type: ignore[arg-type]
    assert found.theta.shape == (60, len(PRIORS))
    assert (found.theta >= LOW).all()
    assert (found.theta <= HIGH).all()
    assert found.generations[-1] < 0.6 * found.generations[0]
    assert bowl.asked == {(5, 3)}  # all sets meet the same draws


def test_what_the_episodes_say_nothing_of_keeps_its_prior_range() -> None:
    class Deaf(Bowl):
        def distances(self, theta: np.ndarray, draws: int, seed: int) -> np.ndarray:
            return np.zeros((len(theta), 3))

    found = calibrate(Deaf(), 200, 30, 1, 1).theta  # type: ignore[arg-type]
    share = (found - LOW) / (HIGH - LOW)
    assert share.mean(axis=0) == pytest.approx(0.5, abs=0.12)
    assert (share.std(axis=0) > 0.2).all()


def test_the_same_seed_gives_the_same_sets() -> None:
    first, again, other = (calibrate(Bowl(), 30, 3, 1, seed).theta for seed in (1, 1, 2))  # type: ignore[arg-type]
    assert (first == again).all()
    assert (first != other).any()


def test_sets_are_read_back_from_their_table(tmp_path: Path) -> None:
    theta = LOW + (HIGH - LOW) * np.random.default_rng(2).random((5, len(PRIORS)))
    write_ensemble(tmp_path / "t.csv", theta)
    assert read_ensemble(tmp_path / "t.csv") == pytest.approx(theta, rel=1e-3)


def test_a_search_may_begin_where_another_ended() -> None:
    bowl = Bowl()
    near = np.tile(bowl.goal, (10, 1))
    warm, cold = (calibrate(bowl, 30, 1, 1, 1, start=start) for start in (near, None))  # type: ignore[arg-type]
    assert warm.score.min() == 0.0 < cold.score.min()


def test_a_miss_counts_more_than_its_distance() -> None:
    distances = np.array([[0.0, 0.0], [0.01, 0.0], [1.0, 1.0]])
    assert score(distances, np.zeros(3)) == pytest.approx([0.0, 0.255, 1.5])
    assert score(distances, np.array([0.0, 0.2, 9.0])) == pytest.approx([0.0, 0.455, 4.5])


def test_priors_lie_within_what_parameters_may_be() -> None:
    for prior in PRIORS:
        assert prior.low < prior.high
        assert prior.source
        if not prior.times:
            parameter = PARAMETER_BY_NAME[prior.name]
            assert parameter.low <= prior.low
            assert prior.high <= parameter.high


def test_scaled_parameters_keep_the_proportions_of_products(tmp_path: Path) -> None:
    names, columns = as_columns(np.array([LOW, (LOW + HIGH) / 2.0]))
    own = own_values()["fear_weeks"]
    first, second = (columns[:, names.index(f"fear_weeks.{p}")] for p in ("ht_magnet", "crude_gallium"))
    assert first / second == pytest.approx(own["ht_magnet"] / own["crude_gallium"])
    write_ensemble(tmp_path / "t.csv", np.array([LOW, HIGH]))
    with using_ensemble(tmp_path / "t.csv"):
        world = read_world("gallium").world
    assert world.values["storage_exponent", ""] == Sampled("behaviour.storage_exponent")
    assert not isinstance(world.values["margin_exponent", "crude_gallium"], type(None))
    assert world.values["margin_exponent", "crude_gallium"] != Sampled("behaviour.margin_exponent")


@pytest.mark.skipif(not (SHIPPED / ENSEMBLE).exists(), reason="no table is shipped")
@pytest.mark.parametrize("name", shipped_worlds())
def test_shipped_sets_are_in_every_world_and_within_the_prior(name: str) -> None:
    with (SHIPPED / ENSEMBLE).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 50
    for prior in PRIORS:
        if not prior.times:
            values = [float(row[prior.name]) for row in rows]
            assert prior.low - 1e-3 <= min(values)
            assert max(values) <= prior.high * 1.001
    columns = read_world(name).columns
    tables = [column for column in columns.values() if column.kind == "table"]
    assert tables
    assert {len(column.args) for column in tables} == {len(rows)}


@pytest.mark.skipif(not (SHIPPED / ENSEMBLE).exists(), reason="no table is shipped")
@pytest.mark.parametrize("name", ["ndfeb", "gallium"])
def test_nothing_moves_without_events_whatever_the_accepted_set(name: str, tmp_path: Path) -> None:
    from sim.engines import get_engine
    from sim.model.compile import compile_scenario
    from sim.spec.load import text_scenario

    text = f"title: t\nquestion: q\nworld: {name}\nhorizon: {{start: 2025-01-01, end: 2026-12-31}}\n"
    scenario = text_scenario(text, tmp_path / "x.yaml").scenarios[0]
    model = compile_scenario(scenario)
    engine = get_engine("batch")
    columns = [j for j, c in enumerate(model.weekly_columns) if c.variable == "price_spot_index"]
    sets = len(next(c for c in model.sampled if c.kind == "table").args)
    for row in range(sets):
        values = np.array([c.args[row] if c.kind == "table" else c.central for c in model.sampled])
        weekly = engine.run(model, 0, row, 1, values).weekly
        assert np.abs(weekly[:, columns] - 1.0).max() < 1e-9


def test_a_start_that_is_no_table_of_behaviour_is_refused(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from sim.cli import main

    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["calibrate", "--start", str(tmp_path / "other.csv")])
    assert result.exit_code == 2
    assert "is no table that calibrate wrote: 'storage_exponent'" in result.output


def test_leaving_out_an_unknown_episode_is_refused() -> None:
    from click.testing import CliRunner

    from sim.cli import main

    result = CliRunner().invoke(main, ["calibrate", "--leave-out", "gallium_licences_2032"])
    assert result.exit_code == 2
    assert "no episode is called gallium_licences_2032; did you mean gallium_licences_2023" in result.output


@pytest.mark.skipif(not (SHIPPED / ENSEMBLE).exists(), reason="no table is shipped")
@pytest.mark.parametrize("world", WORLDS)
def test_prices_come_to_rest_after_a_stop_that_passes_whatever_the_accepted_set(world: str) -> None:
    with any_behaviour():
        stop = Stop(world)
    theta = read_ensemble(SHIPPED / ENSEMBLE)
    names, columns = as_columns(theta)
    unrest = stop.unrest(with_columns(stop, stop.central(len(theta)), names, columns), 1)
    assert unrest.max() == 0.0


def test_a_behaviour_that_swings_for_ever_is_seen() -> None:
    with any_behaviour():
        stop = Stop("ndfeb")
    wild = (LOW + HIGH) / 2.0
    place = {prior.name: k for k, prior in enumerate(PRIORS)}
    for name, value in {"storage_exponent": 1.3, "trend_response": 2.0, "trend_delay_weeks": 4.0}.items():
        wild[place[name]] = value
    names, columns = as_columns(wild[None, :])
    assert stop.unrest(with_columns(stop, stop.central(1), names, columns), 1)[0] > 1.0
