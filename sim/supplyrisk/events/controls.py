"""Stops and brakes on exports: bans, quotas, slow customs, refused end uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from ..language.context import LowerContext
from ..language.fields import CertainDuration, Countries, EndUses, Mass, OneOf, Percent, Share, Wait
from ..language.schedule import Schedule
from .base import Fault, constant, say_part, say_schedule
from .effects import Effect
from .lanes import Control, LaneEvent


class ExportBan(Control):
    """A country stops exports of some products, altogether or to some buyers."""

    type: Literal["export_ban"]
    """export_ban"""

    origins: Countries
    """Countries that forbid the export."""

    share: Schedule[Share] = constant(1.0)
    """Share of the normal flow that is stopped; may change over time. Default: 100 %."""

    def what(self, ctx: LowerContext) -> str:
        much = say_part(ctx, self.share)
        return f"{self.sellers_do(ctx, 'stops')} {much}exports of {self.goods(ctx)}{self.to_buyers(ctx)}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "close", self.select(ctx), self.share)


class RawExportBan(Control):
    """A mining country keeps its ore and concentrate at home, to have it processed there."""

    type: Literal["raw_export_ban"]
    """raw_export_ban"""

    origins: Countries
    """Mining countries that forbid raw exports."""

    share: Schedule[Share] = constant(1.0)
    """Share of normal raw exports that is stopped. Default: 100 %."""

    def chosen_products(self, ctx: LowerContext) -> tuple[str, ...]:
        """The products named or, by default, those of the world's first stage."""
        if self.products:
            return super().chosen_products(ctx)
        first = ctx.products(("all",))[:1]
        for members in ctx.names.stages.values():
            if set(first) <= set(members):
                return ctx.products(members)
        return first

    def what(self, ctx: LowerContext) -> str:
        much = say_part(ctx, self.share)
        raw = ctx.say_products(self.chosen_products(ctx))
        return f"{self.sellers_do(ctx, 'forbids')} {much}raw exports ({raw}){self.to_buyers(ctx)}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "close", self.select(ctx), self.share)


class EndUseRefusal(Control):
    """Goods for some end uses (military users, say) are refused, the rest of the trade goes on."""

    type: Literal["end_use_refusal"]
    """end_use_refusal"""

    origins: Countries
    """Countries that refuse."""

    end_uses: EndUses
    """End uses refused."""

    share: Schedule[Share] = constant(1.0)
    """Share of these users' normal purchases that is refused. Default: 100 %."""

    def what(self, ctx: LowerContext) -> str:
        much = say_part(ctx, self.share)
        return (
            f"{self.sellers_do(ctx, 'refuses')} {much}exports of {ctx.say_products(self.products)} "
            f"for {ctx.say_end_uses(self.end_uses)}{self.to_buyers(ctx)}"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "close", self.select(ctx), self.share)


class CustomsSlowdown(LaneEvent):
    """Customs take their time without any rule: every shipment is later, or some are set aside."""

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


class ExportQuota(Control):
    """A country lets out only so much per period."""

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


def _period(days: float) -> str:
    named = {7.0: "week", 365.25 / 12: "month", 365.25 / 4: "quarter", 365.25 / 2: "half year", 365.25: "year"}
    return named.get(days, f"{days:g} days")
