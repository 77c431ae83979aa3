"""Distributions over runs: histograms and exceedance curves of the headline numbers, arm by arm."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...results.quantiles import quantiles
from ...results.stored import SHAPE_RUNS
from .. import style
from ..enough import FEWEST_RUNS
from ..pick import spread, values
from ..quantities import Quantity, headline_quantities
from ..run import Run
from ..sketch import Drawn, Sketch
from .base import ReportFigure

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

MOST_ARMS = 5
BINS = 24


class Distributions(ReportFigure):
    name = "distributions"
    explains = (
        "Histogram and exceedance curve over runs: the price's highest week, use missing, use given up, output at risk, "
        "arm by arm."
    )
    needs = ("events",)

    def available(self, run: Run) -> bool:
        return run.n_ok >= 2 and bool(headline_quantities(run))

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        wanted = headline_quantities(run)
        arms = list(run.arms)[:MOST_ARMS]
        height = 0.55 + 0.3 * len(arms)
        sketch = Sketch(run, layout, 2 * len(wanted), max(height, 1.35), columns=2)
        for number, q in enumerate(wanted):
            draws = _settled({arm: _finite(run, q, arm) for arm in arms})
            left, right = sketch.axes[2 * number], sketch.axes[2 * number + 1]
            _histograms(sketch, left, q, draws)
            _exceedance(sketch, right, q, draws)
        return sketch.finish(
            "How far it can go: distributions over runs",
            "Histogram of the runs, one row per arm: the dot is the median, the bar is the 80 % band. "
            "Curves: share of runs that exceed the value.",
            _risk(run)
            + "All arms use the same draws, so that the distance between two curves is what the events or the "
            f"policy do. {run.policy_key}".rstrip(),
            events=False,
        )


def _risk(run: Run) -> str:
    if run.n_ok > SHAPE_RUNS:
        return f"Shapes are those of the first {SHAPE_RUNS:,} runs, dots and bars of all. "
    if run.n_ok < FEWEST_RUNS:
        return ""
    return "Read the curves as risk: where a curve crosses 10 %, one run in ten is worse. "


def _finite(run: Run, q: Quantity, arm: str) -> np.ndarray:
    import numpy as np

    x = values(run, q.metric, arm, q.product, q.place, q.end_use)
    finite: np.ndarray = x[np.isfinite(x)]
    return finite


def _settled(draws: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rounding errors taken for what they are: of a sum that is 0, of a price that never leaves 1."""
    import numpy as np

    scale = max((float(np.abs(x).max()) for x in draws.values() if len(x)), default=0.0) or 1.0
    return {arm: np.round(x / scale, 9) * scale for arm, x in draws.items()}


def _axis(ax: Axes, q: Quantity, low: float, high: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    pad = 0.03 * (high - low) or 0.5
    ax.set_xlim(low - pad, high + pad)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.xaxis.set_major_formatter(FuncFormatter(tick(q.unit)))
    ax.grid(visible=False)


def tick(unit: str) -> Callable[[float, int | None], str]:
    """How the numbers of an axis are written, by unit."""

    def text(value: float, _position: int | None) -> str:
        sign = "−" if value < 0 else ""
        if unit == "USD":
            for size, name in ((1e12, "tn"), (1e9, "bn"), (1e6, "m")):
                if abs(value) >= size:
                    return f"{sign}${abs(value) / size:g} {name}"
            return f"{sign}${abs(value):g}"
        return f"{sign}{abs(value):g}" + {"index": "×", "%": " %", "weeks": " wk", "points": " pts"}.get(unit, "")

    return text


def _range(draws: dict[str, np.ndarray]) -> tuple[float, float]:
    import numpy as np

    together = np.concatenate(list(draws.values()))
    if not len(together):
        return 0.0, 1.0
    low, high = float(together.min()), float(quantiles(together, (0.999,))[0])
    if high > low:
        return low, high
    return (0.0, 1.0) if low == 0 else (low - 0.5, low + 0.5)


def _histograms(sketch: Sketch, ax: Axes, q: Quantity, draws: dict[str, np.ndarray]) -> None:
    import numpy as np
    import pandas as pd

    run = sketch.run
    low, high = _range(draws)
    edges = np.linspace(low, high, BINS + 1)
    ticks = []
    for row, (arm, x) in enumerate(reversed(list(draws.items()))):
        colour = style.arm_colour(arm, run.policies)
        counts, _ = np.histogram(np.clip(x, low, high), edges)
        share = counts / max(len(x), 1)
        scale = 0.78 / share.max() if share.max() > 0 else 0.0
        ax.fill_between(
            edges, row + np.append(scale * share, 0.0), row, step="post", color=colour, alpha=0.45, linewidth=0
        )
        ax.axhline(row, color=style.RULE, linewidth=0.6, zorder=0)
        ticks.append((row, run.arm_label(arm), colour))
        if len(x):
            s = spread(run, q.metric, arm, q.product, q.place, q.end_use)
            p10, p50, p90 = (s.p10, s.p50, s.p90) if s else quantiles(x, (0.10, 0.5, 0.90))
            ax.plot([p10, p90], [row, row], color=colour, linewidth=2.2, zorder=4)
            ax.plot([p50], [row], "o", color=colour, markersize=4.2, zorder=5)
            marks = {"quantile": [0.10, 0.5, 0.90], "value": [p10, p50, p90]}
            sketch.record(pd.DataFrame({"panel": "quantiles", "arm": arm, **_names(q), **marks, "unit": q.unit}))
        bins = {"from": edges[:-1], "to": edges[1:], "value": share}
        sketch.record(pd.DataFrame({"panel": "histogram", "arm": arm, **_names(q), **bins, "unit": "share of runs"}))
    ax.set_yticks([y + 0.12 for y, _, _ in ticks], [text for _, text, _ in ticks])
    for tick, (_, _, colour) in zip(ax.get_yticklabels(), ticks, strict=True):
        tick.set_color(colour)
        tick.set_fontweight("bold")
    ax.set_ylim(-0.25, len(draws))
    ax.spines["left"].set_visible(False)
    _axis(ax, q, low, high)
    ax.set_title(sketch.wrap(q.title, lost=1.15))


def _names(q: Quantity) -> dict[str, str]:
    return {"metric": q.metric, "product": q.product or "all", "place": q.place, "end_use": q.end_use or "all"}


def _exceedance(sketch: Sketch, ax: Axes, q: Quantity, draws: dict[str, np.ndarray]) -> None:
    import numpy as np
    import pandas as pd
    from matplotlib.ticker import FuncFormatter

    run = sketch.run
    low, high = _range(draws)
    grid = np.linspace(low, high, 161)
    for arm, x in draws.items():
        if not len(x):
            continue
        above = 1.0 - np.searchsorted(np.sort(x), grid, side="right") / len(x)
        colour = style.arm_colour(arm, run.policies)
        ax.plot(grid, above, color=colour, linestyle=style.arm_dash(arm), zorder=5 if arm == "scenario" else 4)
        rows = {"from": grid, "value": above, "unit": "share of runs above"}
        sketch.record(pd.DataFrame({"panel": "exceedance", "arm": arm, **_names(q), **rows}))
    _axis(ax, q, low, high)
    ax.grid(visible=True, axis="y")
    ax.set_ylim(-0.02, 1.04)
    ax.set_yticks([0.0, 0.1, 0.5, 0.9, 1.0])
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _p: f"{100 * v:.0f} %"))
    ax.set_title("Share of runs above the value")
