"""From one run's series to its metrics: pure functions, prepared once per model, the same bits anywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
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
    sums,
)
from .groups import exports, import_sums, price_rows, weighted_mean
from .loops import Loops, Turning, turning
from .metrics import METRIC_BY_NAME, METRICS, By, Of
from .money import Surplus, Worth, at_risk, spending
from .public import RECORDED, PublicMoney, offtakers
from .statistics import (
    STATS,
    Added,
    Money,
    Rows,
    Suppliers,
    Users,
    by_product,
    flows,
    makers,
    money,
    prices,
    rows_by_line,
    shortages,
    take,
    waits,
)

_PRICES = ("price_spot_index", "price_paid_index", "price_spot_index used", "price_paid_index used")
EXPORT_MONEY = ("export_tax_usd", "export_rent_paid_usd", "export_rent_earned_usd")
MAKER_VARIABLES = ("maker_called_t", "maker_lacking_t")
Work = Callable[[Rows, Users, Money], Mapping[str, Floats]]


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
        self._blocks: list[tuple[tuple[str, ...], Work]] = []
        self._declared: set[str] = set()  # variables whose statistics are declared
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
        budgeted = tuple(dict.fromkeys(arm.payer for arm in model.scenario.arms if arm.yearly_budget_usd is not None))
        of = (self.places, self.columns.products, zone_of, self.columns.groups, buyers, budgeted)
        self._public = PublicMoney(*of, self.columns.n_weeks)
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
        self._place_rows("price_fob_index")
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
        if self._ops & {"stockpile", "state_trade"}:
            self._place_sums("stockpile_t")
        for variable in EXPORT_MONEY:
            if variable in self.columns.weekly:
                self._place_sums(variable)
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
        """Statistics of one variable follow from their declarations, the others from families worked out together."""
        self._declare_prices()
        self._declare_shortage()
        self._declare_variables("stock_cover_weeks", "production_t")
        self._declare_flows()
        self._declare_makers()
        self._declare_variables("licence_backlog_t", "licence_granted_t", "licence_refused_t")
        self._declare_waits()
        declared = dict.fromkeys(m.computed.variable for m in METRICS if isinstance(m.computed, Of))
        self._declare_variables(*(name for name in declared if name not in self._declared))
        self._declare_money()
        self._family(dict(self._public.names), lambda r, u, p: self._public.values(r, u.each, p.price, p.rates))

    def _block(self, lines: Sequence[tuple[str, str, Sequence[Label]]], work: Work) -> None:
        """Outcomes that are worked out together.

        Parameters
        ----------
        lines : sequence of (metric, key, labels)
            In the order of `outcomes`; `key` is the name under which `work` gives the numbers of these labels.
        work : function of rows, users and money
            Arrays by key.
        """
        for metric, _, labels in lines:
            unit = METRIC_BY_NAME[metric].unit
            self.outcomes += [Outcome(metric, *label, unit) for label in labels]
        self._blocks.append((tuple(key for _, key, _ in lines), work))

    def _declare_prices(self) -> None:
        spot, paid = self.places.rows("price_spot_index"), self.places.rows("price_paid_index")
        lines: list[tuple[str, str, Sequence[Label]]] = []
        used_rows = []
        for name, (labels, _) in (("price_spot", spot), ("price_paid", paid)):
            ends = [
                m.name.removeprefix(f"{name}_")
                for m in METRICS
                if m.computed == By("statistics.prices") and m.name.startswith(name)
            ]
            lines += [(f"{name}_{end}", f"{name} {end}", labels) for end in ends]
            used, rows = self.places.rows(f"{name}_index used")
            used_rows.append(rows)
            lines += [(f"{name}_{end}", f"{name} {end} used", used) for end in ("index", "peak_index")]
        rows = slice(spot[1].start, used_rows[1].stop)  # zones, then countries
        of_zones, of_countries = (
            [slice(each.start - rows.start, each.stop - rows.start) for each in kind]
            for kind in ((spot[1], paid[1]), used_rows)
        )
        named = [label for place in _PRICES for label in self.places.rows(place)[0]]
        products = np.asarray([self.columns.products.index(label.product) for label in named], dtype=np.intp)

        def values(r: Rows, u: Users, p: Money) -> dict[str, Floats]:
            found = prices(r.weekly[rows], u.mean[rows], p.price[products], r.loops)
            parts: dict[str, Floats] = {}
            for name, zones, countries in zip(("price_spot", "price_paid"), of_zones, of_countries):
                parts |= {f"{name} {end}": each[zones] for end, each in found.items()}
                parts |= {f"{name} {end} used": found[end][countries] for end in ("index", "peak_index")}
            return parts

        self._block(lines, values)

    def _declare_shortage(self) -> None:
        asked = set(self.columns.asked_uses)
        single = [i for i, label in enumerate(self.levels[: self.n_fine]) if label.end_use in asked]
        told = as_slice(np.asarray([*single, *range(self.n_fine, len(self.levels))], dtype=np.intp))
        sums_only = [self.levels[i] for i in single] + list(self.levels[self.n_fine :])
        by_place: dict[Label, list[int]] = {}
        for label, rank in self._level_rank.items():
            if rank >= self.n_fine and label.place in self.columns.zone_of:
                groups = (g for g, codes in self.columns.groups.items() if label.place in codes)
                for place in (self.columns.zone_of[label.place], *groups, WORLD):
                    by_place.setdefault(Label(label.product, place, ALL), []).append(rank)
        stoppage = sums(by_place)
        whose: dict[str, Sequence[Label]] = {
            "shortage_t": self.levels,
            "shortage_unserved_t": self.levels,
            "shortage_priced_out_t": self.levels,
            "shortage_percent": sums_only,
            "shortage_unserved_percent": sums_only,
            "shortage_unserved_weeks": sums_only,
            "shortage_priced_out_weeks": sums_only,
            "first_week_short": self.levels,
            "weeks_short": sums_only,
            "short_recovery_week": sums_only,
            "first_stoppage_week": stoppage.labels,
        }
        self._family(whose, lambda r, u, p: shortages(r, u, told, stoppage))

    def _declare_flows(self) -> None:
        buyers: dict[Label, list[int]] = {}
        for rank, label in enumerate(self.lanes):
            buyers.setdefault(Label(label.product, label.place.split(">")[1], ALL), []).append(rank)
        from_origin, by_group = import_sums(tuple(self.lanes), self.columns.groups)
        suppliers = Suppliers(self.origins, sums(buyers), from_origin, by_group, self._makers)
        _, made = self.places.rows("production_t")
        first_lane = len(self.origins.labels)
        whose: dict[str, Sequence[Label]] = {
            "export_t": (*self.origins.labels, *self.lanes),
            "supplier_hhi": (*suppliers.by_buyer.labels, *by_group.labels, *self._makers.labels),
        }
        self._family(whose, lambda r, u, p: flows(r.monthly[first_lane:].sum(axis=1), u.each[made], suppliers))

    def _declare_makers(self) -> None:
        """Makers that lack inputs, by product and country, group and world."""
        parts = [[self.places.rows(f"{v}{part}") for part in ("", " world")] for v in MAKER_VARIABLES]
        labels = tuple(label for found, _ in parts[0] for label in found)
        if not labels:
            return
        called, lacking = (slice(a[1].start, b[1].stop) for a, b in parts)
        named = ("maker_short_percent", "maker_first_week_short", "maker_weeks_short")
        self._family(dict.fromkeys(named, labels), lambda r, u, p: makers(r, u, called, lacking))

    def _declare_waits(self) -> None:
        labels, wait = self.places.rows("licence_wait_days")
        if not labels:
            return
        _, queue = self.places.rows("licence_backlog_t")
        _, granted = self.places.rows("licence_granted_t")
        _, refused = self.places.rows("licence_refused_t")
        named = ("licence_wait_days", "licence_wait_peak_days", "licence_grant_percent")
        self._family(dict.fromkeys(named, labels), lambda r, u, p: waits(r, u, wait, queue, granted, refused))

    def _family(self, whose: Mapping[str, Sequence[Label]], work: Work) -> None:
        """Metrics that one function gives by name: whose numbers each of them holds."""
        self._block([(name, name, labels) for name, labels in whose.items()], work)

    def _declare_variables(self, *variables: str) -> None:
        """All metrics that are declared as statistics of these variables, where the model has them."""
        for variable in variables:
            self._declared.add(variable)
            self._declare_variable(variable)

    def _declare_variable(self, variable: str) -> None:
        labels, rows = self.places.rows(variable)
        world = by_product(tuple(label for label in labels if label.place in self.columns.countries))
        found = [
            (m.name, m.computed) for m in METRICS if isinstance(m.computed, Of) and m.computed.variable == variable
        ]
        if not labels:
            return
        lines = [(name, name, (*labels, *(world.labels if of.world else ()))) for name, of in found]

        def values(r: Rows, u: Users, p: Money) -> dict[str, Floats]:
            parts = {}
            for name, of in found:
                each = STATS[of.statistic](r, u, rows)
                parts[name] = np.concatenate([each, world.each(each)]) if of.world else each
            return parts

        self._block(lines, values)

    # --- money ------------------------------------------------------------------------------------

    def money(self, values: Floats) -> Money:
        """Prices and values added of one run (the same in all its arms)."""
        return self._worth.at(values)

    def _declare_money(self) -> None:
        risk = at_risk(self.levels[: self.n_fine], self.columns.groups)
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
        priced_at = as_slice(np.asarray([paid[c] for _, c in levels], dtype=np.intp))
        rows = as_slice(np.asarray([i for i, _ in levels], dtype=np.intp))
        product = np.asarray([self.columns.products.index(c.product) for _, c in levels], dtype=np.intp)
        countries = [(rank, c) for rank, (_, c) in enumerate(levels) if c.place in self.columns.countries]
        world = spending(countries, self.columns.groups)
        keep = np.asarray([rank for rank, _ in countries], dtype=np.intp)
        added = Added(risk, keep, world)
        knock_on = self._worth.has_knock_on
        surplus = Surplus(self.levels[: self.n_fine], paid, self.columns.products, self.columns.stock_uses)

        def values(r: Rows, u: Users, p: Money) -> dict[str, Floats]:
            lost = p.value * u.total[: self.n_fine]
            missing = p.value * u.unserved[: self.n_fine]
            used = r.wanted[rows] - r.unserved[rows] - r.priced_out[rows]
            extra = ((r.weekly[priced_at] - 1.0) * used).sum(axis=1) * (1000.0 * p.price[product])
            given_up = surplus.of(r, u.priced_out[: self.n_fine], p.price)
            found = money(lost, missing, extra, given_up, added)
            if knock_on:
                found["knock_on_loss_usd"] = risk.each(missing * p.knock_on)
            return found

        whose: dict[str, Sequence[Label]] = {
            "output_at_risk_usd": risk.labels,
            "output_at_risk_unserved_usd": risk.labels,
            "extra_spend_usd": (*(c for _, c in countries), *world.labels),
            "priced_out_surplus_usd": risk.labels,
        }
        if knock_on:
            whose["knock_on_loss_usd"] = risk.labels
        self._family(whose, values)

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
        parts = []
        for keys, work in self._blocks:
            found = work(rows, users, money)
            parts += [found[key] for key in keys]
        return np.concatenate(parts) if parts else np.zeros(0)
