"""Where each number of the world that is run comes from: the world's own rows, and what the scenario put in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .baseline import Override
from .cells import covers
from .facts import DIMS, Fact
from .load import Loaded
from .parameters import PARAMETER_BY_NAME
from .resolve import Resolution
from .resolved import Key
from .worldfile import Laid

COLUMNS = (
    *("what", "parameter", *DIMS, "value", "unit", "low", "high", "group"),
    *("year", "source", "confidence", "note", "stated_in"),
)
SCENARIO_FILE = "the scenario file"
NOT_STATED = "not stated"
BALANCED = "follows from the scenario's other numbers"


@dataclass(frozen=True)
class Row:
    """One number as it is run. `stated_in`: world, scenario where the scenario replaced the world's number, or table."""

    key: Key
    value: float | None
    low: float | None
    high: float | None
    group: str
    year: str
    source: str
    confidence: str
    note: str
    stated_in: str

    @property
    def cells(self) -> list[str | float]:
        """In the order of `COLUMNS`; a number that there is none of is left empty."""
        parameter = PARAMETER_BY_NAME[self.key[0]]
        dims = dict(zip(parameter.dims, self.key[1:], strict=True))
        numbers = ["" if x is None else x for x in (self.value, self.low, self.high)]
        head = [
            parameter.label,
            self.key[0],
            *(dims.get(dim, "") for dim in DIMS),
            numbers[0],
            parameter.unit,
            *numbers[1:],
        ]
        return [*head, self.group, self.year, self.source, self.confidence, self.note, self.stated_in]


def sources(loaded: Loaded, resolution: Resolution) -> Iterator[Row]:
    """Every number of a world as the scenario runs it, with its source and confidence.

    A number that the scenario states is the scenario's, with the source given there, or none; one that it
    scales, or that its shares move, keeps the world's source and says so.
    """
    changes = [*loaded.spec.baseline.overrides, *loaded.spec.uncertain.overrides]
    put = [(key, change) for change in changes if not change.scale for key in change.keys]
    own = {fact.key: fact for fact in resolution.world.facts}
    laid = {item.fact.key: item for item in resolution.world.laid}
    for key in resolution.scenario.world.values:
        if any(covers(pattern, key) for pattern, _ in put):
            continue
        fact = own.get(key)
        if fact is not None:
            row = _world_row(fact, changes, resolution.after)
            yield _table_row(row, laid[key]) if key in laid else row
        else:
            yield Row(key, resolution.after.get(key), None, None, "", "", BALANCED, NOT_STATED, "", "scenario")
    for key, change in put:
        yield _scenario_row(key, change)


def _world_row(fact: Fact, changes: list[Override], after: Mapping[Key, float]) -> Row:
    now = after.get(fact.key, fact.value)
    low, high = fact.uncertain.support() if fact.uncertain else (None, None)
    note = fact.note
    if abs(now - fact.value) > 1e-9 * max(abs(now), abs(fact.value)):
        scaled = [c for c in changes if c.scale and any(covers(key, fact.key) for key in c.keys)]
        how = "scaled by the scenario file" if scaled else "moved by the scenario's shares, or so that trade balances"
        given = "; ".join(c.source for c in scaled if c.source)
        note = "; ".join(part for part in (f"{fact.value:g} in the world's table, {how}", given, note) if part)
        low = high = None
    return Row(fact.key, now, low, high, fact.group, fact.year, fact.source, fact.confidence, note, "world")


def _table_row(row: Row, laid: Laid) -> Row:
    """A number from a table of the scenario, with the place it stands at and the world's it replaces."""
    world = "no number of the world" if laid.shipped is None else f"{laid.shipped.value:g} in the world's table"
    # Run folders are handed on: the file by its name, not by the folder it lay in.
    at = replace(laid.fact.position, file=Path(laid.fact.position.file).name)
    note = "; ".join(part for part in (f"{at}, {world}", row.note) if part)
    return replace(row, note=note, stated_in="table")


def _scenario_row(key: Key, change: Override) -> Row:
    value = change.value
    if isinstance(value, (int, float)):
        central, low, high = float(value), None, None
    else:
        central, (low, high) = value.central, value.support()
    source, confidence = change.source or SCENARIO_FILE, change.confidence or NOT_STATED
    return Row(key, central, low, high, "", "", source, confidence, change.note, "scenario")
