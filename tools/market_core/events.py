"""Eight past squeezes as worlds of a few cells: what was known on the day, what was recorded, what prices did.

`data/price_points.csv` holds the price points, `data/recorded_paths.csv` what was let through or left running, each row with
source and confidence. Shares, stocks and elasticities of the worlds stand here with their sources; what is marked
"chosen with prices in view" was, and a fit to these events is no test of it.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from core import run
from state import Record, Rule, Week
from world import Site, User, World

DATA = Path(__file__).parent / "data"
MONTH = 4.348  # weeks
Date = datetime.date
Steps = list[tuple[float, float]]  # (week from which, value)


def table(name: str) -> list[dict[str, str]]:
    """Rows of a file in `data/`."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def at(t: float, steps: Steps) -> float:
    """Value of steps at week t; 1 before the first."""
    value = 1.0
    for week, step in steps:
        if t >= week:
            value = step
    return value


# A licence office's path, from six regimes: ln(share + 0.02) = START + GROWTH ln(1 + month) + u + e.
START, GROWTH = -2.3, 1.05
BETWEEN_REGIMES, WITHIN_REGIME = 0.6, 0.8  # sd of u (t with 5 degrees of freedom) and e
END_MEDIAN, END_SD = 0.45, 0.8  # level where a regime ends, log-normal; chosen with prices in view (seen 0.1 to 1.2)
RELAPSE_A_MONTH = 0.08  # once at half of normal: 3 in about 35 months


def office(rows: int, months: int, seed: int) -> np.ndarray:
    """Share of normal exports (month, row): from near nothing it recovers to a level that differs by regime, with relapses."""
    g = np.random.default_rng(seed)
    between = BETWEEN_REGIMES * g.standard_t(5, rows) * 0.6**0.5
    end = np.log(END_MEDIAN) + END_SD * g.standard_normal(rows)
    relapse, out = np.zeros(rows), []
    for month in range(months):
        mean = np.minimum(START + GROWTH * np.log(1 + month) + between, end)
        within = WITHIN_REGIME * g.standard_normal(rows) * np.where(month < 12, 1, 0.6)
        share = np.clip(np.exp(mean + within) - 0.02, 0, 1.5)
        begins = (relapse <= 0) & (share > 0.5) & (g.random(rows) < RELAPSE_A_MONTH)
        relapse = np.where(begins, g.integers(1, 4, rows) + 0.0, relapse)
        share = np.where((relapse > 0) & ~begins, g.uniform(0, 0.25, rows), share)
        relapse = relapse - (relapse > 0)
        out.append(share)
    return np.array(out)


@dataclass
class Unknown:
    """What nobody knew on the day, drawn: offices by rule, how far mining quotas are kept, quotas of later half-years."""

    offices: list[np.ndarray]
    mining: np.ndarray
    quota: np.ndarray


@dataclass
class Point:
    """A recorded price: mean of the weeks from which to which, multiple of the baseline."""

    begin: float
    end: float
    ratio: float


