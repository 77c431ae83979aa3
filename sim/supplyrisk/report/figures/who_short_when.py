"""Heat map: which end use of which country is physically short, month by month."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .. import style
from ..enough import FEWEST_RUNS
from ..run import Run
from ..sketch import Drawn, Sketch
from .base import ReportFigure

if TYPE_CHECKING:
    import pandas as pd

VARIABLE = "shortage_unserved_percent"
STEPS = (1.0, 5.0, 10.0, 20.0, 40.0)
SHADES = ("#fff6ee", "#fdd9b5", "#f9ab6b", "#e2703a", "#b23a12", "#6b1d06")
MOST_ROWS = 18
NOTED = 1.0  # per cent: below this nobody counts as short


class WhoShortWhen(ReportFigure):
    name = "who_short_when"
    explains = "Heat map of physically missing material by country and end use, month by month."
    needs = ("events",)

    def available(self, run: Run) -> bool:
        return run.has(VARIABLE)

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        middle, high = _wide(run, 0.5), _wide(run, 0.90)
        rows = _rows(run, middle, high)
        sketch = Sketch(run, layout, 1, 0.55 + (0.2 if layout.columns > 1 else 0.25) * max(len(rows), 2), columns=1)
        _cells(sketch, rows, middle, high)
        reached = bool((middle.to_numpy() >= NOTED).any()) if len(middle) else False
        beyond = len(middle) - len(rows)
        seldom = "one run in ten" if run.n_ok >= FEWEST_RUNS else "some run"
        caption = (
            "Rows are users, those hit hardest first within each country; colour is the per cent of their use that is "
            f"physically missing in the median run of the month. A dot marks months in which the median run is not short "
            f"but {seldom} is."
        )
        if not reached:
            caption = f"In the median run no user is short by 1 % in any month. Dots mark months in which {seldom} is."
        if beyond > 0:
            caption += f" {beyond} further rows that are hit less are in the table beside the figure."
        return sketch.finish(
            "Who is short, and when",
            "Physically missing material, per cent of what would be used (all products together), median run of each month.",
            caption,
            events=True,
            bands=False,
        )


def _wide(run: Run, level: float) -> pd.DataFrame:
    """Rows (country, end use), columns months, of one quantile."""
    import pandas as pd

    table = run.rows(VARIABLE, run.main_arm)
    table = table[(table["quantile"] - level).abs() < 1e-6]
    values = table.groupby(["place", "end_use", "date"], observed=True, sort=False)["value"].first()
    wide = values.unstack("date")
    months = pd.DatetimeIndex(wide.columns)
    return wide.loc[:, months < pd.Timestamp(run.shown_end)].sort_index(axis=1)


def _rows(run: Run, middle: pd.DataFrame, high: pd.DataFrame) -> list[Any]:
    """Users to show: by their worst month, then gathered by country, the worst country first."""
    wanted, uses = {c for place in run.asked_places for c in run.members(place)}, set(run.options.end_uses)
    score = (middle.max(axis=1) + 0.01 * high.max(axis=1)).sort_values(ascending=False, kind="stable")
    score = score[[(not wanted or k[0] in wanted) and (not uses or k[1] in uses) for k in score.index]]
    chosen = list(score[score >= 0.01 * NOTED].index[:MOST_ROWS]) or list(score.index[:6])
    first = {country: i for i, country in reversed(list(enumerate(k[0] for k in chosen)))}
    return sorted(chosen, key=lambda k: first[k[0]])


def _cells(sketch: Sketch, rows: list[Any], middle: pd.DataFrame, high: pd.DataFrame) -> None:
    import numpy as np
    import pandas as pd
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.patches import Rectangle

    run, ax = sketch.run, sketch.axes[0]
    months = pd.DatetimeIndex(list(middle.columns))
    edges = style.dates_module().date2num(list(months.append(months[-1:] + pd.offsets.MonthBegin(1))))
    grid = middle.loc[rows].to_numpy(dtype=float)
    top = high.loc[rows].to_numpy(dtype=float)
    norm = BoundaryNorm([0.0, *STEPS, 1e3], len(SHADES))
    y = np.arange(len(rows) + 1)
    ax.pcolormesh(edges, y, grid, cmap=ListedColormap(list(SHADES)), norm=norm, edgecolors="white", linewidth=0.6)
    spots = np.argwhere((grid < NOTED) & (top >= NOTED))
    centres = (np.asarray(edges[:-1]) + np.asarray(edges[1:])) / 2
    ax.plot(centres[spots[:, 1]], spots[:, 0] + 0.5, "o", markersize=1.8, color="#7a4a2a")
    ax.invert_yaxis()
    narrow = sketch.layout.columns < 2
    uses = [run.label(use) for _, use in rows]
    ax.set_yticks(y[:-1] + 0.5, [sketch.fold(u, 18) if narrow else u for u in uses])
    if narrow:
        ax.tick_params("y", labelsize=6.6)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    sketch.dates(ax)
    for number, (country, _) in enumerate(rows):
        if number == 0 or rows[number - 1][0] != country:
            ax.axhline(number, color="#777777", linewidth=0.7)
            size = sum(1 for k in rows if k[0] == country)
            name = run.label(country)
            if narrow and len(name) > 9:
                name = country
            ax.annotate(
                sketch.fold(name, 12) if size > 1 else name,
                xy=(1.0, number + size / 2),
                xycoords=("axes fraction", "data"),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
                fontweight="bold",
            )
    names = [f"under {STEPS[0]:g} %", *(f"{a:g}–{b:g} %" for a, b in pairwise(STEPS)), f"over {STEPS[-1]:g} %"]
    handles = [Rectangle((0, 0), 1, 1, facecolor=c, edgecolor="#bbbbbb", linewidth=0.5) for c in SHADES]
    ax.legend(
        handles,
        names,
        loc="upper left",
        bbox_to_anchor=(-0.02, -0.42 / sketch.panel_height),
        ncols=3 if narrow else 6,
        fontsize=7.5,
        handlelength=1.2,
        columnspacing=1.0,
        borderpad=0.0,
    )
    for level, wide in ((0.5, middle), (0.90, high)):
        cells: Any = wide.stack()
        long = cells.to_frame("value").reset_index()
        long["date"] = long["date"].map(lambda d: str(d)[:10])
        long.insert(0, "arm", run.main_arm)
        sketch.record(long.assign(variable=VARIABLE, quantile=level, unit="%", drawn=_is_drawn(long, rows)))


def _is_drawn(long: pd.DataFrame, rows: list[Any]) -> list[bool]:
    shown = set(rows)
    return [(p, u) in shown for p, u in zip(long["place"], long["end_use"], strict=True)]
