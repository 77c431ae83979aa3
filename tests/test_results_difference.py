"""Differences between arms and batches against answers that are known: run by run where draws are shared, else of means."""

import math
from dataclasses import replace

import numpy as np
import pytest
from supplyrisk import open_run
from supplyrisk.errors import SupplyriskError
from supplyrisk.experiment.batch import Options, run_batch
from supplyrisk.results.difference import confidence, paired, unpaired
from supplyrisk.results.folder import create

from tests import fakes


def test_the_interval_is_students() -> None:
    # Worked out by hand: differences 1, 2, 3, 4; sd 1.2910, error 0.6455, t(3) = 3.1824.
    found = paired(np.array([1.0, 3.0, 5.0, 7.0, np.nan]), np.array([0.0, 1.0, 2.0, 3.0, 9.0]), "t")
    assert found.mean == 2.5
    assert found.standard_error == pytest.approx(0.645497, abs=1e-6)
    assert found.interval == pytest.approx((2.5 - 2.054260, 2.5 + 2.054260), abs=1e-5)
    assert (found.runs, found.p50, found.unit) == (4, 2.5, "t")
    assert found.gain > 1.0
    assert str(found).startswith("2.5 t in the mean (95 % interval: 0.4457 to 4.554; 4 pairs of runs)")


def test_without_pairs_means_are_compared() -> None:
    # Equal sizes and variances: Welch's degrees of freedom are 2 (n - 1) = 4, t(4) = 2.7764.
    found = unpaired(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0, np.nan]), "other seeds", "%")
    assert found.mean == -3.0
    assert found.standard_error == pytest.approx(math.sqrt(2.0 / 3.0))
    assert found.high - found.mean == pytest.approx(2.776445 * math.sqrt(2.0 / 3.0), abs=1e-5)
    assert (found.paired, found.why, found.runs) == (False, "other seeds", 3)
    assert math.isnan(found.p50)
    assert "3 runs each, not paired: other seeds" in str(found)


def test_little_is_said_of_few_runs() -> None:
    none = paired(np.array([np.nan]), np.array([1.0]))
    assert (none.runs, math.isnan(none.mean), math.isnan(none.low)) == (0, True, True)
    one = paired(np.array([3.0]), np.array([1.0]))
    assert (one.runs, one.mean, one.p10, math.isnan(one.low)) == (1, 2.0, 2.0, True)
    assert unpaired(np.array([]), np.array([1.0]), "x").runs == 0
    assert math.isnan(unpaired(np.array([1.0]), np.array([2.0, 3.0]), "x").low)
    assert all(map(math.isnan, confidence(1.0, math.nan, 5)))
    never = paired(np.array([np.inf, 2.0, 4.0]), np.array([np.inf, 1.0, 1.0]))
    assert (never.runs, never.mean) == (2, 2.0)


def test_what_never_changes_is_known_without_error() -> None:
    same = paired(np.full(5, 2.0), np.full(5, 1.0))
    assert (same.mean, same.standard_error, same.interval, same.gain) == (1.0, 0.0, (1.0, 1.0), 1.0)
    constant = unpaired(np.full(3, 2.0), np.full(4, 1.0), "x")
    assert constant.interval == (1.0, 1.0)


def test_nineteen_intervals_of_twenty_hold_the_truth() -> None:
    rng = np.random.default_rng(5)
    held = {"paired": 0, "unpaired": 0}
    for _ in range(2000):
        draws = rng.normal(size=8)
        a, b = draws + rng.normal(1.0, 0.5, 8), draws
        c = rng.normal(0.0, 3.0, 12)
        for name, found in (("paired", paired(a, b)), ("unpaired", unpaired(a, c, "apart"))):
            held[name] += found.low <= 1.0 <= found.high
    assert all(1870 < count < 1930 for count in held.values()), held


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    path = tmp_path_factory.mktemp("compare")
    options = Options(engine="tests.fakes:ENGINE", workers=1)
    made = {}
    for name, change in (("a", {}), ("same", {}), ("seed", {"seed": 8}), ("lhs", {"sampler": "lhs"})):
        run_batch(fakes.scenario(runs=60), lambda name=name: create(path / name), replace(options, **change))
        made[name] = open_run(path / name)
    return made


WHERE = {"product": "magnet", "place": "world"}


def test_arms_of_a_batch_are_paired(results):
    found = results["a"].difference("shortage_t", **WHERE)
    assert found.paired
    assert found.runs == 60
    assert found.mean > 0
    assert found.interval[0] < found.mean < found.interval[1]
    policy = results["a"].difference("shortage_t", arm="stockpile", **WHERE)
    assert policy.mean < 0
    assert policy.gain > 1.2


def test_batches_of_the_same_draws_are_paired_and_others_are_not(results):
    here = results["a"]
    same = here.difference("shortage_t", other=results["same"], **WHERE)
    assert same.paired
    assert (same.mean, same.standard_error) == (0.0, 0.0)
    for name, why in (("seed", "seeds"), ("lhs", "samplers")):
        apart = here.difference("shortage_t", other=results[name], **WHERE)
        assert not apart.paired
        assert why in apart.why
        assert apart.standard_error > 0


def test_batches_of_another_version_of_the_code_are_not_paired(results, monkeypatch):
    other = results["same"]
    manifest = {**other.manifest, "hashes": {**other.manifest["hashes"], "code": "0" * 64}}
    monkeypatch.setitem(other._source.__dict__, "manifest", manifest)
    found = results["a"].difference("shortage_t", other=other, **WHERE)
    assert not found.paired
    assert "different versions of the model" in found.why


def test_weeks_of_shortages_that_never_came_are_left_out(results):
    found = results["a"].difference("first_stoppage_week", arm="stockpile", **WHERE)
    assert 0 < found.runs < 60
    assert not math.isnan(found.mean)


def test_unknown_rows_are_said(results):
    with pytest.raises(SupplyriskError, match="not reported for product magnets; did you mean magnet"):
        results["a"].difference("shortage_t", product="magnets", place="world")
