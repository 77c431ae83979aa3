"""The news: what the events of a scenario tell the world by a day, in sentences that a newspaper would print.

Who does what, to which goods, from when, with the numbers of the rule. What is no rule but practice (how many licences an
office decides, what customs set aside) is told as what exporters say, when it changes; a rumour as a rumour. Steps and ends
that lie ahead are told only if the scenario says that they are public.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...events.base import Event
from ...events.lanes import LaneEvent
from ...events.office import Office
from ...events.types.licence_regime import LicenceRegime
from ...events.types.suspension import Suspension
from ...events.words import say_date, verb
from ...language.context import LowerContext
from ...language.schedule import Schedule
from ...report.words import plain_uncertainty

if TYPE_CHECKING:
    from .rules import Exercise

# Of what no office publishes: who tells of it.
SAID_BY = {
    "customs_slowdown": "Shippers report",
    "licence_freeze": "Exporters report",
    "transshipment": "Traders say",
    "enforcement": "Traders say",
    "diversified_sourcing": "Buyers say",
    "capacity_outage": "The trade press reports",
    "mine_inspections": "Miners report",
    "demand_change": "Makers report",
    "new_demand": "Makers report",
}


STARTS = ("capacity_project", "recycling")  # what starts on a day, rather than holds from it on
_BRACKETS = re.compile(r" \([^()]*\)")


@dataclass(frozen=True)
class Told:
    """Something that becomes known on a day."""

    day: dt.date
    text: str


def news(e: Exercise, day: dt.date) -> list[Told]:
    """What the events of an exercise's scenario have told by a day, the oldest first."""
    resolution = e.loaded.resolutions[0]
    scenario = resolution.scenario
    ctx = LowerContext(resolution.world.names, scenario.start, scenario.days, 7 * scenario.lead_weeks)
    events = e.loaded.spec.events
    found = [told for event in events for told in _Paper(ctx, event, events).all() if told.day <= day]
    short = {name: _BRACKETS.sub("", name) for name in ctx.names.products.values()}
    return sorted((Told(told.day, _printed(told.text, short)) for told in found), key=lambda told: told.day)


def _printed(text: str, short: dict[str, str]) -> str:
    """A text as a newspaper prints it: goods without what stands in brackets behind their names."""
    for name, plain in short.items():
        text = text.replace(name, plain)
    return text.replace("t/yr", "t a year")


