"""The run folder: whole files or none, never overwritten by accident, plain words when the disk is full."""

import errno
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from supplyrisk.results import store as store_module
from supplyrisk.results.store import Damaged, DiskFull, Span, Store, StoreError, layered_json, missing, write_atomic


def test_missing_runs():
    assert missing([], Span(0, 10)) == [Span(0, 10)]
    assert missing([Span(0, 3), Span(5, 7)], Span(0, 10)) == [Span(3, 5), Span(7, 10)]
    assert missing([Span(0, 10)], Span(0, 10)) == []
    assert missing([Span(0, 4), Span(12, 20)], Span(2, 10)) == [Span(4, 10)]
    assert missing([], Span(5, 5)) == []


def test_chunks_appear_whole_and_once(tmp_path):
    made = Store(tmp_path)
    made.write_chunk(Span(0, 5), {"a": b"first", "b": b"x"})
    made.write_chunk(Span(0, 5), {"a": b"again", "b": b"x"})
    assert made.spans() == [Span(0, 5)]
    assert (made.chunk_path(Span(0, 5)) / "a").read_bytes() == b"first"
    made.write_chunk(Span(3, 9), {"a": b""})
    with pytest.raises(StoreError, match="run 3 is in two chunks"):
        made.spans()


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def swap(one, other):
    one.rename(one.with_name("aside"))
    other.rename(one)
    one.with_name("aside").rename(other)


def from_elsewhere(made):
    other = Store(made.path / "other")
    other.write_chunk(Span(5, 9), {"a": b"same length", "b": b"."}, "another batch")
    shutil.rmtree(made.chunk_path(Span(5, 9)))
    shutil.copytree(other.chunk_path(Span(5, 9)), made.chunk_path(Span(5, 9)))


def through_a_link(made):
    file = made.chunk_path(Span(5, 9)) / "a"
    file.rename(made.path / "elsewhere")
    file.symlink_to(made.path / "elsewhere")


@pytest.mark.parametrize(
    ("damage", "hit"),
    [
        (lambda made: flip(made.chunk_path(Span(5, 9)) / "a"), [Span(5, 9)]),
        (lambda made: flip(made.chunk_path(Span(5, 9)) / "checksums.json"), [Span(5, 9)]),
        (lambda made: (made.chunk_path(Span(5, 9)) / "a").write_bytes(b"second chun"), [Span(5, 9)]),
        (lambda made: (made.chunk_path(Span(5, 9)) / "a").write_bytes(b"second chunk and more"), [Span(5, 9)]),
        (lambda made: (made.chunk_path(Span(5, 9)) / "a").unlink(), [Span(5, 9)]),
        (lambda made: (made.chunk_path(Span(5, 9)) / "checksums.json").unlink(), [Span(5, 9)]),
        (lambda made: swap(made.chunk_path(Span(0, 5)), made.chunk_path(Span(5, 9))), [Span(0, 5), Span(5, 9)]),
        (lambda made: made.chunk_path(Span(5, 9)).rename(made.chunk_path(Span(3, 7))), [Span(3, 7)]),
        (from_elsewhere, [Span(5, 9)]),
        (through_a_link, [Span(5, 9)]),
    ],
    ids=["bit", "checksums", "cut", "longer", "file gone", "no checksums", "swapped", "renamed", "other batch", "link"],
)
def test_a_damaged_chunk_is_told_and_never_used(tmp_path, damage, hit):
    made = Store(tmp_path)
    for span, content in ((Span(0, 5), b"first chunk!"), (Span(5, 9), b"second chunk"), (Span(9, 12), b"third")):
        made.write_chunk(span, {"a": content, "b": b"."}, "batch")
    assert made.intact("batch") == made.spans()
    damage(made)
    for span in hit:
        with pytest.raises(Damaged):
            made.read_chunk(span, "batch")
    told = []
    sound = made.sound("batch", told.append)
    assert [text.split("; ")[-1] for text in told] == [
        f"runs {span.first} to {span.last - 1} are computed again" for span in hit
    ]
    assert sound == [span for span in (Span(0, 5), Span(5, 9), Span(9, 12)) if span in made.spans()]
    assert not set(hit) & set(made.spans())
    assert made.sound("batch", told.append) == sound


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
from supplyrisk.results.store import Span, Store
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
    from supplyrisk.results import summary

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
