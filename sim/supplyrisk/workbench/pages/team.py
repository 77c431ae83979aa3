"""The team's page, which gets what is known by today and no more, and the debrief."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from nicegui import ui

from ..exercise.debrief import Debrief
from ..exercise.seen import TeamView, chart_names
from ..exercise.table import Session, Table
from . import shell
from .answer import HEAD as CHARTS
from .answer import figures
from .queue import button
from .threads import soon, told

HEAD = f'{shell.HEAD}{CHARTS}<link rel="stylesheet" href="/static/runs.css"><link rel="stylesheet" href="/static/exercise.css">'


def build(table: Table) -> None:
    """Register the pages."""

    @ui.page("/exercise/team")
    async def page(name: str = "") -> None:
        ui.add_head_html(HEAD)
        await ui.context.client.connected()
        session = await told(table.session, name)
        with ui.element("main").classes("wb-main wb-team"):
            if session is None:
                ui.label("There is no such exercise.")
                return
            await Team(session).refresh()

    @ui.page("/exercise/debrief")
    async def after(name: str = "") -> None:
        ui.add_head_html(HEAD)
        await ui.context.client.connected()
        session = await told(table.session, name)
        with ui.element("main").classes("wb-main wb-team") as root:
            if session is None:
                ui.label("There is no such exercise.")
                return
            waiting = ui.label("Computing all branches for the whole ensemble …").props("aria-live=polite")
            ids = figures(tuple(chart_names(session.exercise.spec.watch.products)))
            found = await told(session.debrief)
            waiting.delete()
            if found is not None:
                show_debrief(root, ids, found)


def draw_table(box: ui.element, header: Sequence[str], rows: Sequence[Sequence[Any]], caption: str) -> None:
    """A table, drawn as text by the page's own script."""
    given = ", ".join(json.dumps(each) for each in (box.html_id, list(header), [list(row) for row in rows], caption))
    ui.run_javascript(f"wb.table({given})")


