"""What happens when: the events of the scenario and the turning points the runs themselves found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from .bands import NAME
from .case import the_case
from .enough import FEWEST_RUNS, MANY_RUNS
from .events import Event
from .gaps import price_of
from .hedges import NOTICED_PRICE, named, week_date, weeks_in, whose
from .pick import headline_price, price_peak, short_products, spread, touched_exports
from .rounding import plain, share, with_interval
from .run import Run
from .words import day, month

MOST_TIMES = 4  # further days of an event that comes again, before only the last is told


@dataclass(frozen=True)
class Moment:
    """One line of the timeline. `kind` is event, policy or finding."""

    date: dt.date
    when: str
    kind: str
    text: str


def timeline(run: Run) -> list[Moment]:
    """Events and findings in order of their dates."""
    moments = [moment for event in run.scenario_events for moment in _event(run, event)]
    moments += [m for event in run.scenario_events for m in _end(run, event)]
    moments += [m for policy in run.policies for m in _policy(run, policy)]
    for finder in (_doubling, _peak, _trough, _first_stoppage, _worst_week, _queue, _end_of_shortage, _recovery):
        moments += finder(run)
    return sorted(moments, key=lambda m: (m.date, m.kind))


def _event(run: Run, event: Event) -> list[Moment]:
    text = event.sentence or event.name.replace("_", " ")
    if event.again:
        return _again(event, text, "event")
    if event.start is None:
        return [Moment(run.end, "again and again" if event.recurs else "if triggered", "event", text)]
    return [Moment(event.start, ("about " if event.uncertain_date else "") + day(event.start), "event", text)]


def _again(event: Event, text: str, kind: str) -> list[Moment]:
    """The days of an event that comes again: the first with its sentence, then a few more, then that it goes on."""
    first, *later = event.again
    if event.by_chance:
        return [Moment(first, f"from {day(first)} on, by chance", kind, text)]
    about = "about " if event.uncertain_date else ""
    called = f"{event.called[:1].upper()}{event.called[1:]}"
    comes = "comes again" if event.sure else "may come again"
    found = [Moment(first, about + day(first), kind, text)]
    found += [Moment(date, about + day(date), kind, f"{called} {comes}") for date in later[:MOST_TIMES]]
    if len(later) > MOST_TIMES:
        rest = later[MOST_TIMES:]
        more = f"{called} {comes}, the last of {len(rest)} more times" if len(rest) > 1 else f"{called} {comes}"
        found.append(Moment(rest[-1], about + day(rest[-1]), kind, more))
    return found


def _end(run: Run, event: Event, kind: str = "event") -> list[Moment]:
    """The end of an event within the period; where it suspended others, they are in force again."""
    if event.end is None or event.start is None or not event.start < event.end < run.end:
        return []
    text = f"{event.called[:1].upper()}{event.called[1:]} ends"
    others = [e for e in run.events if e.name in event.suspends and (e.end is None or e.end > event.end)]
    if others:
        text += f", and {' and '.join(e.called for e in others)} {'is' if len(others) == 1 else 'are'} in force again"
    return [Moment(event.end, ("about " if event.uncertain_end else "") + day(event.end), kind, text)]


def _policy(run: Run, policy: str) -> list[Moment]:
    """The start of a policy, by its title, and the ends of its events; what it consists of stands among the assumptions."""
    events = run.policy_events(policy)
    dates = [e.start for e in events if e.start is not None]
    title = run.policy_title(policy)
    text = f"{title[:1].upper()}{title[1:]}"
    if not events:
        return []
    again = [m for e in events if e.again for m in _again(e, f"{text}: {e.called}", "policy")]
    if not dates and again:
        return again
    if not dates:
        return [Moment(run.end, "if triggered", "policy", text)]
    ends = [
        replace(m, text=f"{text}: {m.text[:1].lower()}{m.text[1:]}") for e in events for m in _end(run, e, "policy")
    ]
    return [Moment(min(dates), f"from {day(min(dates))}", "policy", text), *ends, *again]


def _dated(run: Run, metric: str, product: str, place: str, text: str, never: str = "") -> list[Moment]:
    """A finding dated by a metric in weeks: its median, and its 80 % band in words.

    `never` is said instead if the median run does not get there within the period.
    """
    s = spread(run, metric, run.main_arm, product, place)
    if s is None or s.n == 0:
        return []
    last = weeks_in(run)
    if s.p50 > last:
        early = f" ({NAME}: {day(week_date(run, s.p10))} at the earliest)" if s.p10 <= last and s.n > 1 else ""
        few = run.n_ok < FEWEST_RUNS
        return [Moment(run.end, f"end, {day(run.last_day)}", "finding", f"{never or text}{'' if few else early}")]
    middle = week_date(run, s.p50)
    early = late = ""
    if run.n_ok > 1:
        early = day(week_date(run, s.p10))
        late = day(week_date(run, s.p90)) if s.p90 <= last else "after the period"
        span = "" if early == late else f"{whose(run)}: {early} to {late}"
    else:
        span = "one run"
    part = s.n / max(run.n_ok, 1)
    often = share(part) if run.n_ok >= MANY_RUNS else f"{s.n} of {run.n_ok}"
    if part < 0.5:
        text = f"In {often} runs: {text[:1].lower() if text[1:2].islower() else text[:1]}{text[1:]}"
    elif part < 0.995:
        span = f"{span}{', ' if span else ''}in the {often} runs in which it happens".replace("% runs", "% of runs")
    elif early == late and run.n_ok > 1:
        span = "in nearly all runs the same week" if run.n_ok >= FEWEST_RUNS else "in these runs the same week"
    text = text.replace("% runs:", "% of runs:")
    return [Moment(middle, f"week of {day(middle)}", "finding", f"{text} ({span})" if span else text)]


def _doubling(run: Run) -> list[Moment]:
    """First date at which the median quoted price has doubled."""
    product, zone = headline_price(run)
    fan = run.fan("price_spot_index", run.main_arm, product=product, place=zone)
    if fan is None:
        return []
    above = [i for i, v in enumerate(fan.at(0.5)) if v > 2.0]
    if not above:
        return []
    date = fan.dates[above[0]].astype("datetime64[D]").item()
    text = f"The {price_of(run, product, zone)} has doubled in half of the runs"
    return [Moment(date, f"week of {day(date)}", "finding", text)]


def _peak(run: Run) -> list[Moment]:
    product, zone = headline_price(run)
    top = price_peak(run, run.main_arm, product, zone)
    if top is None or top.spread.p50 < NOTICED_PRICE:
        return []
    peak = top.spread
    value, between = with_interval(peak.p50, peak.p10, peak.p90, "times")
    span = f", {whose(run)} {between}" if between and run.n_ok > 1 else ""
    text = f"The {price_of(run, product, zone)} peaks at {value} normal{span}"
    return [Moment(top.date, f"week of {day(top.date)}", "finding", text)]


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
        ends = [float(fan.at(q)[low] / normal[low]) for q in (0.10, 0.90)]
        value, between = with_interval(float(ratio[low]), ends[0], ends[1], "share")
        span = f" ({NAME}: {between})" if between else ""
        lowest = "have stopped" if ratio[low] < 5e-4 else f"are at their lowest, {value} of normal"
        text = (
            f"Exports of {named(run, product)} from {run.with_article(run.label(origin))} {lowest}"
            f"{span if run.n_ok >= FEWEST_RUNS else ''}"
        )
        found.append(Moment(date, month(date), "finding", text))
    return found


def _short(run: Run) -> tuple[str, str] | None:
    """Product and place of the shortage the answer is about."""
    case = the_case(run)
    return (case.product, case.place) if short_products(run) and case.product in run.final_products else None


def _first_stoppage(run: Run) -> list[Moment]:
    found = _short(run)
    if found is None:
        return []
    product, place = found
    text = f"First country {run.where(place)} physically short of {named(run, product)} by more than 1 %"
    if len(run.members(place)) == 1:
        text = f"Users {run.where(place)} are first physically short of {named(run, product)} by more than 1 %"
        return _dated(run, "first_week_short", product, place, text)
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
    value, between = with_interval(middle[top], fan.at(0.10)[top], fan.at(0.90)[top], "%")
    span = f" ({NAME}: {between})" if between and run.n_ok >= FEWEST_RUNS else ""
    text = f"Shortage of {named(run, found[0])} {run.where(found[1])} is at its worst: {value} physically missing{span}"
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
    value, between = with_interval(float(row["p50"]), float(row["p10"]), float(row["p90"]), "t")
    span = f" ({NAME}: {between})" if between and run.n_ok >= FEWEST_RUNS else ""
    text = f"The queue for licences is longest: {value} of {named(run, str(row['product']))} wait{age}{span}"
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
        f"Nobody {run.where(place)} is short of {named(run, product)} any more",
        f"Somebody {run.where(place)} is still short of {named(run, product)} when the period ends",
    )


def _recovery(run: Run) -> list[Moment]:
    product, zone = headline_price(run)
    price = f"The {price_of(run, product, zone)}"
    never = f"{price} is not back within 10 % of normal when the period ends"
    return _dated(run, "price_spot_recovery_week", product, zone, f"{price} is back within 10 % of normal", never)
