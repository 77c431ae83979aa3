"""`supplyrisk new-world NAME`: a commented skeleton that loads and can be filled in."""

from __future__ import annotations

import click


@click.command("new-world")
@click.argument("folder", type=click.Path(path_type=str))
@click.option("--mineral", default="", help="What the world is about (default: the folder's name).")
def command(folder: str, mineral: str) -> None:
    """Write the commented skeleton of a world into FOLDER (which must not exist yet).

    The skeleton loads and runs as it is; replace its invented numbers by your own, with their sources.
    """
    from pathlib import Path

    from ..spec.skeleton import write_skeleton

    files = write_skeleton(Path(folder), mineral or Path(folder).name)
    for file in files:
        click.echo(f"written: {file}")
    from ..errors import as_typed

    click.echo(f"look at it: {as_typed('world', str(folder))}")
    click.echo(f"use it in a scenario: world: {folder} (as a path from the scenario's file)")
