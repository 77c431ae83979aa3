"""Shards of a batch, run apart, joined into one run folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import pairwise

from ..bounded import MAX_TABLE_BYTES, read_bytes
from ..results.store import Damaged, Span, Store, StoreError, batch_mark, write_atomic
from ..sums import add_up
from .batch import ENGINES, SCENARIO, SOURCES, batch_of, engine_of
from .stages import RUNNING, Outcome, conclude, now, resumable
from .versions import other_versions
from .work import bench

SAME = ("runs", "seed", "sampler", "design_block", "keep_series", "series_step_weeks", "arms", "precision")


def merge(
    stores: Sequence[Store],
    open_store: Callable[[], AbstractContextManager[Store]],
    note: Callable[[str], None] = lambda text: None,
) -> Outcome:
    """Join shards (or interrupted parts) of one batch into a new run folder.

    What was damaged in a shard since it was written is left out, told, and counts as missing.

    Parameters
    ----------
    note : callable
        Takes what the user should know: damage, and parts that were computed with other versions of Python or libraries.

    Raises
    ------
    StoreError
        If they are not parts of one batch, or hold the same run twice.
    """
    manifests = [resumable(store) for store in stores]
    first = stores[0].path
    for store, manifest in zip(stores, manifests):
        for key in SAME:
            if manifest.get(key) != manifests[0].get(key):
                raise StoreError(f"{store.path} is no part of the same batch as {first}: {key} differs")
        for key, value in manifest["hashes"].items():
            if value != manifests[0]["hashes"].get(key):
                raise StoreError(f"{store.path} is no part of the same batch as {first}: other {key}")
        engines = engine_of(manifests[0]), engine_of(manifest)
        if engines[0] != engines[1] and not set(engines) <= set(ENGINES):  # those two give the same bits
            raise StoreError(f"{store.path} is no part of the same batch as {first}: engine differs")
        if not store.chunks_path.exists():
            raise StoreError(f"{store.path} keeps no chunks: only shards and unfinished batches can be merged")
        if differ := other_versions(manifests[0]["versions"], manifest["versions"]):
            note(f"{store.path} was computed with other versions than {first} ({differ}): last digits may differ")
    spans = sorted(((span, store) for store in stores for span in store.spans()), key=lambda pair: pair[0])
    for (a, one), (b, other) in pairwise(spans):
        if b.first < a.last:
            raise StoreError(f"run {b.first} is in {one.path} and in {other.path}")
    if not spans:
        raise StoreError(f"{first} holds no finished runs: there is nothing to merge")
    if spans[-1][0].last > manifests[0]["runs"]:
        raise StoreError(f"{spans[-1][1].path} holds run {spans[-1][0].last - 1}, which the batch does not have")
    with open_store() as target:
        manifest = {**manifests[0], "shard": None, "status": RUNNING, "created": now(), "timings": {}}
        target.write_manifest(manifest)
        for text in (stores[0].path / name for name in (SCENARIO, SOURCES)):
            if text.is_file() and not text.is_symlink():
                write_atomic(target.path / text.name, read_bytes(text, MAX_TABLE_BYTES))
        mark = batch_mark(manifest)
        joined = []
        for span, store in spans:
            try:
                target.write_chunk(span, store.read_chunk(span, mark), mark)
                joined.append(span)
            except Damaged as error:
                note(f"{error}; runs {span.first} to {span.last - 1} are left out")
        ready = bench(batch_of(manifest))
        timings = {
            "simulation": add_up(float(m["timings"].get("simulation", 0.0)) for m in manifests),
            "wall": max(float(m["timings"].get("wall", 0.0)) for m in manifests),
        }
        return conclude(target, ready.layout, manifest, Span(0, manifest["runs"]), joined, timings, interrupted=False)
