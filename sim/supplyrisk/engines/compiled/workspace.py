"""The memory a run works on, and the kernel that runs on it without a compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.compile import CompiledModel
from ..prepare import fill_floats
from ..protocol import Trace
from .calendar import FIRST_DAY, NODE_FLOATS, NODE_INTS
from .kernel import run_one

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
