"""Names as written to the single countries, products and end uses of a world."""

from __future__ import annotations

from collections.abc import Iterable

from ..language.context import LowerContext


class TouchesNothing(Exception):
    """None of the names an event gives exists in this world (a scenario may run in several worlds)."""


def countries(ctx: LowerContext, written: Iterable[str]) -> tuple[str, ...]:
    """Single countries; () stays "all", names that this world lacks are dropped."""
    return _found(tuple(written), ctx.expand(written))


def products(ctx: LowerContext, written: Iterable[str]) -> tuple[str, ...]:
    """Single products; as `countries`."""
    return _found(tuple(written), ctx.products(written))


def end_uses(ctx: LowerContext, written: Iterable[str]) -> tuple[str, ...]:
    """Single end uses; as `countries`."""
    return _found(tuple(written), ctx.end_uses(written))


def _found(written: tuple[str, ...], found: tuple[str, ...]) -> tuple[str, ...]:
    # An empty selection means "all", so one that has lost its last name must not be passed on.
    if written and not found:
        raise TouchesNothing(", ".join(written))
    return found
