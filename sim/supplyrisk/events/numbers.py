"""Numbers that may be uncertain (defined in the language room, which event classes build on)."""

from __future__ import annotations

from ..language.numbers import Num, Sampled

__all__ = ["Num", "Sampled"]
