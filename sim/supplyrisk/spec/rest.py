"""What else is wrong with a file of which some parts can't be read, so that all faults are told at once.

The faulty parts are taken out, or given a value that stands in for them, and what is left is checked like a
whole file. Faults that could be due to what was taken out are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from ..errors import Problem
from ..language.names import Names
from ..language.problems import find, from_validation, place
from ..language.text import Node, path_text
from . import rules
from .checks import (
    CHECKS,
    Case,
    correlations_are_possible,
    dates_lie_in_the_horizon,
    earlier_rules_are_remembered,
    events_touch_something,
    policies_do_something,
    references_name_an_event,
    triggers_do_not_wait_for_each_other,
    what_they_act_on_is_there,
)
from .resolve import Fault, resolve
from .scenario import ScenarioSpec
from .state_checks import states_deal_in_what_there_is
from .substitute_checks import substitutes_have_users
from .worldfile import LoadedWorld

Path = tuple[str | int, ...]
EVENT = re.compile(r"((?:outlook\.|policies\.[^.\[]+\.)?events)\[(\d+)\](?:\.(\w+))?")
DATES = ("announced", "start", "end")
# A horizon that any date of the century lies in, and texts, where the file's own can't be read.
STAND_INS: dict[str, Any] = {"title": "-", "world": "-", "horizon": {"start": "1990-01-01", "years": "60"}}
MAKERS = ("capacity_project", "recycling", "new_demand")
ABOUT_OTHERS = (
    references_name_an_event,
    triggers_do_not_wait_for_each_other,
    what_they_act_on_is_there,
    policies_do_something,
    correlations_are_possible,
)
# What asks for numbers of the world that a file may set.
ABOUT_NUMBERS = (earlier_rules_are_remembered, substitutes_have_users, states_deal_in_what_there_is)


@dataclass
class _Mended:
    """A tree without its faulty parts, and what was done to it."""

    root: Node
    dropped: dict[Path, set[int]] = field(default_factory=dict)  # list of events: numbers taken out
    dates: dict[Path, set[str]] = field(default_factory=dict)  # event: dates that stand in
    sections: set[str] = field(default_factory=set)  # top keys taken out or stood in for

    def note(self, problem: Problem) -> None:
        """Decide what happens to the part that a problem is in."""
        match = EVENT.match(problem.path)
        if match is None:
            self.sections.add(re.split(r"[.\[]", problem.path)[0])
            return
        listed, number, key = tuple(match[1].split(".")), int(match[2]), match[3] or ""
        if key in DATES and problem.path == match[0]:
            self.dates.setdefault((*listed, number), set()).add(key)
        else:
            self.dropped.setdefault(listed, set()).add(number)

    def tree(self) -> Node:
        """The file with all that done to it."""
        entries = {key: node for key, node in self.root.items() if key not in self.sections}
        position = self.root.position
        for key, value in STAND_INS.items():
            if key not in entries:
                self.sections.add(key)
                entries[key] = _node(value, position)
        root = Node(entries, position, self.root.key_positions)
        for listed in {*self.dropped, *(path[:-1] for path in self.dates)}:
            root = _changed(root, listed, lambda node, at=listed: self._events(node, at))  # type: ignore[misc]
        return root

    def _events(self, node: Node, listed: Path) -> Node:
        items = node.value if isinstance(node.value, tuple) else ()
        dropped = self.dropped.get(listed, set())
        kept = [self._event(item, (*listed, n)) for n, item in enumerate(items) if n not in dropped]
        return Node(tuple(kept), node.position, {}, node.size)

    def _event(self, node: Node, path: Path) -> Node:
        bad = self.dates.get(path, set())
        if not bad:
            return node
        gone = set(DATES) if "start" in bad else bad
        entries = {key: item for key, item in node.items() if key not in gone}
        if "start" in bad:
            horizon = find(self.root, ("horizon", "start"))
            sound = horizon is not None and "horizon" not in self.sections
            entries["start"] = horizon if sound and horizon is not None else Node("2000-01-01", node.position)
        return Node(entries, node.position, node.key_positions, node.size)

    def written(self, path: Path) -> Path:
        """Path in the file of a path in the mended tree: events keep the numbers they were written under."""
        for length, step in enumerate(path):
            if isinstance(step, int) and path[:length] in self.dropped:
                kept = [
                    n
                    for n in range(step + len(self.dropped[path[:length]]) + 1)
                    if n not in self.dropped[path[:length]]
                ]
                return (*path[:length], kept[step], *path[length + 1 :])
        return path

    def is_complete(self) -> bool:
        return not (self.dropped or self.dates or self.sections)


def _node(value: Any, position: Any) -> Node:
    if isinstance(value, dict):
        return Node({key: _node(item, position) for key, item in value.items()}, position)
    return Node(value, position)


def _changed(root: Node, path: Path, change: Callable[[Node], Node]) -> Node:
    if not path:
        return change(root)
    child = root.get(str(path[0]))
    if child is None or not isinstance(root.value, dict):
        return root
    entries = {**root.value, str(path[0]): _changed(child, path[1:], change)}
    return Node(entries, root.position, root.key_positions, root.size)


def other_faults(
    root: Node, problems: Sequence[Problem], names: Names, worlds: Sequence[LoadedWorld], file: FilePath
) -> Iterator[Problem]:
    """Faults besides those that were found when the file was read."""
    mended = _Mended(root)
    for problem in problems:
        mended.note(problem)
    for _ in range(3):
        tree = mended.tree()
        try:
            spec = ScenarioSpec.model_validate(tree.plain(), context={"names": names})
        except ValidationError as error:
            for problem in from_validation(error, tree, ScenarioSpec):
                yield from _hidden_in_event(mended, problem)
            continue
        yield from _checked(mended, tree, spec, worlds, file)
        return


def _hidden_in_event(mended: _Mended, problem: Problem) -> Iterator[Problem]:
    """A fault of an event whose dates stand in: told unless it is about them; the event is then left out."""
    match = EVENT.match(problem.path)
    if match is None:
        mended.note(problem)
        return
    listed: Path = tuple(match[1].split("."))
    written = mended.written((*listed, int(match[2])))
    number = written[-1]
    assert isinstance(number, int)
    if match[3] and match[3] not in (*DATES, "duration", "profile"):
        yield Problem(problem.position, path_text(written) + problem.path[match.end(2) + 1 :], problem.message)
    mended.dropped.setdefault(listed, set()).add(number)


def _checked(
    mended: _Mended, tree: Node, spec: ScenarioSpec, worlds: Sequence[LoadedWorld], file: FilePath
) -> Iterator[Problem]:
    """What the checks find in the rest of a file."""
    resolutions = tuple(resolve(spec, world, file.stem, file.parent) for world in worlds)
    faults = [fault for resolution in resolutions for fault in resolution.faults if fault[0][:1] != ("uncertain",)]
    case = Case(spec, resolutions, file.parent, tree)
    for check in CHECKS:
        if _can_be_asked(mended, check):
            faults += [fault for fault in check(case) if not _is_about_a_stand_in(mended, check, fault)]
    for at, message in faults:
        node = find(tree, at)
        key = node is None or isinstance(node.value, dict)
        yield Problem(place(tree, at, key=key), path_text(mended.written(at)), message)


def _can_be_asked(mended: _Mended, check: Any) -> bool:
    """Whether a check makes sense without what was taken out."""
    if check is dates_lie_in_the_horizon:
        return "horizon" not in mended.sections
    if check in ABOUT_NUMBERS:
        return not mended.sections & {"baseline", "uncertain", "world"}
    if check in ABOUT_OTHERS:
        return mended.is_complete()
    if check is events_touch_something:
        return not mended.sections & {"baseline", "events", "outlook", "policies", "world"} and not _makes_something(
            mended
        )
    return True


def _makes_something(mended: _Mended) -> bool:
    """Whether an event that was taken out may have made sites or users that others touch."""
    for listed, numbers in mended.dropped.items():
        for number in numbers:
            event = find(mended.root, (*listed, number))
            kind = event.get("type") if event is not None else None
            if (
                kind is None
                or not isinstance(kind.value, str)
                or kind.value in MAKERS
                or kind.value not in known_types()
            ):
                return True
    return False


def known_types() -> frozenset[str]:
    """Names of the event types."""
    from ..events.registry import EVENT_TYPE_BY_NAME

    return frozenset(EVENT_TYPE_BY_NAME)


def _is_about_a_stand_in(mended: _Mended, check: Any, fault: Fault) -> bool:
    at = mended.written(fault[0])
    for event, keys in mended.dates.items():
        if at[: len(event)] != event:
            continue
        if check is rules.events_do_not_contradict:
            return True
        inside = at[len(event) :]
        return check is dates_lie_in_the_horizon and ("start" in keys or (inside[:1] != () and inside[0] in keys))
    return False
