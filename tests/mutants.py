"""Change one mechanism of the model in place, and ask tests with numbers worked out by hand whether they notice.

Both engines call the functions of `supplyrisk.model` and `supplyrisk.operations`, so that their equality says nothing
about the economics. A mutant is a file of that folder with one text replaced. Its functions' code is swapped under
the functions that every module has imported, so that nothing is copied, imported twice or compiled; afterwards the
old code is put back. Only checks that run the changed functions are asked, the quickest first.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from supplyrisk.engines import compiled

SOURCES = Path(__file__).parents[1] / "sim" / "supplyrisk"
MODEL = SOURCES / "model"
OPERATIONS = SOURCES / "operations" / "ops"
PREFIX = "supplyrisk."
LONGEST_SECONDS = 20  # of one check: a mutant may go round in circles

# Tests whose numbers are worked out by hand or follow from a closed form, on the readable engine or by direct calls.
HAND_WORKED = (
    *(
        f"test_model_{name}"
        for name in (
            "economics",
            "beliefs",
            "expected",
            "cells",
            "blocks",
            "pools",
            "targets",
            "prices",
            "paid",
            "trade_week",
            "asked",
            "orders",
            "production",
            "use",
            "receive",
            "movement",
            "general_licences",
            "rules",
            "start",
            "begin",
            "parting",
            "over",
            "offices",
            "ration",
            "buyers",
            "week",
            "applications",
            "memory",
            "substitutes",
            "fob",
        )
    ),
    "test_events_rules_on_rules",
)
# Tests of many draws: what they look at has a test of one draw.
TOO_SLOW = (
    "test_an_office_without_a_capacity_has_another_pace",
    "test_both_engines_draw",
    "test_relapses_are_as_frequent",
    "test_a_runs_own_error_is_a_t",
    "test_the_weekly_part_is_an_ar1",
    # Laws of whole runs: what they rest on has a test of its own.
    "test_both_engines_agree",
    "test_a_longer_freeze",
    "test_a_freeze_for_one",
    "test_firms_come_on_a_list",
    "test_old_files_lapse_in_a_freeze",
    "test_japan_in_2026",
    "test_a_long_first_squeeze",
    "test_the_second_squeeze",
    "test_where_it_proves_false",
    "test_the_more_",
    "test_an_unrumoured",
    "test_what_has_gone_over_is_no_loss",
    "test_a_rule_may_widen",
    "test_without_a_gap",
    "test_it_is_told_only",
    "test_where_nothing_leaves",
)


@dataclass
class Check:
    """One test with one set of parameters, and what it was seen to do.

    Attributes
    ----------
    ran : set of str
        Functions of the model that it runs, as `file.function`.
    """

    name: str
    call: Callable[[], None]
    seconds: float = 0.0
    ran: set[str] = field(default_factory=set)

    def fails(self) -> bool:
        """True if it notices something, whatever it says."""
        try:
            with time_limit():
                self.call()
        except (Exception, TimeoutError):
            return True
        return False


@contextmanager
def time_limit() -> Iterator[None]:
    """Stop what takes too long (where the system can)."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def stop(number: int, frame: Any) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def parameter_sets(test: Any) -> Iterator[dict[str, Any]]:
    """Every combination of a test's `parametrize` marks."""
    axes = []
    for mark in getattr(test, "pytestmark", []):
        if mark.name != "parametrize":
            continue
        names, rows = mark.args[0], list(mark.args[1])
        names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
        rows = [getattr(row, "values", row) if type(row).__name__ == "ParameterSet" else row for row in rows]
        axes.append([dict(zip(names, row if len(names) > 1 else (row,), strict=True)) for row in rows])
    for parts in itertools.product(*axes):
        yield {name: value for part in parts for name, value in part.items()}


