"""`supplyrisk compare DIR...`: run folders, or the arms of one, side by side."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("compare")
@click.argument("folders", type=click.Path(path_type=Path), metavar="DIR...", nargs=-1, required=True)
@click.option(
    "--arm", "arms", multiple=True, metavar="ARM", help="Arm or policy to compare (may be repeated). Default: scenario."
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to. Default: compare/ in the first folder.",
)
def command(folders: tuple[Path, ...], arms: tuple[str, ...], out: Path | None) -> None:
    """Set run folders side by side on one page, or the policies of a single one.

    Differences are taken run by run where the draws match (same seed, sampler and world); where they
    do not, the page says so and compares means.
    """
    from ..report.compare import compare

    click.echo(compare(folders, out or folders[0] / "compare", arms))
