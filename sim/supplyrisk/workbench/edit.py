"""Changes of a scenario's text by form, slider and timeline that leave everything else as it stands.

A change is a piece of text that takes the place of another: the editor does it like a typed one, so that undo works and
the caret stays. It is written into the text itself, comments and order and all, and then tried: the text is read again
and has to say what was meant and nothing else. Where the text is written in a way that does not let a piece be put in
(lists in brackets, mostly), the whole section is written again by ruamel's round trip, and held to the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .pieces import (
    CannotEdit,
    Change,
    Path,
    between,
    block,
    block_item,
    plain_of,
    round_trip,
    shown,
    tried,
    value_at,
    with_value,
    without_value,
    written,
)

# Sections of a scenario, in the order in which they are written.
ORDER = (
    "title",
    "question",
    "extends",
    "world",
    "horizon",
    "groups",
    "baseline",
    "outlook",
    "events",
    "policies",
    "uncertain",
    "monte_carlo",
    "report",
)


@dataclass(frozen=True)
class Span:
    """Where the value at a path stands in the text."""

    start: int
    end: int
    scalar: bool
    block: bool  # a list or mapping over several lines, or a text with | or >


def composed(text: str) -> Any:
    """The tree of the text with marks, as ruamel composes it."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(pure=True).compose(text)
    except YAMLError as error:
        raise CannotEdit(f"the text is not valid YAML yet: {getattr(error, 'problem', None) or error}") from None
    except RecursionError:
        raise CannotEdit("the text is nested too deep") from None


def spans(text: str) -> dict[Path, Span]:
    """Every value of the text with its place, lists by number."""
    return dict(_spans(composed(text), ()))


def _spans(node: Any, path: Path) -> Iterator[tuple[Path, Span]]:
    if node is None or node.start_mark is None:
        return
    kind = node.id
    block = not node.flow_style if kind != "scalar" else node.style in ("|", ">")
    yield path, Span(node.start_mark.index, node.end_mark.index, kind == "scalar", bool(block))
    if kind == "mapping":
        for key, value in node.value:
            yield from _spans(value, (*path, str(key.value)))
    elif kind == "sequence":
        for index, value in enumerate(node.value):
            yield from _spans(value, (*path, index))


def node_at(root: Any, path: Path) -> Any:
    """The composed node at a path, if there is one."""
    node = root
    for step in path:
        if node is None:
            return None
        if node.id == "mapping" and isinstance(step, str):
            node = next((value for key, value in node.value if key.value == step), None)
        elif node.id == "sequence" and isinstance(step, int) and -1 < step < len(node.value):
            node = node.value[step]
        else:
            return None
    return node


# --- changes --------------------------------------------------------------------------------------
def put(text: str, path: Path, value: Any) -> Change:
    """The value at a path becomes another; keys on the way that are missing are made.

    Parameters
    ----------
    path : tuple
        Keys, and numbers of list items.
    value : str, mapping or list
        As the file would say it: numbers with their unit are text.

    Raises
    ------
    CannotEdit
        If the text is not valid YAML, or the path leads through what is no mapping.
    """
    wanted = with_value(plain_of(text), path, value)
    root = composed(text)
    node = node_at(root, path)
    try:
        change = _replaced(text, node, value) if node is not None else _inserted(text, root, path, value)
        return tried(text, change, wanted)
    except CannotEdit:
        return tried(text, round_trip(text, path, value, remove=False), wanted)


def add(text: str, path: Path, value: Mapping[str, Any]) -> Change:
    """A further item at the end of the list at a path."""
    plain = plain_of(text)
    root = composed(text)
    there = value_at(plain, path)
    items = list(there) if isinstance(there, tuple) else []
    if there is not None and not isinstance(there, tuple):
        raise CannotEdit(f"{shown(path)} is no list")
    if path[0] == "outlook" and isinstance(value_at(plain, ("outlook",)), str):
        spelled = _spelled_out(text)
        return between(text, add(spelled, path, value).applied(spelled))
    wanted = with_value(plain, path, [*items, value])
    node = node_at(root, path)
    if not items or node is None:
        block = block_item(value, _indent_of(root, path) + 2)
        try:
            return tried(text, _section(text, root, path, block), wanted)
        except CannotEdit:
            if len(path) == 1:
                raise
            return put(text, path, [value])  # what the list stands in is not there yet either
    try:
        if node.flow_style:
            at = node.value[-1].end_mark.index
            return tried(text, Change(at, at, "", f", {written(value)}"), wanted)
        column = node.value[-1].start_mark.column - 2
        at = _line_end(text, _last(node))
        return tried(text, Change(at, at, "", _after_line(text, at) + block_item(value, column)), wanted)
    except CannotEdit:
        return tried(text, round_trip(text, (*path, len(items)), value, remove=False), wanted)


