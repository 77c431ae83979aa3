"""The run folder: made once, never overwritten by accident, and never left with half a file in it.

    manifest.json    what was asked, with which versions, and how far it got
    scenario.yaml    the scenario as run
    sources.csv      where each number of the world comes from, as the scenario runs it
    chunks/          finished runs, one folder per stretch of runs, until the batch is finished
    *.parquet, *.csv the tables

Every file appears under its name only when it is complete: it is written beside its place, flushed to
the disk and renamed. A chunk is a folder and is renamed as a whole, so a power cut costs the chunks that
were being computed and nothing else. A chunk holds the checksums of its files, its runs and the batch it
belongs to: what a disk or a copy has changed since, or put in another's place, is computed again.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import re
import shutil
import stat
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from ..bounded import MAX_MANIFEST_BYTES, path_is_file, read_bytes
from ..errors import MACHINE, SupplyriskError, as_typed

FORMAT = 1
EMPTIED = "emptied"  # status of a folder whose old results are being removed
CHECKSUMS = "checksums.json"
CHUNK_NAME = re.compile(r"runs-(\d{9,})-(\d{9,})")
BATCH_KEYS = (
    "runs",
    "seed",
    "sampler",
    "design_block",
    "keep_series",
    "arms",
    "hashes",
)  # what makes runs fit together
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_NO_SUCH_PLACE = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EEXIST, errno.ELOOP, errno.EINVAL, errno.EISDIR}


class StoreError(SupplyriskError):
    """The run folder can't be used as asked."""


class Damaged(StoreError):
    """A chunk is not as it was written."""


class DiskFull(StoreError):
    """No space is left; finished chunks are intact."""

    exit_code = MACHINE


class NoAccess(StoreError):
    """The system does not let this process write."""

    exit_code = MACHINE


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
        if error.errno in _NO_SUCH_PLACE:
            raise StoreError(f"{_short(path)}: can't be a run folder ({error.strerror or error})") from error
        if isinstance(error, PermissionError) or error.errno in (errno.EROFS, errno.EIO):
            raise NoAccess(f"{path}: can't write here ({error.strerror or error})") from error
        raise


def _short(path: Path, most: int = 120) -> str:
    text = str(path)
    return text if len(text) <= most else f"{text[:most]}…"


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


def batch_mark(manifest: Mapping[str, Any]) -> str:
    """Name of the batch a chunk belongs to: equal for all shards and resumptions of one batch, and for no other."""
    of = {key: manifest.get(key) for key in BATCH_KEYS}
    return hashlib.sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:32]


def _checksums(span: Span, files: Mapping[str, bytes], batch: str) -> bytes:
    sums = {name: [len(content), zlib.crc32(content)] for name, content in files.items()}
    return json.dumps({"runs": [span.first, span.last - 1], "batch": batch, "files": sums}).encode()


