"""The page of a back-test: targets, scores, and observed points on the simulated fans."""

from __future__ import annotations

import csv
import datetime as dt
import textwrap
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from ..report import render, style
from ..results.quantiles import quantiles
from ..results.shipments import records
from .episode import Series
from .record import (
    ERRORS,
    FLOWS,
    OVERVIEW,
    PIT,
    WORDS,
    Record,
    Row,
    error_rows,
    flow_rows,
    headline,
    markdown,
    overview_rows,
    pit_row,
    point_rows,
    target_rows,
)
from .run import EpisodeScore, title
from .scores import FLOW, NAIVE, PRICE

TEMPLATES = Path(render.__file__).parent / "templates"
PANELS = 6
TITLE_LETTERS = 44
FEWEST_POINTS = 2

HOW_TO_READ = (
    "Each episode is run in two ways: as a day-one forecast, with what was known when it was announced (the speed of a "
    "licence office is drawn), and with the office as recorded. A target is hit if the median run lies in its interval. "
    "Errors are abs(ln(median / seen)) of spot prices abroad, after day one. CRPS is the mean distance of the simulated "
    "distribution of ln price from what was seen: lower is better. The naive forecasts are: no change; three times normal, "
    "falling to normal in 26 weeks; what a constant elasticity makes of the lost supply, at most three times. Log score: of "
    "a normal distribution of ln price; lower is better. Runs carry the model's own error, fitted to the other episodes."
)


def write_page(scores: Sequence[EpisodeScore], found: Record, out: Path) -> Path:
    """Write `backtest.md`, `backtest.html`, the figures and the tables; returns the page."""
    out.mkdir(parents=True, exist_ok=True)
    head = "; ".join(f"{v['hits']} of {v['targets']} targets hit ({WORDS[way]})" for way, v in found["ways"].items())
    meta = f"{found['runs']} runs per episode, seed {found['seed']}."
    text = [f"# Held against history: {head}", "", meta, "", HOW_TO_READ, "", *headline(found), ""]
    page = [f"<h1>Held against history: {escape(head)}</h1>", f'<p class="meta">{meta}</p>']
    page.append(f'<p class="note">{escape(HOW_TO_READ)}</p>')
    for way in found["ways"]:
        rows = overview_rows(found, way)
        text += [f"## {WORDS[way].capitalize()}", "", *markdown(OVERVIEW, rows), ""]
        page += [f"<h2>{WORDS[way].capitalize()}</h2>", html_table(OVERVIEW, rows)]
    pits = [row for way in found["ways"] if len(row := pit_row(found, way)) == len(PIT)]
    for header, rows in ((PIT, pits), (FLOWS, flow_rows(found)), (ERRORS, error_rows(found))):
        text += [*markdown(header, rows), ""]
        page.append(html_table(header, rows))
    for episode in found["episodes"]:
        part_text, part_page = _part(episode, [s for s in scores if s.episode.name == episode["name"]], out)
        text += part_text
        page += part_page
    write_tables(found, out)
    (out / "backtest.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    target = out / "backtest.html"
    target.write_text(document("Held against history", css, "\n".join(page)), encoding="utf-8")
    return target


def document(name: str, css: str, body: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<title>{escape(name)}</title>\n'
        f"<style>\n{css}\n</style>\n</head>\n<body>\n<main>\n{body}\n"
        f"<footer>Made by supplyrisk. This page loads nothing from anywhere.</footer>\n</main>\n</body>\n</html>\n"
    )


# --- tables -----------------------------------------------------------------------------------------
def html_table(header: Row, rows: Iterable[Row]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-name="{escape(name, quote=True)}">{escape(cell.replace("**", ""))}</td>'
            for name, cell in zip(header, row, strict=True)
        )
        + "</tr>\n"
        for row in rows
    )
    table = f'<table class="stack">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>'
    return f'<div class="scroll">{table}</div>'


def _part(episode: Record, scores: Sequence[EpisodeScore], out: Path) -> tuple[list[str], list[str]]:
    text = [f"## {episode['title']}", ""]
    page = [f"<h2>{escape(episode['title'])}</h2>"]
    for header, rows in (target_rows(episode), point_rows(episode, PRICE), point_rows(episode, FLOW)):
        if rows:
            text += [*markdown(header, rows), ""]
            page.append(html_table(header, rows))
    for one in scores:
        way = WORDS[one.episode.way]
        if one.measured.failures:
            said = f"{way}: {len(one.measured.failures)} runs failed; the first: {one.measured.failures[0]}"
            text += [said, ""]
            page.append(f'<p class="caution">{escape(said)}</p>')
        drawn = draw(one, out / "figures")
        if drawn:
            stem, wide, narrow = drawn
            text += [f"![Observed points on the simulated fans, {way}](figures/{stem}.svg)", ""]
            page.append(f'<figure><div class="wide">{wide}</div><div class="narrow">{narrow}</div></figure>')
    return text, page


