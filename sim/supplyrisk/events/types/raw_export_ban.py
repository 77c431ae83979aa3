"""Bans on exports of ore and concentrate."""

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


class RawExportBan(Control):
    """A mining country keeps its ore and concentrate at home, to have it processed there."""

    group: ClassVar[Group] = "controls of exports"

    type: Literal["raw_export_ban"]
    """raw_export_ban"""

    origins: Countries
    """Mining countries that forbid raw exports."""

    share: Schedule[Share] = constant(1.0)
    """Share of normal raw exports that is stopped. Default: 100 %."""

    def chosen_products(self, ctx: LowerContext) -> tuple[str, ...]:
        """The products named or, by default, those of the world's first stage."""
        if self.products:
            return super().chosen_products(ctx)
        first = ctx.products(("all",))[:1]
        for members in ctx.names.stages.values():
            if set(first) <= set(members):
                return ctx.products(members)
        return first

    def what(self, ctx: LowerContext) -> str:
        much = say_part(ctx, self.share)
        raw = ctx.say_products(self.chosen_products(ctx))
        return f"{self.sellers_do(ctx, 'forbids')} {much}raw exports ({raw}){self.to_buyers(ctx)}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "close", self.select(ctx), self.share)

    example: ClassVar[Example] = Example(
        """
        origins: MM
        products: mining
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, Myanmar forbids raw exports (light rare-earth concentrate and heavy rare-earth
        concentrate).
        """,
        rows=(row("close", Select(products=("light_concentrate", "heavy_concentrate"), origins=("MM",)), 1.0),),
    )
