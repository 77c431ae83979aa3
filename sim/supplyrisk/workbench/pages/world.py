"""The world browser: chain, map, shares, every number with its source; and own numbers for the open scenario."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import quote

from nicegui import ui
from nicegui.events import GenericEventArguments, UploadEventArguments

from ...errors import SupplyriskError
from ...spec.facts import CONFIDENCES
from ...spec.worldfile import shipped_worlds
from ..atlas import (
    chain,
    first_world,
    own_numbers,
    rows,
    scenarios_of,
    shares,
    size,
    tiles,
    with_number,
    with_table,
    written_value,
)
from ..bench import Workbench
from ..documents import Document
from .shell import RESPONSE_S, frame, option, say_when_empty, set_props
from .threads import told

COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("label", "Number", 165),
    ("what", "Of", 190),
    ("where", "Where", 170),
    ("shown", "Value", 115),
    ("own", "In your scenario", 125),
    ("source", "Source", 300),
    ("confidence", "Confidence", 125),
    ("range", "Drawn between", 200),
    ("year", "Year", 85),
    ("note", "Note", 380),
)
WRAPPED = ("label", "what", "where", "source", "note")  # columns that show their text whole
NO_TARGET = "Choose above the scenario of {0} that own numbers go into; if there is none yet, write one in the gallery."
COLUMN_TYPES = {"shown": "rightAligned", "own": "rightAligned", "range": "rightAligned", "year": "rightAligned"}
MAX_UPLOAD_BYTES = 16_000_000
FOREMOST = 12  # countries that are listed


def build(bench: Workbench) -> None:
    """Register the page."""

    @ui.page("/world", response_timeout=RESPONSE_S)
    async def page(world: str = "", into: str = "") -> None:
        known = shipped_worlds()
        last = into or bench.last
        name = world if world in known else await asyncio.to_thread(first_world, bench.documents, last, known)
        fitting = await asyncio.to_thread(scenarios_of, bench.documents, name)
        target = last if last in fitting else fitting[0] if len(fitting) == 1 else ""
        document = bench.documents.open(target) if target else None
        numbers = await asyncio.to_thread(rows, name)
        own = await asyncio.to_thread(own_numbers, bench.documents, document, name) if document else {}
        parts = await asyncio.to_thread(chain, name)
        made = await asyncio.to_thread(shares, name)
        with frame("World"), ui.element("div").classes("wb-world"):
            head(name, known, fitting, target)
            draw_chain(parts)
            draw_map(name, made)
            Numbers(bench, document, name, numbers, own).draw()


def head(name: str, known: tuple[str, ...], fitting: list[str], target: str) -> None:
    """Which world, and which scenario of that world its numbers go into."""
    with ui.element("div").classes("wb-world-head"):
        with ui.element("h1"):
            ui.label("World")
        with ui.element("select").props('aria-label="World"') as chosen:
            for each in known:
                option(each, each, each == name)
        chosen.on(
            "change",
            js_handler="(e) => { location.href = '/world?world=' + encodeURIComponent(e.target.value) }",
        )
        if not fitting:
            ui.label(f"Own numbers go into a scenario of {name}: there is none in this folder yet.").classes("wb-hint")
            ui.link("Write one in the gallery", "/gallery")
            return
        ui.label("own numbers go into").classes("wb-hint")
        with ui.element("select").props('aria-label="Scenario for own numbers"') as into:
            if not target:
                option("", "choose a scenario", True)
            for each in fitting:
                option(quote(each), each, each == target)
        into.on(
            "change",
            js_handler="(e) => { if (e.target.value) location.href = '/world?world="
            + quote(name)
            + "&into=' + e.target.value }",
        )
        if target:
            ui.link("Open it in the studio", f"/?file={quote(target)}")


def draw_chain(parts: list[dict[str, Any]]) -> None:
    """Stages of the chain, each product with its three largest makers."""
    with ui.element("section").classes("wb-chain").props('aria-label="Chain"'):
        for stage in parts:
            with ui.element("div").classes("wb-stage"):
                with ui.element("h3"):
                    ui.label(stage["stage"])
                for product in stage["products"]:
                    with ui.element("div").classes("wb-made"):
                        ui.label(product["name"]).classes("wb-made-name")
                        with ui.element("div").classes("wb-top").props("aria-hidden=true"):
                            for _, share in product["top"]:
                                ui.element("span").style(f"width: {100 * share:.1f}%")
                        ui.label(", ".join(f"{country} {percent(share)}" for country, share in product["top"]))
                        if product["inputs"]:
                            ui.label("from " + ", ".join(product["inputs"])).classes("wb-hint")


def percent(share: float) -> str:
    """A share in words of two digits."""
    return f"{100 * share:.0f} %" if share >= 0.02 else f"{100 * share:.1f} %"


def draw_map(world: str, made: dict[str, dict[str, float]]) -> None:
    """Shares by country of what is chosen, on the map of squares and as a list."""
    with ui.element("section").classes("wb-below").props('aria-label="Shares by country"'):
        with ui.element("h2"):
            ui.label("Shares by country")
            with ui.element("select").props('aria-label="Shares of"') as chosen:
                for name in made:
                    option(quote(name), name)
        place = ui.element("div").classes("wb-map-and")

    def show(name: str) -> None:
        place.clear()
        with place:
            squares(world, name, made[name])
            foremost(world, made[name])
            ui.label(
                "Filled: the larger its share, the deeper. Framed: part of a group of countries that has a share."
            ).classes("wb-hint")

    by_value = {quote(name): name for name in made}
    chosen.on(
        "change",
        lambda event: show(by_value.get(str(event.args), next(iter(made)))),
        js_handler="(e) => emit(e.target.value)",
    )
    show(next(iter(made)))


def squares(world: str, name: str, found: dict[str, float]) -> None:
    """The map on squared paper."""
    columns, _ = size()
    says = ", ".join(
        f"{code} {100 * share:.0f} %" for code, share in sorted(found.items(), key=lambda item: -item[1])[:5]
    )
    with (
        ui.element("div").classes("wb-map").style(f"grid-template-columns: repeat({columns}, minmax(0, 1fr))") as drawn
    ):
        for tile in tiles(world, found):
            style = (
                f"grid-column: {tile['column'] + 1}; grid-row: {tile['row'] + 1}; --depth: {tile['share'] ** 0.5:.3f}"
            )
            on = " wb-tile-on" if tile["own"] else " wb-tile-part"
            look = "wb-tile" + (on if tile["share"] > 0 else "") + (" wb-tile-high" if tile["share"] > 0.3 else "")
            with ui.element("span").classes(look).style(style):
                ui.label(tile["code"])
    set_props(drawn, role="img", aria_label=f"Map: {name}: {says}")


def foremost(world: str, found: dict[str, float]) -> None:
    """The largest shares as bars with names."""
    from ...spec.load import read_world

    names = read_world(world).names.countries
    with ui.element("ul").classes("wb-share-list"):
        for code, share in sorted(found.items(), key=lambda item: -item[1])[:FOREMOST]:
            with ui.element("li"):
                with ui.element("span"):
                    ui.label(names.get(code, code))
                with ui.element("span"):
                    ui.element("span").classes("wb-share-bar").style(f"width: {100 * share:.1f}%; display: block")
                with ui.element("span"):
                    ui.label(f"{100 * share:.1f} %" if share >= 0.0005 else "< 0.1 %")


class Numbers:
    """The table of all numbers, and the box in which one is changed."""

    def __init__(
        self,
        bench: Workbench,
        document: Document | None,
        world: str,
        numbers: list[Any],
        own: dict[str, float],
    ) -> None:
        self.bench = bench
        self.document = document
        self.world = world
        self.numbers = numbers
        self.own = own
        self.given: dict[str, str] = {}
        self.box: ui.element

    def draw(self) -> None:
        """Search, table, box, import."""
        with ui.element("section").classes("wb-below").props('aria-label="Every number"'):
            with ui.element("h2"):
                ui.label(f"Every number ({len(self.numbers)})")
                search = ui.element("input").props('type=search placeholder="Search" aria-label="Search the numbers"')
            ui.label(
                "Sort by a column's head, filter by the sign beside it. Choose a row to put a number of your own in its place."
            ).classes("wb-hint")
            data = [self.shown(row) for row in self.numbers]
            self.grid = grid = ui.aggrid(
                {
                    "columnDefs": [
                        {
                            "field": field,
                            "headerName": name,
                            "width": width,
                            "tooltipField": field,
                            "type": COLUMN_TYPES.get(field),
                            "wrapText": field in WRAPPED,
                            "autoHeight": field in WRAPPED,
                        }
                        for field, name, width in COLUMNS
                        if field != "own" or self.document is not None
                    ],
                    "defaultColDef": {
                        "sortable": True,
                        "filter": True,
                        "resizable": True,
                        "wrapHeaderText": True,
                        "autoHeaderHeight": True,
                    },
                    ":getRowId": "params => params.data.path",
                    "tooltipShowDelay": 300,
                    "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
                    "rowData": data,
                },
                auto_size_columns=False,
            ).classes("wb-grid")
            say_when_empty(grid, "No number fits: clear the search and the filters.")
            search.on(
                "input",
                lambda event: grid.run_grid_method("setGridOption", "quickFilterText", str(event.args)),
                js_handler="(e) => emit(e.target.value)",
            )
            grid.on("rowSelected", self.chosen, ["data", "node.selected"])
            grid.on("cellClicked", self.chosen, ["data"])
            grid.on("cellKeyDown", self.chosen, ["data"])
            self.box = ui.element("div").classes("wb-change").props("aria-live=polite")
        self.tables()

    def shown(self, row: Any) -> dict[str, Any]:
        """A row with its numbers as text."""
        data = asdict(row)
        data["shown"] = written_value(row.path, row.value, row.unit)
        ends = [written_value(row.path, end, row.unit) for end in (row.low, row.high) if end is not None]
        data["range"] = " to ".join(ends)
        data["own"] = written_value(row.path, self.own[row.path], row.unit) if row.path in self.own else ""
        return data

    def chosen(self, event: GenericEventArguments) -> None:
        """A row was chosen: show the box for it."""
        data = event.args.get("data") if isinstance(event.args, dict) else None
        if not isinstance(data, dict) or "path" not in data or self.given.get("path") == data["path"]:
            return
        self.given = {
            "path": str(data["path"]),
            "value": str(data["shown"]),
            "source": "",
            "confidence": "medium",
            "note": "",
        }
        self.box.clear()
        with self.box:
            ui.label(
                f"{': '.join(str(data[key]) for key in ('label', 'what', 'where') if data[key])}: {data['shown']} in the "
                f"world ({data['confidence']}; {data['source']})"
            )
            if self.document is None:
                ui.label(NO_TARGET.format(self.world)).classes("wb-hint")
                return
            self.given["value"] = str(data.get("own") or data["shown"])
            self.entry("value", "Your number, with its unit", self.given["value"])
            self.entry("source", "Its source", "")
            with ui.element("label"):
                ui.label("Confidence")
                with ui.element("select") as level:
                    for word in CONFIDENCES:
                        option(word, word, word == "medium")
                level.on("change", partial(self.take, "confidence"), js_handler="(e) => emit(e.target.value)")
            self.entry("note", "Note", "")
            with ui.element("button").classes("wb-button").props("type=button") as button:
                ui.label(f"Put into {self.document.name}")
            set_props(button, title=f"Put into {self.document.name}")
            button.on("click", self.put)
            self.problem = ui.label().classes("wb-problem").props("role=alert")

    def entry(self, key: str, label: str, value: str) -> None:
        """A box for a text."""
        with ui.element("label"):
            ui.label(label)
            box = ui.element("input").props("type=text")
            set_props(
                box, **{"^value": value}
            )  # what stands there at first: as a property it would undo what was typed
        box.on("input", partial(self.take, key), js_handler="(e) => emit(e.target.value)")

    def take(self, key: str, event: GenericEventArguments) -> None:
        """Something was typed."""
        self.given[key] = str(event.args)

    async def put(self) -> None:
        """Write the number into the scenario, or say why not."""
        assert self.document is not None
        try:
            text = await asyncio.to_thread(
                with_number, self.bench.documents, self.document, *(self.given[key] for key in self.given)
            )
            self.document.change(text)
        except (SupplyriskError, OSError) as error:
            self.problem.set_text(str(error))
            return
        self.problem.set_text("")
        ui.notify(f"{self.given['path']} is {self.given['value']} in {self.document.name} now.")
        await self.again()

    async def again(self) -> None:
        """Show beside the world's numbers those that the scenario has now."""
        assert self.document is not None
        self.own = await asyncio.to_thread(own_numbers, self.bench.documents, self.document, self.world)
        data = [self.shown(row) for row in self.numbers]
        self.grid.options["rowData"] = data  # without an update, which would throw away filters and the place
        self.grid.run_grid_method("setGridOption", "rowData", data)

    def tables(self) -> None:
        """Numbers from a spreadsheet: write it, fill it in, take it in."""
        with ui.element("section").classes("wb-below").props('aria-label="Spreadsheet"'):
            with ui.element("h2"):
                ui.label("Many numbers at once: a spreadsheet")
            ui.label(
                "Write the world's tables into a workbook, change the rows that you know better, each with its source, and take it in."
            )
            with ui.element("div").classes("wb-foot"):
                with ui.element("button").classes("wb-plain").props("type=button") as button:
                    ui.label("Write the workbook")
                button.on("click", self.write)
                if self.document is None:
                    ui.label(NO_TARGET.format(self.world)).classes("wb-hint")
                else:
                    self.upload = ui.upload(
                        label=f"Take a table into {self.document.name}",
                        auto_upload=True,
                        max_file_size=MAX_UPLOAD_BYTES,
                        on_upload=self.took,
                        on_rejected=lambda: ui.notify("At most 16 MB, .xlsx or .csv.", type="negative"),
                    ).props("accept=.xlsx,.csv flat bordered")
            self.trouble = ui.label().classes("wb-problem").props("role=alert")

    async def write(self) -> None:
        """Write the world's tables into the folder."""
        from ...commands.world_export import export_world
        from ...spec.load import read_world

        target = self.bench.folder / f"{self.world}_numbers.xlsx"
        if await told(export_world, read_world(self.world), target, self.world):
            ui.notify(f"Written: {target.name}, in the folder of this workbench.")

    async def took(self, event: UploadEventArguments) -> None:
        """A table has come: lay it over the world in the scenario, or say what is wrong with it."""
        assert self.document is not None
        content = await event.file.read()
        self.upload.reset()  # its tick would stand beside a file that was refused
        try:
            text = await asyncio.to_thread(with_table, self.bench.documents, self.document, event.file.name, content)
            self.document.change(text)
        except (SupplyriskError, OSError) as error:
            self.trouble.set_text(f"{event.file.name} was not taken in; nothing has changed.\n{error}")
            return
        self.trouble.set_text("")
        ui.notify(f"{event.file.name} is laid over the world in {self.document.name}.")
        await self.again()
