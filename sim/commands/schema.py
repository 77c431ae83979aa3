"""`supplyrisk schema`: the JSON Schema of scenario files."""

from __future__ import annotations

import click


@click.command("schema")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=str), help="Write to this file instead.")
def command(output: str | None) -> None:
    """Print the JSON Schema of scenario files; editors use it to complete and to explain keys.

    The first line of a scenario tells the editor where it is:
    # yaml-language-server: $schema=schema/scenario.schema.json
    """
    from pathlib import Path

    from ..spec.schema import schema_text

    if output is None:
        click.echo(schema_text(), nl=False)
    else:
        Path(output).write_text(schema_text(), encoding="utf-8")
