"""New capacity: a plant and recycling are one thing, with and without a need of input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Country, Duration, Factor, Flag, Product, Rate, Share
from ...language.numbers import Num
from ..base import Event, Group
from ..effects import Effect, Point, Select
from ..example import Example, row
from ..selecting import countries, products


class _NewPlant(Event):
    """What new capacity has in common. `start` is the announced first production."""

    start_optional: ClassVar[bool] = False
    profiled: ClassVar[bool] = False
    repeatable: ClassVar[bool] = False

    product: Product
    """What it makes."""

    country: Country
    """Where it stands; the model makes a site if the country has none yet."""

    capacity: Rate
    """Output at full capacity (t/yr, in the product's mass basis)."""

    ramp: Duration = 365.25
    """Time from first production to full capacity, in a straight line. Default: 1 year (assumption; one to two are
    usual for separation and magnet plants)."""

    slippage: Duration = 0.0
    """Delay behind the announced start, usually a distribution: `{pert: [0 days, 1 year, 3 years]}`. Iluka's refinery
    slipped by 2 years. Default: none, the announced date is believed."""

    success_probability: Share = 1.0
    """Chance that it is built at all. Default: 100 %."""

    unit_cost_ratio: Factor = 0.0
    """Unit cost relative to the incumbents' price in the baseline: it runs only while it is paid at least that much
    (1.5 = it needs a price index of 1.5, unless a floor, subsidy or offtake pays). Default: 0, it always runs."""

    offtake_to: Countries = ()
    """Countries that have contracted its output and get it first. Default: none, it sells to whoever pays."""

    def plant(self, ctx: LowerContext, needs_input: bool) -> Effect:
        """The row of the new site."""
        capacity = ctx.num(self.capacity)
        ramp = ctx.num(self.ramp)
        points = (Point(0.0, capacity),) if ramp == 0.0 else (Point(0.0, 0.0), Point(ramp, capacity))
        params: dict[str, Num] = {
            "unit_cost_ratio": ctx.num(self.unit_cost_ratio),
            "needs_input": float(needs_input),
            "success_probability": ctx.num(self.success_probability),
            "slip_days": ctx.num(self.slippage),
        }
        select = Select(products(ctx, (self.product,)), origins=countries(ctx, (self.country,)))
        texts = {"project": self.label, "offtake_to": " ".join(countries(ctx, self.offtake_to))}
        return Effect("new_capacity", select, points, ramp != 0.0, params, texts)

    def plant_words(self, ctx: LowerContext) -> str:
        """What is uncertain about it, and what it costs."""
        words = []
        if self.slippage != 0.0:
            words.append(f"late by {ctx.say(self.slippage, 'days')}")
        if self.success_probability != 1.0:
            words.append(f"built with a probability of {ctx.say(self.success_probability, 'share')}")
        if self.unit_cost_ratio != 0.0:
            words.append(f"unit cost {ctx.say(self.unit_cost_ratio)} times the baseline price")
        return f" ({', '.join(words)})" if words else ""


class CapacityProject(_NewPlant):
    """A new mine, refinery or plant comes into production; `start` is its announced date."""

    group: ClassVar[Group] = "supply"

    type: Literal["capacity_project"]
    """capacity_project"""

    needs_input: Flag = True
    """Whether it consumes the stage's inputs by the usual recipe. `no` for a by-product circuit or own feed.
    Default: yes."""

    def what(self, ctx: LowerContext) -> str:
        buyer = f" for {ctx.say_countries(self.offtake_to)}" if self.offtake_to else ""
        return (
            f"a plant for {ctx.say(self.capacity, 't/yr')} of {ctx.say_products((self.product,))} in "
            f"{ctx.say_countries((self.country,))} starts{buyer}, at full capacity after {ctx.say(self.ramp, 'days')}"
            + self.plant_words(ctx)
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.plant(ctx, self.needs_input)

    example: ClassVar[Example] = Example(
        """
        name: texas_separation
        country: US
        product: dytb_oxide
        capacity: 100 t/yr
        start: 2027-01-01
        """,
        sentence="""
        From 1 January 2027, a plant for 100 t/yr of Dy/Tb oxide in the United States starts, at full capacity
        after 1 year.
        """,
        rows=(
            row(
                "new_capacity",
                Select(products=("dytb_oxide",), origins=("US",)),
                {0.0: 0.0, 365.25: 100.0},
                linear=True,
                params={"unit_cost_ratio": 0.0, "needs_input": 1.0, "success_probability": 1.0, "slip_days": 0.0},
                texts={"project": "texas_separation", "offtake_to": ""},
            ),
        ),
    )


class Recycling(_NewPlant):
    """Recycling adds supply that needs no ore; `start` is its announced date."""

    group: ClassVar[Group] = "supply"

    type: Literal["recycling"]
    """recycling"""

    def what(self, ctx: LowerContext) -> str:
        when = "at once" if self.ramp == 0.0 else f"in full after {ctx.say(self.ramp, 'days')}"
        buyer = f" for {ctx.say_countries(self.offtake_to)}" if self.offtake_to else ""
        return (
            f"recycling adds {ctx.say(self.capacity, 't/yr')} of {ctx.say_products((self.product,))} in "
            f"{ctx.say_countries((self.country,))}{buyer}, {when}{self.plant_words(ctx)}"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.plant(ctx, needs_input=False)

    example: ClassVar[Example] = Example(
        """
        country: JP
        product: ndpr_oxide
        capacity: 500 t/yr
        start: 2026-06-01
        """,
        sentence="From 1 June 2026, recycling adds 500 t/yr of NdPr oxide in Japan, in full after 1 year.",
        rows=(
            row(
                "new_capacity",
                Select(products=("ndpr_oxide",), origins=("JP",)),
                {0.0: 0.0, 365.25: 500.0},
                linear=True,
                params={"unit_cost_ratio": 0.0, "needs_input": 0.0, "success_probability": 1.0, "slip_days": 0.0},
                texts={"project": "recycling", "offtake_to": ""},
            ),
        ),
    )
