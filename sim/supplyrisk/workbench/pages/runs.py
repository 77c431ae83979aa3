"""Runs: start batches and studies, see how far they are, open what came of them, compare two."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from urllib.parse import quote

from nicegui import ui

from ...errors import SupplyriskError
from ..asked import fault, runs_asked, seed_asked
from ..bench import Workbench
from ..documents import below
from ..job import Job
from ..library import COMPARISON, Entry, Library
from . import results
from .queue import Queue, button
from .shell import frame, say_when_empty, set_props
from .threads import soon, told

HEAD = '<link rel="stylesheet" href="/static/answer.css"><link rel="stylesheet" href="/static/runs.css">'
RESCAN_SECONDS = 4.0
LAST_COMPARED = "The comparison that opens is the one made last from the first of them."
NOTHING_YET = (
    "Nothing has been computed in this folder yet. What is started here or on the command line is listed here."
)
COLUMNS = (
    ("title", "What", 3, "title"),
    ("kind", "Kind", 1, "kind"),
    ("state", "State", 1, "who"),
    ("runs", "Runs", 1, "runs"),
    ("created", "Begun (UTC)", 2, "created"),
    ("name", "Folder", 2, "name"),
)


def build(bench: Workbench) -> None:
    """Register the page, that of one result, and the files of results."""
    library = Library(bench.folder)
    results.build(bench, library)

    @ui.page("/runs")
    async def page() -> None:
        names = await asyncio.to_thread(runnable, bench)
        with frame("Runs"):
            Runs(bench, library, names)


class Runs:
    """The page of one window."""

    def __init__(self, bench: Workbench, library: Library, names: list[str]) -> None:
        self.bench, self.library = bench, library
        ui.add_head_html(HEAD)
        with ui.element("section").classes("wb-section"):
            ui.label("Start").classes("wb-h2").props("role=heading aria-level=2")
            self._starter(names)
        with ui.element("section").classes("wb-section"):
            ui.label("Queue").classes("wb-h2").props("role=heading aria-level=2")
            self.queue = Queue(bench.jobs, self._open_job)
        with ui.element("section").classes("wb-section"):
            ui.label("Results").classes("wb-h2").props("role=heading aria-level=2")
            self._list()
        self.waiting = False
        client = ui.context.client
        client.on_delete(bench.jobs.listen(self._changed))
        self.queue.show()
        ui.timer(0.1, self._rescan, once=True)
        ui.timer(RESCAN_SECONDS, self._rescan)

    # --- starting ---------------------------------------------------------------------------------

    def _starter(self, names: list[str]) -> None:
        if not names:
            ui.label("There is no scenario in this folder yet: take one from the gallery, or write one in the studio.")
        first = self.bench.last if self.bench.last in names else next(iter(names), None)
        with ui.element("div").classes("wb-answer-tools wb-fields"):
            self.file = ui.select(names, label="Scenario or study", value=first, with_input=True)
            self.file.classes("wb-wide").props("outlined dense")
            self.runs = ui.input("Runs", placeholder="as the file says", validation=lambda v: fault(v, runs_asked))
            self.seed = ui.input("Seed", placeholder="as the file says", validation=lambda v: fault(v, seed_asked))
            for field in (self.runs, self.seed):
                field.props("outlined dense stack-label inputmode=numeric autocomplete=off")
            button("Start", self._start).classes("wb-primary")

    async def _start(self) -> None:
        if not self.file.value:
            ui.notify("Choose a scenario or a study first.")
            return
        if not all([self.runs.validate(), self.seed.validate()]):
            return  # it says beside the field why
        await told(self.bench.jobs.start, self.file.value, self.runs.value, self.seed.value)

    # --- the queue --------------------------------------------------------------------------------

    def _changed(self) -> None:
        """In a thread of the queue; many changes make one update."""
        if not self.waiting:
            self.waiting = True
            soon(self._show)

    def _show(self) -> None:
        self.waiting = False
        self.queue.show()

    def _open_job(self, job: Job) -> None:
        if job.kind == "compare":
            ui.navigate.to(results.address(f"{job.out}/compare.html"), new_tab=True)
        else:
            ui.navigate.to(f"/runs/view?name={quote(job.out)}")

    # --- results ----------------------------------------------------------------------------------

    def _list(self) -> None:
        self.none = ui.label(NOTHING_YET).classes("wb-note")
        with ui.element("div").classes("wb-answer-tools") as self.tools:
            self.buttons = {
                "open": button("Open", self._open),
                "resume": button("Go on", self._resume),
                "compare": button("Compare", self._compare),
                "compared": button("Open the comparison", self._open_compared),
            }
            self.hint = ui.label().classes("wb-note").props("role=status aria-live=polite")
        self.grid = ui.aggrid(
            {
                "columnDefs": [
                    {"field": field, "headerName": name, "flex": flex, "minWidth": 80 + 40 * flex, "tooltipField": tip}
                    for field, name, flex, tip in COLUMNS
                ],
                "defaultColDef": {"sortable": True, "filter": True},
                "rowData": [],
                "rowSelection": {"mode": "multiRow"},
                ":getRowId": "params => params.data.name",
                "domLayout": "normal",
            }
        ).classes("wb-grid")
        say_when_empty(self.grid, "No result fits: clear the filters in the heads of the columns.")
        self.grid.on("selectionChanged", self._selected, [])
        self.known: list[Entry] | None = None
        self.picked: list[str] = []
        self._allow()

    async def _rescan(self) -> None:
        found = await told(self.library.entries)
        if found is not None and found != self.known:
            self.known = found
            self.grid.run_grid_method("setGridOption", "rowData", [row_of(entry) for entry in found])
            for part in (self.tools, self.grid):
                part.set_visibility(bool(found))
            self.none.set_visibility(not found)
            self._allow()

    async def _selected(self) -> None:
        rows = await self.grid.get_selected_rows()
        names = [str(row["name"]) for row in rows]
        kept = [name for name in self.picked if name in names]  # the first that was chosen stays the first
        self.picked = [*kept, *(name for name in names if name not in kept)]
        self._allow()

    def _allow(self) -> None:
        """Offer what can be done with the rows that are chosen, and say it."""
        entries = {entry.name: entry for entry in self.known or ()}
        chosen = [entries[name] for name in self.picked if name in entries]
        allowed, hint = offers(chosen)
        for key, made in self.buttons.items():
            set_props(made, disabled=key not in allowed)
        self.hint.set_text(hint)

    def _open(self) -> None:
        ui.navigate.to(f"/runs/view?name={quote(self.picked[0])}")

    def _open_compared(self) -> None:
        ui.navigate.to(results.address(f"{self.picked[0]}/{COMPARISON}"), new_tab=True)

    async def _resume(self) -> None:
        await told(self.bench.jobs.resume, self.picked[0])

    async def _compare(self) -> None:
        await told(self.bench.jobs.compare, *self.picked)


def runnable(bench: Workbench) -> list[str]:
    """Scenarios and studies that can be started; exercises are played, and what lies in run folders was started already."""
    from ..reading import is_exercise_text

    found = []
    for name in bench.documents.names():
        if not name.startswith("outputs/"):
            with contextlib.suppress(SupplyriskError, OSError):
                text = below(bench.folder, name).read_text(encoding="utf-8", errors="replace")
                if text.strip() and not is_exercise_text(text):
                    found.append(name)
    return found


def offers(chosen: Sequence[Entry]) -> tuple[set[str], str]:
    """What can be done with the rows that are chosen, and what to tell of it."""
    if not chosen:
        return set(), "Choose a row to open it or to go on with it; choose two to compare them, the first one first."
    if len(chosen) == 1:
        (one,) = chosen
        allowed = {"open", *(["resume"] if one.resumable else []), *(["compared"] if one.compared else [])}
        return allowed, "Choose a second row to compare the two." if one.kind != "study" else ""
    if len(chosen) > 2:
        return set(), "Two can be compared: choose fewer rows."
    if studies := [one.title for one in chosen if one.kind == "study"]:
        return (
            set(),
            f"“{studies[0]}” is a study, which compares its cells on its own page: choose two runs of scenarios.",
        )
    if idle := [one.title for one in chosen if one.state == "running" or not one.done]:
        return set(), f"“{idle[0]}” has no tables yet: wait until it is finished."
    first, second = (each.name for each in chosen)
    if chosen[0].title != chosen[1].title:
        first, second = (each.title for each in chosen)
    if chosen[0].compared:
        return {"compare", "compared"}, f"First: {first}. Second: {second}. {LAST_COMPARED}"
    return {"compare"}, f"First: {first}. Second: {second}."


def row_of(entry: Entry) -> dict[str, object]:
    """A row of the list."""
    runs = f"{entry.done:,}" if entry.done >= entry.runs else f"{entry.done:,} of {entry.runs:,}"
    created = entry.created.replace("T", " ").removesuffix("Z")[:16]
    return {
        "title": entry.title,
        "kind": entry.kind,
        "state": entry.state,
        "who": entry.who,
        "runs": runs,
        "created": created,
        "name": entry.name,
    }
