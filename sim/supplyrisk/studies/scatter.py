"""Runs as dots in the inputs of a box, those that cross the line filled, with the box drawn in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..report import style
from .answer import Chart
from .inputs import Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_DOTS = 1500
Part = tuple[Any, str, Scale, tuple[float, float]]  # values, label, scale, limits


def box_chart(name: str, number: int, said: str, axes: Sequence[Part], y: Any, values: Any, unit: str) -> Chart:
    """A scatter of one or two inputs; of one input its ranks stand against the outcome."""
    import pandas as pd

    frames = [_drawn(*part) for part in axes]
    x, x_label, _, x_ends = frames[0]
    frame = pd.DataFrame({x_label: axes[0][0], "outcome": values, "crosses": y.astype(int)})
    if len(axes) > 1:
        frame.insert(1, axes[1][1], axes[1][0])
    few = slice(0, MOST_DOTS)

    def draw(layout: style.Layout) -> Figure:
        figure = style.new_figure(layout, 4.2)
        ax = figure.subplots()
        up = frames[1][0] if len(axes) > 1 else values
        for crossed, colour, label in ((False, style.BASELINE, "does not"), (True, style.SCENARIO, "crosses the line")):
            chosen = y[few] == crossed
            face = colour if crossed else "none"
            ax.scatter(
                x[few][chosen],
                up[few][chosen],
                s=11,
                facecolors=face,
                edgecolors=colour,
                linewidths=0.6,
                alpha=0.6,
                label=label,
            )
        _frame(ax, x_ends, frames[1][3] if len(axes) > 1 else (-math.inf, math.inf))
        _scaled(ax, "x", axes[0][2], x_label, layout)
        if len(axes) > 1:
            _scaled(ax, "y", axes[1][2], axes[1][1], layout)
        else:
            ax.set_ylabel(f"outcome, {unit}")
        figure.legend(loc="outside lower left", ncols=2, fontsize=8)
        style.add_title(figure, f"Box {number + 1}: where {said}", "One dot per run; the frame is the box", layout)
        return figure

    caption = "A box that restricts more than two inputs is drawn in the two that come back most surely when runs are resampled."
    return Chart(name, f"Where {said}", caption, draw, frame)


def _drawn(values: Any, label: str, scale: Scale, limits: tuple[float, float]) -> Part:
    """An axis in the unit in which it is written."""
    return values * scale.factor, label, scale, (limits[0] * scale.factor, limits[1] * scale.factor)


def _frame(ax: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    """The limits of the box, to the edge where it has none."""
    from matplotlib.patches import Rectangle

    ends = [
        (low if math.isfinite(low) else bounds[0], high if math.isfinite(high) else bounds[1])
        for (low, high), bounds in zip((x, y), (ax.get_xlim(), ax.get_ylim()))
    ]
    (x0, x1), (y0, y1) = ends
    ax.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=style.INK, linewidth=1.4, zorder=5))
    ax.set_xlim(ax.get_xlim())
    ax.set_ylim(ax.get_ylim())


def _scaled(ax: Axes, axis: str, scale: Scale, label: str, layout: style.Layout) -> None:
    from matplotlib.ticker import FuncFormatter

    which = ax.xaxis if axis == "x" else ax.yaxis
    which.set_major_formatter(
        FuncFormatter(lambda value, _place: scale.said(float(np.round(value / scale.factor, 12))))
    )
    (ax.set_xlabel if axis == "x" else ax.set_ylabel)("\n".join(style.lines_of(label, 46)))
    if axis == "x" and layout.columns == 1:
        which.set_major_locator(_few())


def _few() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(4)
