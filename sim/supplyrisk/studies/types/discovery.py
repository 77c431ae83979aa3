"""Under what combination of inputs an outcome crosses a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from ...language.fields import Quantity
from ...units import PLAIN
from ..answer import Answer
from ..base import Fault, OfScenario
from ..cells import Cell
from ..line import Line

if TYPE_CHECKING:
    from ..found import Found
    from ..load import LoadedStudy


class Discovery(OfScenario):
    """Under what combination of uncertain numbers an outcome crosses a line."""

    usual_runs: ClassVar[int] = 2000

    study: Literal["discovery"]
    """discovery: under what combination of uncertain numbers an outcome crosses a line."""

    line: Line
    """The outcome and the line it crosses."""

    boxes: Annotated[int, Quantity("a number of boxes", PLAIN, "2", "", 1, 5, certain=True, whole=True)] = 2
    """How many boxes are looked for at most, each among the runs outside those before. Default: 2."""

    def faults(self, study: LoadedStudy) -> Iterator[Fault]:
        from ...errors import did_you_mean
        from ..discoveries import reported
        from ..readings import inputs_at, runs_one_world

        yield from runs_one_world(study)
        if len(self.arms) > 1:
            yield ("arms",), f"takes one arm (got {', '.join(self.arms)})"
        inputs = inputs_at(study.bases["scenario"], self)
        if inputs is None:
            known = [arm.name.removeprefix("policy:") for arm in study.resolved["scenario"].scenarios[0].arms]
            yield ("arms", 0), f"no such arm (got {self.arms[0]}){did_you_mean(self.arms[0], known)}"
            return
        if not inputs and all(e.probability == 1.0 for e in study.resolved["scenario"].scenarios[0].events):
            yield ("scenario",), "has no uncertain number and no event that may happen; there is nothing to ask"
        yield from self.line.faults(("line",), reported(study, self))

    def kept_outcomes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.line.outcome, *(self.outcomes or self.usual_outcomes))))

    def cells(self, study: LoadedStudy) -> Sequence[Cell]:
        from ..readings import arm_name

        return [Cell({"drawn": "all"}, study.bases["scenario"], arms=(arm_name(self),))]

    def trial(self, study: LoadedStudy) -> Iterable[Cell]:
        return self.cells(study)

    def sentences(self, study: LoadedStudy) -> Iterator[str]:
        from ..discoveries import line_said
        from ..readings import inputs_at

        world = study.resolved["scenario"].scenarios[0].world
        inputs = inputs_at(study.bases["scenario"], self) or []
        yield f"Asks in which of {self.n_runs:,} runs {line_said(world, self.line, None)}."
        yield (
            f"Looks for up to {self.boxes} boxes in {len(inputs)} uncertain numbers and the events that may happen, finds them on "
            "half of the runs, tries them on the other half and on resamples, and asks a small tree as a second opinion."
        )

    def answer(self, found: Found) -> Answer:
        from ..discoveries import discovery_answer

        return discovery_answer(self, found)
