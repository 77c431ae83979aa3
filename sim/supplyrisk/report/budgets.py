"""Whether policies keep to the yearly budgets that the scenario gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pick import values
from .policy_words import phrases
from .rounding import quantity, share
from .run import Run

if TYPE_CHECKING:
    import numpy as np

OUTLAY = "public_outlay_peak_year_usd"


def over_budget(run: Run) -> tuple[str, ...]:
    """One sentence for each policy that pays out more in a year than its budget, in some run."""
    return tuple(text for policy, over in _budgets(run) if over > 0 and (text := _over(run, policy, over)))


def within_budget(run: Run) -> tuple[str, ...]:
    """One sentence on the policies that keep to their budgets in every run."""
    kept = [f"“{run.policy_name(policy)}”" for policy, over in _budgets(run) if over == 0]
    if not kept:
        return ()
    verb = "keeps to its yearly budget" if len(kept) == 1 else "keep to their yearly budgets"
    return (f"{' and '.join(kept)} {verb} in every run.",)


def _budgets(run: Run) -> list[tuple[str, float]]:
    """Policies with a budget, and the share of runs in which more is paid out in some year."""
    import numpy as np

    found = []
    for arm in run.scenario.arms:
        if arm.yearly_budget_usd is not None:
            paid = _extra(run, arm.name, arm.payer)
            found.append(
                (arm.name.removeprefix("policy:"), float(np.mean(paid > arm.yearly_budget_usd)) if len(paid) else 0.0)
            )
    return found


def _extra(run: Run, arm: str, payer: str) -> np.ndarray:
    """What a policy adds to the dearest year, run by run: stock that is there anyhow, and what the scenario pays, are not its cost.

    Where the policy's dearest year is another than the scenario's, this is less than what it pays in that year.
    """
    paid, without = (values(run, OUTLAY, each, place=payer) for each in (arm, "scenario"))
    more: np.ndarray = paid - without
    return more


def _over(run: Run, policy: str, over: float) -> str:
    from ..results.quantiles import quantiles

    (arm,) = [each for each in run.scenario.arms if each.name == f"policy:{policy}"]
    paid = _extra(run, arm.name, arm.payer)
    assert arm.yearly_budget_usd is not None
    budget, most = quantity(arm.yearly_budget_usd, "USD"), quantity(float(quantiles(paid, (0.5,))[0]), "USD")
    often = "in every run" if over == 1.0 else f"in {share(over)} of the runs"
    return (
        f"{phrases(run, policy)[0]} pays out more than its budget of {budget} a year {often}: it adds {most} to the dearest year "
        "(median). The budget stops nothing in a run, so what the policy averts is told as if the money were there."
    )
