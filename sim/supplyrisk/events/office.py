"""What licence regimes have in common: an office with a capacity and a queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from ..language.context import LowerContext
from ..language.fields import Count, Countries, EndUses, Lot, OneOf, Percent, Share, Spread, Strict, Wait
from ..language.numbers import Num
from ..language.schedule import Schedule
from .base import Fault, constant
from .effects import Effect, Select
from .fields import AsTuple
from .lanes import Control
from .selecting import countries, end_uses
from .words import say_schedule

PACE_REVIEW_DAYS = 3.0


class Refusal(Strict):
    """Buyers whom a licence office refuses outright."""

    destinations: Countries = ()
    """Buying countries or groups refused. Default: all that need the licence."""

    end_uses: EndUses = ()
    """End uses refused. Default: all."""

    share: Schedule[Share] = constant(1.0)
    """Share of their normal purchases refused. Default: 100 %."""


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
