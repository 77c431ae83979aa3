"""Export bans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Share
from ...language.schedule import Schedule
from ..base import Group, constant
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import Control
from ..words import say_part


class ExportBan(Control):
    """A country stops exports of some products, altogether or to some buyers."""

    group: ClassVar[Group] = "controls of exports"

    type: Literal["export_ban"]
    """export_ban"""

    origins: Countries
    """Countries that forbid the export."""

    share: Schedule[Share] = constant(1.0)
    """Share of the normal flow that is stopped; may change over time. Default: 100 %."""

    def what(self, ctx: LowerContext) -> str:
        much = say_part(ctx, self.share)
        return f"{self.sellers_do(ctx, 'stops')} {much}exports of {self.goods(ctx)}{self.to_buyers(ctx)}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "close", self.select(ctx), self.share)

    example: ClassVar[Example] = Example(
        """
        origins: CN
        products: refining
        start: 2026-01-01
        duration: 12 months
        end_announced: yes
        """,
        sentence="""
        From 1 January 2026 for 1 year, China stops exports of all refining products; buyers know that it ends
        on 1 January 2027.
        """,
        rows=(row("close", Select(products=("ndpr_oxide", "dytb_oxide"), origins=("CN",)), 1.0),),
    )
