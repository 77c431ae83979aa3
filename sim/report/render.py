"""Figures as files, and as pictures inside a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import style
from .figures.base import ReportFigure

if TYPE_CHECKING:
    import pandas as pd

    from .run import Run
    from .sketch import Drawn

FOLDER = "figures"


@dataclass(frozen=True)
class Picture:
    """One figure of a page: its SVG for wide and for narrow screens, its words, its files."""

    name: str
    title: str
    caption: str
    wide: str
    narrow: str
    files: tuple[str, ...]
    table: pd.DataFrame


def render(run: Run, figure: ReportFigure, folder: Path, narrow: bool = True) -> Picture:
    """Draw a figure, write `NAME.svg`, `NAME.png` and `NAME.csv` into `folder`, and return it for the page."""
    folder.mkdir(parents=True, exist_ok=True)
    with style.house_style():
        drawn = figure.draw(run, style.WIDE)
        files = save(drawn, folder / figure.name)
        wide = (folder / f"{figure.name}.svg").read_bytes()
        small = b""
        if narrow:
            small = style.svg_bytes(figure.draw(run, style.NARROW).figure)
    return Picture(
        figure.name,
        drawn.title,
        drawn.caption,
        inline(wide, f"{figure.name}-w", drawn.title),
        inline(small, f"{figure.name}-n", drawn.title) if small else "",
        tuple(f.name for f in files),
        drawn.table,
    )


def save(drawn: Drawn, stem: Path) -> tuple[Path, ...]:
    """Write the SVG, the PNG and the table of a figure. Call it inside `house_style`."""
    svg, png, csv = (stem.with_name(f"{stem.name}.{ending}") for ending in ("svg", "png", "csv"))
    svg.write_bytes(style.svg_bytes(drawn.figure))
    png.write_bytes(style.png_bytes(drawn.figure))
    drawn.table.to_csv(csv, index=False, float_format="%.10g", lineterminator="\n")
    return svg, png, csv


_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_SIZE = re.compile(r'<svg[^>]*?viewBox="([^"]+)"[^>]*>', re.DOTALL)
_ID = re.compile(r'\bid="([^"]+)"')
_REF = re.compile(r'(href=")#([^"]+)"')
_URL = re.compile(r"url\(#([^)]+)\)")


def inline(svg: bytes, prefix: str, title: str) -> str:
    """An SVG file as an element of an HTML page.

    Every figure of a page shares one document, so that ids get the figure's name in front of them; the
    size gives way to the view box, so that the picture takes the width it is given.
    """
    from html import escape

    text = _METADATA.sub("", _HEAD.sub("", svg.decode("utf-8"), count=1))
    head = (
        r'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        rf'viewBox="\1" role="img" aria-label="{escape(title, quote=True)}" preserveAspectRatio="xMidYMid meet">'
    )
    text = _SIZE.sub(head, text, count=1)
    text = _ID.sub(rf'id="{prefix}-\1"', text)
    text = _REF.sub(rf'\1#{prefix}-\2"', text)
    return _URL.sub(rf"url(#{prefix}-\1)", text)
