"""Choosing among combinations in several futures: front, regret, robust rules. Functions of arrays.

Symbols: B burden (combinations, futures), small is good; w weights of futures, adding up to 1.

- front: combinations of which none other has both less cost and less loss (Pareto);
- regret of c in f: B_cf - min over all c of B_cf, what is lost by not having known that f would come (Savage 1951);
- maximin: the c whose worst future is best (Wald 1945); minimax regret: the c whose largest regret is least; mean: the c with
  the least weighted mean (Laplace where weights are equal).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RULES = ("maximin", "minimax regret", "mean")
WORDS: Mapping[str, str] = {
    "maximin": "best in its worst future",
    "minimax regret": "least to regret",
    "mean": "best on average",
}


def front(cost: Floats, loss: Floats) -> list[int]:
    """Combinations on the Pareto front, the cheapest first; of equal ones the first."""
    order = sorted(range(len(cost)), key=lambda c: (cost[c], loss[c], c))
    best, found = np.inf, []
    for c in order:
        if loss[c] < best:
            best = float(loss[c])
            found.append(c)
    return found


def regret(burden: Floats) -> Floats:
    """Regret of every combination in every future."""
    return np.asarray(burden - burden.min(axis=0))


def choose(burden: Floats, weights: Floats, allowed: NDArray[np.bool_]) -> dict[str, int]:
    """The combination that each rule chooses among those allowed; of equal ones the first."""
    some = np.flatnonzero(allowed)
    here = burden[some]
    scores = {"maximin": here.max(axis=1), "minimax regret": regret(here).max(axis=1), "mean": here @ weights}
    return {rule: int(some[int(np.argmin(scores[rule]))]) for rule in RULES}


def resampled(
    loss: Floats, cost: Floats, weights: Floats, budget: float | None, seed: int, times: int = 200
) -> tuple[list[dict[str, int]], Floats, Floats]:
    """Choices, mean losses and mean costs when runs are drawn again, the same runs in every cell.

    Parameters
    ----------
    loss, cost : array (combinations, futures, runs)

    Returns
    -------
    choices : list of dict
    losses, costs : array (times, combinations)
        Weighted means over futures.
    """
    random = np.random.default_rng(seed)
    choices, losses, costs = [], [], []
    runs = loss.shape[2]
    for _ in range(times):
        count = np.bincount(random.integers(0, runs, runs), minlength=runs) / runs
        mean_loss, mean_cost = loss @ count, cost @ count
        choices.append(decide(mean_loss, mean_cost, weights, budget))
        losses.append(mean_loss @ weights)
        costs.append(mean_cost @ weights)
    return choices, np.asarray(losses), np.asarray(costs)


def decide(loss: Floats, cost: Floats, weights: Floats, budget: float | None) -> dict[str, int]:
    """What each rule chooses: the least loss within a budget, or the least of loss and cost together.

    If nothing keeps to the budget, the cheapest is allowed.
    """
    allowed = affordable(cost, weights, budget)
    return choose(loss if budget is not None else loss + cost, weights, allowed)


def affordable(cost: Floats, weights: Floats, budget: float | None) -> NDArray[np.bool_]:
    """Combinations whose mean cost keeps to the budget; the cheapest if none does."""
    mean = cost @ weights
    return np.asarray(mean <= (np.inf if budget is None else max(budget, float(mean.min()))))
