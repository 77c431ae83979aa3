"""Which sites, users, desks and lanes a scenario has: names to indices.

Entities are ordered by name (products by depth in the chain, then name), so that the order of keys,
countries or events in the files, and idle entities between others, change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from ..events.effects import Effect, Select
from ..events.numbers import Num, Sampled
from ..operations.table import OP_BY_NAME
from ..spec.cells import orders
from ..spec.parameters import PARAMETER_BY_NAME
from ..spec.resolved import Product, ResolvedEvent, Scenario, World
from .opened import find_open

Signature = tuple[int, ...]  # which end-use selectors a purchasing desk falls under
Given = tuple[bool, ...]  # which dimensions of a parameter a row gives


@dataclass(frozen=True)
class User:
    """One row of use: a part of one end use of one country buying one product."""

    product: int
    country: int
    end_use: int
    share: float
    signature: Signature
    made: bool  # made for new demand only


@dataclass
class Structure:
    """All entities of a compiled scenario, as tuples of indices in their final order."""

    world: World
    products: list[Product]
    countries: list[str]
    zones: list[str]
    end_uses: list[str]
    sites: list[tuple[int, int]] = field(default_factory=list)
    nodes: list[tuple[int, int]] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    inputs: list[tuple[int, int]] = field(default_factory=list)
    desks: list[tuple[int, Signature]] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)  # every site and node of a product
    open_links: set[tuple[int, int]] = field(default_factory=set)  # those with lanes in the baseline
    lanes: list[tuple[int, int, int, bool]] = field(default_factory=list)  # desk, site, link, spare
    row_names: list[str] = field(default_factory=list)  # of the effect rows in signatures
    supports: dict[str, tuple[float, float]] = field(default_factory=dict)  # of the drawn columns

    def bounds(self, number: Num) -> tuple[float, float]:
        """Lowest and highest value a number takes in any run."""
        if not isinstance(number, Sampled):
            return number, number
        ends = [number.offset + number.scale * end for end in self.supports[number.column]]
        for column in number.times:
            ends = [first * second for first in ends for second in self.supports[column]]
        return min(ends), max(ends)

    def present(self, number: Num) -> bool:
        """Whether a number is positive in some run."""
        return self.bounds(number)[1] > 0.0

    def may_lack(self, number: Num) -> bool:
        """Whether a number is zero in some run."""
        return self.bounds(number)[0] <= 0.0

    def value(self, parameter: str, *dims: str) -> Num:
        """Number of a parameter: the row with most dimensions given wins, then the default."""
        values = self.world.values
        for given in self._given.get(parameter, ()):
            key = (parameter, *[name if stated else "" for name, stated in zip(dims, given, strict=True)])
            if key in values:
                return values[key]
        return default_of(parameter, dims)

    @cached_property
    def _given(self) -> dict[str, list[Given]]:
        """Which dimensions the world's rows of each parameter give, most of them first."""
        found: dict[str, set[Given]] = {}
        for name, *dims in self.world.values:
            found.setdefault(name, set()).add(tuple(map(bool, dims)))
        return {name: [g for g in orders(len(next(iter(given)))) if g in given] for name, given in found.items()}

    @cached_property
    def _buying(self) -> set[int]:
        """Nodes that buy in the baseline, for users or for makers."""
        used = {(u.product, u.country) for u in self.users if not u.made}
        fed = {(product, self.sites[site][1]) for site, product in self.inputs if _outputs(self, site)}
        return {n for n, pair in enumerate(self.nodes) if pair in used or pair in fed}

    def country_zone(self, country: int) -> int:
        """Index of the zone of a country."""
        return self.zones.index(self.world.zone_of[self.countries[country]])

    def trades(self, site: int, node: int) -> bool:
        """Whether both ends of a link exist in the baseline."""
        return node in self._buying and _outputs(self, site)

    def transit(self, origin: str, destination: str, guess: bool) -> Num:
        """Days from door to door.

        With `guess`, where the world has none: those of the way back, else the longest that it has (assumption:
        a way that nobody has reported is not a short one).
        """
        try:
            return self.value("transit_days", origin, destination)
        except KeyError:
            if not guess:
                raise
        back = self.world.values.get(("transit_days", destination, origin))
        known = [self.world.values[key] for key in sorted(self.world.values) if key[0] == "transit_days"]
        return back if back is not None else max(known, key=lambda days: self.bounds(days)[1], default=30.0)

    def lane_name(self, lane: int) -> str:
        """Name of a lane as people read it, and as its draws are keyed."""
        desk, site, _, _ = self.lanes[lane]
        product, origin = self.sites[site]
        node, signature = self.desks[desk]
        buyer = self.countries[self.nodes[node][1]]
        mark = "" if not signature else "#" + "+".join(self.row_names[row] for row in signature)
        return f"{self.products[product].id}:{self.countries[origin]}>{buyer}{mark}"


