"""Events that stand still."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op

OP = Op(
    name="suspend",
    target="event",
    neutral=0.0,
    unit="switch",
    meaning="the named event is suspended while this is 1: its rows stand at their neutral levels",
    rules="suspensions",
    way="all",
    more="an event stands still while any of them is in force",
    texts=("event",),
)


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Suspend the events named (before all other rules are set, see `controls.set_suspensions`)."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        if level > 0.0:
            I[L.event_suspended + I[L.target_entity + t]] = 1
