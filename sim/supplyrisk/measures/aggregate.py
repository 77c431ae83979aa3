"""From the engine's columns to the rows that are reported: names, order, and sums over places and uses.

An engine records one column per product and place, or per product, country and end use. What people
ask for are also the sums: a country, a price zone, the world, an end use everywhere. The index tables
are built once per model; a run then only gathers and adds, in an order fixed by the index, so that the
same series gives the same bits wherever and in whatever company it is aggregated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Index = NDArray[np.intp]
Groups = Mapping[str, Sequence[str]]  # name -> countries

ALL = "all"
WORLD = "world"
USER_VARIABLES = ("wanted_t", "shortage_unserved_t", "shortage_priced_out_t")


class Label(NamedTuple):
    """Product, place and end use of a row."""

    product: str
    place: str
    end_use: str


def lane_name(origin: str, destination: str) -> str:
    """How a lane is written in the column `place`."""
    return f"{origin}>{destination}"


@dataclass(frozen=True)
class Sums:
    """Sums of rows in groups, each in the order of its members.

    Few long groups, and groups whose rows lie side by side, are added one by one. Many short ones are added
    member by member, first the first rows of all groups, then the second ones: with the largest group first every
    round is one addition over a block of rows. (NumPy's `reduceat` along the first axis is five times slower than
    either.)
    """

    labels: tuple[Label, ...]
    groups: tuple[Index, ...]
    slices: tuple[slice, ...]  # the same, if the rows of every group lie side by side
    rounds: tuple[Index, ...]  # rows of the k-th members of the groups that have so many, largest group first
    back: Index  # where each group is among the sorted ones
    rows: Index  # all members, group after group
    group: Index  # group of each of them

    def of(self, table: Floats) -> Floats:
        """Sum the groups of a table (..., rows, time) -> (..., groups, time)."""
        total = np.empty((*table.shape[:-2], len(self.groups), table.shape[-1]))
        self.into(table, total)
        return total

    def into(self, table: Floats, total: Floats) -> None:
        """`of`, written to a table that is there already."""
        # (Over a single week NumPy would add in another order.)
        groups: Sequence[Any] = self.slices if self.slices and table.shape[-1] > 1 else self.groups
        if self.slices is groups or len(self.groups) <= len(self.rounds):
            quick = table.flags.c_contiguous and groups is self.groups
            for number, rows in enumerate(groups):
                some = table.take(rows, axis=-2, mode="clip") if quick else table[..., rows, :]
                np.add.reduce(some, axis=-2, out=total[..., number, :])
            return
        found = table[..., self.rounds[0], :]
        for rows in self.rounds[1:]:
            found[..., : len(rows), :] += table[..., rows, :]
        total[...] = found[..., self.back, :]

    def each(self, values: Floats) -> Floats:
        """Sum the groups of one number per row."""
        found = np.bincount(self.group, weights=values[self.rows], minlength=len(self.groups))
        return found.astype(np.float64, copy=False)

    def least(self, values: Floats) -> Floats:
        """Smallest number of each group, of one number per row."""
        found = np.full(len(self.groups), np.inf)
        np.minimum.at(found, self.group, values[self.rows])
        return found


def sums(members: Mapping[Label, Sequence[int]]) -> Sums:
    """Index tables of groups given as label -> rows."""
    groups = list(members.values())
    order = sorted(range(len(groups)), key=lambda g: -len(groups[g]))
    longest = max((len(group) for group in groups), default=0)
    rounds = [[groups[g][k] for g in order if len(groups[g]) > k] for k in range(longest)]
    back = np.empty(len(groups), dtype=np.intp)
    back[order] = np.arange(len(groups))
    indexes = tuple(np.asarray(rows, dtype=np.intp) for rows in groups)
    slices = tuple(rows for rows in map(as_slice, indexes) if isinstance(rows, slice))
    return Sums(
        tuple(members),
        indexes,
        slices if len(slices) == len(indexes) else (),
        tuple(np.asarray(rows, dtype=np.intp) for rows in rounds),
        back,
        np.asarray([row for group in groups for row in group], dtype=np.intp),
        np.asarray([g for g, group in enumerate(groups) for _ in group], dtype=np.intp),
    )


def as_slice(rows: Index) -> Index | slice:
    """Row numbers as a slice if they follow each other: reading a slice copies nothing."""
    if len(rows) and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
        return slice(int(rows[0]), int(rows[0]) + len(rows))
    return rows


class Places:
    """Where the rows of a run lie in one table, so that what is read together is one slice of it."""

    def __init__(self) -> None:
        self.size = 0
        self._at: dict[str, tuple[tuple[Label, ...], slice]] = {}
        self._row_of: dict[int, int] = {}  # of an engine's column

    def add(self, name: str, labels: Sequence[Label], columns: Sequence[int] = ()) -> slice:
        """Make room for rows, which are copied from columns of the engine if they are given."""
        rows = slice(self.size, self.size + len(labels))
        self._at[name] = (tuple(labels), rows)
        self._row_of.update(zip(columns, range(rows.start, rows.stop)))
        self.size = rows.stop
        return rows

    def extend(self, name: str, labels: Sequence[Label]) -> int:
        """Make room for more rows behind those added last, under their name; the first of them."""
        known, rows = self._at[name]
        begin: int = rows.stop
        assert begin == self.size
        self.size += len(labels)
        self._at[name] = ((*known, *labels), slice(rows.start, self.size))
        return begin

    def part(self, name: str, whole: str, first: int) -> None:
        """Give the rows of `whole` from its `first` on a name of their own."""
        labels, rows = self._at[whole]
        self._at[name] = (labels[first:], slice(rows.start + first, rows.stop))

    def rows(self, name: str) -> tuple[tuple[Label, ...], slice]:
        """Labels and rows of what was added under a name; none if nothing was."""
        return self._at.get(name, ((), slice(0, 0)))

    def row_of(self, columns: int) -> Index:
        """The row each of the engine's columns becomes, -1 if none."""
        found = np.full(columns, -1, dtype=np.intp)
        found[list(self._row_of)] = list(self._row_of.values())
        return found

    def moves(self) -> tuple[tuple[slice, Index], ...]:
        """Ranges of columns that are side by side, and the rows they become."""
        numbers = sorted(self._row_of)
        starts = [i for i, number in enumerate(numbers) if i == 0 or number != numbers[i - 1] + 1]
        return tuple(
            (
                slice(numbers[first], numbers[last - 1] + 1),
                np.asarray([self._row_of[number] for number in numbers[first:last]], dtype=np.intp),
            )
            for first, last in zip(starts, [*starts[1:], len(numbers)])
        )


