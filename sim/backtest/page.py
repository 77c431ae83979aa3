"""The page of a back-test: targets, scores, and observed points on the simulated fans."""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from ..report import render, style
from .episode import Series
from .model_error import with_error
from .run import EpisodeScore, shown, title, totals
from .scores import NAIVE

TEMPLATES = Path(render.__file__).parent / "templates"
PANELS = 6
TITLE_LETTERS = 44
FEWEST_POINTS = 2
Row = tuple[str, ...]

HOW_TO_READ = (
    "A target is hit if the median run lies in its interval. CRPS is the mean distance of the simulated distribution "
    "from what was observed, in multiples of the normal level: lower is better. The naive forecasts are: no change; a "
    "straight way back to normal within six months from the first observation after the event (which nobody had on day "
    "one); a jump to what the control lets pass, and of prices abroad to (1 - L)^(-1/ε). The width is that of the 90 % "
    "band over the width the no-change forecast needs to hold nine tenths of the points: above 1, the band says less. "
    "Timing is simulated minus observed, in weeks, read at the observed points. Only points after the first "
    "announcement count. CRPS and bands include the model's own error, estimated from the episodes the behaviour was "
    "conditioned on: runs alone hold the uncertainty of inputs and not that of the model's form."
)


def write_page(scores: Sequence[EpisodeScore], out: Path, runs: int, seed: int) -> Path:
    """Write `backtest.md`, `backtest.html`, the figures and the tables; returns the page."""
    out.mkdir(parents=True, exist_ok=True)
    hits, count = totals(scores)
    head = f"{hits} of {count} targets hit"
    markdown = [f"# Held against history: {head}", "", f"{runs} runs per episode, seed {seed}.", "", HOW_TO_READ, ""]
    page = [f"<h1>Held against history: {head}</h1>", f'<p class="meta">{runs} runs per episode, seed {seed}.</p>']
    page.append(f'<p class="note">{escape(HOW_TO_READ)}</p>')
    overview = overview_rows(scores)
    markdown += [*_md(OVERVIEW, overview), ""]
    page.append(_html(OVERVIEW, overview))
    for one in scores:
        part_md, part_html = _part(one, out)
        markdown += part_md
        page += part_html
    write_tables(scores, out)
    (out / "backtest.md").write_text("\n".join(markdown) + "\n", encoding="utf-8")
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    target = out / "backtest.html"
    target.write_text(_document("Held against history", css, "\n".join(page)), encoding="utf-8")
    return target


def _document(name: str, css: str, body: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<title>{escape(name)}</title>\n'
        f"<style>\n{css}\n</style>\n</head>\n<body>\n<main>\n{body}\n"
        f"<footer>Made by supplyrisk. This page loads nothing from anywhere.</footer>\n</main>\n</body>\n</html>\n"
    )


# --- tables -----------------------------------------------------------------------------------------
OVERVIEW = ("episode", "targets hit", "CRPS", *NAIVE, "inside 50 %", "inside 90 %", "90 %, runs alone", "points")
TARGETS = ("target", "observed", "median run", "90 % of runs", "runs inside", "")
SERIES = (
    "series",
    "points",
    "CRPS",
    *NAIVE,
    "inside 50 %",
    "inside 90 %",
    "90 %, runs alone",
    "width",
    "timing, weeks",
)


def overview_rows(scores: Sequence[EpisodeScore]) -> list[Row]:
    """One row per episode."""
    rows: list[Row] = []
    for one in scores:
        values = [_number(value) for value in one.crps()] or [""] * (1 + len(NAIVE))
        inside = [_percent(value) for value in one.coverage()]
        rows.append((title(one.episode), f"{one.hits} of {len(one.targets)}", *values, *inside, str(one.points)))
    return rows


def target_rows(one: EpisodeScore) -> list[Row]:
    """One row per target."""
    rows: list[Row] = []
    for score in one.targets:
        t = score.target
        unit = "" if t.unit in ("ratio", "month") else f" {t.unit}"
        low, high = shown(t, t.low), shown(t, t.high)
        rows.append(
            (
                t.id.replace("_", " "),
                (low if low == high else f"{low} to {high}") + unit,
                shown(t, score.median),
                f"{shown(t, score.low)} to {shown(t, score.high)}",
                _percent(score.inside),
                "hit" if score.hit else "miss",
            )
        )
    return rows


def series_rows(one: EpisodeScore) -> list[Row]:
    """One row per observed series."""
    rows: list[Row] = []
    for s in one.series:
        timing = ", ".join(f"{k} {'not both' if v is None else format(v, '+.0f')}" for k, v in s.timing.items())
        width = _number(s.width / s.naive_width) if s.naive_width > 0 else ""
        values = [_number(value) for value in (s.crps, *s.naive)]
        inside = tuple(f"{n} of {s.points}" for n in (s.inside_50, s.inside_90, s.inside_90_runs))
        rows.append((s.series.replace("_", " "), str(s.points), *values, *inside, width, timing))
    return rows


def _number(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else ""


def _percent(value: float) -> str:
    return f"{value:.0%}" if math.isfinite(value) else ""


def _md(header: Row, rows: Iterable[Row]) -> list[str]:
    def line(cells: Row) -> str:
        return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"

    return [line(header), "|" + "---|" * len(header), *(line(row) for row in rows)]


def _html(header: Row, rows: Iterable[Row]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-name="{escape(name, quote=True)}">{escape(cell)}</td>'
            for name, cell in zip(header, row, strict=True)
        )
        + "</tr>\n"
        for row in rows
    )
    table = f'<table class="stack">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>'
    return f'<div class="scroll">{table}</div>'


