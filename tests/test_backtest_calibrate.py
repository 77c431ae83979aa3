"""The shared behaviour: its table, its prior, and a calibration that can be repeated."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from sim.backtest import calibrate as module
from sim.backtest.calibrate import calibrate
from sim.backtest.priors import HIGH, LOW, PRIORS, as_columns, own_values, write_ensemble
from sim.language.numbers import Sampled
from sim.spec.load import read_world
from sim.spec.parameters import PARAMETER_BY_NAME
from sim.spec.worldfile import ENSEMBLE, SHIPPED, shipped_worlds, using_ensemble


class Bowl:
    """Stands for the episodes: the closer to a point of the prior, the better."""

    def __init__(self) -> None:
        self.goal = LOW + 0.7 * (HIGH - LOW)
        self.seeds: list[int] = []

    def distances(self, theta: np.ndarray, seed: int) -> np.ndarray:
        self.seeds.append(seed)
        return np.abs(theta - self.goal) / (HIGH - LOW)


def test_rounds_approach_what_fits_and_stay_in_the_prior() -> None:
    bowl = Bowl()
    found = calibrate(bowl, 300, 5, 40, 3)  # type: ignore[arg-type]
    assert found.theta.shape == (40, len(PRIORS))
    assert (found.theta >= LOW).all()
    assert (found.theta <= HIGH).all()
    assert found.rounds[-1] < 0.75 * found.rounds[0]
    assert len(set(bowl.seeds)) == 5  # every round draws the rest anew


def test_the_same_seed_gives_the_same_sets() -> None:
    first, again, other = (calibrate(Bowl(), 60, 2, 10, seed).theta for seed in (1, 1, 2))  # type: ignore[arg-type]
    assert (first == again).all()
    assert (first != other).any()


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
    engine = get_engine("reference")
    columns = [j for j, c in enumerate(model.weekly_columns) if c.variable == "price_spot_index"]
    sets = len(next(c for c in model.sampled if c.kind == "table").args)
    for row in range(0, sets, max(1, sets // 3)):
        values = np.array([c.args[row] if c.kind == "table" else c.central for c in model.sampled])
        weekly = engine.run(model, 0, row, 1, values).weekly
        assert np.abs(weekly[:, columns] - 1.0).max() < 1e-9


def test_leaving_out_an_unknown_episode_is_refused() -> None:
    from click.testing import CliRunner

    from sim.cli import main

    result = CliRunner().invoke(main, ["calibrate", "--leave-out", "gallium_licences_2032"])
    assert result.exit_code == 2
    assert "no episode is called gallium_licences_2032; did you mean gallium_licences_2023" in result.output
    assert module.KEPT < 1.0
