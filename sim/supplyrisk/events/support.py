"""Who pays for dear plants: price floors, subsidies, offtake contracts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ..language.context import LowerContext
from ..language.fields import Countries, Products
from .base import Event, countries, products
from .effects import Effect, Select
from .fields import Money, MoneyOf


class _Support(Event):
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


class PriceFloor(_Support):
    """A government pays makers the difference when the price is below a floor."""

    type: Literal["price_floor"]
    """price_floor"""

    floor: MoneyOf
    """Price guaranteed, in USD/kg, or as an index (1.5 = 1.5 times the baseline price). The US-MP Materials contract
    of 2025 guarantees 110 USD/kg of NdPr oxide for 10 years."""

    def what(self, ctx: LowerContext) -> str:
        return f"{self.whose(ctx)} are guaranteed {say_money(ctx, self.floor)}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.money_row(ctx, "price_floor", self.floor)


class Subsidy(_Support):
    """A government pays makers a fixed sum per unit sold, whatever the price."""

    type: Literal["subsidy"]
    """subsidy"""

    amount: MoneyOf
    """Paid per unit sold, in USD/kg, or as a multiple of the baseline price (0.5 = half of it)."""

    def what(self, ctx: LowerContext) -> str:
        return f"{self.whose(ctx)} receive {say_money(ctx, self.amount)} on top of what they sell for"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.money_row(ctx, "subsidy", self.amount)


class OfftakeContract(_Support):
    """A buyer takes the sites' output at an agreed price whatever the market."""

    type: Literal["offtake_contract"]
    """offtake_contract"""

    price: MoneyOf
    """Price agreed, in USD/kg, or as an index (baseline = 1)."""

    buyers: Countries = ()
    """Countries whose users get the output first. Default: whoever buys."""

    def what(self, ctx: LowerContext) -> str:
        buyer = f" for {ctx.say_countries(self.buyers)}" if self.buyers else ""
        return f"the output of {self.whose(ctx)} is contracted{buyer} at {say_money(ctx, self.price)}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        buyer = " ".join(countries(ctx, self.buyers))
        yield self.money_row(ctx, "offtake", self.price, {"buyer": buyer})


def say_money(ctx: LowerContext, money: Money) -> str:
    """ "110 USD/kg" or "1.5 times the baseline price"."""
    return ctx.say(money.amount, "USD/kg" if money.usd_per_kg else "times the baseline price")
