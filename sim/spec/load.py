"""Files to resolved scenarios and worlds: the door by which everything else comes in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..errors import Position, Problem, Problems
from .resolved import World
from .worldfile import LoadedWorld, find_world, load_world_folder, unknown_world


def load_world(name_or_path: str | Path) -> World:
    """A world by its shipped name or the path of its folder.

    Raises
    ------
    Problems
        All faults of its files at once.
    """
    return read_world(name_or_path).world


def read_world(name_or_path: str | Path, base: Path | None = None) -> LoadedWorld:
    """A world with its names, facts and design columns (see `load_world`)."""
    folder = find_world(str(name_or_path), base)
    if folder is None:
        raise Problems([Problem(Position(), "", unknown_world(str(name_or_path)))])
    return _cached(folder.resolve(), str(folder), _stamp(folder))


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever a file of the folder does."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".yaml"))
    return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)


@lru_cache(maxsize=16)
def _cached(folder: Path, shown: str, _stamp: tuple[tuple[str, int, int], ...]) -> LoadedWorld:
    return load_world_folder(folder, shown)
