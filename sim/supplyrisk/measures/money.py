"""Money of a run: what a tonne is worth, and which rows the sums of output at risk and of spending add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..model.structure import lookup
from .aggregate import ALL, WORLD, Floats, Groups, Label, Sums, affine, sums
from .public import RateNumbers
from .statistics import Money


class Worth:
    """Prices of products and values added of users, of which some may be drawn.

    Parameters
    ----------
    products : sequence of str
        Products, whose baseline prices are USD/kg.
    fine : sequence of Label
        Users by product, country and end use, whose value added is USD per tonne used, times the share of it that
        stops without the material.
    """

    def __init__(self, model: Any, products: Sequence[str], fine: Sequence[Label]) -> None:
        world = model.scenario.world
        names = [column.name for column in model.scenario.sampled]
        self._rates = RateNumbers(model, products)
        self._price = affine([lookup(world, "price_usd_per_kg", (p,)) for p in products], names)
        self._value = affine([lookup(world, "value_added_usd_per_t", tuple(c)) for c in fine], names)
        self._dependent = affine([lookup(world, "dependent_share", (c.product, c.end_use)) for c in fine], names)

    def at(self, values: Floats) -> Money:
        """The numbers of one run (the same in all its arms)."""
        value = self._value.at(values) * self._dependent.at(values)
        return Money(self._price.at(values), value, self._rates.at(values))


def at_risk(fine: Sequence[Label], groups: Groups) -> Sums:
    """Sums of users' output at risk: by country, group and the world, in all and by end use, and by product."""
    targets: dict[Label, list[int]] = {}
    picks: tuple[Callable[[Label], Label], ...] = (
        lambda c: Label(ALL, c.place, c.end_use),
        lambda c: Label(ALL, c.place, ALL),
        lambda c: Label(ALL, WORLD, c.end_use),
        lambda c: Label(c.product, WORLD, ALL),
        lambda c: Label(ALL, WORLD, ALL),
    )
    for pick in picks:
        for rank, cell in enumerate(fine):
            targets.setdefault(pick(cell), []).append(rank)
    for name, codes in groups.items():
        for rank, cell in enumerate(fine):
            if cell.place in codes:
                targets.setdefault(Label(ALL, name, cell.end_use), []).append(rank)
                targets.setdefault(Label(ALL, name, ALL), []).append(rank)
    return sums(targets)


def spending(countries: Sequence[tuple[int, Label]], groups: Groups) -> Sums:
    """Sums of users' spending by product, for groups and the world; countries as (row, label)."""
    totals: dict[Label, list[int]] = {}
    for name, codes in groups.items():
        for rank, cell in countries:
            if cell.place in codes:
                totals.setdefault(Label(cell.product, name, ALL), []).append(rank)
    for rank, cell in countries:
        totals.setdefault(Label(cell.product, WORLD, ALL), []).append(rank)
    return sums(totals)
