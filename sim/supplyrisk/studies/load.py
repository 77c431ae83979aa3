"""Study files to typed studies, with every problem at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ..errors import Problem, Problems, did_you_mean
from ..language.layers import PathError, named, split_path
from ..language.names import Names, merged
from ..language.problems import find, from_validation, place
from ..language.text import Node, path_text, read_file
from ..spec.load import SET, Loaded, _with_sets
from ..spec.variants import Base
from .base import Study
from .cells import Cell
from .registry import study_types


@dataclass(frozen=True)
class LoadedStudy:
    """A study file with everything that was made of it."""

    path: Path
    root: Node
    spec: Study
    bases: dict[str, Base]
    resolved: dict[str, Loaded]  # each base as it stands
    names: Names  # of all worlds
    sets: tuple[str, ...] = ()

    @property
    def seed(self) -> int:
        """Seed of all draws."""
        if self.spec.seed is not None:
            return self.spec.seed
        return next(iter(self.resolved.values())).spec.monte_carlo.seed

    @property
    def sampler(self) -> str:
        """How uncertain numbers are drawn."""
        return next(iter(self.resolved.values())).spec.monte_carlo.sampler


def read_study(path: str | Path, sets: Sequence[str] = ()) -> LoadedStudy:
    """A study file, typed and checked.

    Parameters
    ----------
    path : str or Path
        The YAML file.
    sets : sequence of str
        Values of the study file set from outside, as `path=value` (`runs=20`).

    Raises
    ------
    Problems
        All faults at once: those of the study, of the scenarios it varies, and of the variants themselves.
    """
    path = Path(path)
    return study_of(path, _with_sets(read_file(path), sets, SET), sets)


def study_of(path: Path, root: Node, sets: Sequence[str] = (), bases: Mapping[str, Base] | None = None) -> LoadedStudy:
    """A study from its tree; with `bases`, of scenarios that were read already.

    Raises
    ------
    Problems
        As `read_study`.
    """
    kind = _kind(root)
    given, problems = (dict(bases), []) if bases is not None else kind.bases(path, root)
    return _checked(kind, path, root, given, problems, sets)


def _checked(
    kind: type[Study],
    path: Path,
    root: Node,
    bases: dict[str, Base],
    problems: list[Problem],
    sets: Sequence[str],
) -> LoadedStudy:
    """The study typed and checked, its variants tried."""
    resolved: dict[str, Loaded] = {}
    for name, base in bases.items():
        try:
            resolved[name] = base.resolved()
        except Problems as error:
            problems += error.problems
    names = merged([r.world.names for loaded in resolved.values() for r in loaded.resolutions]) if resolved else None
    spec = _validated(kind, root, names, problems)
    if spec is None or names is None or problems:
        raise Problems(sorted(problems))
    study = LoadedStudy(path, root, spec, bases, resolved, names, tuple(sets))
    problems += _placed(root, study)
    if not problems:
        problems += _trial(study)
    if problems:
        raise Problems(sorted(problems))
    return study


def _kind(root: Node) -> type[Study]:
    """The class of a study by its key `study`."""
    known = study_types()
    node = root.get("study")
    if node is None:
        what = f"has no key study, which says what kind of study it is ({', '.join(known)})"
        raise Problems([Problem(root.position, "", what)])
    if not isinstance(node.value, str) or node.value not in known:
        got = node.value if isinstance(node.value, str) else "no word"
        raise Problems(
            [Problem(node.position, "study", f"unknown type of study (got {got}){did_you_mean(got, known)}")]
        )
    return known[node.value]


def _validated(kind: type[Study], root: Node, names: Names | None, problems: list[Problem]) -> Study | None:
    try:
        return kind.model_validate(root.plain(), context={"names": names})
    except ValidationError as error:
        found = from_validation(error, root, kind)
    taken = {problem.position for problem in problems}
    problems += [problem for problem in found if problem.position not in taken]
    return None


def _placed(root: Node, study: LoadedStudy) -> list[Problem]:
    """Faults beyond single fields, with their places."""
    found = []
    for at, message in study.spec.faults(study):
        node = find(root, at)
        key = node is None or isinstance(node.value, dict)
        found.append(Problem(place(root, at, key=key), path_text(at), message))
    return found


def _trial(study: LoadedStudy) -> list[Problem]:
    """Problems of the variants, each once: what is wrong with every value of an axis alike is told at the first."""
    found: dict[tuple[str, str], Problem] = {}
    for cell in study.spec.trial(study):
        try:
            cell.base.resolved(cell.changes)
        except Problems as error:
            for problem in error.problems:
                said = Problem(problem.position, _said(cell, problem.path), problem.message)
                first = found.setdefault((said.path, said.message), said)
                if said < first:
                    found[said.path, said.message] = said
    return list(found.values())


def _said(cell: Cell, path: str) -> str:
    """A path of a variant with its events by name, as the study and the scenario write them."""
    try:
        root = cell.base.varied(cell.changes)
        return path_text(named(root, split_path(path)))
    except (Problems, PathError):
        return path  # of a path that can't be followed, as it was written
