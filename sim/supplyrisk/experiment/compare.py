"""Differences between arms or batches: paired run by run where the draws are the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SupplyriskError
from ..results import pairing
from ..results.damaged import reading
from ..results.store import Store

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Side:
    """One side of a comparison: an arm of a run folder."""

    folder: Path
    arm: str


@dataclass(frozen=True)
class Difference:
    """Mean of `a` minus mean of `b` with its standard error.

    `unpaired_error` is what independent draws of as many runs would have given; (unpaired_error /
    standard_error)^2 is how many times fewer runs pairing needs.
    """

    mean: float
    standard_error: float
    unpaired_error: float
    runs: int
    paired: bool
    why: str  # why it is not paired, or ""

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval of the mean difference (Student's t)."""
        from scipy.special import stdtrit

        if self.runs < 2:
            return math.nan, math.nan
        half = float(stdtrit(self.runs - 1, 0.975)) * self.standard_error
        return self.mean - half, self.mean + half

    @property
    def gain(self) -> float:
        if self.standard_error == 0.0:
            return 1.0 if self.unpaired_error == 0.0 else math.inf
        return (self.unpaired_error / self.standard_error) ** 2


def read_outcome(folder: Path, metric: str, product: str, place: str, end_use: str, arm: str) -> dict[int, float]:
    """Values of one metric of one arm, by run; NaN where it does not exist in a run.

    Raises
    ------
    SupplyriskError
        If the folder holds no such rows.
    """
    import pyarrow.dataset as ds

    wanted = {"arm": arm, "metric": metric, "product": product, "place": place, "end_use": end_use}
    keep = None
    for column, value in wanted.items():
        test = ds.field(column) == value
        keep = test if keep is None else keep & test
    table = ds.dataset(folder / "outcomes.parquet").to_table(columns=["run", "value"], filter=keep)
    if not len(table):
        raise SupplyriskError(f"{folder} holds no {metric} for {product}, {place}, {end_use} in arm {arm}")
    return dict(zip(table["run"].to_pylist(), table["value"].to_numpy(zero_copy_only=False).tolist()))


def why_unpaired(a: Path, b: Path) -> str:
    """Why runs of the same number in two folders are not the same draws; "" if they are."""
    if a.resolve() == b.resolve():
        return ""
    return "; ".join(pairing.why_unpaired(Store(a).manifest(), Store(b).manifest(), (_finished(a), _finished(b))))


def _finished(folder: Path) -> pd.DataFrame:
    """The runs of a folder that finished, with what was drawn for each."""
    import pandas as pd

    with reading(folder / "runs.parquet"):
        table = pd.read_parquet(folder / "runs.parquet")
    return table[table["status"].astype(str) == "ok"]


def compare(a: Side, b: Side, metric: str, product: str, place: str, end_use: str = "all") -> Difference:
    """Compare two arms, of one run folder or of two."""
    left = read_outcome(a.folder, metric, product, place, end_use, a.arm)
    right = read_outcome(b.folder, metric, product, place, end_use, b.arm)
    why = why_unpaired(a.folder, b.folder)
    common = sorted(left.keys() & right.keys())
    if not why and not common:
        why = "they have no run in common"
    if why:
        one, other = (np.asarray([v for v in side.values() if not math.isnan(v)]) for side in (left, right))
        error = _independent(one, other)
        mean = float(one.mean() - other.mean()) if len(one) and len(other) else math.nan
        return Difference(mean, error, error, min(len(one), len(other)), False, why)
    pairs = np.asarray([(left[run], right[run]) for run in common])
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    n = len(pairs)
    if n < 2:
        mean = float((pairs[:, 0] - pairs[:, 1]).mean()) if n else math.nan
        return Difference(mean, math.nan, math.nan, n, True, "")
    gap = pairs[:, 0] - pairs[:, 1]
    error = float(gap.std(ddof=1) / math.sqrt(n))
    return Difference(float(gap.mean()), error, _independent(pairs[:, 0], pairs[:, 1]), n, True, "")


def _independent(a: np.ndarray, b: np.ndarray) -> float:
    """Standard error of the difference of two independent means."""
    if len(a) < 2 or len(b) < 2:
        return math.nan
    return math.sqrt(float(a.var(ddof=1)) / len(a) + float(b.var(ddof=1)) / len(b))
