"""Reads YAML text into a tree in which every key and value knows its file, line and column.

All scalars stay text: the typed fields parse them, so `NO` is Norway and 2025-04-04 a date only where
a date is expected. YAML 1.2. What an editor or a word processor can do to a file by accident is
refused with its place: tabs, control characters, non-breaking spaces, typographic quotes, duplicate
keys, other encodings, and anchors that would expand without end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..bounded import MAX_BYTES, Unreadable, read_bytes
from ..errors import Position, Problem, Problems

MAX_DEPTH = 40
TOO_DEEP = re.compile(r"[\[{]" + f"{{{MAX_DEPTH + 1}}}")
MAX_KEY = 200  # letters
MAX_TEXT = 10_000
MAX_NODES = 100_000

ODD_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f\u3000\ufeff"
)
SMART_QUOTES = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\u00ab\u00bb"
ODD_BREAKS = "\u0085\u2028\u2029"
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff" + ODD_BREAKS + "]")


@dataclass(frozen=True)
class Node:
    """One value of a file: text, nothing (None), a list, or a mapping."""

    value: str | tuple[Node, ...] | dict[str, Node] | None
    position: Position
    key_positions: Mapping[str, Position] = field(default_factory=dict)
    size: int = 1  # nodes in it, aliases written out

    def get(self, key: str) -> Node | None:
        return self.value.get(key) if isinstance(self.value, dict) else None

    def items(self) -> Iterator[tuple[str, Node]]:
        if isinstance(self.value, dict):
            yield from self.value.items()

    def plain(self) -> Any:
        """Nested dicts, tuples and text, as the typed models take it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return tuple(node.plain() for node in self.value)
        return self.value


def path_text(path: tuple[str | int, ...]) -> str:
    """`events[0].share`."""
    out = ""
    for part in path:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


def read_file(path: Path, shown: str = "") -> Node:
    """Read a YAML file.

    Parameters
    ----------
    path : Path
        The file.
    shown : str
        How messages name the file; by default as `path` is written.

    Raises
    ------
    Problems
        With one line per fault.
    """
    shown = shown or str(path)
    return parse_text(decode(path, shown), shown)


