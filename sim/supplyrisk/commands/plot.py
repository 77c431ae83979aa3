"""`supplyrisk plot DIR`: draw figures of a run folder again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("plot")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR", required=False)
@click.option(
    "--figure",
    "-f",
    "names",
    multiple=True,
    metavar="NAME",
    help="Figure to draw (may be repeated). Default: the report's.",
)
@click.option("--list", "list_only", is_flag=True, help="Explain every figure, and stop.")
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), metavar="DIR", help="Where to. Default: figures/ in the run folder."
)
@click.option("--narrow", is_flag=True, help="One panel below the other, for a column or a phone.")
def command(folder: Path | None, names: tuple[str, ...], list_only: bool, out: Path | None, narrow: bool) -> None:
    """Draw figures of a run folder: NAME.svg, NAME.png, and NAME.csv with what they draw."""
    from ..errors import SupplyriskError
    from ..report.figures import chosen, named

    if list_only:
        _list()
        return
    if folder is None:
        raise SupplyriskError("plot needs a run folder; --list explains the figures without one")
    from ..report import style
    from ..report.build import runs_of
    from ..report.render import FOLDER, save

    figures = named(list(names)) if names else []
    failed = False
    for run in runs_of(folder):
        target = (out or run.path / FOLDER) if run.path == folder or out is None else out / run.path.name
        target.mkdir(parents=True, exist_ok=True)
        for figure in figures or chosen(run):
            if not figure.available(run):
                raise SupplyriskError(f"{run.path} holds nothing that {figure.name} could draw: {figure.explains}")
            try:
                with style.house_style():
                    files = save(figure.draw(run, style.NARROW if narrow else style.WIDE), target / figure.name)
            except OSError:
                raise
            except Exception as error:  # one figure must not cost the others
                failed = True
                click.echo(f"{figure.name} could not be drawn: {type(error).__name__}: {error}", err=True)
                continue
            for file in files:
                click.echo(file)
    if failed:
        raise SystemExit(1)


def _list() -> None:
    from ..report.figures import FIGURES
    from ..report.figures.base import TOPICS

    for figure in FIGURES:
        click.echo(figure.name)
        click.echo(f"    {figure.explains}")
        click.echo(f"    In a report by itself for: {'; '.join(TOPICS[need] for need in figure.needs)}.")
