"""What measures cost: public money for stocks, subsidies, guaranteed prices and offtake; firms' cost of holding stock.

Symbols, for a product, a country and the weeks w = 1 .. W of the horizon:

- S_w public stock at the end of the week, t (S_0 = 0); of it B_w bought and V_w sold in the week, both in full where a state
  does both, and A_w = S_w - S_(w-1) - B_w + V_w found in store: on the first day, or when a measure begins that has an opening stock;
- P_w spot price of the country's zone, index; p baseline price, USD/t;
- Q_w output of the country's plants, t, taken as sold in the week in which it is finished;
- r discount rate, 1/yr; d_w = (1 + r)^(-7 (w - 1) / 365.25) what a USD of week w is worth at the start;
- k cost of storing a tonne, share of its value a year.

bought   = sum of d_w B_w P_w p                          sold = sum of d_w V_w P_w p
opening  = sum of d_w A_w P_w p                          left = d_W S_W P_W p
storage  = sum of d_w S_w p k 7/365.25
interest = sum of d_w S_w p r 7/365.25  (the part of opening + bought - sold - left that is time alone; never added to the cost)
subsidy  = sum of d_w s_w p Q_w                          with s_w the subsidy, index
floor    = sum of d_w max(f_w - max(P_w, o_w), 0) p Q_w  with f_w the guaranteed price, index
offtake  = sum of d_w (o_w - P_w) p Q_w where o_w > 0    with o_w the agreed price: a gain where the market is dearer
cost     = opening + bought - sold - left + storage + subsidy + floor + offtake
outlay_y = sum over the weeks of year y, not discounted, of
           B_w P_w p + S_w p k 7/365.25 + s_w p Q_w + max(f_w - max(P_w, o_w), 0) p Q_w + max(o_w - P_w, 0) p Q_w
           (sales and gains are left out), of which the most of any year is told. A yearly budget has to hold what a policy adds to
           outlay_y + the opening stock of the year: a stock that it is given to begin with has to be paid for, too
holding  = sum of d_w F_w p c 7/365.25                   with F_w what firms in a zone hold and what is afloat to it, t, and
                                                         c the world's cost of carrying stock, share of its value a year

The present value of buying, keeping and selling again is the cost of a reserve; interest is in it through d. A government pays for
plants in its own country; an offtake is paid by its buyers in equal parts, if it names any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..model.structure import lookup
from ..powers import exp, log
from .aggregate import ALL, WORLD, Affine, Floats, Groups, Index, Label, Places, Sums, affine, sums
from .statistics import Rates, Rows

YEARS_PER_WEEK = 7.0 / 365.25
STOCK = (
    "public_stock_opening_usd",
    "public_stock_bought_usd",
    "public_stock_sold_usd",
    "public_stock_left_usd",
    "public_stock_storage_usd",
)
INTEREST = "public_stock_interest_usd"
SUPPORT = {
    "subsidy": "public_subsidy_usd",
    "price_floor": "public_price_floor_usd",
    "offtake": "public_offtake_usd",
}
COST, HOLDING = "public_cost_usd", "firms_stock_holding_usd"
OUTLAY, YEARLY = "public_outlay_peak_year_usd", "public_outlay_year_usd"
ROUNDING = 1e-9  # of the tonnes that it is the difference of
BOUGHT, SOLD = "stockpile_bought_t", "stockpile_sold_t"
FIRMS = "firms_stock_t"
RECORDED = (*(f"{op}_index" for op in SUPPORT), FIRMS, BOUGHT, SOLD)  # what an engine records for these alone


class RateNumbers:
    """Rates of which some may be drawn."""

    def __init__(self, model: Any, products: Sequence[str]) -> None:
        world = model.scenario.world
        names = [column.name for column in model.scenario.sampled]
        self._discount = affine([lookup(world, "discount_rate_per_year", ())], names)
        self._storage = self._by_product(world, "storage_cost_per_year", products, names)
        self._carrying = self._by_product(world, "carrying_cost_per_year", products, names)

    @staticmethod
    def _by_product(world: Any, name: str, products: Sequence[str], names: Sequence[str]) -> Affine:
        return affine([lookup(world, name, (product,)) for product in products], names)

    def at(self, values: Floats) -> Rates:
        """The rates of one run (the same in all its arms)."""
        return Rates(float(self._discount.at(values)[0]), self._storage.at(values), self._carrying.at(values))


@lru_cache(maxsize=32)
def discounts(rate: float, weeks: int) -> Floats:
    """d_w of every week: what a USD paid then is worth at the start."""
    if rate == 0.0:
        return np.ones(weeks)
    step = log(1.0 + rate) * YEARS_PER_WEEK
    return np.asarray([exp(-step * week) for week in range(weeks)])


@dataclass(frozen=True)
class Payers:
    """Rows by product and country, and the sums that are reported: by product and in all, by country, group and world."""

    labels: tuple[Label, ...]
    sums: Sums

    @classmethod
    def of(cls, labels: Sequence[Label], groups: Groups) -> Payers:
        members: dict[Label, list[int]] = {}
        for product in (None, ALL):
            for rank, label in enumerate(labels):
                of = (name for name, codes in groups.items() if label.place in codes)
                for place in (label.place, *of, WORLD):
                    members.setdefault(Label(product or label.product, place, ALL), []).append(rank)
        return cls(tuple(labels), sums(members))


class PublicMoney:
    """Costs of one run; everything that depends only on the model is prepared once.

    Parameters
    ----------
    places : Places
        Where the rows of a run lie.
    products : sequence of str
        Products in the order of the baseline prices.
    zone_of : mapping
        Zone of every country, as prices are formed.
    groups : mapping
        Groups of countries.
    buyers : mapping
        (product, country of the plant) -> countries that pay an offtake there.
    budgeted : sequence of str
        Countries and groups (or the world) whose outlays are told year by year.
    weeks : int
        Length of the horizon.
    """

    def __init__(
        self,
        places: Places,
        products: Sequence[str],
        zone_of: Mapping[str, str],
        groups: Groups,
        buyers: Mapping[tuple[str, str], Sequence[str]],
        budgeted: Sequence[str] = (),
        weeks: int = 0,
    ) -> None:
        self.names: list[tuple[str, tuple[Label, ...]]] = []
        spot_labels, spot_rows = places.rows("price_spot_index")
        spot = {(label.product, label.place): spot_rows.start + i for i, label in enumerate(spot_labels)}

        def prices(labels: Sequence[Label]) -> Index:
            return np.asarray([spot[label.product, zone_of[label.place]] for label in labels], dtype=np.intp)

        def which(labels: Sequence[Label]) -> Index:
            return np.asarray([products.index(label.product) for label in labels], dtype=np.intp)

        # Groups' sums of stocks lie behind those of countries, and are added up anew here, in money.
        stocks, rows = places.rows("stockpile_t")
        kept = [i for i, label in enumerate(stocks) if label.place in zone_of]
        stock = [stocks[i] for i in kept]
        moved = [places.rows(name) for name in (BOUGHT, SOLD)]
        self._stock = np.asarray([rows.start + i for i in kept], dtype=np.intp)
        self._bought, self._sold = (
            np.asarray([at[label] for label in stock], dtype=np.intp)
            for at in (dict(zip(found, range(of.start, of.stop), strict=True)) for found, of in moved)
        )
        self._stock_price, self._stock_product = prices(stock), which(stock)
        self._promised = {op: places.rows(f"{op}_index")[1] for op in SUPPORT if places.rows(f"{op}_index")[0]}
        made, self._made = places.rows("production_t")
        made = made[: self._made.stop - self._made.start]
        sites = [label for label in made if label.place in zone_of] if self._promised else []
        self._made = slice(self._made.start, self._made.start + len(sites))
        self._site_price, self._site_product = prices(sites), which(sites)
        paid: list[Label] = []
        site_of: list[int] = []
        parts: list[float] = []
        for rank, label in enumerate(sites):
            payers = buyers.get((label.product, label.place)) or (label.place,)
            paid += [Label(label.product, payer, ALL) for payer in payers]
            site_of += [rank] * len(payers)
            parts += [1.0 / len(payers)] * len(payers)
        self._paid_site, self._paid_part = np.asarray(site_of, dtype=np.intp), np.asarray(parts)
        self._by_stock, self._by_site = Payers.of(stock, groups), Payers.of(sites, groups)
        self._by_buyer = Payers.of(paid, groups)
        everything = [*stock, *(sites * (("subsidy" in self._promised) + ("price_floor" in self._promised)))]
        everything += paid if "offtake" in self._promised else []
        self._all = Payers.of(everything, groups)
        self._weeks = weeks
        self._declare(stock, budgeted)
        held, self._held = places.rows(FIRMS)
        self._held_product = which(held)
        self._by_zone = Payers.of(held, {})
        if held:
            self.names.append((HOLDING, self._by_zone.sums.labels))

    def _declare(self, stock: Sequence[Label], budgeted: Sequence[str]) -> None:
        if stock:
            self.names += [(name, self._by_stock.sums.labels) for name in (*STOCK, INTEREST)]
        for op in self._promised:
            by = self._by_buyer if op == "offtake" else self._by_site
            self.names.append((SUPPORT[op], by.sums.labels))
        if stock or self._promised:
            self.names += [(COST, self._all.sums.labels), (OUTLAY, self._all.sums.labels)]
        every = [(rank, label) for rank, label in enumerate(self._all.sums.labels) if label.product == ALL]
        told = [(rank, label) for rank, label in every if label.place in budgeted]
        self._told = np.asarray([rank for rank, _ in told], dtype=np.intp)
        if told:
            years = range(1, len(year_starts(self._weeks)) + 1)
            labels = tuple(Label(ALL, label.place, year_name(year)) for _, label in told for year in years)
            self.names.append((YEARLY, labels))

    def values(self, r: Rows, each: Floats, price: Floats, rates: Rates) -> dict[str, Floats]:
        """Costs by metric; `each` are the sums of rows, `price` the baseline prices by product, USD/kg."""
        worth = discounts(rates.discount, r.weekly.shape[1])
        found: dict[str, Floats] = {}
        costs: list[Floats] = []
        if len(self._stock):
            parts = self._stocks(r, each, 1000.0 * price, rates, worth)
            found |= {
                name: self._by_stock.sums.each(part) for name, part in zip((*STOCK, INTEREST), parts, strict=True)
            }
            opening, bought, sold, left, storage, _ = parts
            costs.append(opening + bought - sold - left + storage)
        for op, paid in self._support(r, each, 1000.0 * price, worth).items():
            by = self._by_buyer if op == "offtake" else self._by_site
            found[SUPPORT[op]] = by.sums.each(paid)
            costs.append(paid)
        if costs:
            found[COST] = self._all.sums.each(np.concatenate(costs))
            outlays, opening = self._outlays(r, each, 1000.0 * price, rates)
            found[OUTLAY] = self._all.sums.of(outlays).max(axis=1)
            if len(self._told):
                found[YEARLY] = self._all.sums.of(outlays + opening)[self._told].reshape(-1)
        if self._by_zone.labels:
            held = (r.weekly[self._held] * worth).sum(axis=1) * YEARS_PER_WEEK
            found[HOLDING] = self._by_zone.sums.each(held * (1000.0 * price * rates.carrying)[self._held_product])
        return found

    def _stocks(self, r: Rows, each: Floats, usd: Floats, rates: Rates, worth: Floats) -> Floats:
        """Opening stock, bought, sold, left, storage and interest by product and country, USD."""
        found = np.zeros((6, len(self._stock)))
        some = self._stored(each)
        product = self._stock_product[some]
        stock, index = r.weekly[self._stock[some]], r.weekly[self._stock_price[some]]
        value = usd[product]
        held = (stock * worth).sum(axis=1) * value * YEARS_PER_WEEK
        for rank, moved in enumerate(self._moved(r, some)):
            found[rank, some] = (moved * index * worth).sum(axis=1) * value
        found[3, some] = stock[:, -1] * index[:, -1] * worth[-1] * value
        found[4, some] = held * rates.storage[product]
        found[5, some] = held * rates.discount
        return found

    def _stored(self, each: Floats) -> Index:
        """Where there is a public stock in any week (in most places there is none), or one passes through within a week."""
        return np.flatnonzero(each[self._stock] + each[self._bought])

    def _moved(self, r: Rows, some: Index) -> tuple[Floats, Floats, Floats]:
        """Tonnes found in store, bought and sold, week by week."""
        bought, sold = r.weekly[self._bought[some]], r.weekly[self._sold[some]]
        opening = np.diff(r.weekly[self._stock[some]], axis=1, prepend=0.0) - bought + sold
        # What is left of sums of tonnes is rounding.
        opening[np.abs(opening) < ROUNDING * (bought + sold + r.weekly[self._stock[some]])] = 0.0
        return opening, bought, sold

    def _support(self, r: Rows, each: Floats, usd: Floats, worth: Floats) -> dict[str, Floats]:
        """What subsidies, guaranteed prices and offtake cost, USD: by plant's country; of offtake by payer."""
        found: dict[str, Floats] = {}
        for op, rows in self._promised.items():
            paid = np.zeros(len(self._site_price))
            some = np.flatnonzero(each[rows])
            gap, sold = self._gap(op, r, some), r.weekly[self._made][some]
            paid[some] = (gap * sold * worth).sum(axis=1) * usd[self._site_product[some]]
            found[op] = paid[self._paid_site] * self._paid_part if op == "offtake" else paid
        return found

    def _gap(self, op: str, r: Rows, some: Index) -> Floats:
        """What is paid per tonne week by week, index, by plant."""
        index, spot = r.weekly[self._promised[op]][some], r.weekly[self._site_price[some]]
        if op == "subsidy":
            return index
        if op == "price_floor":
            taken = self._promised.get("offtake")
            earned = spot if taken is None else np.maximum(spot, r.weekly[taken][some])
            return np.asarray(np.maximum(index - earned, 0.0))
        return np.where(index > 0.0, index - spot, 0.0)

    def _outlays(self, r: Rows, each: Floats, usd: Floats, rates: Rates) -> tuple[Floats, Floats]:
        """Outlays, and opening stocks, by row of all that is paid for and year of the horizon, USD of the day."""
        first = year_starts(r.weekly.shape[1])
        parts: list[Floats] = []
        opening = np.zeros((len(self._all.labels), len(first)))  # stocks come first
        if len(self._stock):
            yearly = np.zeros((len(self._stock), len(first)))
            some = self._stored(each)
            product = self._stock_product[some]
            stock, index = r.weekly[self._stock[some]], r.weekly[self._stock_price[some]]
            value = usd[product][:, None]
            there, bought, _ = self._moved(r, some)
            kept = stock * (rates.storage[product] * YEARS_PER_WEEK)[:, None]
            yearly[some] = np.add.reduceat(bought * index + kept, first, axis=1) * value
            opening[some] = np.add.reduceat(there * index, first, axis=1) * value
            parts.append(yearly)
        for op, rows in self._promised.items():
            yearly = np.zeros((len(self._site_price), len(first)))
            some = np.flatnonzero(each[rows])
            paid = np.maximum(self._gap(op, r, some), 0.0) * r.weekly[self._made][some]
            yearly[some] = np.add.reduceat(paid, first, axis=1) * usd[self._site_product[some]][:, None]
            parts.append(yearly[self._paid_site] * self._paid_part[:, None] if op == "offtake" else yearly)
        return np.concatenate(parts), opening


def year_name(year: int) -> str:
    """What stands for the end use where a number is of one year of the horizon, counted from 1."""
    return f"year {year}"


@lru_cache(maxsize=32)
def year_starts(weeks: int) -> Index:
    """First week, counted from 0, of every year of the horizon; a year has 365.25 days from the first day on."""
    year = np.floor(np.arange(weeks) * YEARS_PER_WEEK)
    return np.flatnonzero(np.diff(year, prepend=-1.0))


def offtakers(scenario: Any) -> dict[tuple[str, str], tuple[str, ...]]:
    """(product, country of the plant) -> countries that offtake contracts name as buyers."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    everything = [p.id for p in scenario.world.products]
    for event in (*scenario.outlook.events, *scenario.events):
        for effect in event.effects:
            if effect.op == "offtake":
                buyers = str(effect.texts.get("buyer", "")).split()
                for product in effect.select.products or everything:
                    for country in effect.select.origins or scenario.world.countries:
                        found.setdefault((product, country), {}).update(dict.fromkeys(buyers))
    return {key: tuple(buyers) for key, buyers in found.items() if buyers}
