"""A scenario's text as form and timeline see it: sections, events with their dates, numbers with their places.

Made from the text alone, so that it is there while mistakes are; whatever can't be understood is shown as it is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from ..events.registry import EVENT_TYPE_BY_NAME, field_of
from ..language.fields import Lasting, Quantity, UncertainDay, parser_of
from ..language.text import Node
from ..language.uncertain import Uncertain, is_distribution
from ..spec.baseline import SHARE_QUANTITY, SHARES, TABLES, is_leaf
from ..spec.parameters import PARAMETER_BY_NAME
from ..spec.scenario import Horizon, MonteCarlo, ScenarioSpec
from ..units import REGISTRY_UNITS, UnitError, split_quantity
from .curves import curve
from .edit import spans
from .pieces import Path, tree
from .vocabulary import parameters

HEAD: tuple[tuple[Path, type[BaseModel], str], ...] = (
    (("title",), ScenarioSpec, "Title"),
    (("question",), ScenarioSpec, "Question"),
    (("world",), ScenarioSpec, "World"),
    (("horizon", "start"), Horizon, "First day"),
    (("horizon", "years"), Horizon, "Years"),
    (("horizon", "end"), Horizon, "Last day"),
    (("monte_carlo", "runs"), MonteCarlo, "Runs"),
    (("monte_carlo", "seed"), MonteCarlo, "Seed"),
)
_day = parser_of(UncertainDay)
_lasting = parser_of(Lasting)


def outline(text: str) -> dict[str, Any] | None:
    """Sections, events and numbers of a text; nothing while it can't be read as YAML."""
    root = tree(text)
    if root is None:
        return None
    first, last = _horizon(root)
    groups = [_group("scenario", "What happens", ("events",), root, last)]
    outlook = root.get("outlook")
    if outlook is not None and outlook.get("events") is not None:
        begun, _ = _date(outlook.get("simulate_from"))
        made = _group("outlook", "Under way in every arm (outlook)", ("outlook", "events"), root, last)
        groups.append(made | {"first": _iso(begun)})
    policies = root.get("policies")
    if policies is not None:
        for name, policy in policies.items():
            title = policy.get("title")
            said = f"Policy {name}" + (f": {title.value}" if title is not None and title.value else "")
            groups.append(_group(f"policy:{name}", said, ("policies", name, "events"), root, last))
    return {
        "horizon": {"start": _iso(first), "end": _iso(last)},
        "world": _text_at(root, ("world",)),
        "head": [_field(root, path, path[-1], field_of(cls, str(path[-1])), label) for path, cls, label in HEAD],
        "numbers": list(_numbers(root)),
        "groups": groups,
    }


def places(text: str) -> dict[Path, tuple[int, int]]:
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


def _at(root: Node, path: Path) -> Node | None:
    node: Node | None = root
    for step in path:
        if node is None:
            return None
        if isinstance(step, int):
            node = node.value[step] if isinstance(node.value, tuple) and step < len(node.value) else None
        else:
            node = node.get(step)
    return node


def _text_at(root: Node, path: Path) -> str:
    node = _at(root, path)
    return node.value if node is not None and isinstance(node.value, str) else ""


# --- fields ---------------------------------------------------------------------------------------
def _field(root: Node, path: Path, key: Any, reader: Any, label: str = "") -> dict[str, Any]:
    """One value: as it is written, as number and unit, as a distribution, as values over time."""
    node = _at(root, path)
    found: dict[str, Any] = {"path": list(path), "key": str(key), "label": label or str(key).replace("_", " ")}
    if node is None:
        return found | {"kind": "missing"}
    found["line"] = node.position.line
    if node.value is None or isinstance(node.value, str):
        return found | {"kind": "scalar", "text": node.value or ""} | _number(node.value)
    plain = node.plain()
    if isinstance(node.value, tuple):
        simple = all(isinstance(item.value, str) for item in node.value)
        return found | ({"kind": "list", "items": list(plain)} if simple else {"kind": "mapping"})
    if is_distribution(plain):
        return found | {"kind": "distribution"} | _distribution(node, path, plain, reader)
    if plain and isinstance(reader, Quantity):
        steps = [_field(root, (*path, name), name, reader, name) for name, _ in node.items()]
        return found | {"kind": "over", "steps": steps}
    return found | {"kind": "mapping"}


def _number(text: str | None) -> dict[str, Any]:
    try:
        value, unit = split_quantity(text or "")
    except UnitError:
        return {}
    return {"value": value, "unit": unit}


