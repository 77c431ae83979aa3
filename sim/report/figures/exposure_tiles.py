"""Tile map: one square per country, coloured by how much of its use it loses."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .. import style
from ..rounding import together
from ..run import Run
from ..sketch import Drawn, Sketch
from ..words import small
from .base import ReportFigure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Column and row of each country on a schematic map of the world; catch-alls stand at the lower right.
TILES: dict[str, tuple[int, int]] = {
    "CA": (0, 1), "US": (0, 2), "MX": (0, 3), "BR": (2, 5), "CL": (1, 6), "AR": (2, 6), "PE": (1, 5),
    "GB": (4, 1), "NO": (5, 0), "SE": (6, 0), "FI": (7, 0), "EE": (7, 1), "NL": (5, 1), "BE": (5, 2), "FR": (4, 2),
    "DE": (6, 1), "PL": (7, 2), "CZ": (6, 2), "AT": (6, 3), "CH": (5, 3), "ES": (4, 3), "PT": (3, 3), "IT": (5, 4),
    "EU": (6, 1), "REU": (6, 2), "UA": (8, 2), "RU": (9, 1), "TR": (8, 3), "MA": (4, 4), "ZA": (6, 6), "CD": (6, 5),
    "NG": (5, 5), "MG": (7, 6), "TZ": (7, 5), "NA": (5, 6), "SA": (8, 4), "AE": (9, 4), "IL": (7, 4), "KZ": (9, 2),
    "UZ": (9, 3), "KG": (10, 2), "TJ": (10, 3), "MN": (11, 1), "CN": (11, 2), "KR": (12, 2), "JP": (13, 2),
    "TW": (12, 3), "IN": (10, 4), "PK": (9, 5), "MM": (11, 4), "TH": (11, 5), "LA": (12, 4), "VN": (13, 4),
    "MY": (11, 6), "SG": (12, 6), "ID": (12, 7), "PH": (13, 5), "AU": (13, 7), "NZ": (14, 8), "ROW": (14, 6),
}  # fmt: skip
STEPS = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)
SHADES = ("#fbf4ec", "#fde3c8", "#fbc48d", "#f09a55", "#d9622b", "#a5340f", "#641a05")


class ExposureTiles(ReportFigure):
    name = "exposure_tiles"
    explains = "Tile map of countries by the use they lose, in weeks of their normal use of final products."
    needs = ("events",)

    def available(self, run: Run) -> bool:
        return len(losses(run)) > 0

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        table = losses(run)
        spots = _places([str(c) for c in table["place"]])
        columns = 1 + max(x for x, _ in spots.values())
        rows = 1 + max(y for _, y in spots.values())
        sketch = Sketch(
            run, layout, 1, layout.width / max(columns, 6) * rows * (0.95 if layout.columns < 2 else 0.68), columns=1
        )
        _tiles(sketch, sketch.axes[0], table, spots, columns, rows)
        sketch.record(table.assign(arm=run.main_arm, unit="weeks of normal use"))
        what = " and ".join(small(run.label(p)) for p in run.final_products)
        return sketch.finish(
            "Who loses how much",
            f"Weeks of normal use of {what} lost over the whole period, unserved and priced out; median run and, in brackets, "
            "90 % of runs.",
            "Each tile is a country at its rough place on the map; darker is worse. One week lost is about 2 % of a year's use."
            f"{_key(run)}",
            events=False,
        )


def _key(run: Run) -> str:
    """What the codes stand for that are not a country's own."""
    odd = [f"{c}: {small(run.label(c))}" for c in run.countries if len(c) != 2 or c == "EU"]
    return f" {', '.join(odd)}." if odd else ""


