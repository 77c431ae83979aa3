"""Hand-outs: a sheet of paper for every role, with what it knows, what it may do, and room to write."""

from __future__ import annotations

import math
from urllib.parse import quote

from nicegui import ui

from ...events.words import say_date
from ..exercise.rules import Exercise, Role
from ..exercise.seen import news_by, terms
from ..exercise.table import Session
from .exercise_parts import heading, print_button
from .team import draw_table

MOST_TURNS = 13  # rows to write into


def print_out(session: Session, name: str = "") -> None:
    """The hand-out of a role, or of all of them, to be printed."""
    e = session.exercise
    with ui.element("div").classes("wb-answer-tools wb-no-print"):
        print_button()
        ui.link("Back to this exercise", f"/exercise/play?name={quote(session.name)}")
    for role in e.spec.roles:
        if name in ("", role.name):
            sheet(e, role)


def sheet(e: Exercise, role: Role) -> None:
    """One role's sheet."""
    first = e.day(e.first_week)
    with ui.element("article").classes("wb-handout"):
        heading(e.spec.exercise, 1)
        heading(role.title)
        for text in (e.spec.briefing, role.briefing):
            if text:
                ui.label(text)
        budget = "You have no limit of money." if role.budget is None else f"Your budget: {role.budget:g} billion USD."
        ui.label(f"It is {say_date(first)}. A turn is {e.turn_weeks} weeks. {budget}").classes("wb-strong")
        told = news_by(e, first)
        if told:
            heading("What is known")
            with ui.element("ul"):
                for each in told:
                    with ui.element("li"):
                        ui.label(f"{say_date(each.day)}: {each.text}")
        heading("Your measures")
        box = ui.element("div")
        cards = [card for card in e.spec.deck if card.role == role.name]
        draw_table(box, ["Measure", "Terms"], [[card.title, terms(card)] for card in cards])
        ui.label("Costs, lead times and budgets were assumed for this exercise.").classes("wb-note")
        heading("Your decisions")
        turns = min(math.ceil((e.weeks - e.first_week) / e.turn_weeks), MOST_TURNS)
        days = [say_date(e.day(e.first_week + turn * e.turn_weeks)) for turn in range(turns)]
        lines = ui.element("div").classes("wb-to-write")
        draw_table(lines, ["Turn from", "What we choose", "Why, and what we expect"], [[day, "", ""] for day in days])
