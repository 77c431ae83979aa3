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
@click.option("--ship", is_flag=True, help="Renew the shipped table and the worlds' rows (for developers).")
def command(folders: tuple[Path, ...], out: Path, runs: int, seed: int, engine: str, ship: bool) -> None:
    """Fit the model's own error of prices to past episodes; nothing else of the model is fitted to anything.

    Runs every episode without any error, writes what its median leaves over of the recorded prices abroad, and prints
    error_shift, error_level and error_weekly: with each episode left out, and from all. Those of the day-one forecasts from all episodes
    are the rows that ship in the worlds. The same seed gives the same numbers, to the digit.
    """
    from ..backtest.episode import DAY_ONE, WAYS, episodes_in
    from ..backtest.error import (
        LEVEL,
        NO_SHIFT,
        RESIDUALS,
        SHIFT,
        WEEKLY,
        OwnError,
        from_others,
        left_out_density,
        read_residuals,
        write_residuals,
    )
    from ..backtest.record import WORDS
    from ..backtest.run import left_over, shipped_episodes

    if ship and folders:
        raise click.UsageError("--ship renews what all shipped episodes left over: name no folder")
    out = RESIDUALS if ship else out

    def told(error: OwnError) -> str:
        return f"{SHIFT} {error.shift:.2f}, {LEVEL} {error.level:.2f}, {WEEKLY} {error.weekly:.2f}"

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
            click.echo(f"{WORDS[way]}, without {name}: {told(error)}")
        if names:
            error = from_others(left, way)
            click.echo(f"{WORDS[way]}, all {error.events} episodes: {told(error)}")
        if len(names) > 1:
            mine = [one for one in left if one.way == way]
            score, plain = left_out_density(mine), left_out_density(mine, NO_SHIFT)
            click.echo(f"{WORDS[way]}, ln density of the episodes left out: {score:.1f}; without {SHIFT} {plain:.1f}")
    if ship:
        error = from_others(left, DAY_ONE)
        _renew({SHIFT: error.shift, LEVEL: error.level, WEEKLY: error.weekly})
    click.echo(out)


def _renew(numbers: dict[str, float]) -> None:
    """Put numbers into the rows of the shipped worlds; all else in their tables stays as it is written."""
    from ..spec.worldfile import SHIPPED, shipped_worlds, tables_of

    for name in shipped_worlds():
        for table in tables_of(SHIPPED / name):
            lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
            place = lines[0].strip().split(",").index("value")
            for number, line in enumerate(lines):
                cells = line.split(",")
                if cells[0] in numbers:
                    cells[place] = f"{numbers[cells[0]]:.2f}"
                    lines[number] = ",".join(cells)
            table.write_text("".join(lines), encoding="utf-8")
