"""Whether a file is an exercise; asked of every file that is checked or run, so nothing heavy is imported for it."""

from __future__ import annotations

import re
from pathlib import Path

from ...bounded import MAX_BYTES, Unreadable, read_bytes

_EXERCISE = re.compile(rb"^(\xef\xbb\xbf)?[\"']?exercise[\"']?\s*:", re.MULTILINE)


def is_exercise(path: Path | str) -> bool:
    """Whether a file is meant as a table-top exercise: it has the key `exercise`, which no scenario and no study has."""
    path = Path(path)
    try:
        return path.is_file() and bool(_EXERCISE.search(read_bytes(path, MAX_BYTES)))
    except (OSError, Unreadable, ValueError):
        return False
