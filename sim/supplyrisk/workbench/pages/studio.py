"""Studio."""

from __future__ import annotations

from nicegui import ui

from ..bench import Workbench
from .shell import frame


def build(bench: Workbench) -> None:
    """Register the page."""

    @ui.page("/")
    def page() -> None:
        with frame("Studio"):
            ui.label("Open a scenario from the gallery, or write one.")
