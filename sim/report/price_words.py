"""The sentence on prices: how high, when, what is paid, elsewhere and further down the chain, and where they fall."""

from __future__ import annotations

from .hedges import NOTICED_PRICE, PLAINLY_TIMES, half, level, named, or_more, told, week_date, weeks_in, whose
from .pick import headline_price, highest_price, spread, values
from .rounding import share, with_interval
from .run import Run
from .sketch import month
from .stored import FEWEST_RUNS, Fan

NOTICED_FALL = 0.85  # of the price without the events


def price(run: Run) -> str:
    """Peak of the headline price with its interval and month, and what goes with it."""
    product, zone = headline_price(run)
    peak = spread(run, "price_spot_peak_index", run.main_arm, product, zone)
    if peak is None or peak.n == 0:
        return ""
    name, where = named(run, product), run.where(zone)
    if peak.p50 < NOTICED_PRICE:
        rise = f"by more than {share(peak.p50 - 1)}" if peak.p50 > 1.0005 else "above its normal level"
        return "; ".join([f"{half(run)} no spot price rises {rise}", *_falls(run)]) + "."
    if peak.p50 >= PLAINLY_TIMES:
        value, between = told(run, peak, "times")
        text = f"{half(run)} the spot price of {name} {where} peaks at {value} its normal level{or_more(run)}{between}"
    else:
        text = f"{half(run)} the spot price of {name} {where} peaks {level(run, peak)}{or_more(run)}"
    week = spread(run, "price_spot_peak_week", run.main_arm, product, zone)
    if week is not None and week.n:
        text += f", around {month(week_date(run, week.p50))}{_still_rising(run, product, zone)}"
    return f"{text}{_price_tail(run, product, zone)}."


def _still_rising(run: Run, product: str, zone: str) -> str:
    """Said if many runs are at their peak when the period ends: the period is then too short to see the peak."""
    x = values(run, "price_spot_peak_week", run.main_arm, product, zone)
    late = float((x > weeks_in(run) - 3).mean()) if len(x) else 0.0
    if late < 0.2:
        return ""
    return (
        f" and, in {share(late) if run.n_ok >= FEWEST_RUNS else 'some'} of the runs, still rising when the period ends"
    )


def _price_tail(run: Run, product: str, zone: str) -> str:
    parts = []
    paid = spread(run, "price_paid_peak_index", run.main_arm, product, zone)
    if paid is not None and paid.n:
        parts.append(f"the price paid there on average, contracts included, peaks at {level(run, paid)}")
    for other in run.zones:
        s = spread(run, "price_spot_peak_index", run.main_arm, product, other) if other != zone else None
        if s is None or not s.n:
            continue
        if s.p95 < NOTICED_PRICE:
            parts.append(f"spot {run.where(other)} does not rise noticeably")
        else:
            parts.append(f"spot {run.where(other)} at {level(run, s)}")
    parts += _final_price(run, product)
    return "".join(f"; {part}" for part in [", ".join(parts), *_highest(run, product), *_falls(run)] if part)


def _falls(run: Run) -> list[str]:
    """The deepest fall of a spot price, if it is one that producers notice."""
    import numpy as np

    deepest, text = NOTICED_FALL, ""
    for product in run.products:
        for zone in run.zones:
            fan = run.fan("price_spot_index", run.main_arm, product=product, place=zone)
            base = run.fan("price_spot_index", "baseline", product=product, place=zone)
            if fan is None or base is None or fan.values.shape != base.values.shape or not len(fan.values):
                continue
            ratio = fan.values / np.maximum(base.at(0.5), 1e-9)[:, None]
            low = int(np.argmin(fan.at(0.5) / np.maximum(base.at(0.5), 1e-9)))
            at = Fan(fan.dates, fan.levels, ratio, "times")
            if at.at(0.5)[low] < deepest:
                deepest = float(at.at(0.5)[low])
                value, between = with_interval(deepest, float(at.at(0.05)[low]), float(at.at(0.95)[low]), "times")
                date = month(fan.dates[low].astype("datetime64[D]").item())
                span = f" ({whose(run)}: {between})" if between and run.n_ok > 1 else ""
                text = f"spot {named(run, product)} {run.where(zone)} is down to {value} normal{span} in {date}"
    return [text] if text else []


def _final_price(run: Run, headline: str) -> list[str]:
    """What users buy, if the headline is about something further up the chain."""
    if headline in run.final_products:
        return []
    found = [
        (s.p50, p, zone, s)
        for p in run.final_products
        for zone in run.zones
        if (s := spread(run, "price_spot_peak_index", run.main_arm, p, zone)) is not None and s.n
    ]
    if not found:
        return []
    top, product, zone, s = max(found, key=lambda f: f[0])
    if top < NOTICED_PRICE:
        return [f"no spot price of what users buy rises by more than {share(max(top - 1.0, 0.0))}"]
    return [f"spot {named(run, product)} {run.where(zone)} at {level(run, s)}"]


def _highest(run: Run, headline: str) -> list[str]:
    """The product whose price rises most, if it is another one and rises far more."""
    product, zone = highest_price(run)
    s = spread(run, "price_spot_peak_index", run.main_arm, product, zone) if product not in ("", headline) else None
    told_already = product in run.final_products and headline not in run.final_products
    if s is None or told_already or s.p50 < PLAINLY_TIMES:
        return []
    return [f"the highest peak of all is that of {named(run, product)} {run.where(zone)}, at {level(run, s)}"]
