"""Capacity that fails, or may not be used."""

from __future__ import annotations

from ...model.arrays import Floats, Ints
from ...model.layout_types import Layout
from ..declare import Op
from ..rows import param

OP = Op(
    name="capacity_loss",
    target="site",
    neutral=0.0,
    unit="share",
    meaning=(
        "share of the site's capacity that is lost; with `of_output` = 1 a quota on what is made: the share of the output "
        "at rest that may not be made, whatever capacity there is"
    ),
    rules="outages and quotas on output",
    way="compound",
    more="of two quotas, and of a quota and an outage, the stricter holds",
    params=("of_output",),
    believed=True,
)
OF_OUTPUT = OP.slot("of_output")


def clear(L: Layout, F: Floats, I: Ints) -> None:
    """No such rule in force."""
    for s in range(L.n_sites):
        F[L.site_loss + s] = 0.0
        F[L.site_allowed + s] = 1.0
        I[L.site_capped + s] = 0


def apply(L: Layout, F: Floats, I: Ints, key: int, e: int, level: float, offset: int) -> None:
    """Each outage takes its share of what the others leave; a quota allows (1 - level) x output at rest of the capacity there is."""
    first = I[L.effect_target_first + e]
    for t in range(first, first + I[L.effect_target_count + e]):
        s = I[L.target_entity + t]
        if param(L, F, e, OF_OUTPUT) <= 0.0:
            F[L.site_loss + s] = 1.0 - (1.0 - F[L.site_loss + s]) * (1.0 - level)
        elif level > 0.0 and F[L.site_capacity_now + s] > 0.0:
            allowed = (1.0 - level) * F[L.site_output + s] / F[L.site_capacity_now + s]
            F[L.site_allowed + s] = min(F[L.site_allowed + s], allowed)
            I[L.site_capped + s] = 1
