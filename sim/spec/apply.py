"""Applies a scenario's changes to a world's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..language.numbers import Num, Sampled
from ..language.uncertain import Uncertain
from ..sums import add_up
from .baseline import Override, ShareOverride
from .cells import bounds, cells_of, covers, lookup
from .parameters import PARAMETER_BY_NAME
from .resolved import Key, SampledColumn

OUTPUT = "output_t_per_year"
TRADE = "trade_share"
Fault = tuple[str, str]  # path of the override, message


@dataclass
class Draft:
    """A world's numbers while they are being changed."""

    values: dict[Key, Num]
    columns: dict[str, SampledColumn]
    faults: list[Fault] = field(default_factory=list)
    fixed_lanes: set[Key] = field(default_factory=set)

    def central(self, value: Num) -> float:
        """Single value of a number."""
        if not isinstance(value, Sampled):
            return value
        return value.offset + value.scale * self.columns[value.column].central

    def centrals(self) -> dict[Key, float]:
        return {key: self.central(value) for key, value in self.values.items()}

    def number(self, value: float | Uncertain, path: str, low: float, high: float) -> Num:
        """Model number of an override; an uncertain one becomes a column named by its path."""
        if not isinstance(value, Uncertain):
            return float(value)
        self.columns[path] = SampledColumn(path, path, value.kind, value.args, value.central, low, high)
        return Sampled(path)


def settle(draft: Draft) -> None:
    """Give every number its central value: no draws of the world's own."""
    for key, value in draft.values.items():
        draft.values[key] = draft.central(value)


def override(draft: Draft, change: Override, names: frozenset[str]) -> None:
    """Put one override in place of every cell it covers.

    Parameters
    ----------
    names : frozenset
        Names this world knows: keys with others belong to another world of the scenario.
    """
    for key in change.keys:
        if any(part and part not in names for part in key[1:]):
            continue
        if change.scale:
            _scale(draft, change, key)
        else:
            _replace(draft, change, key)


def _replace(draft: Draft, change: Override, key: Key) -> None:
    number = draft.number(change.value, change.path, *bounds(key))
    for old in [old for old in draft.values if covers(key, old)]:
        del draft.values[old]
    draft.values[key] = number
    if key[0] == TRADE:
        draft.fixed_lanes.add(key)


def _scale(draft: Draft, change: Override, key: Key) -> None:
    cells = [old for old in draft.values if covers(key, old)]
    found = lookup(draft.values, key)
    default = PARAMETER_BY_NAME[key[0]].default
    if not cells and found is None and default is None:
        draft.faults.append((change.path, "there is nothing to scale in this world"))
        return
    if not cells:  # a wider row holds for the cell: give the cell a row of its own
        draft.values[key] = found if found is not None else float(default or 0.0)
        cells = [key]
    factor = draft.number(change.value, change.path, 0.0, float("inf"))
    for cell in cells:
        # Two draws can't be multiplied in an affine number: a drawn factor takes the cell's central value.
        value = draft.values[cell]
        draft.values[cell] = value * factor if isinstance(factor, float) else factor * draft.central(value)


def share_overrides(draft: Draft, changes: tuple[ShareOverride, ...]) -> None:
    """Set countries' shares of a product's output; the others keep their proportions."""
    by_product: dict[str, list[ShareOverride]] = {}
    for change in changes:
        for product in change.products:
            by_product.setdefault(product, []).append(change)
    for product, listed in by_product.items():
        _rebalance(draft, product, listed)


