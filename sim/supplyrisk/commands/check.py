"""`supplyrisk check FILE...`: every problem of the files at once."""

from __future__ import annotations

import click


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=str))
@click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help="Set a value, as in run.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing about files without problems.")
def command(files: tuple[str, ...], sets: tuple[str, ...], quiet: bool) -> None:
    """List every problem of scenario, study and exercise files at once, as file:line:col: path: what is wrong.

    Remarks (note:) tell what is fine and worth knowing: dates that are not reached, and stated trade shares, outputs and
    uses that don't fit each other, with what the runs will start from instead (central values).

    Exit code 0: all files are fine; 2: at least one is not. Nothing is written.
    """
    from ..errors import Problems
    from ..spec.load import read_scenario
    from ..studies.kind import is_study
    from ..workbench.exercise.kind import is_exercise
    from .balanced import balance_notes

    failed = False
    for file in files:
        try:
            if is_study(file):
                from ..studies.load import read_study

                study = read_study(file, sets)
                if not quiet:
                    click.echo(f"{file}: fine (study {study.spec.study}; about {study.spec.expected(study):,} cells)")
                continue
            if is_exercise(file):
                said = _exercise(file, sets)
                if not quiet:
                    click.echo(said)
                continue
            loaded = read_scenario(file, sets)
        except Problems as problems:
            failed = True
            click.echo(str(problems), err=True)
            continue
        for note in sorted((*loaded.notes, *balance_notes(loaded))):
            click.echo(f"{note.position}: note: {note.path}: {note.message}", err=True)
        if not quiet:
            worlds = ", ".join(resolution.scenario.world.name for resolution in loaded.resolutions)
            arms = len(loaded.scenarios[0].arms)
            count = len(loaded.spec.events)
            click.echo(f"{file}: fine (world {worlds}; {count} event{'' if count == 1 else 's'}, {arms} arms)")
    if failed:
        raise SystemExit(2)


def _exercise(file: str, sets: tuple[str, ...]) -> str:
    """What is said of an exercise that is fine."""
    from pathlib import Path

    from ..errors import Position, Problem, Problems
    from ..workbench.exercise.rules import read_exercise

    if sets:
        raise Problems(
            [Problem(Position(file, 0, 0), "", "--set is for scenarios and studies; write it into the exercise")]
        )
    found = read_exercise(Path(file))
    turns = -(-(found.weeks - found.first_week) // found.turn_weeks)
    roles, cards = len(found.spec.roles), len(found.spec.deck)
    what = f"{turns} turns of {found.turn_weeks} weeks, {roles} role{'' if roles == 1 else 's'}, {cards} card{'' if cards == 1 else 's'}"
    return f"{file}: fine (exercise {found.spec.exercise}; {what})"
