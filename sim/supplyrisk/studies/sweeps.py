"""What a sweep says: which outcomes move, how far, and in which place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..measures.reporter import Outcome
from ..report import style
from ..report.rounding import quantity
from .answer import Answer, Chart, Explorer, Table
from .charts import Line, Panel, curves, heat, unit_words
from .found import Found, Placed, Stats
from .words import arm_said, outcome_said, place_said, product_said, whose, with_band

if TYPE_CHECKING:
    from .axis import Axis
    from .types.sweep import Sweep

LEADS = 4  # outcomes that are told and drawn


@dataclass
class Reading:
    """Statistics of all cells of a study, arm by arm, on the outcomes all of them have."""

    placed: list[Placed]
    arms: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    stats: dict[str, list[Stats]]  # arm -> one per cell

    @classmethod
    def of(cls, found: Found) -> Reading:
        """Read every cell once."""
        shared: dict[Outcome, None] | None = None
        arms: dict[str, None] = {}
        kept: dict[tuple[int, str], tuple[tuple[Outcome, ...], Stats]] = {}
        for number, _, arm, names, stats_here in found.stats():
            arms[arm] = None
            kept[number, arm] = names, stats_here
            here = dict.fromkeys(names)
            shared = here if shared is None else {name: None for name in shared if name in here}
        outcomes = tuple(shared or ())
        stats: dict[str, list[Stats]] = {}
        for arm in arms:
            if all((number, arm) in kept for number in range(len(found.placed))):
                stats[arm] = [_only(*kept[number, arm], outcomes) for number in range(len(found.placed))]
        return cls(found.placed, tuple(stats), outcomes, stats)

    def column(self, arm: str, outcome: Outcome, statistic: int = 0) -> tuple[Any, Any, Any]:
        """(value, low, high) of an outcome over cells; `statistic` 0: median, 1: mean, 2: share above zero."""
        at = self.outcomes.index(outcome)
        per_cell = self.stats[arm]
        return tuple(
            np.asarray([getattr(each, part)[statistic, at] for each in per_cell]) for part in ("value", "low", "high")
        )  # type: ignore[return-value]


def _only(names: Sequence[Outcome], stats: Stats, wanted: Sequence[Outcome]) -> Stats:
    at = {name: number for number, name in enumerate(names)}
    picks = [at[name] for name in wanted]
    return Stats(stats.value[:, picks], stats.low[:, picks], stats.high[:, picks], stats.n[picks])


def main_arm(arms: Sequence[str]) -> str:
    """The arm whose outcomes are told first."""
    return next((arm for arm in ("scenario", *arms) if arm in arms), "")


def leads(reading: Reading, arm: str, metrics: Sequence[str], most: int = LEADS) -> list[tuple[Outcome, int]]:
    """For each metric the product and place whose outcome moves most over the cells, with the statistic that shows it.

    Places other than the world are taken first, as the question is who is hit. A median that never leaves zero is
    told by its mean.
    """
    found: list[tuple[Outcome, int]] = []
    for metric in metrics:
        candidates = [outcome for outcome in reading.outcomes if outcome.metric == metric]
        some = [outcome for outcome in candidates if outcome.place != "world"] or candidates
        best: tuple[float, Outcome, int] | None = None
        for outcome in some:
            for statistic in (0, 1):
                value, _, _ = reading.column(arm, outcome, statistic)
                fine = value[np.isfinite(value)]
                moved = float(fine.max() - fine.min()) if len(fine) else 0.0
                if moved > 0 and (best is None or (moved > best[0] and (statistic == 0 or best[2] == 1))):
                    best = moved, outcome, statistic
        if best is not None:
            found.append((best[1], best[2]))
    return found[:most]


def sweep_answer(sweep: Sweep, found: Found) -> Answer:
    """Headline, sentences, tables, curves and heat map of a sweep."""
    reading = Reading.of(found)
    arm = main_arm(reading.arms)
    told = leads(reading, arm, sweep.kept_outcomes()) if arm else []
    first = sweep.over[0]
    sentences = [_sentence(reading, arm, lead, sweep.over, number == 0) for number, lead in enumerate(told)]
    if not told:
        headline = f"None of the outcomes moves with {first.label}."
        return Answer(headline, [], explorer=_explorer(sweep, found))
    notes = [
        f"All {len(found.placed)} cells are computed on the same {found.runs} draws: differences between them are effects "
        "of what was varied, not chance.",
        "Bands hold 80 % of the runs. Told are the places that move most; the page and the tables have all.",
    ]
    charts: list[Chart] = []
    if len(sweep.over) == 1 and sweep.design == "grid":
        charts.append(_curve(reading, told, first))
    elif sweep.design == "grid":
        charts += [_heat(reading, arm, lead, sweep.over) for lead in told[:2]]
    else:
        charts += [_dots(reading, arm, lead, sweep.over) for lead in told[:2]]
    tables = tables_of(reading, told, sweep.over)
    if sweep.design != "grid":
        ranks = _ranks(reading, arm, told, sweep.over)
        tables.insert(0, ranks)
        sentences.append(_most(ranks))
    return Answer(
        sentences[0],
        sentences[1:],
        notes,
        tables,
        charts,
        _explorer(sweep, found),
    )


def _explorer(sweep: Sweep, found: Found) -> Explorer:
    kind = "scatter" if sweep.design != "grid" else "curve" if len(sweep.over) == 1 else "heat"
    return Explorer(kind, [axis.label for axis in sweep.over])


def _sentence(reading: Reading, arm: str, lead: tuple[Outcome, int], axes: Sequence[Axis], is_first: bool) -> str:
    """ "With the length of the ban going from 1 month to 24 months, the median peak ... goes from ... to ..."."""
    outcome, statistic = lead
    value, low, high = reading.column(arm, outcome, statistic)
    placed = reading.placed
    what = f"the {'median' if statistic == 0 else 'mean'} {whose(placed[0].world, outcome)}"
    if len(axes) == 1:
        a, b = 0, len(placed) - 1
        spans = f"With {axes[0].label} going from {_key(placed[a], axes[0])} to {_key(placed[b], axes[0])}, "
        spans = spans if is_first else ""
    else:
        b = int(np.argmax(np.where(np.isfinite(value), value, -math.inf)))
        a = int(np.argmin(np.where(np.isfinite(value), value, math.inf)))
        at = [", ".join(f"{axis.label} {_key(placed[n], axis)}" for axis in axes) for n in (a, b)]
        spans = f"From {at[0]} to {at[1]}, "
    ends = [_told(value[n], low[n], high[n], outcome.unit, statistic) for n in (a, b)]
    text = f"{spans}{what} goes from {ends[0]} to {ends[1]}"
    text += _kink(reading, lead, arm, axes) + _with_policies(reading, lead, b) + "."
    return text[0].upper() + text[1:]


def _kink(reading: Reading, lead: tuple[Outcome, int], arm: str, axes: Sequence[Axis]) -> str:
    """Where an outcome that begins at zero leaves it."""
    outcome, statistic = lead
    value, _, _ = reading.column(arm, outcome, statistic)
    above = [n for n, v in enumerate(value) if v > 0.05]
    if len(axes) > 1 or outcome.unit == "index" or not above or above[0] == 0 or statistic != 0:
        return ""
    return f", leaving zero between {_key(reading.placed[above[0] - 1], axes[0])} and {_key(reading.placed[above[0]], axes[0])}"


def _with_policies(reading: Reading, lead: tuple[Outcome, int], cell: int) -> str:
    """What the policies make of the last number."""
    outcome, statistic = lead
    titles = dict(reading.placed[0].titles)
    told = []
    for arm in reading.arms:
        if arm.startswith("policy:") and "-" not in arm.removeprefix("policy:"):
            value, _, _ = reading.column(arm, outcome, statistic)
            told.append(f"{quantity(float(value[cell]), outcome.unit)} with {arm_said(arm, titles)}")
    return f"; it ends at {', at '.join(told[:3])}" if told else ""


def _told(value: float, low: float, high: float, unit: str, statistic: int) -> str:
    if statistic == 0:
        return with_band(value, low, high, unit)
    return quantity(value, unit)


def _key(placed: Placed, axis: Axis) -> str:
    return placed.cell.keys[axis.label]


# --- table and figures ------------------------------------------------------------------------------


def tables_of(reading: Reading, told: Sequence[tuple[Outcome, int]], axes: Sequence[Axis]) -> list[Table]:
    """One table per outcome that is told: cells as rows, arms as columns, with the ends of the band of the main arm."""
    import pandas as pd

    found = []
    placed = reading.placed[0]
    shown = [arm for arm in reading.arms if "-" not in arm.removeprefix("policy:")]
    for outcome, statistic in told:
        columns: dict[str, Any] = {axis.label: [_key(each, axis) for each in reading.placed] for axis in axes}
        units: dict[str, str] = {}
        for arm in shown:
            value, low, high = reading.column(arm, outcome, statistic)
            head = arm_said(arm, dict(placed.titles))
            parts = {head: value}
            if arm == main_arm(reading.arms):
                ends = ("10 %", "90 %") if statistic == 0 else ("95 % from", "to")
                parts |= {f"{head}, {ends[0]}": low, f"{head}, {ends[1]}": high}
            columns |= parts
            units |= dict.fromkeys(parts, outcome.unit)
        heads = tuple(arm_said(arm, dict(placed.titles)) for arm in shown)
        chart: Any = ("line", axes[0].label, heads) if len(axes) == 1 else ()
        said = outcome_said(outcome.metric)
        title = f"{said[0].upper()}{said[1:]}: {_of(placed.world, outcome)}"
        note = (
            "Medians over runs, and for the scenario the 10 % and 90 % quantiles."
            if statistic == 0
            else "Means over runs, as the median never leaves zero, and for the scenario the 95 % interval of the mean."
        )
        found.append(Table(outcome.metric, title, pd.DataFrame(columns), note, units, chart))
    return found


def _of(world: Any, outcome: Outcome) -> str:
    where = place_said(world, outcome.place)
    return where if outcome.product == "all" else f"{product_said(world, outcome.product)}, {where}"


def _curve(reading: Reading, told: Sequence[tuple[Outcome, int]], axis: Axis) -> Chart:
    import pandas as pd

    points = [_key(placed, axis) for placed in reading.placed]
    numbers = [next(iter(placed.cell.numbers.values()), math.nan) for placed in reading.placed]
    is_scale = all(math.isfinite(number) for number in numbers) and "(date)" not in "".join(
        reading.placed[0].cell.numbers
    )
    x = numbers if is_scale else list(range(len(points)))
    policies = [arm.removeprefix("policy:") for arm in reading.arms if arm.startswith("policy:") and "-" not in arm[7:]]
    panels, rows = [], []
    titles = dict(reading.placed[0].titles)
    for outcome, statistic in told:
        lines = []
        for arm in reading.arms:
            if "-" in arm.removeprefix("policy:"):
                continue
            value, low, high = reading.column(arm, outcome, statistic)
            colour = style.arm_colour(arm, policies)
            lines.append(Line(arm_said(arm, titles), x, value, low, high, colour, style.arm_dash(arm)))
            rows += [
                (axis.label, point, arm, *outcome, "median" if statistic == 0 else "mean", v, lo, hi)
                for point, v, lo, hi in zip(points, value, low, high)
            ]
        head = f"{outcome_said(outcome.metric)}: {_of(reading.placed[0].world, outcome)}"
        panels.append(Panel(head, outcome.unit, lines, None if is_scale else dict(zip(x, points))))
    names = ["axis", "at", "arm", "outcome", "product", "place", "end_use", "unit", "statistic", "value", "lo", "hi"]
    unit = next(iter(reading.placed[0].cell.numbers), axis.label) if is_scale else axis.label
    caption = (
        "Each point is a cell, all on the same draws: line the median of the runs (the mean where the median never leaves "
        "zero), band 80 % of the runs (95 % interval of the mean)."
    )
    title = f"What {axis.label} changes"
    return curves(
        "curve", title, "Median and 80 % band of the runs", unit, panels, caption, pd.DataFrame(rows, columns=names)
    )


def _heat(reading: Reading, arm: str, lead: tuple[Outcome, int], axes: Sequence[Axis]) -> Chart:
    import pandas as pd

    outcome, statistic = lead
    value, _, _ = reading.column(arm, outcome, statistic)
    # Of a third thing the first value is drawn; the page has a slider for it.
    shown = [
        n
        for n, placed in enumerate(reading.placed)
        if all(_key(placed, x) == _key(reading.placed[0], x) for x in axes[2:])
    ]
    at_third = "".join(f"; {axis.label} {_key(reading.placed[0], axis)}" for axis in axes[2:])
    value = value[shown]
    keys = [tuple(_key(reading.placed[n], axis) for axis in axes[:2]) for n in shown]
    columns = list(dict.fromkeys(a for a, _ in keys))
    rows = list(dict.fromkeys(b for _, b in keys))
    at = {key: number for number, key in enumerate(keys)}
    table = [[value[at[c, r]] for c in columns] for r in rows]
    frame = pd.DataFrame([(*key, *outcome, float(v)) for key, v in zip(keys, value)])
    frame.columns = [axes[0].label, axes[1].label, "outcome", "product", "place", "end_use", "unit", "value"]
    world = reading.placed[0].world
    kind = "Median" if statistic == 0 else "Mean"
    said = outcome_said(outcome.metric)
    title = f"{said[0].upper()}{said[1:]}: {_of(world, outcome)}"
    return heat(
        f"heat_{outcome.metric}",
        title,
        f"{kind} of the runs, {unit_words(value.tolist(), outcome.unit)}{at_third}",
        rows,
        columns,
        table,
        (axes[1].label, axes[0].label),
        outcome.unit,
        "Each field is a cell, all on the same draws.",
        frame,
    )


# --- designs ----------------------------------------------------------------------------------------


def _at(placed: Placed, axis: Axis) -> float:
    """Value of an axis in a cell as a number."""
    return next((value for name, value in placed.cell.numbers.items() if name.startswith(f"{axis.label} (")), math.nan)


def _ranks(reading: Reading, arm: str, told: Sequence[tuple[Outcome, int]], axes: Sequence[Axis]) -> Table:
    """Spearman's rank correlation of each outcome with each thing varied, over the cells of a design."""
    import pandas as pd

    world = reading.placed[0].world
    columns: dict[str, Any] = {"outcome": [f"{outcome_said(o.metric)}, {_of(world, o)}" for o, _ in told]}
    for axis in axes:
        x = pd.Series([_at(placed, axis) for placed in reading.placed])
        if x.isna().any():
            continue
        found = [x.corr(pd.Series(reading.column(arm, o, statistic)[0]), method="spearman") for o, statistic in told]
        columns[axis.label] = found
    note = "Rank correlation over the cells: 1 rises with it always, -1 falls with it always, 0 no trend."
    return Table("ranks", "What moves the outcomes", pd.DataFrame(columns), note)


