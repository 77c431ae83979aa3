"""A truce: an event that acts on other events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Flag, Name
from ..base import Fault, Group
from ..effects import Effect, Select
from ..example import Example, row
from ..fields import AsTuple
from ..known import EndKnown


class Suspension(EndKnown):
    """A truce, a deal or a court ruling: other events stand still while this one is in force."""

    group: ClassVar[Group] = "other events"

    profiled: ClassVar[bool] = False

    type: Literal["suspension"]
    """suspension"""

    events: Annotated[tuple[Name, ...], AsTuple]
    """Names of the events suspended. They come back when this one ends, unless they have ended meanwhile."""

    end_announced: Flag = False
    """Whether it is public on which day it ends (`yes`): buyers then know when what is suspended comes back, as they know
    of a rule announced ahead. Default: no."""

    def faults(self) -> Iterator[Fault]:
        if not self.events:
            yield ("events",), "names no event"
        if self.label in self.events:
            yield ("events",), f"{self.label!r} can't suspend itself"

    def what(self, ctx: LowerContext) -> str:
        named = ", ".join(repr(name) for name in self.events)
        return f"{named} {'is' if len(self.events) == 1 else 'are'} suspended"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        for name in self.events:
            yield self.effect(ctx, "suspend", Select(), 1.0, texts={"event": name})

    example: ClassVar[Example] = Example(
        """
        events: export_ban
        start: 2026-11-10
        duration: 1 year
        end_announced: yes
        """,
        sentence="""
        From 10 November 2026 for 1 year, 'export_ban' is suspended; buyers know that it ends on 10 November
        2027.
        """,
        rows=(row("suspend", Select(), 1.0, texts={"event": "export_ban"}),),
        after="export_ban",
    )
