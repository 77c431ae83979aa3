"""Events that act on other events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from ..language.context import LowerContext
from ..language.fields import Flag, Name
from .base import Fault
from .effects import Effect, Select
from .fields import AsTuple
from .known import EndKnown


class Suspension(EndKnown):
    """A truce, a deal or a court ruling: other events stand still while this one is in force."""

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
