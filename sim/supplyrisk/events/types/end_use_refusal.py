"""End uses that are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, EndUses, Share
from ...language.schedule import Schedule
from ..base import Group, constant
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import Control
from ..words import say_part


class EndUseRefusal(Control):
    """Goods for some end uses (military users, say) are refused, the rest of the trade goes on."""

    group: ClassVar[Group] = "controls of exports"

    type: Literal["end_use_refusal"]
    """end_use_refusal"""

    origins: Countries
    """Countries that refuse."""

    end_uses: EndUses
    """End uses refused."""

    share: Schedule[Share] = constant(1.0)
    """Share of these users' normal purchases that is refused. Default: 100 %."""

    def what(self, ctx: LowerContext) -> str:
        much = say_part(ctx, self.share)
        return (
            f"{self.sellers_do(ctx, 'refuses')} {much}exports of {ctx.say_products(self.products)} "
            f"for {ctx.say_end_uses(self.end_uses)}{self.to_buyers(ctx)}"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "close", self.select(ctx), self.share)

    example: ClassVar[Example] = Example(
        """
        origins: CN
        products: ht_magnet
        end_uses: defence
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, China refuses exports of high-temperature (Dy/Tb-bearing) NdFeB magnets for
        defence.
        """,
        rows=(row("close", Select(products=("ht_magnet",), origins=("CN",), end_uses=("defence",)), 1.0),),
    )
