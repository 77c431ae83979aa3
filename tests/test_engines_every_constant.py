"""Every number in the two engines matters: change one of them in one engine, and the comparison finds it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from supplyrisk.engines.compiled.engine import BatchEngine
from supplyrisk.model.compile import CompiledModel

from .engines_compared import crowded, difference

ENGINES = Path(__file__).parents[1] / "sim" / "supplyrisk" / "engines"
MODULES = ("compiled/calendar", "compiled/kernel", "simpy_engine")
RUNS = ((1, 0), (3, 1), (3, 2))  # seed, run

# Numbers that may be another without any result being another, by the line they stand in.
FREE_CHOICES = {
    "FILED = 99": "a kind that is never compared",
    "FREE = 0": "a place of its own, nothing else is there",
    "is_unruled(L, F, I, lane) == 1) if ruled": "the general way does the same, more slowly",
    "if F[L.lane_delay + lane] >= 0.5": "the general way does the same, more slowly",
    "return 1 if I[L.lane_office + lane] < 0 and F[L.lane_unfiled": "the general way does the same, more slowly",
    "for offset in range(1, 7):": "no rule changes are marked further ahead",
    "I[L.calendar + OVERFLOW] = 1": "there is room for all events of this world",
    "if I[L.calendar + OVERFLOW] == 1:": "there is room for all events of this world",
    "I[L.calendar + FREE] = -1": "any negative number means none",
    "I[L.calendar + i] = -1": "any negative number means none",
    "I[at] = -1": "any negative number means none",
    "range(FIRST_DAY, FIRST_DAY + 2 * L.n_days": "clears more than is used",
    "out[2] = start_run": "the misfit of the baseline, of which only the size is looked at",
    "return -1": "any negative number means none",
    "capacity=1": "set anew before the first file",
    "busy = -1": "any number below that of officers at work",
    "before = -1": "any negative number means none",
    "key = priority if isinstance(priority, tuple) else (-1": "before or after nothing",
    "BITS = 0x": "more bits than are used",
    "NODE_INTS = 3": "a node may have more room than it needs",
    "NODE_FLOATS = 2": "a node may have more room than it needs",
    "I[L.calendar + USED] = node + 1": "a node may be left out",
    "for weekday in range(7):": "an eighth weekday is never asked for",
    "rank = (market.COMPLETION << 56)": "batches end weekly only: none is planned that could come between",
    "office = extra // 1048576": "nothing is filed on the first day by the second of two offices",
}


class Change(ast.NodeTransformer):
    """Another number in one place."""

    def __init__(self, place: tuple[int, int]) -> None:
        self.place = place

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if (node.lineno, node.col_offset) != self.place:
            return node
        value: Any = node.value
        return ast.copy_location(ast.Constant(value + 1 if isinstance(value, int) else value * 1.0000001), node)


def numbers(name: str) -> list[tuple[int, int]]:
    """Places of an engine's numbers but zeros: between nothing and next to nothing no run can tell."""
    nodes = ast.walk(ast.parse((ENGINES / f"{name}.py").read_text(encoding="utf-8")))
    found = {
        (node.lineno, node.col_offset)
        for node in nodes
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value != 0
    }
    return sorted(found)


def load(name: str, place: tuple[int, int] = (0, 0)) -> ModuleType:
    """One of the engines' modules anew, with another number in one place."""
    path = ENGINES / f"{name}.py"
    tree = ast.fix_missing_locations(Change(place).visit(ast.parse(path.read_text(encoding="utf-8"))))
    module = ModuleType("changed_engine")
    module.__package__ = ".".join(("supplyrisk.engines", *name.split("/")[:-1]))
    sys.modules[module.__name__] = module  # dataclasses look their module up
    exec(compile(tree, str(path), "exec"), module.__dict__)
    return module


def changed(name: str, place: tuple[int, int]) -> ModuleType:
    """The engine with another number in one place of one of its modules."""
    if name != "compiled/calendar":
        return load(name, place)
    plain = sys.modules["supplyrisk.engines.compiled.calendar"]
    sys.modules["supplyrisk.engines.compiled.calendar"] = load(name, place)
    try:
        return load("compiled/kernel")
    finally:
        sys.modules["supplyrisk.engines.compiled.calendar"] = plain


def is_found(crowd: CompiledModel, name: str, place: tuple[int, int]) -> bool:
    """A run differs, fails or does not end."""
    try:
        module = changed(name, place)
        for seed, run in RUNS:
            if name == "simpy_engine":
                said = difference(crowd, reference=module.ReferenceEngine(), seed=seed, run=run)
            else:
                said = difference(crowd, BatchEngine(kernel=Limited(module)), seed=seed, run=run)
            if said:
                return True
    except Exception:  # whatever it is, it is found
        return True
    finally:
        sys.modules.pop("changed_engine", None)
    return False


class Limited:
    """A changed kernel that is stopped when it goes round in circles."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def __call__(self, work: Any, arm_events: Any, key: int, out: Any) -> None:
        reads = Reads(work.ints.tolist())
        floats, results = work.floats.tolist(), out.tolist()
        self.module.run_one(work.layout, floats, reads, arm_events.tolist(), key, results)
        record = work.layout.weekly_record
        assert results[4] == pytest.approx(sum(floats[record : record + work.layout.n_weekly_record]), rel=1e-9)
        work.floats[:], work.ints[:], out[:] = floats, reads, results


class Reads(list[int]):
    """The integers of a run, of which a run reads so many at most."""

    left = 5_000_000

    def __getitem__(self, place: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise RecursionError("it does not end")
        return super().__getitem__(place)


def unfound(crowd: CompiledModel, name: str, places: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Lines with a number that no run tells from another."""
    lines = (ENGINES / f"{name}.py").read_text(encoding="utf-8").splitlines()
    for place in places:
        line = lines[place[0] - 1].strip()
        if not any(free in line for free in FREE_CHOICES) and not is_found(crowd, name, place):
            yield f"{name}.py:{place[0]}:{place[1]} {line}"


@pytest.fixture(scope="module")
def crowd() -> CompiledModel:
    return crowded()


@pytest.mark.parametrize("name", MODULES)
def test_some_numbers_changed_are_found(crowd: CompiledModel, name: str) -> None:
    assert list(unfound(crowd, name, numbers(name)[::12])) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_every_number_changed_is_found(crowd: CompiledModel, name: str) -> None:
    assert list(unfound(crowd, name, numbers(name))) == []


def test_free_choices_are_still_there() -> None:
    source = "".join((ENGINES / f"{name}.py").read_text(encoding="utf-8") for name in MODULES)
    assert [free for free in FREE_CHOICES if free not in source] == []
