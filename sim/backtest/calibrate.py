"""Conditions the shared behaviour on the episodes: approximate Bayesian computation with differential evolution.

A parameter set is judged by how far the targets it reaches lie outside their intervals; what it reaches is the median
of a few runs in which everything else that is uncertain (offices, stocks, other behaviour) is drawn, so that no set is
accepted for one lucky draw. Sets under which prices never come to rest after a stop that passed are held off (`rest`).
A population of sets moves by differences between its members, first also towards its best tenth, and keeps a move by a
Metropolis rule whose tolerance falls from generation to generation (Turner and Sederberg 2012, "Approximate Bayesian
computation with differential evolution", J. Math. Psychology 56). The last population is the answer.

The method is a page of code; the libraries for it bring databases and schedulers of their own, while the cost here is
the simulation, which the compiled engine does.
"""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .episode import Episode, Target, episodes_in
from .evaluate import Bench, Measured, hit, median
from .priors import HIGH, LOW, PRIORS, as_columns, write_ensemble
from .rest import WORLDS, Stop

Floats = NDArray[np.float64]
FARTHEST = 3.0  # interval half-widths; beyond it a miss is a miss
MISSED = 0.5  # what a miss counts beside its distance
TOLERANCE = (0.2, 0.004)  # of the score, in the first and the last generation
APPROACH = 0.75  # share of the generations that also move towards the best tenth
CROSSING = 0.7  # share of the numbers that a move changes
PREFIX = "behaviour."
FEWEST_MONTHS_OR_WEEKS = 1.5


@dataclass(frozen=True)
class Accepted:
    """Parameter sets that the episodes leave plausible, equally likely.

    Attributes
    ----------
    theta : ndarray, shape (sets, priors)
    score : ndarray, shape (sets,)
        See `score`.
    generations : tuple of float
        Median score after each generation.
    """

    theta: Floats
    score: Floats
    generations: tuple[float, ...]


class Judge:
    """Episodes whose behavioural numbers are free, ready to be run for any parameter sets."""

    def __init__(self, folders: Sequence[Path], engine: str = "batch") -> None:
        self.benches = [Bench(episode, engine) for episode in open_episodes(folders)]
        with any_behaviour():
            self.stops = [Stop(world, engine) for world in WORLDS]

    def unrest(self, theta: Floats, seed: int) -> Floats:
        """How far from rest prices still are long after a stop that passed, the worst of three worlds (see `rest`)."""
        names, columns = as_columns(theta)
        found = [stop.unrest(with_columns(stop, stop.central(len(theta)), names, columns), seed) for stop in self.stops]
        worst: Floats = np.max(found, axis=0)
        return worst

    def distances(self, theta: Floats, draws: int, seed: int) -> Floats:
        """Distance of every set from every target, shape (sets, targets of all episodes).

        All sets meet the same `draws` draws of everything else (a Latin hypercube), so that two sets differ by what
        they are and not by their luck.
        """
        names, columns = as_columns(theta)
        blocks = []
        for bench in self.benches:
            values = np.tile(bench.design(draws, seed), (len(theta), 1))
            values = with_columns(bench, values, names, np.repeat(columns, draws, axis=0))
            runs = list(range(draws)) * len(theta)
            measured = bench.run(values, seed, runs, targets_only=True).targets
            targets = bench.episode.targets
            reached = [[median(row) for row in one.T] for one in measured.reshape(len(theta), draws, len(targets))]
            blocks.append(np.array([[distance(t, x) for t, x in zip(targets, row, strict=True)] for row in reached]))
        return np.concatenate(blocks, axis=1)

    def measure(self, theta: Floats, seed: int) -> list[tuple[Episode, Measured]]:
        """What the sets say of targets and observed series, one run each."""
        names, columns = as_columns(theta)
        return [
            (bench.episode, bench.run(with_columns(bench, bench.design(len(theta), seed), names, columns), seed))
            for bench in self.benches
        ]


