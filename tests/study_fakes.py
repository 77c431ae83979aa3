"""Engines for studies that compute a known function of the drawn numbers, on the invented world.

They compile the real model and record every price as the function's value, so that a study runs as it does on the model:
same reading, draws, pool, store and answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from supplyrisk.errors import RunFailed
from supplyrisk.model.compile import compile_scenario
from supplyrisk.streams import run_key, uniform

from .fakes import FakeSeries
from .study_files import SHORT

# Three numbers, each uniform: u = (x - low) / (high - low).
THREE = {"events.ban.share": (0.5, 1.0), "events.ban.duration": (70.0, 210.0), "elasticity_long": (0.2, 0.6)}
SCENARIO = SHORT.replace(
    "  events.ban.share: {uniform: [80 %, 100 %]}\n  elasticity_short: {pert: [0.05, 0.12, 0.3]}\n",
    "  events.ban.share: {uniform: [50 %, 100 %]}\n"
    "  events.ban.duration: {uniform: [70 days, 210 days]}\n"
    "  elasticity_long: {uniform: [0.2, 0.6]}\n",
)


class Known:
    """An engine whose price index is a function of three uniform numbers and of chance, all between 0 and 1."""

    def __init__(self, function: Callable[[Sequence[float], float], float]) -> None:
        self.function = function

    def compile(self, scenario: Any) -> Any:
        return compile_scenario(scenario)

    def run(self, model: Any, arm: int, run: int, seed: int, values: Any) -> FakeSeries:
        names = [column.name for column in model.scenario.sampled]
        ends = [(name, *both) for name, both in THREE.items() if name in names]
        u = [(values[names.index(name)] - low) / (high - low) for name, low, high in ends]
        chance = uniform(run_key(seed, run), 1, 2, 3)
        weekly = np.zeros((model.n_weeks, len(model.weekly_columns)))
        for number, column in enumerate(model.weekly_columns):
            if column.variable.startswith("price_") and column.unit == "index":
                weekly[:, number] = self.function(u, chance)
        return FakeSeries(weekly, np.zeros((len(model.month_starts), len(model.monthly_columns))))

    def run_many(
        self, model: Any, arms: Sequence[int], runs: Sequence[int], seed: int, values: Any
    ) -> Iterator[tuple[int, int, FakeSeries]]:
        for place, run in enumerate(runs):
            for arm in arms:
                yield run, arm, self.run(model, arm, run, seed, values[place])


def _ishigami(u: Sequence[float], _chance: float) -> float:
    """Ishigami & Homma (1990) with a = 7, b = 0.1, lifted above zero as prices are."""
    a, b, c = (-math.pi + 2 * math.pi * each for each in u)
    return 20.0 + math.sin(a) + 7.0 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


ishigami = Known(_ishigami)
weighted = Known(lambda u, chance: 1.0 + 3.0 * u[0] + 2.0 * u[1] + chance)
planted = Known(lambda u, chance: 5.0 + chance if u[0] > 0.6 and u[1] < 0.5 else 1.0 + chance)
noise = Known(lambda _u, chance: 1.0 + chance)


class Toy(Known):
    """An engine whose price index tells which measures are taken: a lessens it by 4, b by 3, c by 1, from 10 and chance.

    In a future in which the ban withholds less than 90 % it is 6 from the start, a helps by 0.5 and b by 3.5.
    """

    def __init__(self) -> None:
        super().__init__(lambda u, chance: 0.0)

    def run(self, model: Any, arm: int, run: int, seed: int, values: Any) -> FakeSeries:
        taken = {event.name for event in model.scenario.events}
        (ban,) = (event for event in model.scenario.events if event.name == "ban")
        mild = ban.effects[0].schedule[0].level < 0.9
        start, helps = (6.0, {"a": 0.5, "b": 3.5, "c": 1.0}) if mild else (10.0, {"a": 4.0, "b": 3.0, "c": 1.0})
        level = start - sum(by for name, by in helps.items() if name in taken)
        self.function = lambda _u, chance: level + 0.01 * chance
        return super().run(model, arm, run, seed, values)


toy = Toy()


class Frail(Known):
    """An engine in which the second run of a ban by Japan breaks down."""

    def __init__(self) -> None:
        super().__init__(lambda _u, chance: 1.0 + chance)

    def run_many(self, model: Any, arms: Sequence[int], runs: Sequence[int], seed: int, values: Any) -> Iterator[Any]:
        origins = {code for event in model.scenario.events for row in event.effects for code in row.select.origins}
        for run, arm, series in super().run_many(model, arms, runs, seed, values):
            yield run, arm, RunFailed("broke down") if run == 1 and "JP" in origins else series


frail = Frail()
