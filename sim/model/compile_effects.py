"""Compile events and effect rows: which lanes, sites, users and nodes each row touches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..shocks.effects import OP_BY_NAME, Effect
from ..shocks.numbers import Sampled
from ..spec.resolved import ResolvedEvent, Scenario, Trigger
from ..streams import hash64
from ..sums import add_up
from .opcodes import OP_CODES, OP_PARAMS
from .structure import Structure, matches, ordered_events

if TYPE_CHECKING:
    from .arena import Arena

KEY_MASK = (1 << 63) - 1
LETTERS = "abcdefghi"
FEARED_SHARE = 0.5  # buyers who take half of their purchases from an origin fear for all they need (assumption)


@dataclass
class Row:
    """One effect row with its event and the entities it touches (index, number of its own)."""

    effect: Effect
    index: int
    event: int
    notice: bool
    targets: list[tuple[int, float]] = field(default_factory=list)


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
        rows.extend(Row(e, 0, v, True) for e in event.announcement_effects)
        rows.extend(Row(e, 0, v, False) for e in event.effects)
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
    for lane, _ in row.targets:
        k, origin = s.sites[s.lanes[lane][1]]
        places.setdefault(k, set()).add(s.countries[origin])
    first = len(offices)
    order = sorted(places)
    for k in order:
        offices.append(Office(row.index, k, ",".join(sorted(places[k]))))
    row.targets = [(lane, float(first + order.index(s.sites[s.lanes[lane][1]][0]))) for lane, _ in row.targets]


def find_targets(s: Structure, row: Row, events: list[ResolvedEvent]) -> list[tuple[int, float]]:
    """Entities a row touches, in index order."""
    kind = OP_BY_NAME[row.effect.op].target
    if kind == "lane":
        return [(i, 0.0) for i in range(len(s.lanes)) if _touches_lane(s, row, i)]
    if kind == "user":
        return _users(s, row.effect)
    if kind == "desk":
        touched = [i for i in range(len(s.nodes)) if _touches_node(s, row.effect, i)]
        return [(i, fear_weight(s, row.effect, i) if row.effect.op == "fear" else 0.0) for i in touched]
    if row.effect.op == "project_delay":
        return [(v, 0.0) for v in _named_projects(events, row.effect.texts.get("project", ""))]
    if kind == "event":
        name = row.effect.texts.get("event", "")
        return [(v, 0.0) for v, event in enumerate(events) if event.name == name]
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


def fear_weight(s: Structure, effect: Effect, node: int) -> float:
    """How much a node's buyers fear for their supply when they hear of a control, from 0 to 1.

    Whole fear where the controlled origins supply half of the purchases or more, less in proportion below;
    and only the selected users' part of the node's use.
    """
    k, c = s.nodes[node]
    product, country, select = s.products[k].id, s.countries[c], effect.select
    bought = {origin: _certain(s, "trade_share", product, origin, country) for origin in s.countries}
    total = add_up(bought.values())
    weight = 1.0
    if select.origins and total > 0.0:
        from_there = add_up(share for origin, share in bought.items() if origin in select.origins and origin != country)
        weight = min(1.0, from_there / total / FEARED_SHARE)
    if select.end_uses or select.entity_share < 1.0:
        uses = {use: _certain(s, "use_t_per_year", product, country, use) for use in s.end_uses}
        chosen = add_up(use for name, use in uses.items() if not select.end_uses or name in select.end_uses)
        if add_up(uses.values()) > 0.0:
            weight *= select.entity_share * chosen / add_up(uses.values())
    return weight


def _certain(s: Structure, parameter: str, *dims: str) -> float:
    """A number of the world where it has one; 1 for a drawn one, which has no value yet."""
    number = s.world.values.get((parameter, *dims), 0.0)
    return 1.0 if isinstance(number, Sampled) else number


def _users(s: Structure, effect: Effect) -> list[tuple[int, float]]:
    out = [
        (i, u.share)
        for i, u in enumerate(s.users)
        if matches(effect.select, s.products[u.product].id, s.countries[u.country], s.end_uses[u.end_use])
    ]
    if effect.op != "new_demand" or not out:
        return out
    weights = [_use_weight(s, i) * share for i, share in out]
    total = add_up(weights)
    if total <= 0.0:
        return [(i, share / add_up(x for _, x in out)) for i, share in out]
    return [(i, w / total) for (i, _), w in zip(out, weights, strict=True)]


def _use_weight(s: Structure, user: int) -> float:
    """Baseline use of a user's end use, t/yr (central value of an uncertain one: its offset)."""
    u = s.users[user]
    key = ("use_t_per_year", s.products[u.product].id, s.countries[u.country], s.end_uses[u.end_use])
    number = s.world.values.get(key, 0.0)
    return 1.0 if isinstance(number, Sampled) else number


def _sites(s: Structure, effect: Effect) -> list[tuple[int, float]]:
    select = effect.select
    chosen = [
        i
        for i, (k, c) in enumerate(s.sites)
        if (not select.products or s.products[k].id in select.products)
        and (not select.origins or s.countries[c] in select.origins)
    ]
    if effect.op == "new_capacity":
        return [(i, 1.0 / len(chosen)) for i in chosen]
    if effect.op == "offtake":
        buyers = effect.texts.get("buyer", "").split()
        buyer = float(s.countries.index(buyers[0])) if buyers and buyers[0] in s.countries else -1.0
        return [(i, buyer) for i in chosen]
    return [(i, 0.0) for i in chosen]


def _named_projects(events: list[ResolvedEvent], name: str) -> list[int]:
    return [
        v
        for v, event in enumerate(events)
        if any(e.op == "new_capacity" for e in event.effects)
        and (not name or event.name == name or any(e.texts.get("project") == name for e in event.effects))
    ]


