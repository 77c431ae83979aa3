"""Screening of named buyers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import CertainShare, Countries, Share
from ...language.schedule import Schedule
from ..base import Fault, Group, constant
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import Control
from ..words import say_part, say_schedule


class EndUserScreening(Control):
    """Named firms are put on a list and refused, the other users of their sector are served.

    The list may grow and shrink: firms come off it in the order opposite to that in which they were put on it.
    """

    group: ClassVar[Group] = "controls of exports"

    type: Literal["end_user_screening"]
    """end_user_screening"""

    origins: Countries
    """Countries that keep the list."""

    destinations: Countries
    """Countries of the firms on the list."""

    listed: Schedule[CertainShare]
    """Share of the selected users' demand that is the listed firms'; may change over time, as firms are put on the list or
    taken off it. (Certain numbers: they decide which firms buy for themselves in the model.)"""

    refused: Schedule[Share] = constant(1.0)
    """Share of the listed firms' normal purchases that is refused. Default: 100 %."""

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if not self.listed.constant and not self.refused.constant:
            yield ("refused",), "can't change over time where listed does; write two events"
        if not self.listed.constant and max(level for _, level in self.listed.points) == 0.0:
            yield ("listed",), "names no firm at any time"

    def tiers(self) -> list[tuple[float, float]]:
        """Firms that come on and off the list together: (share listed from which on they are, share of the users split off).

        The model splits users by lists that are independent of each other: of lists of p1, p2, ... the share in at least one of
        the first k is 1 - (1 - p1)...(1 - pk). For levels s1 < s2 < ... that is sk with pk = (sk - s(k-1))/(1 - s(k-1)).
        """
        levels = sorted({level for _, level in self.listed.points if level > 0.0} or {0.0})
        before = [0.0, *levels]
        return [(level, (level - low) / (1.0 - low)) for low, level in zip(before, levels, strict=False)]

    def what(self, ctx: LowerContext) -> str:
        users = ctx.say_end_uses(self.end_uses, "all users")
        return (
            f"{self.sellers_do(ctx, 'refuses')} {say_part(ctx, self.refused)}exports of "
            f"{ctx.say_products(self.products)} to listed firms ({say_schedule(ctx, self.listed, 'share')} of the demand of "
            f"{users} in {ctx.say_countries(self.destinations)})"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        for level, share in self.tiers():
            refused: Schedule[Any] = self.refused
            if not self.listed.constant:
                on = self.refused.first()
                refused = Schedule(tuple((when, on if at >= level else 0.0) for when, at in self.listed.points), False)
            yield self.effect(ctx, "close", replace(self.select(ctx), entity_share=share), refused)

    example: ClassVar[Example] = Example(
        """
        origins: CN
        destinations: US
        products: ht_magnet
        end_uses: defence
        listed: 15 %
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, China refuses exports of high-temperature (Dy/Tb-bearing) NdFeB magnets to listed
        firms (15 % of the demand of defence in the United States).
        """,
        rows=(
            row(
                "close",
                Select(
                    products=("ht_magnet",),
                    origins=("CN",),
                    destinations=("US",),
                    end_uses=("defence",),
                    entity_share=0.15,
                ),
                1.0,
            ),
        ),
    )
