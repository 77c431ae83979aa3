"""What the runner asks of an engine, and what it gets back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..errors import RunFailed
    from ..measures.loops import Loops
    from ..model.compile import CompiledModel


@dataclass(frozen=True)
class Trace:
    """Every event of one run, in order: day, class (position in `EVENT_NAMES`), entity, counter, t."""

    day: NDArray[np.int64]
    kind: NDArray[np.int64]
    entity: NDArray[np.int64]
    counter: NDArray[np.int64]
    amount_t: NDArray[np.float64]


@dataclass(frozen=True)
class RunSeries:
    """What one run of one arm recorded.

    Attributes
    ----------
    weekly : ndarray, shape (n_weeks, n_weekly_columns)
    monthly : ndarray, shape (n_months, n_monthly_columns)
    totals : dict
        `events` (count), `balance_error` (largest over products, relative to throughput), `misfit`.
    """

    weekly: NDArray[np.float64]
    monthly: NDArray[np.float64]
    totals: dict[str, float] = field(default_factory=dict)
    trace: Trace | None = None


class Engine(Protocol):
    """What the runner asks of an engine."""

    name: str

    @property
    def loops(self) -> Loops | None:
        """Machine code for what follows a run, if the engine brings it."""
        ...

    def run(
        self, model: CompiledModel, arm: int, run: int, seed: int, values: NDArray[np.float64], trace: bool = False
    ) -> RunSeries:
        """Run one arm of one run; raises `errors.RunFailed`."""
        ...

    def run_many(
        self,
        model: CompiledModel,
        arms: Sequence[int],
        runs: Sequence[int],
        seed: int,
        values: NDArray[np.float64],
    ) -> Iterator[tuple[int, int, RunSeries | RunFailed]]:
        """Run every arm of every run (`values[i]` belongs to `runs[i]`); yields (run, arm, result).

        The numbers of a series may be overwritten when the next one is asked for.
        """
        ...
