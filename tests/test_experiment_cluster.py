"""A real scheduler and two workers on this machine; one of them is killed half-way."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from supplyrisk.errors import SupplyriskError
from supplyrisk.experiment import cluster as cluster_module
from supplyrisk.experiment.batch import Options, run_batch
from supplyrisk.experiment.cluster import Cluster
from supplyrisk.results.folder import create
from supplyrisk.results.store import Store

from tests import fakes

pytest.importorskip("distributed")

ROOT = Path(__file__).parent.parent
HERE = Options(engine="tests.fakes:ENGINE", workers=1, chunk=5)


def start(*arguments, program=("run_scenario.py", "cluster"), folder=None, **environment):
    """A scheduler or worker as docs/scale.md starts it, from a folder that is not the checkout."""
    python = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.Popen(
        [sys.executable, str(ROOT / program[0]), *program[1:], *arguments],
        cwd=folder,
        env={**python, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "30s", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler's address, and a list for further processes, which are ended with it."""
    file = tmp_path / "scheduler.json"
    (tmp_path / "elsewhere").mkdir()
    for name in ("pickle.py", "supplyrisk.py", "tornado.py"):  # nothing is imported from the current folder
        (tmp_path / "elsewhere" / name).write_text("raise SystemExit(3)\n")
    processes = [start("scheduler", "--port", "0", "--scheduler-file", str(file), folder=tmp_path / "elsewhere")]
    try:
        deadline = time.monotonic() + 90
        while not file.exists() and time.monotonic() < deadline:
            assert processes[0].poll() is None
            time.sleep(0.1)
        time.sleep(0.2)
        yield json.loads(file.read_text())["address"], processes
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path, scheduler):
    """Address of a scheduler, and its two workers."""
    address, processes = scheduler
    for number in (1, 2):
        local = ("--no-nanny", "--local-directory", str(tmp_path / f"worker{number}"))
        folder = tmp_path / "elsewhere"
        processes.append(
            start("worker", address, *local, folder=folder, FAKE_ENGINE="sleep=0.01", PYTHONPATH=str(ROOT))
        )
    return address, processes[1:]


# distributed's own threads and event loop outlive a closed client for a moment.
@pytest.mark.filterwarnings("default::ResourceWarning", "default::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("default::DeprecationWarning", "default::FutureWarning")
@pytest.mark.parametrize("shared", [True, False], ids=["shared folder", "gathered"])
def test_a_cluster_gives_the_same_bits_though_a_worker_is_killed(tmp_path, cluster, shared, monkeypatch):
    address, workers = cluster
    scenario = fakes.scenario(runs=60)
    alone = run_batch(scenario, lambda: create(tmp_path / "alone"), HERE)
    if not shared:  # as if the workers had no access to the folder: no manifest of theirs has this stamp
        from supplyrisk.experiment import runner

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


BARE = """
import sys
sys.path[:] = [folder for folder in sys.path if folder != {root!r}]
from distributed.cli.dask_worker import main
main()
"""


@pytest.mark.filterwarnings("default::ResourceWarning", "default::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("default::DeprecationWarning", "default::FutureWarning")
@pytest.mark.parametrize("fault", ["no package", "other code"])
def test_a_worker_without_the_package_or_with_another_is_one_sentence(tmp_path, scheduler, fault, monkeypatch):
    address, processes = scheduler
    if fault == "no package":
        bare = tmp_path / "bare.py"
        bare.write_text(BARE.format(root=str(ROOT / "sim")))
        local = ("--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path / "w"))
        processes.append(start(address, *local, program=(str(bare),), folder=tmp_path))
    else:
        monkeypatch.setattr(cluster_module, "code_hash", lambda: "other")
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        if fault == "no package":
            client.wait_for_workers(1, timeout=60)
    made = []
    message = "can't import supplyrisk" if fault == "no package" else "another version"
    with pytest.raises(SupplyriskError, match=message) as caught:
        run_batch(fakes.scenario(runs=6), lambda: made.append(1), replace(HERE, cluster=address))
    assert "\n" not in str(caught.value)
    assert made == []


@pytest.mark.filterwarnings("default::ResourceWarning", "default::pytest.PytestUnraisableExceptionWarning")
def test_no_scheduler_is_said(monkeypatch):
    import distributed

    def refuse(*_, **__):
        raise OSError("timed out")

    monkeypatch.setattr(distributed, "Client", refuse)
    with pytest.raises(SupplyriskError, match=r"no scheduler answers at tcp://127.0.0.1:9"):
        Cluster("tcp://127.0.0.1:9")
