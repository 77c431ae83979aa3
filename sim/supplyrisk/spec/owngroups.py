"""Groups of countries that a scenario defines for itself: `groups: {allies: [JP, KR, US, EU]}`.

They are put beside the groups of its worlds before anything else is read, so that they may stand wherever a group
of the world may. With several worlds a group has, in each of them, those of its members that are countries there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import Problem, did_you_mean
from ..language.fields import JsonSchema, TextField, refuse_shape
from ..language.layers import NUMBER_KEYS
from ..language.names import Names, merged
from ..language.problems import place
from ..language.text import Node, path_text
from ..language.uncertain import KINDS, SubProblems, field_error
from .worldfile import NAME, RESERVED, LoadedWorld

SECTION = "groups"
# Keys by which a distribution, or a number with its source, is told from a mapping by country.
WORDS = (*KINDS, *sorted(NUMBER_KEYS), "shares")


@dataclass(frozen=True)
class GroupsField(TextField):
    """A mapping from names to countries and groups of the world."""

    def parse(self, value: Any, names: Names | None = None) -> dict[str, tuple[str, ...]]:
        # Names hold the file's own groups already (`with_own_groups` has checked them): only the shape is left.
        groups, problems = read_groups(value, None)
        if problems:
            raise field_error(problems)
        return groups

    def json_schema(self) -> JsonSchema:
        one: JsonSchema = {"type": "string"}
        members = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
        keys = {"pattern": f"^{NAME.pattern}$"}
        return {"type": "object", "propertyNames": keys, "additionalProperties": members}


def read_groups(value: Any, names: Names | None) -> tuple[dict[str, tuple[str, ...]], SubProblems]:
    """Groups as written, and everything that is wrong with them; names of the worlds, None to look at the shape only.

    A faulty group is there all the same, with every country, so that events that name it are not called wrong too.
    """
    problems: SubProblems = []
    if not isinstance(value, Mapping):
        return {}, [((), "must be a mapping from a name to its countries, like allies: [JP, KR]")]
    groups: dict[str, tuple[str, ...]] = {}
    for name, members in value.items():
        fault = _name_fault(str(name), names)
        if fault:
            problems.append(((str(name),), fault))
        known = {*names.countries, *names.groups} if names is not None else None
        items = list(members) if isinstance(members, (list, tuple)) else [members]
        if not items:
            problems.append(((str(name),), "names no country; write its countries, like [JP, KR]"))
        kept: list[str] = []
        for index, item in enumerate(items):
            at = (str(name), index) if isinstance(members, (list, tuple)) else (str(name),)
            try:
                refuse_shape(item, "a country or a group of the world")
            except ValueError as error:
                problems.append((at, str(error)))
                continue
            if names is not None and known is not None and item not in known:
                problems.append((at, _unknown(str(item), names, value)))
            else:
                kept.append(str(item))
        sound = all(path[0] != str(name) for path, _ in problems)
        groups[str(name)] = tuple(dict.fromkeys(kept)) if sound or names is None else tuple(names.countries)
    return groups, problems


def _name_fault(name: str, names: Names | None) -> str:
    if not NAME.fullmatch(name) or name in RESERVED or name in WORDS:
        reserved = ", ".join((*RESERVED, *WORDS))
        return f"a name must be up to 40 letters, digits, _ and -, and none of {reserved} (got {name})"
    if names is None:
        return ""
    taken: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("a country", names.countries),
        ("a price zone", names.zones),
        ("a group of the world", names.groups),
        ("a product", names.products),
        ("a stage", names.stages),
        ("an end use", names.end_uses),
    )
    return next((f"{name} is already the name of {kind}; take another" for kind, own in taken if name in own), "")


def _unknown(item: str, names: Names, own: Mapping[str, Any]) -> str:
    known = (*names.countries, *names.groups)
    if item in own:
        return f"a group is made of countries and groups of the world, not of other groups of the scenario (got {item})"
    if item in names.zones:
        return f"a group is made of countries and groups of the world, not of price zones (got {item})"
    by_name = next((code for code, name in names.countries.items() if name.lower() == item.lower()), "")
    if by_name:
        return f"unknown country (got {item}); did you mean {by_name}"
    hint = did_you_mean(item, known) or f"; this world has {', '.join(known)}"
    return f"unknown country (got {item}){hint}"


def with_own_groups(root: Node, worlds: Sequence[LoadedWorld]) -> tuple[list[LoadedWorld], list[Problem]]:
    """The worlds with the groups that a scenario defines, and what is wrong with those."""
    node = root.get(SECTION)
    if node is None or node.value is None or not worlds:
        return list(worlds), []
    names = merged([world.names for world in worlds])
    groups, faults = read_groups(node.plain(), names)
    problems = []
    for path, message in faults:
        at = (SECTION, *path)
        problems.append(Problem(place(root, at, key=len(path) == 1), path_text(at), message))
    return [_extended(world, groups) for world in worlds], problems


def _extended(world: LoadedWorld, groups: Mapping[str, tuple[str, ...]]) -> LoadedWorld:
    own = {name: world.names.expand_countries(members) for name, members in groups.items()}
    added = {name: codes for name, codes in own.items() if name not in world.names.known_places()}
    places = {name: tuple(sorted(codes)) for name, codes in added.items() if len(codes) > 1}
    return replace(
        world,
        names=replace(world.names, groups={**world.names.groups, **added}),
        world=replace(world.world, groups={**world.world.groups, **places}),
    )