def _distribution(node: Node, path: Path, plain: Mapping[str, Any], reader: Any) -> dict[str, Any]:
    """Its parts with their places, and its picture."""
    kind = next(iter(plain))
    body = node.get(kind)
    parts = []
    if body is not None and isinstance(body.value, tuple):
        names = ("lowest", "most likely", "highest") if len(body.value) == 3 else ("lowest", "highest")
        for index, item in enumerate(body.value):
            if isinstance(item.value, str) and index < len(names):
                parts.append(
                    {"label": names[index], "path": [*path, kind, index], "text": item.value} | _number(item.value)
                )
    elif body is not None:
        for name, item in body.items():
            if isinstance(item.value, str):
                label = {"p5": "5 % lie below", "p95": "95 % lie below"}.get(name, name)
                parts.append({"label": label, "path": [*path, kind, name], "text": item.value} | _number(item.value))
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
def _numbers(root: Node) -> Iterator[dict[str, Any]]:
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
            yield _leaf(root, path, name, reader)


def _leaves(node: Node, path: Path) -> Iterator[Path]:
    if is_leaf(node.plain()):
        yield path
        return
    for key, item in node.items():
        yield from _leaves(item, (*path, key))


def _leaf(root: Node, path: Path, name: str, reader: Quantity) -> dict[str, Any]:
    where = path
    label = parameters()[name]["label"] + (": " + " · ".join(str(step) for step in path[2:]) if path[2:] else "")
    extra: dict[str, Any] = {}
    for key in ("value", "scale"):
        if _at(root, (*path, key)) is not None:
            where = (*path, key)
            extra = {"scaled": key == "scale", "source": _text_at(root, (*path, "source"))}
    return _field(root, where, name, reader, label) | {"parameter": name, "item": list(path)} | extra


# --- events ---------------------------------------------------------------------------------------
def _group(ident: str, title: str, path: Path, root: Node, last: dt.date | None) -> dict[str, Any]:
    node = _at(root, path)
    items = node.value if node is not None and isinstance(node.value, tuple) else ()
    events = [_event(root, (*path, index), item, last) for index, item in enumerate(items) if item.items()]
    return {"id": ident, "title": title, "path": list(path), "events": events}


def _event(root: Node, path: Path, node: Node, last: dt.date | None) -> dict[str, Any]:
    kind = _text_at(node, ("type",))
    cls = EVENT_TYPE_BY_NAME.get(kind)
    fields = [
        _field(root, (*path, key), key, field_of(cls, key) if cls is not None and key in cls.model_fields else None)
        for key, _ in node.items()
        if key != "type"
    ]
    return {
        "path": list(path),
        "type": kind,
        "label": _text_at(node, ("name",)) or kind.replace("_", " ") or "event without a type",
        "line": node.position.line,
        "fields": fields,
        "bar": _bar(node, last),
    }


def _bar(node: Node, last: dt.date | None) -> dict[str, Any]:
    """When an event is in force: dates, how they are written, and by how much they may differ."""
    found: dict[str, Any] = {}
    if node.get("trigger") is not None:
        found["waits"] = _wait(node)
    again = node.get("every") or node.get("chance")
    if again is not None and isinstance(again.value, str):
        found["again"] = again.value
    start, spread = _date(node.get("start"))
    announced, _ = _date(node.get("announced"))
    if start is None:
        return found | {"always": node.get("start") is None and node.get("trigger") is None}
    end, late = _end(node, start, last)
    found |= {"start": _iso(start), "end": _iso(end), "announced": _iso(announced)}
    found["open"] = node.get("end") is None and node.get("duration") is None
    found["start_drawn"] = spread
    found["end_drawn"] = late
    lasting = node.get("duration")
    if lasting is not None and isinstance(lasting.value, str):
        found["duration"] = _number(lasting.value)
    return found


def _wait(node: Node) -> str:
    trigger = node.get("trigger")
    assert trigger is not None
    after = trigger.get("after") or trigger.get("variable")
    return str(after.value) if after is not None and isinstance(after.value, str) else "a condition"


def _date(node: Node | None) -> tuple[dt.date | None, list[str]]:
    """A date, of a drawn one the central day; and between which days it lies."""
    if node is None:
        return None, []
    try:
        value = _day(node.plain(), None)
    except ValueError:
        return None, []
    if isinstance(value, Uncertain):
        low, high = (dt.date.fromordinal(int(day)) for day in value.support())
        return dt.date.fromordinal(round(value.central)), [low.isoformat(), high.isoformat()]
    assert isinstance(value, dt.date)
    return value, []


def _end(node: Node, start: dt.date, last: dt.date | None) -> tuple[dt.date | None, list[str]]:
    """The first day after an event (the horizon's end if it stays), and between which days that lies."""
    if node.get("end") is not None:
        return _date(node.get("end"))
    lasting = node.get("duration")
    if lasting is None:
        return last, []
    try:
        value = _lasting(lasting.plain(), None)
    except ValueError:
        return None, []
    if isinstance(value, Uncertain):
        low, high = (_after(start, days) for days in value.support())
        return _after(start, value.central), [low.isoformat(), high.isoformat()]
    return _after(start, float(value)), []


def _after(start: dt.date, days: float) -> dt.date:
    return dt.date.fromordinal(min(start.toordinal() + round(days), dt.date(2300, 1, 1).toordinal()))


def _iso(date: dt.date | None) -> str:
    return date.isoformat() if date is not None else ""
