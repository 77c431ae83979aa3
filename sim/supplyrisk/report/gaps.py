"""Which price is told, and why the prices of two zones differ.

There are three prices. The *quoted price* is what price agencies report as asked and paid for prompt lots
(`price_spot_index`; it holds the model's own error); where the zone is that of the country that controls exports
it is called the *home price*. The *average price paid* weighs contract and spot by volume (`price_paid_index`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..results.fan import Fan
from .events import Event, standing_events
from .hedges import fitting, named
from .once import once_per_run
from .pick import headline_price
from .rounding import quantity
from .run import Run
from .words import month

VARIABLE = "price_gap_reason"
RULE, HELD = 1, 4
# Codes that the engine writes by product, zone and week, with the reason and what it does; 0 is the joint price.
REASONS = {
    RULE: ("a rule in force binds", "those it holds back bid for what gets through"),
    2: ("the trade links between them are full", "no more is carried, whatever the price"),
    3: ("buyers rush before a rule starts", "they take ahead what the links carry"),
    HELD: ("the home price is held up", "goods are held there against reopening"),
    5: ("nothing is traded between them", "each zone has only its own supply"),
}
CONTROLS = frozenset(("close", "freeze", "quota", "licence"))  # operations that hold back exports
NOTICED = 1.1  # ratio of two prices from which on a gap is told


@once_per_run
def controls(run: Run) -> tuple[Event, ...]:
    """Rules that hold back exports: of the scenario, and those in force in every arm."""
    return tuple(event for event in (*run.scenario_events, *standing_events(run.scenario)) if set(event.ops) & CONTROLS)


def controls_exports(run: Run, zone: str) -> bool:
    """Whether a zone is that of a country whose exports are controlled."""
    origins = {c for event in controls(run) for c in event.origins}
    members = set(run.members(zone))
    return bool(members) and members <= origins


def price_name(run: Run, zone: str) -> str:
    """ "quoted price"; "home price" in the zone of the country that controls exports."""
    return "home price" if controls_exports(run, zone) else "quoted price"


def price_of(run: Run, product: str, zone: str) -> str:
    """ "quoted price of Dy/Tb oxide outside China"."""
    return f"{price_name(run, zone)} of {named(run, product)} {run.price_where(zone)}"


@dataclass(frozen=True)
class Gap:
    """The widest gap between the median prices of two zones."""

    product: str
    high: str
    low: str
    ratio: float
    date: Any  # datetime64
    between: tuple[tuple[str, float], ...] = ()  # zones with prices of their own, and their price over the lowest


@once_per_run
def widest_gap(run: Run) -> Gap | None:
    """The widest gap of the product the answer is about; if that has none, of any product."""
    first, _ = headline_price(run)
    gap = _gap(run, first) if first else None
    found = [gap] if gap else [g for g in (_gap(run, product) for product in run.products) if g]
    return max(found, key=lambda g: g.ratio, default=None)


def _gap(run: Run, product: str) -> Gap | None:
    import numpy as np

    fans = {zone: run.fan("price_spot_index", run.main_arm, product=product, place=zone) for zone in run.zones}
    lines = {zone: fan.at(0.5) for zone, fan in fans.items() if fan is not None and len(fan.values)}
    if len(lines) < 2 or len({len(line) for line in lines.values()}) > 1:
        return None
    zones, table = list(lines), np.maximum(np.asarray(list(lines.values())), 1e-9)
    ratios = table.max(axis=0) / table.min(axis=0)
    week = int(ratios.argmax())
    if ratios[week] < NOTICED:
        return None
    high, low = zones[int(table[:, week].argmax())], zones[int(table[:, week].argmin())]
    fan = fans[high]
    assert fan is not None
    prices = {zone: float(price / table[:, week].min()) for zone, price in zip(zones, table[:, week], strict=True)}
    own = [each for each in prices.items() if each[0] not in (high, low)]
    apart = [(zone, over) for zone, over in own if min(over, prices[high] / over) >= NOTICED]
    between = tuple(sorted(apart, key=lambda each: -each[1]))
    return Gap(product, high, low, float(ratios[week]), fan.dates[week], between)


def reason_code(fan: Fan, date: Any) -> int:
    """The code that most runs have on a date; of equally frequent ones that nearest to the median.

    Quantiles over runs are all that is stored: each stands for the runs halfway to its neighbours, and one that
    lies between two codes for none.
    """
    import numpy as np

    week = max(0, int(np.searchsorted(fan.dates, date, side="right")) - 1)
    ends = [0.0, *((a + b) / 2 for a, b in pairwise(fan.levels)), 1.0]
    runs: dict[int, float] = {}
    for (low, high), level, value in zip(pairwise(ends), fan.levels, fan.values[week], strict=True):
        if value == value and abs(value - round(value)) < 1e-6:
            middle = 1e-6 if abs(level - 0.5) < 1e-9 else 0.0
            runs[round(value)] = runs.get(round(value), 0.0) + high - low + middle
    return max(runs, key=lambda code: runs[code], default=0)


def why_prices_differ(run: Run) -> str:
    """A sentence on the widest gap and its reason; "" without a gap, or where the engine gave no reason."""
    gap = widest_gap(run)
    if gap is None:
        return ""
    codes = []
    for zone in (gap.high, gap.low):
        fan = run.fan(VARIABLE, run.main_arm, product=gap.product, place=zone)
        codes.append(reason_code(fan, gap.date) if fan is not None and len(fan.values) else 0)
    code = next((code for code in codes if code in REASONS), 0)
    if not code:
        return ""
    why, does = REASONS[code]
    when = gap.date.astype("datetime64[D]").item()
    if code == RULE:
        why = _rule(run, gap, when) or why
    both = f"{_place(run, gap.high)} and {_place(run, gap.low)}"
    head = f"Prices of {named(run, gap.product)} differ between {both}"
    size = f", most in {month(when)} ({quantity(gap.ratio, 'times')}),"
    others = [f"{_place(run, zone)} lies between at {quantity(over, 'times')} the lower" for zone, over in gap.between]
    middle = f"; {', '.join(others)}" if others else ""
    also = ", and the home price is held up against reopening" if HELD in codes and code != HELD else ""
    return fitting(
        *(
            (f"{head}{size} because {why}: {does}{also}{middle}.", f"{head}{size} because {why}{middle}.")
            if middle
            else ()
        ),
        f"{head}{size} because {why}: {does}{also}.",
        f"{head}{size} because {why}: {does}.",
        f"{head} because {why}: {does}.",
        f"{head} because {why}.",
    )


def _place(run: Run, zone: str) -> str:
    """A zone beside another: "China", "the outside" where its name says no more than that."""
    name = run.price_label(zone)
    rest = name.startswith("outside ") or name.endswith(", the rest")
    return "the rest of the world" if rest else run.with_article(name)


def _rule(run: Run, gap: Gap, when: dt.date) -> str:
    """The rule that binds, if only one in force at that time can be meant."""
    sellers = set(run.members(gap.low))
    found = [
        event.called
        for event in controls(run)
        if (not event.products or gap.product in event.products)
        and (not event.origins or sellers & set(event.origins))
        and (event.start is None or event.start <= when)
        and (event.end is None or when < event.end)
    ]
    return f"{found[0]} binds" if len(found) == 1 else "rules in force bind" if found else ""
