"""The outlook a scenario is laid on: a world's `today.yaml`, or calm.

`today.yaml` stands beside a world's `world.yaml` and holds what is in force and under way: an `outlook` as a scenario
may write it. It becomes a layer below the scenario's own `outlook`, as if the file extended it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Position, Problem, Problems, did_you_mean
from ..language.fields import parse_date
from ..language.layers import merge, name_of
from ..language.text import Node, read_file

TODAY_FILE = "today.yaml"
KEYS = ("as_of", "notes", "outlook")
TODAY, CALM = "today", "calm"
TODAY_SINCE = dt.date(2026, 1, 1)  # scenarios that start from here on are laid on `today` unless they say otherwise


@dataclass(frozen=True)
class Today:
    """A world's `today.yaml`.

    Attributes
    ----------
    path : Path
    as_of : date
        Day whose state of things it holds.
    notes : str
    outlook : Node
        What is laid below a scenario's own `outlook`.
    names : frozenset of str
        Names of its events.
    """

    path: Path
    as_of: dt.date
    notes: str
    outlook: Node
    names: frozenset[str]


def read_today(folder: Path, shown: str) -> Today | None:
    """The outlook in a world's folder, if there is one.

    Raises
    ------
    Problems
        If the file isn't laid out as it should be; what its outlook says is checked with the scenario.
    """
    path = folder / TODAY_FILE
    if not path.is_file():
        return None
    root = read_file(path, f"{shown}/{TODAY_FILE}")
    problems = [
        Problem(root.key_positions[key], key, f"unknown key{did_you_mean(key, KEYS)}")
        for key, _ in root.items()
        if key not in KEYS
    ]
    as_of, outlook, notes = (root.get(key) for key in ("as_of", "outlook", "notes"))
    day = None
    try:
        day = parse_date(as_of.value if as_of is not None else None)
    except ValueError as error:
        problems.append(Problem(as_of.position if as_of else root.position, "as_of", str(error)))
    if outlook is None or not isinstance(outlook.value, dict):
        at = outlook.position if outlook else root.position
        problems.append(Problem(at, "outlook", "must be a mapping, as in a scenario"))
        raise Problems(problems)
    events = outlook.get("events")
    listed = events.value if events is not None and isinstance(events.value, tuple) else ()
    problems += [
        Problem(item.position, "outlook.events", "needs a name, by which scenarios can change it")
        for item in listed
        if not name_of(item)
    ]
    if problems or day is None:
        raise Problems(problems)
    text = str(notes.value) if notes is not None else ""
    return Today(path, day, " ".join(text.split()), outlook, frozenset(name_of(item) for item in listed))


def spelled_out(root: Node) -> Node:
    """A file in which `outlook: today` is written as `outlook: {base: today}`, so that layers can be laid on it."""
    node = root.get("outlook")
    if node is None or not isinstance(node.value, str):
        return root
    return _with(root, "outlook", Node({"base": node}, node.position, {"base": node.position}, node.size))


def with_outlook(root: Node, todays: Sequence[Today | None]) -> tuple[Node, list[Problem]]:
    """The file with its outlook laid on what it is based on, and what is wrong with that.

    Parameters
    ----------
    root : Node
        All layers of the scenario.
    todays : sequence of Today or None
        One per world of the scenario.
    """
    own = root.get("outlook")
    if own is not None and not isinstance(own.value, dict):
        return root, []  # the typed model says what is wrong with it
    base = own.get("base") if own is not None else None
    found = [today for today in todays if today is not None]
    if base is None:
        if not found or not _is_late(root):
            return root, []
        at = Position(str(found[0].path), 1, 1)
        base = Node(TODAY, at)
    elif base.value != TODAY:
        return root, []
    elif not found:
        what = f"there is no {TODAY_FILE} in the world's folder; write calm, or write that file"
        return root, [Problem(base.position, "outlook.base", what)] if todays else []
    layer = found[0].outlook
    for other in found[1:]:
        layer = merge(layer, _at_first(layer, other.outlook), "outlook")
    layer = _with(layer, "base", base)
    return _with(root, "outlook", layer if own is None else merge(layer, own, "outlook")), []


def _is_late(root: Node) -> bool:
    """Whether the horizon starts when `today` is the default."""
    horizon = root.get("horizon")
    start = horizon.get("start") if horizon is not None else None
    try:
        return start is not None and parse_date(start.value) >= TODAY_SINCE
    except ValueError:
        return False  # the typed model says what is wrong with it


def _at_first(one: Node, other: Node) -> Node:
    """`other`, simulated from the earlier date of both."""
    dates: list[Any] = [node for node in (one.get("simulate_from"), other.get("simulate_from")) if node is not None]
    if not dates:
        return other
    return _with(other, "simulate_from", min(dates, key=lambda node: str(node.value)))


def _with(root: Node, key: str, node: Node) -> Node:
    entries = dict(root.value) if isinstance(root.value, dict) else {}
    positions = {key: node.position, **root.key_positions}
    return Node({**entries, key: node}, root.position, positions, root.size + node.size)
