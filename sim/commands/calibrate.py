"""`supplyrisk calibrate`: fit the model's own error to past episodes."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("calibrate")
@click.argument("folders", type=click.Path(path_type=Path), metavar="[FOLDER]...", nargs=-1)
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), metavar="FILE", default=Path("residuals.csv"), show_default=True,
    help="Table of what the episodes left over, from which the error is fitted.",
)  # fmt: skip
@click.option("--runs", "-n", type=click.IntRange(10), default=200, show_default=True, help="Runs per episode.")
@click.option("--seed", "-s", type=int, default=1, show_default=True, help="Seed of all draws.")
@click.option("--engine", type=click.Choice(["reference", "batch"]), default="batch", show_default=True)
def command(folders: tuple[Path, ...], out: Path, runs: int, seed: int, engine: str) -> None:
    """Fit the model's own error of prices to past episodes; nothing else of the model is fitted to anything.

    Runs every episode without any error, writes what its median leaves over of the recorded prices abroad, and prints
    error_level and error_weekly: with each episode left out, and from all. Those of the day-one forecasts from all episodes
    are the rows that ship in the worlds. The same seed gives the same numbers, to the digit.
    """
    from ..backtest.episode import WAYS, episodes_in
    from ..backtest.error import LEVEL, WEEKLY, from_others, read_residuals, write_residuals
    from ..backtest.record import WORDS
    from ..backtest.run import left_over, shipped_episodes

    left = []
    for episode in episodes_in(folders or shipped_episodes()):
        left += left_over(episode, runs, seed, engine)
        click.echo(f"{episode.name}, {WORDS[episode.way]}: done", err=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_residuals(out, left)
    left = read_residuals(out)  # the digits of the table are those that ship
    for way in WAYS:
        names = sorted({one.episode for one in left if one.way == way})
        for name in names:
            error = from_others(left, way, name)
            click.echo(f"{WORDS[way]}, without {name}: {LEVEL} {error.level:.2f}, {WEEKLY} {error.weekly:.2f}")
        if names:
            error = from_others(left, way)
            click.echo(
                f"{WORDS[way]}, all {error.events} episodes: {LEVEL} {error.level:.2f}, {WEEKLY} {error.weekly:.2f}"
            )
    click.echo(out)
