"""One small check per fault that shows only when the whole scenario is seen.

Each yields (path in the file, message). A check works on central values: it is there to catch slips,
not to rule out unlikely draws.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..errors import did_you_mean
from ..events.types.duties import Tariff
from ..language.names import ALL
from ..language.numbers import central
from ..language.text import Node
from ..language.uncertain import Uncertain
from ..sums import add_up
from . import rules
from .cells import cells_of
from .idle import events_that_do_nothing
from .outlooks import TODAY
from .resolve import Fault, Placed, Resolution
from .scenario import MAX_YEARS, WORLD, ScenarioSpec
from .state_checks import states_deal_in_what_there_is
from .substitute_checks import substitutes_have_users
from .touch import reach_of

Faults = Iterator[Fault]


NAME = re.compile(r"[\w-]+( [\w-]+)*")
# A date this many years after the horizon is a slip of the keyboard.
FAR_YEARS = 30


@dataclass(frozen=True)
class Case:
    """What the checks look at."""

    spec: ScenarioSpec
    resolutions: Sequence[Resolution]
    folder: Path
    root: Node | None = None  # the file's tree, which knows in which file every event was written

    @property
    def placed(self) -> tuple[Placed, ...]:
        """Events as resolved in the first world."""
        return self.resolutions[0].placed

    @cached_property
    def centrals(self) -> dict[str, float]:
        """Central value of every uncertain number, by name."""
        return {column.name: column.central for column in self.resolutions[0].scenario.sampled}

    @property
    def standing(self) -> frozenset[tuple[str | int, ...]]:
        """Paths of the events that stand in a world's `today.yaml`."""
        return frozenset(item.path for one in self.resolutions for item in one.placed if item.standing)

    def arms(self) -> Iterator[tuple[str, list[Placed]]]:
        """(policy or "", events that happen together)."""
        shared = [item for item in self.placed if item.arm in ("", "outlook")]
        yield "", shared
        for name in self.spec.policies:
            yield name, shared + [item for item in self.placed if item.arm == f"policy:{name}"]


def dates_lie_in_the_horizon(case: Case) -> Faults:
    """What begins must begin in the horizon; what ends may end after it, if not absurdly so (see NOTES).

    Events of the outlook may begin in the lead-in, and those of `today.yaml` after the horizon too.
    """
    standing = case.standing
    for path, key, date in _all_dates(case):
        horizon = case.spec.horizon
        early = path[0] == "outlook"
        if early and case.spec.lead_weeks and date < case.spec.first_day:
            said = f"lies before the first day that is simulated, {case.spec.first_day} (got {date})"
            yield path, f"{said}; write outlook: {{simulate_from: {date}}} or a later date"
        elif date < horizon.start and not (early and case.spec.lead_weeks):
            said = f"lies before the first day of the horizon, {horizon.start} (got {date})"
            yield path, said + _year(date, horizon) + _standing(case, path, key)
        elif path[:3] in standing:
            continue
        elif date > horizon.last and (not _may_lie_beyond(key) or date.year > horizon.last.year + FAR_YEARS):
            yield path, f"lies after the last day of the horizon, {horizon.last} (got {date}){_year(date, horizon)}"


def _standing(case: Case, path: tuple[str | int, ...], key: str) -> str:
    """What to write for a rule that has been in force since before the first day."""
    event = next(event for at, _, event in case.spec.all_events() if at == path[: len(at)] and len(path) > len(at))
    first = case.spec.horizon.start
    if key in ("announced", "rumoured"):
        return f"; write {first}, or leave it out if everybody has got used to it"
    if key != "start":
        return ""
    known = "what holds on the first day is part of the baseline"
    if isinstance(event, Tariff):
        named = [", ".join(listed) or ALL for listed in (event.products, event.origins, event.destinations)]
        rate = event.rate.first()
        duty = f"{100 * rate:.12g} %" if isinstance(rate, float) else "RATE"
        where = f"{{{named[0]}: {{{named[1]}: {{{named[2]}: {duty}}}}}}}"
        return f"; {known}: write baseline: {{tariff: {where}}} and no event"
    return (
        f"; {known}, as the world's numbers have it: leave the event out, write start: {first} if it comes as news, or put it "
        "into outlook with simulate_from, if it is to have done its work by then"
    )


def dates_after_the_horizon(case: Case) -> Faults:
    """Ends and steps of a value that the run will not see: worth knowing, not wrong."""
    last, standing = case.spec.horizon.last, case.standing
    for path, key, date in _all_dates(case):
        if path[:3] in standing:
            continue
        beyond = last + dt.timedelta(days=1) if key == "end" else last
        if _may_lie_beyond(key) and date > beyond and date.year <= last.year + FAR_YEARS:
            yield path, f"lies after the last day of the horizon, {last} (got {date}), and is not reached"


