"""The live answer beside a text: headline, charts, tables, and the version that was pinned."""

from __future__ import annotations

import json
from collections.abc import Callable

from nicegui import ui
from nicegui.events import GenericEventArguments

from ..live import LiveAnswer
from ..picture import Picture
from .shell import set_props
from .threads import beside, soon

HEAD = """
<link rel="stylesheet" href="/static/answer.css">
<script src="/static/chart.js"></script>
"""
LOOKED = ("product", "place", "world")
CHARTS = ("prices", "shortage", "licences")


def figures(names: tuple[str, ...]) -> dict[str, int]:
    """Places for charts, each with its title and its numbers as a table; returns the ids `chart.js` draws them by."""
    ids = {}
    for name in names:
        with ui.element("figure").classes("wb-figure").props("hidden") as figure:
            set_props(figure, data_wb_figure=name)
            ui.element("figcaption").props("data-wb=title")
            ui.element("div").classes("wb-legend").props("data-wb=legend aria-hidden=true")
            chart = ui.echart({"animation": False, "xAxis": {"type": "time"}, "yAxis": {}, "series": []})
            ids[name] = chart.props("data-wb=chart").id
            with ui.element("details"):
                with ui.element("summary"):
                    ui.label("Numbers")
                ui.element("div").props("data-wb=numbers")
    return ids


def answer_panel(
    live: LiveAnswer,
    document: str,
    on_line: Callable[[int, int], None] | None = None,
    below: Callable[[], object] | None = None,
) -> None:
    """Draw the answers to a document as they come.

    Parameters
    ----------
    document : str
        Its name, as `LiveAnswer.submit` gets it.
    on_line : callable, optional
        Called with line and column when a mistake is clicked.
    below : callable, optional
        Makes what stands between the answer in numbers and its charts.
    """
    ui.add_head_html(HEAD)
    client = ui.context.client
    with ui.element("section").classes("wb-answer").props('aria-label="Live answer"') as root:
        ui.element("p").props("data-wb=headline")
        ui.element("div").classes("wb-facts").props("data-wb=facts")
        ui.element("p").props("data-wb=before")
        ui.element("p").classes("wb-aloud").props("data-wb=aloud aria-live=polite")
        ui.element("p").props("data-wb=status")
        ui.element("ul").props("data-wb=mistakes")
        if below is not None:
            below()
        with ui.element("div").classes("wb-answer-tools"):
            ui.element("span").props("data-wb=world")
            ui.element("span").props("data-wb=product")
            ui.element("span").props("data-wb=place")
            for text, act, look in (
                ("Pin this version (A)", live.pin, "wb-plain"),
                ("Unpin", live.unpin, "wb-plain wb-unpin"),
            ):
                with ui.element("button").classes(look).props("type=button") as button:
                    ui.label(text)
                button.on("click", lambda _, act=act: beside(act, document))
        ids = figures(CHARTS)
        ui.element("div").props("data-wb=tables")
        ui.element("p").classes("wb-note").props("data-wb=trust")

    newest: dict[str, str] = {}
    place = json.dumps(root.html_id), json.dumps(ids)

    def send() -> None:
        payload = newest.pop("", "")
        if payload and not client.is_deleted:
            if client.has_socket_connection:
                client.run_javascript(f"wb.answer({place[0]}, {place[1]}, {payload})")
            else:
                newest.setdefault("", payload)

    def tell(picture: Picture) -> None:
        """In a thread of the live answer: only the newest picture is worth sending."""
        if picture.document == document:
            newest[""] = json.dumps(picture.as_payload())
            soon(send)

    def connected() -> None:
        asked = client.request.query_params
        if any(asked.get(key) for key in LOOKED):
            beside(live.look, document, *(asked.get(key, "") for key in LOOKED))
        last = live.picture(document)
        if last is not None:
            newest.setdefault("", json.dumps(last.as_payload()))
        send()

    def looked(event: GenericEventArguments) -> None:
        chosen = event.args if isinstance(event.args, dict) else {}
        beside(live.look, document, *(str(chosen.get(key, "")) for key in LOOKED))

    def clicked(event: GenericEventArguments) -> None:
        at = event.args if isinstance(event.args, dict) else {}
        if on_line is not None and all(isinstance(at.get(key), int) for key in ("line", "col")):
            on_line(at["line"], at["col"])

    ui.on("wb_look", looked)
    ui.on("wb_line", clicked)
    client.on_connect(connected)
    client.on_delete(live.listen(tell))
