"""`supplyrisk calibrate`: condition the shared behaviour on past episodes."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("calibrate")
@click.argument("folders", type=click.Path(path_type=Path), metavar="[FOLDER]...", nargs=-1)
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), metavar="FILE", default=Path("behaviour_ensemble.csv"),
    show_default=True, help="Table of accepted parameter sets.",
)  # fmt: skip
@click.option("--sets", type=click.IntRange(20), default=60, show_default=True, help="Parameter sets to hand back.")
@click.option("--generations", type=click.IntRange(1), default=70, show_default=True, help="Times that all sets move.")
@click.option("--draws", type=click.IntRange(1), default=5, show_default=True, help="Runs a set is judged by.")
@click.option("--seed", "-s", type=int, default=1, show_default=True, help="Seed of all draws.")
@click.option("--engine", type=click.Choice(["reference", "batch"]), default="batch", show_default=True)
@click.option("--leave-out", metavar="NAME", multiple=True, help="Episode to leave out (may be repeated).")
@click.option(
    "--start", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE", multiple=True,
    help="Begin with the sets of an earlier table (may be repeated).",
)  # fmt: skip
def command(
    folders: tuple[Path, ...],
    out: Path,
    sets: int,
    generations: int,
    draws: int,
    seed: int,
    engine: str,
    leave_out: tuple[str, ...],
    start: tuple[Path, ...],
) -> None:
    """Draw behaviour from its prior ranges, keep what fits the episodes, write the table worlds draw from.

    Beside the table goes FILE.error.csv: what the accepted sets still get wrong, which backtest puts on top.

    The same seed gives the same table. To score an episode by parameters conditioned on the others:
    calibrate --leave-out NAME -o others.csv, then backtest FOLDER --ensemble others.csv.
    """
    import numpy as np

    from ..backtest.calibrate import Judge, calibrate, summary
    from ..backtest.model_error import beside, write_errors
    from ..backtest.priors import read_ensemble, write_ensemble
    from ..backtest.run import fit_errors, shipped_episodes
    from ..errors import did_you_mean

    chosen = list(folders or shipped_episodes())
    names = [folder.name for folder in chosen]
    for name in leave_out:
        if name not in names:
            raise click.BadParameter(
                f"no episode is called {name}{did_you_mean(name, names, 10)}", param_hint="--leave-out"
            )
    chosen = [folder for folder in chosen if folder.name not in leave_out]
    if not chosen:
        raise click.UsageError("no episode is left to calibrate on")
    try:
        known = np.concatenate([read_ensemble(path) for path in start]) if start else None
    except (KeyError, TypeError, ValueError) as error:
        raise click.BadParameter(f"is no table that calibrate wrote: {error}", param_hint="--start") from None
    judge = Judge(chosen, engine)
    accepted = calibrate(judge, sets, generations, draws, seed, lambda text: click.echo(text, err=True), known)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_ensemble(out, accepted.theta)
    write_errors(beside(out), fit_errors(judge.measure(accepted.theta, seed)))
    for row in summary(accepted):
        prior, post = (f"{row[a]:.3g} to {row[b]:.3g}" for a, b in (("prior_low", "prior_high"), ("p5", "p95")))
        click.echo(f"{row['name']:30} {row['median']:.3g} ({post}); prior {prior}", err=True)
    click.echo(out)