def lookup(world: World, parameter: str, dims: tuple[str, ...]) -> Num:
    """Most specific number of a parameter for the given dimensions."""
    for given in orders(len(dims)):
        key = (parameter, *[name if stated else "" for name, stated in zip(dims, given, strict=True)])
        if key in world.values:
            return world.values[key]
    return default_of(parameter, dims)


def default_of(parameter: str, dims: tuple[str, ...]) -> Num:
    """What holds where the world has no row."""
    default = PARAMETER_BY_NAME[parameter].default
    if default is None:
        raise KeyError(f"the world has no {parameter} for {', '.join(dims)}")
    return default


def ordered_events(scenario: Scenario) -> list[tuple[ResolvedEvent, int]]:
    """Events of all arms with their numbers in the scenario (-1: the outlook's, of every arm), by name.

    Never in the order of the file: rules that overlap are applied one after the other, and sums of them
    depend on the order in the last bits.
    """
    outlook = sorted(scenario.outlook.events, key=lambda event: event.name)
    rest = sorted(range(len(scenario.events)), key=lambda v: scenario.events[v].name)
    return [*((event, -1) for event in outlook), *((scenario.events[v], v) for v in rest)]


def all_effects(scenario: Scenario) -> list[tuple[str, Effect]]:
    """Every effect row of every arm, in order, with a name that other events do not change."""
    rows: list[tuple[str, Effect]] = []
    for event, _ in ordered_events(scenario):
        rows.extend((f"{event.name}.{i}", effect) for i, effect in enumerate(event.effects))
    return rows


