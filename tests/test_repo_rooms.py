"""The rooms of the package and who may import whom; the table of ARCHITECTURE in docs/architecture.md, held here."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from pathlib import Path

import pytest

SIM = Path(__file__).parents[1] / "sim" / "supplyrisk"
FLOOR = {
    "errors",
    "bounded",
    "units",
    "powers",
    "streams",
    "sums",
    "shipped",
}  # modules of the ground floor, open to every room

MAY_IMPORT: dict[str, set[str]] = {
    **dict.fromkeys(FLOOR, FLOOR),
    "language": FLOOR,
    "operations": FLOOR,
    "events": FLOOR | {"language", "operations"},
    "spec": FLOOR | {"language", "events", "operations"},
    "model": FLOOR | {"operations"},
    "measures": FLOOR | {"model"},
    "engines": FLOOR | {"model", "operations", "measures"},
    "results": FLOOR | {"model", "measures"},
    "experiment": FLOOR | {"model", "measures", "engines", "spec", "results"},
    "studies": FLOOR
    | {"language", "spec", "model", "measures", "engines", "results", "experiment", "events", "report"},
    "backtest": FLOOR | {"language", "spec", "model", "measures", "engines", "results", "experiment", "report"},
    "report": FLOOR | {"language", "spec", "results"},
    "forecast": FLOOR | {"language", "spec", "model", "engines", "results", "experiment", "backtest", "report", "api"},
    "worlds": set(),
}
# What turns a specification into arrays is the one part of the model that knows it.
COMPILERS = {"arena", "columns", "compile", "compile_effects", "opened", "stated", "structure"}
COMPILERS_MAY_IMPORT = {"spec", "events"}
# What reads a run folder gives its scenario back, typed.
READERS = {"reader", "stored"}
READERS_MAY_IMPORT = {"spec"}
# Of the model, what operations are written in: its arrays, the economics, the names of states.
LEAVES = {
    "arrays",
    "arrays_market",
    "arrays_rules",
    "arrays_users",
    "arrays_zones",
    "arrays_run",
    "arrays_supply",
    "layout_types",
    "economics",
    "offices",
    "states",
}
USERS = {"cli", "commands", "api", "workbench", "__init__"}  # use every room, as a user would; no room uses them

HEAVY = {
    "pandas",
    "matplotlib",
    "pyarrow",
    "numba",
    "scipy",
    "jinja2",
    "distributed",
    "SALib",
    "xlsxwriter",
    "openpyxl",
    "duckdb",
    "fontTools",
    "plotly",
    "nicegui",
    "fastapi",
    "uvicorn",
}
# These are only ever reached through a function that needs them.
MAY_BE_HEAVY = ("report/figures", "engines/compiled/", "workbench/pages/")


def modules() -> list[Path]:
    return sorted(SIM.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(SIM).parts[0].removesuffix(".py")


def ours(path: Path) -> Iterator[tuple[str, int]]:
    """Rooms (or ground-floor modules) a file imports, with the line."""
    yield from ((name.partition(".")[0], line) for name, line in modules_of(path))


def modules_of(path: Path) -> Iterator[tuple[str, int]]:
    """The same as `room.module`."""
    package = path.relative_to(SIM).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - (node.level - 1)]
            target = (*base, *(node.module or "").split(".")) if node.module else base
            names = [".".join(target[:2])] if target else [alias.name for alias in node.names]
            yield from ((name, node.lineno) for name in names if not name.startswith("__"))


def test_every_room_is_in_the_table() -> None:
    rooms = {room_of(path) for path in modules()} - USERS - {"__init__", "__main__"}
    assert rooms <= set(MAY_IMPORT)


def breaches(path: Path) -> list[str]:
    room = room_of(path)
    if room in USERS:
        return []
    allowed = MAY_IMPORT.get(room, set()) | {room, "__init__"}
    if room == "model" and path.stem in COMPILERS:
        allowed = allowed | COMPILERS_MAY_IMPORT
    if room == "results" and path.stem in READERS:
        allowed = allowed | READERS_MAY_IMPORT
    where = path.relative_to(SIM)
    found = [(name, line) for name, line in ours(path) if name not in allowed]
    if room == "operations":
        leaves = {f"model.{leaf}" for leaf in LEAVES}
        found = [
            (name, line)
            for name, line in modules_of(path)
            if name.partition(".")[0] not in allowed and name not in leaves
        ]
    return [f"{where}:{line}: {room} may not import {name}" for name, line in found]


def test_what_operations_are_written_in_knows_no_other_room() -> None:
    for leaf in LEAVES:
        path = SIM / "model" / f"{leaf}.py"
        assert all(name in FLOOR or name.partition(".")[2] in LEAVES for name, _ in modules_of(path)), leaf


def test_import_rule() -> None:
    assert not [breach for path in modules() for breach in breaches(path)]


def test_the_rule_sees_a_forbidden_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "language" / "deep"
    room.mkdir(parents=True)
    (room / "bad.py").write_text(
        "def f():\n    from ...engines import simpy_engine\n    from ... import report\n    from ..text import x\n"
    )
    monkeypatch.setitem(globals(), "SIM", tmp_path)
    assert breaches(room / "bad.py") == [
        "language/deep/bad.py:2: language may not import engines",
        "language/deep/bad.py:3: language may not import report",
    ]


def test_imports_are_relative_and_nothing_heavy_is_imported_early() -> None:
    wrong = []
    for path in modules():
        tree = ast.parse(path.read_text())
        where = path.relative_to(SIM).as_posix()
        wrong += [
            f"{where}:{line}: write it relative" for name, line in everywhere(tree) if name in ("sim", "supplyrisk")
        ]
        if not where.startswith(MAY_BE_HEAVY):
            early = [(name, line) for name, line in at_import(tree) if name in HEAVY]
            wrong += [f"{where}:{line}: {name} is imported before it is needed" for name, line in early]
    assert not wrong


# --- circles --------------------------------------------------------------------------------------------------------

# Modules that may import each other in a circle, with the reason. Imports for type checking alone are no arrows: they
# are never executed.
CIRCLES: dict[frozenset[str], str] = {}


def arrows() -> dict[str, set[str]]:
    """For each module those of ours that it imports, at import or within a function."""
    names = {name_of(path): path for path in modules()}
    found = {}
    for name, path in names.items():
        package = path.relative_to(SIM).parts[:-1]
        found[name] = {
            target
            for node in executed(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.level
            for target in targets(node, package, names)
        } - {name}
    return found


def name_of(path: Path) -> str:
    parts = path.relative_to(SIM).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def executed(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            yield node
            yield from executed(node)


def targets(node: ast.ImportFrom, package: tuple[str, ...], names: Container[str]) -> Iterator[str]:
    """Modules that `from .x import y` means: x.y if that is one, else x."""
    base = package[: len(package) - (node.level - 1)]
    whole = (*base, *node.module.split(".")) if node.module else base
    for alias in node.names:
        inner, outer = ".".join((*whole, alias.name)), ".".join(whole)
        if inner in names or outer in names:
            yield inner if inner in names else outer


def circles(graph: dict[str, set[str]]) -> list[frozenset[str]]:
    """Sets of modules each of which reaches all others, by Kosaraju's two passes."""
    order: list[str] = []
    seen: set[str] = set()

    def walk(start: str, edges: dict[str, set[str]], into: list[str]) -> None:
        waiting = [(start, iter(sorted(edges.get(start, ()))))]
        seen.add(start)
        while waiting:
            name, rest = waiting[-1]
            follow = next((each for each in rest if each not in seen), None)
            if follow is None:
                into.append(name)
                waiting.pop()
            else:
                seen.add(follow)
                waiting.append((follow, iter(sorted(edges.get(follow, ())))))

    for name in sorted(graph):
        if name not in seen:
            walk(name, graph, order)
    back: dict[str, set[str]] = {}
    for name, others in graph.items():
        for other in others:
            back.setdefault(other, set()).add(name)
    seen = set()
    found = []
    for name in reversed(order):
        if name not in seen:
            group: list[str] = []
            walk(name, back, group)
            found.append(frozenset(group))
    return [group for group in found if len(group) > 1]


def test_no_module_imports_itself_in_a_circle() -> None:
    assert [sorted(circle) for circle in circles(arrows()) if circle not in CIRCLES] == []


def test_every_circle_that_is_allowed_exists_and_has_a_reason() -> None:
    assert {circle: reason for circle, reason in CIRCLES.items() if not reason} == {}
    assert set(CIRCLES) <= set(circles(arrows()))


def test_circles_are_seen_within_functions_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "room").mkdir()
    for name, text in {
        "__init__": "",
        "a": "from .b import x\n",
        "b": "def f():\n    from . import c\n",
        "c": "from ..room.a import y\nfrom .d import z\n",
        "d": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .c import w\n",
    }.items():
        (tmp_path / "room" / f"{name}.py").write_text(text)
    monkeypatch.setitem(globals(), "SIM", tmp_path)
    assert circles(arrows()) == [frozenset({"room.a", "room.b", "room.c"})]


def everywhere(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0], node.lineno


def at_import(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Other people's modules that are imported when the file is: not within functions or TYPE_CHECKING."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0], node.lineno
        else:
            yield from at_import(node)
