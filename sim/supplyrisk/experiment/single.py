"""One run of a batch repeated alone: its numbers, every recorded column, and every event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RunFailed, SupplyriskError
from ..results.chunks import FAILED
from ..results.store import Span
from .work import Bench, simulate


@dataclass(frozen=True)
class Event:
    """One row of the trace."""

    arm: str
    day: int
    event: str
    entity: str
    number: int
    product: str
    origin: str
    destination: str
    amount: float


@dataclass(frozen=True)
class Single:
    """A run: its sampled values, its outcomes (arms and differences, metrics), its series by arm."""

    run: int
    values: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    series: dict[str, Any]


def run_alone(ready: Bench, run: int, seed: int, runs: int, trace: bool = False) -> Single:
    """Repeat run `run` of a batch of `runs`.

    Raises
    ------
    SupplyriskError
        If there is no such run, or it fails again (with its message).
    """
    if not 0 <= run < runs:
        raise SupplyriskError(f"there is no run {run}: the batch has runs 0 to {runs - 1}")
    values = ready.design.values(run, run + 1)[0]
    chunk = simulate(ready, Span(run, run + 1), seed)
    if chunk.status[0] == FAILED:
        raise RunFailed(f"run {run} failed: {chunk.message[0]}")
    series = {}
    if trace:
        for arm, name in enumerate(ready.layout.arms):
            series[name] = ready.engine.run(ready.model, arm, run, seed, values, trace=True)
    return Single(run, values, chunk.outcomes[0], series)


def events(ready: Bench, single: Single) -> list[Event]:
    """Every event of every arm of a traced run, in order."""
    found = []
    for arm, series in single.series.items():
        found += _arm_events(ready.model, arm, series.trace)
    return found


def _arm_events(model: Any, arm: str, trace: Any) -> list[Event]:
    from ..model.market import ARRIVAL, BREAKDOWN, COMPLETION, EVENT_NAMES, REPAIR

    sites = {COMPLETION, BREAKDOWN, REPAIR}
    found = []
    columns = (trace.day, trace.kind, trace.entity, trace.counter, trace.amount_t)
    lanes = {EVENT_NAMES[kind] for kind in range(ARRIVAL + 2)}
    for day, kind, entity, number, amount in zip(*(column.tolist() for column in columns)):
        event = EVENT_NAMES[kind]
        name = product = origin = destination = ""
        if kind in sites:
            name = model.site_names[entity]
            product, origin = name.split(":")
            destination = origin
        elif event in lanes and event != EVENT_NAMES[0]:
            name = model.lane_names[entity]
            product, _, way = name.partition(":")
            origin, _, destination = way.partition("#")[0].partition(">")
        found.append(Event(arm, day - 7 * model.lead_weeks, event, name, number, product, origin, destination, amount))
    return found


def _is_lane(event: Event) -> bool:
    return ">" in event.entity


@dataclass(frozen=True)
class Step:
    """One station in the life of a shipment."""

    day: int
    what: str


def shipments(found: list[Event], arm: str) -> dict[str, list[Event]]:
    """The events of every shipment of an arm, by name `LANE/NUMBER`.

    Goods are numbered per lane as they leave; a shipment that waited at an office or at customs leaves by
    an event of its own, which comes in the order of the numbers and with the same tonnes to the bit.
    """
    by_lane: dict[str, list[Event]] = {}
    for event in found:
        if event.arm == arm and _is_lane(event):
            by_lane.setdefault(event.entity, []).append(event)
    lives: dict[str, list[Event]] = {}
    for lane, events_here in by_lane.items():
        reviews = {e.number: e for e in events_here if e.event == "review done"}
        leaving = [e for e in events_here if e.event in ("licensed goods leave", "customs let goods go")]
        ends = sorted((e for e in events_here if e.event in ("arrival", "seizure")), key=lambda e: e.number)
        at = 0
        for end in ends:
            life = [end]
            if at < len(leaving) and leaving[at].amount == end.amount and leaving[at].day <= end.day:
                left = leaving[at]
                at += 1
                life.insert(0, left)
                if left.event == "licensed goods leave" and left.number in reviews:
                    life.insert(0, reviews[left.number])
            lives[f"{lane}/{end.number}"] = life
        for left in leaving[at:]:  # still at sea when the horizon ends
            life = [left]
            if left.event == "licensed goods leave" and left.number in reviews:
                life.insert(0, reviews[left.number])
            lives[f"{lane}/under-way-{left.number}"] = life
    return lives
