"""The run folder of a scenario that names several worlds: one folder per world below it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..experiment.batch import Outcome
    from ..spec.resolved import Scenario


def write_parent(out: Path, scenarios: Sequence[Scenario], outcomes: Sequence[Outcome], text: str) -> None:
    """`manifest.json` of the parent folder: which worlds, how far each got, the hash of all results."""
    from ..results.store import FORMAT, Store, write_atomic

    hashes = {o.store.path.name: o.manifest["results_hash"] for o in outcomes}
    done = len(outcomes) == len(scenarios) and all(o.manifest["status"] == "finished" for o in outcomes)
    manifest = {
        "format": FORMAT,
        "status": "finished" if done else "interrupted",
        "title": scenarios[0].title,
        "question": scenarios[0].question,
        "created": outcomes[0].manifest["created"],
        "worlds": [scenario.world.name for scenario in scenarios],
        "results_hash": hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest(),
    }
    Store(out).write_manifest(manifest)
    write_atomic(out / "scenario.yaml", text.encode())