@contextlib.contextmanager
def any_behaviour() -> Iterator[None]:
    """Read worlds so that they have the columns of a joint behaviour, whatever values they hold."""
    from ..spec.worldfile import using_ensemble

    with tempfile.TemporaryDirectory() as scratch:
        table = Path(scratch) / "prior.csv"
        write_ensemble(table, np.array([LOW, (LOW + HIGH) / 2.0, HIGH]))
        with using_ensemble(table):
            yield


def open_episodes(folders: Sequence[Path]) -> list[Episode]:
    """Episodes whose behaviour is free."""
    with any_behaviour():
        return episodes_in(folders)


def with_columns(bench: Bench | Stop, values: Floats, names: Sequence[str], columns: Floats) -> Floats:
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


def score(distances: Floats, unrest: Floats) -> Floats:
    """One number per set, lower is better: mean distance of its targets, half the share it misses, and its unrest."""
    found: Floats = distances.mean(axis=1) + MISSED * (distances > 0.0).mean(axis=1) + np.minimum(unrest, FARTHEST)
    return found


def calibrate(
    judge: Judge,
    sets: int,
    generations: int,
    draws: int,
    seed: int,
    say: Callable[[str], None] = lambda _: None,
    start: Floats | None = None,
) -> Accepted:
    """Parameter sets that fit the judge's episodes.

    Parameters
    ----------
    judge : Judge
    sets : int
        Size of the population; all of its last generation are handed back.
    generations : int
    draws : int
        Runs by whose median a set is judged.
    seed : int
        The same seed gives the same sets.
    say : callable
        Told of every generation.
    start : ndarray, shape (any, priors), optional
        Sets to begin with, up to half of the population; the rest are a Latin hypercube of the prior.
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    theta = LOW + (HIGH - LOW) * qmc.LatinHypercube(len(PRIORS), rng=seed).random(sets)
    if start is not None:
        known = start[rng.permutation(len(start))[: sets // 2]]
        theta[: len(known)] = known
    scores = score(judge.distances(theta, draws, seed), judge.unrest(theta, seed))
    medians = [float(np.median(scores))]
    for number in range(generations):
        approach = number < APPROACH * generations
        moved = _moves(rng, theta, scores, approach)
        reached = score(judge.distances(moved, draws, seed), judge.unrest(moved, seed))
        tolerance = TOLERANCE[0] * (TOLERANCE[1] / TOLERANCE[0]) ** (number / max(1, generations - 1))
        taken = np.log(rng.random(sets)) < (scores - reached) / tolerance
        theta = np.where(taken[:, None], moved, theta)
        scores = np.where(taken, reached, scores)
        medians.append(float(np.median(scores)))
        say(f"generation {number + 1} of {generations}: score {scores.min():.3f}, median {medians[-1]:.3f}")
    return Accepted(theta, scores, tuple(medians))


def _moves(rng: np.random.Generator, theta: Floats, scores: Floats, approach: bool) -> Floats:
    """A proposal for every set: a difference of two others, and while approaching a step to one of the best tenth."""
    sets, size = theta.shape
    others = np.array([rng.choice(sets, 2, replace=False) for _ in range(sets)])
    crossed = rng.random((sets, size)) < CROSSING
    changed = np.maximum(crossed.sum(axis=1, keepdims=True), 1)
    # Wide steps while looking for the right corner; later those at which a random walk of this size mixes best
    step = (
        rng.uniform(0.4, 0.9, (sets, 1))
        if approach
        else rng.uniform(0.5, 1.0, (sets, 1)) * 2.38 / np.sqrt(2.0 * changed)
    )
    moved = theta + step * (theta[others[:, 0]] - theta[others[:, 1]])
    if approach:
        better = theta[rng.choice(np.argsort(scores, kind="stable")[: max(2, sets // 10)], sets)]
        moved += np.where(rng.random((sets, 1)) < 0.5, step, 0.0) * (better - theta)
    moved += rng.normal(size=moved.shape) * 0.005 * (HIGH - LOW)
    # Reflected at the prior's bounds, where the density ends
    moved = np.where(moved < LOW, 2.0 * LOW - moved, moved)
    moved = np.where(moved > HIGH, 2.0 * HIGH - moved, moved)
    inside: Floats = np.where(crossed & (moved >= LOW) & (moved <= HIGH), moved, theta)
    return inside


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
