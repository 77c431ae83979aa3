"""Two rules on one trade: which of them contradict, say one thing twice, or do nothing.

How those that are left combine is told in the files of `supplyrisk.operations.ops`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ..events.effects import Effect
from ..language.numbers import Sampled
from ..language.problems import find
from .resolve import Fault, Placed
from .touch import Lane, Reach, reach_of

if TYPE_CHECKING:
    from .checks import Case

Faults = Iterator[Fault]
# Operations of which two on the same lanes are a slip: two bans of one lane, two licence offices for one trade.
EXCLUSIVE = {"close": "stop", "quota": "limit", "licence": "license"}


def events_do_not_contradict(case: Case) -> Faults:
    """Two events that set the same thing, on the same lanes, at the same time, in the same arm."""
    reach = reach_of(case.resolutions[0])
    central = {column.name: column.central for column in case.resolutions[0].scenario.sampled}
    said: set[tuple[Any, Any]] = set()
    for policy, placed in case.arms():
        dated = [item for item in placed if item.event.is_dated() and item.event.probability != 0.0]
        # A rule that a truce suspends is not in force all the time: what lies on it may do something.
        halted = {
            str(effect.texts["event"]) for item in placed for effect in item.resolved.effects if effect.op == "suspend"
        }
        for first, second in combinations(dated, 2):
            if policy and second.arm != f"policy:{policy}":
                continue
            if (first.path, second.path) in said or not overlap(first, second, central):
                continue
            said.add((first.path, second.path))
            yield from _contradiction(first, second, reach, central, halted)


def _contradiction(
    first: Placed, second: Placed, reach: Reach, central: Mapping[str, float], halted: Collection[str]
) -> Faults:
    for op, what in EXCLUSIVE.items():
        ones = [effect for effect in first.resolved.effects if effect.op == op]
        others = [effect for effect in second.resolved.effects if effect.op == op]
        shared = _shared(ones, others, reach)
        if shared is None:
            continue
        lanes = [_lanes(effects, reach) for effects in (ones, others)]
        if lanes[0] < lanes[1] or lanes[1] < lanes[0]:  # one is a rule for a part of the other's lanes
            narrow, wide = (first, second) if lanes[0] < lanes[1] else (second, first)
            if (
                wide.event.label not in halted
                and _rank(narrow) >= _rank(wide)
                and _is_milder(op, narrow, wide, central)
            ):
                yield narrow.path, DOES_NOTHING.format(wide.event.label)
            continue
        if first.standing and not second.standing:  # laid on what is in force: the stricter holds
            if first.event.label not in halted and lanes[0] == lanes[1] and _is_milder(op, second, first, central):
                yield second.path, DOES_NOTHING.format(first.event.label)
            continue
        lane = f"{shared[0]} {' -> '.join(shared[1:])}"
        both = f"both {what} {lane} in the same weeks"
        yield second.path, f"contradicts {first.event.label!r}: {both}; change the dates or leave one out"
        return


DOES_NOTHING = (
    "does nothing: of two rules on one lane the stricter holds, and {0!r} is at least as strict on all of these lanes; "
    "for an exception leave them out there"
)


def _rank(item: Placed) -> int:
    """Outlook, scenario, policy: a later rule may make an earlier one needless, not the other way round."""
    return ("outlook", "").index(item.arm) if item.arm in ("outlook", "") else 2


def _shared(ones: Sequence[Effect], others: Sequence[Effect], reach: Reach) -> Lane | None:
    """A lane that both mean, unless one is about some users or other goods, which is a rule and no slip."""
    for one in ones:
        for other in others:
            if not _refines(one, other) and (lane := reach.shared_lanes(one.select, other.select)):
                return lane
    return None


def _lanes(effects: Sequence[Effect], reach: Reach) -> set[Lane]:
    return {lane for effect in effects for lane in reach.lanes_of(effect.select)}


def _refines(one: Effect, other: Effect) -> bool:
    """Whether one rule is about a part of what the other covers.

    Named users or end uses may be refused while a ban or a licence holds for all; a quota may hold for a
    part of what another quota limits; a content rule licenses other goods than the office at the border.
    """
    if one.op == "quota":
        return one.select != other.select
    if one.op == "licence":
        return one.texts.get("content_origin") != other.texts.get("content_origin")
    return one.select.end_uses != other.select.end_uses or one.select.entity_share != other.select.entity_share


def _is_milder(op: str, narrow: Placed, wide: Placed, central: Mapping[str, float]) -> bool:
    """Whether a rule for some lanes is at no time stricter than the one it lies on."""
    if op == "quota" or not _inside(narrow, wide, central):
        return False
    found = [[_open(effect, central) for effect in item.resolved.effects if effect.op == op] for item in (narrow, wide)]
    mine, others = ([span for span in spans if span is not None] for spans in found)
    if len(mine) < len(found[0]) or len(others) < len(found[1]):
        return False
    return min(least for least, _ in mine) >= max(most for _, most in others)


def _open(effect: Effect, central: Mapping[str, float]) -> tuple[float, float] | None:
    """Least and most of the normal flow that a rule lets through over time; None if it can't be told."""
    if effect.params.get("unit_officers") or effect.params.get("unknown_pace"):
        return None
    levels = [_single(point.level, central) for point in effect.schedule]
    if effect.op == "close":
        return 1 - max(levels), 1 - min(levels)
    granted = _single(effect.params["grant_rate"], central)
    return min(levels) * granted, max(levels) * granted


