"""Licences for goods made abroad."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Country, Share
from ...language.schedule import Schedule
from ..base import Fault, Group
from ..effects import Effect, Select
from ..example import Example, row
from ..office import Office
from ..selecting import countries
from ..words import say_schedule


class ContentRule(Office):
    """Goods made abroad need the licence of a country whose material they contain (extraterritorial rule).

    Goods bound for that country itself need none, unless `destinations` names it.
    """

    group: ClassVar[Group] = "controls of exports"

    type: Literal["content_rule"]
    """content_rule"""

    content_origin: Country
    """Country whose material counts, and whose office decides. The model follows its share through stocks, mixing and
    shipments."""

    threshold: Share
    """Least share of that country's material in a shipment for which the licence is needed (0.1 % in October 2025)."""

    general_licences: Schedule[Share] | None = None
    """Share of the trade that general licences take out of the queue. Default: none."""

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        if self.threshold == 0.0:
            yield ("threshold",), "must be above 0 (got 0): with 0 every shipment would need the licence"

    def select(self, ctx: LowerContext) -> Select:
        """Re-exports: every seller but the country of origin, whose own exports other events control, to everybody but it."""
        select = super().select(ctx)
        origin = countries(ctx, (self.content_origin,))
        abroad = tuple(c for c in ctx.expand(("all",)) if c not in origin)
        sellers = tuple(c for c in select.origins or abroad if c not in origin)
        return replace(select, origins=sellers, destinations=select.destinations or abroad)

    def what(self, ctx: LowerContext) -> str:
        origin = ctx.say_countries((self.content_origin,))
        sellers = ctx.say_countries(self.origins, "other countries")
        text = (
            f"exports of {self.goods(ctx)} by {sellers}{self.to_buyers(ctx) or f' to buyers outside {origin}'} with at least "
            f"{ctx.say(self.threshold, 'share')} of content from {origin} need a licence of {origin} "
            f"({self.office_words(ctx)})"
        )
        if self.general_licences is not None:
            text += f", general licences cover {say_schedule(ctx, self.general_licences, 'share')}"
        return text

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        select = self.select(ctx)
        threshold = ctx.num(self.threshold)
        yield self.office_row(ctx, select, self.label, threshold, self.content_origin, self.content_origin)
        if self.general_licences is not None:
            yield self.effect(ctx, "general_licence", select, self.general_licences)
        yield from self.refusal_rows(ctx, select)

    example: ClassVar[Example] = Example(
        """
        # nothing is known of its office: its pace is drawn
        content_origin: CN
        threshold: 0.1 %
        products: ht_magnet
        start: 2026-12-01
        """,
        sentence="""
        From 1 December 2026, exports of high-temperature (Dy/Tb-bearing) NdFeB magnets by other countries to
        buyers outside China with at least 0.1 % of content from China need a licence of China (an office whose
        pace nobody knows: drawn from what the offices of six past regimes let through and 97 % granted).
        """,
        rows=(
            row(
                "licence",
                Select(
                    products=("ht_magnet",),
                    origins=("JP", "US", "DE", "REU", "KR", "VN", "IN", "TH", "MY", "MM", "AU", "KZ", "ROW"),
                    destinations=("JP", "US", "DE", "REU", "KR", "VN", "IN", "TH", "MY", "MM", "AU", "KZ", "ROW"),
                ),
                1.0,
                params={
                    "unit_officers": 0.0,
                    "review_days": 3.0,
                    "review_days_spread": 0.6,
                    "processing_days": 0.0,
                    "grant_rate": 0.97,
                    "reapply_weeks": 13.0,
                    "expiry_weeks": 26.0,
                    "lot_t": 0.0,
                    "content_threshold": 0.001,
                    "unknown_pace": 1.0,
                },
                texts={"office": "content_rule", "content_origin": "CN", "content_issuer": "CN"},
            ),
        ),
    )
