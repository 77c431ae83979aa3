"""`supplyrisk forecast FILE --observed FILE.csv`: a forecast revised by the months that have been seen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click


@click.command("forecast")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--observed", "observed", multiple=True, required=True, metavar="FILE.csv",
    type=click.Path(path_type=Path, dir_okay=False), help="What was recorded since; may be given several times.",
)  # fmt: skip
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
    help="First day that is not known yet; what was recorded later is drawn and not used. Default: all of it is used.",
)  # fmt: skip
@click.option("--runs", "-n", type=click.IntRange(50, 100_000), default=1000, show_default=True, help="Runs.")
@click.option("--seed", "-s", type=int, default=None, help="Seed of all draws; default: the scenario's.")
@click.option("--workers", "-w", type=click.IntRange(1), default=None, help="Runs at once; default: all cores.")
@click.option(
    "--out", "-o", type=click.Path(path_type=Path), metavar="DIR", default=None,
    help="Where to. Default: outputs/FILE-forecast.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace the folder if it is there.")
def command(
    file: Path,
    observed: tuple[Path, ...],
    as_of: dt.datetime | None,
    runs: int,
    seed: int | None,
    workers: int | None,
    out: Path | None,
    force: bool,
) -> None:
    """Run a scenario as it stood on day one, and let the months seen since decide which runs count.

    FILE is a scenario as it was written on day one: a licence regime without `capacity` draws the office's speed.
    The observations are a table as for `report: observed:` with variable, product, place and a reference (the level
    that counts as normal): exports and quoted prices by month. Every run is weighed by how near it comes to them, office,
    uncertain numbers and the model's own error together; the page shows day one and now, and from how many runs.
    """
    import shutil
    import tempfile

    from ..errors import SupplyriskError
    from ..forecast.outcomes import outcomes
    from ..forecast.page import write_forecast
    from ..forecast.revise import overheard, read_forecast
    from ..forecast.stored import write_manifest

    target = out or Path("outputs") / f"{file.stem}-forecast"
    if target.exists() and not force:
        raise SupplyriskError(f"{target}: stands there already; give another --out, or --force to replace it")
    if target.exists() and not (target / "forecast.html").exists():
        raise SupplyriskError(f"{target}: is no forecast's folder, and is not replaced")
    episode = read_forecast(file, observed)
    sown = episode.scenario.seed if seed is None else seed
    today = as_of.date() if as_of else None
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as place:
        batch, page = Path(place) / "run", Path(place) / "page"
        page.mkdir()
        revised, results = overheard(episode, file, runs, sown, today, workers, batch)
        found = outcomes(revised, results, batch)
        write_forecast(revised, found, page, results.title, results.question)
        write_manifest(page / "manifest.json", revised, file, observed, results.manifest)
        if target.exists():
            shutil.rmtree(target)
        page.replace(target)
    click.echo(target / "forecast.html")
