"""Control variates and paired differences against answers that are known."""

import math
from dataclasses import replace

import numpy as np
import pytest
from supplyrisk.errors import SupplyriskError
from supplyrisk.experiment.batch import Options, run_batch
from supplyrisk.experiment.compare import Side, compare, why_unpaired
from supplyrisk.experiment.control_variate import control, of_folder
from supplyrisk.results.folder import create

from tests import fakes


def test_a_linear_function_is_known_without_error():
    u = np.random.default_rng(0).uniform(size=(200, 3))
    found = control(3.0 + u @ [2.0, -1.0, 0.5], u, ("a", "b", "c"))
    assert found.mean == pytest.approx(3.0 + 0.75)
    assert found.standard_error < 1e-10
    assert set(found.controls) == {"a", "b", "c"}


def test_the_controlled_mean_of_a_known_function_is_better_and_says_so_honestly():
    """exp(u) + noise has mean e - 1; nine tenths of its spread are linear in u."""
    truth = math.e - 1.0
    plain, controlled, covered, told = [], [], 0, []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        u = rng.uniform(size=(100, 2))
        found = control(np.exp(u[:, 0]) + 0.1 * rng.normal(size=100), u)
        plain.append(found.plain_mean - truth)
        controlled.append(found.mean - truth)
        told.append(found.standard_error)
        covered += abs(found.mean - truth) < 1.98 * found.standard_error
    gain = np.var(plain) / np.var(controlled)
    assert gain > 8
    assert np.mean(told) == pytest.approx(np.std(controlled), rel=0.12)
    assert 0.91 < covered / 300 < 0.985


def test_noise_gains_nothing_and_is_not_overfitted():
    rng = np.random.default_rng(4)
    gains = [control(rng.normal(size=80), rng.uniform(size=(80, 60))).gain for _ in range(50)]
    assert np.median(gains) == 1.0
    assert max(gains) < 1.5


def test_missing_and_constant_outcomes():
    u = np.random.default_rng(1).uniform(size=(50, 2))
    y = np.where(np.arange(50) % 2 == 0, np.nan, 4.0)
    found = control(y, u)
    assert (found.mean, found.standard_error, found.controls, found.gain) == (4.0, 0.0, (), 1.0)
    assert math.isnan(control(np.full(50, np.nan), u).mean)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    path = tmp_path_factory.mktemp("compare")
    options = Options(engine="tests.fakes:ENGINE", workers=1)
    made = {}
    for name, change in (("a", {}), ("same", {}), ("seed", {"seed": 8}), ("lhs", {"sampler": "lhs"})):
        run_batch(fakes.scenario(runs=60), lambda name=name: create(path / name), replace(options, **change))
        made[name] = path / name
    return made


def test_arms_of_a_batch_are_paired(folders):
    here = folders["a"]
    found = compare(Side(here, "scenario"), Side(here, "baseline"), "shortage_t", "magnet", "world")
    assert found.paired
    assert found.runs == 60
    assert found.mean > 0
    assert found.interval[0] < found.mean < found.interval[1]
    policy = compare(Side(here, "policy:stockpile"), Side(here, "scenario"), "shortage_t", "magnet", "world")
    assert policy.mean < 0
    assert policy.gain > 1.2


def test_batches_of_the_same_draws_are_paired_and_others_are_not(folders):
    here = Side(folders["a"], "scenario")
    same = compare(here, Side(folders["same"], "scenario"), "shortage_t", "magnet", "world")
    assert same.paired
    assert (same.mean, same.standard_error) == (0.0, 0.0)
    for name, why in (("seed", "seeds"), ("lhs", "samplers")):
        other = compare(here, Side(folders[name], "scenario"), "shortage_t", "magnet", "world")
        assert not other.paired
        assert why in other.why
        assert other.standard_error > 0
    assert why_unpaired(folders["a"], folders["same"]) == ""


def test_weeks_of_shortages_that_never_came_are_left_out(folders):
    here = folders["a"]
    found = compare(Side(here, "policy:stockpile"), Side(here, "scenario"), "first_stoppage_week", "magnet", "world")
    assert 0 < found.runs < 60
    assert not math.isnan(found.mean)


def test_unknown_rows_are_said(folders):
    with pytest.raises(SupplyriskError, match="no shortage_t for magnets"):
        compare(Side(folders["a"], "scenario"), Side(folders["a"], "baseline"), "shortage_t", "magnets", "world")


def test_control_in_a_run_folder(folders):
    found = of_folder(folders["a"], "shortage_t", "magnet", "world", "all", "scenario")
    assert found.gain > 1.0
    assert "depth" in found.controls
    assert found.mean == pytest.approx(found.plain_mean, abs=4 * found.plain_standard_error)
