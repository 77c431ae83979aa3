"""Numbers that may be uncertain: a float, or a function of one sampled column (or a product of several)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Sampled:
    """`offset + scale * x`, x being column `column` of the design (one value per run).

    A number that is drawn twice over (a drawn factor of a drawn number) has further columns in `times`, by
    which it is multiplied; its offset is then 0.
    """

    column: str
    scale: float = 1.0
    offset: float = 0.0
    times: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the number is drawn from."""
        return (self.column, *self.times)

    def at(self, values: Mapping[str, float]) -> float:
        """The number in a run with these values of the columns."""
        return self.offset + self.scale * math.prod(values[column] for column in self.columns)

    def __mul__(self, factor: float | Sampled) -> Sampled:
        if isinstance(factor, Sampled):
            if self.offset != 0.0 or factor.offset != 0.0:
                raise ValueError("a drawn number with a fixed part can't be multiplied by a draw")
            return Sampled(self.column, self.scale * factor.scale, 0.0, (*self.times, *factor.columns))
        return Sampled(self.column, self.scale * factor, self.offset * factor, self.times)

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> Sampled:
        return self * (1.0 / divisor)

    def __add__(self, term: float) -> Sampled:
        if self.times and term != 0.0:
            raise ValueError("nothing can be added to a number that is drawn twice over")
        return Sampled(self.column, self.scale, self.offset + term, self.times)

    __radd__ = __add__

    def __sub__(self, term: float) -> Sampled:
        return self + (-term)

    def __rsub__(self, term: float) -> Sampled:
        return (self * -1.0) + term

    def __neg__(self) -> Sampled:
        return self * -1.0


Num = float | Sampled


def central(number: Num, centrals: Mapping[str, float]) -> float:
    """A number as it is, or the central value of an uncertain one.

    Parameters
    ----------
    centrals : mapping
        Central value of every sampled column, by name.
    """
    return number.at(centrals) if isinstance(number, Sampled) else float(number)
