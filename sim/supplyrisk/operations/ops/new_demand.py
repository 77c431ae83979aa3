"""New users."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.economics import WEEKS_PER_YEAR
from ...model.layout_types import Layout
from ..declare import Op

OP = Op(
    name="new_demand",
    target="user",
    neutral=0.0,
    unit="t/yr",
    meaning=(
        "demand added to the selected users together, in proportion to their baseline use (a user is made, with the end "
        "use's mean parameters, where the country has none)"
    ),
    rules="new demand",
    way="add",
)


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for u in range(L.n_users):
        F[L.user_added + u] = 0.0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """New demand adds up; a user's part is `target_value`."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        u = I[L.target_entity + t]
        F[L.user_added + u] += level * F[L.target_value + t] / WEEKS_PER_YEAR
