"""What is kept of the series of a chunk's runs while they are computed, arm by arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..measures.loops import Loops
from . import sketch

if TYPE_CHECKING:
    from .chunks import Layout

Singles = NDArray[np.float32]


class Shelf:
    """Memory for the buckets of a chunk's runs, used again for the next chunk.

    New memory of that size has to be cleared and mapped first, which takes longer than to fill it.
    """

    def __init__(self) -> None:
        self._ranks: dict[int, sketch.Ranks] = {}

    def ranks(self, arm: int, runs: int, cells: int) -> sketch.Ranks:
        """Memory for an arm, shape (runs, cells), with anything in it; the one before is gone."""
        kept = self._ranks.get(arm)
        if kept is None or kept.shape[1] != cells or len(kept) < runs:
            self._ranks.pop(arm, None)
            kept = self._ranks[arm] = np.empty((runs, cells), np.uint16)
        return kept[:runs]

    def clear(self) -> None:
        """Give the memory back."""
        self._ranks.clear()


class Kept:
    """The series of one arm: values, or buckets and extremes, or both (see `chunks`).

    Parameters
    ----------
    runs : int
        There is room for.
    ranks : array, optional
        Memory for their buckets, (runs, cells).
    """

    def __init__(self, made: Layout, runs: int, loops: Loops | None = None, ranks: sketch.Ranks | None = None) -> None:
        self._loops = loops
        cells = made.fans.n_cells
        self.count = 0
        self._values: Singles = np.empty((runs if made.values_kept else 0, cells), np.float32)
        self._ranks: sketch.Ranks = (
            np.empty((runs if made.sketched else 0, cells), np.uint16) if ranks is None else ranks
        )
        self.low: Singles = np.full(cells, np.inf, np.float32)
        self.high: Singles = np.full(cells, -np.inf, np.float32)
        self._plain = True  # whether every number so far was one, and none was below zero

    def add(self, vector: Singles) -> None:
        """Take in the series of the next finished run."""
        if len(self._values):
            self._values[self.count] = vector
        if len(self._ranks):
            self._count(vector, self._ranks[self.count])
        self.count += 1

    def _count(self, vector: Singles, ranks: sketch.Ranks) -> None:
        if self._loops and self._loops.take_in(vector, vector.view(np.uint32), ranks, self.low, self.high):
            return
        if vector.min(initial=np.inf) >= 0.0:
            sketch.plain_buckets(vector, ranks)
        else:
            self._plain = False
            ranks[:] = sketch.buckets(vector)
        np.fmin(self.low, vector, out=self.low)
        np.fmax(self.high, vector, out=self.high)

    @property
    def values(self) -> Singles:
        """(finished runs, cells)."""
        return self._values[: self.count]

    def ranks(self, first: int, last: int) -> sketch.Ranks:
        """Buckets of some cells, (cells, finished runs)."""
        return np.ascontiguousarray(self._ranks[: self.count, first:last].T)

    def varying(self, first: int, last: int) -> NDArray[np.bool_]:
        """Cells in which not all runs are known to be in one bucket."""
        if not self._plain:
            return np.ones(last - first, dtype=bool)
        return np.not_equal(sketch.buckets(self.low[first:last]), sketch.buckets(self.high[first:last]))


class Collector:
    """Takes in a run once all its arms are there, so that a run that fails in one arm leaves no trace."""

    def __init__(
        self, made: Layout, arms: list[int], runs: int, loops: Loops | None = None, shelf: Shelf | None = None
    ) -> None:
        self.arms: dict[int, Kept] = {}
        for arm in arms if made.keep != "none" else ():
            ranks = shelf.ranks(arm, runs, made.fans.n_cells) if shelf and made.sketched else None
            self.arms[arm] = Kept(made, runs, loops, ranks)
        self._waiting: dict[int, dict[int, Singles]] = {}

    def add(self, run: int, arm: int, vector: Singles) -> None:
        """The series of one arm of a run."""
        here = self._waiting.setdefault(run, {})
        here[arm] = vector
        if len(here) == len(self.arms):
            for each, kept in self.arms.items():
                kept.add(here[each])
            del self._waiting[run]
