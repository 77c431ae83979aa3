"""How far a batch got: what its manifest says, whether there is something to resume, its tables and its end."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Interrupted, as_typed
from ..results.chunks import Layout
from ..results.finish import Finished, finish
from ..results.folder import not_begun, nothing_begun
from ..results.joining import Help
from ..results.store import Span, Store, StoreError, batch_mark, missing
from .runner import Clock

RUNNING, INTERRUPTED, FINISHED, SHARD = "running", "interrupted", "finished", "shard finished"


@dataclass(frozen=True)
class Outcome:
    """What a batch came to."""

    store: Store
    manifest: Mapping[str, Any]
    interrupted: bool = False

    @property
    def finished(self) -> int:
        return int(self.manifest["counts"].get("finished", 0))

    @property
    def failed(self) -> int:
        return int(self.manifest["counts"].get("failed", 0))


def now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextlib.contextmanager
def how_to_go_on(store: Store) -> Iterator[None]:
    """Say how to go on if the user ends it here."""
    try:
        yield
    except Interrupted:
        raise
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted; finished runs are kept: {as_typed('resume', str(store.path))} goes on from there"
        ) from None


def resumable(store: Store) -> dict[str, Any]:
    """The manifest of a folder in which there is something to resume.

    Raises
    ------
    StoreError
        If there is not, saying what to do instead.
    """
    if store.path.is_dir() and nothing_begun(store.path):
        raise not_begun(store.path)
    manifest = store.manifest()
    if "worlds" in manifest and "resolved" not in manifest:
        each = " or ".join(as_typed("resume", str(store.path / str(name))) for name in manifest["worlds"])
        raise StoreError(f"{store.path} holds a run folder for each world: {each}")
    return manifest


def is_finished(store: Store, manifest: Mapping[str, Any]) -> bool:
    """Whether nothing is left to do; a finished shard whose chunks were damaged since is not finished."""
    if manifest["status"] != SHARD:
        return bool(manifest["status"] == FINISHED)
    wanted = Span(manifest["shard"]["first"], manifest["shard"]["last"] + 1)
    return not missing(store.intact(batch_mark(manifest)), wanted)


def conclude(
    store: Store,
    made: Layout,
    manifest: dict[str, Any],
    wanted: Span,
    spans: Sequence[Span],
    timings: Mapping[str, float],
    interrupted: bool,
    help: Help | None = None,
) -> Outcome:
    """Write the tables of all finished runs, those of the sound chunks `spans`, and the last manifest."""
    clock = Clock()
    spans = [span for span in spans if wanted.first <= span.first and span.last <= wanted.last]
    written: Finished = finish(store, made, spans, help)
    absent = sum(gap.last - gap.first for gap in missing(spans, wanted))
    seconds = dict(timings)
    seconds["tables"] = clock.seconds()
    here = written.counts["finished"] + written.counts["failed"]
    seconds["runs_per_second"] = here / seconds["wall"] if seconds.get("wall") else 0.0
    complete = not absent and not interrupted
    manifest = {
        **manifest,
        "status": (SHARD if manifest["shard"] else FINISHED) if complete else INTERRUPTED,
        "finished": now() if complete else "",
        "timings": {name: round(value, 3) for name, value in seconds.items()},
        "counts": {**written.counts, "missing": absent, "rows": written.rows},
        "outcomes_csv": written.outcomes_csv,
        "table_hashes": written.hashes,
        "results_hash": written.results_hash,
    }
    store.write_manifest(manifest)
    if complete and not manifest["shard"]:
        store.remove_chunks()
    return Outcome(store, manifest, interrupted)
