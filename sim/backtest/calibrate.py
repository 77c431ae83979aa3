"""Conditions the shared behaviour on the episodes: approximate Bayesian computation by population Monte Carlo.

A parameter set is judged by how far the targets it reaches lie outside their intervals. Rounds of sets are drawn
around the better part of the round before (Beaumont et al. 2009), with weights that keep the search from running into
a corner; the closest sets of the last two rounds are accepted. Every run draws the scenario's and the world's other
uncertain numbers anew, so that no set is accepted for one lucky draw of an office.

The method is a page of code; the libraries for it bring databases and schedulers of their own, while the cost here is
the simulation, which the compiled engine does.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .episode import Episode, Target, episodes_in
from .evaluate import Bench, hit
from .priors import HIGH, LOW, PRIORS, as_columns, write_ensemble

Floats = NDArray[np.float64]
FARTHEST = 6.0  # interval half-widths; beyond it a miss is a miss
KEPT = 0.15  # share of a round's sets that the next round is drawn around
PREFIX = "behaviour."
FEWEST_MONTHS_OR_WEEKS = 1.5


@dataclass(frozen=True)
class Accepted:
    """Parameter sets that the episodes leave plausible, equally likely.

    Attributes
    ----------
    theta : ndarray, shape (sets, priors)
    distance : ndarray, shape (sets,)
        Mean distance of the targets from their intervals, in half-widths.
    rounds : tuple of float
        Median distance of what each round kept.
    """

    theta: Floats
    distance: Floats
    rounds: tuple[float, ...]


class Judge:
    """Episodes whose behavioural numbers are free, ready to be run for any parameter sets."""

    def __init__(self, folders: Sequence[Path], engine: str = "batch") -> None:
        self.benches = [Bench(episode, engine) for episode in open_episodes(folders)]

    def distances(self, theta: Floats, seed: int) -> Floats:
        """Distance of every set from every target, shape (sets, targets of all episodes)."""
        names, columns = as_columns(theta)
        blocks = []
        for bench in self.benches:
            values = with_columns(bench, bench.design(len(theta), seed), names, columns)
            measured = bench.run(values, seed).targets
            block = [[distance(t, x) for t, x in zip(bench.episode.targets, row, strict=True)] for row in measured]
            blocks.append(np.array(block))
        return np.concatenate(blocks, axis=1)


def open_episodes(folders: Sequence[Path]) -> list[Episode]:
    """Episodes whose worlds have the columns of a joint behaviour, whatever values they hold."""
    from ..spec.worldfile import using_ensemble

    with tempfile.TemporaryDirectory() as scratch:
        table = Path(scratch) / "prior.csv"
        write_ensemble(table, np.array([LOW, (LOW + HIGH) / 2.0, HIGH]))
        with using_ensemble(table):
            return episodes_in(folders)


def with_columns(bench: Bench, values: Floats, names: Sequence[str], columns: Floats) -> Floats:
    """The design's values with those of the joint behaviour put in; what an episode sets itself stays."""
    place = {name: j for j, name in enumerate(bench.columns)}
    for j, name in enumerate(names):
        if PREFIX + name in place:
            values[:, place[PREFIX + name]] = columns[:, j]
    return values


def distance(target: Target, value: float) -> float:
    """Distance from a target's interval in half-widths (of the logarithm for ratios), at most `FARTHEST`."""
    if math.isnan(value):
        return FARTHEST
    if hit(target, value):
        return 0.0
    if target.statistic.kind != "number" or target.low <= 0.0:
        half = max(
            (target.high - target.low) / 2.0, FEWEST_MONTHS_OR_WEEKS if target.statistic.kind != "number" else 0.0
        )
        off = target.low - value if value < target.low else value - target.high
        return min(FARTHEST, off / half) if half > 0 else FARTHEST
    half = max(math.log(target.high / target.low) / 2.0, 1e-3)
    value = max(value, 1e-6)
    off = math.log(target.low / value) if value < target.low else math.log(value / target.high)
    return min(FARTHEST, off / half)


