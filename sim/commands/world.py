"""`supplyrisk world NAME`: a world's products, countries and shares as a table."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("world")
@click.argument("name", required=False)
@click.option("--sources", is_flag=True, help="List every number with its source and confidence.")
@click.option(
    "--draw",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the chain into FILE (.svg or .png): countries as blocks, flows as bands.",
)
def command(name: str | None, sources: bool, draw: Path | None) -> None:
    """Show a world: who makes, who uses, what goes into what. Without NAME, list the worlds that are shipped."""
    from ..errors import SupplyriskError
    from ..spec.load import read_world
    from ..spec.worldfile import shipped_worlds
    from ..spec.worldtable import sources_table, world_table

    if name is None and draw is not None:
        raise SupplyriskError("--draw needs the name of a world")
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
    click.echo(sources_table(loaded) if sources else world_table(loaded))
