"""Projects that come late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Duration, Name
from ..base import Event, Fault, Group
from ..effects import Effect, Select
from ..example import Example, row


class ProjectDelay(Event):
    """A project that has not started yet is put back (permit, lawsuit, equipment withheld)."""

    group: ClassVar[Group] = "supply"

    profiled: ClassVar[bool] = False
    repeatable: ClassVar[bool] = False

    type: Literal["project_delay"]
    """project_delay"""

    project: Name
    """Name of the capacity_project or recycling event."""

    by: Duration
    """How much later it starts."""

    def faults(self) -> Iterator[Fault]:
        if self.by == 0.0:
            yield ("by",), "delays nothing (got 0)"

    def what(self, ctx: LowerContext) -> str:
        return f"{self.project!r}, if it has not started by then, is put back by {ctx.say(self.by, 'days')}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "project_delay", Select(), self.by, texts={"project": self.project})

    example: ClassVar[Example] = Example(
        """
        project: texas_separation
        by: 1 year
        start: 2026-01-01
        """,
        sentence="From 1 January 2026, 'texas_separation', if it has not started by then, is put back by 1 year.",
        rows=(row("project_delay", Select(), 365.25, texts={"project": "texas_separation"}),),
        after="capacity_project",
    )
