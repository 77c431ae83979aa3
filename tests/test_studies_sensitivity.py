"""Sensitivity studies: known indices through the same code, draws anew and held, faults, the answer's words."""

from __future__ import annotations

import numpy as np
import pytest
from supplyrisk.experiment.designs import Design
from supplyrisk.spec.resolved import SampledColumn
from supplyrisk.studies.draws import EVERY, Draws, second
from supplyrisk.studies.drivers import effects, narrowing
from supplyrisk.studies.inputs import kind_of
from supplyrisk.studies.run import StudyOptions

from .study_fakes import SCENARIO
from .study_files import faults, run, study

TEXT = """\
study: sensitivity
title: What drives the price
scenario: s.yaml
outcomes: price_paid_index
places: JP
products: part
singles: 3
runs: 512
"""
SHARE, LENGTH, LONG = "ban: share", "ban: duration", "how far use falls in time when the price stays high"
CHANCE = "chance and the model's own error"


def options(name):
    return StudyOptions(engine=f"tests.study_fakes:{name}", workers=1, pool="threads", page=False)


def rows(outcome):
    return outcome.answer.tables[0].frame.set_index("input")


def test_ishigami_has_its_known_indices(tmp_path):
    """V = a²/8 + bπ⁴/5 + b²π⁸/18 + 1/2: first indices 0.314, 0.442, 0; total 0.558, 0.442, 0.244."""
    found = rows(run(study(tmp_path, TEXT, SCENARIO), tmp_path / "out", options("ishigami")))
    for label, first, total in ((SHARE, 0.314, 0.558), (LENGTH, 0.442, 0.442), (LONG, 0.0, 0.244)):
        row = found.loc[label]
        for name, known in (("first", first), ("total", total)):
            low, high = row[f"{name}, low"], row[f"{name}, high"]
            half = (high - low) / 2
            assert low - 0.5 * half <= known <= high + 0.5 * half, (label, name)
            assert 0 < half < 0.15
    others = found.drop([SHARE, LENGTH, LONG])
    assert np.abs(others["total index"]).max() < 1e-9
    assert found.index[0] == SHARE


def test_chance_is_told_apart_and_the_number_to_measure_is_named(tmp_path):
    """Y = 3 a + 2 b + chance: variances as 9 : 4 : 1. With a known the spread of 2 b + chance is left."""
    outcome = run(study(tmp_path, TEXT, SCENARIO), tmp_path / "out", options("weighted"))
    found = rows(outcome)
    for label, known in ((SHARE, 9 / 14), (LENGTH, 4 / 14), (CHANCE, 1 / 14)):
        assert found.loc[label, "total index"] == pytest.approx(known, abs=0.06)
        assert found.loc[label, "first index"] == pytest.approx(known, abs=0.1)
    random = np.random.default_rng(5)
    a, b, c = random.random((3, 400_000)) * [[3.0], [2.0], [1.0]]
    width = [np.subtract(*np.quantile(y, (0.9, 0.1))) for y in (a + b + c, b + c, a + c)]
    assert found.loc[SHARE, "band narrower by"] == pytest.approx(1 - width[1] / width[0], abs=0.06)
    assert found.loc[LENGTH, "band narrower by"] == pytest.approx(1 - width[2] / width[0], abs=0.06)
    assert np.isnan(found.loc[CHANCE, "band narrower by"])
    words = " ".join((outcome.answer.headline, *outcome.answer.sentences))
    assert f"Measure next: {SHARE}." in words
    assert outcome.answer.facts["targets"][0]["chance"] == pytest.approx(1 / 14, abs=0.03)
    assert [chart.name for chart in outcome.answer.charts] == ["tornado_1", "measure_next_1", "total_1"]
    spans = outcome.answer.charts[0].frame.set_index("input")
    assert spans.loc[SHARE, "if highest fifth"] - spans.loc[SHARE, "median if lowest fifth"] == pytest.approx(
        2.4, abs=0.2
    )


def test_groups_are_as_the_file_says(tmp_path):
    text = TEXT.replace("runs: 512", "runs: 128\ngroups: [{name: the ban, inputs: events.ban.*}]\nscale: rank")
    outcome = run(study(tmp_path, text, SCENARIO), tmp_path / "out", options("weighted"))
    found = rows(outcome)
    assert found.loc["the ban", "total index"] > 0.8
    assert SHARE not in found.index
    members = outcome.answer.tables[1].frame
    assert set(members[members["input"] == "the ban"]["number"]) == {SHARE, LENGTH}


