"""Which lanes, sites, users and buyers of a world an effect row reaches."""

from __future__ import annotations

from dataclasses import dataclass

from ..events.effects import Effect, Select
from ..operations.table import OP_BY_NAME
from .cells import cells_of, lookup
from .resolve import Resolution

Lane = tuple[str, str, str]  # product, origin, destination


@dataclass(frozen=True)
class Reach:
    """What exists in a world, with what its events add."""

    lanes: frozenset[Lane]
    sites: frozenset[tuple[str, str]]  # product, country
    users: frozenset[tuple[str, str, str]]  # product, country, end use
    buyers: frozenset[tuple[str, str]]  # product, country
    unrecorded: frozenset[tuple[str, str]] = frozenset()  # product, country where some of what is made is not recorded

    def lanes_of(self, select: Select) -> set[Lane]:
        """Lanes that cross a border (unless domestic trade is included) and that the selection means."""
        found = {
            lane
            for lane in self.lanes
            if _in(lane[0], select.products)
            and _in(lane[1], select.origins)
            and _in(lane[2], select.destinations)
            and (lane[1] != lane[2] or select.include_domestic)
        }
        if select.end_uses:
            buying = {(product, country) for product, country, use in self.users if use in select.end_uses}
            found = {lane for lane in found if (lane[0], lane[2]) in buying}
        return found

    def shared_lanes(self, first: Select, second: Select) -> Lane | None:
        """One lane that both selections mean, for the same end uses."""
        if first.end_uses and second.end_uses and not set(first.end_uses) & set(second.end_uses):
            return None
        shared = sorted(self.lanes_of(first) & self.lanes_of(second))
        return shared[0] if shared else None

    def share(self, first: Effect, second: Effect) -> bool:
        """Whether two rows of one operation touch a common lane, site, user or buyer."""
        target = OP_BY_NAME[first.op].target
        if target == "event" or first.op == "project_delay":
            return set(first.texts.items()) & set(second.texts.items()) != set()
        if target == "lane":
            return self.shared_lanes(first.select, second.select) is not None
        return all(
            not mine or not theirs or set(mine) & set(theirs)
            for mine, theirs in (
                (first.select.products, second.select.products),
                (first.select.origins, second.select.origins),
                (first.select.destinations, second.select.destinations),
                (first.select.end_uses, second.select.end_uses),
            )
        )

    def why_nothing(self, effect: Effect) -> str:
        """Why the row touches nothing; "" if it touches something."""
        select, target = effect.select, OP_BY_NAME[effect.op].target
        what = f"{_list(select.products, 'any product')}"
        if effect.op == "leak" and not effect.texts["hub"]:
            return "no hub is left besides the sellers and the buyers"
        if effect.op == "joint_purchase" and len(select.destinations) == 1:
            return f"{select.destinations[0]} alone has nobody to buy with"
        maker = effect.texts.get("content_origin", "")
        if maker and all(country != maker for _, country in self.sites):
            return f"{maker} makes nothing in this world, so that no goods contain its material"
        if effect.op in ("new_capacity", "new_demand") or target in ("event", "project"):
            return ""
        if target == "lane":
            if self.lanes_of(select):
                return ""
            uses = f" for {_list(select.end_uses, '')}" if select.end_uses else ""
            origin, destination = _list(select.origins, "any country"), _list(select.destinations, "any other country")
            return f"this world has no trade in {what} from {origin} to {destination}{uses}"
        if target == "site":
            countries = select.origins or select.destinations
            if any(_in(product, select.products) and _in(country, countries) for product, country in self.sites):
                return self.nothing_unrecorded(effect) if effect.op == "inspection" else ""
            return f"this world has no maker of {what} in {_list(countries, 'any country')}"
        countries = select.destinations or select.origins
        if target == "user":
            for product, country, use in self.users:
                if _in(product, select.products) and _in(country, countries) and _in(use, select.end_uses):
                    return ""
            return f"this world has no {_list(select.end_uses, 'end use')} using {what} in {_list(countries, 'any country')}"
        if any(_in(product, select.products) and _in(country, countries) for product, country in self.buyers):
            return ""
        return f"nobody in {_list(countries, 'any country')} buys {what} in this world"

    def nothing_unrecorded(self, effect: Effect) -> str:
        """Why inspectors find nothing that nobody records; "" if they do."""
        products, countries = effect.select.products, effect.select.origins
        if any(_in(product, products) and _in(country, countries) for product, country in self.unrecorded):
            return ""
        goods, where = _list(products, "any product"), _list(countries, "any country")
        return f"this world has no unrecorded output of {goods} in {where} (unrecorded_share is 0)"


def _in(name: str, listed: tuple[str, ...]) -> bool:
    return not listed or name in listed


def _list(names: tuple[str, ...], everything: str) -> str:
    return " or ".join(names) or everything


def reach_of(resolution: Resolution) -> Reach:
    """Lanes, sites and users of a world after the scenario's changes, and what its events add to them."""
    values, world = resolution.existing, resolution.world.world
    sites = {(key[1], key[2]) for key, value in cells_of(values, "output_t_per_year") if value > 0}
    users = {(key[1], key[2], key[3]) for key, value in cells_of(values, "use_t_per_year") if value > 0}
    lanes = {(key[1], key[2], key[3]) for key, value in cells_of(values, "trade_share") if value > 0}
    added = _added(resolution)
    sites |= added[0]
    users |= added[1]
    buyers = {(product, country) for product, country, _ in users}
    for product in world.products:
        buyers |= {(name, country) for name in product.inputs for made, country in sites if made == product.id}
    for product_id, origin in added[0]:
        lanes |= {(product_id, origin, country) for name, country in buyers if name == product_id}
    for product_id, country, _ in added[1]:
        lanes |= {(product_id, origin, country) for name, origin in sites if name == product_id}
    hidden = {site for site in sites if (lookup(values, ("unrecorded_share", *site)) or 0.0) != 0.0}
    return Reach(frozenset(lanes), frozenset(sites), frozenset(users), frozenset(buyers), frozenset(hidden))


def _added(resolution: Resolution) -> tuple[set[tuple[str, str]], set[tuple[str, str, str]]]:
    """Sites and users that events make."""
    sites: set[tuple[str, str]] = set()
    users: set[tuple[str, str, str]] = set()
    for item in resolution.placed:
        for effect in item.resolved.effects:
            select = effect.select
            if effect.op == "new_capacity":
                sites |= {(p, c) for p in select.products for c in (select.origins or select.destinations)}
            elif effect.op == "new_demand":
                countries = select.destinations or select.origins
                users |= {(p, c, u) for p in select.products for c in countries for u in select.end_uses}
    return sites, users
