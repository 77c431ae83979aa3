"""Write locked.txt: the pins of constraints.txt with the SHA-256 of every file the package index has for them.

    python tools/lock_pins.py            # needs uv (pip install uv) and the network

Two files, because pip takes hashes only where every requirement is one exact version: with a constraints file that
holds hashes neither `pip install -e .` nor a range such as `numpy>=2.1` can be installed. constraints.txt is for
people (`pip install -c constraints.txt -e .`), locked.txt for the launcher, which installs nothing that is not in it.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = """\
# The pins of constraints.txt with the SHA-256 of every file of that version, for all systems; `for` names the extras
# that need it. run_scenario.py installs from these alone. Written by tools/lock_pins.py; not to be edited.
"""


def compiled(*options: str) -> str:
    """What uv resolves from pyproject.toml within constraints.txt, for every system and Python from 3.11."""
    line = [
        "uv",
        "pip",
        "compile",
        "pyproject.toml",
        "-c",
        "constraints.txt",
        "--universal",
        "--python-version",
        "3.11",
    ]
    line += ["--quiet", "--no-header", "--no-annotate", "--no-emit-index-url", *options]
    return subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def names(text: str) -> set[str]:
    return {line.split("==")[0] for line in text.splitlines() if "==" in line}


def locked() -> str:
    """The text of locked.txt."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    core = names(compiled())
    needed = {"core": core} | {extra: names(compiled("--extra", extra)) - core for extra in extras}
    out = [HEADER]
    for stanza in re.split(r"\n(?=\S)", compiled("--all-extras", "--generate-hashes").strip()):
        name = stanza.split("==")[0]
        out.append(f"# for: {' '.join(part for part, packages in needed.items() if name in packages)}\n{stanza}\n")
    return "".join(out)


if __name__ == "__main__":
    (ROOT / "locked.txt").write_text(locked())
