"""Figures made small for the page: what many figures have in common is written once, and no digit too many.

A page holds every figure twice, for wide and for narrow screens. As matplotlib writes them, many of
their bytes are styles repeated, names nobody refers to, and digits finer than any screen. Nothing of
what is seen changes; what is written stays text, which can be searched, selected and read aloud.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from xml.etree import ElementTree

from .fonts import STACK, faces

FINE_POINTS = 30  # paths with fewer points (marks, dots, boxes) keep a hundredth of a point, others a tenth
BASE_CSS = (
    "svg *{stroke-linejoin:round;stroke-linecap:butt}"
    f"svg text{{font-family:{STACK};white-space:pre;text-rendering:geometricPrecision}}"
)
NO_TURN = re.compile(r"rotate\(-?0(?:\.0*)? [^)]*\)")
BOLD = re.compile(r"font-weight: ?([6-9]00|bold)")
FONT_FAMILY = re.compile(r"font-family: ?[^;]*;? ?")
XLINK = "{http://www.w3.org/1999/xlink}href"
_TOKEN = re.compile(r"[MLQCz]|-?\d+\.?\d*(?:e-?\d+)?")
_NUMBER = re.compile(r"-?\d+\.\d+")
_URL = re.compile(r"url\(#([^)]+)\)")


@dataclass
class Shared:
    """Styles and letters that the figures of one page share: `css` goes onto the page once.

    Every name that is given out is another one, so that figures don't get in each other's way; `prefix`
    stands before each where several of these meet on one page.
    """

    prefix: str = ""
    styles: dict[str, str] = field(default_factory=dict)  # declarations -> class
    letters: dict[int, set[str]] = field(default_factory=dict)  # weight -> characters that are written in it
    parts: int = 0

    def write(self, text: str, bold: bool) -> None:
        """Note which letters a text needs."""
        self.letters.setdefault(700 if bold else 400, set()).update(text)

    def style(self, declarations: str) -> str:
        """Class of a set of style declarations."""
        return self.styles.setdefault(declarations, f"{self.prefix}s{len(self.styles)}")

    def part(self) -> str:
        """Id of something that only one figure uses."""
        self.parts += 1
        return f"{self.prefix}i{self.parts}"

    @property
    def css(self) -> str:
        """The rules of all classes."""
        return "".join(f".{name}{{{text}}}" for text, name in self.styles.items())

    @property
    def fonts(self) -> str:
        """The rules that bring the letters along."""
        return faces(self.letters)


def squeeze(svg: bytes, title: str, shared: Shared | None = None, prefix: str = "") -> str:
    """An SVG file of matplotlib as a small element of a page, which takes the width it is given.

    Parameters
    ----------
    svg : bytes
        The file.
    title : str
        What the figure is called, for readers who hear it.
    shared : Shared, optional
        Takes up the styles and letters of this figure. Without it the element brings its own styles.
    prefix : str
        Stands before the names of an element that brings its own.
    """
    root = ElementTree.fromstring(svg)
    store = Shared(prefix) if shared is None else shared
    writer = _Writer(store, root)
    body = "".join(writer.element(child) for child in root)
    own = f"<style>{BASE_CSS}{store.css}</style>" if shared is None else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{root.get("viewBox")}" role="img" '
        f'aria-label="{escape(title)}" preserveAspectRatio="xMidYMid meet">{own}{body}</svg>'
    )


class _Writer:
    def __init__(self, shared: Shared, root: ElementTree.Element) -> None:
        self.shared = shared
        self.ids: dict[str, str] = {}
        for item in root.iter():  # ids that something refers to; others are names of matplotlib's own parts
            for key, value in item.attrib.items():
                for name in [value[1:]] if key == XLINK else _URL.findall(value):
                    if name not in self.ids:
                        self.ids[name] = shared.part()

    def element(self, item: ElementTree.Element) -> str:
        tag = _tag(item)
        if tag in ("metadata", "style"):
            return ""
        inside = "".join(self.element(child) for child in item)
        if tag == "text":
            inside = escape(item.text or "", quote=False)
            self.shared.write(item.text or "", bool(BOLD.search(item.get("style", ""))))
        if tag in ("g", "defs") and not inside:
            return ""
        attributes = self._attributes(item, tag)
        if tag == "g" and not attributes:
            return inside
        return f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"

    def _attributes(self, item: ElementTree.Element, tag: str) -> str:
        found = ""
        for key, value in item.attrib.items():
            if key == "id":
                found += f' id="{self.ids[value]}"' if value in self.ids else ""
            elif key == XLINK:
                found += f' href="#{self.ids[value[1:]]}"'
            elif key == "style":
                value = FONT_FAMILY.sub("", value) if tag == "text" else value
                plain = _URL.sub(self._url, value).replace("; ", ";").replace(": ", ":")
                found += f' class="{self.shared.style(plain)}"'
            elif key == "d":
                found += f' d="{path(value)}"'
            elif key == "transform" and tag == "text" and NO_TURN.fullmatch(value):
                continue
            elif key == "transform" and tag == "use" and value.endswith(" 0)") and value.startswith("translate("):
                found += f' x="{_short(value[10:-3])}"'
            elif key in ("x", "y") and float(value) == 0:
                continue
            else:
                found += f' {key}="{escape(_URL.sub(self._url, _short(value)))}"'
        return found

    def _url(self, match: re.Match[str]) -> str:
        return f"url(#{self.ids[match[1]]})"


def _tag(item: ElementTree.Element) -> str:
    return item.tag.rpartition("}")[2]


def _short(text: str) -> str:
    """Numbers with two decimals, or four if they are small."""

    def number(match: re.Match[str]) -> str:
        value = float(match[0])
        return _plain(f"{value:.2f}" if abs(value) >= 1 else f"{value:.6f}")

    return _NUMBER.sub(number, text)


def _plain(text: str) -> str:
    text = text.rstrip("0").rstrip(".")
    if text in ("-0", ""):
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def path(d: str, decimals: int | None = None) -> str:
    """A path of M, L, Q, C and z with steps instead of places, rounded; points on a straight line are left out.

    Places are rounded first and steps taken between them, so that rounding never adds up.

    Examples
    --------
    >>> path("M 10 20 L 30.04 20 L 50.26 20 L 50.26 31 z")
    'm10 20h40.26v11z'
    """
    tokens = _TOKEN.findall(d)
    if decimals is None:
        decimals = 2 if len(tokens) < 3 * FINE_POINTS else 1
    scale = 10**decimals
    parts: list[tuple[str, list[int]]] = []
    here, start, index = (0, 0), (0, 0), 0
    while index < len(tokens):
        command = tokens[index]
        index += 1
        if command == "z":
            parts.append(("z", []))
            here = start
            continue
        count = {"M": 2, "L": 2, "Q": 4, "C": 6}[command]
        while index < len(tokens) and tokens[index] not in "MLQCz":
            places = [round(float(t) * scale) for t in tokens[index : index + count]]
            index += count
            steps = [p - here[i % 2] for i, p in enumerate(places)]
            here = (places[-2], places[-1])
            if command == "M":
                start = here
            _append(parts, command.lower(), steps)
    text, last = "", ""
    for command, steps in parts:
        letter = command
        if command == "l" and 0 in steps:
            letter, steps = ("v", steps[1:]) if steps[0] == 0 else ("h", steps[:1])
        numbers = _joined(steps, decimals)
        if letter != last or letter == "m":
            text += letter + numbers
        else:
            text += numbers if numbers.startswith("-") else f" {numbers}"
        last = letter
    return text


def _append(parts: list[tuple[str, list[int]]], command: str, steps: list[int]) -> None:
    """Add a step; one in the direction of the step before makes that one longer."""
    if command == "l" and parts and parts[-1][0] == "l":
        (a, b), (c, d) = parts[-1][1], steps
        if a * d == b * c and a * c + b * d >= 0:
            parts[-1] = ("l", [a + c, b + d])
            return
    parts.append((command, steps))


def _joined(steps: list[int], decimals: int) -> str:
    texts = [_plain(f"{step / 10**decimals:.{decimals}f}") if decimals else str(step) for step in steps]
    return "".join(text if i == 0 or text.startswith("-") else f" {text}" for i, text in enumerate(texts))
