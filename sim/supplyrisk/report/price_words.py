"""The sentence on prices: how high and when, or how deep they fall; other products and places stand in the table."""

from __future__ import annotations

from dataclasses import dataclass

from .case import on_today, price_moves
from .gaps import price_of
from .hedges import PLAINLY_TIMES, spanned, weeks_in
from .once import once_per_run
from .pick import Spread, headline_price, price_peak, values
from .rounding import quantity, share, with_interval
from .run import Run
from .words import month

NOTICED_FALL = 0.85  # of the price without the events
LATE = 0.2  # share of runs at their peak when the period ends, from which on the peak is told as unfinished


def price(run: Run) -> str:
    """Peak of the median headline price with that week's interval and month; a fall, if that is what happens."""
    product, zone = headline_price(run)
    top = price_peak(run, run.main_arm, product, zone)
    if top is None or not price_moves(run):
        return _fall(run)
    peak, when = top.spread, f", around {month(top.date)}"
    if top.week > weeks_in(run) - 3 or _still_rising(run, product, zone):
        when += ", in many runs still rising when the period ends"
    if peak.p50 >= PLAINLY_TIMES:
        value, between = with_interval(peak.p50, peak.p10, peak.p90, "times")
        level = f"at {value} its normal level"
    else:
        middle, low, high = (100.0 * (x - 1.0) for x in (peak.p50, peak.p10, peak.p90))
        value, between = with_interval(middle, low, high, "%")
        level = f"{value} above its normal level"
    without = without_events(run, product, zone)
    return f"The {price_of(run, product, zone)} peaks {level}{spanned(run, between)}{without}{when}."


def _still_rising(run: Run, product: str, zone: str) -> bool:
    """Whether many runs are at their peak when the period ends: it is then too short to see the peak."""
    x = values(run, "price_spot_peak_week", run.main_arm, product, zone)
    return bool(len(x)) and float((x > weeks_in(run) - 3).mean()) >= LATE


@dataclass(frozen=True)
class Fall:
    """The deepest fall of a quoted price against the same runs without the events."""

    product: str
    zone: str
    when: str
    ratio: Spread


@once_per_run
def deepest_fall(run: Run) -> Fall | None:
    """The deepest fall of a quoted price, if it is one that producers notice."""
    import numpy as np

    deepest, found = NOTICED_FALL, None
    for product in run.products:
        for zone in run.zones:
            fan = run.fan("price_spot_index", run.main_arm, product=product, place=zone)
            base = run.fan("price_spot_index", "baseline", product=product, place=zone)
            if fan is None or base is None or fan.values.shape != base.values.shape or not len(fan.values):
                continue
            normal = np.maximum(base.at(0.5), 1e-9)
            low = int(np.argmin(fan.at(0.5) / normal))
            if float(fan.at(0.5)[low] / normal[low]) < deepest:
                p10, p25, p50, p75, p90 = (float(fan.at(q)[low] / normal[low]) for q in (0.10, 0.25, 0.5, 0.75, 0.90))
                deepest = p50
                date = month(fan.dates[low].astype("datetime64[D]").item())
                found = Fall(product, zone, date, Spread(run.n_ok, p10, p25, p50, p75, p90, "times"))
    return found


def _fall(run: Run) -> str:
    found = deepest_fall(run)
    if found is None:
        return ""
    value, between = with_interval(found.ratio.p50, found.ratio.p10, found.ratio.p90, "times")
    return f"The {price_of(run, found.product, found.zone)} falls to {value} its normal level{spanned(run, between)} in {found.when}."


def without_events(run: Run, product: str, zone: str) -> str:
    """The peak under the rules of today alone, where they are in force: the events answer for the rest only."""
    peak = price_peak(run, "baseline", product, zone) if on_today(run) else None
    return "" if peak is None else f", against {times(peak.spread.p50)} under today's rules"


def times(level: float) -> str:
    """A price level: "3.1 times normal", "8 % above normal"."""
    return f"{quantity(level, 'times')} normal" if level >= 1.15 else f"{share(level - 1.0)} above normal"
