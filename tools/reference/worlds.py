"""One page per shipped world: its chain, who makes and uses what, its sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from supplyrisk.spec.load import read_world
from supplyrisk.spec.worldfile import LoadedWorld, shipped_worlds
from supplyrisk.spec.worldhistory import history_lines, read_history
from supplyrisk.sums import add_up

from .effects import effects_section, vintage
from .markdown import code, page, table

CONFIDENCES = ("high", "medium", "low", "assumption")


def world_pages() -> dict[str, str]:
    """Page of every shipped world, by path below docs/reference."""
    return {f"worlds/{name}.md": world_page(read_world(name)) for name in shipped_worlds()}


def world_page(loaded: LoadedWorld) -> str:
    """One world."""
    world = loaded.world
    parts = [f"World `{world.name}`, base year {world.base_year}.", " ".join(loaded.spec.notes.split())]
    parts += ["## The chain", chain(loaded), products_table(loaded)]
    for product in world.products:
        makers = amounts(loaded, "output_t_per_year", product.id, 2)
        parts += [f"## {product.name} (`{product.id}`)", f"Tonnes are {product.mass_basis}."]
        parts += ["Made by:", by_country(loaded, makers)]
        users = amounts(loaded, "use_t_per_year", product.id, 2)
        if users:
            by_use = amounts(loaded, "use_t_per_year", product.id, 3)
            parts += ["Used by country:", by_country(loaded, users), "Used by end use:", by_end_use(loaded, by_use)]
        parts += ["Bought from (share of each country's purchases):", suppliers(loaded, product.id)]
    parts += history(loaded)
    parts += ["## How sure the numbers are", *effects_section(loaded)]
    parts += ["Rows by table and confidence:", confidence(loaded), "Rows by year:", vintage(loaded.facts)]
    parts += ["## Sources", sources(loaded)]
    return page(world.title, *parts)


def history(loaded: LoadedWorld) -> list[str]:
    """Shares of output over the years, as the command shows them."""
    rows = read_history(loaded.folder, loaded.names.world, loaded.names)
    if not rows:
        return []
    shown = "\n".join(history_lines(loaded, rows)).rstrip()
    told = f"As published, and as this world has them ({loaded.world.base_year}):"
    return ["## Shares of output over the years", told, f"```text\n{shown}\n```"]


def amounts(loaded: LoadedWorld, parameter: str, product: str, dimension: int) -> dict[str, float]:
    """Tonnes a year by country (or end use), largest first."""
    sums: dict[str, float] = {}
    for fact in loaded.facts:
        if fact.key[0] == parameter and fact.key[1] == product and fact.value > 0:
            name = fact.key[dimension]
            sums[name] = sums.get(name, 0.0) + fact.value
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def percent(part: float, whole: float) -> str:
    share = 100 * part / whole
    return f"{share:.0f} %" if share >= 9.5 else f"{share:.1f} %"


def chain(loaded: LoadedWorld) -> str:
    """Stages and countries as a diagram that code hosts draw."""
    world = loaded.world
    recipe = {f.key[1:3]: f.value for f in loaded.facts if f.key[0] == "recipe_t_per_t"}
    lines = ["```mermaid", "flowchart LR"]
    for product in world.products:
        made = amounts(loaded, "output_t_per_year", product.id, 2)
        total = add_up(made.values())
        top = ", ".join(f"{country} {percent(made[country], total)}" for country in list(made)[:3])
        lines.append(f'  {product.id}["{product.name}<br/>{top}"]')
        for name in product.inputs:
            lines.append(f'  {name} -- "{recipe[product.id, name]:g} t per t" --> {product.id}')
    for product in world.products:
        used = amounts(loaded, "use_t_per_year", product.id, 3)
        names = {use.id: use.name for use in world.end_uses}
        total = add_up(used.values())
        if used:
            top = "<br/>".join(f"{names[u]} {percent(used[u], total)}" for u in list(used)[:3])
            lines += [f'  {product.id}_users("{top}<br/>...")', f"  {product.id} --> {product.id}_users"]
    return "\n".join([*lines, "```"])


def products_table(loaded: LoadedWorld) -> str:
    prices = {f.key[1]: f.value for f in loaded.facts if f.key[0] == "price_usd_per_kg"}
    rows = []
    for product in loaded.world.products:
        made = amounts(loaded, "output_t_per_year", product.id, 2)
        price = prices.get(product.id)
        rows.append(
            (
                code(product.id),
                product.name,
                product.stage,
                f"{add_up(made.values()):,.0f}",
                "" if price is None else f"{price:g}",
            )
        )
    return table(("product", "name", "stage", "made, t/yr", "price, USD/kg"), rows)


def by_country(loaded: LoadedWorld, tonnes: Mapping[str, float]) -> str:
    total = add_up(tonnes.values())
    names = loaded.world.country_names
    rows = ((f"{names[c]} ({c})", f"{t:,.0f}", percent(t, total)) for c, t in tonnes.items())
    return table(("country", "t/yr", "share"), rows)


def by_end_use(loaded: LoadedWorld, tonnes: Mapping[str, float]) -> str:
    total = add_up(tonnes.values())
    names = {use.id: use.name for use in loaded.world.end_uses}
    rows = ((f"{names[u]} (`{u}`)", f"{t:,.0f}", percent(t, total)) for u, t in tonnes.items())
    return table(("end use", "t/yr", "share"), rows)


def suppliers(loaded: LoadedWorld, product: str) -> str:
    """Seed of the balancing: who buys how much of its need from whom."""
    shares: dict[str, list[tuple[float, str]]] = {}
    for fact in loaded.facts:
        if fact.key[0] == "trade_share" and fact.key[1] == product and fact.value > 0:
            shares.setdefault(fact.key[3], []).append((fact.value, fact.key[2]))
    rows = []
    for buyer, found in shares.items():
        total = add_up(share for share, _ in found)
        listed = sorted(found, key=lambda item: (-item[0], item[1]))
        rows.append((buyer, ", ".join(f"{seller} {percent(share, total)}" for share, seller in listed)))
    return table(("buyer", "sellers"), rows)


def confidence(loaded: LoadedWorld) -> str:
    """How many numbers of each file are of which confidence."""
    files: dict[str, Counter[str]] = {}
    for fact in loaded.facts:
        name = fact.position.file.replace("\\", "/").rsplit("/", 1)[-1]
        files.setdefault(name, Counter())[fact.confidence] += 1
    rows = [
        (code(n), *(str(c[level]) for level in CONFIDENCES), str(sum(map(int, c.values()))))
        for n, c in sorted(files.items())
    ]
    return table(("table", *CONFIDENCES, "rows"), rows)


def sources(loaded: LoadedWorld) -> str:
    """Every source with the number of rows that rest on it."""
    counts = Counter(fact.source for fact in loaded.facts)
    return "\n".join(listed(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))


def listed(rows: Iterable[tuple[str, int]]) -> Iterable[str]:
    for source, rows_of in rows:
        yield f"- {source} ({rows_of} row{'s' if rows_of > 1 else ''})"
