"""Conditions that events wait for."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import model_validator

from ..language.context import LowerContext
from ..language.fields import CertainDuration, Day, Index, Name, OneOf, Product, Strict
from ..language.uncertain import Uncertain, field_error
from .fields import Delay, Place, Span
from .words import say_date


class Trigger(Strict):
    """What an event waits for instead of a date: another event, or a price or shortage that lasts."""

    after: Name = ""
    """Name of the event whose start (in the same run) sets this one off. If that one does not happen, neither does
    this."""

    variable: Annotated[str, OneOf(("price_spot_index", "price_paid_index", "unserved_share"))] = ""
    """What is watched: `price_spot_index` or `price_paid_index` (baseline = 1) of a product in a price zone or country, or
    `unserved_share`, the physically unserved share of what a country's users of the product want."""

    product: Product = ""
    """Product whose price or shortage is watched."""

    place: Place = ""
    """Country, or for prices a price zone too. The quoted price of a country is that of the zone in which it is: its own
    from the day on which a rule singles it out."""

    above: Index | None = None
    """Threshold that has to be exceeded: an index (3 = three times the baseline) or a share (5 %)."""

    lasting: CertainDuration = 7.0
    """How long it has to stay above the threshold without a break (market weeks). Default: 1 week."""

    delay: Delay = Span()
    """Time between the condition and the event's start; a range is drawn evenly, once per run. Default: none."""

    not_before: Day | None = None
    """The condition is not looked at before this date. Default: from the first day on."""

    @model_validator(mode="after")
    def _one_condition(self) -> Trigger:
        if bool(self.after) == bool(self.variable):
            raise field_error("needs either after (another event's name) or variable (a price or shortage to watch)")
        if self.after:
            unread = [key for key in ("product", "place", "above", "lasting") if key in self.model_fields_set]
            if unread:
                raise field_error([((key,), "is not read where the trigger waits for an event") for key in unread])
        if self.variable and not (self.product and self.place and self.above is not None):
            raise field_error(f"needs product, place and above to watch {self.variable}")
        if isinstance(self.above, Uncertain):
            raise field_error([(("above",), "must be one number: a threshold can't be drawn")])
        if self.above is not None:
            self._threshold_makes_sense(self.above)
        return self

    def _threshold_makes_sense(self, above: float) -> None:
        """A share ends at 1; a price stands at 1 on the first day, so that a lower threshold waits for nothing."""
        if self.variable == "unserved_share" and above > 1:
            meant = f"; did you mean {above:g} %" if above <= 100 else ""
            raise field_error([(("above",), f"must be between 0 and 1, it is a share (got {above:g}){meant}")])
        if self.variable == "unserved_share" and above == 1:
            raise field_error([(("above",), "must be below 100 %: no more than all of the use can go unserved")])
        if self.variable != "unserved_share" and above < 1:
            said = f"must be at least 1, the baseline price, else it is exceeded from the first day on (got {above:g})"
            raise field_error([(("above",), f"{said}; did you mean {1 + above:g}")])

    def lower(self, ctx: LowerContext) -> dict[str, Any]:
        """Arguments of `supplyrisk.spec.resolved.Trigger`."""
        return {
            "variable": self.variable,
            "product": self.product,
            "place": self.place,
            "threshold": ctx.central(self.above) if self.above is not None else 0.0,
            "weeks": max(1, -int(-self.lasting // 7)),
            "after_event": self.after,
            "delay_days_low": self.delay.low,
            "delay_days_high": self.delay.high,
            "not_before_day": max(-ctx.lead_days, ctx.day(self.not_before)) if self.not_before else 0,
        }

    def clause(self, ctx: LowerContext) -> str:
        """ "14 to 60 days after us_tariff begins"."""
        later = "as soon as" if self.delay.high == 0 else f"{self.delay} after"
        since = f" (watched from {say_date(self.not_before)})" if self.not_before else ""
        if self.after:
            return f"{later} {self.after!r} begins{since}"
        unit = "share" if self.variable == "unserved_share" else ""
        level = ctx.say(self.above if self.above is not None else 0.0, unit)
        where = ctx.say_countries((self.place,))
        what = {
            "price_spot_index": f"the quoted price of {ctx.say_products((self.product,))} in {where}",
            "price_paid_index": f"the average price paid for {ctx.say_products((self.product,))} in {where}",
            "unserved_share": f"the unserved share of {ctx.say_products((self.product,))} in {where}",
        }[self.variable]
        times = level if unit else f"{level} times its baseline"
        return f"{later} {what} has stood above {times} for {ctx.say(self.lasting, 'days')}{since}"
