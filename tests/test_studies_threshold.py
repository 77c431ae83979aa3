"""Break-even: the search on toys with a known answer, its interval, doubts, and the study around it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from click.testing import CliRunner
from supplyrisk.cli import main
from supplyrisk.results.store import Store
from supplyrisk.studies import lab as lab_room
from supplyrisk.studies.criterion import Criterion
from supplyrisk.studies.crossing import Target, conclude, search

from .study_files import SHORT, faults, run, study

RESERVE = """\
study: threshold
title: How large a reserve
scenario: s.yaml
vary:
  path: policies.reserve.events.strategic_stockpile.target
  name: reserve
  range: {low: 0 weeks, high: 40 weeks, steps: 3}
criterion: {outcome: price_paid_peak_index, product: metal, place: exCN, at_most: 1.2}
arm: reserve
tolerance: 5 weeks
in_share_of_runs: 50 %
runs: 5
"""
SHARE = """\
study: threshold
title: How large a share
scenario: s.yaml
vary: {path: baseline.shares.metal.CN, name: share, range: {low: 50 %, high: 90 %, steps: 3}}
criterion: {outcome: supplier_hhi, product: metal, place: world, at_most: 0.5801}
arm: baseline
find: largest
tolerance: 1 %
runs: 2
"""
CALM = SHORT.replace("outlook:\n  demand_growth: {cars: 3 %/yr}\n", "outlook: calm\n")


def toy(thresholds, rising=True):
    """Run r holds the criterion from its own threshold on."""

    def evaluate(values):
        return [(v >= thresholds if rising else v <= thresholds).astype(float) for v in values]

    return evaluate


def found(evaluate, target, first=range(0, 1001, 125)):
    return conclude(search(evaluate, target, list(first)), target)


# --- the search -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rising", [True, False])
def test_the_answer_is_the_runs_own_quantile(rising):
    """Of 100 runs with thresholds 1 to 1000, nine tenths hold from the 90th threshold on (up to the 11th)."""
    own = np.random.default_rng(5).permutation(np.linspace(1, 1000, 100).round())
    crossing = found(toy(own, rising), Target(0.9, rising, 1000, 500, 1))
    assert crossing.at == (np.sort(own)[89] if rising else np.sort(own)[10])
    assert crossing.state == "found"
    assert crossing.monotone
    assert crossing.turncoats == 0.0
    assert min(crossing.low, crossing.high) <= crossing.at <= max(crossing.low, crossing.high)


@pytest.mark.parametrize(("share", "rising"), [(0.9, True), (0.5, True), (0.8, False)])
def test_the_interval_covers_the_truth_in_nine_of_ten_repetitions(share, rising):
    """Thresholds of the runs are normal, so that the true answer is known."""
    from scipy.special import ndtri

    truth = 500 + 120 * (ndtri(share) if rising else ndtri(1 - share))
    covered = 0
    for seed in range(150):
        own = 500 + 120 * np.random.default_rng(seed).standard_normal(100)
        crossing = found(toy(own, rising), Target(share, rising, 1000, 200, seed % 5))
        low, high = sorted((crossing.low, crossing.high))
        covered += low - 1 <= truth <= high + 1  # a step of the lattice
    assert 0.84 <= covered / 150 <= 0.97  # 90 %, give or take what 150 repetitions and the lattice allow


def test_few_values_are_tried():
    own = 500 + 120 * np.random.default_rng(3).standard_normal(200)
    tried = search(toy(own), Target(0.9, True, 1000, 200, 1), [0, 250, 500, 750, 1000])
    assert len(tried) < 5 + 3 * 8 + 6


def test_no_value_and_every_value():
    own = np.full(50, 2000.0)
    assert found(toy(own), Target(0.9, True, 1000, 100, 1)).state == "never"
    assert found(toy(own - 3000), Target(0.9, True, 1000, 100, 1)).state == "always"


def test_an_answer_that_resamples_lose_has_an_open_end():
    own = np.concatenate([np.full(45, 100.0), np.full(5, 5000.0)])  # exactly nine in ten hold
    crossing = found(toy(own), Target(0.9, True, 1000, 400, 1))
    assert (crossing.at, crossing.high) == (100, math.inf)


def test_a_curve_that_turns_back_is_told():
    def evaluate(values):
        rise = np.linspace(0, 1, 200)
        return [(rise < (v / 1000 if v < 400 or v > 600 else 0.05)).astype(float) for v in values]

    crossing = found(evaluate, Target(0.7, True, 1000, 200, 1))
    assert not crossing.monotone
    assert crossing.wobble == pytest.approx(0.325, abs=0.06)
    assert crossing.turncoats > 0.2
    assert crossing.at >= 690  # from here on it is held throughout


def test_runs_that_do_not_count_are_left_out():
    own = np.concatenate([np.arange(1.0, 101.0), np.full(100, np.nan)])

    def evaluate(values):
        return [np.where(np.isnan(own), np.nan, (v >= own).astype(float)) for v in values]

    assert found(evaluate, Target(0.9, True, 1000, 100, 1)).at == 90


# --- the criterion ----------------------------------------------------------------------------------


def test_levels_have_the_unit_of_the_outcome():
    def level(outcome, text):
        return Criterion.model_validate({"outcome": outcome, "at_most": text}).level

    assert level("output_at_risk_usd", "2 billion") == 2e9
    assert level("shortage_unserved_weeks", "14 days") == 2.0
    assert level("shortage_percent", "5 %") == 5.0
    assert level("price_paid_peak_index", "150 %") == 1.5


def test_a_week_that_never_comes_is_late():
    late = Criterion.model_validate({"outcome": "first_stoppage_week", "at_least": "20"})
    ok = np.array([1.0, 1.0, 1.0, 0.0])
    assert np.array_equal(
        late.holds(np.array([10.0, 30.0, np.nan, np.nan]), ok), [0.0, 1.0, 1.0, np.nan], equal_nan=True
    )
    share = Criterion.model_validate({"outcome": "shortage_percent", "at_most": "5"})
    assert np.array_equal(
        share.holds(np.array([4.0, 6.0, np.nan, 1.0]), ok), [1.0, 0.0, np.nan, np.nan], equal_nan=True
    )


# --- the study --------------------------------------------------------------------------------------


def test_a_break_even_is_the_smallest_value_that_holds(tmp_path):
    """A closed form through the whole study: the world's concentration s^2 + (1-s)^2 is at most 0.58 up to s = 70 %."""
    done = run(study(tmp_path, SHARE, CALM), tmp_path / "out")
    assert done.answer.facts["value"] == "70 %"
    assert "up to 70 % of share" in done.answer.headline
    assert done.manifest["counts"]["cells"] < 12
    assert done.manifest["answer"]["value"] == "70 %"


