"""Quantiles of very many runs from counts: mergeable, the same in any order, memory flat in runs.

A value is rounded to a number of eight significant bits (the upper half of an IEEE single), at most
`RELATIVE_ERROR` = 2^-8 = 0.39 % away, and the runs in each such bucket are counted. Counts are
integers, so adding up chunks gives the same sketch whatever the chunks, workers or order were. Zero and
one are buckets of their own, hence exact, and quantiles never leave the smallest and largest value seen,
hence a series without spread is exact too. The idea is that of log-spaced sketches (Masson, Rim & Lee
2019, "DDSketch") with buckets that need no logarithm: the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..measures.loops import Loops
from .quantiles import between, order_statistics

RELATIVE_ERROR = 2.0**-8
PACKED_RUNS = 0x7FFF  # in one entry of a chunk
ZERO = 0x8000  # rank of zero
MISSING = 0xFFFF  # rank of NaN, above every number

Singles = NDArray[np.float32]
Ranks = NDArray[np.uint16]
Index = NDArray[np.intp]


def buckets(values: Singles) -> Ranks:
    """Rank of each value's bucket; ranks are ordered as the values are."""
    plain = np.ascontiguousarray(values, dtype=np.float32) + np.float32(0.0)  # -0 becomes 0
    bits = plain.view(np.uint32)
    top = ((bits + (np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1)))) >> np.uint32(16)).astype(np.uint16)
    ranks = np.where(top & np.uint16(0x8000), ~top, top | np.uint16(0x8000))
    ranks[np.isnan(plain)] = MISSING
    return ranks


def plain_buckets(values: Singles, out: Ranks) -> None:
    """`buckets` of numbers of which none is missing or below zero, in fewer steps."""
    bits = values.view(np.uint32)
    upper = bits >> np.uint32(16)
    upper &= np.uint32(1)
    upper += np.uint32(0x7FFF)
    upper += bits
    upper >>= np.uint32(16)
    np.bitwise_or(upper, np.uint32(0x8000), out=out, casting="unsafe")


def bucket_values(ranks: Ranks) -> NDArray[np.float64]:
    """The value a bucket stands for."""
    ranks = np.asarray(ranks, dtype=np.uint16)
    top = np.where(ranks & np.uint16(0x8000), ranks & np.uint16(0x7FFF), ~ranks).astype(np.uint32)
    values = (top << np.uint32(16)).view(np.float32).astype(np.float64)
    values[ranks == MISSING] = np.nan
    return values


