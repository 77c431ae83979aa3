"""A batch from a resolved scenario to a finished run folder, and back to one that was interrupted."""

from __future__ import annotations

import contextlib
import importlib.util
import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from ..errors import RunFailed, SupplyriskError
from ..model.stated import as_json, traded
from ..results import sketch
from ..results.chunks import KEEP
from ..results.joining import Help
from ..results.lock import locked
from ..results.store import FORMAT, Span, Store, StoreError, batch_mark, missing
from ..spec.frozen import digest, freeze, thaw_scenario
from ..spec.resolved import Scenario
from .designs import SAMPLERS
from .pools import cores, make_pool
from .precision import Precision, Watch
from .runner import Clock, Progress, Quiet, Runner, Tally, chunk_runs
from .stages import RUNNING, Outcome, conclude, how_to_go_on, is_finished, now, resumable
from .versions import code_hash, other_versions, versions
from .work import Batch, Bench, bench, join_block, shared_arms

# Of one place in a week (a site, a user, or a lane between them), to the order of magnitude: ndfeb has 275.
PLACE_SECONDS = {"reference": 3e-5, "batch": 4e-7}
AUTO_SECONDS = {
    True: 4.0,
    False: 40.0,
}  # of the reference engine that machine code (at hand, not at hand) costs as well
POOL_SECONDS = 4.0  # of work for which starting processes pays
SCENARIO, SOURCES = "scenario.yaml", "sources.csv"  # texts kept with the results
ENGINES = ("reference", "batch")
_own_engines: set[str] = set()  # `module:name` that callers of this process have asked for
ATTEMPTS = 3  # at writing chunks that come back from the disk as they were written


@dataclass(frozen=True)
class Options:
    """How a batch is run. Of these only runs, seed, sampler, shard and precision touch the results."""

    runs: int | None = None  # None: as the scenario says
    seed: int | None = None
    sampler: str | None = None
    engine: str = "auto"
    workers: int = 0  # 0: all cores
    pool: str = "processes"
    cluster: str = ""
    keep: str = "quantiles"
    shard: tuple[int, int] | None = None  # i of n, from 1
    precision: Precision | None = None
    chunk: int = 0  # runs per chunk; 0: as it fits


# --- choices --------------------------------------------------------------------------------------


def place_weeks(scenario: Scenario, runs: int) -> float:
    """How much there is to do: sites, users and lanes of the world, times weeks, times arms that differ, times runs."""
    parts = ("output_t_per_year", "use_t_per_year", "trade_share")
    places = sum(1 for key, number in scenario.world.values.items() if key[0] in parts and number != 0.0)
    return float(max(places, 1) * (scenario.days / 7.0) * len(set(shared_arms(scenario))) * runs)


def choose_engine(wanted: str, work: float, note: Callable[[str], None]) -> str:
    """The engine to use for so many `place_weeks`: the compiled one where compiling or loading it takes no longer."""
    if ":" in wanted:
        _own_engines.add(wanted)
    if wanted == "reference" or ":" in wanted:
        return wanted
    if importlib.util.find_spec("numba") is None:
        if wanted == "batch" or work * PLACE_SECONDS["reference"] > AUTO_SECONDS[False]:
            note("numba is not installed: using the reference engine, which is about a hundred times slower")
        return "reference"
    if wanted == "auto" and work * PLACE_SECONDS["reference"] <= AUTO_SECONDS[machine_code_at_hand()]:
        return "reference"
    try:
        importlib.import_module("numba")
    except Exception as error:  # a broken installation must not end the batch
        note(f"numba can't be imported ({' '.join(str(error).split())}): using the reference engine, which is slower")
        return "reference"
    return "batch"


def engine_of(manifest: Mapping[str, Any]) -> str:
    """The engine a manifest names; a module of Python only if this process was given that by its caller.

    Raises
    ------
    StoreError
        If it names another: a run folder may come from anyone, and a module that is imported runs.
    """
    engine = str(manifest["engine"])
    if engine in ENGINES or engine in _own_engines:
        return engine
    raise StoreError(
        f"the manifest names an engine of its own (got {engine!r}; there are {', '.join(ENGINES)}), which is not run; "
        "in a program of your own, give that engine in Options"
    )


def machine_code_at_hand() -> bool:
    """Whether the compiled engine was compiled before, for this version of the source."""
    from ..engines.compiled.jit import cache_folder

    return any(cache_folder(metadata.version("numba")).rglob("*.nbc"))


def warm_up(batch: Batch, ready: Bench, note: Callable[[str], None]) -> None:
    """Compile once, here, before several processes would each do it."""
    if batch.engine != "batch" or machine_code_at_hand():
        return
    note("compiling the fast engine, once for this version; this takes under a minute")
    with contextlib.suppress(RunFailed):
        ready.engine.run(ready.model, 0, 0, batch.seed, ready.design.values(0, 1)[0])


def default_workers(batch: Batch) -> int:
    """All cores, but this process alone for what it does sooner than others could start."""
    return 1 if batch.runs * run_seconds(batch) < POOL_SECONDS else cores()


