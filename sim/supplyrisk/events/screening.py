"""Screening of named buyers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from ..language.context import LowerContext
from ..language.fields import CertainShare, Countries, Share
from ..language.schedule import Schedule
from .base import constant, say_part
from .effects import Effect, Select
from .lanes import Control


class EndUserScreening(Control):
    """Named firms are put on a list and refused, the other users of their sector are served."""

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
