"""Run folders from elsewhere: no module of theirs is imported, parts of other batches refused, other versions told."""

import sys
from dataclasses import replace

import pytest
from supplyrisk.experiment import batch as batch_module
from supplyrisk.experiment.batch import resume
from supplyrisk.experiment.merging import merge
from supplyrisk.results.folder import create
from supplyrisk.results.store import StoreError

from tests.batch_runs import HERE, run


@pytest.mark.parametrize("engine", ["os:system", "tests.elsewhere:ENGINE", "antigravity:x", "elsewhere"])
def test_a_manifest_names_no_module_to_import(tmp_path, engine):
    """A run folder may come from anyone; only engines that this process was given itself are imported."""
    broken = run(tmp_path / "x", replace(HERE, shard=(1, 2)), runs=10)
    store = broken.store
    store.write_manifest({**store.manifest(), "engine": engine, "status": "interrupted"})
    before = set(sys.modules)
    for use in (
        lambda: resume(store, replace(HERE, engine="auto")),
        lambda: merge([store], lambda: create(tmp_path / "m")),
        lambda: batch_module.batch_of(store.manifest()),
    ):
        with pytest.raises(StoreError, match="engine of its own"):
            use()
    assert set(sys.modules) == before
    assert not (tmp_path / "m").exists()


def changed(store, **changes):
    manifest = store.manifest()
    for key, value in changes.items():
        manifest[key] = {**manifest[key], **value} if isinstance(value, dict) else value
    store.write_manifest(manifest)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"series_step_weeks": 4}, "series_step_weeks differs"),
        ({"engine": "reference"}, "engine differs"),
        ({"precision": [0.1]}, "precision differs"),
        ({"hashes": {"code": "0"}}, "other code"),
        ({"hashes": {"world": "0"}}, "other world"),
    ],
)
def test_merge_refuses_what_is_not_one_batch(tmp_path, change, message):
    shards = [run(tmp_path / f"{i}", replace(HERE, shard=(i, 2)), runs=10).store for i in (1, 2)]
    changed(shards[1], **change)
    with pytest.raises(StoreError, match=message):
        merge(shards, lambda: create(tmp_path / "m"))
    assert not (tmp_path / "m").exists()


def test_other_versions_are_told_by_merge_and_resume(tmp_path):
    shards = [run(tmp_path / f"{i}", replace(HERE, shard=(i, 2)), runs=10).store for i in (1, 2)]
    told = []
    merge(shards, lambda: create(tmp_path / "a"), told.append)
    assert told == []
    changed(shards[1], versions={"python": "3.99.1", "numba": "0.1"})
    merged = merge(shards, lambda: create(tmp_path / "b"), told.append)
    assert len(told) == 1
    assert "3.99" in told[0]
    assert "numba" in told[0]
    assert merged.finished == 10
    changed(shards[0], versions={"python": "3.99.1"}, status="interrupted")
    noted = Noted()
    resume(shards[0], HERE, progress=noted)
    assert "3.99" in noted.notes[0]
    changed(shards[0], versions={"python": f"{sys.version_info[0]}.{sys.version_info[1]}.99"}, status="interrupted")
    noted = Noted()
    resume(shards[0], HERE, progress=noted)
    assert noted.notes == []


class Noted:
    """Progress that keeps what it is told."""

    def __init__(self):
        self.notes = []

    def advance(self, done, failed):
        pass

    def note(self, text):
        self.notes.append(text)
