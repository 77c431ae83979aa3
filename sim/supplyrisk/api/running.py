"""Running a scenario from a program or a notebook."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from ..errors import Interrupted, SupplyriskError, as_typed
from ..experiment.batch import ENGINES, Options, run_batch
from ..experiment.held import hold
from ..results.chunks import KEEP
from ..results.folder import create
from .asrun import sources_text
from .given import check_choice, check_path, check_workers
from .results import Results, open_run
from .scenario import LoadedScenario, load_scenario, sets_of
from .sources import InMemory, Texts

POOLS = ("threads", "processes")


def run(
    scenario: str | Path | LoadedScenario,
    /,
    *,
    runs: int | None = None,
    seed: int | None = None,
    sampler: str | None = None,
    workers: int | None = None,
    pool: str = "threads",
    engine: str = "auto",
    keep_series: str = "quantiles",
    out: str | Path | None = None,
    force: bool = False,
    **overrides: Any,
) -> Results:
    """Run a scenario; every arm of a run meets the same draws.

    Parameters
    ----------
    scenario : str, Path or LoadedScenario
        A file, a text of more than one line, or what `load_scenario` gave.
    runs : int, optional
        Number of runs; the scenario's by default.
    seed : int, optional
        Seed of all draws; the scenario's by default. The same seed gives the same bits, whatever the workers.
    sampler : {"random", "lhs", "sobol"}, optional
        Design of the uncertain numbers; the scenario's by default.
    workers : int, optional
        How many runs are computed at once; by default all cores, or one where the work is too small to share.
    pool : {"threads", "processes"}
        Threads suit the compiled engine and need no care. Processes are quicker for large batches, but a script that
        starts them has to do so under `if __name__ == "__main__":`, and they need `out`.
    engine : {"auto", "reference", "batch"}
        The readable engine or the compiled one; both give the same bits.
    keep_series : {"quantiles", "all", "none"}
        What to keep of how things move over time. `"none"` is quickest, but leaves nothing to `series` and figures.
    out : str or Path, optional
        A run folder to write, which can be resumed if the batch is cut short. Without it the runs are held in memory;
        a batch that is too large for that needs one.
    force : bool
        Replace the run folder `out` if there is one.
    **overrides
        Values set over the scenario by path, as in `load_scenario`.

    Returns
    -------
    Results

    Raises
    ------
    Problems
        Everything that is wrong with the scenario and the overrides, all at once; nothing was run.
    SupplyriskError
        If an option is wrong, or the folder can't be had.

    Examples
    --------
    >>> import supplyrisk
    >>> results = supplyrisk.run(
    ...     "scenarios/china_export_ban_refined.yaml", runs=20, **{"events[0].share": 0.5}
    ... )  # doctest: +SKIP
    >>> results.difference("shortage_percent", product="ht_magnet", place="JP").mean  # doctest: +SKIP
    """
    check_choice("pool", pool, POOLS)
    check_choice("engine", engine, ("auto", *ENGINES), of_module=True)
    check_choice("keep_series", keep_series, KEEP)
    check_workers(workers)
    folder = None if out is None else check_path("out", out, "the path of a run folder")
    if pool == "processes" and out is None:
        raise SupplyriskError("processes need a run folder: give out=")
    asked = {"monte_carlo.runs": runs, "monte_carlo.seed": seed, "monte_carlo.sampler": sampler}
    loaded = load_scenario(scenario, **overrides, **{path: value for path, value in asked.items() if value is not None})
    resolved = loaded.resolved
    texts = Texts(loaded.text, sources_text(loaded.loaded, loaded.loaded.resolutions[0]))
    options = Options(engine=engine, workers=workers or 0, pool=pool, keep=keep_series)
    command = command_of(loaded)
    if folder is None:
        held = hold(resolved, options, command)
        if held is not None:
            return Results(InMemory(held, texts))
        raise SupplyriskError(f"{resolved.runs:,} runs are too many to be held in memory; give a run folder: out=")
    outcome = run_batch(resolved, partial(create, folder, force), options, texts.scenario, command, None, texts.sources)
    if outcome.interrupted:
        raise Interrupted(f"interrupted; {as_typed('resume', str(folder))} goes on from there")
    return open_run(folder)


def command_of(loaded: LoadedScenario) -> list[str]:
    """The command that gives the same results; none for a scenario that is no file."""
    if not isinstance(loaded.source, Path):
        return []
    sets = [word for each in sets_of(loaded.overrides) for word in ("--set", each)]
    return ["supplyrisk", "run", str(loaded.source), *sets]
