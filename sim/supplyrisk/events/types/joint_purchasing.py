"""Countries that buy as one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Products
from ..base import Event, Group
from ..effects import Effect, Select
from ..example import Example, row
from ..selecting import countries, products
from ..words import verb


class JointPurchasing(Event):
    """Several countries buy as one and share what they get by need instead of bidding each other up."""

    group: ClassVar[Group] = "answers"

    start_optional: ClassVar[bool] = True
    profiled: ClassVar[bool] = False

    type: Literal["joint_purchasing"]
    """joint_purchasing"""

    countries: Countries
    """Countries that buy together."""

    products: Products = ()
    """Products bought together. Default: all."""

    def what(self, ctx: LowerContext) -> str:
        who = f"{ctx.say_countries(self.countries)} {verb(self.countries, 'buys')}"
        return f"{who} {ctx.say_products(self.products)} together and share by need"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        select = Select(products(ctx, self.products), destinations=countries(ctx, self.countries))
        yield self.effect(ctx, "joint_purchase", select, 1.0)

    example: ClassVar[Example] = Example(
        """
        countries: [EU, JP, KR]
        products: dytb_oxide
        start: 2026-01-01
        """,
        sentence="From 1 January 2026, the EU, Japan and South Korea buy Dy/Tb oxide together and share by need.",
        rows=(row("joint_purchase", Select(products=("dytb_oxide",), destinations=("JP", "DE", "REU", "KR")), 1.0),),
    )
