"""Loads a world: a folder with `world.yaml` (structure) and CSV tables (numbers)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ..bounded import path_is_file
from ..errors import Position, Problem, Problems, did_you_mean
from ..language.names import ALL, Names
from ..language.numbers import Num, Sampled
from ..language.problems import find, from_validation, place
from ..language.text import Node, path_text, read_file
from ..language.uncertain import Uncertain
from .cells import bounds, cells_of
from .facts import DIMS, Fact, read_table
from .outlooks import Today, read_today
from .resolved import EndUse, Key, Product, SampledColumn, World
from .worldchecks import check_world
from .worldmodel import WorldSpec

if TYPE_CHECKING:
    import pandas as pd

# What stands in paths, tables and lists separated by blanks.
CODE = re.compile(r"[A-Za-z0-9]{1,12}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
STAGE = re.compile(r"[\w-]+( [\w-]+)*")
RESERVED = (ALL, "rest", "world")
SHIPPED = Path(__file__).parent.parent / "worlds"
# Tables beside a world's numbers, which no run reads.
BESIDE = ("history.csv", "effects.csv", "recorded.csv")


@dataclass(frozen=True)
class Laid:
    """A row of a scenario's own tables (see `tables`): `shipped` is the world's row in whose place it stands."""

    fact: Fact
    shipped: Fact | None
    is_same: bool  # the world's number, with another source


@dataclass(frozen=True)
class LoadedWorld:
    """A world with everything known about its numbers."""

    world: World
    names: Names
    facts: tuple[Fact, ...]
    columns: Mapping[str, SampledColumn]
    folder: Path
    files: tuple[Path, ...]
    spec: WorldSpec
    laid: tuple[Laid, ...] = ()
    today: Today | None = None
    shipped: LoadedWorld | None = None  # the world before rows were laid over it

    def numbers(self) -> pd.DataFrame:
        """Every number of the world as a table, one row per fact.

        Returns
        -------
        DataFrame
            `parameter`, `product`, `input`, `country`, `partner`, `end_use` (empty where it has none), `value`, `unit`,
            `low` and `high` (what is drawn lies between them; NaN for a number that is certain), `year`, `source`,
            `confidence`, `note`.
        """
        import pandas as pd

        names = ("parameter", *DIMS, "value", "unit", "low", "high", "year", "source", "confidence", "note")
        return pd.DataFrame([fact.row() for fact in self.facts], columns=list(names))

    @property
    def before(self) -> LoadedWorld:
        """The world as it was shipped."""
        return self.shipped or self


def shipped_worlds() -> tuple[str, ...]:
    """Names of the worlds that come with the program."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/world.yaml")))


def find_world(name: str, base: Path | None = None) -> Path | None:
    """Folder of a world: a shipped one, or a path (relative to `base`)."""
    if not name or "\0" in name:
        return None
    if "/" not in name and path_is_file(SHIPPED / name / "world.yaml"):
        return SHIPPED / name
    candidate = (base or Path()) / name
    return candidate if path_is_file(candidate / "world.yaml") else None


def unknown_world(name: str) -> str:
    """Message for a world that is not there."""
    known = shipped_worlds()
    return f"no such world (got {name}){did_you_mean(name, known, 20)}; or write a path to a world's folder"


def tables_of(folder: Path) -> list[Path]:
    """The tables of a world's numbers."""
    return sorted(path for path in folder.glob("*.csv") if path.name not in BESIDE)


def load_world_folder(folder: Path, shown: str = "") -> LoadedWorld:
    """Load a world.

    Raises
    ------
    Problems
        All faults of its files at once.
    """
    shown = shown or str(folder)
    root = read_file(folder / "world.yaml", f"{shown}/world.yaml")
    try:
        spec = WorldSpec.model_validate(root.plain())
    except ValidationError as error:
        raise Problems(from_validation(error, root, WorldSpec)) from None
    problems: list[Problem] = list(_structure_problems(spec, root))
    if problems:
        raise Problems(problems)
    names = _names(folder.name, spec)
    tables = tables_of(folder)
    facts: list[Fact] = []
    for table in tables:
        facts += read_table(table, f"{shown}/{table.name}", names, problems)
    problems += _duplicates(facts)
    values = {fact.key: fact.value for fact in facts}
    at_file = Position(f"{shown}/world.yaml", 1, 1)
    if not problems:
        problems += check_world(spec, names, values, {fact.key: fact.position for fact in facts}, at_file)
    if problems:
        raise Problems(problems)
    return _assemble(folder, shown, spec, names, facts, tables)


