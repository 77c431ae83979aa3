"""Files to resolved scenarios and worlds: the door by which everything else comes in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from ..errors import Position, Problem, Problems
from ..language.layers import PathError, clashes, merge, numbered, set_value, split_path
from ..language.names import Names, merged
from ..language.problems import find, from_validation, place
from ..language.text import MAX_NODES, Node, parse_text, path_text, read_file
from .observed import at_mention, recorded, with_history, with_recorded
from .outlooks import spelled_out, with_outlook
from .owngroups import with_own_groups
from .resolve import Fault, Resolution, resolve
from .resolved import Scenario, World
from .scenario import SECTIONS, ScenarioSpec
from .tables import lay, table_notes
from .undrawn import undrawn
from .worldfile import LoadedWorld, find_world, load_world_folder, unknown_world

Path_ = tuple[str | int, ...]
MAX_LAYERS = 20  # files, one extending the next
MAX_FILES = 100  # files of one scenario
SET = "--set"  # how the command line calls a value set from outside
# A value set from outside: `path=value` as text, or a path and a node that knows where it was written.
Set = str | tuple[str, Node]


@dataclass(frozen=True)
class Loaded:
    """A scenario file with everything that was made of it."""

    path: Path
    root: Node  # all layers merged; every node knows where it was written
    spec: ScenarioSpec
    resolutions: tuple[Resolution, ...]  # one per world
    layers: tuple[Path, ...]  # the scenario file and those it extends
    files: tuple[Path, ...]  # every file read, the layers first
    notes: tuple[Problem, ...] = ()  # worth knowing, not wrong

    @property
    def scenarios(self) -> list[Scenario]:
        return [resolution.scenario for resolution in self.resolutions]


def load_scenario(path: str | Path, sets: Sequence[str] = ()) -> list[Scenario]:
    """Resolve a scenario file, one result per world it names.

    Parameters
    ----------
    path : str or Path
        The YAML file.
    sets : sequence of str
        Single values set from outside, as `path=value` (`events.ban.share=50 %`).

    Raises
    ------
    Problems
        All faults at once.
    """
    return read_scenario(path, sets).scenarios


def load_world(name_or_path: str | Path) -> World:
    """A world by its shipped name or the path of its folder.

    Raises
    ------
    Problems
        All faults of its files at once.
    """
    return read_world(name_or_path).world


def read_world(name_or_path: str | Path, base: Path | None = None) -> LoadedWorld:
    """A world with its names, facts and design columns (see `load_world`)."""
    folder = find_world(str(name_or_path), base)
    if folder is None:
        raise Problems([Problem(Position(), "", unknown_world(str(name_or_path)))])
    return _cached(folder.resolve(), str(folder), _stamp(folder))


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever a file of the folder does."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".yaml"))
    return tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)


@lru_cache(maxsize=16)
def _cached(folder: Path, shown: str, _stamp: tuple[tuple[str, int, int], ...]) -> LoadedWorld:
    return load_world_folder(folder, shown)


def read_scenario(path: str | Path, sets: Sequence[str] = (), given_as: str = SET) -> Loaded:
    """Like `load_scenario`, keeping what `explain` and the run folder need.

    Parameters
    ----------
    given_as : str
        How messages call the values of `sets`: by the command line's option, or otherwise.
    """
    path = Path(path)
    layers = _Layers()
    root = _with_sets(layers.read(path), sets, given_as)
    return _typed(path, root, layers.files, sets, given_as)


def text_scenario(text: str, path: str | Path, sets: Sequence[str] = (), given_as: str = SET) -> Loaded:
    """A scenario given as text, as if it stood in a file at `path`."""
    path = Path(path)
    root = _Layers([path]).extended(path, spelled_out(parse_text(text, str(path))), ())
    return _typed(path, _with_sets(root, sets, given_as), [path], sets, given_as)


def laid(text: str, path: str | Path) -> Node:
    """A scenario given as text, laid on the files it extends and its outlook on what its worlds bring along.

    Every node knows the file it was written in. What is wrong with its values is left to `text_scenario`.

    Raises
    ------
    Problems
        If a layer can't be read.
    """
    path = Path(path)
    root = _tidied(_Layers([path]).extended(path, spelled_out(parse_text(text, str(path))), ()))
    return with_outlook(root, [world.today for world in _worlds(path, root)[0]])[0]


# --- layers ---------------------------------------------------------------------------------------
@dataclass
class _Layers:
    """The files of a scenario, each read once however often others extend it."""

    files: list[Path] = field(default_factory=list)
    done: dict[str, Node] = field(default_factory=dict)

    def read(self, path: Path, above: tuple[str, ...] = ()) -> Node:
        """A file laid on those it extends."""
        real = os.path.realpath(path)
        if real not in self.done:
            self.files.append(path)
            self.done[real] = self.extended(path, spelled_out(read_file(path)), above)
        return self.done[real]

    def extended(self, path: Path, root: Node, above: tuple[str, ...]) -> Node:
        """A file that was read, laid on those it extends."""
        node = root.get("extends")
        if node is None or node.value is None:
            return root
        listed = [node] if isinstance(node.value, str) else list(node.value) if isinstance(node.value, tuple) else []
        problems: list[Problem] = []
        parents: dict[str, Node] = {}
        above = (*above, os.path.realpath(path))
        for item in listed:
            if not isinstance(item.value, str):
                continue  # the typed model says what is wrong with it
            other = path.parent / item.value
            real = os.path.realpath(other)
            fault = self._fault(item.value, real, above, parents)
            if fault:
                problems.append(Problem(item.position, "extends", fault))
                continue
            try:
                parents[real] = self.read(other, above)
            except Problems as error:
                at_file = [problem for problem in error.problems if not problem.position.line]
                problems += [Problem(item.position, "extends", f"{p.position.file} {p.message}") for p in at_file]
                problems += [problem for problem in error.problems if problem.position.line]
        own = _without(root, "extends") if all(isinstance(item.value, str) for item in listed) and listed else root
        if len(parents) > 1:
            problems += clashes([_without(parent, "title") for parent in parents.values()], own)
        if problems:
            raise Problems(problems)
        base = Node({}, root.position)
        for layer in (*parents.values(), own):
            base = _bounded(merge(base, layer), node)
        return base

    def _fault(self, name: str, real: str, above: tuple[str, ...], parents: Mapping[str, Node]) -> str:
        if real in above:
            return f"{name} extends this file again, in a circle"
        if real in parents:
            return f"{name} stands there twice"
        if len(above) >= MAX_LAYERS:
            return f"more than {MAX_LAYERS} files lie on one another"
        if len(self.files) >= MAX_FILES:
            return f"more than {MAX_FILES} files belong to this scenario"
        return ""


def _bounded(root: Node, at: Node) -> Node:
    """The tree, if what several files add up to is not too much."""
    if root.size <= MAX_NODES:
        return root
    size = _count(root)
    if size > MAX_NODES:
        what = f"holds more than {MAX_NODES:,} values once the files it extends are put in"
        raise Problems([Problem(at.position, "extends", what)])
    return Node(root.value, root.position, root.key_positions, size)


def _count(node: Node) -> int:
    waiting, count = [node], 0
    while waiting and count <= MAX_NODES:
        value = waiting.pop().value
        count += 1
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, tuple):
            waiting += value
    return count


def _without(root: Node, key: str) -> Node:
    entries = {name: node for name, node in root.items() if name != key}
    return Node(entries, root.position, root.key_positions, root.size)


def _with_sets(root: Node, sets: Sequence[Set], given_as: str, standing: bool = False) -> Node:
    """The file with values set from outside; those of the outlook's events wait until it is laid on its base."""
    problems = []
    for number, text in enumerate(sets, start=1):
        written = text if isinstance(text, str) else text[0]
        if written.strip().startswith("outlook.events") != standing:
            continue
        if not isinstance(text, str):
            try:
                steps = split_path(text[0])
                root = undrawn(set_value(root, steps, text[1]), steps)
            except PathError as error:
                problems.append(Problem(text[1].position, text[0], str(error)))
            continue
        shown = f"{given_as} {text}" if len(sets) == 1 else f"{given_as} ({number}) {text}"
        path, sign, value = text.partition("=")
        if not sign or not path.strip():
            problems.append(Problem(Position(shown), "", "must be written path=value, like monte_carlo.runs=50"))
            continue
        try:
            node = parse_text(f"value: {value.strip()}", shown).get("value")
            assert node is not None
            steps = split_path(path.strip())
            if steps == ["outlook"] and isinstance(node.value, str):
                steps.append("base")  # the short form, which leaves the rest of the outlook as it is
            root = undrawn(set_value(root, steps, node), steps)
        except PathError as error:
            problems.append(Problem(Position(shown), "", str(error)))
        except Problems as error:
            problems += [Problem(Position(shown), "", problem.message) for problem in error.problems]
    if problems:
        raise Problems(problems)
    return root


