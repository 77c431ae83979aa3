"""What is shown where there is nothing to show: in the frame of every page, with the way back."""

from __future__ import annotations

from fastapi import HTTPException, Request
from fastapi.responses import PlainTextResponse, Response
from nicegui import Client, app, ui

from ..bench import Workbench
from .shell import TABS, frame

FAILED = "The workbench failed at this page. What you typed and computed is kept; the window it was started in has the details."


def build(_: Workbench) -> None:
    """Register what answers an address that leads nowhere, and a page that could not be made."""

    @app.exception_handler(404)
    async def missing(request: Request, error: Exception) -> Response:
        said = str(getattr(error, "detail", "") or "Not Found")
        inner = request.scope.get("endpoint") not in (None, app)
        if inner or request.method not in ("GET", "HEAD"):  # a file or a question, which no person looks at
            status = error.status_code if isinstance(error, HTTPException) else 404
            return PlainTextResponse(f"{said}\n", status)
        with Client(ui.page(""), request=request) as client:
            nothing("There is no such page", f"Nothing stands at {request.url.path[:200]} in this workbench.")
        return client.build_response(request, 404)

    app.on_page_exception(lambda: nothing("This page can't be shown", FAILED))


def nothing(title: str, said: str) -> None:
    """A whole page that says why there is nothing, and leads to the others."""
    with frame("Nothing here"):
        lost(title, said)


def lost(title: str, said: str) -> None:
    """Why there is nothing, and where to go from here."""
    with ui.element("section").classes("wb-start"):
        with ui.element("h1"):
            ui.label(title)
        ui.label(said)
        with ui.element("div").classes("wb-foot"):
            ui.label("Go to")
            for name, path in TABS:
                ui.link(name, path)
