"""Small worlds in which a parameter's effect can be told by its sign, and the outcomes in which it shows.

A makes the metal (in chains also its ore) and B uses 100 t of it a week, unless said otherwise; events begin in week 10.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from supplyrisk.measures.reporter import Reporter
from supplyrisk.spec.resolved import World
from supplyrisk.spec.zones import zoned

from .core_worlds import FIRST, ban, fast, seller_and_buyer
from .small_worlds import INF, Outcome, chain, effect, event, metal_and_oxide, with_values, written

Values = Mapping[tuple[str, ...], Any]
Case = Callable[[Values], Any]
NO_LEAKS: dict[tuple[str, ...], Any] = {("leak_share", ""): 0.0}
ZONES = {"ZA": ("A",), "ZB": ("B",)}


def on(world: World, *events: Any, years: float = 3.0, **options: Any) -> Case:
    """A world with events; the numbers tried come last."""
    return lambda values: fast(with_values(world, values), *events, years=years, **options)


def lost(share: float, product: str = "metal", weeks: float = INF, country: str = "A") -> Any:
    """An outage."""
    return event(effect("capacity_loss", share, product, country), duration=7.0 * weeks)


def wanted(share: float, weeks: float = INF, **options: Any) -> Any:
    """A change of demand."""
    return event(effect("demand", share, **options), duration=7.0 * weeks)


# --- worlds ---------------------------------------------------------------------------------------------
def one_zone(values: Values | None = None, **more: Any) -> World:
    """A sells to B at one price."""
    return chain(values={**NO_LEAKS, **(values or {})}, **more)


def smelting(values: Values | None = None, **more: Any) -> World:
    """Ore of 10 USD/kg goes into a metal of 30; A makes both."""
    return chain(("ore", "metal"), values={**NO_LEAKS, **(values or {})}, **more)


def rivals(values: Values | None = None) -> World:
    """A and C sell half each, from zones of their own."""
    three = {"ZA": ("A",), "ZB": ("B",), "ZC": ("C",)}
    return chain(makers={"A": 0.5, "C": 0.5}, zones=three, values={**NO_LEAKS, **(values or {})})


STOP = ban("metal", origin="A", to="B")
STOP_26 = ban("metal", weeks=26, origin="A", to="B")
EMPTY_SELLER: dict[tuple[str, ...], Any] = {("margin_exponent", ""): 0.5}
MINES = {("margin_exponent", ""): 0.3, ("closing_price_index", "", ""): 0.5}
SPARE_IDLE = {("ready_spare_share", ""): 0.05, ("restart_weeks", ""): 26.0, ("utilisation", "", ""): 0.6}
TWO_MAKERS = {"A": 0.5, "C": 0.5}


def stopped(values: Values) -> Outcome:
    """A ban of unknown length on all that B buys."""
    return fast(seller_and_buyer(values), STOP, years=1.0)


def stopped_twice(values: Values) -> Outcome:
    """A ban of a year and a half, and two years after it another, on buyers who remember the first."""
    first = ban("metal", weeks=78, origin="A", to="B")
    second = replace(ban("metal", weeks=26, first=192, origin="A", to="B"), name="second")
    deep = {("remembered_cover_weeks", ""): 8.0, **values}
    return fast(seller_and_buyer(deep), first, second, years=5.0)


def taken_over(values: Values) -> Outcome:
    """Sixty per cent of A's metal stop for two years, and half of the use could go over to C's oxide."""
    pair = {("substitute_share", "metal", "oxide"): 0.5, ("substitute_speed_per_year", "metal", "oxide"): 1.0}
    return fast(metal_and_oxide({**pair, **values}), ban("metal", share=0.6, weeks=104, origin="A", to="B"), years=3.0)


def stopped_26(values: Values) -> Outcome:
    return fast(seller_and_buyer(values), STOP_26, years=3.0)


def short_end_announced(values: Values) -> Outcome:
    """A ban that is announced to end after eight weeks, shorter than a new rule is believed to last."""
    return fast(seller_and_buyer(values), ban("metal", weeks=8, told=True, origin="A", to="B"), years=1.0)


def announced_ahead(values: Values) -> Outcome:
    """A ban known eight weeks ahead; A has stock for a rush of many weeks."""
    deep = {("output_cover_weeks", "", ""): 20.0, ("link_multiple", ""): 1.5, **values}
    return fast(seller_and_buyer(deep), ban("metal", notice=8.0, origin="A", to="B"), years=1.0)


def licensed(values: Values) -> Outcome:
    """An office that lets 60 % through."""
    world = seller_and_buyer(values)
    return fast(world, written(world, "licence_regime", origins="A", capacity="60 %", review="1 days"), years=1.0)


def taxed(values: Values) -> Outcome:
    """An export tax of 30 % of A's; A and C make half each, at one price."""
    world = chain(makers=TWO_MAKERS, values={**NO_LEAKS, **values})
    return fast(world, written(world, "export_tax", origins="A", products="metal", rate="30 %"), years=0.5)