def _structure_problems(spec: WorldSpec, root: Node) -> list[Problem]:
    found: list[Problem] = []

    def fault(message: str, *path: str | int, key: bool = False) -> None:
        found.append(Problem(place(root, path, key), path_text(path), message))

    for section in ("countries", "zones", "products", "end_uses"):
        if not getattr(spec, section):
            fault("names nothing", section, key=True)
    for code in spec.countries:
        if not CODE.fullmatch(code) or code in RESERVED:
            fault(
                f"a country code must be up to 12 letters and digits, not {' or '.join(RESERVED)} (got {code})",
                "countries",
                code,
                key=True,
            )
    for section in ("groups", "zones"):
        for name in getattr(spec, section):
            if not NAME.fullmatch(name) or name in RESERVED:
                fault(
                    f"a name must be up to 40 letters, digits, _ and -, not {' or '.join(RESERVED)} (got {name})",
                    section,
                    name,
                    key=True,
                )
    for name, members in spec.groups.items():
        if name in spec.countries:
            fault(f"{name} is already the name of a country", "groups", name, key=True)
        elif name in spec.zones:
            fault(f"{name} is already the name of a price zone", "groups", name, key=True)
        for index, code in enumerate(members):
            if code not in spec.countries:
                _unknown(fault, root, code, spec.countries, "groups", name, index)
    _zone_problems(spec, root, fault)
    ids = {"products": [item.id for item in spec.products], "end_uses": [item.id for item in spec.end_uses]}
    for section, listed in ids.items():
        for index, name in enumerate(listed):
            if name in listed[:index]:
                fault(f"a second {name}", section, index, "id")
    _same_names(spec, fault)
    before: list[str] = []
    for index, product in enumerate(spec.products):
        if not STAGE.fullmatch(product.stage) or product.stage == ALL:
            fault(
                f"must be words of letters, digits, _ and - and not {ALL} (got {product.stage})",
                "products",
                index,
                "stage",
            )
        for number, name in enumerate(product.inputs):
            if name not in before:
                later = name in {other.id for other in spec.products}
                hint = "; an input must be listed before what is made from it" if later else did_you_mean(name, before)
                fault(f"unknown input (got {name}){hint}", "products", index, "inputs", number)
        before.append(product.id)
    return found


def _same_names(spec: WorldSpec, fault: Callable[..., None]) -> None:
    """Two countries, products or end uses that readers could not tell apart."""
    listed: tuple[tuple[tuple[str | int, ...], str], ...] = (
        *((("countries", code), name) for code, name in spec.countries.items()),
        *((("products", index, "name"), item.name) for index, item in enumerate(spec.products)),
        *((("end_uses", index, "name"), item.name) for index, item in enumerate(spec.end_uses)),
    )
    seen: set[tuple[str | int, str]] = set()
    for path, name in listed:
        if (path[0], name) in seen:
            fault(f"a second one called {name}", *path)
        seen.add((path[0], name))


def _unknown(fault, root: Node, code: str, known: Mapping[str, str], *path: str | int) -> None:  # type: ignore[no-untyped-def]
    at = path if find(root, path) is not None else path[:-1]
    fault(f"unknown country (got {code}){did_you_mean(code, known)}", *at)


