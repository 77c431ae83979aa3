"""Combinations as dots of cost and loss, with the Pareto front as a line and what is chosen by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..report import style
from .answer import Chart
from .charts import unit_axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Dots = tuple[Any, Any, Sequence[int], Mapping[int, str]]  # cost, loss, front, names of what is chosen


def front_chart(name: str, title: str, subtitle: str, dots: Dots, unit: str, caption: str, frame: Any) -> Chart:
    """Cost along, loss up."""
    cost, loss, front, chosen = dots

    def draw(layout: style.Layout) -> Figure:
        figure = style.new_figure(layout, 4.0 + 0.2 * len(chosen))
        ax = figure.subplots()
        ax.scatter(cost, loss, s=13, color=style.BASELINE, alpha=0.5, linewidths=0)
        ax.plot(cost[list(front)], loss[list(front)], color=style.SCENARIO, marker="o", markersize=4, linewidth=1.4)
        ax.scatter(cost[:1], loss[:1], s=46, marker="s", color=style.INK, zorder=5, label="no measure")
        for number, (c, text) in enumerate(chosen.items()):
            colour = style.POLICIES[number % len(style.POLICIES)]
            said = "\n".join(style.lines_of(text, 90 if layout.columns > 1 else 44))
            ax.scatter(cost[[c]], loss[[c]], s=62, color=colour, zorder=6, label=said, edgecolors="white")
        ax.axvline(0.0, color=style.INK, linewidth=0.7)
        ax.set_xlabel("cost in public money, mean over runs and futures")
        ax.grid(visible=True, axis="both")
        unit_axis(ax, "USD", "x")
        unit_axis(ax, unit)
        figure.legend(loc="outside lower left", fontsize=8)
        style.add_title(figure, title, subtitle, layout)
        return figure

    return Chart(name, title, caption, draw, frame)
