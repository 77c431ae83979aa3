"""Trade measures and routes: duties, closed transit, hubs and their policing, choice of suppliers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from ..language.context import LowerContext
from ..language.fields import Countries, Country, Factor, Percent, Products, Share, Strict, Wait
from ..language.schedule import Schedule
from .base import Event, Fault, constant, countries, products, say_part, say_schedule, verb
from .effects import Effect, Select
from .fields import AsTuple
from .lanes import Control, LaneEvent


class _Duty(LaneEvent):
    """What duties have in common: they make goods dearer and withhold none."""

    rate: Schedule[Percent]
    """Duty on the value shipped, paid by the buyer; may change over time."""

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "tariff", self.select(ctx), self.rate)


class Tariff(_Duty):
    """A buying country puts a duty on imports. Buyers do not stock up before it starts."""

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


class ExportTax(_Duty):
    """A selling country taxes its exports. Buyers do not stock up before it starts."""

    type: Literal["export_tax"]
    """export_tax"""

    origins: Countries
    """Countries that tax what they export."""

    def what(self, ctx: LowerContext) -> str:
        rate = say_schedule(ctx, self.rate, "share")
        return f"{self.sellers_do(ctx, 'taxes', 'tax')} exports of {self.goods(ctx)}{self.to_buyers(ctx)} at {rate}"


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
            for key in sorted({"end_announced", "in_force_since"} & self.model_fields_set):
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
                    yield self.effect(ctx, "tariff", select, self.detour.extra_cost)


class Transshipment(LaneEvent):
    """Blocked goods find their way through third countries while it pays."""

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


class Enforcement(LaneEvent):
    """A crackdown on transshipment: fewer goods get through, more are seized, origins are traced."""

    type: Literal["enforcement"]
    """enforcement"""

    origins: Countries
    """Countries whose blocked exports are policed."""

    cut: Schedule[Share]
    """Share of the leak that controls on the ground stop; may change over time."""

    seizure_probability: Share = 0.0
    """Additional chance that a shipment which still gets through is seized. Default: 0."""

    traceability: Schedule[Share] | None = None
    """Share of what is left of the leak that electronic tracing of origin stops, usually from a later date.
    Default: none."""

    def what(self, ctx: LowerContext) -> str:
        text = (
            f"enforcement stops {say_schedule(ctx, self.cut, 'share')} of leaks of {self.goods(ctx)} from "
            f"{self.sellers(ctx)}{self.to_buyers(ctx)}"
        )
        if self.traceability is not None:
            text += f" and traceability {say_schedule(ctx, self.traceability, 'share')} of the rest"
        return text

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        params = {"seizure_probability": ctx.num(self.seizure_probability)}
        yield self.effect(ctx, "enforcement", self.select(ctx), self.cut, params=params)
        if self.traceability is not None:
            params = {"seizure_probability": 0.0}
            yield self.effect(ctx, "enforcement", self.select(ctx), self.traceability, params=params)


class DiversifiedSourcing(LaneEvent):
    """Buyers prefer some suppliers over others more than price alone would make them."""

    start_optional: ClassVar[bool] = True

    type: Literal["diversified_sourcing"]
    """diversified_sourcing"""

    origins: Countries
    """Suppliers whose weight changes."""

    preference: Schedule[Factor]
    """Weight of these suppliers relative to today's (0.5 = half as much as their share would give them, 2 = twice);
    all shares then add up to one again."""

    def what(self, ctx: LowerContext) -> str:
        buyers = ctx.say_countries(self.destinations, "buyers everywhere")
        return (
            f"{buyers} {'weighs' if len(self.destinations) == 1 else 'weigh'} suppliers of {self.goods(ctx)} in {self.sellers(ctx)} at "
            f"{say_schedule(ctx, self.preference)} times their share"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "sourcing", self.select(ctx), self.preference, neutral=1.0)


class JointPurchasing(Event):
    """Several countries buy as one and share what they get by need instead of bidding each other up."""

    start_optional: ClassVar[bool] = True
    profiled: ClassVar[bool] = False

    type: Literal["joint_purchasing"]
    """joint_purchasing"""

    countries: Countries
    """Countries that buy together."""

    products: Products = ()
    """Products bought together. Default: all."""

    def what(self, ctx: LowerContext) -> str:
        who = f"{ctx.say_countries(self.countries)} {verb(self.countries, 'buys')}"
        return f"{who} {ctx.say_products(self.products)} together and share by need"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        select = Select(products(ctx, self.products), destinations=countries(ctx, self.countries))
        yield self.effect(ctx, "joint_purchase", select, 1.0)
