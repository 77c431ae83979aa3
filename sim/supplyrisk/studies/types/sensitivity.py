"""What drives an outcome: a screening of every uncertain number, then indices and the number to measure next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from ...language.fields import OneOf, Quantity
from ...units import PLAIN
from ..answer import Answer
from ..base import Fault, OfScenario
from ..cells import Cell
from ..inputs import InputGroup

if TYPE_CHECKING:
    from ..found import Found
    from ..lab import Lab
    from ..load import LoadedStudy

FEWEST_RUNS = 16


class Sensitivity(OfScenario):
    """Which uncertain numbers an outcome hangs on, what chance and the model's own error make of it, and which number to
    measure next."""

    usual_runs: ClassVar[int] = 512
    usual_outcomes: ClassVar[tuple[str, ...]] = (
        "output_at_risk_usd",
        "price_paid_peak_index",
        "shortage_unserved_weeks",
    )

    study: Literal["sensitivity"]
    """sensitivity: which uncertain numbers an outcome hangs on, and which to measure next."""

    groups: tuple[InputGroup, ...] = ()
    """Numbers that are looked at as one. What is in no group stands for itself if the screening finds it important, and
    else goes into a group by kind (stocks that firms hold, who makes how much, ...)."""

    singles: Annotated[int, Quantity("a number of inputs", PLAIN, "6", "", 0, 50, certain=True, whole=True)] = 6
    """How many numbers are looked at one by one: those that the screening finds to move the outcomes most. Default: 6."""

    screening_runs: Annotated[
        int, Quantity("a number of runs", PLAIN, "16", "", 4, 10_000, certain=True, whole=True)
    ] = 16
    """Runs in which each number is drawn anew in the screening. Default: 16."""

    block: Annotated[int, Quantity("a number of runs", PLAIN, "32", "", 8, 10_000, certain=True, whole=True)] = 32
    """Runs over which an input keeps one value, to see how wide the band is while it is known. Default: 32, or half of the
    runs."""

    scale: Annotated[str, OneOf(("value", "rank"))] = "value"
    """`value`: shares of the variance of the outcome itself. `rank`: of its rank among runs, where a few extreme runs
    would else decide. Default: value."""

    @property
    def held_block(self) -> int:
        """Runs of a block; with few runs, and unless the file says otherwise, half of them."""
        return self.block if "block" in self.model_fields_set else min(self.block, self.n_runs // 2)

    def faults(self, study: LoadedStudy) -> Iterator[Fault]:
        from ..readings import inputs_at, runs_one_world

        yield from runs_one_world(study)
        if self.n_runs < FEWEST_RUNS:
            yield ("runs",), f"must be {FEWEST_RUNS} or more, or the intervals say nothing (got {self.n_runs})"
        if self.held_block * 2 > self.n_runs:
            yield ("block",), f"must be at most half of the runs (got {self.block}, with {self.n_runs:,} runs)"
        if len(self.arms) > 1:
            yield ("arms",), f"takes one arm (got {', '.join(self.arms)})"
        inputs = inputs_at(study.bases["scenario"], self)
        if inputs is None:
            from ...errors import did_you_mean

            known = [arm.name.removeprefix("policy:") for arm in study.resolved["scenario"].scenarios[0].arms]
            yield ("arms", 0), f"no such arm (got {self.arms[0]}){did_you_mean(self.arms[0], known)}"
            return
        if not inputs:
            yield ("scenario",), "has no uncertain number; there is nothing to ask"
        for number, group in enumerate(self.groups):
            if group.name in [other.name for other in self.groups[:number]]:
                yield ("groups", number, "name"), f"stands there twice (got {group.name})"
            for place, pattern in enumerate(group.inputs):
                if not any(each.fits((pattern,)) for each in inputs):
                    names = [name for each in inputs for name in (each.name, *(c.name for c in each.columns))]
                    from ...errors import did_you_mean

                    yield (
                        ("groups", number, "inputs", place),
                        f"fits no uncertain number (got {pattern}){did_you_mean(pattern, names)}",
                    )

    # --- cells ------------------------------------------------------------------------------------
    def explore(self, lab: Lab) -> None:
        from ..readings import screening, second_stage

        lab.compute(screening(self, lab.study))
        lab.compute(second_stage(self, lab.found))

    def cells(self, study: LoadedStudy) -> Sequence[Cell]:
        from ..readings import screening

        return screening(self, study)

    def trial(self, study: LoadedStudy) -> Iterable[Cell]:
        return [Cell({}, study.bases["scenario"])]

    def expected(self, study: LoadedStudy) -> int:
        from ..inputs import KINDS
        from ..readings import inputs_at

        return (
            1 + len(inputs_at(study.bases["scenario"], self) or ()) + 2 * (self.singles + len(self.groups) + len(KINDS))
        )

    def sentences(self, study: LoadedStudy) -> Iterator[str]:
        from ..readings import inputs_at

        inputs = inputs_at(study.bases["scenario"], self) or []
        yield (
            f"Draws each of {len(inputs)} uncertain numbers (or sets that move together) anew in {self.screening_runs} runs, "
            f"to find the {self.singles} that move the outcomes most."
        )
        yield (
            f"Draws these one by one, the others by group, and chance anew in {self.n_runs:,} runs each: how much of the "
            "spread each makes, alone and together with others."
        )
        yield (
            f"Holds each of them over blocks of {self.held_block} runs: how much narrower the 80 % band would be if it were known."
        )
        for group in self.groups:
            names = [each.label for each in inputs if each.fits(group.inputs)]
            told = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
            yield f"Group {group.name}: {told}."

    def answer(self, found: Found) -> Answer:
        from ..sensitivities import sensitivity_answer

        return sensitivity_answer(self, found)
