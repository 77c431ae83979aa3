"""Whether a file is a study; asked of every file that is checked or explained, so nothing heavy is imported for it."""

from __future__ import annotations

import re
from pathlib import Path

from ..bounded import MAX_BYTES, Unreadable, read_bytes

_STUDY = re.compile(rb"^(\xef\xbb\xbf)?[\"']?study[\"']?\s*:", re.MULTILINE)


def is_study(path: Path | str) -> bool:
    """Whether a file is meant as a study: it has the key `study`, which no scenario has."""
    path = Path(path)
    try:
        return path.is_file() and bool(_STUDY.search(read_bytes(path, MAX_BYTES)))
    except (OSError, Unreadable, ValueError):
        return False
