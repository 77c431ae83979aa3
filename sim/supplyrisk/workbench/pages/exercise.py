"""Exercise: the facilitator's page, from which a table-top exercise is begun, and the pages that belong to it."""

from __future__ import annotations

from urllib.parse import quote

from nicegui import ui

from ..bench import Workbench
from ..exercise.table import Session, Table
from . import team
from .answer import HEAD as CHARTS
from .queue import button
from .shell import frame, set_props
from .threads import told

HEAD = f'{CHARTS}<link rel="stylesheet" href="/static/runs.css">'
PRINT = '<link rel="stylesheet" href="/static/exercise.css">'


def heading(text: str, level: int = 2) -> None:
    """A heading within a page."""
    set_props(ui.label(text).classes("wb-h2"), role="heading", aria_level=str(level))


def build(bench: Workbench) -> None:
    """Register the pages of exercises."""
    table = Table(bench.folder)
    bench.at_end.append(table.close)
    team.build(table)

    @ui.page("/exercise")
    async def page() -> None:
        with frame("Exercise"):
            ui.add_head_html(HEAD + PRINT)
            await ui.context.client.connected()
            await overview(table)

    @ui.page("/exercise/play")
    async def facilitator(name: str = "") -> None:
        with frame("Exercise"):
            ui.add_head_html(HEAD + PRINT)
            await ui.context.client.connected()
            session = await told(table.session, name)
            if session is not None:
                show(session)

    @ui.page("/exercise/handout")
    async def handout(name: str = "", role: str = "") -> None:
        with frame("Exercise"):
            ui.add_head_html(HEAD + PRINT)
            await ui.context.client.connected()
            session = await told(table.session, name)
            if session is not None:
                print_out(session, role)


async def overview(table: Table) -> None:
    """What can be begun, and what was."""
    files = await told(table.files) or {}
    with ui.element("section").classes("wb-section"):
        heading("Begin an exercise")
        ui.label(
            "A team sees what is known by today, chooses measures, and plays on; you can go back and branch. Everything is kept in a "
            "folder beside your scenarios."
        ).classes("wb-hint")
        with ui.element("div").classes("wb-answer-tools"):
            chosen = ui.select({name: f"{title} ({name})" for name, title in files.items()}, label="Exercise")
            chosen.classes("wb-wide").props("outlined").set_value(next(iter(files), None))

            async def begin() -> None:
                name = await told(table.begin, chosen.value) if chosen.value else None
                if name:
                    ui.navigate.to(f"/exercise/play?name={quote(name)}")

            button("Begin", begin)
    with ui.element("section").classes("wb-section"):
        heading("Begun before")
        sessions = await told(table.sessions) or ()
        if not sessions:
            ui.label("None yet.").classes("wb-hint")
        with ui.element("ul"):
            for name in sessions:
                with ui.element("li"):
                    ui.link(name, f"/exercise/play?name={quote(name)}")


def show(session: Session) -> None:
    """The facilitator's page of one exercise."""
    e, name = session.exercise, quote(session.name)
    with ui.element("section").classes("wb-section"):
        heading(e.spec.exercise)
        ui.label(
            "Open the team's page in a window of its own and show that one. This page and the debrief are for the "
            "facilitator: the debrief tells which run was played and what would have happened otherwise."
        )
        with ui.element("div").classes("wb-answer-tools"):
            ui.link("The team's page", f"/exercise/team?name={name}", new_tab=True)
            ui.link("Debrief", f"/exercise/debrief?name={name}", new_tab=True)
        heading("Hand-outs", 3)
        with ui.element("ul"):
            for role in e.spec.roles:
                with ui.element("li"):
                    ui.link(role.title, f"/exercise/handout?name={name}&role={quote(role.name)}", new_tab=True)
        heading("What is played", 3)
        with ui.element("ul"):
            for text in (
                f"Scenario: {e.loaded.scenarios[0].title}",
                f"Turns of {e.turn_weeks} weeks from {e.day(e.first_week)} to {e.day(e.weeks)}",
                f"{e.spec.ensemble:,} runs, of which the tenth nearest to what was seen make the fan ahead",
                "Everything that happens is written into the log, and the exercise can be gone on with at any time: "
                f"{session.name}/log.jsonl",
            ):
                with ui.element("li"):
                    ui.label(text)


def print_out(session: Session, name: str) -> None:
    """The hand-out of a role, to be printed."""
    e = session.exercise
    role = next((role for role in e.spec.roles if role.name == name), None)
    if role is None:
        ui.label("There is no such role.")
        return
    cards = [card for card in e.spec.deck if card.role == name]
    with ui.element("article").classes("wb-handout"):
        heading(e.spec.exercise)
        heading(role.title, 3)
        for text in (e.spec.briefing, role.briefing):
            if text:
                ui.label(text)
        ui.label("Your budget: " + ("no limit" if role.budget is None else f"{role.budget:g} billion USD"))
        ui.label(f"It is {e.day(e.first_week)}. A turn is {e.turn_weeks} weeks.")
        box = ui.element("div").props('aria-label="Your measures"')
        rows = [
            [card.title, f"{card.cost:g}", f"{card.lead_time / 7.0:.0f} weeks", "once" if card.once else "each turn"]
            for card in cards
        ]
        team.draw_table(box, ["Your measures", "billion USD", "in force after", "can be played"], rows, "Your measures")
        ui.label("Costs, lead times and budgets were assumed for this exercise.").classes("wb-note")
    with ui.element("div").classes("wb-answer-tools wb-no-print"):
        made = ui.element("button").classes("wb-plain").props("type=button")
        with made:
            ui.label("Print")
        made.on("click", js_handler="() => window.print()")
