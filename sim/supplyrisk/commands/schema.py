"""`supplyrisk schema`: the JSON Schema of scenario files."""

from __future__ import annotations

import click


@click.command("schema")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=str), help="Write to this file instead.")
@click.option("--world", is_flag=True, help="The schema of a world's world.yaml instead of that of scenarios.")
@click.option("--study", is_flag=True, help="The schema of study files instead of that of scenarios.")
@click.option("--exercise", is_flag=True, help="The schema of table-top exercises instead of that of scenarios.")
def command(output: str | None, world: bool, study: bool, exercise: bool) -> None:
    """Print the JSON Schema of scenario files; editors use it to complete and to explain keys.

    The first line of a scenario tells the editor where it is:
    `# yaml-language-server: $schema=schema/scenario.schema.json`
    """
    from pathlib import Path

    from ..spec.schema import schema_text, world_schema_text

    if exercise:
        from ..workbench.exercise.schema import exercise_schema_text

        text = exercise_schema_text()
    elif study:
        from ..studies.schema import study_schema_text

        text = study_schema_text()
    else:
        text = world_schema_text() if world else schema_text()
    if output is None:
        click.echo(text, nl=False)
    else:
        Path(output).write_text(text, encoding="utf-8")
