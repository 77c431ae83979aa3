"""The headline: who, when, how much and what helps most, in at most `MOST_WORDS` words and without brackets."""

from __future__ import annotations

from collections.abc import Sequence

from .case import (
    Case,
    asks_for,
    beyond_today,
    first_short,
    knows_weeks,
    more,
    on_today,
    risk_place,
    than_today,
    the_case,
    weeks_lost,
)
from .enough import FEWEST_RUNS
from .gaps import price_of
from .hedges import NOTICED_PRICE, named, week_date
from .ladders import equal_from, ladder_of
from .pick import Spread, headline_price, price_peak, spread
from .policy_rank import asked_about, ranking
from .price_words import deepest_fall, times, without_events
from .rounding import quantity, share
from .run import Run
from .words import month

MOST_WORDS = 30
PLAINLY = 0.9  # share of runs from which on a thing is told without "probably"


def headline(run: Run) -> str:
    """One sentence that answers the question; the wordings that leave more out are for names that are long."""
    claims, helps = _claims(run, the_case(run)), _help(run)
    whole = [f"{claims[0]}{help_}" for help_ in (*helps, "")] if asks_for(run, "output") else []
    texts = [*whole, *(f"{what}{help_}" for what in claims for help_ in helps), *claims]
    texts = [_closed(text) for text in texts]
    short = next((text for text in texts if len(text.split()) <= MOST_WORDS), "")
    return short or " ".join(texts[-1].split()[:MOST_WORDS]).rstrip(".,;") + "."


def _closed(text: str) -> str:
    """Ends once, and holds no brackets, which names of a scenario file may bring along."""
    plain = text.replace("(", "").replace(")", "").replace("[", "").replace("]", "")
    return " ".join(plain.split()).rstrip(".") + "."


def subject(run: Run, case: Case) -> str:
    """Who is told about, at the beginning of a sentence."""
    where = run.where(case.place)
    if case.end_use:
        return f"Buyers for {named(run, case.end_use)} {where}"
    return f"Users {where}"


def _claims(run: Run, case: Case) -> Sequence[str]:
    """What happens, with less and less detail."""
    who, name = subject(run, case), named(run, case.product)
    first = first_short(run, case.product, case.place, case.end_use)
    when = f" from {month(week_date(run, first.p50))}" if first is not None and first.n else ""
    missing = weeks_lost(run, "missing", run.main_arm, case.product, case.place, case.end_use)
    gone = weeks_lost(run, "given up", run.main_arm, case.product, case.place, case.end_use)
    if case.kind == "missing" and missing is not None:
        how_much = f"{quantity(missing.p50, 'weeks')}{more(run)}"
        lacks = f"{who} {_probably(run, case.often)}lack {how_much} of normal use of {name}{than_today(run)}"
        return (*_worth(run, lacks), f"{lacks}{when}", lacks)
    if case.kind == "maybe":
        then = f", then{when}" if when else ""
        claim = f"{who} run short of {name}{beyond_today(run)} in {rate(run, case.often)}{then}"
        return (f"{claim}{_and_price(run)}", claim)
    if case.kind == "given up" and gone is not None:
        how_much = f"{quantity(gone.p50, 'weeks')}{more(run)}"
        claim = f"{who} give up {how_much} of normal use of {name} because of the price{than_today(run)}"
        full = f"{who} are not physically short of {name} but give up {how_much} of normal use because of the price"
        return (*_worth(run, claim), claim) if on_today(run) else (*_worth(run, claim), full, claim)
    return _price_claims(run, case)


def _worth(run: Run, claim: str) -> Sequence[str]:
    """A claim with the output at risk before it, if the question asks for output."""
    if not asks_for(run, "output"):
        return ()
    risk = output_at_risk(run)
    if risk is None or risk.p50 <= 0:
        return ()
    head = f"Output worth {quantity(risk.p50, 'USD')} is at risk"
    return (f"{head}: {claim[:1].lower()}{claim[1:]}", f"{head} {run.where(risk_place(run))}")


