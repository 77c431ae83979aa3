"""One process at a time works on a run folder.

The lock is the operating system's: it ends with its process, however that ends. Its file, `.lock`, says who holds
it. On a disk that several machines share such locks may not reach the others. So the holder also gives a sign of
life, the time of the file, and a lock that names another machine counts until it has given none for some minutes.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import socket
import stat
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..errors import MACHINE, as_typed
from .store import Store, StoreError, explained

LOCK = ".lock"
FAR = 1 << 30  # Windows locks bytes against reading as well: one that the file does not have
SIGN_SECONDS = 15.0  # between signs of life
SILENT_SECONDS = 300.0  # after which the process of another machine is taken for dead
_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}


class Busy(StoreError):
    """Another process works on the folder."""

    exit_code = MACHINE


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Hold a run folder for this process.

    Raises
    ------
    Busy
        If another process holds it, or one on another machine may.
    """
    file = store.path / LOCK
    name = _name()
    handle = _take(store.path, file, name)
    done = threading.Event()
    signs = threading.Thread(target=_live, args=(handle, name, done), daemon=True)
    signs.start()
    try:
        yield
    finally:
        done.set()
        signs.join()
        if os.name != "posix":  # Windows removes no file that is open
            os.close(handle)
        with suppress(OSError):
            file.unlink()
        if os.name == "posix":
            os.close(handle)


def _take(folder: Path, file: Path, name: bytes) -> int:
    """An open handle of the lock file, locked, with this process as its owner."""
    while True:
        with explained(folder):
            try:
                handle = os.open(file, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o644)
            except OSError as error:
                if file.is_symlink():
                    raise StoreError(f"{file} is a link; delete it") from error
                raise
        try:
            by_system = _lock(handle)
            owner = _owner(handle)
            if by_system is False or _may_live(owner, by_system, os.fstat(handle).st_mtime):
                raise Busy(_words(folder, file, owner))
            if _is_at(handle, file):  # else its owner has just finished and removed it
                _sign(handle, name)
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _live(handle: int, name: bytes, done: threading.Event) -> None:
    """Give signs of life until it is done."""
    while not done.wait(SIGN_SECONDS):
        _sign(handle, name)


def _lock(handle: int) -> bool | None:
    """Whether the operating system gave the lock; None if the file system has none to give."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _TAKEN else None
    return True


def _owner(handle: int) -> dict[str, Any]:
    """What the file says about who holds the lock."""
    with suppress(OSError, ValueError):
        os.lseek(handle, 0, os.SEEK_SET)
        found = json.loads(os.read(handle, 1_000_000))
        if isinstance(found, dict):
            return found
    return {}


def _may_live(owner: dict[str, Any], by_system: bool | None, signed: float) -> bool:
    """Whether an owner that the system's lock does not tell about may still be at work; `signed`: its last sign."""
    if not owner.get("host"):
        return False
    if owner["host"] != socket.gethostname():
        return time.time() - signed < SILENT_SECONDS
    return by_system is None and _alive(owner.get("pid"))


def _alive(pid: Any) -> bool:
    if not isinstance(pid, int) or pid <= 0 or pid == os.getpid():
        return False
    if os.name != "posix":
        return True  # signal 0 would end the process there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _words(folder: Path, file: Path, owner: dict[str, Any]) -> str:
    pid, host, since = (owner.get(key, "") for key in ("pid", "host", "since"))
    text = f"{folder} is being worked on by process {pid}" if pid else f"{folder} is being worked on by another process"
    if host and host != socket.gethostname():
        text += (
            f" on {host} since {since}; if that has ended, delete {file}, or wait: after "
            f"{SILENT_SECONDS / 60:.0f} minutes without a sign of life it no longer counts"
        )
    return text


def _is_at(handle: int, file: Path) -> bool:
    """Whether the locked file is still the one under its name."""
    try:
        here, there = os.fstat(handle), os.lstat(file)
    except OSError:
        return False
    return stat.S_ISREG(there.st_mode) and (os.name != "posix" or os.path.samestat(here, there))


def _name() -> bytes:
    """What the file says of this process."""
    mine = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": as_typed(*sys.argv[1:]),
    }
    return json.dumps(mine).encode()


def _sign(handle: int, name: bytes) -> None:
    """Write the name, which makes the file's time the present; the same again leaves it readable all along."""
    with suppress(OSError):  # a full disk: the lock holds without a name
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, name)
        os.ftruncate(handle, len(name))


def at_work(folder: Path) -> str:
    """Who works on a folder, as far as can be told without taking the lock: "process 7 since ..."; "" if nobody does."""
    with suppress(OSError):
        handle = os.open(folder / LOCK, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            owner, signed = _owner(handle), os.fstat(handle).st_mtime
        finally:
            os.close(handle)
        here = owner.get("host") == socket.gethostname()
        silent = time.time() - signed
        if owner.get("host") and silent < (4 * SIGN_SECONDS if here else SILENT_SECONDS):
            if here and not _alive(owner.get("pid")) and owner.get("pid") != os.getpid():
                return ""
            return f"process {owner.get('pid')}{'' if here else ' on ' + str(owner['host'])} since {owner.get('since')}"
    return ""


def last_command(folder: Path) -> str:
    """The command that held the lock last, if it was ended before it could give it back."""
    with suppress(OSError):
        handle = os.open(folder / LOCK, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        try:
            words = _owner(handle).get("command")
        finally:
            os.close(handle)
        if isinstance(words, str):
            return words
    return ""
