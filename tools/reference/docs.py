"""`python run_scenario.py docs`: the reference pages of the documentation, made from what the code declares."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("docs")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("docs/reference"), show_default=True, help="Folder."
)
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 if a page is missing or out of date.")
def command(out: Path, check: bool) -> None:
    """Write the reference pages: language, events, outputs, metrics, parameters, command line, worlds.

    For those who change the program: run it in a checkout after a change of anything that is declared.
    """
    from .pages import all_pages

    stale = []
    for name, text in all_pages().items():
        path = out / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for path in stale:
        click.echo(f"{path}: {'out of date' if check else 'written'}")
    if check and stale:
        click.echo("write them again with: python run_scenario.py docs", err=True)
        raise SystemExit(1)
    if not stale:
        click.echo("every page is up to date")
