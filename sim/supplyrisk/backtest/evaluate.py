"""Runs an episode many times and measures what targets and observed series ask for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import RunFailed
from .episode import Episode, Series, Target
from .error import NONE, OwnError, with_error
from .measure import Meter, Path
from .statistics import Period

Floats = NDArray[np.float64]
SCENARIO_ARM = 1


@dataclass(frozen=True)
class Measured:
    """What an ensemble says about an episode.

    Attributes
    ----------
    targets : ndarray, shape (runs, targets)
        NaN where a run failed; infinite where a thing never happened.
    points : list of ndarray, shape (runs, points), one per observed series
    fans : list of ndarray, shape (runs, steps), one per observed series
        Monthly means of the whole simulated path, for the page.
    values : ndarray, shape (runs, columns)
    """

    targets: Floats
    points: list[Floats]
    fans: list[Floats]
    values: Floats
    failures: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """`Measured` while it is being filled, run by run in any order; `seen` says which runs are in."""

    targets: Floats
    points: list[Floats]
    fans: list[Floats]
    values: Floats
    seen: NDArray[np.bool_]
    failures: dict[int, str]

    def measured(self) -> Measured:
        """What was measured, the failures in the order of runs."""
        told = tuple(self.failures[row] for row in sorted(self.failures))
        return Measured(self.targets, self.points, self.fans, self.values, told)


class Bench:
    """An episode compiled once, ready for any number of runs."""

    def __init__(self, episode: Episode, engine: str = "batch") -> None:
        from ..engines import get_engine
        from ..model.compile import compile_scenario

        self.episode = episode
        self.model = compile_scenario(episode.scenario)
        self.engine = get_engine(engine)
        meter = Meter(self.model, episode.loaded.resolutions[0].world.names)
        self._targets = [(target, _readers(meter, target)) for target in episode.targets]
        self._series = [(one, meter.reader(one.variable, one.product, one.place)) for one in episode.series]
        self.columns = [column.name for column in self.model.sampled]
        whole = Period(0, self.model.scenario.days, self.model.start)
        self.months = [(start, stop) for _, start, stop in whole.months() if stop <= self.model.scenario.days]

    def design(self, runs: int, seed: int, error: OwnError = NONE, sampler: str = "lhs") -> Floats:
        """Values of the uncertain numbers as a Monte Carlo batch would draw them, with the model's own error put in."""
        return with_error(self.plain_design(runs, seed, sampler), self.columns, error)

    def plain_design(self, runs: int, seed: int, sampler: str) -> Floats:
        """Values of the uncertain numbers exactly as a Monte Carlo batch draws them."""
        from ..experiment.designs import Design

        scenario = self.episode.scenario
        return Design(scenario.sampled, scenario.rank_correlations, sampler, seed, runs).values(0, runs)

    def run(self, values: Floats, seed: int) -> Measured:
        """Run the scenario arm once per row of `values`."""
        record = self.record(values)
        self.fill(record, seed)
        return record.measured()

    def record(self, values: Floats) -> Record:
        """Room for what is measured on runs with these values."""
        runs = len(values)
        return Record(
            np.full((runs, len(self._targets)), math.nan),
            [np.full((runs, len(one.points)), math.nan) for one, _ in self._series],
            [np.full((runs, len(self.months)), math.nan) for _ in self._series],
            values,
            np.zeros(runs, dtype=bool),
            {},
        )

    def fill(self, record: Record, seed: int) -> None:
        """Run the scenario arm of the runs that are not measured yet."""
        for row in np.flatnonzero(~record.seen):
            found: Any
            try:
                found = self.engine.run(self.model, SCENARIO_ARM, int(row), seed, record.values[row])
            except RunFailed as failure:
                found = failure
            self.take(record, int(row), found)

    def take(self, record: Record, row: int, found: Any) -> None:
        """Measure one run of the scenario arm, whoever ran it; or note that it failed."""
        record.seen[row] = True
        if isinstance(found, Exception):
            record.failures[row] = str(found)
            return
        for j, (target, readers) in enumerate(self._targets):
            record.targets[row, j] = measure(target, [read(found) for read in readers])
        for j, (one, read) in enumerate(self._series):
            path = read(found)
            normal = self._normal(path) if one.relative else 1.0
            record.points[j][row] = [path.mean(p.start, p.stop) / normal for p in one.points]
            record.fans[j][row] = [path.mean(start, stop) / normal for start, stop in self.months]

    def _normal(self, path: Path) -> float:
        """Level before anybody could know of the events."""
        return path.mean(0, max(self.episode.rest_days, 7))


def _readers(meter: Meter, target: Target) -> list[Any]:
    if target.statistic.by_country:
        return meter.by_country(target.variable, target.product, target.place)
    return [meter.reader(target.variable, target.product, target.place)]


def measure(target: Target, paths: Sequence[Path]) -> float:
    """The target's number for one run."""
    reference = 1.0
    if target.reference is not None:
        reference = paths[0].mean(target.reference.start, target.reference.stop)
    return target.statistic.compute(paths, target.period, reference, target.argument)


def hit(target: Target, value: float) -> bool:
    """Whether a number lies in the target's interval."""
    return target.low <= value <= target.high


__all__ = ["Bench", "Measured", "Series", "hit", "measure"]
