"""Discovery studies: a planted box is found, noise is called noise, statistics by hand, faults."""

from __future__ import annotations

import itertools
import re
from types import SimpleNamespace

import numpy as np
import pytest
from supplyrisk.studies.boxes import Box, count, find_box, peel, quasi_p, stability, telling, tree
from supplyrisk.studies.discoveries import line_said, search
from supplyrisk.studies.line import Line
from supplyrisk.studies.run import StudyOptions

from .study_fakes import SCENARIO
from .study_files import SHORT, faults, run, study

TEXT = """\
study: discovery
title: When is it dear
scenario: s.yaml
line: {outcome: price_paid_peak_index, product: part, place: JP, above: 3 times}
places: JP
runs: 800
"""


def options(name):
    return StudyOptions(engine=f"tests.study_fakes:{name}", workers=1, pool="threads", page=False)


def planted(runs=1200, inputs=12, purity=0.9, seed=3):
    """Cases where x0 > 0.6 and x1 < 0.5, a tenth of all labels exchanged."""
    random = np.random.default_rng(seed)
    x = random.random((runs, inputs))
    y = (x[:, 0] > 0.6) & (x[:, 1] < 0.5)
    return x, np.where(random.random(runs) < purity, y, ~y)


def test_a_planted_box_is_found_through_a_whole_study(tmp_path):
    outcome = run(study(tmp_path, TEXT, SCENARIO), tmp_path / "out", options("planted"))
    first = outcome.answer.facts["boxes"][0]
    assert set(first["limits"]) == {"events.ban.share", "events.ban.duration"}
    assert first["limits"]["events.ban.share"] == [pytest.approx(0.5 + 0.6 * 0.5, abs=0.02), None]
    assert first["limits"]["events.ban.duration"] == [None, pytest.approx(70 + 0.5 * 140, abs=4)]
    assert first["density"] > 0.97
    assert first["coverage"] > 0.9
    assert outcome.answer.facts["share"] == pytest.approx(0.2, abs=0.03)
    words = outcome.answer.headline
    assert "of the runs in which" in words
    assert re.search(r"ban: share is at least (79\.\d|80|80\.\d) % \(the highest", words)  # in the unit of the file
    assert "it goes by 2 of the 2 inputs of the box as well" in outcome.answer.sentences[-1]
    table = outcome.answer.tables[0].frame
    assert (table["quasi-p"] < 1e-6).all()
    assert (table["comes back in"] == 1.0).all()


def test_of_noise_nothing_stable_is_found(tmp_path):
    text = TEXT.replace("above: 3 times", "worst: 20 %")
    outcome = run(study(tmp_path, text, SCENARIO), tmp_path / "out", options("noise"))
    assert "nothing stable found" in outcome.answer.headline
    assert outcome.answer.facts["boxes"] == []
    assert not outcome.answer.charts


def test_a_line_that_is_hardly_crossed_says_so(tmp_path):
    text = TEXT.replace("above: 3 times", "above: 30 times")
    outcome = run(study(tmp_path, text, SCENARIO), tmp_path / "out", options("noise"))
    assert "; nothing stable found: with " in outcome.answer.headline
    assert "runs in that case there is too little to search (20 are needed)" in outcome.answer.headline
    assert not outcome.answer.tables


def test_the_model_itself_answers(tmp_path):
    text = TEXT.replace("runs: 800", "runs: 60").replace("above: 3 times", "worst: 50 %")
    outcome = run(study(tmp_path, text), tmp_path / "out")
    assert outcome.answer.facts["share"] == pytest.approx(0.5, abs=0.02)


def test_whether_an_event_happens_is_an_input(tmp_path):
    """The ban comes in half of the runs, and metal is dear in those and in no others."""
    scenario = SHORT.replace("    name: ban\n", "    name: ban\n    probability: 50 %\n")
    text = TEXT.replace("product: part, place: JP, above: 3 times", "product: metal, place: exCN, above: 1.05")
    outcome = run(
        study(tmp_path, text.replace("runs: 800", "runs: 80").replace("places: JP", "places: exCN"), scenario),
        tmp_path / "out",
    )
    (box,) = outcome.answer.facts["boxes"]
    assert list(box["limits"]) == ["events.ban.happens"]
    assert (box["density"], box["coverage"]) == (1.0, 1.0)
    assert 0.3 < outcome.answer.facts["share"] < 0.7
    assert "of the runs in which the event ban happens" in outcome.answer.headline


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_noise_is_seldom_taken_for_a_box(seed):
    random = np.random.default_rng(seed)
    assert search(random.random((800, 30)), random.random(800) < 0.3, 2, seed) == []


