"""The compiled engine is the reference engine: same trace and tables, bit for bit, on whatever one can think of.

Most cases run the kernel as plain Python, which is the same source; enough of them run it compiled.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supplyrisk.engines import RunSeries, get_engine
from supplyrisk.engines.compiled import engine as batch
from supplyrisk.engines.compiled.engine import BatchEngine
from supplyrisk.engines.simpy_engine import ReferenceEngine
from supplyrisk.errors import RunFailed
from supplyrisk.experiment.designs import Design
from supplyrisk.model.compile import CompiledModel, compile_scenario
from supplyrisk.operations.declare import Op
from supplyrisk.operations.table import OPS
from supplyrisk.spec.load import load_scenario
from supplyrisk.spec.resolved import Scenario

from .engines_compared import PLAIN, crowded, difference, outcome
from .every_event import BY_EXAMPLE, EVERY, by_example, made
from .first_difference import first_difference
from .generated_worlds import PARAMS, scenarios, usual
from .small_worlds import chain, scenario, three_stages

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))


# --- shipped scenarios ----------------------------------------------------------------------------


def shortened(resolved: Scenario, weeks: int) -> Scenario:
    """The scenario until some weeks after its first dated event."""
    dated = [e.start_day for e in resolved.events if e.trigger is None and isinstance(e.start_day, float)]
    first = min((day for day in dated if day > 0.0), default=0.0)
    return replace(resolved, days=min(resolved.days, (int(first) // 7 + weeks) * 7))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_scenario_runs_the_same_compiled(path: Path) -> None:
    resolved = shortened(load_scenario(path)[0], 16)
    model = compile_scenario(resolved)
    values = Design(resolved.sampled, resolved.rank_correlations, "random", 1, 2).values(1, 2)[0]
    for arm in {1, len(model.arm_names) - 1}:
        assert difference(model, get_engine("batch"), arm, 1, 1, values) == "", model.arm_names[arm]


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_scenario_runs_the_same_in_every_arm_and_several_runs(path: Path) -> None:
    for resolved in load_scenario(path):
        model = compile_scenario(resolved)
        for seed in (0, 2025):
            drawn = Design(resolved.sampled, resolved.rank_correlations, "sobol", seed, 4).values(0, 2)
            for arm in range(len(model.arm_names)):
                for run, values in enumerate(drawn):
                    assert difference(model, get_engine("batch"), arm, run, seed, values) == "", model.arm_names[arm]


# --- every event type, and everything at once -----------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_every_event_type_runs_the_same(name: str) -> None:
    model = compile_scenario(scenario(three_stages(), *made(three_stages(), name), years=1.0, tracked="A"))
    for run in (0, 1):
        assert difference(model, PLAIN, run=run) == ""


@pytest.mark.parametrize("name", BY_EXAMPLE)
def test_the_example_of_a_type_runs_the_same(name: str, tmp_path: Path) -> None:
    assert difference(compile_scenario(by_example(name, tmp_path, 0.75)), get_engine("batch"), run=1) == ""


@pytest.fixture(scope="module")
def crowd() -> CompiledModel:
    return crowded()


def test_everything_at_once_runs_the_same(crowd: CompiledModel) -> None:
    kinds = set(ReferenceEngine().run(crowd, 1, 0, 1, np.zeros(0), True).trace.kind)  # type: ignore[union-attr]
    assert kinds == set(range(12)), "not every kind of event happens: the comparison proves too little"
    # Many runs: sums taken in another order are rounded alike in most of them.
    for engine in (PLAIN, get_engine("batch")):
        for run in range(20):
            assert difference(crowd, engine, run=run, seed=3) == "", f"run {run}"


# --- generated worlds -----------------------------------------------------------------------------


def check_generated(resolved: Scenario, engine: Any, run: int) -> None:
    tracked = resolved.tracked_origin if resolved.tracked_origin in resolved.world.countries else ""
    model = compile_scenario(replace(resolved, tracked_origin=tracked))
    for arm in (1, 0):
        assert difference(model, engine, arm, run) == ""


def test_every_operation_and_number_can_be_generated() -> None:
    assert {name for op in OPS for name in op.params} == set(PARAMS)


@usual(40)
@given(scenarios(), st.integers(0, 3))
def test_generated_worlds_run_the_same(resolved: Scenario, run: int) -> None:
    check_generated(resolved, PLAIN, run)


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_generated_worlds_run_the_same_compiled(op: Op) -> None:
    @usual(20)
    @given(scenarios(op), st.integers(0, 3))
    def check(resolved: Scenario, run: int) -> None:
        check_generated(resolved, get_engine("batch"), run)

    check()


@pytest.mark.slow
@settings(usual(3000), derandomize=False)
@given(scenarios(), st.integers(0, 10**6))
def test_thousands_of_generated_worlds_run_the_same(resolved: Scenario, run: int) -> None:
    check_generated(resolved, get_engine("batch"), run)


# --- the engine's own ways -------------------------------------------------------------------------


def test_room_for_events_grows(crowd: CompiledModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "FIRST_POOL", 16)
    monkeypatch.setattr(batch, "TRACE_ROOM", 10)
    assert difference(crowd, BatchEngine()) == ""


def test_memory_has_an_end(crowd: CompiledModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "FIRST_POOL", 16)
    monkeypatch.setattr(batch, "LARGEST_POOL", 16)
    with pytest.raises(RunFailed, match="more than 16 events"):
        BatchEngine().run(crowd, 1, 0, 1, np.zeros(0))


def test_runs_do_not_depend_on_each_other_or_on_threads(crowd: CompiledModel) -> None:
    engine = get_engine("batch")
    alone = [engine.run(crowd, 1, run, 1, np.zeros(0)) for run in range(6)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda run: engine.run(crowd, 1, run, 1, np.zeros(0)), reversed(range(6))))
    for run, series in enumerate(reversed(together)):
        assert first_difference(crowd, alone[run], series) == ""
    for run, arm, found in engine.run_many(crowd, (0, 1), range(6), 1, np.zeros((6, 0))):
        assert isinstance(found, RunSeries)
        assert first_difference(crowd, alone[run], found) == "" or arm == 0


def test_a_failing_run_says_the_same_in_both_engines() -> None:
    # Nobody makes what B uses.
    world = chain(values={("output_t_per_year", "metal", "A"): 0.0})
    model = compile_scenario(scenario(world, years=0.2))
    said = outcome(ReferenceEngine(), model, 0, 0, 1, ())
    assert said.endswith("nobody sells metal to B, which somebody there needs from the start")
    assert difference(model, PLAIN, 0) == ""
    assert difference(model, get_engine("batch"), 0) == ""


def test_without_the_compiler_the_same(tmp_path: Path) -> None:
    lines = (
        "from tests.engines_compared import BatchEngine, crowded, difference",
        "from supplyrisk.engines.compiled.workspace import plain_kernel",
        "engine = BatchEngine()",
        "assert engine._kernel is plain_kernel",
        "print('difference:', difference(crowded(), engine))",
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    found = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == "difference:", found.stderr
