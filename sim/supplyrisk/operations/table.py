"""All operations, found rather than listed: every file of `ops/` declares one, and its code is its place among them."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from . import ops
from .declare import MOST_NUMBERS, Op

_NAMES = tuple(sorted(module.name for module in pkgutil.iter_modules(ops.__path__)))
MODULES: tuple[ModuleType, ...] = tuple(importlib.import_module(f"{ops.__name__}.{name}") for name in _NAMES)
OPS: tuple[Op, ...] = tuple(module.OP for module in MODULES)
OP_BY_NAME = {op.name: op for op in OPS}

# What the model asks of a row's operation, by code.
BELIEVED = tuple(int(op.believed) for op in OPS)
INSIDE_WEEK = tuple(int(op.inside_week) for op in OPS)


def code(name: str) -> int:
    """Number of an operation in compiled effect rows."""
    return _NAMES.index(name)


def check_declarations() -> None:
    """Refuse a file whose operation is called otherwise, or has more numbers than a row holds."""
    for name, op in zip(_NAMES, OPS, strict=True):
        if op.name != name:
            raise ValueError(f"operations/ops/{name}.py declares the operation {op.name}")
        if len(op.params) > MOST_NUMBERS:
            raise ValueError(f"operation {name} has {len(op.params)} numbers: raise MOST_NUMBERS")


check_declarations()
