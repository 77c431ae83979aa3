"""What happens when: the events of the scenario and the turning points the runs themselves found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .pick import headline_price, short_products, short_zone, spread, touched_exports
from .rounding import plain, share, with_interval
from .run import Event, Run
from .sentences import NOTICED_PRICE, _name, week_date, weeks_in
from .sketch import day, month
from .stored import FEWEST_RUNS

MOST_POLICY_EVENTS = 8  # beyond, they crowd out what happens; the list of assumptions has them all


@dataclass(frozen=True)
class Moment:
    """One line of the timeline. `kind` is event, policy or finding."""

    date: dt.date
    when: str
    kind: str
    text: str


def timeline(run: Run) -> list[Moment]:
    """Events and findings in order of their dates."""
    moments = [m for event in run.events for m in _event(run, event)]
    if sum(m.kind == "policy" for m in moments) > MOST_POLICY_EVENTS:
        moments = [m for m in moments if m.kind != "policy"]
    for finder in (_doubling, _peak, _trough, _first_stoppage, _worst_week, _queue, _end_of_shortage, _recovery):
        moments += finder(run)
    return sorted(moments, key=lambda m: (m.date, m.kind))


def _event(run: Run, event: Event) -> list[Moment]:
    scenario = not event.arms or "scenario" in event.arms
    kind = "event" if scenario else "policy"
    text = event.sentence or event.name.replace("_", " ")
    if not scenario:
        names = ", ".join(a.partition(":")[2].replace("_", " ") for a in event.arms if a.startswith("policy:"))
        text = f"{names[:1].upper()}{names[1:]}: {text}"
    if event.start is None:
        return [Moment(run.end, "if triggered", kind, text)]
    when = ("about " if event.uncertain_date else "") + day(event.start)
    return [Moment(event.start, when, kind, text)]


def _dated(run: Run, metric: str, product: str, place: str, text: str) -> list[Moment]:
    """A finding dated by a metric in weeks: its median, and its 90 % range in words."""
    s = spread(run, metric, run.main_arm, product, place)
    if s is None or s.n == 0:
        return []
    last = weeks_in(run)
    if s.p50 > last:
        return [
            Moment(
                run.end, f"after {month(run.end - dt.timedelta(days=1))}", "finding", f"{text}: not within the period"
            )
        ]
    middle = week_date(run, s.p50)
    if run.n_ok > 1:
        early = day(week_date(run, s.p5))
        late = day(week_date(run, s.p95)) if s.p95 <= last else "after the period"
        word = "90 % of runs" if run.n_ok >= FEWEST_RUNS else "90 % range of these few runs"
        span = "in all runs the same week" if early == late else f"{word}: {early} to {late}"
    else:
        span = "one run"
    part = s.n / max(run.n_ok, 1)
    seldom = f", in the {share(part)} of runs in which it happens" if part < 0.995 else ""
    return [Moment(middle, f"week of {day(middle)}", "finding", f"{text} ({span}{seldom})")]


def _doubling(run: Run) -> list[Moment]:
    """First date at which the median spot price has doubled."""
    product, zone = headline_price(run)
    fan = run.fan("price_spot_index", run.main_arm, product=product, place=zone)
    if fan is None:
        return []
    above = [i for i, v in enumerate(fan.at(0.5)) if v > 2.0]
    if not above:
        return []
    date = fan.dates[above[0]].astype("datetime64[D]").item()
    text = f"Spot {_name(run, product)} {run.where(zone)} has doubled in half of the runs"
    return [Moment(date, f"week of {day(date)}", "finding", text)]


def _peak(run: Run) -> list[Moment]:
    product, zone = headline_price(run)
    peak = spread(run, "price_spot_peak_index", run.main_arm, product, zone)
    if peak is None or peak.p50 < NOTICED_PRICE:
        return []
    value, between = with_interval(peak.p50, peak.p5, peak.p95, "times")
    text = f"Spot {_name(run, product)} {run.where(zone)} peaks at {value} normal{f', {between}' if between else ''}"
    return _dated(run, "price_spot_peak_week", product, zone, text)


def _trough(run: Run) -> list[Moment]:
    """The months in which the exports that events change most are at their lowest."""
    import numpy as np

    found = []
    for product, origin in touched_exports(run)[:2]:
        fan = run.fan("export_t", run.main_arm, product=product, place=origin)
        base = run.fan("export_t", "baseline", product=product, place=origin)
        if fan is None or base is None or fan.values.shape != base.values.shape:
            continue
        normal = np.maximum(base.at(0.5), 1e-9)
        ratio = fan.at(0.5) / normal
        low = int(np.argmin(ratio))
        if ratio[low] > 0.95:
            continue
        date = fan.dates[low].astype("datetime64[D]").item()
        ends = [float(fan.at(q)[low] / normal[low]) for q in (0.05, 0.95)]
        value, between = with_interval(float(ratio[low]), ends[0], ends[1], "share")
        span = f" (90 % of runs: {between})" if between else ""
        text = (
            f"Exports of {_name(run, product)} from {run.with_article(run.label(origin))} are at their lowest, "
            f"{value} of normal{span if run.n_ok >= FEWEST_RUNS else ''}"
        )
        found.append(Moment(date, month(date), "finding", text))
    return found


def _short(run: Run) -> tuple[str, str] | None:
    products = short_products(run)
    return (products[0], short_zone(run, products[0])) if products else None


def _first_stoppage(run: Run) -> list[Moment]:
    found = _short(run)
    if found is None:
        return []
    product, place = found
    text = f"First country {run.where(place)} physically short of {_name(run, product)} by more than 1 %"
    if len([c for c in run.countries if run.zone_of.get(c) == place]) == 1:
        return _dated(run, "first_week_short", product, place, f"{run.label(place)} is first physically short of it")
    return _dated(run, "first_stoppage_week", product, place, text)


def _worst_week(run: Run) -> list[Moment]:
    from .pick import of_wanted

    found = _short(run)
    fan = of_wanted(run, "shortage_unserved_t", run.main_arm, *found) if found else None
    if found is None or fan is None or not len(fan.values):
        return []
    middle = fan.at(0.5)
    top = int(middle.argmax())
    if middle[top] < 1.0:
        return []
    date = fan.dates[top].astype("datetime64[D]").item()
    value, between = with_interval(middle[top], fan.at(0.05)[top], fan.at(0.95)[top], "%")
    span = f" (90 % of runs: {between})" if between and run.n_ok >= FEWEST_RUNS else ""
    text = f"Shortage of {_name(run, found[0])} {run.where(found[1])} is at its worst: {value} physically missing{span}"
    return [Moment(date, f"week of {day(date)}", "finding", text)]


def _queue(run: Run) -> list[Moment]:
    """The week in which most waits for a licence."""
    table = run.summarised("licence_backlog_peak_t", run.main_arm)
    if table.empty or float(table["p50"].max()) <= 0:
        return []
    row = table.sort_values("p50", ascending=False, kind="stable").iloc[0]
    fan = run.fan("licence_backlog_t", run.main_arm, product=str(row["product"]), place=str(row["place"]))
    if fan is None:
        return []
    top = int(fan.at(0.5).argmax())
    date = fan.dates[top].astype("datetime64[D]").item()
    wait = run.fan("licence_wait_days", run.main_arm, product=str(row["product"]), place=str(row["place"]))
    age = f", on average for {plain(wait.at(0.5)[top])} days" if wait is not None else ""
    value, between = with_interval(float(row["p50"]), float(row["p5"]), float(row["p95"]), "t")
    span = f" (90 % of runs: {between})" if between and run.n_ok >= FEWEST_RUNS else ""
    text = f"The queue for licences is longest: {value} of {_name(run, str(row['product']))} wait{age}{span}"
    return [Moment(date, f"week of {day(date)}", "finding", text)]


def _end_of_shortage(run: Run) -> list[Moment]:
    found = _short(run)
    if found is None:
        return []
    product, place = found
    return _dated(
        run,
        "short_recovery_week",
        product,
        place,
        f"Nobody {run.where(place)} is short of {_name(run, product)} any more",
    )


def _recovery(run: Run) -> list[Moment]:
    product, zone = headline_price(run)
    text = f"Spot {_name(run, product)} {run.where(zone)} is back within 10 % of normal"
    return _dated(run, "price_spot_recovery_week", product, zone, text)
