"""What events on end users have in common: which users they mean."""

from __future__ import annotations

from ..language.context import LowerContext
from ..language.fields import Countries, EndUses, Products
from .base import Event
from .effects import Select
from .selecting import countries, end_uses, products


class UserEvent(Event):
    """What events on end users have in common."""

    products: Products = ()
    """Products used. Default: all."""

    countries: Countries = ()
    """Countries of the users. Default: all."""

    end_uses: EndUses = ()
    """End uses. Default: all."""

    def users(self, ctx: LowerContext) -> Select:
        """The users meant."""
        return Select(
            products(ctx, self.products),
            destinations=countries(ctx, self.countries),
            end_uses=end_uses(ctx, self.end_uses),
        )

    def who(self, ctx: LowerContext) -> str:
        """ "EV traction in China"."""
        where = f" in {ctx.say_countries(self.countries)}" if self.countries else ""
        return ctx.say_end_uses(self.end_uses) + where
