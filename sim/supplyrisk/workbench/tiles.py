"""The few numbers that an answer is remembered by, large above the charts: the price at its height and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..report.cells import cell_of
from ..report.gaps import price_name
from ..report.pick import Spread, price_peak, spread
from ..report.quantities import Quantity, headline_quantities
from ..report.words import month, small

if TYPE_CHECKING:
    from .liverun import LiveRun

PEAK = "price_spot_peak_index"


@dataclass(frozen=True)
class Tile:
    """One number.

    Attributes
    ----------
    label : str
        What it is of.
    value, unit, between : str
        The median, what it is counted in where the value does not say so, and the 80 % band.
    note : str
        When.
    before : str
        The median in the version that was pinned; "" without one.
    """

    label: str
    value: str
    unit: str
    between: str
    note: str = ""
    before: str = ""


def tiles(run: LiveRun, before: LiveRun | None = None) -> tuple[Tile, ...]:
    """The numbers of `report.quantities`; of the price the highest point of the median line, as the sentences tell it."""
    found = (_tile(run, each, before) for each in headline_quantities(run))
    return tuple(tile for tile in found if tile is not None)


def _tile(run: LiveRun, quantity: Quantity, before: LiveRun | None) -> Tile | None:
    found = _value(run, quantity)
    if found is None or not found.n:
        return None
    cell = cell_of(found, quantity.unit)
    was = _value(before, quantity) if before is not None else None
    shown = cell_of(was, quantity.unit).text if was is not None and was.n else ""
    if quantity.metric != PEAK:
        return Tile(quantity.title, cell.text, "", cell.note, "", shown)
    name = (
        f"{price_name(run, quantity.place)} of {small(run.label(quantity.product))} {run.price_where(quantity.place)}"
    )
    peak = price_peak(run, run.main_arm, quantity.product, quantity.place)
    when = f"median line, highest in {month(peak.date)}" if peak is not None else ""
    return Tile(f"{name[:1].upper()}{name[1:]}", cell.text, "normal", cell.note, when, shown)


def _value(run: LiveRun, quantity: Quantity) -> Spread | None:
    if quantity.metric != PEAK:
        return spread(run, quantity.metric, run.main_arm, quantity.product, quantity.place, quantity.end_use)
    peak = price_peak(run, run.main_arm, quantity.product, quantity.place)
    return peak.spread if peak is not None else None
