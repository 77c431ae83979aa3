"""The laws of the market core on any world: many arms of one compiled scenario, and what must hold of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from supplyrisk.engines import get_engine
from supplyrisk.model.compile import compile_scenario
from supplyrisk.spec.load import text_scenario
from supplyrisk.spec.resolved import Arm, Outlook, ResolvedEvent, Scenario, World

from .core_worlds import FIRST, WEEK5, memory_at, passing
from .small_worlds import Outcome, effect, event, scenario

NOTICED = 40  # first week of bans that are announced ahead
TENTHS = (1, 2, 4, 6, 8, 10)
ANNOUNCED = (8, 13, 26, 52, 78)
LENGTHS = (4, 13, 26, 52, 104)
NOTICES = (0, 1, 2, 4, 8, 26)


def shipped(name: str) -> Scenario:
    """A shipped world from its central numbers as they stand, without the model's own error, which laws are not about."""
    text = f"title: T\nquestion: Q\nworld: {name}\nhorizon: {{start: 2026-01-05, years: 1}}\noutlook: calm\n"
    made = text_scenario(text, Path(__file__).with_suffix(".yaml")).scenarios[0]
    return replace(made, world=without_error(made.world))


def without_error(world: World) -> World:
    """The world with no error of its own."""
    none = {key: 0.0 for key in world.values if key[0] in ("error_level", "error_weekly", "error_shift")}
    return replace(world, values={**world.values, **none})


def central(base: Scenario) -> np.ndarray:
    """Central values of what is uncertain."""
    return np.array([column.central for column in base.sampled])