# --- typing ---------------------------------------------------------------------------------------
def _typed(path: Path, root: Node, files: list[Path], sets: Sequence[Set], given_as: str) -> Loaded:
    root = _tidied(root)
    worlds, problems = _worlds(path, root)
    worlds, group_problems = with_own_groups(root, worlds)
    problems += group_problems
    names = merged([world.names for world in worlds]) if worlds else None
    worlds, table_problems = lay(root, path, worlds)
    problems += table_problems
    root, outlook_problems = with_outlook(root, [world.today for world in worlds])
    problems += outlook_problems
    root = _with_sets(root, sets, given_as, standing=True)
    written = root
    root, put, path_problems = _uncertain_paths(root)
    problems += path_problems
    spec = _validated(root, names, problems)
    if put:
        problems += _hidden(written, put, names)
    if spec is None or not worlds or problems:
        raise Problems(sorted(_with_others(root, problems, names, worlds, path)))
    from .checks import check_scenario, note_scenario

    resolutions = tuple(resolve(spec, world, path.stem, path.parent) for world in worlds)
    faults = [fault for resolution in resolutions for fault in resolution.faults]
    faults += check_scenario(spec, resolutions, path.parent, root)
    seen, misread, remarks = recorded(spec.report.observed, path.parent, names, spec.horizon.start, spec.horizon.last)
    if faults or misread:
        raise Problems([*_placed(root, faults), *sorted(at_mention(root, misread))])
    resolutions = tuple(with_history(with_recorded(resolution, seen), problems) for resolution in resolutions)
    if problems:
        raise Problems(problems)
    notes = [*_placed(root, note_scenario(spec, resolutions, path.parent)), *remarks]
    given = (spec.baseline, spec.uncertain)
    overrides = [each for section in given for each in section.overrides]
    shares = [each for section in given for each in section.shares]
    notes += [note for world in worlds for note in table_notes(world, overrides, shares)]
    layers = tuple(dict.fromkeys(files))
    others = dict.fromkeys(file for world in worlds for file in world.files)
    return Loaded(path, root, spec, resolutions, layers, (*layers, *others), tuple(notes))


