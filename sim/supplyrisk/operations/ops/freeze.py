"""Licence offices that stop deciding: what waits goes on waiting."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ...model.states import FROZEN, FROZEN_BUT_GENERAL
from ..declare import Op
from ..rows import param

OP = Op(
    name="freeze",
    target="lane",
    neutral=0.0,
    unit="switch",
    meaning=(
        "no file about these lanes is opened or decided while this is 1, and no goods that need a licence leave; files in hand "
        "and new ones wait. `general_licences_hold` = 1: goods under a general licence still leave"
    ),
    rules="freezes of licences",
    way="stricter",
    more="one that stops general licences too holds over one that does not",
    params=("general_licences_hold",),
    believed=True,
    inside_week=True,
)
GENERAL_LICENCES_HOLD = OP.slot("general_licences_hold")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    I[L.frozen] = 0
    for lane in range(L.n_lanes):
        I[L.lane_freeze + lane] = 0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Freeze the row's lanes; the stricter of two freezes holds."""
    if level <= 0.0:
        return
    I[L.frozen] = 1
    strict = FROZEN_BUT_GENERAL if param(L, F, e, GENERAL_LICENCES_HOLD) > 0.0 else FROZEN
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        lane = I[L.target_entity + t]
        if strict > I[L.lane_freeze + lane]:
            I[L.lane_freeze + lane] = strict