def the_lead_in_comes_first(case: Case) -> Faults:
    """A simulation can't begin after what it is to report; a lead-in has to fit."""
    begin, horizon = case.spec.outlook.simulate_from, case.spec.horizon
    if begin is None:
        return
    at = ("outlook", "simulate_from")
    if begin > horizon.start and case.spec.outlook.base != TODAY:
        yield at, f"must not be after the start of the horizon, {horizon.start} (got {begin})"
    elif case.spec.lead_weeks * 7 + horizon.days > MAX_YEARS * 366:
        yield at, f"must be within {MAX_YEARS} years of the end of the horizon (got {begin})"


def _may_lie_beyond(key: str) -> bool:
    return key not in ("rumoured", "announced", "start")


def _all_dates(case: Case) -> Iterator[tuple[tuple[str | int, ...], str, dt.date]]:
    """(path, key, date) of every date of every event."""
    for path, _, event in case.spec.all_events():
        for key in ("rumoured", "announced", "start", "end"):
            date = _date(getattr(event, key, None))
            if date is not None:
                yield (*path, key), key, date
        for key, schedule in event.schedules():
            for date in schedule.dates():
                yield (*path, key, date.isoformat()), key, date


def _date(value: Any) -> dt.date | None:
    if isinstance(value, Uncertain):
        return dt.date.fromordinal(round(value.central))
    return value if isinstance(value, dt.date) else None


def _year(date: dt.date, horizon: Any) -> str:
    """The same day in a year of the horizon, if the year looks mistyped."""
    for year in range(horizon.start.year, horizon.last.year + 1):
        try:
            other = date.replace(year=year)
        except ValueError:
            continue
        digits = sum(a != b for a, b in zip(f"{date.year:04d}", f"{year:04d}", strict=True))
        if horizon.start <= other <= horizon.last and (digits == 1 or sorted(str(date.year)) == sorted(str(year))):
            return f"; did you mean {other}"
    return ""


def names_of_events_are_unique(case: Case) -> Faults:
    for policy, _ in case.arms():
        seen: dict[str, str] = {}
        for path, arm, event in case.spec.all_events():
            if arm not in ("", "outlook", f"policy:{policy}") or not event.name:
                continue
            if event.name in seen and (arm.startswith("policy:") or not policy):
                yield (*path, "name"), f"a second event named {event.name!r}; names must differ"
            seen.setdefault(event.name, arm)


def names_can_stand_in_paths(case: Case) -> Faults:
    """Names of events and policies are parts of paths (`events.NAME.share`), arms and tables."""
    for name in case.spec.policies:
        if not NAME.fullmatch(name):
            yield ("policies", name), f"must be words of letters, digits, _ and - (got {name})"
    for path, _, event in case.spec.all_events():
        if event.name and not NAME.fullmatch(event.name):
            yield (*path, "name"), f"must be words of letters, digits, _ and - (got {event.name})"


def references_name_an_event(case: Case) -> Faults:
    """Triggers, suspensions and delays refer to events of the same arm."""
    for policy, placed in case.arms():
        known = {item.event.label: item for item in placed}
        for item in placed:
            if policy and item.arm != f"policy:{policy}":
                continue
            for path, name in _references(item):
                if name not in known:
                    hint = did_you_mean(name, [label for label in known if label != item.event.label])
                    yield path, f"no event of this name in the scenario (got {name}){hint}"
                elif known[name] is item:
                    yield path, "refers to itself"


def _references(item: Placed) -> Iterator[tuple[tuple[str | int, ...], str]]:
    event: Any = item.event
    if event.trigger is not None and event.trigger.after:
        yield (*item.path, "trigger", "after"), event.trigger.after
    for index, name in enumerate(getattr(event, "events", ())):
        yield (*item.path, "events", index), name
    if isinstance(getattr(event, "project", None), str) and event.project:
        yield (*item.path, "project"), event.project


def triggers_do_not_wait_for_each_other(case: Case) -> Faults:
    for _, placed in case.arms():
        after = {
            i.event.label: i.event.trigger.after
            for i in placed
            if i.event.trigger is not None and i.event.trigger.after
        }
        for item in placed:
            name, seen = item.event.label, [item.event.label]
            while after.get(name) and after[name] not in seen:
                name = after[name]
                seen.append(name)
            if after.get(name) == item.event.label and len(seen) > 1:
                yield (*item.path, "trigger", "after"), f"waits in a circle: {' -> '.join([*seen, seen[0]])}"


