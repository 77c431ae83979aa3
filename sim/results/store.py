"""The run folder: made once, never overwritten by accident, and never left with half a file in it.

    manifest.json    what was asked, with which versions, and how far it got
    scenario.yaml    the scenario as run
    sources.csv      where each number of the world comes from, as the scenario runs it
    chunks/          finished runs, one folder per stretch of runs, until the batch is finished
    *.parquet, *.csv the tables

Every file appears under its name only when it is complete: it is written beside its place, flushed to
the disk and renamed. A chunk is a folder and is renamed as a whole, so a power cut costs the chunks that
were being computed and nothing else.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import SupplyriskError, as_typed

FORMAT = 1
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}


class StoreError(SupplyriskError):
    """The run folder can't be used as asked."""


class DiskFull(StoreError):
    """No space is left; finished chunks are intact."""


class Span(NamedTuple):
    """Runs first .. last-1."""

    first: int
    last: int


def _write(path: Path, content: bytes) -> None:
    """Write and flush to the disk; the one place through which bytes of a run folder go."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    if os.name != "posix":  # Windows can't open folders
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the system's error for a full disk or a folder without access into one sentence."""
    try:
        yield
    except OSError as error:
        # Arrow raises OSError with the number in its text only.
        if error.errno in _FULL or "No space left" in str(error) or "errno 28" in str(error):
            raise DiskFull(
                f"{path}: the disk is full. Finished runs are intact; make room, then `{as_typed('resume', str(path))}`"
            ) from error
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            raise StoreError(f"{path}: can't write here ({error.strerror or error})") from error
        raise


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file by new content, all or nothing."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with explained(path.parent):
            _write(beside, content)
            beside.replace(path)
            _sync_folder(path.parent)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A path to write a large file to; it takes its place when the block ends well."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with explained(path.parent):
            yield beside
            handle = os.open(beside, os.O_RDWR)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            beside.replace(path)
            _sync_folder(path.parent)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@dataclass(frozen=True)
class Store:
    """A run folder."""

    path: Path

    @property
    def chunks_path(self) -> Path:
        return self.path / "chunks"

    # --- manifest ---------------------------------------------------------------------------------

    def manifest(self) -> dict[str, Any]:
        """The manifest; raises StoreError in plain words if there is none."""
        file = self.path / "manifest.json"
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StoreError(f"{self.path} is not a run folder: it holds no manifest.json") from None
        except (OSError, ValueError) as error:
            raise StoreError(f"{file}: can't be read ({error})") from error
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise StoreError(f"{file}: not the manifest of a run folder of this version")
        return found

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        write_atomic(self.path / "manifest.json", (layered_json(manifest) + "\n").encode())

    # --- chunks -----------------------------------------------------------------------------------

    def chunk_path(self, span: Span) -> Path:
        return self.chunks_path / f"runs-{span.first:09d}-{span.last - 1:09d}"

    def write_chunk(self, span: Span, files: Mapping[str, bytes]) -> None:
        """Put a finished stretch of runs in its place; one that is there already is left as it is."""
        target = self.chunk_path(span)
        beside = self.chunks_path / f".{target.name}.{os.getpid()}.tmp"
        try:
            with explained(self.path):
                beside.mkdir(parents=True, exist_ok=True)
                for name, content in files.items():
                    _write(beside / name, content)
                _sync_folder(beside)
                if not target.exists():
                    beside.rename(target)
                    _sync_folder(self.chunks_path)
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def spans(self) -> list[Span]:
        """Stretches of runs that are finished, in order.

        Raises
        ------
        StoreError
            If two of them hold the same run, which no interruption can bring about.
        """
        found = []
        for path in self.chunks_path.glob("runs-*") if self.chunks_path.exists() else ():
            _, first, last = path.name.split("-")
            found.append(Span(int(first), int(last) + 1))
        found.sort()
        for a, b in pairwise(found):
            if b.first < a.last:
                raise StoreError(f"{self.path}: run {b.first} is in two chunks")
        return found

    def sweep(self) -> None:
        """Remove what an interruption left half written."""
        for path in self.chunks_path.glob(".*.tmp") if self.chunks_path.exists() else ():
            shutil.rmtree(path, ignore_errors=True)
        for path in self.path.glob(".*.tmp"):
            path.unlink(missing_ok=True)

    def remove_chunks(self) -> None:
        """Once the tables are complete the chunks only take up room."""
        shutil.rmtree(self.chunks_path, ignore_errors=True)


