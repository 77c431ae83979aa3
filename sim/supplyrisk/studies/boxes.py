"""Boxes in the space of inputs in which something happens far more often than elsewhere, and a tree as second opinion.

PRIM, the patient rule induction method (Friedman & Fisher 1999, "Bump hunting in high-dimensional data"), as used to
discover scenarios (Bryant & Lempert 2010, "Thinking inside the box"): from the whole space a thin slice of one input is
peeled off at a time, the one whose loss leaves the most cases per run; then restrictions that cost nothing are taken back.

Symbols: x inputs (runs, inputs), y whether a run is a case, n runs in a box of which h are cases.

- density  h / n: how often it happens in the box;
- coverage h / (all cases): how many of the cases the box holds;
- quasi-p of a restriction: the chance of h or more cases in n runs if it happened as often as in the box without that
  restriction (binomial). Quasi, as the box was chosen on the same runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
PATIENCE = 0.05  # share of the runs in the box that is peeled off at a time
FEWEST = 0.03  # share of all runs that a box holds at least
MOST_INPUTS = 25  # that are tried: those by which cases differ most from the others
WORTH = 0.02  # density that a restriction must add, or it is taken back
SIGNIFICANT = 0.05
STABLE = 0.7  # share of resamples in which a restriction must come back
RESAMPLES = 24


@dataclass(frozen=True)
class Box:
    """Limits by input; ±inf where there is none."""

    limits: Mapping[int, tuple[float, float]] = field(default_factory=dict)

    def holds(self, x: Floats, without: int = -1) -> Flags:
        """Runs inside, with one restriction left out."""
        inside = np.ones(len(x), dtype=bool)
        for j, (low, high) in self.limits.items():
            if j != without:
                inside &= (x[:, j] >= low) & (x[:, j] <= high)
        return inside

    def only(self, keep: Sequence[int]) -> Box:
        """The box with some of its restrictions."""
        return Box({j: ends for j, ends in self.limits.items() if j in keep})

    @property
    def sides(self) -> set[tuple[int, int]]:
        """Restrictions as (input, -1 for an upper limit, +1 for a lower one)."""
        return {
            (j, side)
            for j, (low, high) in self.limits.items()
            for side, there in ((1, np.isfinite(low)), (-1, np.isfinite(high)))
            if there
        }


@dataclass(frozen=True)
class Count:
    """Runs and cases in a box."""

    n: int
    h: int
    cases: int

    @property
    def density(self) -> float:
        return self.h / self.n if self.n else 0.0

    @property
    def coverage(self) -> float:
        return self.h / self.cases if self.cases else 0.0

    @property
    def score(self) -> float:
        """Harmonic mean of density and coverage: high only where both are."""
        total = self.density + self.coverage
        return 2.0 * self.density * self.coverage / total if total else 0.0


def count(box: Box, x: Floats, y: Flags, without: int = -1) -> Count:
    """Runs and cases in a box, of the runs given."""
    inside = box.holds(x, without)
    return Count(int(inside.sum()), int((inside & y).sum()), int(y.sum()))


def telling(x: Floats, y: Flags, most: int = MOST_INPUTS) -> list[int]:
    """Inputs whose ranks differ most between cases and other runs, the most telling first."""
    if not y.any() or y.all():
        return []
    order = np.argsort(np.argsort(x, axis=0, kind="stable"), axis=0, kind="stable") / max(len(x) - 1, 1)
    # Beside the mean the spread, so that an input that tells in the middle of its range is seen as well.
    apart = np.abs(order[y].mean(axis=0) - order[~y].mean(axis=0))
    apart = np.maximum(
        apart, 2.0 * np.abs(((order[y] - 0.5) ** 2).mean(axis=0) - ((order[~y] - 0.5) ** 2).mean(axis=0))
    )
    varies = np.ptp(x, axis=0) > 0
    return [int(j) for j in np.argsort(-apart, kind="stable") if varies[j]][:most]


def peel(x: Floats, y: Flags, inputs: Sequence[int]) -> list[Box]:
    """The boxes passed on the way from all runs to the smallest box."""
    box, boxes = Box(), [Box()]
    inside = np.arange(len(x))
    least = max(int(FEWEST * len(x)), 10)
    while len(inside) > least and y[inside].any() and not y[inside].all():
        best: tuple[float, int, float, float, NDArray[np.intp]] | None = None
        for j in inputs:
            column = x[inside, j]
            low, high = np.quantile(column, (PATIENCE, 1.0 - PATIENCE))
            for ends, keep in (((low, np.inf), column > low), ((-np.inf, high), column < high)):
                rest = inside[keep]
                if least <= len(rest) < len(inside):
                    density = float(y[rest].mean())
                    if best is None or density > best[0]:
                        # The limit is the outermost run that stays.
                        edge = (
                            (float(column[keep].min()), np.inf)
                            if ends[1] == np.inf
                            else (-np.inf, float(column[keep].max()))
                        )
                        best = density, j, *edge, rest
        if best is None:
            break
        _, j, low, high, inside = best
        old = box.limits.get(j, (-np.inf, np.inf))
        box = Box({**box.limits, j: (max(old[0], low), min(old[1], high))})
        boxes.append(box)
    return boxes


def pruned(box: Box, x: Floats, y: Flags) -> Box:
    """A box without the restrictions that add next to nothing, the least useful first."""
    while len(box.limits) > 1:
        here = count(box, x, y).density
        lost = {j: here - count(box, x, y, without=j).density for j in box.limits}
        j = min(lost, key=lost.__getitem__)
        if lost[j] >= WORTH and quasi_p(box, x, y, j) < SIGNIFICANT:
            break
        box = box.only([each for each in box.limits if each != j])
    return box


def quasi_p(box: Box, x: Floats, y: Flags, j: int) -> float:
    """Chance of so many cases in the box if input `j` did not matter."""
    from scipy.stats import binom

    here, wider = count(box, x, y), count(box, x, y, without=j)
    return float(binom.sf(here.h - 1, here.n, wider.density)) if here.n else 1.0


def find_box(x: Floats, y: Flags) -> Box:
    """The box on the way with the best of density and coverage together, without needless restrictions."""
    boxes = peel(x, y, telling(x, y))
    return pruned(max(boxes, key=lambda box: count(box, x, y).score), x, y)


def stability(x: Floats, y: Flags, box: Box, seed: int, resamples: int = RESAMPLES) -> dict[int, float]:
    """Input -> share of resamples (half of the runs each) in which the box restricts it on the same side."""
    random = np.random.default_rng(seed)
    seen = dict.fromkeys(box.limits, 0)
    for _ in range(resamples):
        some = np.sort(random.choice(len(x), len(x) // 2, replace=False))
        sides = find_box(x[some], y[some]).sides
        for j in box.limits:
            seen[j] += {each for each in box.sides if each[0] == j} <= sides
    return {j: times / max(resamples, 1) for j, times in seen.items()}


# --- a tree -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    """A leaf: the conditions that lead to it, and runs and cases there."""

    box: Box
    n: int
    h: int

    @property
    def density(self) -> float:
        return self.h / self.n if self.n else 0.0


def tree(x: Floats, y: Flags, depth: int = 3, cuts: int = 24) -> list[Leaf]:
    """A classification tree (Breiman et al. 1984) by Gini impurity, its leaves with the most cases per run first."""
    least = max(int(FEWEST * len(x)), 10)
    inputs = telling(x, y)
    leaves: list[Leaf] = []
    todo = [(Box(), np.arange(len(x)), 0)]
    while todo:
        box, inside, level = todo.pop()
        split = _split(x, y, inside, inputs, least, cuts) if level < depth else None
        if split is None:
            leaves.append(Leaf(box, len(inside), int(y[inside].sum())))
            continue
        j, at = split
        low, high = box.limits.get(j, (-np.inf, np.inf))
        below = x[inside, j] <= at
        todo.append((Box({**box.limits, j: (low, at)}), inside[below], level + 1))
        todo.append((Box({**box.limits, j: (float(np.nextafter(at, np.inf)), high)}), inside[~below], level + 1))
    return sorted(leaves, key=lambda leaf: (-leaf.density, -leaf.n))


def _split(
    x: Floats, y: Flags, inside: NDArray[np.intp], inputs: Sequence[int], least: int, cuts: int
) -> tuple[int, float] | None:
    """The cut that leaves the least Gini impurity; None if none lowers it."""
    cases = y[inside]
    n, h = len(inside), int(cases.sum())
    best, chosen = 2.0 * h * (n - h) / n - 1e-9, None
    for j in inputs:
        column = x[inside, j]
        for at in np.unique(np.quantile(column, np.linspace(0, 1, cuts + 2)[1:-1])):
            below = column <= at
            a, b = int(below.sum()), int(cases[below].sum())
            if a < least or n - a < least:
                continue
            impurity = 2.0 * b * (a - b) / a + 2.0 * (h - b) * (n - a - h + b) / (n - a)
            if impurity < best:
                best, chosen = impurity, (int(j), float(at))
    return chosen