def dutiable(values: Values) -> Outcome:
    """B adds a duty of 30 % on A's goods to what it levies already."""
    world = chain(makers=TWO_MAKERS, values={**NO_LEAKS, **values})
    return fast(
        world, written(world, "tariff", origins="A", destinations="B", products="metal", rate="30 %"), years=0.5
    )


def guarded(values: Values) -> Outcome:
    """B's reserve, filled before the first day, is released in a ban."""
    world = seller_and_buyer(values)
    fields = {"products": "metal", "countries": "B", "target": "0 weeks", "release_unserved": "1 %", "start": 0}
    return fast(world, STOP_26, written(world, "strategic_stockpile", **fields), years=2.0)


def smuggled(values: Values) -> Outcome:
    world = seller_and_buyer(values)
    return fast(world, ban("metal", origin="A", to="B"), years=1.0)


def split_use(values: Values) -> Outcome:
    """Nine tenths of A's capacity fail; cars and tanks use half each."""
    world = one_zone(values, users={("B", "cars"): 50.0, ("B", "tanks"): 50.0})
    return fast(world, lost(0.9), years=1.0)


def in_eight_runs(values: Values) -> list[Outcome]:
    """A cut in two zones that share one price, run after run."""
    return [fast(seller_and_buyer(values), lost(0.5), years=0.5, number=number) for number in range(8)]


def singled_out(values: Values) -> Outcome:
    """A stops what it sells to C, and not to B; it is C's only supplier."""
    values = {**NO_LEAKS, ("detour_share", ""): 0.6, **values}
    world = chain(
        users={("B", "cars"): 70.0, ("C", "cars"): 30.0}, zones={"ZA": ("A",), "Z": ("B", "C")}, values=values
    )
    stop = ban("metal", origin="A", to="C")
    return fast(zoned(world, [stop]), stop, years=1.0)


DEAR = {("price_ceiling_index", ""): 1000.0}
FOUR_LANES = {
    ("A", "A"): 0.5,
    ("C", "A"): 0.5,
    ("A", "B"): 0.5,
    ("C", "B"): 0.5,
}

