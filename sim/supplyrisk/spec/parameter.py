"""What one parameter of a world is: its dimensions, unit, bounds, default and meaning."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter_labels import LABELS


@dataclass(frozen=True)
class Parameter:
    """One kind of number.

    `dims` are among product, input, country (place of a site or buyer), partner (selling country of a
    lane), end_use. `creates` says that its rows make sites, users or lanes; a `certain` one decides how the
    model is built and is the same in every run. A `sourced` one is of no use without its source: no world has it, and
    who states it has to say where it comes from.
    """

    name: str
    dims: tuple[str, ...]
    unit: str
    low: float
    high: float
    default: float | None
    meaning: str
    creates: str = ""
    certain: bool = False
    sourced: bool = False

    @property
    def label(self) -> str:
        """What a report calls it."""
        return LABELS[self.name]
