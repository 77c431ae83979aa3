"""Exercise."""

from __future__ import annotations

from nicegui import ui

from ..bench import Workbench
from .shell import frame


def build(bench: Workbench) -> None:
    """Register the page."""

    @ui.page("/exercise")
    def page() -> None:
        with frame("Exercise"):
            ui.label("No exercise yet.")