def lay(text: str, path: Path, values: Mapping[str, Any]) -> Change:
    """Values that another file gives are said by this one: what it says is laid on the other.

    Parameters
    ----------
    path : tuple
        Keys; of a list of events the name of one, or its type where it has no name.
    values : mapping
        Keys there, with what they are to be.
    """
    now = text
    for key, value in values.items():
        now = _laid(now, (*path, key), value).applied(now)
    return between(text, now)


def _laid(text: str, path: Path, value: Any) -> Change:
    plain = plain_of(text)
    if path[0] == "outlook" and isinstance(value_at(plain, ("outlook",)), str):
        spelled = _spelled_out(text)
        return between(text, _laid(spelled, path, value).applied(spelled))
    if "events" not in path[:-1]:
        return put(text, path, value)
    at = path.index("events") + 1
    head, label, rest = path[:at], str(path[at]), path[at + 1 :]
    items = value_at(plain, head)
    for index, item in enumerate(items if isinstance(items, tuple) else ()):
        if isinstance(item, Mapping) and item.get("name") == label:
            return put(text, (*head, index, *rest), value)
    inside: Any = value
    for step in reversed(rest):
        inside = {str(step): inside}
    item = {"name": label, **(inside if isinstance(inside, Mapping) else {})}
    return add(text, head, item)


def _spelled_out(text: str) -> str:
    """The text with its outlook as a mapping: in the short form (`outlook: calm`) nothing can be put into it."""
    base = value_at(plain_of(text), ("outlook",))
    return put(text, ("outlook",), {"base": base}).applied(text)


def remove(text: str, path: Path) -> Change:
    """Take away what stands at a path, with its key and the comment beside it."""
    wanted = without_value(plain_of(text), path)
    root = composed(text)
    parent, node = node_at(root, path[:-1]), node_at(root, path)
    if node is None:
        raise CannotEdit(f"there is no {shown(path)}")
    try:
        if parent.flow_style:
            return tried(text, _cut_in_brackets(text, parent, path[-1]), wanted)
        return tried(text, _cut(text, parent, path[-1], node, last=len(parent.value) == 1), wanted)
    except CannotEdit:
        return tried(text, round_trip(text, path, None, remove=True), wanted)


def _replaced(text: str, node: Any, value: Any) -> Change:
    start, end = node.start_mark.index, node.end_mark.index
    if node.id != "scalar" and not node.flow_style:
        raise CannotEdit("over several lines")
    if node.id == "scalar" and node.style in ("|", ">"):
        raise CannotEdit("over several lines")
    new = written(value)
    if node.id == "scalar" and node.style in ("'", '"') and isinstance(value, str):
        plain = " ".join(value.split())
        safe = node.style == '"' and not set(plain) & {'"', "\\"}
        new = f'"{plain}"' if safe else "'" + plain.replace("'", "''") + "'"
    if start == end:
        start = end = len(text[:start].rstrip())  # of nothing the mark stands on the next line
        new = f" {new}"
    return Change(start, end, text[start:end], new)


def _inserted(text: str, root: Any, path: Path, value: Any) -> Change:
    """A key that is not there yet, in the nearest mapping above that is."""
    depth = next(n for n in range(len(path) - 1, -1, -1) if n == 0 or node_at(root, path[:n]) is not None)
    inside: Any = value
    for step in reversed(path[depth + 1 :]):
        if not isinstance(step, str):
            raise CannotEdit(f"there is no {shown(path[:-1])}")
        inside = {step: inside}
    key, parent = path[depth], node_at(root, path[:depth])
    if not isinstance(key, str):
        raise CannotEdit(f"there is no {shown(path)}")
    if parent is not None and parent.id == "scalar" and not parent.value and depth:
        return _replaced(text, parent, {key: inside})
    if parent is None or parent.id != "mapping":
        raise CannotEdit(f"{shown(path[:depth])} is no mapping")
    line = f"{written(key)}: {written(inside)}"
    if depth == 0:
        if isinstance(inside, Mapping) and key in ORDER:
            line = f"{key}:\n" + "".join(block(str(k), v, 2) for k, v in inside.items()).rstrip("\n")
        return _new_section(text, root, key, line)
    if parent.flow_style:
        at = parent.end_mark.index - 1
        if parent.value:
            at = parent.value[-1][1].end_mark.index
        return Change(at, at, "", f", {line}" if parent.value else line)
    at = _line_end(text, _last(parent))
    column = parent.value[0][0].start_mark.column
    return Change(at, at, "", _after_line(text, at) + block(key, inside, column))


