"""How an operation is declared: what its level means, what is neutral, its numbers, how two of them combine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MOST_NUMBERS = 10  # further numbers of one effect row

# What a row of the operation touches, and where its numbers are kept.
Target = Literal["lane", "site", "user", "desk", "project", "event"]

# How two levels a and b become one.
WAYS = {
    "larger": "the larger holds",
    "stricter": "the stricter holds",
    "add": "they add up",
    "multiply": "they multiply",
    "compound": "each takes its share of what the others leave",
    "all": "all hold",
}


@dataclass(frozen=True)
class Op:
    """One operation.

    Parameters
    ----------
    name : str
        Name in effect rows; the name of its file.
    target : str
        What its rows touch.
    neutral : float or None
        Level at which it does nothing; None if there is none: an office works, however many files it can decide.
    unit, meaning : str
        Of its level.
    rules, way, more : str
        What analysts call its rules, how the levels of two of them combine (a key of `WAYS`), and the rest.
    params, texts : tuple of str
        Further numbers and names of a row.
    believed : bool
        Whether those who buy and hold form a belief of how long it lasts: it takes goods away.
    inside_week : bool
        Whether goods that leave in the rest of a week are judged anew on the day on which it changes.
    """

    name: str
    target: Target
    neutral: float | None
    unit: str
    meaning: str
    rules: str
    way: str
    more: str = ""
    params: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    believed: bool = False
    inside_week: bool = False

    def slot(self, name: str) -> int:
        """Place of a further number in a row (see `rows.param`)."""
        return self.params.index(name)
