"""The queue on the page: one row per job, with progress, time left, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from ..job import OPEN, RUNNING, Job, go_on_word, how_far, what_happened
from ..jobs import Jobs
from .shell import set_props
from .threads import beside, told

MOST_ROWS = 20


def button(text: str, act: Callable[[], object]) -> ui.element:
    """A plain button."""
    with ui.element("button").classes("wb-plain").props("type=button") as made:
        ui.label(text)
    made.on("click", lambda _: act())
    return made


@dataclass
class Row:
    """The widgets of one job."""

    box: ui.element
    state: ui.label
    bar: ui.element
    said: ui.label
    cancel: ui.element
    again: ui.element
    again_word: ui.label
    open: ui.element

    def show(self, job: Job) -> None:
        """Bring them up to date."""
        self.state.set_text(how_far(job))
        share = job.done / job.total if job.total else 0.0
        set_props(self.bar, value=round(min(share, 1.0), 4))
        self.bar.set_visibility(job.state == RUNNING and bool(job.total))
        said = what_happened(job)
        self.said.set_text(said)
        self.said.set_visibility(bool(said))
        self.cancel.set_visibility(job.state in OPEN and not job.ending)
        self.again_word.set_text(go_on_word(job))
        self.again.set_visibility(job.can_go_on)
        self.open.set_visibility(job.can_open)


class Queue:
    """The list of jobs; rows are made once and then only changed, so that the focus stays where it is."""

    def __init__(self, jobs: Jobs, on_open: Callable[[Job], None]) -> None:
        self.jobs, self.on_open = jobs, on_open
        self.rows: dict[int, Row] = {}
        self.empty = ui.label("Nothing is in the queue: choose a scenario or a study above and press Start.")
        self.empty.classes("wb-note")
        self.box = ui.element("ul").classes("wb-jobs").props('aria-label="Queue"')

    def show(self) -> None:
        """Bring the list up to date."""
        shown = self.jobs.jobs()[:MOST_ROWS]
        self.empty.set_visibility(not shown)
        for number in set(self.rows) - {job.id for job in shown}:
            self.rows.pop(number).box.delete()
        for job in reversed(shown):
            if job.id not in self.rows:
                with self.box:
                    self.rows[job.id] = self._row(job)
                self.rows[job.id].box.move(target_index=0)
            self.rows[job.id].show(job)

    def _row(self, job: Job) -> Row:
        with ui.element("li") as box:
            with ui.element("div").classes("wb-job"):
                ui.label(f"{job.id}. {job.title}").classes("wb-job-name")
                state = ui.label()
                bar = set_props(ui.element("progress"), max=1, aria_label=f"Progress of {job.file}")
                cancel = button("Cancel", lambda: beside(self.jobs.cancel, job.id))
                with ui.element("button").classes("wb-plain").props("type=button") as again:
                    word = ui.label()
                again.on("click", lambda _: told(self.jobs.again, job.id))
                opened = button("Open", lambda: self.on_open(job))
            said = ui.label().classes("wb-said")
        return Row(box, state, bar, said, cancel, again, word, opened)
