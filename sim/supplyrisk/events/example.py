"""An event type's own example: what a file says, how it is told, and the effect rows worked out by hand.

It stands in the class, so that the reference page, the checks of the shipped types and the author of a new type all use
the same one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any

from ..language.text import parse_text
from .effects import Effect, Point, Select

WORLD = "ndfeb"  # shipped world in which every example makes sense


@dataclass(frozen=True)
class Example:
    """One well-formed event of a type, in the world `WORLD` with a horizon from 1 January 2026.

    Parameters
    ----------
    keys : str
        Its keys as a scenario file has them (YAML), without `type`.
    sentence : str
        What `explain` says of it; line breaks count as blanks.
    rows : tuple of Effect
        What it lowers to, worked out by hand (see `row`).
    after : str
        Type whose example has to stand before it, if it is about another event.
    """

    keys: str
    sentence: str
    rows: tuple[Effect, ...]
    after: str = ""

    def text(self) -> str:
        """The keys without the indentation of the source code."""
        return cleandoc(self.keys)

    def said(self) -> str:
        """The sentence on one line."""
        return " ".join(self.sentence.split())

    def values(self) -> dict[str, Any]:
        """The keys as a mapping of texts, as a scenario file is read."""
        plain: dict[str, Any] = parse_text(self.text(), "the example").plain()
        return plain


def row(
    op: str,
    select: Select,
    level: float | Mapping[float, float],
    *,
    linear: bool = False,
    params: Mapping[str, float] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Effect:
    """An effect row as worked out by hand.

    Parameters
    ----------
    level : float or mapping of days after the start to level
        In the unit of the operation.
    linear : bool
        Straight lines between the points, not steps.
    """
    points = level if isinstance(level, Mapping) else {0.0: level}
    schedule = tuple(Point(float(day), value) for day, value in points.items())
    return Effect(op, select, schedule, linear, dict(params or {}), dict(texts or {}))
