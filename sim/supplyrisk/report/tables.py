"""The tables of the report: key numbers by arm, prices by product, shortage by country, uncertain numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .answer_tables import losses, makers_short, policies, policies_by_place
from .case import risk_place
from .cells import Cell, ReportTable, arm_note, bare_cell, cell_of, intervals_are
from .drivers import correlations, families, input_label
from .enough import FEWEST_RUNS
from .gaps import price_name
from .own_numbers import own_numbers
from .pick import Spread, headline_price, price_peak, spread, total_spread
from .quantities import headline_quantities
from .rounding import MISSING, plain
from .run import Run
from .words import small

if TYPE_CHECKING:
    from ..spec.resolved import SampledColumn

MOST_INPUTS = 15
DURATIONS = ("price_spot_above_2x_weeks", "cover_minimum_weeks")


def report_tables(run: Run) -> list[ReportTable]:
    """All tables of the report that have rows."""
    makers = (key_numbers, losses, policies, policies_by_place, makers_short, prices, own_numbers)
    return [table for table in (maker(run) for maker in makers) if table.rows]


def key_numbers(run: Run) -> ReportTable:
    """Headline quantities: without the events, with them, and the paired differences."""
    arms = [a for a in ("baseline", run.main_arm) if a in run.arms]
    arms = list(dict.fromkeys(arms))
    header = ["", *(run.label(a) for a in arms)]
    if "scenario" in arms and "baseline" in arms:
        header.append("difference")
    rows = _price_row(run, arms, len(header)) if arms else []
    for q in _quantities(run):
        cells = [Cell(q.title)]
        cells += [cell_of(spread(run, q.metric, a, q.product, q.place, q.end_use)) for a in arms]
        other = "points" if q.unit == "%" else q.unit
        if "difference" in header:
            cells.append(cell_of(spread(run, q.metric, "scenario-baseline", q.product, q.place, q.end_use), other))
        rows.append(tuple(cells))
    paired = " Differences are taken run by run on the same draws." if "difference" in header else ""
    spending = _spending(run, arms + (["scenario-baseline"] if "difference" in header else []))
    if spending:
        rows.append(spending)
    note = intervals_are(run) + paired
    return ReportTable("key_numbers", "Key numbers", note, tuple(header), tuple(rows))


def _price_row(run: Run, arms: list[str], width: int) -> list[tuple[Cell, ...]]:
    """The price the answer tells: the top of each arm's median line. They may lie in different weeks: no difference."""
    product, zone = headline_price(run)
    tops = [price_peak(run, arm, product, zone) for arm in arms]
    if not any(tops):
        return []
    name = f"Peak of the median {price_name(run, zone)} of {small(run.label(product))}, {run.price_where(zone)}"
    cells = [cell_of(top.spread if top else None) for top in tops]
    return [(Cell(name), *cells, *[Cell(MISSING)] * (width - 1 - len(cells)))]


def _quantities(run: Run) -> list[Any]:
    from .quantities import Quantity

    found = headline_quantities(run)
    extra = []
    for q in found:
        if q.metric == "price_spot_peak_index":
            name = f"Peak average price paid for {small(run.label(q.product))}, {run.where(q.place)}"
            extra.append(Quantity("price_paid_peak_index", q.product, q.place, "index", name, ""))
            name = f"Thinnest stock cover of {small(run.label(q.product))}, {run.where(q.place)}"
            extra.append(Quantity("cover_minimum_weeks", q.product, q.place, "weeks", name, ""))
    both = found[:1] + extra[:1] + found[1:] + extra[1:]
    return [q for q in both if spread(run, q.metric, run.main_arm, q.product, q.place, q.end_use) is not None]


def _spending(run: Run, arms: list[str]) -> tuple[Cell, ...]:
    """Extra spending of users on all products, where the answer is about; () if it was not reported."""
    place = risk_place(run)
    totals = [total_spread(run, "extra_spend_usd", arm, place) for arm in arms]
    return (
        (Cell(f"Extra spending of users, {'world' if place == 'world' else run.where(place)}"), *map(cell_of, totals))
        if any(totals)
        else ()
    )


def prices(run: Run) -> ReportTable:
    """Peaks and durations of prices by product and zone in the main arm."""
    header = (
        "",
        "",
        "peak of the median quoted price",
        "peak of the median average paid",
        "peak of the median quoted price, USD/kg",
        "weeks above twice normal",
        "thinnest cover",
    )
    rows = []
    for product in run.products:
        for zone in run.zones:
            peak = price_peak(run, run.main_arm, product, zone)
            if peak is None:
                continue
            paid = price_peak(run, run.main_arm, product, zone, "price_paid_index")
            cells = (
                cell_of(peak.spread),
                cell_of(paid.spread if paid else None),
                bare_cell(_in_usd(run, peak.spread, product, zone)),
                *(cell_of(spread(run, m, run.main_arm, product, zone)) for m in DURATIONS),
            )
            rows.append((Cell(run.label(product)), Cell(run.price_where(zone)), *cells))
    note = (
        f"{arm_note(run)} Quoted: asked and reported by price agencies, the home price inside the country that controls "
        "exports. Average paid: contract and spot, weighted by volume."
    )
    return ReportTable("prices", "Prices by product", note, header, tuple(rows))


