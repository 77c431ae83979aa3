"""The one way in which quantiles over runs are taken: summary, report, figures, comparison."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FAN = (0.10, 0.25, 0.50, 0.75, 0.90)


def of_ordered(ordered: Floats, counts: Floats, level: float) -> Floats:
    """A quantile of each row: linear between the two nearest of its sorted numbers (Hyndman & Fan's type 7).

    Parameters
    ----------
    ordered : array (rows, runs)
        Sorted along the runs, NaN last.
    counts : array (rows,)
        Numbers of each row that are not NaN; a row without any has no quantile (NaN).
    """
    most = np.maximum(counts - 1.0, 0.0)
    position = level * most
    down = np.floor(position).astype(np.int64)
    up = np.minimum(down + 1, most.astype(np.int64))
    if not ordered.shape[1]:
        return np.full(len(counts), np.nan)
    rows = np.arange(len(counts))
    lower, upper = ordered[rows, down], ordered[rows, up]
    share = position - down
    with np.errstate(invalid="ignore"):  # "never" is infinite, and infinite minus infinite is none
        between = np.where((share == 0.0) | (lower == upper), lower, lower + (upper - lower) * share)
    return np.where(counts > 0, between, np.nan)


def quantiles(values: NDArray[np.floating] | Sequence[float], levels: Sequence[float] = FAN) -> Floats:
    """Quantiles over the last axis, NaN counted as missing.

    Parameters
    ----------
    values : array (..., runs)

    Returns
    -------
    array (..., levels)

    Examples
    --------
    >>> quantiles([1.0, 2.0, float("nan"), 4.0], (0.0, 0.5, 0.75)).tolist()
    [1.0, 2.0, 3.0]
    """
    block = np.asarray(values, dtype=np.float64)
    flat = block.reshape(-1, block.shape[-1]) if block.size else block.reshape(int(np.prod(block.shape[:-1])), -1)
    ordered = np.sort(flat, axis=1)
    counts = (flat.shape[1] - np.count_nonzero(np.isnan(flat), axis=1)).astype(np.float64)
    found = np.stack([of_ordered(ordered, counts, level) for level in levels], axis=-1)
    return found.reshape(*block.shape[:-1], len(levels))