def write_tables(found: Record, out: Path) -> None:
    """`targets.csv` and `scores.csv` for those who go on with them."""
    with (out / "targets.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("episode", "way", "id", "low", "high", "median", "p10", "p90", "share_inside", "hit"))
        for episode in found["episodes"]:
            for way, values in episode["ways"].items():
                for s in values["targets"]:
                    numbers = (s[key] for key in ("low", "high", "median", "p10", "p90", "inside"))
                    table.writerow((episode["name"], way, s["id"], *numbers, int(s["hit"])))
    names = ("no_change", "falling", "elasticity")
    with (out / "scores.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(
            ("episode", "way", "kind", "product", "place", "week", "seen", "p10", "p25", "p50", "p75", "p90", "error",
             "error_no_change", "inside_50", "inside_80", "crps", *(f"crps_{n}" for n in names), "log_score", "pit", "gate")
        )  # fmt: skip
        for episode in found["episodes"]:
            for way, values in episode["ways"].items():
                for p in values["points"]:
                    naive = [*p["naive"], *[""] * (len(NAIVE) - len(p["naive"]))]
                    inside = (int(p["in_50"]), int(p["in_80"]))
                    table.writerow(
                        (episode["name"], way, *(p[key] for key in ("kind", "product", "place", "week", "seen")),
                         *p["quantiles"], p["error"], p["no_change"], *inside, p["crps"], *naive, p["log_score"],
                         p["pit"], int(p["gate"]))
                    )  # fmt: skip


# --- figures ----------------------------------------------------------------------------------------
def draw(one: EpisodeScore, folder: Path) -> tuple[str, str, str] | None:
    """Write the episode's figure as SVG and PNG; its file stem and both SVGs for the page."""
    chosen = [k for k, s in enumerate(one.episode.series) if len(s.points) >= FEWEST_POINTS][:PANELS]
    if not chosen:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{one.episode.name}_{one.episode.way.replace(' ', '_')}"
    with style.house_style():
        wide = _figure(one, chosen, style.WIDE)
        svg = style.svg_bytes(wide)
        (folder / f"{stem}.svg").write_bytes(svg)
        (folder / f"{stem}.png").write_bytes(style.png_bytes(wide))
        small = style.svg_bytes(_figure(one, chosen, style.NARROW))
    name = _name(one)
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
    text = "Black: observed. Line and bands: median, 50 % and 80 % of the runs, monthly means; 1 = level before."
    if any(one.episode.series[k].shipment > 0.0 for k in chosen):
        text += " Bands of flows hold that a month is a few shipments."
    style.add_title(fig, _name(one), text, layout)
    return fig


def series_name(name: str) -> str:
    """Name of an observed series as a reader sees it."""
    return name.replace("_", " ").replace(":", ": ")


def _name(one: EpisodeScore) -> str:
    return f"{title(one.episode)}: {WORDS[one.episode.way]}"


def _panel(one: EpisodeScore, number: int, ax: Any, layout: style.Layout) -> None:
    series: Series = one.episode.series[number]
    fan = one.measured.fans[number]
    fan = fan[np.isfinite(fan).all(axis=1)]
    if series.shipment > 0.0:
        fan = np.moveaxis(records(fan, series.shipment), -1, 0).reshape(-1, fan.shape[1])
    start: dt.date = one.bench.model.start

    def when(day: float) -> dt.datetime:
        return dt.datetime.combine(start, dt.time()) + dt.timedelta(days=day)

    dates = [when((first + last) / 2.0) for first, last in one.bench.months]
    q = quantiles(fan.T).T
    for low, high, alpha in ((0, 4, 0.16), (1, 3, 0.26)):
        ax.fill_between(dates, q[low], q[high], color=style.SCENARIO, alpha=alpha, linewidth=0, zorder=2)
    ax.plot(dates, q[2], color=style.SCENARIO, zorder=4)
    seen = [point.level if series.relative else point.value for point in series.points]
    places = [when((point.start + point.stop) / 2.0) for point in series.points]
    ax.plot(places, seen, "o", color=style.OBSERVED, markersize=3.5, zorder=5)
    ax.axvline(when(one.episode.start_day), color=style.QUIET, linewidth=0.8, linestyle=(0, (2, 2)))
    ax.set_title(textwrap.fill(series_name(series.name), TITLE_LETTERS), fontsize=8.5)
    style.date_axis(ax, when(0), when(one.bench.model.scenario.days), layout.columns == 1)
    top = max(float(q[4].max()), max(seen))
    if "price" in series.variable:
        style.index_axis(ax, min(float(q[0].min()), min(seen)), top)
    else:
        ax.set_ylim(0.0, 1.12 * max(top, 1.0))
