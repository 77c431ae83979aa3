"""The run folder of a scenario that names several worlds: one folder per world below it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..experiment.stages import Outcome
    from ..results.store import Store
    from ..spec.resolved import Scenario


def begin_parent(parent: Store, scenarios: Sequence[Scenario], text: str) -> None:
    """`manifest.json` of the parent folder before the first run: which worlds belong to it."""
    from ..experiment.batch import store_text
    from ..experiment.stages import RUNNING, now

    parent.write_manifest(_manifest(scenarios, RUNNING, now(), ""))
    if text:
        store_text(parent, text)


def write_parent(parent: Store, scenarios: Sequence[Scenario], outcomes: Sequence[Outcome]) -> None:
    """`manifest.json` of the parent folder: how far the worlds got, the hash of all results."""
    from ..experiment.stages import FINISHED, INTERRUPTED

    hashes = {o.store.path.name: o.manifest["results_hash"] for o in outcomes}
    done = len(outcomes) == len(scenarios) and all(o.manifest["status"] == FINISHED for o in outcomes)
    results = hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()
    created = parent.manifest()["created"]
    parent.write_manifest(_manifest(scenarios, FINISHED if done else INTERRUPTED, created, results))


def _manifest(scenarios: Sequence[Scenario], status: str, created: str, results_hash: str) -> dict[str, Any]:
    from ..results.store import FORMAT

    return {
        "format": FORMAT,
        "status": status,
        "title": scenarios[0].title,
        "question": scenarios[0].question,
        "created": created,
        "worlds": [scenario.world.name for scenario in scenarios],
        "results_hash": results_hash,
    }
