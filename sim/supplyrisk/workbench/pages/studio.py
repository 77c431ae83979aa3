"""The studio: a scenario as text, form and timeline on the left, what it answers on the right."""

from __future__ import annotations

import json
from urllib.parse import quote

from nicegui import Client, ui
from nicegui.events import GenericEventArguments, ValueChangeEventArguments

from ..bench import Workbench
from ..documents import Document, NotAllowed, digest
from ..reading import is_study_text
from ..shelf import twin
from .answer import answer_panel
from .astray import lost
from .own import own
from .shell import frame, option, set_props
from .threads import soon, told

HEAD = """
<link rel="stylesheet" href="/static/studio.css">
<script src="/static/studio.js"></script>
<script src="/static/fields.js"></script>
<script src="/static/form.js"></script>
<script src="/static/timeline.js"></script>
<script src="/static/pins.js"></script>
<script type="module" src="/static/editor.js"></script>
"""
VIEWS = (("text", "Text"), ("form", "Form"), ("both", "Both"))
PEN_EVERY_S = 1.0  # how often a tab without the pen asks whether nobody holds it any more


def build(bench: Workbench) -> None:
    """Register the page."""

    def changed(document: Document, origin: str) -> None:
        if origin not in ("pen", "saved") and not is_study_text(document.text):
            bench.live.submit(document.name, document.text)

    bench.documents.listen(changed)

    @ui.page("/")
    def page(file: str = "") -> None:
        with frame("Studio"):
            names = bench.documents.names()
            name = file or (bench.last if bench.last in names else "") or next(iter(names), "")
            if not name:
                nothing_yet(bench)
                return
            try:
                if name not in names and not bench.documents.is_there(name):
                    raise NotAllowed(
                        f"there is no file {name[:80]!r} in this folder; the gallery has scenarios to start from"
                    )
                document = bench.documents.open(name)
            except NotAllowed as error:
                lost("This file can't be opened", str(error))
                return
            bench.last = document.name
            ui.page_title(f"{document.name} · supplyrisk workbench")
            Studio(bench, document, names).draw()


STEPS = (
    "Say who stops exporting what, from when and for how long: a small scenario is written, which you change by text, form or timeline.",
    "Look at the answer beside it: who goes short, when, and at what price.",
    "Put in your own numbers in World, compare policies, start the full batch in Runs.",
)


def nothing_yet(bench: Workbench) -> None:
    """What an empty folder shows: the first steps."""
    with ui.element("section").classes("wb-start"):
        with ui.element("h1"):
            ui.label("Change a number, see the crisis change")
        ui.label("This folder holds no scenario yet.")
        with ui.element("ol"):
            for step in STEPS:
                with ui.element("li"):
                    ui.label(step)
        own(bench)
        with ui.element("div").classes("wb-foot"):
            ui.label("Or start from one that is shipped:")
            ui.link("Choose from the gallery", "/gallery")


def pins() -> None:
    """Where the sliders stand."""
    ui.element("div").classes("wb-pins").props('id=wb-pins role=group aria-label="Pinned numbers"')


