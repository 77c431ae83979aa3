"""YAML text to positions: what an editor or a word processor does to a file is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from supplyrisk.errors import Problems
from supplyrisk.language.text import MAX_DEPTH, MAX_NODES, parse_text, read_file

BOMB = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)
)

BAD = {
    "empty": ("", "1:1: is empty"),
    "comments only": ("# nothing\n", "1:1: is empty"),
    "duplicate key": ("a: 1\nb: 2\na: 3\n", "3:1: duplicate key a (first at line 1)"),
    "duplicate key inside": ("a:\n  b: 1\n  b: 2\n", "3:3: duplicate key b (first at line 2)"),
    "tab as indentation": ("a:\n\tb: 1\n", "2:1: tab character; indent and separate with spaces"),
    "tab as separation": ("a:\t1\n", "1:3: tab character"),
    "control character": ("a: 1\x07\n", "1:5: control character U+0007; delete it"),
    "escaped control character": ('a: "\\x07"\n', "1:4: control character U+0007"),
    "lone surrogate": ('a: "\\ud800"\n', "1:4: control character U+D800"),
    "non-breaking space in a value": (
        "a: 80\u00a0%\n",
        "1:6: U+00A0 (no-break space); replace it by an ordinary space",
    ),
    "non-breaking space as indentation": ("a:\n\u00a0 b: 1\n", "2:1: U+00A0 (no-break space)"),
    "zero-width space": ("a\u200b: 1\n", "1:2: U+200B (zero width space)"),
    "smart quotes round a value": ("a: \u201cx\u201d\n", "1:4: typographic quote U+201C"),
    "smart quotes round a key": ("\u2018a\u2019: 1\n", "1:1: typographic quote U+2018"),
    "line separator": ("a: 1\u2028b: 2\n", "1:5: control character U+2028 (line separator)"),
    "unclosed list": ("a: 1\nb: [1, 2\nc: 3\n", "2:4: not valid YAML: a list [ ... ] is not closed"),
    "unclosed quote": ("a: 'x\nb: 2\n", "1:4: not valid YAML: a quote is opened and never closed"),
    "key without colon": ("a: 1\nb\nc: 2\n", "3:1: not valid YAML: a key without its colon"),
    "colon in a text": ("a: b: c\n", "1:5: not valid YAML: a colon where none can be"),
    "indentation": ("a:\n  b: 1\n c: 2\n", "3:2: not valid YAML: does not line up"),
    "undefined alias": ("a: *b\n", "1:4: alias *b has no anchor"),
    "alias of itself": ("a: &a [*a]\n", "1:8: alias *a refers to itself"),
    "alias bomb": (BOMB, f"holds more than {MAX_NODES:,} values once its aliases are written out"),
    "depth": ("a: " + "[" * 5000, f"is nested deeper than {MAX_DEPTH} levels"),
    "a list": ("- a\n", "1:1: must be a mapping of keys to values (got a list)"),
    "a text": ("hello\n", "1:1: must be a mapping of keys to values (got text)"),
    "two documents": ("a: 1\n---\nb: 2\n", "2:1: a second document starts here"),
    "directive": ("%YAML 1.1\n---\na: 1\n", "2:1: YAML directives"),
    "tag": ("a: !!python/object:os.system x\n", "1:4: YAML tags are not part of the language"),
    "merge key": ("a: {<<: {b: 1}}\n", "1:5: merge keys (<<) are not part of the language"),
    "a list as key": ("? [a]\n: b\n", "1:3: a key must be a word"),
    "no key": (": b\n", "1:1: a key must be a word (got nothing)"),
    "the parser's own slip": ('a: "\\UFFFFFFFF"\n', "1:1: can't be read as YAML from here on"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_text_is_refused_with_its_place(name: str) -> None:
    text, message = BAD[name]
    with pytest.raises(Problems) as caught:
        parse_text(text, "f.yaml")
    first = str(caught.value.problems[0])
    assert first.startswith("f.yaml:")
    assert message in first


def test_all_faults_of_one_kind_are_listed() -> None:
    with pytest.raises(Problems) as caught:
        parse_text("a: 1\na: 2\nb: \u201cx\u201d\nb: 3\n", "f.yaml")
    assert [problem.position.line for problem in caught.value.problems] == [2, 3, 4]


def test_scalars_stay_text_and_norway_a_country() -> None:
    node = parse_text("a: NO\nb: 1_000\nc: 2025-04-04\nd: 0x10\ne: ~\nf:\ng: yes\nh: '5'\n", "f.yaml")
    assert node.plain() == {
        "a": "NO", "b": "1_000", "c": "2025-04-04", "d": "0x10", "e": None, "f": None, "g": "yes", "h": "5",
    }  # fmt: skip


def test_every_key_and_value_knows_its_place() -> None:
    node = parse_text("a:\n  - b: 1\n    c:  x\n", "f.yaml")
    item = node.value["a"].value[0]  # type: ignore[index, union-attr, call-overload]
    assert (item.key_positions["c"].line, item.key_positions["c"].col) == (3, 5)
    assert (item.value["c"].position.line, item.value["c"].position.col) == (3, 9)


def test_typographic_characters_may_stand_inside_texts_and_comments() -> None:
    node = parse_text("# 80\u00a0% \u201cquoted\u201d\ta\na: China\u2019s licences\n", "f.yaml")
    assert node.plain() == {"a": "China\u2019s licences"}


def test_anchors_are_written_out() -> None:
    assert parse_text("a: &x {b: 1}\nc: *x\n", "f.yaml").plain() == {"a": {"b": "1"}, "c": {"b": "1"}}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems(end: str) -> None:
    node = parse_text(f"a: 1{end}b: 2{end}", "f.yaml")
    assert node.key_positions["b"].line == 2


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"a: \xff\n", "f.yaml:1:4: is not UTF-8 (byte 0xff); save it as UTF-8"),
        ("a: 1\n".encode("utf-16"), "f.yaml:1:1: is in UTF-16; save it as UTF-8"),
        (b"a: " + b"x" * 1_100_000, "is too large to be read (1.1 MB; at most 1 MB)"),
    ],
)
def test_bytes_that_are_no_yaml(tmp_path: Path, raw: bytes, message: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(raw)
    with pytest.raises(Problems) as caught:
        read_file(path)
    assert message in str(caught.value)


def test_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_file(path).plain() == {"a": "1"}


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text("a: 1\n")
    with pytest.raises(Problems, match=r"no such file; did you mean .*scenario\.yaml"):
        read_file(tmp_path / "scenari.yaml")
    with pytest.raises(Problems, match="is a folder"):
        read_file(tmp_path)
    with pytest.raises(Problems, match="can't be read"):
        read_file(Path("a\0b"))
