"""Yearly budgets of policies: what is told of runs that pay more, and faults."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import supplyrisk

from .spec_files import GOOD, faults
from .study_files import SHORT

BUDGET, PAYER = "policies.reserve.yearly_budget", "policies.reserve.payer"
LOW, HIGH = "1 USD", "1000 billion USD"


@pytest.fixture(scope="module")
def paid() -> np.ndarray:
    """What the reserve adds to what Japan pays out in the dearest year of each run; what it has anyhow is no cost of it."""
    found = told(LOW)
    with_it, without = (
        found.values("public_outlay_peak_year_usd", product="all", place="JP", arm=arm).to_numpy()
        for arm in ("reserve", "scenario")
    )
    return with_it - without


def test_a_policy_that_pays_nothing_keeps_to_any_budget() -> None:
    """Japan's stock of before stands in the accounts of every arm, as bought in the first week."""
    nothing = {
        "title": "Nothing",
        "yearly_budget": "1 USD",
        "payer": "JP",
        "events": [{"type": "demand_change", "change": "1 %", "start": "2025-06-01"}],
    }
    text = supplyrisk.run(SHORT, runs=4, engine="reference", workers=1, policies={"nothing": nothing}).answer()
    assert "keeps to its yearly budget in every run" in text


def told(budget: str, payer: str = "JP") -> supplyrisk.Results:
    return supplyrisk.run(SHORT, runs=4, engine="reference", workers=1, **{BUDGET: budget, PAYER: payer})


def test_runs_that_pay_more_are_counted_and_told(paid: np.ndarray) -> None:
    assert (paid > 1.0).all()
    text = told(LOW).answer()
    assert "pays out more than its budget of USD 1 a year in every run" in text
    assert "The budget stops nothing in a run" in text
    half = float(np.sort(paid)[1:3].mean())
    assert "a year in 50 % of the runs" in told(f"{half:.6f} USD").answer()


def test_a_budget_that_is_kept_to_is_told_in_a_note() -> None:
    for payer in ("JP", "world"):
        assert "“reserve” keeps to its yearly budget in every run." in told(HIGH, payer).answer()
    assert "budget" not in supplyrisk.run(SHORT, runs=4, engine="reference", workers=1).answer()


def test_a_budget_changes_no_result() -> None:
    whole = supplyrisk.run(SHORT, runs=4, engine="reference", workers=1)
    assert told(LOW).outcomes.equals(whole.outcomes)


def test_explain_says_the_budget() -> None:
    text = supplyrisk.load_scenario(SHORT, **{BUDGET: "3 million USD", PAYER: "JP"}).explain()
    assert "Budget of JP: USD 3,000,000 a year; it stops nothing" in text


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("yearly_budget: 0 USD", "must be between 1 and 1e+15 USD (got 0 USD)"),
        ("yearly_budget: {uniform: [1 million USD, 2 million USD]}", "policies.reserve.yearly_budget"),
        (
            "yearly_budget: 2 million USD\n    payer: JPP",
            "is no country or group of the world (got JPP); did you mean JP",
        ),
        (
            "payer: JP",
            "policies.reserve.payer: pays a budget that is not given; write yearly_budget, or leave payer out",
        ),
    ],
)
def test_faults(tmp_path: Path, keys: str, said: str) -> None:
    found = faults(tmp_path, GOOD.replace("    title: A reserve\n", f"    title: A reserve\n    {keys}\n"))
    assert len(found) == 1
    assert said in found[0]
