"""`supplyrisk report DIR`: write the report of a run folder again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--no-excel", is_flag=True, help="Leave the workbook out.")
@click.option("--list", "list_only", is_flag=True, help="Print the figures this run's report would show, and stop.")
def command(folder: Path, no_excel: bool, list_only: bool) -> None:
    """Write report.html, report.md, report.xlsx, iamc.csv and the figures of a run folder."""
    from ..report.build import build_report, runs_of
    from ..report.figures import chosen
    from ..report.run import open_run
    from ..results.lock import locked
    from ..results.store import Store

    if list_only:
        for run in runs_of(folder):
            for figure in chosen(run):
                click.echo(f"{figure.name:20} {figure.explains}")
        return
    with locked(Store(open_run(folder).path)):
        page = build_report(folder, excel=not no_excel)
    click.echo(page)
