"""Parts of `run.py` about one run: engines against each other, growth with size, time to start."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from typing import Any

from measuring import ROOT, Size, child, compiled, cpu_seconds, exponent, middle, number, shipped, spread, table

# Shipped scenarios: name, years (None: as shipped), world, what it is.
PAIRS = (
    ("china_export_ban_refined", 10, "", "ndfeb, oxide exports stopped for a year"),
    ("china_heavy_ree_licences_2025", None, "", "ndfeb, licences (many applications)"),
    ("gallium_licences_2023", None, "", "gallium, licences"),
    ("germanium_export_ban", None, "", "germanium, ban"),
    ("antimony_transshipment", None, "", "antimony, ban and leaks"),
    ("graphite_licences", None, "", "graphite, licences"),
    ("kazakhstan_tungsten", None, "", "tungsten, a new supplier"),
)


def run_once(ready: Any, seed: int, arm: int, run: int) -> tuple[float, int]:
    """Processor seconds and events of one arm of one run, its recorded series included."""
    values = ready.design.values(run, run + 1)[0]
    found: list[Any] = []
    seconds = cpu_seconds(lambda: found.append(ready.engine.run(ready.model, arm, run, seed, values)))
    return seconds, int(found[0].totals["events"])


def engines(size: Size) -> str:
    """Compiled engine against the reference engine: the same runs, one after the other, in one process."""
    rows = []
    for name, years, world, what in PAIRS[: size.of(None, 2)]:
        scenario = shipped(name, size.of(years, 2), world=world)
        batch, fast = compiled(scenario)
        _, slow = compiled(scenario, engine="reference")
        weeks = int(fast.model.n_weeks)
        for arm in range(2) if name == PAIRS[0][0] else (1,):
            run_once(fast, batch.seed, arm, 0)
            pairs, fast_ms, ns = [], [], []
            for run in range(size.of(5, 2)):
                reference, events = run_once(slow, batch.seed, arm, run)
                each = [run_once(fast, batch.seed, arm, run)[0] for _ in range(5)]
                pairs.append(reference / middle(each))
                fast_ms += [1e3 * one for one in each]
                ns += [1e9 * one / events for one in each]
            arm_name = fast.layout.arms[arm]
            rows.append(
                (
                    f"{what}: {arm_name}",
                    number(weeks / 52.18, 2),
                    f"{events:,}",
                    number(middle(fast_ms) * middle(pairs)),
                    spread(fast_ms),
                    spread(ns),
                    f"{spread(pairs)}",
                )
            )
    header = ("world and arm", "years", "events", "SimPy, ms", "compiled, ms", "compiled, ns an event", "times faster")
    return table(header, rows)


# --- growth ---------------------------------------------------------------------------------------


def one_run_ms(scenario: Any, repeats: int, arm: int = 1) -> tuple[float, Any]:
    """Median processor time of one arm of one run, and the bench it ran on."""
    batch, ready = compiled(scenario)
    run_once(ready, batch.seed, arm, 0)
    return 1e3 * middle([run_once(ready, batch.seed, arm, run)[0] for run in range(repeats)]), ready


def country_chain(countries: int, years: float) -> Any:
    """Three stages in every one of so many countries, all trading with all: 3 n^2 lanes."""
    from tests.small_worlds import chain, effect, event, scenario

    names = [chr(ord("A") + c) for c in range(countries)]
    makers = dict.fromkeys(names, 1.0 / countries)
    users = {(name, "cars"): 100.0 / countries for name in names}
    ban = event(effect("close", 1.0, "metal", names[0]), start=364.0, duration=182.0)
    return scenario(chain(("ore", "metal", "part"), makers, users), ban, years=years)


def scaling(size: Size) -> str:
    """Time against weeks, lanes and runs: the exponent is 1 where cost is linear."""
    rows, repeats = [], size.of(15, 5)
    weeks, ms = [], []
    for years in size.of((1, 2, 4, 8, 16), (1, 2, 4)):
        each, ready = one_run_ms(shipped(PAIRS[0][0], years), repeats)
        weeks.append(int(ready.model.n_weeks))
        ms.append(each)
    rows.append(growth("weeks", "ndfeb, one run of the scenario", weeks, ms))
    lanes, ms = [], []
    for countries in size.of((4, 6, 8, 11, 16, 22), (4, 8, 12)):
        each, ready = one_run_ms(country_chain(countries, 3.0), repeats)
        lanes.append(int(ready.model.layout.n_lanes))
        ms.append(each)
    rows.append(growth("lanes", "made worlds of three stages, all countries trade with all", lanes, ms))
    runs = size.of((50, 100, 200, 400, 800), (25, 50, 100))
    ms = [1e3 * chunk_seconds(each) for each in runs]
    rows.append(growth("runs", "ndfeb, four years, two arms, tables of a chunk included", runs, ms))
    return table(("growth with", "what was run", "from", "to", "ms from", "ms to", "exponent"), rows)


def growth(name: str, what: str, sizes: Any, ms: Any) -> tuple[Any, ...]:
    slope, error = exponent(sizes, ms)
    ends = (f"{sizes[0]:,}", f"{sizes[-1]:,}", number(ms[0]), number(ms[-1]))
    return (name, what, *ends, f"{slope:.2f} ± {error:.2f}")


def chunk_seconds(runs: int) -> float:
    """Processor time of a chunk of so many runs as a worker makes it, from design to files."""
    from supplyrisk.experiment.work import simulate
    from supplyrisk.results import chunks
    from supplyrisk.results.store import Span

    batch, ready = compiled(shipped(PAIRS[0][0], 4), runs=10_000)
    chunks.files(simulate(ready, Span(0, 2), batch.seed), ready.layout)  # loads what is loaded once
    return cpu_seconds(lambda: chunks.files(simulate(ready, Span(0, runs), batch.seed), ready.layout))


def designs(size: Size) -> str:
    """How many times fewer runs pairing and better designs need (`designs.py`, which has options of its own)."""
    program = [sys.executable, str(ROOT / "benchmarks" / "designs.py"), "--replications", str(size.of(24, 4))]
    place = {**os.environ, "PYTHONPATH": str(ROOT / "sim")}
    return subprocess.run(program, capture_output=True, text=True, check=True, env=place).stdout.strip()


# --- start ----------------------------------------------------------------------------------------


def first_run() -> dict[str, Any]:
    """In a fresh process: load the scenario, the engine and its machine code, and run once."""
    began = time.process_time()
    batch, ready = compiled(shipped(PAIRS[0][0], 1))
    loaded = time.process_time()
    run_once(ready, batch.seed, 0, 0)
    return {"load": loaded - began, "engine": time.process_time() - loaded}


def start(size: Size) -> str:
    """Time to the first result, with and without machine code on the disk."""
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        place = {"XDG_CACHE_HOME": cache}
        cold = [child("part_engines:first_run", environment=place)]
        warm = [child("part_engines:first_run", environment=place) for _ in range(size.of(5, 2))]
    for name, each in (("empty cache: compile, store, run", cold), ("machine code on the disk: load, run", warm)):
        columns = ([one[key] for one in each] for key in ("engine", "cpu_seconds", "seconds"))
        rows.append((name, *(number(middle(column), 2) for column in columns)))
    header = ("first run of a process", "engine, s of processor", "whole process, s of processor", "by the clock, s")
    return table(header, rows)