@dataclass
class Event:
    """One squeeze.

    known: the day it was announced (week 0). force: the day it begins, if a rule. rest: weeks run before. cell: product and
    zone of the price points. offices: (product, series of recorded shares) by licence rule on exports from zone 0 to zone 1.
    alike: day-one offices of all rules follow one path. more: what else happens in week t, given what is drawn (None: as
    recorded).
    """

    name: str
    group: str
    known: Date
    make_world: Callable[[], World]
    cell: tuple[int, int] = (1, 1)
    force: Date | None = None
    offices: Sequence[tuple[int, str]] = ()
    alike: bool = True
    rest: int = 8
    more: Callable[[Event, int, Unknown | None], Week] = lambda event, t, unknown: Week()
    points: list[Point] = field(default_factory=list)
    paths: dict[str, Steps] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = self.make_world()
        self.notice = self.week(self.force) if self.force else 0.0
        for row in table("price_points.csv"):
            if row["event"] == self.name:
                self.points.append(Point(float(row["week_from"]), float(row["week_to"]), float(row["ratio"])))
        for row in table("recorded_paths.csv"):
            if row["event"] == self.name:
                step = self.week(Date.fromisoformat(row["from"])), float(row["value"])
                self.paths.setdefault(row["series"], []).append(step)
        self.length = self.rest + int(max(point.end for point in self.points)) + 3

    def week(self, date: Date) -> float:
        """Weeks from the announcement to a date."""
        return (date - self.known).days / 7

    @property
    def seen(self) -> np.ndarray:
        """Recorded ratios."""
        return np.array([point.ratio for point in self.points])

    @property
    def weeks(self) -> np.ndarray:
        """Middle weeks of the points."""
        return np.array([(point.begin + point.end) / 2 for point in self.points])

    def unknown(self, rows: int, seed: int) -> Unknown:
        """Draw what was not known on the day."""
        g = np.random.default_rng(seed + 77)
        mining = g.uniform(0.76, 1.0, rows)
        quota = np.clip(np.exp(np.cumsum(0.25 * g.standard_normal((8, rows)), 0)), 0, 1.6)
        seeds = [seed * 100 + (0 if self.alike else j) for j in range(len(self.offices))]
        return Unknown([office(rows, 40, each) for each in seeds], mining, quota)

    def happens(self, unknown: Unknown | None) -> Callable[[int], Week]:
        """What happens by week of the run: as recorded, or as drawn."""

        def week(t: int) -> Week:
            t = t - self.rest
            now = self.more(self, t, unknown)
            if t < 0:
                return now
            for j, (product, series) in enumerate(self.offices):
                if unknown is None:
                    share = at(t, self.paths[series])
                else:
                    share = unknown.offices[j][min(int(max(t - self.notice, 0) / MONTH), 39)]
                now.rules.append(Rule(product, 0, [1], share, office=True, wait=max(round(self.notice) - t, 0)))
            return now

        return week

    def simulate(self, rows: int, day_one: bool, seed: int = 0, **how) -> Record:
        """Run the event as known on the day or as recorded; `how`: see `core.run`."""
        unknown = self.unknown(rows, seed) if day_one else None
        return run(self.world, self.length, self.happens(unknown), rows=rows, **how)

    def read(self, record: Record) -> np.ndarray:
        """Prices of a run at the points (point, row)."""
        k, z = self.cell
        spans = [(self.rest + round(point.begin), self.rest + round(point.end) + 1) for point in self.points]
        return np.array([record.price[begin:end, k, z].mean(0) for begin, end in spans])


def chain(
    names: list[str],
    alpha: Sequence[float],
    use: Sequence[float],
    china: Sequence[float],
    cover: Sequence[Sequence[float]],
    user_cover: Sequence[float],
    eps: float,
    cap: float | Sequence[Sequence[float]],
    contract: Sequence[float],
    eta: float = 0.3,
    cash: tuple[float, float] = (0.5, 1.0),
    eps_in: float = 0.0,
    origin: Sequence[bool] = (False, False, False),
    link_multiple: dict[str, float] | None = None,
) -> World:
    """A chain of stages in China and outside; users buy the last. china: its share of output by stage."""
    zones = ["china", "outside"]
    sites = []
    for k, name in enumerate(names):
        inputs = {names[k - 1]: (alpha[k - 1], 1.0)} if k else {}
        for z, zone in enumerate(zones):
            share = china[k] if z == 0 else 1 - china[k]
            capacity = cap if isinstance(cap, float) else cap[k][z]
            sites.append(Site(name, zone, share, capacity, dict(inputs), eta=eta, cash=cash))
    users = [
        User(names[-1], zone, use[z], eps, 0.3, user_cover[z], (0.5, 0.7)[z]) for z, zone in enumerate(zones)
    ]  # fmt: skip
    return World(
        names,
        zones,
        sites,
        users,
        dict(zip(names, cover)),
        contract=dict(zip(names, contract)),
        eps_in={names[-2]: eps_in},
        origin=dict(zip(names, origin)),
        link_multiple=link_multiple,
    )


