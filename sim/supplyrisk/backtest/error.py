"""The model's own error of prices: what past episodes left over, and how it widens a run.

A run holds the uncertainty of its inputs and not that of the model's form. What is left is taken as

    ln seen - ln median = g (b + w(t))

with b one number for an episode, sd tau (`error_level`), and w a part that wanders from week to week in each product and
place, sd sigma (`error_weekly`), with an autocorrelation of exp(-weeks / 20); g is the share of both that acts where the
model says that little moves (`supplyrisk.model.prices`), and is measured by a run with a small known sigma. tau and sigma are
posterior means on a grid under half-normal priors, so that seven episodes can't make them nothing. An episode is scored
with those of the *others*; b of a new episode is then tau t(E-1) sqrt(1 + 1/E) from E others: Student's t as tau itself is
estimated, and the mean of all episodes with it (Gelman et al. 2013, "Bayesian Data Analysis", 3rd edition, section 3.2).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bounded import MAX_TABLE_BYTES, path_is_file
from ..language.text import decode
from ..model.prices import EPISODES, ERROR_WEEKS

Floats = NDArray[np.float64]
LEVEL, WEEKLY = "error_level", "error_weekly"
PRIORS = 0.5, 0.3  # sd of the half-normal priors of tau and sigma, ln
GRIDS = np.arange(0.05, 1.501, 0.05), np.arange(0.05, 1.001, 0.05)
READING = 0.01  # sd of what two readings of one quote differ by, ln
WIDEST = 3.0  # ln; bound of both numbers
FEWEST_FREEDOM = 2
BAND_EDGE = 0.9  # quantile at which Student's t with other degrees of freedom is matched: that of 80 % bands
PROBE = 0.05  # sigma by which g is measured
# A recorded price that the model's error hardly reaches would else decide how large that error is everywhere.
LEAST_TOUCHED = 0.35
RESIDUALS = Path(__file__).with_name("residuals.csv")
COLUMNS = ("way", "episode", "product", "place", "week", "seen", "median", "touched")


@dataclass(frozen=True)
class Residual:
    """One recorded price and what the runs said of it without any error of their own, multiples of normal.

    `touched` is g: the share of the model's own error that acts there.
    """

    way: str
    episode: str
    product: str
    place: str
    week: float  # since day one
    seen: float
    median: float
    touched: float = 1.0

    @property
    def left(self) -> float:
        """ln seen less ln median."""
        return math.log(self.seen / self.median)


@dataclass(frozen=True)
class OwnError:
    """tau and sigma (ln) from `events` episodes."""

    level: float
    weekly: float
    events: int

    @property
    def level_of_runs(self) -> float:
        """What `error_level` has to be for b to be tau t(E-1) sqrt(1 + 1/E) at the edges of 80 % bands.

        The engine draws tau t(7) sqrt(1 + 1/8), as for one more episode after eight.
        """
        if self.events == 0:
            return min(self.level, WIDEST)
        return min(self.level * _widening(self.events) / _widening(EPISODES), WIDEST)


def _widening(events: int) -> float:
    from scipy.stats import t

    freedom = max(events - 1, FEWEST_FREEDOM)
    return float(t.ppf(BAND_EDGE, freedom)) * math.sqrt(1.0 + 1.0 / events)


NONE = OwnError(0.0, 0.0, 0)


def error_sets() -> tuple[str, ...]:
    """What makes both numbers columns of the design, whatever the world's rows say."""
    return tuple(f"baseline.{name}={{uniform: [0, {WIDEST:g}]}}" for name in (LEVEL, WEEKLY))


def with_error(values: Floats, columns: Sequence[str], error: OwnError) -> Floats:
    """The design's rows with the model's own error put in."""
    out = values.copy()
    out[:, columns.index(LEVEL)] = error.level_of_runs
    out[:, columns.index(WEEKLY)] = error.weekly
    return out


