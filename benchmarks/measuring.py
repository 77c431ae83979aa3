"""What the parts of `run.py` share: clocks, children with their peak memory, fits, Markdown tables."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    quick: bool = False

    def of(self, full: Any, quick: Any) -> Any:
        return quick if self.quick else full


# --- clocks ---------------------------------------------------------------------------------------


def cpu_seconds(work: Callable[[], Any]) -> float:
    """Processor time of this thread, which other programs on the machine disturb least."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float], digits: int = 3) -> str:
    """Median, and in brackets the range in which the middle half lies."""
    low, high = np.quantile(values, (0.25, 0.75))
    return f"{number(middle(values), digits)} ({number(low, digits)}-{number(high, digits)})"


def number(value: float, digits: int = 3) -> str:
    """A number with so many significant digits."""
    if value == 0.0 or not np.isfinite(value):
        return "0" if value == 0.0 else "-"
    places = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:,.{places}f}"


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> tuple[float, float]:
    """Least-squares slope of log cost against log size, and its standard error. 1 is linear."""
    x, y = np.log(np.asarray(sizes, float)), np.log(np.asarray(costs, float))
    deviation = x - x.mean()
    slope = float(deviation @ y / (deviation @ deviation))
    rest = y - y.mean() - slope * deviation
    error = float(np.sqrt(rest @ rest / max(len(x) - 2, 1) / (deviation @ deviation)))
    return slope, error


# --- tables ---------------------------------------------------------------------------------------


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def machine() -> str:
    """The machine, in one line, with how busy it is now."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = f"; load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numba", "numpy", "simpy"))
    return f"{model}, {cores()} cores, {platform.system()}, Python {platform.python_version()}, {versions}{load}"


def busy() -> bool:
    """Whether something else keeps the machine busy: this program is one process between two parts."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > 1.5


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# --- children -------------------------------------------------------------------------------------


def child(code: str, *arguments: Any, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a function of a module here, `module:function`, in a fresh interpreter; it returns what JSON can hold.

    `seconds` and `cpu_seconds` of the whole process, from start to end, are added.
    """
    module, _, function = code.partition(":")
    program = (
        f"import json, sys, time; sys.path[:0] = {[str(ROOT / 'benchmarks'), str(ROOT / 'sim'), str(ROOT)]!r}; import {module}; "
        f"found = {module}.{function}(*json.loads(sys.argv[1])); "
        "print(json.dumps({**found, 'cpu_seconds': time.process_time()}))"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
        cwd=ROOT,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return {**json.loads(done.stdout.splitlines()[-1]), "seconds": time.perf_counter() - start}


def peak_mb(pid: int | str = "self") -> float:
    """Largest memory a process ever held, in MB; 0 where the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmHWM")), 0.0)


@contextmanager
def watched_children() -> Iterator[dict[int, float]]:
    """Peak memory (MB) of every process this one starts, by process id."""
    found: dict[int, float] = {}
    over = threading.Event()

    def look() -> None:
        listing = Path(f"/proc/self/task/{os.getpid()}/children")
        while not over.wait(0.1) and listing.exists():
            for pid in map(int, listing.read_text().split()):
                found[pid] = max(found.get(pid, 0.0), peak_mb(pid))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


# --- scenarios ------------------------------------------------------------------------------------


def shipped(name: str, years: float | None = None, arms: int = 2, world: str = "") -> Any:
    """A shipped scenario, with its first arms and another horizon."""
    from supplyrisk.spec.load import load_scenario

    found = load_scenario(ROOT / "scenarios" / f"{name}.yaml")
    chosen = next((one for one in found if one.world.name == world), found[0])
    days = round(years * 365.25) if years else chosen.days
    return replace(chosen, arms=chosen.arms[:arms], days=days)


def compiled(scenario: Any, runs: int = 1, engine: str = "batch") -> tuple[Any, Any]:
    """Batch and bench of a scenario, as a worker has them."""
    from supplyrisk.experiment.batch import Options, prepare

    return prepare(scenario, Options(runs=runs, engine=engine), lambda text: None)
