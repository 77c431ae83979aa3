"""Reading files that somebody else wrote: never without end, never waiting for ever, never a device."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import select
import stat
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

MAX_BYTES = 1_000_000  # of a scenario or a world's structure
MAX_TABLE_BYTES = 16_000_000  # of a table
MAX_MANIFEST_BYTES = 200_000_000  # of a run folder
PIPE_SECONDS = 5.0  # after which a pipe through which nothing comes is given up


# Folders out of which no file is read, links followed; none of them: no limit.
_CONFINED: ContextVar[tuple[Path, ...]] = ContextVar("confined", default=())


class Unreadable(ValueError):
    """The file can't be read; the message says why, without the file's name."""


@contextlib.contextmanager
def confined(*folders: Path) -> Iterator[None]:
    """In this context (of this thread) files are read from these folders alone; elsewhere none seems to be.

    For text that somebody else may have written: whatever it extends or names, by `..` or by a link, nothing outside
    is opened, and nothing is said of what stands there.
    """
    token = _CONFINED.set(tuple(folder.resolve() for folder in folders))
    try:
        yield
    finally:
        _CONFINED.reset(token)


def within_reach(path: Path) -> bool:
    """Whether a path, links followed, lies where files may be read from."""
    folders = _CONFINED.get()
    if not folders:
        return True
    try:
        real = path.resolve()
    except (OSError, ValueError, RuntimeError):
        return False
    return any(real.is_relative_to(folder) for folder in folders)


def has_key(path: Path | str, key: str) -> bool:
    """Whether a file of YAML has a key at its top, by which its kind is told; False if it can't be read. Nothing is parsed."""
    path = Path(path)
    pattern = rb"^(\xef\xbb\xbf)?[\"']?" + re.escape(key.encode()) + rb"[\"']?\s*:"
    try:
        return path.is_file() and re.search(pattern, read_bytes(path, MAX_BYTES), re.MULTILINE) is not None
    except (OSError, Unreadable, ValueError):
        return False


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Content of a regular file or a pipe, at most `limit` bytes.

    Raises
    ------
    Unreadable
        If there is no such file, it is larger, it is a folder or a device, or the system does not let it be read.
    """
    if not within_reach(path):
        raise Unreadable("lies outside the folder that may be read")
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise Unreadable("no such file" + _near(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        if path_is_folder(path):  # which Windows does not open
            raise Unreadable("is a folder; a file is wanted") from None
        raise Unreadable(f"can't be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        content = _content(handle, limit)
    except OSError as error:
        raise Unreadable(f"can't be read: {error.strerror or error}") from None
    finally:
        os.close(handle)
    if len(content) > limit:
        raise Unreadable(f"is too large to be read (more than {limit / 1e6:.0f} MB)")
    return content


def path_is_folder(path: Path) -> bool:
    """Whether there is a folder of this name; False for names that can't be."""
    try:
        return within_reach(path) and path.is_dir()
    except (OSError, ValueError):
        return False


def path_is_file(path: Path) -> bool:
    """Whether there is a regular file of this name; False for names that can't be."""
    try:
        return within_reach(path) and path.is_file()
    except (OSError, ValueError):
        return False


def _content(handle: int, limit: int) -> bytes:
    """At most one byte more than `limit`."""
    found = os.fstat(handle)
    if stat.S_ISDIR(found.st_mode):
        raise Unreadable("is a folder; a file is wanted")
    if stat.S_ISREG(found.st_mode):
        if found.st_size > limit:
            raise Unreadable(f"is too large to be read ({found.st_size / 1e6:.1f} MB; at most {limit / 1e6:.0f} MB)")
        with os.fdopen(os.dup(handle), "rb") as file:
            return file.read(limit + 1)
    if stat.S_ISFIFO(found.st_mode) and os.name == "posix":
        return _piped(handle, limit)
    raise Unreadable("is no ordinary file (a device, or the like)")


def _piped(handle: int, limit: int) -> bytes:
    """What comes through a pipe until it is closed."""
    content = bytearray()
    until = time.monotonic() + PIPE_SECONDS
    while len(content) <= limit:
        left = until - time.monotonic()
        ready = select.select([handle], [], [], left)[0] if left > 0 else []
        if not ready:
            raise Unreadable(f"is a pipe that was not closed within {PIPE_SECONDS:.0f} s")
        part = os.read(handle, 65_536)
        if not part:
            return bytes(content)
        content += part
    return bytes(content)


def _near(path: Path) -> str:
    if len(path.name) > 200:
        return ""
    try:
        names = [other.name for other in path.parent.iterdir()]
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.with_name(close[0])}" if close else ""
