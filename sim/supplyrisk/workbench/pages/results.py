"""One result: its answer, its tables to sort and filter, its figures, and everything to take away."""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from nicegui import app, ui
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, PlainTextResponse, Response

from ...errors import SupplyriskError
from ..bench import Workbench
from ..documents import STATE
from ..guard import RESULTS
from ..library import COMPARISON, SHOWN, Library, zip_name
from ..numbers import FIRST, metric_names, named, note_on
from .queue import button
from .shell import frame, say_when_empty, set_props
from .threads import told

HEAD = '<link rel="stylesheet" href="/static/answer.css"><link rel="stylesheet" href="/static/runs.css">'
NUMBERS = {  # columns of a summary, as they are headed
    "p50": "Median",
    "p10": "10th percentile",
    "p90": "90th percentile",
    "mean": "Mean",
    "sd": "Standard deviation",
    "n": "Runs",
}
LABELS = {"arm": "Arm", "product": "Product", "place": "Where", "end_use": "End use"}
PAGES = {
    "report.html": "Open the report",
    "study.html": "Open the study's page",
    COMPARISON: "Open the comparison made last",
}
TO_TAKE = {  # what most want, with what they are called
    "report.xlsx": "Workbook (xlsx)",
    "study.xlsx": "Workbook (xlsx)",
    "summary.csv": "All numbers (CSV)",
    "cells.csv": "All numbers (CSV)",
}
NONE_FITS = "No number fits: clear the filters in the heads of the columns."
MOST_CELLS = 5_000  # rows of a study that are shown; its files have all
PLAIN = {"flex": 1, "minWidth": 90, "sortable": True}
MAIN = ("outcome", "statistic", "value", "unit")  # columns of a study that are always shown
SHORT = "p => typeof p.value === 'number' ? p.value.toLocaleString('en', {maximumSignificantDigits: 3}) : p.value"
WHOLE = "p => typeof p.value === 'number' ? p.value.toLocaleString('en') : p.value"  # never rounded: counts, years
PACKED = "/packed/"


def address(name: str) -> str:
    """Where a file of a run folder is shown."""
    return RESULTS + quote(name)


def download(words: str, name: str) -> None:
    """A link that saves a file of a run folder under its own name."""
    set_props(ui.link(words, address(name)), download=Path(name).name)


def build(bench: Workbench, library: Library) -> None:
    """Register the page and the files."""

    @app.get(RESULTS + "{name:path}")
    def result(name: str) -> Response:
        try:
            path = library.file(name)
        except (SupplyriskError, OSError) as error:
            return PlainTextResponse(f"{error}\n", 404)
        if kind := SHOWN.get(path.suffix):
            return FileResponse(path, media_type=kind, headers={"cache-control": "no-cache"})
        return FileResponse(path, media_type="application/octet-stream", filename=path.name)

    @app.get(PACKED + "{name:path}")
    def packed(name: str) -> Response:
        try:
            library.entry(name)
            state = bench.folder / STATE
            state.mkdir(exist_ok=True)
            handle, target = tempfile.mkstemp(dir=state, suffix=".zip")
            os.close(handle)
            path = library.pack(name, Path(target))
        except (SupplyriskError, OSError) as error:
            return PlainTextResponse(f"{error}\n", 404)
        return FileResponse(path, filename=zip_name(name), background=BackgroundTask(path.unlink, missing_ok=True))

    @ui.page("/runs/view")
    async def page(name: str = "") -> None:
        with frame("Runs"):
            ui.add_head_html(HEAD)
            reading = ui.label("The result is being read.").classes("wb-note").props("role=status")
            await ui.context.client.connected()
            found = await told(partial(read, library, bench, name))
            reading.delete()
            if found is None:
                ui.label("There is no such result.")
                ui.link("All runs", "/runs")
                return
            show(library, found)


def read(library: Library, bench: Workbench, name: str) -> dict[str, Any]:
    """What the page shows of a result, read in a thread."""
    entry = library.entry(name)
    found: dict[str, Any] = {"entry": entry, "files": library.files(name), "headline": "", "summary": None}
    found |= {"cells": None, "source": library.source(name)}
    path = bench.folder / name
    if entry.kind == "study":
        from ...results.store import Store

        answer = Store(path).manifest().get("answer") or {}
        found["headline"] = str(answer.get("headline", ""))
        found["sentences"] = [str(each) for each in answer.get("sentences", ())]
        if (path / "cells.csv").is_file():
            import pandas as pd

            found["cells"] = pd.read_csv(path / "cells.csv", nrows=MOST_CELLS)
    elif entry.kind == "run" and (path / "summary.csv").is_file() and entry.done:
        from ...report.run import Run
        from ...report.sentences import answer as answer_of
        from ...results.reader import manifest_of

        run = Run(path, manifest_of(path))
        said = answer_of(run)
        found |= {"headline": said.headline, "sentences": list(said.sentences), "summary": named(run)}
    return found


