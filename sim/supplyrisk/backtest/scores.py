"""Scores of an episode's runs, point by point, beside three naive forecasts.

Prices are judged by their logarithm: a price of twice what was seen and one of half are equally wrong. Only what begins
after day one counts; what came before was known. Quotes of one product and place that lie less than a week apart are one
observation (their geometric mean), as they are readings of one price.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..results.quantiles import quantiles
from ..results.shipments import records
from ..sums import add_up
from .episode import Episode, Point, Series
from .error import Residual
from .measure import FLOWS, MONTH_DAYS, central

Floats = NDArray[np.float64]
PRICE, FLOW = "price", "flow"
SMALL = 1e-3  # lowest price index of which a logarithm is taken
READINGS = 0.1  # ln; share of a flow; bismuth in Rotterdam was 76.6 and 88.2 USD/kg on one day
APART_DAYS = 7.0  # quotes closer than that are one
JUMP, RETURN_WEEKS = 3.0, 26.0  # of the naive forecasts
NAIVE = ("no change", "3 x falling to 1 in 26 weeks", "elasticity jump, at most 3 x")
GATE_WEEKS = (4.0, 13.0, 26.0, 52.0)
GATE_FACTOR = 1.6  # a point stands for one of those weeks if it is no farther than that
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
YEAR_DAYS = 365.0
MOST_LOST = 0.95


@dataclass(frozen=True)
class Observation:
    """What one recorded value (or several of one week) says, and which of a series' points it is made of."""

    kind: str  # PRICE or FLOW
    variable: str
    product: str
    place: str
    is_home: bool
    week: float  # middle, since day one
    seen: float  # multiple of normal
    parts: tuple[tuple[int, int], ...]  # (series, point)
    shipment: float = 0.0  # of a flow: size over a normal month's, divided by the months of the period

    def sample(self, blocks: Sequence[Floats]) -> Floats:
        """The runs at this observation, on the scale of the score (`scaled`)."""
        values: Floats = np.mean([self.scaled(blocks[i][:, j]) for i, j in self.parts], axis=0)
        return values[np.isfinite(values)]

    def recorded(self, sample: Floats) -> Floats:
        """What may be recorded of these runs: of flows over borders, which leave in shipments, several records a run."""
        return records(sample, self.shipment).ravel() if self.shipment > 0.0 else sample

    def scaled(self, level: Floats | float) -> Floats:
        """The scale of the score: logarithm of a price, a flow as it is."""
        found: Floats = np.log(np.maximum(level, SMALL)) if self.kind == PRICE else np.asarray(level, dtype=float)
        return found


@dataclass(frozen=True)
class PointScore:
    """How the runs did at one observation.

    Attributes
    ----------
    quantiles : tuple of float
        Of what may be recorded, at `LEVELS`, multiples of normal; so are all that follow but the error.
    error, no_change : float
        abs(ln(median run / seen)) and abs(ln seen); of flows the plain differences.
    crps : float
        Of ln price, or of the flow over normal.
    naive : tuple of float
        CRPS of the forecasts in `NAIVE`, for a single number its absolute error. Flows: no change alone.
    log_score : float
        -ln of the density at what was seen, of the normal distribution with the runs' mean and standard deviation.
    pit : float
        Share of the runs below what was seen.
    """

    at: Observation
    quantiles: tuple[float, ...]
    error: float
    no_change: float
    is_in_50: bool
    is_in_80: bool
    crps: float
    naive: tuple[float, ...]
    log_score: float
    pit: float
    is_gate: bool


def crps(sample: Floats, value: float) -> float:
    """Continuous ranked probability score of an ensemble: E|X - y| - E|X - X'| / 2 (Gneiting and Raftery 2007)."""
    ordered = np.sort(sample[np.isfinite(sample)])
    n = len(ordered)
    if not n:
        return math.nan
    rank = 2.0 * np.arange(1, n + 1) - n - 1.0
    return float(np.abs(ordered - value).mean() - (rank * ordered).sum() / n**2)


def log_score(sample: Floats, value: float) -> float:
    """Logarithmic score of the normal distribution that has the runs' mean and standard deviation; lower is better.

    The standard deviation is at least `READINGS`: of two quotes of one price in one week each is as good as the other.
    """
    sd = max(float(sample.std()), READINGS)
    return 0.5 * math.log(2.0 * math.pi) + math.log(sd) + 0.5 * ((value - float(sample.mean())) / sd) ** 2


