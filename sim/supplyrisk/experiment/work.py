"""What one worker does: a stretch of runs, from the design to the files of a chunk.

A job carries everything it needs, so it can run in this process, in a pool or on another machine; the
compiled model is kept per process. Nothing a worker does depends on which stretch it was given.
"""

from __future__ import annotations

import hashlib
import importlib
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RunFailed
from ..results import chunks
from ..results.chunks import FAILED, OK, Chunk, Layout
from ..results.collect import Collector, Shelf
from ..results.series import block_quantiles
from ..results.store import Span, Store
from ..spec.resolved import Scenario
from .designs import Design

Floats = NDArray[np.float64]


FAR_MISFIT = 1e-6  # relative difference of an output from the stated one that is worth a remark


@dataclass(frozen=True)
class Batch:
    """What a batch is, the same for every worker.

    Parameters
    ----------
    scenario : bytes
        The pickled resolved scenario.
    engine : str
        `reference`, `batch`, or `module:name` of an object with `compile`, `run` and `run_many`.
    runs : int
        Runs of the whole batch, which decides how series are kept.
    block : int
        Runs over which a Latin hypercube is stratified.
    """

    scenario: bytes
    engine: str
    seed: int
    runs: int
    sampler: str
    block: int
    keep: str

    @property
    def key(self) -> str:
        """Name of the batch: equal for equal batches."""
        fields = (self.seed, self.runs, self.sampler, self.block, self.keep, self.engine)
        return hashlib.sha256(repr(fields).encode() + self.scenario).hexdigest()


@dataclass(frozen=True)
class Job:
    """Runs first .. last-1 of a batch. With `folder`, the worker writes the chunk itself."""

    batch: Batch
    span: Span
    folder: str = ""
    stamp: str = ""  # `created` of the manifest that a worker must see before it writes
    mark: str = ""  # the batch, as chunks name it (`store.batch_mark`)


@dataclass
class Report:
    """What comes back from a worker; `files` only if it could not write them itself."""

    span: Span
    finished: int
    failed: int
    seconds: float
    files: dict[str, bytes] | None = None
    precision: dict[str, list[float]] | None = None


@dataclass(frozen=True)
class Bench:
    """A model ready to run in this process."""

    model: Any
    engine_name: str
    design: Design
    layout: Layout
    same: tuple[int, ...]  # for each arm the first arm with the same events

    @property
    def engine(self) -> Any:
        """The engine, made when it is first needed: who only hands out work never loads a compiler."""
        return _engine(self.engine_name)


@lru_cache(maxsize=4)
def _engine(name: str) -> Any:
    if ":" in name:
        module, _, attribute = name.partition(":")
        return getattr(importlib.import_module(module), attribute)
    from ..engines import get_engine

    return get_engine(name)


def _compiler(name: str) -> Callable[[Scenario], Any]:
    """What makes the model for an engine."""
    if ":" in name:
        compiler: Callable[[Scenario], Any] = _engine(name).compile
        return compiler
    from ..model.compile import compile_scenario

    return compile_scenario


def bench(batch: Batch) -> Bench:
    """The batch's model in this process, compiled at most once."""
    return _bench(batch)


@lru_cache(maxsize=4)
def _bench(batch: Batch) -> Bench:
    scenario: Scenario = pickle.loads(batch.scenario)
    scenario = replace(scenario, runs=batch.runs, seed=batch.seed, sampler=batch.sampler)
    return bench_of(scenario, batch.engine, batch.block, batch.keep)


def bench_of(scenario: Scenario, engine: str, block: int, keep: str) -> Bench:
    """A scenario's model and all that is worked out of it, for its own number of runs, seed and sampler."""
    model = _compiler(engine)(scenario)
    design = Design(scenario.sampled, scenario.rank_correlations, scenario.sampler, scenario.seed, block)
    return Bench(model, engine, design, chunks.layout(model, scenario.runs, keep), shared_arms(scenario))


def shared_arms(scenario: Scenario) -> tuple[int, ...]:
    """For each arm the first arm with the same events: draws do not depend on the arm, so results do not."""
    first: dict[tuple[int, ...], int] = {}
    return tuple(first.setdefault(tuple(sorted(arm.events)), number) for number, arm in enumerate(scenario.arms))


Heard = Callable[[int, int, Any], None]
_LISTENERS: dict[str, Heard] = {}


@contextmanager
def heard_by(batch: Batch, heard: Heard) -> Iterator[None]:
    """Let a function see every (run, arm, series or failure) of a batch that this very process computes.

    For what is measured on runs beside their outcomes, so that they need not be run twice. It is called from several threads at
    once, with other runs each.
    """
    _LISTENERS[batch.key] = heard
    try:
        yield
    finally:
        del _LISTENERS[batch.key]