class _Keys(dict[str, Any]):
    """What names are sorted by; each is worked out once."""

    def __init__(self, rank: Mapping[str, int]) -> None:
        super().__init__()
        self._rank = rank

    def __missing__(self, name: str) -> Any:
        self[name] = tuple((self._rank.get(part, len(self._rank)), part) for part in name.split(">"))
        return self[name]


class Columns:
    """Which engine columns hold what, as sorted (label, column number) pairs."""

    def __init__(self, model: Any) -> None:
        world = model.scenario.world
        # Names in alphabetical order, so that the order of a world's files changes no sum and no row.
        self.products = tuple(p.id for p in world.products)
        self.countries = tuple(sorted(world.countries))
        self.zones = tuple(sorted(world.zones))
        # Sums go by the world's zones: what another policy's rules part changes no sum.
        self.zone_of = {country: world.whole_zone(country) for country in world.countries}
        self.groups = dict(sorted(world.groups.items()))
        self.asked_uses = tuple(model.scenario.report.end_uses)
        self.end_uses = tuple(sorted(u.id for u in world.end_uses))
        self.stock_uses = frozenset(u.id for u in world.end_uses if u.is_stock)
        # Of what is reported: the records begin with `lead_weeks` and `lead_months` that are not.
        self.lead_weeks, self.lead_months = int(model.lead_weeks), int(model.lead_months)
        self.n_weeks = int(model.n_weeks) - self.lead_weeks
        self.n_months = len(model.month_starts) - self.lead_months
        self._rank = {
            name: rank
            for names in (
                self.products,
                (*self.zones, *(c for c in self.countries if c not in self.zones)),
                self.end_uses,
            )
            for rank, name in enumerate(names)
        }
        self._keys = _Keys(self._rank)
        self.weekly = self._sorted(model.weekly_columns)
        self.monthly = self._sorted(model.monthly_columns)

    def _key(self, label: Label) -> tuple[Any, ...]:
        return tuple([self._keys[name] for name in label])

    def _sorted(self, columns: Sequence[Any]) -> dict[str, dict[Label, list[int]]]:
        found: dict[str, dict[Label, list[int]]] = {}
        for number, column in enumerate(columns):
            partner = getattr(column, "partner", "")
            place = lane_name(column.place, partner) if partner else column.place
            label = Label(column.product, place, column.end_use or ALL)
            numbers = found.setdefault(column.variable, {}).setdefault(label, [])
            if column.variable == "price_paid_index":
                numbers.clear()  # a zone that is one country pays what that country pays
            numbers.append(number)
        return {
            variable: dict(sorted(rows.items(), key=lambda item: self._key(item[0])))
            for variable, rows in found.items()
        }

    def rows(self, variable: str) -> tuple[tuple[Label, ...], Index]:
        """Labels and column numbers of a weekly variable with one column per label."""
        found = self.weekly.get(variable, {})
        return tuple(found), np.asarray([numbers[0] for numbers in found.values()], dtype=np.intp)

    def split(self, variable: str) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
        """Labels of a variable by zone, and by country (a zone of one country counts as a zone)."""
        labels = tuple(self.weekly.get(variable, {}))
        zones = tuple(label for label in labels if label.place in self.zones)
        return zones, tuple(label for label in labels if label.place not in self.zones)


