"""A run's memory while it is being filled: cells set to plain numbers now, to drawn ones in every run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..events.numbers import Num, Sampled
from .layout_types import Layout


@dataclass
class Arena:
    """Arrays being filled.

    Attributes
    ----------
    cell, column, scale, offset : list
        In a run `floats[cell[i]]` is `offset[i] + scale[i] * values[column[i]]`.
    factor_cell, factor_column : list
        It is then multiplied by `values[factor_column[j]]` (drawn factors of drawn numbers).
    """

    layout: Layout
    floats: Any
    ints: Any
    columns: dict[str, int]
    cell: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    scale: list[float] = field(default_factory=list)
    offset: list[float] = field(default_factory=list)
    factor_cell: list[int] = field(default_factory=list)
    factor_column: list[int] = field(default_factory=list)

    def put(self, name: str, index: int, number: Num) -> None:
        """Set one cell of a float array."""
        cell = getattr(self.layout, name) + index
        if isinstance(number, Sampled):
            self.cell.append(cell)
            self.column.append(self.columns[number.column])
            self.scale.append(number.scale)
            self.offset.append(number.offset)
            for factor in number.times:
                self.factor_cell.append(cell)
                self.factor_column.append(self.columns[factor])
        else:
            self.floats[cell] = number

    def note(self, name: str, index: int, number: int) -> None:
        """Set one cell of an integer array."""
        self.ints[getattr(self.layout, name) + index] = number

    def draw(self, value: Callable[[int], float]) -> None:
        """Set the drawn cells, of lists, to what a run with these values of the columns has there."""
        for cell, column, scale, offset in zip(self.cell, self.column, self.scale, self.offset, strict=True):
            self.floats[cell] = offset + scale * value(column)
        for cell, column in zip(self.factor_cell, self.factor_column, strict=True):
            self.floats[cell] *= value(column)
