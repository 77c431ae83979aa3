"""After the exercise: what each branch brought in the run that was history, and what it would have brought in all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from ...events.words import say_date
from ...report.cells import cell_of
from ...report.pick import spread, values
from ...results.quantiles import quantiles
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
    ("output_at_risk_usd", "Output at risk"),
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
    measures : tuple of dict
        The branches, with their measures and what these cost.
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
    measures: tuple[dict[str, Any], ...]
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
    key = _key(play)
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
        headline=tuple(_headline(play, here, runs, acted)),
        measures=tuple(_told(play, branch) for branch in branches),
        branches={"header": ["", NONE, *names], "rows": rows},
        ensemble={"header": ["", *names], "rows": changes},
        charts=tuple(_charts(play, here, acted)),
    )


def runs_done(play: Play, history: History) -> int:
    """Runs of the whole ensemble that are computed by now in all branches, whoever asked for them."""
    parts = _parts(play.exercise.spec.ensemble)
    counts = [min(STRETCH * history.done(("debrief", _key(play), first, last)), last - first) for first, last in parts]
    return int(add_up(counts))


def _key(play: Play) -> Any:
    return tuple((branch.number, branch.played) for branch in tuple(play.course.branches.values()) if branch.played)


def _parts(count: int) -> list[tuple[int, int]]:
    """The first so many runs in the parts in which they are computed: those of a first answer, and the others."""
    cuts = sorted({0, min(count, FIRST_RUNS), count})
    return list(pairwise(cuts))


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
    found = []
    for first, last in _parts(count):
        spans = [Span(i, min(i + STRETCH, last)) for i in range(first, last, STRETCH)]
        work = partial(Work, spans, lambda span: [trial.stretch(number, span) for number in numbers])
        found += history.answers(("debrief", key, first, last), work, wanted)
    return _runs(trial, numbers, found)


def _told(play: Play, branch: Branch) -> dict[str, Any]:
    """A branch: its measures with the days on which they were chosen, and what they cost each role."""
    e = play.exercise
    roles = [
        (role.title, add_up(e.card(p.card).cost for p in branch.played if e.card(p.card).role == role.name))
        for role in e.spec.roles
    ]
    cost = f"{add_up(spent for _, spent in roles):g} billion USD"
    by_role = "; ".join(f"{title} {spent:g}" for title, spent in roles if spent)
    left = f", which left branch {branch.parent} on {say_date(e.day(branch.forked))}" if branch.parent >= 0 else ""
    return {
        "title": f"Branch {branch.number}{left}, played to {say_date(e.day(branch.week))}",
        "cost": f"{cost} ({by_role})" if by_role else cost,
        "measures": [f"{say_date(e.day(p.week))}: {e.card(p.card).title}" for p in branch.played],
    }


def _headline(play: Play, here: LiveRun, runs: LiveRun | None, acted: Sequence[Branch]) -> Iterator[str]:
    """What the measures brought each place, told by the goods of which most use was lost without any."""
    if not acted:
        yield "No measure was chosen in any branch: there is nothing to compare."
        return
    watch = play.exercise.spec.watch
    lost = {
        (product, place): _lost(here, "scenario", product, place)[0]
        for product in watch.products
        for place in watch.places
    }
    product, worst = max(lost, key=lambda pair: lost[pair])
    goods = f"{here.label(product)[:1].lower()}{here.label(product)[1:]}"
    if lost[product, worst] < LITTLE:
        yield "In the history that was played no use of what was watched was lost, measures or not."
        return
    yield (
        f"Without measures, {_where(here, worst)} lost {lost[product, worst]:.1f} weeks of its normal use of {goods} in the history "
        "that was played, the most of all that was watched."
    )
    for branch in acted:
        cost = add_up(play.exercise.card(p.card).cost for p in branch.played)
        parts = []
        for place in watch.places:
            after = _lost(here, f"policy:{branch.name}", product, place)[0]
            parts.append(f"{_where(here, place)} {after:.1f} weeks instead of {lost[product, place]:.1f}")
        text = f"Branch {branch.number}, for {cost:g} billion USD: {', '.join(parts)}."
        if runs is not None:
            changes = [(place, _lost(runs, f"policy:{branch.name}-scenario", product, place)) for place in watch.places]
            text += f" Over all {runs.n_ok:,} runs its measures change that by {'; '.join(_median(runs, *each) for each in changes)}."
        yield text


def _lost(runs: LiveRun, arm: str, product: str, place: str) -> Any:
    """Weeks of normal use that were lost, run by run: physically missing, or given up because of the price."""
    missing, given_up = (values(runs, metric, arm, product, place) for metric in (METRICS[0][0], METRICS[1][0]))
    return (missing + given_up) if len(missing) and len(given_up) else np.zeros(max(1, runs.n_ok))


def _where(runs: LiveRun, place: str) -> str:
    return "the world" if place == "world" else runs.label(place)


def _median(runs: LiveRun, place: str, changes: Any) -> str:
    low, middle, high = (float(x) for x in quantiles(changes, (0.1, 0.5, 0.9)))
    return f"{signed(middle)} weeks in {_where(runs, place)} (80 % band: {signed(low)} to {signed(high)})"


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
    return f"{runs.label(product)}, {where}: {label}" if product else f"{label}, {where}"


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
