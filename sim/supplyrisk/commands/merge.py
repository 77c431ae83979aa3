"""`supplyrisk merge DIR...`: join shards."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("merge")
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", "-o", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Run folder to make.")
@click.option("--force", is_flag=True, help="Replace the run folder if there is one.")
@click.option("--no-report", is_flag=True, help="Write the tables only.")
@click.option("--quiet", "-q", is_flag=True, help="Print the run folder only.")
def command(folders: tuple[Path, ...], out: Path, force: bool, no_report: bool, quiet: bool) -> None:
    """Join the run folders of `--shard 1/N` ... `--shard N/N` into one.

    The tables are those of the whole batch run at once. What was damaged in a shard since it was written is left
    out. If runs are missing, the exit code is 1, and `resume` on the new folder computes them.
    """
    from ..experiment.merging import merge
    from ..results.folder import create
    from ..results.store import Store
    from .shown import leave

    stores = [Store(folder) for folder in folders]
    outcome = merge(stores, lambda: create(out, force, folders), lambda text: click.echo(text, err=True))
    leave([outcome], {"no_report": no_report, "quiet": quiet})
