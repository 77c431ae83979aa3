"""A value that is set from outside is no longer drawn: what the file's `uncertain` section says of it goes."""

from __future__ import annotations

from collections.abc import Sequence

from ..language.layers import BASELINE, Path, PathError, numbered, split_path
from ..language.text import Node

UNCERTAIN = "uncertain"


def undrawn(root: Node, steps: Sequence[str | int]) -> Node:
    """The tree without the draw of the value at a path; a draw that scales it stays, and multiplies what was set.

    Without this a variant that sets a drawn value would be the same as all others.
    """
    section = root.get(UNCERTAIN)
    if section is None or not isinstance(section.value, dict):
        return root
    target = _place(root, steps[1:] if steps and steps[0] == BASELINE else steps)
    gone = {key for key, item in section.items() if item.get("scale") is None and _drawn(root, key) == target}
    if not gone or target is None:
        return root
    entries = {key: item for key, item in section.items() if key not in gone}
    left = Node(entries, section.position, section.key_positions, section.size)
    whole = dict(root.items()) | {UNCERTAIN: left}
    return Node(whole, root.position, root.key_positions, root.size)


def _drawn(root: Node, key: str) -> Path | None:
    """The place that a key of the section is about."""
    try:
        return _place(root, split_path(key))
    except PathError:
        return None  # said when the section is read


def _place(root: Node, steps: Sequence[str | int]) -> Path | None:
    try:
        return numbered(root, steps)
    except PathError:
        return None
