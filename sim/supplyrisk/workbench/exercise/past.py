"""Runs of an ensemble up to today: what comes later is not simulated, and what came before is the same to the bit.

The engine goes day by day and looks at nothing that lies ahead, so that a run which is stopped on a day has the same past as
one that goes on; this is tested. A fan needs the past of all runs, to find those that came nearest to what was seen, and the
future of these alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ..liverun import ArmRuns, LiveRun
from ..trial import Trial

STRETCH = 4  # runs of one task


def some(runs: Sequence[int]) -> list[list[int]]:
    """Runs as tasks."""
    return [list(runs[i : i + STRETCH]) for i in range(0, len(runs), STRETCH)]


def runner(trial: Trial, arm: int, weeks: int | None = None) -> Callable[[Sequence[int]], ArmRuns]:
    """What computes some runs of an arm.

    Parameters
    ----------
    weeks : int, optional
        Weeks of the horizon after which they stop: what the series say of later ones means nothing. Default: all of them.

    Returns
    -------
    function of run numbers
        Gives their series; their outcomes are left out.
    """
    ready, made = trial.ready, trial.ready.layout
    model, same = ready.model, ready.same[arm]
    if weeks is not None:
        days = min(7 * (model.lead_weeks + weeks), model.n_days)
        model = replace(model, layout=model.layout._replace(n_days=days))
    loops = getattr(ready.engine, "loops", None)

    def compute(numbers: Sequence[int]) -> ArmRuns:
        drawn = np.stack([ready.design.values(run, run + 1)[0] for run in numbers])
        values = np.full((len(numbers), len(trial.kept.cells)), np.nan, np.float32)
        messages = [""] * len(numbers)
        row = dict(zip(numbers, range(len(numbers)), strict=True))
        for run, _, found in ready.engine.run_many(model, [same], list(numbers), trial.scenario.seed, drawn):
            if isinstance(found, Exception):
                messages[row[run]] = str(found)
                continue
            if weeks is not None:
                found.weekly[model.lead_weeks + weeks :] = 1.0  # of another run, or nothing yet
            rows = made.reporter.rows(found.weekly, found.monthly, loops)
            values[row[run]] = made.fans.vector(rows)[trial.kept.cells]
        return ArmRuns(np.full((len(numbers), len(made.outcomes)), np.nan), values, tuple(messages))

    return compute


def as_run(trial: Trial, arm: int, parts: Sequence[ArmRuns]) -> LiveRun:
    """What a runner gave, to be read like a run folder; its runs are counted from 0."""
    return LiveRun(trial.scenario, trial.ready.layout, trial.kept, {trial.scenario.arms[arm].name: joined(parts)})


def joined(parts: Sequence[ArmRuns]) -> ArmRuns:
    """Runs of an arm from their parts, in order."""
    return ArmRuns(
        np.concatenate([part.outcomes for part in parts]),
        np.concatenate([part.values for part in parts]),
        tuple(text for part in parts for text in part.messages),
    )
