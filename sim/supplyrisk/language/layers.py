"""Files laid over one another: `extends`, and single values set from the command line.

Later layers win key by key. Lists of events are matched by `name` (by type, where an event of its type has
none); what is new is appended. Other lists, schedules and distributions are one value: they are replaced, not
mixed. Every value keeps the position it was written at, so that its origin can be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..errors import Problem
from .names import ALL
from .text import Node, path_text
from .uncertain import KINDS

Path = tuple[str | int, ...]

GROUPS = "groups"  # the section whose keys are names an analyst gave
BASELINE = "baseline"  # the section whose keys are cells of a world's numbers
NUMBER_KEYS = {"value", "scale", "source", "confidence", "note"}

# Keys whose lists hold things with names.
NAMED_LISTS = ("events",)


def merge(base: Node, over: Node, key: str = "") -> Node:
    """`over` laid on `base`; both stand under `key` (nothing: they are whole files)."""
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        if _is_one_value(base) or _is_one_value(over) or _other_type(base, over):
            return over
        entries = dict(base.value)
        for name, node in over.value.items():
            if name not in entries:
                entries[name] = node
            elif name == BASELINE and not key:
                entries[name] = merge_cells(entries[name], node)
            elif name == GROUPS and not key:
                entries[name] = _merge_groups(entries[name], node)
            else:
                entries[name] = merge(entries[name], node, name)
        keys = {**base.key_positions, **over.key_positions}
        return Node(entries, over.position, keys, base.size + over.size)
    if key in NAMED_LISTS and _has_names(base) and _has_names(over):
        return _merge_named(base, over)
    return over


def merge_cells(base: Node, over: Node) -> Node:
    """Changes of a world's numbers laid on others: the same cell is replaced, all other cells stay.

    A number for everything (`cover_weeks: 8 weeks`) and one for a part (`cover_weeks: {part: 12 weeks}`) both stay,
    whichever layer they are in: the one that names more holds for its cells.
    """
    if _is_number(base) and _is_number(over):
        return over
    base, over = (_for_all(node) if _is_number(node) else node for node in (base, over))
    assert isinstance(base.value, dict)
    assert isinstance(over.value, dict)
    entries = dict(base.value)
    for key, node in over.value.items():
        entries[key] = merge_cells(entries[key], node) if key in entries else node
    return Node(entries, over.position, {**base.key_positions, **over.key_positions}, base.size + over.size)


def _merge_groups(base: Node, over: Node) -> Node:
    """Groups of countries, by name: a group that both define is the later one, not the two together."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return base if over.value is None else over
    keys = {**base.key_positions, **over.key_positions}
    return Node({**base.value, **over.value}, over.position, keys, base.size + over.size)


def _is_number(node: Node) -> bool:
    """A number, a distribution, or a number with notes."""
    keys = {key for key, _ in node.items()}
    return not isinstance(node.value, dict) or bool(keys & NUMBER_KEYS) or (len(keys) == 1 and keys <= set(KINDS))


def _for_all(node: Node) -> Node:
    return Node({ALL: node}, node.position, {ALL: node.position}, node.size)


def _is_one_value(node: Node) -> bool:
    keys = [key for key, _ in node.items()]
    return any(key[:1].isdigit() for key in keys) or (len(keys) == 1 and keys[0] in KINDS) or "value" in keys


def _other_type(base: Node, over: Node) -> bool:
    kinds = [node.get("type") for node in (base, over)]
    return all(kind is not None for kind in kinds) and len({kind.value for kind in kinds if kind is not None}) > 1


def _has_names(node: Node) -> bool:
    return isinstance(node.value, tuple) and all(isinstance(item.value, dict) for item in node.value)


def name_of(node: Node) -> str:
    """The `name` of a list item, if it has one."""
    name = node.get("name")
    return name.value if name is not None and isinstance(name.value, str) else ""


def labels(named: Sequence[tuple[str, str]]) -> list[str]:
    """What things go by, from their (name, type): the name, else the type, numbered where it is taken.

    So of two duties without a name one is `tariff`, the other `tariff 2`. Names go first: what an analyst
    calls `tariff` is called so wherever it stands.
    """
    taken = {name for name, _ in named if name}
    found = []
    free: dict[str, int] = {}  # of each type the lowest number that may be free: thousands of one type take no time
    for name, kind in named:
        label, number = name or kind, free.get(kind, 2)
        while not name and label in taken:
            label, number = f"{kind} {number}", number + 1
            free[kind] = number
        taken.add(label)
        found.append(label)
    return found


def labels_of(node: Node) -> list[str]:
    """What the items of a list go by (see `labels`)."""
    items = node.value if isinstance(node.value, tuple) else ()
    kinds = [item.get("type") for item in items]
    words = [kind.value if kind is not None and isinstance(kind.value, str) else "" for kind in kinds]
    return labels([(name_of(item), word) for item, word in zip(items, words, strict=True)])


def _merge_named(base: Node, over: Node) -> Node:
    assert isinstance(base.value, tuple)
    assert isinstance(over.value, tuple)
    items = list(base.value)
    index = {label: number for number, label in enumerate(labels_of(base)) if label}
    for item in over.value:
        name = name_of(item)
        if name in index:
            items[index[name]] = merge(items[index[name]], item, "item")
        else:
            items.append(item)
    return Node(tuple(items), over.position, {}, base.size + over.size)


