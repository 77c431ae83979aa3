"""Demand that changes, appears, or is saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ..language.context import LowerContext
from ..language.fields import Change, Countries, Duration, EndUses, Flag, Products, Rate, Share
from ..language.schedule import Schedule
from .base import Event, Fault, countries, end_uses, products, say_schedule
from .effects import Effect, Point, Select


class _UserEvent(Event):
    """What events on end users have in common."""

    products: Products = ()
    """Products used. Default: all."""

    countries: Countries = ()
    """Countries of the users. Default: all."""

    end_uses: EndUses = ()
    """End uses. Default: all."""

    def users(self, ctx: LowerContext) -> Select:
        """The users meant."""
        return Select(
            products(ctx, self.products),
            destinations=countries(ctx, self.countries),
            end_uses=end_uses(ctx, self.end_uses),
        )

    def who(self, ctx: LowerContext) -> str:
        """ "EV traction in China"."""
        where = f" in {ctx.say_countries(self.countries)}" if self.countries else ""
        return ctx.say_end_uses(self.end_uses) + where


class DemandChange(_UserEvent):
    """Users want more or less than in the baseline, prices apart."""

    type: Literal["demand_change"]
    """demand_change"""

    change: Schedule[Change]
    """Change of demand (10 % = a tenth more, -20 % = a fifth less); may change over time."""

    lasts: Flag = False
    """Whether it is known to last (`yes`). Default: no, users and makers take it for passing and get used to it in time
    (`demand_memory_weeks` of the world)."""

    def what(self, ctx: LowerContext) -> str:
        level = say_schedule(ctx, self.change, "share")
        known = " and is known to stay so" if self.lasts else ""
        return f"demand of {self.who(ctx)} for {ctx.say_products(self.products)} changes by {level}{known}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        params = {"lasts": float(self.lasts)}
        yield self.effect(ctx, "demand", self.users(ctx), self.change, params=params)


class NewDemand(_UserEvent):
    """New users appear, in tonnes a year."""

    type: Literal["new_demand"]
    """new_demand"""

    products: Products
    """Products used."""

    countries: Countries
    """Countries of the new users; a country that has none of this end use gets them."""

    end_uses: EndUses
    """End uses they belong to."""

    amount: Schedule[Rate]
    """Demand added by all of them together (t/yr); may grow over time, or use `profile: ramp over 3 years`."""

    def what(self, ctx: LowerContext) -> str:
        level = say_schedule(ctx, self.amount, "t/yr")
        return f"new demand of {self.who(ctx)} for {ctx.say_products(self.products)} adds {level}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "new_demand", self.users(ctx), self.amount)


class _Programme(_UserEvent):
    """What saving programmes have in common: what is saved in the end, and how long it takes."""

    start_optional: ClassVar[bool] = True
    profiled: ClassVar[bool] = False

    saving: Share
    """Share of the users' demand that is unnecessary in the end."""

    reached_after: Duration
    """Time from the start until the whole saving is reached, in a straight line (users managed about 10 % of demand
    a year in the 2010-12 crisis: Sprecher et al. 2017)."""

    def faults(self) -> Iterator[Fault]:
        if self.saving == 0.0:
            yield ("saving",), "saves nothing (got 0)"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        saving, days = ctx.num(self.saving), ctx.num(self.reached_after)
        points = (Point(0.0, saving),) if days == 0.0 else (Point(0.0, 0.0), Point(days, saving))
        yield Effect("thrift", self.users(ctx), points, days != 0.0)


class ThriftingProgramme(_Programme):
    """Users are helped to need less per unit: grain-boundary diffusion, thinner parts, less scrap."""

    type: Literal["thrifting_programme"]
    """thrifting_programme"""

    def what(self, ctx: LowerContext) -> str:
        return (
            f"a thrifting programme makes {ctx.say(self.saving, 'share')} of the demand of {self.who(ctx)} for "
            f"{ctx.say_products(self.products)} unnecessary within {ctx.say(self.reached_after, 'days')}"
        )


class SubstitutionProgramme(_Programme):
    """Users are helped to do without: other magnets, motors without magnets, other alloys."""

    type: Literal["substitution_programme"]
    """substitution_programme"""

    def what(self, ctx: LowerContext) -> str:
        return (
            f"a substitution programme replaces {ctx.say(self.saving, 'share')} of the demand of {self.who(ctx)} for "
            f"{ctx.say_products(self.products)} within {ctx.say(self.reached_after, 'days')}"
        )
