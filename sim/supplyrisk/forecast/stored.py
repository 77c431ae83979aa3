"""What repeats a revised forecast: written beside its page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .revise import Revised


def write_manifest(
    path: Path, revised: Revised, scenario: Path, observed: Sequence[Path], batch: Mapping[str, Any]
) -> None:
    """Scenario, observations (with their hashes), seed, runs, what the runs were worth, and the code's hash."""
    content = {
        "kind": "forecast",
        "scenario": scenario.name,
        "as_of": revised.date(revised.today).isoformat(),
        "observed": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in observed},
        "observations_used": len(revised.used),
        "runs": len(revised.weights.of_run),
        "effective_runs": round(revised.weights.effective, 1),
        "power": revised.weights.power,
        **{key: batch[key] for key in ("seed", "sampler", "versions", "code_hash", "scenario_hash") if key in batch},
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
