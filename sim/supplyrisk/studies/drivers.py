"""How much of an outcome each input moves: the statistics behind a sensitivity study, as functions of arrays.

Symbols: Y outcome of a run, X_i an input (or a set of them), V variance over all inputs and chance.

- first index  S_i = V[E(Y | X_i)] / V: the share of the variance that goes if X_i alone is known, on average;
- total index  T_i = E[V(Y | all but X_i)] / V: the share that is left if all but X_i are known: X_i alone and in what it
  does together with others. T_i >= S_i; a T_i of nothing says that X_i may stay as uncertain as it is.

Estimators from runs that share all draws but one set (Saltelli et al. 2010, "Variance based sensitivity analysis of model
output", table 2), by SALib, with intervals from resampled runs. Expected narrowing is 1 - E[W(Y | X_i)] / W(Y) with W
the width of the band that holds 80 % of the runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES = 200
BAND = (0.10, 0.90)
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Index:
    """First and total index of an input."""

    first: Estimate
    total: Estimate


def effects(usual: Floats, changed: Floats) -> float:
    """Mean absolute change of the outcome when one input is drawn anew, in standard deviations of the outcome.

    Morris' mu* in the radial form, of steps as wide as the input's own spread (Campolongo, Saltelli & Cariboni 2011,
    "From screening to quantitative sensitivity analysis"). `changed` may have fewer runs, the first ones.
    """
    spread = float(np.nanstd(usual))
    moved = np.abs(changed - usual[: len(changed)])
    return float(np.nanmean(moved) / spread) if spread > 0 and np.isfinite(moved).any() else 0.0


def ranks(values: Floats) -> Floats:
    """Ranks of values between 0 and 1, ties with their mean rank; all arrays must be ranked together."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(values) - 0.5) / max(len(values), 1)


def indices(usual: Floats, second: Floats, mixed: Mapping[str, Floats], seed: int) -> dict[str, Index]:
    """First and total indices of every input.

    Parameters
    ----------
    usual, second : array (runs,)
        Outcomes of two independent sets of draws, A and B.
    mixed : mapping
        Input -> outcomes with the draws of A, but of this input those of B.

    Returns
    -------
    dict
        Empty if the outcome does not vary. Runs without the outcome in one of the cells are left out.
    """
    from SALib.analyze import sobol

    names = list(mixed)
    table = np.column_stack([usual, *(mixed[name] for name in names), second])
    table = table[np.isfinite(table).all(axis=1)]
    if len(table) < 4 or np.ptp(table) <= 1e-12 * max(1.0, float(np.abs(table).max())):
        return {}
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    # SALib counts an input of several numbers as one; the interval is normal, from its bootstrap.
    found = sobol.analyze(
        problem, table.reshape(-1), calc_second_order=False, num_resamples=RESAMPLES, conf_level=0.95, seed=seed
    )
    return {
        name: Index(
            _around(found["S1"][i], found["S1_conf"][i]),
            _around(found["ST"][i], found["ST_conf"][i]),
        )
        for i, name in enumerate(names)
    }


def _around(value: float, half: float) -> Estimate:
    return Estimate(float(value), float(value - half), float(value + half))


def chance_share(usual: Floats, again: Floats, variance: float) -> float:
    """Share of a variance that chance makes: half the mean square of what differs when nothing but chance is drawn anew."""
    moved = (again - usual)[np.isfinite(again - usual)]
    return float((moved**2).mean() / 2.0 / variance) if len(moved) and variance > 0 else 0.0


def widths(values: Floats, block: int) -> Floats:
    """Width of the 80 % band in each whole block of runs; blocks with a missing outcome in half their runs are left out."""
    blocks = values[: len(values) // block * block].reshape(-1, block)
    blocks = blocks[np.isfinite(blocks).mean(axis=1) > 0.5]
    if not len(blocks):
        return np.zeros(0)
    low, high = np.nanquantile(np.where(np.isfinite(blocks), blocks, np.nan), BAND, axis=1)
    return np.asarray(high - low)


def narrowing(known: Floats, usual: Floats, block: int, seed: int) -> Estimate:
    """By what share the 80 % band narrows on average if an input is known.

    Parameters
    ----------
    known : array (runs,)
        Outcomes while the input keeps one value over each block of runs.
    usual : array (runs,)
        Outcomes without that. Widths are taken over blocks of the same size, so that few runs bias both alike.

    Returns
    -------
    Estimate
        Interval from resampling blocks of both.
    """
    within, all_of = widths(known, block), widths(usual, block)
    if not len(within) or not len(all_of) or all_of.mean() <= 0.0:
        return Estimate(float("nan"), float("nan"), float("nan"))
    random = np.random.default_rng(seed)
    drawn = [
        1.0 - within[random.integers(0, len(within), len(within))].mean() / max(_resampled(all_of, random), 1e-300)
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Estimate(float(1.0 - within.mean() / all_of.mean()), float(low), float(high))


def _resampled(values: Floats, random: np.random.Generator) -> float:
    return float(values[random.integers(0, len(values), len(values))].mean())


def ends(values: Floats, inputs: Floats, part: float = 0.2) -> tuple[float, float]:
    """Median of an outcome in the runs in which an input is in its lowest and in its highest part."""
    fine = np.isfinite(values) & np.isfinite(inputs)
    if not fine.any() or np.ptp(inputs[fine]) <= 0:
        return float("nan"), float("nan")
    low, high = np.quantile(inputs[fine], (part, 1.0 - part))
    return float(np.median(values[fine & (inputs <= low)])), float(np.median(values[fine & (inputs >= high)]))
