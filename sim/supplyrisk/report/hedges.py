"""How sure a sentence may sound: "in half of the runs", "in roughly one run in ten", a median and its interval."""

from __future__ import annotations

import datetime as dt

from .bands import NAME
from .enough import FEWEST_RUNS, MANY_RUNS
from .pick import Spread
from .rounding import with_interval
from .run import Run
from .words import small

MOST_WORDS = 35  # of a sentence of the answer
NOTICED_PRICE = 1.03  # peak above which a price counts as having moved
PLAINLY_TIMES = 1.15  # from here on a price is told as a multiple
NOTICED_SHARE = 0.05  # per cent of wanted use lost, below which nothing is lost


def half(run: Run) -> str:
    """ "In half of the runs", as the number of runs allows."""
    if run.n_ok < FEWEST_RUNS:
        return f"In the middle of the {run.n_ok} runs" if run.n_ok > 1 else "In the only run"
    return "In half of the runs" if run.n_ok >= MANY_RUNS else "In about half of the runs"


def tenth(run: Run) -> str:
    """ "in one run in ten", "in roughly one run in ten"."""
    return "in one run in ten" if run.n_ok >= MANY_RUNS else "in roughly one run in ten"


def told(run: Run, s: Spread, unit: str = "") -> tuple[str, str]:
    """Median and bracket in words: ("3.1 times", " (80 % band: 2.3 to 4.0 times)"), rounded alike."""
    value, between = with_interval(s.p50, s.p10, s.p90, "times" if unit == "times" else unit or s.unit)
    if run.n_ok == 1 or not between:
        return value, ""
    return value, f" ({whose(run)}: {between})"


def level(run: Run, s: Spread) -> str:
    """A price in words: "3.1 times normal (80 % band: …)", or "4 % above normal" where times would say nothing."""
    if s.p50 >= PLAINLY_TIMES:
        value, between = told(run, s, "times")
        return f"{value} normal{between}"
    p10, p25, p50, p75, p90 = (100.0 * (x - 1.0) for x in (s.p10, s.p25, s.p50, s.p75, s.p90))
    rise = Spread(s.n, p10, p25, p50, p75, p90, "%")
    value, between = told(run, rise)
    return f"{value} above normal{between}"


def fitting(*texts: str) -> str:
    """The first of several wordings that is short enough for a sentence, the last if none is."""
    return next((text for text in texts if len(text.split()) <= MOST_WORDS), texts[-1])


def spanned(run: Run, between: str) -> str:
    """An interval in brackets, said even where all runs agree; a single run has none."""
    return f" ({whose(run)}: {between or 'the same'})" if run.n_ok > 1 else ""


def whose(run: Run) -> str:
    """What an interval is: most of a few runs, or the band of many."""
    return "most of these few runs" if run.n_ok < FEWEST_RUNS else NAME


def named(run: Run, key: str) -> str:
    """The name of a product or use inside a sentence."""
    return small(run.label(key))


def weeks_in(run: Run) -> int:
    """Market weeks of the horizon."""
    return max(1, run.days // 7)


def week_date(run: Run, week: float) -> dt.date:
    """First day of a week; weeks count from 1, the first seven days of the horizon."""
    return run.start + dt.timedelta(days=7 * (round(week) - 1))
