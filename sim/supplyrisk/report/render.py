"""Figures as files, and as pictures inside a page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import style
from .figures.base import ReportFigure
from .literal import write_csv
from .squeeze import Shared, squeeze
from .workbook_data import RESIDUE

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


def render(run: Run, figure: ReportFigure, folder: Path, shared: Shared | None = None) -> Picture:
    """Draw a figure, write `NAME.svg`, `NAME.png` and `NAME.csv` into `folder`, and return it for the page.

    With `shared` (what the figures of the page have in common) also for narrow screens; without it, for
    the files alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with style.house_style():
        drawn = figure.draw(run, style.WIDE)
        files = save(drawn, folder / figure.name)
        wide = (folder / f"{figure.name}.svg").read_bytes()
        small = b"" if shared is None else style.svg_bytes(figure.draw(run, style.NARROW).figure)
    return Picture(
        figure.name,
        drawn.title,
        drawn.caption,
        "" if shared is None else squeeze(wide, drawn.title, shared),
        "" if shared is None else squeeze(small, drawn.title, shared),
        tuple(f.name for f in files),
        drawn.table,
    )


def save(drawn: Drawn, stem: Path) -> tuple[Path, ...]:
    """Write the SVG, the PNG and the table of a figure. Call it inside `house_style`."""
    svg, png, csv = (stem.with_name(f"{stem.name}.{ending}") for ending in ("svg", "png", "csv"))
    svg.write_bytes(style.svg_bytes(drawn.figure))
    png.write_bytes(style.png_bytes(drawn.figure))
    write_csv(without_residues(drawn.table), csv, "%.10g")
    return svg, png, csv


def without_residues(table: pd.DataFrame) -> pd.DataFrame:
    """The table of a figure with what is only rounding of sums put to 0, measured by the largest number of the same unit."""
    if "value" not in table or "unit" not in table or not len(table):
        return table
    size = table["value"].astype(float).abs()
    scale = size.groupby(table["unit"].astype(str)).transform("max")
    return table.assign(value=table["value"].where(~(size < RESIDUE * scale), 0.0))


def inline(svg: bytes, prefix: str, title: str) -> str:
    """An SVG file as an element of a page, with all it needs; `prefix` keeps its names apart from others'."""
    return squeeze(svg, title, None, prefix)
