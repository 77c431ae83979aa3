"""A scenario read once and resolved many times, with single values changed by path.

A change is a path of the file (`events.ban.share`, `baseline.cover_weeks.ht_magnet.JP`) and a node: the value with the
place where it was written, so that a message about it names the line of the file that asked for the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..language.text import Node
from .load import SET, Loaded, Set, _Layers, _typed, _with_sets
from .outlooks import spelled_out

Change = tuple[str, Node]


@dataclass(frozen=True)
class Base:
    """A scenario file with the files it extends, laid on one another and not yet typed.

    Attributes
    ----------
    path : Path
        The file from which paths in it count.
    root : Node
        All layers merged.
    files : tuple of Path
        The layers.
    sets : tuple
        Values set over it in every variant, before the variant's own.
    given_as : str
        How messages call these.
    """

    path: Path
    root: Node
    files: tuple[Path, ...]
    sets: tuple[Set, ...] = ()
    given_as: str = SET

    def resolved(self, changes: Sequence[Change] = ()) -> Loaded:
        """The scenario with some of its values changed.

        Raises
        ------
        Problems
            All faults at once; those of a change stand where its value was written.
        """
        sets = (*self.sets, *changes)
        return _typed(self.path, self.varied(changes), list(self.files), sets, self.given_as)

    def varied(self, changes: Sequence[Change] = ()) -> Node:
        """The tree with the values changed, not yet typed."""
        return _with_sets(self.root, (*self.sets, *changes), self.given_as)


def file_base(path: Path) -> Base:
    """A scenario file as it stands."""
    layers = _Layers()
    root = layers.read(path)
    return Base(path, root, tuple(layers.files))


def inline_base(path: Path, node: Node) -> Base:
    """A scenario that stands inside the file at `path`, as a mapping."""
    layers = _Layers([path])
    root = layers.extended(path, spelled_out(node), ())
    return Base(path, root, tuple(layers.files))
