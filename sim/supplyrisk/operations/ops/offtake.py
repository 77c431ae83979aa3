"""Output sold ahead."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import price_index

OP = Op(
    name="offtake",
    target="site",
    neutral=0.0,
    unit="index",
    meaning=(
        "price at which `buyer` (country codes, blank separated; empty: whoever) takes the site's output whatever the "
        "market, baseline = 1, or in USD/kg where `usd_per_kg` = 1"
    ),
    rules="offtake contracts",
    way="larger",
    more="the buyers of all of them are served first",
    params=("usd_per_kg",),
    texts=("buyer",),
)
USD_PER_KG = OP.slot("usd_per_kg")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for s in range(L.n_sites):
        F[L.site_offtake + s] = 0.0
    for lane in range(L.n_lanes):
        I[L.lane_first + lane] = 0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Of two prices the larger holds; the lanes to all buyers named (`target_value`: index of a country, -1 none) come first."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        s = I[L.target_entity + t]
        F[L.site_offtake + s] = max(F[L.site_offtake + s], price_index(L, F, I, e, USD_PER_KG, s, level))
        site_first = I[L.site_lane_first + s]
        buyer = int(F[L.target_value + t])
        for j in range(site_first, site_first + I[L.site_lane_count + s]):
            lane = I[L.site_lanes + j]
            country = I[L.node_country + I[L.desk_node + I[L.lane_desk + lane]]]
            if buyer >= 0 and country == buyer:
                I[L.lane_first + lane] = 1
