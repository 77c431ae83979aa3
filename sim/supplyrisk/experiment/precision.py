"""`--until-precision`: how sure the mean of one named number is, and when that is enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SupplyriskError, did_you_mean
from ..measures.aggregate import ALL, WORLD
from ..results import chunks
from ..results.chunks import Layout
from ..results.store import Span, Store

STEP = 100  # runs per round, whatever the workers, so that the number of runs is reproducible
LIMIT = 100_000  # runs at most, unless --runs says otherwise


@dataclass(frozen=True)
class Precision:
    """The goal: standard error of the mean of a metric relative to that mean.

    `metric` is METRIC[/PRODUCT[/PLACE[/END_USE]]][@ARM]; parts left out mean the last product, the world,
    all end uses, and the paired difference of scenario and baseline.
    """

    goal: float
    metric: str = "shortage_t"
    step: int = STEP

    def limit(self, runs: int | None) -> int:
        """Most runs that may be needed, in whole rounds."""
        most = LIMIT if runs is None else runs
        return max(self.step, -(-most // self.step) * self.step)

    def as_json(self) -> dict[str, Any]:
        return {"goal": self.goal, "metric": self.metric, "step": self.step}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Precision:
        return cls(float(found["goal"]), str(found["metric"]), int(found["step"]))


def locate(text: str, made: Layout) -> tuple[int, int]:
    """Column (arm or difference) and metric that a name like `shortage_t/ht_magnet/world@scenario` means.

    Raises
    ------
    SupplyriskError
        If nothing is called that.
    """
    names, _, arm = text.partition("@")
    arm = arm or ("scenario-baseline" if "scenario-baseline" in made.columns else made.columns[-1])
    if arm not in made.columns:
        raise SupplyriskError(f"no arm is called {arm}{did_you_mean(arm, made.columns)}")
    parts = names.split("/")
    known = {outcome.metric for outcome in made.outcomes}
    if parts[0] not in known:
        raise SupplyriskError(f"no metric is called {parts[0]}{did_you_mean(parts[0], known)}")
    fitting = [i for i, outcome in enumerate(made.outcomes) if outcome.metric == parts[0]]
    for position, given in enumerate(parts[1:], start=1):
        here = [i for i in fitting if made.outcomes[i][position] == given]
        if not here:
            options = {made.outcomes[i][position] for i in fitting}
            raise SupplyriskError(f"{parts[0]} is not given for {given}{did_you_mean(given, options)}")
        fitting = here
    # What was left out: everything together where that is given, else the last.
    for position, whole in ((2, WORLD), (3, ALL), (1, ALL)):
        if len(parts) <= position:
            fitting = [i for i in fitting if made.outcomes[i][position] == whole] or fitting
    return made.columns.index(arm), fitting[-1]


@dataclass
class Watch:
    """Reads the metric from the chunks as they come."""

    precision: Precision
    made: Layout
    values: dict[Span, NDArray[np.float64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.column, self.metric = locate(self.precision.metric, self.made)

    def read(self, store: Store, last: int) -> None:
        """Take in the finished runs below `last`."""
        for span in store.spans():
            if span not in self.values and span.last <= last:
                found = chunks.read_outcomes(store.chunk_path(span), self.made)
                self.values[span] = np.ascontiguousarray(found[:, self.column, self.metric])

    def reached(self) -> tuple[float, float]:
        """Mean, and its standard error relative to it."""
        all_values = np.concatenate([self.values[span] for span in sorted(self.values)]) if self.values else np.zeros(0)
        some = all_values[~np.isnan(all_values)]
        if len(some) < 2:
            return math.nan, math.inf
        mean = math.fsum(some) / len(some)
        variance = math.fsum((some - mean) ** 2) / (len(some) - 1)
        error = math.sqrt(variance / len(some))
        if error == 0.0:
            return mean, 0.0
        return mean, error / abs(mean) if mean != 0.0 else math.inf

    def enough(self) -> bool:
        return self.reached()[1] <= self.precision.goal

    def as_json(self) -> dict[str, Any]:
        mean, error = self.reached()
        outcome = self.made.outcomes[self.metric]
        return {
            "reached": error if math.isfinite(error) else None,
            "mean": mean if math.isfinite(mean) else None,
            "arm": self.made.columns[self.column],
            "product": outcome.product,
            "place": outcome.place,
            "end_use": outcome.end_use,
        }
