"""Choice of suppliers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Factor
from ...language.schedule import Schedule
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import LaneEvent
from ..words import say_schedule


class DiversifiedSourcing(LaneEvent):
    """Buyers prefer some suppliers over others more than price alone would make them."""

    group: ClassVar[Group] = "answers"

    start_optional: ClassVar[bool] = True

    type: Literal["diversified_sourcing"]
    """diversified_sourcing"""

    origins: Countries
    """Suppliers whose weight changes."""

    preference: Schedule[Factor]
    """Weight of these suppliers relative to today's (0.5 = half as much as their share would give them, 2 = twice);
    all shares then add up to one again."""

    def what(self, ctx: LowerContext) -> str:
        buyers = ctx.say_countries(self.destinations, "buyers everywhere")
        return (
            f"{buyers} {'weighs' if len(self.destinations) == 1 else 'weigh'} suppliers of {self.goods(ctx)} in {self.sellers(ctx)} at "
            f"{say_schedule(ctx, self.preference)} times their share"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "sourcing", self.select(ctx), self.preference, neutral=1.0)

    example: ClassVar[Example] = Example(
        """
        origins: CN
        destinations: JP
        products: ndpr_oxide
        preference: 0.5
        start: 2026-01-01
        """,
        sentence="From 1 January 2026, Japan weighs suppliers of NdPr oxide in China at 0.5 times their share.",
        rows=(row("sourcing", Select(products=("ndpr_oxide",), origins=("CN",), destinations=("JP",)), 0.5),),
    )
