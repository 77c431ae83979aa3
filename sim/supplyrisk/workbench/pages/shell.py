"""The frame round every page: header with tabs, the switch for dark, what is said aloud to those who don't see it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TypeVar

from nicegui import ui

RESPONSE_S = 60.0  # a page that reads many files first may take so long on a busy machine
TABS = (
    ("Studio", "/"),
    ("Runs", "/runs"),
    ("Exercise", "/exercise"),
    ("World", "/world"),
    ("Gallery", "/gallery"),
)
HELP = "/help"
HEAD = """
<link rel="stylesheet" href="/static/style.css">
<script src="/static/shell.js"></script>
"""


Made = TypeVar("Made", bound=ui.element)


def set_props(element: Made, **values: object) -> Made:
    """Set attributes to values as they are (`aria_label` is `aria-label`).

    Never by a text that is taken apart again: what a file or a scenario is called could then add attributes of its own, and
    those that begin with a colon are run in the browser.
    """
    for name, value in values.items():
        element.props[name.replace("_", "-")] = value
    return element


def option(value: str, label: str, selected: bool = False) -> None:
    """A choice of a select."""
    set_props(ui.element("option"), value=value, label=label, **({"selected": True} if selected else {}))


def say_when_empty(grid: ui.aggrid, said: str) -> None:
    """Show a sentence where the filters of a grid leave no row."""
    grid.options["localeText"] = {"noRowsToShow": said}
    label = ui.label(said).classes("wb-note").props("role=status")
    label.set_visibility(False)

    async def look() -> None:
        label.set_visibility(await grid.run_grid_method("getDisplayedRowCount") == 0)

    grid.on("filterChanged", look, [])


@contextlib.contextmanager
def frame(active: str) -> Iterator[None]:
    """The frame of a page; what is made within stands in its main part.

    Parameters
    ----------
    active : str
        Which of the tabs this is: Studio, Runs, Exercise, World or Gallery; or Help.
    """
    ui.add_head_html(HEAD)
    ui.page_title(f"{active} · supplyrisk workbench")
    with ui.element("header").classes("wb-header"):
        ui.link("Skip to content", "#wb-main").classes("wb-skip")
        with ui.element("div").classes("wb-brand"):
            ui.element("span").classes("wb-mark").props("aria-hidden=true")
            ui.label("supplyrisk")
        with ui.element("nav").classes("wb-tabs").props('aria-label="Parts of the workbench"'):
            for name, path in TABS:
                tab = ui.link(name, path).classes("wb-tab")
                if name == active:
                    tab.classes("wb-tab-active").props("aria-current=page")
        guide = ui.link("Help", HELP).classes("wb-tab wb-help")
        if active == "Help":
            guide.classes("wb-tab-active").props("aria-current=page")
        dark = ui.element("button").classes("wb-icon-button").props('type=button aria-label="Dark or light"')
        dark.on("click", js_handler="() => wb.toggleDark()")
        with dark:
            ui.element("span").classes("wb-moon").props("aria-hidden=true")
    with ui.element("main").classes("wb-main").props("id=wb-main tabindex=-1"):
        yield