def _new_section(text: str, root: Any, key: str, lines: str) -> Change:
    """A section at its place among those that are there."""
    before = ORDER[: ORDER.index(key)] if key in ORDER else ORDER
    above = [value for name, value in root.value if name.value in before] if root is not None else []
    if not above:
        at = root.value[0][0].start_mark.index if root is not None and root.value else len(text)
        return Change(at, at, "", f"{lines}\n")
    at = max(_line_end(text, _last(value)) for value in above)
    gap = "\n" if "\n" in lines else ""
    following = text[at:].split("\n", 1)[0].strip()
    return Change(at, at, "", f"{_after_line(text, at)}{gap}{lines}\n{gap if following else ''}")


def _section(text: str, root: Any, path: Path, block: str) -> Change:
    """A list that is not there yet, or empty, with its first item."""
    node = node_at(root, path)
    if node is not None:
        start, end = node.start_mark.index, node.end_mark.index
        if start == end:
            start = end = len(text[:start].rstrip())
        else:
            start = len(text[:start].rstrip(" "))
        rest = text[end:].split("\n", 1)[0]
        comment = end + len(rest)
        return Change(start, comment, text[start:comment], f"{rest}\n{block}".rstrip("\n"))
    if len(path) == 1:
        return _new_section(text, root, str(path[0]), f"{path[0]}:\n{block}".rstrip("\n"))
    parent = node_at(root, path[:-1])
    if parent is None or parent.id != "mapping" or parent.flow_style:
        raise CannotEdit(f"there is no {shown(path[:-1])} to put a list in")
    column = parent.value[0][0].start_mark.column
    at = _line_end(text, _last(parent))
    return Change(at, at, "", f"{_after_line(text, at)}{' ' * column}{path[-1]}:\n{block}")


def _cut(text: str, parent: Any, step: str | int, node: Any, last: bool) -> Change:
    """The lines of a list item or of a key."""
    if last:
        raise CannotEdit("it is the only one")
    if isinstance(step, int):
        first = text.rfind("\n", 0, node.start_mark.index) + 1
        if text[first : node.start_mark.index].strip() not in ("-", ""):
            raise CannotEdit("it does not begin its line")
    else:
        key = next(name for name, _ in parent.value if name.value == step)
        first = text.rfind("\n", 0, key.start_mark.index) + 1
        if text[first : key.start_mark.index].strip():
            following = [name for name, _ in parent.value if name.start_mark.index > key.start_mark.index]
            if not following:
                raise CannotEdit("it does not begin its line")
            return Change(
                key.start_mark.index,
                following[0].start_mark.index,
                text[key.start_mark.index : following[0].start_mark.index],
                "",
            )
    end = _line_end(text, _last(node))
    return Change(first, end, text[first:end], "")


def _cut_in_brackets(text: str, parent: Any, step: str | int) -> Change:
    """An item of a list or mapping in brackets, with the comma beside it."""
    if parent.id == "sequence":
        items = [(node.start_mark.index, node.end_mark.index) for node in parent.value]
        number = int(step)
    else:
        items = [(key.start_mark.index, node.end_mark.index) for key, node in parent.value]
        number = next(n for n, (key, _) in enumerate(parent.value) if key.value == step)
    start, end = items[number]
    if number + 1 < len(items):
        end = items[number + 1][0]
    elif number:
        start = items[number - 1][1]
    return Change(start, end, text[start:end], "")


# --- places ---------------------------------------------------------------------------------------
def _last(node: Any) -> int:
    """Offset behind the last letter of a node: of a list over several lines, of its last item."""
    while node.id != "scalar" and not node.flow_style and node.value:
        node = node.value[-1] if node.id == "sequence" else node.value[-1][1]
    return int(node.end_mark.index)


def _line_end(text: str, at: int) -> int:
    """Offset of the line after the one in which `at` lies; a text with | or > ends at a line's start already."""
    if at and text[at - 1 : at] == "\n":
        return at
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _after_line(text: str, at: int) -> str:
    return "" if at == 0 or text[at - 1] == "\n" else "\n"


def _indent_of(root: Any, path: Path) -> int:
    """Column of the key that holds a list."""
    parent = node_at(root, path[:-1])
    if parent is None or parent.id != "mapping" or not parent.value:
        return 0
    return int(parent.value[0][0].start_mark.column)