def test_an_outcome_that_does_not_vary_hangs_on_nothing(tmp_path):
    text = TEXT.replace("price_paid_index", "production_t").replace("runs: 512", "runs: 64")
    outcome = run(study(tmp_path, text, SCENARIO), tmp_path / "out", options("weighted"))
    assert outcome.answer.headline == "None of the outcomes varies between runs: no number matters here."


def test_the_model_itself_answers(tmp_path):
    text = TEXT.replace("runs: 512", "runs: 16\nscreening_runs: 4\ngroups: [{name: everything, inputs: '*'}]")
    outcome = run(study(tmp_path, text), tmp_path / "out")
    assert outcome.manifest["counts"]["cells"] == len(outcome.answer.tables[-1].frame) + 3 + 2 * (
        len(rows(outcome)) - 1
    )
    assert rows(outcome)["total index"].max() > 0.1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("runs: 512", "runs: 10", "runs: must be 16 or more"),
        ("runs: 512", "runs: 64\nblock: 40", "block: must be at most half of the runs (got 40, with 64 runs)"),
        ("singles: 3", "arms: [scenario, baseline]", "arms: takes one arm"),
        ("singles: 3", "arms: reserv", "no such arm (got reserv); did you mean reserve"),
        ("singles: 3", "groups: [{name: a, inputs: cover_wek}]", "fits no uncertain number (got cover_wek)"),
        ("singles: 3", "groups: [{name: a, inputs: '*'}, {name: a, inputs: '*'}]", "groups[1].name: stands there twice"),
        ("singles: 3", "groups: [{name: a, inputs: []}]", "names no number"),
        ("singles: 3", "scale: log", "scale"),
    ],
)  # fmt: skip
def test_faults(tmp_path, old, new, said):
    found = faults(tmp_path, TEXT.replace(old, new), SCENARIO)
    assert any(said in fault for fault in found), found


# --- draws ------------------------------------------------------------------------------------------

COLUMNS = tuple(SampledColumn(name, name, "uniform", (0.0, 1.0), 0.5) for name in "abc")


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
def test_what_is_drawn_anew_is_independent_and_all_else_the_same(sampler):
    usual = Design(COLUMNS, (), sampler, 3, 512)
    some, every = (Draws(names).design(usual).values(0, 512) for names in (("b",), (EVERY,)))
    plain = usual.values(0, 512)
    assert np.array_equal(some[:, [0, 2]], plain[:, [0, 2]])
    assert np.array_equal(some[:, 1], every[:, 1])
    for j in range(3):
        assert abs(np.corrcoef(every[:, j], plain[:, j])[0, 1]) < 0.15
        assert abs(every[:, j].mean() - 0.5) < 0.05
    parts = Draws(("b",)).design(usual)
    assert np.array_equal(np.concatenate([parts.values(0, 77), parts.values(77, 512)]), some)


def test_what_is_held_keeps_the_first_run_of_its_block():
    usual = Design(COLUMNS, (), "lhs", 3, 96)
    held = Draws((), False, ("a", "c"), 32).design(usual)
    values, plain = held.values(0, 96), usual.values(0, 96)
    assert np.array_equal(values[:, 1], plain[:, 1])
    assert np.array_equal(values[:, 0], np.repeat(plain[[0, 32, 64], 0], 32))
    assert np.array_equal(held.values(40, 50), values[40:50])


def test_chance_has_a_seed_of_its_own():
    assert Draws(chance=True).seed(7) == second(7) != second(8)
    assert Draws(("a",)).seed(7) == 7


def test_narrowing_by_hand():
    """Blocks of width 0.8 within, 1.6 without: half."""
    ramp = np.linspace(0.0, 1.0, 101)
    known, usual = np.concatenate([ramp, 5.0 + ramp]), np.concatenate([2.0 * ramp, 2.0 * ramp])
    found = narrowing(known, usual, 101, 1)
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))


def test_effects_by_hand():
    assert effects(np.array([0.0, 2.0]), np.array([3.0])) == pytest.approx(3.0)
    assert effects(np.array([1.0, 1.0]), np.array([1.0])) == 0.0


def test_kinds():
    assert kind_of("cover_weeks.ht_magnet.JP") == "stocks that firms hold"
    assert kind_of("events.ban.share") == "the events"
    assert kind_of("attention_weeks") == "how prices and orders form"
