"""The fast engine: `kernel.run_one` compiled, one call per run, which releases Python's lock.

Results are those of the reference engine to the bit.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...errors import RunFailed
from ...measures.loops import Loops
from ...model.compile import CompiledModel
from ...streams import run_key
from ..prepare import BALANCE_LIMIT, check_finite, take_records
from ..protocol import RunSeries
from .workspace import Kernel, Workspace

FIRST_POOL = 1 << 13
LARGEST_POOL = 1 << 24
TRACE_ROOM = 1 << 18


class BatchEngine:
    """The compiled engine behind the protocol of `supplyrisk.engines.Engine`.

    Parameters
    ----------
    kernel : Kernel, optional
        What runs a run; the compiled kernel if not given.
    """

    name = "batch"
    loops: Loops | None = None

    def __init__(self, kernel: Kernel | None = None) -> None:
        if kernel is None:
            from .jit import compiled_kernel, compiled_loops

            kernel = compiled_kernel()
            self.loops = compiled_loops()
        self._kernel = kernel
        self._local = threading.local()

    def run(
        self, model: CompiledModel, arm: int, run: int, seed: int, values: NDArray[np.float64], trace: bool = False
    ) -> RunSeries:
        """Run one arm of one run."""
        found = self._run(model, arm, run, seed, values, trace)
        return RunSeries(found.weekly.copy(), found.monthly.copy(), found.totals, found.trace)

    def _run(
        self, model: CompiledModel, arm: int, run: int, seed: int, values: NDArray[np.float64], trace: bool
    ) -> RunSeries:
        """Run one arm of one run; the series lie in memory that the next run overwrites.

        A run that plans more events than there is room for is done again with more room.
        """
        key = run_key(seed, run)
        signed = key - (1 << 64) if key >= 1 << 63 else key
        arm_events = np.ascontiguousarray(model.arm_events[arm])
        out = np.zeros(5)
        work = self._workspace(model, 0, TRACE_ROOM if trace else 0)
        while True:
            work.fill(values)
            self._kernel(work, arm_events, signed, out)
            events = int(out[0])
            if out[3] != 0.0:
                if work.pool >= LARGEST_POOL:
                    raise RunFailed(f"run {run}: more than {LARGEST_POOL} events planned at once")
                work = self._workspace(model, 2 * work.pool, work.trace_room)
            elif trace and events > work.trace_room:
                work = self._workspace(model, work.pool, events)
            else:
                break
        weekly, monthly = take_records(model, work.floats[model.layout.weekly_record :])
        check_finite(model, work.floats, run, float(out[2]), float(out[4]))
        if not out[1] <= BALANCE_LIMIT:
            raise RunFailed(f"run {run}: masses do not balance (relative error {out[1]:.1e})")
        totals = {"events": float(out[0]), "balance_error": float(out[1]), "misfit": float(out[2])}
        return RunSeries(weekly, monthly, totals, work.trace(events) if trace else None)

    def _workspace(self, model: CompiledModel, pool: int, trace_room: int) -> Workspace:
        """This thread's memory for the model, with at least that much room."""
        work = getattr(self._local, "work", None)
        if work is None or work.model is not model:
            work = Workspace(model, max(pool, FIRST_POOL), trace_room)
        elif work.pool < pool or work.trace_room != trace_room:
            work = Workspace(model, max(pool, work.pool), trace_room)
        self._local.work = work
        return work

    def run_many(
        self, model: CompiledModel, arms: Sequence[int], runs: Sequence[int], seed: int, values: NDArray[np.float64]
    ) -> Iterator[tuple[int, int, RunSeries | RunFailed]]:
        """Run every arm of every run, one after the other; a series holds until the next is asked for."""
        for i, run in enumerate(runs):
            for arm in arms:
                try:
                    yield run, arm, self._run(model, arm, run, seed, values[i], False)
                except RunFailed as failure:
                    yield run, arm, failure
