"""Which of several changes of a world's numbers holds for a cell: the one that names more.

The order of lines, sections of a file and layers carries no meaning. Of the values given for a cell the one holds
that names most dimensions; of two that name equally many, the one that names the earlier dimension (as in the tables of
a world); of two that name the same dimensions, the one for fewer cells (a country before its group). Two that overlap
otherwise contradict each other and are refused. A scale multiplies what would hold without it, unless a value that
names more stands for the cell. What `uncertain` gives for the very cells of a `baseline` change holds; a scale of one section
multiplies what the other gives.

Rows of own tables (`baseline: {tables: ...}`, see `tables`) are the world's rows by the time all this is applied: what the
file itself says holds over them, a scale multiplies them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..language.numbers import Num
from .baseline import Override
from .cells import bounds, covers
from .parameters import PARAMETER_BY_NAME
from .resolved import Key

if TYPE_CHECKING:
    from .apply import Draft

BASELINE, UNCERTAIN = "baseline", "uncertain"
SECTIONS = (BASELINE, UNCERTAIN)
Rank = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Change:
    """An override in one section, for the cells it has in this world."""

    section: str
    override: Override
    keys: frozenset[Key]
    singles: int  # dimensions in which one thing is named, not a group

    @property
    def dims(self) -> tuple[bool, ...]:
        """Which dimensions are named (the same in all its cells)."""
        return tuple(bool(part) for part in next(iter(self.keys))[1:])

    @property
    def rank(self) -> Rank:
        """Larger holds before smaller, where both cover a cell."""
        mask = 0
        for named in self.dims:
            mask = 2 * mask + int(named)
        return (sum(map(int, self.dims)), mask, -len(self.keys), self.singles, SECTIONS.index(self.section))

    @property
    def where(self) -> tuple[str, str]:
        return self.section, self.override.path


def changes_of(section: str, overrides: Iterable[Override], names: frozenset[str]) -> Iterator[Change]:
    """Overrides with the cells they have in a world; those that name nothing in it are passed over."""
    for override in overrides:
        keys = frozenset(key for key in override.keys if all(not part or part in names for part in key[1:]))
        if keys:
            written = override.path.split(".")[1:]
            yield Change(section, override, keys, len([name for name in written if name in names]))


def apply_changes(draft: Draft, changes: Sequence[Change]) -> None:
    """Put all changes of both sections into a world's numbers, whatever their order."""
    listed = sorted(changes, key=lambda change: (change.rank, change.override.path))
    for scale in (False, True):
        _refuse_contradictions(draft, [change for change in listed if change.override.scale == scale])
    if draft.faults:
        return
    setter: dict[Key, Change] = {}
    for change in listed:
        if not change.override.scale:
            _put(draft, change, setter)
    scales = [change for change in listed if change.override.scale]
    for change in scales:
        for key in sorted(change.keys):
            _give_rows(draft, change, key, setter)
    _multiply(draft, scales, setter)


# --- contradictions -------------------------------------------------------------------------------
def _refuse_contradictions(draft: Draft, changes: Sequence[Change]) -> None:
    """Two changes of one section that name the same dimensions, overlap, and are neither one inside the other."""
    for number, first in enumerate(changes):
        for second in changes[number + 1 :]:
            if (first.section, first.dims) != (second.section, second.dims):
                continue
            shared = first.keys & second.keys
            if not shared or _same(first, second) or _inside(first, second):
                continue
            cell = " ".join(part for part in min(shared)[1:] if part)
            mine, other = sorted((first, second), key=lambda change: change.override.path, reverse=True)
            draft.fault(
                mine.section,
                mine.override.path,
                f"contradicts {other.override.path}: both give a number for {cell}; give {cell} its own",
            )


def _same(first: Change, second: Change) -> bool:
    return first.override.value == second.override.value


def _inside(first: Change, second: Change) -> bool:
    """Whether one is about a part of what the other covers (of a group of one, the name before the group)."""
    if first.keys == second.keys:
        return first.singles != second.singles
    return first.keys < second.keys or second.keys < first.keys


# --- values ---------------------------------------------------------------------------------------
def _put(draft: Draft, change: Change, setter: dict[Key, Change]) -> None:
    """Put a value in place of every cell it covers; wider changes have been put before."""
    number = draft.number(change.override.value, change.override.path, *bounds(min(change.keys)))
    for key in change.keys:
        for old in [old for old in draft.values if old[0] == key[0] and old not in setter]:
            if covers(key, old):
                del draft.values[old]
            else:
                # A row of the world that names more, but not all that the change names, would win on what they share.
                shared = meet(key, old)
                if shared is not None and shared not in setter and _named(old) > _named(key) and shared != key:
                    draft.values[shared] = number
                    setter[shared] = change
        draft.values[key] = number
        setter[key] = change
        if key[0] == "trade_share":
            draft.fixed_lanes.add(key)


def meet(first: Key, second: Key) -> Key | None:
    """The cells two patterns share, if any."""
    if any(a and b and a != b for a, b in zip(first[1:], second[1:], strict=True)):
        return None
    return (first[0], *(a or b for a, b in zip(first[1:], second[1:], strict=True)))


def _named(key: Key) -> int:
    return len([part for part in key[1:] if part])


# --- scales ---------------------------------------------------------------------------------------
def _give_rows(draft: Draft, change: Change, key: Key, setter: dict[Key, Change]) -> None:
    """Rows of their own for what a scale covers but a wider row, or one that crosses it, holds for now."""
    parameter = PARAMETER_BY_NAME[key[0]]
    rows = [row for row in draft.values if row[0] == key[0]]
    if parameter.creates:
        if not any(covers(key, row) for row in rows):
            draft.fault(change.section, change.override.path, "there is nothing to scale in this world")
        return
    cells = {key}
    for row in rows:
        cells |= {shared for cell in cells if (shared := meet(cell, row)) is not None}
    found = {cell: _holder(rows, cell) for cell in cells if cell not in draft.values}
    for cell, holder in found.items():
        if holder is not None:
            draft.values[cell] = draft.values[holder]
            if holder in setter:
                setter[cell] = setter[holder]
        elif parameter.default is not None:
            draft.values[cell] = parameter.default


def _holder(rows: Sequence[Key], cell: Key) -> Key | None:
    """The row that holds for a cell: of those that cover it, the one that names most, the earlier dimension first."""
    fitting = [row for row in rows if covers(row, cell)]
    return max(fitting, key=lambda row: (_named(row), [bool(part) for part in row[1:]]), default=None)


def _multiply(draft: Draft, scales: Sequence[Change], setter: dict[Key, Change]) -> None:
    factors: dict[tuple[str, str], Num] = {}
    for change in scales:
        column = change.override.path
        while column in draft.columns:  # the draw of what it multiplies keeps its name
            column += ".scale"
        factors[change.where] = draft.number(change.override.value, column, 0.0, float("inf"))
    held = {parameter for change in scales for parameter in {key[0] for key in change.keys}}
    for row in [row for row in draft.values if row[0] in held]:
        for section in SECTIONS:
            fitting = [
                change
                for change in scales
                if change.section == section
                and any(covers(key, row) for key in change.keys)
                and _reaches(change, setter.get(row))
            ]
            if fitting:
                best = max(fitting, key=lambda change: change.rank)
                draft.values[row] = draft.values[row] * factors[best.where]


def _reaches(scale: Change, value: Change | None) -> bool:
    """Whether a scale multiplies a row: one of the world, or one given for more than the scale names."""
    if value is None:
        return True
    same_cells = scale.keys == value.keys and scale.section != value.section
    return same_cells or scale.rank[:4] > value.rank[:4]