def test_a_planted_box_among_many_inputs_and_wrong_labels():
    x, y = planted(inputs=60)
    (found,) = search(x, y, 1, 1)
    assert set(found.box.limits) == {0, 1}
    assert found.tried.density == pytest.approx(0.9, abs=0.07)
    assert found.box.limits[0][0] == pytest.approx(0.6, abs=0.06)


def test_two_boxes_are_found_one_after_the_other():
    random = np.random.default_rng(2)
    x = random.random((2400, 8))
    y = (x[:, 0] > 0.75) | ((x[:, 3] < 0.25) & (x[:, 0] < 0.75))
    boxes = search(x, y, 3, 1)
    assert [set(found.box.limits) <= {0, 3} for found in boxes] == [True, True]
    assert sum(found.tried.coverage for found in boxes) > 0.9


# --- by hand ----------------------------------------------------------------------------------------


def test_counts_by_hand():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    y = np.array([False, True, True, True])
    here = count(Box({0: (2.0, np.inf)}), x, y)
    assert (here.n, here.h, here.cases, here.density, here.coverage) == (2, 2, 3, 1.0, pytest.approx(2 / 3))
    assert here.score == pytest.approx(0.8)


def test_quasi_p_by_hand():
    """Two of two in the box, three of four without: (3/4)²."""
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    y = np.array([False, True, True, True])
    assert quasi_p(Box({0: (2.0, np.inf)}), x, y, 0) == pytest.approx(0.75**2)


def test_peeling_never_loses_the_dense_end():
    x, y = planted(runs=400, purity=1.0)
    boxes = peel(x, y, range(12))
    densities = [count(box, x, y).density for box in boxes]
    assert densities[0] == pytest.approx(y.mean())
    assert densities[-1] == 1.0
    assert all(b.holds(x).sum() < a.holds(x).sum() for a, b in itertools.pairwise(boxes))


def test_stability_is_low_for_what_is_chance():
    random = np.random.default_rng(0)
    x, y = random.random((400, 20)), random.random(400) < 0.3
    assert max(stability(x, y, find_box(x, y), 1).values(), default=0.0) < 0.7


def test_telling_sees_the_middle_too():
    random = np.random.default_rng(1)
    x = random.random((500, 10))
    assert telling(x, np.abs(x[:, 7] - 0.5) < 0.2)[0] == 7
    assert telling(x, np.zeros(500, dtype=bool)) == []


def test_a_tree_finds_the_same_cuts():
    x, y = planted(purity=1.0)
    best = tree(x, y)[0]
    assert best.density > 0.95
    assert best.box.limits[0][0] == pytest.approx(0.6, abs=0.06)
    assert best.box.limits[1][1] == pytest.approx(0.5, abs=0.06)
    assert sum(leaf.n for leaf in tree(x, y)) == len(x)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("above: 3 times", "above: 3 weeks", "line.above: has a wrong unit (got '3 weeks')"),
        ("above: 3 times", "above: 3, below: 2", "needs one of above, below"),
        (", above: 3 times", "", "needs one of above, below"),
        ("above: 3 times", "worst: 100 %", "line.worst: must be between 0 and 100 % (got 100 %)"),
        ("product: part", "product: prt", "is not reported for price_paid_peak_index (got prt; there are metal, ore, part)"),
        ("place: JP, ", "place: XX, ", "line.place: is not reported for price_paid_peak_index (got XX"),
        ("price_paid_peak_index", "price_paid_peak", "line.outcome: must be one of price_spot_index, "),
        (TEXT.splitlines()[3], "line: {outcome: leakage_t, above: 3 t}", "line.outcome: is not reported by this scenario (got leakage_t)"),
        ("runs: 800", "arms: reserv", "no such arm (got reserv); did you mean reserve"),
        ("runs: 800", "arms: [scenario, baseline]", "takes one arm"),
    ],
)  # fmt: skip
def test_faults(tmp_path, old, new, said):
    found = faults(tmp_path, TEXT.replace(old, new), SCENARIO)
    assert any(said in fault for fault in found), found


def test_weeks_exceed_and_a_price_exceeds():
    world = SimpleNamespace(country_names={}, groups={}, products=())
    weeks, price = (
        Line(outcome=name, above=level) for name, level in (("weeks_short", "3 weeks"), ("price_paid_index", "2"))
    )
    assert line_said(world, weeks, None) == "the weeks with a shortage in the world exceed 3 weeks"
    assert line_said(world, price, None) == "the mean price paid in the world exceeds 2×"
    low = Line(outcome="weeks_short", below="3 weeks")
    assert line_said(world, low, None) == "the weeks with a shortage in the world stay below 3 weeks"
    assert line_said(world, Line(outcome="weeks_short", worst="10 %"), None).endswith("are among the highest 10 %")
