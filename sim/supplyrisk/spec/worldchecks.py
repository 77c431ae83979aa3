"""One small check per fault a world can have once its rows are read: does the chain close?

Each yields (what it concerns, message); `check_world` gives them places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..errors import Position, Problem
from ..language.names import Names
from .cells import cells_of, lookup, path_of
from .parameters import PARAMETER_BY_NAME, PARAMETERS
from .resolved import Key
from .worldmodel import WorldSpec

SHARE_TOLERANCE = 0.02
Found = Iterator[tuple[Key, str]]


@dataclass(frozen=True)
class Draft:
    """A world as its files give it, before it is assembled."""

    spec: WorldSpec
    names: Names
    values: Mapping[Key, float]

    def sites(self, product: str) -> set[str]:
        """Countries that make a product."""
        return self._sites.get(product, set())

    @cached_property
    def _sites(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for key, value in cells_of(self.values, "output_t_per_year"):
            if value > 0:
                found.setdefault(key[1], set()).add(key[2])
        return found

    def users(self, product: str) -> set[tuple[str, str]]:
        """(country, end use) that use a product."""
        cells = cells_of(self.values, "use_t_per_year")
        return {(key[2], key[3]) for key, value in cells if key[1] == product and value > 0}

    def buyers(self, product: str) -> set[str]:
        """Countries that buy a product, for their users or for their makers of what is made from it."""
        made = {country for other in self.spec.products if product in other.inputs for country in self.sites(other.id)}
        return made | {country for country, _ in self.users(product)}

    def suppliers(self, product: str, buyer: str) -> dict[str, float]:
        """Selling countries and their shares."""
        cells = cells_of(self.values, "trade_share")
        return {key[2]: value for key, value in cells if (key[1], key[3]) == (product, buyer) and value > 0}


def recipes_name_declared_inputs(world: Draft) -> Found:
    for product in world.spec.products:
        for name in product.inputs:
            if lookup(world.values, ("recipe_t_per_t", product.id, name)) is None:
                yield ("recipe_t_per_t", product.id, name), "is missing: how many t of the input go into one t"
    inputs = {(product.id, name) for product in world.spec.products for name in product.inputs}
    for key, _ in cells_of(world.values, "recipe_t_per_t"):
        if key[1] and key[2] and (key[1], key[2]) not in inputs:
            yield key, f"{key[2]} is not among the inputs of {key[1]} in world.yaml"


def every_product_is_made(world: Draft) -> Found:
    for product in world.spec.products:
        if not world.sites(product.id):
            yield ("output_t_per_year", product.id, ""), "no country makes it (no output_t_per_year above 0)"


def every_product_is_used(world: Draft) -> Found:
    for product in world.spec.products:
        if not world.buyers(product.id):
            yield ("use_t_per_year", product.id, "", ""), "nobody uses it and nothing is made from it"


def every_end_use_exists(world: Draft) -> Found:
    used = {use for product in world.spec.products for _, use in world.users(product.id)}
    for use in world.spec.end_uses:
        if use.id not in used:
            yield ("use_t_per_year", "", "", use.id), "no country has this end use (no use_t_per_year above 0)"


def buyers_have_suppliers(world: Draft) -> Found:
    for product in world.spec.products:
        for buyer in sorted(world.buyers(product.id)):
            if not world.suppliers(product.id, buyer):
                yield (
                    ("trade_share", product.id, "", buyer),
                    f"{buyer} buys {product.id} but no trade_share says from whom",
                )


def trade_shares_sum_to_one(world: Draft) -> Found:
    sums: dict[tuple[str, str], float] = {}
    for key, value in cells_of(world.values, "trade_share"):
        sums[key[1], key[3]] = sums.get((key[1], key[3]), 0.0) + value
    for (product, buyer), total in sums.items():
        if total and abs(total - 1) > SHARE_TOLERANCE:
            yield (
                ("trade_share", product, "", buyer),
                f"the shares of {buyer}'s suppliers must sum to 1 (got {total:.4g})",
            )


def sellers_make_what_they_sell(world: Draft) -> Found:
    for key, value in cells_of(world.values, "trade_share"):
        if value > 0 and key[2] not in world.sites(key[1]):
            yield key, f"{key[2]} sells {key[1]} but makes none (no output_t_per_year)"


def makers_have_buyers(world: Draft) -> Found:
    for product in world.spec.products:
        selling = {seller for buyer in world.buyers(product.id) for seller in world.suppliers(product.id, buyer)}
        for maker in sorted(world.sites(product.id) - selling):
            yield ("output_t_per_year", product.id, maker), "nobody buys from it (no trade_share of a buyer)"


def lanes_have_transit(world: Draft) -> Found:
    missing = set()
    for key, value in cells_of(world.values, "trade_share"):
        pair = (key[2], key[3])
        if value > 0 and lookup(world.values, ("transit_days", *pair)) is None:
            missing.add(pair)
    for partner, country in sorted(missing):
        yield ("transit_days", partner, country), "is missing: days from door to door"


def needed_numbers_are_there(world: Draft) -> Found:
    """Parameters without a default, cell by cell."""
    needed = {parameter.name for parameter in PARAMETERS if parameter.default is None}
    for product in world.spec.products:
        for name in ("processing_time_days", "price_usd_per_kg"):
            if name in needed and lookup(world.values, (name, product.id)) is None:
                yield (name, product.id), "is missing"
        for country, use in sorted(world.users(product.id)):
            if "cover_weeks" in needed and lookup(world.values, ("cover_weeks", product.id, country, use)) is None:
                yield ("cover_weeks", product.id, country, use), "is missing: mean stock of these users in weeks of use"


def makers_earn_a_margin(world: Draft) -> Found:
    """The money margin drives production: a product must be worth more than what goes into it."""
    for product in world.spec.products:
        price = lookup(world.values, ("price_usd_per_kg", product.id))
        cost = 0.0
        for name in product.inputs:
            recipe = lookup(world.values, ("recipe_t_per_t", product.id, name)) or 0.0
            cost += recipe * (lookup(world.values, ("price_usd_per_kg", name)) or 0.0)
        if price is not None and cost >= price:
            yield (
                ("price_usd_per_kg", product.id),
                f"its inputs cost as much as it sells for ({cost:.4g} against {price:.4g} USD/kg); check prices and recipe",
            )


def _or_default(world: Draft, key: Key) -> float:
    found = lookup(world.values, key)
    default = PARAMETER_BY_NAME[key[0]].default
    assert default is not None
    return default if found is None else found


def cost_curves_are_of_mines(world: Draft) -> Found:
    """Only what is made from nothing has a cost curve; other makers are stopped by their margin."""
    made = {product.id for product in world.spec.products if product.inputs}
    for name in ("unit_cost_ratio", "closing_price_index"):
        for key, _ in cells_of(world.values, name):
            if key[1] in made:
                yield key, f"is not read: {key[1]} is made from inputs, and its makers are stopped by their margin"


def mines_close_below_the_price_at_which_all_run(world: Draft) -> Found:
    for product in world.spec.products:
        for country in () if product.inputs else sorted(world.sites(product.id)):
            keys = [(name, product.id, country) for name in ("closing_price_index", "unit_cost_ratio")]
            closing, running = (_or_default(world, key) for key in keys)
            if closing > running:
                yield (
                    keys[0],
                    f"must not be above unit_cost_ratio, from which all run (got {closing:g} and {running:g})",
                )


CHECKS = (
    recipes_name_declared_inputs,
    every_product_is_made,
    every_product_is_used,
    every_end_use_exists,
    buyers_have_suppliers,
    trade_shares_sum_to_one,
    sellers_make_what_they_sell,
    makers_have_buyers,
    lanes_have_transit,
    needed_numbers_are_there,
    makers_earn_a_margin,
    cost_curves_are_of_mines,
    mines_close_below_the_price_at_which_all_run,
)

# Where a scenario changes numbers, balancing opens the lanes that are missing (see `supplyrisk.model.trade`).
BALANCED = (buyers_have_suppliers, makers_have_buyers)


def check_world(
    spec: WorldSpec,
    names: Names,
    values: Mapping[Key, float],
    positions: Mapping[Key, Position],
    at_file: Position,
    changed: bool = False,
) -> list[Problem]:
    """Problems of a whole world, as its files give it or as `changed` by a scenario."""
    draft = Draft(spec, names, values)
    return [
        Problem(_position(key, positions, at_file), path_of(key), message)
        for check in CHECKS
        if not (changed and check in BALANCED)
        for key, message in check(draft)
    ]


def _position(key: Key, positions: Mapping[Key, Position], at_file: Position) -> Position:
    """The row itself, the first row it speaks about, or the world's file."""
    if key in positions:
        return positions[key]
    for other, position in positions.items():
        if other[0] == key[0] and all(not want or want == have for want, have in zip(key[1:], other[1:], strict=False)):
            return position
    return at_file
