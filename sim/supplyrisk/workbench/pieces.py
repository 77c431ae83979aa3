"""Pieces of a text that are changed: values as they are written, and the proof that a change says what was meant."""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Problems, SupplyriskError
from ..language.text import Node, parse_text

Path = tuple[str | int, ...]
PLAIN = re.compile(r"[^\s\[\]{},#&*!|>'\"%@`?:-][^\[\]{},#\n]*|-?[0-9.][^\[\]{},#:\n]*")


class CannotEdit(SupplyriskError):
    """The text can't be changed this way; it is left as it is."""


@dataclass(frozen=True)
class Change:
    """`text[start:end]` is `old` and becomes `new`; offsets count letters (code points)."""

    start: int
    end: int
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The text after it."""
        return text[: self.start] + self.new + text[self.end :]


# --- writing values -------------------------------------------------------------------------------
def written(value: Any) -> str:
    """A value on one line, as people write it: `{CN: 90 %}`, `[a, b]`, text quoted only where it has to be."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(str(key))}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if value is None:
        return '""'
    text = " ".join(str(value).split())
    if PLAIN.fullmatch(text) and ": " not in text and not text.endswith(":") and text not in ("~", "null"):
        return text
    return "'" + text.replace("'", "''") + "'"


def block(key: str, value: Any, column: int) -> str:
    """A key with its value over several lines where that holds lists of mappings, else on one; each line ends."""
    lead = " " * column
    if isinstance(value, Mapping) and any(_deep(item) for item in value.values()):
        return f"{lead}{written(key)}:\n" + "".join(block(str(k), item, column + 2) for k, item in value.items())
    if isinstance(value, (list, tuple)) and value and all(isinstance(item, Mapping) for item in value):
        return f"{lead}{written(key)}:\n" + "".join(block_item(item, column + 2) for item in value)
    return f"{lead}{written(key)}: {written(value)}\n"


def block_item(value: Mapping[str, Any], column: int) -> str:
    """An item of a list, one key a line."""
    lines = [block(str(key), item, column + 2) for key, item in value.items()]
    return " " * column + "- " + "".join(lines)[column + 2 :]


def _deep(value: Any) -> bool:
    """Whether a value holds a list of mappings, which nobody reads on one line."""
    if isinstance(value, Mapping):
        return any(_deep(item) for item in value.values())
    return isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value)


def shown(path: Path) -> str:
    """A path in words."""
    return ".".join(str(step) for step in path) or "the file"


# --- trying ---------------------------------------------------------------------------------------
def plain_of(text: str) -> Any:
    """The text as nested mappings of texts, or CannotEdit."""
    try:
        return parse_text(text, "").plain()
    except Problems as error:
        if not text.strip() or "is empty" in str(error):
            return {}
        raise CannotEdit(f"the text can't be read yet: {error.problems[0]}") from None


def value_at(plain: Any, path: Path) -> Any:
    """What stands at a path of such a tree; nothing if nothing does."""
    for step in path:
        try:
            plain = plain[step]
        except (KeyError, IndexError, TypeError):
            return None
    return plain


def _text_of(value: Any) -> Any:
    """A value as it is read back: all single values are text."""
    if isinstance(value, Mapping):
        return {str(key): _text_of(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_text_of(item) for item in value)
    return " ".join(str(value).split()) if value is not None else ""


def with_value(plain: Any, path: Path, value: Any) -> Any:
    """The tree with a value at a path."""
    if not path:
        return _text_of(value)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        if not isinstance(plain, tuple) or not -1 < step <= len(plain):
            raise CannotEdit(f"there is no item {step}")
        return (*plain[:step], with_value(plain[step] if step < len(plain) else {}, rest, value), *plain[step + 1 :])
    if plain is None or plain == "":
        plain = {}
    if not isinstance(plain, dict):
        raise CannotEdit(f"{step} can't stand there: what is above it is no mapping")
    return {**plain, step: with_value(plain.get(step, {}), rest, value)}


def without_value(plain: Any, path: Path) -> Any:
    """The tree without what stands at a path."""
    step, rest = path[0], path[1:]
    try:
        if rest:
            changed = without_value(plain[step], rest)
            return {**plain, step: changed} if isinstance(step, str) else (*plain[:step], changed, *plain[step + 1 :])
        if isinstance(step, str):
            return {key: item for key, item in plain.items() if key != step}
        return (*plain[:step], *plain[step + 1 :])
    except (KeyError, IndexError, TypeError, AttributeError):
        raise CannotEdit(f"there is no {shown(path)}") from None


def tried(text: str, change: Change, wanted: Any) -> Change:
    """The change, if the text then says what was meant."""
    try:
        got = parse_text(change.applied(text), "").plain()
    except Problems as error:
        raise CannotEdit(f"that would leave a file that can't be read: {error.problems[0].message}") from None
    if _loose(got) != _loose(wanted):
        raise CannotEdit("that would change something else as well; edit the text instead")
    return change


def _loose(plain: Any) -> Any:
    """The tree, empty things alike."""
    if isinstance(plain, dict):
        return {key: _loose(item) for key, item in plain.items()}
    if isinstance(plain, (tuple, list)):
        return tuple(_loose(item) for item in plain) or None
    return plain or None


# --- round trip -----------------------------------------------------------------------------------
def round_trip(text: str, path: Path, value: Any, remove: bool) -> Change:
    """The same by ruamel: what it would write differently by itself is left as it stands where that is possible."""
    yaml = _yaml()
    data, before = yaml.load(text), _dumped(yaml.load(text))
    place = data
    try:
        for step in path[:-1]:
            place = place[step]
        if remove:
            del place[path[-1]]
        elif isinstance(place, list) and path[-1] == len(place):
            place.append(yaml.load(written(value)))
        else:
            place[path[-1]] = yaml.load(written(value))
    except (KeyError, IndexError, TypeError):
        raise CannotEdit(f"there is no {shown(path[:-1])}") from None
    return between(text, _carried(text, before, _dumped(data)))


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dumped(data: Any) -> str:
    out = io.StringIO()
    _yaml().dump(data, out)
    return out.getvalue()


def _carried(text: str, before: str, after: str) -> str:
    """What turns `before` into `after`, done to `text`, of which `before` is another way of writing."""
    if before == text:
        return after
    lines, base, new = (each.splitlines(keepends=True) for each in (text, before, after))
    places: dict[int, int] = {len(base): len(lines)}
    for block in difflib.SequenceMatcher(a=base, b=lines, autojunk=False).get_matching_blocks():
        places |= {block.a + n: block.b + n for n in range(block.size)}
    out, at = [], 0
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(a=base, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        touched: Sequence[int] = range(i1, i2) if i2 > i1 else (i1,)
        if any(n not in places for n in touched):
            raise CannotEdit("that can't be put into this text without writing it anew; edit the text instead")
        first, last = places[i1], places[i2 - 1] + 1 if i2 > i1 else places[i1]
        out += lines[at:first] + new[j1:j2]
        at = last
    return "".join(out + lines[at:])


def between(old: str, new: str) -> Change:
    """The change that turns one text into another, as short as it can be."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end_old, end_new = len(old), len(new)
    while end_old > start and end_new > start and old[end_old - 1] == new[end_new - 1]:
        end_old -= 1
        end_new -= 1
    return Change(start, end_old, old[start:end_old], new[start:end_new])


def tree(text: str) -> Node | None:
    """The text as a tree with positions; nothing while it can't be read."""
    try:
        return parse_text(text, "")
    except Problems:
        return None
