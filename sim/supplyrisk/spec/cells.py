"""Cells of a world's numbers: (parameter, one entry per dimension; "" = all)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TypeVar

from ..language.names import ALL, Names
from .parameters import PARAMETER_BY_NAME, Parameter
from .resolved import Key

T = TypeVar("T")


def path_of(key: Key) -> str:
    """`cover_weeks.ht_magnet.DE`; blanks inside are `all`, blanks at the end are left out."""
    parts = list(key)
    while parts and not parts[-1]:
        parts.pop()
    return ".".join(part or ALL for part in parts)


@cache
def orders(dims: int) -> tuple[tuple[bool, ...], ...]:
    """Which of so many dimensions a row may give: most of them first, of equally many the earlier ones."""
    masks = sorted(range(1 << dims), key=lambda mask: (-mask.bit_count(), -mask))
    return tuple(tuple(bool(mask >> (dims - 1 - i) & 1) for i in range(dims)) for mask in masks)


def lookup(values: Mapping[Key, T], key: Key) -> T | None:
    """The number that holds for a cell: of the rows that fit, the one that names most dimensions.

    Of two that name equally many, the one that names the earlier dimension.
    """
    found = values.get(key)
    if found is not None:
        return found
    for given in orders(len(key) - 1):
        found = values.get((key[0], *[part if stated else "" for part, stated in zip(key[1:], given, strict=True)]))
        if found is not None:
            return found
    return None


def covers(pattern: Key, key: Key) -> bool:
    """Whether every cell of `key` lies within `pattern` ("" = all)."""
    return pattern[0] == key[0] and all(
        not want or want == have for want, have in zip(pattern[1:], key[1:], strict=True)
    )


def known_in(names: Names, dim: str) -> tuple[str, ...]:
    """Single names that may stand in a dimension."""
    if dim in ("product", "input"):
        return tuple(names.products)
    if dim == "end_use":
        return tuple(names.end_uses)
    return tuple(names.countries)


def written_in(names: Names, dim: str) -> tuple[str, ...]:
    """Names an analyst may write in a dimension: single ones, groups, stages, `all`."""
    if dim in ("product", "input"):
        return names.known_products()
    if dim == "end_use":
        return names.known_end_uses()
    return names.known_places()


def expand(names: Names, dim: str, written: str) -> tuple[str, ...]:
    """Single names meant by what is written; `all` stays ("",)."""
    if written in ("", ALL):
        return ("",)
    if dim in ("product", "input"):
        return names.expand_products([written])
    if dim == "end_use":
        return names.expand_end_uses([written])
    return names.expand_countries([written])


def full_key(parameter: Parameter, parts: tuple[str, ...]) -> Key:
    """A key with blanks for the dimensions that are not given."""
    return (parameter.name, *parts, *[""] * (len(parameter.dims) - len(parts)))


def cells_of(values: Mapping[Key, T], parameter: str) -> Iterator[tuple[Key, T]]:
    """All rows of a parameter."""
    for key, value in values.items():
        if key[0] == parameter:
            yield key, value


def bounds(key: Key) -> tuple[float, float]:
    """Lowest and highest value a cell may take."""
    parameter = PARAMETER_BY_NAME[key[0]]
    return parameter.low, parameter.high
