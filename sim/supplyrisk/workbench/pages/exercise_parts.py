"""Small parts that the pages of exercises share."""

from __future__ import annotations

from nicegui import ui

from .shell import set_props


def heading(text: str, level: int = 2) -> None:
    """A heading within a page."""
    set_props(ui.label(text).classes("wb-h2"), role="heading", aria_level=str(level))


def print_button() -> None:
    """A button that prints the page."""
    with ui.element("button").classes("wb-plain").props("type=button") as made:
        ui.label("Print")
    made.on("click", js_handler="() => window.print()")
