"""What the model gets wrong beyond what its uncertain inputs explain, as a spread put on top of every run.

An ensemble holds the uncertainty of the inputs. It does not hold that of the model's form, nor the scatter of what is
recorded (a month of customs data holds a ship more or less). Both are estimated from what past episodes left over,
and added to the runs wherever the model is held against observations (Kennedy and O'Hagan 2001, "Bayesian calibration
of computer models", J. R. Stat. Soc. B 63: the discrepancy term, here one number of each kind and independent).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bounded import MAX_TABLE_BYTES, path_is_file
from ..language.text import decode
from .measure import FLOWS

Floats = NDArray[np.float64]
PRICE, FLOW = "price", "flow"
LEAST = 0.02
SCORES = 15  # normal scores that stand for the error's distribution
SMALL = 1e-3  # lowest price index of which a logarithm is taken


@dataclass(frozen=True)
class ErrorOfKind:
    """Standard deviation of the model's error for one kind of quantity: sd = base + slope x size.

    Prices: the sd of ln(observed / simulated); size is abs(ln) of the simulated median, so the error grows with the
    move. Flows (relative to normal): the sd of the difference; size is the simulated median, so a stopped flow has
    little error left.
    """

    base: float
    slope: float
    points: int

    def sd(self, middle: Floats, kind: str) -> Floats:
        """Standard deviation at simulated medians."""
        found: Floats = self.base + self.slope * _size(middle, kind)
        return found


Errors = dict[str, ErrorOfKind]


def kind_of(variable: str) -> str:
    """Which error a variable has; empty if none is known."""
    if "price" in variable:
        return PRICE
    return FLOW if variable in FLOWS else ""


def _size(middle: Floats, kind: str) -> Floats:
    size: Floats = np.abs(np.log(np.maximum(middle, SMALL))) if kind == PRICE else np.abs(middle)
    return size


def fit(kind: str, samples: Sequence[Floats], seen: Sequence[Floats]) -> ErrorOfKind:
    """The error of a kind that makes the observations of past episodes most likely.

    Parameters
    ----------
    kind : str
        PRICE or FLOW.
    samples : list of ndarray, shape (runs, points)
        What was simulated, a block per series.
    seen : list of ndarray, shape (points,)
        What was observed.

    Notes
    -----
    A point's variance is that of the runs plus sd², its centre the runs' median, its distribution normal. Tails heavier
    than that (Student's t) take the points that are far off for chance, and left the bands of the episodes too narrow:
    90 % bands held 70 % of the points instead of 85 %.
    """
    from scipy.optimize import minimize
    from scipy.stats import norm

    if kind == PRICE:
        samples = [np.log(np.maximum(block, SMALL)) for block in samples]
        seen = [np.log(np.maximum(block, SMALL)) for block in seen]
    middle = np.concatenate([np.median(block, axis=0) for block in samples])
    spread = np.concatenate([block.std(axis=0) for block in samples])
    off = np.concatenate(list(seen)) - middle
    size = np.abs(middle)

    def unlikely(x: Floats) -> float:
        scale = np.sqrt(spread**2 + (np.exp(x[0]) + np.exp(x[1]) * size) ** 2)
        return float(-norm.logpdf(off, scale=scale).sum())

    starts = [(math.log(b), math.log(s)) for b in (0.05, 0.2) for s in (0.1, 0.5)]
    best = min((minimize(unlikely, x, method="Nelder-Mead") for x in starts), key=lambda found: found.fun)
    return ErrorOfKind(max(LEAST, float(np.exp(best.x[0]))), float(np.exp(best.x[1])), len(off))


def with_error(sample: Floats, variable: str, errors: Errors) -> Floats:
    """Runs with the model's error put on top, shape (runs x SCORES, points); the runs themselves if none is known.

    Every run is spread over the same scores, so that nothing is drawn and quantiles repeat to the last digit.
    """
    from scipy.stats import norm

    kind = kind_of(variable)
    if kind not in errors:
        return sample
    finite = sample[np.isfinite(sample).all(axis=1)]
    sd = errors[kind].sd(np.median(finite, axis=0), kind)
    scores = norm.ppf((np.arange(SCORES) + 0.5) / SCORES)
    scores = scores / scores.std()
    blocks = [finite * np.exp(z * sd) if kind == PRICE else np.maximum(0.0, finite + z * sd) for z in scores]
    return np.concatenate(blocks)


def write_errors(path: Path, errors: Errors) -> None:
    """Write the table that `backtest` reads."""
    lines = [
        "kind,base,slope,points",
        *(f"{k},{e.base:.4g},{e.slope:.4g},{e.points}" for k, e in sorted(errors.items())),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_errors(path: Path) -> Errors:
    """Errors by kind; none if there is no such table."""
    if not path_is_file(path):
        return {}
    rows: Iterable[dict[str, str]] = csv.DictReader(io.StringIO(decode(path, str(path), MAX_TABLE_BYTES)))
    return {row["kind"]: ErrorOfKind(float(row["base"]), float(row["slope"]), int(row["points"])) for row in rows}


def beside(ensemble: Path) -> Path:
    """Where the errors that belong to a table of behaviour lie: `others.csv` -> `others.error.csv`."""
    return ensemble.with_suffix(".error.csv")
