"""The few numbers that an answer is remembered by, large above the charts: the price at its height and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..report.case import METRIC, Case, on_today, risk_place, the_case
from ..report.cells import Cell, ReportTable, cell_of
from ..report.gaps import price_name
from ..report.pick import Spread, price_peak, spread
from ..report.quantities import Quantity, quantities_of
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


def tiles(run: LiveRun, product: str, zone: str, case: Case, before: LiveRun | None = None) -> tuple[Tile, ...]:
    """The numbers of `report.quantities`; of the price the highest point of the median line, as the sentences tell it.

    Parameters
    ----------
    product, zone : str
        Of the price.
    case : Case
        Whose losses.
    before : LiveRun, optional
        Of the version that was pinned, the same numbers of which stand beside.
    """
    at_risk = risk_place(run) if case.place == the_case(run).place else case.place
    found = (_tile(run, each, before) for each in quantities_of(run, product, zone, case, at_risk))
    return tuple(tile for tile in found if tile is not None)


def policies_there(run: LiveRun, case: Case) -> ReportTable:
    """What each policy changes of a place's losses against the scenario; empty where the answer is about that place."""
    if case.place == the_case(run).place:
        return ReportTable("policies_there", "", "", (), ())
    rows = []
    for policy in run.policies:
        title, arm = run.policy_title(policy), f"policy:{policy}-scenario"
        found = [
            spread(run, METRIC[loss], arm, case.product, case.place, case.end_use) for loss in ("missing", "given up")
        ]
        found.append(spread(run, "output_at_risk_usd", arm, "", case.place))
        rows.append((Cell(title[:1].upper() + title[1:]), *(cell_of(each) for each in found)))
    header = ("", "missing, weeks", "given up because of the price, weeks", "output at risk")
    note = "Difference from the scenario on the same draws, below zero is less; and below it the 80 % band."
    title = f"What policies change {run.where(case.place)}: {small(run.label(case.product))}"
    return ReportTable("policies_there", title, note, header, tuple(rows))


def _tile(run: LiveRun, quantity: Quantity, before: LiveRun | None) -> Tile | None:
    found = _value(run, quantity)
    if found is None or not found.n:
        return None
    cell = cell_of(found, quantity.unit)
    was = _value(before, quantity) if before is not None else None
    shown = cell_of(was, quantity.unit).text if was is not None and was.n else ""
    if quantity.metric != PEAK:
        return Tile(
            quantity.title, cell.text, "", cell.note, "more than under today's rules" if on_today(run) else "", shown
        )
    name = (
        f"{price_name(run, quantity.place)} of {small(run.label(quantity.product))} {run.price_where(quantity.place)}"
    )
    peak = price_peak(run, run.main_arm, quantity.product, quantity.place)
    when = f"median line, highest in {month(peak.date)}" if peak is not None else ""
    return Tile(f"{name[:1].upper()}{name[1:]}", cell.text, "normal", cell.note, when, shown)


def _value(run: LiveRun, quantity: Quantity) -> Spread | None:
    """As the sentences tell it: where today's rules stand in every arm, losses are what the events add to them."""
    if quantity.metric == PEAK:
        peak = price_peak(run, run.main_arm, quantity.product, quantity.place)
        return peak.spread if peak is not None else None
    arm = f"{run.main_arm}-baseline" if on_today(run) else run.main_arm
    return spread(run, quantity.metric, arm, quantity.product, quantity.place, quantity.end_use)