def leaves(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every single value with its path; an event goes by its name or type, another list item by its number."""
    if isinstance(node.value, dict) and node.value:
        for key, child in node.value.items():
            yield from leaves(child, (*path, key))
    elif isinstance(node.value, tuple) and _has_names(node) and node.value:
        named = labels_of(node) if path[-1:] in {(key,) for key in NAMED_LISTS} else [""] * len(node.value)
        for number, (label, child) in enumerate(zip(named, node.value, strict=True)):
            yield from leaves(child, (*path, label or number))
    else:
        yield path, node


def _named_only(node: Node) -> Node:
    """The tree without events that have no name: two files may each add one, they don't speak about the same."""
    if isinstance(node.value, dict):
        entries = {key: _named_only(child) for key, child in node.value.items()}
        for key in NAMED_LISTS:
            listed = entries.get(key)
            if listed is not None and isinstance(listed.value, tuple) and _has_names(listed):
                kept = tuple(item for item in listed.value if name_of(item))
                entries[key] = Node(kept, listed.position, {}, listed.size)
        return Node(entries, node.position, node.key_positions, node.size)
    return node


def clashes(siblings: Sequence[Node], over: Node) -> list[Problem]:
    """Values that two extended files set differently and the extending file leaves open."""
    seen: dict[Path, Node] = {}
    problems = []
    settled = {path for path, _ in leaves(over) if path}  # a file that only extends settles nothing
    for sibling in siblings:
        for path, node in leaves(_named_only(sibling)):
            first = seen.setdefault(path, node)
            if first.plain() == node.plain() or any(path[: len(s)] == s for s in settled):
                continue
            text = path_text(path)
            message = f"set to {_short(node)} here and to {_short(first)} at {first.position}; say in the extending file which"
            problems.append(Problem(node.position, text, message))
    return problems


def _short(node: Node) -> str:
    return str(node.plain())[:40]


class PathError(ValueError):
    """A path that can't be followed."""


def split_path(text: str) -> list[str | int]:
    """`events[0].share`, `policies.reserve.events.buy.target` as a list of steps."""
    steps: list[str | int] = []
    for part in text.split("."):
        match = re.fullmatch(r"([^\[\]]*)((?:\[\d+\])*)", part.strip())
        if match is None or not (match.group(1) or match.group(2)):
            raise PathError(f"not a path (got {text})")
        if match.group(1):
            steps.append(match.group(1).strip())
        steps += [int(number) for number in re.findall(r"\d+", match.group(2))]
    return steps


def set_value(root: Node, steps: Sequence[str | int], value: Node) -> Node:
    """A copy of the tree with `value` at the path; mappings on the way are made, list items must exist."""
    if not steps:
        return merge(root, value)
    if steps[0] == BASELINE and len(steps) > 1 and root.get(BASELINE) is not None:
        for step in reversed(steps):
            value = Node({str(step): value}, value.position, {str(step): value.position}, value.size)
        return merge(root, value)
    step, rest = steps[0], steps[1:]
    if isinstance(root.value, tuple):
        number = _item(root, step)
        child = set_value(root.value[number], rest, value) if rest else value
        return Node((*root.value[:number], child, *root.value[number + 1 :]), root.position, {}, root.size + value.size)
    if isinstance(step, int):
        raise PathError(f"[{step}] asks for a list item where there is no list")
    entries = dict(root.value) if isinstance(root.value, dict) else {}
    empty = Node({}, value.position)
    entries[step] = set_value(entries.get(step, empty), rest, value) if rest else value
    keys = {**root.key_positions, step: root.key_positions.get(step, value.position) if rest else value.position}
    return Node(entries, root.position, keys, root.size + value.size)


def _item(node: Node, step: str | int) -> int:
    assert isinstance(node.value, tuple)
    if isinstance(step, int):
        if step >= len(node.value):
            raise PathError(f"[{step}] is beyond the end of a list of {len(node.value)}")
        return step
    known = labels_of(node)
    if step not in known:
        from ..errors import did_you_mean

        raise PathError(f"no item is named {step}{did_you_mean(step, [label for label in known if label])}")
    return known.index(step)


def numbered(root: Node, steps: Sequence[str | int]) -> Path:
    """The same path with list items by number."""
    out: list[str | int] = []
    node: Node | None = root
    for step in steps:
        if node is not None and isinstance(node.value, tuple):
            step = _item(node, step)
            node = node.value[step]
        else:
            node = node.get(str(step)) if node is not None else None
        out.append(step)
    return tuple(out)


def named(root: Node, steps: Sequence[str | int]) -> Path:
    """The same path with list items by what they go by, where they go by something; `numbered` turned round."""
    out: list[str | int] = []
    node: Node | None = root
    for step in steps:
        if node is not None and isinstance(node.value, tuple) and isinstance(step, int) and step < len(node.value):
            label = labels_of(node)[step]
            node = node.value[step]
            out.append(label or step)
            continue
        node = node.get(str(step)) if node is not None and isinstance(node.value, dict) else None
        out.append(step)
    return tuple(out)
