"""The fast engine: `kernel.run_one` compiled, one call per run, without Python's lock.

Results are those of the reference engine to the bit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RunFailed
from ..model.compile import CompiledModel
from ..streams import run_key
from . import RunSeries, Trace
from .kernel import FIRST_DAY, NODE_FLOATS, NODE_INTS
from .prepare import BALANCE_LIMIT, check_finite, fill_floats

FIRST_NODES = 1 << 15


@dataclass
class Workspace:
    """Memory of one thread for one model, used again for every run."""

    layout: Any
    calendar: NDArray[np.int64]
    node_ints: NDArray[np.int64]
    node_floats: NDArray[np.float64]
    day_nodes: NDArray[np.int64]

    @classmethod
    def of_size(cls, model: CompiledModel, nodes: int) -> Workspace:
        """Room for `nodes` planned events and waiting applications."""
        # The layout goes to machine code as one record: passing its 300 numbers one by one to every function
        # made compiling ten times slower.
        fields = np.dtype([(name, np.int64) for name in model.layout._fields])
        lists = FIRST_DAY + 2 * model.n_days + 2 * model.layout.n_offices
        return cls(
            np.array([tuple(model.layout)], dtype=fields)[0],
            np.empty(lists, dtype=np.int64),
            np.empty(nodes * NODE_INTS, dtype=np.int64),
            np.empty(nodes * NODE_FLOATS),
            np.empty(nodes, dtype=np.int64),
        )


class BatchEngine:
    """The compiled engine behind the protocol of `sim.engines.Engine`."""

    name = "batch"

    def __init__(self, kernel: Callable[..., None] | None = None) -> None:
        if kernel is None:
            from .jit import compiled_run

            kernel = compiled_run()
        self._kernel = kernel
        self._local = threading.local()

    def run(
        self, model: CompiledModel, arm: int, run: int, seed: int, values: NDArray[np.float64], trace: bool = False
    ) -> RunSeries:
        """Run one arm of one run.

        A run that plans more events than there is room for is done again with more.
        """
        nodes = getattr(self._local, "nodes", FIRST_NODES)
        while True:
            work = self._workspace(model, nodes)
            weekly = np.zeros(model.n_weeks * len(model.weekly_columns))
            monthly = np.zeros(len(model.month_starts) * len(model.monthly_columns))
            out = np.zeros(4)
            room = 1 << 20 if trace else 0
            while True:
                trace_ints = np.zeros(4 * room, dtype=np.int64)
                trace_floats = np.zeros(room)
                self._call(model, arm, run, seed, values, work, weekly, monthly, trace_ints, trace_floats, out)
                if not trace or out[0] <= room:
                    break
                room *= 2
                weekly[:] = 0.0
                monthly[:] = 0.0
            if out[3] == 0.0:
                break
            nodes *= 2
            self._local.nodes = nodes
            if nodes > 1 << 24:
                raise RunFailed(f"run {run}: more than {1 << 24} events planned at once")
        record = weekly.reshape(model.n_weeks, -1)
        check_finite(run, record, float(out[2]))
        if not out[1] <= BALANCE_LIMIT:
            raise RunFailed(f"run {run}: masses do not balance (relative error {out[1]:.1e})")
        totals = {"events": float(out[0]), "balance_error": float(out[1]), "misfit": float(out[2])}
        events = int(out[0])
        kept = None
        if trace:
            rows = trace_ints[: 4 * events].reshape(-1, 4)
            kept = Trace(
                rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy(), rows[:, 3].copy(), trace_floats[:events].copy()
            )
        return RunSeries(record, monthly.reshape(len(model.month_starts), -1), totals, kept)

    def _call(
        self,
        model: CompiledModel,
        arm: int,
        run: int,
        seed: int,
        values: NDArray[np.float64],
        work: Workspace,
        weekly: NDArray[np.float64],
        monthly: NDArray[np.float64],
        trace_ints: NDArray[np.int64],
        trace_floats: NDArray[np.float64],
        out: NDArray[np.float64],
    ) -> None:
        key = run_key(seed, run)
        signed: Any = np.int64(key - (1 << 64) if key >= 1 << 63 else key)
        self._kernel(
            work.layout,
            fill_floats(model, values),
            model.ints.copy(),
            weekly,
            monthly,
            work.calendar,
            work.node_ints,
            work.node_floats,
            work.day_nodes,
            trace_ints,
            trace_floats,
            np.ascontiguousarray(model.arm_events[arm]),
            signed,
            out,
        )

    def _workspace(self, model: CompiledModel, nodes: int) -> Workspace:
        """This thread's memory for the model."""
        if getattr(self._local, "model", None) is not model or len(self._local.work.day_nodes) < nodes:
            self._local.model = model
            self._local.nodes = nodes
            self._local.work = Workspace.of_size(model, nodes)
        return self._local.work  # type: ignore[no-any-return]

    def run_many(
        self, model: CompiledModel, arms: Sequence[int], runs: Sequence[int], seed: int, values: NDArray[np.float64]
    ) -> Iterator[tuple[int, int, RunSeries | RunFailed]]:
        """Run every arm of every run, one after the other."""
        for i, run in enumerate(runs):
            for arm in arms:
                try:
                    yield run, arm, self.run(model, arm, run, seed, values[i])
                except RunFailed as failure:
                    yield run, arm, failure
