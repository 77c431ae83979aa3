"""What buyers pay where a scenario sets duties: quotes are before duties, and part no zones."""

from __future__ import annotations

from .hedges import named, spanned
from .pick import Spread, spread
from .rounding import with_interval
from .run import Run

NOTICED_DUTY = 1.15  # price paid over the quote's peak from which on a note is made


def price_with_duties(run: Run) -> str:
    """The dearest good under a duty of the scenario, at what is paid for it; "" where the quote tells as much."""
    found: tuple[str, str, Spread] | None = None
    for product in _under_duty(run):
        for zone in run.zones:
            paid = spread(run, "price_paid_peak_index", run.main_arm, product, zone)
            quoted = spread(run, "price_spot_peak_index", run.main_arm, product, zone)
            if paid is None or quoted is None or paid.p50 < NOTICED_DUTY * quoted.p50:
                continue
            if found is None or paid.p50 > found[2].p50:
                found = product, zone, paid
    if found is None:
        return ""
    product, zone, paid = found
    value, between = with_interval(paid.p50, paid.p10, paid.p90, "times")
    return (
        f"Quoted prices are before duties. With them {named(run, product)} {run.where(zone)} costs {value} its normal price"
        f"{spanned(run, between)} at the peak."
    )


def _under_duty(run: Run) -> tuple[str, ...]:
    """Products on which an event of the scenario lays a duty; all where it names none."""
    found: list[str] = []
    for event in run.scenario.events:
        for effect in event.effects:
            if effect.op == "tariff":
                found += effect.select.products or run.products
    return tuple(dict.fromkeys(found))
