"""What the runs say of the scenario's question, on day one and now: the report's key numbers, and what policies avert."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .revise import Revised
from .weights import weighted_quantiles

if TYPE_CHECKING:
    from ..api.results import Results

Floats = NDArray[np.float64]
BAND = (0.10, 0.50, 0.90)


@dataclass(frozen=True)
class Outcome:
    """One quantity before and after the months that were seen: 10 %, 50 % and 90 % quantile over runs."""

    title: str
    metric: str
    arm: str
    product: str
    place: str
    end_use: str
    unit: str
    before: Floats
    after: Floats


def outcomes(revised: Revised, results: Results, folder: Path) -> list[Outcome]:
    """Key numbers of the scenario, then what each policy changes of the loss that is told first.

    Parameters
    ----------
    results : Results
        The same runs as those that were weighed: same scenario, seed, sampler and number.
    folder : Path
        Their run folder.
    """
    from ..report.case import METRIC
    from ..report.quantities import headline_quantities
    from ..report.run import open_run

    run = open_run(folder)
    found, losses = [], []
    for q in headline_quantities(run):
        found.append(_outcome(revised, results, q.title, "scenario", q.metric, q.product, q.place, q.end_use, q.unit))
        if q.metric in METRIC.values():
            losses.append(q)
    for q in losses[:1]:
        for name in run.policies:
            title = f"{run.policy_title(name)}: change of {q.title[:1].lower()}{q.title[1:]}"
            arm = f"policy:{name}-scenario"
            found.append(_outcome(revised, results, title, arm, q.metric, q.product, q.place, q.end_use, q.unit))
    return found


def _outcome(
    revised: Revised, results: Results, title: str, arm: str, metric: str, product: str, place: str, use: str, unit: str
) -> Outcome:
    where = {"product": product or "all", "place": place, "end_use": use or "all"}
    values = results.values(metric, arm=arm, **where)
    of_run = np.full(len(revised.weights.of_run), np.nan)
    of_run[values.index.to_numpy()] = values.to_numpy(dtype=float)
    before = weighted_quantiles(of_run, revised.equal, BAND)
    after = weighted_quantiles(of_run, revised.weights.of_run, BAND)
    return Outcome(title, metric, arm, product, place, use, unit, before, after)
