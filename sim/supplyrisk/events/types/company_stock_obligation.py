"""Stocks that firms must hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, EndUses, Products, StockTime
from ...language.schedule import Schedule
from ..base import Event, Fault, Group
from ..effects import Effect, Select
from ..example import Example, row
from ..selecting import countries, end_uses, products
from ..words import say_schedule


class CompanyStockObligation(Event):
    """Firms must hold at least so much stock. Give `profile: ramp over 1 year` for a phase-in."""

    group: ClassVar[Group] = "answers"

    start_optional: ClassVar[bool] = True

    type: Literal["company_stock_obligation"]
    """company_stock_obligation"""

    products: Products
    """Products to be held."""

    countries: Countries
    """Countries whose users are obliged."""

    end_uses: EndUses = ()
    """End uses obliged. Default: all."""

    cover: Schedule[StockTime]
    """Least stock, as time of the user's own normal use."""

    def faults(self) -> Iterator[Fault]:
        if self.cover.constant and self.cover.first() == 0.0:
            yield ("cover",), "obliges to nothing (got 0)"

    def what(self, ctx: LowerContext) -> str:
        users = f"{ctx.say_end_uses(self.end_uses, 'users')} in {ctx.say_countries(self.countries)}"
        return (
            f"{users} must hold at least {say_schedule(ctx, self.cover, 'days')} of use of "
            f"{ctx.say_products(self.products)}"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        select = Select(
            products(ctx, self.products),
            destinations=countries(ctx, self.countries),
            end_uses=end_uses(ctx, self.end_uses),
        )
        yield self.effect(ctx, "cover_obligation", select, self.cover, scale=1 / 7)

    example: ClassVar[Example] = Example(
        """
        countries: EU
        products: ht_magnet
        cover: 26 weeks
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, users in the EU must hold at least 26 weeks of use of high-temperature
        (Dy/Tb-bearing) NdFeB magnets.
        """,
        rows=(row("cover_obligation", Select(products=("ht_magnet",), destinations=("DE", "REU")), 26.0),),
    )
