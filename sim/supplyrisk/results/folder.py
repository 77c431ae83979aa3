"""Making a run folder, and emptying one: what may be in it is declared here, and nothing else is ever deleted."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..errors import as_typed
from .lock import LOCK, last_command, locked
from .store import CHECKSUMS, EMPTIED, FORMAT, Store, StoreError, explained

# --- what the program writes into a run folder ----------------------------------------------------

TABLES = ("runs.parquet", "outcomes.parquet", "outcomes.csv", "series.parquet", "summary.csv")
REPORT = ("report.html", "report.md", "report.xlsx", "iamc.csv")
FIGURES = (
    "price_fan",
    "up_to_today",
    "shortage_fan",
    "who_short_when",
    "exposure_tiles",
    "exports_by_month",
    "flows",
    "licence_office",
    "distributions",
    "policies_compared",
    "policy_ladder",
    "sensitivity",
)
STUDY = ("study.yaml", "study.html", "study.xlsx", "cells.parquet", "cells.csv")
COMPARED = ("compare.html", "compare.svg", "compare.png", "compare.csv")
CHUNK = ("runs.parquet", "outcomes.parquet", "values.parquet", "sketch.parquet", "range.parquet", CHECKSUMS)
LEFT_ALONE = {".DS_Store", "Thumbs.db", "desktop.ini"}  # what desktops put everywhere: neither ours nor in the way


def _any(names: Sequence[str]) -> str:
    return "(?:" + "|".join(re.escape(name) for name in names) + ")"


_TOP = _any(("manifest.json", "scenario.yaml", "sources.csv", *TABLES, *REPORT, *STUDY))
_CHUNK_FOLDER = r"(?:runs-\d{9,}-\d{9,}|\.runs-\d{9,}-\d{9,}\.\d+\.tmp)"
_FILES = re.compile(
    "|".join(
        (
            _TOP,
            rf"\.{_TOP}\.\d+\.tmp",
            r"\.outcomes\.\d+\.tmp",
            re.escape(LOCK),
            rf"figures/(?:{_any(FIGURES)}|study_[a-z0-9_]+)\.(?:svg|png|csv)",
            f"compare/{_any(COMPARED)}",
            f"chunks/{_CHUNK_FOLDER}/{_any(CHUNK)}",
        )
    )
)
_FOLDERS = re.compile(f"figures|compare|chunks(?:/{_CHUNK_FOLDER})?")
_BEFORE_ALL = re.compile(rf"{re.escape(LOCK)}|\.manifest\.json\.\d+\.tmp")  # all there is before the first manifest


# --- looking --------------------------------------------------------------------------------------


def is_ours(name: str) -> bool:
    """Whether a name within a run folder, with `/` between its parts, is one that this program writes."""
    return _FILES.fullmatch(name) is not None


def _manifest(path: Path) -> dict[str, Any] | None:
    """The manifest of a folder if it is one of this program's."""
    file = path / "manifest.json"
    if file.is_symlink() or not file.is_file():
        return None
    try:
        found = Store(path).manifest()
    except StoreError:
        return None
    return found if isinstance(found.get("status"), str) and "created" in found else None


def nothing_begun(path: Path) -> bool:
    """Whether a folder is empty, or holds only what a batch leaves that was ended before its first run."""
    names = {each.name for each in path.iterdir()} - LEFT_ALONE
    if all(_BEFORE_ALL.fullmatch(name) for name in names):
        return True
    found = _manifest(path)
    return found is not None and found["status"] == EMPTIED


def contents(path: Path, worlds: Sequence[str] = ()) -> tuple[list[Path], list[Path], list[Path]]:
    """Files and folders in a run folder that this program wrote, and whatever else is there.

    Parameters
    ----------
    worlds : sequence of str
        Names of run folders below it, one per world.

    Returns
    -------
    tuple
        Files; folders, inner ones first; what is foreign: other names, links, anything but files and folders.
    """
    files: list[Path] = []
    folders: list[Path] = []
    foreign: list[Path] = []

    def look(folder: Path, within: str, below: Sequence[str]) -> None:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            each, name = Path(entry.path), within + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name in below and not within:
                    look(each, "", ())
                elif _FOLDERS.fullmatch(name):
                    look(each, f"{name}/", ())
                else:
                    foreign.append(each)
                    continue
                folders.append(each)
            elif entry.is_file(follow_symlinks=False) and _FILES.fullmatch(name):
                files.append(each)
            elif entry.name not in LEFT_ALONE or entry.is_symlink():
                foreign.append(each)

    with explained(path):
        look(path, "", worlds)
    return files, folders, foreign


