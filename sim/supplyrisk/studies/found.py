"""What was computed: outcomes of every run, cell by cell, read from the folder when they are asked for."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..measures.reporter import Outcome
from ..results.chunks import paired
from ..results.quantiles import quantiles
from ..results.store import Span, Store
from ..spec.resolved import World
from .cells import Cell
from .units import OUTCOMES, VALUES, Floats, Matrix, matrix, outcome_names

BAND = (0.10, 0.50, 0.90)
STATISTICS = ("median", "mean", "share_above_zero")
Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Placed:
    """A cell in one world, and where its arms were computed."""

    cell: Cell
    world: World
    start: dt.date
    days: int
    units: Mapping[str, int]  # arm -> number of its unit
    titles: Mapping[str, str]

    @property
    def arms(self) -> tuple[str, ...]:
        """Arms and paired differences, as in the tables of a run."""
        return (*self.units, *(name for name, _, _ in paired(tuple(self.units))))


@dataclass(frozen=True)
class Stats:
    """Statistics of one column over runs, each with the ends of its interval."""

    value: Floats  # (statistics, columns)
    low: Floats
    high: Floats
    n: Floats  # (columns,) runs with a value


@dataclass
class Found:
    """Outcomes of all cells computed so far.

    Attributes
    ----------
    placed : list of Placed
        Cells in the order in which they were asked for, one per world.
    """

    store: Store
    runs: int
    seed: int = 0
    placed: list[Placed] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)  # digest -> number
    spans: dict[int, list[Span]] = field(default_factory=dict)  # number -> its stretches, runs counted from 0

    def __post_init__(self) -> None:
        self._read = lru_cache(maxsize=64)(self._read_unit)
        self._digests: dict[int, str] = {}
        self._stats: dict[tuple[int, str], tuple[tuple[Outcome, ...], Stats]] = {}
        self._names: dict[tuple[Outcome, ...], tuple[Outcome, ...]] = {}  # each list of names once

    def add(self, placed: Placed) -> None:
        """Take in a cell."""
        self.placed.append(placed)

    # --- reading ----------------------------------------------------------------------------------
    def outcomes(self, placed: Placed, arm: str) -> tuple[tuple[Outcome, ...], Floats]:
        """Names of the kept outcomes of an arm (or difference), and their values, shape (runs, outcomes).

        A run that failed is NaN throughout; an outcome that a run does not have (the week of a shortage that never
        came) is NaN too.
        """
        for name, minuend, subtrahend in paired(tuple(placed.units)):
            if name == arm:
                listed = tuple(placed.units)
                names, values = self.outcomes(placed, listed[minuend])
                others, less = self.outcomes(placed, listed[subtrahend])
                if names == others:
                    return names, values - less
                at = {each: i for i, each in enumerate(others)}
                both = [i for i, each in enumerate(names) if each in at]
                shared = tuple(names[i] for i in both)
                return shared, values[:, both] - less[:, [at[each] for each in shared]]
        found = self._read(placed.units[arm], OUTCOMES)
        return outcome_names(found.names), found.values

    def values(self, placed: Placed, arm: str, metric: str, product: str, place: str, end_use: str = "all") -> Floats:
        """One outcome of every run.

        Raises
        ------
        KeyError
            If it is not among those kept.
        """
        names, values = self.outcomes(placed, arm)
        for number, each in enumerate(names):
            if (each.metric, each.product, each.place, each.end_use) == (metric, product, place, end_use):
                return np.asarray(values[:, number])
        raise KeyError(f"{metric} of {product} in {place} ({end_use}) is not kept for {arm}")

    def inputs(self, placed: Placed, arm: str) -> Matrix:
        """What was drawn for each run; the first column, `ok`, is 0 for a run that failed."""
        return self._read(placed.units[arm], VALUES)

    def _read_unit(self, number: int, file: str) -> Matrix:
        digest, begin = self._digest(number), number * self.runs
        spans = [Span(begin + span.first, begin + span.last) for span in sorted(self.spans[number])]
        parts = [matrix(self.store.read_chunk(span, digest)[file]) for span in spans]
        return Matrix(parts[0].names, np.concatenate([part.values for part in parts]))

    def _digest(self, number: int) -> str:
        if len(self._digests) != len(self.units):
            self._digests = {rank: digest for digest, rank in self.units.items()}
        return self._digests[number]

    # --- statistics -------------------------------------------------------------------------------
    def rows(self) -> Iterator[tuple[int, Placed, str, tuple[Outcome, ...], Floats]]:
        """(number of the cell, cell, arm, outcomes, values) of everything, one arm at a time."""
        for number, placed in enumerate(self.placed):
            for arm in placed.arms:
                names, values = self.outcomes(placed, arm)
                yield number, placed, arm, names, values

    def stats(self) -> Iterator[tuple[int, Placed, str, tuple[Outcome, ...], Stats]]:
        """The same with statistics instead of values; worked out once, and kept: a few kilobytes a cell."""
        for number, placed in enumerate(self.placed):
            for arm in placed.arms:
                if (number, arm) not in self._stats:
                    names, values = self.outcomes(placed, arm)
                    shared = self._names.setdefault(names, names)
                    self._stats[number, arm] = shared, statistics(values)
                yield number, placed, arm, *self._stats[number, arm]


def statistics(values: Floats) -> Stats:
    """Statistics over runs of each column.

    Parameters
    ----------
    values : array (runs, columns)
        NaN: the run has no value.

    Returns
    -------
    Stats
        `median` with the 10 % and 90 % quantiles; `mean` with its 95 % interval (normal, from the standard error);
        `share_above_zero`, the share of runs above zero, with Wilson's 95 % interval.
    """
    there = ~np.isnan(values)
    n = there.sum(axis=0).astype(np.float64)
    band = quantiles(values.T, BAND) if values.shape[1] else np.zeros((0, 3))
    finite = np.where(there & np.isfinite(values), values, 0.0)
    count = np.maximum(n, 1.0)
    mean = np.where(n > 0, finite.sum(axis=0) / count, np.nan)
    spread = np.where(there, finite - np.where(n > 0, mean, 0.0), 0.0)
    error = np.sqrt((spread**2).sum(axis=0) / np.maximum(n - 1.0, 1.0) / count)
    share = np.where(n > 0, (there & (np.nan_to_num(values) > 0.0)).sum(axis=0) / count, np.nan)
    low, high = wilson(share, n)
    return Stats(
        np.stack([band[:, 1], mean, share]),
        np.stack([band[:, 0], mean - Z95 * error, low]),
        np.stack([band[:, 2], mean + Z95 * error, high]),
        n,
    )


def wilson(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Wilson's 95 % interval of a share seen in `n` runs (Wilson 1927)."""
    count = np.maximum(n, 1.0)
    middle = (share + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    half = Z95 / (1 + Z95**2 / count) * np.sqrt(np.maximum(share * (1 - share), 0.0) / count + (Z95 / (2 * count)) ** 2)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def share_of(values: Sequence[bool] | NDArray[Any]) -> tuple[float, float, float]:
    """Share of runs in which something holds, with its interval; NaN without runs."""
    seen = np.asarray(values, dtype=np.float64)
    if not len(seen):
        return math.nan, math.nan, math.nan
    share = float(seen.mean())
    low, high = wilson(np.asarray([share]), np.asarray([float(len(seen))]))
    return share, float(low[0]), float(high[0])
