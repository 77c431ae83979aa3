"""Subsidies per unit sold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..fields import MoneyOf
from ..makers import Support, say_money


class Subsidy(Support):
    """A government pays makers a fixed sum per unit sold, whatever the price."""

    group: ClassVar[Group] = "answers"

    type: Literal["subsidy"]
    """subsidy"""

    amount: MoneyOf
    """Paid per unit sold, in USD/kg, or as a multiple of the baseline price (0.5 = half of it)."""

    def what(self, ctx: LowerContext) -> str:
        return f"{self.whose(ctx)} receive {say_money(ctx, self.amount)} on top of what they sell for"

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.money_row(ctx, "subsidy", self.amount)

    example: ClassVar[Example] = Example(
        """
        countries: US
        products: ndpr_oxide
        amount: 20 USD/kg
        start: 2026-01-01
        """,
        sentence="""
        From 1 January 2026, makers of NdPr oxide in the United States receive 20 USD/kg on top of what they
        sell for.
        """,
        rows=(row("subsidy", Select(products=("ndpr_oxide",), origins=("US",)), 20.0, params={"usd_per_kg": 1.0}),),
    )
