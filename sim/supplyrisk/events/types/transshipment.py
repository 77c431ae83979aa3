"""Leaks through third countries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Percent, Share, Wait
from ...language.schedule import Schedule
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import LaneEvent
from ..selecting import countries
from ..words import say_schedule


class Transshipment(LaneEvent):
    """Blocked goods find their way through third countries while it pays."""

    group: ClassVar[Group] = "trade and routes"

    type: Literal["transshipment"]
    """transshipment"""

    start_optional: ClassVar[bool] = True

    origins: Countries
    """Country whose exports are blocked."""

    destinations: Countries
    """Buyers who are cut off."""

    hubs: Countries
    """Third countries through which the goods pass."""

    cap: Schedule[Share]
    """Most that can get through, all hubs together, as a share of the lanes' normal flow (a third to a half of China's
    rare-earth exports left unrecorded in 2008-11; antimony to the US leaked nearly in full within months in 2025)."""

    growth_per_week: Share = 0.04
    """Growth of what gets through, share of the normal flow per week, while the price gap pays. Default: 4 %
    (assumption: from nothing to nearly all within half a year, as antimony did)."""

    extra_days: Wait = 45.0
    """Additional time of the detour. Default: 45 days (assumption: a second sea leg and repacking)."""

    extra_cost: Percent = 0.5
    """Price gap that a hub needs to pay, as a share of the goods' value. Default: 50 % (assumption)."""

    seizure_probability: Share = 0.05
    """Chance that a shipment is seized on its way. Default: 5 % (assumption)."""

    def what(self, ctx: LowerContext) -> str:
        return (
            f"up to {say_schedule(ctx, self.cap, 'share')} of the normal trade in {self.goods(ctx)} from "
            f"{self.sellers(ctx)} to {ctx.say_countries(self.destinations)} can pass through "
            f"{ctx.say_countries(self.hubs)} ({ctx.say(self.extra_days, 'days')} longer, while the price gap exceeds "
            f"{ctx.say(self.extra_cost, 'share')}, {ctx.say(self.seizure_probability, 'share')} of shipments seized)"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        select = self.select(ctx)
        hubs = countries(ctx, self.hubs) or ctx.expand(("all",))
        hubs = tuple(hub for hub in hubs if hub not in select.origins and hub not in select.destinations)
        params = {
            "growth_per_week": ctx.num(self.growth_per_week),
            "extra_days": ctx.num(self.extra_days),
            "extra_cost": ctx.num(self.extra_cost),
            "seizure_probability": ctx.num(self.seizure_probability),
        }
        yield self.effect(ctx, "leak", select, self.cap, params=params, texts={"hub": " ".join(hubs)})

    example: ClassVar[Example] = Example(
        """
        origins: CN
        destinations: US
        hubs: [TH, MY]
        products: dytb_oxide
        cap: 50 %
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, up to 50 % of the normal trade in Dy/Tb oxide from China to the United States can
        pass through Thailand and Malaysia (45 days longer, while the price gap exceeds 50 %, 5 % of shipments
        seized).
        """,
        rows=(
            row(
                "leak",
                Select(products=("dytb_oxide",), origins=("CN",), destinations=("US",)),
                0.5,
                params={"growth_per_week": 0.04, "extra_days": 45.0, "extra_cost": 0.5, "seizure_probability": 0.05},
                texts={"hub": "TH MY"},
            ),
        ),
    )
