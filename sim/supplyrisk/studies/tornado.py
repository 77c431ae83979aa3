"""A tornado: what an outcome is at the low and at the high end of every input, the widest on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..report import style
from .answer import Chart
from .charts import unit_axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOW, HIGH = "#0b4f8a", style.SCENARIO


@dataclass(frozen=True)
class Span:
    """An outcome at the low and the high end of an input."""

    label: str
    low: float
    high: float


def tornado(
    name: str, title: str, subtitle: str, spans: Sequence[Span], middle: float, unit: str, caption: str, frame: Any
) -> Chart:
    """Bars around the median: blue to where the input is low, vermilion to where it is high."""

    def draw(layout: style.Layout) -> Figure:
        from matplotlib.patches import Patch
        from matplotlib.ticker import MaxNLocator

        figure = style.new_figure(layout, 1.0 + 0.27 * max(1, len(spans)))
        ax = figure.subplots()
        places = list(range(len(spans)))[::-1]
        for place, span in zip(places, spans):
            ax.barh(place, span.low - middle, left=middle, color=LOW, height=0.62)
            ax.barh(place, span.high - middle, left=middle, color=HIGH, height=0.62, alpha=0.85)
        ax.axvline(middle, color=style.INK, linewidth=0.9)
        width = 46 if layout.columns > 1 else 22
        ax.set_yticks(places, ["\n".join(style.lines_of(span.label, width)) for span in spans])
        ax.grid(visible=True, axis="x")
        ax.grid(visible=False, axis="y")
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=unit in ("weeks", "week", "days")))
        unit_axis(ax, unit, "x")
        handles = [Patch(color=LOW, label="number low"), Patch(color=HIGH, label="number high", alpha=0.85)]
        figure.legend(handles=handles, loc="outside lower left", ncols=2, fontsize=8)
        style.add_title(figure, title, subtitle, layout)
        return figure

    return Chart(name, title, caption, draw, frame)
