"""Statistics of one run's rows: what `Reporter` puts together, as functions of arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .aggregate import (
    ALL,
    USER_VARIABLES,
    WORLD,
    Floats,
    Index,
    Label,
    Sums,
    after_last_true,
    count_true,
    first_true,
    ratio,
    sums,
)
from .loops import LINE, Loops
from .metrics import DISTURBED, SHORT

DEAR = np.asarray([1.5, 2.0, 3.0])  # price indices above which weeks are counted


@dataclass(frozen=True)
class Rates:
    """Rates of one run: discounting (1/yr), storage and carrying of stock by product (1/yr)."""

    discount: float
    storage: Floats
    carrying: Floats


@dataclass(frozen=True)
class Rows:
    """One run's series by row, time along the second axis; shared by metrics and fans.

    Views of memory that the next call of `Reporter.rows` in the same thread uses again.
    """

    table: Floats  # see `Reporter.places`; rows end in zeros, so that four weeks always fit
    weekly: Floats  # the same without these zeros
    monthly: Floats  # exports by origin, then by lane
    levels: Floats  # wanted, unserved, priced out; `Reporter.levels` (fine rows, then sums); part of `table`
    loops: Loops | None = None  # what made them, for what follows
    lead: tuple[Floats, Floats] | None = None  # records by week and by month (time, columns) before what is reported

    @property
    def wanted(self) -> Floats:
        """Tonnes that would be used at baseline prices, by level."""
        return self.levels[0, :, : self.weekly.shape[1]]

    @property
    def unserved(self) -> Floats:
        """Tonnes that are not to be had, by level."""
        return self.levels[1, :, : self.weekly.shape[1]]

    @property
    def priced_out(self) -> Floats:
        """Tonnes given up because of price, by level."""
        return self.levels[2, :, : self.weekly.shape[1]]


def rows_by_line(rows: int, weeks: int) -> Floats:
    """Zeros (rows, more than `weeks`); every row begins a line of the processor's cache, an odd number of lines after the last.

    So eight weeks of a row are one line, which is fetched and written once, and rows share the places of the cache evenly.
    """
    width = LINE * ((weeks // LINE + 1) | 1)
    room = np.zeros(rows * width + LINE)
    start = -room.ctypes.data // room.itemsize % LINE
    return room[start : start + rows * width].reshape(rows, width)


class Money(NamedTuple):
    """Baseline prices (USD/kg by product), value added that depends on a user's tonnes (USD/t), rates of money, and what
    customers lose per USD of a user's value added that stops."""

    price: Floats
    value: Floats
    rates: Rates
    knock_on: Floats


class Users(NamedTuple):
    """Sums over the horizon: of every weekly row, and of users by level, t."""

    each: Floats
    mean: Floats
    wanted: Floats
    unserved: Floats
    priced_out: Floats
    total: Floats

    @classmethod
    def of(cls, rows: Rows, first: int, levels: int) -> Users:
        each = rows.weekly.sum(axis=1)
        wanted, unserved, priced_out = each[first:].reshape(len(USER_VARIABLES), levels)
        mean = each / max(rows.weekly.shape[1], 1)
        return cls(each, mean, wanted, unserved, priced_out, unserved + priced_out)


class Suppliers(NamedTuple):
    """Which lanes and makers add up to whose exports, and to whose suppliers."""

    by_origin: Sums
    by_buyer: Sums
    from_origin: Sums  # of a group's imports, those from one origin
    by_group: Sums
    by_maker: Sums


class Added(NamedTuple):
    """Which users' USD add up to whose output at risk, which price rows' spending is told, and which add up."""

    risk: Sums
    keep: Index
    world: Sums


def take(groups: list[list[int]]) -> Index:
    return np.asarray([group[0] for group in groups], dtype=np.intp)


def by_product(labels: tuple[Label, ...]) -> Sums:
    """Sums over the countries of each product."""
    members: dict[Label, list[int]] = {}
    for rank, label in enumerate(labels):
        members.setdefault(Label(label.product, WORLD, ALL), []).append(rank)
    return sums(members)


STATS: dict[str, Callable[[Rows, Users, slice], Floats]] = {
    "mean": lambda r, u, rows: u.mean[rows],
    "max": lambda r, u, rows: r.weekly[rows].max(axis=1, initial=-np.inf),
    "min": lambda r, u, rows: r.weekly[rows].min(axis=1, initial=np.inf),
    "sum": lambda r, u, rows: u.each[rows],
}


