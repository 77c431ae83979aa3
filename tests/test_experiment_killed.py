"""Killed at any point of its work on the disk, from before the manifest to the last table, a batch can be finished;
asked to end, it says how to go on."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from supplyrisk.errors import INTERRUPTED
from supplyrisk.experiment.batch import resume
from supplyrisk.results.folder import contents, nothing_begun
from supplyrisk.results.store import Store

from tests.batch_runs import HERE, ROOT, hash_of, run

VICTIM = """
import os, signal, sys
from pathlib import Path
from supplyrisk.experiment.batch import Options, run_batch
from supplyrisk.results.folder import create
from tests import fakes
import pyarrow.parquet, scipy.special

path, point, force = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "force"
seen = 0

def kill(event, given):
    # Before every change on the disk in the run folder one more is counted.
    global seen
    if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree") and given:
        if str(given[0]).startswith(str(path)) and (event != "open" or given[2] & (os.O_WRONLY | os.O_RDWR)):
            seen += 1
            if seen == point:
                os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(kill)
options = Options(engine="tests.fakes:ENGINE", workers=1, chunk=7)
run_batch(fakes.scenario(runs=40), lambda: create(path, force), options)
print(seen)
"""


def victim(path, point, force=False):
    words = [sys.executable, "-c", VICTIM, str(path), str(point), "force" if force else ""]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    """How many changes a batch makes in its folder."""
    done = victim(tmp_path_factory.mktemp("x") / "x", 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def finished(path):
    """The batch of a folder, resumed, or begun again where nothing was begun, without --force."""
    if not path.exists() or nothing_begun(path):
        return run(path, runs=40)
    return resume(Store(path), HERE)


def killed(path, point, whole, force=False):
    died = victim(path, point, force)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert hash_of(finished(path)) == hash_of(whole[40])
    assert not [p.name for p in path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("share", [0.2, 0.45, 0.7, 0.95])
def test_killed_anywhere(tmp_path, whole, points, share):
    killed(tmp_path / "x", int(share * points), whole)


@pytest.mark.parametrize("point", [1, 2, 3, 4, 5, 6])
def test_killed_around_the_manifest(tmp_path, whole, point):
    killed(tmp_path / "x", point, whole)


def test_killed_while_an_old_batch_is_replaced(tmp_path, whole):
    """Until the marker takes its manifest's place the old batch is whole; from then on there is only the new one."""
    fates = []
    for point in (1, 3, 5, 8, 12):
        path = tmp_path / f"x{point}"
        old = run(path, runs=5)
        died = victim(path, point, force=True)
        assert died.returncode == -signal.SIGKILL, died.stderr
        fates.append("old" if hash_of(found := finished(path)) == hash_of(old) else "new")
        if fates[-1] == "old":
            assert contents(path)[2] == []
            assert len(pd.read_parquet(path / "outcomes.parquet").run.unique()) == 5
        else:
            assert hash_of(found) == hash_of(whole[40])
    assert fates == sorted(fates, reverse=True)
    assert set(fates) == {"old", "new"}


@pytest.mark.slow
def test_killed_at_fifty_points(tmp_path, whole, points):
    for number in range(50):
        killed(tmp_path / f"x{number}", 1 + number * (points - 1) // 49, whole)


# --- asked to end ---------------------------------------------------------------------------------

ASKED = """
import sys
from pathlib import Path
from click.testing import CliRunner
import supplyrisk.commands.run as command
import supplyrisk.experiment.stages as stages
import supplyrisk.results.finish as finish
from supplyrisk.cli import main
from tests import fakes

stage, workers = sys.argv[3], sys.argv[4]

def wait(*_, **__):
    print("here", flush=True)
    import time
    while True:
        time.sleep(0.01)

if __name__ == "__main__":
    if stage == "joining":
        finish._outcomes = wait
    elif stage == "drawing":
        import supplyrisk.report.build
        supplyrisk.report.build.build_report = wait
    sys.argv = ["supplyrisk", "run", sys.argv[1], "--out", sys.argv[2], "--workers", workers, "--engine", "reference"]
    main()
"""
SCENARIO = """
title: t
world: {world}
horizon: {{start: 2025-01-01, end: 2025-06-30}}
monte_carlo: {{runs: 200}}
"""


def ask(tmp_path, stage, number, workers=1):
    import psutil

    (tmp_path / "s.yaml").write_text(SCENARIO.format(world=ROOT / "tests" / "worlds" / "tiny").replace("200", "6"))
    if stage == "drawing runs":
        (tmp_path / "s.yaml").write_text((tmp_path / "s.yaml").read_text().replace("6}", "9000}"))
    script = tmp_path / "asked.py"
    script.write_text(ASKED)
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "s.yaml"), str(tmp_path / "x"), stage, str(workers)],
        cwd=ROOT,
        env={**os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if stage == "drawing runs":
        deadline = time.monotonic() + 60
        while not list((tmp_path / "x").glob("chunks/runs-*")) and time.monotonic() < deadline:
            time.sleep(0.02)
    else:
        assert process.stdout.readline() == "here\n"
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    out, error = process.communicate(timeout=60)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    assert process.returncode == INTERRUPTED, error
    assert "Traceback" not in error + out
    return out + error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_end_while_joining(tmp_path, number):
    said = ask(tmp_path, "joining", number)
    assert f"supplyrisk resume {tmp_path / 'x'}" in said
    assert resume(Store(tmp_path / "x"), HERE.__class__(engine="reference", workers=1)).finished == 6


def test_asked_to_end_while_joining_with_workers(tmp_path):
    assert "supplyrisk resume" in ask(tmp_path, "joining", signal.SIGTERM, workers=2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_end_while_drawing_the_report(tmp_path, number):
    said = ask(tmp_path, "drawing", number)
    assert f"supplyrisk report {tmp_path / 'x'}" in said
    assert Store(tmp_path / "x").manifest()["status"] == "finished"


def test_asked_to_end_while_runs_are_computed(tmp_path):
    said = ask(tmp_path, "drawing runs", signal.SIGTERM, workers=2)
    assert f"supplyrisk resume {tmp_path / 'x'}" in said
    manifest = Store(tmp_path / "x").manifest()
    assert manifest["status"] == "interrupted"
    assert manifest["counts"]["finished"] > 0
