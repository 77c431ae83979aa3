"""Scores of a simulated ensemble on observed series, beside three naive forecasts.

Only points that begin after the first announcement count; what came before was known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..sums import add_up
from .episode import Episode, Point, Series
from .measure import FLOWS, central
from .model_error import Errors, with_error

Floats = NDArray[np.float64]
RETURN_DAYS = 182.0  # "back to normal in half a year"
YEAR_DAYS = 365.0
MOST_LOST = 0.95
NAIVE = ("no change", "back to normal in six months", "constant-elasticity jump")
FEWEST_FOR_TIMING = 4
RECOVERED_FLOW = 0.9
RECOVERED_PRICE = 0.5  # share of the peak's excess over normal that is gone


@dataclass(frozen=True)
class SeriesScore:
    """How an ensemble did on one series; levels are relative to normal where the series has a reference.

    Attributes
    ----------
    crps : float
        Continuous ranked probability score, mean over points; lower is better.
    naive : tuple of float
        The same of the forecasts in `NAIVE` (for a single number it is the absolute error).
    inside_50, inside_90 : int
        Points inside the central bands, the model's error included.
    inside_90_runs : int
        Points inside the 90 % band of the runs alone.
    width : float
        Mean width of the 90 % band.
    naive_width : float
        Width that the no-change forecast needs to hold nine tenths of the points.
    timing : dict
        Simulated minus observed weeks of trough, peak and recovery; None where one side never gets there.
    """

    series: str
    points: int
    crps: float
    naive: tuple[float, float, float]
    inside_50: int
    inside_90: int
    inside_90_runs: int
    width: float
    naive_width: float
    timing: dict[str, float | None]


def crps(sample: Floats, value: float) -> float:
    """Continuous ranked probability score of an ensemble: E|X - y| - E|X - X'| / 2."""
    ordered = np.sort(sample[np.isfinite(sample)])
    n = len(ordered)
    if not n:
        return math.nan
    rank = 2.0 * np.arange(1, n + 1) - n - 1.0
    return float(np.abs(ordered - value).mean() - (rank * ordered).sum() / n**2)


def score_series(episode: Episode, series: Series, sample: Floats, errors: Errors | None = None) -> SeriesScore | None:
    """Score one series; `sample` has a row per run and a column per point. None if no point lies after the event.

    The distribution that is scored is the runs' with the model's error on top.
    """
    points = [point for point in series.points if point.start >= episode.start_day]
    if not points:
        return None
    sample, seen = after_event(episode, series, sample)
    naive = naive_forecasts(episode, series, points, seen)
    runs = np.quantile(sample, (0.05, 0.95), axis=0)
    timing = timing_errors(series, points, seen, sample)
    if series.relative:
        sample = with_error(sample, series.variable, errors or {})
    q05, q25, q75, q95 = np.quantile(sample, (0.05, 0.25, 0.75, 0.95), axis=0)
    return SeriesScore(
        series.name,
        len(points),
        float(np.mean([crps(sample[:, j], y) for j, y in enumerate(seen)])),
        (_error(naive[0], seen), _error(naive[1], seen), _error(naive[2], seen)),
        int(((seen >= q25) & (seen <= q75)).sum()),
        int(((seen >= q05) & (seen <= q95)).sum()),
        int(((seen >= runs[0]) & (seen <= runs[1])).sum()),
        float((q95 - q05).mean()),
        float(2.0 * np.quantile(np.abs(seen - naive[0]), 0.9)),
        timing,
    )


def after_event(episode: Episode, series: Series, sample: Floats) -> tuple[Floats, Floats]:
    """Runs at the points after the first announcement, and what was observed there."""
    after = [j for j, point in enumerate(series.points) if point.start >= episode.start_day]
    kept = sample[:, after]
    return kept[np.isfinite(kept).all(axis=1)], np.array([_level(series, series.points[j]) for j in after])


def _level(series: Series, point: Point) -> float:
    return point.level if series.relative else point.value


def _error(forecast: Floats, seen: Floats) -> float:
    return float(np.abs(forecast - seen).mean())