def _plain_bytes(path: Path, most: int) -> bytes:
    """Content of a regular file (never through a link), at most one byte more than `most`."""
    handle = os.open(
        path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("no regular file")
        return file.read(most + 1)


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
            if not path_is_file(file):
                raise StoreError(f"{_short(self.path)} is not a run folder: it holds no manifest.json")
            found = json.loads(read_bytes(file, MAX_MANIFEST_BYTES))
        except (ValueError, RecursionError) as error:
            raise StoreError(f"{_short(file)}: can't be read ({error})") from error
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise StoreError(f"{file}: not the manifest of a run folder of this version")
        return found

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        write_atomic(self.path / "manifest.json", (layered_json(manifest) + "\n").encode())

    # --- chunks -----------------------------------------------------------------------------------

    def chunk_path(self, span: Span) -> Path:
        return self.chunks_path / f"runs-{span.first:09d}-{span.last - 1:09d}"

    def write_chunk(self, span: Span, files: Mapping[str, bytes], batch: str = "") -> None:
        """Put a finished stretch of runs in its place; one that is there already is left as it is.

        Parameters
        ----------
        files : mapping
            Content by name.
        batch : str
            What the runs belong to (see `batch_mark`).
        """
        target = self.chunk_path(span)
        beside = self.chunks_path / f".{target.name}.{os.getpid()}.tmp"
        try:
            with explained(self.path):
                beside.mkdir(parents=True, exist_ok=True)
                for name, content in files.items():
                    _write(beside / name, content)
                _write(beside / CHECKSUMS, _checksums(span, files, batch))
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
        return self._apart(self._named())

    def _named(self) -> list[Span]:
        """What the names of chunks say, in order."""
        found = []
        for path in self.chunks_path.iterdir() if self.chunks_path.is_dir() else ():
            name = CHUNK_NAME.fullmatch(path.name)
            if name and int(name[1]) <= int(name[2]):
                found.append(Span(int(name[1]), int(name[2]) + 1))
        return sorted(found)

    def _apart(self, spans: list[Span]) -> list[Span]:
        for a, b in pairwise(spans):
            if b.first < a.last:
                raise StoreError(f"{self.path}: run {b.first} is in two chunks")
        return spans

    def read_chunk(self, span: Span, batch: str = "") -> dict[str, bytes]:
        """The files of a chunk as they were written.

        Raises
        ------
        Damaged
            If anything differs: a bit, a length, a file, the runs or the batch. Nothing of it may be used.
        """
        path = self.chunk_path(span)
        if path.is_symlink():
            raise Damaged(f"{path} is a link")
        try:
            written = json.loads(_plain_bytes(path / CHECKSUMS, most=100_000))
            wanted = {str(name): (int(size), int(crc)) for name, (size, crc) in written["files"].items()}
            whose = (written["runs"], written["batch"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise Damaged(f"{path}: no checksums ({error})") from None
        if whose != ([span.first, span.last - 1], batch):
            raise Damaged(f"{path}: holds other runs, or runs of another batch")
        found = {}
        for name, (size, crc) in wanted.items():
            try:
                if "/" in name or os.sep in name:
                    raise ValueError("not a name")
                content = _plain_bytes(path / name, size)
            except (OSError, ValueError) as error:
                raise Damaged(f"{path / name}: {getattr(error, 'strerror', None) or error}") from None
            if (len(content), zlib.crc32(content)) != (size, crc):
                raise Damaged(f"{path / name}: not as it was written")
            found[name] = content
        return found

    def sound(self, batch: str, tell: Callable[[str], None]) -> list[Span]:
        """Chunks that are as they were written, in order; others are removed, to be computed again, and told."""

        found = self._faults(batch)
        for span, what in found.items():
            if what:
                tell(f"{what}; runs {span.first} to {span.last - 1} are computed again")
                self.remove_chunk(span)
        return self._apart([span for span, what in found.items() if not what])

    def intact(self, batch: str) -> list[Span]:
        """Chunks that are as they were written, in order; nothing is touched."""
        return self._apart([span for span, what in self._faults(batch).items() if not what])

    def _faults(self, batch: str) -> dict[Span, str]:
        """What is wrong with each chunk, in order; nothing, as a rule."""

        def fault(span: Span) -> str:
            try:
                self.read_chunk(span, batch)
            except Damaged as error:
                return str(error)
            return ""

        spans = self._named()
        with ThreadPoolExecutor(4) as threads:  # reading and checksums leave the interpreter free
            return dict(zip(spans, threads.map(fault, spans)))

    def remove_chunk(self, span: Span) -> None:
        """Remove a finished stretch of runs, to be computed again."""
        path = self.chunk_path(span)
        with explained(self.path):
            if path.is_symlink() or not path.is_dir():
                path.unlink()
            else:
                shutil.rmtree(path)

    def sweep(self) -> None:
        """Remove what an interruption left half written."""
        for path in self.chunks_path.glob(".runs-*.tmp") if self.chunks_path.exists() else ():
            shutil.rmtree(path, ignore_errors=True)
        for path in self.path.glob(".*.tmp"):
            if not path.is_dir():
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


def default_path(outputs: Path, name: str, now: dt.datetime) -> Path:
    """`outputs/<scenario>/<UTC stamp>`, with a number if two batches start in the same second."""
    stamp = now.strftime("%Y-%m-%dT%H%M%SZ")
    path = outputs / name / stamp
    number = 2
    while path.exists():
        path = outputs / name / f"{stamp}-{number}"
        number += 1
    return path


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
