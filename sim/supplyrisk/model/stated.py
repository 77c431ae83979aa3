"""What balancing made of the stated trade: by product, how outputs were scaled and whose purchases were moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..spec.resolved import Scenario
from ..sums import add_up
from .economics import WEEKS_PER_YEAR
from .opened import balance_arena, is_stated
from .structure import build_structure
from .trade import balance


@dataclass(frozen=True)
class Lane:
    """What a country buys from another: shares of all it buys of the product, as stated and as balanced."""

    seller: str
    buyer: str
    is_stated: bool
    stated_share: float
    share: float
    t_per_year: float


@dataclass(frozen=True)
class Traded:
    """One product's balance at the central values of all numbers.

    Attributes
    ----------
    output_t_per_year : float
        Sum of the stated outputs.
    need_t_per_year : float
        What users and makers buy, which is what is made.
    moved_share : float
        Share of all purchases that comes from other sellers than stated.
    opened_share : float
        The part of it on lanes that are not stated.
    lanes : tuple of Lane
        Pairs that trade, or are stated to.
    """

    product: str
    output_t_per_year: float
    need_t_per_year: float
    moved_share: float
    opened_share: float
    lanes: tuple[Lane, ...]

    @property
    def scale(self) -> float:
        """Factor on all outputs: what is needed over what is stated to be made."""
        return self.need_t_per_year / self.output_t_per_year if self.output_t_per_year > 0.0 else 0.0

    @property
    def opened(self) -> tuple[Lane, ...]:
        """Lanes that nobody states, largest first."""
        found = [lane for lane in self.lanes if not lane.is_stated and lane.t_per_year > 0.0]
        return tuple(sorted(found, key=lambda lane: -lane.t_per_year))


def traded(scenario: Scenario) -> tuple[Traded, ...]:
    """The balance of every product, from the mines downstream."""
    s = build_structure(scenario, lanes=False)
    arena = balance_arena(s, scenario.sampled)
    arena.draw(lambda column: scenario.sampled[column].central)
    L, F = arena.layout, arena.floats
    balance(L, F, arena.ints)
    stated = [0.0] * L.n_nodes
    for m, (_, node) in enumerate(s.links):
        stated[node] += F[L.trade_share + m]
    lanes: dict[int, list[Lane]] = {k: [] for k in range(len(s.products))}
    for m, (site, node) in enumerate(s.links):
        (k, origin), need, flow = s.sites[site], F[L.node_need + node], F[L.link_flow + m]
        known = is_stated(s, site, node)
        if need > 0.0 and (known or flow > 0.0):
            usual = F[L.trade_share + m] / stated[node] if stated[node] > 0.0 else 0.0
            names = s.countries[origin], s.countries[s.nodes[node][1]]
            lanes[k].append(Lane(*names, known, usual, flow / need, flow * WEEKS_PER_YEAR))
    return tuple(
        Traded(
            product.id,
            add_up(F[L.output_t_per_year + i] for i, (made, _) in enumerate(s.sites) if made == k),
            WEEKS_PER_YEAR * add_up(F[L.node_need + n] for n, (bought, _) in enumerate(s.nodes) if bought == k),
            F[L.product_moved + k],
            F[L.product_opened + k],
            tuple(lanes[k]),
        )
        for k, product in enumerate(s.products)
    )


def as_json(found: Sequence[Traded]) -> list[Mapping[str, Any]]:
    """As it is kept with a run: products with their scale and shares, and the lanes that are not as stated."""
    kept: list[Mapping[str, Any]] = []
    for item in found:
        row = asdict(item) | {"scale": item.scale}
        row["lanes"] = [asdict(lane) for lane in item.lanes if abs(lane.share - lane.stated_share) > SLIGHT]
        kept.append(row)
    return kept


# Differences of a share that are not worth a word.
SLIGHT = 0.005
