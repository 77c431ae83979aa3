"""The team's page, which gets what is known by today and no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from nicegui import ui

from ..exercise.play import Late
from ..exercise.seen import TeamView, chart_names
from ..exercise.table import Session, Table
from . import shell
from .answer import HEAD as CHARTS
from .answer import figures
from .threads import soon, tried

HEAD = (
    f'{shell.HEAD}{CHARTS}<link rel="stylesheet" href="/static/runs.css">'
    '<link rel="stylesheet" href="/static/exercise.css"><script src="/static/exercise.js"></script>'
)
OFTEN_S = 0.4  # how often the progress is looked at


def build(table: Table) -> None:
    """Register the page."""

    @ui.page("/exercise/team")
    async def page(name: str = "") -> None:
        ui.add_head_html(HEAD)
        await ui.context.client.connected()
        session, said = await tried(table.session, name)
        with ui.element("main").classes("wb-main wb-team").props("data-wb-exercise") as root:
            if session is None:
                no_way(said)
                return
            if ui.context.client.is_deleted:  # the window was closed meanwhile: nobody would take the listener away
                return
            await Team(session, root).refresh()


def no_way(said: str, name: str = "") -> None:
    """What is wrong, and the way back."""
    with ui.element("section").classes("wb-section").props("role=alert"):
        ui.label("This can't be shown").classes("wb-h2").props("role=heading aria-level=1")
        ui.label(said).classes("wb-said")
        with ui.element("div").classes("wb-answer-tools"):
            if name:
                ui.link("Back to this exercise", f"/exercise/play?name={quote(name)}")
            ui.link("All exercises", "/exercise")


def draw_table(box: ui.element, header: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> None:
    """A table, drawn as text by the page's own script."""
    given = ", ".join(json.dumps(each) for each in (box.html_id, list(header), [list(row) for row in rows], caption))
    ui.run_javascript(f"wb.table({given})")


