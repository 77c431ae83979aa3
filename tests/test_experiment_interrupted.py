"""Batches that are interrupted, killed or fail in part, and what is left of them."""

import errno
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from supplyrisk.errors import SupplyriskError
from supplyrisk.experiment import batch as batch_module
from supplyrisk.experiment.batch import resume
from supplyrisk.experiment.pool import Pool
from supplyrisk.results import store as store_module
from supplyrisk.results.store import DiskFull, Store, StoreError

from tests import fakes
from tests.batch_runs import HERE, ROOT, hash_of, run

# --- interruptions --------------------------------------------------------------------------------


def test_resume_before_the_first_chunk(tmp_path, whole, monkeypatch):
    def power_cut(*_):
        raise SystemError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(batch_module, "_work", power_cut)
        with pytest.raises(SystemError):
            run(tmp_path / "x", runs=40)
    store = Store(tmp_path / "x")
    assert store.manifest()["status"] == "running"
    assert store.spans() == []
    assert hash_of(resume(store, HERE)) == hash_of(whole[40])


def test_resume_on_a_finished_batch_touches_nothing(tmp_path):
    store = run(tmp_path / "x", runs=5).store
    before = {p.name: p.stat().st_mtime_ns for p in store.path.iterdir()}
    assert resume(store, HERE).finished == 5
    assert {p.name: p.stat().st_mtime_ns for p in store.path.iterdir()} == before


