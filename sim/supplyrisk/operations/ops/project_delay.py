"""Projects put back."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ...model.states import DATED
from ..declare import Op

OP = Op(
    name="project_delay",
    target="project",
    neutral=0.0,
    unit="days",
    meaning="the named project, if it has not started by the row's first day, starts this much later",
    rules="delays of a project",
    way="add",
    texts=("project",),
)


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Put the start of other events (projects) off, once, if they have not started."""
    if I[L.effect_done + e] == 1:
        return
    I[L.effect_done + e] = 1
    own = I[L.effect_event + e]
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        v = I[L.target_entity + t]
        if I[L.event_status + v] == DATED and I[L.event_day + v] > I[L.event_day + own]:
            I[L.event_day + v] += int(level + 0.5)
