"""A scenario's text as form and timeline see it: sections, events with their dates, numbers with their places.

Made from the text alone, so that it is there while mistakes are; whatever can't be understood is shown as it is written.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ..errors import Problems
from ..events.registry import EVENT_TYPE_BY_NAME, field_of
from ..language.fields import Quantity
from ..language.layers import labels_of, name_of
from ..language.text import Node
from ..language.uncertain import Uncertain, is_distribution
from ..spec.baseline import SHARE_QUANTITY, SHARES, TABLES, is_leaf
from ..spec.load import laid
from ..spec.outlooks import TODAY_FILE
from ..spec.parameters import PARAMETER_BY_NAME
from ..spec.scenario import Horizon, MonteCarlo, ScenarioSpec
from ..units import REGISTRY_UNITS
from .bars import bar_of, date_of, iso, number_of
from .curves import curve
from .edit import spans
from .pieces import Path as Path_
from .pieces import tree
from .vocabulary import parameters

HEAD: tuple[tuple[Path_, type[BaseModel], str], ...] = (
    (("title",), ScenarioSpec, "Title"),
    (("question",), ScenarioSpec, "Question"),
    (("world",), ScenarioSpec, "World"),
    (("horizon", "start"), Horizon, "First day"),
    (("horizon", "years"), Horizon, "Years"),
    (("horizon", "end"), Horizon, "Last day"),
    (("monte_carlo", "runs"), MonteCarlo, "Runs"),
    (("monte_carlo", "seed"), MonteCarlo, "Seed"),
)


@dataclass(frozen=True)
class _Source:
    """Whose text is shown: what is written in another file is told from what is written here."""

    file: str = ""

    def of(self, node: Node) -> str:
        """Where a value comes from; nothing for what this file says itself."""
        file = node.position.file
        if not file or file == self.file:
            return ""
        other = Path(file)
        if other.name == TODAY_FILE:
            return f"today of the world {other.parent.name}"
        return os.path.relpath(other, Path(self.file).parent) if other.is_absolute() else file


NOBODY = _Source()


def outline(text: str, path: Path | None = None) -> dict[str, Any] | None:
    """Sections, events and numbers of a text; nothing while it can't be read as YAML.

    Parameters
    ----------
    text : str
        A scenario.
    path : Path, optional
        The file it stands in: what it takes over from the files it extends, and its outlook from its worlds, is then in
        the outline too, with `from` where it comes from.
    """
    own = tree(text)
    if own is None:
        return None
    root, source = own, _Source()
    if path is not None:
        with contextlib.suppress(Problems):  # `check` says what is wrong with the others
            root, source = laid(text, path), _Source(str(path))
    first, last = _horizon(root)
    groups = [_group("scenario", "What happens", ("events",), root, own, last, source)]
    outlook = root.get("outlook")
    if outlook is not None and outlook.get("events") is not None:
        begun, _ = date_of(outlook.get("simulate_from"))
        made = _group("outlook", "Under way in every arm (outlook)", ("outlook", "events"), root, own, last, source)
        groups.append(made | {"first": iso(begun)})
    policies = root.get("policies")
    if policies is not None:
        for name, policy in policies.items():
            title = policy.get("title")
            said = f"Policy {name}" + (f": {title.value}" if title is not None and title.value else "")
            groups.append(_group(f"policy:{name}", said, ("policies", name, "events"), root, own, last, source))
    return {
        "horizon": {"start": iso(first), "end": iso(last)},
        "worlds": _worlds(root),
        "head": [_head(root, own, path_, field_of(cls, str(path_[-1])), label, source) for path_, cls, label in HEAD],
        "numbers": list(_numbers(root, source)),
        "groups": groups,
    }


def _worlds(root: Node) -> list[str]:
    node = root.get("world")
    items = () if node is None else node.value if isinstance(node.value, tuple) else (node,)
    return [item.value for item in items if isinstance(item.value, str)]


def places(text: str) -> dict[Path_, tuple[int, int]]:
    """Where each single value stands, in letters as the browser counts them (UTF-16); of texts over several lines none."""
    wide = [0]
    for letter in text:
        wide.append(wide[-1] + (2 if ord(letter) > 0xFFFF else 1))
    return {
        path: (wide[span.start], wide[span.end])
        for path, span in spans(text).items()
        if path and not span.block and span.end > span.start
    }


def _horizon(root: Node) -> tuple[dt.date | None, dt.date | None]:
    node = root.get("horizon")
    try:
        horizon = Horizon.model_validate(node.plain() if node is not None else None)
    except (ValidationError, ValueError):
        return None, None
    return horizon.start, horizon.last


def _at(root: Node, path: Path_) -> Node | None:
    node: Node | None = root
    for step in path:
        if node is None:
            return None
        if isinstance(step, int):
            node = node.value[step] if isinstance(node.value, tuple) and step < len(node.value) else None
        else:
            node = node.get(step)
    return node


def _text_at(root: Node, path: Path_) -> str:
    node = _at(root, path)
    return node.value if node is not None and isinstance(node.value, str) else ""


# --- fields ---------------------------------------------------------------------------------------
def _head(root: Node, own: Node, path: Path_, reader: Any, label: str, source: _Source) -> dict[str, Any]:
    # `outlook: today` and the like are spelled out in the layers; what stands here is shown as it stands.
    node = _at(own, path) or _at(root, path)
    return _field(node, path, path[-1], reader, label, source if _at(own, path) is None else _Source())


def _field(
    node: Node | None, path: Path_, key: Any, reader: Any, label: str = "", source: _Source = NOBODY
) -> dict[str, Any]:
    """One value: as it is written, as number and unit, as a distribution, as values over time."""
    found: dict[str, Any] = {"path": list(path), "key": str(key), "label": label or str(key).replace("_", " ")}
    if node is None:
        return found | {"kind": "missing"}
    if source.file and (origin := source.of(node)):
        found["from"] = origin
    found["line"] = node.position.line
    if node.value is None or isinstance(node.value, str):
        return found | {"kind": "scalar", "text": node.value or ""} | number_of(node.value)
    plain = node.plain()
    if isinstance(node.value, tuple):
        simple = all(isinstance(item.value, str) for item in node.value)
        return found | ({"kind": "list", "items": list(plain)} if simple else {"kind": "mapping"})
    if is_distribution(plain):
        return found | {"kind": "distribution"} | _distribution(node, path, plain, reader)
    if plain and isinstance(reader, Quantity):
        steps = [_field(item, (*path, name), name, reader, name, source) for name, item in node.items()]
        return found | {"kind": "over", "steps": steps}
    return found | {"kind": "mapping"}


def _distribution(node: Node, path: Path_, plain: Mapping[str, Any], reader: Any) -> dict[str, Any]:
    """Its parts with their places, and its picture."""
    kind = next(iter(plain))
    body = node.get(kind)
    parts = []
    if body is not None and isinstance(body.value, tuple):
        names = ("lowest", "most likely", "highest") if len(body.value) == 3 else ("lowest", "highest")
        for index, item in enumerate(body.value):
            if isinstance(item.value, str) and index < len(names):
                parts.append(
                    {"label": names[index], "path": [*path, kind, index], "text": item.value} | number_of(item.value)
                )
    elif body is not None:
        for name, item in body.items():
            if isinstance(item.value, str):
                label = {"p5": "5 % lie below", "p95": "95 % lie below"}.get(name, name)
                parts.append({"label": label, "path": [*path, kind, name], "text": item.value} | number_of(item.value))
    found: dict[str, Any] = {"distribution": kind, "parts": parts}
    drawn = _uncertain(plain, reader)
    return found | ({"curve": curve(drawn)} if drawn is not None else {})


def _uncertain(plain: Mapping[str, Any], reader: Any) -> Uncertain | None:
    if reader is None:
        return None
    try:
        value = reader.parse(plain, None)
    except ValueError:
        return None
    value = value.first() if hasattr(value, "first") else getattr(value, "amount", value)
    return value if isinstance(value, Uncertain) else None


# --- numbers of the baseline ----------------------------------------------------------------------
def _numbers(root: Node, source: _Source) -> Iterator[dict[str, Any]]:
    section = root.get("baseline")
    if section is None:
        return
    for name, node in section.items():
        if name == TABLES:
            continue
        parameter = PARAMETER_BY_NAME.get(name)
        if parameter is None and name != SHARES:
            continue
        reader = SHARE_QUANTITY
        if parameter is not None:
            accepted, example = REGISTRY_UNITS[parameter.unit]
            reader = Quantity(name, accepted, example, parameter.unit, parameter.low, parameter.high)
        for path in _leaves(node, ("baseline", name)):
            yield _leaf(root, path, name, reader, source)


def _leaves(node: Node, path: Path_) -> Iterator[Path_]:
    if is_leaf(node.plain()):
        yield path
        return
    for key, item in node.items():
        yield from _leaves(item, (*path, key))


def _leaf(root: Node, path: Path_, name: str, reader: Quantity, source: _Source) -> dict[str, Any]:
    where = path
    label = parameters()[name]["label"] + (": " + " · ".join(str(step) for step in path[2:]) if path[2:] else "")
    extra: dict[str, Any] = {}
    for key in ("value", "scale"):
        if _at(root, (*path, key)) is not None:
            where = (*path, key)
            extra = {"scaled": key == "scale", "source": _text_at(root, (*path, "source"))}
    found = _field(_at(root, where), where, name, reader, label, source)
    return found | {"parameter": name, "item": list(path)} | extra


# --- events ---------------------------------------------------------------------------------------
def _group(
    ident: str, title: str, path: Path_, root: Node, own: Node, last: dt.date | None, source: _Source
) -> dict[str, Any]:
    """The events at a path of all layers: those that this file speaks of by their place in it, others by name."""
    node, here = _at(root, path), _at(own, path)
    items = node.value if node is not None and isinstance(node.value, tuple) else ()
    mine = here.value if here is not None and isinstance(here.value, tuple) else ()
    named = {name_of(item): index for index, item in enumerate(mine) if name_of(item)}
    events = []
    free = iter(index for index, item in enumerate(mine) if not name_of(item))
    for item, label in zip(items, labels_of(node) if node is not None else (), strict=False):
        if not isinstance(item.value, dict) or not item.value:
            continue
        written = not source.file or not source.of(item)
        index = named.get(name_of(item)) if name_of(item) else next(free, None) if written else None
        events.append(_event(item, path, index, label, last, source))
    return {"id": ident, "title": title, "path": list(path), "events": events}


def _event(
    node: Node, path: Path_, index: int | None, label: str, last: dt.date | None, source: _Source
) -> dict[str, Any]:
    """One event; `lay` is how another file speaks of it."""
    kind = _text_at(node, ("type",))
    cls = EVENT_TYPE_BY_NAME.get(kind)
    lay = (*path, label)
    here = lay if index is None else (*path, index)
    fields = []
    for key, item in node.items():
        if key == "type":
            continue
        foreign = bool(source.file and source.of(item))
        reader = field_of(cls, key) if cls is not None and key in cls.model_fields else None
        field = _field(item, (*(lay if foreign else here), key), key, reader, source=source)
        fields.append(field | {"lay": [*lay, key]})
    found = {
        "path": list(here),
        "lay": list(lay),
        "type": kind,
        "label": _text_at(node, ("name",)) or kind.replace("_", " ") or "event without a type",
        "line": node.position.line,
        "fields": fields,
        "bar": bar_of(node, last),
    }
    if index is None:
        found["from"] = source.of(node)
    return found
