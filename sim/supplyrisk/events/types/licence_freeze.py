"""Freezes of licences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Flag
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..lanes import Control


class LicenceFreeze(Control):
    """A country stops deciding about licences, for all buyers or for some: nothing is let through, applications wait.

    It lies on a licence regime that stands, and ends without it. Files in hand keep their place in the queue.
    """

    group: ClassVar[Group] = "controls of exports"
    profiled: ClassVar[bool] = False

    type: Literal["licence_freeze"]
    """licence_freeze"""

    origins: Countries
    """Countries whose offices stand still."""

    general_licences_hold: Flag = False
    """Whether goods under a general licence still leave (`yes`). Default: no, nothing that needs a licence leaves."""

    def what(self, ctx: LowerContext) -> str:
        does = self.sellers_do(ctx, "decides", "decide")
        text = f"{does} about no licence for {self.goods(ctx)}{self.to_buyers(ctx)}: applications wait"
        return text + (", general licences hold" if self.general_licences_hold else "")

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        params = {"general_licences_hold": float(self.general_licences_hold)}
        yield self.effect(ctx, "freeze", self.select(ctx), 1.0, params=params)

    example: ClassVar[Example] = Example(
        """
        origins: CN
        destinations: JP
        products: ht_magnet
        start: 2026-06-01
        duration: 2 months
        general_licences_hold: yes
        """,
        sentence="""
        From 1 June 2026 for 2 months, China decides about no licence for high-temperature (Dy/Tb-bearing) NdFeB magnets to
        Japan: applications wait, general licences hold.
        """,
        rows=(
            row(
                "freeze",
                Select(products=("ht_magnet",), origins=("CN",), destinations=("JP",)),
                1.0,
                params={"general_licences_hold": 1.0},
            ),
        ),
        after="licence_regime",
    )
