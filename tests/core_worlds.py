"""The generic chain on which the laws of the market core are tried, and the measures they speak of.

Ore, refined goods, a component; H controls, O is the rest of the world, each a zone of its own. H mines 90 % of the ore,
refines 95 %, makes 90 % of the components and uses 60 %; inputs are half and 30 % of the price of what is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from supplyrisk.engines import get_engine
from supplyrisk.engines.simpy_engine import ReferenceRun
from supplyrisk.model.compile import compile_scenario
from supplyrisk.model.layout import ARRAYS, SCALARS
from supplyrisk.spec.resolved import ResolvedEvent, Scenario, World

from .small_worlds import INF, PER_YEAR, Outcome, chain, effect, event, run, scenario

STAGES = ("ore", "refined", "component")
ZONES = ("ZH", "ZO")
KIND_BY_NAME = {a.name: a.kind for a in ARRAYS + SCALARS}
FIRST = 10  # week in which events begin
WEEK5 = FIRST + 5
SETTLED_LATER_WEEKS = 13  # after the end of an event prices may still be high; then no more


def generic(
    values: Mapping[tuple[str, ...], Any] | None = None,
    home: Sequence[float] = (0.9, 0.95, 0.9),
    use: float = 0.6,
    prices: Sequence[float] = (10.0, 20.0, 20.0 / 0.3),
) -> World:
    """The chain; `home` is H's share of the output of every stage and `use` of the use of components."""
    base = chain(
        STAGES,
        makers={"H": 0.9, "O": 0.1},
        users={("H", "cars"): 100.0 * use, ("O", "cars"): 100.0 * (1.0 - use)},
        zones={"ZH": ("H",), "ZO": ("O",)},
    )
    numbers = {key: value for key, value in base.values.items() if key[0] != "trade_share"}
    numbers |= {
        ("utilisation", "", ""): 1.0 / 1.11,
        ("cover_weeks", "component", "H", "cars"): 9.0,
        ("cover_weeks", "component", "O", "cars"): 17.0,
        ("cover_cv", "", "", ""): 0.7,
        ("output_cover_weeks", "", ""): 2.0,
        ("input_cover_weeks", "refined", "ore", ""): 7.0,
        ("input_cover_weeks", "component", "refined", "H"): 7.0,
        ("input_cover_weeks", "component", "refined", "O"): 11.0,
        ("elasticity_short", "", ""): 0.15,
        ("elasticity_long", "", ""): 0.3,
        ("contract_share", ""): 0.5,
        ("contract_share", "component"): 0.6,
        ("margin_exponent", ""): 2.0,
        ("margin_exponent", "ore"): 0.3,
        ("output_down_weeks", "ore"): 16.0,
        ("elasticity_steepening", ""): 0.02,
        ("entry_share_per_year", "", ""): 0.04,
        ("entry_share_per_year", "", "H"): 0.0,
        ("leak_share", ""): 0.0,
    }
    for stage, share, need, price in zip(STAGES, home, (home[1], home[2], use), prices, strict=True):
        numbers["output_t_per_year", stage, "H"] = share * PER_YEAR
        numbers["output_t_per_year", stage, "O"] = (1.0 - share) * PER_YEAR
        numbers["price_usd_per_kg", stage] = price
        numbers |= net_trade(stage, share, need)
    return replace(base, values={**numbers, **(values or {})})


def net_trade(stage: str, output: float, need: float) -> dict[tuple[str, ...], float]:
    """Trade in one direction only: who makes more than it needs sells the rest."""
    if output >= need:
        return {
            ("trade_share", stage, "H", "H"): 1.0,
            ("trade_share", stage, "H", "O"): (output - need) / (1.0 - need),
            ("trade_share", stage, "O", "O"): (1.0 - output) / (1.0 - need),
        }
    return {
        ("trade_share", stage, "O", "O"): 1.0,
        ("trade_share", stage, "O", "H"): (need - output) / need,
        ("trade_share", stage, "H", "H"): output / need,
    }


def ban(
    product: str = "component",
    share: float = 1.0,
    weeks: float = INF,
    told: bool = False,
    notice: float = 0.0,
    first: int = FIRST,
    origin: str = "H",
    to: str = "O",
) -> ResolvedEvent:
    """A stop of `share` of H's exports of a product, for so many weeks from week `first`."""
    start = 7.0 * first
    return event(
        effect("close", share, product, origin, to),
        name="ban",
        start=start,
        duration=7.0 * weeks,
        announced=start - 7.0 * notice,
        end_announced=told,
    )


