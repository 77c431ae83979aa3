"""The compiled engine is the reference engine: same trace and tables, bit for bit, on whatever one can think of.

Most cases run the kernel as plain Python, which is the same source; enough of them run it compiled.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.engines import RunSeries, batch, get_engine
from sim.engines.batch import BatchEngine, plain_kernel
from sim.engines.compare import first_difference
from sim.engines.kernel import run_one
from sim.engines.reference import ReferenceEngine
from sim.errors import RunFailed
from sim.experiment.designs import Design
from sim.model.compile import CompiledModel, compile_scenario
from sim.shocks.effects import OPS, Op
from sim.spec.load import load_scenario
from sim.spec.resolved import Arm, Outlook, RandomOutages, ResolvedEvent, Scenario, Trigger, World

from .every_event import EVERY, made
from .small_worlds import INF, PER_YEAR, chain, effect, event, scenario, three_stages

ROOT = Path(__file__).parents[1]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))
PLAIN = BatchEngine(kernel=plain_kernel)


def outcome(engine: Any, model: CompiledModel, arm: int, run: int, seed: int, values: Any, trace: bool = True) -> Any:
    """The series of a run, or the words with which it failed."""
    try:
        return engine.run(model, arm, run, seed, np.asarray(values, dtype=np.float64), trace)
    except RunFailed as failure:
        return str(failure)


def difference(
    model: CompiledModel,
    engine: Any = PLAIN,
    arm: int = 1,
    run: int = 0,
    seed: int = 1,
    values: Any = (),
    reference: Any = None,
) -> str:
    """What an engine does differently from the reference engine; "" if nothing."""
    mine = outcome(reference or ReferenceEngine(), model, arm, run, seed, values)
    theirs = outcome(engine, model, arm, run, seed, values)
    if isinstance(mine, RunSeries) and isinstance(theirs, RunSeries):
        return first_difference(model, mine, theirs)
    return "" if mine == theirs else f"{mine} against {theirs}"


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


def crowded() -> CompiledModel:
    """A world in which every kind of event happens within a year."""
    outages = RandomOutages((), (), 40.0, 10.0, 0.5)
    licence = effect(
        "licence",
        0.4,
        "part",
        "A",
        unit_officers=0.0,
        review_days=8.0,
        review_days_spread=-1.0,
        grant_rate=0.7,
        lot_t=4.0,
    )
    events = (
        event(licence, effect("fear", 9.0, "part", "A"), name="licences", start=37.0, duration=180.0),
        event(
            effect("close", 0.5, "metal", "A"),
            effect("leak", 0.5, "metal", "A", "C", growth_per_week=0.1, seizure_probability=0.4, extra_days=9.0),
            name="ban",
            start=66.0,
            duration=99.0,
        ),
        event(effect("hold", 0.3, "ore", "A", hold_days=9.0, hold_days_sd=4.0), name="customs", start=20.0),
    )
    return compile_scenario(
        scenario(three_stages(), *events, years=1.0, tracked="A", outlook=Outlook({}, outages=(outages,)))
    )


@pytest.fixture(scope="module")
def crowd() -> CompiledModel:
    return crowded()


def test_everything_at_once_runs_the_same(crowd: CompiledModel) -> None:
    kinds = set(ReferenceEngine().run(crowd, 1, 0, 1, np.zeros(0), True).trace.kind)  # type: ignore[union-attr]
    assert kinds == set(range(12)), "not every kind of event happens: the comparison proves too little"
    for engine in (PLAIN, get_engine("batch")):
        for run in range(3):
            assert difference(crowd, engine, run=run, seed=7) == ""


# --- generated worlds -----------------------------------------------------------------------------

DAYS = 182
# Round days, market days, days that tie, halves, before the start, on the last day and after it.
STARTS = (7.0, 10.5, 14.0, 28.0, 30.0, 31.0, 35.0, 0.0, -30.0, float(DAYS - 1), float(DAYS), 400.0)
LENGTHS = (INF, 63.0, 21.0, 6.5, 1.0, 0.0)
LEVELS: dict[str, tuple[float, ...]] = {
    "quota": (0.0, 0.5, 60.0, 400.0),
    "delay": (0.0, 3.0, 20.5),
    "licence": (0.6, 1.0, 1.0, 3.0, 0.3, 0.0),
    "sourcing": (0.0, 0.5, 3.0),
    "new_capacity": (0.0, 500.0, PER_YEAR),
    "price_floor": (0.0, 1.2, 40.0),
    "subsidy": (0.0, 0.3),
    "offtake": (0.0, 1.1, 3.0),
    "project_delay": (0.0, 14.0, 300.0),
    "demand": (-1.0, -0.4, 0.0, 0.7),
    "new_demand": (0.0, 800.0),
    "cover_obligation": (0.0, 6.0, 30.0),
    "stockpile": (0.0, 4.0, 12.0),
    "fear": (0.0, 1.0, 12.0),
}
PARAMS: dict[str, tuple[float, ...]] = {
    "period_days": (7.0, 30.0),
    "pro_rata": (0.0, 1.0),
    "share_of_normal": (0.0, 1.0),
    "hold_days": (1.0, 20.0),
    "hold_days_sd": (0.0, 10.0),
    "unit_officers": (0.0, 1.0),
    "review_days": (1.0, 6.0),
    "review_days_spread": (-1.0, 0.0, 0.8),
    "processing_days": (0.0, 5.0),
    "grant_rate": (0.0, 0.6, 1.0),
    "reapply_weeks": (0.0, 3.0),
    "expiry_weeks": (0.0, 2.0),
    "lot_t": (0.0, 0.0, 3.0, 1000.0),
    "content_threshold": (0.0, 0.0, 0.0, 0.3),
    "growth_per_week": (0.0, 0.1, 1.0),
    "extra_days": (0.0, 9.0),
    "extra_cost": (0.0, 0.1),
    "seizure_probability": (0.0, 0.3, 1.0),
    "usd_per_kg": (0.0, 1.0),
    "times_world": (0.0, 1.0),
    "unit_cost_ratio": (0.0, 0.9, 2.0),
    "needs_input": (0.0, 0.4, 1.0),
    "success_probability": (0.0, 0.5, 1.0),
    "slip_days": (0.0, 10.4),
    "initial_weeks": (0.0, 5.0),
    "fill_weeks_per_week": (0.0, 0.5),
    "release_weeks_per_week": (0.0, 0.5, 3.0),
    "release_unserved": (0.0, 0.05),
    "release_price_index": (1.01, 2.0),
}
COUNTRIES = "ABC"
STAGES = ("ore", "metal", "part")


@st.composite
def worlds(draw: Any) -> World:
    """One to three stages in up to three countries; some make nothing, use nothing, hold hardly anything."""
    stages = STAGES[: draw(st.integers(1, 3))]
    sizes = draw(st.lists(st.sampled_from((0.0, 1.0, 1.0, 3.0)), min_size=3, max_size=3))
    total = sum(sizes)
    makers = {c: size / total for c, size in zip(COUNTRIES, sizes)} if total else {"A": 1.0}
    places = st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(("cars", "tanks")))
    users = {
        place: draw(st.sampled_from((1.0, 20.0, 100.0))) for place in draw(st.sets(places, min_size=1, max_size=4))
    }
    zones = draw(st.sampled_from(({"Z": "ABC"}, {"X": "A", "Y": "BC"}, {"X": "A", "Y": "B", "Z": "C"})))
    there = {*makers, *(c for c, _ in users)}
    values = {
        ("transit_days", "", ""): draw(st.sampled_from((0.0, 1.0, 7.0, 7.4, 13.0, 45.0))),
        ("transit_days", "A", "B"): draw(st.sampled_from((2.0, 21.0))),
        ("processing_time_days", ""): draw(st.sampled_from((0.0, 7.0, 24.0))),
        ("utilisation", "", ""): draw(st.sampled_from((0.5, 1.0))),
        ("cover_weeks", "", "", ""): draw(st.sampled_from((0.5, 4.0, 12.0))),
        ("cover_cv", "", "", ""): draw(st.sampled_from((0.0, 0.7))),
        ("elasticity_short", "", ""): draw(st.sampled_from((0.0, 0.15))),
        ("elasticity_long", "", ""): draw(st.sampled_from((0.0, 0.4))),
        ("hoarding_response", ""): draw(st.sampled_from((0.0, 1.0))),
        ("contract_share", ""): draw(st.sampled_from((0.0, 0.7))),
        ("fear_weeks", ""): 6.0,
        ("stockpile_weeks", "", "B"): draw(st.sampled_from((0.0, 3.0))),
    }
    return chain(stages, makers, users, {z: [c for c in cs if c in there] for z, cs in zones.items()}, values=values)


@st.composite
def effects(draw: Any, world: World, ops: tuple[Op, ...] = OPS, broad: bool = False) -> Any:
    """One effect row with one of the operations; a broad one is on all goods of all countries."""
    op = draw(st.sampled_from(ops))
    countries = world.countries
    products = tuple(p.id for p in world.products)
    some = st.sampled_from(((), (), countries, *((c,) for c in countries)))
    product = draw(st.sampled_from(((), (), *((p,) for p in products))))
    origins, destinations, uses, share = draw(some), draw(some), (), 1.0
    if broad:
        product, origins, destinations = (), (), ()
    points = ((0.0, draw(st.sampled_from(LEVELS.get(op.name, (0.0, 0.4, 1.0))))),)
    if draw(st.booleans()):
        points += ((draw(st.sampled_from((3.0, 14.0, 40.5))), draw(st.sampled_from(LEVELS.get(op.name, (0.0, 1.0))))),)
    texts: dict[str, str] = {}
    if op.target == "lane" and not broad and draw(st.sampled_from((False, False, True))):
        uses, share = ("tanks",), draw(st.sampled_from((0.4, 1.0)))
    if op.name in ("new_demand", "new_capacity"):
        end = world.products[-1].id if op.name == "new_demand" else draw(st.sampled_from(products))
        product, origins, destinations = (
            (end,),
            (draw(st.sampled_from(countries)),),
            (draw(st.sampled_from(countries)),),
        )
        uses = (draw(st.sampled_from([e.id for e in world.end_uses])),) if op.name == "new_demand" else ()
        texts = {"project": "plant", "offtake_to": draw(st.sampled_from(("", *countries)))}
    if op.name == "suspend":
        texts = {"event": "e0"}
    if op.name == "project_delay":
        texts = {"project": draw(st.sampled_from(("", "plant")))}
    if op.name == "offtake":
        texts = {"buyer": draw(st.sampled_from(("", *countries)))}
    numbers = {name: draw(st.sampled_from(PARAMS[name])) for name in op.params}
    if op.name == "quota" and numbers["share_of_normal"] == 1.0:
        points = tuple((day, min(level, 2.0)) for day, level in points)
    return effect(
        op.name,
        points,
        product,
        origins,
        destinations,
        uses,
        domestic=broad or draw(st.booleans()),
        entities=share,
        linear=draw(st.booleans()),
        texts=texts,
        **numbers,
    )


@st.composite
def triggers(draw: Any, world: World, number: int) -> Trigger | None:
    """Mostly none; else what can be watched, or the event before."""
    kind = draw(st.sampled_from(("", "", "", "after", "price_spot_index", "price_paid_index")))
    delays = {"delay_days_low": 0.0, "delay_days_high": draw(st.sampled_from((0.0, 20.0)))}
    if kind == "after" and number:
        return Trigger(after_event=f"e{number - 1}", **delays)
    if kind in ("", "after"):
        return None
    return Trigger(
        kind,
        world.products[0].id,
        draw(st.sampled_from(world.zones)),
        threshold=draw(st.sampled_from((0.5, 1.02))),
        weeks=draw(st.integers(1, 3)),
        not_before_day=draw(st.sampled_from((0, 40))),
        **delays,
    )


@st.composite
def scenarios(draw: Any, first: Op | None = None) -> Scenario:
    """A world with up to four events of up to three rows each, and an outlook.

    With `first`, one more event of that operation on everything, for most of the horizon.
    """
    world = draw(worlds())
    events: list[ResolvedEvent] = []
    if first is not None:
        row = draw(effects(world, (first,), broad=True))
        events.append(event(row, name="e0", start=draw(st.sampled_from((28.0, 30.0, 31.5))), duration=120.0))
    for number in range(len(events), draw(st.integers(0, 4))):
        start = draw(st.sampled_from(STARTS))
        events.append(
            event(
                *draw(st.lists(effects(world), min_size=1, max_size=3)),
                name=f"e{number}",
                start=start,
                announced=start - draw(st.sampled_from((0.0, 3.0, 50.0))),
                duration=draw(st.sampled_from(LENGTHS)),
                notice=draw(st.lists(effects(world, tuple(o for o in OPS if o.name == "fear")), max_size=1)),
                probability=draw(st.sampled_from((1.0, 1.0, 0.5))),
                trigger=draw(triggers(world, number)),
            )
        )
    outages = RandomOutages((), (), draw(st.sampled_from((15.0, 90.0))), 6.0, draw(st.sampled_from((0.3, 1.0))))
    outlook = Outlook(
        {"": draw(st.sampled_from((0.0, 0.05)))},
        draw(st.sampled_from((0.0, 0.05))),
        draw(st.sampled_from((None, {"": tuple(1.0 + 0.1 * (-1) ** m for m in range(12))}))),
        (outages,) if draw(st.booleans()) else (),
    )
    arms = (Arm("baseline", ()), Arm("scenario", tuple(range(len(events)))))
    made = scenario(world, *events, arms=arms, outlook=outlook, tracked=draw(st.sampled_from(("", "A", "B"))))
    return replace(made, days=draw(st.sampled_from((DAYS, DAYS, DAYS, 30, 7))))


def usual(count: int) -> settings:
    """The same cases every time: a failing suite must fail again."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=slow, database=None)


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
    many = {run: series for run, arm, series in engine.run_many(crowd, (0, 1), range(6), 1, np.zeros((6, 0))) if arm}
    for run in range(6):
        for series in (together[5 - run], many[run]):
            assert isinstance(series, RunSeries)
            assert first_difference(crowd, alone[run], series) == ""


