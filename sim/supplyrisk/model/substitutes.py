"""Goods that take over: users of a product that has become dear go over to another, at a cost and in time.

Where the world names no substitutes (`substitute_share` 0) there are no pairs, and nothing here does anything.
"""

from __future__ import annotations

from .arrays import Floats, Ints
from .economics import WEEKS_PER_YEAR, clip
from .layout_types import Layout


def going_over(gap: float, most: float, cost: float) -> float:
    """Share of a user's use for which the other product pays, in the end.

    s* = s_max clip((g - c/2)/c, 0, 1),  g = P/P' - 1: how much dearer the product has become than the other one, prices paid
    relative to the baseline (-). Users differ in what a change of design, approval and process costs them: it is spread evenly
    between half and one and a half times c (assumption), so that none go over below g = c/2 and all who can from 3c/2 on.
    """
    return most * clip((gap - 0.5 * cost) / cost, 0.0, 1.0)


def choose_substitutes(L: Layout, F: Floats, I: Ints) -> None:
    """Move every pair's share towards what pays, at most `substitute_speed_per_year` a year, either way: lines go back as slowly."""
    for w in range(L.n_swaps):
        dear = F[L.node_paid_clean + I[L.user_node + I[L.swap_user + w]]]
        other = F[L.node_paid_clean + I[L.user_node + I[L.swap_to + w]]]
        gap = dear / other - 1.0 if other > 0.0 else 0.0
        aim = going_over(gap, F[L.swap_most + w], F[L.swap_cost + w])
        step = F[L.swap_speed + w] / WEEKS_PER_YEAR
        F[L.swap_moved + w] += clip(aim - F[L.swap_moved + w], -step, step)


def swap_demand(L: Layout, F: Floats, I: Ints) -> None:
    """Take what has gone over off the one user's demand and put it, in tonnes of the other product, on the other's.

    d_u <- d_u (1 - s),  d_v <- d_v + q s d_u, of demand now, of what counts as normal and of what is believed to come alike:
    who has changed over means it. q = `substitute_t_per_t`. Nothing is lost: the use goes on with the other product.
    """
    for w in range(L.n_swaps):
        u = I[L.swap_user + w]
        share = F[L.swap_moved + w] * F[L.swap_weight + w]
        F[L.swap_now + w] = share * F[L.user_now + u]
        F[L.swap_normal + w] = share * F[L.user_normal + u]
        F[L.swap_coming + w] = share * F[L.user_coming + u]
    for w in range(L.n_swaps):
        u = I[L.swap_user + w]
        v = I[L.swap_to + w]
        ratio = F[L.swap_ratio + w]
        F[L.user_now + u] -= F[L.swap_now + w]
        F[L.user_normal + u] -= F[L.swap_normal + w]
        F[L.user_coming + u] -= F[L.swap_coming + w]
        F[L.user_now + v] += ratio * F[L.swap_now + w]
        F[L.user_normal + v] += ratio * F[L.swap_normal + w]
        F[L.user_coming + v] += ratio * F[L.swap_coming + w]