def show(library: Library, found: dict[str, Any]) -> None:
    """The page of a result."""
    entry, files = found["entry"], found["files"]
    with ui.element("section").classes("wb-section"):
        ui.page_title(f"{entry.title} · supplyrisk workbench")
        ui.label(entry.title).classes("wb-h2").props("role=heading aria-level=2")
        ui.label(f"{entry.kind}, {entry.state}, {entry.done:,} runs, {entry.name}").classes("wb-note")
        ui.label(found["headline"]).classes("wb-headline")
        with ui.element("ul"):
            for text in found.get("sentences", ()):
                with ui.element("li"):
                    ui.label(text)
        with ui.element("div").classes("wb-answer-tools"):
            for page, words in PAGES.items():
                if page in files:
                    ui.link(words, address(f"{entry.name}/{page}"), new_tab=True)
            for file, words in TO_TAKE.items():
                if file in files:
                    download(words, f"{entry.name}/{file}")
            if found["source"]:
                ui.link("Its file in the studio", f"/?file={quote(found['source'])}")
            ui.link("Everything in one zip, with how to repeat it", PACKED + quote(entry.name))
    if found["summary"] is not None and len(found["summary"]):
        with ui.element("section").classes("wb-section"):
            ui.label("Numbers").classes("wb-h2").props("role=heading aria-level=2")
            grid_of(found["summary"])
    if found["cells"] is not None and len(found["cells"]):
        with ui.element("section").classes("wb-section"):
            ui.label("Numbers").classes("wb-h2").props("role=heading aria-level=2")
            if len(found["cells"]) == MOST_CELLS:
                ui.label(f"The first {MOST_CELLS:,} rows; the files below have all.").classes("wb-note")
            cells_of(found["cells"])
    figures = [name for name in files if name.startswith("figures/") and name.endswith(".svg")]
    with ui.element("section").classes("wb-section"):
        ui.label("Figures").classes("wb-h2").props("role=heading aria-level=2")
        for name in figures:
            title = Path(name).stem.replace("_", " ")
            with ui.element("figure").classes("wb-figure"):
                set_props(ui.element("img"), src=address(f"{entry.name}/{name}"), alt=title, loading="lazy")
                with ui.element("figcaption"):
                    ui.label(title)
                    for ending in ("svg", "png", "csv"):
                        other = f"{name.removesuffix('svg')}{ending}"
                        if other in files:
                            download(ending.upper(), f"{entry.name}/{other}")
    with ui.element("section").classes("wb-section"):
        ui.label("Files").classes("wb-h2").props("role=heading aria-level=2")
        with ui.element("ul"):
            for name in files:
                if not name.startswith("figures/"):
                    with ui.element("li"):
                        download(name, f"{entry.name}/{name}")


def cells_of(cells: Any) -> None:
    """The cells of a study: sorted and filtered in the page."""
    numbers = {
        str(name): SHORT if cells[name].dtype.kind == "f" else WHOLE for name in cells.select_dtypes("number").columns
    }
    columns = [
        {"field": str(name), "headerName": str(name).replace("_", " "), "filter": True}
        | (
            {"filter": "agNumberColumnFilter", ":valueFormatter": numbers[name]}
            if name in numbers
            else {"minWidth": 130}
        )
        for name in cells.columns
        if name in MAIN or cells[name].nunique() > 1  # what is the same in every row says nothing
    ]
    rows = [{key: None if value != value else value for key, value in row.items()} for row in cells.to_dict("records")]
    with ui.element("div").classes("wb-answer-tools"):
        button("Download as CSV", lambda: grid.run_grid_method("exportDataAsCsv", {"fileName": "cells.csv"}))
    grid = ui.aggrid({"columnDefs": columns, "rowData": rows, "defaultColDef": PLAIN}).classes("wb-grid")
    say_when_empty(grid, NONE_FITS)


def grid_of(summary: Any) -> None:
    """The summary, one metric at a time: sorted and filtered in the page."""
    called = metric_names(sorted(map(str, summary["metric"].unique())))
    called = dict(sorted(called.items(), key=lambda item: item[1]))
    first = FIRST if FIRST in called else next(iter(called))
    columns: list[dict[str, Any]] = [
        {"field": field, "headerName": head, "filter": True, "minWidth": 150, "flex": 2, "tooltipField": field}
        for field, head in LABELS.items()
    ]
    columns += [
        {"field": field, "headerName": head, "filter": "agNumberColumnFilter", "type": "rightAligned", "minWidth": 105}
        | {":valueFormatter": WHOLE if field == "n" else SHORT}
        for field, head in NUMBERS.items()
    ]
    columns.append({"field": "unit", "headerName": "Unit", "filter": True, "minWidth": 125})

    def rows(metric: str) -> list[dict[str, Any]]:
        some = summary[summary["metric"].astype(str) == metric]
        few = some[[*LABELS, *NUMBERS, "unit"]].astype(dict.fromkeys((*LABELS, "unit"), str))
        return [
            {key: None if value != value else value for key, value in row.items()} for row in few.to_dict("records")
        ]

    heads = PLAIN | {"wrapHeaderText": True, "autoHeaderHeight": True}
    options = {"columnDefs": columns, "rowData": rows(first), "defaultColDef": heads}
    with ui.element("div").classes("wb-answer-tools"):
        chosen = ui.select(called, label="Number", value=first, with_input=True).classes("wb-wide")
        chosen.props("outlined dense")
        button("Download as CSV", lambda: grid.run_grid_method("exportDataAsCsv", {"fileName": f"{chosen.value}.csv"}))
    note = ui.label(note_on(first)).classes("wb-note")
    grid = ui.aggrid(options).classes("wb-grid")
    say_when_empty(grid, NONE_FITS)

    def change() -> None:
        if chosen.value in called:
            note.set_text(note_on(chosen.value))
            grid.options["rowData"] = rows(chosen.value)
            grid.update()

    chosen.on_value_change(change)