# --- making ---------------------------------------------------------------------------------------


@contextmanager
def create(path: Path, force: bool = False, inputs: Sequence[Path] = ()) -> Iterator[Store]:
    """Make a run folder and hold it while the block runs.

    Parameters
    ----------
    force : bool
        Remove what an earlier batch has left in it. Of a folder that is no run folder, that another process works
        on, or in which anything lies that this program did not write, nothing is removed.
    inputs : sequence of path
        Folders that are read for it, and must not be it.

    Raises
    ------
    StoreError
        If the folder can't be had. Then nothing in it was changed.
    """
    for each in inputs:
        _apart(path, each)
    with explained(path):
        made = _made(path)
        if not made:
            _allowed(path, force)
    try:
        with locked(Store(path)):
            if not made:
                empty(path, force)  # looked at again: now nobody else can change it
            yield Store(path)
    finally:
        if made:
            with suppress(OSError):
                path.rmdir()  # nothing came of it


def _made(path: Path) -> bool:
    """Make the folder; False if it was there."""
    if path.is_symlink():
        raise StoreError(f"{path} is a link (to {path.resolve()}); name the folder itself")
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path} is a file, not a folder")
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        if path.is_dir():
            return False
        raise
    return True


def _apart(path: Path, other: Path) -> None:
    mine, others = path.resolve(), other.resolve()
    if mine == others or mine in others.parents or others in mine.parents:
        raise StoreError(f"{path} can't be made from {other}: one is the other, or lies in it; name another folder")


def _allowed(path: Path, force: bool) -> None:
    """Refuse a folder whose content may not be removed."""
    if nothing_begun(path):
        if _manifest(path):
            _only_ours(path)
        return
    if _manifest(path) is None:
        also = ", so --force does not empty it" if force else ""
        raise StoreError(f"{path} is not empty{' and not a run folder' if force else ''}{also}")
    if not force:
        raise StoreError(f"{path} is not empty; --force replaces it, `{as_typed('resume', str(path))}` finishes it")
    _only_ours(path)


def _only_ours(path: Path) -> None:
    _, _, foreign = contents(path, _worlds(path))
    if foreign:
        listed = ", ".join(str(each) + (" (a link)" if each.is_symlink() else "") for each in foreign[:5])
        more = f" and {len(foreign) - 5} more" if len(foreign) > 5 else ""
        raise StoreError(
            f"{path} holds what was not written by this program: {listed}{more}; move it away, or name another folder"
        )


def _worlds(path: Path) -> list[str]:
    """Run folders below, of a batch of several worlds."""
    found = _manifest(path) or {}
    names = found.get("worlds")
    below = [name for name in names if Path(str(name)).name == name] if isinstance(names, list) else []
    if found.get("status") == EMPTIED:  # their manifests may be gone already
        return below
    return [name for name in below if not (path / name).is_symlink() and _manifest(path / name) is not None]


def empty(path: Path, force: bool) -> None:
    """Remove the results in a run folder that this process holds.

    The manifest goes first, replaced by one that says so: a folder that is half empty never passes for a batch.
    """
    _allowed(path, force)
    with explained(path):
        for each in path.iterdir():
            if each.name != LOCK and _BEFORE_ALL.fullmatch(each.name):
                each.unlink()  # itself, if it is a link
    found = _manifest(path)
    if found is None:
        return
    worlds = _worlds(path)
    files, folders, _ = contents(path, worlds)
    for name in worlds:
        if (path / name).is_dir():
            with locked(Store(path / name)):
                pass  # nobody works on it
    marker = {"format": FORMAT, "status": EMPTIED, "created": found["created"]}
    Store(path).write_manifest(marker | ({"worlds": worlds} if worlds else {}))
    last = path / "manifest.json"
    with explained(path):
        for file in files:
            if file not in (last, path / LOCK):
                file.unlink(missing_ok=True)
        for folder in folders:
            with suppress(OSError):
                folder.rmdir()  # stays if something else is in it
        last.unlink()


def not_begun(path: Path) -> StoreError:
    """What to say of a folder in which there is nothing to resume."""
    command = last_command(path)
    start = f"start it again: {command}" if command else "start it again with the command `run`, into the same folder"
    return StoreError(f"{path} holds no runs yet, its batch was ended before it began; {start}")