def test_an_interrupted_search_goes_on_the_same_way(tmp_path, monkeypatch):
    loaded = study(tmp_path, SHARE, CALM)
    whole = run(loaded, tmp_path / "a")
    jobs = []
    compute = lab_room.compute

    def few(job):
        jobs.append(job)
        if len(jobs) > 4:  # three values to begin with, one middle
            raise KeyboardInterrupt
        return compute(job)

    with monkeypatch.context() as patched:
        patched.setattr(lab_room, "compute", few)
        with pytest.raises(KeyboardInterrupt):
            run(loaded, tmp_path / "b")
    assert len(Store(tmp_path / "b").spans()) == 4
    words = ["resume", str(tmp_path / "b"), "--engine", "reference", "--workers", "1", "--no-report"]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert Store(tmp_path / "b").manifest()["results_hash"] == whole.manifest["results_hash"]
    assert (tmp_path / "b" / "figures" / "study_threshold.png").exists()


def test_values_may_be_listed(tmp_path):
    listed = RESERVE.replace(
        "range: {low: 0 weeks, high: 40 weeks, steps: 3}", "values: [30 weeks, 10 weeks, 20 weeks]"
    )
    done = run(study(tmp_path, listed.replace("tolerance: 5 weeks\n", "")), tmp_path / "out")
    assert [placed["reserve"] for placed in done.answer.tables[0].frame.to_dict("records")] == [
        "10 weeks",
        "20 weeks",
        "30 weeks",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("arm: reserve", "arm: reservee", "no such arm (got reservee); did you mean reserve"),
        ("product: metal", "product: metall", "is not reported for it (got metall); did you mean metal"),
        ("place: exCN", "place: JPN", "is not reported for it (got JPN)"),
        ("at_most: 1.2", "at_most: 12 weeks", "has a wrong unit (got '12 weeks')"),
        (", at_most: 1.2", "", "needs either at_most or at_least"),
        ("tolerance: 5 weeks", "tolerance: 5 days", "must be in weeks (got 5 days)"),
        ("tolerance: 5 weeks", "tolerance: 30 weeks", "at most half of the range"),
        ("range: {low: 0 weeks, high: 40 weeks, steps: 3}", "values: [small, large]", "must be numbers of one unit"),
        ("in_share_of_runs: 50 %", "in_share_of_runs: 100 %", "must be between 0.01 and 0.99"),
    ],
)
def test_faults(tmp_path, old, new, said):
    assert old in RESERVE
    found_here = faults(tmp_path, RESERVE.replace(old, new))
    assert any(said in fault for fault in found_here), found_here


@pytest.mark.parametrize(
    ("text", "fine"),
    [(RESERVE, "5 weeks"), (SHARE, "1 %"), (SHARE.replace("tolerance: 1 %", "tolerance: 0.5 %"), "0.5 %")],
)
def test_how_fine_the_answer_is_has_its_unit(tmp_path, text, fine):
    loaded = study(tmp_path, text)
    told = " ".join(loaded.spec.sentences(loaded))
    assert told.endswith(f"until the answer is known to within {fine}.")
