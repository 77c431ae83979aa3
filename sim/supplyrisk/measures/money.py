"""Money of a run: what a tonne is worth, and which rows the sums of output at risk and of spending add up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from ..model.structure import lookup
from .aggregate import ALL, WORLD, Floats, Groups, Label, Sums, affine, sums
from .public import RateNumbers
from .statistics import Money, Rows


class Worth:
    """Prices of products and values added of users, of which some may be drawn.

    Parameters
    ----------
    products : sequence of str
        Products, whose baseline prices are USD/kg.
    fine : sequence of Label
        Users by product, country and end use, whose value added is USD per tonne used, times the share of it that
        stops without the material.

    Notes
    -----
    Knock-on losses are k times the value added that stops for lack of material, k being `knock_on_ratio` (USD of customers'
    value added per USD of the user's). No k ships: multipliers of input-output tables (the column sums of a Leontief inverse)
    follow a change of final demand up the chain, to suppliers; what a lack of goods does down the chain is the row sum of a
    Ghosh inverse, of which it is disputed that it can be read so (Oosterhaven 1988, "On the plausibility of the supply-driven
    input-output model"). Who has one states it with its source.
    """

    def __init__(self, model: Any, products: Sequence[str], fine: Sequence[Label]) -> None:
        world = model.scenario.world
        names = [column.name for column in model.scenario.sampled]
        self._rates = RateNumbers(model, products)
        self._price = affine([lookup(world, "price_usd_per_kg", (p,)) for p in products], names)
        self._value = affine([lookup(world, "value_added_usd_per_t", tuple(c)) for c in fine], names)
        self._dependent = affine([lookup(world, "dependent_share", (c.product, c.end_use)) for c in fine], names)
        ratios = [lookup(world, "knock_on_ratio", (c.place, c.end_use)) for c in fine]
        self._knock_on = affine(ratios, names)
        self.has_knock_on = any(ratio != 0.0 for ratio in ratios)

    def at(self, values: Floats) -> Money:
        """The numbers of one run (the same in all its arms)."""
        value = self._value.at(values) * self._dependent.at(values)
        return Money(self._price.at(values), value, self._rates.at(values), self._knock_on.at(values))


class Surplus:
    """What users lose who give up use because it has become dear: w = half of max(P - 1, 0) p times the tonnes given up.

    The triangle under a straight demand curve between the price before (1) and the price paid P (Harberger 1964, "The
    measurement of waste"): the first tonne given up was worth hardly more than the price before, the last one P. Demand that is
    convex, as the model's is, loses less: the triangle is an upper bound. In USD, p being the baseline price per tonne. What
    those who go on pay more is in `extra_spend_usd`: it is lost to users and not to the world.

    Parameters
    ----------
    fine : sequence of Label
        Users by product, country and end use.
    paid : mapping
        Label of a product and country -> row of the price paid there.
    stock_uses : collection of str
        End uses that are bought to be stored; nobody loses by not storing.
    """

    def __init__(
        self, fine: Sequence[Label], paid: Mapping[Label, int], products: Sequence[str], stock_uses: Collection[str]
    ) -> None:
        at = [(rank, c) for rank, c in enumerate(fine) if c.end_use not in stock_uses]
        self._users = np.asarray([rank for rank, _ in at], dtype=np.intp)
        self._prices = np.asarray([paid[Label(c.product, c.place, ALL)] for _, c in at], dtype=np.intp)
        self._products = np.asarray([products.index(c.product) for _, c in at], dtype=np.intp)
        self._size = len(fine)

    def of(self, rows: Rows, given_up: Floats, price: Floats) -> Floats:
        """USD by user; `given_up` are the tonnes over the horizon, `price` the baseline prices by product, USD/kg."""
        found = np.zeros(self._size)
        some = np.flatnonzero(given_up[self._users])
        users = self._users[some]
        dearer = np.maximum(rows.weekly[self._prices[some]] - 1.0, 0.0)
        found[users] = 0.5 * (dearer * rows.priced_out[users]).sum(axis=1) * (1000.0 * price[self._products[some]])
        return found


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
