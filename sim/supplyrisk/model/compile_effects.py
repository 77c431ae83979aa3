"""Compile events and effect rows: which lanes, sites, users and nodes each row touches.

Nothing here weighs: weights follow from numbers that may be drawn (see `weights`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..events.effects import Effect
from ..operations.declare import MOST_NUMBERS
from ..operations.table import OP_BY_NAME, code
from ..spec.resolved import ResolvedEvent, Scenario, Trigger
from ..spec.zones import code_of, code_of_rest, parts, to_all
from ..streams import hash64
from .arena import Arena
from .states import (
    AFTER_EVENT,
    BY_CHANCE,
    EVERY,
    ONCE,
    PAID_IN_COUNTRY,
    PAID_IN_ZONE,
    QUOTED_PRICE,
    UNSERVED_SHARE,
)
from .structure import Structure, matches, ordered_events

KEY_MASK = (1 << 63) - 1


@dataclass
class Target:
    """One entity a row touches.

    `share` is a number of its own: the licence office of a lane, the offtaker of a site, the part of a user
    that a list of firms splits.
    """

    entity: int
    share: float = 0.0


@dataclass
class Row:
    """One effect row with its event and the entities it touches."""

    effect: Effect
    index: int
    event: int
    targets: list[Target] = field(default_factory=list)


@dataclass(frozen=True)
class Office:
    """One licence office: a licence row and a product; `place` is where the goods leave."""

    row: int
    product: int
    place: str


@dataclass
class Effects:
    """Events and effect rows of all arms."""

    events: list[ResolvedEvent]
    rows: list[Row]
    offices: list[Office]
    arm_events: NDArray[np.int64]


def collect_effects(scenario: Scenario, s: Structure) -> Effects:
    """Gather all events and rows, find their targets and their licence offices."""
    ordered = ordered_events(scenario)
    events = [event for event, _ in ordered]
    rows: list[Row] = []
    for v, event in enumerate(events):
        rows.extend(Row(e, 0, v) for e in event.effects)
    for i, row in enumerate(rows):
        row.index = i
        row.targets = find_targets(s, row, events)
    offices: list[Office] = []
    for row in rows:
        if row.effect.op == "licence":
            _add_offices(s, row, offices)
    arm_events = np.zeros((len(scenario.arms), len(events)), dtype=np.int64)
    for a, arm in enumerate(scenario.arms):
        for v, (_, number) in enumerate(ordered):
            arm_events[a, v] = int(number < 0 or number in arm.events)
    return Effects(events, rows, offices, arm_events)


def _add_offices(s: Structure, row: Row, offices: list[Office]) -> None:
    """Give every product of a licence row an office, and point its lanes at it."""
    places: dict[int, set[str]] = {}
    for target in row.targets:
        k, origin = s.sites[s.lanes[target.entity][1]]
        places.setdefault(k, set()).add(s.countries[origin])
    first = len(offices)
    order = sorted(places)
    for k in order:
        offices.append(Office(row.index, k, ",".join(sorted(places[k]))))
    for target in row.targets:
        target.share = float(first + order.index(s.sites[s.lanes[target.entity][1]][0]))


def find_targets(s: Structure, row: Row, events: list[ResolvedEvent]) -> list[Target]:
    """Entities a row touches, in index order."""
    kind = OP_BY_NAME[row.effect.op].target
    if kind == "lane":
        return [Target(i) for i in range(len(s.lanes)) if _touches_lane(s, row, i)]
    if kind == "user":
        return _users(s, row.effect)
    if kind == "desk":
        return [Target(i) for i in range(len(s.nodes)) if _touches_node(s, row.effect, i)]
    if kind == "project":
        return [Target(v) for v in _named_projects(events, row.effect.texts.get("project", ""))]
    if kind == "event":
        name = row.effect.texts.get("event", "")
        return [Target(v) for v, event in enumerate(events) if event.name == name]
    return _sites(s, row.effect)


def _touches_lane(s: Structure, row: Row, lane: int) -> bool:
    desk, site, _, _ = s.lanes[lane]
    k, origin = s.sites[site]
    node, signature = s.desks[desk]
    select = row.effect.select
    buyer = s.countries[s.nodes[node][1]]
    if select.products and s.products[k].id not in select.products:
        return False
    if select.origins and s.countries[origin] not in select.origins:
        return False
    if select.destinations and buyer not in select.destinations:
        return False
    if not select.include_domestic and s.countries[origin] == buyer:
        return False
    narrow = bool(select.end_uses) or select.entity_share < 1.0
    return not narrow or row.index in signature


def _touches_node(s: Structure, effect: Effect, node: int) -> bool:
    """A node bought at by a selected country, with users of a selected kind."""
    k, c = s.nodes[node]
    select = effect.select
    country = s.countries[c]
    if select.products and s.products[k].id not in select.products:
        return False
    if select.destinations and country not in select.destinations:
        return False
    if not select.end_uses:
        return True
    return any(
        (u.product, u.country) == (k, c) and matches(select, s.products[k].id, country, s.end_uses[u.end_use])
        for u in s.users
    )


def _users(s: Structure, effect: Effect) -> list[Target]:
    """Users selected; new demand is shared among them by `weights.share_demand`."""
    return [
        Target(i, u.share)
        for i, u in enumerate(s.users)
        if matches(effect.select, s.products[u.product].id, s.countries[u.country], s.end_uses[u.end_use])
    ]


def _sites(s: Structure, effect: Effect) -> list[Target]:
    select = effect.select
    chosen = [
        i
        for i, (k, c) in enumerate(s.sites)
        if (not select.products or s.products[k].id in select.products)
        and (not select.origins or s.countries[c] in select.origins)
    ]
    if effect.op == "new_capacity":
        return [Target(i, 1.0 / len(chosen)) for i in chosen]
    if effect.op == "offtake":
        buyers = effect.texts.get("buyer", "").split()
        buyer = float(s.countries.index(buyers[0])) if buyers and buyers[0] in s.countries else -1.0
        return [Target(i, buyer) for i in chosen]
    return [Target(i) for i in chosen]


def _named_projects(events: list[ResolvedEvent], name: str) -> list[int]:
    return [
        v
        for v, event in enumerate(events)
        if any(e.op == "new_capacity" for e in event.effects)
        and (not name or event.name == name or any(e.texts.get("project") == name for e in event.effects))
    ]


def fill_effects(a: Arena, scenario: Scenario, s: Structure, effects: Effects, firsts: dict[str, int]) -> None:
    """Write events, rows, schedule points, targets and offices into the arena."""
    lead_days = 7 * scenario.lead_weeks
    for v, (event, number) in enumerate(ordered_events(scenario)):
        _fill_event(a, s, v, event, effects.events, lead_days, 0 if number < 0 else lead_days)
    point = target = 0
    for e, row in enumerate(effects.rows):
        effect = row.effect
        a.note("effect_event", e, row.event)
        a.note("effect_op", e, code(effect.op))
        a.note("effect_linear", e, int(effect.linear))
        a.note("effect_key", e, hash64(f"effect:{effects.events[row.event].name}:{effect.op}") & KEY_MASK)
        a.note("effect_success", e, -1)
        _fill_parting(a, s, e, effect)
        a.note("effect_period", e, -1)
        for slot, name in enumerate(OP_BY_NAME[effect.op].params):
            a.put("effect_numbers", MOST_NUMBERS * e + slot, effect.params.get(name, 0.0))
        a.note("effect_point_first", e, point)
        a.note("effect_point_count", e, len(effect.schedule))
        for p in effect.schedule:
            a.put("point_day", point, p.day)
            a.put("point_level", point, p.level)
            point += 1
        a.note("effect_target_first", e, target)
        a.note("effect_target_count", e, len(row.targets))
        for touched in row.targets:
            a.note("target_entity", target, touched.entity)
            a.put("target_share", target, touched.share)
            target += 1
        if effect.op == "new_capacity":
            _fill_project_lanes(a, s, row)
    _fill_kin(a, s, effects.rows)
    for o, office in enumerate(effects.offices):
        a.note("office_effect", o, office.row)
        a.note("office_product", o, office.product)
        of_event = effects.events[effects.rows[office.row].event].name
        name = f"office:{of_event}:{s.products[office.product].id}:{office.place}"
        a.note("office_key", o, hash64(name) & KEY_MASK)
        a.note("office_column", o, firsts["offices"] + 4 * o)


def _fill_kin(a: Arena, s: Structure, rows: list[Row]) -> None:
    """Rules of one seller on one product: what the one has taught counts for the other."""
    sold = [
        {s.lanes[target.entity][1] for target in row.targets} if OP_BY_NAME[row.effect.op].target == "lane" else set()
        for row in rows
    ]
    for e, mine in enumerate(sold):
        for f, others in enumerate(sold):
            a.note("effect_kin", e * len(rows) + f, int(bool(mine & others)))


def _fill_parting(a: Arena, s: Structure, e: int, effect: Effect) -> None:
    """What a rule takes the members of every zone for, if it can part zones."""
    a.note("effect_parts", e, int(parts(effect)))
    if parts(effect) and not to_all(s.world, effect):
        # More than sixty such rules in one scenario share bits: two of them would count as one class.
        a.note("effect_class", e, 1 << (e % 60))
    for z, zone in enumerate(s.zones if parts(effect) else ()):
        inside = [country for country in s.world.countries if s.world.zone_of[country] == zone]
        part = zone in s.world.parted_from
        code = code_of(s.world, effect, inside[0]) if part else code_of_rest(s.world, effect, zone)
        a.note("zone_code", e * len(s.zones) + z, code)


def _fill_project_lanes(a: Arena, s: Structure, row: Row) -> None:
    """Lanes for which a project's output is meant: those of its offtaker, else all of its site."""
    wanted = str(row.effect.texts.get("offtake_to", "")).split()
    for target in row.targets:
        lanes = [i for i, lane in enumerate(s.lanes) if lane[1] == target.entity]
        chosen = [i for i in lanes if s.countries[s.nodes[s.desks[s.lanes[i][0]][0]][1]] in wanted] or lanes
        for i in chosen:
            a.note("lane_project", i, 1)