def members(labels: Sequence[Label], groups: Groups) -> dict[Label, list[int]]:
    """Sums by group of rows by product and country (and end use): label -> its members among the rows."""
    found: dict[Label, list[int]] = {}
    for name, codes in groups.items():
        for rank, label in enumerate(labels):
            if label.place in codes:
                found.setdefault(Label(label.product, name, label.end_use), []).append(rank)
    return found


class UserLevels:
    """Users, and the sums over them that are reported.

    Fine rows are (product, country, end use); coarse ones (product, group, end use), (product, country),
    (product, world, end use), (product, zone), (product, group), (product, world), in this order. The last three
    add up countries, so that a run costs two passes over its users. Sums over end uses leave out uses that are
    stock. Series are kept from the countries on.
    """

    def __init__(self, columns: Columns) -> None:
        wanted = columns.weekly.get(USER_VARIABLES[0], {})
        self.numbers: Index = np.asarray(
            [[n for label in wanted for n in columns.weekly[variable][label]] for variable in USER_VARIABLES],
            dtype=np.intp,
        ).reshape(3, -1)
        fine: dict[Label, list[int]] = {}
        for user, label in enumerate(label for label, group in wanted.items() for _ in group):
            fine.setdefault(label, []).append(user)
        self.fine_of: Index = np.asarray(
            [rank for rank, group in enumerate(fine.values()) for _ in group], dtype=np.intp
        )
        self.plain = all(len(group) == 1 for group in fine.values())
        countries: dict[Label, list[int]] = {}
        uses: dict[Label, list[int]] = {}
        for rank, label in enumerate(fine):
            if label.end_use not in columns.stock_uses:  # nobody goes short of what would have been stored
                countries.setdefault(Label(label.product, label.place, ALL), []).append(rank)
            uses.setdefault(Label(label.product, WORLD, label.end_use), []).append(rank)
        # A zone that is one country of the same name is left to the country.
        whole = [z for z in columns.zones if not (z in columns.countries and columns.zone_of.get(z) == z)]
        zones: dict[Label, list[int]] = {}
        world: dict[Label, list[int]] = {}
        for rank, label in enumerate(countries):
            if columns.zone_of.get(label.place) in whole:
                zones.setdefault(Label(label.product, columns.zone_of[label.place], ALL), []).append(rank)
            world.setdefault(Label(label.product, WORLD, ALL), []).append(rank)
        within = members(tuple(fine), columns.groups)
        self._fine, self._within, self._uses, self._countries = sums(fine), sums(within), sums(uses), sums(countries)
        self.first_series = len(fine) + len(within)
        wide = {**zones, **members(tuple(countries), columns.groups), **world}
        self._wide = sums(wide)
        self.fine: tuple[Label, ...] = tuple(fine)
        self.coarse: tuple[Label, ...] = (*within, *countries, *uses, *wide)

    def _sums(self) -> tuple[tuple[Sums, int], ...]:
        """Sums in their order, and the level that their members are counted from."""
        countries = len(self.fine) + len(self._within.labels)
        return (self._within, 0), (self._countries, 0), (self._uses, 0), (self._wide, countries)

    def _starts(self) -> list[int]:
        """Where each of these sums begins among the coarse rows."""
        each = [sums.labels for sums, _ in self._sums()]
        return [sum(len(labels) for labels in each[:i]) for i in range(len(each))]

    def totals(self, first: int) -> list[tuple[int, Index]]:
        """Every sum's row and the rows it adds up, sums of sums last; wanted, unserved, priced out begin at row `first`."""
        n_fine, at = len(self.fine), self._starts()
        size = n_fine + len(self.coarse)
        found: list[tuple[int, Index]] = []
        for (sums, member), total in zip(self._sums(), at):
            for start in range(first, first + len(USER_VARIABLES) * size, size):
                found += [(start + n_fine + total + g, start + member + rows) for g, rows in enumerate(sums.groups)]
        return found

    def fill(self, levels: Floats, weekly: Floats) -> None:
        """Complete wanted, unserved and priced-out tonnes (3, levels, time), of which the fine rows are there.

        Where several users have one label, they are not: they are added up here from the engine's columns.
        """
        n_fine = len(self.fine)
        if not self.plain:
            weeks = len(weekly)
            self._fine.into(np.ascontiguousarray(weekly.T[self.numbers]), levels[:, :n_fine, :weeks])
        rest = levels[:, n_fine:]
        for (sums, member), total in zip(self._sums(), self._starts()):
            sums.into(levels[:, member:] if member else levels, rest[:, total : total + len(sums.labels)])


def ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where the whole is nothing."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0.0))


def count_true(flags: Any) -> Floats:
    """True weeks of each row (twice as fast as `np.count_nonzero` along an axis)."""
    return np.asarray(flags.view(np.int8).sum(axis=-1, dtype=np.int32).astype(np.float64))


def first_true(flags: Any) -> Floats:
    """First true week of each row, from 1; NaN if none."""
    first = flags.argmax(axis=1)
    found = flags[np.arange(len(flags)), first] if flags.shape[1] else np.zeros(len(flags), dtype=bool)
    return np.where(found, first + 1.0, np.nan)


def after_last_true(flags: Any) -> Floats:
    """Week after the last true one; NaN if none."""
    backwards = first_true(flags[:, ::-1])
    return np.asarray(flags.shape[1] + 2.0 - backwards)


@dataclass(frozen=True)
class Affine:
    """Numbers of which some are sampled: offset + scale * values[column], times further columns for a few."""

    offset: Floats
    scale: Floats
    column: Index
    factor_of: Index
    factor: Index

    def at(self, values: Floats) -> Floats:
        """The numbers of one run."""
        if not len(values):
            return self.offset
        found = self.offset + self.scale * values[self.column]
        if len(self.factor):
            np.multiply.at(found, self.factor_of, values[self.factor])
        return np.asarray(found)


def affine(numbers: Sequence[Any], names: Sequence[str]) -> Affine:
    """Index tables for numbers that may be floats or have `column`, `scale`, `offset` and `times`."""
    rank = {name: i for i, name in enumerate(names)}
    offset = [float(getattr(n, "offset", n)) for n in numbers]
    scale = [float(getattr(n, "scale", 0.0)) for n in numbers]
    column = [rank[n.column] if hasattr(n, "column") else 0 for n in numbers]
    factors = [(i, rank[name]) for i, n in enumerate(numbers) for name in getattr(n, "times", ())]
    return Affine(
        np.asarray(offset),
        np.asarray(scale),
        np.asarray(column, dtype=np.intp),
        np.asarray([i for i, _ in factors], dtype=np.intp),
        np.asarray([name for _, name in factors], dtype=np.intp),
    )
