"""Fan chart of shortage: all use lost and the part that is physically missing, zone by zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import style
from ..pick import of_wanted, short_products, spread
from ..rounding import with_interval
from ..run import Run
from ..sketch import Drawn, Sketch
from .base import ReportFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VARIABLES = (("shortage_t", "use lost in all"), ("shortage_unserved_t", "physically missing"))
MOST_PRODUCTS = 3
MOST_PLACES = 3


class ShortageFan(ReportFigure):
    name = "shortage_fan"
    explains = (
        "Use of final products that is lost, and the part of it that is physically missing, in per cent of wanted."
    )
    needs = ("anything",)

    def available(self, run: Run) -> bool:
        return run.has("shortage_t") and run.has("wanted_t")

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        products = short_products(run)[:MOST_PRODUCTS]
        panels = [(p, v, word) for p in products for v, word in VARIABLES]
        sketch = Sketch(run, layout, len(panels), 1.55, columns=2)
        tops = {p: _top(run, p) for p in products}
        for ax, (product, variable, word) in zip(sketch.axes, panels, strict=True):
            _panel(sketch, ax, product, variable, tops[product])
            ax.set_title(f"{run.label(product)}\n{word}")
        return sketch.finish(
            "Shortage: use that is lost",
            "Per cent of what users would use at the prices before the events, week by week. Line: median run; shaded: "
            "50 % and 80 % band. Dashed grey: same draws without the events.",
            "Use lost in all: also where users gave up because of the price; physically missing: the part that stops for "
            "lack of material. Shortage comes later than the price because users first run down their stocks.",
        )


def _places(run: Run) -> list[str]:
    return list(run.asked_places[:MOST_PLACES] or run.zones) or ["world"]


def _top(run: Run, product: str) -> float:
    import numpy as np

    top = 1.0
    for place in _places(run):
        for arm in dict.fromkeys(("baseline", run.main_arm)):
            fan = of_wanted(run, "shortage_t", arm, product, place)
            if fan is not None and len(fan.values):
                top = max(top, float(np.nanmax(fan.at(0.90))))
    return top * 1.35


def _panel(sketch: Sketch, ax: Axes, product: str, variable: str, top: float) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

    run = sketch.run
    ends = []
    ax.set_ylim(-0.02 * top, top)
    ax.yaxis.set_major_locator(MaxNLocator(4) if top < 100 else FixedLocator([0, 25, 50, 75, 100]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _p: f"{v:g} %"))
    for place in _places(run):
        colour = style.zone_colour(place, run.zones if place in run.zones else _places(run))
        names = {"variable": variable, "product": product, "place": place}
        base = of_wanted(run, variable, "baseline", product, place)
        if base is not None and run.main_arm != "baseline":
            sketch.fan(ax, base, style.BASELINE, {"arm": "baseline", **names}, style.DASHES[1], bands=False)
        fan = of_wanted(run, variable, run.main_arm, product, place)
        if fan is None:
            continue
        sketch.fan(ax, fan, colour, {"arm": run.main_arm, **names}, style.zone_dash(place, run.zones))
        ends.append((float(fan.at(0.5)[-1]), run.label(place).replace("outside ", "outside\n"), colour))
        metric = "shortage_percent" if variable == "shortage_t" else "shortage_unserved_percent"
        whole = spread(run, metric, run.main_arm, product, place)
        if whole is not None and whole.p90 >= 0.05:
            value, between = with_interval(whole.p50, whole.p10, whole.p90, "%")
            sketch.note(ax, f"whole period {value}" + (f" ({between})" if between else ""), colour, fan)
            sketch.record_spread(whole, arm=run.main_arm, **(names | {"variable": metric}))
    sketch.dates(ax)
    if sketch.last_in_row(ax):
        sketch.labels(ax, ends)
