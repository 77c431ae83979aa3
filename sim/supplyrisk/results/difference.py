"""The one way in which two sets of runs are compared: run by run where they met the same draws, else by their means."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .quantiles import FAN, quantiles

Floats = NDArray[np.float64]
LEVEL = 0.95  # of confidence intervals of means


@dataclass(frozen=True)
class Difference:
    """What one set of runs has more of than another (negative: less).

    Parameters
    ----------
    mean : float
        Difference of the means, in `unit`.
    standard_error : float
        Of `mean`, in `unit`; NaN with fewer than two runs.
    low, high : float
        95 % confidence interval of `mean` (Student's t), in `unit`. It says how well `mean` is known with so many
        runs, not how far single runs lie apart.
    unpaired_error : float
        The standard error that independent draws of as many runs would have given.
    p10, p25, p50, p75, p90 : float
        Quantiles over runs of the difference, run by run, in `unit`; NaN where runs are not paired, for then no run has
        a partner.
    runs : int
        Runs (pairs of runs) it was taken from.
    paired : bool
        Whether run i of both met the same draws (common random numbers), so that the difference is effect, not chance.
    why : str
        Why runs are not paired; "" if they are.
    unit : str
        Unit of all of these numbers.
    """

    mean: float
    standard_error: float
    low: float
    high: float
    unpaired_error: float
    p10: float
    p25: float
    p50: float
    p75: float
    p90: float
    runs: int
    paired: bool
    why: str = ""
    unit: str = ""

    def __str__(self) -> str:
        pairs = "pairs of runs" if self.paired else f"runs each, not paired: {self.why}"
        unit = f" {self.unit}" if self.unit not in ("", "1") else ""
        return f"{self.mean:.4g}{unit} in the mean (95 % interval: {self.low:.4g} to {self.high:.4g}; {self.runs:,} {pairs})"

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval of the mean difference, in `unit`."""
        return self.low, self.high

    @property
    def gain(self) -> float:
        """How many times more runs independent draws would need for the same standard error."""
        if self.standard_error == 0.0:
            return 1.0 if self.unpaired_error == 0.0 else math.inf
        return (self.unpaired_error / self.standard_error) ** 2


def paired(one: Floats, other: Floats, unit: str = "") -> Difference:
    """`one` minus `other`, run by run.

    Parameters
    ----------
    one, other : array (runs,)
        Of the same runs in the same order; a pair with a NaN is left out.
    """
    with np.errstate(invalid="ignore"):  # "never" is infinite, and never less never is none
        gap = one - other
    some = ~np.isnan(gap)
    a, b, gap = one[some], other[some], gap[some]
    n = len(gap)
    if not n:
        return _nothing(True, "", unit)
    mean = float(gap.mean())
    error = float(gap.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    low, high = confidence(mean, error, n - 1)
    p10, p25, p50, p75, p90 = quantiles(gap, FAN).tolist()
    apart = independent_error(a, b)[0]
    return Difference(mean, error, low, high, apart, p10, p25, p50, p75, p90, n, True, "", unit)


def unpaired(one: Floats, other: Floats, why: str, unit: str = "") -> Difference:
    """Mean of `one` minus mean of `other`, of runs that do not share draws (Welch 1947, Biometrika 34).

    Parameters
    ----------
    one, other : array (runs,)
        NaN counts as missing.
    why : str
        Why they are not paired.
    """
    a, b = one[~np.isnan(one)], other[~np.isnan(other)]
    n = min(len(a), len(b))
    if not n:
        return _nothing(False, why, unit)
    mean = float(a.mean() - b.mean())
    error, freedom = independent_error(a, b)
    low, high = confidence(mean, error, freedom)
    return replace(
        _nothing(False, why, unit), mean=mean, standard_error=error, low=low, high=high, unpaired_error=error, runs=n
    )


def _nothing(is_paired: bool, why: str, unit: str) -> Difference:
    """What can be said of no runs."""
    none = math.nan
    return Difference(none, none, none, none, none, none, none, none, none, none, 0, is_paired, why, unit)


def independent_error(a: Floats, b: Floats) -> tuple[float, float]:
    """Standard error of the difference of two independent means, and its degrees of freedom (Welch, Satterthwaite)."""
    if len(a) < 2 or len(b) < 2:
        return math.nan, math.nan
    parts = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    square = parts[0] + parts[1]
    below = parts[0] ** 2 / (len(a) - 1) + parts[1] ** 2 / (len(b) - 1)
    return math.sqrt(square), square**2 / below if below > 0.0 else float(len(a) + len(b) - 2)


def confidence(mean: float, standard_error: float, freedom: float) -> tuple[float, float]:
    """95 % confidence interval of a mean by Student's t; (NaN, NaN) where there is no standard error.

    Examples
    --------
    >>> [round(x, 3) for x in confidence(0.0, 1.0, 9)]
    [-2.262, 2.262]
    """
    from scipy.special import stdtrit

    if math.isnan(standard_error) or not freedom > 0.0:
        return math.nan, math.nan
    half = float(stdtrit(freedom, 0.5 + LEVEL / 2.0)) * standard_error
    return mean - half, mean + half
