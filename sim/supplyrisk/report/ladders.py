"""One measure at several sizes: policies that differ in one size only are a curve, not a list of names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..language.numbers import Sampled
from ..spec.frozen import freeze
from .once import once_per_run
from .rounding import plain
from .run import Run
from .words import MONTHS

LADDER = 3  # policies that differ in one size only, from which on they are told as a curve
_SIZE = re.compile(r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)(?:[  ]?(%|[A-Za-z]+(?:/[a-z]+)?))?")


@dataclass(frozen=True)
class Ladder:
    """Policies that differ in one size only, the smallest size first."""

    policies: tuple[str, ...]
    sizes: tuple[float, ...]
    unit: str  # as the events' sentences say it (days, %, t/yr), else what the model calls the number
    measure: str  # kind of the events, in words

    def said(self, number: int) -> str:
        """A size with its unit: "60 days"."""
        return f"{plain(self.sizes[number], 3)} {self.unit}".rstrip()


@once_per_run
def ladders(run: Run) -> list[Ladder]:
    """Every set of at least `LADDER` policies that are one measure at several sizes."""
    kinds: dict[str, list[tuple[str, list[tuple[str, float]]]]] = {}
    for policy in run.policies:
        numbers: list[tuple[str, float]] = []
        shape = json.dumps(_shape(run, _raw_events(run, policy), numbers), sort_keys=True)
        kinds.setdefault(shape, []).append((policy, numbers))
    found = (_ladder(run, members) for members in kinds.values() if len(members) >= LADDER)
    return [ladder for ladder in found if ladder is not None]


def in_ladders(run: Run) -> set[str]:
    """Policies that are told as a curve."""
    return {policy for ladder in ladders(run) for policy in ladder.policies}


def ladder_of(run: Run, policy: str) -> Ladder | None:
    """The ladder a policy belongs to."""
    return next((ladder for ladder in ladders(run) if policy in ladder.policies), None)


def equal_from(ladder: Ladder, policies: set[str]) -> str:
    """The size from which on all sizes are among `policies`, in words; "" if these are not several sizes, the largest included."""
    number = len(ladder.policies)
    while number and ladder.policies[number - 1] in policies:
        number -= 1
    return ladder.said(number) if number < len(ladder.policies) - 1 else ""


def _ladder(run: Run, members: Sequence[tuple[str, list[tuple[str, float]]]]) -> Ladder | None:
    """Policies of one shape as a ladder, if the first number in which they differ is another one in each."""
    columns = list(zip(*(numbers for _, numbers in members)))
    moving = next((column for column in columns if len({size for _, size in column}) > 1), None)
    if moving is None or len({size for _, size in moving}) < len(members):
        return None
    ranked = sorted(zip((size for _, size in moving), (policy for policy, _ in members)))
    policies = tuple(policy for _, policy in ranked)
    events = _raw_events(run, policies[0])
    measure = " and ".join(dict.fromkeys(str(raw.get("type", "")).replace("_", " ") for raw in events))
    sizes, unit = _told_sizes(run, policies) or (tuple(size for size, _ in ranked), moving[0][0])
    return Ladder(policies, sizes, unit, measure)


def _told_sizes(run: Run, policies: Sequence[str]) -> tuple[tuple[float, ...], str] | None:
    """Sizes and unit as the events' sentences tell them, which is how the file says them; None if these don't rise alike.

    The model may hold another unit (weeks of use for a reserve of 60 days).
    """
    texts = [" ".join(str(raw.get("sentence", "")) for raw in _raw_events(run, policy)) for policy in policies]
    found = [_SIZE.findall(text) for text in texts]
    if len({tuple(unit.removesuffix("s") for _, unit in each) for each in found}) > 1:
        return None
    for column in zip(*found):
        sizes = tuple(float(size.replace(",", "")) for size, _ in column)
        units = {unit.removesuffix("s") for _, unit in column}
        if len(units) == 1 and not units & set(MONTHS) and all(a < b for a, b in pairwise(sizes)):
            return sizes, column[-1][1]
    return None


def _raw_events(run: Run, policy: str) -> list[Mapping[str, Any]]:
    """What a policy adds to the scenario's events, as the manifest holds it."""
    arms = {arm.name: set(arm.events) for arm in run.scenario.arms}
    added = arms.get(f"policy:{policy}", set()) - arms.get(run.main_arm, set())
    return [freeze(event) for number, event in enumerate(run.scenario.events) if number in added]


def _shape(run: Run, value: Any, numbers: list[tuple[str, float]], unit: str = "") -> Any:
    """A value with its numbers taken out (in order, into `numbers`, with units), so that measures of one kind look alike."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        numbers.append((unit, float(value)))
        return "#"
    if isinstance(value, str):
        return re.sub(r"\d+", "#", value)
    if isinstance(value, Mapping):
        if "column" in value:
            numbers.append(
                (unit, run.central(Sampled(value["column"], value["scale"], value["offset"], tuple(value["times"]))))
            )
            return "#"
        told = {k: item for k, item in sorted(value.items(), key=_schedule_first) if k not in _UNTOLD}
        return {k: _shape(run, item, numbers, "" if k == "level" else k.replace("_", " ")) for k, item in told.items()}
    return [_shape(run, item, numbers, unit) for item in value]


_UNTOLD = ("name", "sentence", "announced_day", "start_day")


def _schedule_first(item: tuple[str, Any]) -> tuple[bool, str]:
    return item[0] != "schedule", item[0]
