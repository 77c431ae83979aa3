"""Whether policies keep to the yearly budgets that the scenario gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .policy_words import phrases
from .rounding import quantity, share
from .run import Run

if TYPE_CHECKING:
    import numpy as np

PEAK, YEARLY = "public_outlay_peak_year_usd", "public_outlay_year_usd"


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
    """Policies with a budget, and the share of runs in which they add more in some year."""
    import numpy as np

    found: list[tuple[str, float]] = []
    if YEARLY not in run.metrics() and PEAK in run.metrics():
        return found  # made by another version, which kept the dearest year alone
    for arm in run.scenario.arms:
        if arm.yearly_budget_usd is not None:
            paid = _added(run, arm.name, arm.payer)
            over = float(np.mean(paid.max(axis=0) > arm.yearly_budget_usd)) if paid.size else 0.0
            found.append((arm.name.removeprefix("policy:"), over))
    return found


def _added(run: Run, arm: str, payer: str) -> np.ndarray:
    """What a policy adds to public outlays, USD, by year of the horizon and run: what is paid without it is no cost of it.

    Year by year: held against the dearest year of both arms, a policy that pays in other years than the scenario does would
    seem cheaper than it is.
    """
    more: np.ndarray = _by_year(run, arm, payer) - _by_year(run, "scenario", payer)
    return more


def _by_year(run: Run, arm: str, payer: str) -> np.ndarray:
    """Public outlays by year of the horizon, whose number stands for the end use, and run."""
    import numpy as np

    table = run.outcomes(YEARLY, [arm], product="", place=payer)
    if table.empty:
        return np.zeros((0, 0))
    years = table.assign(year=table["end_use"].astype(str).str.removeprefix("year ").astype(int))
    return years.pivot(index="year", columns="run", values="value").sort_index().to_numpy(dtype=float)


def _over(run: Run, policy: str, over: float) -> str:
    import numpy as np

    from ..results.quantiles import quantiles

    (arm,) = [each for each in run.scenario.arms if each.name == f"policy:{policy}"]
    paid = _added(run, arm.name, arm.payer)
    assert arm.yearly_budget_usd is not None
    budget, most = (
        quantity(usd, "USD") for usd in (arm.yearly_budget_usd, float(quantiles(paid.max(axis=0), (0.5,))[0]))
    )
    often = "in every run" if over == 1.0 else f"in {share(over)} of the runs"
    dearest = int(np.bincount(paid.argmax(axis=0)).argmax()) + 1
    return (
        f"{phrases(run, policy)[0]} pays out more than its budget of {budget} a year {often}: in its dearest year, mostly year {dearest} "
        f"of the horizon, it adds {most} (median). The budget stops nothing in a run, so what the policy averts is told as if the "
        "money were there."
    )