def prices(index: Floats, mean: Floats, usd: Floats, loops: Loops | None) -> dict[str, Floats]:
    """Statistics of price rows, by the end of the metric's name."""
    above = np.zeros((len(DEAR), len(index)))
    if loops:
        peak, week, last = np.empty(len(index)), np.empty(len(index), dtype=np.intp), np.empty(len(index))
        loops.peaks(index, DEAR, DISTURBED, peak, week, above, last)
        calm = np.where(last > 0.0, last + 1.0, np.nan)
    else:
        peak, week = index.max(axis=1, initial=0.0), index.argmax(axis=1)
        for weeks, level in zip(above, DEAR):
            some = np.flatnonzero(peak > level)  # in most places prices never rise so far
            weeks[some] = count_true(index[some] > level)
        calm = np.full(len(index), np.nan)
        some = np.flatnonzero(peak > DISTURBED)
        calm[some] = after_last_true(index[some] > DISTURBED)
    peak_week = np.where(peak > 1.0 + 1e-9, week + 1.0, np.nan)
    return {
        "index": mean,
        "peak_index": peak,
        "above_1_5x_weeks": above[0],
        "above_2x_weeks": above[1],
        "above_3x_weeks": above[2],
        "peak_week": peak_week,
        "recovery_week": calm,
        "usd_per_kg": mean * usd,
        "peak_usd_per_kg": peak * usd,
    }


def shortages(rows: Rows, users: Users, told: Index | slice, stoppage: Sums) -> dict[str, Floats]:
    """Shortages by metric; those of sums for the levels `told`."""
    first, weeks, recovered = short_weeks(rows.levels[1], rows.levels[0], users.unserved, rows.loops)
    in_all = users.wanted[told]
    weeks_in_all = float(max(rows.weekly.shape[1], 1))
    earliest = stoppage.least(np.where(np.isnan(first), np.inf, first))
    return {
        "shortage_t": users.total,
        "shortage_unserved_t": users.unserved,
        "shortage_priced_out_t": users.priced_out,
        "shortage_percent": 100.0 * ratio(users.total[told], in_all),
        "shortage_unserved_percent": 100.0 * ratio(users.unserved[told], in_all),
        "shortage_unserved_weeks": weeks_in_all * ratio(users.unserved[told], in_all),
        "shortage_priced_out_weeks": weeks_in_all * ratio(users.priced_out[told], in_all),
        "first_week_short": first,
        "weeks_short": weeks[told],
        "short_recovery_week": recovered[told],
        "first_stoppage_week": np.where(np.isinf(earliest), np.nan, earliest),
    }


def makers(rows: Rows, users: Users, called: slice, lacking: slice) -> dict[str, Floats]:
    """What makers lack inputs for, by metric: rows of the batches called for and of those not started."""
    first, weeks, _ = short_weeks(rows.table[lacking], rows.table[called], users.each[lacking], rows.loops)
    return {
        "maker_short_percent": 100.0 * ratio(users.each[lacking], users.each[called]),
        "maker_first_week_short": first,
        "maker_weeks_short": weeks,
    }


def waits(rows: Rows, users: Users, wait: slice, queue: slice, granted: slice, refused: slice) -> dict[str, Floats]:
    """Waiting and granting of licence offices by metric: rows of mean waits, queues, tonnes granted and refused."""
    days, tonnes = rows.weekly[wait], rows.weekly[queue]
    yes, no = users.each[granted], users.each[refused]
    return {
        "licence_wait_days": ratio((days * tonnes).sum(axis=1), users.each[queue]),
        "licence_wait_peak_days": days.max(axis=1, initial=0.0),
        "licence_grant_percent": 100.0 * ratio(yes, yes + no),
    }


def flows(lane: Floats, made: Floats, suppliers: Suppliers) -> dict[str, Floats]:
    """Exports by origin and by lane, and the concentration of suppliers, from tonnes by lane and by maker."""
    to_groups = hhi(suppliers.by_group, suppliers.from_origin.each(lane))
    return {
        "export_t": np.concatenate([suppliers.by_origin.each(lane), lane]),
        "supplier_hhi": np.concatenate([hhi(suppliers.by_buyer, lane), to_groups, hhi(suppliers.by_maker, made)]),
    }


def money(lost: Floats, missing: Floats, extra: Floats, given_up: Floats, added: Added) -> dict[str, Floats]:
    """Output at risk and spending by metric, from USD by user and by price row."""
    return {
        "output_at_risk_usd": added.risk.each(lost),
        "output_at_risk_unserved_usd": added.risk.each(missing),
        "extra_spend_usd": np.concatenate([extra[added.keep], added.world.each(extra)]),
        "priced_out_surplus_usd": added.risk.each(given_up),
    }


def short_weeks(missing: Floats, wanted: Floats, total: Floats, loops: Loops | None) -> tuple[Floats, Floats, Floats]:
    """First week in which more than `SHORT` of what is wanted is missing, how many there are, the week after the last.

    Rows may end in zeros, see `Rows.table`.
    """
    first, recovered = np.full((2, len(total)), np.nan)
    weeks = np.zeros(len(total))
    if loops:
        loops.shortages(missing, wanted, total, SHORT, first, weeks, recovered)
    else:
        some = np.flatnonzero(total)  # in most places nothing is missing
        short = missing[some] > SHORT * wanted[some]
        first[some], weeks[some], recovered[some] = first_true(short), count_true(short), after_last_true(short)
    return first, weeks, recovered


def hhi(groups: Sums, tonnes: Floats) -> Floats:
    """Herfindahl index of each group: sum of squares over the square of the sum."""
    total = groups.each(tonnes)
    return ratio(groups.each(tonnes * tonnes), total * total)
