"""Where machine code is kept: a folder that nobody else can have written into.

What numba reads back is pickled Python and machine code, so whoever can write the folder runs code as us. A folder
is used only if it is ours: a real folder (no link), of our user, closed to all others (mode 0700), and so is the
folder above it. Otherwise this process, and the workers it starts, use a fresh private one that is gone afterwards.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import stat
import tempfile
from functools import lru_cache
from pathlib import Path

HANDED_ON = "SUPPLYRISK_MACHINE_CODE"  # the private folder of a process, for the workers it starts


def private_folder(name: str) -> Path:
    """The folder for machine code called `name`: in the user's cache, or a temporary one where that is not ours."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    for parent in (Path(os.environ.get(HANDED_ON, "")), home / "supplyrisk"):
        if not parent.is_absolute():
            continue
        with contextlib.suppress(OSError):
            parent.parent.mkdir(parents=True, exist_ok=True)
            if _is_safe_place(parent.parent) and make_ours(parent) and make_ours(parent / name):
                return parent / name
    folder = _temporary() / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@lru_cache(maxsize=1)
def _temporary() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="supplyrisk-"))  # of mode 0700, and new
    os.environ[HANDED_ON] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def make_ours(folder: Path) -> bool:
    """Make the folder, or find that it is ours alone. One of ours that others could only read is closed to them."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return False
    if os.name == "nt":  # users' folders are closed to other users there; modes say nothing
        return os.access(folder, os.W_OK)
    if found.st_uid != os.geteuid() or found.st_mode & 0o022:
        return False
    if found.st_mode & 0o077:
        folder.chmod(0o700)
    return os.access(folder, os.W_OK)


def _is_safe_place(folder: Path) -> bool:
    """Whether others can't put something else in the place of a folder of ours in here."""
    found = folder.stat()
    if os.name == "nt":
        return True
    return found.st_uid in (0, os.geteuid()) and (not found.st_mode & 0o022 or bool(found.st_mode & stat.S_ISVTX))
