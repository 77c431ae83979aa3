"""A scenario's runs, and what they say once the months that were seen count."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..backtest.episode import Episode, observed_series
from ..backtest.evaluate import SCENARIO_ARM, Bench, Measured
from ..backtest.scores import PRICE, Observation, observations
from ..errors import Position, Problem, Problems, SupplyriskError
from ..results.shipments import DRAWS, records
from .weights import FLOW_TOLERANCE, PRICE_TOLERANCE, Weights, weigh

if TYPE_CHECKING:
    from ..api.results import Results

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """One observation on the scale it is judged by: ln of a price, a flow over normal."""

    at: Observation
    value: float
    sample: Floats  # of every run; NaN where it failed
    first: int  # days since the horizon's first day
    after: int


@dataclass(frozen=True)
class Revised:
    """Runs with what they counted for on day one (the same) and count for now."""

    episode: Episode
    bench: Bench
    measured: Measured
    seen: tuple[Seen, ...]
    today: int  # first day that was not seen, since the horizon's first day
    weights: Weights

    @property
    def used(self) -> tuple[Seen, ...]:
        """What the runs were weighed by."""
        return tuple(one for one in self.seen if one.after <= self.today)

    @property
    def equal(self) -> Floats:
        """What every run counted for before anything was seen."""
        finished = np.isfinite(distance(self.seen, self.measured))
        found: Floats = finished / finished.sum()
        return found

    def date(self, day: float) -> dt.date:
        """A day of the horizon."""
        return self.bench.model.start + dt.timedelta(days=int(day))


def read_forecast(scenario: Path, observed: Sequence[Path]) -> Episode:
    """A scenario with what was recorded since, both checked.

    Raises
    ------
    Problems
        Everything that is wrong with the files, all at once.
    """
    from ..spec.load import read_scenario

    loaded = read_scenario(scenario)
    problems: list[Problem] = []
    if len(loaded.scenarios) != 1:
        raise Problems(
            [Problem(Position(str(scenario), 1, 1), "world", "must be one world to be held against what was seen")]
        )
    series = tuple(one for path in observed for one in observed_series(path, loaded, problems))
    if problems:
        raise Problems(sorted(problems))
    if not series:
        shown = ", ".join(map(str, observed))
        what = "no row is compared with anything: rows need variable, product, place and a period within the horizon"
        raise Problems([Problem(Position(shown), "", what)])
    return Episode(scenario.stem, scenario.parent, "forecast", loaded, series, 0, ())


def revise(episode: Episode, runs: int, seed: int, today: dt.date | None = None, engine: str = "batch") -> Revised:
    """Run the scenario and weigh its runs by what was seen up to a day.

    Parameters
    ----------
    today : date, optional
        First day that has not been seen; default: the day after the last observation.
    """
    bench = Bench(episode, engine)
    measured = bench.run(bench.plain_design(runs, seed, episode.scenario.sampler), seed)
    return weighed(episode, bench, measured, today)


def overheard(
    episode: Episode, file: Path, runs: int, seed: int, today: dt.date | None, workers: int | None, out: Path
) -> tuple[Revised, Results]:
    """The same while the scenario is run with all of its arms into a folder: no run is made twice.

    Runs that were made elsewhere, or of another arm with the same events, are made here.
    """
    from ..api.running import run
    from ..api.scenario import load_scenario
    from ..experiment.batch import Options, prepare
    from ..experiment.work import heard_by

    bench = Bench(episode, "batch")
    record = bench.record(bench.plain_design(runs, seed, episode.scenario.sampler))
    scenario = load_scenario(file, **{"monte_carlo.runs": runs, "monte_carlo.seed": seed})
    batch, _ = prepare(scenario.resolved, Options(keep="quantiles"), lambda _: None)

    def hear(row: int, arm: int, found: Any) -> None:
        if arm == SCENARIO_ARM:
            bench.take(record, row, found)

    with heard_by(batch, hear):
        results = run(load_scenario(file), runs=runs, seed=seed, workers=workers, keep_series="quantiles", out=out)
    bench.fill(record, seed)
    return weighed(episode, bench, record.measured(), today), results


def weighed(episode: Episode, bench: Bench, measured: Measured, today: dt.date | None = None) -> Revised:
    """Runs that were made, weighed by what was seen up to a day."""
    start, days = bench.model.start, bench.model.scenario.days
    if today is not None and not 0 < (today - start).days <= days:
        end = start + dt.timedelta(days=days)
        raise SupplyriskError(f"--as-of {today} lies outside the scenario's horizon (after {start}, to {end})")
    seen = tuple(_seen(episode, one, measured) for one in observations(episode))
    last = max((one.after for one in seen), default=0)
    day = last if today is None else (today - bench.model.start).days
    used = [one for one in seen if one.after <= day]
    return Revised(episode, bench, measured, seen, day, weigh(distance(used, measured)))


def distance(used: Sequence[Seen], measured: Measured) -> Floats:
    """Sum over observations of ((run - seen) / tolerance)²; infinite for runs that failed."""
    total = np.zeros(len(measured.values))
    for one in used:
        tolerance = PRICE_TOLERANCE if one.at.kind == PRICE else FLOW_TOLERANCE
        off = (one.sample - one.value) / tolerance
        total += np.where(np.isnan(off), math.inf, np.square(off))
    return total


def _seen(episode: Episode, one: Observation, measured: Measured) -> Seen:
    points = [episode.series[i].points[j] for i, j in one.parts]
    sample = np.mean([one.scaled(measured.points[i][:, j]) for i, j in one.parts], axis=0)
    value = float(one.scaled(one.seen))
    return Seen(one, value, sample, min(p.start for p in points), max(p.stop for p in points))


def quantities(episode: Episode) -> list[int]:
    """Numbers of the series that show different things: quotes of several agencies for one price are one."""
    first: dict[tuple[object, ...], int] = {}
    for i, one in enumerate(episode.series):
        first.setdefault((one.variable, one.product, one.place, one.relative), i)
    return list(first.values())


def fan_of(revised: Revised, which: int, weight: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles by month of one observed series, of flows those of a month's record; shape (months, levels)."""
    from .weights import weighted_quantiles

    block: Any = revised.measured.fans[which]
    shipment = revised.episode.series[which].shipment
    if not shipment > 0.0:
        return np.array([weighted_quantiles(block[:, m], weight, levels) for m in range(block.shape[1])])
    each = np.repeat(weight / DRAWS, DRAWS)
    months = (records(block[:, m], shipment).ravel() for m in range(block.shape[1]))
    return np.array([weighted_quantiles(month, each, levels) for month in months])