def _fill_event(
    a: Arena, s: Structure, v: int, event: ResolvedEvent, events: list[ResolvedEvent], lead_days: int, first: int
) -> None:
    """Days of a scenario count from its start, the engine's from the first day of the lead-in."""
    a.note("event_first", v, first)
    a.note("event_key", v, hash64("event:" + event.name) & KEY_MASK)
    a.put("event_start", v, event.start_day + float(lead_days) if lead_days else event.start_day)
    a.put("event_notice", v, event.announced_day + float(lead_days) if lead_days else event.announced_day)
    a.put("event_duration", v, event.duration_days)
    a.put("event_probability", v, event.probability)
    a.note("event_end_told", v, int(event.end_announced))
    a.put("event_age", v, event.age_days)
    a.put("event_last", v, event.last_days)
    a.put("event_rumoured", v, event.rumoured_day + float(lead_days) if lead_days else event.rumoured_day)
    a.put("event_rumour_share", v, event.rumour_probability)
    a.note("event_repeat", v, EVERY if event.every_days else BY_CHANCE if event.by_chance else ONCE)
    a.put("event_every", v, event.every_days)
    a.put("event_chance", v, event.chance_per_year)
    a.put("event_until", v, event.until_day + lead_days)
    trigger = event.trigger
    if trigger is None:
        return
    kind, index = _watch(s, trigger, events)
    a.note("event_trigger", v, kind)
    a.note("event_trigger_index", v, index)
    a.note("event_trigger_weeks", v, max(1, trigger.weeks))
    a.note("event_not_before", v, max(first, trigger.not_before_day + lead_days))
    a.put("event_threshold", v, trigger.threshold)
    a.put("event_delay_low", v, trigger.delay_days_low)
    a.put("event_delay_high", v, trigger.delay_days_high)


