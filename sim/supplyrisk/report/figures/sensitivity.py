"""Which uncertain numbers matter: rank correlation of every drawn number with the headline outcomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .. import style
from ..enough import FEWEST_RUNS
from ..once import once_per_run
from ..pick import values
from ..run import Run
from ..sketch import Drawn, Sketch
from ..words import small
from .base import ReportFigure
from .distributions import Quantity, headline_quantities

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ...spec.resolved import SampledColumn

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


@once_per_run
def correlations(run: Run, q: Quantity) -> pd.DataFrame:
    """Spearman's rank correlation of each uncertain number with an outcome of the main arm.

    Returns
    -------
    DataFrame
        input, rho, low, high (90 % interval by Fisher's transformation), n.
    """
    import numpy as np
    import pandas as pd

    outcome = run.outcomes(q.metric, [run.main_arm], product=q.product, place=q.place, end_use=q.end_use)
    merged = outcome[["run", "value"]].merge(run.runs, on="run").dropna(subset=["value"])
    n = len(merged)
    y = merged["value"].rank().to_numpy()
    rows = []
    for name in _inputs(run):
        if name not in merged:
            continue
        x = merged[name].rank().to_numpy()
        if n <= 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
            continue
        rho = float(np.clip(np.corrcoef(x, y)[0, 1], -1.0, 1.0))
        z, half = np.arctanh(rho * 0.9999999), 1.645 * 1.03 / np.sqrt(n - 3)
        low, high = float(np.tanh(z - half)), float(np.tanh(z + half))
        rows.append((name, rho, min(low, rho), max(high, rho), n))
    return pd.DataFrame(rows, columns=["input", "rho", "low", "high", "n"])


def _inputs(run: Run) -> list[str]:
    """One name per family of numbers that move together: the first of the family."""
    return [members[0].name for members in families(run)]


@once_per_run
def families(run: Run) -> list[list[SampledColumn]]:
    """Uncertain numbers that share their quantile."""
    seen: dict[str, list[SampledColumn]] = {}
    for column in run.sampled:
        if column.kind != "fixed":
            seen.setdefault(column.group or column.name, []).append(column)
    return list(seen.values())


@once_per_run
def parameter_words(run: Run) -> dict[str, str]:
    """What each parameter is called in words, as the run folder's `sources.csv` says."""
    return {row["parameter"]: row["what"] for row in run.sources if row.get("what")}


_UNIT_TAIL = re.compile(r"_(t_per_year|t_per_t|usd_per_t|usd_per_kg|per_year|per_week|weeks|days|index)$")


def input_label(run: Run, name: str) -> str:
    """ "users' stocks, high-temperature magnets" for `cover_weeks.ht_magnet`; a group says how many it moves."""
    head, *rest = name.split(".")
    if head in ("events", "policies", "outlook") and rest:
        parts = [r.replace("_", " ") for r in rest if r != "events"]
        return f"{parts[0]}: {', '.join(parts[1:])}" if len(parts) > 1 else parts[0]
    words = parameter_words(run).get(head) or _UNIT_TAIL.sub("", head).replace("_", " ")
    family = next((f for f in families(run) if any(c.name == name for c in f)), [])
    if len(family) > 1:
        group = family[0].group
        extra = [w for w in group.split("_") if w and w.lower() not in head.split("_")]
        which = " ".join(run.label(w) if w in (*run.countries, *run.zones) else w for w in extra)
        return f"{words}{', ' + which if which else ''} ({len(family)} numbers)"
    parts = [
        small(run.label(p)) if p in run.names and p not in run.countries else run.label(p) for p in rest if p != "all"
    ]
    return ", ".join([words, *parts])


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
