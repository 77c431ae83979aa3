"""From one run's series to its metrics: pure functions, prepared once per model, the same bits anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .aggregate import (
    ALL,
    WORLD,
    Affine,
    Columns,
    Floats,
    Index,
    Label,
    Sums,
    UserLevels,
    affine,
    sums,
    transposed,
)
from .metrics import DISTURBED, METRIC_BY_NAME, SHORT
from .structure import lookup


class Outcome(NamedTuple):
    """Name of one number a run reports."""

    metric: str
    product: str
    place: str
    end_use: str
    unit: str


@dataclass(frozen=True)
class Rows:
    """One run's series by row, time along the second axis; shared by metrics and fans."""

    weekly: Floats
    monthly: Floats
    wanted: Floats  # of `Reporter.levels`: fine rows, then sums
    unserved: Floats
    priced_out: Floats


class Reporter:
    """Computes a run's metrics; everything that depends only on the model is prepared once."""

    def __init__(self, model: Any) -> None:
        self.columns = Columns(model)
        self.outcomes: list[Outcome] = []
        self._blocks: list[Any] = []
        self._users = UserLevels(self.columns)
        self.n_fine = len(self._users.fine)
        self.levels: tuple[Label, ...] = (*self._users.fine, *self._users.coarse)
        self._level_rank = {label: i for i, label in enumerate(self.levels)}
        self._prepare_money(model)
        self._declare()

    # --- names ------------------------------------------------------------------------------------

    def _declare(self) -> None:
        ops = self._ops
        for kind in ("spot", "paid"):
            self._declare_prices(kind)
        self._declare_shortage()
        self._rows_block("stock_cover_weeks", (("cover_minimum_weeks", "min"),))
        self._declare_flows()
        for variable, stats in (
            ("licence_backlog_t", (("licence_backlog_t", "mean"), ("licence_backlog_peak_t", "max"))),
            ("licence_granted_t", (("licence_granted_t", "sum"),)),
            ("licence_refused_t", (("licence_refused_t", "sum"),)),
        ):
            self._rows_block(variable, stats)
        self._declare_waits()
        if "leak" in ops:
            self._sum_block("leakage_t", "leakage_t")
        if "stockpile" in ops:
            self._rows_block("stockpile_t", (("stockpile_minimum_t", "min"),))
        self._rows_block("origin_exposure", (("origin_exposure_share", "mean"), ("origin_exposure_peak_share", "max")))
        self._declare_money()

    def _name(self, metric: str, labels: tuple[Label, ...]) -> None:
        unit = METRIC_BY_NAME[metric].unit
        self.outcomes += [Outcome(metric, *label, unit) for label in labels]

    def _declare_prices(self, kind: str) -> None:
        index = f"price_{kind}_index"
        zones, countries = self.columns.split(index)
        table = self.columns.weekly.get(index, {})
        name = f"price_{kind}"
        rows = _take([table[label] for label in zones])
        product = np.asarray([self.columns.products.index(label.product) for label in zones], dtype=np.intp)
        for suffix in ("index", "peak_index", "above_1_5x_weeks", "above_2x_weeks", "above_3x_weeks"):
            self._name(f"{name}_{suffix}", zones)
        for suffix in ("peak_week", "recovery_week", "usd_per_kg", "peak_usd_per_kg"):
            self._name(f"{name}_{suffix}", zones)
        self._blocks.append(lambda r, u, p: _prices(r.weekly[rows], p.price[product]))
        used = tuple(label for label in countries if label in self._level_rank)
        here = _take([table[label] for label in used])
        self._name(index, used)
        self._name(f"{name}_peak_index", used)
        self._blocks.append(lambda r, u, p: [_mean(r.weekly[here]), r.weekly[here].max(axis=1, initial=0.0)])

    def _declare_shortage(self) -> None:
        sums_only = self.levels[self.n_fine :]
        for metric in ("shortage_t", "shortage_unserved_t", "shortage_priced_out_t"):
            self._name(metric, self.levels)
        for metric in ("shortage_percent", "shortage_unserved_percent"):
            self._name(metric, sums_only)
        self._name("first_week_short", self.levels)
        self._name("weeks_short", sums_only)
        self._name("short_recovery_week", sums_only)
        by_place: dict[Label, list[int]] = {}
        for label, rank in self._level_rank.items():
            if rank >= self.n_fine and label.place in self.columns.zone_of:
                for place in (self.columns.zone_of[label.place], WORLD):
                    by_place.setdefault(Label(label.product, place, ALL), []).append(rank)
        stoppage = sums(by_place)
        self._name("first_stoppage_week", stoppage.labels)
        self._blocks.append(lambda r, u, p: _shortages(r, u, self.n_fine, stoppage))

    def _declare_flows(self) -> None:
        made = self.columns.weekly.get("production_t", {})
        self._sum_block("production_t", "production_t")
        lanes = self.columns.monthly.get("export_t", {})
        rows = _take(list(lanes.values()))
        origins: dict[Label, list[int]] = {}
        buyers: dict[Label, list[int]] = {}
        makers: dict[Label, list[int]] = {}
        for rank, label in enumerate(lanes):
            origin, destination = label.place.split(">")
            origins.setdefault(Label(label.product, origin, ALL), []).append(rank)
            buyers.setdefault(Label(label.product, destination, ALL), []).append(rank)
        for rank, label in enumerate(made):
            makers.setdefault(Label(label.product, WORLD, ALL), []).append(rank)
        by_origin, by_buyer, by_maker = sums(origins), sums(buyers), sums(makers)
        made_rows = _take(list(made.values()))
        self._name("export_t", (*by_origin.labels, *lanes))
        self._name("supplier_hhi", (*by_buyer.labels, *by_maker.labels))

        def flows(r: Rows, u: Users, p: Money) -> list[Floats]:
            lane = r.monthly[rows].sum(axis=1)
            output = r.weekly[made_rows].sum(axis=1)
            return [by_origin.each(lane), lane, _hhi(by_buyer, lane), _hhi(by_maker, output)]

        self._blocks.append(flows)

    def _declare_waits(self) -> None:
        labels, waits = self.columns.rows("licence_wait_days")
        _, queue = self.columns.rows("licence_backlog_t")
        _, granted = self.columns.rows("licence_granted_t")
        _, refused = self.columns.rows("licence_refused_t")
        for metric in ("licence_wait_days", "licence_wait_peak_days", "licence_grant_percent"):
            self._name(metric, labels)

        def values(r: Rows, u: Users, p: Money) -> list[Floats]:
            wait, tonnes = r.weekly[waits], r.weekly[queue]
            yes, no = r.weekly[granted].sum(axis=1), r.weekly[refused].sum(axis=1)
            return [
                _ratio((wait * tonnes).sum(axis=1), tonnes.sum(axis=1)),
                wait.max(axis=1, initial=0.0),
                100.0 * _ratio(yes, yes + no),
            ]

        self._blocks.append(values)

    def _rows_block(self, variable: str, stats: tuple[tuple[str, str], ...]) -> None:
        labels, rows = self.columns.rows(variable)
        if not labels:
            return
        for metric, _ in stats:
            self._name(metric, labels)
        kinds = tuple(kind for _, kind in stats)
        self._blocks.append(lambda r, u, p: [_STATS[kind](r.weekly[rows]) for kind in kinds])

    def _sum_block(self, variable: str, metric: str) -> None:
        """Sums over weeks by country, then over countries."""
        labels, rows = self.columns.rows(variable)
        members: dict[Label, list[int]] = {}
        for rank, label in enumerate(labels):
            members.setdefault(Label(label.product, WORLD, ALL), []).append(rank)
        world = sums(members)
        self._name(metric, (*labels, *world.labels))

        def values(r: Rows, u: Users, p: Money) -> list[Floats]:
            each = r.weekly[rows].sum(axis=1)
            return [each, world.each(each)]

        self._blocks.append(values)

    # --- money ------------------------------------------------------------------------------------

    def _prepare_money(self, model: Any) -> None:
        scenario = model.scenario
        world = scenario.world
        names = [column.name for column in scenario.sampled]
        fine = self.levels[: self.n_fine]
        self._ops = {effect.op for event in scenario.events for effect in event.effects}
        self._price: Affine = affine([lookup(world, "price_usd_per_kg", (p,)) for p in self.columns.products], names)
        self._value: Affine = affine([lookup(world, "value_added_usd_per_t", tuple(c)) for c in fine], names)
        self._dependent: Affine = affine(
            [lookup(world, "dependent_share", (c.product, c.end_use)) for c in fine], names
        )

    def money(self, values: Floats) -> Money:
        """Prices and values added of one run (the same in all its arms)."""
        return Money(self._price.at(values), self._value.at(values) * self._dependent.at(values))

    def _declare_money(self) -> None:
        fine = self.levels[: self.n_fine]
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
        risk = sums(targets)
        for metric in ("output_at_risk_usd", "output_at_risk_unserved_usd"):
            self._name(metric, risk.labels)
        paid = self.columns.weekly.get("price_paid_index", {})
        levels = [(i, c) for c, i in self._level_rank.items() if i >= self.n_fine and c in paid and c.end_use == ALL]
        prices = _take([paid[c] for _, c in levels])
        rows = np.asarray([i for i, _ in levels], dtype=np.intp)
        product = np.asarray([self.columns.products.index(c.product) for _, c in levels], dtype=np.intp)
        totals: dict[Label, list[int]] = {}
        countries = [(rank, c) for rank, (_, c) in enumerate(levels) if c.place in self.columns.countries]
        for rank, cell in countries:
            totals.setdefault(Label(cell.product, WORLD, ALL), []).append(rank)
        world = sums(totals)
        keep = np.asarray([rank for rank, _ in countries], dtype=np.intp)
        self._name("extra_spend_usd", (*(c for _, c in countries), *world.labels))

        def values(r: Rows, u: Users, p: Money) -> list[Floats]:
            lost = p.value * u.total[: self.n_fine]
            missing = p.value * u.unserved[: self.n_fine]
            used = r.wanted[rows] - r.unserved[rows] - r.priced_out[rows]
            extra = ((r.weekly[prices] - 1.0) * used).sum(axis=1) * (1000.0 * p.price[product])
            return [risk.each(lost), risk.each(missing), extra[keep], world.each(extra)]

        self._blocks.append(values)

    # --- one run ----------------------------------------------------------------------------------

    def rows(self, weekly: Floats, monthly: Floats) -> Rows:
        """Turn an engine's arrays (time, columns) into rows, with the sums over users."""
        table = transposed(weekly)
        return Rows(table, transposed(monthly), *self._users.of(table))

    def compute(self, rows: Rows, money: Money) -> Floats:
        """The metrics of one run, in the order of `outcomes`."""
        users = Users.of(rows)
        parts = [part for block in self._blocks for part in block(rows, users, money)]
        return np.concatenate(parts) if parts else np.zeros(0)


