"""A real scheduler and two workers on this machine; one of them is killed half-way."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sim.errors import SupplyriskError
from sim.experiment.batch import Options, run_batch
from sim.experiment.pools import Cluster
from sim.results.store import Store, create
from tests import fakes

pytest.importorskip("distributed")

ROOT = Path(__file__).parent.parent
HERE = Options(engine="tests.fakes:ENGINE", workers=1, chunk=5)


def start(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "30s", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def cluster(tmp_path):
    """Address of a scheduler, and its two workers."""
    file = tmp_path / "scheduler.json"
    common = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file))
    processes = [start("scheduler", *common[:2], "--port", "0", *common[2:])]
    try:
        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.2)
        import json

        address = json.loads(file.read_text())["address"]
        for number in (1, 2):
            processes.append(
                start(
                    "worker",
                    address,
                    "--no-nanny",
                    "--nthreads",
                    "1",
                    "--no-dashboard",
                    "--local-directory",
                    str(tmp_path / f"worker{number}"),
                    FAKE_ENGINE="sleep=0.01",
                )
            )
        yield address, processes[1:]
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


# distributed's own threads and event loop outlive a closed client for a moment.
@pytest.mark.filterwarnings("default::ResourceWarning", "default::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("default::DeprecationWarning", "default::FutureWarning")
@pytest.mark.parametrize("shared", [True, False], ids=["shared folder", "gathered"])
def test_a_cluster_gives_the_same_bits_though_a_worker_is_killed(tmp_path, cluster, shared, monkeypatch):
    address, workers = cluster
    scenario = fakes.scenario(runs=60)
    alone = run_batch(scenario, lambda: create(tmp_path / "alone"), HERE)
    if not shared:  # as if the workers had no access to the folder: no manifest of theirs has this stamp
        from sim.experiment import runner

        plain = runner.Runner._job
        monkeypatch.setattr(runner.Runner, "_job", lambda self, span: replace(plain(self, span), stamp="elsewhere"))

    def kill_one():
        store = Store(tmp_path / "cluster")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(store.spans()) < 3:
            time.sleep(0.02)
        workers[0].send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    outcome = run_batch(scenario, lambda: create(tmp_path / "cluster"), replace(HERE, cluster=address))
    killer.join()
    assert workers[0].wait(timeout=10) == -signal.SIGKILL
    assert workers[1].poll() is None
    assert outcome.manifest["status"] == "finished"
    assert (outcome.finished, outcome.failed) == (60, 0)
    assert outcome.manifest["results_hash"] == alone.manifest["results_hash"]


@pytest.mark.filterwarnings("default::ResourceWarning", "default::pytest.PytestUnraisableExceptionWarning")
def test_no_scheduler_is_said(monkeypatch):
    import distributed

    def refuse(*_, **__):
        raise OSError("timed out")

    monkeypatch.setattr(distributed, "Client", refuse)
    with pytest.raises(SupplyriskError, match=r"no scheduler answers at tcp://127.0.0.1:9"):
        Cluster("tcp://127.0.0.1:9")
