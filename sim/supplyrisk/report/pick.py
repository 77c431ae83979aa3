"""Which product, zone and country the answer is about: chosen by the run's own numbers, not by name."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..results.fan import Fan
from ..results.quantiles import quantiles
from ..sums import add_up
from .once import once_per_run
from .run import Run

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOVED = math.log(1.03)
EVERYWHERE = 0.5  # of the loss of the zone hit hardest: if all zones lose so much, the answer is about the world
ENOUGH = 0.25  # of the highest rise: what makes the price of a touched product the one to tell


@dataclass(frozen=True)
class Spread:
    """Median and intervals of one metric over runs."""

    n: int
    p10: float
    p25: float
    p50: float
    p75: float
    p90: float
    unit: str


def spread(run: Run, metric: str, arm: str, product: str = "", place: str = "", end_use: str = "") -> Spread | None:
    """Quantiles of a metric as the summary holds them; None if it was not reported."""
    row = run.summary_row(metric, arm, product, place, end_use)
    return None if row is None else spread_of(row)


def spread_of(row: Any) -> Spread:
    """A row of the summary as a spread."""
    p10, p25, p50, p75, p90 = (float(row[c]) for c in ("p10", "p25", "p50", "p75", "p90"))
    return Spread(int(row["n"]), p10, p25, p50, p75, p90, str(row["unit"]))


@once_per_run
def values(run: Run, metric: str, arm: str, product: str = "", place: str = "", end_use: str = "") -> np.ndarray:
    """Every run's value of a metric, in the order of runs; NaN where it does not exist."""
    import numpy as np

    table = run.outcomes(metric, [arm], product=product, place=place, end_use=end_use)
    if table.empty:
        return np.zeros(0)
    found: np.ndarray = table.sort_values("run")["value"].to_numpy(dtype=float)
    return found


@once_per_run
def total_spread(run: Run, metric: str, arm: str, place: str) -> Spread | None:
    """A metric summed over products, run by run: quantiles don't add up. None if it was not reported."""

    table = run.outcomes(metric, [arm], place=place, end_use="")
    if table.empty:
        return None
    x = table.groupby("run")["value"].sum().to_numpy(dtype=float)
    p10, p25, p50, p75, p90 = quantiles(x).tolist()
    return Spread(len(x), p10, p25, p50, p75, p90, str(table["unit"].iloc[0]))


@dataclass(frozen=True)
class Peak:
    """The highest week of the median price: its quantiles over runs in that week, and the week's first day."""

    spread: Spread
    date: dt.date
    week: int  # from 1, the first seven days of the horizon


@once_per_run
def price_peak(run: Run, arm: str, product: str, zone: str, variable: str = "price_spot_index") -> Peak | None:
    """Where the median price of an arm is highest; None if its path was not stored.

    Not the median of every run's own highest week (the metric `price_spot_peak_index`): that reads the top of a noisy
    quote, in another week in each run, and so lies above what the price is expected to be at any time.
    """
    import numpy as np

    fan = run.fan(variable, arm, product=product, place=zone)
    if fan is None or not len(fan.values) or np.isnan(fan.at(0.5)).all():
        return None
    top = int(np.nanargmax(fan.at(0.5)))
    p10, p25, p50, p75, p90 = (float(fan.at(level)[top]) for level in (0.10, 0.25, 0.5, 0.75, 0.90))
    date = fan.dates[top].astype("datetime64[D]").item()
    return Peak(Spread(run.n_ok, p10, p25, p50, p75, p90, fan.unit), date, top + 1)


@once_per_run
def moved_products(run: Run, arm: str | None = None) -> list[str]:
    """Products by how far the median quoted price leaves its baseline in any zone, the furthest first.

    Those that hardly move are left out, but one product always remains.
    """
    import numpy as np

    wanted = run.options.products or run.products
    moves = []
    for product in wanted:
        far = 0.0
        for zone in run.zones:
            fan = run.fan("price_spot_index", arm or run.main_arm, product=product, place=zone)
            base = run.fan("price_spot_index", "baseline", product=product, place=zone)
            if fan is None or not len(fan.values):
                continue
            level = np.log(np.maximum(fan.at(0.5), 1e-9))
            if base is not None and base.values.shape[0] == fan.values.shape[0]:
                level = level - np.log(np.maximum(base.at(0.5), 1e-9))
            far = max(far, float(np.max(np.abs(level))))
        moves.append((far, product))
    ranked = sorted(moves, key=lambda m: -m[0])
    found = [product for far, product in ranked if far > MOVED]
    return found or [product for _, product in ranked[:1]]


