"""How much each run counts once some months have been seen, and statistics of runs that count unequally."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# How far a run may be from what was seen before it counts less: ln of a price, share of normal of a flow.
# Assumptions: quotes of two agencies for one week differ by a tenth; a month of customs holds shipments that were cleared early or
# late, and the model's goods are a mean of grades. Twice that, so that a run need not repeat the noise of a quote.
PRICE_TOLERANCE, FLOW_TOLERANCE = 0.2, 0.2
LEAST_EFFECTIVE = 40.0  # runs; fewer make a 10 % quantile a matter of single runs
LEAST_SHARE = 0.02  # of all runs


@dataclass(frozen=True)
class Weights:
    """What runs count for.

    Attributes
    ----------
    of_run : ndarray, shape (runs,)
        Adds up to 1; 0 for runs that failed.
    effective : float
        1 / sum of squares: so many equal runs would be as good.
    power : float
        Of the likelihood; below 1 if what was seen would leave too few runs.
    """

    of_run: Floats
    effective: float
    power: float


def weigh(distance_squared: Floats) -> Weights:
    """Weight of every run by what was seen: w proportional to exp(-power d²/2).

    d² is the sum over observations of ((run - seen) / tolerance)², the log likelihood of independent normal deviations
    (importance sampling from the runs as drawn; Kong, Liu and Wong 1994 for the effective number). The power is 1, or the largest
    that leaves at least `LEAST_EFFECTIVE` runs and `LEAST_SHARE` of them: months of one series repeat each other, and
    runs are a coarse net (tempering, as in annealed importance sampling; Neal 2001).

    Parameters
    ----------
    distance_squared : ndarray, shape (runs,)
        Infinite for a run that failed.
    """
    alive = np.isfinite(distance_squared)
    least = min(max(LEAST_EFFECTIVE, LEAST_SHARE * len(distance_squared)), 0.9 * float(alive.sum()))
    low, high = 0.0, 1.0
    if _effective(_at(distance_squared, 1.0)) < least:
        for _ in range(50):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if _effective(_at(distance_squared, middle)) >= least else (low, middle)
    else:
        low = 1.0
    found = _at(distance_squared, low)
    return Weights(found, _effective(found), low)


def _at(distance_squared: Floats, power: float) -> Floats:
    alive = np.isfinite(distance_squared)
    weight = np.zeros(len(distance_squared))
    weight[alive] = np.exp(-0.5 * power * (distance_squared[alive] - distance_squared[alive].min()))
    found: Floats = weight / weight.sum()
    return found


def _effective(weight: Floats) -> float:
    return float(1.0 / np.square(weight).sum())


def weighted_quantiles(values: Floats, weight: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles of runs that count unequally; with equal weights those of `results.quantiles` to half a run.

    Each run's weight lies evenly about its value: the level of the i-th is the weight below it and half of its own, and
    between runs quantiles are linear. NaN counts as missing.

    Parameters
    ----------
    values, weight : ndarray, shape (runs,)
    """
    some = ~np.isnan(values) & (weight > 0.0)
    if not some.any():
        return np.full(len(levels), np.nan)
    order = np.argsort(values[some], kind="stable")
    ordered, own = values[some][order], weight[some][order]
    level = (np.cumsum(own) - 0.5 * own) / own.sum()
    return _between(ordered, level, np.asarray(levels, dtype=np.float64))


def _between(ordered: Floats, level: Floats, wanted: Floats) -> Floats:
    """Linear interpolation that copes with infinite values ("never")."""
    above = np.clip(np.searchsorted(level, wanted), 0, len(level) - 1)
    below = np.maximum(above - 1, 0)
    low, high = ordered[below], ordered[above]
    gap = level[above] - level[below]
    share = np.clip(np.divide(wanted - level[below], gap, out=np.ones_like(gap), where=gap > 0.0), 0.0, 1.0)
    with np.errstate(invalid="ignore"):
        found: Floats = np.where(
            (low == high) | (share >= 1.0), high, np.where(share <= 0.0, low, low + share * (high - low))
        )
    return found


def weighted_crps(values: Floats, weight: Floats, seen: float) -> float:
    """Continuous ranked probability score of runs that count unequally: E|X - y| - E|X - X'| / 2."""
    some = ~np.isnan(values) & (weight > 0.0)
    order = np.argsort(values[some], kind="stable")
    x, w = values[some][order], weight[some][order] / weight[some].sum()
    below = np.cumsum(w) - 0.5 * w
    return float((w * np.abs(x - seen)).sum() - (w * (2.0 * below - 1.0) * x).sum())
