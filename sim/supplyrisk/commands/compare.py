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

    Two scenario files instead of folders are not run: what differs between them is told in words. Differences
    of runs are taken run by run where the draws match (same seed, sampler and version); where they do not, the
    page says so and compares means.
    """
    if len(folders) == 2 and all(path.is_file() for path in folders):
        _files(*folders)
        return
    from ..report.compare import compare

    click.echo(compare(folders, out or folders[0] / "compare", arms))


def _files(one: Path, other: Path) -> None:
    """What differs between two scenario files, world by world."""
    from ..errors import SupplyriskError
    from ..report.differences import differences, named_with_unit
    from ..spec.load import load_scenario
    from ..spec.parameters import PARAMETERS

    labels = {parameter.name: named_with_unit(parameter.label, parameter.unit) for parameter in PARAMETERS}
    a, b = load_scenario(one), load_scenario(other)
    if len(a) != len(b):
        raise SupplyriskError(f"{one} names {len(a)} worlds and {other} {len(b)}: give each one world to compare them")
    click.echo(f"First: {one}. Second: {other}.")
    for first, second in zip(a, b, strict=True):
        for line in differences(first, second, labels):
            click.echo(f"  {line}")
