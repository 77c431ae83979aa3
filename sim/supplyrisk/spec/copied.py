"""A scenario with all files it names, as copies for another folder."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import SupplyriskError
from .load import read_scenario

MODELINE = re.compile(r"^# yaml-language-server: \$schema=(\S+)$", re.M)


def copies(source: Path, folder: Path, file: Path) -> dict[Path, bytes]:
    """What to write where, for `file` to be a working copy of the scenario `source`.

    Parameters
    ----------
    source : Path
        A scenario below `folder`.
    folder : Path
        Files that the scenario names keep their places relative to it.
    file : Path
        The copy; the others go below its folder.

    Returns
    -------
    dict of Path to bytes
        The scenario first.

    Raises
    ------
    SupplyriskError
        If a file that the scenario extends would have to stand where the copy is to stand.
    """
    loaded = read_scenario(source)
    named = [*loaded.layers, *(path for path in loaded.files if path.resolve().is_relative_to(folder.resolve()))]
    for layer in loaded.layers:
        schema = MODELINE.search(layer.read_text(encoding="utf-8"))
        if schema is not None:
            named.append(layer.parent / schema[1])
    named += [source.parent / name for name in loaded.spec.report.observed]
    found = {file: source.read_bytes()}
    for path in named:
        place = path.resolve().relative_to(folder.resolve())
        if path.resolve() == source.resolve():
            continue
        if file.parent / place == file:
            raise SupplyriskError(f"{file}: {source.stem} extends a file of this name; choose another")
        found[file.parent / place] = path.read_bytes()
    return found