def losses(run: Run) -> pd.DataFrame:
    """Per country: quantiles over runs of all final products' lost use, in weeks of normal use."""
    import numpy as np
    import pandas as pd

    columns = ["place", "p5", "p50", "p95"]
    data = run.outcomes(
        "shortage_t", [run.main_arm], product=list(run.final_products), place=list(run.countries), end_use=""
    )
    if data.empty:
        return pd.DataFrame(columns=columns)
    wide = data.groupby(["place", "run"], observed=True)["value"].sum().unstack("run")
    rows = []
    for place in [c for c in run.countries if c in wide.index]:
        use = 0.0
        for product in run.final_products:
            fan = run.fan(
                "wanted_t",
                "baseline" if "baseline" in run.arms else run.main_arm,
                product=product,
                place=place,
                end_use="",
            )
            use += float(fan.at(0.5).mean()) if fan is not None and len(fan.values) else 0.0
        if use > 0:
            quantiles = np.nanquantile(wide.loc[place].to_numpy(dtype=float), (0.05, 0.5, 0.95)) / use
            rows.append((place, *(float(q) for q in quantiles)))
    return pd.DataFrame(rows, columns=columns)


def _places(codes: list[str]) -> dict[str, tuple[int, int]]:
    """Tile positions without empty rows and columns; unknown codes go into a row of their own below."""
    known = {c: TILES[c] for c in codes if c in TILES}
    xs = {x: i for i, x in enumerate(sorted({x for x, _ in known.values()}))}
    ys = {y: i for i, y in enumerate(sorted({y for _, y in known.values()}))}
    spots = {c: (xs[x], ys[y]) for c, (x, y) in known.items()}
    for number, code in enumerate(c for c in codes if c not in TILES):
        spots[code] = (number, len(ys))
    return spots


def _tiles(
    sketch: Sketch, ax: Axes, table: pd.DataFrame, spots: dict[str, tuple[int, int]], columns: int, rows: int
) -> None:
    import bisect

    from matplotlib.patches import FancyBboxPatch, Rectangle

    narrow = sketch.layout.columns < 2
    size = 7.0 if narrow else 8.5
    ax.set_xlim(-0.05, max(columns, 6))
    ax.set_ylim(rows + (0.75 if not narrow else 1.1), -0.05)
    ax.set_axis_off()
    for row in table.to_dict("records"):
        x, y = spots[str(row["place"])]
        rank = bisect.bisect_right(STEPS, float(row["p50"]))
        ink = "white" if rank >= 4 else style.INK
        box = FancyBboxPatch((x + 0.06, y + 0.06), 0.86, 0.86, boxstyle="round,pad=0,rounding_size=0.06")
        box.set(facecolor=SHADES[rank], edgecolor="#8a7565", linewidth=0.6)
        ax.add_patch(box)
        (middle, low, high), _, _ = together([float(row[c]) for c in ("p50", "p5", "p95")], "")
        kwargs: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
        code = str(row["place"])
        name = code if narrow else sketch.fold(sketch.run.label(code), 13)
        below = 0.06 if "\n" in name else 0.0
        small = size if narrow else size - 1.2
        ax.text(x + 0.49, y + 0.25, name, fontsize=small, fontweight="bold", linespacing=1.0, **kwargs)
        ax.text(x + 0.49, y + 0.54 + below, middle, fontsize=size + 0.5, **kwargs)
        ax.text(x + 0.49, y + 0.77 + below / 2, f"({low}–{high})", fontsize=size - (1.8 if narrow else 1.2), **kwargs)
    names = [f"under {STEPS[0]:g}", *(f"{a:g}–{b:g}" for a, b in pairwise(STEPS)), f"over {STEPS[-1]:g} weeks"]
    handles = [Rectangle((0, 0), 1, 1, facecolor=c, edgecolor="#bbbbbb", linewidth=0.5) for c in SHADES]
    ax.legend(
        handles, names, loc="lower left", ncols=4 if narrow else 7, fontsize=7.5, handlelength=1.2, columnspacing=1.0,
        borderpad=0.0, bbox_to_anchor=(0.0, 0.0),
    )  # fmt: skip
