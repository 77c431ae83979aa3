"""A world as a picture: stages as columns, countries as blocks as large as their share, flows as bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..sums import add_up

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..spec.resolved import World
    from ..spec.worldfile import LoadedWorld

Flow = tuple[str, str, str]  # product, maker's country, buyer's country
SMALL = 0.02  # largest share anywhere below which a country is gathered under "others"
OTHERS = "others"
TOLD = 0.008  # share below which a block has no name beside it: names would overlap
GAP = 0.02  # between blocks, of a column's height
BLOCK = 0.16  # width of a block, of a column's


def draw_world(loaded: LoadedWorld, path: Path) -> None:
    """Draw a world into an SVG or PNG file.

    Raises
    ------
    SupplyriskError
        If the file's ending is neither.
    """
    from ..errors import SupplyriskError
    from ..report import style

    if path.suffix.lower() not in (".svg", ".png"):
        raise SupplyriskError(f"{path}: a drawing is an .svg or a .png file")
    flows = baseline_flows(loaded)
    with style.house_style():
        figure = _figure(loaded, flows)
        data = style.svg_bytes(figure) if path.suffix.lower() == ".svg" else style.png_bytes(figure)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def baseline_flows(loaded: LoadedWorld) -> dict[Flow, float]:
    """Balanced baseline flows in t a week, home sales included, at the central values of all numbers."""
    import numpy as np

    from ..engines.simpy_engine import ReferenceRun
    from ..model.compile import compile_scenario
    from ..model.start import start_run
    from ..model.structure import build_structure
    from ..spec.load import text_scenario

    text = f"title: x\nworld: {loaded.folder.as_posix()}\nhorizon: {{start: 2025-01-01, years: 1}}\n"
    model = compile_scenario(text_scenario(text, "scenario.yaml").scenarios[0])
    central = np.array([column.central for column in model.sampled], dtype=float)
    run: Any = ReferenceRun(model, 0, 0, 0, central, False)
    layout, floats, ints = run.L, run.F, run.I
    start_run(layout, floats, ints, run.key, run.arm_events)
    structure = build_structure(model.scenario)
    countries, order = structure.countries, [p.id for p in structure.products]
    found: dict[Flow, float] = {}
    for link in range(layout.n_links):
        site, node = ints[layout.link_site + link], ints[layout.link_node + link]
        product = order[ints[layout.site_product + site]]
        key = (product, countries[ints[layout.site_country + site]], countries[ints[layout.node_country + node]])
        found[key] = found.get(key, 0.0) + float(floats[layout.link_flow + link])
    return found


# --- geometry -------------------------------------------------------------------------------------


def shares(flows: Mapping[Flow, float], product: str, side: int) -> dict[str, float]:
    """Share of each country in what is made (side 1) or bought (side 2) of a product."""
    sums: dict[str, float] = {}
    for key, tonnes in flows.items():
        if key[0] == product:
            sums[key[side]] = sums.get(key[side], 0.0) + tonnes
    total = add_up(sums.values())
    return {country: tonnes / total for country, tonnes in sums.items()} if total else {}


def gathered(flows: Mapping[Flow, float], products: Sequence[str]) -> dict[Flow, float]:
    """Flows as shares of their product's total, countries that are small everywhere put under "others"."""
    largest: dict[str, float] = {}
    for product in products:
        for side in (1, 2):
            for country, share in shares(flows, product, side).items():
                largest[country] = max(largest.get(country, 0.0), share)
    totals = {p: add_up(t for key, t in flows.items() if key[0] == p) for p in products}
    found: dict[Flow, float] = {}
    for (product, origin, destination), tonnes in flows.items():
        ends = [c if largest[c] >= SMALL else OTHERS for c in (origin, destination)]
        key = (product, ends[0], ends[1])
        found[key] = found.get(key, 0.0) + tonnes / totals[product]
    return found


