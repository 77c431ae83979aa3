"""Where a share of runs crosses a wanted share: coarse values first, then halving, with an interval from resampled runs.

Values lie on a lattice 0 .. last, so that halving ends. At each value every run either holds the criterion or not; runs
are the same draws at all values (common random numbers), so that the share moves smoothly with the value and few runs
suffice. The share may wobble all the same: the answer is the first value from which on the wanted share is held at every
larger value that was tried, and what speaks against a rising curve is told.

The interval is the percentile interval of that answer over resampled runs (Efron & Tibshirani 1993, chapter 13): whole
runs are drawn again with replacement, the same ones at all values.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Evaluate = Callable[[Sequence[int]], Sequence[Floats]]
LEVEL = 0.90  # of the interval
MOST_VALUES = 60  # tried in one search
MOST_ROUNDS = 40


@dataclass(frozen=True)
class Target:
    """What is looked for.

    Attributes
    ----------
    share : float
        Wanted share of the runs.
    rising : bool
        Whether larger values are expected to hold the criterion more often; the answer is then the smallest value,
        else the largest.
    last : int
        Last value of the lattice.
    resamples, seed : int
        Of the interval.
    """

    share: float
    rising: bool
    last: int
    resamples: int
    seed: int


@dataclass(frozen=True)
class Crossing:
    """What was found.

    Attributes
    ----------
    state : str
        `found`; `never`: no value tried holds it; `always`: every value does.
    at : int
        The answer on the lattice (meaningful if found).
    low, high : float
        Ends of the interval; infinite where resampled runs find no answer within the range.
    wobble : float
        Largest fall of the share against the expected direction between two neighbouring values.
    wobble_sigma : float
        That fall in standard errors of the paired difference.
    turncoats : float
        Share of runs that hold the criterion at some value and not at one further on.
    """

    state: str
    at: int
    low: float
    high: float
    wobble: float
    wobble_sigma: float
    turncoats: float

    @property
    def monotone(self) -> bool:
        """Whether nothing but chance speaks against a curve that moves one way."""
        return self.wobble <= 0.0 or self.wobble_sigma < 2.0


def search(evaluate: Evaluate, target: Target, first: Sequence[int]) -> dict[int, Floats]:
    """Values tried until the answer and the ends of its interval lie between neighbours of the lattice.

    Parameters
    ----------
    evaluate : callable
        Given values, for each an array over runs: 1 the criterion holds, 0 it does not, NaN the run does not count.
    first : sequence of int
        Values to begin with; both ends are added.

    Returns
    -------
    dict
        value -> array over runs.
    """
    tried: dict[int, Floats] = {}
    wanted = sorted({0, target.last, *first})
    for _ in range(MOST_ROUNDS):
        tried |= dict(zip(wanted, evaluate(wanted), strict=True))
        wanted = _next(tried, target)[: max(0, MOST_VALUES - len(tried))]
        if not wanted:
            break
    return tried


def _next(tried: Mapping[int, Floats], target: Target) -> list[int]:
    """Middles of the gaps in which the answer and the ends of its interval lie."""
    found = conclude(tried, target)
    if found.state != "found":
        return []
    values = sorted(tried)
    middles = []
    for end in (float(found.at), found.low, found.high):
        if not math.isfinite(end):
            continue
        # An answer is the far end of a gap: the one before it, seen from where the criterion fails.
        rank = values.index(int(end))
        before = rank - 1 if target.rising else rank + 1
        if 0 <= before < len(values):
            a, b = sorted((values[before], values[rank]))
            if b - a > 1:
                middles.append((a + b) // 2)
    return sorted(set(middles))


def conclude(tried: Mapping[int, Floats], target: Target) -> Crossing:
    """The answer from all values tried."""
    values = sorted(tried)
    table = np.stack([tried[value] for value in values])  # (values, runs)
    if not target.rising:
        table = table[::-1]
    order = values if target.rising else values[::-1]
    shares = _shares(table)
    at = _first(shares, target.share)
    fall, sigma = _wobble(table)
    state = "never" if at is None else "always" if at == 0 else "found"
    low, high = _interval(table, order, target) if state == "found" else (math.nan, math.nan)
    return Crossing(state, order[at] if at is not None else -1, low, high, fall, sigma, _turncoats(table))


def _shares(table: Floats) -> Floats:
    """Share of runs that hold the criterion, of those that count."""
    counted = ~np.isnan(table)
    return np.asarray(np.nansum(table, axis=1) / np.maximum(counted.sum(axis=1), 1))


def _first(shares: Floats, wanted: float) -> int | None:
    """Place of the first value from which on the wanted share is held throughout."""
    failing = np.flatnonzero(shares < wanted - 1e-12)
    at = int(failing[-1]) + 1 if len(failing) else 0
    return at if at < len(shares) else None


def _interval(table: Floats, order: Sequence[int], target: Target) -> tuple[float, float]:
    """Percentile interval of the answer over resampled runs."""
    runs = table.shape[1]
    counted = (~np.isnan(table)).astype(np.float64)
    held = np.nan_to_num(table)
    times = _times(runs, target.resamples, target.seed)
    shares = (held @ times) / np.maximum(counted @ times, 1.0)  # (values, resamples)
    failing = shares < target.share - 1e-12
    last = len(order) - np.argmax(failing[::-1], axis=0)  # one past the last value that fails
    places = np.where(failing.any(axis=0), last, 0)
    far = math.inf if target.rising else -math.inf
    answers = np.sort(np.append(np.asarray(order, dtype=np.float64), far)[places])
    tail = (1.0 - LEVEL) / 2.0
    low = answers[math.floor(tail * (len(answers) - 1))]
    high = answers[math.ceil((1.0 - tail) * (len(answers) - 1))]
    return float(low), float(high)


@lru_cache(maxsize=8)
def _times(runs: int, resamples: int, seed: int) -> Floats:
    """How often each run is drawn in each resample, shape (runs, resamples)."""
    generator = np.random.Generator(np.random.Philox(seed))
    drawn = generator.multinomial(runs, np.full(runs, 1.0 / runs), size=resamples)
    return np.ascontiguousarray(drawn.T.astype(np.float64))


def _wobble(table: Floats) -> tuple[float, float]:
    """Largest fall of the share between neighbours, and how many standard errors it is (runs paired)."""
    worst, sigma = 0.0, 0.0
    for a, b in itertools.pairwise(table):
        both = ~np.isnan(a) & ~np.isnan(b)
        if not both.any():
            continue
        change = (b - a)[both]
        fall = -float(change.mean())
        if fall > worst:
            error = float(change.std(ddof=1)) / math.sqrt(len(change)) if len(change) > 1 else 0.0
            worst, sigma = fall, fall / error if error > 0 else math.inf
    return worst, sigma


def _turncoats(table: Floats) -> float:
    """Share of runs that hold the criterion at one value and not at a later one."""
    held = np.maximum.accumulate(np.nan_to_num(table), axis=0)
    lost = (held[:-1] == 1.0) & (table[1:] == 0.0)
    return float(lost.any(axis=0).mean()) if len(table) > 1 else 0.0
