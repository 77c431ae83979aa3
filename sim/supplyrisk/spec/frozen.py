"""A resolved scenario as JSON and back, so that a run folder can be resumed without any other file."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import math
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

from ..spec.resolved import Scenario

_INFINITE = {"inf": math.inf, "-inf": -math.inf}


def freeze(value: Any) -> Any:
    """Plain JSON of a resolved object: dataclasses as objects, tuple keys as lists of pairs."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: freeze(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        if any(not isinstance(key, str) for key in value):
            return [[list(key), freeze(item)] for key, item in sorted(value.items())]
        return {key: freeze(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [freeze(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if isinstance(value, float) and math.isnan(value):
        raise ValueError("a resolved scenario holds no NaN")
    return value


def thaw_scenario(frozen: Mapping[str, Any]) -> Scenario:
    """The scenario of a manifest."""
    scenario = _thaw(Scenario, frozen)
    assert isinstance(scenario, Scenario)
    return scenario


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _thaw(kind: Any, value: Any) -> Any:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _thaw_union(args, value)
    if origin is tuple:
        each = args[:1] * len(value) if len(args) == 2 and args[1] is Ellipsis else args
        return tuple(_thaw(k, v) for k, v in zip(each, value, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        if isinstance(value, list):
            return {tuple(key): _thaw(args[1], item) for key, item in value}
        return {key: _thaw(args[1], item) for key, item in value.items()}
    if kind is dt.date:
        return dt.date.fromisoformat(value)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        given = {f.name: _thaw(hints[f.name], value[f.name]) for f in dataclasses.fields(kind) if f.name in value}
        return kind(**given)
    if kind is float:
        return _INFINITE[value] if isinstance(value, str) else float(value)
    return value


def _thaw_union(kinds: tuple[Any, ...], value: Any) -> Any:
    """One of several types: None, an object of a dataclass, or a plain value."""
    if value is None:
        return None
    for kind in kinds:
        if dataclasses.is_dataclass(kind) and isinstance(value, Mapping):
            return _thaw(kind, value)
    plain = [kind for kind in kinds if kind is not type(None) and not dataclasses.is_dataclass(kind)]
    return _thaw(plain[0], value)


def digest(frozen: Any) -> str:
    """SHA-256 of frozen JSON, independent of the order of keys."""
    return hashlib.sha256(json.dumps(frozen, sort_keys=True, allow_nan=False).encode()).hexdigest()
