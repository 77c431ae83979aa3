"""A world as plain text tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..sums import add_up
from .apply import output_shares
from .cells import cells_of, lookup
from .resolved import Key
from .worldfile import LoadedWorld


def world_table(loaded: LoadedWorld) -> str:
    """Shares of output and use by country, the chain, and how well the numbers are known."""
    return "\n".join(_lines(loaded))


def _lines(loaded: LoadedWorld) -> Iterator[str]:
    world, values = loaded.world, {fact.key: fact.value for fact in loaded.facts}
    yield f"{world.name}: {world.title} ({world.base_year})"
    yield ""
    yield "The chain:"
    for product in world.products:
        recipe = [
            f"{lookup(values, ('recipe_t_per_t', product.id, name)) or 0:.3g} t {loaded.names.products[name]}"
            for name in product.inputs
        ]
        made = f" from {' and '.join(recipe)} per t" if recipe else ""
        yield f"  {product.stage}: {product.name}{made} ({product.mass_basis})"
    yield ""
    yield "Shares of output:"
    yield from _matrix(loaded, {p.id: output_shares(values, p.id) for p in world.products})
    yield ""
    yield "Shares of use:"
    yield from _matrix(loaded, {p.id: s for p in world.products if (s := use_shares(values, p.id))})
    yield ""
    yield from _uses(loaded, values)
    yield ""
    counts: dict[str, int] = {}
    for fact in loaded.facts:
        counts[fact.confidence] = counts.get(fact.confidence, 0) + 1
    listed = ", ".join(f"{counts[name]} {name}" for name in ("high", "medium", "low", "assumption") if name in counts)
    yield f"{len(loaded.facts)} numbers by confidence: {listed}; {len(loaded.columns)} of them are drawn in every run."


def use_shares(values: Mapping[Key, float], product: str) -> dict[str, float]:
    """Countries' shares of the use of a final product."""
    use: dict[str, float] = {}
    for key, value in cells_of(values, "use_t_per_year"):
        if key[1] == product:
            use[key[2]] = use.get(key[2], 0.0) + value
    total = add_up(use.values())
    return {country: tonnes / total for country, tonnes in use.items()} if total > 0 else {}


def _matrix(loaded: LoadedWorld, shares: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """Countries down, products across, in percent."""
    names = [loaded.names.products[product] for product in shares]
    widths = [max(len(name), 7) for name in names]
    side = max(len(f"{code} {name}") for code, name in loaded.names.countries.items())
    yield "  " + " " * side + "  " + "  ".join(name.rjust(width) for name, width in zip(names, widths, strict=True))
    for code, name in loaded.names.countries.items():
        cells = []
        for column, width in zip(shares.values(), widths, strict=True):
            share = column.get(code, 0.0)
            cells.append((f"{share * 100:.1f} %" if share else "-").rjust(width))
        yield "  " + f"{code} {name}".ljust(side) + "  " + "  ".join(cells)


def _uses(loaded: LoadedWorld, values: Mapping[Key, float]) -> Iterator[str]:
    yield "Use of final products by end use (t/yr):"
    table: dict[str, dict[str, float]] = {}
    for key, value in cells_of(values, "use_t_per_year"):
        row = table.setdefault(key[3], {})
        row[key[1]] = row.get(key[1], 0.0) + value
    for use, name in loaded.names.end_uses.items():
        parts = [f"{tonnes:,.0f} {loaded.names.products[product]}" for product, tonnes in table.get(use, {}).items()]
        yield f"  {name}: {', '.join(parts)}"


def sources_table(loaded: LoadedWorld) -> str:
    """One line per number: path, value, unit, year, confidence, source, and the line of the file."""
    return "\n".join(
        f"{fact.path} = {fact.value:g} {fact.unit} ({fact.year or 'no year'}, {fact.confidence}): {fact.source}"
        f"{' - ' + fact.note if fact.note else ''}  [{fact.position}]"
        for fact in loaded.facts
    )
