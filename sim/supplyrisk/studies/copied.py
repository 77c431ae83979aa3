"""A shipped study with the scenario it varies, as copies for another folder."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import SupplyriskError
from ..language.text import read_file
from ..spec.copied import copies

UP = "../"  # from the folder of the studies to that of the scenarios
_NAMED = re.compile(rf"^((?: *(?:scenario|extends): *|# yaml-language-server: \$schema=)){re.escape(UP)}", re.MULTILINE)
SCHEMA = "schema/study.schema.json"


def study_copies(source: Path, folder: Path, file: Path) -> dict[Path, bytes]:
    """What to write where, for `file` to be a working copy of the study `source`.

    The copy and the scenario it varies stand side by side, so that the paths in it lose their first step up.

    Parameters
    ----------
    source : Path
        A study in a folder below `folder`, that of the scenarios.
    file : Path
        The copy; the others go beside and below it.

    Returns
    -------
    dict of Path to bytes
        The study first.
    """
    text = _NAMED.sub(r"\1", source.read_text(encoding="utf-8"))
    found = {file: text.encode(), file.parent / SCHEMA: (folder / SCHEMA).read_bytes()}
    node = read_file(source).get("scenario")
    named = node.get("extends") if node is not None and node.get("extends") is not None else node
    if named is not None and isinstance(named.value, str):
        scenario = source.parent / named.value
        copy = file.parent / scenario.name
        if copy == file:
            raise SupplyriskError(f"{file}: the study varies a scenario of this name; choose another")
        found |= copies(scenario, folder, copy)
    return found
