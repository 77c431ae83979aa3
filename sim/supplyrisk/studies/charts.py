"""Figures of studies in the look of the report: curves with bands, heat maps, ranked bars, and their files."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..report import style
from ..report.literal import write_csv
from ..report.rounding import together
from .answer import Answer, Chart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOLDER = "figures"
PREFIX = "study_"
HEAT = ("#fbf3ea", "#f2c79b", "#dd8545", "#b2480f", "#6e2706")  # light to dark, readable in grey


def write_charts(answer: Answer, folder: Path) -> list[str]:
    """Write `figures/study_NAME.svg`, `.png` and `.csv` of every chart."""
    from ..report.render import save
    from ..report.sketch import Drawn

    written = []
    (folder / FOLDER).mkdir(exist_ok=True)
    with style.house_style():
        for chart in answer.charts:
            drawn = Drawn(chart.draw(style.WIDE), chart.frame, chart.title, chart.caption)
            save(drawn, folder / FOLDER / f"{PREFIX}{chart.name}")
            written.append(f"{FOLDER}/{PREFIX}{chart.name}.png")
    return written


def inline(chart: Chart, folder: Path, prefix: str) -> tuple[str, str]:
    """A chart as SVG inside a page, for wide screens (as its file) and for narrow ones."""
    from ..report.render import inline as within

    wide = (folder / FOLDER / f"{PREFIX}{chart.name}.svg").read_bytes()
    with style.house_style():
        narrow = style.svg_bytes(chart.draw(style.NARROW))
    return within(wide, f"{prefix}w-", chart.title), within(narrow, f"{prefix}n-", chart.title)


# --- curves -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A line with its band."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    colour: str
    dash: Any = "-"


@dataclass(frozen=True)
class Panel:
    """One panel of curves. `ticks`: value of x -> text, where x stands for words or dates."""

    title: str
    unit: str
    lines: Sequence[Line]
    ticks: Mapping[float, str] | None = None
    marks: Mapping[float, str] | None = None
    level: float | None = None  # a horizontal line: the criterion


def curves(
    name: str, title: str, subtitle: str, x_label: str, panels: Sequence[Panel], caption: str, frame: pd.DataFrame
) -> Chart:
    """Panels of lines with bands along one axis."""

    def draw(layout: style.Layout) -> Figure:
        columns = max(1, min(layout.columns, len(panels)))
        rows = -(-len(panels) // columns)
        figure = style.new_figure(layout, rows * 2.6)
        grid = figure.subplots(rows, columns, squeeze=False)
        for number, ax in enumerate(grid.flat):
            if number < len(panels):
                _panel(ax, panels[number], x_label)
            else:
                ax.set_visible(False)
        _legend(figure, panels, layout)
        style.add_title(figure, title, subtitle, layout)
        return figure

    return Chart(name, title, caption, draw, frame)


def _panel(ax: Axes, panel: Panel, x_label: str) -> None:
    for line in panel.lines:
        x = np.asarray(line.x, dtype=float)
        if not line.dash:  # dots alone: cells of a design
            ax.plot(x, np.asarray(line.y), color=line.colour, linestyle="", marker="o", markersize=3.5, alpha=0.7)
            continue
        ax.fill_between(x, np.asarray(line.low), np.asarray(line.high), color=line.colour, alpha=0.16, linewidth=0)
        marker = "o" if len(x) < 25 else ""
        ax.plot(x, np.asarray(line.y), color=line.colour, linestyle=line.dash, marker=marker, markersize=3)
    if panel.level is not None:
        ax.axhline(panel.level, color=style.INK, linewidth=0.9, linestyle=(0, (3, 2)))
    for at, text in (panel.marks or {}).items():
        ax.axvline(at, color=style.INK, linewidth=0.9)
        ax.annotate(
            text, (at, 0.98), xycoords=("data", "axes fraction"), xytext=(4, 0), textcoords="offset points",
            va="top", fontsize=8, color=style.INK,
        )  # fmt: skip
    ax.set_title("\n".join(style.lines_of(panel.title, 40)))
    ax.set_xlabel(x_label)
    if panel.unit == "index":
        values = [v for line in panel.lines for v in (*line.low, *line.high) if math.isfinite(v)]
        style.index_axis(ax, min(values, default=1.0), max(values, default=1.0))
    else:
        unit_axis(ax, panel.unit)
    if panel.ticks:
        _ticks(ax, panel.ticks)


def _ticks(ax: Axes, ticks: Mapping[float, str]) -> None:
    step = max(1, -(-len(ticks) // 6))
    few = list(ticks.items())[::step]
    ax.set_xticks([at for at, _ in few], [text.replace(" ", "\n", 1) if len(text) > 9 else text for _, text in few])


def unit_axis(ax: Axes, unit: str, axis: str = "y") -> None:
    """Ticks with a unit people read: USD in billions, shares in per cent."""
    from matplotlib.ticker import FuncFormatter

    which = ax.yaxis if axis == "y" else ax.xaxis

    def text(value: float, _place: Any) -> str:
        (said,), head, tail = together([value], unit, 2)
        return "0" if said == "0" else f"{head}{said}{_short(tail)}"

    which.set_major_formatter(FuncFormatter(text))
    if axis == "x":
        from matplotlib.ticker import MaxNLocator

        which.set_major_locator(MaxNLocator(5))


def _short(tail: str) -> str:
    return {" billion": " bn", " million": " m", " trillion": " tn", " thousand": " k", " weeks": " wk"}.get(tail, tail)


def _legend(figure: Figure, panels: Sequence[Panel], layout: style.Layout) -> None:
    seen = {line.label: line for panel in panels for line in panel.lines if line.label}
    if len(seen) < 2:
        return
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], color=line.colour, linestyle=line.dash, label=label) for label, line in seen.items()]
    columns = 2 if layout.columns > 1 else 1
    figure.legend(handles=handles, loc="outside lower left", ncols=columns, fontsize=8)


# --- heat maps --------------------------------------------------------------------------------------


def heat(
    name: str,
    title: str,
    subtitle: str,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Any,
    labels: tuple[str, str],
    unit: str,
    caption: str,
    frame: pd.DataFrame,
) -> Chart:
    """A map of rows by columns with the number in every field; `labels` name rows and columns."""
    table = np.asarray(values, dtype=float)

    def draw(layout: style.Layout) -> Figure:
        from matplotlib.colors import LinearSegmentedColormap

        names = [style.lines_of(row, 44 if layout.columns > 1 else 24) for row in rows]
        figure = style.new_figure(layout, 1.1 + _heights(names, 0.27))
        ax = figure.subplots()
        colours = LinearSegmentedColormap.from_list("study", HEAT)
        shown = np.ma.masked_invalid(table)
        ax.pcolormesh(shown, cmap=colours, edgecolors="white", linewidth=0.6)
        ax.invert_yaxis()
        ax.set_xticks(np.arange(len(columns)) + 0.5, columns, rotation=0 if _fits(columns, layout) else 45, ha="center")
        ax.set_yticks(np.arange(len(rows)) + 0.5, ["\n".join(lines) for lines in names])
        ax.set_xlabel(labels[1])
        ax.set_ylabel(labels[0])
        ax.grid(visible=False)
        ax.tick_params(length=0)
        _fields(ax, table, unit)
        style.add_title(figure, title, subtitle, layout)
        return figure

    return Chart(name, title, caption, draw, frame)


def _heights(names: Sequence[Sequence[str]], row: float) -> float:
    """Inches that rows need, as the longest of their names takes several lines."""
    lines = max((len(each) for each in names), default=1)
    return max(row, 0.15 * lines + 0.06) * max(1, len(names))


def _fits(columns: Sequence[str], layout: style.Layout) -> bool:
    return sum(map(len, columns)) + 2 * len(columns) < layout.characters * 0.8


def _fields(ax: Axes, table: Any, unit: str) -> None:
    """The numbers in the fields, rounded alike."""
    if table.size > 400:
        return
    texts, _, _ = together([float(v) for v in table.reshape(-1)], unit, 2)
    top = float(np.nanmax(table)) if np.isfinite(table).any() else 1.0
    low = float(np.nanmin(table)) if np.isfinite(table).any() else 0.0
    for (row, column), text in zip(np.ndindex(*table.shape), texts):
        value = table[row, column]
        dark = np.isfinite(value) and top > low and (value - low) / (top - low) > 0.55
        ax.text(
            column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=7.5, color="white" if dark else style.INK
        )


def unit_words(values: Sequence[float], unit: str) -> str:
    """The unit in which numbers of a figure are given: "USD billion", "weeks", "times the price before"."""
    _, head, tail = together([float(v) for v in values], unit, 2)
    if unit in ("index", "ratio"):
        return "times the price before"
    return " ".join(f"{head}{tail}".split()) or "number"


# --- bars -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """One ranked bar with its interval."""

    label: str
    value: float
    low: float
    high: float
    colour: str = style.SCENARIO


def bars(name: str, title: str, subtitle: str, ranked: Sequence[Bar], unit: str, caption: str, frame: Any) -> Chart:
    """Horizontal bars, the longest on top, with intervals."""

    def draw(layout: style.Layout) -> Figure:
        names = [style.lines_of(bar.label, 46 if layout.columns > 1 else 22) for bar in ranked]
        figure = style.new_figure(layout, 0.6 + _heights(names, 0.25))
        ax = figure.subplots()
        at = np.arange(len(ranked))[::-1]
        value = np.asarray([bar.value for bar in ranked])
        low = np.maximum(value - np.asarray([bar.low for bar in ranked]), 0.0)
        high = np.maximum(np.asarray([bar.high for bar in ranked]) - value, 0.0)
        ax.barh(at, value, color=[bar.colour for bar in ranked], height=0.68)
        ax.errorbar(value, at, xerr=[low, high], fmt="none", ecolor=style.INK, elinewidth=0.9, capsize=2)
        ax.set_yticks(at, ["\n".join(lines) for lines in names])
        ax.grid(visible=True, axis="x")
        ax.grid(visible=False, axis="y")
        unit_axis(ax, unit, "x")
        style.add_title(figure, title, subtitle, layout)
        return figure

    return Chart(name, title, caption, draw, frame)


Draw = Callable[[style.Layout], "Figure"]
__all__ = [
    "Bar",
    "Line",
    "Panel",
    "bars",
    "curves",
    "heat",
    "inline",
    "unit_axis",
    "unit_words",
    "write_charts",
    "write_csv",
]
