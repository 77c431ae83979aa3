"""From one run's series to its metrics: pure functions, prepared once per model, the same bits anywhere."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .aggregate import (
    ALL,
    USER_VARIABLES,
    WORLD,
    Columns,
    Floats,
    Index,
    Label,
    Places,
    Sums,
    UserLevels,
    as_slice,
    members,
    ratio,
    sums,
)
from .groups import exports, import_sums, price_rows, weighted_mean
from .loops import Loops, Turning, turning
from .metrics import METRIC_BY_NAME
from .money import Surplus, Worth, at_risk, spending
from .public import RECORDED, PublicMoney, offtakers
from .statistics import (
    STATS,
    Money,
    Rows,
    Users,
    by_product,
    hhi,
    prices,
    rows_by_line,
    short_weeks,
    shortages,
    take,
)

_PRICES = ("price_spot_index", "price_paid_index", "price_spot_index used", "price_paid_index used")
MAKER_VARIABLES = ("maker_called_t", "maker_lacking_t")


class Outcome(NamedTuple):
    """Name of one number a run reports."""

    metric: str
    product: str
    place: str
    end_use: str
    unit: str


class Reporter:
    """Computes a run's metrics; everything that depends only on the model is prepared once."""

    def __init__(self, model: Any) -> None:
        self.columns = Columns(model)
        self.outcomes: list[Outcome] = []
        self._blocks: list[Any] = []
        self._users = UserLevels(self.columns)
        self.n_fine = len(self._users.fine)
        self.first_series = self._users.first_series  # level from which on series are kept
        self.levels: tuple[Label, ...] = (*self._users.fine, *self._users.coarse)
        self._level_rank = {label: i for i, label in enumerate(self.levels)}
        happening = (*model.scenario.outlook.events, *model.scenario.events)
        self._ops = {effect.op for event in happening for effect in event.effects}
        self._worth = Worth(model, self.columns.products, self.levels[: self.n_fine])
        self.places = Places()
        self._totals: dict[str, tuple[str, Sums]] = {}  # rows that add up rows of another name
        self._means: list[tuple[int, Index, Index]] = []  # prices of groups: row, rows of prices and of their weights
        self._place()
        self._moves = self.places.moves()
        self._turn = self._turnings(len(model.weekly_columns))
        self._local = threading.local()
        zone_of, buyers = model.scenario.world.zone_of, offtakers(model.scenario)
        self._public = PublicMoney(self.places, self.columns.products, zone_of, self.columns.groups, buyers)
        self._declare()

    def _place(self) -> None:
        """Lay out the rows of a run: in the order of the series, then users."""
        for place in _PRICES:
            name, used = place.split()[0], place.endswith(" used")
            zones, countries = self.columns.split(name)
            chosen = tuple(label for label in countries if label in self._level_rank) if used else zones
            self._place_rows(name, chosen, " used" if used else "")
            if used:
                self._place_prices(place, zones, chosen)
        self._place_rows("price_gap_reason")
        self._place_rows("stock_cover_weeks")
        made = self._place_sums("production_t")
        self._makers = by_product(made)
        self._totals["production_t world"] = ("production_t", self._makers)
        self.places.add("production_t world", self._makers.labels)
        for variable in MAKER_VARIABLES:
            fed = self._place_sums(variable)
            world = by_product(fed)
            self._totals[f"{variable} world"] = (variable, world)
            self.places.add(f"{variable} world", world.labels)
        for variable in ("licence_backlog_t", "licence_wait_days", "licence_granted_t", "licence_refused_t", *RECORDED):
            self._place_rows(variable)
        if "leak" in self._ops:
            self._place_sums("leakage_t")
        if "stockpile" in self._ops:
            self._place_sums("stockpile_t")
        self._place_rows("origin_exposure")
        self._first_level = self.places.size
        for _, _, wanted in self._means:
            wanted += self._first_level
        for variable, numbers in zip(USER_VARIABLES, self._users.numbers):
            self.places.add(variable, self.levels, numbers if self._users.plain else ())
        self.lanes = self.columns.monthly.get("export_t", {})
        origins: dict[Label, list[int]] = {}
        for rank, label in enumerate(self.lanes):
            origins.setdefault(Label(label.product, label.place.split(">")[0], ALL), []).append(rank)
        self.origins = sums({**origins, **exports(tuple(self.lanes), self.columns.groups)})
        self._lane_columns = take(list(self.lanes.values()))

    def _place_rows(self, variable: str, labels: tuple[Label, ...] | None = None, suffix: str = "") -> None:
        table = self.columns.weekly.get(variable, {})
        chosen = tuple(table) if labels is None else labels
        self.places.add(variable + suffix, chosen, [table[label][0] for label in chosen])

    def _place_sums(self, variable: str) -> tuple[Label, ...]:
        """Rows by country, whose labels are returned, and behind them their sums by group."""
        table = self.columns.weekly.get(variable, {})
        labels = tuple(table)
        groups = sums(members(labels, self.columns.groups))
        self.places.add(variable, (*labels, *groups.labels), [numbers[0] for numbers in table.values()])
        if groups.labels:
            self.places.part(f"{variable} groups", variable, len(labels))
            self._totals[f"{variable} groups"] = (variable, groups)
        return labels

    def _place_prices(self, place: str, zones: tuple[Label, ...], chosen: tuple[Label, ...]) -> None:
        """Prices of groups behind those of the countries that use the product."""
        _, rows = self.places.rows(place)
        _, of_zones = self.places.rows(place.split()[0])
        at = {label: of_zones.start + i for i, label in enumerate(zones)}  # zones that are a country
        at |= {label: rows.start + i for i, label in enumerate(chosen)}
        found = price_rows(at, self._level_rank, self.columns.groups) if chosen else []
        if found:
            begin = self.places.extend(place, tuple(label for label, _, _ in found))
            self._means += [(begin + i, prices, wanted) for i, (_, prices, wanted) in enumerate(found)]

    # --- names ------------------------------------------------------------------------------------

    def _declare(self) -> None:
        self._declare_prices()
        self._declare_shortage()
        self._rows_block("stock_cover_weeks", (("cover_minimum_weeks", "min"),))
        self._declare_flows()
        self._declare_makers()
        for variable, stats in (
            ("licence_backlog_t", (("licence_backlog_t", "mean"), ("licence_backlog_peak_t", "max"))),
            ("licence_granted_t", (("licence_granted_t", "sum"),)),
            ("licence_refused_t", (("licence_refused_t", "sum"),)),
        ):
            self._rows_block(variable, stats)
        self._declare_waits()
        if "leak" in self._ops:
            self._sum_block("leakage_t", "leakage_t")
        if "stockpile" in self._ops:
            self._rows_block("stockpile_t", (("stockpile_minimum_t", "min"),))
        self._rows_block("origin_exposure", (("origin_exposure_share", "mean"), ("origin_exposure_peak_share", "max")))
        self._declare_money()
        for metric, labels in self._public.names:
            self._name(metric, labels)
        self._blocks.append(lambda r, u, p: self._public.values(r, u.each, p.price, p.rates))

    def _name(self, metric: str, labels: Sequence[Label]) -> None:
        unit = METRIC_BY_NAME[metric].unit
        self.outcomes += [Outcome(metric, *label, unit) for label in labels]

    def _declare_prices(self) -> None:
        spot, paid = self.places.rows("price_spot_index"), self.places.rows("price_paid_index")
        used_rows = []
        for name, (labels, _) in (("price_spot", spot), ("price_paid", paid)):
            for suffix in ("index", "peak_index", "above_1_5x_weeks", "above_2x_weeks", "above_3x_weeks"):
                self._name(f"{name}_{suffix}", labels)
            for suffix in ("peak_week", "recovery_week", "usd_per_kg", "peak_usd_per_kg"):
                self._name(f"{name}_{suffix}", labels)
            used, rows = self.places.rows(f"{name}_index used")
            used_rows.append(rows)
            self._name(f"{name}_index", used)
            self._name(f"{name}_peak_index", used)
        rows = slice(spot[1].start, used_rows[1].stop)  # zones, then countries
        of_zones, of_countries = (
            [slice(each.start - rows.start, each.stop - rows.start) for each in kind]
            for kind in ((spot[1], paid[1]), used_rows)
        )
        named = [label for place in _PRICES for label in self.places.rows(place)[0]]
        products = np.asarray([self.columns.products.index(label.product) for label in named], dtype=np.intp)

        def values(r: Rows, u: Users, p: Money) -> list[Floats]:
            found = prices(r.weekly[rows], u.mean[rows], p.price[products], r.loops)
            parts = []
            for zones, countries in zip(of_zones, of_countries):
                parts += [each[zones] for each in found]
                parts += [each[countries] for each in found[:2]]
            return parts

        self._blocks.append(values)

    def _declare_shortage(self) -> None:
        asked = set(self.columns.asked_uses)
        single = [i for i, label in enumerate(self.levels[: self.n_fine]) if label.end_use in asked]
        told = as_slice(np.asarray([*single, *range(self.n_fine, len(self.levels))], dtype=np.intp))
        sums_only = [self.levels[i] for i in single] + list(self.levels[self.n_fine :])
        for metric in ("shortage_t", "shortage_unserved_t", "shortage_priced_out_t"):
            self._name(metric, self.levels)
        for metric in ("shortage_percent", "shortage_unserved_percent"):
            self._name(metric, sums_only)
        for metric in ("shortage_unserved_weeks", "shortage_priced_out_weeks"):
            self._name(metric, sums_only)
        self._name("first_week_short", self.levels)
        self._name("weeks_short", sums_only)
        self._name("short_recovery_week", sums_only)
        by_place: dict[Label, list[int]] = {}
        for label, rank in self._level_rank.items():
            if rank >= self.n_fine and label.place in self.columns.zone_of:
                groups = (g for g, codes in self.columns.groups.items() if label.place in codes)
                for place in (self.columns.zone_of[label.place], *groups, WORLD):
                    by_place.setdefault(Label(label.product, place, ALL), []).append(rank)
        stoppage = sums(by_place)
        self._name("first_stoppage_week", stoppage.labels)
        self._blocks.append(lambda r, u, p: shortages(r, u, told, stoppage))

    def _declare_flows(self) -> None:
        self._sum_block("production_t", "production_t")
        buyers: dict[Label, list[int]] = {}
        for rank, label in enumerate(self.lanes):
            buyers.setdefault(Label(label.product, label.place.split(">")[1], ALL), []).append(rank)
        by_origin, by_buyer, by_maker = self.origins, sums(buyers), self._makers
        _, made = self.places.rows("production_t")
        first_lane = len(by_origin.labels)
        self._name("export_t", (*by_origin.labels, *self.lanes))
        from_origin, by_group = import_sums(tuple(self.lanes), self.columns.groups)
        self._name("supplier_hhi", (*by_buyer.labels, *by_group.labels, *by_maker.labels))

        def flows(r: Rows, u: Users, p: Money) -> list[Floats]:
            lane = r.monthly[first_lane:].sum(axis=1)
            groups = hhi(by_group, from_origin.each(lane))
            return [by_origin.each(lane), lane, hhi(by_buyer, lane), groups, hhi(by_maker, u.each[made])]

        self._blocks.append(flows)

    def _declare_makers(self) -> None:
        """Makers that lack inputs, by product and country, group and world."""
        parts = [[self.places.rows(f"{v}{part}") for part in ("", " world")] for v in MAKER_VARIABLES]
        labels = tuple(label for found, _ in parts[0] for label in found)
        if not labels:
            return
        for metric in ("short_percent", "first_week_short", "weeks_short"):
            self._name(f"maker_{metric}", labels)
        called, lacking = (slice(a[1].start, b[1].stop) for a, b in parts)

        def values(r: Rows, u: Users, p: Money) -> list[Floats]:
            first, weeks, _ = short_weeks(r.table[lacking], r.table[called], u.each[lacking], r.loops)
            return [100.0 * ratio(u.each[lacking], u.each[called]), first, weeks]

        self._blocks.append(values)

    def _declare_waits(self) -> None:
        labels, waits = self.places.rows("licence_wait_days")
        _, queue = self.places.rows("licence_backlog_t")
        _, granted = self.places.rows("licence_granted_t")
        _, refused = self.places.rows("licence_refused_t")
        for metric in ("licence_wait_days", "licence_wait_peak_days", "licence_grant_percent"):
            self._name(metric, labels)
        if not labels:
            return

        def values(r: Rows, u: Users, p: Money) -> list[Floats]:
            wait, tonnes = r.weekly[waits], r.weekly[queue]
            yes, no = u.each[granted], u.each[refused]
            return [
                ratio((wait * tonnes).sum(axis=1), u.each[queue]),
                wait.max(axis=1, initial=0.0),
                100.0 * ratio(yes, yes + no),
            ]

        self._blocks.append(values)

    def _rows_block(self, variable: str, stats: tuple[tuple[str, str], ...]) -> None:
        labels, rows = self.places.rows(variable)
        if not labels:
            return
        for metric, _ in stats:
            self._name(metric, labels)
        kinds = tuple(STATS[kind] for _, kind in stats)
        self._blocks.append(lambda r, u, p: [kind(r, u, rows) for kind in kinds])

    def _sum_block(self, variable: str, metric: str) -> None:
        """Sums over weeks by country, then over countries."""
        labels, rows = self.places.rows(variable)
        world = by_product(tuple(label for label in labels if label.place in self.columns.countries))
        self._name(metric, (*labels, *world.labels))
        self._blocks.append(lambda r, u, p: [u.each[rows], world.each(u.each[rows])])

    # --- money ------------------------------------------------------------------------------------

    def money(self, values: Floats) -> Money:
        """Prices and values added of one run (the same in all its arms)."""
        return self._worth.at(values)

    def _declare_money(self) -> None:
        risk = at_risk(self.levels[: self.n_fine], self.columns.groups)
        for metric in ("output_at_risk_usd", "output_at_risk_unserved_usd"):
            self._name(metric, risk.labels)
        paid: dict[Label, int] = {}
        for name in ("price_paid_index", "price_paid_index used"):
            labels, here = self.places.rows(name)
            paid.update(zip(labels, range(here.start, here.stop)))
        priced = {*self.columns.zones, *self.columns.countries}  # a group's spending is the sum of its members'
        levels = [
            (i, c)
            for c, i in self._level_rank.items()
            if i >= self.n_fine and c in paid and c.end_use == ALL and c.place in priced
        ]
        prices = as_slice(np.asarray([paid[c] for _, c in levels], dtype=np.intp))
        rows = as_slice(np.asarray([i for i, _ in levels], dtype=np.intp))
        product = np.asarray([self.columns.products.index(c.product) for _, c in levels], dtype=np.intp)
        countries = [(rank, c) for rank, (_, c) in enumerate(levels) if c.place in self.columns.countries]
        world = spending(countries, self.columns.groups)
        keep = np.asarray([rank for rank, _ in countries], dtype=np.intp)
        self._name("extra_spend_usd", (*(c for _, c in countries), *world.labels))
        surplus = Surplus(self.levels[: self.n_fine], paid, self.columns.products, self.columns.stock_uses)
        self._name("priced_out_surplus_usd", risk.labels)

        def values(r: Rows, u: Users, p: Money) -> list[Floats]:
            lost = p.value * u.total[: self.n_fine]
            missing = p.value * u.unserved[: self.n_fine]
            used = r.wanted[rows] - r.unserved[rows] - r.priced_out[rows]
            extra = ((r.weekly[prices] - 1.0) * used).sum(axis=1) * (1000.0 * p.price[product])
            given_up = surplus.of(r, u.priced_out[: self.n_fine], p.price)
            return [risk.each(lost), risk.each(missing), extra[keep], world.each(extra), risk.each(given_up)]

        self._blocks.append(values)

    # --- one run ----------------------------------------------------------------------------------

    def rows(self, weekly: Floats, monthly: Floats, loops: Loops | None = None) -> Rows:
        """Turn an engine's arrays (time, columns) into rows, with the sums over users; `loops` do the same sooner.

        What lies before the reported start is left out of the rows and handed on as `lead`.
        """
        table, months = self._memory()
        weeks = self.columns.n_weeks
        before, months_before = self.columns.lead_weeks, self.columns.lead_months
        lead = (weekly[:before], monthly[:months_before]) if before else None
        weekly, monthly = weekly[before:], monthly[months_before:]
        levels = table[self._first_level :].reshape(len(USER_VARIABLES), len(self.levels), -1)
        if loops:
            loops.turn(weekly, table, *self._turn[0])
            loops.turn(monthly, months, *self._turn[1])
        else:
            for columns, rows in self._moves:
                table[rows, :weeks] = weekly.T[columns]
            filled = table.shape[1] if weeks > 1 else 1
            self._users.fill(levels[..., :filled], weekly)
            for total, (name, groups) in self._totals.items():
                groups.into(table[self.places.rows(name)[1], :filled], table[self.places.rows(total)[1], :filled])
            first_lane = len(self.origins.labels)
            months[first_lane:] = monthly.T[self._lane_columns]
            self.origins.into(months[first_lane:], months[:first_lane])
        for row, priced, wanted in self._means:
            table[row, :weeks] = weighted_mean(table[priced, :weeks], table[wanted, :weeks])
        return Rows(table, table[:, :weeks], months, levels, loops, lead)

    def _turnings(self, columns: int) -> tuple[Turning, Turning]:
        """How `loops.turn` makes the tables by week and by month."""
        row_of = self.places.row_of(columns)
        for start, numbers in enumerate(self._users.numbers):
            row_of[numbers] = self._first_level + start * len(self.levels) + self._users.fine_of
        added = [
            (self.places.rows(total)[1].start + g, self.places.rows(name)[1].start + rows)
            for total, (name, groups) in self._totals.items()
            for g, rows in enumerate(groups.groups)
        ]
        first_lane = len(self.origins.labels)
        lane_row = np.full(max([-1, *self._lane_columns]) + 1, -1)
        lane_row[self._lane_columns] = first_lane + np.arange(len(self._lane_columns))
        return (
            turning(row_of, [*added, *self._users.totals(self._first_level)]),
            turning(lane_row, [(g, first_lane + rows) for g, rows in enumerate(self.origins.groups)]),
        )

    def _memory(self) -> tuple[Floats, Floats]:
        """This thread's tables by week and by month: asking for fresh memory takes as long as filling it."""
        found: tuple[Floats, Floats] | None = getattr(self._local, "tables", None)
        if found is None:
            weekly = rows_by_line(self.places.size, self.columns.n_weeks)
            found = weekly, np.empty((len(self.origins.labels) + len(self.lanes), self.columns.n_months))
            self._local.tables = found
        return found

    def compute(self, rows: Rows, money: Money) -> Floats:
        """The metrics of one run, in the order of `outcomes`."""
        users = Users.of(rows, self._first_level, len(self.levels))
        parts = [part for block in self._blocks for part in block(rows, users, money)]
        return np.concatenate(parts) if parts else np.zeros(0)
