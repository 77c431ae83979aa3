"""Export quotas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import CertainDuration, Countries, Mass, OneOf, Percent
from ...language.schedule import Schedule
from ..base import Fault, Group
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import Control
from ..words import say_schedule


class ExportQuota(Control):
    """A country lets out only so much per period."""

    group: ClassVar[Group] = "controls of exports"

    profiled: ClassVar[bool] = False

    type: Literal["export_quota"]
    """export_quota"""

    origins: Countries
    """Countries that set the quota."""

    tonnes: Schedule[Mass] | None = None
    """Tonnes per period for all products and buyers selected together (in the products' own mass basis)."""

    share_of_normal: Schedule[Percent] | None = None
    """Instead of tonnes: share of what the selected lanes together normally ship in a period."""

    period: CertainDuration = 365.25
    """Length of a period; unused quota lapses at its end. Default: 1 year."""

    allocation: Annotated[str, OneOf(("first_come", "pro_rata"))] = "first_come"
    """`first_come`: whoever ships first, until the period's quota is used up; `pro_rata`: an equal part every week,
    shared in proportion to orders. Default: first_come."""

    def faults(self) -> Iterator[Fault]:
        if (self.tonnes is None) == (self.share_of_normal is None):
            yield (), "needs either tonnes or share_of_normal"
        if self.period < 7:
            yield ("period",), f"must be at least a week (got {self.period:g} days)"

    def what(self, ctx: LowerContext) -> str:
        if self.tonnes is not None:
            level = f"{say_schedule(ctx, self.tonnes, 't')}"
        else:
            assert self.share_of_normal is not None
            level = f"{say_schedule(ctx, self.share_of_normal, 'share')} of normal"
        how = "first come, first served" if self.allocation == "first_come" else "shared in proportion to orders"
        return (
            f"{self.sellers_do(ctx, 'limits')} exports of {self.goods(ctx)}{self.to_buyers(ctx)} together to {level} "
            f"per {_period(self.period)}, {how}"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        level = self.tonnes if self.tonnes is not None else self.share_of_normal
        assert level is not None
        params = {
            "period_days": self.period,
            "pro_rata": float(self.allocation == "pro_rata"),
            "share_of_normal": float(self.tonnes is None),
        }
        yield self.effect(ctx, "quota", self.select(ctx), level, neutral=float("inf"), params=params)

    example: ClassVar[Example] = Example(
        """
        origins: CN
        products: ndpr_oxide
        start: 2026-01-01
        tonnes: 300 t
        in_force_since: 5.5 years
        """,
        sentence="""
        From 1 January 2026, China limits exports of NdPr oxide together to 300 t per year, first come, first
        served; in force for 5.5 years before.
        """,
        rows=(
            row(
                "quota",
                Select(products=("ndpr_oxide",), origins=("CN",)),
                300.0,
                params={"period_days": 365.25, "pro_rata": 0.0, "share_of_normal": 0.0},
            ),
        ),
    )


def _period(days: float) -> str:
    named = {7.0: "week", 365.25 / 12: "month", 365.25 / 4: "quarter", 365.25 / 2: "half year", 365.25: "year"}
    return named.get(days, f"{days:g} days")
