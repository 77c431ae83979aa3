"""Which draws the runs of a cell have: those of every other cell, or some of them drawn a second time or held.

Two cells that differ by one set of uncertain numbers tell what that set does. Run r of a cell has, for every set, one of

- the draws of run r, as all cells have by default;
- a second, independent draw (`anew`), the same in every cell in which that set is drawn anew;
- the draws that a set had in the first run of its block (`held`): it is then known within a block of runs, while all else
  varies.

Chance inside a run (whether a licence is granted, when a plant fails, the model's own error) can be drawn anew as well.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..experiment.designs import Design

Floats = NDArray[np.float64]
EVERY = "*"  # all uncertain numbers


@dataclass(frozen=True)
class Draws:
    """What the runs of a cell draw otherwise than those of other cells.

    Attributes
    ----------
    anew : tuple of str
        Sets of uncertain numbers that move together (`Design.groups`), or `*` for all, which are drawn a second time.
    chance : bool
        Whether chance inside a run is drawn a second time.
    held : tuple of str
        Sets that keep the value of the first run of a block.
    block : int
        Runs of a block.
    """

    anew: tuple[str, ...] = ()
    chance: bool = False
    held: tuple[str, ...] = ()
    block: int = 1

    def __bool__(self) -> bool:
        return bool(self.anew or self.chance or self.held)

    def design(self, usual: Design) -> Design:
        """The design of a cell, made of the usual one."""
        if not (self.anew or self.held):
            return usual
        return _Mixed(usual.columns, usual.correlations, usual.sampler, usual.seed, usual.block, self)

    def seed(self, usual: int) -> int:
        """Seed of chance inside the runs."""
        return second(usual) if self.chance else usual


AS_USUAL = Draws()


def second(seed: int) -> int:
    """The seed of what is drawn a second time."""
    digest = hashlib.blake2b(f"second draw of seed {seed}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 12


@dataclass(frozen=True)
class _Mixed(Design):
    """A design of which some sets are drawn a second time or held within blocks."""

    draws: Draws = AS_USUAL

    def cube(self, first: int, last: int) -> Floats:
        groups = self.groups
        found = super().cube(first, last)
        anew = self._places(self.draws.anew)
        if anew:
            names = [groups[j] for j in anew]
            other = replace(self, seed=second(self.seed), draws=Draws())
            found[:, anew] = other._quantiles(names, first, last)
        held = self._places(self.draws.held)
        if held:
            size = self.draws.block
            begin = first // size * size
            names = [groups[j] for j in held]
            of_all = self._quantiles(names, begin, last)
            rows = np.arange(first, last) // size * size - begin
            found[:, held] = of_all[rows]
        return found

    def _places(self, names: tuple[str, ...]) -> list[int]:
        return [j for j, group in enumerate(self.groups) if EVERY in names or group in names]
