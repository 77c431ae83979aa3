"""`supplyrisk run FILE`: check, run, summarise, report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..experiment.batch import Options
    from ..experiment.precision import Precision
    from ..experiment.stages import Outcome
    from ..spec.resolved import Scenario
    from .shown import Shown


def batch_options(function: Any) -> Any:
    """Options that `run` and `resume` share."""
    for option in (
        click.option("--workers", "-w", type=click.IntRange(1), metavar="W", help="Processes. Default: all cores."),
        click.option(
            "--engine",
            type=click.Choice(["auto", "reference", "batch"]),
            default="auto",
            show_default=True,
            help="reference: SimPy, readable, traceable. batch: compiled. Both give the same bits.",
        ),
        click.option(
            "--pool",
            type=click.Choice(["processes", "threads"]),
            default="processes",
            show_default=True,
            help="How workers run on this machine.",
        ),
        click.option("--cluster", metavar="ADDRESS", default="", help="A dask.distributed scheduler, tcp://host:port."),
        click.option("--chunk", type=click.IntRange(1), metavar="N", help="Runs per chunk. Default: as it fits."),
        click.option("--no-report", is_flag=True, help="Write the tables only."),
        click.option("--quiet", "-q", is_flag=True, help="Print the run folder only."),
    ):
        function = option(function)
    return function


@click.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--runs", "-n", type=click.IntRange(1), metavar="N", help="Number of runs. Default: the scenario's.")
@click.option("--seed", "-s", type=int, metavar="S", help="Seed of all draws, 0 included. Default: the scenario's.")
@click.option("--sampler", type=click.Choice(["random", "lhs", "sobol"]), help="Design. Default: the scenario's.")
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Set a value of the file (may be repeated).")
@click.option("--out", "-o", type=click.Path(path_type=Path), metavar="DIR", help="Run folder. Default: outputs/...")
@click.option("--force", is_flag=True, help="Replace the run folder if there is one.")
@click.option(
    "--keep-series",
    "keep",
    type=click.Choice(["all", "quantiles", "none"]),
    default="quantiles",
    show_default=True,
    help="What to keep of how things move over time.",
)
@click.option("--shard", metavar="I/N", help="Only the I-th of N equal parts of the runs; join them with merge.")
@click.option("--until-precision", metavar="P%", help="Run until a mean's standard error is P per cent of it.")
@click.option(
    "--precision-metric",
    metavar="NAME",
    default="shortage_t",
    show_default=True,
    help="METRIC/PRODUCT/PLACE/END_USE@ARM for --until-precision; parts may be left out from the right.",
)
@click.option("--only-run", type=click.IntRange(0), metavar="N", help="Repeat run N of the batch alone.")
@click.option("--trace", is_flag=True, help="With --only-run: write every event as a table.")
@click.option(
    "--follow", metavar="SHIPMENT", help="With --only-run: print a shipment's life (LANE/NUMBER, or ? for a list)."
)
@click.option("--arm", metavar="ARM", default="scenario", show_default=True, help="Arm that --follow looks at.")
@batch_options
def command(file: Path, **given: Any) -> None:
    """Run a scenario file (or repeat a run folder) and write tables, figures and report.

    The run folder holds runs, outcomes, series and summary as tables and report.html. Exit code 0: done;
    1: runs or the report are missing; 2: something is wrong with the file, the folder or the options;
    3: no room, no permission, or the folder is in use; 130: interrupted, finish with the command `resume DIR`.
    """
    from ..errors import SupplyriskError

    scenarios, text, sources = _load(file, given)
    if given["only_run"] is not None or given["trace"] or given["follow"]:
        from .single import run_single

        if given["only_run"] is None:
            raise SupplyriskError("--trace and --follow need --only-run N")
        run_single(scenarios, _options(given), given)
        return
    outcomes = _run_all(file, scenarios, text, sources, given)
    from .shown import leave

    leave(outcomes, given)


def _load(file: Path, given: dict[str, Any]) -> tuple[list[Scenario], str, list[str]]:
    """The resolved scenarios of a file or of a run folder, and the texts to keep with the results.

    Those are the scenario as run, and per scenario where the numbers of its world come from.
    """
    from ..errors import SupplyriskError, as_typed

    sets = [*given["sets"]]
    for name in ("runs", "seed", "sampler"):
        if given[name] is not None:
            sets.append(f"monte_carlo.{name}={given[name]}")
    if file.is_dir():
        from ..experiment.batch import SCENARIO, SOURCES
        from ..results.reader import RunFolder, manifest_of, run_folders

        if given["sets"]:
            raise SupplyriskError("--set needs a scenario file, not a run folder")
        if (below := run_folders(file)) != [file]:
            raise SupplyriskError(f"{file} holds a run folder for each world: run {' or '.join(map(str, below))} again")
        run = RunFolder(file, manifest_of(file))
        return [run.scenario], run.text(SCENARIO), [run.text(SOURCES)]
    from ..api.asrun import scenario_text, sources_text
    from ..spec.load import read_scenario
    from ..studies.kind import is_study
    from ..workbench.exercise.kind import is_exercise

    if is_exercise(file):
        raise SupplyriskError(f"{file} is a table-top exercise, not a scenario; play it in: {as_typed('workbench')}")
    if is_study(file):
        raise SupplyriskError(f"{file} is a study, not a scenario; run it with: {as_typed('study', str(file))}")
    loaded = read_scenario(file, sets)
    return loaded.scenarios, scenario_text(loaded, sets), [sources_text(loaded, each) for each in loaded.resolutions]


def _options(given: dict[str, Any]) -> Options:
    from ..errors import SupplyriskError
    from ..experiment.batch import Options

    if given["shard"] and given["until_precision"]:
        raise SupplyriskError("--shard and --until-precision don't go together: a shard does not know the whole")
    return Options(
        runs=given["runs"],
        seed=given["seed"],
        sampler=given["sampler"],
        engine=given["engine"],
        workers=given["workers"] or 0,
        pool=given["pool"],
        cluster=given["cluster"],
        keep=given["keep"],
        shard=_shard(given["shard"]),
        precision=_precision(given["until_precision"], given["precision_metric"]),
        chunk=given["chunk"] or 0,
    )


def _shard(text: str | None) -> tuple[int, int] | None:
    from ..errors import SupplyriskError

    if text is None:
        return None
    i, _, n = text.partition("/")
    if i.isdigit() and n.isdigit() and 1 <= int(i) <= int(n):
        return int(i), int(n)
    raise SupplyriskError(f"--shard {text}: meant is I/N with I from 1 to N, for example 2/8")


def _precision(text: str | None, metric: str) -> Precision | None:
    from ..errors import SupplyriskError
    from ..experiment.precision import Precision

    if text is None:
        return None
    number = text.strip()
    try:
        goal = float(number.removesuffix("%")) / 100.0 if number.endswith("%") else float(number)
    except ValueError:
        goal = 0.0
    if not 0.0 < goal < 1.0:
        raise SupplyriskError(f"--until-precision {text}: meant is a share such as 2% or 0.02")
    return Precision(goal, metric)


def _run_all(
    file: Path, scenarios: list[Scenario], text: str, sources: list[str], given: dict[str, Any]
) -> list[Outcome]:
    """Run every world of the scenario, in folders of its own if there are several."""
    import datetime as dt
    from functools import partial

    from ..results.folder import create
    from ..results.store import default_path

    options = _options(given)
    name = scenarios[0].name
    out: Path = given["out"] or default_path(Path("outputs"), name, dt.datetime.now(dt.UTC))
    inputs = [file] if file.is_dir() else []
    if len(scenarios) == 1:
        shown = _shown(given["quiet"])
        return [_run_one(scenarios[0], lambda: create(out, given["force"], inputs), options, (text, sources[0]), shown)]
    from .worlds import begin_parent, write_parent

    outcomes: list[Outcome] = []
    with create(out, given["force"], inputs) as parent:
        begin_parent(parent, scenarios, text)
        for scenario, its_sources in zip(scenarios, sources, strict=True):
            shown = _shown(given["quiet"], scenario.world.name)
            below = partial(create, out / scenario.world.name)
            outcomes.append(_run_one(scenario, below, options, (text, its_sources), shown))
            if outcomes[-1].interrupted:
                break
        write_parent(parent, scenarios, outcomes)
    return outcomes


def _shown(quiet: bool, label: str = "") -> Shown:
    import sys

    from .shown import Shown

    return Shown(label, quiet or not sys.stderr.isatty())


def _run_one(scenario: Scenario, open_store: Any, options: Options, texts: tuple[str, str], shown: Shown) -> Outcome:
    """Run one world of the scenario; `texts`: the scenario, and where its numbers come from."""
    from ..experiment.batch import command_line, run_batch

    text, sources = texts
    with shown.task(options, scenario):
        return run_batch(scenario, open_store, options, text, command_line(), shown, sources)
