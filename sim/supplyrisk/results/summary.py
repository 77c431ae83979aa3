"""Statistics over runs, exact for any number of runs, in memory that does not grow with it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np

from ..measures.aggregate import Floats
from .joining import Help
from .quantiles import of_ordered
from .store import explained
from .tables import SUMMARY_QUANTILES

NUMBERS = 4_000_000  # held at once (32 MB)
CACHED = 65_536  # worked on at once, so that they stay in the processor's cache


class Turned:
    """Outcomes turned round: all runs of one row (arm and metric) side by side.

    Chunks come run by run, quantiles need row by row. What is more than `NUMBERS` goes through a temporary
    file of eight bytes per number in the run folder, written in blocks of many runs.

    Parameters
    ----------
    rows, runs : int
        Arms and differences times metrics; finished runs.
    """

    def __init__(self, folder: Path, rows: int, runs: int) -> None:
        self.rows = rows
        self.runs = runs
        self._folder = folder
        self._path = folder / f".outcomes.{os.getpid()}.tmp"
        self._file: IO[bytes] | None = None
        self._waiting: list[Floats] = []
        self._blocks: list[int] = []  # runs of each block of the file
        self._buffer = np.empty(0)  # of a block, used again

    def __enter__(self) -> Turned:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)

    def add(self, values: Floats) -> None:
        """The next runs, (runs, rows)."""
        self._waiting.append(values)
        if self.rows * self.runs > NUMBERS and sum(len(v) for v in self._waiting) * self.rows > NUMBERS:
            self._write()

    def _write(self) -> None:
        runs = sum(len(values) for values in self._waiting)
        if len(self._buffer) < self.rows * runs:
            self._buffer = np.empty(self.rows * runs)
        block = self._buffer[: self.rows * runs].reshape(self.rows, runs)
        at = 0
        for values in self._waiting:
            for first in range(0, self.rows, 64):  # strips that fit the cache
                block[first : first + 64, at : at + len(values)] = values[:, first : first + 64].T
            at += len(values)
        self._waiting = []
        with explained(self._folder):
            if self._file is None:
                self._file = self._path.open("wb")
            self._file.write(block.data)
        self._blocks.append(runs)

    def describe(self, help: Help | None = None) -> Floats:
        """n, mean, sd, quantiles and standard error of every row (see `describe`)."""
        if self._file is None:
            return describe(np.concatenate(self._waiting).T if self._waiting else np.zeros((self.rows, 0)))
        if self._waiting:
            self._write()
        with explained(self._folder):
            self._file.flush()
        stretch = partial(describe_rows, self._path, self._blocks, self.rows)
        most = max(1, NUMBERS // self.runs)
        firsts = range(0, self.rows, most)
        if help is not None:
            try:
                waiting = [help.submit(stretch, first, most) for first in firsts]
                return np.concatenate([each.result() for each in waiting])
            except (BrokenExecutor, CancelledError):  # the runs are done: what workers can't do is done here
                pass
        return np.concatenate([stretch(first, most) for first in firsts])


def describe_rows(path: Path, blocks: Sequence[int], rows: int, first: int, most: int) -> Floats:
    """`describe` of at most `most` rows from `first` on of the file that `Turned` makes.

    Parameters
    ----------
    blocks : sequence of int
        Runs of each block of the file.
    rows : int
        Of the whole file.
    """
    runs = sum(map(int, blocks))
    found = np.empty((min(most, rows - first), runs))
    begin = at = 0
    with path.open("rb") as file:
        for width in blocks:
            file.seek(8 * (begin + first * width))
            content = file.read(8 * len(found) * width)
            found[:, at : at + width] = np.frombuffer(content, dtype=np.float64).reshape(-1, width)
            begin, at = begin + rows * width, at + width
    few = max(1, CACHED // runs)
    return np.concatenate([describe(found[row : row + few]) for row in range(0, len(found), few)])


def describe(block: Floats) -> Floats:
    """n, mean, sd, the summary's quantiles, standard error of each row; NaN counts as missing."""
    block = np.ascontiguousarray(block)  # one order of summation, whatever the caller's memory looks like
    missing = np.isnan(block)
    n = (block.shape[1] - np.count_nonzero(missing, axis=1)).astype(np.float64)
    some = n > 0
    filled = np.where(missing, 0.0, block)
    mean = np.divide(filled.sum(axis=1), n, out=np.full(len(n), np.nan), where=some)
    away = np.where(missing, 0.0, block - np.where(some, mean, 0.0)[:, None])
    square = np.square(away, out=away).sum(axis=1)
    sd = np.sqrt(np.divide(square, n - 1.0, out=np.full(len(n), np.nan), where=n > 1))
    ordered = np.sort(block, axis=1)
    columns = [n, mean, sd]
    columns += [of_ordered(ordered, n, level) for _, level in SUMMARY_QUANTILES]
    columns.append(np.divide(sd, np.sqrt(n), out=np.full(len(n), np.nan), where=n > 1))
    return np.column_stack(columns)
