"""Tile map of the world, coloured by how much of its use a country loses, and the countries ranked by it."""

from __future__ import annotations

import bisect
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .. import style
from ..country_losses import country_losses
from ..rounding import with_interval
from ..run import Run
from ..sketch import Drawn, Sketch
from ..words import small
from ..world_tiles import COLUMNS, ROWS, TILES, place_of
from .base import ReportFigure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MILD = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)  # weeks at which the shade changes
HARD = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0)  # where most would be darkest otherwise
SHADES = ("#fbf4ec", "#fde3c8", "#fbc48d", "#f09a55", "#d9622b", "#a5340f", "#641a05")
DARK = 4  # from this shade on letters are white
LAND = "#ebe6e1"  # countries that the model does not tell apart, or where nothing is used


class ExposureTiles(ReportFigure):
    name = "exposure_tiles"
    explains = "World map in tiles and ranking of countries by the use they lose, in weeks of their normal use."
    needs = ("events",)

    def available(self, run: Run) -> bool:
        return len(country_losses(run)) > 0

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        table = country_losses(run)
        ranked = 0.35 + (0.185 if layout.columns > 1 else 0.27) * len(table)
        if layout.columns > 1:
            sketch = Sketch(run, layout, 2, max(2.9, ranked), columns=2, ratios=(1.6, 1.0))
        else:
            world = 0.98 * layout.width / COLUMNS * ROWS
            sketch = Sketch(run, layout, 2, (world + ranked) / 2, columns=1, ratios=(world, ranked))
        _world(sketch, sketch.axes[0], table)
        _ranking(sketch, sketch.axes[1], table)
        sketch.record(table.assign(arm=run.main_arm, unit="weeks of normal use"))
        what = " and ".join(small(run.label(p)) for p in run.final_products)
        return sketch.finish(
            "Who loses how much",
            f"Weeks of normal use of {what} lost over the whole period, physically missing and given up because of the "
            "price. Colour and dot: median run; bar: 80 % band.",
            f"One tile is one country, roughly where it lies; darker is worse.{_groups(run)} One week lost is about 2 % of a "
            "year's use.",
            events=False,
        )


def _groups(run: Run) -> str:
    """What stands on the map for more than itself."""
    union = [run.with_article(run.label(c)) for c in run.countries if c in ("REU", "EU")]
    text = f" Members of the EU without a code have the colour of {union[0]}." if union else ""
    return text + (" Grey: counted together as the rest of the world." if "ROW" in run.countries else "")


def steps_of(table: pd.DataFrame) -> tuple[float, ...]:
    """Steps of the scale that tells the countries apart."""
    return MILD if not len(table) or float(table["p50"].median()) < MILD[-1] else HARD


def _shade(weeks: float, steps: tuple[float, ...]) -> str:
    return SHADES[bisect.bisect_right(steps, weeks)]


def _world(sketch: Sketch, ax: Axes, table: pd.DataFrame) -> None:
    """The map: every country in the colour of the place of the model that it belongs to."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    median = {str(r["place"]): float(r["p50"]) for r in table.to_dict("records")}
    places, steps = set(sketch.run.countries), steps_of(table)
    ax.set_xlim(0, COLUMNS)
    ax.set_ylim(ROWS, 0)
    ax.set_aspect("equal", anchor="NW")
    ax.set_axis_off()
    tiles, colours, edges = [], [], []
    for code, (x, y) in TILES.items():
        place = place_of(code, places)
        own = code in places
        tiles.append(Rectangle((x + 0.04, y + 0.04), 0.92, 0.92))
        colours.append(_shade(median[place], steps) if place in median and place != "ROW" else LAND)
        edges.append("#5f4a3d" if own else "#ffffff")
        if own:
            dark = place in median and bisect.bisect_right(steps, median[place]) >= DARK
            size = 5.4 if sketch.layout.columns > 1 else 4.6
            ink = "white" if dark else style.INK
            ax.text(x + 0.5, y + 0.53, code, fontsize=size, fontweight="bold", color=ink, ha="center", va="center")
    ax.add_collection(PatchCollection(tiles, facecolors=colours, edgecolors=edges, linewidths=0.6))
    _legend(ax, steps, 6.4 if sketch.layout.columns > 1 else 5.6)


def _legend(ax: Axes, steps: tuple[float, ...], size: float) -> None:
    """Steps of colour, in the empty south-west of the map."""
    from matplotlib.patches import Rectangle

    names = [f"under {steps[0]:g}", *(f"{a:g} to {b:g}" for a, b in pairwise(steps)), f"over {steps[-1]:g} weeks"]
    top = 12.2
    step = (ROWS - top) / len(SHADES)
    for number, (colour, name) in enumerate(zip(SHADES, names, strict=True)):
        y = top + step * number
        ax.add_patch(Rectangle((0.1, y), 0.9, 0.8 * step, facecolor=colour, edgecolor="#b5a99f", linewidth=0.5))
        ax.text(1.3, y + 0.4 * step, name, fontsize=size, color=style.INK, va="center")


def _ranking(sketch: Sketch, ax: Axes, table: pd.DataFrame) -> None:
    """Places in order of their loss, with its interval."""
    from matplotlib.ticker import MaxNLocator

    rows = table.sort_values(["p50", "p90"], ascending=False, kind="stable").to_dict("records")
    top = max((float(r["p90"]) for r in rows), default=0.0) or 1.0
    narrow, steps = sketch.layout.columns < 2, steps_of(table)
    for y, row in enumerate(rows):
        low, middle, high = (float(row[c]) for c in ("p10", "p50", "p90"))
        ax.plot([low, high], [y, y], color="#b9a18f", linewidth=2.6, solid_capstyle="butt", zorder=2)
        ax.plot(
            [middle],
            [y],
            "o",
            color=_shade(middle, steps),
            markeredgecolor="#5f4a3d",
            markeredgewidth=0.7,
            markersize=5,
        )
        value, between = with_interval(middle, low, high, "")
        note = f"{value} ({between})" if between else value
        name = sketch.run.label(str(row["place"]))
        where: Any = {"xycoords": ("axes fraction", "data"), "fontsize": 7.4, "va": "center", "color": style.INK}
        ax.annotate(name, xy=(0.0, y - 0.42) if narrow else (-0.03, y), ha="left" if narrow else "right", **where)
        ax.annotate(note, xy=(1.0, y - 0.42) if narrow else (1.03, y), ha="right" if narrow else "left", **where)
    ax.set_xlim(-0.02 * top, 1.04 * top)
    ax.set_ylim(len(rows) - 0.5, -1.0 if narrow else -0.6)
    ax.set_yticks([])
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=top >= 4))
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    ax.spines["left"].set_visible(False)
    ax.set_title("Weeks of normal use lost", pad=5)
