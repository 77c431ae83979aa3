"""Export licences: offices with a capacity and a queue, rules on content, general licences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from ..language.context import LowerContext
from ..language.fields import (
    Count,
    Countries,
    Country,
    EndUses,
    Lot,
    OneOf,
    Percent,
    Products,
    Share,
    Spread,
    Strict,
    Wait,
)
from ..language.numbers import Num
from ..language.schedule import Schedule
from .base import Fault, constant, countries, end_uses, products, say_schedule
from .effects import Effect, Select
from .fields import AsTuple
from .lanes import Control, LaneEvent


class Refusal(Strict):
    """Buyers whom a licence office refuses outright."""

    destinations: Countries = ()
    """Buying countries or groups refused. Default: all that need the licence."""

    end_uses: EndUses = ()
    """End uses refused. Default: all."""

    share: Schedule[Share] = constant(1.0)
    """Share of their normal purchases refused. Default: 100 %."""


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


PACE_REVIEW_DAYS = 3.0


class Office(Control):
    """What licence regimes have in common: how many files the office handles, how fast, with what result."""

    profiled: ClassVar[bool] = False

    capacity: Schedule[Percent] | None = None
    """Files the office can decide, as a share of what the lanes that need the licence normally ship; may change
    over time (4 % in the first weeks of 2025). This or `officers`. Default: nothing is known of it; in every run the
    office's pace is then drawn from what the offices of six past regimes let through, month by month."""

    officers: Schedule[Count] | None = None
    """Officers at work, instead of `capacity`; each handles one lot at a time."""

    review: Wait = 63.0
    """Mean time for which one officer works on one lot. Default: 45 working days (the limit in China's export
    control law; not a floor: 2 to more than 60 days were seen in 2023 and 2025); 3 days where the office's pace is drawn,
    as that says what leaves, reviews included."""

    review_spread: Spread = 0.6
    """Coefficient of variation of that time (lognormal). Default: 0.6 (5 % of files under 20 working days, 5 % over
    90: assumption fitted to what was seen)."""

    review_shape: Annotated[str, OneOf(("lognormal", "exponential"))] = "lognormal"
    """Distribution of the review time; `exponential` has a spread of its own (1). Default: lognormal."""

    processing: Wait = 0.0
    """Further calendar time of a granted file that no officer spends on it (stamps, countersignature). Default: 0."""

    grant_rate: Share = 0.97
    """Share of decided files that are granted. Default: 97 % (19 granted and 1 refused among members of the EU
    Chamber by September 2025: pending is the norm, refusal rare)."""

    expiry: Wait = 182.0
    """Age at which a file lapses and its goods go back to the seller's stock. Default: 26 weeks (assumption); 0 means
    never."""

    reapplication_wait: Wait = 91.0
    """Time for which a refused buyer can't file again. Default: 13 weeks (assumption; without it refusals eat up the
    office's capacity)."""

    lot: Lot | None = None
    """Largest shipment on one file. Default: a fortieth of a week's normal exports."""

    refuse: Annotated[tuple[Refusal, ...], AsTuple] = ()
    """Buyers refused outright while the regime lasts, by destination and end use. Default: none."""

    def faults(self) -> Iterator[Fault]:
        if self.capacity is not None and self.officers is not None:
            yield ("officers",), "says again how much the office can decide; keep either capacity or officers"
        if self.review_shape == "exponential" and "review_spread" in self.model_fields_set:
            yield ("review_spread",), "is not read where review_shape is exponential"

    def knows_review(self) -> bool:
        """Whether reviews take the time of the file or the default's, and not the few days of a pace that is drawn."""
        return self.capacity is not None or self.officers is not None or "review" in self.model_fields_set

    def office_params(self, ctx: LowerContext) -> dict[str, Num]:
        """Numbers of operation `licence`, content threshold excepted."""
        exponential = self.review_shape == "exponential"
        return {
            "unit_officers": float(self.officers is not None),
            "review_days": ctx.num(self.review) if self.knows_review() else PACE_REVIEW_DAYS,
            "review_days_spread": -1.0 if exponential else ctx.num(self.review_spread),
            "processing_days": ctx.num(self.processing),
            "grant_rate": ctx.num(self.grant_rate),
            "reapply_weeks": ctx.num(self.reapplication_wait, 1 / 7),
            "expiry_weeks": ctx.num(self.expiry, 1 / 7),
            "lot_t": 0.0 if self.lot is None else ctx.num(self.lot),
        }

    def office_row(
        self, ctx: LowerContext, select: Select, office: str, threshold: Num, origin: str, issuer: str
    ) -> Effect:
        """The row of one office."""
        given = self.capacity if self.capacity is not None else self.officers
        level: Schedule[Any] | float = 1.0 if given is None else given
        params = self.office_params(ctx) | {"content_threshold": threshold, "unknown_pace": float(given is None)}
        texts = {"office": office, "content_origin": origin, "content_issuer": issuer}
        return self.effect(ctx, "licence", select, level, params=params, texts=texts)

    def refusal_rows(self, ctx: LowerContext, select: Select) -> Iterator[Effect]:
        """Buyers who get nothing."""
        for refusal in self.refuse:
            chosen = replace(
                select,
                destinations=countries(ctx, refusal.destinations) or select.destinations,
                end_uses=end_uses(ctx, refusal.end_uses) or select.end_uses,
            )
            yield self.effect(ctx, "close", chosen, refusal.share)

    def office_words(self, ctx: LowerContext) -> str:
        """ "as recorded or assumed, capacity for 4 % of normal exports, reviews of about 9 weeks"."""
        if self.officers is not None:
            size = f"as recorded or assumed, {say_schedule(ctx, self.officers)} officers"
        elif self.capacity is not None:
            size = f"as recorded or assumed, capacity for {say_schedule(ctx, self.capacity, 'share')} of normal exports"
        else:
            size = "an office whose pace nobody knows: drawn from what the offices of six past regimes let through"
        granted = ctx.say(self.grant_rate, "share")
        reviews = f", reviews of about {ctx.say(self.review, 'days')}" if self.knows_review() else ""
        words = f"{size}{reviews} and {granted} granted"
        for refusal in self.refuse:
            who = ctx.say_end_uses(refusal.end_uses, "all users")
            where = f" in {ctx.say_countries(refusal.destinations)}" if refusal.destinations else ""
            words += f"; {say_schedule(ctx, refusal.share, 'share')} of purchases by {who}{where} refused outright"
        return words


class LicenceRegime(Office):
    """Exports need a licence: applications queue, are reviewed, and granted or refused."""

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


class ContentRule(Office):
    """Goods made abroad need the licence of a country whose material they contain (extraterritorial rule).

    Goods bound for that country itself need none, unless `destinations` names it.
    """

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


class GeneralLicences(LaneEvent):
    """General licences are agreed: a share of a trade under licence leaves the queue."""

    type: Literal["general_licences"]
    """general_licences"""

    origins: Countries
    """Countries whose offices issue them."""

    share: Schedule[Share]
    """Share of the trade that needs no single licence any more; may grow over time."""

    def what(self, ctx: LowerContext) -> str:
        return (
            f"general licences of {ctx.say_countries(self.origins, 'every country')} cover "
            f"{say_schedule(ctx, self.share, 'share')} of the trade in {self.goods(ctx)}{self.to_buyers(ctx)}"
        )

    def rows(self, ctx: LowerContext) -> Iterator[Effect]:
        yield self.effect(ctx, "general_licence", self.select(ctx), self.share)
