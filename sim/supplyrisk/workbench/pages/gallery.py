"""The gallery: what is shipped as cards, each a copy away from being one's own; and a scenario from nothing."""

from __future__ import annotations

import asyncio
from functools import partial
from urllib.parse import quote

from nicegui import ui

from ..bench import Workbench
from ..shelf import Card, cards, copy
from .own import own
from .shell import RESPONSE_S, frame
from .threads import told


def build(bench: Workbench) -> None:
    """Register the page."""

    async def take(name: str) -> None:
        file = await told(copy, bench.folder, name)
        if file is not None:
            ui.navigate.to(f"/?file={quote(file)}")

    @ui.page("/gallery", response_timeout=RESPONSE_S)
    async def page() -> None:
        shipped = await asyncio.to_thread(cards)
        with frame("Gallery"):
            with ui.element("h1"):
                ui.label("Start from what is there")
            own(bench)
            with ui.element("div").classes("wb-filter"):
                search = ui.element("input").props('type=search placeholder="Search" aria-label="Search the gallery"')
                count = ui.label().classes("wb-hint").props("role=status aria-live=polite")
            shelf = ui.element("div").classes("wb-gallery")
            made = {}
            with shelf:
                for card in shipped:
                    made[card.name] = draw(card, partial(take, card.name))

            def show(words: str) -> None:
                fitting = [card for card in shipped if card.fits(words)]
                for card in shipped:
                    made[card.name].set_visibility(card in fitting)
                count.set_text(f"{len(fitting)} of {len(shipped)}")

            search.on("input", lambda event: show(str(event.args)), js_handler="(e) => emit(e.target.value)")
            show("")


def draw(card: Card, take: object) -> ui.element:
    """One card."""
    with ui.element("article").classes("wb-shipped") as made:
        with ui.element("div").classes("wb-mini-timeline").props("aria-hidden=true"):
            for label, begin, end in card.bars:
                place = f"left: {100 * begin:.1f}%; width: {max(2.0, 100 * (end - begin)):.1f}%"
                with ui.element("span").classes("wb-mini-bar").style(place):
                    ui.label(label.replace("_", " "))
            if not card.bars:
                ui.label("many scenarios" if card.kind == "study" else "no dated event").classes("wb-mini-none")
        with ui.element("div").classes("wb-shipped-body"):
            with ui.element("h2"):
                ui.label(card.title)
            ui.label(card.question).classes("wb-hint")
            with ui.element("div").classes("wb-foot"):
                with ui.element("div").classes("wb-tags"):
                    for tag in filter(None, (card.kind if card.kind == "study" else "", card.world, card.years)):
                        ui.label(tag).classes("wb-tag")
                button = ui.element("button").classes("wb-plain").props("type=button")
                with button:
                    ui.label("Open a copy")
                    ui.label(f"of {card.title}").classes("wb-unseen")
                button.on("click", take if callable(take) else None)
    return made
