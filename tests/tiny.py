"""The model's memory with a handful of entities, for calling one function on numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from supplyrisk.model.arrays import DIMENSIONS
from supplyrisk.model.layout import ARRAYS, RECORDS, SCALARS, make_layout

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