# --- time -----------------------------------------------------------------------------------------
def _span(item: Placed, central: Mapping[str, float]) -> tuple[float, float]:
    """First day and first day after; an uncertain time counts by its central value, as a certain one would."""
    begin = _single(item.resolved.start_day, central)
    return begin, begin + _single(item.resolved.duration_days, central)


def overlap(first: Placed, second: Placed, central: Mapping[str, float]) -> bool:
    """Whether both are in force on some day, by central values."""
    spans = [_span(item, central) for item in (first, second)]
    return max(begin for begin, _ in spans) < min(end for _, end in spans)


def _inside(inner: Placed, outer: Placed, central: Mapping[str, float]) -> bool:
    (begin, end), (first, last) = _span(inner, central), _span(outer, central)
    return first <= begin and end <= last


def _single(value: Any, central: Mapping[str, float]) -> float:
    if isinstance(value, Sampled):
        return value.offset + value.scale * central[value.column]
    return float(value)


# --- layers ---------------------------------------------------------------------------------------
def events_are_not_restated(case: Case) -> Faults:
    """An event without a name in a file that extends another, of a type and on goods that the other has already.

    Both would hold, and two duties add up: whoever says the duty anew most likely means to change it.
    """
    if case.root is None:
        return
    reaches = [reach_of(resolution) for resolution in case.resolutions]
    for number, second in enumerate(case.placed):
        if second.event.name:
            continue
        for index, first in enumerate(case.placed[:number]):
            if first.arm != second.arm or first.event.type != second.event.type:
                continue
            at, here = (find(case.root, item.path) for item in (first, second))
            if at is None or here is None or at.position.file == here.position.file:
                continue
            if any(_same_goods(case, index, number, which, reach) for which, reach in enumerate(reaches)):
                yield second.path, _ask_for_a_name(first, f"{at.position}")


def _same_goods(case: Case, first: int, second: int, world: int, reach: Reach) -> bool:
    effects = [case.resolutions[world].placed[number].resolved.effects for number in (first, second)]
    return any(reach.share(one, other) for one in effects[0] for other in effects[1] if one.op == other.op)


def _ask_for_a_name(first: Placed, at: str) -> str:
    label = first.column.rpartition(".")[2]
    return (
        f"is a second {first.event.type} on goods that the one at {at} is on already, and has no name, so that both would "
        f"hold; to change that one write name: {label}, to add another give it a name of its own"
    )
