"""World."""

from __future__ import annotations

from nicegui import ui

from ..bench import Workbench
from .shell import frame


def build(bench: Workbench) -> None:
    """Register the page."""

    @ui.page("/world")
    def page() -> None:
        with frame("World"):
            ui.label("The numbers of a world.")
