"""The one way in which quantiles over runs are taken: summary, report, figures, comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FAN = (0.10, 0.25, 0.50, 0.75, 0.90)


def order_statistics(counts: NDArray[Any], level: float) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Between which two of so many sorted numbers a quantile lies, and how far from the lower one (0 to 1).

    Hyndman & Fan's type 7 (1996, The American Statistician 50): linear between the two nearest.
    """
    most = np.maximum(counts - 1, 0)
    position = level * most
    down = np.floor(position).astype(np.int64)
    return down, np.minimum(down + 1, most.astype(np.int64)), position - down


def between(lower: Floats, upper: Floats, share: Floats) -> Floats:
    """The number at `share` of the way from one to the next."""
    with np.errstate(invalid="ignore"):  # "never" is infinite, and infinite minus infinite is none
        return np.where((share == 0.0) | (lower == upper), lower, lower + (upper - lower) * share)


def of_ordered(ordered: Floats, counts: Floats, level: float) -> Floats:
    """A quantile of each row of sorted numbers (see `order_statistics`).

    Parameters
    ----------
    ordered : array (rows, runs)
        Sorted along the runs, NaN last.
    counts : array (rows,)
        Numbers of each row that are not NaN; a row without any has no quantile (NaN).
    """
    down, up, share = order_statistics(counts, level)
    if not ordered.shape[1]:
        return np.full(len(counts), np.nan)
    rows = np.arange(len(counts))
    return np.where(counts > 0, between(ordered[rows, down], ordered[rows, up], share), np.nan)


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