def test_ctrl_c_leaves_finished_runs_usable(tmp_path, whole, monkeypatch):
    plain = fakes.FakeEngine.run

    def interrupted(self, model, arm, run, *rest):
        if run == 23:
            raise KeyboardInterrupt
        return plain(self, model, arm, run, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(fakes.FakeEngine, "run", interrupted)
        outcome = run(tmp_path / "x", runs=40)
    assert outcome.interrupted
    assert outcome.manifest["status"] == "interrupted"
    assert outcome.finished == 21
    assert pd.read_parquet(tmp_path / "x" / "outcomes.parquet").run.nunique() == 21
    finished = resume(outcome.store, HERE)
    assert hash_of(finished) == hash_of(whole[40])
    assert finished.manifest["status"] == "finished"


def test_full_disk_keeps_finished_chunks(tmp_path, whole, monkeypatch):
    plain = store_module._write
    written = []

    def full(path, content):
        written.append(path)
        if len(written) > 12:
            raise OSError(errno.ENOSPC, "No space left on device")
        plain(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "_write", full)
        with pytest.raises(DiskFull, match="disk is full"):
            run(tmp_path / "x", runs=40)
    store = Store(tmp_path / "x")
    assert 0 < len(store.spans()) < 6
    assert hash_of(resume(store, HERE)) == hash_of(whole[40])


def test_resume_refuses_other_code(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(batch_module, "_work", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(tmp_path / "x", runs=5)
    monkeypatch.setattr(batch_module, "code_hash", lambda: "other")
    with pytest.raises(StoreError, match="another version"):
        resume(Store(tmp_path / "x"), HERE)
    assert resume(Store(tmp_path / "x"), HERE, force=True).finished == 5


VICTIM = """
import sys
from pathlib import Path
from supplyrisk.experiment.batch import Options, run_batch, resume
from supplyrisk.results.folder import create
from supplyrisk.results.store import Store
from tests import fakes
import pyarrow.parquet, scipy.special  # so that what is killed is the work, not the imports

if __name__ == "__main__":
    path = Path(sys.argv[1])
    options = Options(engine="tests.fakes:ENGINE", workers=int(sys.argv[2]), chunk=3)
    print("ready", flush=True)
    if (path / "manifest.json").exists():
        resume(Store(path), options)
    else:
        run_batch(fakes.scenario(runs=40), lambda: create(path, force=True), options)
"""


def start_victim(path, script, workers):
    script.write_text(VICTIM)
    environment = {**os.environ, "FAKE_ENGINE": "sleep=0.004"}
    process = subprocess.Popen(
        [sys.executable, str(script), str(path), str(workers)], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_killed_ten_times_and_resumed_it_is_the_unbroken_batch(tmp_path, whole):
    path = tmp_path / "x"
    manifest = path / "manifest.json"
    for attempt in range(10):
        process = start_victim(path, tmp_path / "victim.py", 1)
        deadline = time.monotonic() + 60
        while not manifest.exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.02 + 0.031 * ((attempt * 7) % 10))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if Store(path).manifest()["status"] == "finished":
            break
    assert attempt > 0
    assert hash_of(resume(Store(path), HERE)) == hash_of(whole[40])


def test_workers_die_with_a_killed_parent(tmp_path):
    import psutil

    process = start_victim(tmp_path / "x", tmp_path / "victim.py", 2)
    children = []
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (tmp_path / "x" / "chunks").exists():
        children = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert children
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


# --- failures -------------------------------------------------------------------------------------


def test_a_failed_run_is_a_row_and_the_others_are_untouched(tmp_path, whole, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE", "fail=3,8")
    outcome = run(tmp_path / "x", runs=40)
    assert (outcome.finished, outcome.failed) == (38, 2)
    runs = pd.read_parquet(tmp_path / "x" / "runs.parquet").set_index("run")
    assert list(runs.index[runs.status == "failed"]) == [3, 8]
    assert runs.message[3] == "baseline: run 3 broke down"
    assert runs.message[0] == ""
    assert runs.depth.notna().all()
    mine = pd.read_parquet(tmp_path / "x" / "outcomes.parquet")
    full = pd.read_parquet(whole[40].store.path / "outcomes.parquet")
    full = full[~full.run.isin([3, 8])].reset_index(drop=True)
    assert np.array_equal(mine.value, full.value, equal_nan=True)
    chunked = run(tmp_path / "y", replace(HERE, chunk=1), runs=40)
    assert hash_of(chunked) == hash_of(outcome)


def test_a_bug_in_one_run_does_not_end_the_batch(tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE", "bug=5")
    outcome = run(tmp_path / "x", runs=10)
    assert (outcome.finished, outcome.failed) == (9, 1)
    runs = pd.read_parquet(tmp_path / "x" / "runs.parquet")
    assert runs.message[5] == "baseline: ZeroDivisionError: a bug in the model"


def test_all_runs_may_fail(tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE", "fail=" + ",".join(map(str, range(6))))
    outcome = run(tmp_path / "x", runs=6)
    assert (outcome.finished, outcome.failed) == (0, 6)
    assert len(pd.read_parquet(tmp_path / "x" / "outcomes.parquet")) == 0
    assert pd.read_csv(tmp_path / "x" / "summary.csv").n.sum() == 0
    assert pd.read_parquet(tmp_path / "x" / "series.parquet").value.isna().all()


def test_a_dead_worker_is_replaced(tmp_path, whole, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE", f"die_once=11@{tmp_path / 'died'}")
    outcome = run(tmp_path / "x", replace(HERE, workers=2), runs=40)
    assert (tmp_path / "died").exists()
    assert hash_of(outcome) == hash_of(whole[40])


def test_a_run_that_kills_its_worker_is_a_row(tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_ENGINE", "die=3")
    outcome = run(tmp_path / "x", replace(HERE, workers=2, chunk=2), runs=6)
    assert (outcome.finished, outcome.failed) == (5, 1)
    runs = pd.read_parquet(tmp_path / "x" / "runs.parquet").set_index("run")
    assert "worker died" in runs.message[3]
    assert runs.status.eq("ok").sum() == 5


class Stillborn(Pool):
    """Workers that die before they do anything, as they do if a program's main file runs a batch when imported."""

    breaks_as_a_whole = True

    def submit(self, job):
        future = Future()
        future.set_exception(BrokenProcessPool("died"))
        return future


def test_workers_that_only_ever_die_end_the_batch(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_module, "make_pool", lambda *_: Stillborn())
    with pytest.raises(SupplyriskError, match="die as soon as they start"):
        run(tmp_path / "x", replace(HERE, workers=2), runs=40)
    monkeypatch.undo()
    assert resume(Store(tmp_path / "x"), HERE).finished == 40
