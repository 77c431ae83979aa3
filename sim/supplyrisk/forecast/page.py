"""The page and tables of a revised forecast."""

from __future__ import annotations

import csv
import datetime as dt
import textwrap
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backtest.page import TEMPLATES, document, html_table, series_name
from ..backtest.record import markdown
from ..backtest.scores import PRICE
from ..report import render, style
from ..report.rounding import with_interval
from ..report.words import full_day, month
from .outcomes import BAND, Outcome
from .revise import Revised, fan_of, quantities
from .weights import FLOW_TOLERANCE, PRICE_TOLERANCE

Floats = NDArray[np.float64]
LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)
AHEAD = (3, 6, 12)  # months that the table of series looks ahead
PANELS = 6
TITLE_LETTERS = 44
Row = tuple[str, ...]


def write_forecast(revised: Revised, found: Sequence[Outcome], out: Path, title: str, question: str) -> Path:
    """Write `forecast.html`, `forecast.md`, figures and tables into a folder; returns the page."""
    fans = [
        (fan_of(revised, i, revised.equal, LEVELS), fan_of(revised, i, revised.weights.of_run, LEVELS))
        for i in range(len(revised.episode.series))
    ]
    head = f"Forecast as of {full_day(revised.date(revised.today))}: {title}"
    said = [*_headline(revised, fans), how_weighed(revised)]
    tables = [(SERIES, series_rows(revised, fans)), (OUTCOMES, outcome_rows(found))]
    text = [f"# {head}", "", question, "", *(f"{line}\n" for line in said)]
    page = [f"<h1>{escape(head)}</h1>", f'<p class="meta">{escape(question)}</p>']
    page += [f"<p>{escape(line)}</p>" for line in said]
    stem, wide, narrow = draw(revised, fans, out / "figures", head)
    text += [f"![{head}](figures/{stem}.svg)", ""]
    page.append(f'<figure><div class="wide">{wide}</div><div class="narrow">{narrow}</div></figure>')
    for header, rows in tables:
        if rows:
            text += [*markdown(header, rows), ""]
            page.append(html_table(header, rows))
    write_tables(revised, fans, found, out)
    (out / "forecast.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    target = out / "forecast.html"
    target.write_text(document(head, css, "\n".join(page)), encoding="utf-8")
    return target


# --- words ------------------------------------------------------------------------------------------
SERIES: Row = ("series", "month", "on day one (80 % band)", "now (80 % band)", "last seen")
OUTCOMES: Row = ("over the whole period", "on day one (80 % band)", "now (80 % band)")


def _headline(revised: Revised, fans: Sequence[tuple[Floats, Floats]]) -> list[str]:
    """The first observed price six months ahead, or what lies nearest to that; in one sentence a series."""
    said = []
    for i in quantities(revised.episode):
        series, ahead = revised.episode.series[i], months_ahead(revised, 6)
        if ahead is None or not (series.variable.startswith("price") or len(revised.episode.series) == 1):
            continue
        before, after = (fan[ahead] for fan in fans[i])
        unit = "times" if series.relative else series.unit
        now, was = (with_interval(q[2], q[0], q[4], unit) for q in (after, before))
        first = revised.date(revised.bench.months[ahead][0])
        said.append(
            f"{series_name(series.name)}: {now[0]} {'normal ' if series.relative else ''}in {month(first)} (80 % band: {now[1]}); "
            f"on day one it was {was[0]} ({was[1]})."
        )
    return said[:2]


def how_weighed(revised: Revised) -> str:
    """From how much the revision is made."""
    used = revised.used
    runs = int((revised.equal > 0).sum())
    if not used:
        return f"Nothing was seen before {full_day(revised.date(revised.today))}: all {runs:,} runs count alike."
    prices = sum(one.at.kind == PRICE for one in used)
    parts = [f"{prices} prices" if prices else "", f"{len(used) - prices} flows" if len(used) > prices else ""]
    text = (
        f"{runs:,} runs, drawn as on day one, weighed by {len(used)} observations ({', '.join(filter(None, parts))}): those that lie "
        f"nearer to what was seen count more, by a tolerance of {PRICE_TOLERANCE:g} in ln price and {FLOW_TOLERANCE:g} of "
        f"a normal flow (assumptions). They are worth {revised.weights.effective:,.0f} equal runs."
    )
    if revised.weights.power < 1.0:
        text += (
            f" What was seen counts at {100 * revised.weights.power:.0f} % of its weight: few runs come near all of it."
        )
    return text


def months_ahead(revised: Revised, months: int) -> int | None:
    """Number of the month that begins so many months after today; None beyond the horizon."""
    first = next((i for i, (start, _) in enumerate(revised.bench.months) if start >= revised.today - 15), None)
    if first is None or first + months - 1 >= len(revised.bench.months):
        return None
    return first + months - 1


def series_rows(revised: Revised, fans: Sequence[tuple[Floats, Floats]]) -> list[Row]:
    """Every observed series some months ahead."""
    rows = []
    for i in quantities(revised.episode):
        series = revised.episode.series[i]
        seen = [p for p in series.points if p.stop <= revised.today]
        unit = "times" if series.relative else series.unit
        last = f"{seen[-1].level if series.relative else seen[-1].value:.3g} ({seen[-1].period})" if seen else "–"
        for months in AHEAD:
            at = months_ahead(revised, months)
            if at is None:
                continue
            cells = []
            for fan in fans[i]:
                value, between = with_interval(fan[at][2], fan[at][0], fan[at][4], unit)
                cells.append(f"{value} ({between})" if between else value)
            date = revised.date(revised.bench.months[at][0])
            rows.append((series_name(series.name), month(date), *cells, last))
    return rows


def outcome_rows(found: Sequence[Outcome]) -> list[Row]:
    rows = []
    for one in found:
        cells = []
        for low, middle, high in (one.before, one.after):
            value, between = with_interval(float(middle), float(low), float(high), one.unit)
            cells.append(f"{value} ({between})" if between else value)
        rows.append((one.title, *cells))
    return rows


def write_tables(revised: Revised, fans: Sequence[tuple[Floats, Floats]], found: Sequence[Outcome], out: Path) -> None:
    """`series.csv`, `outcomes.csv` and `weights.csv`, for those who go on with them."""
    names = [f"{when}_p{round(100 * level)}" for when in ("day_one", "now") for level in LEVELS]
    with (out / "series.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("series", "variable", "product", "place", "month", "unit", *names))
        for series, (before, after) in zip(revised.episode.series, fans, strict=True):
            unit = "of normal" if series.relative else series.unit
            for (start, _), old, new in zip(revised.bench.months, before, after, strict=True):
                month = f"{revised.date(start):%Y-%m}"
                key = (series.name, series.variable, series.product, series.place, month, unit)
                table.writerow((*key, *(f"{x:.6g}" for x in (*old, *new))))
    with (out / "outcomes.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        names = [f"{when}_p{round(100 * level)}" for when in ("day_one", "now") for level in BAND]
        table.writerow(("metric", "arm", "product", "place", "end_use", "unit", *names))
        for one in found:
            key = (one.metric, one.arm, one.product, one.place, one.end_use, one.unit)
            table.writerow((*key, *(f"{x:.6g}" for x in (*one.before, *one.after))))
    with (out / "weights.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("run", "weight"))
        table.writerows((run, f"{weight:.9g}") for run, weight in enumerate(revised.weights.of_run))


# --- figure -----------------------------------------------------------------------------------------
def draw(revised: Revised, fans: Sequence[tuple[Floats, Floats]], folder: Path, head: str) -> tuple[str, str, str]:
    """Write the figure as SVG and PNG; its file stem and both SVGs for the page."""
    folder.mkdir(parents=True, exist_ok=True)
    with style.house_style():
        wide = _figure(revised, fans, style.WIDE, head)
        svg = style.svg_bytes(wide)
        (folder / "forecast.svg").write_bytes(svg)
        (folder / "forecast.png").write_bytes(style.png_bytes(wide))
        small = style.svg_bytes(_figure(revised, fans, style.NARROW, head))
    return "forecast", render.inline(svg, "forecast-w", head), render.inline(small, "forecast-n", head)


def _figure(revised: Revised, fans: Sequence[tuple[Floats, Floats]], layout: style.Layout, head: str) -> Any:
    count = min(PANELS, len(fans))
    columns = min(layout.columns, count)
    rows = -(-count // columns)
    fig = style.new_figure(layout, rows * 2.4)
    grid = fig.subplots(rows, columns, squeeze=False)
    for number in range(rows * columns):
        ax = grid[number // columns][number % columns]
        if number < count:
            _panel(revised, number, fans[number], ax, layout)
        else:
            ax.set_visible(False)
    text = (
        "Grey: as on day one. Red, from the dashed line on: after what was seen (black points; hollow: seen later). Lines: medians; "
        "bands: 80 %, the darker one 50 %. Monthly means; 1 = level before."
    )
    style.add_title(fig, head, text, layout)
    return fig


def _panel(revised: Revised, number: int, fan: tuple[Floats, Floats], ax: Any, layout: style.Layout) -> None:
    series = revised.episode.series[number]
    start = revised.bench.model.start
    before, after = fan

    def when(day: float) -> dt.datetime:
        return dt.datetime.combine(start, dt.time()) + dt.timedelta(days=day)

    dates = [when((first + last) / 2.0) for first, last in revised.bench.months]
    on = [i for i, (first, _) in enumerate(revised.bench.months) if first >= revised.today - 15]
    ax.fill_between(dates, before[:, 0], before[:, 4], color=style.BASELINE, alpha=0.22, linewidth=0, zorder=1)
    ax.plot(dates, before[:, 2], color=style.BASELINE, linewidth=1.2, zorder=3)
    later = [dates[i] for i in on]
    for low, high, alpha in ((0, 4, 0.20), (1, 3, 0.28)):
        ax.fill_between(
            later, after[on, low], after[on, high], color=style.SCENARIO, alpha=alpha, linewidth=0, zorder=2
        )
    ax.plot(later, after[on, 2], color=style.SCENARIO, zorder=4)
    seen = []
    for known, face in ((True, style.OBSERVED), (False, "white")):
        points = [p for p in series.points if (p.stop <= revised.today) is known]
        values = [p.level if series.relative else p.value for p in points]
        places = [when((p.start + p.stop) / 2.0) for p in points]
        ax.plot(places, values, "o", color=style.OBSERVED, markerfacecolor=face, markersize=3.8, zorder=5)
        seen += values
    ax.axvline(when(revised.today), color=style.QUIET, linewidth=0.8, linestyle=(0, (2, 2)))
    ax.set_title(textwrap.fill(series_name(series.name), TITLE_LETTERS), fontsize=8.5)
    style.date_axis(ax, when(0), when(revised.bench.model.scenario.days), layout.columns == 1)
    top = max(float(np.nanmax(before[:, 4])), *seen, float(np.nanmax(after[:, 4])))
    if "price" in series.variable:
        style.index_axis(ax, min(float(np.nanmin(before[:, 0])), *seen), top)
    else:
        ax.set_ylim(0.0, 1.12 * max(top, 1.0 if series.relative else 0.0))
