"""Demand that changes."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import param

OP = Op(
    name="demand",
    target="user",
    neutral=0.0,
    unit="share",
    meaning="change of demand (0.1 = 10 % more). `lasts` = 1: known to last; 0: taken for passing, and got used to in time",
    rules="changes of demand",
    way="add",
    more="20 % and 30 % more are 50 % more",
    params=("lasts",),
)
LASTS = OP.slot("lasts")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for u in range(L.n_users):
        F[L.user_demand + u] = 0.0
        F[L.user_lasting + u] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Changes add up, those known to last by themselves."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        u = I[L.target_entity + t]
        if param(L, F, e, LASTS) > 0.0:
            F[L.user_lasting + u] += level
        else:
            F[L.user_demand + u] += level
