"""Price zones of a scenario: the world's, and those that its rules on exports part from them.

Goods behind a country's rule have a price of their own, and so have those it keeps at home, and so may the buyers whom a
rule singles out. A world can't know which countries these will be. So countries that every rule of the scenario treats
alike, and between whom none stops trade, stay in one zone; the others part. Here all parts are made that any arm may need;
a part has a price of its own only in runs in which a rule that parts it is known (see `supplyrisk.model.parting`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..events.effects import Effect
from ..events.numbers import Sampled
from .resolved import ResolvedEvent, World

PARTING = ("close", "freeze", "quota", "licence", "general_licence")
SELLER, BUYER = 1, 2  # what a rule takes a country for; 3: both, and it stops trade among those


def zoned(world: World, events: Iterable[ResolvedEvent]) -> World:
    """The world with all zones that the rules of the events may part.

    A part is called by its countries: `JP`, or `FR+US` where two share one. The world's own zones keep their names and
    hold who is left, perhaps nobody.
    """
    rules = [effect for event in events for effect in event.effects if parts(effect)]
    zone_of = dict(world.zone_of)
    parted_from: dict[str, str] = {}
    for zone in world.zones:
        inside = [code for code in world.countries if world.zone_of[code] == zone]
        rest = tuple(code_of_rest(world, rule, zone) for rule in rules)
        alike: dict[tuple[object, ...], list[str]] = {}
        for country in sorted(inside):
            codes = tuple(code_of(world, rule, country) for rule in rules)
            if codes == rest and SELLER | BUYER not in codes:
                continue
            # Rules stop trade among those whom one takes for sellers and buyers alike: each is alone.
            alone = country if SELLER | BUYER in codes else ""
            alike.setdefault((*codes, alone), []).append(country)
        for members in alike.values() if len(inside) > 1 else ():
            part = "+".join(members)
            parted_from[part] = zone
            zone_of |= dict.fromkeys(members, part)
    if not parted_from:
        return world
    return replace(world, zones=(*world.zones, *parted_from), zone_of=zone_of, parted_from=parted_from)


def parts(effect: Effect) -> bool:
    """Whether an effect row can part zones: not one on some end uses, on listed firms or on another country's content."""
    select = effect.select
    narrow = bool(select.end_uses) or select.entity_share < 1.0
    return effect.op in PARTING and not narrow and not effect.texts.get("content_origin")


def code_of(world: World, effect: Effect, country: str) -> int:
    """What a rule takes a country for: seller, buyer, both or neither.

    One of (almost) all countries to some is a rule of those buyers: nobody is singled out as a seller. Of (almost) all to
    all it is a rule of those who make the goods. A general licence holds no one's goods back: it favours its buyers.
    """
    origins, destinations = effect.select.origins, effect.select.destinations
    everybody = to_all(world, effect)
    if effect.op == "general_licence":
        return BUYER * (not everybody and country in destinations)
    if origins and len(origins) < len(world.countries) - 1:
        sells = country in origins
    else:
        sells = _makes(world, effect, country) if everybody else True
    return SELLER * sells | BUYER * (everybody or country in destinations)


def code_of_rest(world: World, effect: Effect, zone: str) -> int:
    """What a rule takes those of a zone for who are not singled out: what it takes most of them for, if in doubt the less.

    Sellers that it keeps apart from each other leave in any case: they only count where there is nobody else.
    """
    codes = [code_of(world, effect, code) for code in world.countries if world.whole_zone(code) == zone]
    codes = [code for code in codes if code != SELLER | BUYER] or codes
    return max(sorted(set(codes)), key=codes.count, default=0)  # a zone may have no country


def to_all(world: World, effect: Effect) -> bool:
    """Whether a rule is on everybody who buys from its sellers, so that it singles out no buyer."""
    destinations = effect.select.destinations
    return not destinations or _all_others(world, effect.select.origins, destinations)


def _all_others(world: World, origins: tuple[str, ...], destinations: tuple[str, ...]) -> bool:
    """Whether a list of buyers leaves out nobody but the sellers, or one whom the list of sellers leaves out as well."""
    missing = set(world.countries) - set(destinations)
    return missing <= set(origins) or (len(missing) == 1 and missing == set(world.countries) - set(origins))


def _makes(world: World, effect: Effect, country: str) -> bool:
    """Whether a country makes one of the products of a rule."""
    for product in effect.select.products or tuple(p.id for p in world.products):
        output = world.values.get(("output_t_per_year", product, country), 0.0)
        if isinstance(output, Sampled) or output > 0.0:
            return True
    return False
