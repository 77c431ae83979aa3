"""Which values the uncertain numbers take in which run.

A design fills the unit cube, one dimension per group of numbers that move together; stated rank
correlations are put in by a Gaussian copula; each number is the inverse CDF of its group's quantile.
Every row is a pure function of (seed, run, the design's size), made without the other rows: a chunk, a
shard or a single run has the values it has in the whole batch. `random` rows do not even depend on the
design's size, so that a longer batch contains the shorter one; Sobol rows neither.

Every column is a pure function of (seed, the group's name) besides: what else is uncertain changes no
draw, so that two scenarios of which one has an uncertain number more are still compared run by run. That
is why the Sobol sampler does not give out the dimensions of one sequence (the dimension of a number would
depend on the numbers before it) but a one-dimensional sequence of its own to every number.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import SupplyriskError
from ..spec.resolved import SampledColumn
from . import beta

Floats = NDArray[np.float64]
SAMPLERS = ("random", "lhs", "sobol")
_ROUNDS = 6  # of the Feistel network that permutes strata
_BITS = 32  # of a Sobol point


def _key(seed: int, *names: str) -> int:
    """128-bit key of a stream, the same on every machine."""
    text = "\x1f".join((f"seed={seed}", *names))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little")


def uniforms(seed: int, name: str, first: int, last: int) -> Floats:
    """Uniforms on (0, 1) of runs first .. last-1: the counter is the run, so any part stands alone."""
    block, skip = divmod(first, 4)  # one step of the Philox counter gives four numbers
    generator = np.random.Philox(key=_key(seed, "design", name), counter=[block, 0, 0, 0])
    raw = generator.random_raw(skip + last - first)[skip:]
    return ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def permuted(seed: int, name: str, size: int, numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Where a keyed permutation of 0 .. size-1 sends `numbers`, without making the whole permutation.

    A Feistel network on the smallest even number of bits that holds `size`, walked again until the
    result is below `size` (Black & Rogaway 2002, "Ciphers with arbitrary finite domains").
    """
    half = max(1, (max(size - 1, 1).bit_length() + 1) // 2)
    mask = np.uint64((1 << half) - 1)
    keys = [np.uint64(_key(seed, "strata", name, str(r)) & 0xFFFFFFFFFFFFFFFF) for r in range(_ROUNDS)]
    found = numbers.astype(np.uint64)
    todo = np.arange(found.size)
    while todo.size:
        left, right = found[todo] >> np.uint64(half), found[todo] & mask
        for key in keys:
            left, right = right, left ^ (_mixed(right + key) & mask)
        found[todo] = (left << np.uint64(half)) | right
        todo = todo[found[todo] >= np.uint64(size)]
    return found


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Finaliser of SplitMix64 (Steele, Lea & Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def sobol(seed: int, name: str, first: int, last: int) -> Floats:
    """Runs first .. last-1 of one number's own scrambled Sobol sequence in one dimension, in an order of its own.

    Every sixteen runs (16k to 16k+15) hold one point in each of 16 equal strata, every aligned 2^m of them one in
    each of 2^m; within its stratum a point lies anywhere (nested scrambling of all 32 bits, Owen 1995, "Randomly
    permuted (t,m,s)-nets"). The sixteen are taken in an order drawn for this number. Without that two numbers would
    change sides together (runs 2k and 2k+1 always lie in opposite halves) and what they do together would be
    averaged worse than at random; with it as well, but for one part in fifteen. An order of its own for each
    dimension is known as padding (Owen 1998, "Latin supercube sampling").
    """
    runs = np.arange(first, last, dtype=np.uint64)
    places = _shuffled(_key(seed, "order", name), runs)
    bits = np.zeros_like(places)  # van der Corput: the 32 bits of the place in reverse order
    for k in range(min(max(last + 15, 1).bit_length(), _BITS)):
        bits |= (places >> np.uint64(k) & np.uint64(1)) << np.uint64(_BITS - 1 - k)
    return (scrambled(_key(seed, "scramble", name), bits).astype(np.float64) + 0.5) * 2.0**-_BITS


def _shuffled(key: int, runs: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every sixteen runs in an order of their own: a Feistel network on four bits, keyed by which sixteen it is."""
    low, high = np.uint64(key & 0xFFFFFFFFFFFFFFFF), np.uint64(key >> 64)
    block = _mixed(_mixed((runs >> np.uint64(4)) + low) ^ high)
    left, right = runs >> np.uint64(2) & np.uint64(3), runs & np.uint64(3)
    for r in range(_ROUNDS):
        left, right = right, left ^ _mixed(block + right + np.uint64(4 * r)) >> np.uint64(62)
    return np.asarray(runs >> np.uint64(4) << np.uint64(4) | left << np.uint64(2) | right)


def scrambled(key: int, bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Owen's nested uniform scrambling of 32 bits: a bit is flipped or not by a draw of the bits above it."""
    depth = np.arange(_BITS, dtype=np.uint64)
    above = (bits[:, None] >> (np.uint64(_BITS) - depth)) | (np.uint64(1) << depth)  # a leading 1 tells the depth
    low, high = np.uint64(key & 0xFFFFFFFFFFFFFFFF), np.uint64(key >> 64)
    flip = _mixed(_mixed(above + low) ^ high) >> np.uint64(63)
    return np.asarray(bits ^ np.bitwise_or.reduce(flip << (np.uint64(_BITS - 1) - depth), axis=1))


@dataclass(frozen=True)
class Design:
    """The values of every run.

    Parameters
    ----------
    columns : tuple of SampledColumn
        The uncertain numbers, in the order of the values.
    correlations : tuple of (group, group, rho)
        Spearman rank correlations.
    sampler : str
        random, lhs or sobol.
    seed : int
        Any whole number, 0 included.
    block : int
        Runs over which a Latin hypercube is stratified: run i is row i modulo `block` of hypercube
        i // block. Normally the size of the batch.
    """

    columns: tuple[SampledColumn, ...]
    correlations: tuple[tuple[str, str, float], ...]
    sampler: str
    seed: int
    block: int

    @property
    def groups(self) -> tuple[str, ...]:
        """Dimensions of the cube in alphabetical order, so that the order of a file changes nothing."""
        return tuple(sorted({_group(column) for column in self.columns if column.kind != "fixed"}))

    def cube(self, first: int, last: int) -> Floats:
        """Quantiles of runs first .. last-1, shape (runs, groups), before any correlation."""
        return self._quantiles(self.groups, first, last)

    def _quantiles(self, groups: Sequence[str], first: int, last: int) -> Floats:
        cube = np.empty((last - first, len(groups)))
        for j, group in enumerate(groups):
            if self.sampler == "lhs":
                cube[:, j] = self._lhs(group, first, last)
            elif self.sampler == "sobol":
                cube[:, j] = sobol(self.seed, group, first, last)
            else:
                cube[:, j] = uniforms(self.seed, group, first, last)
        return cube

    def values(self, first: int, last: int) -> Floats:
        """Values of runs first .. last-1, shape (runs, columns)."""
        groups = self.groups
        quantiles = correlated(self.cube(first, last), groups, self.correlations)
        rank = {group: j for j, group in enumerate(groups)}
        values = np.empty((last - first, len(self.columns)))
        smooth = self._betas(quantiles, rank)
        for j, column in enumerate(self.columns):
            group = _group(column)
            if _is_pert(column):
                low, _, high = column.args
                found = low + (high - low) * smooth[group, *beta.shape(*column.args)]
            else:
                u = np.full(last - first, 0.5) if column.kind == "fixed" else quantiles[:, rank[group]]
                found = inverse_cdf(column, np.ascontiguousarray(u))
            values[:, j] = np.clip(found, column.low, column.high)
        return values

    def _betas(self, quantiles: Floats, rank: Mapping[str, int]) -> dict[tuple[str, float, float], Floats]:
        """Beta quantiles by group and shape, all at once: numbers that move together often share both."""
        needed = sorted({(_group(column), *beta.shape(*column.args)) for column in self.columns if _is_pert(column)})
        if not needed:
            return {}
        found = beta.quantiles(quantiles[:, [rank[group] for group, _, _ in needed]], [(a, b) for _, a, b in needed])
        return dict(zip(needed, found.T))

    def _lhs(self, group: str, first: int, last: int) -> Floats:
        within = uniforms(self.seed, group, first, last)
        run = np.arange(first, last, dtype=np.uint64)
        stratum = np.empty(last - first)
        for cube in range(first // self.block, (last - 1) // self.block + 1 if last > first else 0):
            here = run // np.uint64(self.block) == cube
            name = group if cube == 0 else f"{group}\x1f{cube}"
            stratum[here] = permuted(self.seed, name, self.block, run[here] % np.uint64(self.block))
        return np.minimum((stratum + within) / self.block, 1.0 - 2.0**-53)


def _group(column: SampledColumn) -> str:
    return column.group or column.name


def correlated(cube: Floats, groups: Sequence[str], correlations: Sequence[tuple[str, str, float]]) -> Floats:
    """Gaussian copula: quantiles whose Spearman rank correlations are those stated.

    A rank correlation rho of normals belongs to the linear correlation 2 sin(pi rho / 6).

    Raises
    ------
    SupplyriskError
        If no joint distribution has these correlations.
    """
    if not correlations:
        return cube
    from scipy.special import ndtr, ndtri

    column = {name: j for j, name in enumerate(groups)}
    found = cube.copy()
    for named in _linked(correlations, column):
        factor = _factor(named, correlations)
        normal = [ndtri(np.ascontiguousarray(cube[:, column[name]])) for name in named]
        for row, name in enumerate(named):
            # Sums in a fixed order, not a matrix product: a run's bits must not depend on its chunk.
            total = np.zeros(len(cube))
            for k in range(row + 1):
                total += factor[row][k] * normal[k]
            found[:, column[name]] = ndtr(total)
    return np.clip(found, 2.0**-54, 1.0 - 2.0**-53)


def _linked(correlations: Sequence[tuple[str, str, float]], known: Mapping[str, int]) -> list[list[str]]:
    """Names that are correlated with each other, directly or through others; other sets do not touch their draws."""
    sets: list[set[str]] = []
    for a, b, _ in correlations:
        if a in known and b in known and a != b:
            touched = [one for one in sets if a in one or b in one]
            sets = [one for one in sets if one not in touched] + [{a, b}.union(*touched)]
    return sorted(sorted(one) for one in sets)


def _factor(named: Sequence[str], correlations: Sequence[tuple[str, str, float]]) -> list[list[float]]:
    """Cholesky factor of the matrix of linear correlations, by hand: a library's last bits depend on the processor."""
    rank = {name: j for j, name in enumerate(named)}
    matrix = [[1.0 if i == j else 0.0 for j in rank.values()] for i in rank.values()]
    for a, b, rho in correlations:
        if a in rank and b in rank and a != b:
            linear = 2.0 * math.sin(math.pi * rho / 6.0)
            linear = max(-1.0 + 1e-12, min(1.0 - 1e-12, linear))
            matrix[rank[a]][rank[b]] = matrix[rank[b]][rank[a]] = linear
    lower = [[0.0] * len(named) for _ in named]
    for i, row in enumerate(matrix):
        for j in range(i + 1):
            rest = row[j]
            for k in range(j):
                rest -= lower[i][k] * lower[j][k]
            if i != j:
                lower[i][j] = rest / lower[j][j]
            elif rest > 0.0:
                lower[i][i] = math.sqrt(rest)
            else:
                pairs = ", ".join(f"{a} and {b}: {rho:g}" for a, b, rho in correlations if a in rank and b in rank)
                raise SupplyriskError(f"no distribution has all these rank correlations at once ({pairs})")
    return lower


def inverse_cdf(column: SampledColumn, u: Floats) -> Floats:
    """Value of an uncertain number at quantiles `u`."""
    args = column.args
    kind = column.kind
    if kind == "fixed":
        return np.full(len(u), args[0])
    if kind == "uniform":
        return np.asarray(args[0] + (args[1] - args[0]) * u)
    if kind == "triangular":
        return _triangular(u, *args)
    if kind == "pert":
        return _pert(u, *args)
    if kind in ("normal", "lognormal"):
        from scipy.special import ndtri

        normal = args[0] + args[1] * ndtri(u)
        # math.exp, element by element: numpy's may differ in the last bit with length and alignment.
        return np.asarray(normal) if kind == "normal" else np.array([math.exp(x) for x in normal])
    if kind == "discrete":
        edges = np.cumsum(args[1::2])
        chosen = np.searchsorted(edges / edges[-1], u, side="right")
        return np.asarray(args[0::2])[np.minimum(chosen, len(edges) - 1)]
    raise SupplyriskError(f"{column.name}: no distribution is called {kind}")


def _triangular(u: Floats, low: float, mode: float, high: float) -> Floats:
    if high <= low:
        return np.full(len(u), low)
    at_mode = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.where(u < at_mode, rising, falling)


def _pert(u: Floats, low: float, mode: float, high: float) -> Floats:
    """Beta distribution with mean (low + 4 mode + high) / 6."""
    if high <= low:
        return np.full(len(u), low)
    return np.asarray(low + (high - low) * beta.quantiles(u[:, None], [beta.shape(low, mode, high)])[:, 0])


def _is_pert(column: SampledColumn) -> bool:
    """Whether a number has a PERT distribution that is not a point."""
    return column.kind == "pert" and column.args[2] > column.args[0]
