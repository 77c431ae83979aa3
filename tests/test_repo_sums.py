"""Floats are added up by one function only: Python's own `sum` gives other last bits since 3.12."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from supplyrisk.sums import add_up

SIM = Path(__file__).parents[1] / "sim" / "supplyrisk"


def whole(node: ast.expr) -> bool:
    """Whether what is added up is seen to be a whole number: a constant, a length, a comparison, a span, int(...)."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in ("len", "int")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return all(isinstance(end, ast.Attribute) and end.attr in ("first", "last") for end in (node.left, node.right))
    return isinstance(node, ast.Compare)


def allowed(call: ast.Call) -> bool:
    what = call.args[0]
    if isinstance(what, (ast.GeneratorExp, ast.ListComp)):
        return whole(what.elt)
    mapped = isinstance(what, ast.Call) and isinstance(what.func, ast.Name) and what.func.id == "map"
    return mapped and ast.unparse(what.args[0]) in ("len", "int")


def breaches(text: str, where: str) -> list[str]:
    """Uses of the built-in `sum` (called, or handed on) for what may be floats; `math.fsum` is exact everywhere."""
    tree = ast.parse(text)
    fine = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args and allowed(node)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "sum" and node not in fine]
    other = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ("sumprod", "fmean")]
    return [f"{where}:{node.lineno}: add floats up with add_up (sim/supplyrisk/sums.py)" for node in (*names, *other)]


def test_no_float_is_added_up_by_python() -> None:
    files = sorted(SIM.rglob("*.py"))
    assert len(files) > 100
    assert not [each for path in files for each in breaches(path.read_text(), path.relative_to(SIM).as_posix())]


@pytest.mark.parametrize(
    "text",
    [
        "sum(x)",
        "sum(x.values())",
        "sum(a * b for a, b in pairs)",
        "sum(one.share for one in x)",
        "sum((0.1, 0.2))",
        "functools.reduce(sum, x)",
        "sum(map(float, x))",
        "math.sumprod(a, b)",
    ],
)
def test_the_rule_sees_what_it_forbids(text: str) -> None:
    assert breaches(text, "x.py")


@pytest.mark.parametrize(
    "text", ["sum(1 for x in y)", "sum(len(x) for x in y)", "sum(map(len, y))", "x.sum()", "sum(a > b for a in y)"]
)
def test_whole_numbers_may_be_counted(text: str) -> None:
    assert not breaches(text, "x.py")


def test_one_after_the_other_without_compensation() -> None:
    assert add_up([]) == 0.0
    assert add_up([0.1] * 10) == 0.9999999999999999  # 1.0 where rounding is compensated
    assert add_up([1e16, 1.0, -1e16]) == 0.0
    assert str(add_up([-0.0])) == "0.0"
