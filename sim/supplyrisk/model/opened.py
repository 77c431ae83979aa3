"""Which pairs of seller and buyer have lanes: the stated ones, and those that balancing has to open.

Lanes are the same in all runs of a scenario, and a lane that carries nothing changes no result. So the lanes that may have
to open are found beforehand, by balancing the central numbers and sets of low and high ones.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..events.numbers import Num
from ..spec.resolved import SampledColumn
from ..streams import hash64
from .arena import Arena
from .arrays import DIMENSIONS
from .layout import make_layout
from .layout_types import Layout
from .trade import STRETCH, STRETCH_OF_NOTHING, balance

if TYPE_CHECKING:
    from .structure import Structure

# Sets of low and high numbers are tried, after the central one, until so many in a row have opened nothing.
QUIET = 8
MOST_TRIALS = 80
# A lane is made where a pair comes this near to opening in one of them: a run's draw may lie beyond.
NEARLY = 0.5
# How far from the central value towards an end of its range a number of one cell is put: all of them at their ends at
# once is no draw. One that moves several cells (the share of a country, say) is put at the end itself.
REACH = 0.7
WIDTH = 3.0  # standard deviations that count as extreme, where a distribution has no ends
KEPT = (
    8  # answers that are remembered: events hardly ever change what is balanced, and balancing takes most of compiling
)
_answers: dict[Hashable, frozenset[int]] = {}
Balance = Callable[[Layout, list[float], list[int]], object]
_balance: Balance = balance


def balance_by(function: Balance) -> None:
    """Have another function do what `trade.balance` does to the arena, to the bit: the same as machine code.

    For those who compile a scenario at every key that is pressed; for a batch, Python is soon enough.
    """
    global _balance
    _balance = function


def fill_balance(a: Arena, s: Structure) -> None:
    """Write all that `trade.balance` reads but `link_open`: products, sites, inputs, users and links."""
    node_of = {pair: i for i, pair in enumerate(s.nodes)}
    link = 0
    for k in range(len(s.products)):
        sites = [i for i, (made, _) in enumerate(s.sites) if made == k]
        nodes = [n for n, (bought, _) in enumerate(s.nodes) if bought == k]
        for name, found in (("site", sites), ("node", nodes)):
            a.note(f"product_{name}_first", k, found[0] if found else 0)
            a.note(f"product_{name}_count", k, len(found))
        a.note("product_link_first", k, link)
        link += len(sites) * len(nodes)
    for i, (k, c) in enumerate(s.sites):
        product, country = s.products[k].id, s.countries[c]
        mine = [j for j, (site, _) in enumerate(s.inputs) if site == i]
        a.note("site_input_first", i, mine[0] if mine else 0)
        a.note("site_input_count", i, len(mine))
        a.put("output_t_per_year", i, s.world.values.get(("output_t_per_year", product, country), 0.0))
        a.put("utilisation", i, s.value("utilisation", product, country))
    for j, (site, k) in enumerate(s.inputs):
        maker, c = s.sites[site]
        a.note("input_node", j, node_of[(k, c)])
        a.put("recipe", j, s.value("recipe_t_per_t", s.products[maker].id, s.products[k].id))
    for u, user in enumerate(s.users):
        product, country, end_use = s.products[user.product].id, s.countries[user.country], s.end_uses[user.end_use]
        a.note("user_node", u, node_of[(user.product, user.country)])
        use = s.world.values.get(("use_t_per_year", product, country, end_use), 0.0)
        a.put("use_t_per_year", u, use * user.share)
    for m, (site, node) in enumerate(s.links):
        number = stated_share(s, site, node)
        a.put("trade_share", m, number if number is not None else 0.0)
        a.put("link_stretch", m, STRETCH if number is None else STRETCH_OF_NOTHING)


def stated_share(s: Structure, site: int, node: int) -> Num | None:
    """Share of a buyer's purchases that the world states for a seller; None if it says nothing."""
    k, origin = s.sites[site]
    return s.world.values.get(("trade_share", s.products[k].id, s.countries[origin], s.countries[s.nodes[node][1]]))


def balance_arena(s: Structure, sampled: Sequence[SampledColumn]) -> Arena:
    """Memory for balancing alone, as lists; every pair of seller and buyer may trade."""
    sizes = dict.fromkeys((name for name, _ in DIMENSIONS), 0) | {
        "products": len(s.products),
        "nodes": len(s.nodes),
        "sites": len(s.sites),
        "links": len(s.links),
        "square": square_size(s),
        "users": len(s.users),
        "inputs": len(s.inputs),
    }
    layout, n_floats, n_ints = make_layout(sizes)
    arena = Arena(layout, [0.0] * n_floats, [0] * n_ints, {c.name: i for i, c in enumerate(sampled)})
    fill_balance(arena, s)
    for m in range(len(s.links)):
        arena.note("link_open", m, 1)
    return arena


