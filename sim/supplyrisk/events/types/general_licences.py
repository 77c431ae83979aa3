"""General licences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Share
from ...language.schedule import Schedule
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import LaneEvent
from ..words import say_schedule


class GeneralLicences(LaneEvent):
    """General licences are agreed: a share of a trade under licence leaves the queue."""

    group: ClassVar[Group] = "answers"

    type: Literal["general_licences"]
    """general_licences"""

    origins: Countries
    """Countries whose offices issue them."""

    share: Schedule[Share]
    """Share of the trade that needs no single licence any more; may grow over time."""

    def what(self, ctx: LowerContext) -> str:
        return (
            f"general licences of {ctx.say_countries(self.origins, 'every country')} cover "
            f"{say_schedule(ctx, self.share, 'share')} of the trade in {self.goods(ctx)}{self.to_buyers(ctx)}"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "general_licence", self.select(ctx), self.share)

    example: ClassVar[Example] = Example(
        """
        origins: CN
        destinations: EU
        products: ht_magnet
        share: 30 %
        start: 2026-06-01
        """,
        sentence="""
        From 1 June 2026, general licences of China cover 30 % of the trade in high-temperature (Dy/Tb-bearing)
        NdFeB magnets to the EU.
        """,
        rows=(
            row("general_licence", Select(products=("ht_magnet",), origins=("CN",), destinations=("DE", "REU")), 0.3),
        ),
        after="licence_regime",
    )
