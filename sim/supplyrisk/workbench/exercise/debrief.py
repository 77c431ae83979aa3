"""After the exercise: what each branch brought in the run that was history, and what it would have brought in all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from ...events.words import say_date
from ...report.cells import cell_of
from ...report.pick import spread, values
from ...results.store import Span
from ...sums import add_up
from ..liverun import ArmRuns, LiveRun
from ..picture import Chart, Line, rounded
from ..trial import Trial
from .history import History, Wanted, arm_number, origins_of, watched
from .past import STRETCH, joined
from .play import Branch, Play
from .seen import TITLES, UNITS
from .shared import Work

NONE = "No measures"
FIRST_RUNS = 200  # of a first answer
LITTLE = 0.05  # weeks of normal use: less is told as nothing
# What branches are compared by, in the words of the page.
METRICS = (
    ("shortage_unserved_weeks", "physically missing, weeks of normal use"),
    ("shortage_priced_out_weeks", "given up because of the price, weeks of normal use"),
    ("price_spot_peak_index", "highest week of the price, times normal"),
    ("output_at_risk_usd", "output at risk"),
)


@dataclass(frozen=True)
class Debrief:
    """What the page of the debrief shows.

    Attributes
    ----------
    run : int
        The number of the run that was history.
    runs, of : int
        Runs behind the differences, and what the whole ensemble has; nothing of the ensemble is told from 0 runs.
    headline : tuple of str
        Sentences: for every branch what its measures brought in the history, and what they bring in general.
    measures : dict
        Header and rows: the branches, their measures with dates and costs.
    branches : dict
        What each branch brought in that run, a branch a column.
    ensemble : dict
        The same as differences from no measures, over all runs on the same draws.
    """

    title: str
    run: int
    runs: int
    of: int
    headline: tuple[str, ...]
    measures: dict[str, Any]
    branches: dict[str, Any]
    ensemble: dict[str, Any]
    charts: tuple[Chart, ...]

    def as_payload(self) -> dict[str, Any]:
        return asdict(self)


def debrief(play: Play, history: History, count: int | None = None, wanted: Wanted | None = None) -> Debrief:
    """Compare all branches that were played, each with its measures up to where it came.

    Parameters
    ----------
    count : int, optional
        Runs of the ensemble that are asked, the first so many: 0 for the history alone. Default: all of them.
    """
    e, branches = play.exercise, tuple(play.course.branches.values())
    acted = [branch for branch in branches if branch.played]
    key = tuple((b.number, b.played) for b in acted)
    trial = history.trial(key, lambda: play.whole(branches))
    numbers = [trial.main_arms[-1], *(arm_number(trial, branch) for branch in acted)]
    here = _runs(trial, numbers, [[trial.stretch(arm, _one(e.spec.history)) for arm in numbers]])
    columns = [(m, label, p, place) for m, label in METRICS for p, place in _asked(play, here, m)]
    arms = [trial.scenario.arms[number].name for number in numbers]
    names = [f"Branch {branch.number}" for branch in acted]
    rows = [[_heading(here, *column), *(_of_history(here, arm, column) for arm in arms)] for column in columns]
    runs = _ensemble(history, trial, key, numbers, trial.runs if count is None else count, wanted)
    changes = [] if runs is None else [_change(runs, arms[1:], column) for column in columns]
    return Debrief(
        title=e.spec.exercise,
        run=e.spec.history,
        runs=runs.n_ok if runs is not None else 0,
        of=trial.runs,
        headline=tuple(_headline(play, here, runs, columns, acted)),
        measures={"header": ["Branch", "Measures", "Cost", "Played until"], "rows": [_told(play, b) for b in branches]},
        branches={"header": ["", NONE, *names], "rows": rows},
        ensemble={"header": ["", *names], "rows": changes},
        charts=tuple(_charts(play, here, acted)),
    )


def _change(runs: LiveRun, arms: Sequence[str], column: tuple[str, str, str, str]) -> list[Any]:
    """A row of the second table: what each branch changes, with its interval."""
    metric, _, product, place = column
    cells = [cell_of(spread(runs, metric, f"{arm}-scenario", product, place)) for arm in arms]
    return [_heading(runs, *column), *([cell.text, cell.note] for cell in cells)]


def _one(run: int) -> Span:
    return Span(run, run + 1)


def _runs(trial: Trial, numbers: Sequence[int], parts: Sequence[Sequence[ArmRuns]]) -> LiveRun:
    """Arms of a scenario from their parts: of every stretch of runs one for each arm."""
    names = [trial.scenario.arms[number].name for number in numbers]
    each = {name: joined([part[i] for part in parts]) for i, name in enumerate(names)}
    return LiveRun(trial.scenario, trial.ready.layout, trial.kept, each)


def _ensemble(
    history: History, trial: Trial, key: Any, numbers: Sequence[int], count: int, wanted: Wanted | None
) -> LiveRun | None:
    """The first so many runs in all branches; what was computed for fewer is used again."""
    if len(numbers) < 2 or not count:
        return None
    first, found = 0, []
    for last in sorted({min(count, FIRST_RUNS), count}):
        spans = [Span(i, min(i + STRETCH, last)) for i in range(first, last, STRETCH)]
        work = partial(Work, spans, lambda span: [trial.stretch(number, span) for number in numbers])
        found += history.answers(("debrief", key, first, last), work, wanted)
        first = last
    return _runs(trial, numbers, found)


def _told(play: Play, branch: Branch) -> list[str]:
    """A branch: its measures with the days on which they were chosen, and what they cost each role."""
    e = play.exercise
    measures = "; ".join(f"{say_date(e.day(p.week))}: {e.card(p.card).title}" for p in branch.played)
    costs = {
        role.title: add_up(e.card(p.card).cost for p in branch.played if e.card(p.card).role == role.name)
        for role in e.spec.roles
    }
    told = "; ".join(f"{title} {cost:g}" for title, cost in costs.items() if cost)
    left = (
        f"{branch.number} (left branch {branch.parent} on {say_date(e.day(branch.forked))})"
        if branch.parent >= 0
        else str(branch.number)
    )
    whole = f"{add_up(costs.values()):g} billion USD" + (f" ({told})" if told else "")
    return [left, measures or NONE, whole, say_date(e.day(branch.week))]


def _headline(
    play: Play,
    here: LiveRun,
    runs: LiveRun | None,
    columns: Sequence[tuple[str, str, str, str]],
    acted: Sequence[Branch],
) -> Iterator[str]:
    """What the measures brought, told by what was missing most in the history without any."""
    if not acted:
        yield "No measure was chosen in any branch: there is nothing to compare."
        return
    short = [column for column in columns if column[0] == METRICS[0][0]]
    if not short:
        return
    lost = {column: values(here, column[0], "scenario", column[2], column[3])[0] for column in short}
    column = max(short, key=lambda c: lost[c])
    metric, _, product, place = column
    what = f"{here.label(product)}, {'worldwide' if place == 'world' else here.label(place)}"
    if lost[column] < LITTLE:
        yield "In the history that was played nothing of what was watched was physically missing for long, measures or not."
        return
    yield (
        f"Without measures, {what}, missed {lost[column]:.1f} weeks of normal use in the history that was played: the most "
        "of all that was watched."
    )
    for branch in acted:
        cost = add_up(play.exercise.card(p.card).cost for p in branch.played)
        mine = values(here, metric, f"policy:{branch.name}", product, place)[0]
        text = f"Branch {branch.number} ({cost:g} billion USD): {mine:.1f} weeks there."
        if runs is not None:
            change = values(runs, metric, f"policy:{branch.name}-scenario", product, place)
            low, middle, high = (float(x) for x in np.quantile(change, [0.1, 0.5, 0.9]))
            share = 100.0 * float((change < -LITTLE).mean())
            text += (
                f" In all {runs.n_ok:,} runs its measures change it by {signed(middle)} weeks (80 % band: {signed(low)} to "
                f"{signed(high)}); they lessen it in {share:.0f} % of runs."
            )
        yield text


def signed(number: float) -> str:
    """A change with its sign, to a tenth."""
    text = f"{abs(number):.1f}"
    return "0.0" if text == "0.0" else f"{'−' if number < 0 else '+'}{text}"


def _asked(play: Play, runs: LiveRun, metric: str) -> list[tuple[str, str]]:
    """Products and places that a metric is told of."""
    watch = play.exercise.spec.watch
    if metric == "output_at_risk_usd":
        pairs = [("", place) for place in watch.places]
    elif metric.startswith("price"):
        pairs = [(product, zone) for product in watch.products for zone in runs.zones]
    else:
        pairs = [(product, place) for product in watch.products for place in watch.places]
    return [pair for pair in pairs if spread(runs, metric, "scenario", *pair) is not None]


def _heading(runs: LiveRun, metric: str, label: str, product: str, place: str) -> str:
    where = (
        "worldwide"
        if place == "world"
        else runs.price_where(place)
        if metric.startswith("price")
        else runs.label(place)
    )
    return f"{runs.label(product)} {where}: {label}" if product else f"{label}, {where}"


def _of_history(here: LiveRun, arm: str, column: tuple[str, str, str, str]) -> str:
    """A number of the run that was history."""
    metric, _, product, place = column
    found = spread(here, metric, arm, product, place)
    return cell_of(found).text


def _charts(play: Play, runs: LiveRun, acted: Sequence[Branch]) -> list[Chart]:
    """The history in all branches, one chart for every product and kind."""
    e = play.exercise
    arms = [("none", NONE, "scenario"), *((b.name, f"Branch {b.number}", f"policy:{b.name}") for b in acted)]
    by_arm = {name: watched(e, runs, arm, origins_of(runs.scenario)) for name, _, arm in arms}
    found: list[Chart] = []
    groups: dict[tuple[str, str], list[int]] = {}
    for number, each in enumerate(by_arm["none"]):
        groups.setdefault((each.product, each.kind), []).append(number)
    for numbers in groups.values() if runs.n_ok else ():
        # Of several places the one in which most happened.
        number = max(numbers, key=lambda n: float(np.ptp(by_arm["none"][n].values[0])))
        first = by_arm["none"][number]
        lines = [
            Line(name, label, "fan", {"p50": [rounded(float(x)) for x in by_arm[name][number].values[0]]})
            for name, label, _ in arms
        ]
        dates = first.dates
        step = float((dates[-1] - dates[0]).astype(int)) / (len(dates) - 1) if len(dates) > 1 else 7.0
        rows = [[line.label, f"{max(x for x in line.levels['p50'] if x is not None):g}"] for line in lines]
        place = "worldwide" if first.place == "world" else runs.label(first.place)
        title = f"{TITLES[first.kind].format(runs.label(first.product))}, {place}, in the history that was played"
        table = {"header": ["", f"highest ({UNITS[first.kind]})"], "rows": rows}
        name = f"{first.kind}-{first.product}"
        found.append(Chart(name, title, UNITS[first.kind], str(dates[0]), step, tuple(lines), table))
    return found