def sort_products(world: World) -> list[Product]:
    """Products by depth in the chain, then name."""
    by_id = {p.id: p for p in world.products}
    depth: dict[str, int] = {}

    def measure(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((measure(i) for i in by_id[name].inputs), default=-1)
        return depth[name]

    return sorted(world.products, key=lambda p: (measure(p.id), p.id))


def build_structure(scenario: Scenario, lanes: bool = True) -> Structure:
    """Work out all entities of a scenario and all its arms together; lanes, which take most of the time, if asked for."""
    world = scenario.world
    s = Structure(
        world,
        sort_products(world),
        sorted(world.countries),
        sorted(world.zones, key=world.zone_key),
        sorted(e.id for e in world.end_uses),
        supports={column.name: column.support() for column in scenario.sampled},
    )
    named = all_effects(scenario)
    s.row_names = [name for name, _ in named]
    effects = [effect for _, effect in named]
    _add_sites(s, effects)
    _add_users(s, effects)
    _add_nodes(s)
    _add_desks(s)
    s.links = [(i, n) for i, (k, _) in enumerate(s.sites) for n, (bought, _) in enumerate(s.nodes) if bought == k]
    if lanes:
        s.open_links = find_open(s, scenario.sampled)
        _add_lanes(s, effects)
    return s


def _add_sites(s: Structure, effects: list[Effect]) -> None:
    wanted: set[tuple[int, int]] = set()
    for k, product in enumerate(s.products):
        for c, country in enumerate(s.countries):
            key = ("output_t_per_year", product.id, country)
            if key in s.world.values and s.present(s.world.values[key]):
                wanted.add((k, c))
    ids = [p.id for p in s.products]
    for effect in effects:
        if effect.op == "new_capacity":
            for name in effect.select.products or tuple(ids):
                for country in effect.select.origins:
                    wanted.add((ids.index(name), s.countries.index(country)))
    s.sites = sorted(wanted)
    for i, (k, _) in enumerate(s.sites):
        for name in sorted(s.products[k].inputs):
            s.inputs.append((i, ids.index(name)))


def matches(select: Select, product: str, country: str, end_use: str) -> bool:
    """Whether a row's selection covers a user."""
    return (
        (not select.products or product in select.products)
        and (not select.destinations or country in select.destinations)
        and (not select.end_uses or end_use in select.end_uses)
    )


def _add_users(s: Structure, effects: list[Effect]) -> None:
    selectors = [
        (i, e.select)
        for i, e in enumerate(effects)
        if OP_BY_NAME[e.op].target == "lane" and (e.select.end_uses or e.select.entity_share < 1.0)
    ]
    added = [e.select for e in effects if e.op == "new_demand"]
    for k, product in enumerate(s.products):
        for c, country in enumerate(s.countries):
            for u, end_use in enumerate(s.end_uses):
                key = ("use_t_per_year", product.id, country, end_use)
                exists = key in s.world.values and s.present(s.world.values[key])
                new = any(
                    product.id in a.products and country in a.destinations and end_use in a.end_uses for a in added
                )
                if not exists and not new:
                    continue
                pieces: list[tuple[float, Signature]] = [(1.0, ())]
                for i, select in selectors:
                    if matches(select, product.id, country, end_use):
                        pieces = _split(pieces, i, select.entity_share)
                s.users.extend(User(k, c, u, share, sign, not exists) for share, sign in pieces)


def _split(pieces: list[tuple[float, Signature]], selector: int, share: float) -> list[tuple[float, Signature]]:
    """Part every piece of a user into those a selector lists and the rest."""
    out: list[tuple[float, Signature]] = []
    for size, signature in pieces:
        if share > 0.0:
            out.append((size * share, (*signature, selector)))
        if share < 1.0:
            out.append((size * (1.0 - share), signature))
    return out


def _add_nodes(s: Structure) -> None:
    wanted = {(u.product, u.country) for u in s.users}
    wanted |= {(k, s.sites[site][1]) for site, k in s.inputs}
    s.nodes = sorted(wanted)


def _add_desks(s: Structure) -> None:
    for n, (k, c) in enumerate(s.nodes):
        signatures = {u.signature for u in s.users if (u.product, u.country) == (k, c)}
        if any(k == product and s.sites[site][1] == c for site, product in s.inputs):
            signatures.add(())
        s.desks.extend((n, signature) for signature in sorted(signatures))


def _add_lanes(s: Structure, effects: list[Effect]) -> None:
    index = {pair: i for i, pair in enumerate(s.links) if pair in s.open_links}
    buying = {node for _, node in s.open_links}
    projects = _project_sites(s, effects)
    for d, (n, _) in enumerate(s.desks):
        k = s.nodes[n][0]
        spare = n not in buying or _may_buy_nothing(s, n)
        for i, (made, _) in enumerate(s.sites):
            if made != k:
                continue
            link = index.get((i, n), -1)
            if link >= 0 or i in projects or (spare and _outputs(s, i)):
                s.lanes.append((d, i, link, spare))


def _may_buy_nothing(s: Structure, node: int) -> bool:
    """Whether all that a node buys for can be zero in some run: it then chooses among all makers, as new users do."""
    k, c = s.nodes[node]
    for u in s.users:
        if (u.product, u.country) == (k, c) and not u.made:
            use = s.world.values[("use_t_per_year", s.products[k].id, s.countries[c], s.end_uses[u.end_use])]
            if not s.may_lack(use):
                return False
    for site, product in s.inputs:
        if product == k and s.sites[site][1] == c and _outputs(s, site):
            maker = s.products[s.sites[site][0]].id
            output = s.world.values[("output_t_per_year", maker, s.countries[c])]
            if not s.may_lack(output) and not s.may_lack(s.value("recipe_t_per_t", maker, s.products[k].id)):
                return False
    return True


def _outputs(s: Structure, site: int) -> bool:
    """Whether a site produces in the baseline."""
    k, c = s.sites[site]
    key = ("output_t_per_year", s.products[k].id, s.countries[c])
    return key in s.world.values and s.present(s.world.values[key])


def _project_sites(s: Structure, effects: list[Effect]) -> set[int]:
    """Sites that get new capacity from some event."""
    out: set[int] = set()
    for effect in effects:
        if effect.op != "new_capacity":
            continue
        for i, (k, c) in enumerate(s.sites):
            named = not effect.select.products or s.products[k].id in effect.select.products
            if named and s.countries[c] in effect.select.origins:
                out.add(i)
    return out
