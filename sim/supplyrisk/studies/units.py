"""The unit of computing: one arm of one variant, and a stretch of its runs.

A unit is a resolved scenario that holds a single arm. Everything that decides its outcomes and nothing else is in its
digest, so that two cells that come to the same (the baseline under bans of different length) are computed once. Draws
are keyed by names, never by places in a list, so that an arm alone has the draws it has among others.
"""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import json
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..experiment.work import Batch, bench, simulate
from ..language.numbers import Sampled
from ..measures.reporter import Outcome
from ..results.chunks import OK
from ..results.store import Span
from ..spec.resolved import Arm, ReportOptions, Scenario
from .cells import Selection
from .draws import AS_USUAL, Draws

Floats = NDArray[np.float64]
COLLECT = 20  # stretches after which models of earlier cells are cleared away
_computed = count()  # stretches computed by this process
OUTCOMES, VALUES = "outcomes.parquet", "values.parquet"  # files of a chunk


def one_arm(scenario: Scenario, arm: int) -> Scenario:
    """The scenario with one of its arms alone, called `scenario`, and only what that arm needs."""
    chosen = scenario.arms[arm]
    events = tuple(scenario.events[number] for number in chosen.events)
    bare = replace(
        scenario,
        name="",
        title="",
        question="",
        report=ReportOptions(),
        events=events,
        arms=(Arm("scenario", tuple(range(len(events)))),),
    )
    used = set(_drawn((bare.world.values, bare.outlook, bare.events)))
    tied = {name for a, b, _ in bare.rank_correlations for name in (a, b)}
    sampled = tuple(c for c in bare.sampled if c.name in used or c.name in tied or c.group in tied)
    return replace(bare, sampled=sampled)


def _drawn(value: Any) -> Iterator[str]:
    """Names of the columns that a value is drawn from."""
    if isinstance(value, Sampled):
        yield value.column
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            yield from _drawn(getattr(value, each.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            if not isinstance(item, (float, str)):
                yield from _drawn(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            if not isinstance(item, (float, str)):
                yield from _drawn(item)


@dataclass(frozen=True)
class Unit:
    """One arm of one variant with all that decides its outcomes."""

    scenario: Scenario
    seed: int
    runs: int
    sampler: str
    selection: Selection
    engine: str
    draws: Draws = AS_USUAL
    first_runs: int = 0  # how many are computed, from the first on; 0: all

    def digest(self, code: str, of_scenario: str = "") -> str:
        """Equal for units whose kept outcomes are equal; `code` is that of the model's source."""
        of_scenario = of_scenario or scenario_digest(self.scenario)
        of: tuple[Any, ...] = (of_scenario, self.seed, self.runs, self.sampler, self.selection, code)
        if self.draws or self.first_runs:
            of += (self.draws, self.first_runs)
        return hashlib.sha256(repr(of).encode()).hexdigest()[:32]

    def batch(self) -> Batch:
        """The unit as workers take it."""
        scenario = replace(self.scenario, runs=self.runs, seed=self.seed, sampler=self.sampler)
        return Batch(
            pickle.dumps(scenario), self.engine, self.seed, self.runs, self.sampler, max(self.runs, 1), keep="none"
        )


def scenario_digest(scenario: Scenario) -> str:
    """Of all that a scenario says but its runs, seed and sampler."""
    world = replace(scenario.world, values={})
    outlook = replace(scenario.outlook, recorded=())  # only shown beside
    bare = replace(scenario, world=world, outlook=outlook, runs=0, seed=0, sampler="")
    # Python writes equal floats alike and different ones differently; a mapping's order means nothing.
    numbers = sorted(scenario.world.values.items())
    return hashlib.sha256(f"{numbers!r}{bare!r}".encode()).hexdigest()


@dataclass(frozen=True)
class Stretch:
    """Runs first .. last-1 of a unit, as a job."""

    batch: Batch
    selection: Selection
    span: Span
    draws: Draws = AS_USUAL


def compute(job: Stretch) -> dict[str, bytes]:
    """The files of a chunk: the kept outcomes of every run (NaN where it failed), and what was drawn for it."""
    if next(_computed) % COLLECT == COLLECT - 1:
        gc.collect()  # models hold themselves in circles, and a worker of batches seldom looks for such
    ready = bench(job.batch)
    if job.draws:
        ready = replace(ready, design=job.draws.design(ready.design))
    chunk = simulate(ready, job.span, job.draws.seed(job.batch.seed))
    outcomes = ready.layout.outcomes
    picks = job.selection.picks(outcomes)
    kept = np.full((len(chunk.status), len(picks)), np.nan)
    good = [row for row, status in enumerate(chunk.status) if status == OK]
    kept[good] = chunk.outcomes[:, 0, picks]
    fine = np.zeros(len(chunk.status))
    fine[good] = 1.0
    return {
        OUTCOMES: _file(kept, [list(outcomes[i]) for i in picks]),
        VALUES: _file(np.column_stack([fine, chunk.values]), ["ok", *ready.layout.sampled]),
    }


def _file(values: Floats, names: list[Any]) -> bytes:
    """A matrix as Parquet: one column of numbers, the names of the matrix's columns beside it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ..results.arrow import array

    table = pa.table([array(np.ascontiguousarray(values).reshape(-1))], names=["value"])
    table = table.replace_schema_metadata({"names": json.dumps(names)})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=False, use_byte_stream_split=True)
    return bytes(sink.getvalue().to_pybytes())


@dataclass(frozen=True)
class Matrix:
    """Numbers of some runs, with the names of the columns."""

    names: tuple[Any, ...]
    values: Floats  # (runs, columns)


def matrix(content: bytes) -> Matrix:
    """A matrix back from its file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ..results.arrow import numbers

    with pq.ParquetFile(pa.BufferReader(content)) as file:
        table = file.read()
        names = json.loads((table.schema.metadata or {})[b"names"])
    return Matrix(tuple(names), np.asarray(numbers(table["value"])).reshape(-1, max(len(names), 1))[:, : len(names)])


def outcome_names(names: tuple[Any, ...]) -> tuple[Outcome, ...]:
    """Names of outcomes back from what a file holds."""
    return tuple(Outcome(*each) for each in names)
