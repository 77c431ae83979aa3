"""Whether a file is an exercise; asked of every file that is checked or run, so nothing heavy is imported for it."""

from __future__ import annotations

from pathlib import Path

from ...bounded import has_key


def is_exercise(path: Path | str) -> bool:
    """Whether a file is meant as a table-top exercise: it has the key `exercise`, which no scenario and no study has."""
    return has_key(path, "exercise")
