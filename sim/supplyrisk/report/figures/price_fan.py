"""Fan chart of prices: quoted and paid, zone by zone, for the products that move most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...results.fan import Fan
from .. import style
from ..gaps import why_prices_differ
from ..pick import headline_price, moved_products, price_peak
from ..rounding import with_interval
from ..run import Run
from ..sketch import Drawn, Sketch
from ..words import small
from .base import ReportFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VARIABLES = (("price_spot_index", "quoted"), ("price_paid_index", "average paid"))
MOST_PRODUCTS = 3


class PriceFan(ReportFigure):
    name = "price_fan"
    explains = (
        "Price index of each product, quoted and as paid on average (contract and spot), zone by zone, over time."
    )
    needs = ("anything",)

    def available(self, run: Run) -> bool:
        return run.has("price_spot_index")

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        first = [product for product, _ in [headline_price(run)] if product]  # what the answer speaks of
        products = list(dict.fromkeys([*first, *moved_products(run)]))[:MOST_PRODUCTS]
        panels = [(p, v, word) for p in products for v, word in VARIABLES if run.has(v)]
        sketch = Sketch(run, layout, len(panels), 1.75, columns=2)
        limits = {p: _limits(run, p) for p in products}
        for ax, (product, variable, word) in zip(sketch.axes, panels, strict=True):
            log = _panel(sketch, ax, product, variable, limits[product])
            ax.set_title(sketch.wrap(f"{run.label(product)}, {word}" + (", log scale" if log else "")))
        return sketch.finish(
            "Prices, quoted and paid",
            "Price index, 1× = the price before the events. Line: median run; shaded: 50 % and 80 % band."
            " Dashed grey: same draws without the events.",
            _caption(run, products),
        )


def _limits(run: Run, product: str) -> tuple[float, float]:
    import numpy as np

    low, high = 1.0, 1.0
    for variable, _ in VARIABLES:
        for arm in dict.fromkeys(("baseline", run.main_arm)):
            for zone in run.zones:
                fan = run.fan(variable, arm, product=product, place=zone)
                if fan is not None and len(fan.values):
                    low = min(low, float(np.nanmin(fan.at(0.10))))
                    high = max(high, float(np.nanmax(fan.at(0.90))))
    return low, high


def _panel(sketch: Sketch, ax: Axes, product: str, variable: str, limits: tuple[float, float]) -> bool:
    run = sketch.run
    log = style.index_axis(ax, *limits)
    ends = []
    for zone in run.zones:
        colour = style.zone_colour(zone, run.zones)
        names = {"variable": variable, "product": product, "place": zone}
        base = run.fan(variable, "baseline", product=product, place=zone)
        if base is not None and run.main_arm != "baseline":
            sketch.fan(ax, base, style.BASELINE, {"arm": "baseline", **names}, style.DASHES[1], bands=False)
        fan = run.fan(variable, run.main_arm, product=product, place=zone)
        if fan is None:
            continue
        sketch.fan(ax, fan, colour, {"arm": run.main_arm, **names}, style.zone_dash(zone, run.zones))
        ends.append((float(fan.at(0.5)[-1]), run.price_label(zone).replace("outside ", "outside\n"), colour))
        _note_peak(sketch, ax, variable, product, zone, fan)
    sketch.dates(ax)
    if sketch.last_in_row(ax):
        sketch.labels(ax, ends)
    return log


def _note_peak(sketch: Sketch, ax: Axes, variable: str, product: str, zone: str, fan: Fan) -> None:
    """The top of the median line with that week's 80 % band, in the panel's free upper corner."""
    top = price_peak(sketch.run, sketch.run.main_arm, product, zone, variable)
    if top is None or top.spread.p50 < 1.05:
        return
    peak = top.spread
    value, between = with_interval(peak.p50, peak.p10, peak.p90, "index")
    sketch.note(
        ax, f"peak {value}" + (f" ({between})" if between else ""), style.zone_colour(zone, sketch.run.zones), fan
    )
    names = {"variable": variable.replace("_index", "_peak_index"), "product": product, "place": zone}
    sketch.record_spread(peak, arm=sketch.run.main_arm, **names)


def _caption(run: Run, products: list[str]) -> str:
    names = ", ".join(small(run.label(p)) for p in products)
    return (
        f"The price the answer tells, and those that move most: {names}. The distance between the two colours is the gap between the "
        "zones. Quoted: asked and reported by price agencies; inside the country that controls exports it is the home price. "
        "Average paid: contract and spot, weighted by volume. "
        "Peak: top of the median line, with the 80 % band of that week; single runs peak higher, at different times."
        f"{f' {why}' if (why := why_prices_differ(run)) else ''}"
    )
