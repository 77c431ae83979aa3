"""`supplyrisk backtest`: the model held against past episodes."""

from __future__ import annotations

from pathlib import Path

import click

SUMMARY = Path(__file__).resolve().parents[1] / "report" / "data" / "backtest_summary.json"


@click.command("backtest")
@click.argument("folders", type=click.Path(path_type=Path), metavar="[FOLDER]...", nargs=-1)
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), metavar="DIR", default=Path("outputs/backtest"), show_default=True,
    help="Where to.",
)  # fmt: skip
@click.option("--runs", "-n", type=click.IntRange(10), default=200, show_default=True, help="Runs per episode.")
@click.option("--seed", "-s", type=int, default=1, show_default=True, help="Seed of all draws.")
@click.option("--engine", type=click.Choice(["reference", "batch"]), default="batch", show_default=True)
@click.option(
    "--ensemble", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="Table of behaviour to use instead of the shipped one (as written by calibrate).",
)  # fmt: skip
@click.option("--update-summary", is_flag=True, help="Renew the record that reports quote (for developers).")
def command(
    folders: tuple[Path, ...], out: Path, runs: int, seed: int, engine: str, ensemble: Path | None, update_summary: bool
) -> None:
    """Run past episodes and hold them against what happened.

    FOLDER holds scenario.yaml, observed.csv and targets.csv; without one, all shipped episodes are run. Writes
    backtest.html, backtest.md, figures and tables. Misses are a result, not an error: the exit code is 0.
    """
    import contextlib
    import json

    from ..backtest.episode import episodes_in
    from ..backtest.model_error import beside, read_errors
    from ..backtest.page import write_page
    from ..backtest.run import UNTOUCHED, score, shipped_episodes, summary, totals
    from ..spec.worldfile import ensemble_file, using_ensemble

    with using_ensemble(ensemble) if ensemble else contextlib.nullcontext():
        episodes = episodes_in(folders or shipped_episodes())
    errors = read_errors(beside(ensemble or ensemble_file()))
    scores = []
    for episode in episodes:
        scores.append(score(episode, runs, seed, engine, errors))
        click.echo(f"{episode.name}: {scores[-1].hits} of {len(episode.targets)}", err=True)
    page = write_page(scores, out, runs, seed)
    if update_summary:
        SUMMARY.parent.mkdir(exist_ok=True)
        untouched = [score(each, runs, seed, engine, errors) for each in episodes_in(shipped_episodes(UNTOUCHED))]
        SUMMARY.write_text(
            json.dumps(summary([*scores, *untouched]), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    click.echo(page)
    hits, targets = totals(scores)
    click.echo(f"{hits} of {targets} targets hit")
