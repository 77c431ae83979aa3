"""After the exercise: what each branch brought in the run that was history, and what it would have brought in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...report.cells import cell_of
from ...report.pick import Spread, spread
from ..liverun import LiveRun
from ..picture import Chart, Line, rounded
from .history import History, origins_of, watched
from .play import Branch, Play
from .seen import TITLES, UNITS

NONE = "No measures"
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
    branches : dict
        Header and rows: what each branch brought in that run, a branch a column.
    ensemble : dict
        The same as differences from no measures, over all runs on the same draws.
    """

    title: str
    run: int
    runs: int
    branches: dict[str, Any]
    ensemble: dict[str, Any]
    charts: tuple[Chart, ...]

    def as_payload(self) -> dict[str, Any]:
        return asdict(self)


def debrief(play: Play, history: History) -> Debrief:
    """Compare all branches that were played, each with its measures up to where it came."""
    e = play.exercise
    trial = history.trial(("debrief", tuple((b.number, b.played) for b in play.course.branches.values())), play.whole)
    acted = [branch for branch in play.course.branches.values() if branch.played]
    runs = trial.run(
        trial.main_arms + tuple(_number(trial, b) for b in acted), trial.runs, history.threads, lambda: True
    )
    here = int(np.flatnonzero(runs.numbers == e.spec.history)[0]) if e.spec.history in runs.numbers else -1
    columns = [(m, label, p, place) for m, label in METRICS for p, place in _asked(play, runs, m)]
    arms = ["scenario", *(f"policy:{branch.name}" for branch in acted)]
    names = [f"Branch {branch.number}" for branch in acted]
    chosen = [_measures(play, branch) for branch in acted]
    rows = [["Measures", "none", *chosen]]
    rows += [[_heading(runs, *column), *(_in_run(runs, arm, column, here) for arm in arms)] for column in columns]
    changes: list[list[Any]] = [["Measures", *chosen]]
    for column in columns:
        metric, _, product, place = column
        cells = [cell_of(spread(runs, metric, f"{arm}-scenario", product, place)) for arm in arms[1:]]
        changes.append([_heading(runs, *column), *([cell.text, cell.note] for cell in cells)])
    return Debrief(
        title=e.spec.exercise,
        run=e.spec.history,
        runs=runs.n_ok,
        branches={"header": ["", NONE, *names], "rows": rows},
        ensemble={"header": ["", *names], "rows": changes},
        charts=tuple(_charts(play, runs, acted, here)),
    )


def _number(trial: Any, branch: Branch) -> int:
    return [arm.name for arm in trial.scenario.arms].index(f"policy:{branch.name}")


def _measures(play: Play, branch: Branch) -> str:
    e = play.exercise
    return "; ".join(f"{e.day(p.week)}: {e.card(p.card).title}" for p in branch.played)


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


def _in_run(runs: LiveRun, arm: str, column: tuple[str, str, str, str], here: int) -> str:
    """A number of the run that was history."""
    metric, _, product, place = column
    table = runs.outcomes(metric, [arm], product=product, place=place, end_use="")
    row = table[table["run"] == (runs.numbers[here] if here >= 0 else -1)]
    number = float(row["value"].iloc[0]) if len(row) else float("nan")
    unit = str(table["unit"].iloc[0]) if len(table) else ""
    return cell_of(Spread(1, number, number, number, number, number, unit)).text


def _charts(play: Play, runs: LiveRun, acted: Sequence[Branch], here: int) -> list[Chart]:
    """The history in all branches, one chart for every product and kind."""
    e = play.exercise
    arms = [("none", NONE, "scenario"), *((b.name, f"Branch {b.number}", f"policy:{b.name}") for b in acted)]
    by_arm = {name: watched(e, runs, arm, origins_of(runs.scenario)) for name, _, arm in arms}
    found: list[Chart] = []
    groups: dict[tuple[str, str], list[int]] = {}
    for number, each in enumerate(by_arm["none"]):
        groups.setdefault((each.product, each.kind), []).append(number)
    for numbers in groups.values() if here >= 0 else ():
        # Of several places the one in which most happened.
        number = max(numbers, key=lambda n: float(np.ptp(by_arm["none"][n].values[here])))
        first = by_arm["none"][number]
        lines = [
            Line(name, label, "fan", {"p50": [rounded(float(x)) for x in by_arm[name][number].values[here]]})
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
