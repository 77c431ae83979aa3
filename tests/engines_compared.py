"""Two engines on one run, and a world in which every kind of event happens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from supplyrisk.engines import RunSeries
from supplyrisk.engines.compiled.engine import BatchEngine
from supplyrisk.engines.compiled.workspace import plain_kernel
from supplyrisk.engines.simpy_engine import ReferenceEngine
from supplyrisk.errors import RunFailed
from supplyrisk.model.compile import CompiledModel, compile_scenario
from supplyrisk.spec.resolved import Outlook, RandomOutages

from .first_difference import first_difference
from .small_worlds import effect, event, scenario, three_stages

PLAIN = BatchEngine(kernel=plain_kernel)  # the same source as the compiled engine, not compiled


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
    second_office = effect(  # slow, so that applications expire while they wait
        "licence",
        0.3,
        "metal",
        "C",
        unit_officers=0.0,
        review_days=5.0,
        review_days_spread=0.5,
        grant_rate=0.8,
        lot_t=2.0,
        expiry_weeks=2.0,
        reapply_weeks=2.0,
        processing_days=3.0,
    )
    upper_office = effect(
        "licence",
        0.2,
        "part",
        "A",
        "C",
        unit_officers=0.0,
        review_days=11.0,
        review_days_spread=0.5,
        grant_rate=0.9,
        lot_t=3.0,
        expiry_weeks=8.0,
        processing_days=6.0,
    )
    events = (
        event(licence, name="licences", start=37.0, duration=180.0, end_announced=True, age_days=90.0),
        event(
            effect("close", 0.5, "metal", "A"),
            effect("leak", 0.5, "metal", "A", "C", growth_per_week=0.1, seizure_probability=0.4, extra_days=9.0),
            name="ban",
            start=66.0,
            duration=99.0,
        ),
        event(effect("hold", 0.3, "ore", "A", hold_days=9.0, hold_days_sd=4.0), name="customs", start=20.0),
        event(second_office, name="permits", start=50.0, duration=150.0),
        event(effect("delay", 9.0, "ore", "A", "C"), name="slow border", start=230.0, duration=60.0),
        # On top of the licences: an office for C that goes first, a freeze for B, at last a ban for C.
        event(upper_office, name="second permits", start=58.0, duration=50.0),
        event(effect("freeze", 1.0, "part", "A", "B"), name="freeze", start=101.0, duration=31.0),
        event(effect("close", 1.0, "part", "A", "C"), name="stop", start=150.0, duration=25.0),
    )
    world = three_stages()
    times = {("transit_days", "A", "C"): 17.0, ("processing_time_days", "part"): 24.0}
    world = replace(world, values={**world.values, **times})
    made = scenario(world, *events, tracked="A", outlook=Outlook({}, outages=(outages,)))
    # Not a whole number of weeks: goods arrive after the last market.
    return compile_scenario(replace(made, days=369))
