"""Part of `run.py` that measures what a user would pick instead, on a comparable chain of three stages."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from measuring import ROOT, Size, middle, number, table
from part_engines import country_chain, one_run_ms

NAMES = {
    "simpy": ("SimPy, written by hand", "orders, stocks, transport"),
    "supplynetpy": ("SupplyNetPy", "orders, stocks, transport"),
    "stockpyl": ("stockpyl", "orders, stocks, transport"),
    "boario": ("BoARIO", "input-output table, inventories"),
}
OURS = "with prices, contracts, substitution, licences"
STAGES, YEARS = 3, 10


def others(size: Size) -> str:
    """Milliseconds of a ten-year run and microseconds of a site and week."""
    python, missing = environment()
    weeks, rows = YEARS * 52, []
    for chains in size.of((1, 4, 8), (1, 4)):
        own: dict[str, float] = {}
        for name, engine in (("this project, compiled", "batch"), ("this project, SimPy reference", "reference")):
            own[name] = engine_ms(chains, engine, size.of(9, 3))
        fastest = own["this project, compiled"]
        for name, ms in own.items():
            rows.append((name, OURS, *figures(chains, weeks, ms, fastest)))
        for tool, (name, what) in NAMES.items():
            found = measure(python, tool, chains, weeks, size.of(5, 2)) if tool not in missing else None
            if found is None:
                missing.add(tool)
                continue
            ms = 1e3 * middle(found["seconds"])
            rows.append((f"{name} {found['version']}", what, *figures(chains, weeks, ms, fastest)))
    header = ("tool", "what it simulates", "sites", "ms a ten-year run", "µs a site and week", "times ours")
    notes = [f"{NAMES[tool][0]}: could not be installed or run here, left out." for tool in sorted(missing)]
    return "\n\n".join([table(header, rows), *notes])


def figures(chains: int, weeks: int, ms: float, fastest: float) -> tuple[str, ...]:
    sites = chains * STAGES
    return str(sites), number(ms), number(1e3 * ms / sites / weeks), number(ms / fastest, 2)


def engine_ms(chains: int, engine: str, repeats: int) -> float:
    """Median milliseconds of one run of this project on the chain."""
    from part_engines import run_once

    if engine == "batch":
        return one_run_ms(country_chain(chains, YEARS), repeats)[0]
    from measuring import compiled

    given, ready = compiled(country_chain(chains, YEARS), engine="reference")
    return 1e3 * middle([run_once(ready, given.seed, 1, run)[0] for run in range(2)])


def measure(python: Path, tool: str, chains: int, weeks: int, repeats: int) -> dict | None:
    program = [str(python), str(ROOT / "benchmarks" / "others.py"), tool, *map(str, (chains, weeks, repeats))]
    done = subprocess.run(program, capture_output=True, text=True)
    if done.returncode:
        print(f"{tool}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def environment() -> tuple[Path, set[str]]:
    """The interpreter of an environment with the pinned versions, made at the first call; and tools that failed."""
    wanted = ROOT / "benchmarks" / "requirements.txt"
    digest = hashlib.sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()[:12]
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "supplyrisk" / f"benchmark-{digest}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    told = folder / "failed.json"
    if not told.exists():
        print(f"setting up the other tools in {folder}", file=sys.stderr)
        try:
            venv.create(folder, with_pip=True, clear=True)
        except OSError:  # no room in the cache
            folder = Path(tempfile.mkdtemp(prefix="supplyrisk-benchmark-"))
            venv.create(folder, with_pip=True)
        told.write_text(json.dumps(install(python, wanted)))
    return python, set(json.loads(told.read_text()))


def install(python: Path, wanted: Path) -> list[str]:
    """Install line by line, so that one that fails leaves the others; returns the tools that failed."""
    failed = []
    for line in wanted.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        done = subprocess.run([str(python), "-m", "pip", "install", "-q", line], capture_output=True, text=True)
        if done.returncode:
            name = line.split("==")[0]
            failed.append(name if name in NAMES else "boario")
    return failed
