"""`supplyrisk scenarios`: what comes with the program."""

from __future__ import annotations

from pathlib import Path

import click


def question(path: Path) -> str:
    """The question of a scenario, or its title; of the one it extends if it has none of its own."""
    from ..language.text import parse_text

    root = parse_text(path.read_text(encoding="utf-8"), str(path))
    own = root.get("question") or root.get("title")
    below = root.get("extends")
    if own is None and below is not None:
        return question(path.parent / str(below.value))
    return str(own.value) if own is not None else ""


@click.command("scenarios")
def command() -> None:
    """List the scenarios and studies that come with the program: name, question.

    Copy one with `new` and change it.
    """
    from ..errors import as_typed
    from ..shipped import scenario_names, shipped_scenario, study_names

    for head, names in (("", scenario_names()), ("\nstudies, questions that take many scenarios:", study_names())):
        if head:
            click.echo(head)
        for name in names:
            click.secho(name, bold=True)
            click.echo(f"  {question(shipped_scenario(name))}")
    click.echo(f"copy one: {as_typed('new', 'mine.yaml', '--from', 'china_export_ban_refined')}")
