"""Turns pydantic's errors into problems with a place in the file, one per fault.

Pydantic puts the tag of a union into the location, and reports a misspelt key twice (the right one is
missing, the wrong one is extra). Both are undone here.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import Position, Problem, did_you_mean
from .text import Node, path_text
from .textfield import TextField

Path = tuple[str | int, ...]


def from_validation(error: ValidationError, root: Node, model: type[BaseModel], prefix: Path = ()) -> list[Problem]:
    """Problems of a file.

    Parameters
    ----------
    error : ValidationError
        What pydantic found in the plain form of `root`.
    root : Node
        The tree that was validated.
    model : type
        The model it was validated against.
    prefix : tuple
        Path of `root` in its file.
    """
    errors = error.errors(include_url=False, include_input=False)
    extra: dict[Path, list[str]] = {}
    for item in errors:
        if item["type"] == "extra_forbidden":
            path = clean_path(root, item["loc"])
            extra.setdefault(path[:-1], []).append(str(path[-1]))
    problems: list[Problem] = []
    for item in errors:
        problems += _problems_of(item, root, model, prefix, extra)
    return sorted(dict.fromkeys(problems))


def clean_path(root: Node, loc: Iterable[str | int]) -> Path:
    """Pydantic's location without union tags: only steps that exist in the file, or a missing last key."""
    path: list[str | int] = []
    node: Node | None = root
    parts = list(loc)
    for index, part in enumerate(parts):
        child = step(node, part)
        if child is None and node is not None and isinstance(part, str) and index < len(parts):
            kind = node.get("type")
            if kind is not None and kind.value == part and not _is_key(path, root, part):
                continue  # the tag of a union, not a key
        path.append(part)
        node = child
    return tuple(path)


def _is_key(path: list[str | int], root: Node, part: str) -> bool:
    node = find(root, path)
    return node is not None and node.get(part) is not None


def step(node: Node | None, part: str | int) -> Node | None:
    """The child of a node, if there is one."""
    if node is None:
        return None
    if isinstance(part, int) and isinstance(node.value, tuple):
        return node.value[part] if -1 < part < len(node.value) else None
    return node.get(str(part))


def find(root: Node, path: Iterable[str | int]) -> Node | None:
    """The node at a path, if there is one."""
    node: Node | None = root
    for part in path:
        node = step(node, part)
    return node


def place(root: Node, path: Path, key: bool = False) -> Position:
    """Position of the value at `path` (of its key, if `key`), or of the nearest thing above that exists."""
    for length in range(len(path), -1, -1):
        node = find(root, path[:length])
        if node is None:
            continue
        if length and (key or length < len(path) or node.value is None):
            parent = find(root, path[: length - 1])
            if parent is not None and path[length - 1] in parent.key_positions:
                return parent.key_positions[str(path[length - 1])]
        return node.position
    return root.position


def _problems_of(
    item: Mapping[str, Any], root: Node, model: type[BaseModel], prefix: Path, extra: Mapping[Path, list[str]]
) -> list[Problem]:
    kind, path = item["type"], clean_path(root, item["loc"])
    node = find(root, path)

    def problem(message: str, at: Path = path, key: bool = False) -> Problem:
        return Problem(place(root, at, key), path_text((*prefix, *at)), message)

    if kind == "supplyrisk":
        return [
            problem(message, (*path, *inner), _about_key(inner, message, root, path))
            for inner, message in item["ctx"]["places"]
        ]
    if kind == "extra_forbidden":
        key = str(path[-1])
        below = _below(model, key) if len(path) == 1 else []
        meant = f"; did you mean {' or '.join(below)}" if below else ""
        meant = meant or did_you_mean(key, keys_at(model, root, path[:-1]), 12)
        return [problem(f"unknown key (got {key}){meant}", key=True)]
    if kind == "missing":
        if difflib.get_close_matches(str(path[-1]), extra.get(path[:-1], []), n=1, cutoff=0.6):
            return []  # the misspelt key is reported already
        return [problem(f"has no key {path[-1]}, which is needed", path[:-1], key=True)]
    if kind == "union_tag_not_found":
        keys = list(node.value) if node is not None and isinstance(node.value, dict) else []
        close = difflib.get_close_matches("type", [key.lower() for key in keys], n=1, cutoff=0.6)
        if close:
            wrong = next(key for key in keys if key.lower() == close[0])
            return [problem(f"unknown key (got {wrong}); did you mean type", (*path, wrong), key=True)]
        return [problem("has no key type, which says what kind of event it is")]
    if kind == "union_tag_invalid":
        got = str(item["ctx"].get("tag", ""))
        known = [tag.strip(" '") for tag in str(item["ctx"].get("expected_tags", "")).split(",")]
        return [problem(f"unknown event type (got {got}){did_you_mean(got, known, 40)}", (*path, "type"))]
    return [problem(_plain_message(kind, item, node))]