def state_buys(weeks: float = 13.0, product: str = "component", country: str = "H") -> ResolvedEvent:
    """A state fills a reserve of so many weeks of national use, at half a week's use a week, and keeps it."""
    never = {"release_weeks_per_week": 0.0, "release_unserved": 9.0, "release_price_index": 99.0}
    fill = {"initial_weeks": 0.0, "fill_weeks_per_week": 0.5}
    return event(effect("stockpile", weeks, product, destinations=country, **fill, **never), name="state buys")


def fast(world: World | Scenario, *events: ResolvedEvent, **options: Any) -> Outcome:
    """`small_worlds.run` on the compiled engine."""
    return run(world, *events, engine=get_engine("batch"), **options)


def seller_and_buyer(values: Mapping[tuple[str, ...], Any] | None = None) -> World:
    """A makes 100 t a week and holds 200, B uses it all and holds 10 weeks besides the week's own; each a zone of its own."""
    given = {("output_cover_weeks", "", ""): 2.0, ("leak_share", ""): 0.0, **(values or {})}
    return chain(zones={"ZA": ("A",), "ZB": ("B",)}, values=given)


# --- how an event passes ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Passing:
    """How a price passes the end of an event.

    Attributes
    ----------
    back : int
        Weeks after the end from which it stays within 10 % of the baseline.
    later : float
        Highest price once it is at most 1.5, from 13 weeks after the end on: how far it rises again.
    turns : int
        Changes of sign of its deviations of more than 5 % after the end.
    """

    back: int
    later: float
    turns: int


def passing(price: np.ndarray, end: int) -> Passing:
    """Read a price series after week `end`."""
    after = price[end:]
    far = np.nonzero(np.abs(np.log(after)) > np.log(1.1))[0]
    off = after[np.abs(after - 1.0) > 0.05] - 1.0
    turns = int((np.diff(np.sign(off)) != 0.0).sum())
    calm = np.nonzero(after[SETTLED_LATER_WEEKS:] <= 1.5)[0]
    later = float(after[SETTLED_LATER_WEEKS + int(calm[0]) :].max()) if len(calm) else np.inf
    return Passing(int(far[-1]) + 1 if len(far) else 0, later, turns)


# --- the memory of a run in the middle of it -----------------------------------------------------------
class Memory:
    """What the model knows right after the market of a week: `memory["clean", cell]`; cells go by product and zone."""

    def __init__(self, model: Any, floats: list[float], ints: list[int]) -> None:
        self.model, self.L, self.F, self.I = model, model.layout, floats, ints
        self.products, self.zones = [p.id for p in model.structure.products], list(model.structure.zones)

    def __getitem__(self, at: tuple[str, int]) -> float:
        name, index = at
        return float(self.arena(name)[getattr(self.L, name) + index])

    def __setitem__(self, at: tuple[str, int], value: float) -> None:
        name, index = at
        self.arena(name)[getattr(self.L, name) + index] = value

    def arena(self, name: str) -> list[Any]:
        """The list an array is kept in."""
        return self.F if KIND_BY_NAME[name] == "float" else self.I

    def cell(self, product: str, zone: str) -> int:
        """Number of a product in a zone."""
        return self.products.index(product) * len(self.zones) + self.zones.index(zone)

    def pair(self, product: str, seller: str, buyer: str) -> int:
        """Number of a pair of zones."""
        return self.cell(product, seller) * len(self.zones) + self.zones.index(buyer)

    def site(self, product: str, country: str) -> int:
        """Number of a site."""
        return self.model.site_names.index(f"{product}:{country}")


class Stopped(ReferenceRun):
    """A run that keeps its memory as it is after the market of week `week`."""

    week = 0

    def after_market(self, day: int) -> None:
        """Keep it, go on."""
        if day == 7 * self.week:
            self.kept = Memory(self.model, list(self.F), list(self.I))
        super().after_market(day)


def memory_at(
    world: World | Scenario, *events: ResolvedEvent, week: int, arm: int = 1, values: Any = (), **options: Any
) -> Memory:
    """The memory of the reference engine right after the market of `week` (the first is week 0)."""
    made = scenario(world, *events, **options) if isinstance(world, World) else world
    drawn = np.asarray(values, dtype=np.float64)
    one = Stopped(compile_scenario(replace(made, days=7 * (week + 1))), arm, 0, 1, drawn, False)
    one.week = week
    one.finish()
    return one.kept
