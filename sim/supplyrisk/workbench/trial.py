"""One text on its way to runs: read, compiled, its draws made, its arms computed, and what earlier texts already gave.

Runs are those of a batch of the same file with `RUNS` runs: the same compiler, the same design, the same engine and the
same metrics (`experiment.work.simulate`). Nothing is computed in a second way; it is only remembered.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ..experiment.batch import choose_engine, place_weeks
from ..experiment.designs import Design
from ..experiment.work import Bench, bench_of, simulate
from ..language.numbers import Sampled
from ..measures.aggregate import Floats
from ..results import chunks
from ..results.chunks import OK
from ..results.fans import EXACT_RUNS
from ..results.store import Span
from ..spec.load import Loaded, text_scenario
from ..spec.resolved import Scenario
from .liverun import SHOWN, ArmRuns, Kept, LiveRun
from .loading import Loadings

RUNS = 200  # of a settled answer, and what a Latin hypercube is divided into from the first run on
PREVIEW = 32  # of the first picture
STRETCH = 4  # runs that a thread computes before it looks whether the answer is still wanted
SHORT_STRETCH = 1  # the same behind the first picture: a newer text is to find the threads free
REMEMBERED = 10  # arms; 200 runs of ndfeb over four years are 17 MB
PINNED = "slider"  # how messages call a number that is pinned


class NotWanted(Exception):
    """A newer text has come."""


class KeptDesign(Design):
    """A design whose values are remembered column by column, for the columns that come again with the next text."""

    @staticmethod
    def of(design: Design, runs: int, known: dict[Any, Floats]) -> KeptDesign:
        """The design, with the values of so many runs at hand."""
        made = KeptDesign(design.columns, design.correlations, design.sampler, design.seed, design.block)
        same = (runs, design.sampler, design.seed, design.block, design.correlations)
        if known and next(iter(known))[0] != same:
            known.clear()
        keys = [(same, replace(column, name=column.group or column.name)) for column in design.columns]
        new = [i for i, key in enumerate(keys) if key not in known]
        if new and design.correlations:  # columns hang together: all of them at once
            new = list(range(len(keys)))
        if new:
            some = replace(design, columns=tuple(design.columns[i] for i in new))
            for i, column in zip(new, some.values(0, runs).T, strict=True):
                known[keys[i]] = np.ascontiguousarray(column)
        table = np.column_stack([known[key] for key in keys]) if keys else np.zeros((runs, 0))
        if len(known) > 4 * len(keys) + 100:  # of a text that was there a while ago
            known.clear()
            known.update(zip(keys, table.T.copy(), strict=True))
        object.__setattr__(made, "_table", table)
        return made

    def values(self, first: int, last: int) -> Floats:
        table: Floats = self.__dict__["_table"]
        return table[first:last]


@dataclass
class Memory:
    """What is remembered from text to text."""

    draws: dict[Any, Floats] = field(default_factory=dict)
    most: int = REMEMBERED  # arms
    arms: list[tuple[Any, ArmRuns]] = field(default_factory=list)  # the last used at the end

    def arm(self, question: Any) -> ArmRuns | None:
        """Runs of an arm that was asked for before."""
        for i, (other, runs) in enumerate(self.arms):
            if other == question:
                self.arms.append(self.arms.pop(i))
                return runs
        return None

    def keep(self, question: Any, runs: ArmRuns) -> None:
        """Remember the runs of an arm, instead of fewer of the same."""
        self.arms = [pair for pair in self.arms if pair[0] != question][-self.most + 1 :]
        self.arms.append((question, runs))


@dataclass(frozen=True)
class Trial:
    """A text that was found sound, ready to be run."""

    loaded: Loaded
    scenario: Scenario
    ready: Bench
    kept: Kept
    memory: Memory

    @property
    def runs(self) -> int:
        """Runs of a settled answer."""
        return self.scenario.runs

    @property
    def main_arms(self) -> tuple[int, ...]:
        """The baseline and the scenario."""
        return tuple(i for i, arm in enumerate(self.scenario.arms) if not arm.name.startswith("policy:"))

    @property
    def all_arms(self) -> tuple[int, ...]:
        return tuple(range(len(self.scenario.arms)))

    def run(self, arms: Sequence[int], runs: int, threads: Executor, wanted: Callable[[], bool]) -> LiveRun:
        """Some arms of the first so many runs.

        Parameters
        ----------
        wanted : function
            Whether anybody still wants the answer; asked before every few runs.

        Raises
        ------
        NotWanted
            If nobody does; what is finished by then is remembered only where it is whole.
        """
        first = {arm: self.ready.same[arm] for arm in arms}
        found = self._compute(sorted(set(first.values())), runs, threads, wanted)
        names = [arm.name for arm in self.scenario.arms]
        each = {names[arm]: found[first[arm]].first(runs) for arm in arms}
        return LiveRun(self.scenario, self.ready.layout, self.kept, each)

    def one(self, arm: int, run: int) -> LiveRun:
        """One arm of one run alone, the same as in the batch."""
        name = self.scenario.arms[arm].name
        found = self.stretch(self.ready.same[arm], Span(run, run + 1))
        return LiveRun(self.scenario, self.ready.layout, self.kept, {name: found})

    def _compute(
        self, arms: Sequence[int], runs: int, threads: Executor, wanted: Callable[[], bool]
    ) -> dict[int, ArmRuns]:
        known = {arm: self._known(arm) for arm in arms}
        begun = {arm: len(before.messages) if before else 0 for arm, before in known.items()}
        stretch = STRETCH if runs <= PREVIEW else SHORT_STRETCH
        tasks = [
            (arm, Span(first, min(first + stretch, runs)))
            for first in range(0, runs, stretch)
            for arm in arms
            if first >= begun[arm]
        ]
        answers = list(threads.map(lambda task: self.stretch(*task) if wanted() else None, tasks))
        found = {arm: runs_ for arm, runs_ in known.items() if runs_ is not None}
        for arm in arms:
            parts = [part for (of, _), part in zip(tasks, answers, strict=True) if of == arm]
            whole = [part for part in parts if part is not None]
            if len(whole) < len(parts):
                raise NotWanted
            if whole:
                old = known[arm]
                found[arm] = _joined([old, *whole] if old else whole)
                self.memory.keep(self._question(arm), found[arm])
        return found

    def stretch(self, arm: int, span: Span) -> ArmRuns:
        """One arm of a few runs, by the code of a batch."""
        ready = self._alone(arm)
        chunk = simulate(ready, span, self.scenario.seed)
        good = [i for i, status in enumerate(chunk.status) if status == OK]
        outcomes = np.full((len(chunk.status), len(ready.layout.outcomes)), np.nan)
        values = np.full((len(chunk.status), len(self.kept.cells)), np.nan, np.float32)
        outcomes[good] = chunk.outcomes[:, arm]
        values[good] = chunk.series[arm].values[:, self.kept.cells]
        failed = [text if status != OK else "" for status, text in zip(chunk.status, chunk.message, strict=True)]
        return ArmRuns(outcomes, values, tuple(failed))

    def _alone(self, arm: int) -> Bench:
        """The bench of one arm: all others count as the same, and nothing is subtracted."""
        layout = replace(self.ready.layout, differences=())
        return replace(self.ready, layout=layout, same=(arm,) * len(self.ready.same))

    def _known(self, arm: int) -> ArmRuns | None:
        return self.memory.arm(self._question(arm))

    def _question(self, arm: int) -> Any:
        """All that the runs of an arm depend on: the world, what is in force in it, and their draws."""
        events = tuple(self.scenario.events[i] for i in self.scenario.arms[arm].events)
        drawn = _columns(events)
        return self._common, events, tuple(c for c in self.scenario.sampled if c.name in drawn)

    @cached_property
    def _common(self) -> Any:
        """What is the same for all arms."""
        scenario, structure, made = self.scenario, self.ready.model.structure, self.ready.layout
        of_events = _columns(scenario.events)
        others = tuple(c for c in scenario.sampled if c.name not in of_events)
        return (
            # Sizes and places of all arrays: other rows in the same places change no other arm.
            self.ready.engine_name,
            self.ready.model.layout,
            (structure.sites, structure.nodes, structure.users, structure.desks, structure.links, structure.lanes),
            tuple(structure.row_names),
            (scenario.world, scenario.outlook, scenario.start, scenario.days, scenario.lead_weeks),
            (scenario.seed, scenario.sampler, scenario.rank_correlations, scenario.tracked_origin, scenario.runs),
            others,
            (tuple(made.outcomes), self.kept.names),
        )


def read_trial(
    text: str, path: Path, pins: Mapping[str, object], memory: Memory, loadings: Loadings | None = None, world: str = ""
) -> Trial:
    """Read and compile a text as if it stood in the file `path`.

    Parameters
    ----------
    loadings : Loadings, optional
        What others have read, or are reading.
    world : str
        Which of the text's worlds; by default the first.

    Raises
    ------
    Problems, SupplyriskError
        All that is wrong with it.
    """
    from ..api.scenario import sets_of

    if loadings is not None and not pins:
        loaded = loadings.scenario(text, path)
    else:
        loaded = text_scenario(text, path, sets_of(pins), PINNED)
    return trial_of(loaded, min(RUNS, loaded.scenarios[0].runs), memory, world=world)


def trial_of(
    loaded: Loaded,
    runs: int,
    memory: Memory,
    variables: Sequence[str] = SHOWN,
    products: Collection[str] = (),
    world: str = "",
) -> Trial:
    """A scenario that was read, compiled for so many runs.

    Parameters
    ----------
    variables, products :
        Of which the series of every run are kept; no products: of all.
    world :
        Which of the scenario's worlds, the first where it names no such.
    """
    found = next((each for each in loaded.scenarios if each.world.name == world), loaded.scenarios[0])
    scenario = replace(found, runs=runs)
    engine = choose_engine("batch", place_weeks(scenario, runs), lambda _: None)
    ready = bench_of(scenario, engine, runs, "quantiles")
    made = ready.layout
    if not made.values_kept or made.sketched:  # however many runs: every run's series is kept, as in a batch of few
        made = chunks.layout(ready.model, EXACT_RUNS, "quantiles")
    design = KeptDesign.of(ready.design, runs, memory.draws)
    return Trial(loaded, scenario, replace(ready, design=design, layout=made), Kept(made, variables, products), memory)


def _joined(parts: Sequence[ArmRuns]) -> ArmRuns:
    return ArmRuns(
        np.concatenate([part.outcomes for part in parts]),
        np.concatenate([part.values for part in parts]),
        tuple(text for part in parts for text in part.messages),
    )


def _columns(thing: object) -> set[str]:
    """Names of the drawn numbers in events."""
    return {name for number in _drawn(thing) for name in number.columns}


def _drawn(thing: object) -> Iterator[Sampled]:
    if isinstance(thing, Sampled):
        yield thing
    elif isinstance(thing, (tuple, list)):
        for item in thing:
            yield from _drawn(item)
    elif isinstance(thing, Mapping):
        for item in thing.values():
            yield from _drawn(item)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for each in dataclasses.fields(thing):
            yield from _drawn(getattr(thing, each.name))
