"""New users."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, EndUses, Products, Rate
from ...language.schedule import Schedule
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..users import UserEvent
from ..words import say_schedule


class NewDemand(UserEvent):
    """New users appear, in tonnes a year."""

    group: ClassVar[Group] = "demand"

    type: Literal["new_demand"]
    """new_demand"""

    products: Products
    """Products used."""

    countries: Countries
    """Countries of the new users; a country that has none of this end use gets them."""

    end_uses: EndUses
    """End uses they belong to."""

    amount: Schedule[Rate]
    """Demand added by all of them together (t/yr); may grow over time, or use `profile: ramp over 3 years`."""

    def what(self, ctx: LowerContext) -> str:
        level = say_schedule(ctx, self.amount, "t/yr")
        return f"new demand of {self.who(ctx)} for {ctx.say_products(self.products)} adds {level}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "new_demand", self.users(ctx), self.amount)

    example: ClassVar[Example] = Example(
        """
        products: standard_magnet
        countries: IN
        end_uses: ev_traction
        amount: 2 kt/yr
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, new demand of electric-vehicle traction in India for standard NdFeB magnets adds
        2,000 t/yr.
        """,
        rows=(
            row(
                "new_demand",
                Select(products=("standard_magnet",), destinations=("IN",), end_uses=("ev_traction",)),
                2000.0,
            ),
        ),
    )
