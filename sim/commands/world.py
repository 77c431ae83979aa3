"""`supplyrisk world NAME`: a world's products, countries and shares as a table."""

from __future__ import annotations

import click


@click.command("world")
@click.argument("name", required=False)
@click.option("--sources", is_flag=True, help="List every number with its source and confidence.")
def command(name: str | None, sources: bool) -> None:
    """Show a world: who makes, who uses, what goes into what. Without NAME, list the worlds that are shipped."""
    from ..spec.load import read_world
    from ..spec.worldfile import shipped_worlds
    from ..spec.worldtable import sources_table, world_table

    if name is None:
        for shipped in shipped_worlds():
            click.echo(f"{shipped}: {read_world(shipped).world.title}")
        return
    loaded = read_world(name)
    click.echo(sources_table(loaded) if sources else world_table(loaded))
