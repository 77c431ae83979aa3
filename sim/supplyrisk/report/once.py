"""What a function finds out about a run is kept with the run."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def once_per_run(find: Callable[P, R]) -> Callable[P, R]:
    """Keep what a function of a run (and of names) found: words, tables and figures ask the same again and again."""

    @wraps(find)
    def kept(*args: P.args, **kwargs: P.kwargs) -> R:
        run: Any = args[0]
        key = (find.__module__, find.__name__, args[1:], tuple(sorted(kwargs.items())))
        if key not in run._cache:
            run._cache[key] = find(*args, **kwargs)
        found: R = run._cache[key]
        return found

    return kept