def _watch(s: Structure, trigger: Trigger, events: list[ResolvedEvent]) -> tuple[int, int]:
    """Code and index of what a trigger watches."""
    if trigger.after_event:
        names = [e.name for e in events]
        if trigger.after_event not in names:
            raise KeyError(f"no event is called {trigger.after_event}")
        return AFTER_EVENT, names.index(trigger.after_event)
    k = next((i for i, p in enumerate(s.products) if p.id == trigger.product), -1)
    if k < 0:
        raise KeyError(f"a trigger watches the unknown product {trigger.product}")
    if trigger.place in s.zones and trigger.place not in s.world.parted_from:
        cell = k * len(s.zones) + s.zones.index(trigger.place)
        return (QUOTED_PRICE if trigger.variable == "price_spot_index" else PAID_IN_ZONE), cell
    if trigger.place not in s.countries:
        raise KeyError(f"a trigger watches the unknown place {trigger.place}")
    country = s.countries.index(trigger.place)
    if trigger.variable == "price_spot_index":
        return QUOTED_PRICE, k * len(s.zones) + s.country_zone(country)
    if (k, country) not in s.nodes:
        raise KeyError(f"a trigger watches {trigger.product} in {trigger.place}, where nobody buys it")
    node = s.nodes.index((k, country))
    return (PAID_IN_COUNTRY if trigger.variable == "price_paid_index" else UNSERVED_SHARE), node
