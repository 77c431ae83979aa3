"""What happens in a week, what the chain remembers from week to week, and what a run records.

The last axis of every array is the row: draws of the numbers, scenarios, or both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from parameters import Numbers
from world import World

Rows = float | np.ndarray
Cell = tuple[int, int]  # product, zone


@dataclass
class Rule:
    """A rule on exports of one product from one zone to a set of zones, as stated for a week.

    limit: share of normal trade that passes. on: announced. office: a licence office, whose pace holders learn. leak: share
    that passes besides (None: the default leak). wait: weeks to its start (0: in force). ends: weeks to an announced end
    (nan: none). age: weeks that it has been in force at least.
    """

    product: int
    origin: int
    destinations: list[int]
    limit: Rows
    on: bool | np.ndarray = True
    office: bool = False
    leak: Rows | None = None
    wait: Rows = 0.0
    ends: Rows = np.nan
    age: Rows = 0.0

    @property
    def key(self) -> tuple[int, int, tuple[int, ...]]:
        """What tells this rule from others."""
        return self.product, self.origin, tuple(self.destinations)


@dataclass
class Week:
    """What happens in a week.

    demand: factor by user. lasts: by user, whether it is known to last. left: share of capacity left by site; left_age,
    left_ends: weeks that the cut has lasted at least, weeks to its announced end. buy, give: public purchases and releases
    by cell, (a week, still to come).
    """

    demand: dict[int, Rows] = field(default_factory=dict)
    lasts: dict[int, bool | np.ndarray] = field(default_factory=dict)
    left: dict[int, Rows] = field(default_factory=dict)
    left_age: dict[int, Rows] = field(default_factory=dict)
    left_ends: dict[int, Rows] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    buy: dict[Cell, tuple[Rows, Rows]] = field(default_factory=dict)
    give: dict[Cell, tuple[Rows, Rows]] = field(default_factory=dict)


@dataclass
class Believed:
    """A rule as holders see it this week: a the pace believed, passes what may pass, weeks (C) believed under it."""

    product: int
    origin: int
    destinations: list[int]
    key: tuple[int, int, tuple[int, ...]]
    office: bool
    on: np.ndarray
    wait: np.ndarray
    pace: np.ndarray
    passes: np.ndarray
    weeks: np.ndarray
    # set when prices are aimed at
    normal: Rows = 0.0  # E0, normal trade on its lanes
    multiple: Rows = 0.0  # m of its product
    rush: Rows = 0.0  # stock still to be built before the start, 0 while no rush is active
    rush_loss: Rows = 0.0  # what the rush takes from the joint market
    alone: Rows = 0.0  # ln price of the destination block by itself
    apart: Rows = False  # the block has a price of its own
    binds: Rows = False  # ... and the rule is in force

    @property
    def in_force(self) -> np.ndarray:
        """Announced and begun."""
        return self.on & (self.wait <= 0)

    @property
    def ahead(self) -> np.ndarray:
        """Announced and not begun."""
        return self.on & (self.wait > 0)

    def covers(self, k: int, origin: int, destination: int) -> bool:
        """Whether it rules this link."""
        return self.product == k and self.origin == origin and destination in self.destinations


def full(by_index: Mapping[int, Rows], count: int, rows: int, otherwise: float) -> np.ndarray:
    """(count, rows) array of numbers that are stated for some."""
    return np.array([np.broadcast_to(by_index.get(i, otherwise), (rows,)) for i in range(count)], float)


class State:
    """Everything that a week hands to the next.

    scale: rows that scale the world's numbers (`cover`, `eps`: what is not known of them), and a start off rest
    (`stock0`, `price0`: factors by cell).
    """

    def __init__(self, world: World, numbers: Numbers, rows: int, scale: Mapping | None = None) -> None:
        w, scale = world, scale or {}
        shape = (w.number_of_products, w.number_of_zones, rows)
        self.world, self.p, self.rows = world, numbers, rows
        self.one, self.zero = np.ones(rows), np.zeros(rows)
        self.discount = 1.0 / numbers.attention_weeks * self.one
        self.up, self.down = numbers.output_up_weeks * self.one, numbers.output_down_weeks * self.one
        self.scale_cover = np.asarray(scale.get("cover", 1.0)) * self.one
        self.scale_eps = np.asarray(scale.get("eps", 1.0)) * self.one
        self._fill_stocks(shape)
        for cell, factor in scale.get("stock0", {}).items():
            self.stock[cell] = self.stock[cell] * factor
        users, sites = len(w.users), len(w.sites)
        self.thrift, self.normal_demand = np.zeros((users, rows)), np.ones((users, rows))
        self.first_short = np.full((users, rows), np.inf)
        self.spot, self.contract, self.quoted = (
            np.zeros(shape),
            np.zeros(shape),
            np.zeros(shape),
        )  # ln; quoted with error
        for cell, factor in scale.get("price0", {}).items():
            for price in (self.spot, self.contract, self.quoted):
                price[cell] += np.log(factor)
        self.paid = np.ones(shape)
        self.arrival = np.ones(shape)
        self.plan = np.array([site.q0 * self.one for site in w.sites])
        self.grown = np.ones((sites, rows))
        self.cut_age = np.zeros((sites, rows))
        self.pace: dict = {}
        self.rule_age: dict = {}
        self.leak: dict = {}
        self.link_full = np.zeros(shape)
        self.last_flow = {(k, o, d): w.trade[k, o, d] * self.one for k, o, d in w.links}
        self.output = w.out0[:, :, None] * self.one
        self.made = self.used = self.public = self.zero
        self.start = self.held()

    def _fill_stocks(self, shape: tuple[int, int, int]) -> None:
        """Normal stocks: of makers and traders, of users' five firms, afloat."""
        w = self.world
        self.maker_stock0 = w.cover[:, :, None] * w.maker_need0[:, :, None] * self.scale_cover
        self.trader_stock0 = w.cover[:, :, None] * w.user_need0[:, :, None] * self.scale_cover
        self.own_stock0 = (w.out_weeks * w.out0)[:, :, None] * self.one
        inflow = [
            [w.transit[k] * w.trade[k][:, z].sum() for z in range(w.number_of_zones)]
            for k in range(w.number_of_products)
        ]
        self.afloat0 = np.array(inflow)[:, :, None] * self.one
        self.stock = self.maker_stock0 + self.trader_stock0 + self.own_stock0
        self.afloat = {(k, o, d): [w.trade[k, o, d] * self.one for _ in range(w.transit[k])] for k, o, d in w.links}
        self.firms = [user.firms[:, None] * (user.cover * user.use / 5) * self.scale_cover for user in w.users]
        self.user_stock0 = [stock.sum(0) for stock in self.firms]
        self.firm_stock0 = np.zeros(shape)
        for i, user in enumerate(w.users):
            self.firm_stock0[user.k, user.z] += self.user_stock0[i]

    def held(self) -> np.ndarray:
        """All goods in stocks and afloat."""
        afloat = sum((sum(goods) for goods in self.afloat.values() if goods), self.zero)
        return self.stock.sum((0, 1)) + sum(stock.sum(0) for stock in self.firms) + afloat

    def multiple(self, k: int) -> np.ndarray:
        """m: most that a link of product k carries, of its normal gross trade."""
        own = self.world.link_multiple[k]
        return (own if own else self.p.link_multiple) * self.one


@dataclass
class Record:
    """Series of a run: (week, product, zone, row) or (week, user, row), flows by link (of normal).

    price: quoted, baseline = 1. mass: gap of the balance of goods, share of all output. first_short: week in which a user
    first misses more than 1 % of what it wants.
    """

    price: np.ndarray
    paid: np.ndarray
    stock: np.ndarray
    output: np.ndarray
    use: np.ndarray
    unserved: np.ndarray
    wanted: np.ndarray
    flow: dict[tuple[int, int, int], np.ndarray]
    mass: np.ndarray
    first_short: np.ndarray
