"""Problems: what is wrong with a file, and exactly where."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = "run_scenario.py"

# Exit codes; 0 is: all that was asked for is there.
NOT_DONE = 1  # something that was asked for is not there: runs, a report
WRONG = 2  # a scenario, world, folder or option is wrong; the messages say where
MACHINE = 3  # no room, no permission, folder in use: nothing is wrong with what was asked
INTERRUPTED = 130  # Ctrl-C or SIGTERM


@dataclass(frozen=True, order=True)
class Position:
    """A place in a file; `line` and `col` count from 1 (0: the file as a whole).

    Of a cell of a workbook `file` names the sheet too (`shares.xlsx trade`), and it is written `shares.xlsx trade!H12`.
    """

    file: str = ""
    line: int = 0
    col: int = 0
    cell: bool = False

    def __str__(self) -> str:
        if self.cell:
            return f"{self.file}!{_letters(self.col)}{self.line}"
        return f"{self.file}:{self.line}:{self.col}" if self.line else self.file


def _letters(column: int) -> str:
    """A spreadsheet's name of a column: A, B, ... Z, AA."""
    name = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: where, at which path, and what was meant."""

    position: Position
    path: str
    message: str

    def __str__(self) -> str:
        where = str(self.position)
        path, message = _shortened(self.path), _shortened(self.message)
        what = f"{path}: {message}" if path else message
        return " ".join((f"{where}: {what}" if where else what).split("\n"))


# Nobody reads a word of 20,000 letters that stands where a name should.
LONGEST_WORD = re.compile(r"\S{120,}")
LONGEST_TEXT = 1500


def _shortened(text: str) -> str:
    """A text with words too long to be read cut in their middle; paths of files stay whole."""
    text = text if len(text) < LONGEST_TEXT else f"{text[: LONGEST_TEXT - 60]} ... {text[-40:]}"
    return LONGEST_WORD.sub(lambda word: word[0] if _is_a_path(word[0]) else f"{word[0][:60]}...{word[0][-20:]}", text)


def _is_a_path(word: str) -> bool:
    return "/" in word and len(word) < 500


class SupplyriskError(Exception):
    """An error whose message is meant for the person at the keyboard.

    `exit_code` tells a script which kind it is (the table is on the reference page of the commands).
    """

    exit_code = WRONG


class Interrupted(KeyboardInterrupt):
    """Ctrl-C or a request to end, with a message that says how to go on."""


class Problems(SupplyriskError):
    """All problems found at once; `str()` gives one line each, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(got: str, known: Iterable[str], limit: int = 8) -> str:
    """End of a message about an unknown name: the nearest known ones, or all when they are few."""
    got = str(got)  # whatever a caller takes for a name
    if len(got) > 100:
        return ""
    names = list(dict.fromkeys(known))
    lowered = {name.lower(): name for name in names}
    if got.lower() in lowered:
        return f"; did you mean {lowered[got.lower()]}"
    close = difflib.get_close_matches(got.lower(), lowered, n=2, cutoff=0.6)
    if close:
        return "; did you mean " + " or ".join(lowered[name] for name in close)
    if 0 < len(names) <= limit:
        return "; known are " + ", ".join(names)
    return ""


class ModelError(SupplyriskError):
    """A world or scenario that is well formed but cannot be computed."""


class RunFailed(SupplyriskError):
    """One run could not be finished; the others are not touched by it."""


def as_typed(*words: str) -> str:
    """A command of the program as it is typed where this one was: in a checkout by its launcher, else by name.

    Parameters
    ----------
    words : str
        Subcommand and arguments, each as the program gets it.
    """
    started = sys.argv[0] if sys.argv else ""
    name = Path(started).name
    if name == LAUNCHER:
        beside = os.path.relpath(started) if Path(started).is_absolute() else started
        return f"python {shlex.join((min(beside, started, key=len), *words))}"
    if name == "cli.py":
        return f"python -m supplyrisk.cli {shlex.join(words)}"
    return f"supplyrisk {shlex.join(words)}"
