"""The answer: a headline and at most five computed sentences, hedged as far as the number of runs allows.

Every sentence is made from the stored outcomes; none is written by hand for a scenario. Each holds one median and its
interval; what goes beyond stands in the tables. With fewer than `FEWEST_RUNS` runs there is no talk of
probabilities, only of the range of what was seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from .bands import brackets
from .budgets import over_budget, within_budget
from .case import (
    NOTICED_WEEKS,
    Case,
    asked_cases,
    asks_for,
    beyond_today,
    first_short,
    knows_weeks,
    more,
    on_today,
    risk_place,
    rules_of_today,
    stopped_makers,
    than_today,
    the_case,
    weeks_lost,
)
from .duty_words import price_with_duties
from .enough import FEWEST_RUNS, MANY_RUNS
from .gaps import price_of, why_prices_differ
from .headline import headline, output_at_risk, rate, subject
from .hedges import NOTICED_PRICE, NOTICED_SHARE, fitting, named, spanned, week_date, weeks_in
from .pick import Spread, headline_price, spread, values
from .policy_words import policies
from .price_words import price
from .rounding import plain, share, whole, with_interval
from .run import Run
from .words import month

__all__ = ["Answer", "answer", "nothing_happens", "week_date"]

MOST_SENTENCES = 5


@dataclass(frozen=True)
class Answer:
    """The answer of one run folder. `kind`: answer, nothing, few, failed.

    `notes` stand below the sentences: why prices differ between zones, and what the numbers in brackets are.
    """

    kind: str
    headline: str
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]
    notes: tuple[str, ...] = ()


def answer(run: Run) -> Answer:
    """The headline, five sentences at most, and what to be careful about."""
    cautions = _cautions(run)
    if run.n_ok == 0:
        return Answer("failed", "There is no answer, because no run has finished.", (_failed(run),), ())
    if nothing_happens(run):
        return Answer("nothing", _quiet(run), _nothing(run), cautions)
    few = run.n_ok < FEWEST_RUNS
    return Answer("few" if few else "answer", headline(run), _sentences(run), cautions, _notes(run))


def _notes(run: Run) -> tuple[str, ...]:
    return tuple(
        text for text in (why_prices_differ(run), price_with_duties(run), *within_budget(run), brackets(run)) if text
    )


def _sentences(run: Run) -> tuple[str, ...]:
    """The sentences in reading order; of more than five those that matter less are left out."""
    money_first = asks_for(run, "output")
    makers: list[tuple[int, Callable[[Run], str]]] = [
        (0, _loss),
        (1 if _more_given_up(run) else 5, _given_up),
        (3, _elsewhere),
        (4, _makers),
        (2, price),
        (1 if money_first else 6, _money),
        (1, policies) if run.policies else (7, _recovery),
    ]
    said = [(rank, number, text) for number, (rank, make) in enumerate(makers) if (text := make(run))]
    kept = sorted(sorted(said)[:MOST_SENTENCES], key=lambda s: s[1])
    return tuple(text for _, _, text in kept)


# --- special cases --------------------------------------------------------------------------------


def _cautions(run: Run) -> tuple[str, ...]:
    found = []
    n, asked = run.n_ok, int(run.manifest.get("runs", run.n_ok))
    if 0 < n < FEWEST_RUNS:
        what = "One run says" if n == 1 else f"{n} runs say"
        found.append(
            f"{what} nothing about how likely an outcome is: this batch is too small. Run at least {FEWEST_RUNS}, "
            f"better {MANY_RUNS}, before quoting any number."
        )
    if run.n_failed and n:
        found.append(
            f"{run.n_failed} of {run.n_failed + n} runs failed and are left out. If they failed because things went badly, "
            "the numbers here are too mild."
        )
    status = str(run.manifest.get("status", "finished"))
    if status in ("interrupted", "running"):
        found.append(f"The batch was not finished ({status}): {n} of {asked} runs are in this report.")
    if n:
        found += over_budget(run)
    if n and knows_weeks(run):
        found += _without_users(run)
    if n and not knows_weeks(run):
        found.append(
            "The folder was made by an older version, which did not report weeks of normal use lost. Run it again for a "
            "whole answer."
        )
    return tuple(found)


def _without_users(run: Run) -> list[str]:
    """Places and uses asked about that have no users, of which there is nothing to tell."""
    told = the_case(run)
    empty = [place for place in run.asked_places if not run.has_users(place)]
    found = [f"Nobody {run.where(place)} uses any of these products at the end of the chain." for place in empty]
    if empty and not run.main_places:
        found[-1] += f" The answer is about users {run.where(told.place)} instead."
    uses = list(run.options.end_uses)
    if uses and not told.end_use:
        what = " or ".join(named(run, use) for use in uses)
        found.append(f"No shares are told for {what} {run.where(told.place)}: the answer is about all users there.")
    return found


def _failed(run: Run) -> str:
    count = len(run.runs)
    why = f" The first message was: {run.failure_messages[0]}." if run.failure_messages else ""
    if count == 0:
        return "No run has finished, so there is no answer yet."
    what = "The only run failed" if count == 1 else f"All {count:,} runs failed"
    return f"{what}, so there is no answer.{why.rstrip('.') + '.' if why else ''}"


def nothing_happens(run: Run) -> bool:
    """Whether no price and no user would notice the events, in nine runs of ten."""
    return (
        _largest_rise(run) < NOTICED_PRICE
        and _largest_loss(run) < NOTICED_SHARE
        and _largest_fall(run) > 1 / NOTICED_PRICE
    )


def _largest_rise(run: Run) -> float:
    table = run.summarised("price_spot_peak_index", f"{run.main_arm}-baseline")
    if not table.empty:
        return 1.0 + max(0.0, float(table["p90"].max()))
    table = run.summarised("price_spot_peak_index", run.main_arm)
    return float(table["p90"].max()) if len(table) else 1.0


def _largest_fall(run: Run) -> float:
    import numpy as np

    lowest = 1.0
    for product in run.products:
        for zone in run.zones:
            fan = run.fan("price_spot_index", run.main_arm, product=product, place=zone)
            base = run.fan("price_spot_index", "baseline", product=product, place=zone)
            if fan is not None and base is not None and fan.values.shape == base.values.shape:
                lowest = min(lowest, float(np.min(fan.at(0.5) / np.maximum(base.at(0.5), 1e-9))))
    return lowest


def _largest_loss(run: Run) -> float:
    table = run.summarised("shortage_percent", f"{run.main_arm}-baseline")
    if table.empty:
        table = run.summarised("shortage_percent", run.main_arm)
    return float(table["p90"].max()) if len(table) else 0.0


def _quiet(run: Run) -> str:
    if not run.scenario_events:
        return f"{_no_events(run)}."
    return "Nothing happens that users of the material would notice."


def _no_events(run: Run) -> str:
    if rules_of_today(run):
        return "No event is added to what is in force today, and nothing changes"
    return "There are no events, and nothing happens"


def _nothing(run: Run) -> tuple[str, ...]:
    rise, loss = _largest_rise(run) - 1.0, _largest_loss(run)
    of = f"in each of the {run.n_ok} runs" if run.n_ok < FEWEST_RUNS else "in nine runs of ten"
    if run.n_ok == 1:
        of = "in the only run"
    first = _no_events(run) if not run.scenario_events else "Nothing happens that users of the material would notice"
    rises = (
        f"no quoted price rises above {'what it is without the events' if rules_of_today(run) else 'its normal level'}"
        if rise < 5e-4
        else f"no quoted price rises by more than {share(rise)}"
    )
    more = "more of its use than without the events" if rules_of_today(run) else "any of its use"
    loses = f"no country loses {more}" if loss < 5e-3 else f"no country loses more than {plain(loss)} % of its use"
    return (f"{first}: {of} {rises}, and {loses}.",)


# --- the sentences ---------------------------------------------------------------------------------


def _told(run: Run, s: Spread) -> tuple[str, str]:
    value, between = with_interval(s.p50, s.p10, s.p90, s.unit)
    return value, spanned(run, between)


def _loss(run: Run) -> str:
    """What the place asked about loses."""
    return _loss_of(run, the_case(run))


def _loss_of(run: Run, case: Case) -> str:
    who, name = subject(run, case), named(run, case.product)
    if case.kind == "given up":
        lost = weeks_lost(run, "given up", run.main_arm, case.product, case.place, case.end_use)
        if lost is None:
            return ""
        value, span = _told(run, lost)
        text = f"{who} give up {value}{more(run)} of normal use of {name} because of the price{than_today(run)}{span}"
        return fitting(f"{text}, while next to nothing is physically missing.", f"{text}.")
    lost = weeks_lost(run, "missing", run.main_arm, case.product, case.place, case.end_use)
    if lost is None:
        return ""
    value, span = _told(run, lost)
    if case.kind == "price":
        none = f"none{more(run)}{than_today(run)}" if on_today(run) else "none"
        return f"{who} physically lack {value if lost.p50 >= 0.005 else none} of the {name} they want{span}."
    first = first_short(run, case.product, case.place, case.end_use)
    weeks = spread(run, "weeks_short", run.main_arm, case.product, case.place, case.end_use)
    when = f", first around {month(week_date(run, first.p50))}" if first is not None and first.n else ""
    if case.kind == "maybe":
        rate = share(case.often) if run.n_ok >= MANY_RUNS else f"{round(case.often * run.n_ok)} of {run.n_ok}"
        often = f"in {rate} of the runs" if run.n_ok >= MANY_RUNS else f"in {rate} runs"
        text = f"{who} run physically short of {name}{beyond_today(run)} only {often}{when}"
        return fitting(f"{text}; the median run lacks {value}{more(run)} of normal use{span}.", f"{text}{span}.")
    text = f"{who} physically lack {value}{more(run)} of normal use of {name}{than_today(run)}{span}{when}"
    long = f", over {whole(weeks.p50, 'week', 'weeks')} in all" if first and weeks is not None and weeks.n else ""
    return fitting(f"{text}{long}.", f"{text}.")


def _given_up(run: Run) -> str:
    """What users give up because of the price, where something is missing besides."""
    case = the_case(run)
    lost = weeks_lost(run, "given up", run.main_arm, case.product, case.place, case.end_use)
    if case.kind not in ("missing", "maybe") or lost is None or lost.p50 < NOTICED_WEEKS:
        return ""
    value, span = _told(run, lost)
    return f"Besides, because of the price, they give up {value}{more(run)} of normal use{span}."


def _more_given_up(run: Run) -> bool:
    """Whether more is given up because of the price than is missing: the larger part of the loss is not left out."""
    case = the_case(run)
    where = (run.main_arm, case.product, case.place, case.end_use)
    missing, gone = weeks_lost(run, "missing", *where), weeks_lost(run, "given up", *where)
    return missing is not None and gone is not None and gone.p50 > missing.p50


def _elsewhere(run: Run) -> str:
    """The second place asked about; without one the country that is hit hardest."""
    case = the_case(run)
    others = [c for c in asked_cases(run) if c.place != case.place] if run.asked_places else []
    if others:
        return _loss_of(run, others[0])
    if case.end_use or len(run.members(case.place)) < 2:
        return ""
    return _worst_use(run, case) if run.uses_in_question else _worst_country(run, case)


def _worst_use(run: Run, case: Case) -> str:
    """Which of the uses that the question names loses most, in a group or the world."""
    place = case.place if case.place in run.groups else "world"
    found = []
    for use in run.uses_in_question:
        lost = weeks_lost(run, case.loss, run.main_arm, case.product, place, use)
        if lost is not None:
            found.append((lost.p50, lost.p90, use, lost))
    if not found:
        return _worst_country(run, case)
    _, _, use, lost = max(found, key=lambda f: f[:2])
    value, span = _told(run, lost)
    how = "physically missing" if case.loss == "missing" else "given up because of the price"
    among = "Of the uses asked about, " if len(found) > 1 else ""
    most = "most: " if len(found) > 1 else ""
    text = f"{among}{named(run, use)} {run.where(place)} loses {most}{value}{more(run)} of normal use, {how}{span}."
    return text[:1].upper() + text[1:]


def _worst_country(run: Run, case: Case) -> str:
    """The country of a group, zone or the world that is hit hardest."""
    found = []
    for country in run.members(case.place):
        lost = weeks_lost(run, case.loss, run.main_arm, case.product, country)
        if lost is not None and lost.p50 >= NOTICED_WEEKS:
            found.append((lost.p50, lost.p90, country, lost))
    if not found:
        return ""
    _, _, country, lost = max(found, key=lambda f: f[:2])
    value, span = _told(run, lost)
    how = "physically lacks" if case.loss == "missing" else "gives up, because of the price,"
    return f"Hardest hit is {run.with_article(run.label(country))}, which {how} {value}{more(run)} of normal use{span}."


def _makers(run: Run) -> str:
    """Makers that stand still or slow down because inputs are lacking."""
    found = stopped_makers(run)
    if not found:
        return ""
    top = found[0]
    value, span = _told(run, top.lost)
    name, where = named(run, top.product), run.where(top.country)
    when = month(week_date(run, top.first.p50))
    text = f"Makers of {name} {where}, lacking inputs, lose {value} of the output their orders call for{span}"
    more = len(found) - 1
    also = f"; {more} other {'group' if more == 1 else 'groups'} of makers too" if more else ""
    return fitting(f"{text}, first around {when}{also}.", f"{text}, first around {when}.", f"{text}.")


def _money(run: Run) -> str:
    """Output at risk where the answer is about, against the same runs without the events."""
    risk = output_at_risk(run)
    if risk is None or risk.n == 0 or risk.p90 <= 0:
        return ""
    value, span = _told(run, risk)
    return f"The lost use puts output worth {value} at risk {run.where(risk_place(run))}{span}."


def _recovery(run: Run) -> str:
    product, zone = headline_price(run)
    back = spread(run, "price_spot_recovery_week", run.main_arm, product, zone)
    if back is None or not back.n:
        return ""
    price_told = f"The {price_of(run, product, zone)}"
    if back.p50 > weeks_in(run):
        far = values(run, "price_spot_recovery_week", run.main_arm, product, zone) > weeks_in(run)
        end, often = month(run.end - dt.timedelta(days=1)), rate(run, float(far.sum()) / max(len(far), 1))
        between = "never" if back.p10 > weeks_in(run) else f"back in {month(week_date(run, back.p10))} or later"
        far_off = f"{often}{spanned(run, between)}."
        return fitting(
            f"{price_told} is not back within 10 % of normal when the period ends, in {end}, in {far_off}",
            f"{price_told} is not back within 10 % of normal by {end} in {far_off}",
        )
    ends = [month(week_date(run, min(x, weeks_in(run)))) for x in (back.p10, back.p90)]
    between = "" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}{' or later' if back.p90 > weeks_in(run) else ''}"
    middle = month(week_date(run, back.p50))
    return f"{price_told} is back within 10 % of normal by {middle}{spanned(run, between)}."
