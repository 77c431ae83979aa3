"""How outcomes move with one, two or three things that are varied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np

from ...errors import Position
from ...experiment.designs import Design
from ...language.fields import OneOf, Quantity
from ...language.problems import place
from ...spec.resolved import SampledColumn
from ...spec.variants import Change
from ...units import PLAIN
from ..answer import Answer
from ..axis import Axis, Point, product
from ..base import Fault, OfScenario
from ..cells import Cell

if TYPE_CHECKING:
    from ..found import Found
    from ..load import LoadedStudy

MOST_CELLS = 10_000
MOST_AXES = 3


class Sweep(OfScenario):
    """How outcomes move with one, two or three things that are varied: a curve with its band, a heat map, a table."""

    study: Literal["sweep"]
    """sweep: how outcomes move with one, two or three things that are varied."""

    over: tuple[Axis, ...]
    """What is varied, one to three things."""

    design: Annotated[str, OneOf(("grid", "lhs", "sobol"))] = "grid"
    """`grid`: every value with every other. `lhs` or `sobol`: `points` combinations spread evenly over the ranges, a Latin
    hypercube or scrambled Sobol sequences. Default: grid."""

    points: Annotated[int, Quantity("a number of cells", PLAIN, "64", "", 2, MOST_CELLS, certain=True, whole=True)] = 64
    """Combinations of a design that is no grid. Default: 64."""

    def faults(self, study: LoadedStudy) -> Iterator[Fault]:
        if not 1 <= len(self.over) <= MOST_AXES:
            yield ("over",), f"must name one to {MOST_AXES} things (got {len(self.over)})"
        labels = [axis.label for axis in self.over]
        for index, axis in enumerate(self.over):
            if axis.label in labels[:index]:
                yield ("over", index), f"stands there twice (got {axis.label})"
        size = int(np.prod([axis.size for axis in self.over]))
        if self.design == "grid" and size > MOST_CELLS:
            yield ("over",), f"makes {size:,} cells, at most {MOST_CELLS:,}; give fewer values, or design: sobol"
        if self.design == "grid" and "points" in self.model_fields_set:
            yield ("points",), "is not read in a grid; write design: lhs or sobol"
        known = {arm.name.removeprefix("policy:") for arm in study.resolved["scenario"].scenarios[0].arms}
        for index, arm in enumerate(self.arms):
            if arm.removeprefix("policy:") not in known:
                from ...errors import did_you_mean

                yield ("arms", index), f"no such arm (got {arm}){did_you_mean(arm, sorted(known))}"

    # --- cells ------------------------------------------------------------------------------------
    def cells(self, study: LoadedStudy) -> Sequence[Cell]:
        axes = self._axes(study)
        return [self._cell(study, axes, points) for points in self._combinations(study, axes)]

    def trial(self, study: LoadedStudy) -> Iterable[Cell]:
        """Each value with the first ones of the others, and the last of all: not every one of ten thousand."""
        axes = self._axes(study)
        first = [points[0] for points in axes]
        for number, points in enumerate(axes):
            for point in points:
                yield self._cell(study, axes, [*first[:number], point, *first[number + 1 :]])
        yield self._cell(study, axes, [points[-1] for points in axes])

    def expected(self, study: LoadedStudy) -> int:
        if self.design != "grid":
            return self.points
        return int(np.prod([axis.size for axis in self.over]))

    def _axes(self, study: LoadedStudy) -> list[list[Point]]:
        return [axis.points(study.root, ("over", number)) for number, axis in enumerate(self.over)]

    def _combinations(self, study: LoadedStudy, axes: Sequence[list[Point]]) -> Iterator[list[Point]]:
        if self.design == "grid":
            for places in product([len(points) for points in axes]):
                yield [points[at] for points, at in zip(axes, places, strict=True)]
            return
        columns = tuple(SampledColumn(f"{n}", "", "uniform", (0.0, 1.0), 0.5) for n in range(len(self.over)))
        cube = Design(columns, (), self.design, study.seed, self.points).values(0, self.points)
        for row in cube:
            yield [
                axis.at(float(share), _where(study, number))
                for number, (axis, share) in enumerate(zip(self.over, row, strict=True))
            ]

    def _cell(self, study: LoadedStudy, axes: Sequence[list[Point]], points: Sequence[Point]) -> Cell:
        keys: dict[str, str] = {}
        numbers: dict[str, float] = {}
        changes: list[Change] = []
        for axis, every, point in zip(self.over, axes, points, strict=True):
            keys[axis.label] = point.text
            if name := axis.key(every):
                numbers[name] = point.number
            changes += axis.changes(point)
        return Cell(keys, study.bases["scenario"], tuple(changes), self._chosen(), numbers)

    def _chosen(self) -> tuple[str, ...]:
        """Arms as the scenario calls them."""
        return tuple(
            arm if arm in ("baseline", "scenario") else f"policy:{arm.removeprefix('policy:')}" for arm in self.arms
        )

    # --- words ------------------------------------------------------------------------------------
    def sentences(self, study: LoadedStudy) -> Iterator[str]:
        for axis, points in zip(self.over, self._axes(study), strict=True):
            texts = [point.text for point in points]
            told = ", ".join(texts) if len(texts) <= 8 else f"{texts[0]} to {texts[-1]} in {len(texts)} values"
            yield f"Varies {axis.label} ({', '.join(axis.path)}): {told}."
        if self.design != "grid":
            yield f"Takes {self.points} combinations spread evenly over the ranges ({self.design})."

    def answer(self, found: Found) -> Answer:
        from ..sweeps import sweep_answer

        return sweep_answer(self, found)


def _where(study: LoadedStudy, number: int) -> Position:
    return place(study.root, ("over", number))
