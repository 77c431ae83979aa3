"""The run folder: whole files or none, never overwritten by accident, plain words when the disk is full."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.results import store as store_module
from sim.results.store import DiskFull, Span, Store, StoreError, create, layered_json, locked, missing, write_atomic


def test_missing_runs():
    assert missing([], Span(0, 10)) == [Span(0, 10)]
    assert missing([Span(0, 3), Span(5, 7)], Span(0, 10)) == [Span(3, 5), Span(7, 10)]
    assert missing([Span(0, 10)], Span(0, 10)) == []
    assert missing([Span(0, 4), Span(12, 20)], Span(2, 10)) == [Span(4, 10)]
    assert missing([], Span(5, 5)) == []


def test_a_folder_is_never_overwritten_by_accident(tmp_path):
    path = tmp_path / "run"
    made = create(path)
    made.write_manifest({"format": store_module.FORMAT})
    with pytest.raises(StoreError, match="--force"):
        create(path)
    create(path, force=True)
    assert list(path.iterdir()) == []


def test_force_never_empties_a_folder_that_is_not_a_run_folder(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(StoreError, match="not a run folder"):
        create(tmp_path, force=True)
    assert (tmp_path / "thesis.tex").exists()
    with pytest.raises(StoreError, match="is a file"):
        create(tmp_path / "thesis.tex")


def test_chunks_appear_whole_and_once(tmp_path):
    made = Store(tmp_path)
    made.write_chunk(Span(0, 5), {"a": b"first", "b": b"x"})
    made.write_chunk(Span(0, 5), {"a": b"again", "b": b"x"})
    assert made.spans() == [Span(0, 5)]
    assert (made.chunk_path(Span(0, 5)) / "a").read_bytes() == b"first"
    made.write_chunk(Span(3, 9), {"a": b""})
    with pytest.raises(StoreError, match="run 3 is in two chunks"):
        made.spans()


def test_a_full_disk_is_said_plainly_and_leaves_no_half_file(tmp_path, monkeypatch):
    made = Store(tmp_path)
    made.write_chunk(Span(0, 5), {"a": b"whole"})
    plain = store_module._write

    def full(path, content):
        plain(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store_module, "_write", full)
    for act in (
        lambda: made.write_chunk(Span(5, 9), {"a": b"half a chunk"}),
        lambda: write_atomic(tmp_path / "manifest.json", b"{}"),
    ):
        with pytest.raises(DiskFull, match=r"disk is full.*resume"):
            act()
    assert made.spans() == [Span(0, 5)]
    assert [p.name for p in tmp_path.iterdir()] == ["chunks"]
    assert [p.name for p in made.chunks_path.iterdir()] == [made.chunk_path(Span(0, 5)).name]


def test_sweeping_removes_what_a_kill_left(tmp_path):
    made = Store(tmp_path)
    made.write_chunk(Span(0, 5), {"a": b"whole"})
    (made.chunks_path / ".runs-000000005-000000009.77.tmp").mkdir()
    (tmp_path / ".outcomes.csv.77.tmp").write_text("half")
    assert made.spans() == [Span(0, 5)]
    made.sweep()
    assert [p.name for p in tmp_path.iterdir()] == ["chunks"]
    assert len(list(made.chunks_path.iterdir())) == 1


def test_one_process_at_a_time(tmp_path):
    made = Store(tmp_path)
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (tmp_path / ".lock").write_text(json.dumps({"pid": other.pid, "host": os.uname().nodename}))
        with pytest.raises(StoreError, match=str(other.pid)), locked(made):
            pass
    finally:
        other.kill()
        other.wait()
    with locked(made):  # its owner is gone
        assert (tmp_path / ".lock").exists()
    assert not (tmp_path / ".lock").exists()


def test_manifests_in_plain_words(tmp_path):
    with pytest.raises(StoreError, match="not a run folder"):
        Store(tmp_path).manifest()
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match="can't be read"):
        Store(tmp_path).manifest()
    (tmp_path / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(StoreError, match="version"):
        Store(tmp_path).manifest()


def test_layered_json_is_json():
    content = {"a": {"b": [1, {"c": {"d": [1.5, None, "ü"]}}], "e": {}}, "f": [], "g": [[1, 2], [3]]}
    assert json.loads(layered_json(content)) == content


WRITER = """
import sys
from pathlib import Path
from sim.results.store import Span, Store
store = Store(Path(sys.argv[1]))
content = bytes(range(256)) * 2000
print("ready", flush=True)
for first in range(int(sys.argv[2]), 10**6):
    store.write_chunk(Span(first, first + 1), {"a": content, "b": content})
    store.write_manifest({"format": 1, "at": first, "filling": "x" * 5000})
"""


def test_killed_at_random_moments_only_whole_chunks_are_there(tmp_path):
    made = Store(tmp_path)
    content = bytes(range(256)) * 2000
    for attempt in range(4):
        done = made.spans()
        first = done[-1].last if done else 0
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(first)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent.parent,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05 + 0.037 * attempt)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        for span in made.spans():
            for name in ("a", "b"):
                assert (made.chunk_path(span) / name).read_bytes() == content
        if (tmp_path / "manifest.json").exists():
            assert len(made.manifest()["filling"]) == 5000
    assert len(made.spans()) > 0


def test_statistics_do_not_depend_on_where_the_numbers_wait(tmp_path, monkeypatch):
    import numpy as np

    from sim.results import summary

    rng = np.random.default_rng(0)
    values = rng.normal(size=(97, 11))
    values[rng.uniform(size=values.shape) < 0.2] = np.nan
    values[:, 3] = np.nan
    found = []
    for numbers, chunk in ((10**6, 97), (10**6, 10), (100, 1), (100, 13), (1, 97)):
        monkeypatch.setattr(summary, "NUMBERS", numbers)
        with summary.Turned(tmp_path, 11, 97) as turned:
            for first in range(0, 97, chunk):
                turned.add(values[first : first + chunk])
            assert any(tmp_path.iterdir()) == (numbers <= 100)
            found.append(turned.describe())
        assert not any(tmp_path.iterdir())
    assert all(np.array_equal(found[0], other, equal_nan=True) for other in found)
    assert found[0][0, 1] == pytest.approx(np.nanmean(values[:, 0]))
    assert found[0][3, 0] == 0
    assert np.isnan(found[0][3, 1:]).all()
