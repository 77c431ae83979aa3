"""Policies against the scenario on the same draws: paired differences with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import style
from ..ladders import in_ladders
from ..pick import Spread, spread
from ..policy_rank import ranking
from ..quantities import Quantity, headline_quantities
from ..rounding import with_interval
from ..run import Run
from ..sketch import Drawn, Sketch
from .base import ReportFigure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


MOST_POLICIES = 30


class PoliciesCompared(ReportFigure):
    name = "policies_compared"
    explains = "What each policy changes against the scenario on the same draws: median, 50 % and 80 % band."
    needs = ("policies",)

    def available(self, run: Run) -> bool:
        return bool(_policies(run)) and bool(_rows(run))

    def draw(self, run: Run, layout: style.Layout) -> Drawn:
        drawn = _drawn(run)
        every = _rows(run)
        rows = [row for row in every if row[1] in drawn]
        wanted = list(dict.fromkeys(q for q, _, _ in rows))
        side_by_side = layout.columns > 1
        titles = {p: _title(run, p, side_by_side) for p in drawn}
        lines = max(title.count("\n") for title in titles.values()) + 1
        step = 0.36 + 0.13 * lines  # inches a policy takes: title, numbers, bar
        height = 0.25 + step * len(titles)
        sketch = Sketch(run, layout, len(wanted), height, columns=len(wanted) if side_by_side else 1)
        for number, (ax, q) in enumerate(zip(sketch.axes, wanted, strict=True)):
            shown = titles if number == 0 or not side_by_side else {}
            _panel(sketch, ax, q, [(p, s) for other, p, s in rows if other == q], shown, 0.13 * lines / step)
        sketch.record_spreads([(s, _names(q, policy)) for q, policy, s in every if policy not in drawn])
        return sketch.finish(
            "What each policy changes",
            "Difference from the scenario, run by run on the same draws. Dot and number: median; thick bar: 50 %; thin bar "
            "and brackets: 80 % band. Left of zero is relief.",
            "A bar that stays left of the zero line is relief in at least nine runs of ten; one that crosses it helps in some worlds "
            "and not in others. Differences are paired: each run meets the same outages, licences and behaviour with and "
            f"without the policy.{_left_out(run, drawn)}",
            events=False,
        )


def _title(run: Run, policy: str, wide: bool) -> str:
    title = run.policy_title(policy)
    return Sketch.fold(title[:1].upper() + title[1:], 105 if wide else 52)


def _policies(run: Run) -> list[str]:
    """Policies but those that are one measure at several sizes, which have a figure of their own."""
    ladder = in_ladders(run)
    return [policy for policy in run.policies if policy not in ladder]


def _drawn(run: Run) -> list[str]:
    """Policies that are drawn, in the order of the file: of very many those that avert most."""
    policies = _policies(run)
    if len(policies) <= MOST_POLICIES:
        return policies
    best = [each.policy for each in ranking(run).order if each.policy in set(policies)][:MOST_POLICIES]
    return [policy for policy in policies if policy in best]


def _left_out(run: Run, drawn: list[str]) -> str:
    """What is said of policies that are not drawn."""
    all_of_them = len(_policies(run))
    if len(drawn) == all_of_them:
        return ""
    return f" Drawn are the {len(drawn)} of {all_of_them} policies that avert most; the table of policies has them all."


def _names(q: Quantity, policy: str) -> dict[str, str]:
    """What names a policy's change of a quantity in the figure's table."""
    return {"arm": f"policy:{policy}-scenario", "metric": q.metric, "product": q.product or "all", "place": q.place}


def _rows(run: Run) -> list[tuple[Quantity, str, Spread]]:
    found = []
    for q in headline_quantities(run):
        for policy in _policies(run):
            s = spread(run, q.metric, f"policy:{policy}-scenario", q.product, q.place, q.end_use)
            if s is not None and s.n:
                found.append((q, policy, s))
    return found


def _panel(
    sketch: Sketch, ax: Axes, q: Quantity, rows: list[tuple[str, Spread]], titles: dict[str, str], room: float
) -> None:
    """One quantity: a row per policy; `room` is the part of a row that titles take."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    from .distributions import tick

    run = sketch.run
    low, high = min(0.0, *(s.p10 for _, s in rows)), max(0.0, *(s.p90 for _, s in rows))
    if high == low:
        low, high = -1.0, 1.0
    span = high - low
    ax.set_xlim(low - 0.06 * span, high + 0.06 * span)
    at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "va": "center", "annotation_clip": False, "zorder": 6}
    for y, (policy, s) in enumerate(rows):
        colour = style.arm_colour(f"policy:{policy}", run.policies)
        bar = y + room + 0.78 * (1 - room)
        ax.plot([0.0, 0.0], [bar - 0.19 * (1 - room), y + 1.0], color=style.INK, linewidth=0.9, zorder=1)
        ax.plot([s.p10, s.p90], [bar, bar], color=colour, linewidth=1.6)
        ax.plot([s.p25, s.p75], [bar, bar], color=colour, linewidth=5.0, solid_capstyle="butt")
        ax.plot([s.p50], [bar], "o", color="white", markeredgecolor=colour, markersize=5.5, zorder=5)
        value, between = with_interval(s.p50, s.p10, s.p90, "points" if q.unit == "%" else q.unit)
        text = value + (f" ({_bare(between)})" if between else "")
        ax.annotate(text, xy=(0.0, y + 0.06 + room + 0.22 * (1 - room)), fontsize=6.8, color=style.INK, **at)
        if policy in titles:
            place = (0.0, y + 0.06 + room / 2)
            look: dict[str, Any] = {"fontsize": 8, "color": colour, "fontweight": "bold", "linespacing": 1.1}
            title = ax.annotate(titles[policy], xy=place, **look, **at)
            title.set_in_layout(False)  # it runs across the panels
        if y:
            ax.axhline(y, color=style.RULE, linewidth=0.6)
        sketch.record_spread(s, **_names(q, policy))
    ax.patch.set_visible(False)  # titles run below the panels to the right
    ax.set_yticks([])
    ax.set_ylim(len(rows) + 0.05, 0)
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(3 if sketch.columns > 1 else 5))
    ax.xaxis.set_major_formatter(FuncFormatter(tick("points" if q.unit == "%" else q.unit)))
    ax.set_title(sketch.fold(q.title, 23 if sketch.columns > 1 else 46), pad=4, fontsize=8.4)


def _bare(between: str) -> str:
    """An interval without its unit, which stands with the median: "−11.6 to −2.9"."""
    ends = [part.removeprefix("USD ").split(" ")[0] for part in between.split(" to ")]
    return " to ".join(end.rstrip("×%") for end in ends)
