"""Studies from programs and notebooks: many variants of a scenario on the same draws, as tables."""

from __future__ import annotations

import html
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..experiment.batch import ENGINES
from ..language.text import Node, parse_text
from ..results.folder import create
from ..spec.variants import Base, file_base, inline_base
from ..studies.load import LoadedStudy, read_study, study_of
from ..studies.run import StudyOptions
from ..studies.run import run_study as run_loaded
from .given import check_choice, check_list, check_mapping, check_path, check_workers
from .running import POOLS
from .scenario import OVERRIDE, SCENARIO, TEXT, LoadedScenario, sets_of

if TYPE_CHECKING:
    import pandas as pd

STUDY = "study"  # how messages call a study that is no file


@dataclass(frozen=True, repr=False)
class StudyResults:
    """What came of a study. `run_study` makes it.

    Attributes
    ----------
    headline : str
        The answer in one sentence.
    sentences : tuple of str
        The rest of it.
    cells : DataFrame
        One row per cell, arm, outcome and statistic (docs/reference/studies.md).
    tables : mapping
        The tables of the answer, by name.
    facts : mapping
        The answer as plain numbers, where the type of the study has some.
    folder : Path or None
        Where page, workbook and figures are; None if no folder was asked for.
    """

    headline: str
    sentences: tuple[str, ...]
    cells: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Any]
    results_hash: str
    folder: Path | None = None

    def __repr__(self) -> str:
        return "\n".join((self.headline, *(f"  - {text}" for text in self.sentences)))

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(text)}</li>" for text in self.sentences)
        return f"<p><strong>{html.escape(self.headline)}</strong></p><ul>{items}</ul>"


def run_study(
    study: str | Path,
    /,
    *,
    runs: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    pool: str = "threads",
    engine: str = "auto",
    out: str | Path | None = None,
    force: bool = False,
    **overrides: Any,
) -> StudyResults:
    """Run a study file.

    Parameters
    ----------
    study : str or Path
        A study file.
    runs, seed : int, optional
        Runs of each cell and seed of all draws; the study's by default.
    workers : int, optional
        How many cells are computed at once; all cores by default.
    pool : {"threads", "processes"}
        A script that starts processes has to do so under `if __name__ == "__main__":`.
    engine : {"auto", "reference", "batch"}
        Both engines give the same bits.
    out : str or Path, optional
        A folder for page, workbook, figures and tables; it can be resumed. Without it nothing is kept on the disk.
    force : bool
        Replace the folder `out` if there is one.
    **overrides
        Values set over the study file by path (`in_share_of_runs=0.8`).

    Returns
    -------
    StudyResults

    Raises
    ------
    Problems
        Everything that is wrong with the study, all at once; nothing was run.
    """
    given = {"runs": runs, "seed": seed} | overrides
    sets = sets_of({name: value for name, value in given.items() if value is not None})
    path = check_path("study", study, "the path of a study file")
    return run_given(read_study(path, sets), workers, pool, engine, out, force)