def _zone_problems(spec: WorldSpec, root: Node, fault) -> None:  # type: ignore[no-untyped-def]
    seen: dict[str, str] = {}
    rests = [name for name, members in spec.zones.items() if members == ("rest",)]
    if len(rests) != 1:
        fault(f"exactly one zone must list rest (got {len(rests)})", "zones", key=True)
    elif set(spec.countries) <= {code for members in spec.zones.values() for code in members}:
        fault("has no country left: every one is in another zone", "zones", rests[0], key=True)
    for name, members in spec.zones.items():
        for index, code in enumerate(members):
            if members == ("rest",):
                continue
            if code not in spec.countries:
                _unknown(fault, root, code, spec.countries, "zones", name, index)
            elif code in seen:
                fault(f"{code} is already in zone {seen[code]}", "zones", name, key=True)
            seen[code] = name


def _names(folder: str, spec: WorldSpec) -> Names:
    taken = {code for members in spec.zones.values() for code in members}
    rest = tuple(code for code in spec.countries if code not in taken)
    stages: dict[str, tuple[str, ...]] = {}
    for product in spec.products:
        stages[product.stage] = (*stages.get(product.stage, ()), product.id)
    return Names(
        world=folder,
        countries=dict(spec.countries),
        groups=dict(spec.groups),
        zones={name: rest if members == ("rest",) else members for name, members in spec.zones.items()},
        products={product.id: product.name for product in spec.products},
        stages=stages,
        end_uses={use.id: use.name for use in spec.end_uses},
    )


def _duplicates(facts: list[Fact]) -> list[Problem]:
    seen: dict[Key, Fact] = {}
    found = []
    for fact in facts:
        first = seen.setdefault(fact.key, fact)
        if first is not fact:
            found.append(Problem(fact.position, fact.path, f"given twice (first at {first.position})"))
    return found


def _assemble(
    folder: Path, shown: str, spec: WorldSpec, names: Names, facts: list[Fact], tables: list[Path]
) -> LoadedWorld:
    values: dict[Key, Num] = {}
    columns: dict[str, SampledColumn] = {}
    for fact in facts:
        if fact.uncertain is None:
            values[fact.key] = fact.value
        else:
            columns[fact.path] = sampled_column(fact.path, fact.uncertain, fact.group, fact.value, fact.key)
            values[fact.key] = Sampled(fact.path)
    _normalise_shares(values, {fact.key: fact.value for fact in facts})
    files = [folder / "world.yaml", *tables]
    used = {name for value in values.values() if isinstance(value, Sampled) for name in value.columns}
    world = World(
        name=folder.name,
        title=spec.title,
        base_year=spec.base_year,
        countries=tuple(spec.countries),
        country_names=dict(spec.countries),
        zones=tuple(spec.zones),
        zone_of={code: zone for zone, members in names.zones.items() for code in members},
        products=tuple(Product(p.id, p.name, p.stage, p.mass_basis, p.inputs, p.contract_index) for p in spec.products),
        end_uses=tuple(EndUse(use.id, use.name, use.is_stock) for use in spec.end_uses),
        values=values,
        # A group of one country is that country's other name; others are places of their own.
        groups={name: tuple(sorted(set(codes))) for name, codes in spec.groups.items() if len(set(codes)) > 1},
    )
    kept = {name: column for name, column in columns.items() if name in used}
    today = read_today(folder, shown)
    if today is not None:
        files.append(today.path)
    return LoadedWorld(world, names, tuple(facts), kept, folder, tuple(files), spec, today=today)


def sampled_column(
    name: str, uncertain: Uncertain, group: str, central: float | None, key: Key | None
) -> SampledColumn:
    """Design column of an uncertain number; `central` where the source states one."""
    low, high = bounds(key) if key is not None else (float("-inf"), float("inf"))
    middle = uncertain.central if central is None else central
    return SampledColumn(name, group or name, uncertain.kind, uncertain.args, middle, low, high)


def _normalise_shares(values: dict[Key, Num], central: Mapping[Key, float]) -> None:
    """Make the trade shares of each buyer sum to exactly one (rounding in the sources)."""
    sums: dict[tuple[str, str], float] = {}
    for key, value in cells_of(central, "trade_share"):
        buyer = (key[1], key[3])
        sums[buyer] = sums.get(buyer, 0.0) + value
    for key, share in list(cells_of(values, "trade_share")):
        total = sums[key[1], key[3]]
        if total > 0:
            values[key] = share / total
