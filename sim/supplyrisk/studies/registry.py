"""The types of studies, found in `studies/types/`: a new module there is a new type."""

from __future__ import annotations

import importlib
import pkgutil
import typing
from collections.abc import Iterator
from functools import cache

from . import types
from .base import Study


@cache
def study_types() -> dict[str, type[Study]]:
    """Every type by the name it has in files, in the order of the alphabet."""
    for module in sorted(pkgutil.iter_modules(types.__path__), key=lambda each: each.name):
        importlib.import_module(f"{types.__name__}.{module.name}")
    found = {name_of(kind): kind for kind in _below(Study) if is_type(kind)}
    return dict(sorted(found.items()))


def is_type(kind: type[Study]) -> bool:
    """Whether a class is a type of its own: it says by which word files call it."""
    return typing.get_origin(kind.model_fields["study"].annotation) is typing.Literal


def name_of(kind: type[Study]) -> str:
    """The word by which files call a type."""
    return str(typing.get_args(kind.model_fields["study"].annotation)[0])


def _below(kind: type[Study]) -> Iterator[type[Study]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
