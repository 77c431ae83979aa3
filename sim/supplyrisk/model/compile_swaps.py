"""Compile substitutes: which users can go over to which other product of the same end use."""

from __future__ import annotations

from dataclasses import dataclass

from .arena import Arena
from .structure import Structure

NUMBERS = (
    ("swap_most", "substitute_share"),
    ("swap_cost", "substitute_cost"),
    ("swap_speed", "substitute_speed_per_year"),
    ("swap_ratio", "substitute_t_per_t"),
)


@dataclass(frozen=True)
class Swap:
    """A user and the user of another product of the same end use and country, or the part of one that a rule splits off."""

    user: int
    to: int
    weight: float  # part of what goes over that this one takes


def find_swaps(s: Structure) -> list[Swap]:
    """Pairs of users between which use can move in some run; of a user in parts each takes its part."""
    found: list[Swap] = []
    for j, other in enumerate(s.products):
        for k, product in enumerate(s.products):
            if j == k or not s.present(s.value("substitute_share", product.id, other.id)):
                continue
            for u, user in enumerate(s.users):
                if user.product == k and not user.made:
                    place = (j, user.country, user.end_use)
                    takers = [
                        v
                        for v, one in enumerate(s.users)
                        if (one.product, one.country, one.end_use) == place and not one.made
                    ]
                    found += [Swap(u, v, s.users[v].share) for v in takers]
    return sorted(found, key=lambda swap: (swap.user, swap.to))


def fill_swaps(a: Arena, s: Structure, swaps: list[Swap]) -> None:
    """Write the pairs into the arena."""
    for w, swap in enumerate(swaps):
        a.note("swap_user", w, swap.user)
        a.note("swap_to", w, swap.to)
        a.put("swap_weight", w, swap.weight)
        names = (s.products[s.users[swap.user].product].id, s.products[s.users[swap.to].product].id)
        for array, parameter in NUMBERS:
            a.put(array, w, s.value(parameter, *names))