def missing(done: list[Span], wanted: Span) -> list[Span]:
    """Stretches of `wanted` that are not in `done` (sorted)."""
    gaps, at = [], wanted.first
    for span in done:
        if span.first > at:
            gaps.append(Span(at, min(span.first, wanted.last)))
        at = max(at, span.last)
    if at < wanted.last:
        gaps.append(Span(at, wanted.last))
    return [gap for gap in gaps if gap.first < gap.last]


def create(path: Path, force: bool = False) -> Store:
    """Make a run folder.

    Parameters
    ----------
    force : bool
        Empty a run folder that is there already. A folder that is not a run folder is never emptied.
    """
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path} is a file, not a folder")
    if path.exists() and any(path.iterdir()):
        ours = (path / "manifest.json").exists()
        if not force:
            hint = f"; --force replaces it, `{as_typed('resume', str(path))}` finishes it" if ours else ""
            raise StoreError(f"{path} is not empty{hint}")
        if not ours:
            raise StoreError(f"{path} is not empty and not a run folder, so --force does not empty it")
        with explained(path):
            for each in path.iterdir():
                shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
    with explained(path):
        path.mkdir(parents=True, exist_ok=True)
    return Store(path)


def default_path(outputs: Path, name: str, now: dt.datetime) -> Path:
    """`outputs/<scenario>/<UTC stamp>`, with a number if two batches start in the same second."""
    stamp = now.strftime("%Y-%m-%dT%H%M%SZ")
    path = outputs / name / stamp
    number = 2
    while path.exists():
        path = outputs / name / f"{stamp}-{number}"
        number += 1
    return path


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Only one process at a time works on a run folder; a lock whose owner is gone is taken over."""
    file = store.path / ".lock"
    mine = {"pid": os.getpid(), "host": socket.gethostname()}
    for _ in range(2):
        try:
            handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            break
        except FileExistsError:
            owner = _owner(file)
            if owner and owner.get("host") == mine["host"] and _alive(int(owner.get("pid", 0))):
                raise StoreError(f"{store.path} is being worked on by process {owner['pid']}") from None
            file.unlink(missing_ok=True)
        except OSError as error:
            with explained(store.path):
                raise error
    else:
        raise StoreError(f"{store.path} is being worked on by another process")
    try:
        with os.fdopen(handle, "w") as opened:
            json.dump(mine, opened)
        yield
    finally:
        file.unlink(missing_ok=True)


def _owner(file: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _alive(pid: int) -> bool:
    if pid <= 0 or pid == os.getpid():
        return False
    if os.name != "posix":
        return True  # signal 0 would end the process there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def layered_json(content: Any, depth: int = 3, indent: int = 0) -> str:
    """JSON with the outer layers on lines of their own and the inner ones compact."""
    pad = " " * (indent + 1)
    if depth and isinstance(content, Mapping) and content:
        rows = [f"{pad}{json.dumps(str(k))}: {layered_json(v, depth - 1, indent + 1)}" for k, v in content.items()]
        return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"
    if depth and isinstance(content, (list, tuple)) and content and isinstance(content[0], (dict, list, tuple)):
        rows = [pad + layered_json(v, depth - 1, indent + 1) for v in content]
        return "[\n" + ",\n".join(rows) + "\n" + " " * indent + "]"
    return json.dumps(content, ensure_ascii=False, allow_nan=False)