def fit(residuals: Iterable[Residual]) -> OwnError:
    """Posterior means of tau and sigma from residuals of one way.

    Notes
    -----
    The residuals of an episode are jointly normal with covariance g g' (tau² + sigma² exp(-|weeks apart| / 20)) (sigma only
    within one product and place), and reading² on top. Episodes are independent.
    """
    residuals = list(residuals)
    tau, sigma = posterior(residuals)
    level, weekly = float(tau @ GRIDS[0]), float(sigma @ GRIDS[1])
    return OwnError(level, weekly, len({one.episode for one in residuals}))


def posterior(residuals: Iterable[Residual]) -> tuple[Floats, Floats]:
    """Posterior weights of tau and of sigma on `GRIDS`; without residuals those of the priors."""
    by_episode: dict[str, list[Residual]] = {}
    for one in residuals:
        by_episode.setdefault(one.episode, []).append(one)
    blocks = [_block(rows) for _, rows in sorted(by_episode.items())]
    taus, sigmas = GRIDS
    log_posterior = np.array(
        [
            [-0.5 * ((tau / PRIORS[0]) ** 2 + (sigma / PRIORS[1]) ** 2) + _log_likelihood(blocks, tau, sigma) for sigma in sigmas]
            for tau in taus
        ]
    )  # fmt: skip
    weight = np.exp(log_posterior - log_posterior.max())
    weight /= weight.sum()
    return weight.sum(axis=1), weight.sum(axis=0)


def ranges(residuals: Iterable[Residual]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the middle 80 % of the posterior of tau and of sigma lie, to a step of the grid."""
    found = []
    for weight, grid in zip(posterior(residuals), GRIDS, strict=True):
        sums = np.cumsum(weight)
        found.append((float(grid[np.argmax(sums >= 0.1)]), float(grid[np.argmax(sums >= 0.9)])))
    return found[0], found[1]


def _block(rows: Sequence[Residual]) -> tuple[Floats, Floats, Floats]:
    """An episode's residuals, how near in time two of one product and place are, and the shares of error that act."""
    weeks = np.array([one.week for one in rows])
    cells = [(one.product, one.place) for one in rows]
    same = np.array([[a == b for b in cells] for a in cells])
    near = np.exp(-np.abs(weeks[:, None] - weeks[None, :]) / ERROR_WEEKS) * same
    touched = np.array([one.touched for one in rows])
    return np.array([one.left for one in rows]), near, touched[:, None] * touched[None, :]


def _log_likelihood(blocks: Iterable[tuple[Floats, Floats, Floats]], tau: float, sigma: float) -> float:
    found = 0.0
    for left, near, touched in blocks:
        variance = touched * (tau**2 + sigma**2 * near) + READING**2 * np.eye(len(left))
        found -= 0.5 * float(left @ np.linalg.solve(variance, left) + np.linalg.slogdet(variance)[1])
    return found


def from_others(residuals: Sequence[Residual], way: str, episode: str = "") -> OwnError:
    """The error that an episode is scored with: from all others. Without a name: from all."""
    return fit(one for one in residuals if one.way == way and one.episode != episode)


# --- the table that ships -----------------------------------------------------------------------------
def write_residuals(path: Path, residuals: Sequence[Residual]) -> None:
    """Write the table from which tau and sigma are fitted."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for one in residuals:
            numbers = (f"{one.week:.2f}", f"{one.seen:.5g}", f"{one.median:.5g}", f"{one.touched:.3f}")
            table.writerow((one.way, one.episode, one.product, one.place, *numbers))


def read_residuals(path: Path = RESIDUALS) -> list[Residual]:
    """The residuals of a table; none if there is no such table."""
    if not path_is_file(path):
        return []
    rows: Iterable[Mapping[str, str]] = csv.DictReader(io.StringIO(decode(path, str(path), MAX_TABLE_BYTES)))
    return [
        Residual(
            row["way"], row["episode"], row["product"], row["place"], *(float(row[name]) for name in COLUMNS[4:])
        )
        for row in rows
    ]  # fmt: skip
