"""A small batch without a run folder: its runs are held in memory, and written only if somebody asks for the files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..results import chunks
from ..results.chunks import Chunk
from ..results.store import Span, Store, batch_mark
from ..spec.resolved import Scenario
from .batch import SCENARIO, SOURCES, Options, default_workers, describe, prepare, store_text, warm_up
from .runner import Clock, Progress, Quiet, chunk_runs, stretches
from .stages import Outcome, conclude
from .work import Batch, Bench, simulate

MOST_BYTES = 1_000_000_000  # of series and outcomes; larger batches go to the disk


@dataclass(frozen=True, eq=False)
class Held:
    """The runs of a batch in memory.

    Parameters
    ----------
    manifest : dict
        As it stands before the first run.
    chunks : tuple of Chunk
        All runs, in order.
    seconds : float
        Wall-clock time of the runs.
    """

    ready: Bench
    manifest: dict[str, Any]
    chunks: tuple[Chunk, ...]
    seconds: float
    workers: int

    def write(
        self, open_store: Callable[[], AbstractContextManager[Store]], yaml_text: str = "", sources: str = ""
    ) -> Outcome:
        """Make the run folder that the same batch would have written: the same tables, bit by bit."""
        made = self.ready.layout
        mark = batch_mark(self.manifest)
        with open_store() as store:
            store.write_manifest(self.manifest)
            for name, text in ((SCENARIO, yaml_text), (SOURCES, sources)):
                if text:
                    store_text(store, text, name)
            spans = [Span(chunk.first, chunk.first + len(chunk.status)) for chunk in self.chunks]
            for span, chunk in zip(spans, self.chunks, strict=True):
                store.write_chunk(span, chunks.files(chunk, made), mark)
            timings = {"simulation": self.seconds * self.workers, "wall": self.seconds, "workers": self.workers}
            return conclude(store, made, dict(self.manifest), Span(0, made.runs), spans, timings, interrupted=False)


def fits(ready: Bench, batch: Batch) -> bool:
    """Whether all runs of a batch fit into the memory that is set aside for them."""
    made = ready.layout
    per_cell = (4 if made.values_kept else 0) + (2 if made.sketched else 0)
    series = per_cell * made.fans.n_cells * len(set(ready.same)) if batch.keep != "none" else 0
    return batch.runs * (series + 8 * len(made.columns) * len(made.outcomes)) <= MOST_BYTES


def hold(
    scenario: Scenario, options: Options, command: Sequence[str] = (), progress: Progress | None = None
) -> Held | None:
    """Run a scenario in threads of this process and hold its runs in memory; None if they would not fit.

    Parameters
    ----------
    options : Options
        Neither shard nor precision, which need a run folder.
    """
    told = progress or Quiet()
    batch, ready = prepare(scenario, options, told.note)
    if not fits(ready, batch):
        return None
    manifest = describe(batch, ready, options, command)
    warm_up(batch, ready, told.note)
    workers = options.workers or default_workers(batch)
    clock = Clock()
    size = options.chunk or chunk_runs(ready, batch, batch.runs, workers)
    spans = stretches([Span(0, batch.runs)], size)
    work = partial(simulate, ready, seed=batch.seed)
    if workers == 1 or len(spans) == 1:
        found = [work(span) for span in spans]
    else:
        with ThreadPoolExecutor(workers) as threads:
            found = list(threads.map(work, spans))
    return Held(ready, manifest, tuple(found), clock.seconds(), workers)