def triggers_watch_something(case: Case) -> Faults:
    """Prices are watched in a zone or country, unserved users in a country; the product must exist there."""
    for item in case.placed:
        trigger = item.event.trigger
        if trigger is None or not trigger.variable:
            continue
        names = [resolution.world.names for resolution in case.resolutions]
        zones = {zone for world in names for zone in world.zones}
        countries = {code for world in names for code in world.countries}
        at = (*item.path, "trigger", "place")
        if trigger.variable == "unserved_share" and trigger.place not in countries:
            yield (
                at,
                f"unserved_share is watched in a country (got {trigger.place}){did_you_mean(trigger.place, countries, 0)}",
            )
        elif trigger.variable == "price_paid_index" and trigger.place not in zones:
            if not any((trigger.product, trigger.place) in reach_of(one).buyers for one in case.resolutions):
                yield at, f"nobody in {trigger.place} buys {trigger.product}, so that no price is paid for it"
        elif trigger.variable == "unserved_share" and not _has_users(case, trigger.product, trigger.place):
            yield at, f"nobody in {trigger.place} uses {trigger.product}, so that no use can go unserved"


def _has_users(case: Case, product: str, country: str) -> bool:
    reaches = [reach_of(resolution) for resolution in case.resolutions]
    return any((product, country) == user[:2] for reach in reaches for user in reach.users)


def triggers_look_in_time(case: Case) -> Faults:
    """A condition that is looked at only after the last day is never met."""
    last = case.spec.horizon.last
    for path, _, event in case.spec.all_events():
        date = event.trigger.not_before if event.trigger is not None else None
        if date is not None and date > last:
            yield (*path, "trigger", "not_before"), f"lies after the last day of the horizon, {last} (got {date})"


def policies_do_something(case: Case) -> Faults:
    for name, policy in case.spec.policies.items():
        if not policy.events:
            yield ("policies", name, "events"), "is a policy without events"


def budgets_have_a_payer(case: Case) -> Faults:
    """Whoever pays a policy's budget is a country or a group of every world."""
    for name, policy in case.spec.policies.items():
        if policy.payer != WORLD and policy.yearly_budget is None:
            yield (
                ("policies", name, "payer"),
                "pays a budget that is not given; write yearly_budget, or leave payer out",
            )
        for one in case.resolutions:
            known = (*one.world.names.countries, *one.world.names.groups, WORLD)
            if policy.payer not in known:
                hint = did_you_mean(policy.payer, known, 0)
                yield ("policies", name, "payer"), f"is no country or group of the world (got {policy.payer}){hint}"


def events_touch_something(case: Case) -> Faults:
    """Each event must find a lane, site or user in at least one of the worlds."""
    reaches = [reach_of(resolution) for resolution in case.resolutions]
    for number, item in enumerate(case.placed):
        reasons = []
        for resolution, reach in zip(case.resolutions, reaches, strict=True):
            effects = resolution.placed[number].resolved.effects
            missing = [reach.why_nothing(effect) for effect in effects]
            reasons.append(next((reason for reason in missing if reason), "") if effects and all(missing) else "")
            if not effects:
                reasons[-1] = f"names nothing that exists in the world {resolution.world.names.world}"
        if all(reasons):
            yield item.path, f"can't touch anything: {reasons[0]}"


def what_comes_again_does_so(case: Case) -> Faults:
    """The second time must lie in the horizon, and before `until`; else it is an event that comes once."""
    for item in case.placed:
        resolved = item.resolved
        if not resolved.every_days or item.standing:
            continue
        first = central(resolved.start_day, case.centrals) if resolved.trigger is None else 0.0
        last = min(float(case.resolutions[0].scenario.days), resolved.until_day)
        if math.isfinite(first) and first + resolved.every_days >= last:
            end = "until" if resolved.until_day <= case.resolutions[0].scenario.days else "the end of the horizon"
            again = case.resolutions[0].scenario.start + dt.timedelta(days=round(first + resolved.every_days))
            said = f"never comes again: the second time would be on {again}, not before {end}"
            if resolved.trigger is not None:
                said = f"never comes again: {end} comes first, whenever it is triggered"
            yield (*item.path, "every"), f"{said} (got {resolved.every_days:g} days)"


def durations_fit(case: Case) -> Faults:
    """A duration is drawn in days: a distribution that starts below one day is a slip of units."""
    for path, _, event in case.spec.all_events():
        duration = event.duration
        if isinstance(duration, Uncertain) and duration.support()[1] < 1:
            yield (*path, "duration"), f"never lasts a day (got {duration.text})"


