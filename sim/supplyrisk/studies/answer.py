"""What a type of study hands back: a headline, sentences, tables, charts, and what the page lets the reader choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..report.style import Layout


@dataclass(frozen=True)
class Table:
    """A table of the answer.

    Attributes
    ----------
    name : str
        Short, for the sheet of the workbook (at most 31 letters).
    frame : DataFrame
        Real numbers in plain columns.
    units : mapping
        Column -> unit, which decides how numbers are shown.
    chart : tuple
        (kind, category column, value columns) of a native chart beside the table in the workbook; () for none. `kind`
        is `line`, `bar` or `scatter`.
    """

    name: str
    title: str
    frame: pd.DataFrame
    note: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    chart: tuple[str, str, tuple[str, ...]] | tuple[()] = ()
    most_rows: int = 40  # shown on the page; the workbook has all


@dataclass(frozen=True)
class Chart:
    """A figure of the answer, drawn for the files and for the page.

    Attributes
    ----------
    draw : callable
        Given a layout (wide or narrow), the figure.
    frame : DataFrame
        What it draws, written beside it as CSV.
    """

    name: str
    title: str
    caption: str
    draw: Callable[[Layout], Figure]
    frame: pd.DataFrame


@dataclass(frozen=True)
class Explorer:
    """How the reader looks through all cells on the page.

    Attributes
    ----------
    kind : str
        `curve` (outcome along an axis, other axes by slider), `heat` (two axes), `matrix` (cells by places), `scatter`
        (one dot per cell along an axis), or `` for none.
    axes : sequence of str
        Keys of the cells that are axes, the first along the x axis.
    marks : mapping
        Values of the first axis to be marked with a line -> what is written there.
    rows : str
        For `matrix`: the key whose values are the rows.
    group : str
        For `matrix`: the key of which one value is shown at a time.
    """

    kind: str = ""
    axes: Sequence[str] = ()
    marks: Mapping[float, str] = field(default_factory=dict)
    rows: str = ""
    group: str = ""
    start: tuple[str, str, str] | tuple[()] = ()  # outcome, product and place shown first; () means what moves most
    arms: Sequence[str] = ()  # on the page; () means all


@dataclass(frozen=True)
class Answer:
    """What came of a study."""

    headline: str
    sentences: Sequence[str]
    notes: Sequence[str] = ()
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    explorer: Explorer = Explorer()
    facts: Mapping[str, Any] = field(default_factory=dict)  # for the manifest: the answer as plain numbers
