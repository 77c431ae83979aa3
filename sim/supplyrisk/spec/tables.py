"""Own numbers from tables: `baseline: {tables: [FILE.csv, FILE.xlsx]}` lays rows over the world.

Rows have the columns of a world's tables and pass the same checks. They take the place of the world's rows before
anything else of the scenario is applied, so that what the file itself says in `baseline` or `uncertain` holds over
them as it holds over the world (see `precedence`); among rows the one that names more dimensions holds, as in
every table of a world. A row with the world's number changes nothing but, where it gives another one, the source. Trade
shares stay as stated; the buyer's suppliers whose rows are not changed make room for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..bounded import path_is_file, path_is_folder, within_reach
from ..errors import Position, Problem, Problems, did_you_mean
from ..language.names import Names, merged
from ..language.numbers import Num, Sampled
from ..language.text import Node
from ..sums import add_up
from .apply import OUTPUT, TRADE, Draft, close_unused_lanes
from .baseline import Override, ShareOverride
from .cells import cells_of, covers
from .facts import Fact, read_table
from .resolved import Key
from .workbook_rows import read_workbook
from .worldchecks import SHARE_TOLERANCE, check_world
from .worldfile import Laid, LoadedWorld, sampled_column

KEY = "tables"
READERS = {".csv": read_table, ".xlsx": read_workbook}
SAME = 1e-12  # relative difference of two numbers that are the same


@dataclass(frozen=True)
class Tables:
    """What the tables of a scenario say, and which files they are."""

    facts: tuple[tuple[Fact, ...], ...] = ()  # one entry per file
    files: tuple[Path, ...] = ()


def lay(root: Node, path: Path, worlds: Sequence[LoadedWorld]) -> tuple[list[LoadedWorld], list[Problem]]:
    """The worlds with the rows of the scenario's tables, and what is wrong with those.

    Parameters
    ----------
    root : Node
        The scenario, all layers merged.
    path : Path
        The scenario file, from which paths count that are set from outside.
    """
    node = (root.get("baseline") or Node(None, root.position)).get(KEY)
    if node is None or not worlds:
        return list(worlds), []
    problems: list[Problem] = []
    tables = _read(node, path, merged([world.names for world in worlds]), problems)
    if problems:
        return list(worlds), problems
    found = []
    for world in worlds:
        try:
            found.append(_laid(world, tables, node.position))
        except Problems as error:
            problems += error.problems
            found.append(world)
    return found, problems


# --- reading --------------------------------------------------------------------------------------
def _read(node: Node, path: Path, names: Names, problems: list[Problem]) -> Tables:
    items = node.value if isinstance(node.value, tuple) else (node,)
    files: list[Path] = []
    facts: list[tuple[Fact, ...]] = []
    for item in items:
        if not isinstance(item.value, str):
            continue  # the typed model says what is wrong with it
        file = _find(item, path, problems)
        if file is None:
            continue
        if file.resolve() in {other.resolve() for other in files}:
            problems.append(Problem(item.position, f"baseline.{KEY}", f"{item.value} stands there twice"))
            continue
        files.append(file)
        facts.append(tuple(READERS[file.suffix.lower()](file, str(file), names, problems)))
        problems += _twice(facts[-1])
    return Tables(tuple(facts), tuple(files))


def _find(item: Node, path: Path, problems: list[Problem]) -> Path | None:
    """The file that is meant, from the folder of the file in which its name is written."""
    assert isinstance(item.value, str)
    try:
        written_in = Path(item.position.file)  # or --set, which counts from the scenario
        file = _file(item.value, (written_in if path_is_file(written_in) else path).parent)
    except ValueError as error:
        problems.append(Problem(item.position, f"baseline.{KEY}", str(error)))
        return None
    return file


def _file(written: str, folder: Path) -> Path:
    if not written.strip() or "\0" in written:
        raise ValueError("must be the path of a table (.csv or .xlsx)")
    file = folder / written
    if path_is_folder(file):
        raise ValueError(f"is a folder; name the tables in it (got {written})")
    if file.suffix.lower() not in READERS:
        raise ValueError(f"must be a table as .csv or .xlsx (got {written})")
    if not path_is_file(file):
        near = file.parent.glob("*") if within_reach(file.parent) else ()
        beside = [other.name for other in near if other.suffix.lower() in READERS]
        raise ValueError(f"no such file (got {written}, looked for at {file}){did_you_mean(file.name, beside, 0)}")
    return file


def _twice(facts: Iterable[Fact]) -> Iterator[Problem]:
    """Rows of one file for the same cell."""
    seen: dict[Key, Fact] = {}
    for fact in facts:
        first = seen.setdefault(fact.key, fact)
        if first is not fact:
            yield Problem(fact.position, fact.path, f"given twice (first at {first.position})")


# --- laying ---------------------------------------------------------------------------------------
def _laid(world: LoadedWorld, tables: Tables, at: Position) -> LoadedWorld:
    """A world with the rows that name what it has."""
    own = {fact.key: fact for fact in world.facts}
    known = {"", *world.names.countries, *world.names.products, *world.names.end_uses}
    changes: dict[Key, Fact] = {}
    problems: list[Problem] = []
    for facts in tables.facts:
        for fact in facts:
            shipped = own.get(fact.key)
            if not set(fact.key[1:]) <= known or (shipped is not None and _same_row(fact, shipped)):
                continue
            other = changes.get(fact.key)
            number = same_number(fact, shipped)
            if other is not None and number and not same_number(other, shipped):
                continue  # the other table changes the number, this one has the world's
            if other is not None and not (number or same_number(other, shipped) or same_number(fact, other)):
                message = f"given twice with different numbers ({other.value:g} at {other.position})"
                problems.append(Problem(fact.position, fact.path, message))
                continue
            changes[fact.key] = fact
    if problems:
        raise Problems(problems)
    if not changes:
        return replace(world, files=(*world.files, *tables.files))
    laid = tuple(Laid(fact, own.get(key), same_number(fact, own.get(key))) for key, fact in changes.items())
    draft = Draft(dict(world.world.values), dict(world.columns))
    _put(draft, [item.fact for item in laid if not item.is_same])
    _make_room(world, draft, laid, at)
    facts = (
        *(changes.get(fact.key, fact) for fact in world.facts),
        *(f for key, f in changes.items() if key not in own),
    )
    used = {name for value in draft.values.values() if isinstance(value, Sampled) for name in value.columns}
    return replace(
        world,
        world=replace(world.world, values=draft.values),
        facts=facts,
        columns={name: column for name, column in draft.columns.items() if name in used},
        files=(*world.files, *tables.files),
        laid=laid,
        shipped=world,
    )


def _same_row(fact: Fact, other: Fact) -> bool:
    """Whether a row says what the world's does, its source included."""
    said = ("group", "year", "source", "confidence", "note")
    return same_number(fact, other) and all(getattr(fact, name) == getattr(other, name) for name in said)


