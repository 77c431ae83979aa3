"""Use that goes over to another product: both are named, and some end use buys both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .cells import cells_of, lookup
from .resolve import Fault
from .touch import reach_of

if TYPE_CHECKING:
    from .checks import Case
    from .resolve import Resolution

SHARE = "substitute_share"
AT = ("baseline", SHARE)


def substitutes_have_users(case: Case) -> Iterator[Fault]:
    """Use goes over only where an end use buys both products; and no more of it than there is."""
    for one in case.resolutions:
        if any(value > 0.0 and "" in key[1:] for key, value in cells_of(one.existing, SHARE)):
            yield AT, _names_no_pair(one)
            continue
        users = reach_of(one).users
        for product in one.world.world.products:
            total = 0.0
            for other in one.world.world.products:
                share = lookup(one.existing, (SHARE, product.id, other.id)) or 0.0
                if share <= 0.0 or other.id == product.id:
                    continue
                total += share
                if not any((other.id, country, use) in users for name, country, use in users if name == product.id):
                    yield AT, f"no end use of any country buys both {product.id} and {other.id}: nobody can go over"
            if total > 1.0 + 1e-9:
                yield AT, f"more than all of {product.id} can go over ({total:.3g})"


def _names_no_pair(one: Resolution) -> str:
    """What to write instead of a share between all products: two that an end use of this world buys both."""
    said = "must name two products, the one that is given up and the one in its place"
    uses: dict[tuple[str, str], list[str]] = {}
    for product, country, use in sorted(reach_of(one).users):
        uses.setdefault((country, use), []).append(product)
    pairs = sorted({tuple(products[:2]) for products in uses.values() if len(products) > 1})
    if not pairs:
        return f"{said}; but no end use of this world buys two products, so that nobody can go over"
    first, second = pairs[0]
    return f"{said}; write it like {{{first}: {{{second}: 20 %}}}}"
