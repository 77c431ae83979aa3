"""`supplyrisk study FILE`: many variants of a scenario on the same draws, and the answer they give together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..results.store import Store
    from ..studies.load import LoadedStudy


@click.command("study")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--runs", "-n", type=click.IntRange(1), metavar="N", help="Runs of each cell. Default: the study's.")
@click.option("--seed", "-s", type=int, metavar="S", help="Seed of all draws, 0 included. Default: the study's.")
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Set a value of the file (may be repeated).")
@click.option("--out", "-o", type=click.Path(path_type=Path), metavar="DIR", help="Folder. Default: outputs/...")
@click.option("--force", is_flag=True, help="Replace the folder if there is one.")
@click.option("--workers", "-w", type=click.IntRange(1), metavar="W", help="Processes. Default: all cores.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "reference", "batch"]),
    default="auto",
    show_default=True,
    help="As in run; both give the same bits.",
)
@click.option("--cluster", metavar="ADDRESS", default="", help="A dask.distributed scheduler, tcp://host:port.")
@click.option("--no-page", is_flag=True, help="Write tables, workbook and figures, no study.html.")
@click.option("--quiet", "-q", is_flag=True, help="Print the folder only.")
def command(file: Path, **given: Any) -> None:
    """Run a study file and write its cells as tables, a workbook, figures and one page.

    All cells are computed on the same draws. A study that was interrupted or killed goes on with the command `resume
    DIR`: finished cells are found again. Exit codes are those of `run`.
    """
    import datetime as dt

    from ..results.folder import create
    from ..results.store import default_path
    from ..studies.kind import is_study
    from ..studies.load import read_study

    sets = [*given["sets"]]
    sets += [f"{name}={given[name]}" for name in ("runs", "seed") if given[name] is not None]
    if file.is_file() and not is_study(file):
        from ..errors import SupplyriskError, as_typed

        raise SupplyriskError(
            f"{file} has no key study: it is no study; a scenario is run by {as_typed('run', str(file))}"
        )
    study = read_study(file, sets)
    out: Path = given["out"] or default_path(Path("outputs"), file.stem, dt.datetime.now(dt.UTC))
    run_in(study, lambda: create(out, given["force"]), given)


def resume_study(folder: Store, given: dict[str, Any]) -> None:
    """Go on with a study that was interrupted."""
    from ..experiment.stages import FINISHED
    from ..studies.run import reread

    if folder.manifest()["status"] == FINISHED:
        click.echo(f"{folder.path} is finished: {folder.manifest()['counts']['cells']:,} cells")
        return
    run_in(reread(folder), lambda: _held(folder), given)


@contextmanager
def _held(store: Store) -> Iterator[Store]:
    """The folder of a study, held while it goes on."""
    from ..results.lock import locked

    with locked(store):
        store.sweep()
        yield store


def run_in(study: LoadedStudy, open_store: Any, given: dict[str, Any]) -> None:
    """Run a study into a folder and tell what came of it."""
    import sys

    from ..experiment.batch import command_line
    from ..studies.run import StudyOptions, run_study
    from .shown import Shown

    quiet = given["quiet"]
    options = StudyOptions(
        engine=given["engine"],
        workers=given["workers"] or 0,
        cluster=given["cluster"],
        page=not given.get("no_page") and not given.get("no_report"),
    )
    shown = Shown("cells", quiet or not sys.stderr.isatty(), "cells")
    with shown.bar(study.spec.expected(study)):
        outcome = run_study(study, open_store, options, command_line(), shown)
    manifest, answer = outcome.manifest, outcome.answer
    if not quiet:
        counts, seconds = manifest["counts"], manifest["timings"]["wall"]
        click.echo(study.spec.title)
        click.echo(
            f"{counts['cells']:,} cells, {counts['units']:,} of them different, {manifest['runs']:,} runs each, "
            f"{manifest['engine']} engine, {seconds:.1f} s"
        )
        click.echo("")
        click.echo(answer.headline)
        for text in (*answer.sentences, *answer.notes):
            click.echo(f"  - {text}")
    click.echo(str(outcome.page or outcome.store.path))
