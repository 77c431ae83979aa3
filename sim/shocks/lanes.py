"""Events that act on trade lanes: which lanes they touch, and the fear that their announcement sets off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from ..language.context import LowerContext
from ..language.fields import Countries, EndUses, Products
from ..language.numbers import Num
from .base import Event, countries, end_uses, products, verb
from .effects import Effect, Point, Select
from .fields import Fear, FearOf


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


class Control(LaneEvent):
    """A restriction of exports: buyers who hear of it hoard."""

    fear: FearOf = Fear()
    """Wait that buyers reckon with on the day it becomes known, for all its products or as a mapping
    `{product: weeks}`; it makes them front-load and then fades. Buyers who take less than half of their purchases from
    there fear in proportion. Default: `fear_weeks` of the world (26 weeks for
    heavy oxides, 9 for Dy/Tb magnets, 4.5 for ordinary ones in `ndfeb`: fitted to spring 2025)."""

    # Fear if the file says nothing, as a multiple of the world's fear_weeks.
    world_fear: ClassVar[float] = 1.0

    def announcement_rows(self, ctx: LowerContext) -> Iterator[Effect]:
        """One jump of the perceived wait per product, for buyers abroad."""
        yield from fear_rows(ctx, self.fear, self.fear_select(ctx), self.world_fear)

    def fear_select(self, ctx: LowerContext) -> Select:
        """Buyers whose wait is in doubt: those of the lanes touched, the sellers' own country excepted."""
        select = self.select(ctx)
        buyers = select.destinations or ctx.expand(("all",))
        abroad = tuple(country for country in buyers if country not in select.origins)
        return replace(select, destinations=abroad or buyers)


def fear_rows(
    ctx: LowerContext, fear: Fear, select: Select, world_fear: float, only_ahead: bool = False
) -> Iterator[Effect]:
    """Rows of operation `fear`, in weeks or as a multiple of what the world holds.

    Parameters
    ----------
    only_ahead : bool
        They count only in runs in which the event becomes known before it starts.
    """
    ahead: dict[str, Num] = {"only_ahead": float(only_ahead)}
    for product in select.products or ctx.products(("all",)):
        one = replace(select, products=(product,))
        written = fear.of(product)
        if written is not None:
            if written != 0.0:
                level = ctx.num(written, 1 / 7)
                yield Effect("fear", one, (Point(0.0, level),), params={**ahead, "times_world": 0.0})
        elif world_fear != 0.0:
            yield Effect("fear", one, (Point(0.0, world_fear),), params={**ahead, "times_world": 1.0})
