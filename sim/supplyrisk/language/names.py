"""The names a scenario may use: countries, groups, products, stages, end uses, zones of its worlds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ALL = "all"


@dataclass(frozen=True)
class Names:
    """Names of one world, or of several worlds together (`merged`)."""

    world: str = ""
    countries: Mapping[str, str] = field(default_factory=dict)  # code -> name
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)  # id -> name
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # stage -> product ids
    end_uses: Mapping[str, str] = field(default_factory=dict)

    def expand_countries(self, written: Iterable[str]) -> tuple[str, ...]:
        """Country codes meant by codes, group names, zone names and `all`, in the world's order."""
        wanted: set[str] = set()
        for name in written:
            if name == ALL:
                return tuple(self.countries)
            if name in self.countries:
                wanted.add(name)
            else:
                wanted.update(self.groups.get(name) or self.zones.get(name, ()))
        return tuple(code for code in self.countries if code in wanted)

    def expand_products(self, written: Iterable[str]) -> tuple[str, ...]:
        """Product ids meant by ids, stage names and `all`, in the world's order (upstream first)."""
        wanted: set[str] = set()
        for name in written:
            if name == ALL:
                return tuple(self.products)
            wanted.update((name,) if name in self.products else self.stages.get(name, ()))
        return tuple(product for product in self.products if product in wanted)

    def expand_end_uses(self, written: Iterable[str]) -> tuple[str, ...]:
        """End-use ids meant by ids and `all`, in the world's order."""
        wanted = set(written)
        return tuple(use for use in self.end_uses if use in wanted or ALL in wanted)

    def known_places(self) -> tuple[str, ...]:
        return (*self.countries, *self.groups, *(zone for zone in self.zones if zone not in self.countries), ALL)

    def known_products(self) -> tuple[str, ...]:
        return (*self.products, *(stage for stage in self.stages if stage not in self.products), ALL)

    def known_end_uses(self) -> tuple[str, ...]:
        return (*self.end_uses, ALL)


def merged(worlds: Iterable[Names]) -> Names:
    """Names that exist in at least one of the worlds."""
    worlds = tuple(worlds)
    if len(worlds) == 1:
        return worlds[0]

    def union(attribute: str) -> dict[str, tuple[str, ...]]:
        out: dict[str, tuple[str, ...]] = {}
        for world in worlds:
            for name, members in getattr(world, attribute).items():
                out[name] = tuple(dict.fromkeys((*out.get(name, ()), *members)))
        return out

    return Names(
        world=" + ".join(world.world for world in worlds),
        countries={code: name for world in worlds for code, name in world.countries.items()},
        groups=union("groups"),
        zones=union("zones"),
        products={code: name for world in worlds for code, name in world.products.items()},
        stages=union("stages"),
        end_uses={code: name for world in worlds for code, name in world.end_uses.items()},
    )