CASES: dict[str, Case] = {
    "rest": on(smelting(makers={"A": 0.8, "C": 0.2}), arm=0, years=0.25),
    "rest of four lanes": on(
        one_zone(makers=TWO_MAKERS, users={("A", "cars"): 50.0, ("B", "cars"): 50.0}, shares=FOUR_LANES),
        arm=0,
        years=0.25,
    ),
    "ban": stopped,
    "two bans": stopped_twice,
    "a good that takes over": taken_over,
    "ban of 26 weeks": stopped_26,
    "ban that traders soften": lambda values: stopped({("trader_stock_weeks", "metal", "B"): 6.0, **values}),
    "ban of 8 weeks, its end announced": short_end_announced,
    "ban with notice": announced_ahead,
    "ban inside a zone": on(one_zone(), ban("metal", weeks=10, origin="A", to="B"), years=1.0),
    "ban on one of two sellers": on(rivals(), STOP, years=1.0),
    "licences": licensed,
    "tax": taxed,
    "duty": dutiable,
    "reserve": guarded,
    "reserve in store": lambda values: guarded({("stockpile_weeks", "metal", "B"): 8.0, **values}),
    "leaking ban": on(seller_and_buyer({("leak_share", ""): 0.5}), STOP, years=1.0),
    "ban on one of two buyers": singled_out,
    "cut with money": on(one_zone({("value_added_usd_per_t", "", "", ""): 1000.0}), lost(0.5, weeks=52)),
    "deep cut with money": on(
        one_zone({("value_added_usd_per_t", "", "", ""): 1000.0, ("cover_weeks", "", "", ""): 4.0}),
        lost(0.9, weeks=52),
        years=2.0,
    ),
    "cut in eight runs": in_eight_runs,
    "cut": on(one_zone(), lost(0.5, weeks=52)),
    "short cut": on(one_zone(), lost(1.0, weeks=14), years=2.0),
    "deep cut": on(one_zone({("cover_weeks", "", "", ""): 4.0}), lost(0.9, weeks=52), years=2.0),
    "lasting cut": on(one_zone(DEAR), lost(0.36), years=10.0),
    "lasting cut that users save on": on(one_zone({**DEAR, ("elasticity_long", "", ""): 0.3}), lost(0.36), years=3.0),
    "passing cut that users save on": on(one_zone({("elasticity_long", "", ""): 0.3}), lost(0.5, weeks=52), years=4.0),
    "cut of one of two uses": split_use,
    "cut of an idle rival": on(one_zone(SPARE_IDLE, makers={"A": 0.4, "C": 0.6}), lost(1.0, weeks=104), years=2.0),
    "boom": on(one_zone(), wanted(0.2, 52.0), years=2.0),
    "lasting boom": on(one_zone(), wanted(0.2, lasts=1.0), years=2.0),
    "boom beyond capacity": on(one_zone(), wanted(0.6, lasts=1.0), years=6.0),
    "boom that new firms join": on(
        one_zone({("entry_share_per_year", "", ""): 0.15}), wanted(0.6, lasts=1.0), years=6.0
    ),
    "boom for which new plants are built": on(
        one_zone({("expansion_share", "", ""): 0.4, ("expansion_lead_weeks", "", ""): 30.0}),
        wanted(0.6, lasts=1.0),
        years=4.0,
    ),
    "boom that unrecorded mines serve": on(
        one_zone({("unrecorded_share", "", ""): 0.3}), wanted(0.6, lasts=1.0), years=2.0
    ),
    "slump that passes": on(one_zone({**MINES, ("mothball_weeks", ""): 13.0}), wanted(-0.5, 104.0), years=5.0),
    "slump": on(one_zone(MINES), wanted(-0.5), years=2.0),
    "ore stop": on(smelting(), lost(1.0, "ore", 26.0), years=2.0),
    "dear ore": on(smelting(), lost(0.4, "ore"), years=2.0),
    "metal boom": on(smelting(), wanted(0.2, lasts=1.0), years=2.0),
}


# --- outcomes ---------------------------------------------------------------------------------------------
def price(zone: str, week: int, product: str = "metal", kind: str = "spot") -> Callable[[Outcome], float]:
    """A price index so many weeks after events begin."""
    return lambda out: float(out.price(product, zone, kind)[FIRST + week])


def highest(zone: str, product: str = "metal") -> Callable[[Outcome], float]:
    return lambda out: float(out.price(product, zone).max())


def lowest(zone: str, product: str = "metal") -> Callable[[Outcome], float]:
    return lambda out: float(out.price(product, zone).min())


def over_runs(week: int) -> Callable[[Sequence[Outcome]], float]:
    """Spread of the logarithm of a price over runs."""
    return lambda outs: float(np.std([np.log(out.price("metal", "ZB")[FIRST + week]) for out in outs]))


def between_zones(outs: Sequence[Outcome]) -> float:
    """Mean gap of the logarithms of two zones' prices, in all weeks of all runs."""
    gaps = [np.log(out.price("metal", "ZA") / out.price("metal", "ZB")) for out in outs]
    return float(np.abs(gaps).mean())


def total(variable: str, first: int = 0, last: int = 10**6, **where: str) -> Callable[[Outcome], float]:
    """Tonnes of a weekly column between two weeks after events begin."""
    return lambda out: float(out.column(variable, **where)[max(0, FIRST + first) : FIRST + last].sum())


def exported(product: str, origin: str, months: Sequence[int]) -> Callable[[Outcome], float]:
    """Tonnes exported in some months of the run."""
    return lambda out: float(out.exports(product, origin)[list(months)].sum())


def shipped(product: str, origin: str, destination: str, months: Sequence[int]) -> Callable[[Outcome], float]:
    """Tonnes exported on one lane in some months of the run."""
    return lambda out: float(out.exports(product, origin, destination)[list(months)].sum())


def told(metric: str) -> Callable[[Outcome], float]:
    """Sum of all that a metric says, USD."""

    def of(out: Outcome) -> float:
        reporter = Reporter(out.model)
        rows = reporter.rows(out.weekly, out.monthly)
        found = reporter.compute(rows, reporter.money(np.zeros(0)))
        return float(sum(x for x, one in zip(found, reporter.outcomes) if one.metric == metric))

    return of


money = told("output_at_risk_usd")
