"""What both engines do before and after a run: fill the arenas, check and package the outcome."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..errors import RunFailed
from ..model.compile import CompiledModel

BALANCE_LIMIT = 1e-9


def fill_floats(
    model: CompiledModel, values: NDArray[np.float64], floats: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Float arena of one run: the template with the run's sampled numbers in their cells.

    `floats`, if given, is filled and returned, but for the weekly record, of which the compiled engine clears
    a row when its week comes; else a new array with empty records.
    """
    if floats is None:
        floats = model.floats.copy()
    else:
        first = model.layout.weekly_record
        last = first + model.layout.n_weekly_record
        floats[:first] = model.floats[:first]
        floats[last:] = model.floats[last:]
    if len(model.cell):
        floats[model.cell] = model.offset + model.scale * values[model.column]
    if len(model.factor_cell):
        np.multiply.at(floats, model.factor_cell, values[model.factor_column])
    return floats


def check_finite(
    model: CompiledModel, floats: Sequence[float] | NDArray[np.float64], run: int, misfit: float, total: float
) -> None:
    """Refuse a run that has no baseline or went astray.

    Parameters
    ----------
    floats : sequence
        The run's float arena.
    misfit : float
        What `trade.balance` returned.
    total : float
        Sum of the weekly record: finite if all its numbers are, of which none comes near the largest float.
    """
    if not math.isfinite(misfit):
        missing = unsupplied(model, floats)
        raise RunFailed(f"run {run}: nobody sells {', '.join(missing)}, which somebody there needs from the start")
    if not math.isfinite(total):
        raise RunFailed(f"run {run}: a recorded number is not finite")


def unsupplied(model: CompiledModel, floats: Sequence[float] | NDArray[np.float64]) -> list[str]:
    """What a country needs in the baseline and can't buy: `product to country`."""
    L, s = model.layout, model.structure
    bought = [0.0] * L.n_nodes
    for m, (_, node) in enumerate(s.links):
        bought[node] += float(floats[L.link_flow + m])
    return [
        f"{s.products[k].id} to {s.countries[c]}"
        for n, (k, c) in enumerate(s.nodes)
        if float(floats[L.node_need + n]) > 0.0 and not bought[n] > 0.0
    ]


def take_records(model: CompiledModel, tail: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weekly and monthly records from the float arena's tail, which starts with them: views of it."""
    n_weekly = model.layout.n_weekly_record
    n_monthly = model.layout.n_monthly_record
    weekly = tail[:n_weekly].reshape(model.n_weeks, -1)
    monthly = tail[n_weekly : n_weekly + n_monthly].reshape(len(model.month_starts), -1)
    return weekly, monthly
