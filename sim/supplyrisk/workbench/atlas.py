"""A world's numbers for reading and for changing: rows with sources, shares by country, own rows in a scenario."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..bounded import MAX_TABLE_BYTES
from ..errors import SupplyriskError
from ..language.quantity import Quantity
from ..language.text import Node
from ..report.world_tiles import COLUMNS, ROWS, TILES, place_of
from ..spec.apply import output_shares
from ..spec.cells import path_of
from ..spec.facts import CONFIDENCES, DIMS
from ..spec.load import laid, read_world
from ..spec.parameters import PARAMETER_BY_NAME
from ..spec.tables import READERS
from ..spec.worldtable import use_shares
from ..units import REGISTRY_UNITS
from .documents import Document, Documents, NotAllowed, below
from .edit import put
from .reading import Reading, check_text, is_exercise_text, is_study_text
from .vocabulary import parameters

PLACES = ("country", "partner")  # dimensions that are places
TABLES = "tables"  # folder for imported spreadsheets
MOST_TOLD = 100  # mistakes of a spreadsheet that are listed


@dataclass(frozen=True)
class Row:
    """A number of a world, for the table."""

    path: str
    parameter: str
    label: str
    what: str
    where: str
    value: float
    unit: str
    low: float | None
    high: float | None
    year: str
    source: str
    confidence: str
    note: str


def rows(world: str) -> list[Row]:
    """Every number of a world."""
    loaded = read_world(world)
    names: dict[str, str] = {**loaded.names.countries, **loaded.names.products, **loaded.names.end_uses}
    order = {name: number for number, name in enumerate(PARAMETER_BY_NAME)}
    found = []
    for fact in sorted(loaded.facts, key=lambda fact: order[fact.key[0]]):
        said = dict(zip(("parameter", *DIMS), fact.row(), strict=False))
        named = {dim: names.get(str(said[dim]), str(said[dim])) for dim in DIMS if said[dim]}
        what = " · ".join(named[dim] for dim in DIMS if dim in named and dim not in PLACES)
        where = ", with ".join(named[dim] for dim in PLACES if dim in named)
        low, high = fact.uncertain.support() if fact.uncertain else (None, None)
        label = parameters()[fact.key[0]]["label"]
        text = (fact.year, fact.source, fact.confidence, fact.note)
        found.append(Row(fact.path, fact.key[0], label, what, where, fact.value, fact.unit, low, high, *text))
    return found


def shares(world: str) -> dict[str, dict[str, float]]:
    """Countries' shares of the output of each product, and of the use of the final ones (`use of …`)."""
    loaded = read_world(world)
    values = {fact.key: fact.value for fact in loaded.facts}
    found = {}
    for product in loaded.world.products:
        found[product.name] = output_shares(values, product.id)
    for product in loaded.world.products:
        used = use_shares(values, product.id)
        if used:
            found[f"use of {product.name}"] = used
    return found


def tiles(world: str, by_country: Mapping[str, float]) -> list[dict[str, Any]]:
    """The map on squared paper: for each country its place, the place of the world that it belongs to, and that one's share."""
    names = read_world(world).names.countries
    found = []
    for code, (column, row) in TILES.items():
        place = place_of(code, set(names))
        share = by_country.get(place, 0.0) if place else 0.0
        own = place == code
        found.append(
            {"code": code, "column": column, "row": row, "share": share, "own": own, "name": names.get(place, "")}
        )
    return found


def size() -> tuple[int, int]:
    """Columns and rows of the map."""
    return COLUMNS, ROWS


def chain(world: str) -> list[dict[str, Any]]:
    """Stages of the chain in order, with their products and largest makers."""
    loaded = read_world(world)
    values = {fact.key: fact.value for fact in loaded.facts}
    stages: dict[str, list[dict[str, Any]]] = {}
    for product in loaded.world.products:
        made = sorted(output_shares(values, product.id).items(), key=lambda item: -item[1])[:3]
        top = [(loaded.names.countries[code], share) for code, share in made]
        inputs = [loaded.names.products[name] for name in product.inputs]
        stages.setdefault(product.stage, []).append({"name": product.name, "top": top, "inputs": inputs})
    return [{"stage": stage, "products": products} for stage, products in stages.items()]


