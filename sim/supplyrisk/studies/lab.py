"""Computes cells: one pool for the whole study, equal units once, every finished stretch kept.

Units are numbered as they are first asked for. Run r of unit u is run u x R + r of the folder's chunks, which the
store writes, checks and finds again as those of a batch; each chunk names the digest of its unit, so that what belongs
to another question is computed anew. Nothing of the outcomes depends on the order or the number of workers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass, replace
from typing import Any

from ..errors import SupplyriskError
from ..experiment.batch import PLACE_SECONDS, choose_engine, place_weeks
from ..experiment.pool import Pool
from ..experiment.runner import CHUNK_SECONDS, Progress
from ..experiment.versions import code_hash
from ..results.store import Damaged, Span, Store, missing
from ..spec.resolved import Scenario, World
from .cells import Cell
from .found import Found, Placed
from .load import LoadedStudy
from .units import Stretch, Unit, compute, one_arm, scenario_digest

MOST_AT_ONCE = 1000  # runs of a stretch: what a worker holds in memory
FEWEST_AT_ONCE = 25  # runs below which taking a unit apart costs more than it gains
ATTEMPTS = 3  # at a stretch whose worker died
MOST_STRETCHES = 1000  # into which a large study is cut so that little is lost with each


@dataclass(frozen=True)
class _Todo:
    """A stretch of a unit that is still to be computed."""

    number: int
    digest: str
    job: Stretch
    deaths: int = 0


class Lab:
    """Where a study's cells are computed.

    Parameters
    ----------
    study : LoadedStudy
        The study.
    store : Store
        Its run folder.
    pool : Pool
        Where stretches are computed.
    engine : str
        `auto`, `batch` or `reference`.
    """

    def __init__(self, study: LoadedStudy, store: Store, pool: Pool, engine: str, progress: Progress) -> None:
        self.study = study
        self.store = store
        self.pool = pool
        self.runs = study.spec.n_runs
        self.seed = study.seed
        self.sampler = study.sampler
        self.selection = study.spec.selection(study.names)
        self.found = Found(store, self.runs, self.seed)
        self._asked = engine
        self._engine = ""
        self._most = MOST_AT_ONCE  # runs of a stretch that is not too much to lose
        self._progress = progress
        self._code = code_hash()
        self._stored = store.spans()
        self._worlds: dict[str, World] = {}  # without their numbers
        self._last: tuple[Any, Any, tuple[Scenario, ...]] = None, None, ()
        self._arms: dict[tuple[int, int], tuple[Scenario, str]] = {}  # of the scenario resolved last
        self.computed = 0  # stretches computed by this process
        self._wanted = self._done = 0  # runs of all units so far, and those of them that are finished
        self._expected = max(1, study.spec.expected(study))  # cells
        self.on_plan: Callable[[int], None] = lambda runs: (
            None
        )  # is told how many runs there will be, as far as is known

    @property
    def engine(self) -> str:
        """The engine in use, once the first cell was seen."""
        return self._engine or self._asked

    def compute(self, cells: Sequence[Cell]) -> None:
        """Compute cells; those computed before are found again. `found` then holds them, in the order asked for.

        Raises
        ------
        Problems
            If a variant makes no sense.
        """
        waiting: deque[_Todo] = deque()
        pending: dict[Future[dict[str, bytes]], _Todo] = {}
        share = self._pieces(cells)
        for cell in cells:
            for scenario in self._resolved(cell):
                self._place(cell, scenario, waiting, share)
            self._tell()
            self._keep_busy(waiting, pending, most=4 * self.pool.workers)
        self._keep_busy(waiting, pending, most=0)
        self._tell()

    def _tell(self) -> None:
        placed = len(self.found.placed)
        self._progress.advance(placed * self._done // max(1, self._wanted), 0)
        self.on_plan(-(-self._wanted * max(placed, self._expected) // max(1, placed)))

    def _pieces(self, cells: Sequence[Cell]) -> int:
        """Runs of a stretch, so that no worker waits: many cells are units each, few are taken apart."""
        workers = self.pool.workers
        few = max(1, -(-workers // max(1, len(cells))))
        return max(1, min(MOST_AT_ONCE, max(FEWEST_AT_ONCE, -(-self.runs // few))))

    # --- units ------------------------------------------------------------------------------------
    def _resolved(self, cell: Cell) -> tuple[Scenario, ...]:
        """The scenario of a cell; of cells that differ by their draws only it is made once."""
        base, changes, made = self._last
        if base is not cell.base or changes != cell.changes:
            made = tuple(cell.base.resolved(cell.changes).scenarios)
            self._last, self._arms = (cell.base, cell.changes, made), {}
        return made

    def _alone(self, scenario: Scenario, number: int) -> tuple[Scenario, str]:
        """An arm of the scenario at hand alone, and its digest."""
        key = id(scenario), number
        if key not in self._arms:
            alone = one_arm(scenario, number)
            self._arms[key] = alone, scenario_digest(alone)
        return self._arms[key]

    def _place(self, cell: Cell, scenario: Scenario, waiting: deque[_Todo], size: int) -> None:
        """Give a cell's arms their units, and queue what is missing of them."""
        if not self._engine:
            work = place_weeks(scenario, self.runs) * self._expected
            self._engine = choose_engine(self._asked, work, self._progress.note)
            self._most = self._little(scenario)
        arms: dict[str, int] = {}
        for number, arm in enumerate(scenario.arms):
            if cell.arms and arm.name not in cell.arms:
                continue
            alone, of_scenario = self._alone(scenario, number)
            unit = Unit(alone, self.seed, self.runs, self.sampler, self.selection, self._engine, cell.draws, cell.runs)
            digest = unit.digest(self._code, of_scenario)
            rank = self.found.units.setdefault(digest, len(self.found.units))
            arms[arm.name] = rank
            if rank not in self.found.spans:
                self.found.spans[rank] = self._sound(rank, digest)
                self._wanted += unit.first_runs or self.runs
                self._done += sum(span.last - span.first for span in self.found.spans[rank])
                waiting.extend(self._missing(rank, digest, unit, min(size, self._most)))
        titles = {arm.name: arm.title for arm in scenario.arms}
        self.found.add(Placed(cell, self._names_of(scenario.world), scenario.start, scenario.days, arms, titles))

    def _little(self, scenario: Scenario) -> int:
        """Runs of an arm that are not too much to lose: some seconds' work, unless the study is so large."""
        run_seconds = PLACE_SECONDS.get(self._engine, 1e-3) * place_weeks(one_arm(scenario, 0), 1)
        return max(1, int(CHUNK_SECONDS / run_seconds), self.runs * self._expected // MOST_STRETCHES)

    def _names_of(self, world: World) -> World:
        """The world without its numbers, which are many and are not told; one for all cells that have the same names."""
        bare = replace(world, values={})
        kept = self._worlds.setdefault(world.name, bare)
        return kept if kept == bare else bare

    def _sound(self, rank: int, digest: str) -> list[Span]:
        """Stretches of a unit that are in the folder as they were written; others are removed."""
        sound = []
        first, last = rank * self.runs, (rank + 1) * self.runs
        for span in [span for span in self._stored if first <= span.first and span.last <= last]:
            try:
                self.store.read_chunk(span, digest)
            except Damaged:
                self.store.remove_chunk(span)
                continue
            sound.append(Span(span.first - first, span.last - first))
        return sound

    def _missing(self, rank: int, digest: str, unit: Unit, size: int) -> list[_Todo]:
        gaps = missing(sorted(self.found.spans[rank]), Span(0, unit.first_runs or self.runs))
        if not gaps:
            return []
        batch = unit.batch()
        cut = [Span(first, min(first + size, gap.last)) for gap in gaps for first in range(gap.first, gap.last, size)]
        return [_Todo(rank, digest, Stretch(batch, self.selection, span, unit.draws)) for span in cut]

    # --- the pool ---------------------------------------------------------------------------------
    def _keep_busy(self, waiting: deque[_Todo], pending: dict[Future[Any], _Todo], most: int) -> None:
        """Hand out work until at most `most` stretches are left to do."""
        while waiting or pending:
            while waiting and len(pending) < 2 * self.pool.workers:
                self._submit(waiting.popleft(), pending, waiting)
            if len(waiting) + len(pending) <= most:
                return
            done, _ = wait(pending, timeout=0.25, return_when=FIRST_COMPLETED)
            taken = [self._take(future, pending) for future in done]
            if not all(taken):
                self._after_a_death(waiting, pending)
            self._tell()

    def _after_a_death(self, waiting: deque[_Todo], pending: dict[Future[Any], _Todo]) -> None:
        """Start the pool again; a broken one fails every job it had, so none can be told from the culprit."""
        for future in list(pending):
            if future.done():
                self._take(future, pending)
        lost = [future for future in pending if future.done() or self.pool.breaks_as_a_whole]
        for future in lost:
            self._again(pending.pop(future), waiting)
        self._progress.note("a worker died; its runs are tried again")
        self.pool.restart()

    def _submit(self, todo: _Todo, pending: dict[Future[Any], _Todo], waiting: deque[_Todo]) -> None:
        try:
            pending[self.pool.call(compute, todo.job)] = todo
        except BrokenExecutor:
            waiting.appendleft(todo)
            if not pending:
                self.pool.restart()

    def _take(self, future: Future[dict[str, bytes]], pending: dict[Future[Any], _Todo]) -> bool:
        """Keep what a worker made; False if it died instead."""
        if future.cancelled() or _is_death(future.exception()):
            return False
        todo = pending.pop(future)
        first = todo.number * self.runs
        span = Span(first + todo.job.span.first, first + todo.job.span.last)
        self.store.write_chunk(span, future.result(), todo.digest)
        self.found.spans[todo.number].append(todo.job.span)
        self._done += todo.job.span.last - todo.job.span.first
        self.computed += 1
        return True

    def _again(self, todo: _Todo, waiting: deque[_Todo]) -> None:
        if todo.deaths + 1 >= ATTEMPTS:
            raise SupplyriskError(
                f"workers died {ATTEMPTS} times at the same runs (killed, or out of memory); finished cells are kept: use "
                "fewer workers, or fewer outcomes and places"
            )
        waiting.append(_Todo(todo.number, todo.digest, todo.job, todo.deaths + 1))


def _is_death(error: BaseException | None) -> bool:
    """Whether a job failed because its worker is gone."""
    return isinstance(error, (BrokenExecutor, CancelledError)) or type(error).__name__ == "KilledWorker"
