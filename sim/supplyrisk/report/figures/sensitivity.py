"""Which uncertain numbers matter: rank correlation of every drawn number with the headline outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import style
from ..drivers import correlations, input_label
from ..enough import FEWEST_RUNS
from ..pick import values
from ..quantities import Quantity, headline_quantities
from ..run import Run
from ..sketch import Drawn, Sketch
from .base import ReportFigure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


MOST_INPUTS = 10


class Sensitivity(ReportFigure):
    name = "sensitivity"
    explains = "Which uncertain numbers go with a higher or lower outcome: rank correlation with its 90 % interval."
    needs = ("uncertainty", "events")

    def available(self, run: Run) -> bool:
        return bool(run.sampled) and run.n_ok >= FEWEST_RUNS and bool(_quantities(run))

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        wanted = _quantities(run)
        tables = [correlations(run, q) for q in wanted]
        order = _order(tables)[:MOST_INPUTS]
        sketch = Sketch(run, layout, len(wanted), 0.4 + 0.31 * len(order), columns=2)
        for number, (ax, q, table) in enumerate(zip(sketch.axes, wanted, tables, strict=True)):
            _panel(sketch, ax, q, table, order, names=number % sketch.columns == 0)
        return sketch.finish(
            "Which uncertain numbers matter",
            "Rank correlation between a drawn number and the outcome over runs, −1 to 1; bar: 90 % interval of the estimate. "
            "Hollow: not told apart from zero.",
            "Right of zero: a higher value goes with a higher outcome. Numbers that move together by construction share their "
            "correlation. Narrowing the numbers at the top narrows the answer; those at the bottom hardly matter here. What each is, "
            "and where it comes from, the report says under what was assumed.",
            events=False,
            bands=False,
        )


def _quantities(run: Run) -> list[Quantity]:
    """The price and the shortage, as far as they vary between runs at all."""
    import numpy as np

    found = []
    for q in headline_quantities(run):
        x = values(run, q.metric, run.main_arm, q.product, q.place, q.end_use)
        finite = x[np.isfinite(x)]
        if (
            q.metric in ("price_spot_peak_index", "shortage_percent")
            and len(finite) >= FEWEST_RUNS
            and np.ptp(finite) > 1e-9
        ):
            found.append(q)
    return found


def _order(tables: list[pd.DataFrame]) -> list[str]:
    best: dict[str, float] = {}
    for table in tables:
        for row in table.itertuples():
            best[str(row.input)] = max(best.get(str(row.input), 0.0), abs(float(row.rho)))  # type: ignore[arg-type]
    return sorted(best, key=lambda name: -best[name])


def _panel(sketch: Sketch, ax: Axes, q: Quantity, table: pd.DataFrame, order: list[str], names: bool) -> None:
    rows = {str(r["input"]): r for r in table.to_dict("records")}
    ax.axvline(0.0, color=style.INK, linewidth=0.9)
    for place, name in enumerate(order):
        row = rows.get(name)
        if row is None:
            continue
        y = len(order) - 1 - place
        clear = row["low"] > 0 or row["high"] < 0
        colour = style.SCENARIO if clear else style.BASELINE
        ax.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=2.2)
        face = colour if clear else "white"
        ax.plot([row["rho"]], [y], "o", color=colour, markerfacecolor=face, markersize=5, zorder=5)
    labels = [sketch.fold(input_label(sketch.run, n), 30) for n in reversed(order)]
    ax.set_yticks(range(len(order)), labels if names else [""] * len(order))
    ax.set_ylim(-0.6, len(order) - 0.4)
    ax.set_xlim(-1.05, 1.05)
    ax.set_xticks([-1, -0.5, 0, 0.5, 1], ["−1", "−0.5", "0", "0.5", "1"])
    ax.grid(visible=True, axis="both")
    ax.spines["left"].set_visible(False)
    ax.set_title(sketch.fold(q.title, 26))
    place_names = {"metric": q.metric, "product": q.product or "all", "place": q.place}
    sketch.record(table[table["input"].isin(order)].assign(**place_names, unit="rank correlation"))
