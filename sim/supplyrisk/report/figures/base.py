"""What a figure is: a name, a sentence that explains it, what it needs, and how it is drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from ..enough import FEWEST_RUNS
from ..run import Run
from ..sketch import Drawn
from ..style import Layout

LANE_OPS = frozenset(
    (
        "close",
        "freeze",
        "quota",
        "tariff",
        "delay",
        "hold",
        "licence",
        "general_licence",
        "leak",
        "enforcement",
        "sourcing",
        "joint_purchase",
    )
)


class ReportFigure(ABC):
    """One kind of figure.

    `needs` names topics of a run, see `topics`: a scenario gets the figure without asking if it has
    them all. `available` says whether the stored tables hold what is drawn.
    """

    name: ClassVar[str]
    explains: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]

    @abstractmethod
    def available(self, run: Run) -> bool:
        """Whether the run's tables hold what the figure draws."""

    @abstractmethod
    def draw(self, run: Run, layout: Layout) -> Drawn:
        """Draw it, inside `style.house_style()`."""


TOPICS: dict[str, str] = {
    "anything": "every run",
    "events": "events that touch supply, trade or use",
    "trade": "events that touch trade between countries",
    "licence": "a licence regime",
    "policies": "at least one policy",
    "uncertainty": "uncertain numbers and at least 30 runs",
    "observations": "observed series to compare with",
}


def topics(run: Run) -> set[str]:
    """What the events of a run touch, in the words of `TOPICS`."""
    found = {"anything"}
    ops = {op for event in run.events for op in event.ops}
    if run.scenario_events:
        found.add("events")
    if ops & LANE_OPS:
        found.add("trade")
    if "licence" in ops:
        found.add("licence")
    if run.policies:
        found.add("policies")
    if run.sampled and run.n_ok >= FEWEST_RUNS:
        found.add("uncertainty")
    if run.observed is not None:
        found.add("observations")
    return found
