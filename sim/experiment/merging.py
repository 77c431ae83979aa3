"""Shards of a batch, run apart, joined into one run folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from itertools import pairwise

from ..results.store import Span, Store, StoreError, locked
from ..sums import add_up
from .batch import RUNNING, SCENARIO, SOURCES, Outcome, batch_of, conclude, now
from .work import bench


def merge(stores: Sequence[Store], open_store: Callable[[], Store]) -> Outcome:
    """Join shards (or interrupted parts) of one batch into a new run folder.

    Raises
    ------
    StoreError
        If they are not parts of one batch, or hold the same run twice.
    """
    manifests = [store.manifest() for store in stores]
    same = ("runs", "seed", "sampler", "design_block", "keep_series", "arms")
    for store, manifest in zip(stores, manifests):
        for key in same:
            if manifest[key] != manifests[0][key]:
                raise StoreError(f"{store.path} is no part of the same batch as {stores[0].path}: {key} differs")
        for key, value in manifest["hashes"].items():
            if value != manifests[0]["hashes"][key]:
                raise StoreError(f"{store.path} is no part of the same batch as {stores[0].path}: other {key}")
        if not store.chunks_path.exists():
            raise StoreError(f"{store.path} keeps no chunks: only shards and unfinished batches can be merged")
    spans = sorted(((span, store) for store in stores for span in store.spans()), key=lambda pair: pair[0])
    for (a, one), (b, other) in pairwise(spans):
        if b.first < a.last:
            raise StoreError(f"run {b.first} is in {one.path} and in {other.path}")
    target = open_store()
    with locked(target):
        manifest = {**manifests[0], "shard": None, "status": RUNNING, "created": now(), "timings": {}}
        for text in (stores[0].path / name for name in (SCENARIO, SOURCES)):
            if text.exists():
                shutil.copyfile(text, target.path / text.name)
        target.write_manifest(manifest)
        for span, store in spans:
            to = target.chunk_path(span)
            beside = to.with_name(f".{to.name}.{os.getpid()}.tmp")
            shutil.copytree(store.chunk_path(span), beside)
            beside.rename(to)
        ready = bench(batch_of(manifest))
        timings = {
            "simulation": add_up(float(m["timings"].get("simulation", 0.0)) for m in manifests),
            "wall": max(float(m["timings"].get("wall", 0.0)) for m in manifests),
        }
        return conclude(target, ready.layout, manifest, Span(0, manifest["runs"]), timings, False, keep_chunks=False)
