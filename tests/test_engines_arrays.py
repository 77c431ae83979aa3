"""What the compiler is told of memory is true: an index that starts at an array stays within it.

The compiler takes `F[L.site_stock + s]` never to meet `F[L.site_wip + s]` (see `supplyrisk.engines.compiled.pointers`). Were that false
anywhere, machine code could read a number before it is written.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from supplyrisk.engines.compiled.calendar import FIRST_DAY, NODE_FLOATS, NODE_INTS
from supplyrisk.engines.compiled.engine import FIRST_POOL
from supplyrisk.engines.compiled.kernel import run_one
from supplyrisk.engines.compiled.workspace import Workspace
from supplyrisk.model.arrays import DIMENSIONS
from supplyrisk.model.compile import CompiledModel, compile_scenario
from supplyrisk.model.layout import ARRAYS, RECORDS, SCALARS
from supplyrisk.spec.resolved import Scenario
from supplyrisk.streams import run_key

from .engines_compared import crowded
from .generated_worlds import scenarios, usual

TRACE_ROOM = 64


class Place(int):
    """A position that remembers at which array it started."""

    array: str

    def __new__(cls, value: int, array: str) -> Place:
        made = super().__new__(cls, value)
        made.array = array
        return made

    def __add__(self, other: int) -> int:
        # Of two arrays neither can be told to be meant, as in `pointers`.
        return int(self) + int(other) if isinstance(other, Place) else Place(int(self) + other, self.array)

    __radd__ = __add__

    def __sub__(self, other: int) -> int:
        return self + -other


class Watched(list[Any]):
    """An arena that refuses a place outside its array."""

    limits: dict[str, tuple[int, int]]
    seen: set[str]

    def check(self, index: int) -> int:
        if isinstance(index, Place):
            first, last = self.limits[index.array]
            assert first <= index < last, f"{index.array}: {int(index)} is not in {first}..{last - 1}"
            self.seen.add(index.array)
        return int(index)

    def __getitem__(self, index: Any) -> Any:
        return super().__getitem__(self.check(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(self.check(index), value)


def limits(work: Workspace) -> dict[str, dict[str, tuple[int, int]]]:
    """First position and end of every array, by arena."""
    L, found = work.layout, {"float": {}, "int": {}}
    sizes = {name: getattr(L, f"n_{name}") for name, _ in DIMENSIONS} | {"one": 1}
    for array in (*ARRAYS, *SCALARS, *RECORDS):
        first = getattr(L, array.name)
        found[array.kind][array.name] = (first, first + sizes[array.dim])
    for kind, name, length in (
        ("int", "calendar", FIRST_DAY + 2 * L.n_days + 2 * L.n_offices),
        ("int", "node_ints", work.pool * NODE_INTS),
        ("int", "day_nodes", 2 * work.pool),
        ("int", "carrier_first", L.n_lanes + L.n_sites),
        ("int", "carrier_next", L.n_lanes + L.n_sites),
        ("int", "carrier_end", L.n_lanes + L.n_sites),
        ("int", "slot_counter", work.pool),
        ("int", "weekday_first", 8),
        ("int", "weekday_carriers", L.n_lanes + L.n_sites),
        ("int", "trace_ints", 4 * work.trace_room),
        ("float", "node_floats", work.pool * NODE_FLOATS),
        ("float", "slot_amount", work.pool),
        ("float", "slot_content", work.pool),
        ("float", "trace_floats", work.trace_room),
    ):
        first = getattr(L, name)
        found[kind][name] = (first, first + length)
    return found


def watched_run(model: CompiledModel, change: dict[str, int] | None = None) -> set[str]:
    """Run the scenario arm with every access checked; returns the arrays that were used."""
    work = Workspace(model, FIRST_POOL, TRACE_ROOM)
    work.fill(np.zeros(0))
    within, seen = limits(work), set()
    arenas = []
    for kind, numbers in (("float", work.floats), ("int", work.ints)):
        arena = Watched(numbers.tolist())
        arena.limits, arena.seen = within[kind], seen
        arenas.append(arena)
    places = {name: Place(getattr(work.layout, name), name) for kind in within.values() for name in kind}
    L = work.layout._replace(**places, **(change or {}))
    key = run_key(1, 0)
    run_one(L, *arenas, model.arm_events[1].tolist(), key - (1 << 64) if key >= 1 << 63 else key, [0.0] * 5)
    return seen


@pytest.fixture(scope="module")
def model() -> CompiledModel:
    return crowded()


def test_every_access_stays_within_its_array(model: CompiledModel) -> None:
    seen = watched_run(model)
    assert len(seen) > 150  # nearly all of the arrays there are


@usual(40)
@given(scenarios())
def test_every_access_stays_within_its_array_in_generated_worlds(made: Scenario) -> None:
    assert watched_run(compile_scenario(made))


def test_an_access_outside_its_array_is_found(model: CompiledModel) -> None:
    with pytest.raises(AssertionError, match="is not in"):
        watched_run(model, {"n_lanes": model.layout.n_lanes + 1})