class Studio:
    """One tab that shows a document."""

    def __init__(self, bench: Workbench, document: Document, names: list[str]) -> None:
        self.bench = bench
        self.document = document
        self.names = sorted({*names, document.name})
        self.client = ui.context.client
        self.tab = self.client.id
        self.editor: ui.codemirror
        self.shown: tuple[object, ...] = ()

    # --- drawing --------------------------------------------------------------------------------
    def draw(self) -> None:
        """Make the page."""
        ui.add_head_html(HEAD)
        study = is_study_text(self.document.text)
        self.tools()
        ui.element("div").props("id=wb-restore")
        self.banner = ui.element("div").classes("wb-banner").props("role=status")
        with ui.element("div").classes("wb-studio"):
            with ui.element("section").classes("wb-left").props('id=wb-left data-view=text aria-label="Scenario"'):
                self.write()
            with ui.element("section").classes("wb-right").props('aria-label="Answer"'):
                if study:
                    ui.label("This is a study: it takes many scenarios. Start it in Runs.").classes("wb-hint")
                else:
                    answer_panel(self.bench.live, self.document.name, self.to_line, pins)
        self.wire()

    def tools(self) -> None:
        """File, state, undo, views."""
        with ui.element("div").classes("wb-tools").props('role=toolbar aria-label="Scenario"'):
            with ui.element("select").classes("wb-file").props('aria-label="Open a scenario"') as chosen:
                for name in self.names:
                    option(quote(name), name, name == self.document.name)
            chosen.on("change", js_handler="(e) => { location.href = '/?file=' + e.target.value }")
            self.state = ui.label().classes("wb-state").props("role=status aria-live=polite")
            ui.element("span").classes("wb-lost").props("id=wb-lost role=status aria-live=polite")
            with ui.element("span").classes("wb-views").props('role=group aria-label="View"'):
                for name, label in VIEWS:
                    with ui.element("button").props("type=button").classes("wb-view") as view:
                        set_props(view, data_view_button=name)
                        ui.label(label)
            self.button("Undo", "() => wb.editor && wb.editor.undo()")
            self.button("Redo", "() => wb.editor && wb.editor.redo()")
            with ui.element("button").classes("wb-plain").props("type=button") as copied:
                ui.label("Copy")
            copied.on("click", self.copy)
            with ui.element("details").classes("wb-menu"):
                with ui.element("summary"):
                    ui.label("Versions")
                self.kept = ui.element("div").classes("wb-menu-body")

    async def copy(self) -> None:
        """A variant: the text as it stands in a file of its own."""
        name = await told(twin, self.bench.folder, self.document.name, self.document.text)
        if name is not None:
            ui.navigate.to(f"/?file={quote(name)}")

    def button(self, label: str, script: str) -> None:
        """A button that only the page's own scripts answer."""
        with ui.element("button").classes("wb-plain").props("type=button") as made:
            ui.label(label)
        made.on("click", js_handler=script)

    def write(self) -> None:
        """Editor, form, timeline, mistakes and sentences."""
        ui.link("Skip to the timeline", "#wb-timeline").classes("wb-skip")
        with ui.element("div").classes("wb-panes"):
            self.editor = ui.codemirror(
                self.document.text, language="YAML", theme="githubLight", indent="  ", line_wrapping=True
            ).classes("wb-editor")
            ui.element("div").classes("wb-form").props('id=wb-form role=region aria-label="Form"')
        with ui.element("section").classes("wb-below").props('aria-label="Mistakes"'):
            with ui.element("h2"):
                ui.label("Check")
                ui.element("span").classes("wb-count").props("id=wb-mistakes-count role=status aria-live=polite")
            ui.element("ul").classes("wb-mistakes").props("id=wb-mistakes")
        with ui.element("section").classes("wb-below").props('aria-label="Timeline"'):
            with ui.element("h2"):
                ui.label("Timeline")
            ui.element("div").classes("wb-timeline").props("id=wb-timeline tabindex=-1")
        with ui.element("details").classes("wb-below").props("open"):
            with ui.element("summary"):
                ui.label("In plain sentences")
            ui.element("div").classes("wb-sentences").props("id=wb-sentences")

    # --- what happens ---------------------------------------------------------------------------
    def wire(self) -> None:
        """Bind the page to its document."""
        self.editor.on_value_change(self.typed)
        ui.on("wb-settled", self.settled)
        ui.on("wb-whole", self.whole)
        ui.on("wb-save", lambda: self.document.save())
        self.client.on_connect(self.connected)
        forget = self.document.listen(self.told)
        self.client.on_delete(forget)
        self.client.on_delete(lambda: self.document.drop_pen(self.tab))
        ui.timer(PEN_EVERY_S, self.claim)
        self.show()

    def connected(self) -> None:
        """The page is there (again)."""
        self.claim()
        if not is_study_text(self.document.text) and self.bench.live.picture(self.document.name) is None:
            self.bench.live.submit(self.document.name, self.document.text)
        call = f"wb.studio({self.editor.id}, {json.dumps(self.document.name)})"
        self.client.run_javascript(f"wb.started = wb.started || {call}")

    def claim(self) -> None:
        """Take the pen if nobody holds it any more."""
        holder = Client.instances.get(self.document.pen)
        if self.document.pen != self.tab and (holder is None or not holder.has_socket_connection):
            self.document.take_pen(self.tab)
            self.show()

    def typed(self, event: ValueChangeEventArguments[str]) -> None:
        """The text has changed in this tab (or was set from here)."""
        try:
            self.document.change(event.value, self.tab)
        except NotAllowed as error:
            self.client.run_javascript(f"wb.tell({json.dumps(str(error))})")
            self.editor.value = self.document.text

    def settled(self, event: GenericEventArguments) -> None:
        """The browser's text after a pause, by its fingerprint: on a difference it is taken whole."""
        wanted = str(event.args.get("digest", "")) if isinstance(event.args, dict) else ""
        if wanted == digest(self.editor.value or ""):
            self.client.run_javascript(f"wb.editor.settled({json.dumps(wanted)})")
        else:
            self.client.run_javascript("wb.editor.whole()")

    def whole(self, event: GenericEventArguments) -> None:
        """The browser's text as it is."""
        text = event.args.get("text") if isinstance(event.args, dict) else None
        if isinstance(text, str) and self.document.pen == self.tab:
            self.editor.value = text

    def to_line(self, line: int, _col: int) -> None:
        """A mistake was clicked in the answer."""
        self.client.run_javascript(f"wb.showLine({int(line)})")

    def told(self, document: Document, origin: str) -> None:
        """The document has changed, in whatever thread: show it in the server's own."""
        if not self.client.is_deleted:
            soon(lambda: self.follow(document, origin))

    def follow(self, document: Document, origin: str) -> None:
        """Show what another tab or the disk has changed."""
        if self.client.is_deleted:
            return
        with self.client:
            if origin != self.tab and self.editor.value != document.text:
                self.editor.value = document.text
            self.show()

    # --- state ----------------------------------------------------------------------------------
    def show(self) -> None:
        """State of the file, who may edit, and what has to be decided."""
        document = self.document
        mine = document.pen in ("", self.tab)
        state = (mine, document.saved, document.trouble, document.theirs)
        if state == self.shown:
            return  # asked at each letter that is typed
        self.shown = state
        self.editor.set_enabled(mine)
        self.state.set_text(document.trouble or ("saved" if document.saved else "draft kept, not saved yet"))
        self.banner.clear()
        with self.banner:
            if document.theirs is not None:
                ui.label(
                    "The file was changed by somebody else while there is something unsaved here. Nothing is overwritten."
                )
                self.choice("Keep this text", lambda: document.keep_mine())
                self.choice("Take the file's", document.take_theirs)
                with ui.element("details").classes("wb-theirs"):
                    with ui.element("summary"):
                        ui.label("Show the file's text")
                    with ui.element("pre"):
                        ui.label(document.theirs)
            elif not mine:
                ui.label("This document is edited in another tab; here it is only shown.")
                self.choice("Edit here", lambda: document.take_pen(self.tab))
        self.banner.set_visibility(document.theirs is not None or not mine)
        self.show_versions()

    def choice(self, label: str, act: object) -> None:
        """A button of the banner."""
        with ui.element("button").classes("wb-plain").props("type=button") as made:
            ui.label(label)
        made.on("click", lambda: act() if callable(act) else None)

    def show_versions(self) -> None:
        """Earlier texts, to be taken up again."""
        versions = self.document.versions()[:12]
        self.kept.clear()
        with self.kept:
            if not versions:
                ui.label("The file as it was is kept here before it is first changed.").classes("wb-hint")
            for path in versions:
                with ui.element("button").classes("wb-plain").props("type=button") as made:
                    ui.label(path.stem[:16].replace(".", ":"))
                made.on("click", lambda _, path=path: self.back_to(path.read_text(encoding="utf-8")))

    def back_to(self, text: str) -> None:
        """Take an earlier text up again, as a change that can be undone."""
        self.client.run_javascript(f"wb.editor.restore({json.dumps(text)})")