def pit(sample: Floats, value: float) -> float:
    """Probability integral transform: share of the runs below the value, ties counted half."""
    return float((sample < value).mean() + 0.5 * (sample == value).mean())


# --- observations -----------------------------------------------------------------------------------
def observations(episode: Episode) -> list[Observation]:
    """What is scored: spot prices and flows relative to normal, after day one, in the order of time by product and place."""
    groups: dict[tuple[str, str, str, str], list[tuple[int, int, Point]]] = {}
    for i, series in enumerate(episode.series):
        kind = kind_of(series)
        for j, point in enumerate(series.points):
            if kind and point.start >= episode.start_day and not _is_normal(episode, series, point):
                key = (kind, series.variable, series.product, series.place)
                groups.setdefault(key, []).append((i, j, point))
    found = []
    for (kind, variable, product, place), points in groups.items():
        for parts in _together(points, kind):
            week = add_up(_middle(point) for _, _, point in parts) / len(parts) / 7.0 - episode.start_day / 7.0
            seen = [max(point.level, SMALL) if kind == PRICE else point.level for _, _, point in parts]
            level = math.exp(add_up(math.log(x) for x in seen) / len(seen)) if kind == PRICE else seen[0]
            where = tuple((i, j) for i, j, _ in parts)
            swings = _shipment(episode, parts) if kind == FLOW else 0.0
            found.append(Observation(kind, variable, product, place, place in episode.home, week, level, where, swings))
    return found


def _shipment(episode: Episode, parts: Sequence[tuple[int, int, Point]]) -> float:
    """Size of a shipment for a mean over the period's months: so many more make it up."""
    i, _, point = parts[0]
    return episode.series[i].shipment / max(1.0, (point.stop - point.start) / MONTH_DAYS)


def _is_normal(episode: Episode, series: Series, point: Point) -> bool:
    """Whether a quote of the first week is the normal level itself, by which the series is divided."""
    return series.relative and point.value == series.reference and point.start < episode.start_day + APART_DAYS


def kind_of(series: Series) -> str:
    """PRICE, FLOW, or nothing: a series that is drawn and not scored."""
    if series.variable == "price_spot_index" and (series.relative or series.unit == "index"):
        return PRICE
    return FLOW if series.variable in FLOWS and series.relative else ""


def _middle(point: Point) -> float:
    return (point.start + point.stop) / 2.0


def _together(points: list[tuple[int, int, Point]], kind: str) -> list[list[tuple[int, int, Point]]]:
    """Points of one product and place in time; quotes of one week together."""
    found: list[list[tuple[int, int, Point]]] = []
    for one in sorted(points, key=lambda item: _middle(item[2])):
        if kind == PRICE and found and _middle(one[2]) - _middle(found[-1][0][2]) < APART_DAYS:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def gate(found: Sequence[Observation]) -> set[int]:
    """Of each product's price abroad the observations nearest to weeks 4, 13, 26 and 52, each once, none farther than 1.6 x."""
    chosen: set[int] = set()
    for key in dict.fromkeys((one.product, one.place) for one in found):
        mine = [i for i, one in enumerate(found) if is_headline(one) and (one.product, one.place) == key]
        for week in GATE_WEEKS:
            near = [(abs(math.log(max(found[i].week, 0.1) / week)), i) for i in mine if i not in chosen]
            if near and min(near)[0] <= math.log(GATE_FACTOR):
                chosen.add(min(near)[1])
    return chosen


def is_headline(one: Observation) -> bool:
    """Whether an observation is a price abroad, by which the model is judged and its error fitted."""
    return one.kind == PRICE and not one.is_home


# --- scores -----------------------------------------------------------------------------------------
def score_points(episode: Episode, blocks: Sequence[Floats]) -> list[PointScore]:
    """Score every observation; `blocks` has a table (runs, points) for each series of the episode."""
    found = observations(episode)
    chosen = gate(found)
    return [_score(episode, one, one.sample(blocks), i in chosen) for i, one in enumerate(found)]


