"""What the joining of all tables shares: the chunks on the disk, hashes of content, helping hands."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..measures.aggregate import Floats
from . import chunks
from .store import Span, Store

A = TypeVar("A")
B = TypeVar("B")

DIGEST_NUMBERS = 32_768


@dataclass(frozen=True)
class Help:
    """Workers that have finished their runs and lend a hand.

    Attributes
    ----------
    submit :
        Has a worker call a function some time.
    block :
        `series.block_quantiles` on a worker: paths of chunks, arm, block.
    """

    submit: Callable[..., Future[Any]]
    block: Callable[[Sequence[Path], int, int], Floats]


class Digest:
    """SHA-256 of a table's content: names and numbers, one NaN, one zero, whatever the file format."""

    def __init__(self, *names: Any) -> None:
        self._sha = hashlib.sha256(json.dumps(names, sort_keys=True).encode())

    def text(self, *texts: str) -> None:
        self._sha.update(json.dumps(texts).encode())

    def numbers(self, values: NDArray[Any]) -> None:
        flat = np.ascontiguousarray(values).reshape(-1)
        for first in range(0, len(flat), DIGEST_NUMBERS):  # as many as stay in the processor's cache
            plain = flat[first : first + DIGEST_NUMBERS].astype(np.float64)
            plain += 0.0
            plain[np.isnan(plain)] = np.nan
            self._sha.update(plain.data)

    def hex(self) -> str:
        return self._sha.hexdigest()


@dataclass(frozen=True)
class Part:
    """One chunk on the disk."""

    span: Span
    path: Path
    runs: NDArray[np.int32]  # that finished


def parts(store: Store, spans: Sequence[Span]) -> list[Part]:
    """The chunks of a batch with the runs that finished in each."""
    found = []
    for span in spans:
        path = store.chunk_path(span)
        found.append(Part(span, path, chunks.finished_runs(chunks.read_runs(path, ["run", "status"]))))
    return found


class Stopped(Exception):
    """The joining of tables was called off; what is half written is removed."""


class Stop:
    """Calls off all that works on the tables, in whatever thread: each looks here between two pieces of its work."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def now(self) -> None:
        self._event.set()

    def look(self) -> None:
        """Raises Stopped once it was called off."""
        if self._event.is_set():
            raise Stopped


def ahead(function: Callable[[A], B], items: Iterable[A], most: int = 2, stop: Stop | None = None) -> Iterator[B]:
    """`map` in order, a few items ahead in threads (Arrow's and NumPy's work leaves the interpreter free)."""
    with ThreadPoolExecutor(most) as executor:
        waiting: deque[Future[B]] = deque()
        for item in items:
            if stop:
                stop.look()
            waiting.append(executor.submit(function, item))
            if len(waiting) > most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
