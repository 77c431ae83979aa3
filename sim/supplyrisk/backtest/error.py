"""The model's own error of prices: what past episodes left over, and how it moves and widens a run.

A run holds the uncertainty of its inputs and not that of the model's form. What is left is taken as

    ln seen - ln median = h mu + g (b + f w(t))

with mu the median over episodes (`error_shift`), b one number for an episode, sd tau (`error_level`), and w a part that
wanders from week to week in each product and place, sd sigma (`error_weekly`), with an autocorrelation of exp(-weeks / 20).
h, g and f are the shares of them that act (`supplyrisk.model.prices`). What runs make of each part is measured by runs with
that part alone, as users answer the quote. mu, tau and sigma are posterior means under a normal prior of mu and
half-normal ones of tau and sigma, so that seven episodes can't make the latter nothing. An episode is scored with those of
the *others*; b of a new episode is then tau t(E-1) sqrt(1 + 1/E) from E others: Student's t as tau itself is estimated, and
the mean of all episodes with it (Gelman et al. 2013, "Bayesian Data Analysis", 3rd edition, section 3.2).
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
LEVEL, WEEKLY, SHIFT = "error_level", "error_weekly", "error_shift"
PRIORS = 0.5, 0.3  # sd of the half-normal priors of tau and sigma, ln
SHIFT_PRIOR = 0.3  # sd of the normal prior of mu, ln
NO_SHIFT = 1e-6  # a prior that allows none
GRIDS = np.arange(0.05, 1.501, 0.05), np.arange(0.05, 1.001, 0.05)
READING = 0.01  # sd of what two readings of one quote differ by, ln
WIDEST = 3.0  # ln; bound of all three numbers
SHIFT_STEP = 0.01
FEWEST_FREEDOM = 2
BAND_EDGE = 0.9  # quantile at which Student's t with other degrees of freedom is matched: that of 80 % bands
PROBE = 0.3  # of each part, by which the share of it that acts is measured: about as large as what is found
RESIDUALS = Path(__file__).with_name("residuals.csv")
COLUMNS = ("way", "episode", "product", "place", "week", "seen", "median", "shift_acts", "level_acts", "weekly_acts")


@dataclass(frozen=True)
class Residual:
    """One recorded price and what the runs said of it without any error of their own, multiples of normal.

    The last three are the shares of mu, b and w that act there, as runs with that part alone show.
    """

    way: str
    episode: str
    product: str
    place: str
    week: float  # since day one
    seen: float
    median: float
    shift_acts: float = 1.0
    level_acts: float = 1.0
    weekly_acts: float = 1.0

    @property
    def left(self) -> float:
        """ln seen less ln median."""
        return math.log(self.seen / self.median)


@dataclass(frozen=True)
class OwnError:
    """tau, sigma and mu (ln) from `events` episodes."""

    level: float
    weekly: float
    events: int
    shift: float = 0.0

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
PROBES = OwnError(0.0, 0.0, EPISODES, PROBE), OwnError(PROBE, 0.0, EPISODES), OwnError(0.0, PROBE, EPISODES)
# Root mean square of b over tau: t(E-1) has a variance of (E-1)/(E-3).
LEVEL_RMS = math.sqrt((EPISODES - 1) / (EPISODES - 3) * (1.0 + 1.0 / EPISODES))


def error_sets() -> tuple[str, ...]:
    """What makes all three numbers columns of the design, whatever the world's rows say."""
    lowest = {LEVEL: 0.0, WEEKLY: 0.0, SHIFT: -WIDEST}
    return tuple(f"baseline.{name}={{uniform: [{low:g}, {WIDEST:g}]}}" for name, low in lowest.items())


def with_error(values: Floats, columns: Sequence[str], error: OwnError) -> Floats:
    """The design's rows with the model's own error put in."""
    out = values.copy()
    out[:, columns.index(LEVEL)] = error.level_of_runs
    out[:, columns.index(WEEKLY)] = error.weekly
    out[:, columns.index(SHIFT)] = error.shift
    return out


@dataclass(frozen=True)
class Posterior:
    """Posterior weights of (tau, sigma) on `GRIDS`, and mean and sd of mu given both (it is normal)."""

    weight: Floats
    mean: Floats
    sd: Floats

    @property
    def level(self) -> Floats:
        """Weights of tau."""
        return np.asarray(self.weight.sum(axis=1))

    @property
    def weekly(self) -> Floats:
        """Weights of sigma."""
        return np.asarray(self.weight.sum(axis=0))


def fit(residuals: Iterable[Residual]) -> OwnError:
    """Posterior means of tau, sigma and mu from residuals of one way.

    Notes
    -----
    The residuals of an episode are jointly normal with means h mu and covariance g g' tau² + v v' sigma² exp(-|weeks apart| / 20)
    (sigma only within one product and place; v = g f), and reading² on top. Episodes are independent. Given tau and sigma the
    posterior of mu is normal, so that it is integrated without a grid.
    """
    residuals = list(residuals)
    found = posterior(residuals)
    level, weekly = float(found.level @ GRIDS[0]), float(found.weekly @ GRIDS[1])
    return OwnError(level, weekly, len({one.episode for one in residuals}), float((found.weight * found.mean).sum()))