def _price_claims(run: Run, case: Case) -> Sequence[str]:
    product, zone = headline_price(run)
    peak = price_peak(run, run.main_arm, product, zone)
    if not knows_weeks(run):
        level_only = f"The {price_of(run, product, zone)} peaks at {times(peak.spread.p50)}" if peak else ""
        return (level_only or "This folder tells no losses of use",)
    nobody = f"{subject(run, case)} lose next to nothing{more(run)}{than_today(run)}"
    if peak is None or peak.spread.p50 < NOTICED_PRICE:
        fall = deepest_fall(run)
        if fall:
            return (
                f"{nobody}; the {price_of(run, fall.product, fall.zone)} falls to {fall.ratio.p50:.2f} times normal",
                nobody,
            )
        return (f"{nobody}, and no quoted price rises noticeably", nobody) if peak is not None else (nobody,)
    when, level = f" around {month(peak.date)}", times(peak.spread.p50)
    price = f"the {price_of(run, product, zone)} peaks at {level}{without_events(run, product, zone)}{when}"
    if asks_for(run, "price") and not asks_for(run, "use"):
        return (
            f"{price[:1].upper()}{price[1:]}, and {nobody[:1].lower()}{nobody[1:]}",
            f"{price[:1].upper()}{price[1:]}",
        )
    return (f"{nobody}, while {price}", f"{nobody}, but the price of {named(run, product)} rises", nobody)


def _and_price(run: Run) -> str:
    product, zone = headline_price(run)
    peak = price_peak(run, run.main_arm, product, zone)
    if peak is None or peak.spread.p50 < 1.15:
        return ""
    return f"; the {price_of(run, product, zone)} peaks at {times(peak.spread.p50)}{without_events(run, product, zone)}"


def output_at_risk(run: Run) -> Spread | None:
    """Output at risk where the answer is about, against the same runs without the events; a zone stands for the world."""
    return spread(run, "output_at_risk_usd", f"{run.main_arm}-baseline", "", risk_place(run))


def _probably(run: Run, often: float) -> str:
    return "" if often >= PLAINLY or run.n_ok < FEWEST_RUNS else "probably "


def rate(run: Run, often: float) -> str:
    return f"{share(often)} of runs" if run.n_ok >= FEWEST_RUNS else f"{round(often * run.n_ok)} of {run.n_ok} runs"


def _help(run: Run) -> Sequence[str]:
    """What helps most, in fewer and fewer words; () without policies."""
    if not run.policies:
        return ()
    found = ranking(run)
    best, asked = found.best, asked_about(run)
    if asked is not None and found.unit == "weeks" and found.base > 0:
        name, helps = f"“{run.policy_name(asked.policy)}”", found.plainly_helps(asked)
        does = f"averts {quantity(asked.by.p50, 'weeks')}" if helps else "does not plainly help"
        most = f", “{run.policy_name(best.policy)}” helps most" if best is not None else ""
        return (f"; {name} {does}{most}", f"; {name} {does}")
    if best is None:
        if found.case.kind == "price" or found.base <= 0:
            return ()
        return ("; no policy tried plainly helps",)
    names = (f"“{run.policy_title(best.policy)}”", f"“{run.policy_name(best.policy)}”")
    ladder = ladder_of(run, best.policy)
    if ladder is not None and {a.policy for a in found.order} <= set(ladder.policies):
        size = equal_from(ladder, {best.policy, *(a.policy for a in found.tied)})
        if size:
            ties = (f"but from {size} on sizes are not distinguishable", f"not distinguishable from {size} on")
            return tuple(f"; {name} helps most, {tie}" for tie in ties for name in names)
    if found.tied:
        also = "another" if len(found.tied) == 1 else f"{len(found.tied)} others"
        return tuple(f"; {name} helps most, not distinguishable from {also}" for name in names)
    return tuple(f"; {name} helps most" for name in names)
