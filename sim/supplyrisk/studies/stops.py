"""What an n-1 study says: which stop costs whom how much, ranked, and how that differs from published lists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..measures.aggregate import ALL, WORLD
from ..report.rounding import quantity
from ..results.quantiles import quantiles
from ..sums import add_up
from .answer import Answer, Chart, Explorer, Table
from .charts import Bar, bars, heat, unit_words
from .found import Found, Placed
from .published import published_tables
from .words import place_said, product_said, with_band

if TYPE_CHECKING:
    import pandas as pd

    from ..measures.reporter import Outcome
    from .types.n_minus_1 import NMinus1
    from .units import Floats

RISK = "output_at_risk_usd"
EFFECT = "scenario-baseline"
TOP = 15  # stops in the figures
ADDS = 1.05  # of the worse stop alone: what a pair has to cost to be told
TOLD = 3  # stops told for each consumer


@dataclass(frozen=True)
class Hit:
    """What one stop does to one consumer."""

    placed: Placed
    place: str
    risk: tuple[float, float, float, float]  # mean, median, 10 %, 90 % of output at risk, USD
    stops: float  # mean of the part that stops for lack of material, USD
    weeks: float  # mean weeks of use missing, of the product that misses most
    weeks_of: str  # that product
    weeks_short: float
    price: float  # median peak of the price paid, of the product whose price rises most
    price_of: str
    spend: float  # mean extra spending, USD

    @property
    def stop(self) -> str:
        return self.placed.cell.keys["stop"]


def stops_answer(study: NMinus1, found: Found) -> Answer:
    """Headline, sentences, tables and figures."""
    hits = read_hits(found)
    seen = dict.fromkeys(hit.place for hit in hits)
    places = [
        *(place for place in study.places if place in seen),
        *(place for place in seen if place not in study.places),
    ]
    consumers = [place for place in places if place != WORLD] or places
    everything = {place: ranking(hits, place) for place in consumers}
    ranked = {place: telling(listed) for place, listed in everything.items()}
    lines = [_sentence(place, ranked[place]) for place in consumers]
    headline = _headline(ranked, consumers) if consumers else "Nothing was computed."
    notes = [
        f"Each stop is set against the same {found.runs} runs without it. Output at risk is the value added of goods that need "
        "the missing tonnes, over the whole horizon; a stop whose loss is small leaves time to buy elsewhere or to draw stocks.",
        "What is no single country (the rest of the world, the rest of a region) never stops: its makers would not stop together. It is in "
        "no row, however large it is, and goes on selling in every stop.",
        "Stops of single products: where a country stops several at once, losses do not simply add up.",
    ]
    published, remarks = published_tables(found, hits, consumers)
    return Answer(
        headline,
        lines,
        [*notes, *remarks],
        [matrix_table(hits, consumers), *(ranked_table(place, everything[place]) for place in consumers), *published],
        _charts(hits, consumers, ranked),
        Explorer(
            "matrix",
            rows="stop",
            group="world" if len({p.world.name for p in found.placed}) > 1 else "",
            arms=(EFFECT, "scenario"),
        ),
    )


# --- reading ----------------------------------------------------------------------------------------


def read_hits(found: Found) -> list[Hit]:
    """Every stop and every consumer."""
    hits: list[Hit] = []
    for placed in found.placed:
        names, effect = found.outcomes(placed, EFFECT)
        others, levels = found.outcomes(placed, "scenario")
        at = {name: number for number, name in enumerate(names)}
        level_at = {name: number for number, name in enumerate(others)}
        for place in dict.fromkeys(name.place for name in names):
            if place in placed.cell.keys["supplier"].split("+"):
                continue
            hit = _hit(placed, place, at, effect, level_at, levels)
            if hit is not None:
                hits.append(hit)
    return hits


def _hit(
    placed: Placed,
    place: str,
    at: dict[Outcome, int],
    effect: Floats,
    level_at: dict[Outcome, int],
    levels: Floats,
) -> Hit | None:
    risk = _one(at, effect, RISK, place)
    if risk is None:
        return None
    stops = _one(at, effect, "output_at_risk_unserved_usd", place)
    spend = add_up(_mean(effect[:, n]) for name, n in at.items() if _is(name, "extra_spend_usd", place))
    weeks, weeks_of = _most(at, effect, "shortage_unserved_weeks", place)
    short, _ = _most(at, effect, "weeks_short", place)
    price, price_of = _most(level_at, levels, "price_paid_peak_index", place, median=True)
    low, middle, high = quantiles(risk, (0.1, 0.5, 0.9)).tolist()
    return Hit(
        placed,
        place,
        (_mean(risk), float(middle), float(low), float(high)),
        _mean(stops) if stops is not None else math.nan,
        weeks,
        weeks_of,
        short,
        price,
        price_of,
        spend,
    )


def _is(name: Outcome, metric: str, place: str) -> bool:
    return name.metric == metric and name.place == place and name.end_use == ALL and name.product != ALL


def _one(at: dict[Outcome, int], values: Floats, metric: str, place: str) -> Floats | None:
    """An outcome of all products together."""
    for name, number in at.items():
        if (name.metric, name.product, name.place, name.end_use) == (metric, ALL, place, ALL):
            return np.asarray(values[:, number])
    return None


def _most(at: dict[Outcome, int], values: Floats, metric: str, place: str, median: bool = False) -> tuple[float, str]:
    """The largest mean (or median) over products, and whose it is."""
    best, whose = math.nan, ""
    for name, number in at.items():
        if _is(name, metric, place):
            column = values[:, number]
            value = float(np.nanmedian(column)) if median and np.isfinite(column).any() else _mean(column)
            if math.isnan(best) or value > best:
                best, whose = value, name.product
    return best, whose


def _mean(values: Floats) -> float:
    fine = values[np.isfinite(values)]
    return float(fine.mean()) if len(fine) else math.nan


def ranking(hits: Sequence[Hit], place: str) -> list[Hit]:
    """Stops by mean output at risk, the worst first."""
    mine = [hit for hit in hits if hit.place == place and math.isfinite(hit.risk[0])]
    return sorted(mine, key=lambda hit: (-hit.risk[0], hit.stop))


def telling(hits: Sequence[Hit]) -> list[Hit]:
    """Stops without the pairs that add little (under 5 %) to what the worse of the two does alone."""
    alone = {(hit.placed.world.name, hit.placed.cell.keys["stopped"], _who(hit)): hit.risk[0] for hit in hits}
    found = []
    for hit in hits:
        world, stopped = hit.placed.world.name, hit.placed.cell.keys["stopped"]
        parts = [alone.get((world, stopped, code), 0.0) for code in _who(hit).split("+")]
        if "+" not in _who(hit) or hit.risk[0] > ADDS * max(parts):
            found.append(hit)
    return found


def _who(hit: Hit) -> str:
    return hit.placed.cell.keys["supplier"]


# --- words ------------------------------------------------------------------------------------------


def _headline(ranked: dict[str, list[Hit]], consumers: Sequence[str]) -> str:
    firsts = {place: ranked[place][0] for place in consumers if ranked[place]}
    worst = max(firsts, key=lambda place: firsts[place].risk[0])
    hit = firsts[worst]
    same = [place for place, other in firsts.items() if other.stop == hit.stop]
    world = hit.placed.world
    if not hit.risk[0] > 0:
        return "No stop puts output at risk for any of the consumers asked about."
    if len(same) == len(firsts) and len(firsts) > 1:
        return f"One stop hurts {_list([place_said(world, p) for p in same])} more than any other: {_stop(hit)}."
    said = f"{place_said(world, worst)[0].upper()}{place_said(world, worst)[1:]}"
    text = f"{said} loses most by a stop of {_stop(hit)}: {quantity(hit.risk[0], 'USD')} of output at risk"
    others = [place_said(world, place) for place in same if place != worst]
    return f"{text}; it is also the worst stop for {_list(others)}." if others else f"{text}."


def _sentence(place: str, hits: Sequence[Hit]) -> str:
    """The worst stops for one consumer."""
    if not hits or not hits[0].risk[0] > 0:
        return f"No stop costs {place} anything."
    first = hits[0]
    world = first.placed.world
    said = place_said(world, place)
    text = (
        f"{said[0].upper()}{said[1:]}: worst is a stop of {_stop(first)}, with "
        f"{with_band(first.risk[0], first.risk[2], first.risk[3], 'USD')} of output at risk on average"
    )
    if first.weeks > 0.05:
        text += f", {quantity(first.weeks, 'weeks')} of {product_said(world, first.weeks_of)} missing"
    if first.price > 1.05:
        text += f", a price of {quantity(first.price, 'index')} for {product_said(world, first.price_of)}"
    others = [f"{_stop(hit)} ({quantity(hit.risk[0], 'USD')})" for hit in hits[1:TOLD] if hit.risk[0] > 0]
    return text + (f"; next {_list(others)}." if others else ".")


def _stop(hit: Hit) -> str:
    who, _, what = hit.stop.partition(": ")
    return f"{what} from {who}"


def _list(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


# --- tables and figures -----------------------------------------------------------------------------


def _share(hit: Hit) -> float:
    return hit.placed.cell.numbers["share of output (share)"]


def matrix_table(hits: Sequence[Hit], places: Sequence[str]) -> Table:
    """Stops by consumers: mean output at risk."""
    import pandas as pd

    rows: dict[tuple[str, str], dict[str, float]] = {}
    shares: dict[tuple[str, str], float] = {}
    for hit in hits:
        key = (hit.placed.world.name, hit.stop)
        rows.setdefault(key, {})[hit.place] = hit.risk[0]
        shares[key] = _share(hit)
    ordered = sorted(rows, key=lambda key: -max((rows[key].get(p, 0.0) for p in places), default=0.0))
    frame = pd.DataFrame(
        {
            "stop": [stop for _, stop in ordered],
            "world": [world for world, _ in ordered],
            "share of output": [shares[key] for key in ordered],
            **{place: [rows[key].get(place, math.nan) for key in ordered] for place in places},
        }
    )
    units = {"share of output": "share"} | dict.fromkeys(places, "USD")
    note = "Mean output at risk over the horizon, against the same runs without the stop. A supplier has no row as consumer."
    return Table(
        "matrix", "Output at risk by stop and consumer", frame, note, units, ("bar", "stop", tuple(places)), 25
    )


def ranked_table(place: str, hits: Sequence[Hit]) -> Table:
    """The stops of one consumer, ranked, with all measures."""
    import pandas as pd

    columns = {
        "stop": [hit.stop for hit in hits],
        "world": [hit.placed.world.name for hit in hits],
        "output at risk, mean": [hit.risk[0] for hit in hits],
        "median": [hit.risk[1] for hit in hits],
        "10 %": [hit.risk[2] for hit in hits],
        "90 %": [hit.risk[3] for hit in hits],
        "of it for lack of material": [hit.stops for hit in hits],
        "weeks missing": [hit.weeks for hit in hits],
        "of": [hit.weeks_of for hit in hits],
        "weeks with a shortage": [hit.weeks_short for hit in hits],
        "peak of price paid": [hit.price for hit in hits],
        "for": [hit.price_of for hit in hits],
        "extra spending": [hit.spend for hit in hits],
    }
    units = dict.fromkeys(
        ("output at risk, mean", "median", "10 %", "90 %", "of it for lack of material", "extra spending"), "USD"
    )
    units |= {"weeks missing": "weeks", "weeks with a shortage": "weeks", "peak of price paid": "index"}
    note = (
        "Ranked by mean output at risk. Weeks and prices are those of the product that suffers most; weeks are means over runs, "
        "the price is the median of the highest week."
    )
    chart = ("bar", "stop", ("output at risk, mean",))
    world = hits[0].placed.world if hits else None
    said = place_said(world, place) if world else place
    return Table(f"ranked {place}", f"What hurts {said} most", pd.DataFrame(columns), note, units, chart, 12)


def _charts(hits: Sequence[Hit], places: Sequence[str], ranked: dict[str, list[Hit]]) -> list[Chart]:
    told = {(hit.placed.world.name, hit.stop) for listed in ranked.values() for hit in listed}
    few = [hit for hit in hits if (hit.placed.world.name, hit.stop) in told]
    table = matrix_table(few, places).frame.head(TOP)
    if not len(table):
        return []
    values = table[list(places)].to_numpy(dtype=float)
    charts = [
        heat(
            "matrix",
            "Which stop hurts whom",
            f"Mean output at risk, {unit_words([v for v in values.reshape(-1) if math.isfinite(v)], 'USD')}; the {len(table)} worst stops",
            list(table["stop"]),
            list(places),
            values,
            ("", ""),
            "USD",
            "Rows are stops of one product of one supplier (or a pair), columns who loses; all against the same runs without the "
            "stop. A supplier does not appear as its own consumer.",
            table,
        )
    ]
    for place in places:
        charts.append(_ranked_chart(place, ranked[place][:10]))
    return charts


def _ranked_chart(place: str, hits: Sequence[Hit]) -> Chart:
    frame: pd.DataFrame = ranked_table(place, hits).frame
    shown = [Bar(hit.stop, hit.risk[0], hit.risk[2], hit.risk[3]) for hit in hits]
    said = place_said(hits[0].placed.world, place) if hits else place
    return bars(
        f"ranked_{place.lower()}",
        f"What hurts {said} most",
        "Output at risk, USD: mean and 80 % band of the runs",
        shown,
        "USD",
        "The ten worst stops.",
        frame,
    )
