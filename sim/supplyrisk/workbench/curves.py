"""The picture of a distribution: its density, or the chances of its values."""

from __future__ import annotations

import math
from typing import Any

from ..language.uncertain import Uncertain

POINTS = 60


def curve(drawn: Uncertain) -> dict[str, Any]:
    """Points of the density between the lowest and the highest value that is worth drawing.

    Returns
    -------
    dict
        `x` and `y` (the highest is 1), and `bars` for a distribution of single values; in the base unit.
    """
    if drawn.kind == "discrete":
        values, chances = drawn.args[::2], drawn.args[1::2]
        top = max(chances)
        return {"x": list(values), "y": [chance / top for chance in chances], "bars": True}
    low, high = _ends(drawn)
    if not high > low:
        return {"x": [low], "y": [1.0], "bars": True}
    xs = [low + (high - low) * n / (POINTS - 1) for n in range(POINTS)]
    ys = [_density(drawn, x) for x in xs]
    top = max(ys) or 1.0
    return {"x": [float(f"{x:.6g}") for x in xs], "y": [round(y / top, 4) for y in ys], "bars": False}


def _ends(drawn: Uncertain) -> tuple[float, float]:
    if drawn.kind in ("uniform", "triangular", "pert"):
        return drawn.args[0], drawn.args[-1]
    mid, spread = drawn.args
    low, high = mid - 3.0 * spread, mid + 3.0 * spread
    if drawn.kind == "lognormal":
        low, high = math.exp(low), math.exp(min(high, 700.0))
    return max(low, drawn.low), min(high, drawn.high)


def _density(drawn: Uncertain, x: float) -> float:
    """Proportional to the density at `x`."""
    args = drawn.args
    if drawn.kind == "uniform":
        return 1.0
    if drawn.kind == "triangular":
        low, mode, high = args
        if x <= mode:
            return (x - low) / (mode - low) if mode > low else 1.0
        return (high - x) / (high - mode)
    if drawn.kind == "pert":  # a beta distribution, its shape by the most likely value (Malcolm et al. 1959)
        low, mode, high = args
        share = (x - low) / (high - low)
        alpha, beta = (1.0 + 4.0 * (mode - low) / (high - low)), (1.0 + 4.0 * (high - mode) / (high - low))
        return float(share ** (alpha - 1.0) * (1.0 - share) ** (beta - 1.0))
    mid, spread = args
    if drawn.kind == "lognormal":
        return math.exp(-0.5 * ((math.log(x) - mid) / spread) ** 2) / x if x > 0.0 else 0.0
    return math.exp(-0.5 * ((x - mid) / spread) ** 2)