def correlations_are_possible(case: Case) -> Faults:
    """The matrix of rank correlations must be positive definite (Cholesky goes through)."""
    listed = case.resolutions[0].scenario.rank_correlations
    names = sorted({name for first, second, _ in listed for name in (first, second)})
    matrix = [[1.0 if a == b else 0.0 for b in names] for a in names]
    for first, second, rho in listed:
        i, j = names.index(first), names.index(second)
        matrix[i][j] = matrix[j][i] = rho
    if not _positive_definite(matrix):
        yield ("uncertain", "rank_correlations"), "contradict each other (no numbers can be correlated like that)"


def _positive_definite(matrix: list[list[float]]) -> bool:
    size = len(matrix)
    lower = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i][j] - add_up(lower[i][k] * lower[j][k] for k in range(j))
            if i == j:
                if rest <= 1e-9:
                    return False
                lower[i][i] = rest**0.5
            else:
                lower[i][j] = rest / lower[j][j]
    return True


# What does nothing without another rule on the same trade: operation, the one it needs, what is missing.
NEEDED = (
    ("general_licence", "licence", "none of these goods needs a licence in this scenario"),
    ("freeze", "licence", "none of these goods needs a licence in this scenario: there is nothing to freeze"),
    ("enforcement", "leak", "no transshipment of these goods in this scenario that could be policed"),
)


def what_they_act_on_is_there(case: Case) -> Faults:
    """A general licence exempts from a licence regime, enforcement polices a transshipment: without one they do nothing."""
    reach = reach_of(case.resolutions[0])
    for policy, placed in case.arms():
        for item in placed:
            if policy and item.arm != f"policy:{policy}":
                continue
            for op, needed, missing in NEEDED:
                selects = [effect.select for effect in item.resolved.effects if effect.op == op]
                found = [
                    (other, effect.select)
                    for other in placed
                    for effect in other.resolved.effects
                    if effect.op == needed
                ]
                shared = [other for other, b in found if any(reach.shared_lanes(a, b) for a in selects)]
                if selects and not shared:
                    yield item.path, f"can't touch anything: {missing}"
                elif selects and op == "freeze" and not any(_may_meet(case, item, other) for other in shared):
                    yield item.path, "can't touch anything: none of these goods needs a licence while it lasts"


def _may_meet(case: Case, one: Placed, other: Placed) -> bool:
    """Whether two events may be in force on one day; what waits for a trigger or comes again may do so at any time."""
    events = (one.resolved, other.resolved)
    if any(event.trigger is not None or event.by_chance or event.every_days > 0.0 for event in events):
        return True
    return rules.overlap(one, other, case.centrals)


def earlier_rules_are_remembered(case: Case) -> Faults:
    """`last_time` says how long an earlier rule held: nobody reads it in worlds that remember nothing."""
    for path, _, event in case.spec.all_events():
        if getattr(event, "last_time", 0.0) == 0.0:
            continue
        remembers = [value for one in case.resolutions for _, value in cells_of(one.existing, "memory_of_rules")]
        if not any(value > 0 for value in remembers):
            said = "is not read: memory_of_rules is 0 in this world; write baseline: {memory_of_rules: 50 %} or leave it out"
            yield (*path, "last_time"), said


CHECKS = (
    substitutes_have_users,
    earlier_rules_are_remembered,
    dates_lie_in_the_horizon,
    the_lead_in_comes_first,
    names_of_events_are_unique,
    names_can_stand_in_paths,
    references_name_an_event,
    triggers_do_not_wait_for_each_other,
    triggers_watch_something,
    triggers_look_in_time,
    policies_do_something,
    budgets_have_a_payer,
    events_touch_something,
    rules.events_do_not_contradict,
    rules.events_are_not_restated,
    what_comes_again_does_so,
    durations_fit,
    correlations_are_possible,
    what_they_act_on_is_there,
    states_deal_in_what_there_is,
)


# What is worth a line from `check`, without being wrong.
NOTES = (dates_after_the_horizon, events_that_do_nothing)


def note_scenario(spec: ScenarioSpec, resolutions: Sequence[Resolution], folder: Path) -> list[Fault]:
    """Remarks about a scenario that is fine."""
    case = Case(spec, resolutions, folder)
    return [note for remark in NOTES for note in remark(case)]


def check_scenario(
    spec: ScenarioSpec, resolutions: Sequence[Resolution], folder: Path, root: Node | None = None
) -> list[Fault]:
    """All faults found by the checks."""
    case = Case(spec, resolutions, folder, root)
    return [fault for check in CHECKS for fault in check(case)]
