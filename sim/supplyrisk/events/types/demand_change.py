"""Demand that changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Change, Flag
from ...language.schedule import Schedule
from ..base import Fault, Group
from ..effects import Effect, Select
from ..example import Example, row
from ..users import UserEvent
from ..words import say_schedule


class DemandChange(UserEvent):
    """Users want more or less than in the baseline, prices apart."""

    group: ClassVar[Group] = "demand"

    type: Literal["demand_change"]
    """demand_change"""

    change: Schedule[Change]
    """Change of demand (10 % = a tenth more, -20 % = a fifth less); may change over time."""

    lasts: Flag = False
    """Whether it is known to last (`yes`). Default: no, users and makers take it for passing and get used to it in time
    (`demand_memory_weeks` of the world)."""

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        over = next((key for key in ("end", "duration") if getattr(self, key) is not None), "")
        if self.lasts and over:
            yield ("lasts",), f"says that it is known to last, but {over} ends it; leave one of the two out"

    def what(self, ctx: LowerContext) -> str:
        level = say_schedule(ctx, self.change, "share")
        known = " and is known to stay so" if self.lasts else ""
        return f"demand of {self.who(ctx)} for {ctx.say_products(self.products)} changes by {level}{known}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        params = {"lasts": float(self.lasts)}
        yield self.effect(ctx, "demand", self.users(ctx), self.change, params=params)

    example: ClassVar[Example] = Example(
        """
        products: ht_magnet
        end_uses: ev_traction
        change: 20 %
        start: 2026-01-01
        lasts: yes
        """,
        sentence="""
        From 1 January 2026, demand of electric-vehicle traction for high-temperature (Dy/Tb-bearing) NdFeB
        magnets changes by 20 % and is known to stay so.
        """,
        rows=(row("demand", Select(products=("ht_magnet",), end_uses=("ev_traction",)), 0.2, params={"lasts": 1.0}),),
    )