def packed(ranks: Ranks, varying: NDArray[np.bool_]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Entries of each cell of ranks given as (cells, runs); of each entry its runs times 2^16, plus its bucket.

    Parameters
    ----------
    varying : array of bool
        Cells to look at; all runs of another one are known to be in the same bucket.
    """
    cells, runs = ranks.shape
    if not ranks.size:
        return np.zeros(cells, dtype=np.int32), np.zeros(0, dtype=np.int32)
    if runs > PACKED_RUNS:
        varying = np.ones(cells, dtype=bool)
    rows = np.flatnonzero(varying)
    ordered = ranks[rows]
    ordered.sort(axis=1, kind=_sort_kind())
    ordered = ordered.reshape(-1)
    new = np.empty(ordered.size, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    new[::runs] = True
    first = np.flatnonzero(new)
    sizes = np.diff(first, append=ordered.size)
    if runs > PACKED_RUNS:
        first, sizes = _in_parts(first, sizes)
    numbers = sizes.astype(np.int32)
    numbers <<= 16
    numbers |= ordered[first]
    entries = np.ones(cells, dtype=np.int32)
    entries[rows] = np.diff(np.searchsorted(first, np.arange(0, ordered.size + 1, runs)))
    if len(rows) == cells:
        return entries, numbers
    steady = np.flatnonzero(~varying)
    places = (np.cumsum(entries) - entries)[steady]
    whole = np.empty(len(numbers) + len(steady), dtype=np.int32)
    others = np.ones(len(whole), dtype=bool)
    others[places] = False
    whole[others] = numbers
    whole[places] = runs << 16 | ranks[steady, 0].astype(np.int32)
    return entries, whole


def _in_parts(first: Index, sizes: Index) -> tuple[Index, Index]:
    """Entries of at most `PACKED_RUNS` runs each: a larger one is there several times."""
    times = -(-sizes // PACKED_RUNS)
    parts = np.full(times.sum(), PACKED_RUNS)
    parts[np.cumsum(times) - 1] = sizes - (times - 1) * PACKED_RUNS
    return np.repeat(first, times), parts


@lru_cache(maxsize=1)
def _sort_kind() -> Literal["quicksort", "stable"]:
    """How 16-bit numbers are sorted fastest (in the same order): by vector instructions, else digit by digit."""
    features = getattr(getattr(np, "_core", None), "_multiarray_umath", None)
    vectors: dict[str, bool] = getattr(features, "__cpu_features__", {})
    return "quicksort" if vectors.get("AVX512_ICL") else "stable"


def least_ranks(entries: NDArray[np.int32], numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    """Rank of the smallest number of each cell that is not zero, `MISSING` if there is none, from what `packed` gives.

    Only for cells without numbers below zero, where zero comes first.
    """
    found = np.full(len(entries), MISSING, dtype=np.int32)
    some = np.flatnonzero(entries)
    ends = np.cumsum(entries)[some] - 1
    at = ends - entries[some] + 1
    while len(some):
        ranks = numbers[at] & 0xFFFF
        zero = ranks == ZERO
        found[some[~zero]] = ranks[~zero]
        left = zero & (at < ends)
        some, at, ends = some[left], at[left] + 1, ends[left]
    return found


def sizes(low: Singles, high: Singles, least: NDArray[np.int32]) -> Index:
    """Places of each cell in a table of counts (see `Counts`)."""
    begin, apart = _begin(low, least)
    last = buckets(high).astype(np.int64)
    found: Index = np.where(low <= high, np.maximum(last - begin + 1, 0) + apart, 0)
    return found


def _begin(low: Singles, least: NDArray[np.int32]) -> tuple[Index, NDArray[np.bool_]]:
    """First rank of each cell (apart from zero), and whether it holds no number below zero."""
    first = buckets(low).astype(np.int64)
    apart = first >= ZERO
    return np.where(apart, least, first), apart


class Counts:
    """Runs by cell and bucket, on a table with a place for every bucket that may occur in a cell.

    Zero, which lies far from all other numbers, has a place of its own before them in cells without negative numbers.

    Parameters
    ----------
    low, high : singles, by cell
        Smallest and largest number of all runs; the smallest above the largest where there is none.
    least : ints, by cell
        Smallest of all chunks' `least_ranks`.
    loops : Loops, optional
        Machine code.
    """

    def __init__(self, low: Singles, high: Singles, least: NDArray[np.int32], loops: Loops | None = None) -> None:
        self._low, self._high, self._loops = low, high, loops
        begin, apart = _begin(low, least)
        of_cell = sizes(low, high, least)
        self._ends = np.cumsum(of_cell)
        start = self._ends - of_cell
        self._shift = start + apart - begin  # from rank to place
        self._zero = np.where(apart, start, self._shift + ZERO)
        self._counts = np.zeros(int(of_cell.sum()), dtype=np.int64)
        self._cumulated = False

    def add(self, entries: NDArray[np.int32], numbers: NDArray[np.int32]) -> None:
        """Take in a chunk's runs, as `packed` gives them."""
        if self._cumulated:
            raise ValueError("quantiles were asked for already")
        if self._loops:
            self._loops.add_up(entries, numbers, self._shift, self._zero, self._counts)
            return
        ranks = numbers & 0xFFFF
        place = np.repeat(self._shift, entries) + ranks
        zero = np.flatnonzero(ranks == ZERO)
        place[zero] = np.repeat(self._zero, entries)[zero]
        there = ranks != MISSING
        np.add.at(self._counts, place[there], (numbers >> 16)[there].astype(np.int64))

    def quantiles(self, levels: Sequence[float]) -> NDArray[np.float64]:
        """Quantiles, shape (cells, levels); NaN where a cell holds no number. Afterwards nothing more can be added.

        Order statistics are found exactly among the buckets and interpolated linearly, as `exact` does.
        """
        cumulated = self._counts
        if not self._cumulated:
            np.cumsum(self._counts, out=cumulated)
            self._cumulated = True
        until = cumulated[self._ends - 1] if len(cumulated) else np.zeros(len(self._ends), dtype=np.int64)
        until[self._ends == 0] = 0  # runs in this cell and all before it
        runs = np.diff(until, prepend=0)
        some = np.flatnonzero(runs)
        before = (until - runs)[some]
        found = np.full((len(runs), len(levels)), np.nan)
        for j, level in enumerate(levels):
            down, up, share = order_statistics(runs[some], level)
            lower, upper = (
                self._values(some, np.searchsorted(cumulated, before + nth, side="right")) for nth in (down, up)
            )
            found[some, j] = np.clip(between(lower, upper, share), self._low[some], self._high[some])
        return found

    def _values(self, cells: Index, places: Index) -> NDArray[np.float64]:
        """What places stand for, one in each of some cells."""
        ranks = np.where(places == self._zero[cells], ZERO, places - self._shift[cells])
        return bucket_values(ranks.astype(np.uint16))


def exact(values: Singles, levels: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles over the first axis (runs), shape (cells, levels), as in `quantiles`; NaN counts as missing."""
    ordered = np.sort(values, axis=0).astype(np.float64)
    runs = len(values) - np.count_nonzero(np.isnan(values), axis=0)
    found = np.full((values.shape[1], len(levels)), np.nan)
    some = np.flatnonzero(runs)
    for j, level in enumerate(levels):
        down, up, share = order_statistics(runs[some], level)
        found[some, j] = between(ordered[down, some], ordered[up, some], share)
    return found
