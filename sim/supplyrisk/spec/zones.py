"""Price zones of a scenario: the world's, and one of its own for every country that controls its exports.

Goods behind a country's rule have a price of their own, and so have those it keeps at home. A world can't know which
country that will be: where a rule on exports names a country that shares a zone with others, it leaves that zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..events.effects import Effect
from .resolved import ResolvedEvent, World

RULES = ("close", "quota", "licence")
MOST_NEW = 4  # zones: a rule of more countries than these is a rule of their zone (assumption; each costs time)


def zoned(world: World, events: Iterable[ResolvedEvent]) -> World:
    """The world with a zone for every country whose rules on exports the events state.

    Zones of countries that control nothing stay as they are; one of which all members do keeps its name and members.
    """
    controlling: set[str] = set()
    for event in events:
        for effect in event.effects:
            controlling |= _controllers(effect, world)
    leaving = sorted(code for code in controlling if code in world.zone_of and not _alone(world, code))
    shared = [code for code in leaving if not _all_leave(world, code, leaving)]
    if not shared or len(shared) > MOST_NEW:
        return world
    zone_of = dict(world.zone_of) | {code: code for code in shared}
    return replace(world, zones=(*world.zones, *shared), zone_of=zone_of)


def _controllers(effect: Effect, world: World) -> set[str]:
    """Countries whose exports an effect row controls: not those of rules on content, on some end uses or on listed firms."""
    select = effect.select
    narrow = bool(select.end_uses) or select.entity_share < 1.0
    if effect.op not in RULES or narrow or effect.texts.get("content_origin"):
        return set()
    origins = set(select.origins)
    return origins if len(origins) < len(world.countries) - 1 else set()


def _alone(world: World, code: str) -> bool:
    zone = world.zone_of[code]
    return [c for c in world.countries if world.zone_of[c] == zone] == [code]


def _all_leave(world: World, code: str, leaving: list[str]) -> bool:
    """Whether everybody in a country's zone controls exports: then the zone is theirs already."""
    zone = world.zone_of[code]
    return all(c in leaving for c in world.countries if world.zone_of[c] == zone)
