"""`supplyrisk workbench [FOLDER]`: a page in the browser on which scenarios answer while they are edited."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("workbench")
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), help="Where to listen; by default 8642, or any that is free.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def command(folder: Path, port: int | None, no_browser: bool) -> None:
    """Open the workbench on FOLDER (by default the current one) in the browser of this machine.

    Prints its address, the only line on standard output, once it answers. The address holds a secret of this start: whoever
    has it, on this machine, can read and write the scenarios in FOLDER and below, and nothing else. It listens on this
    machine alone; it is not made to be shared over a network. Ctrl-C ends it.
    """
    from functools import partial

    from ..workbench.launch import serve

    try:
        serve(folder.resolve(), port, not no_browser, click.echo, partial(click.echo, err=True))
    except KeyboardInterrupt:
        click.echo("the workbench has ended; what was typed is in the files", err=True)
