"""Runs: start batches and studies, see how far they are, open what came of them, compare two."""

from __future__ import annotations

from urllib.parse import quote

from nicegui import ui

from ..bench import Workbench
from ..jobs import Job
from ..library import Entry, Library
from . import results
from .queue import Queue, button
from .shell import frame
from .threads import soon, told

HEAD = '<link rel="stylesheet" href="/static/answer.css"><link rel="stylesheet" href="/static/runs.css">'
RESCAN_SECONDS = 4.0
COLUMNS = (
    ("title", "What", 3),
    ("kind", "Kind", 1),
    ("state", "State", 1),
    ("runs", "Runs", 1),
    ("created", "Begun (UTC)", 1),
    ("name", "Folder", 2),
)


def build(bench: Workbench) -> None:
    """Register the page, that of one result, and the files of results."""
    library = Library(bench.folder)
    results.build(bench, library)

    @ui.page("/runs")
    def page() -> None:
        with frame("Runs"):
            Runs(bench, library)


class Runs:
    """The page of one window."""

    def __init__(self, bench: Workbench, library: Library) -> None:
        self.bench, self.library = bench, library
        ui.add_head_html(HEAD)
        with ui.element("section").classes("wb-section"):
            ui.label("Start").classes("wb-h2").props("role=heading aria-level=2")
            self._starter()
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
        ui.timer(RESCAN_SECONDS, self._rescan)

    # --- starting ---------------------------------------------------------------------------------

    def _starter(self) -> None:
        names = [name for name in self.bench.documents.names() if not name.startswith("outputs/")]
        with ui.element("div").classes("wb-answer-tools"):
            self.file = ui.select(names, label="Scenario or study", value=names[0] if names else None, with_input=True)
            self.file.classes("wb-wide").props("outlined")
            self.runs = ui.number("Runs", placeholder="as the file says", min=1, max=1_000_000, precision=0)
            self.seed = ui.number("Seed", placeholder="as the file says", precision=0)
            for field in (self.runs, self.seed):
                field.props("outlined stack-label")
            button("Start", self._start)

    async def _start(self) -> None:
        if not self.file.value:
            ui.notify("Choose a file first.")
            return
        runs, seed = self.runs.value, self.seed.value
        await told(self.bench.jobs.start, self.file.value, int(runs or 0), None if seed is None else int(seed))

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
        with ui.element("div").classes("wb-answer-tools"):
            button("Open", self._open)
            button("Go on with it", self._resume)
            button("Compare two", self._compare)
        self.grid = ui.aggrid(
            {
                "columnDefs": [
                    {"field": field, "headerName": name, "flex": flex, "sortable": True, "filter": True, "minWidth": 90}
                    for field, name, flex in COLUMNS
                ],
                "rowData": [],
                "rowSelection": {"mode": "multiRow"},
                ":getRowId": "params => params.data.name",
                "domLayout": "normal",
            }
        ).classes("wb-grid")
        self.known: list[Entry] = []

    async def _rescan(self) -> None:
        found = await told(self.library.entries)
        if found is not None and found != self.known:
            self.known = found
            self.grid.options["rowData"] = [row_of(entry) for entry in found]
            self.grid.update()

    async def _chosen(self, count: int) -> list[str]:
        rows = await self.grid.get_selected_rows()
        if len(rows) != count:
            ui.notify("Select one row." if count == 1 else "Select two rows, the first one first.")
            return []
        return [str(row["name"]) for row in rows]

    async def _open(self) -> None:
        for name in await self._chosen(1):
            ui.navigate.to(f"/runs/view?name={quote(name)}")

    async def _resume(self) -> None:
        for name in await self._chosen(1):
            await told(self.bench.jobs.resume, name)

    async def _compare(self) -> None:
        names = await self._chosen(2)
        if names:
            await told(self.bench.jobs.compare, *names)


def row_of(entry: Entry) -> dict[str, object]:
    """A row of the list."""
    state = f"{entry.state} ({entry.who})" if entry.who else entry.state
    runs = f"{entry.done:,}" if entry.done >= entry.runs else f"{entry.done:,} of {entry.runs:,}"
    created = entry.created.replace("T", " ").removesuffix("Z")[:16]
    return {
        "title": entry.title,
        "kind": entry.kind,
        "state": state,
        "runs": runs,
        "created": created,
        "name": entry.name,
    }