def calibrate(
    judge: Judge, sets: int, rounds: int, accept: int, seed: int, say: Callable[[str], None] = lambda _: None
) -> Accepted:
    """Parameter sets that fit the judge's episodes.

    Parameters
    ----------
    judge : Judge
    sets : int
        Parameter sets of a round.
    rounds : int
        Rounds; the first is a Latin hypercube of the prior.
    accept : int
        Sets to hand back.
    seed : int
        The same seed gives the same sets.
    say : callable
        Told of every round.
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    theta = LOW + (HIGH - LOW) * qmc.LatinHypercube(len(PRIORS), seed=seed).random(sets)
    weight = np.full(sets, 1.0 / sets)
    pool: list[tuple[Floats, Floats, Floats]] = []
    medians = []
    for number in range(rounds):
        score = judge.distances(theta, seed + number).mean(axis=1)
        pool.append((theta, weight, score))
        kept = np.argsort(score, kind="stable")[: max(10, round(KEPT * sets))]
        medians.append(float(np.median(score[kept])))
        say(f"round {number + 1} of {rounds}: {sets} sets, distance of the best {len(kept)}: {medians[-1]:.3f}")
        if number + 1 < rounds:
            theta, weight = _next_round(rng, theta[kept], weight[kept], sets)
    return _accept(rng, pool, accept, tuple(medians))


def _next_round(rng: np.random.Generator, kept: Floats, weight: Floats, sets: int) -> tuple[Floats, Floats]:
    """New sets around those kept, and their weights under the uniform prior."""
    weight = _tempered(weight)
    middle = weight @ kept
    spread = np.sqrt(np.maximum(weight @ (kept - middle) ** 2, (0.01 * (HIGH - LOW)) ** 2))
    found = np.empty((0, len(PRIORS)))
    while len(found) < sets:
        parents = kept[rng.choice(len(kept), 2 * sets, p=weight)]
        new = parents + rng.normal(size=parents.shape) * spread * 0.8
        outside = (new < LOW) | (new > HIGH)
        new = np.where(outside, parents, new)  # a move out of the prior is not made in that direction
        found = np.concatenate((found, new))[:sets]
    gap = (found[:, None, :] - kept[None, :, :]) / (0.8 * spread)
    logs = -0.5 * (gap**2).sum(axis=2)
    density = (np.exp(logs - logs.max(axis=1, keepdims=True)) * weight).sum(axis=1)
    logweight = -(np.log(density) + logs.max(axis=1))
    return found, _tempered(np.exp(logweight - logweight.max()))


def _tempered(weight: Floats) -> Floats:
    """Weights that sum to 1, none above five times the mean: eighteen dimensions leave a few sets all the weight."""
    weight = weight / weight.sum()
    weight = np.minimum(weight, 5.0 / len(weight))
    tempered: Floats = weight / weight.sum()
    return tempered


def _accept(
    rng: np.random.Generator, pool: list[tuple[Floats, Floats, Floats]], accept: int, medians: tuple[float, ...]
) -> Accepted:
    """The closest sets of the last two rounds: each a set with a draw of its own of everything else."""
    theta, _, score = (np.concatenate(parts) for parts in zip(*pool[-2:], strict=True))
    order = np.argsort(score, kind="stable")[:accept]
    order = rng.permutation(order)
    return Accepted(theta[order], score[order], medians)


def folders_of(name: str | Path) -> list[Path]:
    """Episode folders below a folder."""
    return sorted(path.parent for path in Path(name).glob("*/targets.csv"))


def summary(accepted: Accepted) -> list[dict[str, Any]]:
    """Prior and posterior range of every number, for the page and the terminal."""
    rows = []
    for k, prior in enumerate(PRIORS):
        low, middle, high = np.quantile(accepted.theta[:, k], (0.05, 0.5, 0.95))
        rows.append(
            {
                "name": prior.name, "prior_low": prior.low, "prior_high": prior.high, "p5": float(low),
                "median": float(middle), "p95": float(high), "source": prior.source,
            }
        )  # fmt: skip
    return rows
