"""Parts of `run.py` about studies: a large portfolio beside plain runs, and memory against the number of cells."""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import ROOT, Size, child, cores, number, peak_mb, table, watched_children

SCENARIO = ROOT / "scenarios" / "china_export_ban_refined.yaml"
FUTURES = (
    "{name: no ban, set: {events.oxide_ban.probability: 0 %}}",
    "{name: half for six months, set: {events.oxide_ban.duration: 6 months, events.oxide_ban.share: 50 %}}",
    "{name: all for six months, set: {events.oxide_ban.duration: 6 months}}",
    "{name: all for a year}",
    "{name: all for two years, set: {events.oxide_ban.duration: 24 months}}",
)
PORTFOLIO = """\
study: portfolio
title: Many sizes of a reserve, with and without refineries and thrifting
scenario: {scenario}
measures:
  - name: reserve of
    policy: reserve_180_days
    path: [events.strategic_stockpile.initial, events.strategic_stockpile.target]
    values: [{sizes}]
  - {{policy: fast_tracked_refineries}}
  - {{policy: thrifting, budget: 1 billion USD}}
futures: [{futures}]
runs: {runs}
"""
SWEEP = """\
study: sweep
title: Many shares
scenario: {scenario}
over: [{{path: events.oxide_ban.share, range: {{low: 10 %, high: 100 %, steps: {first}}}}},
       {{path: events.oxide_ban.duration, range: {{low: 30 days, high: 360 days, steps: {second}}}}}]
arms: scenario
places: EU
runs: {runs}
"""


def a_study(text: str, workers: int) -> dict[str, Any]:
    """In a fresh process: one study into a folder that is thrown away."""
    from supplyrisk.results.folder import create
    from supplyrisk.studies.load import read_study
    from supplyrisk.studies.run import StudyOptions, run_study

    with tempfile.TemporaryDirectory() as folder, watched_children() as peaks:
        file = Path(folder) / "study.yaml"
        file.write_text(text, encoding="utf-8")
        began = time.perf_counter()
        study = read_study(file)
        out = Path(folder) / "out"
        outcome = run_study(study, lambda: create(out), StudyOptions("batch", workers, files=False))
        seconds = time.perf_counter() - began
        disk = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 1e6
    return {
        "wall": seconds,
        "cpu": _cpu(),
        "counts": outcome.manifest["counts"],
        "parent_mb": peak_mb(),
        "worker_mb": max(peaks.values(), default=0.0),
        "disk_mb": disk,
    }


def plain(runs: int, workers: int) -> dict[str, Any]:
    """The scenario with all of its policies as an ordinary batch, which keeps outcomes alone."""
    from dataclasses import replace

    from supplyrisk.experiment.batch import Options, run_batch
    from supplyrisk.results.folder import create
    from supplyrisk.spec.load import load_scenario

    scenario = replace(load_scenario(SCENARIO)[0], runs=runs)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        options = Options(runs=runs, workers=workers, pool="processes", engine="batch", keep="none")
        run_batch(scenario, lambda: create(Path(folder) / "run"), options)
        return {"wall": time.perf_counter() - began, "cpu": _cpu(), "arms": len(scenario.arms)}


def _cpu() -> float:
    """Processor time of this process and of its workers, which other programs disturb less than the clock."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def portfolio(size: Size) -> str:
    """200 combinations in five futures of 100 runs beside as many plain runs."""
    sizes, runs = size.of((49, 100), (4, 20))
    workers = min(2, cores())
    listed = ", ".join(f"{4 * (n + 1)} days" for n in range(sizes))
    text = PORTFOLIO.format(scenario=SCENARIO, sizes=listed, futures=", ".join(FUTURES), runs=runs)
    found = child("part_studies:a_study", text, workers)
    beside = child("part_studies:plain", size.of(2000, 100), workers)
    each = beside["cpu"] / size.of(2000, 100) / beside["arms"]
    done = found["counts"]["runs"]
    rows = [
        ("cells (combinations x futures)", f"{found['counts']['cells']:,}"),
        ("of them different", f"{found['counts']['units']:,}"),
        ("runs of an arm", f"{done:,}"),
        ("by the clock, minutes", number(found["wall"] / 60)),
        ("processor time, minutes", number(found["cpu"] / 60)),
        ("processor time of a run of an arm, times that of a plain batch", f"{found['cpu'] / done / each:.2f}"),
    ]
    return table(("portfolio study", f"{workers} workers"), rows)


def study_memory(size: Size) -> str:
    """Peak memory of the parent and of its largest worker against the number of cells."""
    rows = []
    for first, second in size.of(((10, 10), (25, 10), (25, 20), (50, 20)), ((5, 4), (10, 4))):
        text = SWEEP.format(scenario=SCENARIO, first=first, second=second, runs=5)
        found = child("part_studies:a_study", text, min(2, cores()))
        numbers = (number(found[key]) for key in ("worker_mb", "parent_mb", "disk_mb"))
        rows.append((f"{found['counts']['cells']:,}", *numbers))
    return table(("cells", "a worker, MB", "the parent, MB", "folder, MB"), rows)
