"""The one way in which floats are added up in code that decides results.

Python's own `sum` gives other last bits since 3.12, where it compensates rounding; numpy adds arrays in pairs, in
the same way with every version in use. A batch must not depend on the Python it runs on, so floats are added here.
"""

from __future__ import annotations

from collections.abc import Iterable


def add_up(values: Iterable[float]) -> float:
    """The values added up one after the other, from 0.0; every addition is rounded."""
    found = 0.0
    for value in values:
        found += value
    return found
