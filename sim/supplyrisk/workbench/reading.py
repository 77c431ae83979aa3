"""What `check` and `explain` say of the text that stands in the editor, with places in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..errors import Problem, Problems, SupplyriskError
from ..language.text import parse_text
from .documents import Documents

STUDY = re.compile(r"^[\"']?study[\"']?\s*:", re.MULTILINE)
EXERCISE = re.compile(r"^[\"']?exercise[\"']?\s*:", re.MULTILINE)
MARKED = re.compile(r"[^\s,\[\]{}#][^,\[\]{}#\n]*")
MOST = 200  # mistakes that are shown


@dataclass(frozen=True)
class Remark:
    """A mistake or a note: where it stands and what `check` says.

    `start` and `end` are letters of the text (both 0 if it is about another file, which `file` then names).
    """

    line: int
    col: int
    start: int
    end: int
    path: str
    message: str
    file: str = ""

    @property
    def said(self) -> str:
        """As `check` says it, without the name of the file."""
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(frozen=True)
class Reading:
    """A text that was checked."""

    kind: str  # scenario | study | exercise
    mistakes: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()

    def as_payload(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "kind": self.kind,
            "mistakes": [asdict(each) | {"said": each.said} for each in self.mistakes],
            "notes": [asdict(each) | {"said": each.said} for each in self.notes],
        }


def is_study_text(text: str) -> bool:
    """Whether a text is meant as a study (see `studies.kind`)."""
    return STUDY.search(text) is not None


def is_exercise_text(text: str) -> bool:
    """Whether a text is meant as a table-top exercise."""
    return EXERCISE.search(text) is not None


def check_text(documents: Documents, name: str, text: str) -> Reading:
    """Every mistake of a text, as `check` finds them in the file of that name."""
    path = documents.open(name).path
    kind = "exercise" if is_exercise_text(text) else "study" if is_study_text(text) else "scenario"
    try:
        with documents.confined():
            if kind == "exercise":
                from .exercise.rules import exercise_of

                exercise_of(path, text)
            notes = documents.loadings.scenario(text, path).notes if kind == "scenario" else ()
            if kind == "study":
                _study(path, text)
    except Problems as error:
        return Reading(kind, placed(error.problems, path, text))
    except SupplyriskError as error:
        return Reading(kind, (Remark(1, 1, 0, 0, "", str(error)),))
    return Reading(kind, (), placed(notes, path, text))


def explain_text(documents: Documents, name: str, text: str) -> list[str]:
    """What `explain` says of a text, line by line; nothing while it has mistakes."""
    from ..commands.balanced import balance_lines
    from ..report.words import plain_changes, plain_uncertainty
    from ..spec.explain import explain
    from ..studies.explain import explain_study

    path = documents.open(name).path
    try:
        with documents.confined():
            if is_study_text(text):
                return "\n".join(explain_study(_study(path, text))).split("\n")
            loaded = documents.loadings.scenario(text, path)
            said = plain_changes(plain_uncertainty(explain(loaded)))
            lines = [said, *("\n" + "\n".join(balance_lines(loaded, each)) for each in loaded.resolutions)]
            return "\n".join(lines).split("\n")
    except SupplyriskError:
        return []


def _study(path: Path, text: str) -> Any:
    from ..studies.load import study_of

    return study_of(path, parse_text(text, str(path)))


def placed(problems: tuple[Problem, ...], path: Path, text: str) -> tuple[Remark, ...]:
    """Problems with their places in the text."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return tuple(_placed(problem, path, text, starts) for problem in problems[:MOST])


def _placed(problem: Problem, path: Path, text: str, starts: list[int]) -> Remark:
    at = problem.position
    message = problem.message.replace(f"{path.parent}/", "")
    if at.file and Path(at.file) != path:
        return Remark(0, 0, 0, 0, problem.path, message, str(at).replace(f"{path.parent}/", ""))
    if not at.line or at.line > len(starts):
        return Remark(max(at.line, 1), 1, 0, 0, problem.path, message)
    start = min(starts[at.line - 1] + max(at.col - 1, 0), len(text))
    return Remark(at.line, at.col, start, end_of(text, start), problem.path, message)


def end_of(text: str, start: int) -> int:
    """Where what begins at `start` ends: a key before its colon, a value before a comma, a bracket or a comment."""
    match = MARKED.match(text, start)
    if match is None:
        return min(start + 1, len(text))
    found = match.group()
    key = re.match(r"[^:]+(?=:(\s|$))", found)
    found = key.group() if key else found
    return start + len(found.rstrip())


def line_of(text: str, offset: int) -> int:
    """The line of an offset, counted from 1."""
    return bisect_right([match.end() for match in re.finditer("\n", text)], offset) + 1
