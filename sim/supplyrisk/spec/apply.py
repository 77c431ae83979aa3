"""A world's numbers while a scenario changes them (by `precedence` and `shares`)."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..language.numbers import Num, Sampled
from ..language.uncertain import Uncertain
from ..sums import add_up
from .cells import cells_of
from .resolved import Key, SampledColumn
from .shares import ends_of, minus

OUTPUT = "output_t_per_year"
TRADE = "trade_share"
Fault = tuple[str, str, str]  # section, path of the change, message


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
        return value.at({name: self.columns[name].central for name in value.columns})

    def centrals(self) -> dict[Key, float]:
        return {key: self.central(value) for key, value in self.values.items()}

    def fault(self, section: str, path: str, message: str) -> None:
        self.faults.append((section, path, message))

    def structural(self) -> dict[Key, float]:
        """Central values, but next to nothing instead of nothing where some run has more: what exists in some run."""
        found = self.centrals()
        for key, value in self.values.items():
            if found[key] <= 0.0 and self.can_be_positive(value):
                found[key] = sys.float_info.min
        return found

    def can_be_positive(self, value: Num) -> bool:
        """Whether a number is above zero in some run."""
        if not isinstance(value, Sampled):
            return value > 0.0
        return any(
            value.offset + value.scale * math.prod(ends) > 0.0
            for ends in itertools.product(*(self.columns[name].support() for name in value.columns))
        )

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


def close_unused_lanes(draft: Draft) -> None:
    """A country that makes nothing any more sells nothing; suppliers' shares sum to one again.

    Lanes whose share the scenario states keep it, the others of that buyer share the rest.
    """
    for key in [key for key, value in cells_of(draft.values, OUTPUT) if not draft.can_be_positive(value)]:
        del draft.values[key]
    makers = {(key[1], key[2]) for key, _ in cells_of(draft.values, OUTPUT)}
    buyers: dict[tuple[str, str], list[Key]] = {}
    for key, _ in list(cells_of(draft.values, TRADE)):
        if (key[1], key[2]) not in makers and key not in draft.fixed_lanes:
            del draft.values[key]
        else:
            buyers.setdefault((key[1], key[3]), []).append(key)
    for keys in buyers.values():
        _normalise(draft, keys)


def _normalise(draft: Draft, keys: list[Key]) -> None:
    """Share what the stated suppliers of a buyer leave among the others, in each run what that run's draw leaves."""
    stated = sorted(key for key in keys if key in draft.fixed_lanes)
    free = [key for key in keys if key not in draft.fixed_lanes]
    weight = add_up(draft.central(draft.values[key]) for key in free)
    rest: Num = 1.0
    for key in stated:
        number = draft.values[key]
        # Two draws can't be one number: from the second on, the others make room for its central value.
        apart = isinstance(rest, Sampled) and isinstance(number, Sampled) and rest.column != number.column
        rest = minus(rest, draft.central(number) if apart else number)
    if ends_of(draft, rest)[0] < -1e-9:
        most = 1 - ends_of(draft, rest)[0]
        message = f"the shares of {keys[0][3]}'s suppliers sum to {most:.4g}, more than 1"
        draft.fault("baseline", ".".join(stated[-1]), message)
        return
    if weight <= 0 or (not isinstance(rest, Sampled) and abs(weight - rest) < 1e-12):
        return
    for key in free:
        number = draft.values[key]
        both = isinstance(rest, Sampled) and isinstance(number, Sampled)
        draft.values[key] = number * ((draft.central(rest) if both else rest) / weight)


def output_shares(values: Mapping[Key, float], product: str) -> dict[str, float]:
    """Countries' shares of the output of a product, largest first."""
    output = {key[2]: value for key, value in cells_of(values, OUTPUT) if key[1] == product}
    total = add_up(output.values())
    ranked = sorted(output.items(), key=lambda item: (-item[1], item[0]))
    return {country: tonnes / total for country, tonnes in ranked} if total > 0 else {}
