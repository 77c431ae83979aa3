"""Broken files by the thousand: never a traceback, never an unknown key accepted in silence."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from supplyrisk.errors import Problems
from supplyrisk.language.text import Node, parse_text, path_text
from supplyrisk.spec.load import text_scenario

from .spec_files import GOOD

SCENARIOS = Path(__file__).parents[1] / "scenarios"
SHIPPED = sorted(SCENARIOS.glob("*.yaml"))
ODD = [
    "\t",
    "\u00a0",
    "\u201c",
    "\x07",
    "\ufeff",
    "'",
    '"',
    "{",
    "}",
    "[",
    "]",
    ":",
    "-",
    "#",
    "&a ",
    "*a",
    "!t ",
    "%",
    ",",
]
ODD += [
    "|",
    ">",
    "?",
    "~",
    "null",
    "NaN",
    "1e999",
    "-1",
    "\u2212",
    "0",
    "\U0001f600",
    "\\",
    "<<",
    "2025-02-30",
    "\r",
    "\n  ",
]


def sources() -> list[tuple[Path, str]]:
    """Shipped scenarios without comments, and the test's own."""
    files = [(path, path.read_text(encoding="utf-8")) for path in SHIPPED]
    bare = [
        (path, "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
        for path, text in files
    ]
    return [*bare, (SCENARIOS / "good.yaml", GOOD)]


def judged(path: Path, text: str) -> list[str] | None:
    """What is said about a text; None if it is accepted. Anything but Problems is a failure of the program."""
    try:
        text_scenario(text, path)
    except Problems as problems:
        lines = [str(problem) for problem in problems.problems]
        assert lines
        assert all(line.strip() and "\n" not in line and "Traceback" not in line for line in lines), lines
        return lines
    return None


def mutated(text: str, dice: random.Random) -> str:
    """One to three random slips of the keyboard, the clipboard or the editor."""
    for _ in range(dice.randint(1, 3)):
        lines = text.split("\n")
        number = dice.randrange(len(lines))
        line = lines[number]
        spot = dice.randrange(len(line) + 1)
        kind = dice.randrange(9)
        if kind == 0:
            lines[number] = line[:spot] + line[spot + 1 :]
        elif kind == 1:
            lines[number] = line[:spot] + dice.choice(ODD) + line[spot:]
        elif kind == 2:
            del lines[number]
        elif kind == 3:
            lines.insert(dice.randrange(len(lines) + 1), line)
        elif kind == 4:
            lines[number] = " " * dice.randint(1, 3) + line
        elif kind == 5:
            lines[number] = line.removeprefix("  ")
        elif kind == 6 and ":" in line:
            lines[number] = line.split(":")[0] + ": " + dice.choice([*ODD, dice.choice(lines).split(":")[-1].strip()])
        elif kind == 7:
            other = dice.randrange(len(lines))
            lines[number], lines[other] = lines[other], line
        else:
            swap = dice.randrange(len(line)) if line else 0
            lines[number] = line[:swap] + line[swap : swap + 2][::-1] + line[swap + 2 :]
        text = "\n".join(lines) or "x"
    return text


@pytest.mark.parametrize("part", range(4))
def test_mutations_never_end_in_a_traceback(part: int) -> None:
    files = sources()
    refused = 0
    for number in range(part * 600, (part + 1) * 600):
        dice = random.Random(f"mutation {number}")
        path, text = dice.choice(files)
        changed = mutated(text, dice)
        try:
            refused += judged(path, changed) is not None
        except Exception as error:
            raise AssertionError(f"mutation {number} of {path.name} ended in {error!r}:\n{changed}") from error
    assert refused > 240  # the mutations do break things


def keys(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, int, int, str]]:
    """(path, line, column, key) of every key that is a word of the language."""
    if isinstance(node.value, tuple):
        for index, item in enumerate(node.value):
            yield from keys(item, (*path, index))
    for key, item in node.items():
        position = node.key_positions[key]
        if path != ("policies",):  # names of policies are free
            yield path_text((*path, key)), position.line, position.col, key
        yield from keys(item, (*path, key))


@pytest.mark.parametrize("path", [*SHIPPED, SCENARIOS / "good.yaml"], ids=lambda path: path.stem)
def test_no_misspelt_key_is_accepted(path: Path) -> None:
    """Some keys of every shipped file, misspelt at a random place."""
    misspell(path, 15)


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_misspelt_key_at_all_is_accepted(path: Path) -> None:
    """Every key of every shipped file."""
    misspell(path, 10_000)


def misspell(path: Path, most: int) -> None:
    text = GOOD if path.stem == "good" else path.read_text(encoding="utf-8")
    assert judged(path, text) is None, "a shipped scenario must be fine as it is"
    lines = text.splitlines()
    listed = list(keys(parse_text(text, path.name)))
    if len(listed) > most:
        listed = random.Random(path.name).sample(listed, most)
    for where, line, col, key in listed:
        dice = random.Random(where)
        spot = dice.randrange(len(key))
        wrong = key[:spot] + dice.choice([c for c in "xqz" if c != key[spot]]) + key[spot + 1 :]
        source = lines[line - 1]
        begin = source.index(key, col - 1)
        changed = [*lines[: line - 1], source[:begin] + wrong + source[begin + len(key) :], *lines[line:]]
        assert judged(path, "\n".join(changed)) is not None, f"{where} written {wrong} is accepted"


def test_added_keys_are_never_accepted() -> None:
    """A key that nobody knows, put beside every key of a good file."""
    lines = GOOD.splitlines()
    for where, line, col, key in keys(parse_text(GOOD, "good.yaml")):
        source = lines[line - 1]
        begin = source.index(key, col - 1)
        if source[:begin].strip(" -") == "":
            changed = [
                *lines[: line - 1],
                source[:begin] + "nobody_knows: 1",
                " " * begin + source[begin:],
                *lines[line:],
            ]
        else:
            changed = [*lines[: line - 1], source[:begin] + "nobody_knows: 1, " + source[begin:], *lines[line:]]
        found = judged(SCENARIOS / "good.yaml", "\n".join(changed))
        assert found is not None, f"nobody_knows beside {where} is accepted"
