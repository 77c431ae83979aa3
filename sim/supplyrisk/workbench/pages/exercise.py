"""Exercise: the facilitator's page, from which a table-top exercise is begun, and the pages that belong to it."""

from __future__ import annotations

from urllib.parse import quote

from nicegui import ui

from ...events.words import say_date
from ..bench import Workbench
from ..exercise.table import Session, Table
from . import debrief, handout, team
from .answer import HEAD as CHARTS
from .exercise_parts import heading
from .queue import button
from .shell import frame
from .threads import told, tried

HEAD = (
    f'{CHARTS}<link rel="stylesheet" href="/static/runs.css"><link rel="stylesheet" href="/static/exercise.css">'
    '<script src="/static/exercise.js"></script>'
)
MOST_SESSIONS = 20  # that are listed


def build(bench: Workbench) -> None:
    """Register the pages of exercises."""
    table = Table(bench.folder)
    bench.at_end.append(table.close)
    team.build(table)
    debrief.build(table)

    @ui.page("/exercise")
    async def page() -> None:
        with frame("Exercise"):
            ui.add_head_html(HEAD)
            await ui.context.client.connected()
            await overview(table)

    @ui.page("/exercise/play")
    async def facilitator(name: str = "") -> None:
        with frame("Exercise"):
            ui.add_head_html(HEAD)
            await ui.context.client.connected()
            session, said = await tried(table.session, name)
            if session is None:
                team.no_way(said)
            else:
                show(session)

    @ui.page("/exercise/handout")
    async def handouts(name: str = "", role: str = "") -> None:
        with frame("Exercise"):
            ui.add_head_html(HEAD)
            await ui.context.client.connected()
            session, said = await tried(table.session, name)
            if session is None or (role and role not in {each.name for each in session.exercise.spec.roles}):
                team.no_way(said or f"There is no role called {role}.", "" if session is None else name)
            else:
                handout.print_out(session, role)


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
            chosen.classes("wb-wide").props("outlined dense").set_value(next(iter(files), None))

            async def begin() -> None:
                name = await told(table.begin, chosen.value) if chosen.value else None
                if name:
                    ui.navigate.to(f"/exercise/play?name={quote(name)}")

            button("Begin", begin).classes("wb-primary")
        await _faulty(table)
    with ui.element("section").classes("wb-section"):
        heading("Begun before")
        begun = await told(table.begun) or ()
        if not begun:
            ui.label("None yet.").classes("wb-hint")
        with ui.element("ul"):
            for each in begun[:MOST_SESSIONS]:
                with ui.element("li"):
                    ui.link(f"{each.title}, begun on {each.at}", f"/exercise/play?name={quote(each.name)}")
                    ui.label(f"{each.turns} turn{'' if each.turns == 1 else 's'} played; {each.name}").classes(
                        "wb-note"
                    )
        if len(begun) > MOST_SESSIONS:
            ui.label(f"and {len(begun) - MOST_SESSIONS} more in outputs/exercises").classes("wb-hint")


async def _faulty(table: Table) -> None:
    """Files of exercises that can't be begun, with what is wrong."""
    faulty = await told(table.faulty) or {}
    for name, mistakes in faulty.items():
        with ui.element("div").classes("wb-faulty").props("role=alert"):
            many = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
            ui.label(f"{name} has {many} and can't be begun:")
            ui.label("\n".join(mistakes[:5]) + ("\n…" if len(mistakes) > 5 else "")).classes("wb-said")
            ui.link("Correct it in the Studio", f"/?file={quote(name)}")


def show(session: Session) -> None:
    """The facilitator's page of one exercise."""
    e, name = session.exercise, quote(session.name)
    with ui.element("section").classes("wb-section"):
        heading(e.spec.exercise, 1)
        ui.label(
            "Open the team's page in a window of its own and show that one. This page and the debrief are for the "
            "facilitator: the debrief tells which run was played and what would have happened otherwise."
        )
        with ui.element("div").classes("wb-answer-tools"):
            ui.link("The team's page", f"/exercise/team?name={name}", new_tab=True).classes("wb-button")
            ui.link("Debrief", f"/exercise/debrief?name={name}", new_tab=True).classes("wb-plain")
            ui.link("All exercises", "/exercise")
        heading("Hand-outs")
        with ui.element("ul"):
            with ui.element("li"):
                ui.link("All roles, a sheet each", f"/exercise/handout?name={name}", new_tab=True)
            for role in e.spec.roles:
                with ui.element("li"):
                    ui.link(role.title, f"/exercise/handout?name={name}&role={quote(role.name)}", new_tab=True)
        heading("What is played")
        with ui.element("ul"):
            for text in (
                f"Scenario: {e.loaded.scenarios[0].title}",
                f"Turns of {e.turn_weeks} weeks from {say_date(e.day(e.first_week))} to {say_date(e.day(e.weeks))}",
                f"{e.spec.ensemble:,} runs, of which the tenth nearest to what was seen make the fan ahead",
                "Everything that happens is written into the log, and the exercise can be gone on with at any time: "
                f"{session.name}/log.jsonl",
            ):
                with ui.element("li"):
                    ui.label(text)
