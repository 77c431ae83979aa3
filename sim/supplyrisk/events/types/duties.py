"""Duties: a tariff and an export tax are one duty, levied by the buying or by the selling country."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Percent
from ...language.schedule import Schedule
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import LaneEvent
from ..words import say_schedule, verb


class _Duty(LaneEvent):
    """What duties have in common: they make goods dearer and withhold none."""

    rate: Schedule[Percent]
    """Duty on the value shipped, paid by the buyer; may change over time."""

    by_seller: ClassVar[float] = 0.0

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "tariff", self.select(ctx), self.rate, params={"levied_by_seller": self.by_seller})


class Tariff(_Duty):
    """A buying country puts a duty on imports. Buyers do not stock up before it starts."""

    group: ClassVar[Group] = "trade and routes"

    type: Literal["tariff"]
    """tariff"""

    destinations: Countries
    """Countries that levy the duty on what they import."""

    def what(self, ctx: LowerContext) -> str:
        who = f"{ctx.say_countries(self.destinations, 'every country')} {verb(self.destinations, 'levies', 'levy')}"
        return (
            f"{who} a duty of {say_schedule(ctx, self.rate, 'share')} on "
            f"{self.goods(ctx)} from {ctx.say_countries(self.origins, 'abroad')}"
        )

    example: ClassVar[Example] = Example(
        """
        destinations: US
        origins: CN
        products: magnet making
        rate: 25 %
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, the United States levies a duty of 25 % on all magnet making products from China.
        """,
        rows=(
            row(
                "tariff",
                Select(products=("standard_magnet", "ht_magnet"), origins=("CN",), destinations=("US",)),
                0.25,
                params={"levied_by_seller": 0.0},
            ),
        ),
    )


class ExportTax(_Duty):
    """A selling country taxes its exports. Foreign buyers pay it, and what it brings in is told (`export_tax_revenue_usd`). Buyers do
    not stock up before it starts."""

    group: ClassVar[Group] = "controls of exports"

    by_seller: ClassVar[float] = 1.0

    type: Literal["export_tax"]
    """export_tax"""

    origins: Countries
    """Countries that tax what they export."""

    def what(self, ctx: LowerContext) -> str:
        rate = say_schedule(ctx, self.rate, "share")
        return f"{self.sellers_do(ctx, 'taxes', 'tax')} exports of {self.goods(ctx)}{self.to_buyers(ctx)} at {rate}"

    example: ClassVar[Example] = Example(
        """
        origins: CN
        products: dytb_oxide
        start: 2026-01-01
        rate: 25 %
        """,
        sentence="From 1 January 2026, China taxes exports of Dy/Tb oxide at 25 %.",
        rows=(
            row("tariff", Select(products=("dytb_oxide",), origins=("CN",)), 0.25, params={"levied_by_seller": 1.0}),
        ),
    )