def test_a_failing_run_says_the_same_in_both_engines() -> None:
    # Nobody sells to B what it uses: the trade of the baseline cannot balance.
    world = chain(
        makers={"A": 0.5, "C": 0.5},
        users={("A", "cars"): 90.0, ("B", "cars"): 10.0},
        shares={("A", "A"): 1.0, ("C", "B"): 1.0},
    )
    model = compile_scenario(scenario(world, years=0.2))
    said = outcome(ReferenceEngine(), model, 0, 0, 1, ())
    assert "trade does not balance" in said
    assert difference(model, PLAIN, 0) == ""
    assert difference(model, get_engine("batch"), 0) == ""


def test_without_the_compiler_the_same(tmp_path: Path) -> None:
    lines = (
        "from tests.test_engines_equality import BatchEngine, crowded, difference",
        "from sim.engines.batch import plain_kernel",
        "engine = BatchEngine()",
        "assert engine._kernel is plain_kernel",
        "print('difference:', difference(crowded(), engine))",
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)}
    found = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == "difference:", found.stderr


# --- a wrong engine is found out ------------------------------------------------------------------

# File, what stands there, what is put in its place in one of the two engines.
MUTATIONS = (
    ("engines/kernel.py", "(until - day) / 7.0", "(until - day) / 7.000001"),
    (
        "engines/kernel.py",
        "leave(L, F, I, entity, amount, day, day + 1, content)",
        "leave(L, F, I, entity, amount, day, day + 2, content)",
    ),
    ("engines/reference.py", "done = today + draws", "done = 1 + today + draws"),
    ("engines/reference.py", "cut if late > 0.0 else day + 7", "day + 7"),
    ("model/economics.py", "(new - old) / weeks", "(new - old) / (weeks + 1e-9)"),
    ("model/economics.py", "365.25 / 7.0", "365.24 / 7.0"),
    ("model/production.py", "wanted / 5.0", "wanted / 5.000000000000001"),
    ("model/market.py", "SEIZURE = 7", "SEIZURE = 12"),
    ("streams.py", "0xD2511F53", "0xD2511F55"),
)