def same_number(fact: Fact, other: Fact | None) -> bool:
    """Whether two rows give one number, drawn alike."""
    if other is None or fact.group != other.group or (fact.uncertain is None) != (other.uncertain is None):
        return False
    mine, its = [fact.value], [other.value]
    if fact.uncertain is not None and other.uncertain is not None:
        if fact.uncertain.kind != other.uncertain.kind or len(fact.uncertain.args) != len(other.uncertain.args):
            return False
        mine += fact.uncertain.args
        its += other.uncertain.args
    return all(abs(a - b) <= SAME * max(abs(a), abs(b)) for a, b in zip(mine, its, strict=True))


def _put(draft: Draft, facts: Iterable[Fact]) -> None:
    """Put rows in the place of the world's."""
    for fact in facts:
        number: Num = fact.value
        if fact.uncertain is not None:
            draft.columns[fact.path] = sampled_column(fact.path, fact.uncertain, fact.group, fact.value, fact.key)
            number = Sampled(fact.path)
        draft.values[fact.key] = number
        if fact.key[0] == TRADE:
            draft.fixed_lanes.add(fact.key)


def _make_room(world: LoadedWorld, draft: Draft, laid: Sequence[Laid], at: Position) -> None:
    """Let trade shares sum to one again, and see that the chain still closes."""
    positions = {item.fact.key: item.fact.position for item in laid}
    _round_off(draft)
    close_unused_lanes(draft)
    problems = []
    for _, path, message in draft.faults:
        key = tuple(path.split("."))
        problems.append(Problem(positions.get(key, at), path, message))
    draft.faults.clear()
    if not problems:
        problems = check_world(world.spec, world.names, draft.structural(), positions, at, changed=True)
    if problems:
        raise Problems(problems)


