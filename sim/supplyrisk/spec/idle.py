"""Events whose numbers make them do nothing: worth a line, as a study may well begin at 0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..operations.table import OP_BY_NAME
from .resolve import Fault
from .touch import reach_of

if TYPE_CHECKING:
    from ..events.effects import Effect
    from .checks import Case

# Numbers of a row that act however high its level is.
GIFTS = {"stockpile": "initial_weeks", "state_trade": "in_store_t"}


def events_that_do_nothing(case: Case) -> Iterator[Fault]:
    """All rows of an event stay at the level that is the same as no rule; or inspectors look for what nobody hides."""
    for number, item in enumerate(case.placed):
        effects = item.resolved.effects
        if item.standing or not effects:
            continue
        if all(is_neutral(effect) for effect in effects):
            same = "1" if all(OP_BY_NAME[effect.op].neutral == 1.0 for effect in effects) else "0"
            yield item.path, f"does nothing as it stands: what it changes stays at {same}, as it is without the event"
            continue
        for at, effect in enumerate(effects):
            if effect.op == "inspection" and not is_neutral(effect):
                rows = [(reach_of(one), one.placed[number].resolved.effects) for one in case.resolutions]
                found = [reach.nothing_unrecorded(row[at]) for reach, row in rows if len(row) > at]
                if all(found):
                    yield (*item.path, "stopped"), f"stops nothing: {found[0]}"


def is_neutral(effect: Effect) -> bool:
    """Whether a row's level is at all times the same as no rule, and known to be."""
    neutral = OP_BY_NAME[effect.op].neutral
    if neutral is None or dict(effect.params).get(GIFTS.get(effect.op, ""), 0.0) != 0.0:
        return False
    return bool(effect.schedule) and all(point.level == neutral for point in effect.schedule)
