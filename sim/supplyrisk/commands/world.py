"""`supplyrisk world NAME`: a world's products, countries and shares as a table."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("world")
@click.argument("name", required=False)
@click.option("--sources", is_flag=True, help="List every number with its source and confidence.")
@click.option("--history", is_flag=True, help="Show how shares of output moved over the last years.")
@click.option(
    "--export",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the tables of numbers to FILE.xlsx, or as CSV to a folder, to be edited and laid over the world.",
)
@click.option(
    "--draw",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the chain into FILE (.svg or .png): countries as blocks, flows as bands.",
)
def command(name: str | None, sources: bool, history: bool, export: Path | None, draw: Path | None) -> None:
    """Show a world: who makes, who uses, what goes into what. Without NAME, list the worlds that are shipped.

    A table written by --export is used by a scenario with `baseline: {tables: [FILE]}`: rows that you change take
    the place of the world's.
    """
    from ..errors import SupplyriskError
    from ..spec.load import read_world
    from ..spec.worldfile import shipped_worlds
    from ..spec.worldtable import sources_table, world_table

    for option, given in (("--draw", draw), ("--export", export), ("--history", history), ("--sources", sources)):
        if name is None and given:
            raise SupplyriskError(f"{option} needs the name of a world")
    if name is None:
        for shipped in shipped_worlds():
            click.echo(f"{shipped}: {read_world(shipped).world.title}")
        return
    loaded = read_world(name)
    if draw is not None:
        from .world_drawing import draw_world

        draw_world(loaded, draw)
        click.echo(draw)
        return
    if export is not None:
        from .world_export import export_world

        for path in export_world(loaded, export, name):
            click.echo(path)
        return
    if history:
        from ..spec.worldhistory import history_table

        click.echo(history_table(loaded))
        return
    click.echo(sources_table(loaded) if sources else world_table(loaded))