def fill_effects(a: Arena, scenario: Scenario, s: Structure, effects: Effects, firsts: dict[str, int]) -> None:
    """Write events, rows, schedule points, targets and offices into the arena."""
    for v, event in enumerate(effects.events):
        _fill_event(a, s, v, event, effects.events)
    point = target = 0
    for e, row in enumerate(effects.rows):
        effect = row.effect
        a.note("effect_event", e, row.event)
        a.note("effect_op", e, OP_CODES[effect.op])
        a.note("effect_notice", e, int(row.notice))
        a.note("effect_linear", e, int(effect.linear))
        a.note("effect_key", e, hash64(f"effect:{effects.events[row.event].name}:{effect.op}") & KEY_MASK)
        a.note("effect_success", e, -1)
        a.note("effect_period", e, -1)
        for letter, name in zip(LETTERS, OP_PARAMS.get(effect.op, ()), strict=False):
            a.put(f"effect_{letter}", e, effect.params.get(name, 0.0))
        a.note("effect_point_first", e, point)
        a.note("effect_point_count", e, len(effect.schedule))
        for p in effect.schedule:
            a.put("point_day", point, p.day)
            a.put("point_level", point, p.level)
            point += 1
        a.note("effect_target_first", e, target)
        a.note("effect_target_count", e, len(row.targets))
        for entity, number in row.targets:
            a.note("target_entity", target, entity)
            a.put("target_value", target, number)
            target += 1
        if effect.op == "new_capacity":
            _fill_project_lanes(a, s, row)
    for o, office in enumerate(effects.offices):
        a.note("office_effect", o, office.row)
        a.note("office_product", o, office.product)
        a.note("office_column", o, firsts["offices"] + 4 * o)


def _fill_project_lanes(a: Arena, s: Structure, row: Row) -> None:
    """Shares of a project's output offered to each buyer: the offtaker's, or in proportion to use."""
    wanted = str(row.effect.texts.get("offtake_to", "")).split()
    for site, _ in row.targets:
        lanes = [i for i, lane in enumerate(s.lanes) if lane[1] == site]
        chosen = [i for i in lanes if s.countries[s.nodes[s.desks[s.lanes[i][0]][0]][1]] in wanted] or lanes
        weights = [_desk_weight(s, s.lanes[i][0]) for i in chosen]
        total = add_up(weights) or 1.0
        for i, w in zip(chosen, weights, strict=True):
            a.put("lane_project_share", i, w / total)


def _desk_weight(s: Structure, desk: int) -> float:
    """Rough size of a desk's purchases, to spread new supply: use, or inputs for sites' output, t/yr."""
    node, signature = s.desks[desk]
    k, c = s.nodes[node]
    total = 0.0
    for i, u in enumerate(s.users):
        if (u.product, u.country) == (k, c) and u.signature == signature:
            total += _use_weight(s, i) * u.share
    for site, product in s.inputs:
        if product == k and s.sites[site][1] == c and not signature:
            maker, _ = s.sites[site]
            output = s.world.values.get(("output_t_per_year", s.products[maker].id, s.countries[c]), 0.0)
            recipe = s.value("recipe_t_per_t", s.products[maker].id, s.products[k].id)
            if not isinstance(output, Sampled) and not isinstance(recipe, Sampled):
                total += output * recipe
    return total if total > 0.0 else 1e-6


def _fill_event(a: Arena, s: Structure, v: int, event: ResolvedEvent, events: list[ResolvedEvent]) -> None:
    a.note("event_key", v, hash64("event:" + event.name) & KEY_MASK)
    a.put("event_start", v, event.start_day)
    a.put("event_notice", v, event.announced_day)
    a.put("event_duration", v, event.duration_days)
    a.put("event_probability", v, event.probability)
    trigger = event.trigger
    if trigger is None:
        return
    kind, index = _watch(s, trigger, events)
    a.note("event_trigger", v, kind)
    a.note("event_trigger_index", v, index)
    a.note("event_trigger_weeks", v, max(1, trigger.weeks))
    a.note("event_not_before", v, trigger.not_before_day)
    a.put("event_threshold", v, trigger.threshold)
    a.put("event_delay_low", v, trigger.delay_days_low)
    a.put("event_delay_high", v, trigger.delay_days_high)


def _watch(s: Structure, trigger: Trigger, events: list[ResolvedEvent]) -> tuple[int, int]:
    """Code and index of what a trigger watches."""
    if trigger.after_event:
        names = [e.name for e in events]
        if trigger.after_event not in names:
            raise KeyError(f"no event is called {trigger.after_event}")
        return 4, names.index(trigger.after_event)
    k = next((i for i, p in enumerate(s.products) if p.id == trigger.product), -1)
    if k < 0:
        raise KeyError(f"a trigger watches the unknown product {trigger.product}")
    if trigger.place in s.zones:
        cell = k * len(s.zones) + s.zones.index(trigger.place)
        return (1, cell) if trigger.variable == "price_spot_index" else (2, cell)
    if trigger.place not in s.countries:
        raise KeyError(f"a trigger watches the unknown place {trigger.place}")
    country = s.countries.index(trigger.place)
    if trigger.variable == "price_spot_index":
        return 1, k * len(s.zones) + s.country_zone(country)
    if (k, country) not in s.nodes:
        raise KeyError(f"a trigger watches {trigger.product} in {trigger.place}, where nobody buys it")
    node = s.nodes.index((k, country))
    return (5 if trigger.variable == "price_paid_index" else 3), node
