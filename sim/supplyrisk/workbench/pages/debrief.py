"""The debrief: the history at once, the ensemble as its runs come."""

from __future__ import annotations

import json
from functools import partial
from urllib.parse import quote

from nicegui import ui

from ..exercise.debrief import FIRST_RUNS, Debrief
from ..exercise.seen import chart_names
from ..exercise.table import Session, Table
from .answer import figures
from .exercise_parts import heading, print_button
from .shell import set_props
from .team import HEAD, draw_table, no_way
from .threads import soon, tried

OFTEN_S = 1.0  # how often the progress is looked at
LESS = "Below zero is relief. The history is one of many: a measure that helped in it need not be the one that helps most often."


def build(table: Table) -> None:
    """Register the page."""

    @ui.page("/exercise/debrief")
    async def page(name: str = "") -> None:
        ui.add_head_html(HEAD)
        await ui.context.client.connected()
        session, said = await tried(table.session, name)
        with ui.element("main").classes("wb-main wb-team"):
            if session is None:
                no_way(said)
                return
            if not ui.context.client.is_deleted:
                await After(session).fill()


class After:
    """The page of one window."""

    def __init__(self, session: Session) -> None:
        self.session, self.steps, self.client = session, session.play.steps, ui.context.client
        ui.page_title(f"Debrief: {session.exercise.spec.exercise}")
        with ui.element("section").classes("wb-section"):
            heading(f"{session.exercise.spec.exercise}: debrief", 1)
            self.headline = ui.element("div").classes("wb-debrief-said")
            self.state = ui.label("Computing the history in all branches …").classes("wb-note").props("role=status")
            with ui.element("div").classes("wb-answer-tools wb-no-print") as self.progress:
                self.bar = ui.element("progress").props('max=1 aria-label="Runs that are done"')
                self.done = ui.label().classes("wb-note")
            self.progress.set_visibility(False)
            self.later = ui.label("The exercise has moved on since. Load this page again to see it.").classes("wb-note")
            self.later.set_visibility(False)
        self.wrong = ui.element("div")
        with ui.element("section").classes("wb-section"):
            heading("What was chosen")
            self.measures = ui.element("div")
        with ui.element("section").classes("wb-section"):
            heading("In the history that was played")
            self.history = ui.element("div")
        with ui.element("section").classes("wb-section"):
            heading("In all runs: what the measures change")
            ui.label(LESS).classes("wb-note")
            self.ensemble = ui.element("div")
        with ui.element("section").classes("wb-section wb-charts") as self.root:
            heading("How it went in each branch")
            self.ids = figures(tuple(chart_names(session.exercise.spec.watch.products)))
        with ui.element("div").classes("wb-answer-tools wb-no-print"):
            print_button()
            ui.link("Back to this exercise", f"/exercise/play?name={quote(session.name)}")

        self.ticking = ui.timer(OFTEN_S, self.tick, active=False)
        session.listeners.append(self.changed)  # as long as it is shown, its runs stay in memory
        self.client.on_delete(lambda: session.listeners.remove(self.changed))

    def changed(self) -> None:
        """A step was taken, perhaps in another window."""
        soon(self._later)

    def _later(self) -> None:
        if not self.client.is_deleted and self.session.play.steps != self.steps:
            self.later.set_visibility(True)

    def tick(self) -> None:
        """How many runs are done."""
        done, of = self.session.debriefed(), self.session.exercise.spec.ensemble
        self.done.set_text(f"{done:,} of {of:,} runs done in all branches")
        set_props(self.bar, value=round(done / of, 3))

    def computing(self, on: bool) -> None:
        """Show the progress, or take it away."""
        self.tick()
        self.ticking.active = on
        self.progress.set_visibility(on)

    async def fill(self) -> None:
        """The history first, then a part of the ensemble, then all of it."""
        of = self.session.exercise.spec.ensemble
        for runs in sorted({0, min(FIRST_RUNS, of), of}):
            found, said = await tried(partial(self.session.debrief, runs))
            if ui.context.client.is_deleted:
                return
            if found is None:
                self.computing(False)
                self.state.set_text("")
                with self.wrong:
                    no_way(said, self.session.name)
                return
            self.show(found, runs == 0, runs < of)

    def show(self, found: Debrief, first: bool, more: bool) -> None:
        """Bring the page up to date."""
        self.headline.clear()
        with self.headline:
            for text in found.headline:
                ui.label(text)
        more = more and bool(found.ensemble["header"][1:])  # without a measure there is nothing to compute
        self.computing(more)
        if more:
            shown = f"the first {found.runs:,} runs" if found.runs else "the history that was played"
            self.state.set_text(f"Shown so far: {shown}. All {found.of:,} runs are being computed in all branches …")
        else:
            self.state.set_text(
                f"The history was run {found.run} of the ensemble. All branches have the same draws, so that they differ by "
                "their measures alone. Costs were assumed by whoever wrote the exercise."
            )
        self.measures.clear()
        with self.measures:
            for branch in found.measures:
                ui.label(branch["title"]).classes("wb-strong")
                ui.label(branch["cost"]).classes("wb-note")
                with ui.element("ul"):
                    for text in branch["measures"] or ["No measures."]:
                        with ui.element("li"):
                            ui.label(text)
        draw_table(self.history, found.branches["header"], found.branches["rows"], f"Run {found.run}")
        if found.ensemble["rows"]:
            caption = f"Change against no measures: median of {found.runs:,} runs, and the 80 % band"
            draw_table(self.ensemble, found.ensemble["header"], found.ensemble["rows"], caption)
        if first:
            charts = found.as_payload()["charts"]
            ui.run_javascript(
                f"wb.figures({json.dumps(self.root.html_id)}, {json.dumps(self.ids)}, {json.dumps(charts)})"
            )