# --- naive forecasts --------------------------------------------------------------------------------
def naive_forecasts(episode: Episode, series: Series, points: Sequence[Point], seen: Floats) -> list[Floats]:
    """The three forecasts of `NAIVE` at the points.

    The second starts from the first point after the event, which is more than anybody knew on day one. The third
    lets flows fall to what the control allows and moves prices abroad to (1 - L)^(-1/ε): L the share of supply cut
    in the first year, ε short- plus long-run elasticity.
    """
    normal = 1.0 if series.relative else float(np.mean([_level(series, p) for p in series.points[:1]]))
    days = np.array([(point.start + point.stop) / 2.0 for point in points])
    return_share = np.clip(1.0 - (days - days[0]) / RETURN_DAYS, 0.0, 1.0)
    levels = np.array([_jump(episode, series, point) for point in points])
    return [np.full(len(points), normal), normal + (seen[0] - normal) * return_share, normal * levels]


def _jump(episode: Episode, series: Series, point: Point) -> float:
    products = tuple(name for name in series.product.replace("+", " ").split() if name)
    if series.variable in FLOWS:
        return _allowed(episode, products, (point.start + point.stop) / 2.0)
    place = series.place.strip()
    if "price" not in series.variable or place in _origins(episode):
        return 1.0
    start = episode.start_day
    cut = float(np.mean([1.0 - _allowed(episode, products, start + d) for d in np.arange(0.0, YEAR_DAYS, 7.0)]))
    share = _origin_share(episode, products)
    elasticity = add_up(_mean_value(episode, name) for name in ("elasticity_short", "elasticity_long"))
    return float((1.0 - min(MOST_LOST, share * cut)) ** (-1.0 / max(elasticity, 0.05)))


def _controls(episode: Episode) -> Any:
    for event in episode.scenario.events:
        for effect in event.effects:
            if effect.op in ("licence", "quota", "close"):
                yield event, effect


def _allowed(episode: Episode, products: Sequence[str], day: float) -> float:
    """Share of normal flow that the controls let pass on a day, the mean over products."""
    sampled = episode.scenario.sampled
    level = dict.fromkeys(products, 1.0)
    for event, effect in _controls(episode):
        begin = central(event.start_day, sampled)
        if event.trigger is not None or not begin <= day < begin + central(event.duration_days, sampled):
            continue
        here = [p for p in effect.schedule if begin + central(p.day, sampled) <= day]
        for product in set(effect.select.products) & set(products) if here else ():
            value = central(here[-1].level, sampled)
            level[product] = min(level[product], 1.0 - value if effect.op == "close" else value)
    return float(np.mean([min(1.0, value) for value in level.values()])) if level else 1.0


def _origins(episode: Episode) -> set[str]:
    return {origin for _, effect in _controls(episode) for origin in effect.select.origins}


def _origin_share(episode: Episode, products: Sequence[str]) -> float:
    origins = _origins(episode)
    total = mine = 0.0
    for key, value in episode.scenario.world.values.items():
        if key[0] == "output_t_per_year" and key[1] in products:
            amount = central(value, episode.scenario.sampled)
            total += amount
            mine += amount if key[2] in origins else 0.0
    return mine / total if total > 0.0 else 1.0


def _mean_value(episode: Episode, parameter: str) -> float:
    found = [
        central(value, episode.scenario.sampled)
        for key, value in episode.scenario.world.values.items()
        if key[0] == parameter and not any(key[1:])
    ]
    return found[0] if found else 0.2


# --- timing -----------------------------------------------------------------------------------------
def timing_errors(series: Series, points: Sequence[Point], seen: Floats, sample: Floats) -> dict[str, float | None]:
    """Simulated minus observed weeks, both read at the observed points alone, the median over runs."""
    if len(points) < FEWEST_FOR_TIMING:
        return {}
    weeks = np.array([(point.start + point.stop) / 14.0 for point in points])
    flow = series.variable in FLOWS
    turn, back = ("trough", "recovery") if flow else ("peak", "recovery")
    own = _turns(weeks, seen, flow)
    runs = np.array([_turns(weeks, row, flow) for row in sample])
    found: dict[str, float | None] = {}
    for k, name in enumerate((turn, back)):
        middle = float(np.median(np.where(np.isfinite(runs[:, k]), runs[:, k], 1e9)))
        both = math.isfinite(own[k]) and middle < 1e8
        found[name] = middle - own[k] if both else None
    return found


def _turns(weeks: Floats, level: Floats, flow: bool) -> tuple[float, float]:
    """Week of the trough (prices: peak) and of the recovery after it."""
    extreme = int(np.argmin(level) if flow else np.argmax(level))
    later = level[extreme:]
    limit = 1.0 + (level[extreme] - 1.0) * RECOVERED_PRICE
    back = later >= RECOVERED_FLOW if flow else later <= limit
    return float(weeks[extreme]), float(weeks[extreme + int(np.argmax(back))]) if back.any() else math.inf