def sweep(
    scenario: str | Path | LoadedScenario,
    over: Mapping[str, Sequence[Any]],
    /,
    *,
    outcomes: Sequence[str] | str | None = None,
    products: Sequence[str] | str | None = None,
    places: Sequence[str] | str | None = None,
    arms: Sequence[str] | str | None = None,
    runs: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    pool: str = "threads",
    engine: str = "auto",
) -> pd.DataFrame:
    """How outcomes move with one to three things that are varied, every value with every other, on the same draws.

    Parameters
    ----------
    scenario : str, Path or LoadedScenario
        A file, a text of more than one line, or what `load_scenario` gave.
    over : mapping
        Path -> values, as `load_scenario` takes them: `{"events.ban.duration": ["3 months", "6 months"]}`.
    outcomes, products, places, arms : str or sequence of str, optional
        What is kept; by default price peaks, weeks missing, output at risk and extra spending of all products, for the
        world, its groups and zones, in all arms.
    runs, seed, workers, pool, engine
        As in `run_study`.

    Returns
    -------
    DataFrame
        One row per cell, arm, outcome and statistic: the varied paths, `arm`, `outcome`, `product`, `place`, `end_use`,
        `unit`, `statistic` (`median` with the 10 % and 90 % quantiles, `mean` and `share_above_zero` with 95 %
        intervals), `value`, `lo`, `hi`, `n`. `attrs["headline"]` has the answer in words.

    Examples
    --------
    >>> import supplyrisk
    >>> cells = supplyrisk.sweep(
    ...     "scenarios/china_export_ban_refined.yaml", {"events.oxide_ban.duration": ["3 months", "12 months"]}, runs=20
    ... )  # doctest: +SKIP
    """
    check_mapping("over", over or 0, "paths to lists of values")
    axes = [{"path": path, "values": check_list(f"over[{path!r}]", each, "values")} for path, each in over.items()]
    keys = {"outcomes": outcomes, "products": products, "places": places, "arms": arms, "runs": runs, "seed": seed}
    found = run_given(study_of_scenario("sweep", scenario, {"over": axes} | keys), workers, pool, engine)
    return told(found.cells, found)


def threshold(
    scenario: str | Path | LoadedScenario,
    path: str | Sequence[str],
    low: Any,
    high: Any,
    /,
    *,
    outcome: str,
    product: str | None = None,
    place: str | None = None,
    end_use: str | None = None,
    at_most: Any = None,
    at_least: Any = None,
    in_share_of_runs: float | str = 0.9,
    find: str = "smallest",
    arm: str = "scenario",
    steps: int = 9,
    tolerance: Any = None,
    runs: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    pool: str = "threads",
    engine: str = "auto",
) -> pd.DataFrame:
    """The smallest or largest value at which a criterion holds in a share of the runs.

    Parameters
    ----------
    scenario : str, Path or LoadedScenario
        A file, a text of more than one line, or what `load_scenario` gave.
    path : str or sequence of str
        What is varied; several paths get the same value.
    low, high
        Ends of the range, in one unit, or dates.
    outcome, product, place, end_use : str
        Outcome that the criterion is about.
    at_most, at_least
        The criterion: one of them, in the outcome's unit.
    in_share_of_runs : float or str
        Share of the runs in which it has to hold.
    find : {"smallest", "largest", "earliest", "latest"}
        Which value is wanted.
    arm : str
        `scenario`, `baseline` or the name of a policy.
    steps : int
        Values to begin with.
    tolerance
        How finely the answer is wanted, in the unit of the range.
    runs, seed, workers, pool, engine
        As in `run_study`.

    Returns
    -------
    DataFrame
        One row per value that was tried: share of runs with its 95 % interval, and the outcome's median and 80 % band.
        `attrs["state"]` is `found`, `never` or `always`; `attrs["value"]` the answer, `attrs["low"]` and `attrs["high"]`
        its 90 % interval (None where it lies outside the range); `attrs["headline"]` says it in words.
    """
    paths = path if isinstance(path, str) else check_list("path", path, "paths")
    criterion = {"outcome": outcome, "product": product, "place": place, "end_use": end_use}
    criterion |= {"at_most": at_most, "at_least": at_least}
    keys = {
        "vary": {"path": paths, "range": {"low": low, "high": high, "steps": steps}},
        "criterion": given_only(criterion),
        "in_share_of_runs": in_share_of_runs,
        "find": find,
        "arm": arm,
        "tolerance": tolerance,
        "runs": runs,
        "seed": seed,
    }  # fmt: skip
    found = run_given(study_of_scenario("threshold", scenario, keys), workers, pool, engine)
    return told(found.tables["threshold"], found)


