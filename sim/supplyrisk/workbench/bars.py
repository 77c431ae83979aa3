"""When an event is in force, as the timeline draws it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..language.fields import Lasting, UncertainDay, parser_of
from ..language.text import Node
from ..language.uncertain import Uncertain
from ..units import UnitError, split_quantity

_day = parser_of(UncertainDay)
_lasting = parser_of(Lasting)


def number_of(text: str | None) -> dict[str, Any]:
    """Number and unit of a text, if it is one."""
    try:
        value, unit = split_quantity(text or "")
    except UnitError:
        return {}
    if unit.startswith("-"):  # a date
        return {}
    return {"value": value, "unit": unit}


def bar_of(node: Node, last: dt.date | None) -> dict[str, Any]:
    """When an event is in force: dates, how they are written, and by how much they may differ."""
    found: dict[str, Any] = {}
    if node.get("trigger") is not None:
        found["waits"] = _wait(node)
    again = node.get("every") or node.get("chance")
    if again is not None and isinstance(again.value, str):
        found["again"] = again.value
    start, spread = date_of(node.get("start"))
    announced, _ = date_of(node.get("announced"))
    if start is None:
        return found | {"always": node.get("start") is None and node.get("trigger") is None}
    end, late = _end(node, start, last)
    found |= {"start": iso(start), "end": iso(end), "announced": iso(announced)}
    found["open"] = node.get("end") is None and node.get("duration") is None
    found["start_drawn"] = spread
    found["end_drawn"] = late
    lasting = node.get("duration")
    if lasting is not None and isinstance(lasting.value, str):
        found["duration"] = number_of(lasting.value)
    return found


def _wait(node: Node) -> str:
    trigger = node.get("trigger")
    assert trigger is not None
    after = trigger.get("after") or trigger.get("variable")
    return str(after.value) if after is not None and isinstance(after.value, str) else "a condition"


def date_of(node: Node | None) -> tuple[dt.date | None, list[str]]:
    """A date, of a drawn one the central day; and between which days it lies."""
    if node is None:
        return None, []
    try:
        value = _day(node.plain(), None)
    except ValueError:
        return None, []
    if isinstance(value, Uncertain):
        low, high = (dt.date.fromordinal(int(day)) for day in value.support())
        return dt.date.fromordinal(round(value.central)), [low.isoformat(), high.isoformat()]
    assert isinstance(value, dt.date)
    return value, []


def _end(node: Node, start: dt.date, last: dt.date | None) -> tuple[dt.date | None, list[str]]:
    """The first day after an event (the horizon's end if it stays), and between which days that lies."""
    if node.get("end") is not None:
        return date_of(node.get("end"))
    lasting = node.get("duration")
    if lasting is None:
        return last, []
    try:
        value = _lasting(lasting.plain(), None)
    except ValueError:
        return None, []
    if isinstance(value, Uncertain):
        low, high = (_after(start, days) for days in value.support())
        return _after(start, value.central), [low.isoformat(), high.isoformat()]
    return _after(start, float(value)), []


def _after(start: dt.date, days: float) -> dt.date:
    return dt.date.fromordinal(min(start.toordinal() + round(days), dt.date(2300, 1, 1).toordinal()))


def iso(date: dt.date | None) -> str:
    return date.isoformat() if date is not None else ""