class _Paper:
    """What is printed of one event."""

    def __init__(self, ctx: LowerContext, event: Event, others: tuple[Event, ...]) -> None:
        self.ctx, self.event, self.others = ctx, event, others

    def all(self) -> Iterator[Told]:
        """Everything, whenever it is known."""
        event, start = self.event, self.event.start
        if not isinstance(start, dt.date):
            return
        known = event.announced if isinstance(event.announced, dt.date) else start
        rumoured = getattr(event, "rumoured", None)
        if isinstance(rumoured, dt.date):
            yield Told(rumoured, f"An unconfirmed rumour: from about {start:%B %Y} {self.clause(start)}.")
        until = self._public_end()
        if known < start:
            yield Told(known, f"It is announced that from {say_date(start)} {self.clause(start)}{until}.")
            yield Told(start, f"As announced on {say_date(known)}, from today {self.clause(start)}{until}.")
        else:
            yield Told(start, f"{self._source()}{self.clause(start)}{until}{self._unknown()}.")
        yield from self._practice(start)
        end = self._end()
        for when in sorted({day for _, schedule in _schedules(event) for day in _days(schedule, start)}):
            if when > start and (end is None or when < end):
                yield from self._changes(when, start)
        if end is not None and not self._followed(end):
            yield Told(end, f"{self._over(start)}.")

    # --- the rule -----------------------------------------------------------------------------------

    def clause(self, day: dt.date) -> str:
        """What the event does as of a day, as a clause with its subject first."""
        event, ctx = _as_of(self.event, day), self.ctx
        if isinstance(event, Suspension):
            rules = [_rule(other, ctx) for other in self.others if other.label in event.events]
            return f"{' and '.join(rules) or 'a rule'} {verb(event.events, 'is', 'are')} suspended"
        if event.type == "customs_slowdown" and isinstance(event, LaneEvent):
            extra = ctx.say(getattr(event, "extra_days", Schedule.of(0.0)).first(), "days")
            text = f"customs of {event.sellers(ctx)} hold up every shipment of {_goods(event, ctx)} by {extra}"
        elif isinstance(event, LicenceRegime):
            where = "" if event.destinations else ", for all destinations"
            asks = event.sellers_do(ctx, "requires", "require")
            text = f"{asks} a licence for every export of {_goods(event, ctx)}{where}"
            for refusal in event.refuse:
                whom = ctx.say_end_uses(refusal.end_uses, "all users")
                text += f"; {whom} in {ctx.say_countries(refusal.destinations)} are refused"
        else:
            text = event.what(ctx)
        if isinstance(event, Office):
            text = text.replace(f" ({event.office_words(ctx)})", "")
        return plain_uncertainty(text)

    def _source(self) -> str:
        said = SAID_BY.get(self.event.type)
        if self.event.type in STARTS:
            return "Today "
        return f"{said} that from today " if said else "From today "

    def _unknown(self) -> str:
        """What nobody outside knows of an office when it begins."""
        if not isinstance(self.event, Office):
            return ""
        return ". How many licences will be given, and how fast, is not said"

    def _end(self) -> dt.date | None:
        event = self.event
        if isinstance(event.end, dt.date):
            return event.end
        if isinstance(event.start, dt.date) and isinstance(event.duration, float):
            return event.start + dt.timedelta(days=round(event.duration))
        return None

    def _public_end(self) -> str:
        end = self._end()
        return f", until {say_date(end)}" if end is not None and self.event.end_is_known() else ""

    def _followed(self, end: dt.date) -> bool:
        """Whether another control of the same sellers begins on the day on which this one ends, which is what is told then."""
        mine = self.event
        if not isinstance(mine, LaneEvent):
            return False
        mine_goods, sellers = set(self.ctx.products(mine.products)), self.ctx.expand(mine.origins)
        for other in self.others:
            if isinstance(other, LaneEvent) and other.start == end and self.ctx.expand(other.origins) == sellers:
                goods = set(self.ctx.products(other.products))
                if not goods or not mine_goods or goods & mine_goods:
                    return True
        return False

    def _over(self, start: dt.date) -> str:
        event, ctx = self.event, self.ctx
        if isinstance(event, LaneEvent):
            goods = _goods(event, ctx)
            if event.type == "customs_slowdown":
                return f"Customs of {event.sellers(ctx)} clear shipments of {goods} at the usual pace again"
            endings = {
                "export_ban": ("lifts its ban on", "lift their ban on"),
                "export_quota": ("lifts its quota on", "lift their quota on"),
                "licence_regime": ("no longer requires licences for", "no longer require licences for"),
            }
            if event.type in endings:
                return f"{_capital(event.sellers_do(ctx, *endings[event.type]))} exports of {goods}"
        return f"This is over: {self.clause(start)}"

    # --- changes ------------------------------------------------------------------------------------

    def _practice(self, start: dt.date) -> Iterator[Told]:
        """What is noticed on the first day beside the rule."""
        goods = getattr(self.event, "ordinary_goods", None)
        if goods is not None and _at(goods.share, start, start) != 0.0:
            named = self.ctx.say_products(goods.products)
            yield Told(start, f"Exporters say that customs also hold shipments of {named}, which need no licence.")

    def _changes(self, when: dt.date, start: dt.date) -> Iterator[Told]:
        """Values of the rule that are others from a day on."""
        event = self.event
        before, own = when - dt.timedelta(days=1), False
        for path, schedule in _schedules(event):
            old, new = _at(schedule, before, start), _at(schedule, when, start)
            if old == new:
                continue
            special = self._special(path)
            if special is not None:
                yield Told(when, plain_uncertainty(f"{special(old, new)}."))
            elif path == "share" and isinstance(old, float) and old > 0.0:
                yield Told(when, f"{self._now(when)} ({self.ctx.say(old, 'share')} up to now).")
            else:
                own = True
        if own:
            yield Told(when, f"{self._now(when)}. Up to now, {self.clause(before)}.")

    def _now(self, when: dt.date) -> str:
        return f"{self._source()}{self.clause(when)}"

    def _special(self, path: str) -> Callable[[Any, Any], str] | None:
        """How a change of what an office does is told, if it is one."""
        event = self.event
        if not isinstance(event, Office):
            return None
        say, goods = self.ctx.say, _goods(event, self.ctx)
        office = f"the licence office of {event.sellers(self.ctx)}"
        if path == "capacity":
            return lambda old, new: (
                f"Exporters say that {office} now decides requests for {_about(say(new, 'share'))} of normal exports of {goods}"
                + ("" if old is None else f", up to now for {_about(say(old, 'share'), bare=True)}")
            )
        if path == "officers":
            return lambda old, new: f"Exporters say that in {office} {say(new)} officers now decide about {goods}"
        if path == "general_licences":
            return lambda old, new: (
                f"General licences now cover an estimated {say(new, 'share')} of the trade in {goods} "
                f"({'none' if not old else say(old, 'share')} up to now)"
            )
        if path == "ordinary_goods.share" and isinstance(event, LicenceRegime) and event.ordinary_goods is not None:
            named = self.ctx.say_products(event.ordinary_goods.products)
            return lambda old, new: (
                f"Customs no longer hold shipments of {named}, exporters say"
                if new == 0.0
                else f"Exporters say that customs now hold {_about(say(new, 'share'))} of the shipments of {named}, which need no licence"
            )
        return None


