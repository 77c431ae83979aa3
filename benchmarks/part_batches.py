"""Parts of `run.py` about whole batches: where the time goes, two cores, memory, ten thousand runs."""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import (
    Size,
    child,
    compiled,
    cores,
    cpu_seconds,
    middle,
    number,
    peak_mb,
    shipped,
    table,
    watched_children,
)

SCENARIO, YEARS = "china_export_ban_refined", 10
ARMS = 2  # baseline and scenario


def a_batch(runs: int, workers: int, pool: str = "processes", chunk: int = 0, years: float = YEARS) -> dict[str, Any]:
    """In a fresh process: one batch into a folder that is thrown away."""
    from sim.experiment.batch import Options, run_batch
    from sim.results.store import create

    scenario = shipped(SCENARIO, years, ARMS)
    options = Options(runs=runs, workers=workers, pool=pool, chunk=chunk, engine="batch")
    with tempfile.TemporaryDirectory() as folder, watched_children() as peaks:
        began = time.perf_counter()
        outcome = run_batch(scenario, lambda: create(Path(folder) / "run"), options)
        seconds = time.perf_counter() - began
        written = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
    workers_cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert outcome.finished == runs
    return {
        "batch": seconds,
        "timings": outcome.manifest["timings"],
        "hash": outcome.manifest["results_hash"],
        "parent_mb": peak_mb(),
        "worker_mb": max((mb for mb in peaks.values()), default=0.0),
        "workers_cpu": workers_cpu.ru_utime + workers_cpu.ru_stime,
        "disk_mb": written / 1e6,
    }


def memory(size: Size) -> str:
    """Peak memory of the parent and of its largest worker against the number of runs."""
    rows = []
    for runs in size.of((1000, 2000, 4000, 8000), (600, 1200)):
        found = child("part_batches:a_batch", runs, 2, "processes", 100, size.of(4, 2))
        rows.append((f"{runs:,}", *(number(found[key]) for key in ("worker_mb", "parent_mb", "disk_mb"))))
    return table(("runs", "a worker, MB", "the parent, MB", "run folder, MB"), rows)


def two_cores(size: Size) -> str:
    """The same batch on one worker and on two."""
    runs = size.of(2000, 200)
    ways = (("one process", 1, "processes"), ("two processes", 2, "processes"), ("two threads", 2, "threads"))
    found = [child("part_batches:a_batch", runs, workers, pool) for _, workers, pool in ways]
    assert len({one["hash"] for one in found}) == 1, "results differ"
    alone = found[0]
    rows = []
    for (name, workers, _), one in zip(ways, found):
        simulating = one["timings"]["wall"]
        rows.append(
            (
                name,
                number(simulating),
                number(one["timings"]["tables"]),
                number(1e3 * workers * one["batch"] / runs / ARMS),
                f"{alone['timings']['wall'] / workers / simulating:.2f}",
                f"{alone['batch'] / workers / one['batch']:.2f}",
            )
        )
    header = (
        f"{runs:,} runs, {ARMS} arms",
        "simulation, s",
        "joining tables, s",
        "ms a run, arm and core",
        "efficiency, simulation",
        "efficiency, whole batch",
    )
    return table(header, rows)


def where(runs: int = 60) -> dict[str, float]:
    """Milliseconds of processor time a run and arm spends in each step of a worker."""
    from sim.experiment.work import simulate
    from sim.results import chunks
    from sim.results.collect import Kept
    from sim.results.store import Span

    batch, ready = compiled(shipped(SCENARIO, YEARS, ARMS), runs=10_000)
    made, reporter = ready.layout, ready.layout.reporter
    values = ready.design.values(0, runs)
    simulate(ready, Span(0, 2), batch.seed)
    kept = Kept(made, runs * ARMS)
    spent: dict[str, list[float]] = {"engine": [], "metrics": [], "series": []}
    for run in range(runs):
        for arm in range(ARMS):
            at = [time.thread_time()]
            found = ready.engine.run(ready.model, arm, run, batch.seed, values[run])
            at.append(time.thread_time())
            rows = reporter.rows(found.weekly, found.monthly)
            reporter.compute(rows, reporter.money(values[run]))
            at.append(time.thread_time())
            kept.add(made.fans.vector(rows))
            at.append(time.thread_time())
            for name, began, ended in zip(spent, at, at[1:]):
                spent[name].append(1e3 * (ended - began))
    chunk = simulate(ready, Span(0, runs), batch.seed)
    writing = cpu_seconds(lambda: chunks.files(chunk, made))
    return {**{name: middle(each) for name, each in spent.items()}, "files": 1e3 * writing / runs / ARMS}


def batch(size: Size) -> str:
    """Ten thousand runs of ten years, outcomes and quantile sketches written, and where the time goes."""
    runs, workers = size.of(10_000, 600), min(2, cores())
    found = child("part_batches:a_batch", runs, workers)
    steps = child("part_batches:where", size.of(60, 20))
    timings = found["timings"]
    joined = 1e3 * timings["tables"] / runs / ARMS
    whole = [
        ("whole batch by the clock, s", number(found["batch"])),
        ("for each arm, s", number(found["batch"] / ARMS)),
        ("simulation on the workers, s", number(timings["wall"])),
        ("joining and writing the tables, s", number(timings["tables"])),
        ("ms a run, arm and core, all included", number(1e3 * workers * found["batch"] / runs / ARMS)),
        ("peak of a worker, MB", number(found["worker_mb"])),
        ("peak of the parent, MB", number(found["parent_mb"])),
        ("run folder, MB", number(found["disk_mb"])),
    ]
    parts = [
        ("engine", number(steps["engine"])),
        ("metrics", number(steps["metrics"])),
        ("series and their buckets", number(steps["series"])),
        ("files of a chunk", number(steps["files"])),
        ("joining in the parent", number(joined)),
    ]
    title = f"{runs:,} runs of {YEARS} years, {ARMS} arms, {workers} workers"
    return table((title, ""), whole) + "\n\n" + table(("of a run and arm", "ms"), parts)