def simulate(
    ready: Bench,
    span: Span,
    seed: int,
    tick: Callable[[int], None] | None = None,
    shelf: Shelf | None = None,
    heard: Heard | None = None,
) -> Chunk:
    """Run every arm of runs first .. last-1.

    A run that fails in one arm counts as failed in all: its differences would have no partner. With a `shelf`, the
    chunk holds until the next one that is made with it.
    """
    made = ready.layout
    values = ready.design.values(span.first, span.last)
    runs = list(range(span.first, span.last))
    arms = sorted(set(ready.same))
    outcomes = np.zeros((len(runs), len(made.columns), len(made.outcomes)))
    loops = getattr(ready.engine, "loops", None)
    collector = Collector(made, arms, len(runs), loops, shelf)
    messages = [""] * len(runs)
    remarks = [""] * len(runs)
    priced, lead, lead_in = -1, int(ready.model.lead_weeks), b""
    for run, arm, found in _results(ready, arms, runs, seed, values):
        row = run - span.first
        if heard:
            heard(run, arm, found)
        if isinstance(found, Exception):
            name = made.arms[arm]
            messages[row] = messages[row] or f"{name}: {_words(found)}"
        else:
            if lead:
                before = found.weekly[:lead].tobytes()
                if arm == arms[0]:
                    lead_in = before
                # Nothing of an arm may be felt before the reported start, or its difference were no answer.
                assert before == lead_in, f"run {run}: arm {made.arms[arm]} differs before the reported start"
            rows = made.reporter.rows(found.weekly, found.monthly, loops)
            if row != priced:
                money, priced = made.reporter.money(values[row]), row
            outcomes[row, arm] = made.reporter.compute(rows, money)
            remarks[row] = _remark(found.totals["misfit"])
            if collector.arms:
                collector.add(run, arm, made.fans.vector(rows))
        if tick and arm == arms[-1]:
            tick(1)
    for arm, same in enumerate(ready.same):
        if same != arm:
            outcomes[:, arm] = outcomes[:, same]
    for number, (_, minuend, subtrahend) in enumerate(made.differences, start=len(made.arms)):
        np.subtract(outcomes[:, minuend], outcomes[:, subtrahend], out=outcomes[:, number])
    good = [row for row, message in enumerate(messages) if not message]
    status = [FAILED if message else OK for message in messages]
    messages = [message or remark for message, remark in zip(messages, remarks, strict=True)]
    kept = [collector.arms[same] for same in ready.same] if collector.arms else []
    whole = outcomes if len(good) == len(runs) else outcomes[good]
    return Chunk(span.first, values, status, messages, whole, kept)


def _results(ready: Bench, arms: Sequence[int], runs: Sequence[int], seed: int, values: Floats) -> Any:
    """(run, arm, series or failure) of every run; a bug in one run does not end the others."""
    done: set[tuple[int, int]] = set()
    try:
        for run, arm, found in ready.engine.run_many(ready.model, arms, runs, seed, values):
            done.add((run, arm))
            yield run, arm, found
        return
    except (OSError, MemoryError, ImportError):
        raise
    except Exception:  # a bug: find the run it belongs to, keep the rest
        pass
    for i, run in enumerate(runs):
        for arm in arms:
            if (run, arm) in done:
                continue
            try:
                found = ready.engine.run(ready.model, arm, run, seed, values[i])
            except (OSError, MemoryError, ImportError):
                raise
            except Exception as error:
                found = error
            yield run, arm, found


def _remark(misfit: float) -> str:
    """What is to be known of a run that did not fail: outputs that its lanes could not carry (see `model.trade`)."""
    if misfit <= FAR_MISFIT:
        return ""
    return f"an output differs from the stated one by about {100.0 * misfit:.1g} %: no lane carries what was drawn"


def _words(error: BaseException) -> str:
    """A failure as one line."""
    text = " ".join(str(error).split())
    return text if isinstance(error, RunFailed) and text else f"{type(error).__name__}: {text}"


def run_job(job: Job, tick: Callable[[int], None] | None = None, shelf: Shelf | None = None) -> Report:
    """Compute a chunk and put it into the run folder, or hand its files back if that is out of reach."""
    start = time.perf_counter()
    ready = bench(job.batch)
    heard = _LISTENERS.get(job.batch.key) if _LISTENERS else None
    chunk = simulate(ready, job.span, job.batch.seed, tick, shelf, heard)
    content = chunks.files(chunk, ready.layout)
    report = Report(job.span, len(chunk.finished), chunk.status.count(FAILED), 0.0)
    if job.folder and _is_the_folder(Path(job.folder), job.stamp):
        Store(Path(job.folder)).write_chunk(job.span, content, job.mark)
    else:
        report.files = content
    report.seconds = time.perf_counter() - start
    return report


def join_block(batch: Batch, paths: Sequence[Path], arm: int, block: int) -> Floats:
    """Quantiles (cells, levels) of one block of series, from the chunks at `paths`."""
    ready = bench(batch)
    return block_quantiles(ready.layout, paths, arm, block, getattr(ready.engine, "loops", None))


def _is_the_folder(folder: Path, stamp: str) -> bool:
    """Whether this machine sees the very run folder (not another one of the same name)."""
    if not (folder / "manifest.json").exists():
        return False
    return bool(Store(folder).manifest().get("created") == stamp)