def posterior(residuals: Iterable[Residual], shift_prior: float = SHIFT_PRIOR) -> Posterior:
    """What episodes say of tau, sigma and mu; without residuals what the priors say."""
    by_episode: dict[str, list[Residual]] = {}
    for one in residuals:
        by_episode.setdefault(one.episode, []).append(one)
    blocks = [_block(rows) for _, rows in sorted(by_episode.items())]
    taus, sigmas = GRIDS
    log_posterior, mean, sd = (np.zeros((len(taus), len(sigmas))) for _ in range(3))
    for i, tau in enumerate(taus):
        for j, sigma in enumerate(sigmas):
            evidence, precision, pull = _sums(blocks, tau, sigma)
            precision += shift_prior**-2
            mean[i, j], sd[i, j] = pull / precision, precision**-0.5
            # ln of the density of the residuals once mu is integrated over its prior
            evidence += 0.5 * pull**2 / precision - 0.5 * math.log(precision * shift_prior**2)
            log_posterior[i, j] = evidence - 0.5 * ((tau / PRIORS[0]) ** 2 + (sigma / PRIORS[1]) ** 2)
    weight = np.exp(log_posterior - log_posterior.max())
    return Posterior(weight / weight.sum(), mean, sd)


def left_out_density(residuals: Iterable[Residual], shift_prior: float = SHIFT_PRIOR) -> float:
    """ln of the density of every episode's residuals together, given those of the other episodes; summed over episodes.

    The score by which the form of the error was chosen: it counts size, shape and how errors hang together, and an episode
    never speaks for itself.
    """
    residuals = list(residuals)
    total = 0.0
    for name in sorted({one.episode for one in residuals}):
        found = posterior((one for one in residuals if one.episode != name), shift_prior)
        block = _block([one for one in residuals if one.episode == name])
        density = np.zeros(found.weight.shape)
        for i, tau in enumerate(GRIDS[0]):
            for j, sigma in enumerate(GRIDS[1]):
                spread = found.sd[i, j] ** 2 * np.outer(block.shift, block.shift)
                variance = _variance(block, tau, sigma) + spread
                left = block.left - found.mean[i, j] * block.shift
                square = float(left @ np.linalg.solve(variance, left)) + len(left) * math.log(2.0 * math.pi)
                density[i, j] = -0.5 * (square + float(np.linalg.slogdet(variance)[1]))
        highest = float(density.max())
        total += highest + math.log(float((found.weight * np.exp(density - highest)).sum()))
    return total


def ranges(residuals: Iterable[Residual]) -> dict[str, tuple[float, float]]:
    """Where the middle 80 % of the posterior of each number lie, of tau and sigma to a step of the grid."""
    from scipy.stats import norm

    found = posterior(residuals)
    told = {}
    for name, weight, grid in ((LEVEL, found.level, GRIDS[0]), (WEEKLY, found.weekly, GRIDS[1])):
        sums = np.cumsum(weight)
        told[name] = (float(grid[np.argmax(sums >= 0.1)]), float(grid[np.argmax(sums >= 0.9)]))
    steps = np.arange(-WIDEST, WIDEST, SHIFT_STEP)
    below = [float((found.weight * norm.cdf(x, found.mean, found.sd)).sum()) for x in steps]
    low, high = (float(steps[np.argmax(np.array(below) >= share)]) for share in (0.1, 0.9))
    told[SHIFT] = (low, high)
    return told


@dataclass(frozen=True)
class _Block:
    """An episode's residuals, the shares of mu, b and w that act on them, and how near in time two of one product and place are."""

    left: Floats
    shift: Floats
    level: Floats
    weekly: Floats


def _block(rows: Sequence[Residual]) -> _Block:
    weeks = np.array([one.week for one in rows])
    cells = [(one.product, one.place) for one in rows]
    same = np.array([[a == b for b in cells] for a in cells])
    near = np.exp(-np.abs(weeks[:, None] - weeks[None, :]) / ERROR_WEEKS) * same
    level, weekly = (np.array([getattr(one, name) for one in rows]) for name in ("level_acts", "weekly_acts"))
    shift = np.array([one.shift_acts for one in rows])
    return _Block(np.array([one.left for one in rows]), shift, np.outer(level, level), np.outer(weekly, weekly) * near)


def _variance(one: _Block, tau: float, sigma: float) -> Floats:
    return np.asarray(tau**2 * one.level + sigma**2 * one.weekly + READING**2 * np.eye(len(one.left)))


def _sums(blocks: Iterable[_Block], tau: float, sigma: float) -> tuple[float, float, float]:
    """ln density of all residuals at mu = 0 (a constant left out), and h' V⁻¹ h and h' V⁻¹ r, by which mu changes it."""
    evidence = precision = pull = 0.0
    for one in blocks:
        variance = _variance(one, tau, sigma)
        solved = np.linalg.solve(variance, np.column_stack([one.left, one.shift]))
        evidence -= 0.5 * float(one.left @ solved[:, 0] + np.linalg.slogdet(variance)[1])
        precision += float(one.shift @ solved[:, 1])
        pull += float(one.left @ solved[:, 1])
    return evidence, precision, pull


def from_others(residuals: Sequence[Residual], way: str, episode: str = "") -> OwnError:
    """The error that an episode is scored with: from all others. Without a name: from all."""
    return fit(one for one in residuals if one.way == way and one.episode != episode)


# --- the table that ships -----------------------------------------------------------------------------
def write_residuals(path: Path, residuals: Sequence[Residual]) -> None:
    """Write the table from which mu, tau and sigma are fitted."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for one in residuals:
            acts = (f"{x:.3f}" for x in (one.shift_acts, one.level_acts, one.weekly_acts))
            numbers = (f"{one.week:.2f}", f"{one.seen:.5g}", f"{one.median:.5g}", *acts)
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