@once_per_run
def headline_price(run: Run) -> tuple[str, str]:
    """Product and zone of the price the answer is about.

    The highest median peak of what the events touch or users buy, unless it is small beside the highest peak of
    all: a material far up the chain may swing most, but is seldom what was asked about.
    """
    table = _peaks(run)
    if table.empty:
        return (run.products[-1] if run.products else ""), (run.zones[-1] if run.zones else "")
    top = table.iloc[0]
    touched = {p for event in run.scenario_events for p in event.products} | set(run.final_products)
    near = table[table["product"].isin(touched)]
    if len(near):
        rise, highest = float(near["p50"].iloc[0]) - 1.0, float(top["p50"]) - 1.0
        if rise >= 0.1 and rise >= ENOUGH * highest:
            top = near.iloc[0]
    return str(top["product"]), str(top["place"])


def _peaks(run: Run) -> pd.DataFrame:
    """Peaks of quoted prices in zones, of the products the report is to be about, the highest first.

    Where a zone that a rule may part has not parted its price is that of the zone it belongs to, which is then told.
    """
    table = run.summarised("price_spot_peak_index", run.main_arm)
    table = table[table["place"].isin(run.zones)] if len(table) else table
    wanted = run.options.products
    if wanted and len(table):
        table = table[table["product"].isin(wanted)]
    if not len(table):
        return table
    order = table.assign(own=[run.zones.index(str(place)) for place in table["place"]])
    return order.sort_values(["p50", "own"], ascending=[False, True], kind="stable")


@once_per_run
def short_products(run: Run) -> list[str]:
    """Final products by the share of wanted use that is lost where it is asked about, the worst first."""
    loss = {}
    places = [place for place in run.asked_places if run.has_users(place)] or ["world"]
    for product in run.final_products:
        spreads = [spread(run, "shortage_percent", run.main_arm, product, place) for place in places]
        loss[product] = max((s.p90 for s in spreads if s), default=0.0)
    wanted = run.options.products
    listed = [p for p in run.final_products if p in wanted] or list(run.final_products)
    return sorted(listed, key=lambda p: -loss[p])


@once_per_run
def short_zone(run: Run, product: str) -> str:
    """The place asked about, else the zone (or "world"), that loses the larger share of what it wants of a product."""
    loss: dict[str, float] = {}
    for place in run.main_places or run.zones:
        found = spread(run, "shortage_percent", run.main_arm, product, place)
        if found:
            loss[place] = found.p90
    worst = max(loss, key=lambda place: loss[place], default="world")
    everywhere = not run.main_places and len(loss) > 1 and min(loss.values()) >= EVERYWHERE * loss[worst]
    return "world" if everywhere else worst


@once_per_run
def touched_exports(run: Run) -> list[tuple[str, str]]:
    """(product, origin) of the exports that events of the scenario touch, those that change most first.

    Trickles (below a fiftieth of the product's exports) are left out: they double or vanish for nothing.
    """
    found = []
    for event in run.scenario_events:
        for product in event.products or run.products:
            for origin in event.origins or run.countries:
                if (product, origin) not in found:
                    found.append((product, origin))
    sizes: dict[tuple[str, str], float] = {}
    for product in run.products:
        table = run.summarised("export_t", "baseline", product=product)
        for row in table.to_dict("records"):
            if str(row["place"]) in run.countries:
                sizes[product, str(row["place"])] = float(row["p50"])
    total = {p: add_up(v for (q, _), v in sizes.items() if q == p) for p in run.products}
    real = [pair for pair in found if sizes.get(pair, 0.0) > 0.02 * total[pair[0]]]
    change = {pair: _largest_change(run, *pair) for pair in real}
    part = {pair: sizes[pair] / total[pair[0]] for pair in real}  # a trickle that trebles is not the story
    return sorted(real, key=lambda pair: (-round(change[pair] * part[pair], 2), -sizes[pair]))


def _largest_change(run: Run, product: str, origin: str) -> float:
    """Largest monthly change of an export against the baseline, as a share of it, in the median run."""
    import numpy as np

    fan = run.fan("export_t", run.main_arm, product=product, place=origin)
    base = run.fan("export_t", "baseline", product=product, place=origin)
    if fan is None or base is None or fan.values.shape != base.values.shape:
        return 0.0
    normal = np.maximum(base.at(0.5), 1e-9)
    return float(np.max(np.abs(fan.at(0.5) / normal - 1.0)))


@once_per_run
def of_wanted(run: Run, variable: str, arm: str, product: str, place: str) -> Fan | None:
    """Weekly tonnes of a shortage as per cent of the tonnes wanted (median) in that week."""
    import numpy as np

    fan = run.fan(variable, arm, product=product, place=place, end_use="")
    wanted = run.fan("wanted_t", arm, product=product, place=place, end_use="")
    if fan is None or wanted is None:
        return None
    base = wanted.at(0.5)[:, None]
    share = np.divide(100.0 * fan.values, base, out=np.zeros_like(fan.values), where=base > 0)
    return Fan(fan.dates, fan.levels, share, "% of wanted", fan.added)
