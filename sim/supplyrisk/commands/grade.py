"""`supplyrisk grade`: the register of forecasts, and how they did."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("grade")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--record", is_flag=True, help="Run what has no record yet, and add it to records.csv.")
@click.option(
    "--runs", "-n", type=click.IntRange(50, 100_000), default=1000, show_default=True, help="Runs per scenario."
)
@click.option(
    "--page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.md",
    help="Write the scoreboard there instead of showing it.",
)  # fmt: skip
def command(folder: Path | None, record: bool, runs: int, page: Path | None) -> None:
    """Show every forecast on record: open, hit or missed.

    FOLDER (default: the shipped register) holds questions.csv, records.csv and observations.csv. Add a row to
    observations.csv when it is known what came (id, value, seen, source), then grade again. A record that stands there is
    never run again.
    """
    import datetime as dt

    from ..forecast.register import read_register, record_missing
    from ..forecast.scoreboard import scoreboard
    from ..shipped import scenarios_folder

    place = folder or scenarios_folder() / "forecasts"
    if record:
        made = record_missing(place, runs, dt.date.today())
        click.echo(f"{len(made)} forecasts recorded in {place}", err=True)
    text = scoreboard(read_register(place))
    if page is None:
        click.echo(text)
        return
    page.write_text(text, encoding="utf-8")
    click.echo(page)