def _with_others(
    root: Node, problems: list[Problem], names: Names | None, worlds: list[LoadedWorld], path: Path
) -> list[Problem]:
    """Problems found when the file was read, and those that the checks find in the rest of it."""
    from .rest import other_faults

    if names is None:
        return problems
    taken = {problem.position for problem in problems}
    others = other_faults(root, problems, names, worlds, path)
    return problems + [problem for problem in dict.fromkeys(others) if problem.position not in taken]


def _placed(root: Node, faults: Iterable[Fault]) -> list[Problem]:
    """Faults with their places, in the order of the file."""
    return sorted(Problem(place(root, at, key=_at_key(root, at)), path_text(at), message) for at, message in faults)


def _at_key(root: Node, path: tuple[str | int, ...]) -> bool:
    node = find(root, path)
    return node is None or isinstance(node.value, dict)


def _validated(root: Node, names: Names | None, problems: list[Problem]) -> ScenarioSpec | None:
    try:
        return ScenarioSpec.model_validate(root.plain(), context={"names": names})
    except ValidationError as error:
        found = from_validation(error, root, ScenarioSpec)
    except RecursionError:  # pragma: no cover  (depth is limited when the text is read)
        found = [Problem(root.position, "", "is nested too deep")]
    # A world that isn't there, or a misplaced path, is reported once.
    taken = {problem.position for problem in problems}
    problems += [problem for problem in found if problem.position not in taken]
    return None


