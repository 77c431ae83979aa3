"""Price floors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..fields import MoneyOf
from ..makers import Support, say_money


class PriceFloor(Support):
    """A government pays makers the difference when the price is below a floor."""

    group: ClassVar[Group] = "answers"

    type: Literal["price_floor"]
    """price_floor"""

    floor: MoneyOf
    """Price guaranteed, in USD/kg, or as an index (1.5 = 1.5 times the baseline price). The US-MP Materials contract
    of 2025 guarantees 110 USD/kg of NdPr oxide for 10 years."""

    def what(self, ctx: LowerContext) -> str:
        return f"{self.whose(ctx)} are guaranteed {say_money(ctx, self.floor)}"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.money_row(ctx, "price_floor", self.floor)

    example: ClassVar[Example] = Example(
        """
        countries: US
        products: ndpr_oxide
        floor: 110 USD/kg
        start: 2026-01-01
        """,
        sentence="From 1 January 2026, makers of NdPr oxide in the United States are guaranteed 110 USD/kg.",
        rows=(
            row("price_floor", Select(products=("ndpr_oxide",), origins=("US",)), 110.0, params={"usd_per_kg": 1.0}),
        ),
    )
