"""What differs between two scenarios as they were run, in words: a typed comparison of what was resolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..language.numbers import central
from ..spec.frozen import freeze
from ..spec.resolved import SampledColumn, Scenario
from .rounding import plain
from .tables import distribution
from .words import plain_uncertainty, short_name, small

MOST_OF_A_KIND = 6  # changed numbers of one parameter that are told one by one
SETTINGS = (("seed", "The seed"), ("runs", "The number of runs"), ("sampler", "The sampler"))


def differences(one: Scenario, other: Scenario, labels: Mapping[str, str] | None = None) -> list[str]:
    """Sentences on what the second resolved scenario has that the first has not, and the other way round.

    Parameters
    ----------
    one, other : Scenario
        As they were resolved.
    labels : mapping, optional
        What each parameter is called in words.
    """
    pair = _Pair(one, other, labels or {})
    found = [*pair.settings(), *pair.world(), *pair.numbers(), *pair.events(), *pair.outlook(), *pair.ranges()]
    return found or ["Nothing differs in what is simulated."]


def named_with_unit(label: str, unit: str) -> str:
    """ "users' stocks, in weeks"; a number without a unit by its name alone."""
    return label if unit in ("", "1", "share", "ratio", "index", "class") else f"{label}, in {unit}"


class _Pair:
    def __init__(self, one: Scenario, other: Scenario, labels: Mapping[str, str]) -> None:
        self.one, self.other, self.labels = one, other, labels
        self.names = {**_names(one), **_names(other)}
        self.countries = {**one.world.country_names, **other.world.country_names}

    # --- settings, world ------------------------------------------------------------------------

    def settings(self) -> Iterator[str]:
        for key, name in SETTINGS:
            before, after = getattr(self.one, key), getattr(self.other, key)
            if before != after:
                yield f"{name}: {before} → {after}."
        periods = [_period(s) for s in (self.one, self.other)]
        if periods[0] != periods[1]:
            yield f"The simulated period: {periods[0]} → {periods[1]}."

    def world(self) -> Iterator[str]:
        a, b = self.one.world, self.other.world
        if (a.name, a.title) != (b.name, b.title):
            yield f"The world: {a.title or a.name} → {b.title or b.name}."
        yield from self._sets([p.id for p in a.products], [p.id for p in b.products], "products")
        yield from self._sets([u.id for u in a.end_uses], [u.id for u in b.end_uses], "end uses")
        yield from self._sets(a.countries, b.countries, "countries")

    def _sets(self, a: Sequence[str], b: Sequence[str], what: str) -> Iterator[str]:
        more, less = [x for x in b if x not in a], [x for x in a if x not in b]
        if more:
            yield f"Only the second has the {what} {self._listed(more)}."
        if less:
            yield f"Only the first has the {what} {self._listed(less)}."

    def _listed(self, keys: Sequence[str]) -> str:
        return ", ".join(self._name(str(key)) for key in keys)

    def _name(self, key: str) -> str:
        """The name of a product or end use as inside a sentence, of a country as it is."""
        return self.countries.get(key) or small(short_name(self.names.get(key, key)))

    # --- numbers of the world -------------------------------------------------------------------

    def numbers(self) -> Iterator[str]:
        a, b = _values(self.one), _values(self.other)
        changed: dict[str, list[str]] = {}
        for key in dict.fromkeys([*a, *b]):
            before, after = a.get(key), b.get(key)
            if before == after or (before is not None and after is not None and _same(before, after)):
                continue
            line = f"{self._cell(key)}{_number(before)} → {_number(after)}"
            changed.setdefault(key[0], []).append(line)
        for parameter, told in changed.items():
            name = self.labels.get(parameter, parameter.replace("_", " "))
            start = name[:1].upper() + name[1:]
            if len(told) > MOST_OF_A_KIND:
                yield f"{start}: {len(told)} numbers differ, among them {'; '.join(told[:3])}."
            else:
                yield f"{start}: {'; '.join(told)}."

    def _cell(self, key: tuple[str, ...]) -> str:
        where = ", ".join(self._name(part) for part in key[1:] if part)
        return f"{where} " if where else ""

    # --- events and policies --------------------------------------------------------------------

    def events(self) -> Iterator[str]:
        a, b = _arms(self.one), _arms(self.other)
        for arm in dict.fromkeys([*a, *b]):
            whose = "" if arm == "scenario" else f" of the policy “{_title(self.one, self.other, arm)}”"
            if arm not in b or arm not in a:
                which = "first" if arm in a else "second"
                yield f"Only the {which} has the policy “{_title(self.one, self.other, arm)}”."
                continue
            yield from self._events_of(a[arm], b[arm], whose)

    def _events_of(self, a: Mapping[str, Any], b: Mapping[str, Any], whose: str) -> Iterator[str]:
        for name in dict.fromkeys([*a, *b]):
            if name not in b:
                yield f"Only the first has the event “{_shown(name)}”{whose}: {_sentence(a[name])}"
            elif name not in a:
                yield f"Only the second has the event “{_shown(name)}”{whose}: {_sentence(b[name])}"
            elif a[name] != b[name]:
                yield from self._changed(name, a[name], b[name], whose)

    def _changed(self, name: str, a: Mapping[str, Any], b: Mapping[str, Any], whose: str) -> Iterator[str]:
        before, after = _sentence(a), _sentence(b)
        start = f"The event “{_shown(name)}”{whose} differs"
        if before != after:
            yield f"{start}. First: {before} Second: {after}"
            return
        parts = [f"{path}: {_plain(x)} → {_plain(y)}" for path, x, y in _leaves(a, b)]
        more = f"; and {len(parts) - MOST_OF_A_KIND} more" if len(parts) > MOST_OF_A_KIND else ""
        yield f"{start} in {'; '.join(parts[:MOST_OF_A_KIND])}{more}."

    def outlook(self) -> Iterator[str]:
        """What every arm gets alike; of two bases only which they are, not the list of what stands in one of them."""
        one, other = (freeze(of.outlook) for of in (self.one, self.other))
        bases = [of.outlook.base for of in (self.one, self.other)]
        if bases[0] != bases[1]:
            yield f"The outlook: {bases[0]} → {bases[1]}."
        for of in (one, other):
            for key in ("base", "as_of", "recorded", *(("events",) if bases[0] != bases[1] else ())):
                of.pop(key, None)
        parts = [f"{path}: {_plain(x)} → {_plain(y)}" for path, x, y in _leaves(one, other)]
        if parts:
            more = f"; and {len(parts) - MOST_OF_A_KIND} more" if len(parts) > MOST_OF_A_KIND else ""
            yield f"The outlook of every arm differs in {'; '.join(parts[:MOST_OF_A_KIND])}{more}."

    # --- ranges ---------------------------------------------------------------------------------

    def ranges(self) -> Iterator[str]:
        a, b = _columns(self.one), _columns(self.other)
        told = []
        for name in dict.fromkeys([*a, *b]):
            before, after = (distribution(c[name]) if name in c else "certain" for c in (a, b))
            if before != after:
                told.append(f"{_shown(name)} {before} → {after}")
        if len(told) > MOST_OF_A_KIND:
            yield f"What is uncertain differs in {len(told)} numbers, among them {'; '.join(told[:3])}."
        elif told:
            yield f"What is uncertain: {'; '.join(told)}."


def _names(scenario: Scenario) -> dict[str, str]:
    named = {product.id: product.name or product.id for product in scenario.world.products}
    return named | {use.id: use.name or use.id for use in scenario.world.end_uses}


def _period(scenario: Scenario) -> str:
    return f"{scenario.start} to {scenario.start + dt.timedelta(days=scenario.days - 1)}"


def _columns(scenario: Scenario) -> dict[str, SampledColumn]:
    return {column.name: column for column in scenario.sampled}


def _values(scenario: Scenario) -> dict[tuple[str, ...], float]:
    """The world's numbers, each by its central value."""
    centrals = {column.name: column.central for column in scenario.sampled}
    return {key: central(number, centrals) for key, number in scenario.world.values.items()}


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b))


