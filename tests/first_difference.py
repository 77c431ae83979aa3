"""Where two runs part: for the proof that the engines are one model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from supplyrisk.engines import RunSeries, Trace
from supplyrisk.model.compile import CompiledModel
from supplyrisk.model.market import EVENT_NAMES, MARKET, SEIZURE, SWITCH


def first_difference(model: CompiledModel, one: RunSeries, other: RunSeries) -> str:
    """The first event, or else the first recorded number, in which two runs differ; "" if they are the same.

    The same means the same bits.
    """
    if one.trace is not None and other.trace is not None:
        found = _first_event(model, one.trace, other.trace)
        if found:
            return found
    for name, mine, theirs in (("weekly", one.weekly, other.weekly), ("monthly", one.monthly, other.monthly)):
        if mine.shape != theirs.shape:
            return f"{name}: {mine.shape} against {theirs.shape}"
        rows, columns = np.nonzero(_bits(mine) != _bits(theirs))
        if len(rows):
            row, column = int(rows[0]), int(columns[0])
            what = (model.weekly_columns if name == "weekly" else model.monthly_columns)[column]
            place = what.place + (f">{what.partner}" if what.partner else "")
            names = " ".join(part for part in (what.variable, what.product, place, what.end_use) if part)
            return f"{name} row {row}, {names}: {mine[row, column]!r} against {theirs[row, column]!r}"
    for name in sorted(one.totals.keys() | other.totals.keys()):
        if one.totals.get(name) != other.totals.get(name):  # not a number in either is a difference
            return f"total {name}: {one.totals.get(name)!r} against {other.totals.get(name)!r}"
    return ""


def _bits(numbers: NDArray[Any]) -> NDArray[np.int64]:
    return np.ascontiguousarray(numbers).view(np.int64)


def _first_event(model: CompiledModel, one: Trace, other: Trace) -> str:
    """The first event in which two traces differ."""
    shared = min(len(one.day), len(other.day))
    same = np.ones(shared, dtype=bool)
    for name in ("day", "kind", "entity", "counter", "amount_t"):
        same &= _bits(getattr(one, name)[:shared]) == _bits(getattr(other, name)[:shared])
    if same.all() and len(one.day) == len(other.day):
        return ""
    at = shared if same.all() else int(np.argmin(same))
    return f"event {at}: {_told(model, one, at)} against {_told(model, other, at)}"


def _told(model: CompiledModel, trace: Trace, at: int) -> str:
    """One event in words."""
    if at >= len(trace.day):
        return "the end"
    kind, entity = int(trace.kind[at]), int(trace.entity[at])
    event = EVENT_NAMES[kind] if kind < len(EVENT_NAMES) else f"kind {kind}"
    names: Any = model.lane_names if kind <= SEIZURE else model.site_names
    name = "all" if kind in (SWITCH, MARKET) else names[entity]
    return f"day {trace.day[at]}, {event}, {name}, number {trace.counter[at]}, {float(trace.amount_t[at])!r} t"