def _about_key(inner: Path, message: str, root: Node, path: Path) -> bool:
    """Whether a fault inside a field is shown at a key: the key is what is wrong, or its value is a mapping."""
    if not inner:
        return False
    node = find(root, (*path, *inner))
    return node is None or not isinstance(node.value, str) or f"(got {inner[-1]})" in message


WANTED = {
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values",
    "mapping_type": "a mapping of keys to values",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_type": "a text",
}


def _plain_message(kind: str, item: Mapping[str, Any], node: Node | None) -> str:
    got = describe(node)
    if kind in WANTED:
        if node is not None and node.value is None:
            return f"has no value; write {WANTED[kind]}"
        return f"must be {WANTED[kind]} (got {got})"
    if kind == "literal_error":
        expected = str(item["ctx"]["expected"]).replace("'", "")
        words = [word.strip() for part in expected.split(" or ") for word in part.split(",")]
        return f"must be {expected} (got {got}){did_you_mean(got, words, 0)}"
    message = str(item["msg"])
    for noise in ("Value error, ", "Assertion failed, "):
        message = message.removeprefix(noise)
    return message


def describe(node: Node | None) -> str:
    """What was got, short."""
    if node is None or node.value is None:
        return "nothing"
    if isinstance(node.value, dict):
        return f"a mapping with {', '.join(list(node.value)[:5]) or 'no keys'}"
    if isinstance(node.value, tuple):
        return f"a list of {len(node.value)}"
    return node.value if len(node.value) < 60 else node.value[:57] + "..."


def keys_at(model: Any, root: Node, path: Path) -> list[str]:
    """Keys that may stand at a path, read off the models."""
    kind: Any = model
    for index, part in enumerate(path):
        kind = _inner(kind, part, find(root, path[:index]))
        if kind is None:
            return []
    kind = _unwrap(kind, find(root, path))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [name for name, info in kind.model_fields.items() if info.exclude is not True]
    return []


def _below(model: type[BaseModel], key: str) -> list[str]:
    """Where a key that stands at the top of a file, in which it is unknown, belongs: one level further in."""
    found = []
    for name, info in model.model_fields.items():
        kind = _unwrap(info.annotation, None)
        inner = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {}
        if key in inner or any(key in each.inner_keys() for each in info.metadata if isinstance(each, TextField)):
            found.append(f"{name}.{key}")
    return found


def _inner(kind: Any, part: str | int, node: Node | None) -> Any:
    kind = _unwrap(kind, node)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        info = kind.model_fields.get(str(part))
        return info.annotation if info is not None else None
    args = get_args(kind)
    if get_origin(kind) is tuple and args:
        return args[0]
    if args and get_origin(kind) is not None:
        return args[-1]
    return None


def _unwrap(kind: Any, node: Node | None) -> Any:
    """The model inside annotations and unions, by the node's `type` where there is a choice."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, types.UnionType):
        members = [member for member in get_args(kind) if member is not type(None)]
        if len(members) == 1:
            return _unwrap(members[0], node)
        tag = node.get("type") if node is not None else None
        for member in members:
            fields = getattr(member, "model_fields", {})
            if tag is not None and "type" in fields and tag.value in get_args(fields["type"].annotation):
                return member
        return None
    return kind
