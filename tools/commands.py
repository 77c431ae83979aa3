"""Commands of a checkout beside those of the package: `python run_scenario.py docs`."""

from __future__ import annotations

from typing import Any

from supplyrisk import cli

COMMANDS: dict[str, tuple[str, str]] = {
    "gallery": ("tools.gallery", "Run the shipped scenarios and write the gallery page."),
    "study-gallery": ("tools.study_gallery", "Run the shipped studies and show them on their page."),
    "docs": ("tools.reference.docs", "Write the reference pages of the documentation."),
}


def main(**given: Any) -> Any:
    """The command line of the package, with these commands in it; takes what click's `main` takes."""
    cli.COMMANDS.update(COMMANDS)
    return cli.main(**given)
