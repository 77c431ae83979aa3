"""Runs episodes and scores them: what the `backtest` command shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..report.history import kinds_of
from ..sums import add_up
from .episode import Episode, Target
from .evaluate import Bench, Measured, hit, median, quantile
from .measure import month_name
from .model_error import FLOW, PRICE, Errors, fit, kind_of
from .scores import NAIVE, SeriesScore, after_event, score_series


@dataclass(frozen=True)
class TargetScore:
    """One target: its interval, the median and 90 % range of the runs, and whether the median lies inside."""

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
    """An episode held against what happened."""

    episode: Episode
    bench: Bench
    measured: Measured
    targets: tuple[TargetScore, ...]
    series: tuple[SeriesScore, ...]
    errors: Errors

    @property
    def hits(self) -> int:
        return sum(int(one.hit) for one in self.targets)

    @property
    def points(self) -> int:
        return sum(int(one.points) for one in self.series)

    def crps(self) -> tuple[float, ...]:
        """Mean over points of the model's score and of the naive forecasts'."""
        if not self.points:
            return ()
        rows = [(one.points, (one.crps, *one.naive)) for one in self.series]
        return tuple(add_up(n * values[k] for n, values in rows) / self.points for k in range(1 + len(NAIVE)))

    def coverage(self) -> tuple[float, float, float]:
        """Shares of points inside the 50 % and the 90 % band, and inside the 90 % band of the runs alone."""
        if not self.points:
            return math.nan, math.nan, math.nan
        return (
            sum(int(one.inside_50) for one in self.series) / self.points,
            sum(int(one.inside_90) for one in self.series) / self.points,
            sum(int(one.inside_90_runs) for one in self.series) / self.points,
        )


def fit_errors(measured: Sequence[tuple[Episode, Measured]]) -> Errors:
    """The model's error as the episodes show it (see `model_error.fit`)."""
    samples: dict[str, list[Any]] = {PRICE: [], FLOW: []}
    seen: dict[str, list[Any]] = {PRICE: [], FLOW: []}
    for episode, found in measured:
        for one, sample in zip(episode.series, found.points, strict=True):
            kind = kind_of(one.variable)
            runs, observed = after_event(episode, one, sample)
            if kind and one.relative and len(observed):
                samples[kind].append(runs)
                seen[kind].append(observed)
    return {kind: fit(kind, samples[kind], seen[kind]) for kind in (PRICE, FLOW) if samples[kind]}


def score(episode: Episode, runs: int, seed: int, engine: str = "batch", errors: Errors | None = None) -> EpisodeScore:
    """Run an episode's ensemble and score it, with the model's error on top if it is given."""
    bench = Bench(episode, engine)
    measured = bench.run(bench.design(runs, seed), seed)
    targets = []
    for j, target in enumerate(episode.targets):
        values = measured.targets[:, j]
        share = float(sum(int(hit(target, x)) for x in values)) / max(1, len(values))
        targets.append(TargetScore(target, median(values), quantile(values, 0.05), quantile(values, 0.95), share))
    errors = errors or {}
    pairs = zip(episode.series, measured.points, strict=True)
    series = [score_series(episode, one, sample, errors) for one, sample in pairs]
    return EpisodeScore(episode, bench, measured, tuple(targets), tuple(s for s in series if s is not None), errors)


UNTOUCHED = "untouched"  # folder of the episodes that nothing was fitted to


def shipped_episodes(folder: str = "episodes") -> list[Path]:
    """Folders of the episodes that come with the program: those the behaviour was conditioned on, or `UNTOUCHED`."""
    here = Path(__file__).resolve().parents[2] / "scenarios" / folder
    found = sorted(path.parent for path in here.glob("*/targets.csv"))
    return found or sorted(path.parent for path in Path("scenarios", folder).glob("*/targets.csv"))


def shown(target: Target, value: float) -> str:
    """A target's number as a reader writes it."""
    if target.statistic.kind == "month":
        return month_name(value)
    if math.isnan(value):
        return "no value"
    if math.isinf(value):
        return "never"
    return f"{value:.3g}"


def totals(scores: Sequence[EpisodeScore]) -> tuple[int, int]:
    """Targets hit, and targets."""
    return sum(int(one.hits) for one in scores), sum(len(one.targets) for one in scores)


def summary(scores: Sequence[EpisodeScore]) -> dict[str, Any]:
    """The record that reports quote: totals are those of the episodes that the behaviour was conditioned on."""
    listed, scores = scores, [one for one in scores if one.episode.folder.parent.name != UNTOUCHED]
    hits, targets = totals(scores)
    points = sum(int(one.points) for one in scores)
    inside = add_up(one.coverage()[1] * one.points for one in scores if one.points)
    runs_only = add_up(one.coverage()[2] * one.points for one in scores if one.points)
    note = (
        f"The 90 % bands of the runs alone held {runs_only / points:.0%} of {points} observed points; with the model's "
        f"own error, estimated from these episodes, {inside / points:.0%}."
        if points
        else ""
    )
    episodes = [
        {
            "title": title(one.episode),
            "products": [product.id for product in one.episode.scenario.world.products],
            "kinds": kinds_of(effect.op for event in one.episode.scenario.events for effect in event.effects),
            "fitted": one.episode.folder.parent.name != UNTOUCHED,
            "hits": one.hits,
            "targets": len(one.targets),
            "misses": [
                f"{t.target.id.replace('_', ' ')} {shown(t.target, t.median)} "
                f"(observed {shown(t.target, t.target.low)} to {shown(t.target, t.target.high)})"
                for t in one.targets
                if not t.hit
            ],
        }
        for one in listed
    ]
    return {"hits": hits, "targets": targets, "note": note, "episodes": episodes}


def title(episode: Episode) -> str:
    """What the episode calls itself."""
    return str(getattr(episode.loaded.spec, "title", "") or episode.name)