@dataclass
class Battery:
    """Events on one base, each an arm of its own, run together.

    Attributes
    ----------
    product : str
        What is controlled.
    origin : str
        Country that controls it.
    zone : str
        Zone whose price is looked at.
    """

    base: Scenario
    product: str
    origin: str
    zone: str
    arms: dict[str, tuple[ResolvedEvent, ...]] = field(default_factory=dict)

    def add(self, name: str, *events: ResolvedEvent) -> None:
        self.arms[name] = tuple(replace(one, name=f"{name} {i}") for i, one in enumerate(events))

    def ban(self, share: float = 1.0, weeks: float = np.inf, **more: Any) -> ResolvedEvent:
        """A stop of `share` of the product's exports to everybody."""
        start = 7.0 * more.get("first", FIRST)
        return event(
            effect("close", share, self.product, self.origin),
            start=start,
            duration=7.0 * weeks,
            announced=start - 7.0 * more.get("notice", 0.0),
            end_announced=more.get("told", False),
        )

    def run(self, years: float, values: np.ndarray) -> dict[str, Outcome]:
        """Outcomes by name of the arm; `rest` is the one without events."""
        events = tuple(one for several in self.arms.values() for one in several)
        place = {one.name: i for i, one in enumerate(events)}
        arms = [Arm("rest", ())]
        arms += [Arm(name, tuple(place[one.name] for one in several)) for name, several in self.arms.items()]
        made = replace(self.base, events=events, arms=tuple(arms), days=round(years * 52) * 7)
        model = compile_scenario(made)
        engine = get_engine("batch")
        found = {}
        for i, arm in enumerate(arms):
            series = engine.run(model, i, 0, 1, values)
            found[arm.name] = Outcome(model, series.weekly, series.monthly, series.totals, series.trace)
            assert series.totals["balance_error"] < 1e-9, arm.name
        return found

    def lost(self, out: Outcome) -> float:
        """Use lost outside the origin, t."""
        wanted = ("shortage_unserved_t", "shortage_priced_out_t")
        columns = [i for i, c in enumerate(out.model.weekly_columns) if c.variable in wanted and c.place != self.origin]
        return float(out.weekly[:, columns].sum())

    # --- laws: each returns what breaks it, in words ---------------------------------------------------
    def rest(self, years: float, values: np.ndarray) -> list[str]:
        """Rest to 1e-9."""
        out = Battery(self.base, "", "", "").run(years, values)["rest"]
        prices = [i for i, c in enumerate(out.model.weekly_columns) if c.variable == "price_spot_index"]
        off = float(np.abs(out.weekly[:, prices] - 1.0).max())
        return [] if off < 1e-9 else [f"rest is off by {off:.1e}"]

    def prices(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Spot in week 5 by share withheld and by announced length, and the highest of the first five weeks by length."""
        several = replace(self, arms={})
        for tenth in TENTHS:
            several.add(f"share {tenth}", self.ban(tenth / 10.0))
        for weeks in ANNOUNCED:
            several.add(f"told {weeks}", self.ban(weeks=weeks, told=True))
        out = several.run(0.5, values)
        price = {name: outcome.price(self.product, self.zone) for name, outcome in out.items()}
        told = [price[f"told {weeks}"] for weeks in ANNOUNCED]
        return {
            "share": np.array([price[f"share {tenth}"][WEEK5] for tenth in TENTHS]),
            "length": np.array([one[WEEK5] for one in told]),
            "highest": np.array([one[FIRST : WEEK5 + 1].max() for one in told]),
        }

    def losses(self, values: np.ndarray, years: float = 6.0) -> dict[str, np.ndarray]:
        """Use lost by length (all, 30 %), share (a year) and notice (all, half; for half a year)."""
        one = replace(self, arms={})
        for weeks in LENGTHS:
            one.add(f"all {weeks}", one.ban(weeks=weeks))
            one.add(f"some {weeks}", one.ban(0.3, weeks))
        for tenth in TENTHS:
            one.add(f"share {tenth}", one.ban(tenth / 10.0, 52))
        for share in (1.0, 0.5):
            for notice in NOTICES:
                one.add(f"notice {share} {notice}", one.ban(share, 26, first=NOTICED, notice=notice))
        lost = {name: self.lost(out) for name, out in one.run(years, values).items()}
        return {
            "length of all": np.array([lost[f"all {weeks}"] for weeks in LENGTHS]),
            "length of 30 %": np.array([lost[f"some {weeks}"] for weeks in LENGTHS]),
            "share": np.array([lost[f"share {tenth}"] for tenth in TENTHS]),
            "notice of all": np.array([lost[f"notice 1.0 {notice}"] for notice in NOTICES]),
            "notice of half": np.array([lost[f"notice 0.5 {notice}"] for notice in NOTICES]),
        }

    def shocks(self) -> dict[str, tuple[ResolvedEvent, int]]:
        """What passes: bans of 1 to 24 months, demand up and down, mines, a purchase; weeks from start to end (0: once full)."""
        found: dict[str, tuple[ResolvedEvent, int]] = {}
        for share in (1.0, 0.5, 0.3):
            for months in (1, 3, 6, 12, 24):
                weeks = round(months * 4.348)
                found[f"{share:.0%} for {months} months"] = (self.ban(share, weeks), weeks)
        for change in (0.2, -0.2):
            found[f"demand {change:+.0%}"] = (event(effect("demand", change), start=7.0 * FIRST, duration=364.0), 52)
        for product in self.base.world.products:
            if not product.inputs:
                for country in self.miners(product.id):
                    loss = effect("capacity_loss", 0.3, product.id, country)
                    found[f"mine {product.id} {country}"] = (event(loss, start=7.0 * FIRST, duration=364.0), 52)
        never = {"release_weeks_per_week": 0.0, "release_unserved": 9.0, "release_price_index": 99.0}
        fill = {"initial_weeks": 0.0, "fill_weeks_per_week": 0.5}
        stock = effect("stockpile", 13.0, self.product, destinations=self.origin, **fill, **never)
        found["purchase"] = (event(stock, start=7.0 * FIRST), 0)
        return found

    def miners(self, product: str) -> list[str]:
        """The largest maker of a product without inputs."""
        memory = memory_at(replace(self.base, arms=(Arm("rest", ()),)), week=0, arm=0, values=central(self.base))
        names = [name for name in memory.model.site_names if name.startswith(f"{product}:")]
        size = {name: memory["site_output", memory.model.site_names.index(name)] for name in names}
        return [max(names, key=lambda name: size[name]).split(":")[1]]

    def dependence(self, values: np.ndarray) -> float:
        """Part of the zone's need that comes from other zones and that its own spare capacity can't make."""
        memory = memory_at(replace(self.base, arms=(Arm("rest", ()),)), week=0, arm=0, values=values)
        c = memory.cell(self.product, self.zone)
        spare = memory["capacity_sum", c] + memory["dormant_sum", c] - memory["output_start", c]
        return float((memory["trade_in", c] - spare) / memory["need_start", c])

    def returns(
        self, values: np.ndarray, most: Callable[[str, str], tuple[int, float]], years: float = 9.0
    ) -> list[str]:
        """What does not pass: by event, product and zone.

        `most` gives the weeks in which a price must be back, and how far it may rise again, for an event and a product.
        """
        one, shocks = replace(self, arms={}), self.shocks()
        for name, (shock, _) in shocks.items():
            one.add(name, shock)
        broken = []
        for name, out in one.run(years, values).items():
            if name == "rest":
                continue
            broken += [f"{name}: {words}" for words in unexplained(out)]
            lasts = shocks[name][1]
            end = FIRST + lasts if lasts else filled(out, self.product, self.origin)
            for product in self.base.world.products:
                for zone in self.base.world.zones:
                    found = passing(out.price(product.id, zone), end)
                    weeks, height = most(name, product.id)
                    if found.back > weeks or found.later > height or found.turns > 3:
                        broken.append(f"{name}: {product.id} in {zone} {found}")
        return broken


def unexplained(out: Outcome) -> list[str]:
    """Where two prices differ though nothing has kept them apart for half a year (they close a gap by half a week)."""
    found = []
    world = out.model.scenario.world
    for product in world.products:
        prices = np.array([out.price(product.id, zone) for zone in world.zones])
        gap = np.abs(np.log(prices / prices[0])).max(axis=0) > 1e-4
        codes = sum(out.column("price_gap_reason", product.id, zone) for zone in world.zones)
        lately = np.convolve(codes > 0, np.ones(27), "full")[: len(gap)] > 0.5
        if (gap & ~lately).any():
            found.append(f"{product.id}: two prices without a reason in week {int(np.argmax(gap & ~lately))}")
    return found


def filled(out: Outcome, product: str, country: str) -> int:
    """Week in which a public stock is full."""
    stock = out.column("stockpile_t", product, country)
    return int(np.argmax(stock >= 0.999 * stock[-1]))


def falls(values: Sequence[float] | np.ndarray, part: float = 1e-6) -> float:
    """By how much of itself a series that should never fall does at worst, beyond `part`; 0 if it does not."""
    found = np.asarray(values)
    highest = np.maximum.accumulate(found)
    worst = float(((highest - found) / np.maximum(highest, 1e-12)).max())
    return worst if worst > part else 0.0


def small(world: World, product: str, origin: str, zone: str) -> Battery:
    """The laws on a world built in code."""
    base = scenario(world, arms=[Arm("rest", ())], outlook=Outlook({}))
    return Battery(base, product, origin, zone)