def _round_off(draft: Draft) -> None:
    """Buyers of whom every supplier is stated: shares that sum to one but for rounding sum to it exactly."""
    lanes: dict[tuple[str, str], list[Key]] = {}
    for key, _ in cells_of(draft.values, TRADE):
        lanes.setdefault((key[1], key[3]), []).append(key)
    for keys in lanes.values():
        stated = [key for key in keys if key in draft.fixed_lanes]
        total = add_up(draft.central(draft.values[key]) for key in stated)
        open_lanes = [key for key in keys if key not in draft.fixed_lanes and draft.central(draft.values[key]) > 0.0]
        if stated and not open_lanes and 0.0 < abs(total - 1.0) <= SHARE_TOLERANCE:
            for key in stated:
                draft.values[key] = draft.values[key] * (1.0 / total)


# --- what it did ----------------------------------------------------------------------------------
def table_notes(
    world: LoadedWorld, overrides: Sequence[Override], shares: Sequence[ShareOverride]
) -> Iterator[Problem]:
    """What is worth knowing of rows that were laid: those that do not hold, and suppliers that made room.

    Parameters
    ----------
    overrides, shares : sequences
        What the file itself says in `baseline` and `uncertain`.
    """
    if world.shipped is None:
        return
    before = {fact.key: fact.value for fact in world.shipped.facts}
    stated = {item.fact.key: item.fact for item in world.laid if not item.is_same}
    for fact in stated.values():
        yield from _not_holding(fact, before, stated, overrides, shares)
    yield from _room_made(before, list(stated.values()))


def _not_holding(
    fact: Fact,
    before: Mapping[Key, float],
    stated: Mapping[Key, Fact],
    overrides: Sequence[Override],
    shares: Sequence[ShareOverride],
) -> Iterator[Problem]:
    """Where something else holds than a row: narrower rows of the world, or what the scenario file says."""
    narrower = [key for key in before if key != fact.key and covers(fact.key, key) and key not in stated]
    if narrower:
        many = len(narrower) > 1
        rows = f"{len(narrower)} rows of the world, which name more, still hold"
        yield Problem(fact.position, fact.path, rows if many else "1 row of the world, which names more, still holds")
    over = [each.path for each in overrides if not each.scale and any(covers(key, fact.key) for key in each.keys)]
    if fact.key[0] == OUTPUT:
        over += [each.path for each in shares if fact.key[1] in each.products and fact.key[2] in each.countries]
    if over:
        yield Problem(fact.position, fact.path, f"does not hold: the scenario itself gives {min(over)}")


def _room_made(before: Mapping[Key, float], stated: Sequence[Fact]) -> Iterator[Problem]:
    """Buyers whose other suppliers made room for stated shares."""
    buyers: dict[tuple[str, str], list[Fact]] = {}
    for fact in stated:
        if fact.key[0] == TRADE:
            buyers.setdefault((fact.key[1], fact.key[3]), []).append(fact)
    for buyer, facts in buyers.items():
        keys = {fact.key for fact in facts}
        others = [v for k, v in before.items() if k[0] == TRADE and (k[1], k[3]) == buyer and k not in keys]
        held, left = add_up(others), 1.0 - add_up(fact.value for fact in facts)
        if held > 0.0 and abs(left - held) > SHARE_TOLERANCE / 4:
            message = (
                f"the other suppliers of {buyer[1]} make room: {held * 100:.1f} % in the world, {left * 100:.1f} % now"
            )
            yield Problem(facts[0].position, facts[0].path, message)
