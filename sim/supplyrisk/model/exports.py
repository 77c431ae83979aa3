"""What rules on exports move between countries: taxes, and the rent of those who hold licences and parts of quotas.

Told only: nothing in the model reads it. Of what left since the last market, t, at the prices of that time, p the baseline price in USD/t:

tax of a selling country     = sum of left x rate x P_home p
rent paid by a buying country = sum of left x max(P_abroad - P_home, 0) p     on lanes under a rule in force
rent earned by a selling one  = rho x the same: rho is `fob_rent_share`, the rest stays with importers who hold licences; where
                                the world says nothing (0) exporters hold all of them (assumption)

P without the model's own error, whose noise in two zones would be read as a gap. What leaks counts, too: its rent is the smuggler's.
"""

from __future__ import annotations

from .arrays import Floats, Ints
from .layout_types import Layout

USD_PER_T = 1000.0  # of a price in USD/kg


def sum_export_money(L: Layout, F: Floats, I: Ints) -> None:
    """Taxes and rents of the week by seller and buyer, USD."""
    if I[L.weekly_first_tax] < 0 and I[L.weekly_first_rent] < 0:
        return
    for s in range(L.n_sites):
        F[L.site_export_tax + s] = 0.0
        F[L.site_export_rent + s] = 0.0
    for n in range(L.n_nodes):
        F[L.node_export_rent + n] = 0.0
    for lane in range(L.n_lanes):
        left = F[L.lane_left + lane]
        if left <= 0.0 or I[L.lane_border + lane] == 0:
            continue
        k = I[L.lane_product + lane]
        s = I[L.lane_site + lane]
        here = I[L.lane_from_cell + lane]
        there = I[L.lane_to_cell + lane]
        value = left * USD_PER_T * F[L.price_usd_per_kg + k]
        F[L.site_export_tax + s] += value * F[L.lane_export_tax + lane] * F[L.clean + here]
        gap = F[L.clean + there] - F[L.clean + here]
        if gap > 0.0 and F[L.lane_wait + lane] == 0.0:
            F[L.node_export_rent + I[L.desk_node + I[L.lane_desk + lane]]] += value * gap
            kept = F[L.fob_rent_share + k] if F[L.fob_rent_share + k] > 0.0 else 1.0
            F[L.site_export_rent + s] += value * gap * kept


def record_export_money(L: Layout, F: Floats, I: Ints, row: int) -> None:
    """The same as weekly columns."""
    if I[L.weekly_first_tax] >= 0:
        for s in range(L.n_sites):
            F[row + I[L.weekly_first_tax] + s] = F[L.site_export_tax + s]
    if I[L.weekly_first_rent] >= 0:
        for s in range(L.n_sites):
            F[row + I[L.weekly_first_rent] + s] = F[L.site_export_rent + s]
        for n in range(L.n_nodes):
            F[row + I[L.weekly_first_rent_paid] + n] = F[L.node_export_rent + n]
