"""How an array of the model's memory is declared: name, dimension, kind, unit, meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Floats(Protocol):
    """The float arena: a list in the reference engine, an array in the compiled one."""

    def __getitem__(self, index: int, /) -> float: ...

    def __setitem__(self, index: int, value: float, /) -> None: ...


class Ints(Protocol):
    """The integer arena."""

    def __getitem__(self, index: int, /) -> int: ...

    def __setitem__(self, index: int, value: int, /) -> None: ...


FIRMS_PER_USER = 5  # classes of stock cover inside one end use of one country

DIMENSIONS: tuple[tuple[str, str], ...] = (
    ("products", "products, upstream first"),
    ("zones", "price zones, those that rules may part included"),
    ("cells", "product x zone: product * n_zones + zone"),
    ("pairs", "product x zone of the seller x zone of the buyer"),
    ("routes", "product x zone of the seller x border crossed or not x duty in the baseline"),
    ("nodes", "product x country pairs that buy"),
    ("sites", "stages in countries"),
    ("sales", "site x zone: site * n_zones + zone"),
    ("links", "site x node pairs of a product, by product and site"),
    ("square", "the most sites of a product, squared"),
    ("desks", "purchasing desks: node x channel of end uses"),
    ("lanes", "site x desk pairs that trade"),
    ("users", "end use x country x product (x listed part)"),
    ("inputs", "site x input product"),
    ("holders", "holders of stock, by desk and class: FIRMS_PER_USER per user, one per site input"),
    ("events", "events and policies of all arms"),
    ("effects", "effect rows"),
    ("codes", "effect row x zone: effect * n_zones + zone"),
    ("swaps", "pairs of a user and the user of a substitute, by user and substitute"),
    ("kin", "effect row x effect row: effect * n_effects + other"),
    ("numbers", "further numbers of effect rows: row * MOST_NUMBERS + slot"),
    ("points", "points of effect schedules"),
    ("targets", "entities touched by effect rows"),
    ("offices", "licence offices: licence effect x product"),
    ("weeks", "market weeks of the horizon"),
    ("days", "days of the horizon"),
    ("months", "calendar months of the horizon"),
    ("arms", "arms"),
    ("coming", "weeks in which capacity may start, by site; none where nothing takes time"),
    ("weekly", "recorded weekly columns"),
    ("monthly", "recorded monthly columns"),
    ("weekly_record", "weeks x weekly columns"),
    ("monthly_record", "months x monthly columns"),
)


@dataclass(frozen=True)
class Array:
    """One array of the arena: name, dimension, kind (float or int), unit, meaning."""

    name: str
    dim: str
    kind: str
    unit: str
    meaning: str


def rows(kind: str, dim: str, text: str) -> tuple[Array, ...]:
    """Arrays of one kind and dimension, one `name | unit | meaning` a line."""
    found = []
    for line in text.strip().splitlines():
        name, unit, meaning = (part.strip() for part in line.split("|"))
        found.append(Array(name, dim, kind, unit, meaning))
    return tuple(found)
