"""Runs a batch: hands stretches of runs to a pool, keeps going when workers die, and never loses a chunk.

Nothing about the results depends on what happens here. Chunks may come in any size and order.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass
from typing import Protocol

from ..errors import SupplyriskError
from ..results import chunks
from ..results.store import Span, Store, batch_mark
from .pool import Pool
from .work import Batch, Bench, Job, Report, bench

ATTEMPTS = 2  # deaths of its worker after which a chunk is taken apart to find the run that does it
CHUNK_BYTES = 128_000_000  # series and outcomes of one chunk in a worker's memory; joining small chunks costs more
CHUNK_SECONDS = 3.0  # estimated work of one chunk: what a cancellation loses, and the step in which progress is seen
MOST_CHUNKS = 200  # into which a large batch is cut for that


class Progress(Protocol):
    """What the runner tells while it works."""

    def advance(self, done: int, failed: int) -> None:
        """So many runs are finished, so many of them failed."""

    def note(self, text: str) -> None:
        """Something the user should know."""


class Quiet:
    """Tells nothing."""

    def advance(self, done: int, failed: int) -> None: ...

    def note(self, text: str) -> None: ...


@dataclass
class Tally:
    """What came of it."""

    finished: int = 0
    failed: int = 0
    seconds: float = 0.0  # sum over workers


def chunk_runs(ready: Bench, batch: Batch, todo: int, workers: int, run_seconds: float = 0.0) -> int:
    """Runs per chunk: small enough to lose, large enough to be worth a file; no result depends on it.

    Parameters
    ----------
    run_seconds : float
        Estimated work of one run; 0: not known.
    """
    arms = len(set(ready.same))
    cells = ready.layout.fans.n_cells if batch.keep != "none" else 0
    per_cell = (4 if ready.layout.values_kept else 0) + (2 if ready.layout.sketched else 0)
    per_run = per_cell * cells * arms + 8 * len(ready.layout.columns) * len(ready.layout.outcomes)
    most = max(1, CHUNK_BYTES // max(1, per_run))
    slow = batch.engine == "reference"
    share = -(-todo // (workers * 4))
    size = max(1, min(most, max(share, 1 if slow else 32), 10 if slow else 1000, todo or 1))
    if run_seconds > 0.0:
        size = max(1, min(size, max(int(CHUNK_SECONDS / run_seconds), todo // MOST_CHUNKS)))
    rounds = -(-todo // (workers * size))  # all workers get the same number of chunks, so that none waits at the end
    return max(1, -(-todo // (workers * max(rounds, 1))))


def stretches(gaps: Iterable[Span], size: int) -> deque[Span]:
    """Cut stretches of runs into chunks of at most `size` runs."""
    found: deque[Span] = deque()
    for gap in gaps:
        for first in range(gap.first, gap.last, size):
            found.append(Span(first, min(first + size, gap.last)))
    return found


class Runner:
    """Runs what is missing of a batch into its run folder.

    Workers write the chunks themselves where they see the same folder; otherwise they hand them back.
    """

    def __init__(self, store: Store, batch: Batch, pool: Pool, progress: Progress | None = None) -> None:
        self.store = store
        self.batch = batch
        self.pool = pool
        self.progress: Progress = progress or Quiet()
        self.tally = Tally()
        manifest = store.manifest()
        self._stamp = str(manifest.get("created", ""))
        self._mark = batch_mark(manifest)
        self._deaths: dict[Span, int] = {}
        self._suspects: list[Span] = []
        pool.on_tick = self._tell

    def run(self, gaps: Sequence[Span], size: int) -> Tally:
        """Compute all runs of `gaps` in chunks of `size`.

        Raises
        ------
        SupplyriskError
            If going on makes no sense; finished chunks are in the folder.
        KeyboardInterrupt
            As it came; finished chunks are in the folder.
        """
        queue = stretches(gaps, size)
        pending: dict[Future[Report], Job] = {}
        try:
            while queue or pending:
                while queue and len(pending) < 2 * self.pool.workers:
                    self._submit(queue.popleft(), pending, queue)
                self._collect(pending, queue)
            for span in self._suspects:
                self._take_apart(span)
        except BaseException:
            self.pool.stop()
            raise
        return self.tally

    def _job(self, span: Span) -> Job:
        return Job(self.batch, span, str(self.store.path.resolve()), self._stamp, self._mark)

    def _submit(self, span: Span, pending: dict[Future[Report], Job], queue: deque[Span]) -> None:
        job = self._job(span)
        try:
            pending[self.pool.submit(job)] = job
        except BrokenExecutor:
            queue.appendleft(span)
            if not pending:  # else the futures tell, and are counted
                self.pool.restart()

    def _collect(self, pending: dict[Future[Report], Job], queue: deque[Span]) -> None:
        done, _ = wait(pending, timeout=0.25, return_when=FIRST_COMPLETED)
        broken: list[Span] = []
        for future in done:
            span = pending.pop(future).span
            if self._died(future):
                broken.append(span)
            else:
                self._keep(future.result())
        if broken:
            # A broken pool fails every job it had, so none of them can be told from the culprit.
            for future, job in list(pending.items()):
                if future.done() and not self._died(future):
                    self._keep(future.result())
                    pending.pop(future)
                elif future.done() or self.pool.breaks_as_a_whole:
                    broken.append(job.span)
                    pending.pop(future)
            self._again(broken, queue)
            self.pool.restart()
        self._tell()

    @staticmethod
    def _died(future: Future[Report]) -> bool:
        if future.cancelled():
            return True
        error = future.exception()
        return isinstance(error, (BrokenExecutor, CancelledError)) or type(error).__name__ == "KilledWorker"

    def _again(self, spans: list[Span], queue: deque[Span]) -> None:
        for span in spans:
            self._deaths[span] = self._deaths.get(span, 0) + 1
            if self._deaths[span] >= ATTEMPTS:
                self._suspects.append(span)
            else:
                queue.append(span)
        self.progress.note("a worker died; its runs are tried again")

    def _keep(self, report: Report) -> None:
        if report.files is not None:
            self.store.write_chunk(report.span, report.files, self._mark)
        self.tally.finished += report.finished
        self.tally.failed += report.failed
        self.tally.seconds += report.seconds

    def _tell(self) -> None:
        done = self.tally.finished + self.tally.failed
        self.progress.advance(max(done, self.pool.ticks() or 0), self.tally.failed)

    def _take_apart(self, span: Span) -> None:
        """Halve a stretch whose worker keeps dying until the run that kills it stands alone."""
        if self.store.chunk_path(span).exists():
            return
        future = self.pool.submit(self._job(span))
        wait([future])
        if not self._died(future):
            self._keep(future.result())
            self._tell()
            return
        self.pool.restart()
        if self.store.chunk_path(span).exists():
            return
        if span.last - span.first == 1:
            self._lost(span)
            return
        middle = (span.first + span.last) // 2
        self._take_apart(Span(span.first, middle))
        self._take_apart(Span(middle, span.last))

    def _lost(self, span: Span) -> None:
        """A run that takes its worker with it is a row like any failed run.

        Raises
        ------
        SupplyriskError
            If no worker ever finished anything: then it is not the run.
        """
        if not self.tally.finished and not self.store.spans() and self.batch.runs > 1:
            raise SupplyriskError(
                "worker processes die as soon as they start. In a program of your own, run batches only under "
                "`if __name__ == '__main__':` (workers load its main file); or use one worker, or threads"
            )
        ready = bench(self.batch)
        values = ready.design.values(span.first, span.last)
        chunk = chunks.lost(span.first, values, ready.layout, "the worker died (killed, or out of memory)")
        self.store.write_chunk(span, chunks.files(chunk, ready.layout), self._mark)
        self.tally.failed += 1
        self._tell()


class Clock:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def seconds(self) -> float:
        return time.perf_counter() - self._start
