"""Events that act on trade lanes: which lanes they touch, and which of them buyers react to ahead."""

from __future__ import annotations

from typing import ClassVar

from ..language.context import LowerContext
from ..language.fields import Countries, EndUses, Products
from .base import Event
from .effects import Select
from .known import Withheld
from .selecting import countries, end_uses, products
from .words import verb


class LaneEvent(Event):
    """An event on trade between countries, chosen by product, seller, buyer and end use."""

    products: Products = ()
    """Products touched: ids, stage names (`refining` means every product of that stage) or all. Default: all."""

    origins: Countries = ()
    """Selling countries or groups. Default: all."""

    destinations: Countries = ()
    """Buying countries or groups. Default: all foreign buyers. Trade inside a country is never touched."""

    end_uses: EndUses = ()
    """Only goods bought for these end uses. Default: all."""

    def select(self, ctx: LowerContext) -> Select:
        """The lanes meant."""
        return Select(
            self.chosen_products(ctx),
            countries(ctx, self.origins),
            countries(ctx, self.destinations),
            end_uses(ctx, self.end_uses),
        )

    def chosen_products(self, ctx: LowerContext) -> tuple[str, ...]:
        """Single products; () means all."""
        return products(ctx, self.products)

    def goods(self, ctx: LowerContext) -> str:
        """ "NdPr oxide for defence"."""
        uses = f" for {ctx.say_end_uses(self.end_uses)}" if self.end_uses else ""
        return ctx.say_products(self.products) + uses

    def sellers_do(self, ctx: LowerContext, does: str, do: str = "") -> str:
        """ "China stops", "China and Japan stop"."""
        return f"{self.sellers(ctx)} {verb(self.origins, does, do)}"

    def sellers(self, ctx: LowerContext) -> str:
        """ "China", or "every country"."""
        return ctx.say_countries(self.origins, "every country")

    def to_buyers(self, ctx: LowerContext) -> str:
        """ " to Japan", or nothing if all buyers are meant."""
        return f" to {ctx.say_countries(self.destinations)}" if self.destinations else ""


class Control(Withheld, LaneEvent):
    """A restriction of exports that withholds goods: buyers who hear of it reckon with a loss."""

    noticed: ClassVar[bool] = True
