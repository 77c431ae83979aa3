"""`supplyrisk resume DIR`: finish what an interruption left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .run import batch_options


@click.command("resume")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Go on although the model's source has changed since.")
@batch_options
def command(folder: Path, **given: Any) -> None:
    """Finish a batch or a study that was interrupted, killed, or ran out of disk.

    The tables come out as if it had never stopped; chunks that are not as they were written are computed again.
    A finished run folder is left as it is. Exit codes are those of `run`.
    """
    import sys

    from ..experiment.batch import Options, resume, shard_span
    from ..experiment.stages import is_finished, resumable
    from ..results.store import Span, Store, missing
    from .shown import Shown, leave

    store = Store(folder)
    manifest = resumable(store)
    if "study" in manifest:
        from .study import resume_study

        resume_study(store, given)
        return
    if is_finished(store, manifest):
        click.echo(f"{folder} is finished: {manifest['counts']['finished']:,} runs")
        return
    shard = manifest["shard"]
    wanted = shard_span(manifest["runs"], (shard["i"], shard["n"]) if shard else None)
    todo = sum(gap.last - gap.first for gap in missing(store.spans(), Span(*wanted)))
    shown = Shown("", given["quiet"] or not sys.stderr.isatty())
    if not given["quiet"]:
        click.echo(f"{todo:,} of {wanted.last - wanted.first:,} runs to do", err=True)
    options = Options(
        engine=given["engine"],
        workers=given["workers"] or 0,
        pool=given["pool"],
        cluster=given["cluster"],
        chunk=given["chunk"] or 0,
    )
    with shown.bar(todo):
        outcome = resume(store, options, given["force"], shown)
    leave([outcome], given)