def _score(episode: Episode, one: Observation, runs: Floats, is_gate: bool) -> PointScore:
    seen = float(one.scaled(one.seen))
    sample = one.recorded(runs)
    q = quantiles(sample, LEVELS)
    levels = np.exp(q) if one.kind == PRICE else q
    naive = [float(one.scaled(level)) for level in naive_levels(episode, one)]
    return PointScore(
        at=one,
        quantiles=tuple(float(x) for x in levels),
        error=abs(float(quantiles(runs, (0.5,))[0]) - seen),
        no_change=abs(naive[0] - seen),
        is_in_50=bool(q[1] <= seen <= q[3]),
        is_in_80=bool(q[0] <= seen <= q[4]),
        crps=crps(sample, seen),
        naive=tuple(abs(level - seen) for level in naive),
        log_score=log_score(sample, seen),
        pit=pit(sample, seen),
        is_gate=is_gate,
    )


def residuals(episode: Episode, blocks: Sequence[Floats], *probed: tuple[Sequence[Floats], float]) -> list[Residual]:
    """What runs without any error of their own leave over of the prices abroad.

    `probed` are the same runs with the shift, the level and the wandering part alone, each with the root mean square of what
    was put into the quotes: by how much they differ says which share of each acts.
    """
    found = []
    for one in observations(episode):
        if is_headline(one):
            plain = one.sample(blocks)
            acts = [
                min(1.0, float(np.sqrt(np.mean((one.sample(moved) - plain) ** 2))) / size) for moved, size in probed
            ]
            middle = float(np.exp(np.median(plain)))
            found.append(Residual(episode.way, episode.name, one.product, one.place, one.week, one.seen, middle, *acts))
    return found


# --- naive forecasts --------------------------------------------------------------------------------
def naive_levels(episode: Episode, one: Observation) -> list[float]:
    """The forecasts of `NAIVE`, multiples of normal; of flows the first alone.

    The second knows what prices did after past squeezes. The third is what a constant elasticity makes of the share of
    world output that is held back in the first year, (1 - L)^(-1/ε), ε short- plus long-run, and at most 3.
    """
    if one.kind == FLOW:
        return [1.0]
    falling = math.exp(math.log(JUMP) * max(0.0, 1.0 - one.week / RETURN_WEEKS))
    return [1.0, falling, 1.0 if one.is_home else elasticity_jump(episode, one.product)]


def elasticity_jump(episode: Episode, product: str) -> float:
    """Price abroad that a constant elasticity makes of what is held back, between 1 and 3."""
    products = tuple(name for name in product.replace("+", " ").split() if name)
    days = np.arange(0.0, YEAR_DAYS, 7.0)
    lost = float(np.mean([1.0 - _left(episode, products, episode.start_day + day) for day in days]))
    elasticity = add_up(_mean_value(episode, name, products) for name in ("elasticity_short", "elasticity_long"))
    jump = (1.0 - min(MOST_LOST, _home_share(episode, products) * lost)) ** (-1.0 / max(elasticity, 0.05))
    return float(min(JUMP, max(1.0, jump)))


def _left(episode: Episode, products: Sequence[str], day: float) -> float:
    """Share that controls and losses of capacity leave on a day, the least of them, the mean over products.

    Of an office whose speed nobody knows nothing is taken to come.
    """
    sampled = episode.scenario.sampled
    level = dict.fromkeys(products, 1.0)
    for event in episode.scenario.events:
        begin = central(event.start_day, sampled)
        if event.trigger is not None or not begin <= day < begin + central(event.duration_days, sampled):
            continue
        for effect in event.effects:
            here = [p for p in effect.schedule if begin + central(p.day, sampled) <= day]
            if effect.op not in ("close", "freeze", "quota", "licence", "capacity_loss") or not here:
                continue
            value = central(here[-1].level, sampled)
            left = 1.0 - value if effect.op in ("close", "freeze", "capacity_loss") else value
            left = 0.0 if dict(effect.params).get("unknown_pace") else left
            for name in set(effect.select.products) & set(products):
                level[name] = min(level[name], left)
    return float(np.mean([min(1.0, value) for value in level.values()])) if level else 1.0