class Money(NamedTuple):
    """Baseline prices (USD/kg by product) and value added that depends on a user's tonnes (USD/t)."""

    price: Floats
    value: Floats


class Users(NamedTuple):
    """Sums over the horizon by level, t."""

    wanted: Floats
    unserved: Floats
    priced_out: Floats
    total: Floats

    @classmethod
    def of(cls, rows: Rows) -> Users:
        unserved, priced_out = rows.unserved.sum(axis=1), rows.priced_out.sum(axis=1)
        return cls(rows.wanted.sum(axis=1), unserved, priced_out, unserved + priced_out)


def _take(groups: list[list[int]]) -> Index:
    return np.asarray([group[0] for group in groups], dtype=np.intp)


def _mean(table: Floats) -> Floats:
    return np.asarray(table.sum(axis=1) / max(table.shape[1], 1))


_STATS: dict[str, Any] = {
    "mean": _mean,
    "max": lambda table: table.max(axis=1, initial=-np.inf),
    "min": lambda table: table.min(axis=1, initial=np.inf),
    "sum": lambda table: table.sum(axis=1),
}


def _ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where the whole is nothing."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0.0))


def _first(flags: Any) -> Floats:
    """First true week of each row, from 1; NaN if none."""
    first = flags.argmax(axis=1)
    found = flags[np.arange(len(flags)), first] if flags.shape[1] else np.zeros(len(flags), dtype=bool)
    return np.where(found, first + 1.0, np.nan)