@pytest.fixture
def mutant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A copy of both engines and all they stand on as package `mutant`, with one text replaced."""

    def make(file: str, old: str, new: str) -> None:
        for folder in ("model", "engines", "shocks", "spec", "language"):
            shutil.copytree(ROOT / "sim" / folder, tmp_path / "mutant" / folder, ignore=shutil.ignore_patterns("__py*"))
        for source in (ROOT / "sim").glob("*.py"):
            shutil.copy(source, tmp_path / "mutant")
        text = (tmp_path / "mutant" / file).read_text()
        assert old in text, f"{file} no longer has {old}"
        (tmp_path / "mutant" / file).write_text(text.replace(old, new))

    monkeypatch.syspath_prepend(tmp_path)
    yield make
    for name in [name for name in sys.modules if name.split(".")[0] == "mutant"]:
        del sys.modules[name]


@pytest.mark.parametrize(("file", "old", "new"), MUTATIONS)
def test_one_constant_changed_in_one_engine_is_found(
    mutant: Any, crowd: CompiledModel, file: str, old: str, new: str
) -> None:
    mutant(file, old, new)
    if file == "engines/reference.py":
        changed = importlib.import_module("mutant.engines.reference").ReferenceEngine()
        assert difference(crowd, PLAIN, reference=changed) != ""
        return
    # Imported before the loop over runs, so that the copied kernel uses the copied model.
    kernel = importlib.import_module("mutant.engines.kernel")

    def run_mutant(work: Any, arm_events: Any, key: int, out: Any) -> None:
        floats, ints, results = work.floats.tolist(), work.ints.tolist(), out.tolist()
        kernel.run_one(work.layout, floats, ints, arm_events.tolist(), key, results)
        work.floats[:], work.ints[:], out[:] = floats, ints, results

    assert kernel.run_one is not run_one
    assert difference(crowd, BatchEngine(kernel=run_mutant)) != ""


def test_an_unchanged_copy_is_not_found(mutant: Any, crowd: CompiledModel) -> None:
    mutant("streams.py", "STREAM_REVIEW_DAYS = 3", "STREAM_REVIEW_DAYS = 3")
    changed = importlib.import_module("mutant.engines.reference").ReferenceEngine()
    same = changed.run(crowd, 1, 0, 1, np.zeros(0), True)
    assert first_difference(crowd, ReferenceEngine().run(crowd, 1, 0, 1, np.zeros(0), True), same) == ""


def test_the_first_difference_is_named(crowd: CompiledModel) -> None:
    one = ReferenceEngine().run(crowd, 1, 0, 1, np.zeros(0), True)
    other = PLAIN.run(crowd, 1, 0, 1, np.zeros(0), True)
    assert one.trace is not None
    assert other.trace is not None
    other.trace.amount_t[5] += 1.0
    assert first_difference(crowd, one, other).startswith(f"event 5: day {one.trace.day[5]}, ")
    other.trace.amount_t[5] = one.trace.amount_t[5]
    other.weekly[3, 1] = -other.weekly[3, 1]
    said = first_difference(crowd, one, other)
    assert said.startswith("weekly row 3, price_spot_index ore ZB")