def _hidden(root: Node, put: list[Path_], names: Names | None) -> list[Problem]:
    """Faults of values that a distribution from `uncertain` has replaced."""
    section = root.get("uncertain")
    assert section is not None
    kept = {path: node for path, node in section.items() if path.split(".")[0].split("[")[0] not in TREE_SECTIONS}
    entries = {key: node for key, node in root.items() if key != "uncertain"}
    entries["uncertain"] = Node(kept, section.position, section.key_positions)
    found: list[Problem] = []
    _validated(Node(entries, root.position, root.key_positions), names, found)
    replaced = {path_text(path) for path in put if find(root, path) is not None}
    return [problem for problem in found if any(problem.path.startswith(path) for path in replaced)]


def _tidied(root: Node) -> Node:
    """Sections that stand there empty (everything under them commented out) count as left out."""
    entries = {key: node for key, node in root.items() if not (key in SECTIONS and node.value is None)}
    return Node(entries, root.position, root.key_positions, root.size)


def _worlds(path: Path, root: Node) -> tuple[list[LoadedWorld], list[Problem]]:
    node = root.get("world")
    items = () if node is None else node.value if isinstance(node.value, tuple) else (node,)
    worlds: list[LoadedWorld] = []
    problems: list[Problem] = []
    seen: set[Path] = set()
    for item in items:
        if not isinstance(item.value, str):
            continue  # the typed model says what is wrong with it
        folder = find_world(item.value, Path(item.position.file).parent)
        folder = folder or find_world(item.value, path.parent)
        if folder is None:
            problems.append(Problem(item.position, "world", unknown_world(item.value)))
            continue
        if folder.resolve() in seen:
            problems.append(Problem(item.position, "world", f"{item.value} stands there twice"))
            continue
        seen.add(folder.resolve())
        try:
            worlds.append(read_world(str(folder)))
        except Problems as error:
            problems += error.problems
    return worlds, problems


TREE_SECTIONS = ("events", "policies", "outlook", "baseline")


def _uncertain_paths(root: Node) -> tuple[Node, list[Path_], list[Problem]]:
    """Distributions given for numbers of the file itself are put where those numbers stand.

    Returns the tree, the paths put in, and what was wrong with them.
    """
    section = root.get("uncertain")
    if section is None or not isinstance(section.value, dict):
        return root, [], []
    problems = []
    kept = dict(section.value)
    put: list[Path_] = []
    for path, node in section.items():
        if path.split(".")[0].split("[")[0] not in TREE_SECTIONS:
            continue
        del kept[path]
        fault = _not_a_distribution(node)
        if fault:
            problems.append(Problem(node.position, f"uncertain.{path}", fault))
            continue
        try:
            steps = split_path(path)
            if find(root, steps[:1]) is None and steps[0] != "baseline":  # the world's numbers are there in any case
                raise PathError(f"there is no section {steps[0]} in this file")
            root = set_value(root, steps, node)
            put.append(numbered(root, steps))
        except PathError as error:
            problems.append(Problem(section.key_positions[path], f"uncertain.{path}", str(error)))
    entries = dict(root.value) if isinstance(root.value, dict) else {}
    entries["uncertain"] = Node(kept, section.position, section.key_positions, section.size)
    return Node(entries, root.position, root.key_positions, root.size), put, problems


def _not_a_distribution(node: Node) -> str:
    if not isinstance(node.value, dict):
        return "must be a distribution like {uniform: [low, high]}; plain numbers belong where they stand"
    if node.get("scale") is not None:
        return "scale works on a world's numbers; write the distribution of this number itself"
    return ""


def origins(loaded: Loaded) -> Iterator[tuple[str, str, Position]]:
    """(path, value, where it was written) of every value of the scenario."""
    from ..language.layers import leaves

    for path, node in leaves(loaded.root):
        yield path_text(path), _flat(node), node.position


def _flat(node: Node) -> str:
    if isinstance(node.value, tuple):
        return "[" + ", ".join(_flat(item) for item in node.value) + "]"
    if isinstance(node.value, dict):
        return "{" + ", ".join(f"{key}: {_flat(item)}" for key, item in node.value.items()) + "}"
    return "" if node.value is None else node.value