class Team:
    """The page of one window."""

    def __init__(self, session: Session) -> None:
        self.session = session
        ui.page_title(session.exercise.spec.exercise)
        with ui.element("header").classes("wb-team-head"):
            ui.label(session.exercise.spec.exercise).classes("wb-h2").props("role=heading aria-level=1")
            self.today = ui.label().classes("wb-headline").props("aria-live=polite")
            self.busy = ui.label().classes("wb-note").props("aria-live=polite")
            self.money = ui.label().classes("wb-note")
            with ui.element("div").classes("wb-answer-tools"):
                self.on = button(f"Play {session.exercise.turn_weeks} weeks on", lambda: self.step("go"))
        ui.label(session.exercise.spec.briefing)
        with ui.element("div").classes("wb-columns"):
            with ui.element("section").classes("wb-section") as self.root:
                names = chart_names(session.exercise.spec.watch.products)
                self.ids = figures(tuple(names))
                self.said = ui.label().classes("wb-note")
            with ui.element("div"):
                self.news = self._list("News")
                self.deck = self._list("Measures")
                self.done = self._list("Chosen")
                self.turns = self._list("Go back")
                self.branches = self._list("Branches")
        self.client = ui.context.client
        session.listeners.append(self.changed)
        self.client.on_delete(lambda: session.listeners.remove(self.changed))

    @staticmethod
    def _list(title: str) -> ui.element:
        with ui.element("section").classes("wb-section"):
            ui.label(title).classes("wb-h2").props("role=heading aria-level=2")
            return ui.element("ul").classes("wb-jobs")

    def changed(self) -> None:
        """A step was taken, perhaps in another window."""
        soon(self._later)

    def _later(self) -> None:
        if not self.client.is_deleted:
            with self.root:
                ui.timer(0, self.refresh, once=True)

    async def step(self, what: str, given: str | int | None = None) -> None:
        """Take a step; the pages are drawn anew because of it."""
        self.busy.set_text("Computing …")
        await told(partial(self.session.step, what, given))
        self.busy.set_text("")

    async def refresh(self) -> None:
        """Bring the page up to date."""
        self.busy.set_text("Computing what may come …")
        view: TeamView | None = await told(self.session.view)
        self.busy.set_text("")
        if view is not None:
            self.show(view)

    def show(self, view: TeamView) -> None:
        self.today.set_text(f"Today is {view.today}" + (", the end of the exercise" if view.over else ""))
        money = [
            f"{role['title']}: {role['spent']:g}" + ("" if role["budget"] is None else f" of {role['budget']:g}")
            for role in view.roles
        ]
        self.money.set_text(f"Spent, billion USD. {'; '.join(money)}.")
        self.on.set_visibility(not view.over)
        self.said.set_text(
            f"Lines: what was seen. Fans: the {view.runs_ahead} runs that came nearest to it, of the scenario as it is known today, "
            "as if what is in force went on. Half of them lie in the dark band, eight in ten in the light one."
        )
        self._fill(self.news, view.news, lambda each: ui.label(f"{each['date']}: {each['text']}"))
        self._fill(self.deck, view.cards, partial(self._card, {role["name"]: role["title"] for role in view.roles}))
        self._fill(self.done, view.played, lambda each: ui.label(f"{each['date']}: {each['card']}"))
        self._fill(
            self.turns, view.turns, lambda each: button(f"To {each['date']}", lambda: self.step("back", each["week"]))
        )
        self._fill(self.branches, view.branches, partial(self._branch, view.branch))
        charts = view.as_payload()["charts"]
        self.client.run_javascript(
            f"wb.figures({json.dumps(self.root.html_id)}, {json.dumps(self.ids)}, {json.dumps(charts)})"
        )

    @staticmethod
    def _fill(box: ui.element, entries: Sequence[Any], make: Callable[[Any], object]) -> None:
        box.clear()
        with box:
            for each in entries:
                with ui.element("li"):
                    make(each)

    def _card(self, roles: dict[str, str], card: dict[str, Any]) -> None:
        with ui.element("div").classes("wb-job"):
            ui.label(card["title"]).classes("wb-job-name")
            chosen = button("Choose", lambda: self.step("play", card["name"]))
            if card["why_not"]:
                chosen.props("disabled")
        cost = f"{card['cost']:g} billion USD, in force after {card['lead_weeks']:g} weeks" + (
            "" if card["once"] else ", each turn"
        )
        ui.label(f"{roles[card['role']]}: {cost}" + (f". It {card['why_not']}." if card["why_not"] else "")).classes(
            "wb-note"
        )

    def _branch(self, current: int, branch: dict[str, Any]) -> None:
        with ui.element("div").classes("wb-job"):
            ui.label(
                f"Branch {branch['number']}, until {branch['today']}: {'; '.join(branch['measures']) or 'no measures'}"
            )
            if branch["number"] != current:
                button("Take up", lambda: self.step("look", branch["number"]))
            else:
                ui.label("(this one)").classes("wb-note")


def show_debrief(root: ui.element, ids: dict[str, int], found: Debrief) -> None:
    """The page of the debrief."""
    with root:
        with ui.element("section").classes("wb-section") as words:
            ui.label(f"{found.title}: debrief").classes("wb-h2").props("role=heading aria-level=1")
            ui.label(
                f"The history was run {found.run} of the ensemble. The first table tells what each branch brought in it; the second "
                f"what its measures change in all {found.runs:,} runs on the same draws, below zero is relief: the history is one of "
                "many, and a measure that helped in it need not be the one that helps most often."
            )
            first, second = ui.element("div"), ui.element("div")
        words.move(target_index=0)
    draw_table(
        first, found.branches["header"], found.branches["rows"], f"In the history that was played (run {found.run})"
    )
    draw_table(
        second, found.ensemble["header"], found.ensemble["rows"], f"Change against no measures, {found.runs:,} runs"
    )
    charts = found.as_payload()["charts"]
    ui.run_javascript(f"wb.figures({json.dumps(root.html_id)}, {json.dumps(ids)}, {json.dumps(charts)})")