def _home_share(episode: Episode, products: Sequence[str]) -> float:
    total = mine = 0.0
    for key, value in episode.scenario.world.values.items():
        if key[0] == "output_t_per_year" and key[1] in products:
            amount = central(value, episode.scenario.sampled)
            total += amount
            mine += amount if key[2] in episode.home else 0.0
    return mine / total if total > 0.0 else 1.0


def _mean_value(episode: Episode, parameter: str, products: Sequence[str]) -> float:
    """Mean of a number's rows for these products, or for all products."""
    sampled = episode.scenario.sampled
    rows = [(key[1:], central(v, sampled)) for key, v in episode.scenario.world.values.items() if key[0] == parameter]
    own = [value for key, value in rows if key and key[0] in products]
    general = [value for key, value in rows if not any(key)]
    found = own or general or [value for _, value in rows]
    return add_up(found) / len(found) if found else 0.2


# --- sums -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Sums:
    """Means over some points of one episode, or over episodes weighted alike."""

    points: int
    error: float
    no_change: float
    gate_points: int
    gate_error: float
    gate_no_change: float
    in_50: int
    in_80: int
    crps: float
    naive: tuple[float, ...]
    log_score: float
    pits: tuple[float, ...]

    @property
    def is_better_than_naive(self) -> bool:
        """Whether CRPS is below that of every naive forecast."""
        return self.crps < min(self.naive)


def sums(points: Iterable[PointScore]) -> Sums | None:
    """One episode's row; None without points."""
    points = list(points)
    if not points:
        return None

    def mean(values: Sequence[float]) -> float:
        return add_up(values) / len(values) if values else math.nan

    at_gate = [one for one in points if one.is_gate]
    return Sums(
        points=len(points),
        error=mean([one.error for one in points]),
        no_change=mean([one.no_change for one in points]),
        gate_points=len(at_gate),
        gate_error=mean([one.error for one in at_gate]),
        gate_no_change=mean([one.no_change for one in at_gate]),
        in_50=sum(int(one.is_in_50) for one in points),
        in_80=sum(int(one.is_in_80) for one in points),
        crps=mean([one.crps for one in points]),
        naive=tuple(mean([one.naive[k] for one in points]) for k in range(len(points[0].naive))),
        log_score=mean([one.log_score for one in points]),
        pits=tuple(one.pit for one in points),
    )


@dataclass(frozen=True)
class Overall:
    """All episodes, each weighted alike.

    `ratio` and `gate_ratio` are the mean error over that of no change; `in_80` and `in_50` shares of all points,
    `least_80` the share in the worst episode.
    """

    episodes: int
    points: int
    ratio: float
    gate_ratio: float
    in_80: float
    least_80: float
    in_50: float
    crps: float
    naive: tuple[float, ...]
    better_than_no_change: int
    better_than_all: int
    log_score: float
    pit_bins: tuple[float, ...]  # of five equal bins, every episode weighted alike


def overall(rows: Sequence[Sums]) -> Overall | None:
    """Over episodes; None without any."""
    if not rows:
        return None
    at_gate = [row for row in rows if row.gate_points]

    def mean(values: Sequence[float]) -> float:
        return add_up(values) / len(values) if values else math.nan

    def over(above: Sequence[float], below: Sequence[float]) -> float:
        return mean(above) / mean(below) if mean(below) > 0 else math.nan

    points = sum(int(row.points) for row in rows)
    bins = [np.histogram(row.pits, bins=5, range=(0.0, 1.0))[0] / row.points for row in rows]
    return Overall(
        episodes=len(rows),
        points=points,
        ratio=over([row.error for row in rows], [row.no_change for row in rows]),
        gate_ratio=over([row.gate_error for row in at_gate], [row.gate_no_change for row in at_gate]),
        in_80=sum(int(row.in_80) for row in rows) / points,
        least_80=min(row.in_80 / row.points for row in rows),
        in_50=sum(int(row.in_50) for row in rows) / points,
        crps=mean([row.crps for row in rows]),
        naive=tuple(mean([row.naive[k] for row in rows]) for k in range(len(rows[0].naive))),
        better_than_no_change=sum(row.crps < row.naive[0] for row in rows),
        better_than_all=sum(int(row.is_better_than_naive) for row in rows),
        log_score=mean([row.log_score for row in rows]),
        pit_bins=tuple(float(x) for x in np.mean(bins, axis=0)),
    )
