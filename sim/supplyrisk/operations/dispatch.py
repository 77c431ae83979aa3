"""From an operation's code to what it does, written from the files of `ops/`.

The two functions below are made as text, because the compiler can't call a function out of a list: a chain of
comparisons over the codes, one branch for each file.
"""

from __future__ import annotations

from collections.abc import Callable

from .table import MODULES, OPS, code

apply_rule: Callable[..., None]
"""`apply_rule(op, L, F, I, key, e, level, offset)`: one effect row at its level, `offset` days after its first."""

clear_rules: Callable[..., None]
"""`clear_rules(L, F, I)`: no rule in force."""


def source() -> str:
    """Text of both functions."""
    lines = ["def apply_rule(op, L, F, I, key, e, level, offset):"]
    for op in OPS:
        word = "if" if code(op.name) == 0 else "elif"
        lines.append(f"    {word} op == {code(op.name)}:")
        lines.append(f"        {op.name}_apply(L, F, I, key, e, level, offset)")
    lines.append("def clear_rules(L, F, I):")
    lines += [
        f"    {op.name}_clear(L, F, I)" for op, module in zip(OPS, MODULES, strict=True) if hasattr(module, "clear")
    ]
    return "\n".join(lines)


for _op, _module in zip(OPS, MODULES, strict=True):
    globals()[f"{_op.name}_apply"] = _module.apply
    if hasattr(_module, "clear"):
        globals()[f"{_op.name}_clear"] = _module.clear
exec(compile(source(), __file__, "exec"))
