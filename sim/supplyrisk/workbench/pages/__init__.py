"""The pages of the workbench: each module builds one, from widgets that hold nothing of their own."""

from __future__ import annotations

from ..bench import Workbench
from . import api, astray, exercise, gallery, manual, runs, studio, world

PAGES = (studio, runs, exercise, world, gallery, manual, astray)


def build(bench: Workbench) -> None:
    """Register all pages, and what their scripts ask."""
    api.build(bench)
    for page in PAGES:
        page.build(bench)
