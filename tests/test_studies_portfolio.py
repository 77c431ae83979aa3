"""Portfolio studies: a known front and known choices through the same code, rules by hand, faults."""

from __future__ import annotations

import numpy as np
import pytest
from supplyrisk.studies.choices import choose, decide, front, regret, resampled
from supplyrisk.studies.run import StudyOptions

from .study_files import SHORT, faults, run, study

START = SHORT.index("policies:")
SCENARIO = (
    SHORT[:START].replace("  events.ban.share: {uniform: [80 %, 100 %]}\n", "")
    + "policies:\n"
    + "".join(
        f"  {name}:\n    events:\n"
        f"      - {{name: {name}, type: strategic_stockpile, countries: JP, products: metal, target: 8 weeks, initial: 8 weeks}}\n"
        for name in "abc"
    )
    + SHORT[SHORT.index("monte_carlo:") :]
)
TEXT = """\
study: portfolio
title: Which measures
scenario: s.yaml
measures:
  - {policy: a, budget: 1 USD}
  - {policy: b, budget: 2 USD}
  - {policy: c, budget: 5 USD}
loss: {outcome: price_paid_index, product: part, place: JP}
payer: CN
budget: 100 USD
runs: 8
"""
FUTURES = "futures: [{name: hard}, {name: mild, set: {events.ban.share: 50 %}}]\n"
TOY = StudyOptions(engine="tests.study_fakes:toy", workers=1, pool="threads", page=False)


def test_the_front_of_a_toy_is_known(tmp_path):
    """From 10: a to 6 for 1, a and b to 3 for 3, all to 2 for 8; nothing else is both cheaper and better."""
    outcome = run(study(tmp_path, TEXT, SCENARIO), tmp_path / "out", TOY)
    assert outcome.answer.facts["front"] == ["no measure", "a", "a, b", "a, b, c"]
    assert set(outcome.answer.facts["chosen"].values()) == {"a, b, c"}  # all fit the budget
    table = outcome.answer.tables[0].frame
    assert table["cost"].tolist() == pytest.approx([0, 1, 3, 8])
    assert table["loss"].tolist() == pytest.approx([10, 6, 3, 2], abs=0.01)
    assert outcome.manifest["counts"]["cells"] == 8


@pytest.mark.parametrize(("most", "best"), [(0.5, "no measure"), (2, "a"), (3, "a, b"), (6.5, "a, b"), (8, "a, b, c")])
def test_the_choice_keeps_to_the_budget(tmp_path, most, best):
    text = TEXT.replace("budget: 100 USD", f"budget: {most} USD")
    outcome = run(study(tmp_path, text, SCENARIO), tmp_path / "out", TOY)
    assert set(outcome.answer.facts["chosen"].values()) == {best}


def test_where_futures_pull_apart_the_rules_disagree_in_words(tmp_path):
    """For 2 at most: a saves the hard future, b the mild one. Worst: a 6, b 7; regret: a 3, b 1."""
    text = TEXT.replace("budget: 100 USD", "budget: 2 USD") + FUTURES
    outcome = run(study(tmp_path, text, SCENARIO), tmp_path / "out", TOY)
    chosen = outcome.answer.facts["chosen"]
    assert chosen["maximin"] == "a"  # 6 and 5.5, against 7 and 2.5
    assert chosen["minimax regret"] == "b"  # 1 in the hard future, against 3 in the mild one
    assert chosen["mean"] == "b"
    assert outcome.answer.headline.startswith("The rules disagree. Best in its worst future is a")
    assert "Least to regret and best on average is b" in outcome.answer.sentences[0]
    regrets = outcome.answer.charts[1].frame.set_index("combination")
    assert regrets.loc["a"].tolist() == pytest.approx([0.0, 3.0], abs=0.02)  # of what could be afforded
    assert regrets.loc["b"].tolist() == pytest.approx([1.0, 0.0], abs=0.02)
    assert outcome.answer.facts["sure"] == {"maximin": 1.0, "minimax regret": 1.0, "mean": 1.0}


def test_a_weight_moves_the_mean(tmp_path):
    heavy = FUTURES.replace("{name: hard}", "{name: hard, weight: 9}")
    outcome = run(study(tmp_path, TEXT.replace("100 USD", "2 USD") + heavy, SCENARIO), tmp_path / "out", TOY)
    assert outcome.answer.facts["chosen"]["mean"] == "a"


def test_good_enough_is_counted_in_the_worst_future(tmp_path):
    text = TEXT + FUTURES + "enough: {outcome: price_paid_index, product: part, place: JP, at_most: 3.5}\n"
    outcome = run(study(tmp_path, text, SCENARIO), tmp_path / "out", TOY)
    table = outcome.answer.tables[-1].frame.set_index(["a", "b", "c"])["good enough in"]
    assert table["yes", "yes", "none"] == 1.0
    assert table["none", "yes", "none"] == 0.0


