"""Exports by month: the simulated fan next to what customs recorded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...results.fan import Fan
from ...results.shipments import SHIPPED, recorded_fan, shipment_of
from .. import style
from ..observed import monthly_exports, sources
from ..once import once_per_run
from ..pick import touched_exports
from ..run import Run
from ..sketch import Drawn, Sketch
from .base import ReportFigure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MOST_PANELS = 4
FEWEST_POINTS = 3


@dataclass(frozen=True)
class _Panel:
    origin: str
    products: tuple[str, ...]
    destination: str  # "" = all abroad

    @property
    def place(self) -> str:
        return f"{self.origin}>{self.destination}" if self.destination else self.origin


class ExportsByMonth(ReportFigure):
    name = "exports_by_month"
    explains = (
        "Exports by month from the countries that events touch; observed customs data as points, where there are any."
    )
    needs = ("trade",)

    def available(self, run: Run) -> bool:
        return run.has("export_t") and bool(_panels(run))

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        panels = _panels(run)
        observed = monthly_exports(run)
        sketch = Sketch(run, layout, len(panels), 1.8)
        added = [_draw(sketch, ax, panel, observed) for ax, panel in zip(sketch.axes, panels, strict=True)]
        seen = sources(observed["source"]) if len(observed) else ""
        caption = "The dip is what the rules hold back, a hump above the dashed line is the backlog and restocking that follow it."
        if seen:
            caption += f" Black points: recorded exports ({seen}); hollow points are of medium or low confidence."
        if any(_shipment(run, panel) > 0.0 for panel in panels):
            caption += (
                " Bands hold that a month is a number of shipments, which makes records swing in calm months as well."
            )
        if any(added):
            caption += " Bands of several products together are sums of their bands, which is a little too wide."
        return sketch.finish(
            "Exports by month, simulated and recorded" if seen else "Exports by month",
            "Tonnes a month. Line: median run; shaded: 50 % and 80 % band. Dashed grey: same draws without the events.",
            caption,
        )


@once_per_run
def _panels(run: Run) -> list[_Panel]:
    observed = monthly_exports(run)
    found: list[_Panel] = []
    if len(observed):
        low, high = str(run.start), str(run.end)
        inside = observed[(observed["date"] >= low) & (observed["date"] < high)]
        keys = [(str(r["origin"]), tuple(r["products"]), str(r["place"])) for r in inside.to_dict("records")]
        counts = Counter(keys)
        for key in sorted(counts, key=lambda k: (k[2] != "", -counts[k])):
            panel = _Panel(*key)
            if counts[key] >= FEWEST_POINTS and _fan(run, panel, run.main_arm) is not None:
                found.append(panel)
    for product, origin in touched_exports(run):
        covered = any(product in p.products and p.origin == origin and not p.destination for p in found)
        panel = _Panel(origin, (product,), "")
        if not covered and _fan(run, panel, run.main_arm) is not None:
            found.append(panel)
    return found[:MOST_PANELS]


def _fan(run: Run, panel: _Panel, arm: str) -> Fan | None:
    return run.fan("export_t", arm, product=list(panel.products), place=panel.place)


def _shipment(run: Run, panel: _Panel) -> float:
    """Size of a shipment of the panel's goods, t; 0 where the world has none."""
    values = {key: run.central(number) for key, number in run.world.values.items() if key[0] in SHIPPED}
    return shipment_of(values, panel.products)


def _draw(sketch: Sketch, ax: Axes, panel: _Panel, observed: pd.DataFrame) -> bool:
    import numpy as np
    import pandas as pd
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    run = sketch.run
    names = {"variable": "export_t", "product": "+".join(panel.products), "place": panel.place}
    middle = np.timedelta64(15, "D")
    fan, base = _fan(run, panel, run.main_arm), _fan(run, panel, "baseline")
    assert fan is not None
    fan = recorded_fan(fan, _shipment(run, panel))
    ends = []
    if base is not None and run.main_arm != "baseline":
        sketch.fan(ax, base.moved(middle), style.BASELINE, {"arm": "baseline", **names}, style.DASHES[1], bands=False)
        ends.append((float(base.at(0.5)[-1]), "no events", style.BASELINE))
    sketch.fan(ax, fan.moved(middle), style.SCENARIO, {"arm": run.main_arm, **names})
    ends.append((float(fan.at(0.5)[-1]), "scenario", style.SCENARIO))
    top = float(np.nanmax(fan.at(0.90)))
    keep = (observed["origin"] == panel.origin) & (observed["place"] == panel.destination)
    keep &= observed["products"].map(lambda p: tuple(p) == panel.products).astype(bool)
    keep &= (observed["date"] >= str(run.start)) & (observed["date"] < str(run.shown_end))
    points = observed[keep].sort_values("date")
    if len(points):
        sure = points["confidence"].eq("high").to_numpy()
        for mask, face in ((sure, style.OBSERVED), (~sure, "white")):
            ax.plot(
                points["date"].to_numpy()[mask] + middle,
                points["value"].to_numpy(dtype=float)[mask],
                "o",
                markersize=3.8,
                markerfacecolor=face,
                markeredgecolor=style.OBSERVED,
                markeredgewidth=0.9,
                zorder=6,
            )
        top = max(top, float(points["value"].max()))
        # At the highest point: low ones lie close together in a trough.
        named = points.sort_values("value").iloc[-1]
        ax.annotate(
            "recorded",
            xy=(named["date"] + middle, float(named["value"])),
            xytext=(6, 4),
            textcoords="offset points",
            fontsize=8,
            va="center",
            color=style.OBSERVED,
            zorder=7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.7},
        )
        rows = {"arm": "observed", **names, "date": points["date"].dt.strftime("%Y-%m-%d"), "value": points["value"]}
        sketch.record(pd.DataFrame({**rows, "quantile": np.nan, "unit": "t/month", "source": points["source"]}))
    ax.set_ylim(0, 1.12 * top if top > 0 else 1.0)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _p: f"{v:,.0f} t" if top >= 5 else f"{v:g} t"))
    what = " and ".join(run.label(p) for p in panel.products)
    if len(panel.products) > 1 and all("magnet" in p for p in panel.products):
        what = "magnets of both grades" if len(panel.products) == 2 else "magnets"
    where = f" to {run.label(panel.destination)}" if panel.destination else ""
    ax.set_title(sketch.wrap(lost=0.9, title=f"{run.label(panel.origin)}: {what}{where}"))
    sketch.dates(ax)
    if sketch.last_in_row(ax):
        sketch.labels(ax, ends)
    return fan.added
