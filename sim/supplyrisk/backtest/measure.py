"""Simulated series by name: what a target or an observed series is compared with.

A name is (variable, product, place). `product` and `place` may list several, joined by `+`; a place
may be a country, a group, a zone, `all`, for flows `CN>US` (`CN>`: everybody abroad). `A/B` is the ratio of two
places or of two products.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SupplyriskError, did_you_mean
from ..language.table import parse_period
from ..spec.observed import FLOWS, MONTHLY, SINGLE, VARIABLES

Floats = NDArray[np.float64]


class Unknown(SupplyriskError):
    """A variable, product or place the world does not have."""


@dataclass(frozen=True)
class Path:
    """One simulated series: the first day, the length in days and the value of every step."""

    first: Floats  # first day of each step
    days: Floats
    value: Floats
    flow: bool  # a quantity per step (tonnes), not a level

    def mean(self, start: int, stop: int) -> float:
        """Mean level, or mean quantity per month of a flow, over days start .. stop-1; NaN outside the horizon.

        Steps count by the days they share with the period.
        """
        shared = np.minimum(self.first + self.days, stop) - np.maximum(self.first, start)
        weight = np.maximum(shared, 0.0)
        total = weight.sum()
        if total <= 0.0:
            return float("nan")
        if self.flow:
            return float((self.value * weight / self.days).sum() / total * MONTH_DAYS)
        return float((self.value * weight).sum() / total)


MONTH_DAYS = 365.25 / 12.0


def split_names(text: str) -> tuple[str, ...]:
    """`a + b` or `a b` as names."""
    return tuple(part for part in text.replace("+", " ").split() if part)


class Meter:
    """Cuts series out of the engine's records of one model."""

    def __init__(self, model: Any, names: Any) -> None:
        self.model = model
        self.names = names
        self.stock_uses = {use.id for use in model.scenario.world.end_uses if use.is_stock}
        self.weekly: dict[tuple[str, str, str], list[int]] = {}
        for number, column in enumerate(model.weekly_columns):
            self.weekly.setdefault((column.variable, column.product, column.place), []).append(number)
        self.monthly: dict[tuple[str, str, str], list[int]] = {}
        for number, column in enumerate(model.monthly_columns):
            self.monthly.setdefault((column.product, column.place, column.partner), []).append(number)
        # Days count from the horizon's first day; a lead-in lies before it.
        lead_days = 7 * model.lead_weeks
        self.week_first = 7.0 * np.arange(model.n_weeks) - lead_days
        self.week_days = np.minimum(7.0, model.n_days - lead_days - self.week_first)
        starts = np.asarray(model.month_starts, dtype=np.float64) - lead_days
        self.month_first = starts
        self.month_days = np.diff(np.append(starts, model.n_days - lead_days))

    # --- names ----------------------------------------------------------------------------------
    def products(self, text: str) -> tuple[str, ...]:
        """Products meant by what is written; all if nothing is."""
        written = split_names(text) or ("all",)
        for name in written:
            if name not in self.names.known_products():
                raise Unknown(f"no product or stage is called {name}{did_you_mean(name, self.names.known_products())}")
        return tuple(self.names.expand_products(written))

    def places(self, text: str) -> tuple[str, ...]:
        """Countries meant by what is written; all if nothing is."""
        written = split_names(text) or ("all",)
        for name in written:
            if name not in self.names.known_places():
                raise Unknown(f"no place is called {name}{did_you_mean(name, self.names.known_places())}")
        return tuple(self.names.expand_countries(written))

    # --- readers --------------------------------------------------------------------------------
    def reader(self, variable: str, product: str, place: str) -> Callable[[Any], Path]:
        """A function from a run's series to the named path.

        Raises
        ------
        Unknown
            If the world has no such variable, product or place, or none of them is recorded.
        """
        if variable not in VARIABLES:
            raise Unknown(f"no variable is called {variable}{did_you_mean(variable, VARIABLES, 40)}")
        if "/" in place:
            above, _, below = place.partition("/")
            upper, lower = self.reader(variable, product, above), self.reader(variable, product, below)
            return lambda run: _quotient(upper(run), lower(run))
        if "/" in product:
            above, _, below = product.partition("/")
            upper, lower = self.reader(variable, above, place), self.reader(variable, below, place)
            return lambda run: _quotient(upper(run), lower(run))
        if variable in MONTHLY:
            return self._flows(variable, product, place)
        products = self.products(product)
        if variable in SINGLE or variable in ("price_spot_usd_per_kg", "price_paid_usd_per_kg"):
            return self._level(variable, products, place.strip())
        if variable in ("shortage_t", "used_t", "unserved_share", "shortage_share"):
            return self._users(variable, products, self.places(place))
        return self._sum(variable, products, self.places(place))

    def _columns(self, variable: str, products: Sequence[str], places: Sequence[str]) -> list[int]:
        found = [n for p in products for c in places for n in self.weekly.get((variable, p, c), ())]
        return [n for n in found if self.model.weekly_columns[n].end_use not in self.stock_uses]

    def _week(self, value: Floats, flow: bool) -> Path:
        return Path(self.week_first, self.week_days, value, flow)

    def _sum(self, variable: str, products: Sequence[str], places: Sequence[str]) -> Callable[[Any], Path]:
        columns = self._columns(variable, products, places)
        if not columns:
            raise Unknown(f"{variable} is not recorded for this product and place")
        flow = variable in FLOWS
        return lambda run: self._week(run.weekly[:, columns].sum(axis=1), flow)

    def _level(self, variable: str, products: Sequence[str], place: str) -> Callable[[Any], Path]:
        base = variable.replace("_usd_per_kg", "_index")
        if place == "all" and base == variable:
            return self._world_level(variable, products)
        if place not in self.names.known_places():
            raise Unknown(f"no place is called {place}{did_you_mean(place, self.names.known_places())}")
        columns = [n for p in products for n in self.weekly.get((base, p, place), ())]
        if not columns:
            zones = ", ".join(self.names.zones)
            raise Unknown(f"{variable} is recorded by price zone or country ({zones}), not for {place}")
        if base == variable:
            return lambda run: self._week(run.weekly[:, columns].mean(axis=1), False)
        prices = np.array([self._price(p) for p in products if self.weekly.get((base, p, place))])
        return lambda run: self._week((run.weekly[:, columns] * prices).mean(axis=1), False)

    def _world_level(self, variable: str, products: Sequence[str]) -> Callable[[Any], Path]:
        """Mean over price zones by the tonnage that makers of the next products and end users take there."""
        cells = []
        for product in products:
            users = [p.id for p in self.model.scenario.world.products if product in p.inputs]
            for zone, members in self.names.zones.items():
                level = self.weekly.get((variable, product, zone), [])
                weight = self._columns("production_t", users, members) + self._columns("wanted_t", [product], members)
                cells += [(n, weight) for n in level if weight]
        if not cells:
            raise Unknown(f"{variable} is not recorded for this product, or nobody uses it")

        def read(run: Any) -> Path:
            weights = np.array([run.weekly[:, columns].sum(axis=1) for _, columns in cells])
            levels = np.array([run.weekly[:, number] for number, _ in cells])
            total = weights.sum(axis=0)
            mean = np.divide((levels * weights).sum(axis=0), total, out=levels.mean(axis=0), where=total > 0)
            return self._week(mean, False)

        return read

    def _price(self, product: str) -> float:
        value = self.model.scenario.world.values[("price_usd_per_kg", product)]
        return central(value, self.model.sampled)

    def _users(self, variable: str, products: Sequence[str], places: Sequence[str]) -> Callable[[Any], Path]:
        sets = [
            self._columns(v, products, places) for v in ("wanted_t", "shortage_unserved_t", "shortage_priced_out_t")
        ]
        if not sets[0]:
            raise Unknown("no end user of this product is in this place")

        def read(run: Any) -> Path:
            wanted, unserved, dear = (run.weekly[:, columns].sum(axis=1) for columns in sets)
            if variable == "used_t":
                return self._week(wanted - unserved - dear, True)
            if variable == "shortage_t":
                return self._week(unserved + dear, True)
            short = unserved if variable == "unserved_share" else unserved + dear
            return self._week(np.divide(short, wanted, out=np.zeros_like(short), where=wanted > 0), False)

        return read

    def by_country(self, variable: str, product: str, place: str) -> list[Callable[[Any], Path]]:
        """Readers of a users' variable, one per country of the place that has such users."""
        found = []
        for country in self.places(place):
            try:
                found.append(self._users(variable, self.products(product), (country,)))
            except Unknown:
                continue
        if not found:
            raise Unknown("no end user of this product is in this place")
        return found

    def _flows(self, variable: str, product: str, place: str) -> Callable[[Any], Path]:
        origin, arrow, destination = place.partition(">")
        if not arrow:
            raise Unknown(f"a flow needs a place like CN> or CN>US (got {place})")
        products, sellers, buyers = self.products(product), self.places(origin), self.places(destination)
        columns = [
            n
            for (p, seller, buyer), numbers in self.monthly.items()
            if p in products and seller in sellers and buyer in buyers and buyer not in sellers
            for n in numbers
        ]
        if not columns:
            raise Unknown("no lane of this product crosses a border there")
        leaks = self._columns("leakage_t", products, buyers) if variable != "export_t" else []
        month = np.searchsorted(self.month_first, self.week_first, side="right") - 1

        def read(run: Any) -> Path:
            value = run.monthly[:, columns].sum(axis=1)
            if leaks:
                leaked = np.bincount(month, run.weekly[:, leaks].sum(axis=1), minlength=len(value))
                value = np.maximum(value - leaked, 0.0)
            return Path(self.month_first, self.month_days, value, True)

        if variable == "replaced_share":
            return self._replaced(columns, leaks, month)
        if variable != "quota_used_share":
            return read
        quota = self._quota(products, sellers)

        def share(run: Any) -> Path:
            path = read(run)
            normal = path.value[0] / path.days[0]
            return Path(path.first, path.days, path.value / (normal * path.days * quota), False)

        return share

    def _replaced(self, columns: list[int], leaks: list[int], month: NDArray[np.intp]) -> Callable[[Any], Path]:
        """Share of the lost direct trade that came another way; normal is the first month, nothing where nothing is lost."""

        def read(run: Any) -> Path:
            leaked = np.bincount(month, run.weekly[:, leaks].sum(axis=1), minlength=len(self.month_days))
            direct = np.maximum(run.monthly[:, columns].sum(axis=1) - leaked, 0.0)
            lost = direct[0] / self.month_days[0] * self.month_days - direct
            share = np.divide(leaked, lost, out=np.zeros_like(lost), where=lost > 0.05 * direct[0])
            return Path(self.month_first, self.month_days, share, False)

        return read

    def _quota(self, products: Sequence[str], sellers: Sequence[str]) -> Floats:
        """Quota of every month as a share of normal exports; 1 where there is none."""
        level = np.ones(len(self.month_first))
        for event in self.model.scenario.events:
            for effect in event.effects:
                if effect.op != "quota" or not (set(effect.select.products) & set(products)):
                    continue
                start = central(event.start_day, self.model.sampled)
                for point in effect.schedule:
                    day = start + central(point.day, self.model.sampled)
                    level[self.month_first >= day - 15] = central(point.level, self.model.sampled)
        return level


def central(number: Any, columns: Any) -> float:
    """A number, or the central value of an uncertain one."""
    if hasattr(number, "column"):
        return float(number.at({column.name: column.central for column in columns}))
    return float(number)


def _quotient(above: Path, below: Path) -> Path:
    value = np.divide(above.value, below.value, out=np.full_like(above.value, np.nan), where=below.value > 0)
    return Path(above.first, above.days, value, False)


# --- months ---------------------------------------------------------------------------------------
def month_number(date: dt.date) -> int:
    """Months since year 0, so that months can be compared and averaged."""
    return 12 * date.year + date.month - 1


def month_name(number: float) -> str:
    """`2025-07` of a month number."""
    if not np.isfinite(number):
        return "never"
    whole = round(number)
    return f"{whole // 12}-{whole % 12 + 1:02d}"


__all__ = [
    "FLOWS",
    "MONTHLY",
    "VARIABLES",
    "Mapping",
    "Meter",
    "Path",
    "Unknown",
    "month_name",
    "month_number",
    "parse_period",
    "split_names",
]
