"""Quotas on what is mined or made at home, and inspections of what nobody records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Products, Share
from ...language.schedule import Schedule
from ..base import Event, Group, constant
from ..effects import Effect, Select
from ..example import Example, row
from ..known import EndKnown
from ..selecting import countries, products
from ..words import say_schedule, verb


class MiningQuota(EndKnown):
    """A country allows only so much to be mined or made, for its own users too: its home price rises with the export price.

    Unlike an outage it leaves capacity idle that could make more, and unlike an export quota it leaves nothing more at home. Mines
    that nobody records (`unrecorded_share` of the world) do not keep to it.
    """

    group: ClassVar[Group] = "controls of exports"

    type: Literal["mining_quota"]
    """mining_quota"""

    products: Products
    """What is mined or made."""

    countries: Countries
    """Countries that set the quota."""

    cut: Schedule[Share]
    """Share of normal output that may not be made: 26 % where 74 % is allowed; may change over time."""

    def what(self, ctx: LowerContext) -> str:
        who = f"{ctx.say_countries(self.countries, 'every country')} {verb(self.countries, 'allows', 'allow')}"
        cut = say_schedule(ctx, self.cut, "share")
        return f"{who} {cut} less than normal to be made of {ctx.say_products(self.products)}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        select = Select(products(ctx, self.products), origins=countries(ctx, self.countries))
        yield self.effect(ctx, "capacity_loss", select, self.cut, params={"of_output": 1.0})

    example: ClassVar[Example] = Example(
        """
        countries: CN
        products: light_concentrate
        cut: 26 %
        start: 2026-04-01
        """,
        sentence="From 1 April 2026, China allows 26 % less than normal to be made of light rare-earth concentrate.",
        rows=(
            row(
                "capacity_loss",
                Select(products=("light_concentrate",), origins=("CN",)),
                0.26,
                params={"of_output": 1.0},
            ),
        ),
    )


class MineInspections(Event):
    """Inspectors close mines and plants that nobody records, and may halt others while they look."""

    group: ClassVar[Group] = "controls of exports"

    type: Literal["mine_inspections"]
    """mine_inspections"""

    products: Products
    """What is mined or made."""

    countries: Countries
    """Where."""

    stopped: Schedule[Share]
    """Share of unrecorded output that they keep out; acts only where the world has any (`unrecorded_share`), as it is driven out and
    comes back in the world's `unrecorded_weeks`."""

    share_lost: Schedule[Share] = constant(0.0)
    """Share of recorded capacity that stands still meanwhile. Default: none."""

    def what(self, ctx: LowerContext) -> str:
        who = f"inspectors in {ctx.say_countries(self.countries, 'every country')}"
        text = f"{who} stop {say_schedule(ctx, self.stopped, 'share')} of unrecorded output of {ctx.say_products(self.products)}"
        if self.share_lost != Schedule.of(0.0):
            text += f" and halt {say_schedule(ctx, self.share_lost, 'share')} of recorded capacity"
        return text

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        select = Select(products(ctx, self.products), origins=countries(ctx, self.countries))
        yield self.effect(ctx, "inspection", select, self.stopped)
        if self.share_lost != Schedule.of(0.0):
            yield self.effect(ctx, "capacity_loss", select, self.share_lost, params={"of_output": 0.0})

    example: ClassVar[Example] = Example(
        """
        countries: CN
        products: heavy_concentrate
        stopped: 60 %
        share_lost: 10 %
        start: 2026-05-19
        duration: 26 weeks
        """,
        sentence="""
        From 19 May 2026 for 26 weeks, inspectors in China stop 60 % of unrecorded output of heavy rare-earth concentrate and
        halt 10 % of recorded capacity.
        """,
        rows=(
            row("inspection", Select(products=("heavy_concentrate",), origins=("CN",)), 0.6),
            row(
                "capacity_loss",
                Select(products=("heavy_concentrate",), origins=("CN",)),
                0.1,
                params={"of_output": 0.0},
            ),
        ),
    )
