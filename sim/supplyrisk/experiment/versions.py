"""What decides results beside a scenario: the code, and the versions it runs on."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from .. import __version__

PARTS = ("model", "operations", "measures", "engines", "events")  # rooms whose code decides results
# Of `results`: where things are kept and how they are read, not what they are.
NOT_RESULTS = (
    *("store.py", "lock.py", "folder.py", "damaged.py", "pairing.py", "difference.py", "frames.py"),
    *("reader.py", "stored.py", "fan.py", "arm_series.py", "summary_table.py", "long_batches.py"),
)
LIBRARIES = ("numpy", "scipy", "pyarrow", "simpy", "numba")


def code_hash() -> str:
    """SHA-256 of the source that decides results: model, engines, draws, metrics, tables."""
    root = Path(__file__).resolve().parent.parent
    files = [file for part in PARTS for file in sorted((root / part).rglob("*.py"))]
    files += [root / "streams.py", root / "powers.py", root / "sums.py"]
    files += [root / "experiment" / name for name in ("designs.py", "beta.py")]
    files += [file for file in sorted((root / "results").glob("*.py")) if file.name not in NOT_RESULTS]
    sha = hashlib.sha256()
    for file in files:
        sha.update(file.name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return sha.hexdigest()


def versions() -> dict[str, str]:
    """Versions of what computed the results."""
    found = {"supplyrisk": __version__, "python": platform.python_version(), "platform": platform.platform()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
    return found


def other_versions(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    """What differs between two manifests' versions in what could decide last digits; "" if nothing does.

    Results are the same bits on every supported Python and system, as far as tests can tell; libraries may change theirs.
    """
    names = [name for name in ("python", *LIBRARIES) if _short(name, one) != _short(name, other)]
    return ", ".join(f"{name} {_short(name, one) or 'none'} and {_short(name, other) or 'none'}" for name in names)


def _short(name: str, versions: Mapping[str, str]) -> str:
    """A version; of Python without the last number, which mends faults only."""
    found = versions.get(name, "")
    return ".".join(found.split(".")[:2]) if name == "python" else found
