"""Screening of named buyers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import CertainShare, Countries, Share
from ...language.schedule import Schedule
from ..base import Group, constant
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import Control
from ..words import say_part


class EndUserScreening(Control):
    """Named firms are put on a list and refused, the other users of their sector are served."""

    group: ClassVar[Group] = "controls of exports"

    type: Literal["end_user_screening"]
    """end_user_screening"""

    origins: Countries
    """Countries that keep the list."""

    destinations: Countries
    """Countries of the firms on the list."""

    listed: CertainShare
    """Share of the selected users' demand that is the listed firms'. (One number: it decides which firms buy
    for themselves in the model.)"""

    refused: Schedule[Share] = constant(1.0)
    """Share of the listed firms' normal purchases that is refused. Default: 100 %."""

    def select(self, ctx: LowerContext) -> Select:
        """Lanes to the listed firms alone."""
        return replace(super().select(ctx), entity_share=self.listed)

    def what(self, ctx: LowerContext) -> str:
        users = ctx.say_end_uses(self.end_uses, "all users")
        return (
            f"{self.sellers_do(ctx, 'refuses')} {say_part(ctx, self.refused)}exports of "
            f"{ctx.say_products(self.products)} to listed firms ({ctx.say(self.listed, 'share')} of the demand of "
            f"{users} in {ctx.say_countries(self.destinations)})"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "close", self.select(ctx), self.refused)

    example: ClassVar[Example] = Example(
        """
        origins: CN
        destinations: US
        products: ht_magnet
        end_uses: defence
        listed: 15 %
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, China refuses exports of high-temperature (Dy/Tb-bearing) NdFeB magnets to listed
        firms (15 % of the demand of defence in the United States).
        """,
        rows=(
            row(
                "close",
                Select(
                    products=("ht_magnet",),
                    origins=("CN",),
                    destinations=("US",),
                    end_uses=("defence",),
                    entity_share=0.15,
                ),
                1.0,
            ),
        ),
    )
