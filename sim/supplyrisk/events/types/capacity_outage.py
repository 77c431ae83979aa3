"""Capacity that fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Products, Share
from ...language.schedule import Schedule
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..known import EndKnown
from ..selecting import countries, products
from ..words import say_schedule, verb


class CapacityOutage(EndKnown):
    """Plants or mines stand still: fighting, flood, strike, inspection. `profile` says how they recover."""

    group: ClassVar[Group] = "supply"

    type: Literal["capacity_outage"]
    """capacity_outage"""

    products: Products = ()
    """What the sites make. Default: everything."""

    countries: Countries
    """Where the sites are."""

    share_lost: Schedule[Share]
    """Share of capacity lost; may change over time."""

    def what(self, ctx: LowerContext) -> str:
        whose = f"{ctx.say_countries(self.countries, 'every country')} {verb(self.countries, 'loses')}"
        return (
            f"{whose} {say_schedule(ctx, self.share_lost, 'share')} "
            f"of the capacity for {ctx.say_products(self.products)}"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        select = Select(products(ctx, self.products), origins=countries(ctx, self.countries))
        yield self.effect(ctx, "capacity_loss", select, self.share_lost, params={"of_output": 0.0})

    example: ClassVar[Example] = Example(
        """
        countries: MM
        products: heavy_concentrate
        share_lost: 60 %
        start: 2026-03-01
        duration: 6 months
        profile: recovery over 8 weeks
        """,
        sentence="""
        From 1 March 2026 for 6 months, Myanmar loses 60 % of the capacity for heavy rare-earth concentrate,
        recovering over 8 weeks after its end.
        """,
        rows=(
            row(
                "capacity_loss",
                Select(products=("heavy_concentrate",), origins=("MM",)),
                {0.0: 0.6, 182.625: 0.6, 238.625: 0.0},
                linear=True,
                params={"of_output": 0.0},
            ),
        ),
    )
