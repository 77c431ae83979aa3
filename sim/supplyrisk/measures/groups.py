"""Groups of countries (the EU, the G7, any a world or scenario names) as places: which rows of a run they add up.

A group's tonnes are sums over its members, in the members' alphabetical order, week by week within a run; what
a country is told (shares, first weeks, weeks short) is then worked out from these sums, never averaged. Trade
between members is not a group's export or import. Its price is the mean of its members' prices of the week,
weighted by what they would use at baseline prices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .aggregate import ALL, Floats, Groups, Index, Label, Sums, members, sums


def exports(lanes: Sequence[Label], groups: Groups) -> dict[Label, list[int]]:
    """Sums by selling group of rows by lane; lanes within a group are left out."""
    found: dict[Label, list[int]] = {}
    for name, codes in groups.items():
        for rank, lane in enumerate(lanes):
            origin, buyer = lane.place.split(">")
            if origin in codes and buyer not in codes:
                found.setdefault(Label(lane.product, name, ALL), []).append(rank)
    return found


def imports(lanes: Sequence[Label], groups: Groups) -> dict[tuple[Label, str], list[int]]:
    """Sums by buying group and origin of rows by lane; lanes within a group are left out."""
    found: dict[tuple[Label, str], list[int]] = {}
    for name, codes in groups.items():
        for rank, lane in enumerate(lanes):
            origin, buyer = lane.place.split(">")
            if buyer in codes and origin not in codes:
                found.setdefault((Label(lane.product, name, ALL), origin), []).append(rank)
    return found


def import_sums(lanes: Sequence[Label], groups: Groups) -> tuple[Sums, Sums]:
    """What groups import from each origin, summed over lanes; and by group, which of these sums are its own."""
    pairs = imports(lanes, groups)
    from_origin = {Label(c.product, f"{origin}>{c.place}", ALL): rows for (c, origin), rows in pairs.items()}
    buying: dict[Label, list[int]] = {}
    for rank, (label, _) in enumerate(pairs):
        buying.setdefault(label, []).append(rank)
    return sums(from_origin), sums(buying)


def weighted_mean(values: Floats, weights: Floats) -> NDArray[np.float64]:
    """Mean over rows, week by week, weighted: sum of weight x value over sum of weights; a plain mean where these are 0."""
    total = weights.sum(axis=0)
    plain = values.sum(axis=0) / max(len(values), 1)
    return np.asarray(np.divide((values * weights).sum(axis=0), total, out=plain, where=total > 0.0))


def price_rows(
    at: Mapping[Label, int], wanted: Mapping[Label, int], groups: Groups
) -> list[tuple[Label, Index, Index]]:
    """Groups' prices: label, rows of the members' prices, rows of what these members want.

    Parameters
    ----------
    at, wanted : mapping
        Rows of prices, and of what is wanted, by product and country.
    """
    labels = tuple(label for label in at if label in wanted)
    return [
        (
            label,
            np.asarray([at[labels[rank]] for rank in ranks], dtype=np.intp),
            np.asarray([wanted[labels[rank]] for rank in ranks], dtype=np.intp),
        )
        for label, ranks in members(labels, groups).items()
    ]
