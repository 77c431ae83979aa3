"""What the editor proposes at a place, and what it tells of the word under the pointer.

The text is unfinished just where somebody types, so places are found by lines and indentation, not by a parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import vocabulary
from .reading import is_exercise_text

LINE = re.compile(r"^(?P<indent> *)(?P<dashes>(?:- +)*)(?P<rest>.*)$")
KEY = re.compile(r"^(?P<key>[A-Za-z_][\w.]*)\s*:(?:\s+(?P<value>.*))?$")
WORD = re.compile(r"[\w./-]+$")
AT_WORD = re.compile(r"[\w./-]+")
NUMBER = re.compile(r"^[-+]?[\d.]+\s*")
MOST = 80
EXERCISE = ("exercise",)


@dataclass(frozen=True)
class Where:
    """A place in a text.

    Attributes
    ----------
    path : tuple of str
        Keys above it; items of lists are left out.
    key : str
        The key whose value stands here; empty where a key stands.
    written : str
        What is written of the value or key so far.
    beside : mapping
        Keys of the same mapping with their values.
    """

    path: tuple[str, ...] = ()
    key: str = ""
    written: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def section(self) -> tuple[str, ...]:
        """The path with the names of policies left open."""
        return tuple("*" if n == 1 and self.path[0] == "policies" else key for n, key in enumerate(self.path))


def where(text: str, offset: int) -> Where:
    """The place of an offset."""
    start = text.rfind("\n", 0, offset) + 1
    lines = text[:start].split("\n")[:-1]
    line = text[start:offset]
    match = LINE.match(line)
    assert match is not None
    column = len(match["indent"]) + len(match["dashes"])
    beside: dict[str, str] = {}
    path = _above(lines, column, bool(match["dashes"]), len(match["indent"]), beside)
    beside |= _below(text[offset:].split("\n")[1:], column)
    rest = match["rest"]
    inner = _in_brackets(rest)
    if inner is not None:
        head, body, opened = inner
        keys = re.findall(r"([A-Za-z_][\w.]*)\s*:\s*[{\[]", rest[: len(rest) - len(body)])
        first = KEY.match(head.strip())
        path = (*path, *dict.fromkeys([*([first["key"]] if first else []), *keys]))
        if opened == "[":
            return Where(path[:-1], path[-1] if path else "", body.rpartition(",")[2].strip(), beside)
        pieces = [piece.strip() for piece in _split(body)]
        beside = dict(_pairs(pieces[:-1]))
        tail = text[offset:].split("\n", 1)[0].partition("}")[0]
        beside |= dict(_pairs(piece.strip() for piece in _split(tail)[1:]))
        return _last_piece(path, pieces[-1], beside)
    return _last_piece(path, rest, beside)


def placed(text: str, offset: int) -> Where:
    """The place of an offset; in an exercise its path begins with `exercise`."""
    at = where(text, offset)
    return replace(at, path=(*EXERCISE, *at.path)) if is_exercise_text(text) else at


def _last_piece(path: tuple[str, ...], piece: str, beside: Mapping[str, str]) -> Where:
    key, sign, value = piece.partition(":")
    if sign and (not value or value.startswith(" ")):
        return Where(path, key.strip(), value.strip(), beside)
    return Where(path, "", piece.strip(), beside)


def _above(lines: list[str], column: int, dashed: bool, indent: int, beside: dict[str, str]) -> tuple[str, ...]:
    """Keys above a column; those of the same mapping go to `beside`."""
    path: list[str] = []
    inner, level = not dashed, column
    limit = indent if dashed else column  # a key stands above if it begins further left (or as far, of a list)
    for line in reversed(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LINE.match(line)
        assert match is not None
        own = len(match["indent"]) + len(match["dashes"])
        key = KEY.match(match["rest"].split(" #")[0].rstrip())
        if inner and not path and own == level and key:
            beside.setdefault(key["key"], (key["value"] or "").strip())
            if match["dashes"]:
                inner, limit, dashed = False, len(match["indent"]), True
            continue
        above = len(match["indent"]) <= limit and not match["dashes"] if dashed else own < limit
        if not above or not key:
            continue
        path.insert(0, key["key"])
        inner, dashed, limit = False, bool(match["dashes"]), len(match["indent"])
        if match["dashes"]:
            limit = len(match["indent"])
        elif own == 0:
            break
    return tuple(path)


def _below(lines: list[str], column: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LINE.match(line)
        assert match is not None
        if match["dashes"] or len(match["indent"]) < column:
            break
        key = KEY.match(match["rest"].split(" #")[0].rstrip())
        if len(match["indent"]) == column and key:
            found[key["key"]] = (key["value"] or "").strip()
    return found


def _in_brackets(line: str) -> tuple[str, str, str] | None:
    """Of an unfinished line: what stands before the innermost bracket that is open, what stands in it, and which it is."""
    opened: list[int] = []
    for n, letter in enumerate(line):
        if letter in "{[":
            opened.append(n)
        elif letter in "}]" and opened:
            opened.pop()
    if not opened:
        return None
    return line[: opened[0]], line[opened[-1] + 1 :], line[opened[-1]]


def _split(body: str) -> list[str]:
    """The parts of a mapping in brackets, by commas that are in no bracket of their own."""
    parts, depth = [""], 0
    for letter in body:
        depth += letter in "{["
        depth -= letter in "}]"
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _pairs(pieces: Iterable[str]) -> Iterable[tuple[str, str]]:
    for piece in pieces:
        match = KEY.match(piece)
        if match:
            yield match["key"], (match["value"] or "").strip()


# --- proposals ------------------------------------------------------------------------------------
def proposals(text: str, offset: int) -> dict[str, Any]:
    """What may stand at an offset.

    Returns
    -------
    dict
        `back`: how many letters before the offset they take the place of; `options`: label, what is put in, a word on what
        it is, and what it means.
    """
    at = placed(text, offset)
    world = _world(text)
    options = _values(at, world) if at.key else _keys(at, world)
    rest = text[offset:].split("\n", 1)[0].strip()
    if at.key and NUMBER.match(at.written) and rest and rest[0] not in "#,]}":
        options = []  # its unit is there
    word = WORD.search(at.written)
    back = len(word.group()) if word else 0
    number = NUMBER.match(at.written)
    if at.key and number:
        back = len(at.written) - len(number.group())
    return {"back": back, "options": options[:MOST]}


def _option(label: str, put: str, detail: str, info: str) -> dict[str, str]:
    return {"label": label, "put": put, "detail": detail, "info": info}


def _keys(at: Where, world: str) -> list[dict[str, str]]:
    infos = keys_at(at)
    if infos:
        left = {key: info for key, info in infos.items() if key not in at.beside}
        return [
            _option(key, f"{key}: ", info["what"] + (", needed" if info.get("required") else ""), said(info))
            for key, info in left.items()
        ]
    names = _names_below_baseline(at, world)
    return [_option(name, f"{name}: ", "", meaning) for name, meaning in names.items() if name not in at.beside]


def keys_at(at: Where) -> dict[str, dict[str, Any]]:
    """Keys that may stand beside a place, with what they mean."""
    section = at.section
    kind = {"type": {"doc": "Kind of event.", "what": "a word", "required": True}}
    if section == vocabulary.CARD_EVENT:
        return kind | vocabulary.card_event_keys(at.beside.get("type", ""))
    if section[:1] == EXERCISE and section[1:] in vocabulary.exercise_sections():
        return vocabulary.exercise_sections()[section[1:]]
    if section in vocabulary.EVENTS:
        return kind | vocabulary.event_keys(at.beside.get("type", ""))
    if section and section[-1] == "trigger":
        return vocabulary.trigger_keys()
    if section == ("baseline",):
        return {key: {"doc": doc, "what": "a number"} for key, doc in vocabulary.baseline_keys().items()}
    if section[:1] == ("baseline",):
        leaf = bool(set(at.beside) & set(vocabulary.leaf_keys()))
        return {k: {"doc": doc, "what": ""} for k, doc in vocabulary.leaf_keys().items()} if leaf else {}
    return vocabulary.sections().get(section, {})


def _names_below_baseline(at: Where, world: str) -> dict[str, str]:
    if at.path[:1] != ("baseline",) or len(at.path) < 2:
        return {}
    info = vocabulary.parameters().get(at.path[1])
    depth = len(at.path) - 2
    if info is None or depth >= len(info["dims"]):
        return vocabulary.leaf_keys()
    return vocabulary.names_of(world).get(_kind(info["dims"][depth]), {})


def _kind(dim: str) -> str:
    return {"end_use": "end use", "partner": "country", "input": "product"}.get(dim, dim)


def _values(at: Where, world: str) -> list[dict[str, str]]:
    if at.key == "type" and at.section in (*vocabulary.EVENTS, vocabulary.CARD_EVENT):
        types = vocabulary.event_types()
        return [_option(name, name, info["group"], info["doc"]) for name, info in types.items()]
    if at.key == "world" and not at.path:
        return [_option(name, name, "world", "") for name in vocabulary.shipped_worlds()]
    info = keys_at(at).get(at.key)
    if at.path[:1] == ("baseline",):
        info = vocabulary.parameters().get(at.path[1] if len(at.path) > 1 else at.key, info)
    if at.key == "confidence":
        return [_option(word, word, "confidence", "") for word in vocabulary.CONFIDENCES]
    if info is None:
        return []
    if info.get("kind") == "choice":
        return [_option(word, word, "", "") for word in info["words"]]
    if info.get("kind") == "names":
        names = vocabulary.names_of(world).get(info["of"], {})
        return [_option(name, name, info["of"], meaning) for name, meaning in names.items()]
    if info.get("kind") == "number":
        return _numbers(at, info)
    if info.get("kind") == "date":
        return [_option("2026-07-01", "2026-07-01", "a date", "year-month-day")]
    return [_option(info["example"], info["example"], "example", "")] if info.get("example") else []


def _numbers(at: Where, info: Mapping[str, Any]) -> list[dict[str, str]]:
    match = NUMBER.match(at.written)
    if match:
        return [_option(unit, unit, "unit", "") for unit in info["units"] if unit]
    found = [_option(info["example"], info["example"], "example", "")] if info.get("example") else []
    if not info.get("certain"):
        found.append(_option("{uniform: [ , ]}", "{uniform: [", "drawn", "every value between two is equally likely"))
        found.append(_option("{pert: [ , , ]}", "{pert: [", "drawn", "lowest, most likely and highest value"))
    return found


def _world(text: str) -> str:
    match = re.search(r"^world:\s*([\w-]+)", text, re.MULTILINE)
    return match[1] if match else ""


# --- what a word means ----------------------------------------------------------------------------
def meaning(text: str, offset: int) -> str:
    """What the word at an offset means; empty where nothing is known of it."""
    start = text.rfind("\n", 0, offset) + 1
    stop = text.find("\n", offset)
    line = text[start : len(text) if stop < 0 else stop]
    if line.lstrip().startswith("#") or " #" in line[: offset - start]:
        return ""
    for word in AT_WORD.finditer(line):
        if word.start() <= offset - start <= word.end():
            return _meaning(text, start + word.start(), word.group(), line[word.end() :].startswith(":"))
    return ""


def _meaning(text: str, begin: int, word: str, is_key: bool) -> str:
    at = placed(text, begin)
    world = _world(text)
    if is_key:
        info = keys_at(at).get(word) or keys_at(Where(at.path, "", "", {})).get(word)
        if info is not None:
            return said(info)
        return _names_below_baseline(at, world).get(word, "")
    if at.key == "type" and word in vocabulary.event_types():
        return str(vocabulary.event_types()[word]["doc"])
    for kind in vocabulary.names_of(world).values():
        if kind.get(word):
            return kind[word]
    return ""


def said(info: Mapping[str, Any]) -> str:
    """A key in words: what it means, how it is written, what holds without it."""
    out = str(info["doc"])
    if info.get("example") and str(info["example"]) not in out:
        out += f" For example: {info['example']}."
    if info.get("default") and "Default" not in out:
        out += f" Default: {info['default']}."
    return out
