"""Closed transit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Country, Percent, Share, Strict, Wait
from ...language.schedule import Schedule
from ..base import Fault, Group, constant
from ..effects import Effect, Select
from ..example import Example, row
from ..fields import AsTuple
from ..lanes import Control
from ..selecting import countries
from ..words import say_part


class Lane(Strict):
    """One route between two places."""

    origin: Countries
    """Selling country or countries."""

    destination: Countries
    """Buying country or countries."""


class Detour(Strict):
    """The way round a closed country."""

    extra_days: Wait
    """Additional time in transit."""

    extra_cost: Percent = 0.0
    """Additional cost, as a share of the goods' value. Default: 0."""


class TransitDenial(Control):
    """A country through which goods of others have to pass refuses them passage."""

    group: ClassVar[Group] = "trade and routes"

    type: Literal["transit_denial"]
    """transit_denial"""

    through: Country
    """Country that refuses passage. Its own trade goes on."""

    lanes: Annotated[tuple[Lane, ...], AsTuple] = ()
    """Routes that pass through it. Default: the lanes from `origins` to `destinations`."""

    share: Schedule[Share] = constant(1.0)
    """Share of these routes' trade that passes through it and is stopped. Default: 100 %."""

    detour: Detour | None = None
    """Way round, if there is one: the goods then arrive later and dearer instead of not at all. Default: none."""

    def faults(self) -> Iterator[Fault]:
        if bool(self.lanes) == bool(self.origins or self.destinations):
            yield (), "needs either lanes (a list of routes) or origins and destinations"
        if self.detour is not None and "share" in self.model_fields_set:
            yield ("share",), "is not read where there is a detour: all goods of these routes take it"
        if self.detour is not None:
            for key in sorted({"end_announced", "in_force_since", "last_time"} & self.model_fields_set):
                yield (key,), "is not read where there is a detour: no goods are withheld"

    def is_noticed(self) -> bool:
        """Only where goods are withheld: nobody stocks up before a detour."""
        return self.detour is None

    def selects(self, ctx: LowerContext) -> list[Select]:
        """One selection per route."""
        goods = super().select(ctx)
        routes = [
            replace(goods, origins=countries(ctx, lane.origin), destinations=countries(ctx, lane.destination))
            for lane in self.lanes
        ] or [goods]
        own = {self.through}
        everyone = ctx.expand(("all",))
        return [
            replace(
                route,
                origins=tuple(c for c in route.origins or everyone if c not in own),
                destinations=tuple(c for c in route.destinations or everyone if c not in own),
            )
            for route in routes
        ]

    def what(self, ctx: LowerContext) -> str:
        if self.lanes:
            routes = "; ".join(
                f"{ctx.say_countries(lane.origin)} to {ctx.say_countries(lane.destination)}" for lane in self.lanes
            )
        else:
            routes = f"{self.sellers(ctx)}{self.to_buyers(ctx) or ' to all buyers'}"
        who = ctx.say_countries((self.through,))
        text = f"{who} refuses passage to {say_part(ctx, self.share)}{self.goods(ctx)} on the way from {routes}"
        if self.detour is not None:
            text += f" (the way round takes {ctx.say(self.detour.extra_days, 'days')} longer)"
        return text

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        for select in self.selects(ctx):
            if self.detour is None:
                yield self.effect(ctx, "close", select, self.share)
            else:
                yield self.effect(ctx, "delay", select, self.detour.extra_days)
                if self.detour.extra_cost != 0.0:
                    yield self.effect(ctx, "tariff", select, self.detour.extra_cost, params={"levied_by_seller": 0.0})

    example: ClassVar[Example] = Example(
        """
        through: VN
        origins: TH
        destinations: CN
        products: light_concentrate
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, Vietnam refuses passage to light rare-earth concentrate on the way from Thailand to
        China.
        """,
        rows=(row("close", Select(products=("light_concentrate",), origins=("TH",), destinations=("CN",)), 1.0),),
    )
