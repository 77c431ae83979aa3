"""Gallery."""

from __future__ import annotations

from nicegui import ui

from ..bench import Workbench
from .shell import frame


def build(bench: Workbench) -> None:
    """Register the page."""

    @ui.page("/gallery")
    def page() -> None:
        with frame("Gallery"):
            ui.label("Shipped scenarios and studies.")
