"""A scenario from nothing: six questions, each with a usual answer, and one line that says what will be written."""

from __future__ import annotations

from dataclasses import asdict, replace
from urllib.parse import quote

from nicegui import ui

from ...language.names import ALL
from ...spec.worldfile import shipped_worlds
from ..bench import Workbench
from ..ownscenario import Refused, Wish
from ..shelf import fresh
from .shell import option, set_props
from .threads import told

LABELS = {  # answer: label, what is read aloud
    "title": ("Title", "Title of your scenario"),
    "world": ("World", "World of your scenario"),
    "product": ("Stops exports of", "Product whose export stops"),
    "country": ("Who stops them", "Country that stops its exports"),
    "start": ("From", "First day of the stop"),
    "duration": ("For how long", "How long the stop lasts"),
}
SENT = "(e) => emit(e.target.value)"


def own(bench: Workbench) -> None:
    """Draw the form."""
    Own(bench).draw()


class Own:
    """What is answered, and the boxes that show it."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.wish = Wish()
        self.boxes: dict[str, ui.element] = {}
        self.faults: dict[str, ui.label] = {}

    def draw(self) -> None:
        """All boxes, the sentence and the button."""
        with ui.element("div").classes("wb-own").props('role=group aria-label="A scenario of your own"'):
            ui.label("A scenario of your own").classes("wb-own-head")
            with ui.element("div").classes("wb-own-boxes"):
                self.box("title", "input", type="text", maxlength="200")
                for key in ("world", "product", "country"):
                    self.box(key, "select")
                self.box("start", "input", type="date", defaultValue=self.wish.start)
                self.box("duration", "input", type="text", maxlength="40", defaultValue=self.wish.duration)
            with ui.element("div").classes("wb-foot"):
                button = ui.element("button").classes("wb-button").props("type=button")
                with button:
                    ui.label("Write it")
                button.on("click", self.make)
                self.said = ui.label().props("role=status aria-live=polite")
        with self.boxes["world"]:
            for name in shipped_worlds():
                option(name, name, name == self.wish.world)
        self.fill_products()
        self.show()

    def box(self, key: str, kind: str, **given: str) -> None:
        """One question with its box and, below it, what is wrong."""
        label, aloud = LABELS[key]
        # A default value, not a value: that would be put back with every change of another attribute.
        with ui.element("label").classes(f"wb-own-{key}"):
            ui.label(label)
            made = set_props(ui.element(kind), aria_label=aloud, aria_describedby=f"wb-own-fault-{key}", **given)
            fault = set_props(ui.label().classes("wb-problem"), id=f"wb-own-fault-{key}", role="alert")
        made.on("input", lambda event: self.answer(key, str(event.args)), js_handler=SENT)
        if kind == "input":
            made.on("keydown.enter", self.make)
        self.boxes[key], self.faults[key] = made, fault

    def answer(self, key: str, value: str) -> None:
        """Take an answer; what depends on it is offered anew. What no box offers is not taken."""
        of = self.wish.of
        offered = {"world": shipped_worlds(), "product": of.makers, "country": of.countries}.get(key)
        if offered is not None and value not in offered:
            return
        self.wish = replace(self.wish, **{key: value})
        if key == "world":
            self.wish = replace(self.wish, product="", country="")
            self.fill_products()
        elif key == "product":
            stays = self.wish.who in of.makers[value]
            self.wish = replace(self.wish, country=self.wish.country if stays else "")
            self.fill_countries()
        self.show()

    def fill_products(self) -> None:
        """The products of the world."""
        box = self.boxes["product"]
        box.clear()
        with box:
            for product, name in self.wish.of.products.items():
                option(product, name, product == self.wish.what)
            option(ALL, "all products", self.wish.what == ALL)
        self.fill_countries()

    def fill_countries(self) -> None:
        """Who makes the product, the largest first."""
        box = self.boxes["country"]
        box.clear()
        with box:
            for country, share in self.wish.of.makers[self.wish.what].items():
                much = "" if self.wish.what == ALL else f" ({share:.0%} of the output)"
                option(country, f"{self.wish.of.countries[country]}{much}", country == self.wish.who)

    def show(self) -> None:
        """What will be written, or what is wrong beside its box."""
        try:
            said, faults = f"Will write: {self.wish.says()}", {}
        except Refused as refused:
            said, faults = "", refused.faults
        for key, label in self.faults.items():
            label.set_text(faults.get(key, ""))
            set_props(self.boxes[key], aria_invalid="true" if key in faults else "false")
        set_props(self.boxes["title"], placeholder=self.wish.usual_title())
        self.said.set_text(said)

    async def make(self) -> None:
        """Write it and go there."""
        wrong = next(iter(self.wish.faults()), "")
        if wrong:
            self.boxes[wrong].run_method("focus")
            return
        file = await told(lambda: fresh(self.bench.folder, **asdict(self.wish)))
        if file is not None:
            ui.navigate.to(f"/?file={quote(file)}")
