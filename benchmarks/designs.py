"""How many times fewer runs pairing, better designs and a control variate need. Prints a Markdown table.

    python benchmarks/designs.py [SCENARIO.yaml] [--runs 64] [--replications 24]

Every design is repeated with other seeds; the variance of the means over the repetitions is what counts.
A factor of 4 means: four times fewer runs for the same confidence interval.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from control_variate import control
from supplyrisk.experiment.batch import Options, prepare
from supplyrisk.experiment.designs import correlated
from supplyrisk.experiment.work import simulate
from supplyrisk.results.store import Span
from supplyrisk.spec.load import load_scenario

METRICS = ("price_spot_peak_index", "shortage_t", "shortage_unserved_t", "output_at_risk_usd")
DEFAULT = Path(__file__).parents[1] / "scenarios" / "china_heavy_ree_licences_2025.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--runs", type=int, default=64)
    parser.add_argument("--replications", type=int, default=24)
    parser.add_argument("--engine", default="batch")
    given = parser.parse_args()
    scenario = load_scenario(given.scenario)[0]
    scenario = replace(scenario, arms=scenario.arms[:3])  # baseline, scenario, the first policy
    found = {name: sample(scenario, name, given) for name in ("random", "lhs", "sobol")}
    columns, rows, random = found["random"]
    level, difference = columns.index("scenario"), columns.index("scenario-baseline")
    policy = next(
        (i for i, name in enumerate(columns) if name.startswith("policy:") and name.endswith("-scenario")), None
    )
    print(f"{given.scenario.name}: {given.runs} runs, {given.replications} repetitions\n")
    print("| outcome | what | pairing | Latin hypercube | Sobol | control variate |\n|---|---|---|---|---|---|")
    for name, row in rows.items():
        for what, column in (("scenario", level), ("scenario - baseline", difference), ("policy - scenario", policy)):
            if column is None or (column == difference and steady(random, columns.index("baseline"), row)):
                continue
            paired = pairing(random, columns, column, row)
            gains = [
                ratio(means(random, column, row), means(found[design][2], column, row)) for design in ("lhs", "sobol")
            ]
            controlled = ratio(means(random, column, row), [one.controlled(column, row) for one in random])
            print(f"| {name} | {what} | {show(paired)} | {show(gains[0])} | {show(gains[1])} | {show(controlled)} |")


class Repetition:
    """One batch: outcomes (runs, columns, metrics) and the quantiles of its uncertain numbers."""

    def __init__(self, outcomes: np.ndarray, cube: np.ndarray) -> None:
        self.outcomes = outcomes
        self.cube = cube

    def controlled(self, column: int, row: int) -> float:
        return control(self.outcomes[:, column, row], self.cube).mean


def sample(scenario, sampler, given):
    """Repetitions of one design, and which columns and metrics they hold."""
    repetitions = []
    for seed in range(given.replications):
        options = Options(runs=given.runs, seed=1000 + seed, sampler=sampler, engine=given.engine, keep="none")
        batch, ready = prepare(scenario, options)
        chunk = simulate(ready, Span(0, given.runs), batch.seed)
        design = ready.design
        cube = correlated(design.cube(0, given.runs), design.groups, design.correlations)
        repetitions.append(Repetition(chunk.outcomes, cube[chunk.finished]))
    rows = {}
    for number, outcome in enumerate(ready.layout.outcomes):
        wide = outcome.place in ("world", "exCN") and outcome.end_use == "all"
        wanted = outcome.metric in METRICS and (outcome.place == "world") == (outcome.metric != METRICS[0])
        if wide and wanted and np.std([one.outcomes[:, 1, number].mean() for one in repetitions]) > 0:
            rows[f"{outcome.metric} {outcome.product} {outcome.place}"] = number
    return ready.layout.columns, rows, repetitions


def steady(repetitions, column, row) -> bool:
    """Whether an outcome is the same in all runs, so that a difference to it tells nothing new."""
    return bool(np.ptp(np.concatenate([one.outcomes[:, column, row] for one in repetitions])) == 0.0)


def means(repetitions, column, row):
    return [one.outcomes[:, column, row].mean() for one in repetitions]


def ratio(plain, better) -> float:
    """Variance of the plain means over that of the better ones."""
    return float(np.var(plain, ddof=1) / np.var(better, ddof=1)) if np.var(better) > 0 else np.inf


def pairing(repetitions, columns, column, row) -> float:
    """Variance of a difference of independent runs over that of paired ones."""
    name = columns[column]
    if "-" not in name:
        return np.nan
    minuend, _, subtrahend = name.rpartition("-")
    values = np.concatenate([one.outcomes for one in repetitions])
    apart = values[:, columns.index(minuend), row].var() + values[:, columns.index(subtrahend), row].var()
    together = values[:, column, row].var()
    return float(apart / together) if together > 0 else np.inf


def show(factor: float) -> str:
    if np.isnan(factor):
        return ""
    return f"{factor:.1f}x" if factor < 100 else f"{factor:.0f}x" if factor < 1000 else "> 1000x"


if __name__ == "__main__":
    main()
