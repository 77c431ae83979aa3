"""Flows before, during and after: mine, refinery, magnet maker and user by country, as streams."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...results.fan import Fan
from ...sums import add_up
from .. import style
from ..bands import NAME
from ..once import once_per_run
from ..pick import short_products, touched_exports
from ..rounding import with_interval
from ..run import Run
from ..sketch import Drawn, Sketch
from ..words import month, small
from .base import LANE_OPS, ReportFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WEEKS_PER_MONTH = 52.1775 / 12
MONTHS_SHOWN = 3
SMALL = 0.025  # countries below this share of every stage are gathered as "others"
OTHERS = "others"
GAP = 0.045  # space between the nodes of a column, of the column's height
Flows = dict[tuple[str, str, str], float]  # (product, from, to) -> share of the product's normal world flow


@dataclass(frozen=True)
class Period:
    """Months [first, last] of one arm."""

    word: str
    arm: str
    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def title(self) -> str:
        if self.first is None or self.last is None:
            return f"{self.word} (mean without the events)"
        first = month(self.first).rpartition(" ")[0] if self.first.year == self.last.year else month(self.first)
        return f"{self.word} ({first} to {month(self.last)})"


class FlowsFigure(ReportFigure):
    name = "flows"
    explains = "Who supplies whom along the chain, stage by stage, normally, at the worst, and at the end."
    needs = ("trade",)

    def available(self, run: Run) -> bool:
        return run.has("export_t") and run.has("production_t") and len(chain(run)) > 0

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        products = chain(run)
        periods = _periods(run, products)
        totals = {p: _world(run, p) for p in products}
        flows = [flow_shares(run, products, totals, period) for period in periods]
        keep = _countries(run, flows)
        sketch = Sketch(run, layout, len(periods), 2.0 if layout.columns > 1 else 2.2, columns=1)
        notes = [_note(run, products, period) for period in periods]
        for ax, period, note, shares in zip(sketch.axes, periods, notes, flows, strict=True):
            _alluvial(sketch, ax, products, _gathered(shares, keep), _gathered(flows[0], keep))
            ax.set_title(sketch.wrap(f"{period.title}{note}"))
        bracket = f" In brackets: {NAME}." if any("(" in note for note in notes) else ""
        names = " → ".join(run.label(p) for p in products)
        return sketch.finish(
            "Who supplies whom",
            f"{names} → users. Width of a stream: median flow as a share of the product's normal world flow "
            f"(the same scale in all panels).{bracket}",
            f"{_key(run)}. Streams that thin out are what does not arrive; stocks fill the "
            "gap for a while, so that users run short later than the streams shrink.",
            events=False,
            bands=bool(bracket),
        )


def _key(run: Run) -> str:
    """ "Purple leaves China, green the countries outside China": colours of the zones in words."""
    parts = []
    for zone in run.zones:
        name = run.label(zone)
        whom = f"the countries {name}" if name.startswith("outside ") else run.with_article(name)
        parts.append(f"{style.zone_colour_name(zone, run.zones)} leaves {whom}")
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


@once_per_run
def chain(run: Run) -> list[str]:
    """The products from mine to user that the answer is about: at each stage the input that events touch most."""
    final = short_products(run)
    if not final:
        return []
    touched = [p for p, _ in touched_exports(run)]
    best = next((p for p in final if p in touched), final[0])
    path = [best]
    while run.inputs.get(path[0]):
        inputs = list(run.inputs[path[0]])
        path.insert(
            0,
            max(inputs, key=lambda p: (p in touched, any(q in touched for q in run.inputs.get(p, ())), _moved(run, p))),
        )
    return path


def _moved(run: Run, product: str) -> float:
    table = run.summarised("price_spot_peak_index", run.main_arm, product=product)
    return float(table["p50"].max()) if len(table) else 0.0


def _periods(run: Run, products: list[str]) -> list[Period]:
    """Normal, the three months with the smallest exports, and the last three months shown."""
    import numpy as np

    normal = Period("Normally", "baseline" if "baseline" in run.arms else run.main_arm)
    level, dates = None, None
    for product, origin in _lanes(run, products)[:3]:
        fan = run.fan("export_t", run.main_arm, product=product, place=origin)
        base = run.fan("export_t", normal.arm, product=product, place=origin)
        if fan is None or base is None or not base.at(0.5).mean() > 0:
            continue
        share = fan.at(0.5) / base.at(0.5).mean()
        level, dates = (share if level is None else level + share), fan.dates
    if level is None or dates is None or len(level) < 2 * MONTHS_SHOWN:
        return [normal]
    months = [d.astype("datetime64[D]").item() for d in dates]
    usable = sum(1 for m in months if m < run.shown_end)
    windows = np.convolve(level[:usable], np.ones(MONTHS_SHOWN), mode="valid")
    worst = int(np.argmin(windows))
    last = usable - MONTHS_SHOWN
    periods = [normal, Period("At the worst", run.main_arm, months[worst], months[worst + MONTHS_SHOWN - 1])]
    if last > worst:
        periods.append(Period("At the end", run.main_arm, months[last], months[usable - 1]))
    return periods


def _lanes(run: Run, products: list[str]) -> list[tuple[str, str]]:
    """(product, origin) of the exports along the chain that controls of trade hold back, else that events touch."""
    touched = [(p, o) for p, o in touched_exports(run) if p in products] or touched_exports(run)
    controls = [e for e in run.scenario_events if LANE_OPS & set(e.ops)]
    held = {(p, o) for e in controls for p in e.products or run.products for o in e.origins or run.countries}
    return [lane for lane in touched if lane in held] or touched


def _mean(fan: Fan | None, period: Period) -> float:
    """Median over runs, mean over the dates of the period."""
    import numpy as np

    if fan is None or not len(fan.values):
        return 0.0
    if period.first is None or period.last is None:
        return float(fan.at(0.5).mean())
    first = np.datetime64(period.first)
    year, index = divmod(period.last.year * 12 + period.last.month, 12)
    end = np.datetime64(dt.date(year, index + 1, 1))
    days = np.asarray(fan.dates, dtype="datetime64[D]")
    inside = (days >= first) & (days < end)
    return float(fan.at(0.5)[inside].mean()) if inside.any() else 0.0


def _world(run: Run, product: str) -> float:
    normal = Period("", "baseline" if "baseline" in run.arms else run.main_arm)
    made = (run.fan("production_t", normal.arm, product=product, place=c) for c in run.countries)
    return WEEKS_PER_MONTH * add_up(_mean(fan, normal) for fan in made)


def flow_shares(run: Run, products: list[str], totals: dict[str, float], period: Period) -> Flows:
    """Flows of each product between countries in a period, as shares of its normal world flow."""
    flows: Flows = {}
    for product in products:
        total = totals[product]
        if total <= 0:
            continue
        table = run.rows("export_t", period.arm, product=product)
        lanes = sorted({str(p) for p in table["place"] if ">" in str(p)})
        sent: dict[str, float] = {}
        for lane in lanes:
            origin, _, destination = lane.partition(">")
            amount = _mean(run.fan("export_t", period.arm, product=product, place=lane), period)
            flows[product, origin, destination] = amount / total
            sent[origin] = sent.get(origin, 0.0) + amount
        for country in run.countries:
            made = WEEKS_PER_MONTH * _mean(run.fan("production_t", period.arm, product=product, place=country), period)
            if made > 0:
                flows[product, country, country] = max(0.0, made - sent.get(country, 0.0)) / total
    return flows


def _countries(run: Run, flows: list[Flows]) -> list[str]:
    size: dict[str, float] = {}
    for shares in flows:
        for product in {k[0] for k in shares}:
            for side in (1, 2):
                sums: dict[str, float] = {}
                for key, value in shares.items():
                    if key[0] == product:
                        sums[key[side]] = sums.get(key[side], 0.0) + value
                for country, value in sums.items():
                    size[country] = max(size.get(country, 0.0), value)
    kept = [c for c in run.countries if size.get(c, 0.0) >= SMALL]
    return sorted(kept, key=lambda c: (_zone_rank(run, c), -size[c]))[:8]


def _gathered(shares: Flows, keep: list[str]) -> Flows:
    found: Flows = {}
    for (product, origin, destination), value in shares.items():
        key = (product, origin if origin in keep else OTHERS, destination if destination in keep else OTHERS)
        found[key] = found.get(key, 0.0) + value
    return found


def _note(run: Run, products: list[str], period: Period) -> str:
    """ ": Dy/Tb oxide leaving Myanmar at 26 % (20–33 %) of normal", for the lanes that events touch."""
    lanes = [(p, o) for p, o in _lanes(run, products) if p in products]
    if period.first is None or not lanes:
        return ""
    product, origin = lanes[0]
    fan = run.fan("export_t", period.arm, product=product, place=origin)
    base = _mean(run.fan("export_t", "baseline", product=product, place=origin), Period("", "baseline"))
    if fan is None or base <= 0:
        return ""
    low, middle, high = (
        100 * _mean(Fan(fan.dates, (0.5,), fan.at(q)[:, None], fan.unit), period) / base for q in (0.10, 0.5, 0.90)
    )
    value, between = with_interval(middle, low, high, "%")
    what = small(run.label(product))
    return f": {what} leaving {run.with_article(run.label(origin))} at {value}{f' ({between})' if between else ''} of normal"


def _alluvial(sketch: Sketch, ax: Axes, products: list[str], shares: Flows, normal: Flows) -> None:
    import pandas as pd

    run = sketch.run
    stages = [*products, "use"]
    order = [*_order(run, normal, shares), OTHERS]
    nodes = _nodes(stages, products, normal, shares, order)
    ax.set_axis_off()
    ax.set_xlim(-0.02, len(stages) - 1 + 0.03)
    top = max(y + h for y, h in nodes.values())
    ax.set_ylim(top + 0.01, -0.12 if sketch.layout.columns > 1 else -0.2)
    used_out: dict[tuple[int, str], float] = {}
    used_in: dict[tuple[int, str], float] = {}
    width = 0.05
    for number, product in enumerate(products):
        for origin in order:
            for destination in order:
                value = shares.get((product, origin, destination), 0.0)
                if value < 0.001:
                    continue
                a, b = (number, origin), (number + 1, destination)
                y0 = nodes[a][0] + used_out.get(a, 0.0)
                y1 = nodes[b][0] + used_in.get(b, 0.0)
                used_out[a] = used_out.get(a, 0.0) + value
                used_in[b] = used_in.get(b, 0.0) + value
                colour = style.country_colour(origin, run.zone_of, run.zones)
                _ribbon(ax, number + width, y0, number + 1 - width * 0.2, y1, value, colour)
    for (number, country), (y, height) in nodes.items():
        if height > 0.001:
            points = height / (top + 0.2) * sketch.panel_height * 72
            _node(sketch, ax, number, country, y, height, width, points, last=number == len(stages) - 1)
    for number, stage in enumerate(stages):
        name = "users" if stage == "use" else run.label(stage)
        if sketch.layout.columns < 2:
            name = sketch.fold(name, 16)
        ha = "left" if number == 0 else ("right" if number == len(stages) - 1 else "center")
        x = number - 0.01 if number == 0 else (number + width if number == len(stages) - 1 else number + width / 2)
        ax.text(x, -0.03, name, fontsize=7.6, color=style.QUIET, ha=ha, va="bottom")
    rows = [(p, o, d, v) for (p, o, d), v in sorted(shares.items()) if v > 0]
    table = pd.DataFrame(rows, columns=["product", "origin", "destination", "value"])
    panel = sketch.axes.index(ax)
    sketch.record(table.assign(panel=("normal", "worst", "end")[panel], unit="share of normal world flow"))


def _zone_rank(run: Run, country: str) -> int:
    """Place of a country's zone in the world's file: countries of a zone stand together."""
    zone = run.zone_of.get(country, "")
    return run.zones.index(zone) if zone in run.zones else len(run.zones)


def _order(run: Run, *flows: Flows) -> list[str]:
    size: dict[str, float] = {}
    for shares in flows:
        for (_, origin, destination), value in shares.items():
            for country in (origin, destination):
                size[country] = size.get(country, 0.0) + value
    return sorted((c for c in size if c != OTHERS), key=lambda c: (_zone_rank(run, c), -size[c]))


def _nodes(
    stages: list[str], products: list[str], normal: Flows, shares: Flows, order: list[str]
) -> dict[tuple[int, str], tuple[float, float]]:
    """Top and height of each node; positions are those of the larger of normal and present, panel by panel."""
    nodes: dict[tuple[int, str], tuple[float, float]] = {}
    for number in range(len(stages)):
        y = 0.0
        for country in order:
            height = 0.0
            for flows in (normal, shares):
                out = add_up(
                    v
                    for (p, o, _), v in flows.items()
                    if number < len(products) and p == products[number] and o == country
                )
                into = add_up(
                    v for (p, _, d), v in flows.items() if number > 0 and p == products[number - 1] and d == country
                )
                height = max(height, out, into)
            if height > 0.001:
                nodes[number, country] = (y, height)
                y += height + GAP
    return nodes


def _ribbon(ax: Axes, x0: float, y0: float, x1: float, y1: float, value: float, colour: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    mid = (x0 + x1) / 2
    vertices = [
        (x0, y0),
        (mid, y0),
        (mid, y1),
        (x1, y1),
        (x1, y1 + value),
        (mid, y1 + value),
        (mid, y0 + value),
        (x0, y0 + value),
        (x0, y0),
    ]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(vertices, codes), facecolor=colour, alpha=0.38, linewidth=0))


def _node(
    sketch: Sketch,
    ax: Axes,
    number: int,
    country: str,
    y: float,
    height: float,
    width: float,
    points: float,
    last: bool,
) -> None:
    from matplotlib.patches import Rectangle

    colour = style.country_colour(country, sketch.run.zone_of, sketch.run.zones)
    ax.add_patch(Rectangle((number - (0 if not last else 0.01), y), width, height, facecolor=colour, linewidth=0))
    if points < 3.4:  # neighbours' names would touch
        return
    name = country if sketch.layout.columns < 2 and country != OTHERS else sketch.run.label(country)
    x = number - 0.02 if last else number + width + 0.015
    ax.text(x, y + height / 2, name, fontsize=7.4 if points > 6 else 6.2, ha="right" if last else "left", va="center")
