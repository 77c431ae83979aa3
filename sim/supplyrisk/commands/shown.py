"""What `run`, `resume` and `merge` show: progress, a short summary, where the report is."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..experiment.batch import Options
    from ..experiment.stages import Outcome
    from ..spec.resolved import Scenario


RUN_NUMBER = re.compile(r"\brun \d+: ")
MOST_REASONS = 3  # told on the terminal


class Shown:
    """A progress bar on a terminal, notes otherwise (see `experiment.runner.Progress`)."""

    def __init__(self, name: str, quiet: bool, counted: str = "runs") -> None:
        self.name = name
        self.counted = counted
        self.quiet = quiet
        self._bar: Any = None
        self._task: Any = None
        self._total = 0

    @contextlib.contextmanager
    def task(self, options: Options, scenario: Scenario) -> Iterator[None]:
        """While the block runs, the bar is shown."""
        from ..experiment.batch import shard_span

        runs = options.runs if options.runs is not None else scenario.runs
        if options.precision:
            runs = options.precision.limit(options.runs)
        span = shard_span(runs, options.shard)
        with self.bar(span.last - span.first):
            yield

    @contextlib.contextmanager
    def bar(self, total: int) -> Iterator[None]:
        """A bar of `total` runs."""
        self._total = total
        if self.quiet:
            yield
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[failed]}"),
        )
        with Progress(*columns, console=Console(stderr=True), refresh_per_second=4) as self._bar:
            self._task = self._bar.add_task(self.name or "runs", total=total, rate="", failed="")
            try:
                yield
            finally:
                self._bar = None

    def advance(self, done: int, failed: int) -> None:
        if self._bar is None:
            return
        task = self._bar.tasks[0]
        rate = f"{task.speed:.1f} {self.counted}/s" if task.speed else ""
        lost = f"{failed} failed" if failed else ""
        self._bar.update(self._task, completed=min(done, self._total), rate=rate, failed=lost)

    def note(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(text, style="yellow", highlight=False)
        else:
            click.echo(text, err=True)


def leave(outcomes: Sequence[Outcome], given: dict[str, Any]) -> None:
    """Report, summary, exit code: 0 only if all that was asked for is there."""
    from ..errors import INTERRUPTED, NOT_DONE, as_typed

    parent = outcomes[0].store.path if len(outcomes) == 1 else outcomes[0].store.path.parent
    wanted = not given["no_report"] and any(outcome.finished for outcome in outcomes)
    report = build_report(parent) if wanted else None
    for outcome in outcomes:
        for line in failure_lines(outcome):
            click.echo(line, err=True)
        if given["quiet"]:
            continue
        click.echo("\n".join(summary_lines(outcome)))
    click.echo(str(report or parent))
    if any(outcome.interrupted for outcome in outcomes):
        for outcome in outcomes:
            if outcome.interrupted:
                click.echo(f"interrupted; {as_typed('resume', str(outcome.store.path))} goes on from there", err=True)
        raise SystemExit(INTERRUPTED)
    absent = {outcome.store.path: int(outcome.manifest["counts"].get("missing", 0)) for outcome in outcomes}
    for path, count in absent.items():
        if count:
            click.echo(f"{count:,} runs are missing; {as_typed('resume', str(path))} computes them", err=True)
    if not any(outcome.finished for outcome in outcomes):
        click.echo("no run finished", err=True)
        raise SystemExit(NOT_DONE)
    failed = sum(int(outcome.failed) for outcome in outcomes)
    if failed:
        click.echo(f"{failed:,} runs failed and are left out of all numbers (reasons above)", err=True)
    if failed or any(absent.values()) or (wanted and report is None):
        raise SystemExit(NOT_DONE)


def failure_lines(outcome: Outcome) -> list[str]:
    """Why runs failed, and what is to be known of others; most frequent first."""
    import collections

    from ..results.reader import RunFolder

    rows = RunFolder(outcome.store.path, outcome.manifest).messages
    reasons = collections.Counter((status, RUN_NUMBER.sub("", message)) for status, message in rows if message)
    words = {True: "", False: " failed"}
    lines = [
        f"{n:,} runs{words[status == 'ok']}: {reason}" for (status, reason), n in reasons.most_common(MOST_REASONS)
    ]
    if len(reasons) > MOST_REASONS:
        lines.append(f"and {len(reasons) - MOST_REASONS:,} other reasons (runs.parquet has all)")
    return lines


def build_report(folder: Path) -> Path | None:
    """The report of a run folder; without one the tables stand."""
    from ..errors import Interrupted, as_typed
    from ..results.lock import locked
    from ..results.store import Store

    again = as_typed("report", str(folder))
    try:
        from ..report.build import build_report as build

        with locked(Store(folder)):
            return Path(build(folder))
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted while the report was drawn; the tables are complete: {again} draws it"
        ) from None
    except Exception as error:  # hours of computing must not end in a traceback over a picture
        click.echo(
            f"the tables are complete, but the report failed: {type(error).__name__}: {error}; {again} tries again",
            err=True,
        )
        return None


# --- summary --------------------------------------------------------------------------------------


def summary_lines(outcome: Outcome) -> list[str]:
    """The answer as the report gives it: headline, sentences, what to be careful about."""
    from ..report.run import Run
    from ..report.sentences import answer

    run = Run(outcome.store.path, outcome.manifest)
    lines = [f"{outcome.manifest['title']}", _counts(outcome), f"Outlook {run.outlook_said}."]
    if not outcome.finished:
        return lines
    said = answer(run)
    return [*lines, *said.cautions, "", said.headline, *(f"  - {text}" for text in said.sentences), *said.notes]


def _counts(outcome: Outcome) -> str:
    from ..errors import as_typed

    manifest = outcome.manifest
    counts, timings = manifest["counts"], manifest["timings"]
    text = f"{outcome.finished:,} runs x {len(manifest['arms'])} arms, {manifest['engine']} engine"
    if timings.get("wall"):
        text += f", {timings['wall']:.1f} s"
    if outcome.failed:
        text += f"; {outcome.failed:,} failed (runs.parquet says why)"
    if counts.get("missing"):
        text += f"; {counts['missing']:,} missing ({as_typed('resume', str(outcome.store.path))})"
    precision = manifest.get("precision")
    if precision and precision.get("reached") is not None:
        text += f"; standard error of {precision['metric']} {100 * precision['reached']:.1f} % of its mean"
    return text
