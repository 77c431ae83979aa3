"""`supplyrisk backtest`: the model held against past episodes."""

from __future__ import annotations

from pathlib import Path

import click

SUMMARY = Path(__file__).resolve().parents[1] / "report" / "data" / "backtest_summary.json"
ROOT = Path(__file__).resolve().parents[3]
PAGES = ROOT / "docs" / "how-good-is-it.md", ROOT / "README.md"


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
    "--residuals", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="What past episodes left over (as written by calibrate), instead of the shipped table.",
)  # fmt: skip
@click.option(
    "--update-summary", is_flag=True, help="Renew the record that reports and documentation quote (for developers)."
)
def command(
    folders: tuple[Path, ...],
    out: Path,
    runs: int,
    seed: int,
    engine: str,
    residuals: Path | None,
    update_summary: bool,
) -> None:
    """Run past episodes and hold them against what happened.

    FOLDER holds scenario.yaml (what was known on day one), observed.csv and targets.csv, and may hold recorded.yaml (what
    came to be known), which extends it; without one, all shipped episodes are run. Runs carry the model's own error,
    fitted to all other episodes. Writes backtest.html, backtest.md, figures and tables. Misses are a result, not an
    error: the exit code is 0.
    """
    import json

    from ..backtest.episode import episodes_in
    from ..backtest.error import RESIDUALS, read_residuals
    from ..backtest.page import write_page
    from ..backtest.record import WORDS, fill, record
    from ..backtest.run import score, shipped_episodes
    from ..errors import SupplyriskError

    if update_summary and folders:
        raise click.UsageError("--update-summary renews the record of all shipped episodes: name no folder")
    episodes = episodes_in(folders or shipped_episodes())
    if not sum(len(episode.targets) for episode in episodes):
        raise SupplyriskError(
            f"no targets to hold the model against in {', '.join(map(str, folders)) or 'this installation'}"
        )
    left = read_residuals(residuals or RESIDUALS)
    scores = []
    for episode in episodes:
        scores.append(score(episode, runs, seed, engine, left))
        hits = f"{scores[-1].hits} of {len(episode.targets)}"
        click.echo(f"{episode.name}, {WORDS[episode.way]}: {hits}", err=True)
    found = record(scores, left, runs, seed)
    page = write_page(scores, found, out)
    if update_summary:
        SUMMARY.parent.mkdir(exist_ok=True)
        SUMMARY.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for one in PAGES:
            one.write_text(fill(one.read_text(encoding="utf-8"), found), encoding="utf-8")
    click.echo(page)
    for way, values in found["ways"].items():
        click.echo(f"{values['hits']} of {values['targets']} targets hit ({WORDS[way]})")
