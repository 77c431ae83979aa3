"""What the answer is about: which place, product and use, and by which one measure losses and policies are told.

Losses are told as weeks of normal use: tonnes lost over what is used in an average week at the prices before
the events. Unlike a share of the whole period they do not shrink when the period gets longer. What is
physically missing and what users give up because of the price are two measures and are never added up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .hedges import NOTICED_PRICE
from .once import once_per_run
from .pick import Spread, headline_price, price_peak, short_products, short_zone, spread, values
from .run import Run

OFTEN = 0.5  # share of runs from which on something is told as happening
SELDOM = 0.05  # below it is not told
NOTICED_WEEKS = 0.1  # weeks of normal use below which nothing is lost
METRIC = {"missing": "shortage_unserved_weeks", "given up": "shortage_priced_out_weeks"}


@dataclass(frozen=True)
class Case:
    """What is told. `kind`: missing (physically short), maybe (short in a minority of runs), given up (because of the
    price), price (only prices move)."""

    kind: str
    product: str
    place: str
    end_use: str
    often: float  # share of runs in which the place goes physically short

    @property
    def loss(self) -> str:
        """The measure of losses that policies are compared by."""
        return "given up" if self.kind == "given up" else "missing"


def rules_of_today(run: Run) -> bool:
    """Whether the rules of today are in force in every arm, so that "normal" is not what stands there without events."""
    return run.outlook.base == "today"


def on_today(run: Run) -> bool:
    """Whether there is an arm with events beside one with the rules of today, where much may be lost already."""
    return rules_of_today(run) and run.main_arm != "baseline"


def beyond_today(run: Run) -> str:
    """Said of a shortage that comes on top of what the rules of today bring."""
    return " beyond what today's rules bring" if on_today(run) else ""


def more(run: Run) -> str:
    """Said behind an amount that comes on top of what is lost under the rules of today."""
    return " more" if on_today(run) else ""


def than_today(run: Run) -> str:
    """Said once, so that "more" has its other side."""
    return " than under today's rules" if on_today(run) else ""


def weeks_lost(run: Run, loss: str, arm: str, product: str, place: str, end_use: str = "") -> Spread | None:
    """Weeks of normal use that are "missing" or "given up", or (arm A-B) the difference between two arms.

    Where the rules of today are in force in every arm, what the events do is what they add, run by run: a loss that
    stands there without them is not theirs.
    """
    own = f"{arm}-baseline" if on_today(run) and arm == run.main_arm else arm
    found = spread(run, METRIC[loss], own, product, place, end_use)
    return found if found is not None and found.n else None


@once_per_run
def the_case(run: Run) -> Case:
    """The case of the run: the worst of the places (and uses) asked about, else the worst there is."""
    found = [
        _case(run, product, place, use)
        for product in short_products(run)
        for place, use in _asked(run, product, run.main_places)
    ]
    if not found:
        return Case("price", headline_price(run)[0], headline_price(run)[1], "", 0.0)
    return max(found, key=lambda pair: pair[0])[1]


def asked_cases(run: Run) -> list[Case]:
    """One case for every place asked about, the worst first."""
    best: dict[str, tuple[tuple[float, ...], Case]] = {}
    for product in short_products(run):
        for place, use in _asked(run, product, run.asked_places):
            found = _case(run, product, place, use)
            if place not in best or found[0] > best[place][0]:
                best[place] = found
    return [case for _, case in sorted(best.values(), key=lambda f: f[0], reverse=True)]


def _asked(run: Run, product: str, places: tuple[str, ...]) -> list[tuple[str, str]]:
    """Places and end uses the report is to look at, those for which shares are told."""
    places = places or (short_zone(run, product),)
    uses = run.options.end_uses
    pairs = [(place, use) for place in places for use in uses]
    told = [p for p in pairs if spread(run, METRIC["missing"], run.main_arm, product, *p) is not None]
    return told or [(p, "") for p in places if spread(run, METRIC["missing"], run.main_arm, product, p) is not None]


def _case(run: Run, product: str, place: str, end_use: str) -> tuple[tuple[float, ...], Case]:
    """A case and how bad it is."""
    missing = weeks_lost(run, "missing", run.main_arm, product, place, end_use)
    given_up = weeks_lost(run, "given up", run.main_arm, product, place, end_use)
    first = spread(run, "first_week_short", run.main_arm, product, place, end_use)
    often = first.n / run.n_ok if first is not None and run.n_ok else 0.0
    if on_today(run):
        often = min(often, _adds(run, product, place, end_use))
    lost = missing.p50 if missing else 0.0
    most = missing.p90 if missing else 0.0
    gone = given_up.p50 if given_up else 0.0
    if often >= OFTEN and lost >= NOTICED_WEEKS / 2:
        kind = "missing"
    elif often >= SELDOM and most >= max(NOTICED_WEEKS, gone):
        kind = "maybe"
    elif gone >= NOTICED_WEEKS:
        kind = "given up"
    else:
        kind = "price"
    rank = ("price", "given up", "maybe", "missing").index(kind)
    return (rank, lost, most, gone), Case(kind, product, place, end_use, often)


def _adds(run: Run, product: str, place: str, end_use: str) -> float:
    """Share of runs in which the events make more missing than the rules of today do."""
    added = values(run, METRIC["missing"], run.main_arm, product, place, end_use)
    there = values(run, METRIC["missing"], "baseline", product, place, end_use)
    if not len(added) or len(added) != len(there):
        return 0.0
    return float((added - there > NOTICED_WEEKS / 2).mean())


def first_short(run: Run, product: str, place: str, end_use: str = "") -> Spread | None:
    """First week of physical shortage, where it is the events' doing: not where the rules of today make one without them."""
    before = spread(run, "first_week_short", "baseline", product, place, end_use) if on_today(run) else None
    if before is not None and before.n > SELDOM * run.n_ok:
        return None
    return spread(run, "first_week_short", run.main_arm, product, place, end_use)


