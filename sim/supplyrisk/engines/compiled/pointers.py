"""How machine code sees the layout and the two arenas: as bare pointers. Imports numba; only `jit` imports it.

A NumPy array as an argument is seven machine words and a reference count, which costs more at every call than
most of the functions called do. A pointer is one word. The loads tell the optimiser what is true by
construction: the layout never changes during a run, floats and integers never share memory, nor do two arrays
of an arena (`tests/test_engines_arrays.py` checks every access). Together this made a run 2.5 times faster.
"""

# mypy: ignore-errors
# (what numba offers for extensions has no types)
from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import cache
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.imputils import lower_builtin, lower_getattr_generic
from numba.core.typing import signature
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_getattr, infer_global
from numba.extending import intrinsic, models, register_model

INT = ir.IntType(64)
FLOAT = ir.DoubleType()


class Arena(types.Type):
    """Pointer to the first number of an arena of floats or integers."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.dtype = types.float64 if kind == "float" else types.int64
        super().__init__(name=f"Arena({kind})")


class LayoutPointer(types.Type):
    """Pointer to the layout's numbers, in the order of its fields."""

    def __init__(self, fields: Sequence[str]) -> None:
        self.place = {name: i for i, name in enumerate(fields)}
        super().__init__(name="Layout")


@register_model(Arena)
class _ArenaModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Arena) -> None:
        super().__init__(manager, kind, (FLOAT if kind.kind == "float" else INT).as_pointer())


@register_model(LayoutPointer)
class _LayoutModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: LayoutPointer) -> None:
        super().__init__(manager, kind, INT.as_pointer())


@infer_global(operator.getitem)
class _GetNumber(AbstractTemplate):
    key = operator.getitem

    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 2 and isinstance(args[0], Arena) and isinstance(args[1], types.Integer):
            return signature(args[0].dtype, args[0], types.intp)
        return None


@infer_global(operator.setitem)
class _SetNumber(AbstractTemplate):
    key = operator.setitem

    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 3 and isinstance(args[0], Arena) and isinstance(args[1], types.Integer):
            return signature(types.none, args[0], types.intp, args[0].dtype)
        return None


@infer_getattr
class _LayoutFields(AttributeTemplate):
    key = LayoutPointer

    def generic_resolve(self, layout: LayoutPointer, name: str) -> Any:
        return types.int64 if name in layout.place else None


@lower_builtin(operator.getitem, Arena, types.Integer)
def _load(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    load = builder.load(builder.gep(args[0], [args[1]], inbounds=True))
    return _in_arena(builder, load, sig.args[0], args[1])


@lower_builtin(operator.setitem, Arena, types.Integer, types.Any)
def _store(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    store = builder.store(args[2], builder.gep(args[0], [args[1]], inbounds=True))
    _in_arena(builder, store, sig.args[0], args[1])
    return context.get_dummy_value()


def _in_arena(builder: Any, access: Any, arena: Arena, index: Any) -> Any:
    """Mark a load or store: what LLVM's type-based alias analysis is told of it.

    Floats and integers never meet, nor do two arrays of an arena: `F[L.site_stock + s]` stays within
    `site_stock`. An index whose array can't be seen may meet any array of its arena.
    """
    access.set_metadata("tbaa", _marks(builder.module)(arena.kind, _array_of(index)))
    return access


def _array_of(index: Any, depth: int = 4) -> str:
    """The array whose first position is a summand of the index; "" if there is none, or no single one."""
    if hasattr(index, "first_of"):
        return index.first_of
    if depth and getattr(index, "opname", "") == "add":
        found = [name for name in (_array_of(part, depth - 1) for part in index.operands) if name]
        return found[0] if len(found) == 1 else ""
    return ""


def _marks(module: Any) -> Any:
    """What gives the mark of an arena and array in a module; each is made once, nearly every instruction has one."""
    if not hasattr(module, "arena_mark"):
        zero = ir.Constant(INT, 0)
        root = module.add_metadata(["arenas"])

        @cache
        def kind(name: str, parent: str) -> Any:
            return module.add_metadata([name, kind(parent, "") if parent else root, zero])

        @cache
        def mark(arena: str, array: str) -> Any:
            of = kind(f"{arena} {array}", arena) if array else kind(arena, "")
            return module.add_metadata([of, of, zero])

        module.arena_mark = mark
    return module.arena_mark


@lower_getattr_generic(LayoutPointer)
def _layout_number(context: Any, builder: Any, layout: LayoutPointer, pointer: Any, name: str) -> Any:
    load = builder.load(builder.gep(pointer, [ir.Constant(INT, layout.place[name])], inbounds=True))
    load.set_metadata("invariant.load", builder.module.add_metadata([]))
    if not name.startswith("n_"):
        load.first_of = name
    return load


def pointer(kind: Any) -> Any:
    """A function that compiled code can call to turn an address into a pointer of this kind."""

    @intrinsic
    def at(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(kind))

        return kind(types.int64), generate

    return at
