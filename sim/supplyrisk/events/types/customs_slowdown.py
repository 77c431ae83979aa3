"""Slow customs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Share, Wait
from ...language.schedule import Schedule
from ..base import Fault, Group
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import LaneEvent
from ..words import say_schedule


class CustomsSlowdown(LaneEvent):
    """Customs take their time without any rule: every shipment is later, or some are set aside."""

    group: ClassVar[Group] = "controls of exports"

    type: Literal["customs_slowdown"]
    """customs_slowdown"""

    origins: Countries
    """Countries whose customs slow down."""

    extra_days: Schedule[Wait] | None = None
    """Extra time of every shipment. Default: none."""

    held: Schedule[Share] | None = None
    """Share of shipments set aside for inspection before they leave. Default: none."""

    hold: Wait = 30.0
    """Mean time for which a shipment set aside stays. Default: 30 days (assumption; in spring 2025 samples of
    ordinary magnets were sent to laboratories for weeks)."""

    hold_spread: Wait = 10.0
    """Standard deviation of that time. Default: 10 days (assumption)."""

    def faults(self) -> Iterator[Fault]:
        if self.extra_days is None and self.held is None:
            yield (), "slows nothing down; give extra_days, held, or both"
        if self.held is None:
            for key in sorted({"hold", "hold_spread"} & self.model_fields_set):
                yield (key,), "is not read without held, the share of shipments set aside"

    def what(self, ctx: LowerContext) -> str:
        parts = []
        if self.extra_days is not None:
            parts.append(f"hold up every shipment by {say_schedule(ctx, self.extra_days, 'days')}")
        if self.held is not None:
            share = say_schedule(ctx, self.held, "share")
            parts.append(f"set aside {share} of shipments for about {ctx.say(self.hold, 'days')}")
        whose = ctx.say_countries(self.origins, "every country")
        return f"customs of {whose} {' and '.join(parts)} ({self.goods(ctx)}{self.to_buyers(ctx)})"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        if self.extra_days is not None:
            yield self.effect(ctx, "delay", self.select(ctx), self.extra_days)
        if self.held is not None:
            params = {"hold_days": ctx.num(self.hold), "hold_days_sd": ctx.num(self.hold_spread)}
            yield self.effect(ctx, "hold", self.select(ctx), self.held, params=params)

    example: ClassVar[Example] = Example(
        """
        origins: CN
        destinations: JP
        products: magnet making
        start: 2026-01-15
        extra_days: 30 days
        """,
        sentence="""
        From 15 January 2026, customs of China hold up every shipment by 30 days (all magnet making products to
        Japan).
        """,
        rows=(
            row(
                "delay", Select(products=("standard_magnet", "ht_magnet"), origins=("CN",), destinations=("JP",)), 30.0
            ),
        ),
    )
