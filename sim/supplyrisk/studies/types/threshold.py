"""Break-even: the smallest or largest value at which a criterion holds in a wanted share of the runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np

from ...errors import did_you_mean
from ...language.fields import OneOf, Quantity, Text
from ...language.names import Names
from ...language.problems import place
from ...language.text import Node
from ...measures.aggregate import ALL
from ...units import PLAIN, SHARE
from ..answer import Answer
from ..axis import Axis, End, Point, number_of, unit_of, value_text
from ..base import Fault, OfScenario
from ..cells import Cell, Selection
from ..criterion import Criterion, reported
from ..crossing import Floats, Target, search

if TYPE_CHECKING:
    from ...spec.resolved import World
    from ..found import Found, Placed
    from ..lab import Lab
    from ..load import LoadedStudy

FINEST = 100  # steps of the range if the file names no tolerance
MOST_STEPS = 100_000
UP = ("smallest", "earliest")

Resamples = Annotated[int, Quantity("a number of resamples", PLAIN, "1000", "", 100, 100_000, certain=True, whole=True)]


class Threshold(OfScenario):
    """Break-even: the smallest size, earliest date or largest share at which a criterion holds in a share of the runs."""

    usual_runs: ClassVar[int] = 200

    study: Literal["threshold"]
    """threshold: the smallest or largest value at which a criterion holds in a share of the runs."""

    vary: Axis
    """What is varied. With `range` the answer is found by halving, with `values` all of them are tried."""

    criterion: Criterion
    """What has to hold in a run."""

    in_share_of_runs: Annotated[float, Quantity("a share", SHARE, "90 %", "share", 0.01, 0.99, certain=True)] = 0.9
    """Share of the runs in which it has to hold. Default: 90 %."""

    find: Annotated[str, OneOf(("smallest", "largest", "earliest", "latest"))] = "smallest"
    """Which value is wanted: the `smallest` (or `earliest`) at which the criterion holds, or the `largest` (`latest`).
    Default: smallest."""

    arm: Text = "scenario"
    """Arm in which it has to hold: `scenario`, `baseline`, or the name of a policy. Default: scenario."""

    tolerance: Annotated[str, End()] = ""
    """How finely the answer is wanted, in the unit of the range; values tried are multiples of it. Default: a hundredth of
    the range."""

    resamples: Resamples = 1000
    """Times the runs are drawn again for the interval of the answer. Default: 1000."""

    # --- faults -----------------------------------------------------------------------------------
    def faults(self, study: LoadedStudy) -> Iterator[Fault]:
        scenario = study.resolved["scenario"]
        known = {arm.name.removeprefix("policy:") for arm in scenario.scenarios[0].arms}
        if self.arm not in known:
            yield ("arm",), f"no such arm (got {self.arm}){did_you_mean(self.arm, sorted(known))}"
        fault = self.criterion.fault(reported(scenario))
        if fault is not None:
            yield ("criterion", fault[0]), fault[1]
        numbers = [point.number for point in self.vary.points(study.root, ("vary",))]
        if np.isnan(numbers).any() or (self.vary.values and self.vary.unit(self._points(study)) is None):
            yield ("vary", "values"), "must be numbers of one unit, or dates: an order is needed to find the smallest"
        elif len(set(numbers)) < 2:
            yield ("vary", "values"), "needs two different values at least"
        if self.tolerance:
            yield from self._tolerance_faults()

    def _tolerance_faults(self) -> Iterator[Fault]:
        spread = self.vary.range
        if spread is None:
            yield ("tolerance",), "is not read where values are listed"
            return
        unit = unit_of(spread.low)
        wanted = "days" if unit == "date" else unit
        step = number_of(self.tolerance)
        if unit_of(self.tolerance) != wanted:
            yield ("tolerance",), f"must be in {wanted or 'the plain numbers of the range'} (got {self.tolerance})"
        elif not 0 < step <= (number_of(spread.high) - number_of(spread.low)) / 2:
            yield ("tolerance",), f"must be more than 0 and at most half of the range (got {self.tolerance})"
        elif (number_of(spread.high) - number_of(spread.low)) / step > MOST_STEPS:
            yield ("tolerance",), f"makes more than {MOST_STEPS:,} steps of the range (got {self.tolerance})"

    # --- the lattice ------------------------------------------------------------------------------
    def _points(self, study: LoadedStudy) -> list[Point]:
        return self.vary.points(study.root, ("vary",))

    def lattice(self, study: LoadedStudy) -> list[Point]:
        """Values that may be tried, in order."""
        spread = self.vary.range
        if spread is None:
            return sorted(self._points(study), key=lambda point: point.number)
        low, high = number_of(spread.low), number_of(spread.high)
        step = number_of(self.tolerance) if self.tolerance else (high - low) / FINEST
        if unit_of(spread.low) == "date":
            step = max(1.0, round(step))
        count = max(1, int((high - low) / step + 1e-9))
        numbers = [low + number * step for number in range(count + 1)]
        if high - numbers[-1] > 1e-9 * (high - low):
            numbers.append(high)
        at = place(study.root, ("vary", "range"))
        texts = [value_text(number, spread.low, spread.high) for number in numbers]
        return [Point(text, Node(text, at), number_of(text)) for text in texts]

    def target(self, study_seed: int, last: int) -> Target:
        """What is looked for on the lattice."""
        return Target(self.in_share_of_runs, self.find in UP, last, self.resamples, study_seed)

    def _first(self, points: Sequence[Point]) -> list[int]:
        """Values to begin with: all of a list, the steps of a range."""
        if self.vary.range is None:
            return list(range(len(points)))
        return sorted({round(x) for x in np.linspace(0, len(points) - 1, self.vary.range.steps)})

    # --- cells ------------------------------------------------------------------------------------
    def _cell(self, study: LoadedStudy, point: Point) -> Cell:
        name = self.vary.key(self._points(study))
        arm = self.arm if self.arm in ("baseline", "scenario") else f"policy:{self.arm}"
        changes = self.vary.changes(point)
        return Cell({self.vary.label: point.text}, study.bases["scenario"], changes, (arm,), {name: point.number})

    def trial(self, study: LoadedStudy) -> Iterable[Cell]:
        points = self.lattice(study)
        return [self._cell(study, points[number]) for number in self._first(points)]

    def expected(self, study: LoadedStudy) -> int:
        points = self.lattice(study)
        first = self._first(points)
        if self.vary.range is None:
            return len(first)
        return len(first) + 3 * int(np.ceil(np.log2(max(2, len(points) / max(1, len(first) - 1)))))

    def explore(self, lab: Lab) -> None:
        """Coarse values first, then the middles of the gaps in which the answer and its interval lie."""
        points = self.lattice(lab.study)

        def evaluate(numbers: Sequence[int]) -> list[Floats]:
            before = len(lab.found.placed)
            lab.compute([self._cell(lab.study, points[number]) for number in numbers])
            return [self.held(lab.found, placed) for placed in self.mine(lab.found.placed[before:])]

        search(evaluate, self.target(lab.seed, len(points) - 1), self._first(points))

    def mine(self, placed: Sequence[Placed]) -> list[Placed]:
        """Cells in the world whose product the criterion is about (the first, if that is said of none)."""
        worlds = list(dict.fromkeys(each.world.name for each in placed))
        having = {
            each.world.name for each in placed if any(p.id == self.criterion.product for p in each.world.products)
        }
        chosen = next((world for world in worlds if world in having), worlds[0])
        return [each for each in placed if each.world.name == chosen]

    def held(self, found: Found, placed: Placed) -> Floats:
        """Per run whether the criterion holds in a cell."""
        return self.criterion.holds(
            self.values(found, placed), found.inputs(placed, next(iter(placed.units))).values[:, 0]
        )

    def values(self, found: Found, placed: Placed) -> Floats:
        """The criterion's outcome in a cell, run by run."""
        name = self.criterion
        return found.values(placed, next(iter(placed.units)), name.outcome, name.product, name.place, name.end_use)

    def kept_outcomes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.criterion.outcome, *(self.outcomes or self.usual_outcomes))))

    def selection(self, names: Names) -> Selection:
        usual = super().selection(names)
        places = (*usual.places, self.criterion.place) if usual.places else ()
        uses = (*usual.end_uses, self.criterion.end_use)
        product = self.criterion.product
        products = (*usual.products, product) if usual.products else ()
        return Selection(usual.metrics, products, tuple(dict.fromkeys(places)), tuple(dict.fromkeys(uses)))

    # --- words ------------------------------------------------------------------------------------
    def sentences(self, study: LoadedStudy) -> Iterator[str]:
        points = self.lattice(study)
        axis = self.vary
        yield f"Varies {axis.label} ({', '.join(axis.path)}) from {points[0].text} to {points[-1].text}."
        yield (
            f"Looks for the {self.find} value at which {self.criterion_said()} holds in at least {100 * self.in_share_of_runs:g} % of "
            f"the runs of {self.arm.replace('_', ' ')}."
        )
        if axis.range is not None:
            step = points[1].number - points[0].number
            dated = unit_of(points[0].text) == "date"
            fine = (
                f"{step:g} day{'' if step == 1 else 's'}" if dated else value_text(step, points[0].text, points[1].text)
            )
            yield f"Tries {len(self._first(points))} values, then halves the gaps until the answer is known to within {fine}."

    def criterion_said(self, world: World | None = None) -> str:
        """ "weeks of use physically missing (ht_magnet, JP) at most 2 weeks"; with a world the names it has for them."""
        from ..words import outcome_said, place_said, product_said

        criterion = self.criterion
        product, at, use = criterion.product, criterion.place, criterion.end_use
        if world is not None:
            product = product if product == ALL else product_said(world, product)
            at, use = place_said(world, at), next((each.name for each in world.end_uses if each.id == use), use)
        of = [name for name in (product, at, use) if name != ALL]
        bound = f"at most {criterion.at_most}" if criterion.at_most else f"at least {criterion.at_least}"
        return f"{outcome_said(criterion.outcome)} ({', '.join(of)}) {bound}"

    def answer(self, found: Found) -> Answer:
        from ..thresholds import threshold_answer

        return threshold_answer(self, found)
