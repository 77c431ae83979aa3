"""Export licences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Literal

from ...language.context import LowerContext
from ...language.fields import Countries, Products, Share, Strict, Wait
from ...language.schedule import Schedule
from ..base import Group
from ..effects import Effect, Select
from ..example import Example, row
from ..office import Office
from ..selecting import products
from ..words import say_schedule


class OrdinaryGoods(Strict):
    """Goods that need no licence but look like those that do, so that customs hold some of them."""

    products: Products
    """Products that customs can't tell apart."""

    share: Schedule[Share]
    """Share of shipments set aside; may change over time."""

    hold: Wait = 45.0
    """Mean time until a shipment set aside is let go. Default: 45 days (assumption: weeks of laboratory tests
    reported in spring 2025)."""

    hold_spread: Wait = 15.0
    """Standard deviation of that time. Default: 15 days (assumption)."""


class LicenceRegime(Office):
    """Exports need a licence: applications queue, are reviewed, and granted or refused."""

    group: ClassVar[Group] = "controls of exports"

    type: Literal["licence_regime"]
    """licence_regime"""

    origins: Countries
    """Countries that ask for a licence; each runs one office per product."""

    general_licences: Schedule[Share] | None = None
    """Share of the trade that a general licence (per exporter and customer) takes out of the queue; may grow over
    time. Default: none."""

    ordinary_goods: OrdinaryGoods | None = None
    """Goods outside the rule that customs hold too. Default: none."""

    def what(self, ctx: LowerContext) -> str:
        trade = f"{self.goods(ctx)}{self.to_buyers(ctx)}"
        text = f"{self.sellers_do(ctx, 'licenses', 'license')} exports of {trade} ({self.office_words(ctx)})"
        if self.general_licences is not None:
            text += f", general licences cover {say_schedule(ctx, self.general_licences, 'share')}"
        if self.ordinary_goods is not None:
            held = say_schedule(ctx, self.ordinary_goods.share, "share")
            text += f", customs also set aside shipments of {ctx.say_products(self.ordinary_goods.products)}: {held}"
        return text

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        select = self.select(ctx)
        for origin in select.origins or ctx.expand(("all",)):
            one = replace(select, origins=(origin,))
            yield self.office_row(ctx, one, f"{self.label}:{origin}", 0.0, "", origin)
        if self.general_licences is not None:
            yield self.effect(ctx, "general_licence", select, self.general_licences)
        yield from self.refusal_rows(ctx, select)
        if self.ordinary_goods is not None:
            held = replace(self._ordinary(ctx, select), end_uses=select.end_uses)
            goods = self.ordinary_goods
            params = {"hold_days": ctx.num(goods.hold), "hold_days_sd": ctx.num(goods.hold_spread)}
            yield self.effect(ctx, "hold", held, goods.share, params=params)

    def _ordinary(self, ctx: LowerContext, select: Select) -> Select:
        assert self.ordinary_goods is not None
        return replace(select, products=products(ctx, self.ordinary_goods.products))

    example: ClassVar[Example] = Example(
        """
        origins: CN
        products: [dytb_oxide, ht_magnet]
        start: 2026-04-04
        capacity:
          0 days: 4 %
          10 weeks: 33 %
          16 weeks: 68 %
        grant_rate: 97 %
        """,
        sentence="""
        From 4 April 2026, China licenses exports of Dy/Tb oxide and high-temperature (Dy/Tb-bearing) NdFeB
        magnets (as recorded or assumed, capacity for 4 %, 33 % after 10 weeks, 68 % after 16 weeks of normal
        exports, reviews of about 9 weeks and 97 % granted).
        """,
        rows=(
            row(
                "licence",
                Select(products=("dytb_oxide", "ht_magnet"), origins=("CN",)),
                {0.0: 0.04, 70.0: 0.33, 112.0: 0.68},
                params={
                    "unit_officers": 0.0,
                    "review_days": 63.0,
                    "review_days_spread": 0.6,
                    "processing_days": 0.0,
                    "grant_rate": 0.97,
                    "reapply_weeks": 13.0,
                    "expiry_weeks": 26.0,
                    "lot_t": 0.0,
                    "content_threshold": 0.0,
                    "unknown_pace": 0.0,
                },
                texts={"office": "licence_regime:CN", "content_origin": "", "content_issuer": "CN"},
            ),
        ),
    )