def _goods(event: LaneEvent, ctx: LowerContext) -> str:
    return event.goods(ctx) + event.to_buyers(ctx)


def _rule(event: Event, ctx: LowerContext) -> str:
    """A rule as a noun: "China's export ban on NdPr oxide"."""
    kind = event.type.replace("_", " ")
    if not isinstance(event, LaneEvent):
        return f"the {kind}"
    return f"the {kind} of {event.sellers(ctx)} on {_goods(event, ctx)}"


def _about(said: str, bare: bool = False) -> str:
    """A number that is known with a range is told as about so much; `bare` leaves the range out."""
    middle, cut, _ = said.partition(" (uncertain")
    return f"about {middle if bare else said}" if cut else said


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- values over time -----------------------------------------------------------------------------


def _schedules(event: Any, path: str = "") -> Iterator[tuple[str, Schedule[Any]]]:
    """Every value over time of an event, with its path."""
    for key in type(event).model_fields:
        value = getattr(event, key)
        if isinstance(value, Schedule):
            yield f"{path}{key}", value
        elif hasattr(type(value), "model_fields"):
            yield from _schedules(value, f"{path}{key}.")


def _day(when: dt.date | float, start: dt.date) -> dt.date:
    return when if isinstance(when, dt.date) else start + dt.timedelta(days=round(when))


def _days(schedule: Schedule[Any], start: dt.date) -> list[dt.date]:
    return [_day(when, start) for when, _ in schedule.points if not hasattr(when, "central")]


def _at(schedule: Schedule[Any], day: dt.date, start: dt.date) -> Any:
    """The value that holds on a day; None before the first."""
    found = None
    for when, value in schedule.points:
        if not hasattr(when, "central") and _day(when, start) <= day:
            found = value
    return found


def _as_of(event: Any, day: dt.date, start: dt.date | None = None) -> Any:
    """An event with the values that hold on a day, and no others."""
    start = start or event.start
    changes: dict[str, Any] = {}
    for key in type(event).model_fields:
        value = getattr(event, key)
        if isinstance(value, Schedule) and not value.constant:
            now = _at(value, max(day, start), start)
            changes[key] = Schedule.of(value.first() if now is None else now)
        elif hasattr(type(value), "model_fields"):
            changes[key] = _as_of(value, day, start)
    return event.model_copy(update=changes)
