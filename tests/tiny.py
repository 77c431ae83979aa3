"""The model's memory with a handful of entities, for calling one function on numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from supplyrisk.model.arrays import DIMENSIONS
from supplyrisk.model.layout import ARRAYS, RECORDS, SCALARS, make_layout
from supplyrisk.operations.declare import MOST_NUMBERS
from supplyrisk.operations.dispatch import apply_rule
from supplyrisk.operations.table import OP_BY_NAME, code

DECLARED = {array.name: array for array in (*ARRAYS, *SCALARS, *RECORDS)}


class Tiny:
    """All arrays of the model, nought but for those given; `tiny["lane_out"]` is the list of an array.

    Parameters
    ----------
    sizes : mapping
        Lengths of the dimensions that are needed, e.g. `{"lanes": 2, "sites": 1}`; the others are empty.
    arrays : number or sequence
        Values by the array's name; one number stands for all entries.
    """

    def __init__(self, sizes: Mapping[str, int], **arrays: float | Sequence[float]) -> None:
        self.sizes = dict.fromkeys((name for name, _ in DIMENSIONS), 0) | {"one": 1} | dict(sizes)
        self.sizes["numbers"] = MOST_NUMBERS * self.sizes["effects"]
        assert set(self.sizes) == {name for name, _ in DIMENSIONS} | {"one"}, sizes
        self.L, n_floats, n_ints = make_layout(self.sizes)
        self.F: list[float] = [0.0] * n_floats
        self.I: list[int] = [0] * n_ints
        for name, values in arrays.items():
            self[name] = values

    def arena(self, name: str) -> list[Any]:
        """The list that an array is kept in."""
        return self.F if DECLARED[name].kind == "float" else self.I

    def __getitem__(self, name: str) -> list[Any]:
        first = getattr(self.L, name)
        return self.arena(name)[first : first + self.sizes[DECLARED[name].dim]]

    def __setitem__(self, name: str, values: float | Sequence[float]) -> None:
        length = self.sizes[DECLARED[name].dim]
        listed = [values] * length if isinstance(values, int | float) else list(values)
        assert len(listed) == length > 0, f"{name} has {length} entries"
        number: Any = float if DECLARED[name].kind == "float" else int
        first = getattr(self.L, name)
        self.arena(name)[first : first + length] = [number(value) for value in listed]

    def call(self, function: Any, *arguments: Any) -> Any:
        """Call a function of the model that takes the layout and both arenas."""
        return function(self.L, self.F, self.I, *arguments)

    def call_with_ints(self, function: Any, *arguments: Any) -> Any:
        """Call one that takes the layout and the integers alone."""
        return function(self.L, self.I, *arguments)

    def rule(self, op: str, level: float, offset: int = 0, key: int = 1) -> None:
        """Apply the first effect row as one of an operation, at a level."""
        apply_rule(code(op), self.L, self.F, self.I, key, 0, level, offset)


def numbers(op: str, rows: int = 1, **named: float) -> dict[str, list[float]]:
    """`effect_numbers` of so many rows of an operation, by name; the others are nought."""
    params = OP_BY_NAME[op].params
    assert set(named) <= set(params)
    row = [float(named.get(name, 0.0)) for name in params]
    return {"effect_numbers": (row + [0.0] * (MOST_NUMBERS - len(row))) * rows}