def _part(one: EpisodeScore, out: Path) -> tuple[list[str], list[str]]:
    name = title(one.episode)
    markdown = [f"## {name}", "", *_md(TARGETS, target_rows(one)), "", *_md(SERIES, series_rows(one)), ""]
    page = [f"<h2>{escape(name)}</h2>", _html(TARGETS, target_rows(one)), _html(SERIES, series_rows(one))]
    if one.measured.failures:
        text = f"{len(one.measured.failures)} runs failed; the first: {one.measured.failures[0]}"
        markdown += [text, ""]
        page.append(f'<p class="caution">{escape(text)}</p>')
    drawn = draw(one, out / "figures")
    if drawn:
        stem, wide, narrow = drawn
        markdown += [f"![Observed points on the simulated fans](figures/{stem}.svg)", ""]
        page.append(f'<figure><div class="wide">{wide}</div><div class="narrow">{narrow}</div></figure>')
    return markdown, page


def write_tables(scores: Sequence[EpisodeScore], out: Path) -> None:
    """`targets.csv` and `scores.csv` for those who go on with them."""
    import csv

    with (out / "targets.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("episode", "id", "low", "high", "median", "p5", "p95", "share_inside", "hit"))
        for one in scores:
            for s in one.targets:
                values = (shown(s.target, v) for v in (s.target.low, s.target.high, s.median, s.low, s.high))
                table.writerow((one.episode.name, s.target.id, *values, f"{s.inside:.3f}", int(s.hit)))
    with (out / "scores.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        names = ("no_change", "linear_return", "constant_elasticity")
        table.writerow(
            ("episode", "series", "points", "crps", *(f"crps_{n}" for n in names), "inside_50", "inside_90",
             "inside_90_runs", "width_90", "naive_width_90")
        )  # fmt: skip
        for one in scores:
            for r in one.series:
                numbers = (f"{v:.5g}" for v in (r.crps, *r.naive))
                inside = (r.inside_50, r.inside_90, r.inside_90_runs)
                widths = (f"{r.width:.5g}", f"{r.naive_width:.5g}")
                table.writerow((one.episode.name, r.series, r.points, *numbers, *inside, *widths))


# --- figures ----------------------------------------------------------------------------------------
def draw(one: EpisodeScore, folder: Path) -> tuple[str, str, str] | None:
    """Write the episode's figure as SVG and PNG; its file stem and both SVGs for the page."""
    chosen = [k for k, s in enumerate(one.episode.series) if len(s.points) >= FEWEST_POINTS][:PANELS]
    if not chosen:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    stem = one.episode.name
    with style.house_style():
        wide = _figure(one, chosen, style.WIDE)
        svg = style.svg_bytes(wide)
        (folder / f"{stem}.svg").write_bytes(svg)
        (folder / f"{stem}.png").write_bytes(style.png_bytes(wide))
        small = style.svg_bytes(_figure(one, chosen, style.NARROW))
    name = title(one.episode)
    return stem, render.inline(svg, f"{stem}-w", name), render.inline(small, f"{stem}-n", name)


def _figure(one: EpisodeScore, chosen: Sequence[int], layout: style.Layout) -> Any:
    columns = min(layout.columns, len(chosen))
    rows = -(-len(chosen) // columns)
    fig = style.new_figure(layout, rows * 2.3)
    grid = fig.subplots(rows, columns, squeeze=False)
    for number in range(rows * columns):
        ax = grid[number // columns][number % columns]
        if number < len(chosen):
            _panel(one, chosen[number], ax, layout)
        else:
            ax.set_visible(False)
    text = "Black: observed. Line and bands: median, 50 % and 90 % of the runs, monthly means; 1 = level before."
    text += " Dotted: 90 % with the model's own error." if one.errors else ""
    style.add_title(fig, title(one.episode), text, layout)
    return fig


def _panel(one: EpisodeScore, number: int, ax: Any, layout: style.Layout) -> None:
    series: Series = one.episode.series[number]
    fan = one.measured.fans[number]
    fan = fan[np.isfinite(fan).all(axis=1)]
    start: dt.date = one.bench.model.start

    def when(day: float) -> dt.datetime:
        return dt.datetime.combine(start, dt.time()) + dt.timedelta(days=day)

    dates = [when((first + last) / 2.0) for first, last in one.bench.months]
    q = np.quantile(fan, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    for low, high, alpha in ((0, 4, 0.16), (1, 3, 0.26)):
        ax.fill_between(dates, q[low], q[high], color=style.SCENARIO, alpha=alpha, linewidth=0, zorder=2)
    ax.plot(dates, q[2], color=style.SCENARIO, zorder=4)
    if series.relative and one.errors:
        outer = np.quantile(with_error(fan, series.variable, one.errors), (0.05, 0.95), axis=0)
        for edge in outer:
            ax.plot(dates, edge, color=style.SCENARIO, linewidth=0.8, linestyle=(0, (1, 2)), zorder=3)
    seen = [point.level if series.relative else point.value for point in series.points]
    places = [when((point.start + point.stop) / 2.0) for point in series.points]
    ax.plot(places, seen, "o", color=style.OBSERVED, markersize=3.5, zorder=5)
    ax.axvline(when(one.episode.start_day), color=style.QUIET, linewidth=0.8, linestyle=(0, (2, 2)))
    name = series.name.replace("_", " ").replace(":", ": ")
    ax.set_title(textwrap.fill(name, TITLE_LETTERS), fontsize=8.5)
    style.date_axis(ax, when(0), when(one.bench.model.scenario.days), layout.columns == 1)
    top = max(float(q[4].max()), max(seen))
    if "price" in series.variable:
        style.index_axis(ax, min(float(q[0].min()), min(seen)), top)
    else:
        ax.set_ylim(0.0, 1.12 * max(top, 1.0))
