"""The licence office: goods waiting, age of the queue, tonnes granted, product by product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import style
from ..run import Run
from ..sketch import Drawn, Sketch
from .base import ReportFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VARIABLES = (
    ("licence_backlog_t", "waiting", "t"),
    ("licence_wait_days", "mean age of the queue", "days"),
    ("licence_granted_t", "granted", "t/week"),
)
MOST_OFFICES = 3


class LicenceOffice(ReportFigure):
    name = "licence_office"
    explains = "Licence office: tonnes waiting, how long they have waited, tonnes granted a week."
    needs = ("licence",)

    def available(self, run: Run) -> bool:
        return run.has("licence_backlog_t")

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        offices = _offices(run)
        panels = [(o, v) for o in offices for v in VARIABLES if run.has(v[0])]
        columns = 3 if layout.columns > 1 else 1
        sketch = Sketch(run, layout, len(panels), 1.45, columns=columns)
        for ax, ((product, place), (variable, word, unit)) in zip(sketch.axes, panels, strict=True):
            _panel(sketch, ax, product, place, variable)
            head = run.label(product) if variable == VARIABLES[0][0] or columns == 1 else ""
            ax.set_title(f"{head}\n{word}, {unit}", fontsize=8.6)
        where = ", ".join(dict.fromkeys(run.label(code) for _, place in offices for code in place.split(",")))
        return sketch.finish(
            f"The licence office ({where})",
            "Line: median run; shaded: 50 % and 80 % band. Tonnes waiting, mean age of what waits in days, tonnes granted "
            "a week; grey line: refused.",
            "The queue grows as long as more is applied for than is granted; what it lets through teaches "
            "buyers its pace, and with it what they believe they will lose. The queue clears once capacity catches up or "
            "general licences take goods out of it.",
        )


def _offices(run: Run) -> list[tuple[str, str]]:
    """Offices (product, country) by the size of their queue."""
    table = run.summarised("licence_backlog_peak_t", run.main_arm)
    if table.empty:
        rows = run.rows("licence_backlog_t", run.main_arm)
        peak = rows.groupby(["product", "place"], observed=True)["value"].max()
        pairs = [(str(p), str(c)) for p, c in peak[peak > 0].sort_values(ascending=False).index]
    else:
        table = table[table["p90"] > 0].sort_values("p90", ascending=False, kind="stable")
        pairs = [(str(r["product"]), str(r["place"])) for _, r in table.iterrows()]
    return pairs[:MOST_OFFICES]


def _panel(sketch: Sketch, ax: Axes, product: str, place: str, variable: str) -> None:
    import numpy as np
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    run = sketch.run
    fan = run.fan(variable, run.main_arm, product=product, place=place)
    if fan is None:
        return
    names = {"arm": run.main_arm, "product": product, "place": place}
    sketch.fan(ax, fan, style.SCENARIO, names | {"variable": variable})
    top = float(np.nanmax(fan.at(0.90)))
    if variable == "licence_granted_t":
        refused = run.fan("licence_refused_t", run.main_arm, product=product, place=place)
        if refused is not None:
            sketch.fan(ax, refused, style.QUIET, names | {"variable": "licence_refused_t"}, bands=False, width=1.0)
    ax.set_ylim(0, 1.12 * top if top > 0 else 1.0)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _p: f"{v:,g}"))
    sketch.dates(ax)
