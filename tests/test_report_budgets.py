"""Yearly budgets of policies: what is told of runs that pay more, and faults."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import supplyrisk
from supplyrisk.report import budgets
from supplyrisk.spec.resolved import Arm

from .spec_files import GOOD, faults
from .study_files import SHORT

BUDGET, PAYER = "policies.reserve.yearly_budget", "policies.reserve.payer"
LOW, HIGH = "1 USD", "1000 billion USD"


@pytest.fixture(scope="module")
def paid() -> np.ndarray:
    """What the reserve adds to what Japan pays out in the one year of each run; what it has anyhow is no cost of it."""
    return added(told(LOW))


def added(found: supplyrisk.Results) -> np.ndarray:
    with_it, without = (
        found.values("public_outlay_year_usd", product="all", place="JP", end_use="year 1", arm=arm).to_numpy()
        for arm in ("reserve", "scenario")
    )
    return with_it - without


def test_a_policy_that_pays_nothing_keeps_to_any_budget() -> None:
    """Japan's stock of before stands in the accounts of every arm."""
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
    found = told(LOW).outcomes
    yearly = found.metric == "public_outlay_year_usd"
    assert yearly.any()
    rest = found[~yearly].reset_index(drop=True).astype(whole.outcomes.dtypes)
    assert rest.equals(whole.outcomes)


def test_years_are_held_against_each_other_one_by_one() -> None:
    """Without it 9 and 1 are paid, with it 9 and 8: 7 more in year two, none by the dearest years alone."""
    scenario = SimpleNamespace(
        arms=(Arm("policy:late", (0,), "Late", 5.0, "JP"), Arm("policy:more", (0,), "More", 8.0, "JP"))
    )
    series = {"scenario": (9.0, 1.0), "policy:late": (9.0, 8.0), "policy:more": (10.0, 8.0)}

    class Made(SimpleNamespace):
        def metrics(self) -> set[str]:
            return {"public_outlay_year_usd"}

        def outcomes(self, metric: str, arms: list[str], **where: str) -> pd.DataFrame:
            assert (metric, where) == ("public_outlay_year_usd", {"place": "JP", "product": ""})
            years = [f"year {number}" for number in (1, 2)]
            return pd.DataFrame({"run": 0, "end_use": years, "value": series[arms[0]]})

    run: Any = Made(scenario=scenario, policy_name=lambda policy: policy)
    assert budgets._budgets(run) == [("late", 1.0), ("more", 0.0)]
    assert budgets._added(run, "policy:late", "JP").tolist() == [[0.0], [7.0]]
    assert budgets.within_budget(run) == ("“more” keeps to its yearly budget in every run.",)


def test_a_stock_that_a_policy_begins_with_is_paid_for() -> None:
    """Of 60 days in store nothing has to be bought, and yet it is no gift."""
    given = {"policies.reserve.events.strategic_stockpile.initial": "60 days"}
    found = supplyrisk.run(SHORT, runs=2, engine="reference", workers=1, **{BUDGET: LOW, PAYER: "JP"}, **given)
    opening = found.values("public_stock_opening_usd", product="all", place="JP", arm="reserve").to_numpy()
    assert (added(found) > 1e5).all()
    assert (opening > 1e5).all()


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
