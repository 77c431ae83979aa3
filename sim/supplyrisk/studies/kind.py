"""Whether a file is a study; asked of every file that is checked or explained, so nothing heavy is imported for it."""

from __future__ import annotations

from pathlib import Path

from ..bounded import has_key


def is_study(path: Path | str) -> bool:
    """Whether a file is meant as a study: it has the key `study`, which no scenario has."""
    return has_key(path, "study")
