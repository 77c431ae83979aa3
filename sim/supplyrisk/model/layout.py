"""The model's memory: one table of every array, its dimensions, unit and meaning.

All numbers of a run live in two flat sequences: `F` (floats) and `I` (integers). `Layout` holds the
length of every dimension (`n_sites`) and the first position of every array (`site_stock`), so that
`F[L.site_stock + s]` is the stock of site `s`. Flat sequences have two uses: the reference engine keeps
them as lists (three times faster than NumPy scalars in CPython), the compiled engine as two arrays (few
large arrays, because counting references to many small ones costs half the time). The functions of this
room read both.
"""

from __future__ import annotations

from collections.abc import Mapping

from .arrays import DIMENSIONS
from .arrays_run import CALENDAR, RECORDS, SCALARS
from .layout_types import ALL, ARRAYS, FIELDS, Layout

__all__ = ["ALL", "ARRAYS", "CALENDAR", "RECORDS", "SCALARS", "Layout", "make_layout", "stub"]


def stub() -> str:
    """Text of `layout_types.pyi`: the names of all lengths and arrays, for the type checker."""
    lines = [
        '"""Names in the layout of a run\'s memory. Written by tools/layout_stub.py; not to be edited."""',
        "",
        "from typing import NamedTuple",
        "",
        "from .arrays import Array",
        "",
        "ARRAYS: tuple[Array, ...]",
        "ALL: tuple[Array, ...]",
        "FIELDS: tuple[str, ...]",
        "",
        "class Layout(NamedTuple):",
    ]
    known = {f"n_{name}": f"how many {meaning}" for name, meaning in DIMENSIONS}
    known |= {array.name: f"{array.kind} by {array.dim}, {array.unit}: {array.meaning}" for array in ALL}
    for name in FIELDS:
        lines += [f"    {name}: int", *([f'    """{known[name]}"""'] if name in known else [])]
    return "\n".join(lines) + "\n"


def make_layout(sizes: Mapping[str, int]) -> tuple[Layout, int, int]:
    """Place every array.

    Parameters
    ----------
    sizes : mapping of dimension name to length

    Returns
    -------
    layout : Layout
    n_floats, n_ints : int
        Lengths of `F` and `I`.
    """
    position = {"float": 0, "int": 0}
    offsets: dict[str, int] = dict.fromkeys(CALENDAR, 0) | {f"n_{name}": int(sizes[name]) for name, _ in DIMENSIONS}
    for array in ALL:
        offsets[array.name] = position[array.kind]
        position[array.kind] += 1 if array.dim == "one" else int(sizes[array.dim])
    return Layout(**offsets), position["float"], position["int"]
