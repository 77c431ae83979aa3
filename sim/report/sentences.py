"""The answer in five computed sentences, hedged as far as the number of runs allows.

Every sentence is made from the stored outcomes; none is written by hand for a scenario. With fewer
than `FEWEST_RUNS` runs there is no talk of probabilities, only of the range of what was seen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .hedges import NOTICED_PRICE, NOTICED_SHARE, half, named, or_more, tenth, told, week_date, weeks_in
from .pick import headline_price, short_products, short_zone, spread, spread_of, total_spread, values
from .policy_words import policies
from .price_words import price
from .rounding import plain, quantity, share, whole
from .run import Run
from .sketch import month
from .stored import FEWEST_RUNS, MANY_RUNS

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Answer", "answer", "first_weeks", "nothing_happens", "week_date"]


@dataclass(frozen=True)
class Answer:
    """The answer of one run folder. `kind`: answer, nothing, few, failed."""

    kind: str
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]


def answer(run: Run) -> Answer:
    """Five sentences at most, and what to be careful about."""
    cautions = _cautions(run)
    if run.n_ok == 0:
        return Answer("failed", (_failed(run),), ())
    few = run.n_ok < FEWEST_RUNS
    if nothing_happens(run):
        return Answer("nothing", _nothing(run), cautions)
    makers = (price, _shortage, _who, _money, policies if run.policies else _recovery)
    sentences = [s for s in (make(run) for make in makers) if s]
    return Answer("few" if few else "answer", tuple(sentences), cautions)


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
    return tuple(found)


def _failed(run: Run) -> str:
    count = len(run.runs)
    why = f" The first message was: {run.failure_messages[0]}." if run.failure_messages else ""
    if count == 0:
        return "No run has finished, so there is no answer yet."
    what = "The only run failed" if count == 1 else f"All {count:,} runs failed"
    return f"{what}, so there is no answer.{why.rstrip('.') + '.' if why else ''}"


def nothing_happens(run: Run) -> bool:
    """Whether no price and no user would notice the events, in 95 % of the runs."""
    return (
        _largest_rise(run) < NOTICED_PRICE
        and _largest_loss(run) < NOTICED_SHARE
        and _largest_fall(run) > 1 / NOTICED_PRICE
    )


def _largest_rise(run: Run) -> float:
    table = run.summarised("price_spot_peak_index", f"{run.main_arm}-baseline")
    if not table.empty:
        return 1.0 + max(0.0, float(table["p95"].max()))
    table = run.summarised("price_spot_peak_index", run.main_arm)
    return float(table["p95"].max()) if len(table) else 1.0


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
    return float(table["p95"].max()) if len(table) else 0.0


def _nothing(run: Run) -> tuple[str, ...]:
    rise, loss = _largest_rise(run) - 1.0, _largest_loss(run)
    of = f"in each of the {run.n_ok} runs" if run.n_ok < FEWEST_RUNS else "in 95 % of the runs"
    if run.n_ok == 1:
        of = "in the only run"
    first = (
        "There are no events, and nothing happens"
        if not run.scenario_events
        else "Nothing happens that users of the material would notice"
    )
    rises = (
        "no spot price rises above its normal level"
        if rise < 5e-4
        else f"no spot price rises by more than {share(rise)}"
    )
    loses = (
        "no country loses any of its use" if loss < 5e-3 else f"no country loses more than {plain(loss)} % of its use"
    )
    return (f"{first}: {of} {rises}, and {loses}.",)


# --- the five sentences ---------------------------------------------------------------------------


def _shortage(run: Run) -> str:
    products = short_products(run)
    if not products:
        return ""
    product = products[0]
    place = short_zone(run, product)
    weeks = spread(run, "weeks_short", run.main_arm, product, place)
    lost = spread(run, "shortage_percent", run.main_arm, product, place)
    if weeks is None or lost is None:
        return ""
    name, where = named(run, product), run.where(place)
    x = values(run, "weeks_short", run.main_arm, product, place)
    hit = float((x > 0).mean()) if len(x) else 0.0
    loss, between = told(run, lost)
    how_long, long_between = told(run, weeks)
    if hit == 0:
        others = [values(run, "weeks_short", run.main_arm, product, zone) for zone in run.zones]
        nowhere = all(not (other > 0).any() for other in others)
        none = "In the only run no" if len(x) == 1 else f"In none of {len(x):,} runs is"
        is_ = "is " if len(x) == 1 else ""
        return (
            f"{none} more than 1 % of the {name} wanted {'anywhere' if nowhere else where} {is_}physically missing in any week; "
            f"the use given up {where} because of the price is {loss} of the whole period's{between}."
        )
    if hit < 0.5:
        many = run.n_ok >= MANY_RUNS
        rate = f"In {share(hit)} of the runs" if many else f"In {int((x > 0).sum())} of {len(x)} runs"
        return (
            f"{rate} more than 1 % of the {name} wanted {where} is physically missing for at least a week, "
            f"{_first_place(run, product, place)}; over the whole period the use lost is {loss}{between}."
        )
    text = (
        f"{half(run)} more than 1 % of the {name} wanted {where} is physically missing for "
        f"{how_long}{or_more(run)}{long_between}, {_first_place(run, product, place)}, "
        f"and {loss} of the whole period's use is lost{between}"
    )
    if run.n_ok >= FEWEST_RUNS:
        import numpy as np

        long = float(np.nanquantile(x, 0.9))
        most = float(np.nanquantile(values(run, "shortage_percent", run.main_arm, product, place), 0.9))
        text += f"; {tenth(run)} it lasts {whole(long, 'week', 'weeks')} or more, and {tenth(run)} the loss is {plain(most)} % or more"
    return text + "."


def _first_place(run: Run, product: str, place: str) -> str:
    """ "first in Germany (in 63 % of the runs), around June 2025"."""
    import numpy as np

    names, weeks = first_weeks(run, product, place)
    if not names or not len(weeks):
        return "never for a whole country"
    filled = np.where(np.isnan(weeks), np.inf, weeks)
    earliest = filled.min(axis=0)
    hit = np.isfinite(earliest)
    if not hit.any():
        return "never for a whole country"
    # Several countries may be first in the same week: each counts.
    wins = [(float((filled[i][hit] == earliest[hit]).mean()), c) for i, c in enumerate(names)]
    rate, country = max(wins, key=lambda w: w[0])
    when = month(week_date(run, float(np.median(earliest[hit]))))
    often = f" ({share(rate)} of the runs in which it happens)" if run.n_ok >= FEWEST_RUNS and rate < 0.995 else ""
    return f"first in {run.with_article(run.label(country))}{often}, around {when}"


def first_weeks(run: Run, product: str, place: str) -> tuple[list[str], np.ndarray]:
    """Countries of a place and, per country and run, the first week in which it is physically short."""
    import numpy as np

    members = [c for c in run.countries if place in ("world", c, run.zone_of.get(c, ""))]
    table = run.outcomes("first_week_short", [run.main_arm], product=product, place=members, end_use="")
    if table.empty:
        return [], np.zeros((0, 0))
    wide = table.pivot_table(index="place", columns="run", values="value", aggfunc="first", observed=True, dropna=False)
    names = [str(p) for p in wide.index]
    return names, wide.to_numpy(dtype=float)


def _who(run: Run) -> str:
    products = short_products(run)
    if not products:
        return ""
    product = products[0]
    lost = run.summarised("shortage_percent", run.main_arm, product=product, end_use="")
    lost = lost[lost["place"].isin(run.countries)]
    if lost.empty or float(lost["p95"].max()) < NOTICED_SHARE:
        return ""
    worst = lost.sort_values(["p50", "p95"], ascending=False, kind="stable").iloc[0]
    s = spread_of(worst)
    name = named(run, product)
    country = run.with_article(run.label(str(worst["place"])))
    loss, between = told(run, s)
    text = f"Hardest hit is {country}, which loses {loss} of the {name} it wants over the whole period{between}"
    uses = run.summarised("shortage_percent", run.main_arm, product=product, place="world")
    uses = uses[uses["end_use"] != ""]
    if len(uses):
        row = uses.sort_values(["p50", "p95"], ascending=False, kind="stable").iloc[0]
        u = spread_of(row)
        text += f"; among uses worldwide it is {named(run, str(row['end_use']))} with {''.join(told(run, u))}"
    return text + "."


def _money(run: Run) -> str:
    arm = f"{run.main_arm}-baseline"
    risk = spread(run, "output_at_risk_usd", arm, "", "world")
    if risk is None or risk.n == 0 or risk.p95 <= 0:
        return ""
    text = f"Compared with the same runs without the events, the lost tonnes put output worth {''.join(told(run, risk))} at risk"
    by = run.summarised("output_at_risk_usd", arm, product="", end_use="")
    by = by[by["place"].isin(run.countries)]
    if len(by) and risk.p50 > 0:
        row = by.sort_values("p50", ascending=False, kind="stable").iloc[0]
        part = float(row["p50"])
        country = run.with_article(run.label(str(row["place"])))
        text += f", most of it in {country}" if part > 0.5 * risk.p50 else f", the largest part in {country}"
        text += f" ({quantity(part, 'USD')})"
    total = total_spread(run, "extra_spend_usd", arm, "world")
    if total is not None and total.p50 > 0:
        value, between = told(run, total)
        text += f"; for what they do get, users pay {value} more{between}"
    return text + "."


def _recovery(run: Run) -> str:
    import numpy as np

    product, zone = headline_price(run)
    x = values(run, "price_spot_recovery_week", run.main_arm, product, zone)
    x = x[~np.isnan(x)]
    if not len(x):
        return ""
    last = weeks_in(run)
    never = float((x > last).mean())
    name, where = named(run, product), run.where(zone)
    middle = float(np.median(x))
    if middle > last:
        return (
            f"{half(run)} the spot price of {name} {where} is not back within 10 % of normal before the end of the period "
            f"({month(run.end - dt.timedelta(days=1))})."
        )
    text = (
        f"{half(run)} the spot price of {name} {where} is back within 10 % of normal by {month(week_date(run, middle))}"
    )
    if run.n_ok >= FEWEST_RUNS:
        late = float(np.quantile(x, 0.9))
        when = "not before the end of the period" if late > last else f"not before {month(week_date(run, late))}"
        text += f"; {tenth(run)} {when}"
        if 0 < never < 0.1:
            text += f", and in {share(never)} not at all within the period"
    return text + "."
