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
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

RELATIVE_ERROR = 2.0**-8
COUNT_BITS = 30
PLACES = 1 << 20  # of a table on which sketches are added up
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


@dataclass(frozen=True)
class Sketch:
    """Counts by cell and bucket, sorted by both; each pair once."""

    cell: NDArray[np.int32]
    bucket: Ranks
    count: NDArray[np.int32] | NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cell)

    def part(self, first: int, last: int) -> Sketch:
        """The cells from `first` up to, not including, `last`."""
        a, b = np.searchsorted(self.cell, [first, last])
        return Sketch(self.cell[a:b], self.bucket[a:b], self.count[a:b])


EMPTY = Sketch(np.zeros(0, np.int32), np.zeros(0, np.uint16), np.zeros(0, np.int64))


def count(ranks: Ranks) -> Sketch:
    """Sketch of ranks given as (cells, runs)."""
    return unpacked(0, *packed(ranks, np.ones(len(ranks), dtype=bool)))


def unpacked(first: int, entries: NDArray[np.int32], numbers: NDArray[np.int32]) -> Sketch:
    """Sketch of the cells from `first` on, from what `packed` gives."""
    cell = np.repeat(np.arange(first, first + len(entries), dtype=np.int32), entries)
    return Sketch(cell, numbers.astype(np.uint16), numbers >> 16)


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


def merge(sketches: Sequence[Sketch]) -> Sketch:
    """Add up sketches of the same cells, of at most 2^30 runs.

    Counted on a table with a place for every bucket between the first and the last that occurs in a cell: several
    times faster than sorting. Zero, which lies far from all other numbers, has a place of its own before them.
    """
    sketches = [s for s in sketches if len(s)]
    if len(sketches) < 2:
        return sketches[0] if sketches else EMPTY
    first = min(int(s.cell[0]) for s in sketches)
    cells = max(int(s.cell[-1]) for s in sketches) - first + 1
    low, high = np.full(cells, MISSING + 1), np.full(cells, -1)
    for s in sketches:
        _widen(s, first, low, high)
    apart = low >= ZERO  # cells without numbers below zero
    np.maximum(high, ZERO, out=high, where=~apart)
    sizes = np.maximum(high - low + 1, 0) + apart
    if cells > 1 and sizes.sum() > PLACES:
        middle = first + cells // 2
        halves = [merge([s.part(a, b) for s in sketches]) for a, b in ((first, middle), (middle, first + cells))]
        return Sketch(*(np.concatenate([getattr(h, name) for h in halves]) for name in ("cell", "bucket", "count")))
    start = np.cumsum(sizes) - sizes
    shift = start + apart - low  # from bucket to place
    counts = np.zeros(int(sizes.sum()), dtype=np.int64)
    for s in sketches:
        cell = s.cell - np.int32(first)
        place = shift[cell]
        place += s.bucket
        zero = np.flatnonzero(s.bucket == ZERO)
        zero = zero[apart[cell[zero]]]
        place[zero] = start[cell[zero]]
        counts[place] += s.count
    if counts.max() >= 1 << COUNT_BITS:
        raise ValueError("too many runs to merge")
    taken = np.flatnonzero(counts)
    ends = np.searchsorted(taken, np.append(start, len(counts)))
    cell = np.repeat(np.arange(cells, dtype=np.int32), np.diff(ends))
    bucket = taken - shift[cell]
    zero = np.flatnonzero((taken == start[cell]) & apart[cell])
    bucket[zero] = ZERO
    return Sketch(cell + np.int32(first), bucket.astype(np.uint16), counts[taken])


def _widen(s: Sketch, first: int, low: Index, high: Index) -> None:
    """Take a sketch's buckets into the range of each cell; a zero that is the smallest number is left out."""
    new = np.empty(len(s), dtype=bool)
    new[0] = True
    np.not_equal(s.cell[1:], s.cell[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], len(s)) - 1
    cell = s.cell[starts] - first
    least = starts + ((s.bucket[starts] == ZERO) & (ends > starts))
    only = s.bucket[least] == ZERO
    low[cell] = np.minimum(low[cell], np.where(only, low[cell], s.bucket[least]))
    high[cell] = np.maximum(high[cell], np.where(only, high[cell], s.bucket[ends]))


def quantiles(
    sketch: Sketch, first: int, last: int, levels: Sequence[float], low: Singles, high: Singles
) -> NDArray[np.float64]:
    """Quantiles of the cells first..last-1, shape (cells, levels); NaN where a cell holds no number.

    Order statistics are found exactly among the buckets and interpolated linearly, as `exact` does.

    Parameters
    ----------
    low, high : array (last - first)
        Smallest and largest value of each cell.
    """
    part = sketch.part(first, last)
    keep = part.bucket != MISSING
    cell, bucket, counts = part.cell[keep] - first, part.bucket[keep], part.count[keep]
    runs = np.zeros(last - first, dtype=np.int64)
    np.add.at(runs, cell, counts)
    before = np.cumsum(runs) - runs
    cumulated = np.cumsum(counts)
    values = np.append(bucket_values(bucket), np.nan)
    found = np.empty((last - first, len(levels)))
    for j, level in enumerate(levels):
        position = level * np.maximum(runs - 1, 0)
        down = np.floor(position).astype(np.int64)
        up = np.minimum(down + 1, np.maximum(runs - 1, 0))
        lower = values[np.searchsorted(cumulated, before + down, side="right")]
        upper = values[np.searchsorted(cumulated, before + up, side="right")]
        found[:, j] = np.clip(lower + (upper - lower) * (position - down), low, high)
    found[runs == 0] = np.nan
    return found


def exact(values: Singles, levels: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles over the first axis (runs), shape (cells, levels); NaN counts as missing.

    Linear interpolation between order statistics, the usual definition.
    """
    ordered = np.sort(values, axis=0).astype(np.float64)
    runs = len(values) - np.count_nonzero(np.isnan(values), axis=0)
    found = np.full((values.shape[1], len(levels)), np.nan)
    some = np.flatnonzero(runs)
    last = runs[some] - 1
    for j, level in enumerate(levels):
        position = level * last
        down = np.floor(position).astype(np.int64)
        up = np.minimum(down + 1, last)
        lower, upper = ordered[down, some], ordered[up, some]
        found[some, j] = lower + (upper - lower) * (position - down)
    return found
