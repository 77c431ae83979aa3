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
FILED_RUNS = 200  # of the chunk whose files are timed; in a batch of ten thousand it has twice as many


def a_batch(runs: int, workers: int, pool: str = "processes", chunk: int = 0, years: float = YEARS) -> dict[str, Any]:
    """In a fresh process: one batch into a folder that is thrown away."""
    from supplyrisk.experiment.batch import Options, run_batch
    from supplyrisk.results.folder import create

    scenario = shipped(SCENARIO, years, ARMS)
    options = Options(runs=runs, workers=workers, pool=pool, chunk=chunk, engine="batch")
    with tempfile.TemporaryDirectory() as folder, watched_children() as peaks:
        began = time.perf_counter()
        outcome = run_batch(scenario, lambda: create(Path(folder) / "run"), options)
        seconds = time.perf_counter() - began
        sizes = {file.suffix: 0 for file in Path(folder).rglob("*")}
        for file in Path(folder).rglob("*"):
            sizes[file.suffix] += file.stat().st_size if file.is_file() else 0
    workers_cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert outcome.finished == runs
    return {
        "batch": seconds,
        "timings": outcome.manifest["timings"],
        "hash": outcome.manifest["results_hash"],
        "parent_mb": peak_mb(),
        "worker_mb": max((mb for mb in peaks.values()), default=0.0),
        "workers_cpu": workers_cpu.ru_utime + workers_cpu.ru_stime,
        "disk_mb": sum(sizes.values()) / 1e6,
        "parquet_mb": sizes.get(".parquet", 0) / 1e6,
        "numbers": outcome.manifest["counts"]["rows"]["outcomes"] / runs,
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
    runs = size.of(6000, 200)
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
    from supplyrisk.experiment.work import simulate
    from supplyrisk.results import chunks
    from supplyrisk.results.collect import Kept
    from supplyrisk.results.store import Span

    batch, ready = compiled(shipped(SCENARIO, YEARS, ARMS), runs=10_000)
    made, reporter = ready.layout, ready.layout.reporter
    values = ready.design.values(0, runs)
    chunks.files(simulate(ready, Span(0, 2), batch.seed), made)  # loads what is loaded once
    loops = ready.engine.loops
    kept = Kept(made, runs * ARMS, loops)
    spent: dict[str, list[float]] = {"engine": [], "metrics": [], "series": []}
    for run in range(runs):
        for arm in range(ARMS):
            at = [time.thread_time()]
            found = ready.engine.run(ready.model, arm, run, batch.seed, values[run])
            at.append(time.thread_time())
            rows = reporter.rows(found.weekly, found.monthly, loops)
            reporter.compute(rows, reporter.money(values[run]))
            at.append(time.thread_time())
            kept.add(made.fans.vector(rows))
            at.append(time.thread_time())
            for name, began, ended in zip(spent, at, at[1:]):
                spent[name].append(1e3 * (ended - began))
    chunk = simulate(ready, Span(0, FILED_RUNS), batch.seed)
    writing = cpu_seconds(lambda: chunks.files(chunk, made))
    return {**{name: middle(each) for name, each in spent.items()}, "files": 1e3 * writing / FILED_RUNS / ARMS}


def batch(size: Size) -> dict[str, str]:
    """Ten thousand runs of ten years, outcomes and quantile sketches written; where the time goes; what more would take."""
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
        ("processor time of the workers, ms a run and arm", number(1e3 * found["workers_cpu"] / runs / ARMS)),
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
    text = table((title, ""), whole) + "\n\n" + table(("of a run and arm", "ms"), parts)
    return {"batch": text, "arithmetic": arithmetic(found, runs)}


def long(size: Size) -> str:
    """A hundred thousand runs, end to end."""
    years, workers = size.of(YEARS, 1), min(2, cores())
    found = child("part_batches:a_batch", 100_000, workers, "processes", 0, years)
    return long_table(found, years, workers)


def long_table(found: dict[str, Any], years: float, workers: int) -> str:
    rows = [
        ("by the clock, min", number(found["batch"] / 60)),
        ("processor time of the workers, min", number(found["workers_cpu"] / 60)),
        ("processor time of the parent, min", number(found["cpu_seconds"] / 60)),
        ("joining and writing the tables, s", number(found["timings"]["tables"])),
        ("peak of a worker, MB", number(found["worker_mb"])),
        ("peak of the parent, MB", number(found["parent_mb"])),
        ("run folder, MB", number(found["disk_mb"])),
    ]
    return table((f"100,000 runs over {years:g} year{'s' * (years > 1)}, {ARMS} arms, {workers} workers", ""), rows)


def arithmetic(found: dict[str, Any], runs: int) -> str:
    """What 10^4, 10^6 and 10^8 runs take, from what one batch took."""
    work = found["workers_cpu"] / runs  # s of a core
    join = found["timings"]["tables"] / runs
    rows = []
    for power in (4, 6, 8):
        n = 10**power
        cells = [f"10^{power}", duration(n * work)]
        cells += [duration(n * work / cores) for cores in (2, 64, 1000)]
        cells += [duration(n * join), storage(n * found["parquet_mb"] * 1e6 / runs), storage(n * 8 * found["numbers"])]
        rows.append(cells)
    header = ("runs", "core time", "on 2 cores", "on 64", "on 1,000", "then joining", "run folder", "while joining")
    each = f"Of one run: {1e3 * work:.0f} ms of a core for its {ARMS} arms, {1e3 * join:.1f} ms for joining"
    kept = f"{found['parquet_mb'] * 1e3 / runs:.0f} kB kept; a worker holds {found['worker_mb']:.0f} MB."
    return f"{table(header, rows)}\n\n{each}, {kept}"


def duration(seconds: float) -> str:
    for unit, length in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{number(seconds / length, 2)} {unit}"
    return f"{number(seconds, 2)} s"


def storage(size: float) -> str:
    for unit, length in (("TB", 1e12), ("GB", 1e9)):
        if size >= length:
            return f"{number(size / length, 2)} {unit}"
    return f"{number(size / 1e6, 2)} MB"