def _after_last(flags: Any) -> Floats:
    """Week after the last true one; NaN if none."""
    backwards = _first(flags[:, ::-1])
    return np.asarray(flags.shape[1] + 2.0 - backwards)


def _prices(index: Floats, usd: Floats) -> list[Floats]:
    """Statistics of price rows, in the order in which `_declare_prices` names them."""
    mean, peak = _mean(index), index.max(axis=1, initial=0.0)
    peak_week = np.where(peak > 1.0 + 1e-9, index.argmax(axis=1) + 1.0, np.nan)
    above = [np.count_nonzero(index > level, axis=1).astype(np.float64) for level in (1.5, 2.0, 3.0)]
    return [mean, peak, *above, peak_week, _after_last(index > DISTURBED), mean * usd, peak * usd]


def _shortages(rows: Rows, users: Users, n_fine: int, stoppage: Sums) -> list[Floats]:
    """Shortages in the order in which `_declare_shortage` names them."""
    short = rows.unserved > SHORT * rows.wanted
    first, totals = _first(short), short[n_fine:]
    wanted = users.wanted[n_fine:]
    earliest = stoppage.least(np.where(np.isnan(first), np.inf, first))
    return [
        users.total,
        users.unserved,
        users.priced_out,
        100.0 * _ratio(users.total[n_fine:], wanted),
        100.0 * _ratio(users.unserved[n_fine:], wanted),
        first,
        np.count_nonzero(totals, axis=1).astype(np.float64),
        _after_last(totals),
        np.where(np.isinf(earliest), np.nan, earliest),
    ]


def _hhi(groups: Sums, tonnes: Floats) -> Floats:
    """Herfindahl index of each group: sum of squares over the square of the sum."""
    total = groups.each(tonnes)
    return _ratio(groups.each(tonnes * tonnes), total * total)
