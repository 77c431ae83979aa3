"""`supplyrisk new FILE --from NAME`: a shipped scenario as one's own, to be changed."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("new")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "name", default="template", show_default=True, metavar="NAME", help="Which shipped scenario.")
def command(file: Path, name: str) -> None:
    """Copy a shipped scenario or study to FILE, with the files it names.

    What it extends, the recorded series it shows and the JSON Schema for editors keep their places beside it. Nothing is
    overwritten: a file that stands there already and is another is an error, and nothing is written. `scenarios` lists
    the names.
    """
    from ..errors import SupplyriskError, as_typed
    from ..shipped import scenarios_folder, shipped_scenario
    from ..spec.copied import copies
    from ..studies.copied import study_copies
    from ..studies.kind import is_study

    source = shipped_scenario(name)
    if file.suffix not in (".yaml", ".yml"):
        raise SupplyriskError(f"{file}: a scenario's name ends with .yaml")
    study = is_study(source)
    planned = (study_copies if study else copies)(source, scenarios_folder(), file)
    standing = [to for to, data in planned.items() if to.exists() and (to == file or to.read_bytes() != data)]
    if standing:
        raise SupplyriskError("\n".join(f"{to}: stands there already; nothing was written" for to in standing))
    for to, data in planned.items():
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(data)
        click.echo(f"written: {to}")
    click.echo(f"change it, then: {as_typed('check', str(file))}")
    click.echo(f"run it: {as_typed('study' if study else 'run', str(file))}")