def risk_place(run: Run) -> str:
    """The place output at risk is told of: zones have none of their own."""
    place = the_case(run).place
    return place if place not in run.zones or place in run.countries else "world"


def knows_weeks(run: Run) -> bool:
    """Whether losses were reported as weeks of normal use; older versions did not."""
    return set(METRIC.values()) <= run.metrics()


def price_moves(run: Run) -> bool:
    """Whether users notice the price the answer is about."""
    product, zone = headline_price(run)
    peak = price_peak(run, run.main_arm, product, zone)
    return peak is not None and peak.spread.p50 >= NOTICED_PRICE


def asks_for(run: Run, topic: str) -> bool:
    """Whether the scenario's question asks for the price, for output at risk, or for losses of use."""
    return bool(_TOPICS[topic].search(run.question))


_TOPICS = {
    "price": re.compile(r"\b(price|prices|dear|cost|costs)\b", re.I),
    "output": re.compile(r"\b(output|GDP|at risk|value added|USD)\b", re.I),
    "use": re.compile(r"\b(short|shortage|shortages|who|notice|stop|hurt|help|refused)\b", re.I),
}


@dataclass(frozen=True)
class Makers:
    """Makers of a product in a country that lack inputs in at least half of the runs."""

    product: str
    country: str
    first: Spread
    weeks: Spread
    lost: Spread  # per cent of the output that orders, capacity and prices call for


@once_per_run
def stopped_makers(run: Run) -> list[Makers]:
    """Makers that lack inputs, those in places asked about first, then by the tonnes of output lost."""
    found = []
    for row in run.summarised("maker_first_week_short", run.main_arm, end_use="").to_dict("records"):
        product, country = str(row["product"]), str(row["place"])
        if country not in run.countries or not run.n_ok or int(row["n"]) < OFTEN * run.n_ok:
            continue
        parts = [
            spread(run, f"maker_{m}", run.main_arm, product, country)
            for m in ("first_week_short", "weeks_short", "short_percent")
        ]
        first, weeks, lost = parts
        if on_today(run):
            before = spread(run, "maker_first_week_short", "baseline", product, country)
            if before is not None and before.n > SELDOM * run.n_ok:
                continue  # they stand still without the events too
        if first is not None and weeks is not None and lost is not None and weeks.p50 >= 1:
            found.append(Makers(product, country, first, weeks, lost))
    asked = {c for place in run.asked_places for c in run.members(place)}
    return sorted(found, key=lambda m: (m.country not in asked, -_tonnes(run, m), -m.weeks.p50, m.product, m.country))


def _tonnes(run: Run, makers: Makers) -> float:
    """About how many tonnes of output makers lose."""
    made = spread(run, "production_t", run.main_arm, makers.product, makers.country)
    part = min(makers.lost.p50, 99.0) / 100.0
    return made.p50 * part / (1.0 - part) if made is not None else 0.0
