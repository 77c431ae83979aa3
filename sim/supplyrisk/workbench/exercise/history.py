"""What happens, and what may be expected: the one run that is history, and the fan ahead from runs that looked like it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import SupplyriskError
from ...spec.load import Loaded
from ...spec.resolved import Scenario
from ..liverun import LiveRun
from ..trial import Memory, Trial, trial_of
from .known import known_by
from .past import as_run, runner, some
from .play import Branch, Play
from .rules import NEAREST_PART, Exercise
from .shared import Work

Floats = NDArray[np.float64]
SERIES = ("price_spot_index", "wanted_t", "shortage_t", "export_t")
MOST_TRIALS = 6  # compiled scenarios that stay in memory
MOST_WORKS = 40  # of 100 runs about 2 MB each
Wanted = Callable[[], bool]
LEAST = 1e-3  # of a price's logarithm or a share: what differs by less is the same to a team


@dataclass(frozen=True)
class Watched:
    """One thing the team sees, of several runs.

    Attributes
    ----------
    kind : str
        `price`, `shortage` or `export`.
    dates : array
        First days of the weeks or months.
    values : array (runs, dates)
        Prices in multiples of normal, shortages in per cent of what is wanted, exports in t a month.
    """

    kind: str
    product: str
    place: str
    dates: Any
    values: Floats

    def until(self, day: Any) -> int:
        """Periods that are over on a day."""
        if not len(self.dates):
            return 0
        ends = np.append(
            self.dates[1:], self.dates[-1] + (self.dates[-1] - self.dates[-2] if len(self.dates) > 1 else 7)
        )
        return int(np.searchsorted(ends, np.datetime64(day), side="right"))


def origins_of(scenario: Scenario) -> list[str]:
    """Countries whose goods the events of a scenario are about: their exports are watched."""
    return sorted({code for event in scenario.events for effect in event.effects for code in effect.select.origins})


def watched(exercise: Exercise, run: LiveRun, arm: str, origins: Sequence[str]) -> list[Watched]:
    """All that the team sees, of the runs at hand."""
    spec, found = exercise.spec.watch, []
    for product in spec.products:
        for kind, variable, places in (
            ("price", "price_spot_index", run.zones),
            ("shortage", "shortage_t", spec.places),
            ("export", "export_t", tuple(origins)),
        ):
            for place in places:
                series = run.values(arm, variable, product, place)
                if series is None:
                    continue
                dates, values = series[0], series[1].astype(np.float64)
                if kind == "shortage":
                    wanted = run.values(arm, "wanted_t", product, place)
                    assert wanted is not None
                    whole = wanted[1].astype(np.float64)
                    values = 100.0 * np.divide(values, whole, out=np.zeros_like(values), where=whole > 0)
                found.append(Watched(kind, product, place, dates.astype("datetime64[D]"), values))
    return found


def nearest(seen: Sequence[Watched], runs: Sequence[Watched], day: Any, count: int) -> NDArray[np.intp]:
    """Rows of the runs that came nearest to what was seen until a day.

    The distance is the root mean square over everything that is watched and all periods that are over: of prices the
    difference of logarithms, of shortages that of shares, of exports that of shares of the first period's; each divided
    by the standard deviation of the runs, so that all are told in the same unit.
    """
    total = np.zeros(len(runs[0].values)) if runs else np.zeros(0)
    for one, many in zip(seen, runs, strict=True):
        past = one.until(day)
        if not past:
            continue
        mine, theirs = (_comparable(each.kind, each.values[:, :past], one.values[:, :1]) for each in (one, many))
        spread = np.maximum(theirs.std(axis=0), LEAST)
        total += (((theirs - mine) / spread) ** 2).mean(axis=1)
    return np.sort(np.argsort(total, kind="stable")[:count])


def _comparable(kind: str, values: Floats, normal: Floats) -> Floats:
    if kind == "price":
        return np.log(np.maximum(values, 1e-6))
    if kind == "shortage":
        return values / 100.0
    scale = max(float(normal[0, 0]), 1e-9)
    return values / scale


class History:
    """Computes for one exercise; whoever asks twice gets what was computed before.

    Several threads may ask. Who passes `wanted` works alone and rests (`Resting`) when nobody wants the answer any more.
    """

    def __init__(self, exercise: Exercise, threads: Executor) -> None:
        self.exercise, self.threads = exercise, threads
        self.memory = Memory()
        self.now: Work | None = None  # what somebody waits for
        self.ended = False  # nobody waits any more
        self._lock = threading.RLock()
        self._trials: dict[Any, Trial] = {}
        self._works: dict[Any, Work] = {}
        self._nearest: dict[Any, list[int]] = {}

    def trial(self, key: Any, read: Callable[[], Loaded]) -> Trial:
        """A scenario compiled for the runs of the ensemble."""
        with self._lock:
            if key not in self._trials:
                while len(self._trials) >= MOST_TRIALS:
                    self._trials.pop(next(iter(self._trials)))
                e = self.exercise.spec
                self._trials[key] = trial_of(read(), e.ensemble, self.memory, SERIES, e.watch.products)
            return self._trials[key]

    def answers(self, key: Any, make: Callable[[], Work], wanted: Wanted | None = None) -> list[Any]:
        """What a work gives, whoever began it."""
        with self._lock:
            if key in self._works and self._works[key].failed:  # who asks again gets another try
                del self._works[key]
            if key not in self._works:
                while len(self._works) >= MOST_WORKS:
                    self._works.pop(next(iter(self._works)))
                self._works[key] = make()
            work = self._works[key] = self._works.pop(key)  # the last used at the end
        if wanted is not None:
            return work.beside(wanted)
        self.now = work
        try:
            return work.result(self.threads, lambda: not self.ended)
        finally:
            self.now = None

    def done(self, key: Any) -> int:
        """Tasks of a work that are done; asked by pages, which must not wait for a lock."""
        work = self._works.get(key)
        return work.progress[0] if work is not None else 0

    def happened(self, play: Play, branch: Branch) -> LiveRun:
        """The run that is history, in a branch, to the end of the horizon: nothing of it may be shown beyond today."""
        branches = tuple(play.course.branches.values())
        acted = tuple((b.number, b.played) for b in branches if b.played)
        trial = self.trial(acted, lambda: play.whole(branches))
        found = trial.one(arm_number(trial, branch), self.exercise.spec.history)
        if not found.n_ok:
            raise SupplyriskError(f"this history can't be played, choose another: {'; '.join(found.failure_messages)}")
        if branch.played:
            self._same_past(trial, found, branch)
        return found

    def _same_past(self, trial: Trial, found: LiveRun, branch: Branch) -> None:
        """What was seen before the first measure must be what happens without it, to the bit."""
        e, day = self.exercise, self.exercise.day(branch.played[0].week)
        before = trial.one(trial.main_arms[-1], e.spec.history)
        both = [watched(e, run, run.arms[0], origins_of(trial.scenario)) for run in (found, before)]
        for one, other in zip(*both, strict=True):
            past = one.until(day)
            if one.values[:, :past].tobytes() != other.values[:, :past].tobytes():
                raise AssertionError(f"{branch.name} has another past: {one.kind} of {one.product}, {one.place}")

    def known(self, play: Play, branch: Branch) -> tuple[Trial, int]:
        """The scenario as it is known today, with what was done so far, and which of its arms that is."""
        day = self.exercise.day(branch.week)
        base = known_by(self.exercise.base, day)
        trial = self.trial(("known", day, branch.played), lambda: base.resolved(play.policy(branch)))
        return trial, arm_number(trial, branch)

    def ahead(self, play: Play, branch: Branch, wanted: Wanted | None = None) -> tuple[list[Watched], list[Watched]]:
        """What was seen in a branch, and the runs that carry on from it.

        The history itself is left out of the ensemble: nobody may learn it from a fan in which it is hidden. Of all other runs
        the past is simulated, of those that came nearest the future. What is chosen today is in force later, so that it
        changes the future of these and not which they are.
        """
        past = self.happened(play, branch)
        chosen = self._chosen(play, branch, past, wanted)
        trial, arm = self.known(play, branch)
        key = ("future", branch.week, branch.played)
        parts = self.answers(key, lambda: Work(some(chosen), runner(trial, arm)), wanted)
        return self._seen(past, trial, as_run(trial, arm, parts))

    def _chosen(self, play: Play, branch: Branch, past: LiveRun, wanted: Wanted | None) -> list[int]:
        """Numbers of the runs that came nearest to what was seen."""
        before = replace(branch, played=tuple(played for played in branch.played if played.week < branch.week))
        key = (branch.week, before.played)
        if key not in self._nearest:
            e = self.exercise.spec
            trial, arm = self.known(play, before)
            others = [run for run in range(e.ensemble) if run != e.history]
            parts = self.answers(("past", *key), lambda: Work(some(others), runner(trial, arm, branch.week)), wanted)
            found = as_run(trial, arm, parts)
            seen, runs = self._seen(past, trial, found)
            rows = nearest(seen, runs, self.exercise.day(branch.week), max(1, found.n_ok // NEAREST_PART))
            self._nearest[key] = [others[number] for number in found.numbers[rows]]
            with self._lock:
                self._works.pop(("past", *key), None)  # the series of all runs are large
        return self._nearest[key]

    def _seen(self, past: LiveRun, trial: Trial, runs: LiveRun) -> tuple[list[Watched], list[Watched]]:
        """What the team watches, of the history and of some runs."""
        origins = origins_of(trial.scenario)  # of what is known: whose turn comes later must not show
        e = self.exercise
        return _paired(watched(e, past, past.arms[0], origins), watched(e, runs, runs.arms[0], origins))


def _paired(seen: Sequence[Watched], runs: Sequence[Watched]) -> tuple[list[Watched], list[Watched]]:
    """What both know, in one order: the history holds the measures of all branches, and these may part a zone of prices.

    Where it is parted in one of them only, no rule of this branch parts it: the zone it belongs to says the same.
    """
    known = {(one.kind, one.product, one.place): one for one in seen}
    pairs = [(known[key], one) for one in runs if (key := (one.kind, one.product, one.place)) in known]
    return [one for one, _ in pairs], [one for _, one in pairs]


def arm_number(trial: Trial, branch: Branch) -> int:
    """The arm of a branch: its policy, or the scenario if nothing was done in it."""
    names = [arm.name for arm in trial.scenario.arms]
    wanted = f"policy:{branch.name}" if branch.played else "scenario"
    return names.index(wanted) if wanted in names else 0