def gather(modules: Sequence[str] = HAND_WORKED) -> list[Check]:
    """All hand-worked checks that ask for no fixture and no compiled engine, run once and seen to pass."""
    found = []
    for name in modules:
        module = importlib.import_module(f"tests.{name}")
        for title, test in vars(module).items():
            if not title.startswith("test_") or not isinstance(test, FunctionType) or is_slow(test):
                continue
            if title.startswith(TOO_SLOW):
                continue
            asked = test.__code__.co_varnames[: test.__code__.co_argcount]
            for values in parameter_sets(test):
                if set(asked) == set(values):
                    label = f"{name}::{title}" + (f"{list(values.values())}" if values else "")
                    found.append(Check(label, lambda test=test, values=values: test(**values)))
    for check in found:
        watch(check)
    # What ran in machine code would not see a change, and could keep a changed function compiled.
    return sorted((check for check in found if check.ran), key=lambda check: check.seconds)


def is_slow(test: Any) -> bool:
    return any(mark.name == "slow" for mark in getattr(test, "pytestmark", []))


def watch(check: Check) -> None:
    """Run a check once: how long it takes and which functions of the model it runs."""
    folders = (str(MODEL), str(OPERATIONS))
    seen: set[CodeType] = set()

    def look(frame: Any, what: str, argument: Any) -> None:
        if frame.f_code.co_filename.startswith(folders):
            seen.add(frame.f_code)

    with no_machine_code() as asked:
        start = time.perf_counter()
        before = sys.gettrace()
        sys.settrace(look)  # calls only: without a function of its own no line of a call is looked at
        try:
            check.call()
        except NeedsMachineCode:
            seen.clear()
        finally:
            sys.settrace(before)
        check.seconds = time.perf_counter() - start
    if asked:
        seen.clear()
    check.ran = {f"{Path(code.co_filename).stem}.{code.co_name}" for code in seen}


class NeedsMachineCode(Exception):
    """A check asked for the compiled engine."""


@contextmanager
def no_machine_code() -> Iterator[list[str]]:
    """Refuse the compiled engine: it would keep changed functions in its cache."""
    jit = importlib.import_module(f"{compiled.__name__}.jit")
    asked: list[str] = []
    before = {name: getattr(jit, name) for name in ("compiled_kernel", "compiled_loops")}

    def refuse() -> Any:
        asked.append("compiled")
        raise NeedsMachineCode

    for name in before:
        setattr(jit, name, refuse)
    try:
        yield asked
    finally:
        for name, value in before.items():
            setattr(jit, name, value)


@dataclass(frozen=True)
class Changed:
    """What differs in a changed module: code by function, constants by name."""

    module: ModuleType
    code: dict[str, CodeType]
    constants: dict[str, Any]

    @property
    def functions(self) -> set[str]:
        """Functions whose checks have to be asked: those changed, and those that read a changed constant."""
        stem = self.module.__name__.rpartition(".")[2]
        found = {f"{stem}.{name}" for name in self.code}
        for module, name in bound(self.constants, self.module):
            for title, value in vars(module).items():
                if isinstance(value, FunctionType) and name in value.__code__.co_names:
                    found.add(f"{value.__module__.rpartition('.')[2]}.{title}")
        return found


def bound(constants: dict[str, Any], owner: ModuleType) -> Iterator[tuple[ModuleType, str]]:
    """Modules of the package that hold a constant of another, under its name."""
    for title, module in list(sys.modules.items()):
        if title.startswith(PREFIX):
            for name in constants:
                if name in vars(module) and vars(module)[name] == vars(owner)[name]:
                    yield module, name


def path_of(file: str) -> Path:
    """A file of the model or of the operations by its name."""
    return OPERATIONS / file if (OPERATIONS / file).exists() else MODEL / file


def parts(code: CodeType) -> tuple[Any, ...]:
    """What a function does, wherever it stands."""
    return code.co_code, code.co_consts, code.co_names


