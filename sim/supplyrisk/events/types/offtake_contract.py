"""Offtake contracts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..fields import MoneyOf
from ..makers import Support, say_money
from ..selecting import countries


class OfftakeContract(Support):
    """A buyer takes the sites' output at an agreed price whatever the market."""

    group: ClassVar[Group] = "answers"

    type: Literal["offtake_contract"]
    """offtake_contract"""

    price: MoneyOf
    """Price agreed, in USD/kg, or as an index (baseline = 1)."""

    buyers: Countries = ()
    """Countries whose users get the output first. Default: whoever buys."""

    def what(self, ctx: LowerContext) -> str:
        buyer = f" for {ctx.say_countries(self.buyers)}" if self.buyers else ""
        return f"the output of {self.whose(ctx)} is contracted{buyer} at {say_money(ctx, self.price)}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        buyer = " ".join(countries(ctx, self.buyers))
        yield self.money_row(ctx, "offtake", self.price, {"buyer": buyer})

    example: ClassVar[Example] = Example(
        """
        countries: MY
        products: ndpr_oxide
        price: 1.5
        buyers: JP
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, the output of makers of NdPr oxide in Malaysia is contracted for Japan at 1.5 times
        the baseline price.
        """,
        rows=(
            row(
                "offtake",
                Select(products=("ndpr_oxide",), origins=("MY",)),
                1.5,
                params={"usd_per_kg": 0.0},
                texts={"buyer": "JP"},
            ),
        ),
    )