def square_size(s: Structure) -> int:
    """The most sites of a product, squared."""
    counts = [sum(1 for made, _ in s.sites if made == k) for k in range(len(s.products))]
    return max(counts, default=0) ** 2


def find_open(s: Structure, sampled: Sequence[SampledColumn]) -> set[tuple[int, int]]:
    """Pairs (site, node) that have lanes."""
    trading = [m for m, pair in enumerate(s.links) if s.trades(*pair)]
    found = {m for m in trading if is_stated(s, *s.links[m])}
    maybe = [m for m in trading if m not in found]
    if maybe:
        arena = balance_arena(s, sampled)
        question = (tuple(s.links), tuple(maybe), *_asked(arena, sampled))
        opened = _answers.pop(question, None)
        if opened is None:
            opened = _opened(arena, s, sampled, maybe)
        while len(_answers) >= KEPT:
            _answers.pop(next(iter(_answers)), None)
        _answers[question] = opened
        found |= opened
    return {s.links[m] for m in found}


def _opened(arena: Arena, s: Structure, sampled: Sequence[SampledColumn], maybe: Sequence[int]) -> frozenset[int]:
    """Those of the links `maybe` that open in one of the balances that are tried."""
    found: set[int] = set()
    quiet = 0
    for value in _trials(arena, sampled):
        arena.draw(value)
        _balance(arena.layout, arena.floats, arena.ints)
        new = {m for m in maybe if _opens(arena, s, m)} - found
        found |= new
        quiet = 0 if new else quiet + 1
        if quiet > QUIET:
            break
    return frozenset(found)


def _asked(arena: Arena, sampled: Sequence[SampledColumn]) -> tuple[Hashable, ...]:
    """All that the balances which are tried depend on: the arena as it stands, and what is drawn into it."""
    rank = {column: i for i, column in enumerate(dict.fromkeys((*arena.column, *arena.factor_column)))}
    drawn = ((c.group, c.kind, c.args, c.central, c.low, c.high) for c in (sampled[column] for column in rank))
    places = (*arena.cell, *(rank[column] for column in arena.column))
    factors = (*arena.factor_cell, *(rank[column] for column in arena.factor_column))
    numbers = array("d", [*arena.floats, *arena.scale, *arena.offset]).tobytes()
    return arena.layout, numbers, array("q", arena.ints).tobytes(), places, factors, tuple(drawn)


def _opens(arena: Arena, s: Structure, m: int) -> bool:
    """Whether a pair trades, or nearly so, in the balance that stands in the arena."""
    (site, node), layout, floats = s.links[m], arena.layout, arena.floats
    if floats[layout.site_wanted + site] <= 0.0 or floats[layout.node_need + node] <= 0.0:
        return False
    pull = floats[layout.site_pull + site] + floats[layout.node_pull + node]
    return bool(pull > math.log(NEARLY * floats[layout.link_stretch + m]))


def is_stated(s: Structure, site: int, node: int) -> bool:
    """Whether the world states a share above zero, in some run at least."""
    number = stated_share(s, site, node)
    return number is not None and s.present(number)


def _trials(arena: Arena, sampled: Sequence[SampledColumn]) -> Iterator[Callable[[int], float]]:
    """The central value of every column, then low and high ones, chosen by the columns' names."""
    yield lambda column: sampled[column].central
    alone = {column: arena.column.count(column) == 1 for column in arena.column}
    ends = {column: _ends(sampled[column], REACH if one else 1.0) for column, one in alone.items()}
    if not ends:
        return
    for trial in range(MOST_TRIALS):
        chosen = {}
        for column, (low, high) in ends.items():
            part = hash64(f"trial:{trial}:{sampled[column].group}") / 2.0**64
            # Between the ends every other time where it moves several cells: a pair may open in the middle only.
            if alone[column] or trial % 2 == 0:
                part = 1.0 if part >= 0.5 else 0.0
            chosen[column] = low + part * (high - low)
        yield chosen.__getitem__


def _ends(column: SampledColumn, reach: float) -> tuple[float, float]:
    """A low and a high value of a column, of those it may take."""
    low, high = column.support()
    if column.kind in ("normal", "lognormal"):
        ends = [column.args[0] - WIDTH * column.args[1], column.args[0] + WIDTH * column.args[1]]
        ends = ends if column.kind == "normal" else [math.exp(end) for end in ends]
        low, high = (min(max(end, column.low), column.high) for end in ends)
    middle = column.central
    return middle + reach * (low - middle), middle + reach * (high - middle)
