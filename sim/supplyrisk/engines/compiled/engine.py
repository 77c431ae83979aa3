"""The fast engine: `kernel.run_one` compiled, one call per run, which releases Python's lock.

Results are those of the reference engine to the bit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import RunFailed
from ...measures.loops import Loops
from ...model.compile import CompiledModel
from ...streams import run_key
from .. import RunSeries, Trace
from ..prepare import BALANCE_LIMIT, check_finite, fill_floats, take_records
from .calendar import FIRST_DAY, NODE_FLOATS, NODE_INTS
from .kernel import run_one

FIRST_POOL = 1 << 13
LARGEST_POOL = 1 << 24
TRACE_ROOM = 1 << 18


# A kernel runs one arm of one run on a workspace: arm_events, key (signed), out as in `kernel.run_one`.
Kernel = Callable[["Workspace", NDArray[np.int64], int, NDArray[np.float64]], None]


class Workspace:
    """Arenas of one thread for one model, used again for every run.

    Parameters
    ----------
    model : CompiledModel
    pool : int
        Planned events and waiting applications there is room for.
    trace_room : int
        Events a trace has room for.
    """

    def __init__(self, model: CompiledModel, pool: int, trace_room: int) -> None:
        self.model = model
        self.pool = pool
        self.trace_room = trace_room
        self.n_floats = len(model.floats)
        self.n_ints = len(model.ints)
        places: dict[str, int] = {"pool_size": pool, "trace_room": trace_room}
        carriers = model.layout.n_lanes + model.layout.n_sites
        at = self.n_ints
        for name, length in (
            ("calendar", FIRST_DAY + 2 * model.n_days + 2 * model.layout.n_offices),
            ("node_ints", pool * NODE_INTS),
            ("day_nodes", 2 * pool),
            ("carrier_first", carriers),
            ("carrier_next", carriers),
            ("carrier_end", carriers),
            ("slot_counter", pool),
            ("weekday_first", 8),
            ("weekday_carriers", carriers),
            ("trace_ints", 4 * trace_room),
        ):
            places[name] = at
            at += length
        self.ints = np.zeros(at, dtype=np.int64)
        at = self.n_floats
        for name, length in (
            ("node_floats", pool * NODE_FLOATS),
            ("slot_amount", pool),
            ("slot_content", pool),
            ("trace_floats", trace_room),
        ):
            places[name] = at
            at += length
        self.floats = np.zeros(at)
        self.layout: Any = model.layout._replace(**places)
        # Machine code finds the layout's numbers by their place among its fields.
        self.layout_numbers = np.array(self.layout, dtype=np.int64)
        self.addresses = tuple(array.ctypes.data for array in (self.layout_numbers, self.floats, self.ints))

    def fill(self, values: NDArray[np.float64]) -> None:
        """Set the arenas to the start of a run."""
        fill_floats(self.model, values, self.floats[: self.n_floats])
        self.ints[: self.n_ints] = self.model.ints

    def trace(self, events: int) -> Trace:
        """The trace of the last run."""
        first = self.layout.trace_ints
        rows = self.ints[first : first + 4 * events].reshape(-1, 4).T.copy()
        amounts = self.layout.trace_floats
        return Trace(rows[0], rows[1], rows[2], rows[3], self.floats[amounts : amounts + events].copy())


def plain_kernel(work: Workspace, arm_events: NDArray[np.int64], key: int, out: NDArray[np.float64]) -> None:
    """The kernel without a compiler: slower than the reference engine, for comparisons."""
    floats, ints, results = work.floats.tolist(), work.ints.tolist(), out.tolist()
    run_one(work.layout, floats, ints, arm_events.tolist(), key, results)
    work.floats[:], work.ints[:], out[:] = floats, ints, results


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
