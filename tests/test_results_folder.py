"""Run folders: --force removes what the program wrote and nothing else, and one process at a time works on one."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from supplyrisk.errors import MACHINE
from supplyrisk.experiment.stages import resumable
from supplyrisk.report.figures import FIGURES
from supplyrisk.results import folder as folder_module
from supplyrisk.results import lock as lock_module
from supplyrisk.results.folder import contents, create, nothing_begun
from supplyrisk.results.lock import Busy, locked
from supplyrisk.results.store import FORMAT, Span, Store, StoreError

ROOT = Path(__file__).parent.parent
MANIFEST = {"format": FORMAT, "status": "finished", "created": "2026-01-01T00:00:00Z"}


@pytest.fixture
def run_folder(tmp_path):
    """A folder as a batch leaves it."""
    path = tmp_path / "run"
    with create(path) as made:
        made.write_manifest(MANIFEST)
        made.write_chunk(Span(0, 5), {"runs.parquet": b"x", "outcomes.parquet": b"y"})
        for name in ("scenario.yaml", "runs.parquet", "outcomes.csv", "summary.csv", "report.html", "iamc.csv"):
            (path / name).write_text("x")
        (path / "figures").mkdir()
        (path / "figures" / "price_fan.svg").write_text("x")
    return path


def tree(path):
    return {str(p.relative_to(path)): p.lstat().st_mtime_ns for p in path.rglob("*")}


def test_a_folder_is_never_overwritten_by_accident(run_folder):
    before = tree(run_folder)
    with pytest.raises(StoreError, match="--force"), create(run_folder):
        pass
    assert tree(run_folder) == before
    with create(run_folder, force=True):
        assert [p.name for p in run_folder.iterdir()] == [".lock"]


def test_nothing_is_left_of_a_folder_in_which_nothing_was_begun(tmp_path):
    with create(tmp_path / "x"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_force_never_empties_a_folder_that_is_not_a_run_folder(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    before = tree(tmp_path)
    for force in (False, True):
        with pytest.raises(StoreError, match="is not empty"), create(tmp_path, force):
            pass
    with pytest.raises(StoreError, match="is a file"), create(tmp_path / "thesis.tex"):
        pass
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "text",
    ['{"name": "web app", "icons": []}', '{"format": 1}', "[1]", "", '{"format": 1, "status": 3, "created": ""}'],
)
def test_another_programs_manifest_makes_no_run_folder(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    (tmp_path / "summary.csv").write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(StoreError, match="not a run folder"), create(tmp_path, force=True):
        pass
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "figures/mine.svg", "figures/price_fan.jpg", "chunks/notes", "deep/down/x", "runs.parquet.bak",
     "chunks/runs-000000000-000000004/readme", "report.html/x", ".hidden"],
)  # fmt: skip
def test_whatever_is_not_ours_is_named_and_nothing_is_removed(run_folder, name):
    file = run_folder / name
    if name == "report.html/x":
        (run_folder / "report.html").unlink()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("mine")
    before = tree(run_folder)
    with pytest.raises(StoreError, match="not written by this program") as refused, create(run_folder, force=True):
        pass
    assert str(run_folder / name.split("/")[0]) in str(refused.value)
    assert tree(run_folder) == before


@pytest.mark.parametrize("name", ["summary.csv", "figures", "chunks", ".lock", "manifest.json", "outside"])
def test_links_are_never_followed(run_folder, tmp_path, name):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "price_fan.svg").write_text("precious")
    (outside / "manifest.json").write_text(json.dumps(MANIFEST))
    target = run_folder / name
    if target.is_dir():
        target.rename(tmp_path / "aside")
    else:
        target.unlink(missing_ok=True)
    target.symlink_to(outside / "manifest.json" if name == "manifest.json" else outside)
    before = tree(tmp_path)
    with pytest.raises(StoreError), create(run_folder, force=True):
        pass
    assert tree(tmp_path) == before


def test_a_link_is_no_run_folder(run_folder, tmp_path):
    (tmp_path / "link").symlink_to(run_folder)
    before = tree(run_folder)
    with pytest.raises(StoreError, match="is a link"), create(tmp_path / "link", force=True):
        pass
    assert tree(run_folder) == before


def test_what_desktops_leave_is_neither_in_the_way_nor_removed(run_folder):
    for name in (".DS_Store", "figures/Thumbs.db"):
        (run_folder / name).write_text("x")
    with create(run_folder, force=True):
        left = {str(p.relative_to(run_folder)) for p in run_folder.rglob("*")}
        assert left == {".lock", ".DS_Store", "figures", "figures/Thumbs.db"}


def test_a_folder_is_not_made_from_itself(run_folder, tmp_path):
    before = tree(run_folder)
    for inputs in ([run_folder], [tmp_path / "a", run_folder / "."], [tmp_path]):
        with pytest.raises(StoreError, match="can't be made from"), create(run_folder, True, inputs):
            pass
    with pytest.raises(StoreError, match="can't be made from"), create(run_folder / "x", True, [run_folder]):
        pass
    assert tree(run_folder) == before


def test_all_figures_are_declared():
    assert {figure.name for figure in FIGURES} == set(folder_module.FIGURES)


def test_worlds_below_are_emptied_with_their_parent(tmp_path, run_folder):
    parent = tmp_path / "parent"
    with create(parent) as made:
        made.write_manifest(MANIFEST | {"worlds": ["run", "other"]})
        run_folder.rename(parent / "run")
    with create(parent, force=True):
        assert [p.name for p in parent.iterdir()] == [".lock"]


@pytest.mark.parametrize("names", [["../outside"], ["/etc"], ["mine"]])
def test_a_manifest_does_not_say_what_is_ours(tmp_path, names):
    for name in ("outside", "parent", "parent/mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "summary.csv").write_text("mine")
    parent = tmp_path / "parent"
    Store(parent).write_manifest(MANIFEST | {"worlds": names})
    before = tree(tmp_path)
    with pytest.raises(StoreError, match="not written by"), create(parent, force=True):
        pass
    assert tree(tmp_path) == before


# --- stopped in between ---------------------------------------------------------------------------


def test_a_folder_stopped_before_its_manifest_can_be_used(tmp_path):
    owner = {"pid": 1, "host": socket.gethostname(), "command": "supplyrisk run x.yaml --out here"}
    (tmp_path / ".lock").write_text(json.dumps(owner))
    (tmp_path / ".manifest.json.77.tmp").write_text('{"form')
    with pytest.raises(StoreError, match=r"start it again: supplyrisk run x.yaml --out here"):
        resumable(Store(tmp_path))
    with create(tmp_path) as made:
        made.write_manifest(MANIFEST)
    assert Store(tmp_path).manifest()["status"] == "finished"


def test_a_users_own_scenario_alone_makes_no_folder_stopped_before_its_manifest(tmp_path):
    (tmp_path / "scenario.yaml").write_text("mine")
    with pytest.raises(StoreError, match="is not empty"), create(tmp_path):
        pass


@pytest.mark.parametrize("after", range(0, 13, 2))
def test_stopped_while_it_was_emptied(run_folder, after, monkeypatch):
    class PowerCut(BaseException):
        pass

    removed = []

    def watched(plain):
        def act(self, *rest, **more):
            if self.is_relative_to(run_folder) and self.name != ".lock" and ".tmp" not in self.name:
                removed.append(self)
                if len(removed) > after:
                    raise PowerCut
            return plain(self, *rest, **more)

        return act

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", watched(Path.unlink))
        patch.setattr(Path, "rmdir", watched(Path.rmdir))
        with pytest.raises(PowerCut), create(run_folder, force=True):
            pass
    assert nothing_begun(run_folder)
    with pytest.raises(StoreError, match="holds no runs yet"):
        resumable(Store(run_folder))
    with create(run_folder):
        assert [p.name for p in run_folder.iterdir()] == [".lock"]


# --- one at a time --------------------------------------------------------------------------------

HOLDER = """
import sys
import time
from pathlib import Path
from supplyrisk.results.lock import locked
from supplyrisk.results.store import Store
with locked(Store(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(run_folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(run_folder)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_one_process_at_a_time(run_folder, holder):
    before = tree(run_folder)
    for act in (lambda: locked(Store(run_folder)), lambda: create(run_folder, force=True)):
        with pytest.raises(Busy, match=f"process {holder.pid}") as refused, act():
            pass
        assert refused.value.exit_code == MACHINE
    assert tree(run_folder) == before
    holder.kill()
    holder.wait()
    with locked(Store(run_folder)):  # its owner is gone
        assert json.loads((run_folder / ".lock").read_text())["pid"] == os.getpid()
    assert not (run_folder / ".lock").exists()


def test_a_process_number_used_again_holds_nothing(run_folder):
    owner = {"pid": os.getppid(), "host": socket.gethostname()}
    (run_folder / ".lock").write_text(json.dumps(owner))
    with locked(Store(run_folder)):
        pass


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', "\x00\xff"])
def test_a_lock_that_says_nothing_holds_nothing(run_folder, text):
    (run_folder / ".lock").write_text(text)
    with locked(Store(run_folder)):
        pass


def test_another_machines_lock_counts(run_folder):
    owner = {"pid": 12, "host": "node-7", "since": "2026-01-01T00:00:00Z"}
    (run_folder / ".lock").write_text(json.dumps(owner))
    with (
        pytest.raises(Busy, match=r"process 12 on node-7 since 2026-01-01.*delete .*\.lock"),
        locked(Store(run_folder)),
    ):
        pass
    with pytest.raises(Busy, match="node-7"), create(run_folder, force=True):
        pass
    assert (run_folder / "report.html").exists()
    os.utime(run_folder / ".lock", (0, 0))  # no sign of life for long
    with locked(Store(run_folder)):
        pass


def test_a_holder_gives_signs_of_life(run_folder, monkeypatch):
    monkeypatch.setattr(lock_module, "SIGN_SECONDS", 0.01)
    with locked(Store(run_folder)):
        os.utime(run_folder / ".lock", (0, 0))
        deadline = time.monotonic() + 30
        while (run_folder / ".lock").stat().st_mtime == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (run_folder / ".lock").stat().st_mtime > 0


def test_where_the_file_system_has_no_locks_the_process_decides(run_folder, monkeypatch):
    import fcntl

    def unsupported(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (run_folder / ".lock").write_text(json.dumps({"pid": other.pid, "host": socket.gethostname()}))
        with pytest.raises(Busy, match=str(other.pid)), locked(Store(run_folder)):
            pass
    finally:
        other.kill()
        other.wait()
    with locked(Store(run_folder)):
        pass


def test_what_a_folder_holds_is_told_apart(run_folder):
    files, folders, foreign = contents(run_folder)
    assert len(files) == 11
    assert [f.name for f in folders] == ["runs-000000000-000000004", "chunks", "figures"]
    assert foreign == []
