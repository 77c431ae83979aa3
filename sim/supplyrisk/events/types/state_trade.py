"""States that buy at home for their store, or sell from it: tonnes a year, whatever the country uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Country, Mass, Product, Rate
from ...language.schedule import Schedule
from ..base import Event, Group
from ..effects import Effect, Select
from ..example import Example, row
from ..selecting import countries, products
from ..words import say_schedule


class _StateTrade(Event):
    """What purchases and sales have in common."""

    group: ClassVar[Group] = "other events"

    start_optional: ClassVar[bool] = True

    product: Product
    """What is bought or sold."""

    country: Country
    """Whose state it is. It deals with whom its users deal with: where the country makes what it uses, at home."""

    per_year: Schedule[Rate]
    """Pace (t/yr, in the product's mass basis); may change over time. Over 6 months 200 t/yr are 100 t."""

    def trade(self, ctx: LowerContext, selling: bool, in_store: Mass) -> Effect:
        """The row."""
        select = Select(products(ctx, (self.product,)), destinations=countries(ctx, (self.country,)))
        params = {"selling": float(selling), "in_store_t": ctx.num(in_store)}
        return self.effect(ctx, "state_trade", select, self.per_year, params=params)

    def dealt(self, ctx: LowerContext) -> str:
        """ "200 t/yr of germanium"."""
        return f"{say_schedule(ctx, self.per_year, 't/yr')} of {ctx.say_products((self.product,))}"


class StatePurchase(_StateTrade):
    """A state buys for its store: a programme, or a yearly surplus that it takes off the market. It is served before users.

    What it holds stays there until a sale or a reserve of the same country releases it. Holders reckon with what it takes within
    the weeks for which prices see a deficit ahead, as nobody knows when such programmes end.
    """

    type: Literal["state_purchase"]
    """state_purchase"""

    def what(self, ctx: LowerContext) -> str:
        return f"the state of {ctx.say_countries((self.country,))} buys {self.dealt(ctx)} for its store"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.trade(ctx, selling=False, in_store=0.0)

    example: ClassVar[Example] = Example(
        """
        country: CN
        product: dytb_oxide
        per_year: 200 t/yr
        start: 2026-04-01
        duration: 26 weeks
        """,
        sentence="From 1 April 2026 for 26 weeks, the state of China buys 200 t/yr of Dy/Tb oxide for its store.",
        rows=(
            row(
                "state_trade",
                Select(products=("dytb_oxide",), destinations=("CN",)),
                200.0,
                params={"selling": 0.0, "in_store_t": 0.0},
            ),
        ),
    )


class StateSale(_StateTrade):
    """A state sells from its store, at a pace, whatever the price: to the users of its country, who then buy less elsewhere."""

    type: Literal["state_sale"]
    """state_sale"""

    in_store: Mass = 0.0
    """What is in its store on the first day, on top of the world's stocks (t). Default: nothing; what was bought before is sold."""

    def what(self, ctx: LowerContext) -> str:
        store = f", of {ctx.say(self.in_store, 't')} in store at the start" if self.in_store != 0.0 else ""
        return f"the state of {ctx.say_countries((self.country,))} sells {self.dealt(ctx)} from its store{store}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.trade(ctx, selling=True, in_store=self.in_store)

    example: ClassVar[Example] = Example(
        """
        country: US
        product: ht_magnet
        per_year: 400 t/yr
        in_store: 300 t
        start: 2026-04-01
        duration: 26 weeks
        """,
        sentence="""
        From 1 April 2026 for 26 weeks, the state of the United States sells 400 t/yr of high-temperature (Dy/Tb-bearing) NdFeB magnets
        from its store, of 300 t in store at the start.
        """,
        rows=(
            row(
                "state_trade",
                Select(products=("ht_magnet",), destinations=("US",)),
                400.0,
                params={"selling": 1.0, "in_store_t": 300.0},
            ),
        ),
    )
