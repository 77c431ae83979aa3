"""What callers may hand in, checked before anything else: a message that says what was meant, and no bare TypeError."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import SupplyriskError


def check_path(what: str, value: Any, meant: str = "a path") -> Path:
    """A path.

    Raises
    ------
    SupplyriskError
        If it is none.
    """
    if not isinstance(value, (str, os.PathLike)) or not isinstance(os.fspath(value), str):
        raise SupplyriskError(f"{what}: must be {meant} (got {value!r})")
    return Path(value)


def check_workers(value: Any) -> None:
    """A whole number of workers, or None."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise SupplyriskError(f"workers={value!r}: must be a whole number, 1 or more, or None for all cores")


def check_choice(what: str, value: Any, known: Sequence[str], of_module: bool = False) -> None:
    """One of a few words; with `of_module` also the path of an engine (`module:name`)."""
    if not isinstance(value, str) or (value not in known and not (of_module and ":" in value)):
        raise SupplyriskError(f"{what}={value!r}: there are {', '.join(known)}")


def check_mapping(what: str, value: Any, meant: str) -> None:
    """A mapping, or None."""
    if value is not None and not isinstance(value, Mapping):
        raise SupplyriskError(f"{what}: must be a mapping of {meant} (got {value!r})")


def check_list(what: str, value: Any, meant: str) -> list[Any]:
    """A list (or tuple, array, ...) of things; a text is none, though Python would take its letters."""
    if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__iter__"):
        raise SupplyriskError(f"{what}: must be a list of {meant} (got {value!r})")
    return list(value)


def check_name(what: str, value: Any) -> None:
    """A text, or None."""
    if value is not None and not isinstance(value, str):
        raise SupplyriskError(f"{what}: must be a text (got {value!r})")
