"""What a study computes: cells, which are variants of a scenario, and what is kept of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import Position
from ..language.text import Node
from ..measures.aggregate import ALL
from ..measures.reporter import Outcome
from ..spec.variants import Base, Change
from .draws import AS_USUAL, Draws


@dataclass(frozen=True)
class Cell:
    """One variant of a scenario.

    Attributes
    ----------
    keys : mapping
        What tells it from the other cells, as columns of the tables: name -> text.
    base : Base
        The scenario it is a variant of.
    changes : tuple of (path, Node)
        Values set by path.
    arms : tuple of str
        Arms to compute (`baseline`, `scenario`, `policy:NAME`); () means all of the scenario.
    numbers : mapping
        The same keys as numbers, where they are: name -> value for an axis.
    draws : Draws
        What its runs draw otherwise than those of other cells.
    runs : int
        Its runs if they are fewer than the study's, the first ones; 0 means all.
    """

    keys: Mapping[str, str]
    base: Base
    changes: tuple[Change, ...] = ()
    arms: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    draws: Draws = AS_USUAL
    runs: int = 0


@dataclass(frozen=True)
class Selection:
    """Which outcomes of a run are kept; () means any."""

    metrics: tuple[str, ...]
    products: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    end_uses: tuple[str, ...] = ()

    def picks(self, outcomes: Sequence[Outcome]) -> list[int]:
        """Places of the chosen outcomes among all of a model; sums over products and end uses always belong to them."""
        return [
            number
            for number, outcome in enumerate(outcomes)
            if outcome.metric in self.metrics
            and ">" not in outcome.place
            and (not self.products or outcome.product in (*self.products, ALL))
            and (not self.places or outcome.place in self.places)
            and outcome.end_use in (*self.end_uses, ALL)
        ]


def written(value: object, position: Position) -> Node:
    """A node for a value that a study makes up itself, as if it stood at `position`."""
    if isinstance(value, Node):
        return value
    if isinstance(value, Mapping):
        entries = {str(key): written(item, position) for key, item in value.items()}
        size = 1 + sum(int(node.size) for node in entries.values())
        return Node(entries, position, dict.fromkeys(entries, position), size)
    if isinstance(value, (list, tuple)):
        items = tuple(written(item, position) for item in value)
        return Node(items, position, {}, 1 + sum(int(node.size) for node in items))
    return Node(None if value is None else str(value), position)
