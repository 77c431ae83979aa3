"""What customs record of an amount: a month's record swings even when trade is calm, because goods leave in shipments.

The model's flows are even. Records are not: a month's exports are a number of shipments that is a matter of chance, of
sizes that differ. What is compared with a record has to swing as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..sums import add_up
from .fan import Fan
from .quantiles import quantiles

Floats = NDArray[np.float64]
DRAWS = 64  # equally likely records that stand for one amount
MANY = 1e4  # shipments; above, their sum is normal
SHIPPED = ("shipment_t", "output_t_per_year")  # numbers of a world that `shipment_of` reads
STEPS = 80  # equally likely amounts that stand for a fan's date


def records(amount: Floats, shipment: float) -> Floats:
    """Equally likely records of amounts that leave in shipments.

    X = sum of N sizes, N Poisson with mean Q/l, sizes exponential with mean l: mean Q, variance 2 l Q, and nothing at all
    with probability exp(-Q/l). The standard deviation over the mean is sqrt(2 l / Q): records of small flows swing more, by one
    number for all destinations. Form: the plainest in which shipments do not know of each other. No chance is involved: the
    records are the quantiles (k + 1/2) / `DRAWS` of X, which is l/2 times a noncentral chi-square with 0 degrees of freedom
    and noncentrality 2 Q/l. A run of months is taken as one amount with l divided by the number of months.

    Parameters
    ----------
    amount : ndarray, any shape
        Q, not below 0; NaN stays NaN.
    shipment : float
        l in the same unit, not below 0; at 0 the record is the amount.

    Returns
    -------
    ndarray, shape (*amount.shape, DRAWS)

    References
    ----------
    Siegel 1979, The noncentral chi-squared distribution with zero degrees of freedom, Biometrika 66; the law of total claims:
    Kaas, Goovaerts, Dhaene and Denuit 2008, Modern Actuarial Risk Theory, chapter 3.
    """
    q = np.asarray(amount, dtype=np.float64)
    if not shipment > 0.0:
        return np.repeat(q[..., None], DRAWS, axis=-1)
    number = q / shipment
    grid, table = _table()
    found = np.stack([np.interp(number, grid, row) for row in table], axis=-1)
    many = number > grid[-1]
    if many.any():
        found[many] = number[many][:, None] + np.sqrt(2.0 * number[many])[:, None] * _deviates()
    return found * shipment


@cache
def _deviates() -> Floats:
    from scipy import special

    found: Floats = special.ndtri((np.arange(DRAWS) + 0.5) / DRAWS)
    return found


@cache
def _table() -> tuple[Floats, Floats]:
    """Numbers of shipments, and the quantiles of X/l at each; shape (numbers,), (DRAWS, numbers). Above the last X is normal."""
    from scipy import special

    grid = np.concatenate(([0.0], np.geomspace(1e-3, MANY, 400)))
    levels = (np.arange(DRAWS) + 0.5) / DRAWS
    # 0 degrees of freedom are the limit of few; what is left of the atom at 0 is far below any unit.
    rows = special.chndtrix(levels[:, None], 1e-9, 2.0 * grid[1:][None, :]) / 2.0
    found = np.concatenate((np.zeros((DRAWS, 1)), np.where(rows < 1e-12, 0.0, rows)), axis=1)
    return grid, found


def recorded_fan(fan: Fan, shipment: float) -> Fan:
    """The fan of what customs record where the runs' amounts have the given fan.

    Between its quantiles, and beyond the last, amounts are taken as linear in the standard normal deviate of their level.

    Parameters
    ----------
    shipment : float
        Mean size of a shipment in the fan's unit; at 0 the fan is returned as it is.
    """
    if not shipment > 0.0:
        return fan
    from scipy import special

    have = special.ndtri(np.asarray(fan.levels))
    want = special.ndtri((np.arange(STEPS) + 0.5) / STEPS)
    right = np.clip(np.searchsorted(have, want), 1, len(have) - 1)
    share = (want - have[right - 1]) / (have[right] - have[right - 1])
    values = np.asarray(fan.values, dtype=np.float64)
    amounts = np.maximum(values[:, right - 1] * (1.0 - share) + values[:, right] * share, 0.0)
    found = quantiles(records(amounts, shipment).reshape(len(values), -1), fan.levels)
    return Fan(fan.dates, fan.levels, found, fan.unit, fan.added)


def shipment_of(values: Mapping[tuple[str, ...], float], products: Iterable[str]) -> float:
    """Mean size of a shipment of several products together, t, weighted by their output; 0 where the world has none.

    Parameters
    ----------
    values : mapping
        Central values of the world's numbers, as `World.values` names them.
    """
    sizes = {name: _size(values, name) for name in products}
    output = dict.fromkeys(sizes, 0.0)
    for key, value in values.items():
        if key[0] == "output_t_per_year" and key[1] in output:
            output[key[1]] += value
    total = add_up(output.values())
    if not total > 0.0:
        return 0.0
    return add_up(sizes[name] * output[name] for name in sizes) / total


def _size(values: Mapping[tuple[str, ...], float], product: str) -> float:
    return values.get(("shipment_t", product), values.get(("shipment_t", ""), 0.0))
