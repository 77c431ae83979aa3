"""`run --only-run N`: one run repeated alone, with its trace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..experiment.batch import Options
    from ..experiment.single import Event, Single
    from ..experiment.work import Bench
    from ..spec.resolved import Scenario


def run_single(scenarios: list[Scenario], options: Options, given: dict[str, Any]) -> None:
    """Repeat a run of every world and print or write what was asked for."""
    from dataclasses import replace
    from time import perf_counter

    from ..experiment.batch import prepare
    from ..experiment.single import events, run_alone

    if options.engine == "auto":
        options = replace(options, engine="reference")
    traced = bool(given["trace"] or given["follow"])
    for scenario in scenarios:
        batch, ready = prepare(scenario, options, lambda text: click.echo(text, err=True))
        start = perf_counter()
        single = run_alone(ready, given["only_run"], batch.seed, batch.runs, traced)
        seconds = perf_counter() - start
        found = events(ready, single) if traced else []
        if given["follow"]:
            _follow(found, given["follow"], given["arm"], scenario)
            continue
        out: Path | None = given["out"]
        if out and len(scenarios) > 1:
            out = out / scenario.world.name
        if given["trace"] and not out:
            out = Path("outputs") / scenario.name / f"run-{single.run}"
        if out:
            _write(out, single, ready, found, given["force"], scenario)
        if not given["quiet"]:
            _print(single, ready, seconds, found)
        if out:
            click.echo(str(out))


def _print(single: Single, ready: Bench, seconds: float, found: list[Event]) -> None:
    made = ready.layout
    click.echo(
        f"run {single.run}: {seconds:.2f} s for {len(set(ready.same))} arms"
        + (f", {len(found):,} events" if found else "")
    )
    click.echo("sampled values:")
    for name, value in zip(made.sampled, single.values):
        click.echo(f"  {name} = {value:.6g}")
    wanted = ("price_spot_peak_index", "shortage_t", "shortage_unserved_t", "first_stoppage_week")
    click.echo("outcomes: " + ", ".join(made.columns))
    for number, outcome in enumerate(made.outcomes):
        if outcome.metric in wanted and outcome.end_use == "all":
            values = "  ".join(f"{single.outcomes[arm, number]:>10.4g}" for arm in range(len(made.columns)))
            click.echo(f"  {outcome.metric} {outcome.product} {outcome.place} [{outcome.unit}]: {values}")


def _write(out: Path, single: Single, ready: Bench, found: list[Event], force: bool, scenario: Scenario) -> None:
    """outcomes and, if there is one, the trace, in a folder that is made if need be."""
    import numpy as np

    from ..results import chunks
    from ..results.store import StoreError, atomic_path, explained

    names = ["outcomes.parquet", *(["trace.parquet", "trace.csv"] if found else [])]
    if (out / "manifest.json").exists():
        raise StoreError(f"{out} is the run folder of a batch; name another folder for a single run")
    if not force and any((out / name).exists() for name in names):
        raise StoreError(f"{out} holds the tables of a run already; --force replaces them")
    with explained(out):
        out.mkdir(parents=True, exist_ok=True)
    table = chunks.outcomes_table(ready.layout, np.asarray([single.run], dtype=np.int32), single.outcomes[None])
    with atomic_path(out / "outcomes.parquet") as path, chunks.writer(path, table.schema) as writer:
        writer.write_table(table)
    if found:
        from ..results.finish import write_csv

        trace = trace_table(found, single.run, scenario)
        with atomic_path(out / "trace.parquet") as path, chunks.writer(path, trace.schema) as writer:
            writer.write_table(trace)
        with atomic_path(out / "trace.csv") as path:
            write_csv(trace, path)


def trace_table(found: list[Event], run: int, scenario: Scenario) -> Any:
    """Rows of `trace`."""
    import numpy as np
    import pyarrow as pa

    from ..results.tables import schema

    days = np.asarray([event.day for event in found], dtype=np.int32)
    start = np.datetime64(scenario.start, "ms")
    columns: dict[str, Any] = {
        "run": np.full(len(found), run, dtype=np.int32),
        "day": days,
        "date": pa.array(start + days.astype("timedelta64[D]").astype("timedelta64[ms]"), pa.timestamp("ms")),
        "number": np.asarray([event.number for event in found], dtype=np.int32),
        "amount": np.asarray([event.amount for event in found]),
        "unit": pa.array(["t"] * len(found)),
    }
    for name in ("arm", "event", "entity", "product", "origin", "destination"):
        columns[name] = pa.array([getattr(event, name) for event in found])
    of = schema("trace")
    return pa.table([pa.array(columns[f.name]).cast(f.type) for f in of], schema=of)


def _follow(found: list[Event], name: str, arm: str, scenario: Scenario) -> None:
    """The life of a shipment in dated lines, or a list of shipments to choose from."""
    import datetime as dt

    from ..errors import SupplyriskError, did_you_mean
    from ..experiment.single import shipments

    arms = {event.arm for event in found}
    if arm not in arms:
        raise SupplyriskError(f"no arm is called {arm}{did_you_mean(arm, arms)}")
    lives = shipments(found, arm)
    if name not in lives:
        lane = name.rpartition("/")[0] or name
        here = [each for each in lives if each.rpartition("/")[0] == lane]
        if name != "?" and not here:
            lanes = sorted({each.rpartition("/")[0] for each in lives})
            raise SupplyriskError(f"no shipment is called {name}{did_you_mean(name, lanes)}")
        longest = sorted(here or lives, key=lambda each: -len(lives[each]))
        click.echo("shipments, those with the longest story first:")
        for each in longest[:20]:
            click.echo(f"  {each}: {lives[each][-1].amount:.3g} t, {_story(lives[each])}")
        return
    for event in lives[name]:
        date = scenario.start + dt.timedelta(days=event.day)
        click.echo(f"{date:%d %b %Y} (day {event.day}): {event.event}, {event.amount:.4g} t")


def _story(life: list[Event]) -> str:
    return ", ".join(f"{event.event} on day {event.day}" for event in life)
