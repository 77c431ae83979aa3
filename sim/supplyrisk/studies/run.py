"""A study from its file to a finished folder, and back to one that was interrupted."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import Interrupted, as_typed
from ..experiment.pools import cores, make_pool
from ..experiment.runner import Clock, Progress, Quiet
from ..experiment.stages import FINISHED, INTERRUPTED, RUNNING, now
from ..experiment.versions import code_hash, versions
from ..results.store import FORMAT, Store, StoreError, write_atomic
from .answer import Answer
from .failures import failed_of, failures, with_failures
from .lab import Lab
from .load import LoadedStudy, read_study
from .tables import write_cells

PLAN_SECONDS = 2.0  # between two such notes
STUDY = "study.yaml"  # the study's own text, kept with the results


@dataclass(frozen=True)
class StudyOptions:
    """How a study is run; none of these touches the results."""

    engine: str = "auto"
    workers: int = 0  # 0: all cores
    pool: str = "processes"
    cluster: str = ""
    page: bool = True
    files: bool = True  # figures and workbook; False leaves the tables alone


@dataclass(frozen=True)
class StudyOutcome:
    """What a study came to."""

    store: Store
    manifest: dict[str, Any]
    answer: Answer
    page: Path | None


def run_study(
    study: LoadedStudy,
    open_store: Callable[[], AbstractContextManager[Store]],
    options: StudyOptions,
    command: Sequence[str] = (),
    progress: Progress | None = None,
) -> StudyOutcome:
    """Run a study into a folder.

    Parameters
    ----------
    open_store : callable
        Makes and holds the folder; or opens that of the same study, of which finished cells are found again.
    """
    told = progress or Quiet()
    clock = Clock()
    with open_store() as store:
        before = _before(store)
        manifest = describe(study, command, before)
        store.write_manifest(manifest)
        if study.path.is_file():
            write_atomic(store.path / STUDY, study.path.read_bytes())
        pool = make_pool("cluster" if options.cluster else options.pool, options.workers or cores(), options.cluster)
        try:
            lab = Lab(study, store, pool, options.engine, told)
            lab.on_plan = _Plan(store, manifest)
            study.spec.explore(lab)
        except KeyboardInterrupt:
            store.write_manifest({**store.manifest(), "status": INTERRUPTED})
            again = as_typed("resume", str(store.path))
            raise Interrupted(f"interrupted; finished cells are kept: {again} goes on from there") from None
        finally:
            pool.stop()
        return _concluded(study, lab, manifest, options, clock, before)


class _Plan:
    """Says in the manifest how many runs there will be, so that whoever looks at the folder sees how far it is."""

    def __init__(self, store: Store, manifest: dict[str, Any]) -> None:
        self.store, self.manifest = store, manifest
        self.clock, self.told, self.at = Clock(), 0, -PLAN_SECONDS

    def __call__(self, runs: int) -> None:
        if runs != self.told and self.clock.seconds() >= self.at + PLAN_SECONDS:
            self.told, self.at = runs, self.clock.seconds()
            self.store.write_manifest({**self.manifest, "counts": {"runs": runs}})


def _before(store: Store) -> dict[str, Any]:
    """The manifest of an interrupted study in this folder, if there is one."""
    with contextlib.suppress(StoreError):
        return store.manifest()
    return {}


def describe(study: LoadedStudy, command: Sequence[str], before: dict[str, Any]) -> dict[str, Any]:
    """The manifest before the first cell."""
    return {
        "format": FORMAT,
        "status": RUNNING,
        "study": str(study.spec.study),
        "title": study.spec.title,
        "question": study.spec.question,
        "created": before.get("created") or now(),
        "finished": "",
        "command": list(before.get("command") or command),
        "versions": versions(),
        "hashes": {"code": code_hash(), "study": _digest(study)},
        "file": str(study.path.resolve()),
        "sets": list(study.sets),
        "seed": study.seed,
        "runs": study.spec.n_runs,
        "sampler": study.sampler,
        "worlds_run": sorted({r.scenario.world.name for loaded in study.resolved.values() for r in loaded.resolutions}),
        "counts": {},
        "timings": {},
        "results_hash": "",
    }


def _digest(study: LoadedStudy) -> str:
    """SHA-256 of what the study says, whatever its layout."""
    return hashlib.sha256(json.dumps(study.root.plain(), sort_keys=True, default=list).encode()).hexdigest()


def _concluded(
    study: LoadedStudy, lab: Lab, manifest: dict[str, Any], options: StudyOptions, clock: Clock, before: dict[str, Any]
) -> StudyOutcome:
    """Tables, answer, workbook, page, and the last manifest."""
    found = lab.found
    simulated = clock.seconds()
    rows, results = write_cells(found, lab.store)
    failed = list(failures(found))
    answer = with_failures(study.spec.answer(found), failed)
    manifest = {
        **manifest,
        "status": FINISHED,
        "finished": now(),
        "engine": lab.engine,
        "counts": {
            "cells": len(found.placed),
            "units": len(found.units),
            "runs": len(found.units) * found.runs,
            "failed_runs": failed_of(failed),
            "rows": rows,
        },
        "answer": {"headline": answer.headline, "sentences": list(answer.sentences), **answer.facts},
        "timings": {"simulation": round(simulated, 3)},
        "results_hash": results,
    }
    from .charts import write_charts
    from .workbook import write_workbook

    if options.files:
        manifest["figures"] = write_charts(answer, lab.store.path)
        write_workbook(study, found, answer, lab.store.path / "study.xlsx")
    page = None
    if options.files and options.page:
        from .page import write_page

        page = write_page(study, found, answer, manifest, lab.store.path)
    manifest["timings"]["wall"] = round(clock.seconds() + float((before.get("timings") or {}).get("wall", 0.0)), 3)
    lab.store.write_manifest(manifest)
    lab.store.remove_chunks()
    return StudyOutcome(lab.store, manifest, answer, page)


def reread(store: Store) -> LoadedStudy:
    """The study of an interrupted folder, from the file it was begun with.

    Raises
    ------
    StoreError
        If that file is gone or says something else now.
    """
    manifest = store.manifest()
    file = Path(str(manifest["file"]))
    if not file.is_file():
        raise StoreError(f"{store.path} was begun with {file}, which is not there any more")
    study = read_study(file, tuple(str(each) for each in manifest.get("sets", ())))
    if _digest(study) != manifest["hashes"]["study"]:
        raise StoreError(f"{file} has changed since {store.path} was begun; start anew, into another folder")
    return study