def test_sizes_of_a_measure_and_the_cost_that_the_model_knows(tmp_path):
    """A reserve of 4 or 8 weeks: twice the stock is bought, stored and left; the loss is in money, so both are added."""
    text = """\
study: portfolio
title: How large a reserve
scenario: s.yaml
measures: [{policy: a, name: reserve, path: [events.a.target, events.a.initial], values: [4 weeks, 8 weeks]}]
loss: {place: JP}
payer: JP
runs: 3
"""
    outcome = run(study(tmp_path, text, SCENARIO), tmp_path / "out")
    table = outcome.answer.tables[-1].frame.set_index("reserve")
    assert list(table.sort_values("cost").index) in (["none", "4 weeks", "8 weeks"], ["8 weeks", "4 weeks", "none"])
    assert table.loc["none", "cost"] == 0.0
    assert abs(table.loc["8 weeks", "cost"]) > abs(table.loc["4 weeks", "cost"]) > 0.0
    assert "A dollar of public money counts as a dollar of the output at risk in Japan" in outcome.answer.notes[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("policy: a,", "policy: aa,", "measures[0].policy: no such policy in the scenario (got aa)"),
        ("policy: b,", "policy: a,", "measures[1]: stands there twice (got a)"),
        ("policy: a,", "policy: a, path: events.a.target,", "path and values belong together"),
        ("policy: a,", "policy: a, path: events.a.targe, values: [4 weeks],", "targe"),
        ("policy: a,", "policy: a, path: events.x.target, values: [4 weeks],", "no item is named x"),
        ("budget: 100 USD\n", "", "budget: is needed: price_paid_index is no money"),
        ("budget: 100 USD", "budget: 100 weeks", "budget"),
        ("payer: CN", "payer: XX", "payer: is no country or group of the world (got XX)"),
        ("place: JP}", "place: XX}", "is not reported by this scenario"),
        ("runs: 8", "futures: [{name: x, set: {policies.a: 1}}]", "is not set by a future (got policies.a)"),
        ("runs: 8", "futures: [{name: x, set: {events.bann.share: 1}}]", "no item is named bann; did you mean ban"),
        ("runs: 8", "futures: [{name: x}, {name: x}]", "futures[1].name: stands there twice (got x)"),
        ("runs: 8", "futures: [{name: x, weight: 0}]", "no future has a weight"),
        ("runs: 8", "arms: scenario", "arms: is not read here"),
    ],
)  # fmt: skip
def test_faults(tmp_path, old, new, said):
    assert old in TEXT
    found = faults(tmp_path, TEXT.replace(old, new), SCENARIO)
    assert any(said in fault for fault in found), found


# --- by hand ----------------------------------------------------------------------------------------

BURDEN = np.array([[10.0, 6.0], [6.0, 5.5], [7.0, 2.5], [3.0, 9.0]])
ALL = np.ones(4, dtype=bool)


def test_rules_by_hand():
    assert regret(BURDEN).tolist() == [[7.0, 3.5], [3.0, 3.0], [4.0, 0.0], [0.0, 6.5]]
    assert choose(BURDEN, np.array([0.5, 0.5]), ALL) == {"maximin": 1, "minimax regret": 1, "mean": 2}
    assert choose(BURDEN, np.array([1.0, 0.0]), ALL)["mean"] == 3
    assert choose(BURDEN, np.array([0.5, 0.5]), np.array([True, False, True, False])) == {
        "maximin": 2,
        "minimax regret": 2,
        "mean": 2,
    }


def test_the_front_by_hand():
    assert front(np.array([0.0, 1.0, 1.0, 2.0, -1.0]), np.array([5.0, 4.0, 3.0, 3.0, 6.0])) == [4, 0, 2]


def test_a_budget_that_nothing_keeps_to_allows_the_cheapest():
    loss, cost = np.array([[5.0], [1.0]]), np.array([[2.0], [9.0]])
    assert set(decide(loss, cost, np.ones(1), 1.0).values()) == {0}
    assert set(decide(loss, cost, np.ones(1), None).values()) == {0}
    assert set(decide(loss, cost, np.ones(1), 9.0).values()) == {1}


def test_a_close_choice_is_not_sure():
    random = np.random.default_rng(1)
    loss = random.normal(5.0, 1.0, (2, 1, 50))
    choices, losses, _ = resampled(loss, np.zeros((2, 1, 50)), np.ones(1), None, 1)
    share = np.mean([each["mean"] == 0 for each in choices])
    assert 0.02 < share < 0.98
    assert losses.std() == pytest.approx(1 / np.sqrt(50), rel=0.3)
