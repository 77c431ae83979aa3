"""Public reserves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, HighIndex, Products, Share, StockTime
from ...language.schedule import Schedule
from ..base import Event, Group
from ..effects import Effect, Select
from ..example import Example, row
from ..selecting import countries, products
from ..words import say_schedule, verb


class StrategicStockpile(Event):
    """A public reserve that is filled in quiet times and released when users go short."""

    group: ClassVar[Group] = "answers"

    start_optional: ClassVar[bool] = True
    profiled: ClassVar[bool] = False
    repeatable: ClassVar[bool] = False

    type: Literal["strategic_stockpile"]
    """strategic_stockpile"""

    products: Products
    """Products stored."""

    countries: Countries
    """Countries that hold the reserve, each for its own users."""

    target: Schedule[StockTime]
    """Size aimed at, as time of the country's normal use of the product (Japan: 60 days, up to 180 for what is most at
    risk). A target that is lowered ends purchases; selling takes a `state_sale`."""

    initial: StockTime = 0.0
    """What is in store on the first day in force, in the same measure. It exists on top of the world's stocks.
    Default: nothing."""

    fill_share: Share = 0.1
    """Fastest filling, as a share of normal use: 10 % buys a tenth of a week's use each week. Default: 10 %
    (assumption: a reserve that drives the price up defeats its purpose)."""

    release_share: Share = 1.0
    """Fastest release, as a share of normal use: 100 % can replace all missing supply. Default: 100 %."""

    release_unserved: Share = 0.01
    """Released while the physically unserved share of users' demand exceeds this. Default: 1 %."""

    release_price_index: HighIndex = 2.0
    """Also released while the spot price index exceeds this; what makers of another product buy (oxides, say) has no
    end users who could go unserved, so there only the price releases it. Default: 2, twice the baseline (assumption);
    write `1000 times` for never."""

    def what(self, ctx: LowerContext) -> str:
        text = (
            f"{ctx.say_countries(self.countries, 'every country')} {verb(self.countries, 'keeps')} a reserve of "
            f"{say_schedule(ctx, self.target, 'days')} of normal use of {ctx.say_products(self.products)}"
        )
        if self.initial != 0.0:
            text += f", {ctx.say(self.initial, 'days')} of it in store at the start"
        return text + (
            f", released when more than {ctx.say(self.release_unserved, 'share')} of demand is unserved or the price "
            f"exceeds {ctx.say(self.release_price_index)} times its baseline"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        select = Select(products(ctx, self.products), destinations=countries(ctx, self.countries))
        params = {
            "initial_weeks": ctx.num(self.initial, 1 / 7),
            "fill_weeks_per_week": ctx.num(self.fill_share),
            "release_weeks_per_week": ctx.num(self.release_share),
            "release_unserved": ctx.num(self.release_unserved),
            "release_price_index": ctx.num(self.release_price_index),
        }
        yield self.effect(ctx, "stockpile", select, self.target, scale=1 / 7, params=params)

    example: ClassVar[Example] = Example(
        """
        countries: JP
        products: dytb_oxide
        target: 60 days
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, Japan keeps a reserve of 60 days of normal use of Dy/Tb oxide, released when more
        than 1 % of demand is unserved or the price exceeds 2 times its baseline.
        """,
        rows=(
            row(
                "stockpile",
                Select(products=("dytb_oxide",), destinations=("JP",)),
                60 / 7,
                params={
                    "initial_weeks": 0.0,
                    "fill_weeks_per_week": 0.1,
                    "release_weeks_per_week": 1.0,
                    "release_unserved": 0.01,
                    "release_price_index": 2.0,
                },
            ),
        ),
    )