def _rebalance(draft: Draft, product: str, changes: list[ShareOverride]) -> None:
    output = {key[2]: draft.central(value) for key, value in cells_of(draft.values, OUTPUT) if key[1] == product}
    total = add_up(output.values())
    shares: dict[str, Num] = {}
    drawn = [change for change in changes if isinstance(change.value, Uncertain)]
    if len(drawn) > 1:
        draft.faults.append((drawn[1].path, "only one share of a product can be uncertain; the rest follows from it"))
        return
    for change in changes:
        share = draft.number(change.value, change.path, 0.0, 1.0)
        inside = {country: output.get(country, 0.0) for country in change.countries}
        if not any(inside.values()) and draft.central(share) > 0:
            draft.faults.append(
                (change.path, f"makes no {product} in this world; give it output_t_per_year and buyers first")
            )
            return
        for country, tonnes in inside.items():
            if add_up(inside.values()) > 0:
                shares[country] = share * (tonnes / add_up(inside.values()))
    rest: Num = 1.0
    for change_share in shares.values():
        rest = _minus(rest, change_share)
    others = {country: tonnes for country, tonnes in output.items() if country not in shares}
    if draft.central(rest) < -1e-9:
        given = 1 - draft.central(rest)
        draft.faults.append(
            (changes[-1].path, f"the shares of {product} sum to {given * 100:.4g} %, more than all of it")
        )
        return
    if not add_up(others.values()) and draft.central(rest) > 1e-9:
        draft.faults.append((changes[-1].path, f"the shares of {product} must sum to 100 %: no other country makes it"))
        return
    for country, tonnes in others.items():
        shares[country] = rest * (tonnes / add_up(others.values()))
    for country, share in shares.items():
        draft.values[(OUTPUT, product, country)] = share * total


def _minus(first: Num, second: Num) -> Num:
    """Difference of two numbers whose draws, if any, are the same column."""
    if isinstance(first, Sampled) and isinstance(second, Sampled):
        scale, offset = first.scale - second.scale, first.offset - second.offset
        return Sampled(first.column, scale, offset)
    if isinstance(second, Sampled):
        assert not isinstance(first, Sampled)
        return (second * -1.0) + first
    return first - second


def close_unused_lanes(draft: Draft) -> None:
    """A country that makes nothing any more sells nothing; suppliers' shares sum to one again.

    Lanes whose share the scenario states keep it, the others of that buyer share the rest.
    """
    output = {(key[1], key[2]): draft.central(value) for key, value in cells_of(draft.values, OUTPUT)}
    for key in [key for key in draft.values if key[0] == OUTPUT and output[key[1], key[2]] <= 0]:
        if not isinstance(draft.values[key], Sampled):
            del draft.values[key]
            output[key[1], key[2]] = 0.0
    buyers: dict[tuple[str, str], list[Key]] = {}
    for key, _ in list(cells_of(draft.values, TRADE)):
        if output.get((key[1], key[2]), 0.0) <= 0 and key not in draft.fixed_lanes:
            del draft.values[key]
        else:
            buyers.setdefault((key[1], key[3]), []).append(key)
    for keys in buyers.values():
        _normalise(draft, keys)


def _normalise(draft: Draft, keys: list[Key]) -> None:
    fixed = add_up(draft.central(draft.values[key]) for key in keys if key in draft.fixed_lanes)
    free = [key for key in keys if key not in draft.fixed_lanes]
    weight = add_up(draft.central(draft.values[key]) for key in free)
    if fixed > 1 + 1e-9:
        draft.faults.append(
            (".".join(keys[0]), f"the shares of {keys[0][3]}'s suppliers sum to {fixed:.4g}, more than 1")
        )
        return
    if weight <= 0 or abs(fixed + weight - 1) < 1e-12:
        return
    for key in free:
        draft.values[key] = draft.values[key] * ((1 - fixed) / weight)


def output_shares(values: Mapping[Key, float], product: str) -> dict[str, float]:
    """Countries' shares of the output of a product, largest first."""
    output = {key[2]: value for key, value in cells_of(values, OUTPUT) if key[1] == product}
    total = add_up(output.values())
    ranked = sorted(output.items(), key=lambda item: (-item[1], item[0]))
    return {country: tonnes / total for country, tonnes in ranked} if total > 0 else {}