def _figure(loaded: LoadedWorld, flows: Mapping[Flow, float]) -> Any:
    """One row per product: makers left, buyers right, so that the blocks of each side add up to 100 %."""
    from matplotlib.figure import Figure

    from ..report import style

    products = [p.id for p in loaded.world.products]
    part = gathered(flows, products)
    names = {p.id: p for p in loaded.world.products}
    inputs = {i for p in loaded.world.products for i in p.inputs}
    columns = min(3, len(products))
    rows = -(-len(products) // columns)
    figure = Figure(figsize=(3.1 * columns, 3.6 * rows + 0.5), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[len(products) :]:
        ax.set_visible(False)
    for ax, product in zip(axes, products, strict=False):
        _panel(ax, {k: v for k, v in part.items() if k[0] == product}, loaded.world)
        to = " and ".join(names[p].id.replace("_", " ") for p in products if product in names[p].inputs)
        buyers = f"for {to}" if product in inputs else "for users"
        ax.set_title(f"{names[product].stage}: {product.replace('_', ' ')}\n{buyers}", fontsize=8)
    figure.suptitle(
        f"{loaded.world.title} ({loaded.world.base_year}): makers left, buyers right; 100 % = the product's output",
        fontsize=8.5,
        color=style.QUIET,
    )
    return figure


def _panel(ax: Axes, flows: Mapping[Flow, float], world: World) -> None:
    from ..report import style
    from ..report.figures.flows import _ribbon

    ax.set_axis_off()
    ax.set_xlim(-0.02, 1.02)
    tops = [_tops(flows, side, world) for side in (1, 2)]
    ax.set_ylim(max(y + h for column in tops for y, h in column.values()) + 0.01, -0.01)
    used = [dict.fromkeys(column, 0.0) for column in tops]
    for origin in tops[0]:
        for destination in tops[1]:
            share = add_up(v for (_, o, d), v in flows.items() if (o, d) == (origin, destination))
            if share < 0.0005:
                continue
            y0, y1 = tops[0][origin][0] + used[0][origin], tops[1][destination][0] + used[1][destination]
            used[0][origin] += share
            used[1][destination] += share
            _ribbon(ax, BLOCK, y0, 1 - BLOCK, y1, share, style.country_colour(origin, world.zone_of, world.zones))
    for side, column in enumerate(tops):
        for country, (y, height) in column.items():
            _block(ax, side, country, y, height, world)


def _tops(flows: Mapping[Flow, float], side: int, world: World) -> dict[str, tuple[float, float]]:
    """Upper edge and height of each country's block, those of the first zone first, then by size, others last."""
    size: dict[str, float] = {}
    for key, share in flows.items():
        size[key[side]] = size.get(key[side], 0.0) + share
    ranks = {c: world.zones.index(world.zone_of[c]) for c in size if c in world.zone_of}
    shown = [c for c in size if size[c] > 0.0005]
    order = sorted(shown, key=lambda c: (c == OTHERS, ranks.get(c, 0), -size[c], c))
    found, y = {}, 0.0
    for country in order:
        found[country] = (y, size[country])
        y += size[country] + GAP
    return found


def _block(ax: Axes, side: int, country: str, y: float, height: float, world: World) -> None:
    from matplotlib.patches import Rectangle

    from ..report import style

    x = 0.0 if side == 0 else 1 - BLOCK
    colour = style.country_colour(country, world.zone_of, world.zones)
    ax.add_patch(Rectangle((x, y), BLOCK, height, facecolor=colour, linewidth=0))
    share = f"{100 * height:.0f} %" if height >= 0.095 else f"{100 * height:.1f} %"
    if height < TOLD:
        return
    inside = height > 0.035
    place = x + BLOCK / 2 if inside else (x + BLOCK + 0.01 if side == 0 else x - 0.01)
    across = "center" if inside else ("left" if side == 0 else "right")
    text = f"{country}\n{share}" if height > 0.07 else f"{country} {share}"
    ax.text(
        place,
        y + height / 2,
        text,
        ha=across,
        va="center",
        fontsize=5.6 if inside else 5.2,
        color="white" if inside else style.INK,
    )
