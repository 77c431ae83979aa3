"""Policies against the scenario on the same draws: paired differences with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import style
from ..pick import Spread, spread
from ..rounding import with_interval
from ..run import Run
from ..sketch import Drawn, Sketch
from .base import ReportFigure
from .distributions import Quantity, headline_quantities

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class PoliciesCompared(ReportFigure):
    name = "policies_compared"
    explains = "What each policy changes against the scenario on the same draws: median, 50 % and 90 % of runs."
    needs = ("policies",)

    def available(self, run: Run) -> bool:
        return bool(run.policies) and bool(_rows(run))

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        rows = _rows(run)
        wanted = list(dict.fromkeys(q for q, _, _ in rows))
        sketch = Sketch(run, layout, len(wanted), 0.4 + 0.42 * len(run.policies), columns=2)
        for ax, q in zip(sketch.axes, wanted, strict=True):
            _panel(sketch, ax, q, [(p, s) for other, p, s in rows if other == q])
        return sketch.finish(
            "What each policy changes",
            "Difference from the scenario, run by run on the same draws. Dot: median; thick bar: 50 %; thin bar: 90 % of "
            "runs. Left of zero is relief.",
            "A bar that stays left of the zero line is relief in nearly every run; one that crosses it helps in some worlds "
            "and not in others. Differences are paired: each run meets the same outages, licences and behaviour with and "
            "without the policy.",
            events=False,
        )


def _rows(run: Run) -> list[tuple[Quantity, str, Spread]]:
    found = []
    for q in headline_quantities(run):
        for policy in run.policies:
            s = spread(run, q.metric, f"policy:{policy}-scenario", q.product, q.place)
            if s is not None and s.n:
                found.append((q, policy, s))
    return found


def _panel(sketch: Sketch, ax: Axes, q: Quantity, rows: list[tuple[str, Spread]]) -> None:
    import textwrap

    from matplotlib.ticker import FuncFormatter, MaxNLocator

    from .distributions import _tick

    run = sketch.run
    low, high = min(0.0, *(s.p5 for _, s in rows)), max(0.0, *(s.p95 for _, s in rows))
    if high == low:
        low, high = -1.0, 1.0
    room = high - low
    ax.set_xlim(low - 0.06 * room, high + 0.06 * room)
    ax.axvline(0.0, color=style.INK, linewidth=0.9)
    for row, (policy, s) in enumerate(rows):
        y = len(rows) - 1 - row
        colour = style.arm_colour(f"policy:{policy}", run.policies)
        ax.plot([s.p5, s.p95], [y, y], color=colour, linewidth=1.6)
        ax.plot([s.p25, s.p75], [y, y], color=colour, linewidth=5.0, solid_capstyle="butt")
        ax.plot([s.p50], [y], "o", color="white", markeredgecolor=colour, markersize=5.5, zorder=5)
        unit = "points" if q.unit == "%" else q.unit
        value, between = with_interval(s.p50, s.p5, s.p95, unit)
        text = value + (f"  ({between})" if between else "")
        ax.annotate(
            text,
            xy=(0.0, y),
            xycoords=("axes fraction", "data"),
            xytext=(2, 8),
            textcoords="offset points",
            fontsize=7.3,
            color=style.QUIET,
            va="center",
            zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
        )
        arm = f"policy:{policy}-scenario"
        sketch.record_spread(s, arm=arm, metric=q.metric, product=q.product or "all", place=q.place)
    names = [textwrap.fill(p.replace("_", " "), 16) for p, _ in rows]
    ax.set_yticks(range(len(rows)), list(reversed(names)))
    for tick, (policy, _) in zip(ax.get_yticklabels(), reversed(rows), strict=True):
        tick.set_color(style.arm_colour(f"policy:{policy}", run.policies))
        tick.set_fontweight("bold")
    ax.set_ylim(-0.5, len(rows) - 0.35)
    ax.grid(visible=False)
    ax.grid(visible=True, axis="x")
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.xaxis.set_major_formatter(FuncFormatter(_tick("points" if q.unit == "%" else q.unit)))
    ax.set_title(sketch.wrap(q.title, lost=1.15))
