"""Saving programmes: thrift and substitution are one saving, by needing less or by doing without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Duration, Share
from ..base import Fault, Group
from ..effects import Effect, Point, Select
from ..example import Example, row
from ..users import UserEvent


class _Programme(UserEvent):
    """What saving programmes have in common: what is saved in the end, and how long it takes."""

    start_optional: ClassVar[bool] = True
    profiled: ClassVar[bool] = False
    repeatable: ClassVar[bool] = False

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

    group: ClassVar[Group] = "answers"

    type: Literal["thrifting_programme"]
    """thrifting_programme"""

    def what(self, ctx: LowerContext) -> str:
        return (
            f"a thrifting programme makes {ctx.say(self.saving, 'share')} of the demand of {self.who(ctx)} for "
            f"{ctx.say_products(self.products)} unnecessary within {ctx.say(self.reached_after, 'days')}"
        )

    example: ClassVar[Example] = Example(
        """
        countries: EU
        products: ht_magnet
        saving: 20 %
        reached_after: 2 years
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, a thrifting programme makes 20 % of the demand of all end uses in the EU for
        high-temperature (Dy/Tb-bearing) NdFeB magnets unnecessary within 2 years.
        """,
        rows=(
            row(
                "thrift",
                Select(products=("ht_magnet",), destinations=("DE", "REU")),
                {0.0: 0.0, 730.5: 0.2},
                linear=True,
            ),
        ),
    )


class SubstitutionProgramme(_Programme):
    """Users are helped to do without: other magnets, motors without magnets, other alloys."""

    group: ClassVar[Group] = "answers"

    type: Literal["substitution_programme"]
    """substitution_programme"""

    def what(self, ctx: LowerContext) -> str:
        return (
            f"a substitution programme replaces {ctx.say(self.saving, 'share')} of the demand of {self.who(ctx)} for "
            f"{ctx.say_products(self.products)} within {ctx.say(self.reached_after, 'days')}"
        )

    example: ClassVar[Example] = Example(
        """
        products: ht_magnet
        end_uses: wind
        saving: 10 %
        reached_after: 3 years
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, a substitution programme replaces 10 % of the demand of wind turbines for
        high-temperature (Dy/Tb-bearing) NdFeB magnets within 3 years.
        """,
        rows=(
            row("thrift", Select(products=("ht_magnet",), end_uses=("wind",)), {0.0: 0.0, 1095.75: 0.1}, linear=True),
        ),
    )
