"""Numbers that may be uncertain: a float, or an affine function of one sampled column."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sampled:
    """`offset + scale * x`, x being column `column` of the design (one value per run)."""

    column: str
    scale: float = 1.0
    offset: float = 0.0

    def __mul__(self, factor: float) -> Sampled:
        return Sampled(self.column, self.scale * factor, self.offset * factor)

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> Sampled:
        return self * (1.0 / divisor)

    def __add__(self, term: float) -> Sampled:
        return Sampled(self.column, self.scale, self.offset + term)

    __radd__ = __add__

    def __sub__(self, term: float) -> Sampled:
        return self + (-term)

    def __rsub__(self, term: float) -> Sampled:
        return (self * -1.0) + term

    def __neg__(self) -> Sampled:
        return self * -1.0


Num = float | Sampled