def decode(path: Path, shown: str, limit: int = MAX_BYTES) -> str:
    """Text of a UTF-8 file, or Problems in plain words."""

    def refuse(message: str, line: int = 0, col: int = 0) -> Problems:
        return Problems([Problem(Position(shown, line, col), "", message)])

    try:
        raw = read_bytes(path, limit)
    except Unreadable as error:
        raise refuse(str(error)) from None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise refuse("is in UTF-16; save it as UTF-8", 1, 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        col = error.start - (before.rfind(b"\n") + 1) + 1
        raise refuse(f"is not UTF-8 (byte 0x{raw[error.start]:02x}); save it as UTF-8", line, col) from None


def parse_text(text: str, shown: str) -> Node:
    """Parse YAML text whose root is a mapping."""
    problems = list(_scan_characters(text, shown))
    if problems:
        raise Problems(problems)
    return _Builder(text, shown).build()


def _scan_characters(text: str, shown: str) -> Iterator[Problem]:
    """Faults that are seen line by line, before any parser: control characters and tabs."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        for match in FORBIDDEN.finditer(line):
            yield Problem(
                Position(shown, number, match.start() + 1), "", f"control character {_name(match.group())}; delete it"
            )
        tab = line.find("\t")
        if tab >= 0 and not re.search(r"(^|\s)#", line[:tab]):
            yield Problem(Position(shown, number, tab + 1), "", "tab character; indent and separate with spaces")
        # The parser takes a second for a thousand brackets; what is too deep is seen here at once.
        deep = TOO_DEEP.search(line)
        if deep is not None and not line.lstrip().startswith("#"):
            yield Problem(Position(shown, number, deep.end()), "", f"is nested deeper than {MAX_DEPTH} levels")


def _name(char: str) -> str:
    name = unicodedata.name(char, "")
    return f"U+{ord(char):04X}" + (f" ({name.lower()})" if name else "")


@dataclass
class _Open:
    """A list or mapping that is being read."""

    position: Position
    anchor: str | None
    is_map: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key_positions: dict[str, Position] = field(default_factory=dict)
    key: tuple[str, Position] | None = None
    duplicate: bool = False
    size: int = 1


class _Builder:
    """Turns the parser's events into nodes, without recursion."""

    def __init__(self, text: str, shown: str) -> None:
        self.text = text
        self.lines = re.split(r"\r\n|\r|\n", text)
        self.shown = shown
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.root: Node | None = None
        self.total = 0

    def position(self, mark: Any) -> Position:
        return Position(self.shown, mark.line + 1, mark.column + 1)

    def add(self, position: Position, message: str) -> None:
        self.problems.append(Problem(position, "", message))

    def build(self) -> Node:
        self._run()
        if self.root is None and not self.problems:
            self.add(Position(self.shown, 1, 1), "is empty")
        elif self.root is not None and not isinstance(self.root.value, dict):
            kind = "a list" if isinstance(self.root.value, tuple) else "text"
            what = "is empty" if self.root.value is None else f"must be a mapping of keys to values (got {kind})"
            self.add(self.root.position, what)
        if self.problems or self.root is None:
            raise Problems(self.problems)
        return self.root

    def _run(self) -> None:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError

        last = Position(self.shown, 1, 1)
        try:
            for event in YAML(typ="safe", pure=True).parse(self.text):
                if event.start_mark is not None:
                    last = self.position(event.start_mark)
                if not self._event(event, last):
                    return
        except MarkedYAMLError as error:
            self._syntax(error, last)
        except Exception as error:  # the parser's own slips on broken input must not reach the reader
            self.add(self._suspect(last) or last, f"can't be read as YAML from here on ({type(error).__name__})")

    def _event(self, event: Any, at: Position) -> bool:
        """Take one event; False stops the reading."""
        kind = type(event).__name__
        if kind == "DocumentStartEvent" and (event.version or event.tags):
            self.add(at, "YAML directives (%...) are not part of the language")
            return False
        if kind == "DocumentStartEvent" and self.root is not None:
            self.add(at, "a second document starts here; a file holds one")
            return False
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            return self._open(event, at, kind == "MappingStartEvent")
        if kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._close()
        elif kind == "ScalarEvent":
            self._refuse_tag(event, at)
            node = Node(self._scalar(event, at), at)
            if event.anchor:
                self.anchors[event.anchor] = node
            return self._put(node)
        elif kind == "AliasEvent":
            target = self.anchors.get(event.anchor)
            if target is None:
                what = "refers to itself" if event.anchor in self.anchors else "has no anchor"
                self.add(at, f"alias *{event.anchor} {what}")
                return False
            return self._put(Node(target.value, target.position, target.key_positions, target.size))
        return True

    def _open(self, event: Any, at: Position, is_map: bool) -> bool:
        self._refuse_tag(event, at)
        if len(self.stack) >= MAX_DEPTH:
            self.add(at, f"is nested deeper than {MAX_DEPTH} levels")
            return False
        if self.stack and self.stack[-1].is_map and self.stack[-1].key is None:
            self.add(at, "a key must be a word, not a list or a mapping")
            return False
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(at, event.anchor, is_map))
        return True

    def _close(self) -> None:
        done = self.stack.pop()
        value: Any = done.entries if done.is_map else tuple(done.items)
        node = Node(value, done.position, done.key_positions, done.size)
        if done.anchor:
            self.anchors[done.anchor] = node
        self._put(node, counted=True)

    def _put(self, node: Node, counted: bool = False) -> bool:
        """Give a finished node to the list or mapping it stands in."""
        self.total += 1 if counted else node.size
        if self.total > MAX_NODES:
            self.add(node.position, f"holds more than {MAX_NODES:,} values once its aliases are written out")
            return False
        if not self.stack:
            self.root = node
            return True
        top = self.stack[-1]
        top.size += node.size
        if not top.is_map:
            top.items.append(node)
        elif top.key is None:
            return self._put_key(top, node)
        else:
            if not top.duplicate:
                top.entries[top.key[0]] = node
                top.key_positions[top.key[0]] = top.key[1]
            top.key = None
        return True

    def _put_key(self, top: _Open, node: Node) -> bool:
        if not isinstance(node.value, str) or not node.value.strip():
            self.add(node.position, "a key must be a word (got nothing)" if not node.value else "a key must be a word")
            top.key, top.duplicate = ("", node.position), True
            return True
        if node.value == "<<":
            self.add(node.position, "merge keys (<<) are not part of the language; write the keys out, or use extends")
        top.duplicate = node.value in top.entries
        if top.duplicate:
            first = top.key_positions[node.value]
            self.add(node.position, f"duplicate key {node.value} (first at line {first.line})")
        top.key = (node.value, node.position)
        return True

    def _scalar(self, event: Any, at: Position) -> str | None:
        value = str(event.value)
        key_next = bool(self.stack) and self.stack[-1].is_map and self.stack[-1].key is None
        if len(value) > (MAX_KEY if key_next else MAX_TEXT):
            most = MAX_KEY if key_next else MAX_TEXT
            self.add(at, f"{'a key' if key_next else 'a text'} of {len(value):,} letters; at most {most:,}")
            return value[:most]
        if event.style is None and value in ("", "~", "null"):
            return None
        if FORBIDDEN.search(value):
            self.add(at, f"control character {_name(FORBIDDEN.findall(value)[0])}; delete it")
        for char in value:
            if char in ODD_SPACES:
                self.add(self._find(event, char, at), f"{_name(char)}; replace it by an ordinary space")
                break
        # Inside a text a typographic apostrophe is fine; round a key or at a value's start it was
        # meant as YAML's quote.
        suspects = value if key_next else value[:1] if event.style is None else ""
        for char in suspects:
            if char in SMART_QUOTES:
                self.add(self._find(event, char, at), f"typographic quote {_name(char)}; use \" or '")
                break
        return value

    def _find(self, event: Any, char: str, at: Position) -> Position:
        """Place of `char` in the source of a scalar."""
        for number in range(event.start_mark.line, min(event.end_mark.line + 1, len(self.lines))):
            begin = event.start_mark.column if number == event.start_mark.line else 0
            col = self.lines[number].find(char, begin)
            if col >= 0:
                return Position(self.shown, number + 1, col + 1)
        return at

    def _refuse_tag(self, event: Any, at: Position) -> None:
        tag = event.tag
        if tag:
            self.add(at, f"YAML tags are not part of the language (got {tag})")

    def _syntax(self, error: Any, last: Position) -> None:
        opened = any(sign in str(error.problem) for sign in ("end of stream", "',' or"))
        mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
        at = self.position(mark) if mark is not None else last
        at = Position(at.file, min(at.line, len(self.lines)), at.col)
        odd = self._suspect(at)
        if odd is not None:
            char = self.lines[odd.line - 1][odd.col - 1]
            remedy = "an ordinary space" if char in ODD_SPACES else "\" or '"
            self.add(odd, f"{_name(char)} breaks the YAML; replace it by {remedy}")
            return
        self.add(at, _plain_words(str(error.problem or ""), str(error.context or "")))

    def _suspect(self, at: Position) -> Position | None:
        """A pasted character on the line of a syntax error or just before it, its most likely cause."""
        for number in (at.line, at.line - 1):
            line = self.lines[number - 1] if 0 < number <= len(self.lines) else ""
            for col, char in enumerate(line, start=1):
                if char in ODD_SPACES or char in SMART_QUOTES:
                    return Position(self.shown, number, col)
        return None


PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        "a colon where none can be; is the line above unfinished, or a text with ': ' unquoted?",
    ),
    ("could not find expected ':'", "a key without its colon (write `key: value`)"),
    ("expected <block end>", "does not line up with the lines above; check the indentation"),
    ("expected ',' or ']'", "a list [ ... ] is not closed, or a comma is missing"),
    ("expected ',' or '}'", "a mapping { ... } is not closed, or a comma is missing"),
    ("found '<stream end>'", "the file ends inside a list [ ... ] or a mapping { ... }"),
    ("found unexpected end of stream", "a quote is opened and never closed"),
    ("cannot start any token", "a character that can't start a value; put the text in quotes"),
    ("found undefined alias", "an alias (*name) without its anchor (&name)"),
    ("did not find expected alphabetic or numeric", "a * or & that names nothing; put the text in quotes"),
    ("sequence entries are not allowed", "a list item (-) where none can be; check the indentation"),
    ("unknown escape character", "an unknown \\ sequence; use single quotes around texts with \\"),
    ("found unknown escape character", "an unknown \\ sequence; use single quotes around texts with \\"),
)


def _plain_words(problem: str, context: str) -> str:
    for sign, words in PLAIN_WORDS:
        if sign in problem:
            return f"not valid YAML: {words}"
    detail = " ".join(f"{context} {problem}".split()) or "it can't be read from here on"
    return f"not valid YAML: {detail}"