def run_seconds(batch: Batch) -> float:
    """Estimated work of one run, to the order of magnitude."""
    scenario: Scenario = pickle.loads(batch.scenario)
    return PLACE_SECONDS.get(batch.engine, 1e-3) * place_weeks(scenario, 1)


def shard_span(runs: int, shard: tuple[int, int] | None) -> Span:
    """Runs of shard i of n: consecutive, sizes differing by at most one."""
    if shard is None:
        return Span(0, runs)
    i, n = shard
    return Span((i - 1) * runs // n, i * runs // n)


# --- a batch --------------------------------------------------------------------------------------


def prepare(scenario: Scenario, options: Options, note: Callable[[str], None] = print) -> tuple[Batch, Bench]:
    """The batch a scenario and options make, with its model compiled in this process."""
    runs = options.runs if options.runs is not None else scenario.runs
    limit = options.precision.limit(options.runs) if options.precision else runs
    sampler = options.sampler or scenario.sampler
    if sampler not in SAMPLERS:
        raise SupplyriskError(f"no sampler is called {sampler}; there are {', '.join(SAMPLERS)}")
    if options.keep not in KEEP:
        raise SupplyriskError(f"--keep-series takes {', '.join(KEEP)}")
    seed = options.seed if options.seed is not None else scenario.seed
    scenario = replace(scenario, runs=limit, seed=seed, sampler=sampler)
    batch = Batch(
        scenario=pickle.dumps(scenario),
        engine=choose_engine(options.engine, place_weeks(scenario, limit), note),
        seed=seed,
        runs=limit,
        sampler=sampler,
        block=options.precision.step if options.precision else max(limit, 1),
        keep=options.keep,
    )
    return batch, bench(batch)


def describe(batch: Batch, ready: Bench, options: Options, command: Sequence[str]) -> dict[str, Any]:
    """The manifest as it stands before the first draw."""
    scenario: Scenario = pickle.loads(batch.scenario)
    frozen = freeze(scenario)
    span = shard_span(batch.runs, options.shard)
    made = ready.layout
    shard = None
    if options.shard:
        shard = {"i": options.shard[0], "n": options.shard[1], "first": span.first, "last": span.last - 1}
    return {
        "format": FORMAT,
        "status": RUNNING,
        "title": scenario.title,
        "question": scenario.question,
        "created": now(),
        "finished": "",
        "command": list(command),
        "versions": versions(),
        "hashes": {
            "world": digest(frozen["world"]),
            "scenario": digest(
                {k: v for k, v in frozen.items() if k not in ("world", "runs", "seed", "sampler", "report")}
            ),
            "code": code_hash(),
        },
        "engine": batch.engine,
        "seed": batch.seed,
        "runs": batch.runs,
        "sampler": batch.sampler,
        "design_block": batch.block,
        "shard": shard,
        "arms": list(made.arms),
        "differences": [name for name, _, _ in made.differences],
        "keep_series": batch.keep,
        "series_step_weeks": made.fans.step,
        "series_error": sketch.RELATIVE_ERROR if made.sketched else 0.0,
        "precision": options.precision.as_json() if options.precision else None,
        "trade": as_json(traded(scenario)),
        "timings": {},
        "counts": {},
        "outcomes_csv": {},
        "table_hashes": {},
        "results_hash": "",
        "resolved": frozen,
    }


def run_batch(
    scenario: Scenario,
    open_store: Callable[[], AbstractContextManager[Store]],
    options: Options,
    yaml_text: str = "",
    command: Sequence[str] = (),
    progress: Progress | None = None,
    sources: str = "",
) -> Outcome:
    """Run a scenario into a new run folder.

    Parameters
    ----------
    open_store : callable
        Makes and holds the folder (`results.folder.create`); called once the scenario is known to compile.
    sources : str
        `sources.csv`: where each number of the world comes from, as the scenario runs it.
    """
    told = progress or Quiet()
    batch, ready = prepare(scenario, options, told.note)
    if options.cluster:  # said before there is a run folder
        make_pool("cluster", 1, options.cluster).stop()
    manifest = describe(batch, ready, options, command)
    with open_store() as store, how_to_go_on(store):
        store.write_manifest(manifest)  # first of all: from now on the batch can be resumed
        if yaml_text:
            store_text(store, yaml_text)
        if sources:
            store_text(store, sources, SOURCES)
        return _work(store, batch, ready, manifest, options, told)


def store_text(store: Store, text: str, name: str = SCENARIO) -> None:
    """Keep the scenario as run, or the sources of its numbers."""
    from ..results.store import write_atomic

    write_atomic(store.path / name, text.encode())


def resume(store: Store, options: Options, force: bool = False, progress: Progress | None = None) -> Outcome:
    """Finish what is missing of a run folder; one that is finished is left as it is."""
    told = progress or Quiet()
    manifest = resumable(store)
    if is_finished(store, manifest):
        return Outcome(store, manifest)
    with locked(store), how_to_go_on(store):
        return _resumed(store, resumable(store), options, force, told)


def _resumed(store: Store, manifest: dict[str, Any], options: Options, force: bool, told: Progress) -> Outcome:
    if is_finished(store, manifest):
        return Outcome(store, manifest)
    if manifest["hashes"]["code"] != code_hash() and not force:
        raise StoreError(
            f"{store.path} was begun with another version of the model's source, so its runs would not fit together; "
            "start anew, or --force"
        )
    if differ := other_versions(manifest["versions"], versions()):
        told.note(f"{store.path} was begun with other versions ({differ}): last digits of its runs may differ")
    shard = manifest["shard"]
    options = replace(
        options,
        runs=manifest["runs"],
        seed=manifest["seed"],
        sampler=manifest["sampler"],
        keep=manifest["keep_series"],
        engine=options.engine if options.engine != "auto" else engine_of(manifest),
        shard=(shard["i"], shard["n"]) if shard else None,
        precision=Precision.from_json(manifest["precision"]) if manifest["precision"] else None,
    )
    batch, ready = prepare(thaw_scenario(manifest["resolved"]), options, told.note)
    batch = replace(batch, block=manifest["design_block"])
    ready = bench(batch)
    store.sweep()
    manifest = {**manifest, "status": RUNNING, "engine": batch.engine}
    store.write_manifest(manifest)
    return _work(store, batch, ready, manifest, options, told)


def _work(
    store: Store, batch: Batch, ready: Bench, manifest: dict[str, Any], options: Options, told: Progress
) -> Outcome:
    """Compute what is missing, then write the tables."""
    wanted = shard_span(batch.runs, options.shard)
    clock = Clock()
    mark = batch_mark(manifest)
    tally = Tally()
    interrupted = False
    workers = options.workers or default_workers(batch)
    pool = make_pool("cluster" if options.cluster else options.pool, workers, options.cluster)
    workers = pool.workers
    try:
        if not options.cluster:
            warm_up(batch, ready, told.note)
        runner = Runner(store, batch, pool, told)
        runner.tally = tally
        spans = store.sound(mark, told.note)
        for _ in range(ATTEMPTS):
            if options.precision:
                wanted = _until_precise(runner, store, ready, wanted, options, manifest, spans)
            elif gaps := missing(spans, wanted):
                todo = sum(gap.last - gap.first for gap in gaps)
                runner.run(gaps, options.chunk or chunk_runs(ready, batch, todo, workers, run_seconds(batch)))
            spans = store.sound(mark, told.note)
            if not missing(spans, wanted):
                break
        else:
            raise StoreError(f"{store.path}: what is written here does not come back as it was; is the disk sound?")
    except KeyboardInterrupt:
        interrupted = True
        pool.stop()
        told.note("interrupted: writing the tables of the runs that are finished (once more: leave them to `resume`)")
        spans = store.sound(mark, told.note)
    except BaseException:
        pool.stop()
        raise
    before = manifest["timings"] or {"simulation": 0.0, "wall": 0.0}
    timings = {
        "simulation": before["simulation"] + tally.seconds,
        "wall": before["wall"] + clock.seconds(),
        "workers": workers,
    }
    submit = None if interrupted else pool.helpers()
    help = Help(submit, partial(join_block, batch)) if submit else None
    try:
        return conclude(store, ready.layout, manifest, wanted, spans, timings, interrupted, help)
    finally:
        pool.stop()


def _until_precise(
    runner: Runner,
    store: Store,
    ready: Bench,
    wanted: Span,
    options: Options,
    manifest: dict[str, Any],
    done: Sequence[Span],
) -> Span:
    """Rounds of equal size until the standard error is small enough; returns the runs that were needed."""
    precision = options.precision
    assert precision is not None
    watch = Watch(precision, ready.layout)
    last = 0
    while last < wanted.last:
        last = min(last + precision.step, wanted.last)
        gaps = missing(list(done), Span(0, last))
        todo = sum(gap.last - gap.first for gap in gaps)
        if todo:
            size = chunk_runs(ready, runner.batch, todo, runner.pool.workers, run_seconds(runner.batch))
            runner.run(gaps, options.chunk or size)
            done = store.spans()
        watch.read(store, last)
        if watch.enough():
            break
    manifest["precision"] = {**precision.as_json(), "runs": last, **watch.as_json()}
    return Span(0, last)


def batch_of(manifest: Mapping[str, Any]) -> Batch:
    """The batch of a manifest."""
    return Batch(
        scenario=pickle.dumps(thaw_scenario(manifest["resolved"])),
        engine=engine_of(manifest),
        seed=manifest["seed"],
        runs=manifest["runs"],
        sampler=manifest["sampler"],
        block=manifest["design_block"],
        keep=manifest["keep_series"],
    )


def command_line() -> list[str]:
    """How this process was called, without the path of the interpreter."""
    return [Path(sys.argv[0]).name, *sys.argv[1:]]