# Refined goods outside China: 13 weeks of makers' and traders' stock unless published, users 9 to 14 (USGS consumer stocks of
# gallium, antimony, tungsten: 3 to 12 weeks, median 7.5, and 5 to 6 weeks of pipeline). One rule for all, chosen with prices
# in view. Elasticities and contract shares are those of the program's worlds, rounded.


def quota_2010(which: str) -> Event:
    """Export quota of rare earths of July 2010: neodymium or dysprosium, concentrate to magnet.

    Mining quota 89,200 t of March 2010; magnets outside at most 1.05 times normal (patents; chosen with prices in view).
    The export quota was 287 weeks old, mining quotas 230. Demand grew 15 % a year, which was known to last.
    """
    known, this_year = Date(2010, 7, 8), Date(2011, 1, 1)

    def world() -> World:
        names, magnets = ["conc", "oxide", "magnet"], {"magnet": 1.05}
        cover, users, contract = ((12, 12), (8, 14), (2, 2)), (6, 14), (0.5, 0.5, 0.8)
        if which == "nd":
            cap = [[1.0, 1.1], [1.2, 1.2], [1.3, 1.12]]
            share = (0.965, 0.973, 0.78)
            return chain(
                names, (0.52, 0.3), (0.65, 0.35), share, cover, users, 0.12, cap, contract, link_multiple=magnets
            )  # fmt: skip
        cap, share = [[1.0, 1.1], [1.3, 1.3], [1.3, 1.12]], (0.999, 0.999, 0.75)
        return chain(
            names, (0.66, 0.15), (0.64, 0.36), share, cover, users, 0.12, cap, contract, eps_in=0.12, link_multiple=magnets
        )  # fmt: skip

    def more(event: Event, t: int, unknown: Unknown | None) -> Week:
        grown = min(max((t - event.week(Date(2010, 1, 1))) / 52, 0), 1 if unknown is None else 0.5)
        now = Week(demand=dict.fromkeys((0, 1), 1 + 0.15 * grown), lasts={0: True, 1: True})
        if t < 0:
            return now
        if unknown:
            later = int((t - event.week(this_year)) // 26)
            limit = 0.60 * (1 if later < 0 else unknown.quota[later])
            left = unknown.mining
        else:
            limit = at(t, event.paths["export_share"]) * at(t, event.paths["embargo"])
            left = at(t, event.paths["mining"]) * at(t, event.paths.get("mining_heavy", []))
        now.rules = [Rule(1, 0, [1], limit, leak=min(0.15, 0.01 * t), age=287 + t)]
        now.left, now.left_age = {0: left}, {0: 230 + t}
        return now

    rest = int(-(Date(2009, 1, 1) - known).days / 7)
    return Event("2010 " + which, "2010", known, world, rest=rest, more=more)


def magnesium() -> Event:
    """Power cuts of September 2021: China, Europe, other.

    China 744 kt in ten months of about 1.05 Mt a year (CM Group); Europe uses 160 kt, 95 % from China (thyssenkrupp);
    shelf life three months. Day one: half of output until 31 December.
    """

    def world() -> World:
        name = "magnesium"
        sites = [
            Site(name, "china", 0.855, 1.15, kind="maker"),
            Site(name, "other", 0.14, 1.05, kind="maker"),
            Site(name, "europe", 0.005, 1.0, kind="maker"),
        ]
        users = [
            User(name, "china", 0.47, 0.1, cover=4, cv=0.5),
            User(name, "europe", 0.15, 0.1, cover=5),
            User(name, "other", 0.38, 0.1, cover=5),
        ]
        trade = {name: {("china", "europe"): 0.145, ("china", "other"): 0.24}}
        return World([name], ["china", "europe", "other"], sites, users, {name: (2, 3, 3)}, trade=trade)

    def more(event: Event, t: int, unknown: Unknown | None) -> Week:
        end = event.week(Date(2021, 12, 31))
        left = 0.5 if unknown else at(t, event.paths["capacity_left"])
        return Week(left={0: left}, left_ends={0: end - t}) if 0 <= t < end and left < 1 else Week()

    return Event("magnesium 2021", "magnesium", Date(2021, 9, 21), world, cell=(0, 1), more=more)


def gallium() -> Event:
    """Licences of 2023. Outside refines 0.18 (Japan 40 % from scrap; exports 94 t against 230 t used): prices in view."""

    def world() -> World:
        cap = [[1.3, 1.3], [1.15, 1.3], [1.2, 1.2]]
        cover, contract = ((4, 4), (8, 13), (3, 3)), (0.5, 0.6, 0.7)
        return chain(
            ["feed", "gallium", "wafer"], (0.1, 0.5), (0.58, 0.42), (0.82, 0.82, 0.6), cover, (6, 9), 0.2, cap, contract,
            eta=0.1, cash=(0.1, 0.4),
        )  # fmt: skip

    offices = ((1, "export_share"), (2, "export_share"))
    return Event("gallium 2023", "gallium", Date(2023, 7, 3), world, force=Date(2023, 8, 1), offices=offices)


def germanium() -> Event:
    """Licences of 2023. Refined in China 0.70 (Project Blue), use there 0.45 (exports 43.7 t of about 180 t)."""

    def world() -> World:
        zones, feed, metal = ["china", "outside"], "feed", "germanium"
        sites = [Site(feed, zone, q0, 1.15, eta=0.1, cash=(0.1, 0.4)) for zone, q0 in zip(zones, (0.70, 0.30))]
        sites += [Site(metal, zone, q0, 1.15, {feed: (0.3, 1.0)}) for zone, q0 in zip(zones, (0.70, 0.30))]
        users = [User(metal, "china", 0.45, 0.1, cover=6, cv=0.5), User(metal, "outside", 0.55, 0.1, cover=10)]
        contract = {feed: 0.5, metal: 0.6}
        return World([feed, metal], zones, sites, users, {feed: (4, 4), metal: (3, 4)}, contract=contract)

    def more(event: Event, t: int, unknown: Unknown | None) -> Week:
        (begin, rate), (end, _) = event.paths["state_purchase"]
        bought = unknown is None and begin <= t < end
        return Week(buy={(1, 0): (rate, rate * (end - t))}) if bought else Week()

    offices = ((1, "export_share"),)
    known, force = Date(2023, 7, 3), Date(2023, 8, 1)
    return Event("germanium 2023", "germanium", known, world, force=force, offices=offices, more=more)


def graphite(which: str) -> Event:
    """Licences of 2023 on flake or on spheres and anodes. Elasticity 0.25 in anodes (synthetic): prices in view."""

    def flake() -> World:
        cover = ((6, 6), (4, 4))
        return chain(["ore", "flake"], (0.3,), (0.765, 0.235), (0.82, 0.82), cover, (6, 10), 0.25, 1.3, (0.5, 0.5))

    def sphere() -> World:
        cap = [[1.3, 1.3], [1.3, 1.3], [1.6, 1.5]]
        names, cover, contract = ["flake", "sphere", "anode"], ((6, 6), (8, 8), (3, 3)), (0.5, 0.5, 0.6)
        return chain(names, (0.5, 0.3), (0.80, 0.20), (0.82, 0.95, 0.92), cover, (6, 10), 0.25, cap, contract)

    stages = (1,) if which == "flake" else (1, 2)
    return Event(
        "graphite " + which,
        "graphite",
        Date(2023, 10, 20),
        flake if which == "flake" else sphere,
        force=Date(2023, 12, 1),
        offices=[(k, "export_share") for k in stages],
    )


def antimony() -> Event:
    """Licences of 2024. Smelters outside 40 % spare: chosen with prices in view."""

    def world() -> World:
        cap = [[1.1, 1.1], [1.5, 1.4], [1.4, 1.4]]
        names, cover, contract = ["ore", "metal", "trioxide"], ((8, 8), (8, 13), (2, 2)), (0.5, 0.5, 0.6)
        use, china = (0.41, 0.59), (0.45, 0.82, 0.78)
        return chain(names, (0.75, 0.85), use, china, cover, (6, 10), 0.22, cap, contract, eta=0.2)

    offices = ((1, "export_share"), (2, "export_share"))
    return Event("antimony 2024", "antimony", Date(2024, 8, 15), world, force=Date(2024, 9, 15), offices=offices)


def bismuth() -> Event:
    """Licences on metal, not on oxide, of 2025. Metal in China 0.81 (USGS: 13 of 16 kt); exports 290 t metal, 750 t oxide a month."""

    def world() -> World:
        zones, metal, oxide = ["china", "outside"], "metal", "oxide"
        recipe = {metal: (0.85, 1.0)}
        sites = [
            Site(metal, "china", 0.81, 1.1, kind="mine", eta=0.2, cash=(0.1, 0.4)),
            Site(metal, "outside", 0.19, 1.15, kind="mine", eta=0.1, cash=(0.1, 0.4)),
            Site(oxide, "china", 0.50, 1.3, dict(recipe)),
            Site(oxide, "outside", 0.07, 1.3, dict(recipe)),
        ]
        users = [
            User(metal, "china", 0.09, 0.1, cover=5, cv=0.5),
            User(metal, "outside", 0.34, 0.1, cover=6),
            User(oxide, "china", 0.05, 0.1, cover=5, cv=0.5),
            User(oxide, "outside", 0.52, 0.1, cover=6),
        ]
        contract = {metal: 0.5, oxide: 0.6}
        return World([metal, oxide], zones, sites, users, {metal: (3, 4), oxide: (3, 4)}, contract=contract)

    def more(event: Event, t: int, unknown: Unknown | None) -> Week:
        left = at(t, event.paths["capacity_left"])
        return Week(left={0: left}, left_age={0: max(t, 0)}) if unknown is None and left < 1 else Week()

    known = Date(2025, 2, 4)
    offices = ((0, "export_share"),)
    return Event("bismuth 2025", "bismuth", known, world, cell=(0, 1), force=known, offices=offices, more=more)


def heavy() -> Event:
    """Licences on heavy rare earths and magnets of 2025; contracts for oxide and magnets follow China's price (USGS, Adamas)."""

    def world() -> World:
        cap = [[1.1, 1.1], [1.4, 1.4], [1.35, 1.12]]
        cover, contract = ((12, 12), (8, 13), (0.5, 0.5)), (0.6, 0.96, 0.85)
        return chain(
            ["feed", "oxide", "magnet"], (0.71, 0.18), (0.64, 0.36), (0.34, 0.99, 0.885), cover, (6, 11), 0.12, cap, contract,
            eps_in=0.12, origin=(False, True, True), link_multiple={"magnet": 1.25},
        )  # fmt: skip

    known = Date(2025, 4, 4)
    offices = ((1, "oxide_export_share"), (2, "magnet_export_share"))
    return Event("heavy REE 2025", "heavy", known, world, force=known, offices=offices, alike=False)


def all_events() -> list[Event]:
    """The eight squeezes; 2010 and graphite with two products each."""
    return [
        quota_2010("nd"), quota_2010("dy"), magnesium(), gallium(), germanium(), graphite("flake"), graphite("sphere"),
        antimony(), bismuth(), heavy(),
    ]  # fmt: skip