# --- scenarios of a world -------------------------------------------------------------------------
Stamp = tuple[tuple[Path, int, int], ...]
_told: dict[Path, tuple[Stamp, tuple[str, ...]]] = {}


def worlds_of(documents: Documents, name: str) -> tuple[str, ...]:
    """The worlds that a scenario is played in, be it said in a file that it extends; none of what is no scenario."""
    path = below(documents.folder, name)
    if path in _told and _stamp(place for place, *_ in _told[path][0]) == _told[path][0]:
        return _told[path][1]
    text = path.read_text(encoding="utf-8", errors="replace")
    if is_study_text(text) or is_exercise_text(text):
        return ()
    try:
        with documents.confined():
            root = laid(text, path)
    except SupplyriskError:  # not kept: it may be mended in another file
        return ()
    node = root.get("world")
    items = (node,) if node is not None and isinstance(node.value, str) else node.value if node else ()
    said = tuple(str(item.value) for item in items) if isinstance(items, tuple) else ()
    _told[path] = (_stamp({path, *_files(root)}), said)
    return said


def _files(root: Node) -> set[Path]:
    """The files in which the nodes of a tree stand."""
    found: set[Path] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.position.file and Path(node.position.file).is_file():
            found.add(Path(node.position.file))
        values = node.value.values() if isinstance(node.value, dict) else node.value
        waiting += values if not isinstance(values, str) and isinstance(values, Iterable) else ()
    return found


def _stamp(files: Iterable[Path]) -> Stamp:
    """Changes whenever one of the files does."""
    found = []
    for path in sorted(files):
        try:
            stat = path.stat()
            found.append((path, stat.st_mtime_ns, stat.st_size))
        except OSError:
            found.append((path, 0, -1))
    return tuple(found)


def scenarios_of(documents: Documents, world: str) -> list[str]:
    """The scenarios below the folder that are played in a world: own numbers for it can go into these."""
    found = []
    for name in documents.names():
        if not name.startswith("outputs/"):
            with contextlib.suppress(SupplyriskError, OSError):
                found += [name] if world in worlds_of(documents, name) else []
    return found


def first_world(documents: Documents, name: str, known: tuple[str, ...]) -> str:
    """The world to show: that of the scenario that was opened last, else of the one that was changed last."""
    for each in (*([name] if name else ()), *newest(documents)):
        with contextlib.suppress(SupplyriskError, OSError):
            if found := [world for world in worlds_of(documents, each) if world in known]:
                return found[0]
    return known[0]


def newest(documents: Documents) -> list[str]:
    """The files that can be edited, the one that was changed last first."""
    times = {}
    for name in documents.names():
        with contextlib.suppress(OSError):
            times[name] = (documents.folder / name).stat().st_mtime
    return sorted((name for name in times if not name.startswith("outputs/")), key=lambda name: -times[name])


# --- into a scenario ------------------------------------------------------------------------------
def written_value(path: str, value: float, unit: str) -> str:
    """A world's number as a scenario writes it: shares as percentages, with its unit otherwise."""
    units = parameters()[path.split(".")[0]]["units"]
    if unit in ("share", "ratio") and "%" in units:
        return f"{value * 100:.6g} %"
    return f"{value:.6g} {unit}" if unit in units else f"{value:.6g}"


def own_numbers(documents: Documents, document: Document, world: str) -> dict[str, float]:
    """The numbers of a scenario, by path, that are not the world's; none while it can't be read.

    Those that it gives itself, by its tables or scaled, and those that follow from them.
    """
    try:
        with documents.confined():
            loaded = documents.loadings.scenario(document.text, document.path)
    except SupplyriskError:
        return {}
    known = {fact.key for fact in read_world(world).facts}
    return {
        path_of(key): value
        for resolution in loaded.resolutions
        if resolution.scenario.world.name == world
        for key, value in resolution.after.items()
        if key in known and value != resolution.before.get(key)
    }


