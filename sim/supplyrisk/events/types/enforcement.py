"""Policing of leaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Share
from ...language.schedule import Schedule
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import LaneEvent
from ..words import say_schedule


class Enforcement(LaneEvent):
    """A crackdown on transshipment: fewer goods get through, more are seized, origins are traced."""

    group: ClassVar[Group] = "trade and routes"

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

    example: ClassVar[Example] = Example(
        """
        origins: CN
        products: dytb_oxide
        cut: 60 %
        start: 2026-06-01
        """,
        sentence="From 1 June 2026, enforcement stops 60 % of leaks of Dy/Tb oxide from China.",
        rows=(
            row(
                "enforcement",
                Select(products=("dytb_oxide",), origins=("CN",)),
                0.6,
                params={"seizure_probability": 0.0},
            ),
        ),
        after="transshipment",
    )
