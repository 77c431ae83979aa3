"""What all support of makers has in common: which sites it reaches, and money."""

from __future__ import annotations

from typing import ClassVar

from ..language.context import LowerContext
from ..language.fields import Countries, Products
from .base import Event
from .effects import Effect, Select
from .fields import Money
from .selecting import countries, products


class Support(Event):
    """What all support has in common: sites in some countries making some products."""

    start_optional: ClassVar[bool] = True

    products: Products
    """What the supported sites make."""

    countries: Countries
    """Where the supported sites are."""

    def sites(self, ctx: LowerContext) -> Select:
        """The sites supported."""
        return Select(products(ctx, self.products), origins=countries(ctx, self.countries))

    def money_row(self, ctx: LowerContext, op: str, money: Money, texts: dict[str, str] | None = None) -> Effect:
        """A row whose level is a price."""
        params = {"usd_per_kg": float(money.usd_per_kg)}
        return self.effect(ctx, op, self.sites(ctx), money.amount, params=params, texts=texts)

    def whose(self, ctx: LowerContext) -> str:
        """ "makers of NdPr oxide in United States"."""
        return f"makers of {ctx.say_products(self.products)} in {ctx.say_countries(self.countries, 'all countries')}"


def say_money(ctx: LowerContext, money: Money) -> str:
    """ "110 USD/kg" or "1.5 times the baseline price"."""
    return ctx.say(money.amount, "USD/kg" if money.usd_per_kg else "times the baseline price")
