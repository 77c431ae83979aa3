"""Drawing with a record: whatever goes onto a panel goes into the figure's table in the same call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..results.fan import Fan
from . import style
from .bands import NAME, band
from .enough import FEWEST_RUNS
from .pick import Spread
from .run import Run
from .words import day

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass
class Drawn:
    """A finished figure, the table it drew, and one or two sentences that say what to see."""

    figure: Figure
    table: pd.DataFrame
    title: str
    caption: str


class Sketch:
    """A figure under construction: panels in a grid, and the rows of the table they draw."""

    def __init__(
        self,
        run: Run,
        layout: style.Layout,
        panels: int,
        panel_height: float,
        columns: int | None = None,
        ratios: Sequence[float] | None = None,
    ) -> None:
        wanted = layout.columns if columns is None else (columns if layout.columns > 1 else 1)
        self.run = run
        self.layout = layout
        self.columns = max(1, min(wanted, panels))
        self.rows = -(-panels // self.columns)
        self.panel_height = panel_height
        self.figure = style.new_figure(layout, self.rows * (panel_height + 0.35))
        kind = "width_ratios" if self.columns > 1 else "height_ratios"  # of the panels, if they are not alike
        uneven: dict[str, Any] = {kind: ratios} if ratios else {}
        grid = self.figure.subplots(self.rows, self.columns, squeeze=False, gridspec_kw=uneven)
        self.axes: list[Axes] = [grid[i // self.columns][i % self.columns] for i in range(self.rows * self.columns)]
        for ax in self.axes[panels:]:
            ax.set_visible(False)
        self.axes = self.axes[:panels]
        for ax in self.axes:  # axes have no names here: else every draw looks where they would have to stand
            ax.xaxis.set_label_coords(0.5, -0.1)
            ax.yaxis.set_label_coords(-0.1, 0.5)
        self.parts: list[pd.DataFrame] = []
        self._with_dates: list[Axes] = []
        self._notes: dict[int, list[bool]] = {}  # by panel: on which side its notes stand

    # --- recording --------------------------------------------------------------------------------

    def record(self, table: pd.DataFrame) -> None:
        """Add rows to the figure's table."""
        self.parts.append(table)

    def fan(
        self,
        ax: Axes,
        fan: Fan,
        colour: str,
        names: Mapping[str, str],
        dash: Any = "-",
        bands: bool = True,
        width: float = 1.8,
    ) -> None:
        """Median line, 50 % and 80 % band; `names` identify the fan in the table."""
        if bands:
            for low, high, alpha in ((0.10, 0.90, 0.16), (0.25, 0.75, 0.26)):
                ax.fill_between(fan.dates, fan.at(low), fan.at(high), color=colour, alpha=alpha, linewidth=0, zorder=2)
        ax.plot(fan.dates, fan.at(0.5), color=colour, linestyle=dash, linewidth=width, zorder=4 if bands else 3)
        shown = (0.10, 0.25, 0.5, 0.75, 0.90) if bands else (0.5,)
        table = fan.table(**names)
        self.record(table[table["quantile"].isin(shown)])

    def record_spread(self, spread: Spread, **names: str) -> None:
        """Add the quantiles of a metric (a number written on a panel) to the figure's table."""
        self.record_spreads([(spread, names)])

    def record_spreads(self, found: Sequence[tuple[Spread, Mapping[str, str]]]) -> None:
        """Add the quantiles of several metrics, named alike, to the figure's table."""
        import pandas as pd

        levels = (0.10, 0.25, 0.5, 0.75, 0.90)
        rows = [
            (*names.values(), "", level, value, s.unit)
            for s, names in found
            for level, value in zip(levels, (s.p10, s.p25, s.p50, s.p75, s.p90), strict=True)
        ]
        if rows:
            self.record(pd.DataFrame(rows, columns=[*found[0][1], "date", "quantile", "value", "unit"]))

    def finish(self, title: str, subtitle: str, caption: str, events: bool = True, bands: bool = True) -> Drawn:
        """Put title, event marks and the table together; a figure with bands says what they hold."""
        import pandas as pd

        marks = self._mark_events() if events else ""
        n = self.run.n_ok
        if n < FEWEST_RUNS:
            subtitle += (
                " One run only, no bands." if n == 1 else f" Only {n} runs: too few to read the bands as chances."
            )
        elif bands:
            said = band(self.run)
            subtitle = subtitle.replace(NAME, said, 1) if NAME in subtitle else f"{subtitle} {said}."
        style.add_title(self.figure, title, subtitle, self.layout)
        if marks:
            style.add_footer(self.figure, marks, self.layout)
        table = pd.concat(self.parts, ignore_index=True) if self.parts else pd.DataFrame()
        return Drawn(self.figure, table, title, caption)

    # --- axes -------------------------------------------------------------------------------------

    def dates(self, ax: Axes) -> None:
        """The horizon as the panel's axis; of panels below each other in a grid the lowest names the dates."""
        self._with_dates.append(ax)
        style.date_axis(ax, self.run.start, self.run.shown_end, narrow=self.layout.columns < 2 or self.columns > 1)
        if self.columns > 1 and self.axes.index(ax) + self.columns < len(self.axes):
            ax.tick_params("x", labelbottom=False)

    def last_in_row(self, ax: Axes) -> bool:
        """Whether the panel stands at the right edge, where the labels of lines have their room."""
        index = self.axes.index(ax)
        return (index + 1) % self.columns == 0 or index + 1 == len(self.axes)

    def labels(self, ax: Axes, labels: Sequence[tuple[float, str, str]]) -> None:
        """Names of the lines at their right end."""
        style.label_right(ax, labels, self.panel_height)

    def note(self, ax: Axes, text: str, colour: str, fan: Fan) -> None:
        """A number in the upper corner that the fan leaves free; several notes stand below each other."""
        import numpy as np

        before = self._notes.setdefault(id(ax), [])
        high = fan.at(0.90)
        third = max(1, len(high) // 3)
        left = (
            float(np.nanmax(high[-third:])) > float(np.nanmax(high[:third]))
            and int(np.nanargmax(high)) > len(high) // 2
        )
        if before:
            left = before[0]
        ax.annotate(
            text,
            xy=(0.015 if left else 0.985, 0.975 - 0.115 * len(before)),
            xycoords="axes fraction",
            ha="left" if left else "right",
            va="top",
            fontsize=8,
            color=colour,
            zorder=7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.8},
        )
        before.append(left)

    def wrap(self, title: str, lost: float = 0.45) -> str:
        """A panel's title on as many lines as its width needs; `lost` inches go to labels beside the panel."""
        return self.fold(title, int((self.layout.width / self.columns - lost) * 11.3))

    @staticmethod
    def fold(text: str, width: int) -> str:
        """Text on several lines of at most `width` characters."""
        return "\n".join(style.lines_of(text, width))

    def _mark_events(self) -> str:
        groups = event_groups(self.run)
        if not groups:
            return ""
        mdates = style.dates_module()
        for ax in self._with_dates:
            low, high = ax.get_xlim()
            last = -1e9
            for number, (date, _) in enumerate(groups, start=1):
                x = float(mdates.date2num(date))
                if not low <= x <= high:
                    continue
                ax.axvline(x, color="#555555", linewidth=0.7, linestyle=(0, (1, 1.5)), zorder=1)
                shift = max(0.0, last + 0.045 * (high - low) - x)
                last = x + shift
                ax.annotate(
                    style.CIRCLED[number - 1],
                    xy=(x + shift, 1.0),
                    xycoords=("data", "axes fraction"),
                    xytext=(0, 1),
                    textcoords="offset points",
                    ha="center",
                    va="bottom",
                    fontsize=7.5,
                    color="#444444",
                )
        return "   ".join(f"{style.CIRCLED[i]} {day(date)}: {text}" for i, (date, text) in enumerate(groups))


def event_groups(run: Run) -> list[tuple[dt.date, str]]:
    """Dates on which events of the scenario start or end, with the names of what does: as many as there are marks.

    Where there are more, starts come before ends, and the last text says how many dates have no mark.
    """
    starts: dict[dt.date, list[str]] = {}
    ends: dict[dt.date, list[str]] = {}
    for event in run.scenario_events:
        name = (event.name or event.type).replace("_", " ")
        if event.start is not None and run.start <= event.start < run.end:
            starts.setdefault(event.start, []).append(name)
            if event.end is not None and event.start < event.end < run.end:
                ends.setdefault(event.end, []).append(f"end of {name}")
    most = len(style.CIRCLED)
    dates = sorted([*sorted(starts), *(date for date in sorted(ends) if date not in starts)][:most])
    groups = [(date, ", ".join([*starts.get(date, ()), *ends.get(date, ())])) for date in dates]
    left = len({*starts, *ends}) - len(dates)
    if left:
        groups[-1] = (groups[-1][0], f"{groups[-1][1]}; {left} further dates in the timeline")
    return groups
