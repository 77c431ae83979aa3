"""Runs."""

from __future__ import annotations

from nicegui import ui

from ..bench import Workbench
from .shell import frame


def build(bench: Workbench) -> None:
    """Register the page."""

    @ui.page("/runs")
    def page() -> None:
        with frame("Runs"):
            ui.label("Nothing has run yet.")