def _most(ranks: Table) -> str:
    """Which of the things varied moves the first outcome most."""
    first = ranks.frame.iloc[0]
    names = [name for name in ranks.frame.columns if name != "outcome" and math.isfinite(first[name])]
    if not names:
        return "No trend is seen along what was varied."
    best = max(names, key=lambda name: abs(first[name]))
    way = "rises" if first[best] > 0 else "falls"
    said = f"{first['outcome'][0].upper()}{first['outcome'][1:]}"
    return f"{said} {way} most of all with {best} (rank correlation {first[best]:.2f})."


def _dots(reading: Reading, arm: str, lead: tuple[Outcome, int], axes: Sequence[Axis]) -> Chart:
    """One dot per cell of a design along each thing varied."""
    import pandas as pd

    outcome, statistic = lead
    value, low, high = reading.column(arm, outcome, statistic)
    panels, rows = [], []
    world = reading.placed[0].world
    for axis in axes:
        x = [_at(placed, axis) for placed in reading.placed]
        order = np.argsort(x)
        middle, bottom, top = ([float(part[n]) for n in order] for part in (value, low, high))
        line = Line("", [x[n] for n in order], middle, bottom, top, style.SCENARIO, "")
        name = next((each for each in reading.placed[0].cell.numbers if each.startswith(f"{axis.label} (")), axis.label)
        panels.append(Panel(name, outcome.unit, [line]))
        rows += [(name, a, *outcome, float(v)) for a, v in zip(x, value)]
    names = ["axis", "at", "outcome", "product", "place", "end_use", "unit", "value"]
    said = outcome_said(outcome.metric)
    title = f"{said[0].upper()}{said[1:]}: {_of(world, outcome)}"
    kind = "Median" if statistic == 0 else "Mean"
    caption = "Each dot is a cell with its own combination of values, all on the same draws."
    frame = pd.DataFrame(rows, columns=names)
    return curves(f"dots_{outcome.metric}", title, f"{kind} of the runs in each cell", "", panels, caption, frame)