def changed(file: str, text: str) -> Changed:
    """Compare a module of the model with the same module made of another text."""
    path = path_of(file)
    module = importlib.import_module(PREFIX + ".".join(path.relative_to(SOURCES).with_suffix("").parts))
    fresh: dict[str, Any] = {"__name__": module.__name__, "__package__": module.__package__}
    exec(compile(text, str(path), "exec"), fresh)
    code = {}
    constants = {}
    for name, value in fresh.items():
        old = vars(module).get(name)
        if isinstance(value, FunctionType) and isinstance(old, FunctionType) and value.__module__ == module.__name__:
            if parts(value.__code__) != parts(old.__code__):
                code[name] = value.__code__
        elif isinstance(value, int | float | tuple) and value != old:
            constants[name] = value
    return Changed(module, code, constants)


@contextmanager
def in_place(change: Changed) -> Iterator[None]:
    """Put a change under the functions and names that everybody has imported; take it back afterwards."""
    functions = {name: vars(change.module)[name] for name in change.code}
    code_before = {name: function.__code__ for name, function in functions.items()}
    places = [(module, name, vars(module)[name]) for module, name in bound(change.constants, change.module)]
    try:
        for name, function in functions.items():
            function.__code__ = change.code[name]
        for module, name, _ in places:
            setattr(module, name, change.constants[name])
        with no_machine_code():
            yield
    finally:
        for name, function in functions.items():
            function.__code__ = code_before[name]
        for module, name, value in places:
            setattr(module, name, value)


def noticed_by(checks: Sequence[Check], file: str, text: str) -> str:
    """The first check that fails with `text` in place of a file of the model; "" if none does."""
    change = changed(file, text)
    if not change.code and not change.constants:
        raise ValueError(f"{file}: the text changes nothing that runs")
    asked = [check for check in checks if check.ran & change.functions]
    with in_place(change):
        return next((check.name for check in asked if check.fails()), "")


def replaced(file: str, old: str, new: str) -> str:
    """The text of a file of the model with one place in it changed."""
    text = path_of(file).read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{file} has {text.count(old)} times: {old}")
    return text.replace(old, new)


# --- every statement of a file --------------------------------------------------------------------------------------
class Without(ast.NodeTransformer):
    """The same text without one statement, or with one side only of a sum, a difference or a product."""

    def __init__(self, target: ast.AST, side: str) -> None:
        self.target, self.side = target, side

    def visit(self, node: ast.AST) -> Any:
        if node is not self.target:
            return self.generic_visit(node)
        return ast.copy_location(ast.Pass(), node) if self.side == "none" else getattr(node, self.side)


ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
INDICES = frozenset(("L", "I", "first", "last", "at", "back", *"cdehijkmnopqstvyz"))


def is_place(node: ast.AST) -> bool:
    """Whether a sum or a product is a position in an array: nothing but indices and layout in it."""
    return all(name.id in INDICES for name in ast.walk(node) if isinstance(name, ast.Name))


def droppable(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Places (in the order of `ast.walk`) of what does something: positions in arrays and bounds of loops left aside."""
    apart = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            apart |= {id(inner) for inner in ast.walk(node.slice)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            apart |= {id(inner) for inner in ast.walk(node)}
    inside = {id(node) for part in tree.body if isinstance(part, ast.FunctionDef) for node in ast.walk(part)} - apart
    for place, node in enumerate(ast.walk(tree)):
        if id(node) not in inside:
            continue
        stores = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
        if (
            stores
            or isinstance(node, ast.AugAssign)
            or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
        ):
            yield place, "none"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ARITHMETIC) and not is_place(node):
            yield place, "left"
            yield place, "right"


def without_one(file: str) -> Iterator[tuple[str, str]]:
    """What is dropped, with its line, and the text of the file without it."""
    text = path_of(file).read_text(encoding="utf-8")
    tree = ast.parse(text)
    for place, side in droppable(tree):
        copy = ast.parse(text)
        node = list(ast.walk(copy))[place]
        what = f"{file}:{getattr(node, 'lineno', 0)} {side} of {ast.unparse(node).splitlines()[0][:90]}"
        yield what, ast.unparse(ast.fix_missing_locations(Without(node, side).visit(copy)))