def _in_usd(run: Run, peak: Spread, product: str, zone: str) -> Spread | None:
    """A price index in USD/kg: both metrics of a run's highest week differ by the price it starts from."""
    index = spread(run, "price_spot_peak_index", run.main_arm, product, zone)
    usd = spread(run, "price_spot_peak_usd_per_kg", run.main_arm, product, zone)
    if index is None or usd is None or not index.p50 > 0:
        return None
    factor = usd.p50 / index.p50
    p10, p25, p50, p75, p90 = (factor * x for x in (peak.p10, peak.p25, peak.p50, peak.p75, peak.p90))
    return Spread(peak.n, p10, p25, p50, p75, p90, usd.unit)


# --- what was assumed -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Assumption:
    """One uncertain number, or a group of them, with where its default comes from."""

    name: str
    spread: str
    central: str
    number: float
    unit: str
    source: str
    confidence: str


def assumptions(run: Run) -> list[Assumption]:
    """Uncertain numbers, one line per group that moves together."""
    facts = run.sources
    weight = _weights(run)
    found = []
    for members in sorted(families(run), key=lambda m: -weight.get(m[0].name, 0.0)):
        first = members[0]
        name = first.name
        fact = _fact_of(facts, name)
        found.append(
            Assumption(
                input_label(run, name),
                distribution(first),
                plain(first.central, 3),
                first.central,
                str(fact.get("unit", "")),
                str(fact.get("source", "")) or _no_source(facts, name),
                str(fact.get("confidence", "")),
            )
        )
    return found


def _weights(run: Run) -> dict[str, float]:
    """How strongly each number goes with the headline outcomes, 0 to 1; nothing for few runs."""
    if run.n_ok < FEWEST_RUNS:
        return {}
    found: dict[str, float] = {}
    for q in headline_quantities(run)[:2]:
        for row in correlations(run, q).to_dict("records"):
            found[str(row["input"])] = max(found.get(str(row["input"]), 0.0), abs(float(row["rho"])))
    return found


def distribution(column: SampledColumn) -> str:
    """A distribution in words: "uniform, 8 to 20", "PERT, 0.05 to 0.3 with mode 0.12"."""
    kind, args = column.kind, column.args
    if kind == "uniform":
        return f"uniform, {plain(args[0], 3)} to {plain(args[1], 3)}"
    if kind in ("triangular", "pert"):
        name = "PERT" if kind == "pert" else "triangular"
        return f"{name}, {plain(args[0], 3)} to {plain(args[2], 3)}, mode {plain(args[1], 3)}"
    if kind == "normal":
        low, high = args[0] - 1.645 * args[1], args[0] + 1.645 * args[1]
        return f"normal, 90 % in {plain(low, 3)} to {plain(high, 3)}"
    if kind == "lognormal":
        low, high = (math.exp(args[0] + s * 1.645 * args[1]) for s in (-1, 1))
        return f"lognormal, 90 % in {plain(low, 3)} to {plain(high, 3)}"
    if kind == "discrete":
        pairs = zip(args[::2], args[1::2])
        return "one of " + ", ".join(f"{plain(v, 3)} ({100 * p:.0f} %)" for v, p in pairs)
    return kind


def _no_source(facts: Sequence[Mapping[str, str]], name: str) -> str:
    """What stands where a number has no source: it was written in the scenario, or nothing is known."""
    if name.partition(".")[0] in ("events", "policies", "outlook"):
        return "the scenario file"
    return "not stated" if facts else "not kept with this run"


def _fact_of(facts: Sequence[Mapping[str, str]], name: str) -> Mapping[str, str]:
    """The row of the world that a sampled number comes from: same parameter, most dimensions in common."""
    parameter, *dims = name.split(".")
    best = -1
    found: Mapping[str, str] = {}
    for row in facts:
        if row.get("parameter") != parameter:
            continue
        given = [row[c] for c in ("product", "input", "country", "partner", "end_use") if row.get(c)]
        if set(given) <= set(dims) and len(given) > best:
            best, found = len(given), row
    return found


def confidence_counts(run: Run) -> dict[str, int]:
    """How many of the world's numbers are of which confidence."""
    counts: dict[str, int] = {}
    for row in run.sources:
        key = row.get("confidence") or "not stated"
        counts[key] = counts.get(key, 0) + 1
    order = ("high", "medium", "low", "assumption", "not stated")
    return {k: counts[k] for k in order if k in counts}