def n_minus_1(
    worlds: str | Sequence[str] = "all",
    /,
    *,
    places: Sequence[str] | str | None = None,
    workers: int | None = None,
    pool: str = "threads",
    engine: str = "auto",
    **keys: Any,
) -> pd.DataFrame:
    """Every supplier of every product stops in turn; what that costs whom.

    Parameters
    ----------
    worlds : str or sequence of str
        Worlds whose suppliers stop; all that are shipped by default.
    places : str or sequence of str, optional
        Consumers; the EU, the US, Japan and Korea by default.
    workers, pool, engine
        As in `run_study`.
    **keys
        Other keys of the study, such as `share="50 %"`, `length="6 months"`, `pairs=["CN", "RU"]`, `runs=20`
        (docs/reference/studies.md).

    Returns
    -------
    DataFrame
        One row per consumer and stop, the worst first: output at risk (mean, median, 10 %, 90 %, USD), weeks of use
        missing, weeks with a shortage, peak of the price paid, extra spending. `attrs["headline"]` says it in words.
    """
    import pandas as pd

    tree = {"study": "n_minus_1", "title": "Which stop hurts most", "worlds": worlds, "places": places} | keys
    found = run_given(study_of(Path(STUDY), _tree(given_only(tree))), workers, pool, engine)
    ranked = {name.removeprefix("ranked "): t for name, t in found.tables.items() if name.startswith("ranked ")}
    whole = [table.assign(consumer=place) for place, table in ranked.items()]
    table = pd.concat(whole, ignore_index=True) if whole else pd.DataFrame()
    return told(table[["consumer", *(name for name in table.columns if name != "consumer")]], found)


# --- how ----------------------------------------------------------------------------------------------------------


def given_only(keys: Mapping[str, Any]) -> dict[str, Any]:
    """What was given of what may be left out."""
    return {key: value for key, value in keys.items() if value is not None}


def _tree(keys: Mapping[str, Any]) -> Node:
    """Keys of Python as a study file would have them."""
    lines = (each.replace("=", ": ", 1) for each in sets_of(keys))
    return parse_text("\n".join(lines), STUDY)


def study_of_scenario(kind: str, scenario: str | Path | LoadedScenario, keys: Mapping[str, Any]) -> LoadedStudy:
    """A study of a scenario that a caller has at hand."""
    root = _tree({"study": kind, "title": f"A {kind}", "scenario": "given"} | given_only(keys))
    return study_of(Path(STUDY), root, bases={"scenario": _base(scenario)})


def _base(scenario: str | Path | LoadedScenario) -> Base:
    source = scenario.source if isinstance(scenario, LoadedScenario) else scenario
    sets = tuple(sets_of(scenario.overrides)) if isinstance(scenario, LoadedScenario) else ()
    if isinstance(source, str) and "\n" in source:
        base = inline_base(Path(TEXT), parse_text(source, TEXT))
    else:
        base = file_base(check_path("scenario", source, SCENARIO))
    return Base(base.path, base.root, base.files, sets, OVERRIDE)


def run_given(
    study: LoadedStudy,
    workers: int | None,
    pool: str,
    engine: str,
    out: str | Path | None = None,
    force: bool = False,
) -> StudyResults:
    """Run a study into a folder, one of its own that goes away if none is named."""
    check_choice("pool", pool, POOLS)
    check_choice("engine", engine, ("auto", *ENGINES), of_module=True)
    check_workers(workers)
    where = None if out is None else check_path("out", out, "the path of a folder")
    options = StudyOptions(engine, workers or 0, pool, files=where is not None)
    if where is not None:
        return _read(run_loaded(study, partial(create, where, force), options), where)
    with tempfile.TemporaryDirectory() as folder:
        return _read(run_loaded(study, partial(create, Path(folder) / STUDY), options), None)


def _read(outcome: Any, folder: Path | None) -> StudyResults:
    import pyarrow.parquet as pq

    with pq.ParquetFile(outcome.store.path / "cells.parquet") as file:
        cells = file.read().to_pandas()
    answer = outcome.answer
    return StudyResults(
        answer.headline,
        tuple(answer.sentences),
        cells,
        {table.name: table.frame for table in answer.tables},
        dict(answer.facts),
        outcome.manifest["results_hash"],
        folder,
    )


def told(table: pd.DataFrame, found: StudyResults) -> pd.DataFrame:
    """The table with the answer beside it."""
    table.attrs.update(found.facts, headline=found.headline, sentences=list(found.sentences))
    return table