def with_number(
    documents: Documents, document: Document, path: str, value: str, source: str, confidence: str, note: str = ""
) -> str:
    """The text of a scenario with an own number in its `baseline`.

    Raises
    ------
    SupplyriskError
        If the value is none of that kind, there is no source, or the scenario would have a mistake that it had not before.
    """
    parts = path.split(".")
    parameter = PARAMETER_BY_NAME.get(parts[0])
    if parameter is None:
        raise SupplyriskError(f"there is no number called {parts[0]}")
    accepted, example = REGISTRY_UNITS[parameter.unit]
    quantity = Quantity(parameter.name, accepted, example, parameter.unit, parameter.low, parameter.high)
    try:
        quantity.number(value.strip())
    except ValueError as error:
        raise SupplyriskError(f"the value {error}") from None
    if not source.strip():
        raise SupplyriskError("say where the number comes from: a report, a survey, your own estimate")
    if confidence not in CONFIDENCES:
        raise SupplyriskError(f"the confidence is one of {', '.join(CONFIDENCES)}")
    entry = {"value": value.strip(), "source": source.strip(), "confidence": confidence}
    entry |= {"note": note.strip()} if note.strip() else {}
    text = put(document.text, ("baseline", *parts), entry).applied(document.text)
    return _without_new_mistakes(documents, document, text)


def with_table(documents: Documents, document: Document, name: str, content: bytes) -> str:
    """The text of a scenario with a table of own numbers, which is kept below `tables/` beside it.

    Raises
    ------
    SupplyriskError
        If the table can't be read or does not fit: every mistake with sheet and cell. The file is not kept then.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in READERS or Path(name).name != name:
        raise NotAllowed(f"{name}: a table is an .xlsx or a .csv file")
    if len(content) > MAX_TABLE_BYTES:
        raise NotAllowed(f"{name} is larger than {MAX_TABLE_BYTES // 1_000_000} MB")
    beside = document.path.parent.relative_to(documents.folder)
    file = below(documents.folder, (beside / TABLES / name).as_posix())
    if file.exists() and file.read_bytes() != content:
        raise SupplyriskError(f"{TABLES}/{name} stands there already and is another: name yours differently")
    new, no_folder = not file.exists(), not file.parent.exists()
    try:
        if new:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        before = _tables_of(document.text)
        listed = [*before, f"{TABLES}/{name}"] if f"{TABLES}/{name}" not in before else before
        value: Any = listed[0] if len(listed) == 1 else listed
        text = put(document.text, ("baseline", "tables"), value).applied(document.text)
        text = _without_new_mistakes(documents, document, text)
        _rows_in(file)
        return text
    except BaseException:  # a full disk too: nothing half of it stays
        if new:
            file.unlink(missing_ok=True)
        if no_folder:
            with contextlib.suppress(OSError):
                file.parent.rmdir()
        raise


def _rows_in(file: Path) -> None:
    """Refuse a table of which no row is left once its head is taken away; what else is wrong is told with the scenario."""
    if file.suffix.lower() == ".csv":
        with contextlib.suppress(UnicodeDecodeError):
            lines = file.read_text(encoding="utf-8-sig").splitlines()
            if len(lines) > 0 and not any(line.strip(" ,;") for line in lines[1:]):
                raise SupplyriskError(f"{TABLES}/{file.name}: holds no row below its first line; nothing was taken in")


def _tables_of(text: str) -> list[str]:
    from .pieces import plain_of, value_at

    there = value_at(plain_of(text), ("baseline", "tables"))
    return [there] if isinstance(there, str) else list(there or ())


def _without_new_mistakes(documents: Documents, document: Document, text: str) -> str:
    before, after = (_said(check_text(documents, document.name, each)) for each in (document.text, text))
    new = [line for line in after if line not in before]
    if new:
        more = [f"and {len(new) - MOST_TOLD:,} more mistakes of this kind"] if len(new) > MOST_TOLD else []
        raise SupplyriskError("\n".join([*new[:MOST_TOLD], *more]))
    return text


def _said(reading: Reading) -> list[str]:
    return [f"{each.file}: {each.said}" if each.file else each.said for each in reading.mistakes]
