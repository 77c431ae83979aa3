"""Help: the pages of the documentation as text, below the guard like all else; nothing in them can run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import quote

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from ..bench import Workbench
from ..manual import FIRST, Block, Span, leads_to, pages, read
from .astray import lost
from .shell import HELP, RESPONSE_S, frame

TAGS = {"text": "span", "code": "code", "bold": "b", "slant": "i"}
ABSENT = "The pages are not part of this installation; they lie in the folder docs/ of the source of supplyrisk, under these names."


def build(_: Workbench) -> None:
    """Register the page."""

    @ui.page(HELP, response_timeout=RESPONSE_S)
    async def help_page(page: str = "") -> None:
        there = await asyncio.to_thread(pages)
        with frame("Help"):
            if not page:
                contents(set(there))
            elif page not in there:
                lost("There is no such page", f"The help has no page {page[:80]!r}.")
            else:
                parts = await asyncio.to_thread(read, there[page])
                show(page, parts, set(there))


def address(page: str) -> str:
    """Where a page is shown."""
    return f"{HELP}?page={quote(page)}"


def contents(there: set[str]) -> None:
    """What is asked first, then all else."""
    with ui.element("article").classes("wb-manual"):
        with ui.element("h1"):
            ui.label("Help")
        if not there:
            ui.label(ABSENT)
        listed(FIRST, there)
        others = sorted(there - {*FIRST, "README"})
        if others:
            with ui.element("h2"):
                ui.label("All other pages")
            listed({page: page for page in others}, there)


def listed(titles: dict[str, str], there: set[str]) -> None:
    """Pages, one a line; only a name where the page is not there."""
    with ui.element("ul"):
        for page, title in titles.items():
            if page in there or not there:
                with ui.element("li"):
                    if page in there:
                        ui.link(title, address(page))
                    else:
                        ui.label(f"{title}: docs/{page}.md")


def show(page: str, parts: Sequence[Block], there: set[str]) -> None:
    """One page."""
    with ui.element("article").classes("wb-manual"):
        ui.link("All pages of the help", HELP)
        at = 0
        while at < len(parts):
            part = parts[at]
            if part.kind in ("item", "number"):
                with ui.element("ol" if part.kind == "number" else "ul"):
                    while at < len(parts) and parts[at].kind == part.kind:
                        with ui.element("li"):
                            line(page, parts[at].spans, there)
                        at += 1
                continue
            block(page, part, there)
            at += 1


def block(page: str, part: Block, there: set[str]) -> None:
    """One part that is no item of a list."""
    if part.kind == "code":
        TextElement(tag="pre", text=part.text).props("tabindex=0")
    elif part.kind == "table":
        with ui.element("div").classes("wb-table-box").props("tabindex=0"), ui.element("table").classes("wb-table"):
            for number, row in enumerate(part.rows):
                with ui.element("thead" if not number else "tbody"), ui.element("tr"):
                    for cell in row:
                        with ui.element("th" if not number else "td"):
                            line(page, cell, there)
    else:
        with ui.element("p" if part.kind == "paragraph" else f"h{part.kind[-1]}"):
            line(page, part.spans, there)


def line(page: str, spans: Sequence[Span], there: set[str]) -> None:
    """Pieces of text; what leads to another page of the help is a link, what leads elsewhere is named alone."""
    for span in spans:
        to = leads_to(page, span.to) if span.kind == "link" else ""
        if to in there:
            ui.link(span.text, address(to))
        else:
            TextElement(tag=TAGS.get(span.kind, "span"), text=span.text)
