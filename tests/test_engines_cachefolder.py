"""Machine code is read only from folders that nobody else can have written into."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from supplyrisk.engines.compiled import cachefolder
from supplyrisk.engines.compiled.cachefolder import HANDED_ON, make_ours, private_folder

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv(HANDED_ON, "")
    monkeypatch.setattr(cachefolder.tempfile, "tempdir", str(tmp_path))
    cachefolder._temporary.cache_clear()
    yield
    cachefolder._temporary.cache_clear()


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_a_new_folder_is_closed_to_others(tmp_path: Path) -> None:
    folder = private_folder("kernel-1")
    assert folder == tmp_path / "cache" / "supplyrisk" / "kernel-1"
    assert {mode(folder), mode(folder.parent)} == {0o700}
    assert private_folder("kernel-1") == folder


def test_one_that_others_could_only_read_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "supplyrisk" / "kernel-1"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    assert private_folder("kernel-1") == folder
    assert mode(folder) == 0o700


@pytest.mark.parametrize("which", ["kernel-1", "."], ids=["folder", "the one above"])
@pytest.mark.parametrize("fault", ["link", "writable", "of another user", "file", "link to nowhere"])
def test_a_folder_that_is_not_ours_alone_is_not_used(tmp_path: Path, monkeypatch, which: str, fault: str) -> None:
    parent = tmp_path / "cache" / "supplyrisk"
    bad = parent if which == "." else parent / which
    bad.parent.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if fault == "link":
        bad.symlink_to(elsewhere)
    elif fault == "link to nowhere":
        bad.symlink_to(tmp_path / "nowhere")
    elif fault == "file":
        bad.touch()
    else:
        bad.mkdir()
        bad.chmod(0o777 if fault == "writable" else 0o700)
    if fault == "of another user":
        if os.geteuid() == 0:
            os.chown(bad, 12345, 12345)
        else:
            monkeypatch.setattr(cachefolder.os, "geteuid", lambda: 12345)
    folder = private_folder("kernel-1")
    assert bad not in (folder, *folder.parents)
    assert not list(elsewhere.iterdir())
    assert not (tmp_path / "nowhere").exists()
    assert mode(folder) == mode(folder.parent) == 0o700
    assert private_folder("kernel-1") == folder  # the same one in this process, and in the workers it starts
    assert os.environ[HANDED_ON] == str(folder.parent)


def test_a_cache_in_a_folder_anybody_can_write_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)
    assert tmp_path / "cache" not in private_folder("kernel-1").parents
    (tmp_path / "cache").chmod(0o1777)  # as /tmp: others can't take away what is ours
    os.environ[HANDED_ON] = ""
    assert tmp_path / "cache" in private_folder("kernel-1").parents


def test_a_folder_that_can_not_be_made_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    assert private_folder("kernel-1").is_dir()
    assert not make_ours(tmp_path / "cache")


BATCH = """
import sys
sys.path.insert(0, {root!r})
if __name__ == "__main__":
    from supplyrisk.experiment.batch import Options, run_batch
    from supplyrisk.results.folder import create
    from pathlib import Path
    from tests import fakes
    run_batch(fakes.scenario(runs=12), lambda: create(Path("run")), Options(engine="tests.fakes:ENGINE", workers=2, chunk=3))
"""


@pytest.mark.parametrize("name", ["multiprocessing", "pickle", "socket", "simpy", "psutil"])
def test_workers_import_nothing_from_the_current_folder(tmp_path: Path, name: str) -> None:
    here = tmp_path / "here"
    here.mkdir()
    program = tmp_path / "program.py"
    program.write_text(BATCH.format(root=str(ROOT / "sim")))
    (here / f"{name}.py").write_text(f"open({str(tmp_path / 'marker')!r}, 'w').close()\nraise SystemExit(3)\n")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}
    done = subprocess.run([sys.executable, str(program)], cwd=here, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (here / "run" / "runs.parquet").exists()
    assert not (tmp_path / "marker").exists()


def test_threads_that_compile_at_once_keep_to_their_folders(tmp_path: Path) -> None:
    """Each sees its own folder while it decorates, and the setting of before is back at the end."""
    from concurrent.futures import ThreadPoolExecutor
    from time import sleep

    from numba import config
    from supplyrisk.engines.compiled.jit import _cached_in

    before = config.CACHE_DIR

    def seen(number: int) -> bool:
        folder = tmp_path / str(number)
        with _cached_in(folder):
            sleep(0.01)
            return bool(str(folder) == config.CACHE_DIR)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(seen, range(16)))
    assert before == config.CACHE_DIR
