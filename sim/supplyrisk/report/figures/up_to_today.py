"""Simulated against recorded up to today: what the outlook has led to, beside what happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...results.fan import Fan
from .. import style
from ..observed import sources
from ..once import once_per_run
from ..run import Run
from ..sketch import Drawn, Sketch
from ..words import day
from .base import ReportFigure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ...spec.resolved import Recorded

MOST_PANELS = 6


@dataclass(frozen=True)
class _Panel:
    """One recorded series; `product` may name several, whose exports are added up."""

    series: str
    variable: str
    product: str
    place: str

    @property
    def products(self) -> tuple[str, ...]:
        return tuple(self.product.split())


class UpToToday(ReportFigure):
    name = "up_to_today"
    explains = (
        "Prices and exports simulated up to today and beyond, with what was recorded, where the outlook is today."
    )
    needs = ("anything",)

    def available(self, run: Run) -> bool:
        return bool(_panels(run))

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        panels = _panels(run)
        sketch = Sketch(run, layout, len(panels), 1.6)
        rows = _recorded(run)
        added = [_draw(sketch, ax, panel, rows) for ax, panel in zip(sketch.axes, panels, strict=True)]
        caption = (
            f"Shaded: the lead-in from {day(run.first_day)} to {day(run.start)}, simulated with what was in force, the same in every "
            "arm and counted nowhere. Points: recorded; hollow ones of medium or low confidence. Prices: before the controls = 1, "
            "each quotation by its own level. The simulated exports follow the capacities of the licence offices, which are "
            f"recorded exports themselves; prices follow from the model alone. Sources: {sources(rows['source'])}."
        )
        if any(added):
            caption += " Bands of several products together are sums of their bands, which is a little too wide."
        return sketch.finish(
            "Simulated against recorded up to today",
            "Line: median run; shaded: 50 % and 80 % band; points: recorded.",
            caption,
            events=False,
        )


def _recorded(run: Run) -> pd.DataFrame:
    """Recorded rows of the outlook that lie in what was simulated: dates and levels (index, t a month)."""
    import pandas as pd

    found = []
    for row in run.outlook.recorded:
        first = pd.Timestamp(row.first)
        monthly = row.variable == "export_t"
        inside = pd.Timestamp(run.first_day) <= first < pd.Timestamp(run.shown_end)
        if not inside or (monthly and len(row.period) != len("2025-01")):
            continue
        level = row.value / (row.reference or 1.0)
        found.append({**_bare(row), "date": first, "value": level})
    return pd.DataFrame(
        found, columns=["series", "variable", "product", "place", "source", "confidence", "date", "value"]
    )


def _bare(row: Recorded) -> dict[str, str]:
    return {key: getattr(row, key) for key in ("series", "variable", "product", "place", "source", "confidence")}


@once_per_run
def _panels(run: Run) -> list[_Panel]:
    """Exports first, then prices; only what the run holds."""
    rows = _recorded(run)
    keys = rows[["series", "variable", "product", "place"]].drop_duplicates().itertuples(index=False)
    found = [_Panel(*(str(part) for part in key)) for key in keys]
    found.sort(key=lambda panel: (panel.variable != "export_t", panel.series))
    return [panel for panel in found if _fan(run, panel) is not None][:MOST_PANELS]


def _fan(run: Run, panel: _Panel) -> Fan | None:
    """The simulated series from the first day of the lead-in on."""
    import numpy as np

    place = panel.place.removesuffix(">")
    after = run.fan(panel.variable, run.main_arm, product=list(panel.products), place=place, end_use="")
    before = [run.lead_fan(panel.variable, product, place) for product in panel.products]
    known = [fan for fan in before if fan is not None]
    if after is None or not known:
        return after
    values = np.add.reduce([fan.values for fan in known])
    dates, values = np.concatenate([known[0].dates, after.dates]), np.concatenate([values, after.values])
    if panel.variable == "export_t":  # months that begin or end with the lead-in hold a part of their exports
        last = np.append(dates[1:], np.datetime64(run.end))
        whole = (last - dates) >= np.timedelta64(28, "D")
        dates, values = dates[whole], values[whole]
    return Fan(dates, after.levels, values, after.unit, len(known) > 1)


def _draw(sketch: Sketch, ax: Axes, panel: _Panel, rows: pd.DataFrame) -> bool:
    import numpy as np
    import pandas as pd
    from matplotlib.ticker import MaxNLocator

    run = sketch.run
    fan = _fan(run, panel)
    assert fan is not None
    monthly = panel.variable == "export_t"
    middle = np.timedelta64(15 if monthly else 3, "D")
    names = {"variable": panel.variable, "product": "+".join(panel.products), "place": panel.place}
    sketch.fan(ax, fan.moved(middle), style.SCENARIO, {"arm": run.main_arm, **names})
    points = rows[rows["series"] == panel.series].sort_values("date")
    sure = points["confidence"].eq("high").to_numpy()
    for mask, face in ((sure, style.OBSERVED), (~sure, "white")):
        ax.plot(
            points["date"].to_numpy()[mask] + (middle if monthly else np.timedelta64(0, "D")),
            points["value"].to_numpy(dtype=float)[mask],
            "o",
            markersize=3.6,
            markerfacecolor=face,
            markeredgecolor=style.OBSERVED,
            markeredgewidth=0.9,
            zorder=6,
        )
    told = {"arm": "recorded", **names, "date": points["date"].dt.strftime("%Y-%m-%d"), "value": points["value"]}
    told |= {"quantile": np.nan, "unit": fan.unit, "source": points["source"], "confidence": points["confidence"]}
    sketch.record(pd.DataFrame(told))
    top = max(float(np.nanmax(fan.at(0.90))), float(points["value"].max()))
    ax.set_ylim(0, 1.1 * top if top > 0 else 1.0)
    ax.yaxis.set_major_locator(MaxNLocator(4))
    unit = "t a month" if monthly else "before the controls = 1"
    ax.set_title(sketch.wrap(title=f"{panel.series}, {unit}"))
    mdates = style.dates_module()
    begin, start = (float(mdates.date2num(date)) for date in (run.first_day, run.start))
    style.date_axis(ax, run.first_day, run.shown_end, narrow=sketch.layout.columns < 2 or sketch.columns > 1)
    ax.axvspan(begin, start, color="#00000010", linewidth=0, zorder=0)
    return fan.added
