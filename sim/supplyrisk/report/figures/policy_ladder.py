"""One measure at several sizes: what is lost at each size, against the scenario without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import style
from ..case import Case
from ..gaps import price_of
from ..hedges import named
from ..ladders import Ladder, ladders
from ..pick import Spread, headline_price
from ..policy_rank import loss_of, ranking
from ..run import Run
from ..sketch import Drawn, Sketch
from .base import ReportFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PLACES = 4


class PolicyLadder(ReportFigure):
    name = "policy_ladder"
    explains = "Policies that are one measure at several sizes: what is lost at each size, median, 50 % and 80 % band."
    needs = ("policies",)

    def available(self, run: Run) -> bool:
        return bool(_panels(run))

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        panels = _panels(run)
        sketch = Sketch(run, layout, len(panels), 2.1, columns=2)
        for ax, (ladder, case) in zip(sketch.axes, panels, strict=True):
            _panel(sketch, ax, ladder, case)
        price = ranking(run).case.kind == "price"
        what = "Highest quoted price" if price else "Weeks of normal use lost"
        return sketch.finish(
            "What each size of a measure brings",
            f"{what} at each size. Dots: median; thick bars: 50 %, thin bars: 80 % band. Dashed line and shaded band: the "
            "scenario without the measure, median and 80 % band.",
            "Where the curve falls, a larger size helps further; where it is flat, more of the measure brings nothing. All sizes "
            "meet the same draws, so that the steps between medians are their own.",
            events=False,
        )


def _panels(run: Run) -> list[tuple[Ladder, Case]]:
    """A panel for every ladder and place: that of the answer and the others asked about."""
    case = ranking(run).case if run.policies else None
    if case is None:
        return []
    others = [p for p in run.asked_places if p != case.place] if case.kind != "price" else []
    cases = [
        case,
        *(Case(case.kind, case.product, place, case.end_use, case.often) for place in others[: MOST_PLACES - 1]),
    ]
    pairs = [(ladder, each) for ladder in ladders(run) for each in cases]
    return [(ladder, each) for ladder, each in pairs if _spreads(run, ladder, each) is not None]


def _spreads(run: Run, ladder: Ladder, case: Case) -> list[Spread] | None:
    """The loss at every size; None if one was not reported."""
    found = [loss_of(run, case, f"policy:{policy}") for policy in ladder.policies]
    kept = [s for s in found if s is not None and s.n]
    return kept if len(kept) == len(found) else None


def _panel(sketch: Sketch, ax: Axes, ladder: Ladder, case: Case) -> None:
    run = sketch.run
    spreads = _spreads(run, ladder, case) or []
    names = {"product": case.product, "place": case.place, "end_use": case.end_use or "all"}
    low, high = ladder.sizes[0], ladder.sizes[-1]
    pad = 0.08 * (high - low)
    base = loss_of(run, case, run.main_arm)
    if base is not None and base.n:
        colour = style.arm_colour("scenario")
        ax.axhspan(base.p10, base.p90, color=colour, alpha=0.1, linewidth=0, zorder=1)
        ax.axhline(base.p50, color=colour, linestyle=(0, (4, 2)), linewidth=1.0, zorder=2)
        ax.annotate(
            "without", xy=(high + 0.9 * pad, base.p50), ha="right", va="bottom", fontsize=7.5, color=colour, zorder=6
        )
        sketch.record_spread(base, arm=run.main_arm, size="", size_unit=ladder.unit, **names)
    colour = style.arm_colour(f"policy:{ladder.policies[0]}", run.policies)
    for policy, size, s in zip(ladder.policies, ladder.sizes, spreads, strict=True):
        ax.plot([size, size], [s.p10, s.p90], color=colour, linewidth=1.4, zorder=3)
        ax.plot([size, size], [s.p25, s.p75], color=colour, linewidth=4.5, solid_capstyle="butt", zorder=3)
        sketch.record_spread(s, arm=f"policy:{policy}", size=f"{size:g}", size_unit=ladder.unit, **names)
    ax.plot(ladder.sizes, [s.p50 for s in spreads], color=colour, linewidth=1.4, zorder=4)
    ax.plot(
        ladder.sizes, [s.p50 for s in spreads], "o", color="white", markeredgecolor=colour, markersize=5.5, zorder=5
    )
    _axes(ax, ladder, case, (low - pad, high + pad))
    ax.set_title(sketch.wrap(_title(run, ladder, case), lost=0.9))


def _axes(ax: Axes, ladder: Ladder, case: Case, limits: tuple[float, float]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    from .distributions import tick

    ax.set_xlim(*limits)
    close = (limits[1] - limits[0]) / 12  # nearer sizes would write their numbers over each other
    apart = all(b - a > close for a, b in zip(ladder.sizes, ladder.sizes[1:]))
    ticks = ladder.sizes if apart else (ladder.sizes[0], ladder.sizes[-1])
    last = ticks[-1]
    ax.set_xticks(
        ticks, [f"{x:,g}" + (f" {ladder.unit}" if x == last and len(ladder.unit) <= 8 else "") for x in ticks]
    )
    if case.kind != "price":
        ax.set_ylim(bottom=0.0)
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.yaxis.set_major_formatter(FuncFormatter(tick("index" if case.kind == "price" else "weeks")))


def _title(run: Run, ladder: Ladder, case: Case) -> str:
    measure = ladder.measure[:1].upper() + ladder.measure[1:]
    unit = f", {ladder.unit}" if ladder.unit else ""
    if case.kind == "price":
        product, zone = headline_price(run)
        return f"{measure}{unit}: highest week of the {price_of(run, product, zone)}"
    what = "physically missing" if case.loss == "missing" else "given up because of the price"
    use = f" for {named(run, case.end_use)}" if case.end_use else ""
    return f"{measure}{unit}: {named(run, case.product)}{use} {what} {run.where(case.place)}"
