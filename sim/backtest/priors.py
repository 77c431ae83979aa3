"""What is believed of buyers and makers before the episodes are looked at."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bounded import MAX_TABLE_BYTES
from ..language.text import decode

Floats = NDArray[np.float64]
Strings = NDArray[np.str_]


@dataclass(frozen=True)
class Prior:
    """A uniform range of one number shared by all minerals.

    `times` names a parameter: then the number multiplies that parameter's own value of every product of every
    world, so that what differs between products stays as the worlds' sources have it.
    """

    name: str
    low: float
    high: float
    source: str
    times: str = ""


PRIORS: tuple[Prior, ...] = (
    Prior("storage_exponent", 0.5, 1.6, "days-of-stock rule is 1 (van der Linden 2020); storage curves 0.5-1.5"),
    Prior("price_adjustment_per_week", 0.1, 0.4, "weekly price lists close a tenth to two fifths of a gap"),
    Prior(
        "trend_response", 0.0, 2.0, "none to more than proportional; extrapolation in commodity buying (Sterman 2000)"
    ),
    Prior("price_memory_weeks", 8.0, 52.0, "a quarter to a year of remembered prices"),
    Prior("trend_delay_weeks", 4.0, 40.0, "a month to three quarters of rising prices before they are believed"),
    Prior("cost_pass_through", 0.3, 1.0, "alloy and magnet price clauses pass on most of the oxide's price"),
    Prior("stock_price_response", 0.0, 0.6, "from stocks held at any price to stocks drawn down most of the way"),
    Prior("elasticity_long", 0.2, 0.6, "Sprecher et al. 2017 for magnets after 2010"),
    Prior("thrifting_speed_per_year", 0.04, 0.2, "10 % of demand a year in 2010-12 (Sprecher et al. 2017), 4-20 %"),
    Prior("fear_scale", 0.4, 1.5, "perceived wait on the announcement, times each product's own", "fear_weeks"),
    Prior("hoarding_scale", 0.2, 1.5, "hoarding per week of wait, times each product's own", "hoarding_response"),
    Prior("fear_decay_per_week", 0.03, 0.15, "fear halves within one to five months"),
    Prior("perceived_wait_cap_weeks", 8.0, 30.0, "buyers reckon with a queue of two to seven months at most"),
    Prior("order_adjustment_weeks", 5.0, 16.0, "Sterman (2000): gaps closed within one to four months"),
    Prior("expectation_weeks", 4.0, 16.0, "one to four months of smoothing"),
    Prior("sourcing_elasticity", 0.5, 3.5, "Armington elasticities (Broda and Weinstein 2006), lower half"),
    Prior("production_adjustment_weeks", 8.0, 16.0, "below eight weeks long chains oscillate"),
    Prior("margin_exponent", 0.05, 0.8, "below 1: most capacity is wanted at normal prices"),
    Prior("allocation_exponent", 1.0, 5.0, "arbitrage from weak to strong between two zones"),
)
LOW: Floats = np.array([prior.low for prior in PRIORS])
HIGH: Floats = np.array([prior.high for prior in PRIORS])


def own_values() -> dict[str, dict[str, float]]:
    """Central values of the scaled parameters: parameter -> product -> value, over all shipped worlds."""
    from ..spec.load import read_world
    from ..spec.worldfile import shipped_worlds

    found: dict[str, dict[str, float]] = {prior.times: {} for prior in PRIORS if prior.times}
    for name in shipped_worlds():
        for fact in read_world(name).facts:
            if fact.key[0] in found and fact.key[1]:
                found[fact.key[0]][fact.key[1]] = float(fact.value)
    return found


def as_columns(theta: Floats) -> tuple[list[str], Floats]:
    """Parameter sets (rows) as the columns of `behaviour_ensemble.csv`, within the parameters' limits."""
    from ..spec.parameters import PARAMETER_BY_NAME

    own = own_values()
    names: list[str] = []
    columns: list[Floats] = []
    for k, prior in enumerate(PRIORS):
        cells = (
            {f"{prior.times}.{p}": v for p, v in sorted(own[prior.times].items())} if prior.times else {prior.name: 1.0}
        )
        limits = PARAMETER_BY_NAME[prior.times or prior.name]
        for name, factor in cells.items():
            names.append(name)
            columns.append(np.clip(theta[:, k] * factor, limits.low, limits.high))
    return names, np.column_stack(columns)


def write_ensemble(path: Path, theta: Floats) -> None:
    """The table that worlds read: one row per parameter set, 5 digits, in the parameters' own units."""
    names, values = as_columns(theta)
    lines = [",".join(names)]
    lines += [",".join(f"{v:.5g}" for v in row) for row in values]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_ensemble(path: Path) -> Floats:
    """Parameter sets of a table that `write_ensemble` wrote, shape (sets, priors), within the prior ranges.

    Raises
    ------
    KeyError
        A number of the prior is not in the table.
    """
    rows = list(csv.DictReader(io.StringIO(decode(path, str(path), MAX_TABLE_BYTES))))
    own = own_values()
    columns = []
    for prior in PRIORS:
        name, factor = prior.name, 1.0
        if prior.times:
            product, factor = max(own[prior.times].items(), key=lambda item: (-item[1], item[0]))
            name = f"{prior.times}.{product}"  # the smallest: the least likely to have been cut at a parameter's limit
        columns.append([float(row[name]) / factor for row in rows])
    theta: Floats = np.clip(np.array(columns).T, LOW, HIGH)
    return theta
