"""The control variate that the benchmarks of designs report, against answers that are known."""

import importlib.util
import math
import sys
from pathlib import Path

import numpy as np
import pytest

FILE = Path(__file__).parents[1] / "benchmarks" / "control_variate.py"


@pytest.fixture(scope="module")
def control():
    spec = importlib.util.spec_from_file_location("control_variate", FILE)
    module = sys.modules["control_variate"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module.control
    del sys.modules["control_variate"]


def test_a_linear_function_is_known_without_error(control):
    u = np.random.default_rng(0).uniform(size=(200, 3))
    found = control(3.0 + u @ [2.0, -1.0, 0.5], u, ("a", "b", "c"))
    assert found.mean == pytest.approx(3.0 + 0.75)
    assert found.standard_error < 1e-10
    assert set(found.controls) == {"a", "b", "c"}


def test_the_controlled_mean_of_a_known_function_is_better_and_says_so_honestly(control):
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


def test_noise_gains_nothing_and_is_not_overfitted(control):
    rng = np.random.default_rng(4)
    gains = [control(rng.normal(size=80), rng.uniform(size=(80, 60))).gain for _ in range(50)]
    assert np.median(gains) == 1.0
    assert max(gains) < 1.5


def test_missing_and_constant_outcomes(control):
    u = np.random.default_rng(1).uniform(size=(50, 2))
    y = np.where(np.arange(50) % 2 == 0, np.nan, 4.0)
    found = control(y, u)
    assert (found.mean, found.standard_error, found.controls, found.gain) == (4.0, 0.0, (), 1.0)
    assert math.isnan(control(np.full(50, np.nan), u).mean)