def _number(value: float | None) -> str:
    return "not given" if value is None else plain(value, 4)


def _arms(scenario: Scenario) -> dict[str, dict[str, dict[str, Any]]]:
    """Events by name, as plain data, of the scenario and of what each policy adds to it."""
    events = [freeze(event) for event in scenario.events]
    shared = {number for arm in scenario.arms if arm.name == "scenario" for number in arm.events}
    return {
        arm.name: {events[i]["name"]: events[i] for i in arm.events if arm.name == "scenario" or i not in shared}
        for arm in scenario.arms
        if arm.name != "baseline"
    }


def _title(one: Scenario, other: Scenario, name: str) -> str:
    titles = [arm.title for scenario in (one, other) for arm in scenario.arms if arm.name == name and arm.title]
    return titles[0] if titles else _shown(name.removeprefix("policy:"))


def _shown(name: str) -> str:
    return name.replace("_", " ")


def _sentence(event: Mapping[str, Any]) -> str:
    text = plain_uncertainty(str(event.get("sentence") or event.get("name")))
    return text if text.endswith(".") else f"{text}."


def _plain(value: Any) -> str:
    if value is None:
        return "not given"
    return plain(float(value), 4) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def _leaves(a: Any, b: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Paths at which two nested values differ, with both values."""
    if a == b:
        return
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in dict.fromkeys([*a, *b]):
            yield from _leaves(a.get(key), b.get(key), f"{path}, {_shown(str(key))}" if path else _shown(str(key)))
    elif isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)) and len(a) == len(b):
        for number, (x, y) in enumerate(zip(a, b, strict=True), start=1):
            yield from _leaves(x, y, f"{path} {number}" if path else str(number))
    else:
        yield path or "value", a, b
