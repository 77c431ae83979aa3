"""Stocks that users must hold."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op

OP = Op(
    name="cover_obligation",
    target="user",
    neutral=0.0,
    unit="weeks",
    meaning="stock that users must hold at least, in weeks of use",
    rules="obligations to hold stock",
    way="larger",
)


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for u in range(L.n_users):
        F[L.user_obligation + u] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Of two obligations the larger holds."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        u = I[L.target_entity + t]
        F[L.user_obligation + u] = max(F[L.user_obligation + u], level)
