"""Runs episodes and scores them: what the `backtest` command shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import RunFailed
from ..results.quantiles import quantiles
from ..shipped import scenarios_folder
from .episode import Episode, Target
from .error import LEVEL_RMS, NONE, PROBE, PROBES, OwnError, Residual, from_others
from .evaluate import Bench, Measured, hit
from .measure import month_name
from .scores import FLOW, PointScore, Sums, is_headline, residuals, score_points, sums


@dataclass(frozen=True)
class TargetScore:
    """One target: its interval, the median and 80 % range of the runs, and whether the median lies inside."""

    target: Target
    median: float
    low: float
    high: float
    inside: float  # share of the runs inside the interval

    @property
    def hit(self) -> bool:
        return hit(self.target, self.median)


@dataclass(frozen=True)
class EpisodeScore:
    """An episode held against what happened, in one way of running it."""

    episode: Episode
    bench: Bench
    measured: Measured
    targets: tuple[TargetScore, ...]
    points: tuple[PointScore, ...]
    error: OwnError  # of the model, as the other episodes show it

    @property
    def hits(self) -> int:
        return sum(int(one.hit) for one in self.targets)

    @property
    def sums(self) -> Sums | None:
        """Over prices abroad, by which the model is judged."""
        return sums(one for one in self.points if is_headline(one.at))

    @property
    def flow_sums(self) -> Sums | None:
        """Over flows."""
        return sums(one for one in self.points if one.at.kind == FLOW)


def measure_episode(bench: Bench, runs: int, seed: int, error: OwnError = NONE) -> Measured:
    """An episode's runs with the model's own error inside them.

    Raises
    ------
    RunFailed
        If no run came to its end.
    """
    measured = bench.run(bench.design(runs, seed, error), seed)
    if len(measured.failures) == runs:
        raise RunFailed(f"{bench.episode.name}: no run came to its end; the first: {measured.failures[0]}")
    return measured


def score(episode: Episode, runs: int, seed: int, engine: str = "batch", left: Sequence[Residual] = ()) -> EpisodeScore:
    """Run an episode and score it, with the model's own error as the other episodes of `left` show it."""
    bench = Bench(episode, engine)
    error = from_others(left, episode.way, episode.name)
    measured = measure_episode(bench, runs, seed, error)
    targets = []
    for j, target in enumerate(episode.targets):
        values = measured.targets[:, j]
        share = float(sum(int(hit(target, x)) for x in values)) / max(1, len(values))
        low, middle, high = quantiles(values, (0.1, 0.5, 0.9)).tolist()
        targets.append(TargetScore(target, middle, low, high, share))
    points = score_points(episode, measured.points)
    return EpisodeScore(episode, bench, measured, tuple(targets), tuple(points), error)


def left_over(episode: Episode, runs: int, seed: int, engine: str = "batch") -> list[Residual]:
    """What runs without any error of their own leave over of an episode's prices abroad, and how much of each part acts there."""
    bench = Bench(episode, engine)
    plain = measure_episode(bench, runs, seed, NONE).points
    shift, level, weekly = (measure_episode(bench, runs, seed, error).points for error in PROBES)
    return residuals(episode, plain, (shift, PROBE), (level, PROBE * LEVEL_RMS), (weekly, PROBE))


def shipped_episodes() -> list[Path]:
    """Folders of the episodes that come with the program."""
    return sorted(path.parent for path in (scenarios_folder() / "episodes").glob("*/targets.csv"))


def shown(target: Target, value: float) -> str:
    """A target's number as a reader writes it."""
    if target.statistic.kind == "month":
        return month_name(value)
    if math.isnan(value):
        return "no value"
    if math.isinf(value):
        return "never"
    return f"{value:.3g}"


def totals(scores: Sequence[EpisodeScore], way: str) -> tuple[int, int]:
    """Targets hit, and targets, in one way."""
    mine = [one for one in scores if one.episode.way == way]
    return sum(int(one.hits) for one in mine), sum(len(one.targets) for one in mine)


def title(episode: Episode) -> str:
    """What the episode calls itself."""
    return str(getattr(episode.loaded.spec, "title", "") or episode.name)
