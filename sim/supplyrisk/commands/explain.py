"""`supplyrisk explain FILE`: what a scenario does, in plain sentences."""

from __future__ import annotations

import click


@click.command("explain")
@click.argument("file", type=click.Path(path_type=str))
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Set a value, as in run.")
@click.option("--origins", is_flag=True, help="Tell where each value of the scenario was written.")
def command(file: str, sets: tuple[str, ...], origins: bool) -> None:
    """Tell in plain sentences what a scenario (or a study) does, and where its numbers come from.

    Ends with the trade that runs start from: what balancing made of the stated outputs and shares.
    """
    from ..errors import SupplyriskError, as_typed
    from ..report.words import plain_changes, plain_uncertainty
    from ..spec.explain import explain
    from ..spec.load import read_scenario
    from ..studies.kind import is_study
    from ..workbench.exercise.kind import is_exercise
    from .balanced import balance_lines

    if is_exercise(file):
        raise SupplyriskError(f"{file} is a table-top exercise, not a scenario; play it in: {as_typed('workbench')}")
    if is_study(file):
        from ..studies.explain import explain_study
        from ..studies.load import read_study

        click.echo("\n".join(explain_study(read_study(file, sets))))
        return
    loaded = read_scenario(file, sets)
    click.echo(plain_changes(plain_uncertainty(explain(loaded, origins=origins))))
    for resolution in loaded.resolutions:
        click.echo("\n" + "\n".join(balance_lines(loaded, resolution)))