class Team:
    """The page of one window."""

    def __init__(self, session: Session, root: ui.element) -> None:
        self.session, self.main = session, root
        self.steps = 0  # that had been taken when this page was drawn
        ui.page_title(session.exercise.spec.exercise)
        with ui.element("header").classes("wb-team-head"):
            ui.label(session.exercise.spec.exercise).classes("wb-h2").props("role=heading aria-level=1")
            self.today = ui.label().classes("wb-headline").props("aria-live=polite")
            with ui.element("div").classes("wb-team-tools"):
                with ui.element("span").props("data-wb-steps"):
                    self.on = self._button("", lambda: self.step("go"), "wb-button")
                self.busy = ui.label().classes("wb-note wb-team-busy").props("role=status")
                self.bar = ui.element("progress").props('max=1 aria-label="Progress"')
            self.money = ui.element("div").classes("wb-money")
        self.wrong = ui.element("div")
        ui.label(session.exercise.spec.briefing).classes("wb-briefing")
        with ui.element("div").classes("wb-columns"):
            with ui.element("section").classes("wb-section") as self.root:
                self.ids = figures(tuple(chart_names(session.exercise.spec.watch.products)))
                self.said = ui.label().classes("wb-note")
            with ui.element("div"):
                self.news = self._list("News")
                with ui.element("div").props("data-wb-steps"):
                    self.deck = self._list("Measures")
                    self.done = self._list("Chosen")
                    self.turns = self._list("Go back")
                    self.branches = self._list("Branches")
        self.client = ui.context.client
        self.ticking = ui.timer(OFTEN_S, self.tick, active=False)
        self.computing(True)
        session.listeners.append(self.changed)
        self.client.on_delete(lambda: session.listeners.remove(self.changed))

    @staticmethod
    def _list(title: str) -> ui.element:
        with ui.element("section").classes("wb-section"):
            ui.label(title).classes("wb-h2").props("role=heading aria-level=2")
            return ui.element("ul").classes("wb-jobs")

    def _button(self, text: str, act: Callable[[], object], kind: str = "wb-plain") -> ui.element:
        """A button that takes a step: a click on it switches all of them off at once."""
        made = ui.element("button").classes(kind).props("type=button")
        with made:
            ui.label(text)
        made.on("click", lambda _: act(), js_handler="(e) => { wb.step(e); emit(); }")
        return made

    # --- while something is computed --------------------------------------------------------------

    def changed(self) -> None:
        """A step was taken, or something begins or ends to be computed, perhaps in another window."""
        soon(self._later)

    def _later(self) -> None:
        if self.client.is_deleted:
            return
        with self.root:
            if self.session.doing:
                self.computing(True)
            elif self.session.play.steps != self.steps:
                ui.timer(0, self.refresh, once=True)

    def computing(self, on: bool) -> None:
        """Switch what takes steps off, and say what is computed; or on again."""
        self.ticking.active = on
        self.bar.set_visibility(on)
        self.tick()
        self.client.run_javascript(f"wb.busy({json.dumps(self.main.html_id)}, {json.dumps(on)})")

    def tick(self) -> None:
        """How far it is."""
        words, share = self.session.progress()
        self.busy.set_text(words)
        shell.set_props(self.bar, value=round(share, 3))

    # --- steps --------------------------------------------------------------------------------------

    async def step(self, what: str, given: str | int | None = None) -> None:
        """Take a step; the pages are drawn anew because of it."""
        self.computing(True)
        found, said = await tried(partial(self._step, what, given))
        if found is not None or said:  # nothing was done
            ui.notify(said or found, type="negative" if said else "warning", multi_line=True, close_button="Close")
            await self.refresh()

    def _step(self, what: str, given: str | int | None) -> str | None:
        try:
            self.session.step(what, given, self.steps)
        except Late as late:
            return str(late)
        return None

    async def refresh(self) -> None:
        """Bring the page up to date."""
        self.computing(True)
        view, said = await tried(self.session.view)
        if self.client.is_deleted:
            return
        if view is None:
            self.failed(said)
        else:
            self.wrong.clear()
            self.show(view)
        self.computing(False)

    def failed(self, said: str) -> None:
        """Nothing can be shown of where the exercise stands: say so, with a way on."""
        self.steps = self.session.play.steps
        course = self.session.play.course
        before = [week for week in self.session.play.turns(course.branch) if week < course.branch.week]
        self.wrong.clear()
        with self.wrong, ui.element("section").classes("wb-section").props("role=alert data-wb-steps"):
            ui.label("This turn could not be computed").classes("wb-h2").props("role=heading aria-level=2")
            ui.label(said).classes("wb-said")
            ui.label("Nothing is lost: all that was chosen is in the log.")
            with ui.element("div").classes("wb-answer-tools"):
                self._button("Try again", self.refresh)
                if before:
                    self._button("Go back a turn", lambda: self.step("back", before[-1]))
                for branch in course.branches.values():
                    if branch.number != course.current:
                        self._button(f"Take up branch {branch.number}", partial(self.step, "look", branch.number))
                ui.link("All exercises", "/exercise")

    # --- what is shown ------------------------------------------------------------------------------

    def show(self, view: TeamView) -> None:
        self.steps = view.steps
        over = ", the end of the exercise. Go back to try another course, or ask for the debrief" if view.over else ""
        self.today.set_text(f"It is {view.today_in_words}{over}.")
        self.on.set_visibility(not view.over)
        self.on.clear()
        with self.on:
            ui.label(f"Play {view.next_weeks} weeks on, to {view.next_in_words}")
        self._budgets(view)
        self.said.set_text(
            f"Lines: what was seen. Fans: the {view.runs_ahead} runs that came nearest to it, of the scenario as it is known today, "
            "as if what is in force went on. Half of them lie in the dark band, eight in ten in the light one."
        )
        self._fill(self.news, view.news, lambda each: ui.label(f"{each['in_words']}: {each['text']}"), "Nothing yet.")
        self._deck(view)
        self._fill(self.done, view.played, self._played, "No measure so far.")
        self._fill(
            self.turns,
            view.turns,
            lambda each: self._button(f"To {each['in_words']}", partial(self.step, "back", each["week"])),
            "This is the first turn.",
        )
        self._fill(self.branches, view.branches, partial(self._branch, view.branch))
        charts = view.as_payload()["charts"]
        self.client.run_javascript(
            f"wb.figures({json.dumps(self.root.html_id)}, {json.dumps(self.ids)}, {json.dumps(charts)})"
        )

    def _budgets(self, view: TeamView) -> None:
        rows = [
            [role["title"], f"{role['spent']:g}", "no limit" if role["left"] is None else f"{role['left']:g}"]
            for role in view.roles
        ]
        draw_table(self.money, ["Role", "spent, billion USD", "left"], rows)

    @staticmethod
    def _fill(box: ui.element, entries: Sequence[Any], make: Callable[[Any], object], none: str = "") -> None:
        box.clear()
        with box:
            for each in entries:
                with ui.element("li"):
                    make(each)
            if not entries and none:
                with ui.element("li"):
                    ui.label(none).classes("wb-note")

    def _deck(self, view: TeamView) -> None:
        """The cards, role by role."""
        self.deck.clear()
        with self.deck:
            for role in view.roles:
                with ui.element("li").classes("wb-deck-role"):
                    ui.label(role["title"]).props("role=heading aria-level=3")
                for card in view.cards:
                    if card["role"] == role["name"]:
                        with ui.element("li"):
                            self._card(card)

    def _card(self, card: dict[str, Any]) -> None:
        with ui.element("div").classes("wb-job"):
            ui.label(card["title"]).classes("wb-job-name")
            if card["now"]:
                self._take_back(card["name"], card["title"])
            else:
                chosen = self._button("Choose", lambda: self.step("play", card["name"]))
                shell.set_props(chosen, aria_label=f"Choose: {card['title']}")
                if card["why_not"]:
                    chosen.props("disabled")
        ui.label(card["terms"] + (f" It {card['why_not']}." if card["why_not"] else "")).classes("wb-note")

    def _take_back(self, name: str, title: str) -> None:
        """A button for a measure that was chosen this turn."""
        made = self._button("Take back", lambda: self.step("take_back", name))
        shell.set_props(made, aria_label=f"Take back: {title}")

    def _played(self, each: dict[str, Any]) -> None:
        with ui.element("div").classes("wb-job"):
            ui.label(f"{each['in_words']}: {each['card']}")
            if each["now"]:
                self._take_back(each["name"], each["card"])

    def _branch(self, current: int, branch: dict[str, Any]) -> None:
        with ui.element("div").classes("wb-job"):
            ui.label(
                f"Branch {branch['number']}, played to {branch['in_words']}: "
                f"{'; '.join(branch['measures']) or 'no measures'}"
            )
            if branch["number"] != current:
                self._button("Take up", lambda: self.step("look", branch["number"]))
            else:
                ui.label("(this one)").classes("wb-note")
