"""Means with a smaller error for nothing: the part of the spread that the sampled numbers explain is known.

The quantiles u of the uncertain numbers have mean one half exactly. What a linear regression on u - 1/2
explains of an outcome is therefore noise that can be taken off its mean (Lavenberg & Welch 1981, "A
perspective on the use of control variables"). For a Latin hypercube, whose margins are balanced already,
the mean hardly moves, but the standard error becomes an honest one: the plain sd / sqrt(n) ignores what
the stratification gained (Stein 1987).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RUNS_PER_CONTROL = 20  # fewer would overfit: the error would look smaller than it is


@dataclass(frozen=True)
class Controlled:
    """A mean with and without control.

    `gain` is how many times more runs the plain mean would need for the same standard error.
    """

    mean: float
    standard_error: float
    plain_mean: float
    plain_standard_error: float
    controls: tuple[str, ...]

    @property
    def gain(self) -> float:
        if self.standard_error == 0.0:
            return 1.0 if self.plain_standard_error == 0.0 else np.inf
        return (self.plain_standard_error / self.standard_error) ** 2


def control(outcome: Floats, quantiles: Floats, names: Sequence[str] = (), most: int | None = None) -> Controlled:
    """Mean of an outcome, controlled by quantiles of the uncertain numbers.

    Parameters
    ----------
    outcome : array (runs,)
        NaN (the metric does not exist in that run) counts as missing.
    quantiles : array (runs, numbers)
        On (0, 1), from `Design`.
    names : sequence of str
        Of the numbers, to say which were used.
    most : int, optional
        Most controls; by default one per 20 runs. Of more numbers those with the largest correlation are
        taken, and none that can't be told from chance (|r| < 3 / sqrt(n)).
    """
    some = ~np.isnan(outcome)
    y, x = outcome[some], quantiles[some] - 0.5
    n = len(y)
    if n < 2:
        return Controlled(y.mean() if n else np.nan, np.nan, y.mean() if n else np.nan, np.nan, ())
    away = y - y.mean()
    plain = float(y.mean()), float(np.sqrt(away @ away / (n - 1) / n))
    chosen = _chosen(away, x, n // RUNS_PER_CONTROL if most is None else most)
    if not len(chosen):
        return Controlled(*plain, *plain, ())
    here = x[:, chosen]
    middle = here.mean(axis=0)
    spread = here - middle
    slope, *_ = np.linalg.lstsq(spread, away, rcond=None)
    left = away - spread @ slope
    residual = left @ left / (n - 1 - len(chosen))
    lever = middle @ np.linalg.pinv(spread.T @ spread) @ middle
    error = float(np.sqrt(residual * (1.0 / n + lever)))
    found = tuple(names[j] if names else str(j) for j in chosen)
    return Controlled(plain[0] - float(middle @ slope), error, *plain, found)


def _chosen(away: Floats, x: Floats, most: int) -> NDArray[np.intp]:
    """Columns worth using, the most correlated first."""
    spread = x - x.mean(axis=0)
    size = np.sqrt((spread * spread).sum(axis=0) * (away @ away))
    r = np.abs(np.divide(spread.T @ away, size, out=np.zeros(x.shape[1]), where=size > 0.0))
    order = np.argsort(-r, kind="stable")[: max(most, 0)]
    return np.asarray(order[r[order] > 3.0 / np.sqrt(len(away))])
