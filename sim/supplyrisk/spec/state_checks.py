"""What a state can buy and sell: no more than there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..language.numbers import central
from ..sums import add_up
from .cells import cells_of, lookup
from .resolve import Fault

if TYPE_CHECKING:
    from ..events.effects import Effect
    from .checks import Case
    from .resolve import Resolution

DEALS = "state_trade"
HOLDS = "stockpile"


def states_deal_in_what_there_is(case: Case) -> Iterator[Fault]:
    """A purchase of more than the world makes, and a sale from a store in which nothing ever is, are slips."""
    for one in case.resolutions:
        columns = {column.name: column.central for column in one.scenario.sampled}
        for policy, placed in case.arms():
            effects = [effect for item in placed for effect in item.resolved.effects]
            for item in placed:
                if policy and item.arm != f"policy:{policy}":
                    continue
                for effect in item.resolved.effects:
                    if effect.op == DEALS:
                        yield from ((item.path, said) for said in _faults(one, effect, effects, columns))


def _faults(one: Resolution, effect: Effect, effects: list[Effect], columns: dict[str, float]) -> Iterator[str]:
    most = max((central(point.level, columns) for point in effect.schedule), default=0.0)
    params = dict(effect.params)
    for product in effect.select.products:
        if not central(params["selling"], columns):
            made = add_up(
                central(value, columns)
                for key, value in cells_of(one.existing, "output_t_per_year")
                if key[1] == product
            )
            if 0.0 < made < most:
                yield f"buys {most:,.0f} t/yr of {product}, of which the world makes {made:,.0f} t/yr"
        elif not central(params["in_store_t"], columns) and not _stocked(one, effect, effects, product, columns):
            yield f"sells {product} from an empty store: give in_store (in t), or an event before that buys"


def _stocked(one: Resolution, effect: Effect, effects: list[Effect], product: str, columns: dict[str, float]) -> bool:
    """Whether the state has, or comes to have, any of a product."""
    for country in effect.select.destinations:
        held = lookup(one.existing, ("stockpile_weeks", product, country))
        if held is not None and central(held, columns) > 0.0:
            return True
        for other in effects:
            mine = product in other.select.products and country in other.select.destinations
            if mine and (
                other.op == HOLDS or (other.op == DEALS and not central(dict(other.params)["selling"], columns))
            ):
                return True
    return False
